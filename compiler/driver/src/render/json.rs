//! One JSON object: every field of every diagnostic.

use netpol_diagnostics::Diagnostic;
use serde::Serialize;

use super::place::{Place, labelled, place_of};
use super::{View, counts, severity_word};

/// The version of this form; a field may be added without a new one.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    errors: usize,
    warnings: usize,
    notes: usize,
    diagnostics: Vec<Reported<'a>>,
}

#[derive(Serialize)]
struct Reported<'a> {
    code: String,
    severity: &'static str,
    title: &'a str,
    #[serde(flatten)]
    primary: Option<Place>,
    secondary: Vec<Place>,
    witness: Option<&'a str>,
    notes: &'a [String],
    helps: Vec<Help<'a>>,
}

#[derive(Serialize)]
struct Help<'a> {
    text: &'a str,
    edits: Vec<Edit<'a>>,
}

#[derive(Serialize)]
struct Edit<'a> {
    #[serde(flatten)]
    place: Place,
    replacement: &'a str,
}

pub(crate) fn render_json(diagnostics: &[Diagnostic], view: &View<'_>) -> String {
    let [errors, warnings, notes] = counts(diagnostics);
    let diagnostics = diagnostics.iter().map(|diagnostic| reported(diagnostic, view)).collect();
    let report = Report { version: VERSION, errors, warnings, notes, diagnostics };
    let mut text = serde_json::to_string_pretty(&report).unwrap_or_default();
    text.push('\n');
    text
}

fn reported<'a>(diagnostic: &'a Diagnostic, view: &View<'_>) -> Reported<'a> {
    let edit = |edit: &'a netpol_diagnostics::Edit| Edit {
        place: place_of(edit.span, view),
        replacement: &edit.replacement,
    };
    let help = |help: &'a netpol_diagnostics::Help| Help {
        text: &help.text,
        edits: help.edits.iter().map(edit).collect(),
    };
    Reported {
        code: diagnostic.code.to_string(),
        severity: severity_word(diagnostic.severity),
        title: &diagnostic.title,
        primary: diagnostic.primary.as_ref().map(|label| labelled(label, view)),
        secondary: diagnostic.secondary.iter().map(|label| labelled(label, view)).collect(),
        witness: diagnostic.witness.as_deref(),
        notes: &diagnostic.notes,
        helps: diagnostic.helps.iter().map(help).collect(),
    }
}
