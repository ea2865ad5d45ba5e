//! What one check of a project came to.

use std::sync::Arc;

use netpol_diagnostics::{Diagnostic, FileId, Source};
use netpol_flow::Date;
use netpol_syntax::tree::File;

use super::Root;
use super::names::{FileNames, Names};
use super::near::Links;
use crate::compile::{Compiled, Tree};

/// A file with everything that follows from its text alone.
#[derive(Clone, Debug)]
pub struct FileState {
    /// Its id, as spans of its tree have it.
    pub id: FileId,
    /// Its text, under the path relative to the project or the name of a library module.
    pub source: Source,
    /// What it declares and names.
    pub names: FileNames,
    pub(crate) read: Tree,
    /// What its statements have to do with other namespaces.
    pub(crate) links: Links,
}

impl FileState {
    /// Reads a text.
    pub fn read(id: FileId, source: Source) -> FileState {
        let read = Tree::of(id, &source.text);
        let names = FileNames::of(&read.file, &source.text);
        let links = Links::of(&read.file);
        FileState { id, source, names, read, links }
    }

    /// How it is shown.
    pub fn path(&self) -> &str {
        &self.source.path
    }

    /// Its text.
    pub fn text(&self) -> &str {
        &self.source.text
    }

    /// Its tree.
    pub fn tree(&self) -> &File {
        &self.read.file
    }

    /// The mistakes of its text, known without looking at any other file.
    pub fn mistakes(&self) -> &[Diagnostic] {
        &self.read.mistakes
    }
}

/// What one check of a project came to. It never changes: a later check gives another.
#[derive(Debug)]
pub struct Snapshot {
    /// The project.
    pub root: Root,
    /// Diagnostics, policies of the clusters, tests, paperwork; no manifests.
    pub compiled: Compiled,
    /// Every source, by path.
    pub files: Vec<Arc<FileState>>,
    /// Names across the files, as the check saw them.
    pub names: Arc<Names>,
    /// The day lapsed lines were judged by; none where the clock knows none, and then nothing was checked.
    pub as_of: Option<Date>,
}

impl Snapshot {
    pub(super) fn new(
        root: Root,
        compiled: Compiled,
        files: Vec<Arc<FileState>>,
        as_of: Option<Date>,
    ) -> Snapshot {
        let names = Arc::new(Names::of(files.clone()));
        Snapshot { root, compiled, files, names, as_of }
    }
}
