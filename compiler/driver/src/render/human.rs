//! The form for people: the source with marks under it, as `codespan-reporting` draws it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use codespan_reporting::diagnostic as codespan;
use codespan_reporting::files::{Error, Files, line_starts};
use codespan_reporting::term::termcolor::Buffer;
use codespan_reporting::term::{Config, emit_to_write_style};
use netpol_diagnostics::{Diagnostic, FileId, Label, Severity};

use super::clean::clean;
use super::place::shown_path;
use super::short::line_of;
use super::{View, counts};

/// A line longer than this is not drawn: nobody could read it.
const LONGEST_LINE: usize = 1_000;

pub(crate) fn render_human(diagnostics: &[Diagnostic], view: &View<'_>) -> String {
    let files = Shown::of(diagnostics, view);
    let config = Config { tab_width: 2, ..Config::default() };
    let mut buffer = if view.colour { Buffer::ansi() } else { Buffer::no_color() };
    for diagnostic in diagnostics {
        let drawn = convert(diagnostic, view, &files);
        if emit_to_write_style(&mut buffer, &config, &files, &drawn).is_err() {
            // Only a place outside its file does this; the words are still worth having.
            let _ =
                std::io::Write::write_all(&mut buffer, format!("{}\n", line_of(diagnostic, view)).as_bytes());
        }
    }
    let mut text = String::from_utf8_lossy(buffer.as_slice()).into_owned();
    if let Some(summary) = summary(diagnostics) {
        text.push_str(&summary);
        text.push('\n');
    }
    text
}

/// `2 errors, 1 warning`; none where there is nothing to count.
fn summary(diagnostics: &[Diagnostic]) -> Option<String> {
    let count = |(count, word): (usize, &str)| match count {
        0 => None,
        1 => Some(format!("1 {word}")),
        _ => Some(format!("{count} {word}s")),
    };
    let parts: Vec<String> =
        counts(diagnostics).into_iter().zip(["error", "warning", "note"]).filter_map(count).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn convert(diagnostic: &Diagnostic, view: &View<'_>, files: &Shown<'_>) -> codespan::Diagnostic<FileId> {
    let severity = match diagnostic.severity {
        Severity::Error => codespan::Severity::Error,
        Severity::Warning => codespan::Severity::Warning,
        Severity::Note => codespan::Severity::Note,
    };
    let (mut labels, mut undrawn) = (Vec::new(), Vec::new());
    let mut add = |style, label: &Label| {
        let range = label.span.start as usize..(label.span.end as usize).max(label.span.start as usize);
        let text = clean(&label.text).into_owned();
        if files.is_drawable(label) {
            labels.push(codespan::Label::new(style, label.span.file, range).with_message(text));
        } else {
            let (line, column) = view.sources.position(label.span);
            undrawn.push(format!("at {}:{line}:{column}: {text}", shown_path(label.span.file, view)));
        }
    };
    diagnostic.primary.iter().for_each(|label| add(codespan::LabelStyle::Primary, label));
    diagnostic.secondary.iter().for_each(|label| add(codespan::LabelStyle::Secondary, label));
    let witness = diagnostic.witness.iter().map(|flow| format!("witness: {flow}"));
    let notes = diagnostic.notes.iter().map(|note| format!("note: {note}"));
    let helps = diagnostic.helps.iter().map(|help| {
        let mark = if help.edits.is_empty() { "" } else { " [fix]" };
        format!("help: {}{mark}", help.text)
    });
    let notes = undrawn.into_iter().chain(witness).chain(notes).chain(helps);
    codespan::Diagnostic::new(severity)
        .with_code(diagnostic.code.to_string())
        .with_message(clean(&diagnostic.title))
        .with_labels(labels)
        .with_notes(notes.map(|note| clean(&note).into_owned()).collect())
}

/// The files that are spoken of, ready to be drawn.
struct Shown<'a> {
    files: BTreeMap<u32, ShownFile<'a>>,
}

struct ShownFile<'a> {
    path: String,
    text: Cow<'a, str>,
    line_starts: Vec<usize>,
}

impl<'a> Shown<'a> {
    fn of(diagnostics: &[Diagnostic], view: &View<'a>) -> Shown<'a> {
        let mut files = BTreeMap::new();
        let labels =
            diagnostics.iter().flat_map(|diagnostic| diagnostic.primary.iter().chain(&diagnostic.secondary));
        for label in labels {
            files.entry(label.span.file.0).or_insert_with(|| {
                let text = clean(&view.sources.file(label.span.file).text);
                let path = clean(&shown_path(label.span.file, view)).into_owned();
                ShownFile { path, line_starts: line_starts(&text).collect(), text }
            });
        }
        Shown { files }
    }

    fn file(&self, id: FileId) -> Result<&ShownFile<'a>, Error> {
        self.files.get(&id.0).ok_or(Error::FileMissing)
    }

    /// Whether the lines at both ends of a label are short enough to draw.
    fn is_drawable(&self, label: &Label) -> bool {
        let is_short = |offset: u32| {
            let line = self.line_index(label.span.file, offset as usize);
            let range = line.and_then(|line| self.line_range(label.span.file, line));
            range.is_ok_and(|range| range.len() <= LONGEST_LINE)
        };
        is_short(label.span.start) && is_short(label.span.end)
    }
}

impl<'a, 'f> Files<'a> for Shown<'f> {
    type FileId = FileId;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, id: FileId) -> Result<&'a str, Error> {
        Ok(&self.file(id)?.path)
    }

    fn source(&'a self, id: FileId) -> Result<&'a str, Error> {
        Ok(&self.file(id)?.text)
    }

    fn line_index(&'a self, id: FileId, byte: usize) -> Result<usize, Error> {
        Ok(self.file(id)?.line_starts.partition_point(|start| *start <= byte).saturating_sub(1))
    }

    fn line_range(&'a self, id: FileId, line: usize) -> Result<std::ops::Range<usize>, Error> {
        let file = self.file(id)?;
        let max = file.line_starts.len().saturating_sub(1);
        let start = file.line_starts.get(line).copied().ok_or(Error::LineTooLarge { given: line, max })?;
        Ok(start..file.line_starts.get(line + 1).copied().unwrap_or(file.text.len()))
    }
}
