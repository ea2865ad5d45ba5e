//! What there is to tell the author, each thing once for a rule.

use std::collections::BTreeSet;

use netpol_diagnostics::{Code, Diagnostic, Severity, Span};
use netpol_model::{Origin, Rule};

use crate::refuse::refuse;

/// The diagnostics found so far.
#[derive(Debug, Default)]
pub(super) struct Findings {
    seen: BTreeSet<(Code, Option<Span>, Span)>,
    list: Vec<Diagnostic>,
}

impl Findings {
    /// Adds a diagnostic that has no rule.
    pub(super) fn add(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
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
        if self.is_new(code, &rule.origin) {
            self.list.push(more(refuse(Code(code), title, rule, label)));
        }
    }

    /// Adds a diagnostic that was made elsewhere, unless the rule already has one of its code.
    pub(super) fn made(&mut self, rule: &Rule, diagnostic: Option<Diagnostic>) {
        if let Some(diagnostic) = diagnostic
            && self.is_new(diagnostic.code.0, &rule.origin)
        {
            self.list.push(diagnostic);
        }
    }

    /// Whether the rule already has a diagnostic of this code.
    pub(super) fn has(&self, code: u16, rule: &Rule) -> bool {
        self.seen.contains(&key(code, &rule.origin))
    }

    /// Whether something was found that forbids writing the files.
    pub(super) fn refused(&self) -> bool {
        self.list.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Everything found, in the order found.
    pub(super) fn into_list(self) -> Vec<Diagnostic> {
        self.list
    }

    fn is_new(&mut self, code: u16, origin: &Origin) -> bool {
        self.seen.insert(key(code, origin))
    }
}

/// Two applications of one pattern are two rules.
fn key(code: u16, origin: &Origin) -> (Code, Option<Span>, Span) {
    (Code(code), origin.via.first().copied(), origin.span)
}
