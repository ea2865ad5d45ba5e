//! Diagnostics about a rule, from the back ends' side.

use netpol_diagnostics::{Code, Diagnostic};
use netpol_model::{Origin, Rule};

/// A diagnostic at the rule: at the outermost `apply` it came through, with the pattern's line beside it.
pub(crate) fn refuse(code: Code, title: impl Into<String>, rule: &Rule, label: &str) -> Diagnostic {
    at_origin(Diagnostic::new(code, title), &rule.origin, label)
}

/// Puts a diagnostic at an origin.
pub(crate) fn at_origin(diagnostic: Diagnostic, origin: &Origin, label: &str) -> Diagnostic {
    match origin.via.first() {
        Some(apply) => {
            diagnostic.at(*apply, format!("{label}, in this pattern")).and_at(origin.span, "written here")
        }
        None => diagnostic.at(origin.span, label),
    }
}
