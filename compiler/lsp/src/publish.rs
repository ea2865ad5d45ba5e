//! Diagnostics for the client: those of `netpol check`, file by file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use lsp_types::{
    Diagnostic as Told, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Location,
    NumberOrString, PublishDiagnosticsParams, Range, Uri,
};
use netpol_check::standard_modules;
use netpol_diagnostics::{Code, Diagnostic, FileId, Severity, Source, Sources, Span};
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

/// What was found: of a whole project, or of some of its files.
pub struct Found<'a> {
    /// The project.
    pub root: &'a Root,
    /// What there is to say.
    pub diagnostics: &'a [Diagnostic],
    /// The sources it speaks of.
    pub sources: &'a Sources,
    /// The versions of the open files it was found in.
    pub versions: &'a BTreeMap<PathBuf, i32>,
    /// The files it is about; none for all.
    pub only: Option<BTreeSet<PathBuf>>,
}

impl<'a> Found<'a> {
    /// What a check came to.
    pub fn of(done: &'a Done) -> Found<'a> {
        match done {
            Done::Whole(snapshot, versions) => Found {
                root: &snapshot.root,
                diagnostics: &snapshot.compiled.diagnostics,
                sources: &snapshot.compiled.sources,
                versions,
                only: None,
            },
            Done::Near(root, near, versions) => {
                let place = |file: &FileId| root.place(&near.sources.file(*file).path);
                let only = Some(near.files.iter().map(place).collect());
                Found { root, diagnostics: &near.diagnostics, sources: &near.sources, versions, only }
            }
        }
    }

    fn is_about(&self, place: &Path) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(place))
    }
}

/// The code for what nothing uses: such lines are shown faded.
const UNUSED: Code = Code(209);

fn is_library(source: &Source) -> bool {
    standard_modules().iter().any(|(module, _)| **module == *source.path)
}

/// What to send after a check: the files with something new to say, and those with nothing left to say.
pub fn publish(
    found: &Found<'_>,
    before: &mut Published,
    with: &Telling<'_>,
) -> Vec<PublishDiagnosticsParams> {
    let mut said: BTreeMap<PathBuf, Vec<Told>> = BTreeMap::new();
    for diagnostic in found.diagnostics {
        let own = diagnostic.primary.as_ref().map(|label| found.sources.file(label.span.file));
        let place = match own.filter(|source| !is_library(source)) {
            Some(source) => found.root.place(&source.path),
            None => match found.root {
                Root::Project(folder) => folder.join(PROJECT_FILE),
                Root::File(file) => file.clone(),
            },
        };
        if found.is_about(&place) {
            said.entry(place).or_default().push(told(found, diagnostic, with));
        }
    }
    let mut now = Published::new();
    let has_errors = found.diagnostics.iter().any(|found| found.severity == Severity::Error);
    if let Some(only) = &found.only {
        for (place, (uri, told)) in before.iter() {
            match only.contains(place) {
                false => drop(now.insert(place.clone(), (uri.clone(), told.clone()))),
                // What targets warn of is about the project: a whole check tells it, and none with an error.
                true => {
                    let kept: Vec<Told> =
                        told.iter().filter(|told| is_of_project(told) && !has_errors).cloned().collect();
                    if !kept.is_empty() {
                        said.entry(place.clone()).or_default().extend(kept);
                    }
                }
            }
        }
    }
    let mut messages = Vec::new();
    for (place, diagnostics) in said {
        let Some(uri) = address(&place, with) else { continue };
        let is_open = with.documents.contains_key(&place);
        let is_new = before.get(&place).is_none_or(|(known, said)| *known != uri || *said != diagnostics);
        if is_open || is_new {
            let version = found.versions.get(&place).copied();
            messages.push(PublishDiagnosticsParams::new(uri.clone(), diagnostics.clone(), version));
        }
        now.insert(place, (uri, diagnostics));
    }
    for (place, (uri, _)) in before.iter().filter(|(place, _)| found.is_about(place)) {
        if now.get(place).is_none_or(|(other, _)| other != uri) {
            let version = found.versions.get(place).copied();
            messages.push(PublishDiagnosticsParams::new(uri.clone(), Vec::new(), version));
        }
    }
    // An open file without anything to say: the client learns that it was looked at.
    for (place, version) in found.versions.iter().filter(|(place, _)| found.is_about(place)) {
        if now.contains_key(place) || before.contains_key(place) || found.root.shown(place).is_none() {
            continue;
        }
        if let Some(uri) = address(place, with) {
            messages.push(PublishDiagnosticsParams::new(uri, Vec::new(), Some(*version)));
        }
    }
    *before = now;
    messages
}

/// Whether it is a warning of a target.
fn is_of_project(told: &Told) -> bool {
    let code = match &told.code {
        Some(NumberOrString::String(code)) => code.as_str(),
        Some(NumberOrString::Number(_)) | None => "",
    };
    code.starts_with("NP07") && told.severity != Some(DiagnosticSeverity::ERROR)
}

/// What takes back all that was said.
pub fn clear(before: &Published) -> Vec<PublishDiagnosticsParams> {
    before.values().map(|(uri, _)| PublishDiagnosticsParams::new(uri.clone(), Vec::new(), None)).collect()
}

fn address(place: &Path, with: &Telling<'_>) -> Option<Uri> {
    with.documents.get(place).map(|document| document.uri.clone()).or_else(|| uri_of(place))
}

fn told(found: &Found<'_>, diagnostic: &Diagnostic, with: &Telling<'_>) -> Told {
    let source = |span: Span| found.sources.file(span.file);
    let range = |span: Span| range_in(source(span), span, with.encoding);
    let related = diagnostic.secondary.iter().filter_map(|label| {
        let location = Location { uri: address_of(found, label.span.file, with)?, range: range(label.span) };
        let message = if label.text.is_empty() { "here".to_owned() } else { label.text.clone() };
        Some(DiagnosticRelatedInformation { location, message })
    });
    let related: Vec<_> = related.collect();
    let own = diagnostic.primary.as_ref().filter(|label| !is_library(source(label.span)));
    Told {
        range: own.map(|label| range(label.span)).unwrap_or_default(),
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

fn address_of(found: &Found<'_>, file: FileId, with: &Telling<'_>) -> Option<Uri> {
    let source = found.sources.file(file);
    if is_library(source) {
        return uri_of(&with.library.write(&source.path)?);
    }
    address(&found.root.place(&source.path), with)
}

fn range_in(source: &Source, span: Span, encoding: Encoding) -> Range {
    Lines::of(&source.text, encoding).range(span)
}
