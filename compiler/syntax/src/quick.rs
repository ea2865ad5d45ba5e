//! The statements that most programs are made of, read in one pass and without pest.
//!
//! pest takes hundreds of steps for each byte. The few shapes that fill a large program are simple enough to be read
//! directly: flows, workloads and patterns, with plain names, addresses, domains, ports and clauses. The grammar stays the
//! law. What is read here it reads too, and to the same tree (`tests.rs` compares them); whatever is not surely so, every
//! mistake above all, is left to it.

mod clauses;
mod ends;
mod line;
mod names;
mod selectors;
#[cfg(test)]
mod tests;

use crate::build::Builder;
use crate::grammar::Rule;
use crate::tree::{FlowSentence, Item, ItemKind, Reference};
use line::Line;

/// The statement that `rule` would read from the whole of `text`; none where that is left to the grammar.
pub(crate) fn read(builder: &mut Builder<'_>, text: &str, rule: Rule) -> Option<Item> {
    let mut line = Line::new(builder, text);
    let kind = line.statement(rule)?;
    let head = line.span_from(0);
    let clauses = line.clauses()?;
    let span = line.span_from(0);
    line.is_sound().then_some(Item { kind, clauses, span, head })
}

impl Line<'_, '_, '_> {
    fn statement(&mut self, rule: Rule) -> Option<ItemKind> {
        Some(match rule {
            Rule::arrow_line | Rule::egress_line | Rule::ingress_line => ItemKind::Flow(self.flow()?),
            Rule::deny_line => ItemKind::Deny(self.flow_after("deny")?),
            Rule::allow_line => ItemKind::Allow(self.flow_after("allow")?),
            Rule::except_line => ItemKind::Except(self.flow_after("except")?),
            Rule::can_line => ItemKind::Can(self.flow_after("can")?),
            Rule::cannot_line => ItemKind::Cannot(self.flow_after("cannot")?),
            Rule::expose_line => self.expose()?,
            Rule::apply_line => ItemKind::Apply { pattern: self.pattern("apply")?, arguments: None },
            Rule::waive_line => ItemKind::Waive { pattern: self.pattern("waive")? },
            Rule::workload_line => ItemKind::Workload(Box::new(self.workload()?)),
            _ => return None,
        })
    }

    fn flow_after(&mut self, word: &str) -> Option<FlowSentence> {
        self.word(word)?;
        self.flow()
    }

    fn flow(&mut self) -> Option<FlowSentence> {
        if self.word("egress").is_some() {
            let services = self.services_before("to")?;
            let to = self.ends()?;
            let from = if self.word_below("from").is_some() { Some(self.ends()?) } else { None };
            return Some(FlowSentence::Egress { services, to, from });
        }
        if self.word("ingress").is_some() {
            let services = self.services_before("from")?;
            let from = self.ends()?;
            let to = if self.word_below("to").is_some() { Some(self.ends()?) } else { None };
            return Some(FlowSentence::Ingress { services, from, to });
        }
        let from = self.ends()?;
        self.mark("->")?;
        let to = self.ends()?;
        let services = if self.mark(":").is_some() { Some(self.services()?) } else { None };
        Some(FlowSentence::Arrow { from, to, services })
    }

    fn pattern(&mut self, word: &str) -> Option<Reference> {
        self.word(word)?;
        let start = self.next();
        let first = self.kebab(start)?;
        let path = self.path(start, first)?;
        Some(self.builder.reference_at(path, start))
    }

    fn expose(&mut self) -> Option<ItemKind> {
        self.word("expose")?;
        let what = self.ends()?;
        let services = if self.mark(":").is_some() { Some(self.services()?) } else { None };
        self.word("to")?;
        Some(ItemKind::Expose { what, services, to: self.ends()? })
    }
}
