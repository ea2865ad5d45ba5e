//! Conditions on labels.

use super::{Builder, Children};
use crate::grammar::Rule;
use crate::tree::{NamespaceSelection, Operator, Requirement, Spanned, Text};
use pest::iterators::Pair;

impl Builder<'_> {
    /// The requirements of a `selector` pair.
    pub(super) fn selector(&mut self, pair: Pair<'_, Rule>) -> Option<Vec<Requirement>> {
        Children::of(pair).map(|requirement| self.requirement(requirement)).collect()
    }

    /// The same, with its place.
    pub(super) fn spanned_selector(&mut self, pair: Pair<'_, Rule>) -> Option<Spanned<Vec<Requirement>>> {
        let span = self.span(&pair);
        Some(Spanned { node: self.selector(pair)?, span })
    }

    /// Namespaces by name or by label.
    pub(super) fn namespaces(&mut self, pair: Pair<'_, Rule>) -> Option<NamespaceSelection> {
        if pair.as_rule() == Rule::names {
            return Some(NamespaceSelection::Names(self.names(pair)));
        }
        let mut inner = Children::of(pair);
        inner.accept(Rule::k_namespaces)?;
        self.spanned_selector(inner.next()?).map(NamespaceSelection::Matching)
    }

    fn requirement(&mut self, pair: Pair<'_, Rule>) -> Option<Requirement> {
        let span = self.span(&pair);
        let mut inner = Children::of(pair);
        let negated = inner.accept(Rule::not).is_some();
        let key = self.written(&inner.accept(Rule::label_key)?);
        let Some(comparison) = inner.next() else {
            let operator = if negated { Operator::DoesNotExist } else { Operator::Exists };
            return Some(Requirement { key, operator, values: Vec::new(), span });
        };
        let operator = match comparison.as_str() {
            "notin" | "!=" => Operator::NotIn,
            _ => Operator::In,
        };
        let mut values: Vec<Spanned<Text>> = inner.map(|value| self.label_value(&value)).collect();
        if values.is_empty() {
            // `app=`: the empty value, as kubectl reads it.
            let end = comparison.as_span().end();
            values.push(Spanned { node: Text::from(""), span: self.place(end, end) });
        }
        Some(Requirement { key, operator, values, span })
    }

    fn label_value(&mut self, pair: &Pair<'_, Rule>) -> Spanned<Text> {
        let text = self.unquote(pair.as_str(), pair.as_span().start());
        self.spanned(pair, text)
    }
}
