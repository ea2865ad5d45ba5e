//! Gathering diagnostics: each place once for each code, blame on the line the author wrote.

use std::collections::BTreeSet;

use netpol_diagnostics::{Code, Diagnostic, FileId, Help, Label, Severity, Span};

/// Everything said so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Report {
    diagnostics: Vec<Diagnostic>,
    said: BTreeSet<(Code, Option<Span>)>,
    errors: usize,
}

impl Report {
    /// Adds a diagnostic unless its code was already said at its place.
    ///
    /// `via` are the `apply` lines that led to the text at fault, outermost first: the blame goes to the first of
    /// them, with a note at the pattern's line, unless the same was already said of the pattern itself.
    pub(crate) fn add(&mut self, via: &[Span], mut diagnostic: Diagnostic) {
        if let (Some(apply), Some(place)) = (via.first(), diagnostic.primary.as_ref().map(|label| label.span))
            && !contains(*apply, place)
        {
            if self.said.contains(&(diagnostic.code, Some(place))) {
                return;
            }
            let text = diagnostic.primary.take().map(|label| label.text).unwrap_or_default();
            diagnostic.secondary.insert(0, Label { span: place, text: "in the pattern, here".to_owned() });
            diagnostic.primary = Some(Label { span: *apply, text });
            let helps = diagnostic.helps.into_iter();
            diagnostic.helps = helps.map(|help| Help { text: help.text, edits: Vec::new() }).collect();
        }
        self.keep(diagnostic);
    }

    /// Adds what another report has to say beside; places have their blame already.
    pub(crate) fn and(&mut self, other: Report) {
        other.diagnostics.into_iter().for_each(|diagnostic| self.keep(diagnostic));
    }

    fn keep(&mut self, diagnostic: Diagnostic) {
        let place = diagnostic.primary.as_ref().map(|label| label.span);
        if self.said.insert((diagnostic.code, place)) {
            self.errors += usize::from(is_mistake(&diagnostic));
            self.diagnostics.push(diagnostic);
        }
    }

    /// Whether anything said so far left a line out.
    pub(crate) fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// The file of each mistake; none where it has no place.
    pub(crate) fn mistaken(&self) -> impl Iterator<Item = Option<FileId>> {
        let mistakes = self.diagnostics.iter().filter(|found| is_mistake(found));
        mistakes.map(|found| found.primary.as_ref().map(|label| label.span.file))
    }

    /// Everything said, by file and offset.
    pub(crate) fn finish(mut self) -> Vec<Diagnostic> {
        self.diagnostics.sort_by_key(|d| (d.primary.as_ref().map(|label| label.span), d.code));
        self.diagnostics
    }
}

/// A lapsed line is a line still: it is read, and no longer counts (amendment U9).
fn is_mistake(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity == Severity::Error && diagnostic.code != Code(603)
}

fn contains(outer: Span, inner: Span) -> bool {
    outer.file == inner.file && outer.start <= inner.start && inner.end <= outer.end
}
