//! Ends of flows, calls and their arguments.

use super::services::{self, Word};
use super::{Builder, Children};
use crate::grammar::Rule;
use crate::tree::{Argument, ArgumentKind, ArgumentValue, End, EndKind, Ends, Reference, ServiceKind};
use crate::words;
use pest::iterators::Pair;

impl Builder<'_> {
    /// One end, or a list of them.
    pub(super) fn ends(&mut self, pair: Pair<'_, Rule>) -> Option<Ends> {
        let span = self.span(&pair);
        let mut items = Vec::with_capacity(1);
        for item in Children::of(pair) {
            items.push(self.end(item)?);
        }
        Some(Ends { items, span })
    }

    fn end(&mut self, pair: Pair<'_, Rule>) -> Option<End> {
        let span = self.span(&pair);
        let kind = self.end_kind(pair)?;
        Some(End { kind, span })
    }

    fn end_kind(&mut self, pair: Pair<'_, Rule>) -> Option<EndKind> {
        Some(match pair.as_rule() {
            Rule::plain => self.plain(pair.as_str(), pair.as_span().start()),
            Rule::tenant_ref => EndKind::Tenant(self.name(&Children::of(pair).nth(1)?)),
            Rule::address => EndKind::Address(self.text(pair.as_str())),
            Rule::domain => EndKind::Domain(self.text(pair.as_str())),
            Rule::star => EndKind::Star,
            Rule::ns_literal => {
                let mut inner = Children::of(pair);
                inner.accept(Rule::k_namespaces)?;
                EndKind::Namespaces(self.selector(inner.next()?)?)
            }
            Rule::pod_literal => {
                let mut inner = Children::of(pair);
                let namespace = inner.accept(Rule::label).map(|label| self.label(&label).into());
                inner.accept(Rule::k_pod)?;
                EndKind::Pod { namespace, selector: self.selector(inner.next()?)? }
            }
            Rule::call => {
                let mut inner = Children::of(pair);
                let callee = self.reference(&inner.accept(Rule::reference)?).into();
                EndKind::Call { callee, arguments: self.arguments(inner.next()?)? }
            }
            _ => return None,
        })
    }

    /// A word or a path.
    pub(crate) fn plain(&mut self, written: &str, start: usize) -> EndKind {
        if let Some(builtin) = words::builtin(written) {
            return EndKind::Builtin(builtin);
        }
        match self.reference_at(written, start) {
            Reference::Plain(name) => EndKind::Name(name),
            Reference::Prefixed(path) => EndKind::Path(path),
        }
    }

    /// The arguments of a call.
    pub(super) fn arguments(&mut self, pair: Pair<'_, Rule>) -> Option<Vec<Argument>> {
        Children::of(pair)
            .map(|argument| {
                let span = self.span(&argument);
                let mut inner = Children::of(argument);
                let name = inner.accept(Rule::name).map(|name| self.name(&name));
                Some(Argument { name, value: self.value(inner.next()?)?, span })
            })
            .collect()
    }

    /// A value in a call, or what a parameter is where the call leaves it out.
    pub(super) fn value(&mut self, pair: Pair<'_, Rule>) -> Option<ArgumentValue> {
        let span = self.span(&pair);
        let is_list = pair.as_str().starts_with('[');
        let mut inner = Children::of(pair);
        if is_list {
            let items = inner.map(|item| self.value(item)).collect::<Option<_>>()?;
            return Some(ArgumentValue { kind: ArgumentKind::List(items), span });
        }
        let value = inner.next()?;
        let kind = match value.as_rule() {
            Rule::string => ArgumentKind::Text(self.string(&value)),
            Rule::argument_word => self.argument_word(value.as_str(), value.as_span().start()),
            _ => ArgumentKind::End(self.end_kind(value)?),
        };
        Some(ArgumentValue { kind, span })
    }

    fn argument_word(&mut self, written: &str, start: usize) -> ArgumentKind {
        let text = self.text(written);
        match services::classify(written) {
            Word::Number => ArgumentKind::Service(ServiceKind::Number(text)),
            Word::WithProtocol => ArgumentKind::Service(ServiceKind::WithProtocol(text)),
            Word::Slip if written.contains('/') => ArgumentKind::Service(ServiceKind::Slip(text)),
            Word::Slip => ArgumentKind::Label(text),
            Word::Any | Word::Path => ArgumentKind::End(self.plain(written, start)),
            Word::Name if written.starts_with('`') || words::is_kebab(written) => {
                ArgumentKind::End(self.plain(written, start))
            }
            Word::Name => ArgumentKind::Label(text),
        }
    }
}
