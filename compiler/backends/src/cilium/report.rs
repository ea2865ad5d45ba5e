//! The diagnostics of one build, each cause told once.

use std::collections::BTreeSet;

use netpol_diagnostics::{Code, Diagnostic, Span};

/// What has been found so far.
#[derive(Debug, Default)]
pub(super) struct Report {
    told: BTreeSet<(Code, Vec<Span>, String)>,
    diagnostics: Vec<Diagnostic>,
}

impl Report {
    /// Adds a diagnostic, unless one of this code stands at the same places already: a rule is lowered once for each
    /// subject and side, and copied into many namespaces, but is told once.
    pub fn add(&mut self, diagnostic: Diagnostic) {
        let labels = diagnostic.primary.iter().chain(&diagnostic.secondary);
        let places: Vec<Span> = labels.map(|label| label.span).collect();
        let title = if places.is_empty() { diagnostic.title.clone() } else { String::new() };
        if self.told.insert((diagnostic.code, places, title)) {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Adds what another part of the policy came to, each thing once.
    pub fn and(&mut self, other: Report) {
        other.diagnostics.into_iter().for_each(|diagnostic| self.add(diagnostic));
    }

    /// Everything found.
    pub fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.diagnostics
    }
}
