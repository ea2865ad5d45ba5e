//! Where a finding is shown, and which lines a machine may remove.

use netpol_diagnostics::{Code, Diagnostic, Span};
use netpol_model::{Layer, Namespace, Origin, Rule};

/// The line the author wrote: the outermost `apply`, or the statement.
pub(crate) fn place(origin: &Origin) -> Span {
    origin.via.first().copied().unwrap_or(origin.span)
}

/// A diagnostic at the author's line, with the pattern's line beside it.
pub(crate) fn told(
    code: u16,
    title: impl Into<String>,
    origin: &Origin,
    label: impl Into<String>,
) -> Diagnostic {
    let found = Diagnostic::new(Code(code), title).at(place(origin), label);
    if origin.via.is_empty() { found } else { found.and_at(origin.span, "in the pattern, here") }
}

/// Whether the line itself, not what stands around it, says why.
pub(crate) fn has_own_reason(rule: &Rule, namespace: &Namespace) -> bool {
    rule.origin.because.is_some() && rule.origin.because != namespace.origin.because
}

/// Advice to remove the line; with an edit where the line is the author's own and carries no clause, since the origin
/// does not know where its clauses stand.
pub(crate) fn or_removed(found: Diagnostic, rule: &Rule, namespace: &Namespace, advice: &str) -> Diagnostic {
    let (mine, around) = (&*rule.origin, &*namespace.origin);
    let is_bare = mine.via.is_empty()
        && rule.layer == Layer::Namespace
        && (rule.until, &rule.only, rule.log) == (None, &None, false)
        && (&mine.because, &mine.ticket) == (&around.because, &around.ticket)
        && (&mine.owner, mine.reviewed) == (&around.owner, around.reviewed);
    if is_bare { found.fix(advice, mine.span, "") } else { found.help(advice) }
}
