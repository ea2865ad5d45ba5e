//! The names of all files of a project and of the library together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use netpol_check::standard_modules;
use netpol_diagnostics::{FileId, Source};
use netpol_flow::Text;

use super::{Declaration, FileNames, Reference, ScopeKind, Space};
use crate::workspace::FileState;

/// The ids of the library's files begin here, whatever else is read.
const LIBRARY: u32 = 0x4000_0000;

/// The module whose ports are always in sight.
const PRELUDE: &str = "std/prelude";

/// What a file is to the project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// One of its own files.
    Project,
    /// A file that others import.
    Module,
    /// A module of the standard library.
    Library,
}

/// A file with its role.
#[derive(Clone, Debug)]
pub struct NamedFile {
    /// The file.
    pub state: Arc<FileState>,
    /// What it is.
    pub role: Role,
}

/// A declaration of some file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Symbol {
    /// The file.
    pub file: FileId,
    /// The declaration, by its index in [`FileNames::declarations`].
    pub at: u32,
}

/// A scope of some file.
pub(super) type ScopeOf = (FileId, u32);

/// The names of a project.
#[derive(Debug)]
pub struct Names {
    pub(super) files: BTreeMap<FileId, NamedFile>,
    pub(super) modules: BTreeMap<Text, FileId>,
    /// What stands outside of all blocks, in files that nobody imports.
    pub(super) top: BTreeMap<(Space, Text), Vec<Symbol>>,
    /// The scopes of each namespace.
    pub(super) namespaces: BTreeMap<Text, Vec<ScopeOf>>,
    /// The scopes of each namespace's apps.
    pub(super) apps: BTreeMap<Text, Vec<ScopeOf>>,
    pub(super) prelude: Option<FileId>,
}

/// The standard library, parsed once.
fn library() -> &'static [Arc<FileState>] {
    static LIBRARY_FILES: OnceLock<Vec<Arc<FileState>>> = OnceLock::new();
    LIBRARY_FILES.get_or_init(|| {
        let modules = standard_modules().iter().zip(LIBRARY..);
        let read = |((path, text), id): (&(&str, &str), u32)| {
            Arc::new(FileState::read(FileId(id), Source::new(*path, *text)))
        };
        modules.map(read).collect()
    })
}

impl Names {
    /// Ties files together; the library is added.
    pub fn of(files: Vec<Arc<FileState>>) -> Names {
        let mut modules: BTreeMap<Text, FileId> = BTreeMap::new();
        for file in &files {
            let path = file.path();
            modules.insert(path.strip_suffix(".netpol").unwrap_or(path).into(), file.id);
        }
        modules.extend(library().iter().map(|file| (file.source.path.clone(), file.id)));
        let uses = |file: &Arc<FileState>| {
            let imports = file.names.imports.iter().filter_map(|import| modules.get(&import.module).copied());
            imports.filter(|module| *module != file.id).collect::<Vec<_>>()
        };
        let imported: BTreeSet<FileId> = files.iter().flat_map(uses).collect();
        let mut names = Names {
            files: BTreeMap::new(),
            prelude: modules.get(PRELUDE).copied(),
            modules,
            top: BTreeMap::new(),
            namespaces: BTreeMap::new(),
            apps: BTreeMap::new(),
        };
        for state in files {
            let role = if imported.contains(&state.id) { Role::Module } else { Role::Project };
            names.add(state, role);
        }
        for state in library() {
            names.files.insert(state.id, NamedFile { state: state.clone(), role: Role::Library });
        }
        names
    }

    fn add(&mut self, state: Arc<FileState>, role: Role) {
        let id = state.id;
        if role == Role::Project {
            let scopes =
                state.names.blocks.iter().filter_map(|at| Some((*at, state.names.scopes.get(*at as usize)?)));
            for (at, scope) in scopes {
                let around = scope.parent.and_then(|parent| state.names.scopes.get(parent as usize));
                let (table, names) = match (&scope.kind, around.map(|around| &around.kind)) {
                    (ScopeKind::Namespace(names), _) => (&mut self.namespaces, &names[..]),
                    (ScopeKind::App(Some(name)), _) => (&mut self.apps, std::slice::from_ref(name)),
                    (ScopeKind::App(None), Some(ScopeKind::Namespace(names))) => (&mut self.apps, &names[..]),
                    (
                        ScopeKind::App(None)
                        | ScopeKind::Top
                        | ScopeKind::Pattern
                        | ScopeKind::Guardrail
                        | ScopeKind::Baseline
                        | ScopeKind::Test
                        | ScopeKind::Domain,
                        _,
                    ) => continue,
                };
                for name in names {
                    table.entry(name.clone()).or_default().push((id, at));
                }
            }
            for at in state.names.top.iter().copied() {
                if let Some(found) = state.names.declarations.get(at as usize) {
                    let key = (found.kind.space(), found.name.clone());
                    self.top.entry(key).or_default().push(Symbol { file: id, at });
                }
            }
        }
        self.files.insert(id, NamedFile { state, role });
    }

    /// The files, those of the project before those of the library.
    pub fn files(&self) -> impl Iterator<Item = &NamedFile> {
        self.files.values()
    }

    /// The file with this id.
    pub fn file(&self, id: FileId) -> Option<&NamedFile> {
        self.files.get(&id)
    }

    /// The file of a module, `std/k8s`.
    pub fn module(&self, path: &str) -> Option<&NamedFile> {
        self.modules.get(path).and_then(|id| self.files.get(id))
    }

    /// Every module there is to import, by path; a project's file under the name it would have.
    pub fn modules(&self) -> impl Iterator<Item = (&Text, &NamedFile)> {
        self.modules.iter().filter_map(|(path, id)| Some((path, self.files.get(id)?)))
    }

    /// The names of the namespaces that are declared.
    pub fn namespaces(&self) -> impl Iterator<Item = &Text> {
        self.namespaces.keys()
    }

    /// What is declared outside of all blocks under a name's space.
    pub fn top(&self, space: Space) -> impl Iterator<Item = (Symbol, &Declaration)> {
        let all = self.top.iter().filter(move |((of, _), _)| *of == space).flat_map(|(_, symbols)| symbols);
        all.filter_map(|symbol| Some((*symbol, self.declaration(*symbol)?)))
    }

    /// The declaration of a symbol.
    pub fn declaration(&self, symbol: Symbol) -> Option<&Declaration> {
        self.names_of(symbol.file)?.declarations.get(symbol.at as usize)
    }

    /// A reference of a file.
    pub fn reference(&self, file: FileId, at: u32) -> Option<&Reference> {
        self.names_of(file)?.references.get(at as usize)
    }

    pub(super) fn names_of(&self, file: FileId) -> Option<&FileNames> {
        self.files.get(&file).map(|file| &file.state.names)
    }
}
