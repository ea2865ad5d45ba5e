//! What there is to tell the author, each thing once for a rule.

use std::collections::BTreeSet;

use netpol_diagnostics::{Code, Diagnostic, Span};
use netpol_model::{Origin, Rule};

use crate::refuse::refuse;

/// The diagnostics found so far.
#[derive(Debug, Default)]
pub(super) struct Findings {
    seen: BTreeSet<Key>,
    /// With the key of those that are told once for a rule.
    list: Vec<(Option<Key>, Diagnostic)>,
}

/// Two applications of one pattern are two rules.
type Key = (Code, Option<Span>, Span);

impl Findings {
    /// Adds a diagnostic that has no rule.
    pub(super) fn add(&mut self, diagnostic: Diagnostic) {
        self.list.push((None, diagnostic));
    }

    /// Adds what another part of the policy came to; what a rule was told there and here is told once.
    pub(super) fn and(&mut self, other: Findings) {
        for (key, diagnostic) in other.list {
            if key.is_none_or(|key| self.seen.insert(key)) {
                self.list.push((key, diagnostic));
            }
        }
    }

    /// Adds a diagnostic about a rule, unless the rule already has one of this code.
    pub(super) fn about(
        &mut self,
        code: u16,
        rule: &Rule,
        title: &str,
        label: &str,
        more: impl FnOnce(Diagnostic) -> Diagnostic,
    ) {
        let key = key(code, &rule.origin);
        if self.seen.insert(key) {
            self.list.push((Some(key), more(refuse(Code(code), title, rule, label))));
        }
    }

    /// Adds a diagnostic that was made elsewhere, unless the rule already has one of its code.
    pub(super) fn made(&mut self, rule: &Rule, diagnostic: Option<Diagnostic>) {
        let Some(diagnostic) = diagnostic else { return };
        let key = key(diagnostic.code.0, &rule.origin);
        if self.seen.insert(key) {
            self.list.push((Some(key), diagnostic));
        }
    }

    /// Whether the rule already has a diagnostic of this code.
    pub(super) fn has(&self, code: u16, rule: &Rule) -> bool {
        self.seen.contains(&key(code, &rule.origin))
    }

    /// Everything found, in the order found.
    pub(super) fn into_list(self) -> Vec<Diagnostic> {
        self.list.into_iter().map(|(_, diagnostic)| diagnostic).collect()
    }
}

fn key(code: u16, origin: &Origin) -> Key {
    (Code(code), origin.via.first().copied(), origin.span)
}
