//! NP0608: a `because` that says nothing.

use netpol_diagnostics::{Code, Diagnostic, Span};

/// A reason shorter than this says nothing; one that is not in ASCII needs fewer letters, so bytes are counted.
const SHORTEST: usize = 10;

/// Words that stand where a reason should.
const PLACEHOLDERS: [&str; 12] = [
    "because needed",
    "business need",
    "business reason",
    "it is needed",
    "placeholder",
    "required by app",
    "required for app",
    "self-explanatory",
    "to be defined",
    "to be determined",
    "todo: reason",
    "see ticket",
];

/// The warning for a reason that is too short or a placeholder.
pub(crate) fn says_nothing(text: &str, place: Span) -> Option<Diagnostic> {
    let bare = text.trim().trim_end_matches('.').to_lowercase();
    if bare.len() >= SHORTEST && !PLACEHOLDERS.contains(&&*bare) {
        return None;
    }
    let found =
        Diagnostic::new(Code(608), "justification says nothing").at(place, "no reason a reviewer can check");
    Some(found.help("say who needs what, and why"))
}
