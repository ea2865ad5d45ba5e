//! Source files, places in them, and diagnostics as data.
//!
//! Nothing here renders: `driver` turns a [`Diagnostic`] into text, JSON or SARIF.

mod catalogue;
mod near;

pub use catalogue::{CATALOGUE, Entry, FAMILIES, entry};
pub use near::{near, nearest};

use std::sync::Arc;

/// A file of the project or of the standard library, by its index in [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A stretch of text: bytes `start..end` of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Span {
    /// The stretch from the beginning of this span to the end of `other`, in the same file.
    pub fn to(self, other: Span) -> Span {
        Span { end: other.end.max(self.end), ..self }
    }
}

/// One source file.
#[derive(Clone, Debug)]
pub struct Source {
    /// How it is shown to the reader: relative to the project, or `std/k8s` for the library; `/` between parts.
    pub path: Arc<str>,
    /// Its text.
    pub text: Arc<str>,
    line_starts: Arc<[u32]>,
}

/// Every source file read so far.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<Source>,
}

impl Sources {
    /// Adds a file and gives its id.
    pub fn add(&mut self, path: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> FileId {
        self.push(Source::new(path, text))
    }

    /// As [`Sources::add`], of a file that is read already.
    pub fn push(&mut self, source: Source) -> FileId {
        self.files.push(source);
        FileId(self.files.len() as u32 - 1)
    }

    /// Puts another text in the place of a file's; nothing happens where no file has this id.
    pub fn replace(&mut self, id: FileId, text: impl Into<Arc<str>>) {
        if let Some(source) = self.files.get_mut(id.0 as usize) {
            *source = Source::new(source.path.clone(), text);
        }
    }

    /// The file with this id, which an earlier [`Sources::add`] gave.
    pub fn file(&self, id: FileId) -> &Source {
        &self.files[id.0 as usize]
    }

    /// All files with their ids, in the order added.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &Source)> {
        self.files.iter().enumerate().map(|(at, source)| (FileId(at as u32), source))
    }

    /// The text of a span.
    pub fn text(&self, span: Span) -> &str {
        self.file(span.file).text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// Line and column of a span's start, both counted from 1; the column counts characters.
    pub fn position(&self, span: Span) -> (u32, u32) {
        self.file(span.file).position(span.start)
    }
}

impl Source {
    /// A text under the name it is shown by.
    pub fn new(path: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Source {
        let text: Arc<str> = text.into();
        let line_starts = std::iter::once(0)
            .chain(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(at, _)| at as u32 + 1))
            .collect();
        Source { path: path.into(), text, line_starts }
    }

    /// The byte each line begins with.
    pub fn line_starts(&self) -> &[u32] {
        &self.line_starts
    }

    /// Line and column of a byte offset, both counted from 1; the column counts characters.
    pub fn position(&self, offset: u32) -> (u32, u32) {
        let line = self.line_starts.partition_point(|start| *start <= offset).max(1);
        let start = self.line_starts.get(line - 1).copied().unwrap_or(0);
        let before = self.text.get(start as usize..offset as usize).unwrap_or("");
        (line as u32, before.chars().count() as u32 + 1)
    }
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The text cannot mean what it seems to say, or a guardrail's demand is unmet; nothing is built.
    Error,
    /// It means what it says but is probably unwise; a `because` on the line answers it.
    Warning,
    /// For information.
    Note,
}

/// The number of a kind of diagnostic: `NP0201` is `Code(201)`. A code is never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub u16);

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NP{:04}", self.0)
    }
}

/// A place and what to say there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What to say; may be empty.
    pub text: String,
}

/// A replacement of text that surely is what was meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What to replace; an empty span inserts.
    pub span: Span,
    /// What to put there.
    pub replacement: String,
}

/// One piece of advice; with edits when a machine may apply it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Help {
    /// The advice.
    pub text: String,
    /// The edits that carry it out; empty where a person must decide.
    pub edits: Vec<Edit>,
}

/// One thing to tell the author.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Its number.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, alone on a line: lower case, no full stop, names in backticks.
    pub title: String,
    /// The place it is about; none where there is no place in a file.
    pub primary: Option<Label>,
    /// Other places that make it so.
    pub secondary: Vec<Label>,
    /// A connection that shows it, where the claim is about flows.
    pub witness: Option<String>,
    /// Facts.
    pub notes: Vec<String>,
    /// What to change.
    pub helps: Vec<Help>,
}

impl Diagnostic {
    /// A diagnostic of this code, with the severity the catalogue gives it.
    ///
    /// A code that is not in the catalogue counts as an error.
    pub fn new(code: Code, title: impl Into<String>) -> Self {
        let severity = entry(code).map_or(Severity::Error, |e| e.severity);
        Diagnostic {
            code,
            severity,
            title: title.into(),
            primary: None,
            secondary: Vec::new(),
            witness: None,
            notes: Vec::new(),
            helps: Vec::new(),
        }
    }

    /// Sets the place it is about.
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Self {
        self.primary = Some(Label { span, text: text.into() });
        self
    }

    /// Adds another place that makes it so.
    pub fn and_at(mut self, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push(Label { span, text: text.into() });
        self
    }

    /// Sets the connection that shows it.
    pub fn witness(mut self, flow: impl std::fmt::Display) -> Self {
        self.witness = Some(flow.to_string());
        self
    }

    /// Adds a fact.
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Adds advice that a person must carry out.
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.helps.push(Help { text: text.into(), edits: Vec::new() });
        self
    }

    /// Adds advice with the one edit that carries it out.
    pub fn fix(mut self, text: impl Into<String>, span: Span, replacement: impl Into<String>) -> Self {
        let edits = vec![Edit { span, replacement: replacement.into() }];
        self.helps.push(Help { text: text.into(), edits });
        self
    }

    /// Changes the severity, for a code whose severity depends on the target or the context.
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }
}
