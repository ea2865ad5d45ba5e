//! A project that stays open while its files change: what an editor works on.
//!
//! [`Workspace`] holds the texts of open files over those on disk and checks the whole project as `netpol check` does; what
//! comes of it is a [`Snapshot`] that nobody changes any more. Trees and names of files whose text is the same are kept.

mod near;
mod overlay;
mod snapshot;
pub mod names;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use netpol_diagnostics::FileId;
use netpol_flow::Date;
use rayon::prelude::*;

use crate::compile::{Compiled, Options, Purpose, compile_part, compile_with};
use crate::fault::usage;
use crate::host::Host;
use crate::load::{LARGEST_FILE, Loaded, SingleFile, load_file, load_project};
use crate::project::PROJECT_FILE;
use near::Near;
use overlay::Overlay;

pub use snapshot::{FileState, Snapshot};

/// What is open: a project, or a file that belongs to none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Root {
    /// The folder of a `netpol.toml`.
    Project(PathBuf),
    /// One file.
    File(PathBuf),
}

impl Root {
    /// Where a file of it is on disk; `path` as a source shows it.
    pub fn place(&self, path: &str) -> PathBuf {
        match self {
            Root::Project(folder) => folder.join(path),
            Root::File(file) => file.clone(),
        }
    }

    /// How a file on disk is shown; none where it lies outside.
    pub fn shown(&self, place: &std::path::Path) -> Option<String> {
        match self {
            Root::Project(folder) => place.strip_prefix(folder).ok().map(slashes),
            Root::File(file) => {
                (place == file).then(|| file.file_name().map(|name| slashes(name.as_ref()))).flatten()
            }
        }
    }
}

fn slashes(path: &std::path::Path) -> String {
    path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
}

/// A project of fewer files is checked whole while one of its namespaces would be.
const MANY_FILES: usize = 100;

/// A project with the texts of its open files.
pub struct Workspace<'h> {
    host: &'h dyn Host,
    root: Root,
    /// The texts of open files, by their place on disk.
    open: BTreeMap<PathBuf, Arc<str>>,
    /// What was read; none where it has to be read again.
    loaded: Option<Loaded>,
    /// What is known of each file for the text it had.
    known: BTreeMap<FileId, Arc<FileState>>,
    /// What the last check came to.
    last: Option<Arc<Snapshot>>,
}

/// A whole check that has read all it needs.
#[derive(Debug)]
pub struct Prepared {
    root: Root,
    loaded: Loaded,
    files: Vec<Arc<FileState>>,
    as_of: Option<Date>,
}

impl Prepared {
    /// Checks. None where `is_cancelled` said so on the way.
    pub fn check(self, is_cancelled: &(dyn Fn() -> bool + Sync)) -> Option<Arc<Snapshot>> {
        let Prepared { root, loaded, files, as_of } = self;
        let Some(as_of) = as_of else {
            let fault = usage("the clock shows no day of the calendar");
            let compiled =
                Compiled { sources: loaded.sources, diagnostics: vec![fault], ..Compiled::default() };
            return Some(Arc::new(Snapshot::new(root, compiled, files, None)));
        };
        let options = Options { as_of, targets: Vec::new(), purpose: Purpose::Check };
        let trees = |_: &Loaded| files.iter().map(|file| file.read.clone()).collect();
        let compiled = compile_with(loaded, &options, trees, is_cancelled)?;
        Some(Arc::new(Snapshot::new(root, compiled, files, Some(as_of))))
    }
}

impl<'h> Workspace<'h> {
    /// Opens a project or a file. Nothing is read before the first check.
    pub fn open(host: &'h dyn Host, root: Root) -> Workspace<'h> {
        Workspace { host, root, open: BTreeMap::new(), loaded: None, known: BTreeMap::new(), last: None }
    }

    /// The file at this place has this text now, whatever is on disk. Gives whether that is another than was read.
    pub fn set_text(&mut self, place: PathBuf, text: Arc<str>) -> bool {
        let shown = self.root.shown(&place);
        self.open.insert(place, text.clone());
        let Some(loaded) = &mut self.loaded else { return true };
        let id = loaded.files.iter().find(|id| Some(&*loaded.sources.file(**id).path) == shown.as_deref());
        match id.copied() {
            Some(id) if loaded.sources.file(id).text == text => return false,
            // What is no text for a compiler has to be told as loading tells it.
            Some(id) if (text.len() as u64) <= LARGEST_FILE && !text.contains('\0') => {
                loaded.sources.replace(id, text);
            }
            Some(_) | None => self.loaded = None,
        }
        true
    }

    /// The file at this place is no longer open: what is on disk counts again, and nothing where it is gone.
    pub fn remove(&mut self, place: &std::path::Path) {
        let Some(text) = self.open.remove(place) else { return };
        if self.host.read(place).ok().as_deref() != Some(text.as_bytes()) {
            self.loaded = None;
        }
    }

    /// Files on disk have changed: all is read again at the next check.
    pub fn reload(&mut self) {
        self.loaded = None;
    }

    /// Checks the whole project: the same diagnostics as `netpol check`, and what the editor asks for beside them.
    ///
    /// None where `is_cancelled` said so on the way; what was parsed until then is kept.
    pub fn check(&mut self, is_cancelled: &(dyn Fn() -> bool + Sync)) -> Option<Arc<Snapshot>> {
        let snapshot = self.prepare(is_cancelled)?.check(is_cancelled)?;
        self.last = Some(snapshot.clone());
        Some(snapshot)
    }

    /// Reads what a whole check needs, so that it can go on elsewhere. None where `is_cancelled` said so on the way.
    pub fn prepare(&mut self, is_cancelled: &(dyn Fn() -> bool + Sync)) -> Option<Prepared> {
        let loaded = match self.loaded.take() {
            Some(loaded) => loaded,
            None => self.load(),
        };
        self.loaded = Some(loaded.clone());
        let files = self.files(&loaded, is_cancelled)?;
        Some(Prepared { root: self.root.clone(), loaded, files, as_of: self.host.today() })
    }

    /// What the last check came to; none before the first.
    pub fn last(&self) -> Option<Arc<Snapshot>> {
        self.last.clone()
    }

    /// Takes what a prepared check came to, so that [`Workspace::check_near`] can build on it.
    pub fn checked(&mut self, snapshot: Arc<Snapshot>) {
        self.last = Some(snapshot);
    }

    /// Checks the namespaces of one file at once: what is said of their files is what [`Workspace::check`] says of them, but
    /// for the warnings of targets (NP07xx), which are about the project. The rest is as the last whole check left it.
    ///
    /// None where nothing less than a whole check can tell: before the first one, for a file that is of no single
    /// namespace, or with a line about the pods of every namespace.
    pub fn check_near(&mut self, place: &std::path::Path) -> Option<Arc<Snapshot>> {
        let shown = self.root.shown(place)?;
        let (last, mut loaded) = (self.last.clone()?, self.loaded.clone()?);
        if loaded.files.len() != last.files.len() {
            return None;
        }
        let files = self.files(&loaded, &|| false)?;
        let about = files.iter().find(|file| file.path() == shown)?.id;
        let Near { namespaces, files: mine, trees } = near::near(&files, about)?;
        let options = Options { as_of: self.host.today()?, targets: Vec::new(), purpose: Purpose::Check };
        // Places in the library stay what they were.
        let mut sources = last.sources.clone();
        for file in &loaded.files {
            let text = &loaded.sources.file(*file).text;
            if !Arc::ptr_eq(text, &sources.file(*file).text) {
                sources.replace(*file, text.clone());
            }
        }
        loaded.sources = sources;
        let found = compile_part(loaded, &options, trees, &namespaces)?;
        let snapshot = Arc::new(last.with(files, &mine, found));
        self.last = Some(snapshot.clone());
        Some(snapshot)
    }

    /// Checks the namespaces of one file before the whole project was ever checked, so that who opens a file of a large
    /// project hears of it at once. As [`Workspace::check_near`]; of other files there are only the mistakes of their text.
    ///
    /// None where the whole is as soon checked, and where it was.
    pub fn check_first(&mut self, place: &std::path::Path) -> Option<Arc<Snapshot>> {
        if self.last.is_some() {
            return None;
        }
        let Prepared { root, loaded, files, as_of } = self.prepare(&|| false)?;
        if files.len() < MANY_FILES || !loaded.diagnostics.is_empty() {
            return None;
        }
        let library = loaded.sources.iter().count() as u32;
        let diagnostics = files.iter().flat_map(|file| file.mistakes().iter().cloned()).collect();
        let compiled = Compiled { sources: loaded.sources, library, diagnostics, ..Compiled::default() };
        self.last = Some(Arc::new(Snapshot::new(root, compiled, files, as_of)));
        let first = self.check_near(place);
        if first.is_none() {
            self.last = None;
        }
        first
    }

    fn load(&mut self) -> Loaded {
        let host = Overlay { host: self.host, open: &self.open };
        match &self.root {
            Root::Project(folder) => load_project(&host, folder),
            Root::File(file) => {
                let shown = self.root.shown(file).unwrap_or_else(|| PROJECT_FILE.to_owned());
                load_file(&host, file, &shown, &SingleFile::default())
            }
        }
    }

    /// Every source with its tree and names; those whose text is the same are not read again.
    fn files(
        &mut self,
        loaded: &Loaded,
        is_cancelled: &(dyn Fn() -> bool + Sync),
    ) -> Option<Vec<Arc<FileState>>> {
        let known = &self.known;
        let files: Vec<Option<Arc<FileState>>> = loaded
            .files
            .par_iter()
            .map(|id| {
                let source = loaded.sources.file(*id);
                let same = |state: &&Arc<FileState>| {
                    state.source.path == source.path && state.source.text == source.text
                };
                match known.get(id).filter(same) {
                    Some(state) => Some(state.clone()),
                    None if is_cancelled() => None,
                    None => Some(Arc::new(FileState::read(*id, source.clone()))),
                }
            })
            .collect();
        let whole = files.iter().all(Option::is_some);
        self.known = files.iter().flatten().map(|state| (state.id, state.clone())).collect();
        whole.then(|| files.into_iter().flatten().collect())
    }
}
