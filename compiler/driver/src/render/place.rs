//! Spans as people and programs name them.

use netpol_diagnostics::{FileId, Label, Span};
use serde::Serialize;

use super::View;
use crate::paths::join;

/// A place: a file, bytes, lines and columns (both from 1, columns in characters), and what is said there.
#[derive(Debug, Serialize)]
pub(crate) struct Place {
    pub path: String,
    pub bytes: [u32; 2],
    pub line: u32,
    pub column: u32,
    pub end_line: u32,
    pub end_column: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

/// How a file is called: the way to it from where the reader is; a module of the library by its import path.
pub(crate) fn shown_path(file: FileId, view: &View<'_>) -> String {
    let path = &view.sources.file(file).path;
    if file.0 >= view.library { path.to_string() } else { join(view.prefix, path) }
}

pub(crate) fn place_of(span: Span, view: &View<'_>) -> Place {
    let source = view.sources.file(span.file);
    let (line, column) = source.position(span.start);
    let (end_line, end_column) = source.position(span.end.max(span.start));
    let bytes = [span.start, span.end];
    Place { path: shown_path(span.file, view), bytes, line, column, end_line, end_column, label: None }
}

pub(crate) fn labelled(label: &Label, view: &View<'_>) -> Place {
    Place { label: Some(label.text.clone()), ..place_of(label.span, view) }
}
