//! Diagnostics as text: for people, for editors and for continuous integration.

pub(crate) mod place;
pub(crate) mod clean;
mod human;
mod short;
mod json;
mod sarif;
mod github;

use netpol_diagnostics::{Diagnostic, Severity, Sources};

/// The forms a report can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// With the lines of the source; ends in a line that counts.
    Human,
    /// One line for each diagnostic.
    Short,
    /// One JSON object.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Workflow commands, which GitHub shows beside the changed lines.
    Github,
}

/// What a report is about, and how it is shown.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The files that places point into.
    pub sources: &'a Sources,
    /// The first file that is the library's and not the project's.
    pub library: u32,
    /// What stands before the project's paths: the way to the project from where the reader is.
    pub prefix: &'a str,
    /// Whether the form for people may use colour.
    pub colour: bool,
}

/// The report of these diagnostics, in the order given.
pub fn render(format: Format, diagnostics: &[Diagnostic], view: &View<'_>) -> String {
    match format {
        Format::Human => human::render_human(diagnostics, view),
        Format::Short => short::render_short(diagnostics, view),
        Format::Json => json::render_json(diagnostics, view),
        Format::Sarif => sarif::render_sarif(diagnostics, view),
        Format::Github => github::render_github(diagnostics, view),
    }
}

fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// How many there are of each severity: errors, warnings, notes.
fn counts(diagnostics: &[Diagnostic]) -> [usize; 3] {
    let count = |severity| diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
    [count(Severity::Error), count(Severity::Warning), count(Severity::Note)]
}

#[cfg(test)]
mod tests;
