//! Diagnostics for the client: those of `netpol check`, file by file.

use std::collections::BTreeMap;
use std::path::PathBuf;

use lsp_types::{
    Diagnostic as Told, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Location,
    NumberOrString, PublishDiagnosticsParams, Range, Uri,
};
use netpol_diagnostics::{Code, Diagnostic, FileId, Severity, Source, Span};
use netpol_driver::{PROJECT_FILE, Root};

use crate::library::Library;
use crate::state::Document;
use crate::text::{Encoding, Lines};
use crate::uri::uri_of;
use crate::worker::Done;

/// What was said of each file, so that it can be taken back.
pub type Published = BTreeMap<PathBuf, (Uri, Vec<Told>)>;

/// What a check's diagnostics are told with.
pub struct Telling<'a> {
    /// The open documents by place.
    pub documents: &'a BTreeMap<PathBuf, Document>,
    /// The library on disk.
    pub library: &'a Library,
    /// What columns count.
    pub encoding: Encoding,
}

/// The code for what nothing uses: such lines are shown faded.
const UNUSED: Code = Code(209);

/// What to send after a check: the files with something new to say, and those with nothing left to say.
pub fn publish(done: &Done, before: &mut Published, with: &Telling<'_>) -> Vec<PublishDiagnosticsParams> {
    let snapshot = &done.snapshot;
    let mut found: BTreeMap<PathBuf, Vec<Told>> = BTreeMap::new();
    for diagnostic in &snapshot.compiled.diagnostics {
        let place = match &diagnostic.primary {
            Some(label) if label.span.file.0 < snapshot.compiled.library => {
                snapshot.root.place(&snapshot.compiled.sources.file(label.span.file).path)
            }
            Some(_) | None => match &snapshot.root {
                Root::Project(folder) => folder.join(PROJECT_FILE),
                Root::File(file) => file.clone(),
            },
        };
        found.entry(place).or_default().push(told(done, diagnostic, with));
    }
    let mut messages = Vec::new();
    let mut now = Published::new();
    for (place, diagnostics) in found {
        let Some(uri) = address(&place, with) else { continue };
        let is_open = with.documents.contains_key(&place);
        let is_new = before.get(&place).is_none_or(|(known, said)| *known != uri || *said != diagnostics);
        if is_open || is_new {
            let version = done.versions.get(&place).copied();
            messages.push(PublishDiagnosticsParams::new(uri.clone(), diagnostics.clone(), version));
        }
        now.insert(place, (uri, diagnostics));
    }
    for (place, (uri, _)) in before.iter() {
        if now.get(place).is_none_or(|(other, _)| other != uri) {
            messages.push(PublishDiagnosticsParams::new(uri.clone(), Vec::new(), None));
        }
    }
    // An open file without anything to say: the client learns that it was looked at.
    for (place, version) in &done.versions {
        if now.contains_key(place) || before.contains_key(place) || snapshot.root.shown(place).is_none() {
            continue;
        }
        if let Some(uri) = address(place, with) {
            messages.push(PublishDiagnosticsParams::new(uri, Vec::new(), Some(*version)));
        }
    }
    *before = now;
    messages
}

/// What takes back all that was said.
pub fn clear(before: &Published) -> Vec<PublishDiagnosticsParams> {
    before.values().map(|(uri, _)| PublishDiagnosticsParams::new(uri.clone(), Vec::new(), None)).collect()
}

fn address(place: &PathBuf, with: &Telling<'_>) -> Option<Uri> {
    with.documents.get(place).map(|document| document.uri.clone()).or_else(|| uri_of(place))
}

fn told(done: &Done, diagnostic: &Diagnostic, with: &Telling<'_>) -> Told {
    let sources = &done.snapshot.compiled.sources;
    let range = |span: Span| range_in(sources.file(span.file), span, with.encoding);
    let related = diagnostic.secondary.iter().filter_map(|label| {
        let location = Location { uri: address_of(done, label.span.file, with)?, range: range(label.span) };
        let message = if label.text.is_empty() { "here".to_owned() } else { label.text.clone() };
        Some(DiagnosticRelatedInformation { location, message })
    });
    let related: Vec<_> = related.collect();
    let is_own =
        diagnostic.primary.as_ref().filter(|label| label.span.file.0 < done.snapshot.compiled.library);
    Told {
        range: is_own.map(|label| range(label.span)).unwrap_or_default(),
        severity: Some(match diagnostic.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
            Severity::Note => DiagnosticSeverity::INFORMATION,
        }),
        code: Some(NumberOrString::String(diagnostic.code.to_string())),
        code_description: None,
        source: Some("netpol".to_owned()),
        message: message(diagnostic),
        related_information: (!related.is_empty()).then_some(related),
        tags: (diagnostic.code == UNUSED).then(|| vec![DiagnosticTag::UNNECESSARY]),
        data: None,
    }
}

/// All of a diagnostic's words: what is wrong, a witness, facts, what to change.
pub fn message(diagnostic: &Diagnostic) -> String {
    let mut lines = vec![diagnostic.title.clone()];
    lines.extend(diagnostic.primary.iter().map(|label| label.text.clone()).filter(|text| !text.is_empty()));
    lines.extend(diagnostic.witness.iter().map(|flow| format!("witness: {flow}")));
    lines.extend(diagnostic.notes.iter().map(|note| format!("note: {note}")));
    lines.extend(diagnostic.helps.iter().map(|help| format!("help: {}", help.text)));
    lines.join("\n")
}

fn address_of(done: &Done, file: FileId, with: &Telling<'_>) -> Option<Uri> {
    let path = &done.snapshot.compiled.sources.file(file).path;
    if file.0 >= done.snapshot.compiled.library {
        return uri_of(&with.library.write(path)?);
    }
    address(&done.snapshot.root.place(path), with)
}

fn range_in(source: &Source, span: Span, encoding: Encoding) -> Range {
    Lines::of(&source.text, encoding).range(span)
}
