//! What is open: documents, the projects they belong to, what the last check of each came to.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crossbeam_channel::Sender;
use lsp_types::{TextDocumentContentChangeEvent, Uri};
use netpol_diagnostics::{FileId, Source};
use netpol_driver::names::Names;
use netpol_driver::{FileState, Host, Kind, PROJECT_FILE, Root, Snapshot};

use crate::context::{Client, Context, Pages};
use crate::library::Library;
use crate::publish::Published;
use crate::text::Lines;
use crate::uri::path_of;
use crate::worker::{Done, Job};

/// The ids of open files that no check has seen begin here.
const UNSEEN: u32 = 0x2000_0000;

/// A document that is open in the editor.
#[derive(Clone, Debug)]
pub struct Document {
    /// How the client calls it.
    pub uri: Uri,
    /// Its text.
    pub text: Arc<str>,
    /// The client's number for this text.
    pub version: i32,
    /// The project it belongs to; none for a module of the library.
    pub root: Option<Root>,
}

/// A project that somebody looks at.
#[derive(Default)]
pub struct Project {
    /// What the last check came to.
    pub snapshot: Option<Arc<Snapshot>>,
    /// Whether a folder of the client is or holds it, so that it stays without open documents.
    pub is_kept: bool,
    /// What was said of its files.
    pub published: Published,
    /// The files and names with the texts of open documents; none where they have to be found again.
    names: Option<Arc<Names>>,
}

/// Everything that is open.
pub struct State {
    host: &'static dyn Host,
    jobs: Sender<Job>,
    /// Documents by their place on disk.
    pub documents: BTreeMap<PathBuf, Document>,
    /// Projects.
    pub projects: BTreeMap<Root, Project>,
    /// The library on disk.
    pub library: Library,
    /// What the client can do.
    pub client: Client,
    /// The pages of the codes.
    pub pages: Pages,
}

impl State {
    /// Nothing is open yet.
    pub fn new(
        host: &'static dyn Host,
        jobs: Sender<Job>,
        library: Library,
        client: Client,
        pages: Pages,
    ) -> State {
        State { host, jobs, documents: BTreeMap::new(), projects: BTreeMap::new(), library, client, pages }
    }

    /// The project around a file: the nearest folder upwards with a project file, else the file alone.
    fn root_of(&self, place: &Path) -> Root {
        let has_file = |folder: &&Path| {
            let file = folder.join(PROJECT_FILE);
            self.documents.contains_key(&file)
                || self.host.metadata(&file).is_ok_and(|found| found.kind == Kind::File)
        };
        match place.ancestors().skip(1).find(has_file) {
            Some(folder) => Root::Project(folder.to_owned()),
            None => Root::File(place.to_owned()),
        }
    }

    fn tell(&self, job: Job) {
        // Without a worker there is nobody to tell; requests are answered all the same.
        let _ = self.jobs.send(job);
    }

    fn project(&mut self, root: &Root) -> &mut Project {
        if !self.projects.contains_key(root) {
            self.tell(Job::Open(root.clone()));
        }
        self.projects.entry(root.clone()).or_default()
    }

    /// A folder of the client: the project in it, or around it, is checked at once.
    pub fn add_folder(&mut self, folder: &Path) {
        let root = self.root_of(&folder.join(PROJECT_FILE));
        if let Root::Project(_) = root {
            self.project(&root).is_kept = true;
        }
    }

    /// The client no longer has this folder. Gives the projects that are no longer looked at.
    pub fn remove_folder(&mut self, folder: &Path) -> Vec<Project> {
        let root = self.root_of(&folder.join(PROJECT_FILE));
        if let Some(project) = self.projects.get_mut(&root) {
            project.is_kept = false;
        }
        self.forget_unused()
    }

    /// A document is opened.
    pub fn open(&mut self, uri: Uri, text: String, version: i32) {
        let Some(place) = path_of(&uri) else { return };
        let root = match self.library.module_at(&place) {
            Some(_) => None,
            None => Some(self.root_of(&place)),
        };
        let document = Document { uri, text: text.into(), version, root };
        self.documents.insert(place.clone(), document.clone());
        self.changed(place, &document);
    }

    fn changed(&mut self, place: PathBuf, document: &Document) {
        let Some(root) = &document.root else { return };
        self.project(root).names = None;
        self.tell(Job::Text(root.clone(), place, document.text.clone(), document.version));
    }

    /// A document has changed. Changes that do not fit the text are passed over.
    pub fn change(&mut self, uri: &Uri, changes: Vec<TextDocumentContentChangeEvent>, version: i32) {
        let Some(place) = path_of(uri) else { return };
        let Some(document) = self.documents.get_mut(&place) else { return };
        let mut text = document.text.to_string();
        for change in changes {
            let Some(range) = change.range else {
                text = change.text;
                continue;
            };
            let lines = Lines::of(&text, self.client.encoding);
            let (start, end) = (lines.offset(range.start) as usize, lines.offset(range.end) as usize);
            text.replace_range(start.min(end)..end.max(start), &change.text);
        }
        document.text = text.into();
        document.version = version;
        let document = document.clone();
        self.changed(place, &document);
    }

    /// A document is closed. Gives the projects that are no longer looked at.
    pub fn close(&mut self, uri: &Uri) -> Vec<Project> {
        let Some(place) = path_of(uri) else { return Vec::new() };
        let Some(document) = self.documents.remove(&place) else { return Vec::new() };
        if let Some(root) = document.root {
            self.project(&root).names = None;
            self.tell(Job::Remove(root, place));
        }
        self.forget_unused()
    }

    fn forget_unused(&mut self) -> Vec<Project> {
        let used = |root: &Root| self.documents.values().any(|document| document.root.as_ref() == Some(root));
        let unused: Vec<Root> = self
            .projects
            .iter()
            .filter(|(root, project)| !project.is_kept && !used(root))
            .map(|(root, _)| root.clone())
            .collect();
        for root in &unused {
            self.tell(Job::Close(root.clone()));
        }
        unused.iter().filter_map(|root| self.projects.remove(root)).collect()
    }

    /// Files on disk have changed. Gives the projects that are no longer looked at.
    pub fn watched(&mut self, places: &[PathBuf]) -> Vec<Project> {
        if places.iter().any(|place| place.file_name().is_some_and(|name| name == PROJECT_FILE)) {
            self.root_again();
        }
        let holds = |root: &Root| match root {
            Root::Project(folder) => places.iter().any(|place| place.starts_with(folder)),
            Root::File(file) => places.contains(file),
        };
        for root in self.projects.keys().filter(|root| holds(root)) {
            self.tell(Job::Reload(root.clone()));
        }
        self.forget_unused()
    }

    /// A project file has come or gone: documents may belong to other projects now.
    fn root_again(&mut self) {
        let places: Vec<PathBuf> = self.documents.keys().cloned().collect();
        for place in places {
            let root = self.root_of(&place);
            let Some(document) = self.documents.get_mut(&place) else { continue };
            if document.root.is_none() || document.root.as_ref() == Some(&root) {
                continue;
            }
            let before = document.root.replace(root);
            let document = document.clone();
            if let Some(before) = before {
                self.tell(Job::Remove(before, place.clone()));
            }
            self.changed(place, &document);
        }
    }

    /// A check has ended. Gives whether anybody still looks at that project.
    pub fn checked(&mut self, done: &Done) -> bool {
        let Some(project) = self.projects.get_mut(&done.snapshot.root) else { return false };
        project.snapshot = Some(done.snapshot.clone());
        project.names = None;
        true
    }

    /// What a request about a document is answered from; none where nobody opened it.
    pub fn context(&mut self, uri: &Uri) -> Option<Context> {
        let place = path_of(uri)?;
        let document = self.documents.get(&place)?.clone();
        let Some(root) = document.root else {
            let names = Arc::new(Names::of(Vec::new()));
            let file = names.module(self.library.module_at(&place)?)?.state.clone();
            return Some(self.context_of(file, names, None, Root::File(place)));
        };
        let names = self.names(&root)?;
        let shown = root.shown(&place)?;
        let file = names.files().find(|file| file.state.path() == shown)?.state.clone();
        let snapshot = self.projects.get(&root).and_then(|project| project.snapshot.clone());
        Some(self.context_of(file, names, snapshot, root))
    }

    /// What a request about all projects is answered from, one for each.
    pub fn contexts(&mut self) -> Vec<Context> {
        let roots: Vec<Root> = self.projects.keys().cloned().collect();
        let mut contexts = Vec::new();
        for root in roots {
            let Some(names) = self.names(&root) else { continue };
            let Some(file) = names.files().next().map(|file| file.state.clone()) else { continue };
            let snapshot = self.projects.get(&root).and_then(|project| project.snapshot.clone());
            contexts.push(self.context_of(file, names, snapshot, root));
        }
        contexts
    }

    fn context_of(
        &self,
        file: Arc<FileState>,
        names: Arc<Names>,
        snapshot: Option<Arc<Snapshot>>,
        root: Root,
    ) -> Context {
        let open = self.documents.iter().map(|(place, document)| (place.clone(), document.uri.clone()));
        Context {
            file,
            names,
            snapshot,
            root,
            open: Arc::new(open.collect()),
            library: self.library.clone(),
            client: self.client,
            pages: self.pages,
        }
    }

    /// The names of a project, with its open documents as they stand.
    fn names(&mut self, root: &Root) -> Option<Arc<Names>> {
        let project = self.projects.get_mut(root)?;
        if let Some(names) = &project.names {
            return Some(names.clone());
        }
        let mut files = project.snapshot.as_ref().map(|snapshot| snapshot.files.clone()).unwrap_or_default();
        let documents = self.documents.iter().filter(|(_, document)| document.root.as_ref() == Some(root));
        for ((place, document), unseen) in documents.zip(UNSEEN..) {
            let Some(shown) = root.shown(place).filter(|shown| shown != PROJECT_FILE) else { continue };
            match files.iter_mut().find(|file| file.path() == shown) {
                Some(file) if file.source.text == document.text => {}
                Some(file) => {
                    let source = Source::new(shown, document.text.clone());
                    *file = Arc::new(FileState::read(file.id, source));
                }
                None => {
                    let source = Source::new(shown, document.text.clone());
                    files.push(Arc::new(FileState::read(FileId(unseen), source)));
                }
            }
        }
        let names = Arc::new(Names::of(files));
        project.names = Some(names.clone());
        Some(names)
    }
}
