//! What one check of a project came to.

use std::collections::BTreeSet;
use std::sync::Arc;

use netpol_diagnostics::{Diagnostic, FileId, Severity, Source, Sources};
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
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The project.
    pub root: Root,
    /// What there is to say, by file and offset.
    pub diagnostics: Vec<Diagnostic>,
    /// The sources, with the modules of the library that were used.
    pub sources: Sources,
    /// Policies of the clusters, tests, paperwork, of the last whole check; no manifests.
    pub compiled: Arc<Compiled>,
    /// Every source, by path.
    pub files: Vec<Arc<FileState>>,
    /// Names across the files, as the last whole check saw them.
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
        let (diagnostics, sources) = (compiled.diagnostics.clone(), compiled.sources.clone());
        Snapshot { root, diagnostics, sources, compiled: compiled.into(), files, names, as_of }
    }

    /// With what was found in some files since; `found` has their texts and all there is to say of them but what targets
    /// warn of, which stays as long as the text does.
    pub(super) fn with(
        &self,
        files: Vec<Arc<FileState>>,
        near: &BTreeSet<FileId>,
        found: Compiled,
    ) -> Snapshot {
        let Compiled { diagnostics, sources, .. } = found;
        let stays = |old: &&Diagnostic| match old.primary.as_ref().map(|label| label.span) {
            Some(span) if near.contains(&span.file) => {
                is_of_project(old) && self.sources.text(span) == sources.text(span)
            }
            Some(_) | None => true,
        };
        let is_near =
            |new: &Diagnostic| new.primary.as_ref().is_some_and(|label| near.contains(&label.span.file));
        let old = self.diagnostics.iter().filter(stays).cloned();
        let new = diagnostics.into_iter().filter(|new| is_near(new) && !is_of_project(new));
        let mut diagnostics: Vec<Diagnostic> = old.chain(new).collect();
        diagnostics.sort_by_key(|found| (found.primary.as_ref().map(|label| label.span), found.code));
        Snapshot { diagnostics, sources, files, ..self.clone() }
    }
}

/// What targets warn of is said once, wherever in the project it first comes up.
fn is_of_project(found: &Diagnostic) -> bool {
    found.severity != Severity::Error && found.code.0 / 100 == 7
}
