//! The files of a project and the modules they import.

use std::collections::{BTreeMap, BTreeSet};

use netpol_diagnostics::{Code, Diagnostic, FileId, Sources, Span, nearest};
use netpol_syntax::tree::{File, Use};

use crate::input::{Authority, Input};
use crate::report::Report;
use crate::scope::library;

/// What a file is to the project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileKind {
    /// A file of the project itself.
    Project,
    /// A file that another imports: nouns and patterns, inert until applied.
    Module,
    /// A module of the standard library.
    Library,
}

/// An import of one file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Import {
    /// The module imported, as an index into [`Project::files`].
    pub(crate) module: usize,
    /// The statement.
    pub(crate) span: Span,
}

/// One file with what it imports.
#[derive(Debug)]
pub(crate) struct ProjectFile<'a> {
    /// Its tree.
    pub(crate) tree: &'a File,
    /// What it is.
    pub(crate) kind: FileKind,
    /// What its folder may declare.
    pub(crate) authority: &'a Authority,
    /// Its imports by prefix.
    pub(crate) imports: BTreeMap<&'a str, Import>,
}

impl<'a> ProjectFile<'a> {
    /// The prefixes of imports that lead nowhere.
    pub(crate) fn lost_prefixes(&self) -> Vec<&'a str> {
        let prefixes = self.tree.uses.iter().map(prefix_of);
        prefixes.filter(|prefix| !self.imports.contains_key(prefix)).collect()
    }
}

/// All files: those of the project, then the library modules in use.
#[derive(Debug)]
pub(crate) struct Project<'a> {
    /// The files.
    pub(crate) files: Vec<ProjectFile<'a>>,
    /// The index of each file.
    pub(crate) index: BTreeMap<FileId, usize>,
    /// The library's prelude.
    pub(crate) prelude: Option<usize>,
}

impl<'a> Project<'a> {
    /// The file a span lies in.
    pub(crate) fn file_of(&self, span: Span) -> Option<&ProjectFile<'a>> {
        self.index.get(&span.file).and_then(|at| self.files.get(*at))
    }

    /// The import a prefix stands for in the file it is written in.
    pub(crate) fn import(&self, prefix: &str, written: Span) -> Option<Import> {
        self.file_of(written).and_then(|file| file.imports.get(prefix)).copied()
    }
}

/// Parses the library modules that the project needs, adding their text to `sources`.
pub(crate) fn load_library(input: &Input<'_>, sources: &mut Sources) -> Vec<(String, File)> {
    let known: BTreeMap<String, FileId> =
        sources.iter().map(|(id, source)| (source.path.to_string(), id)).collect();
    let mut wanted: Vec<String> = vec![library::PRELUDE.to_owned()];
    for file in input.files {
        wanted.extend(file.tree.uses.iter().map(|import| import.module.node.to_string()));
    }
    let mut loaded = Vec::new();
    let mut seen = BTreeSet::new();
    while let Some(path) = wanted.pop() {
        let Some(text) = library::text_of(&path) else { continue };
        if !seen.insert(path.clone()) {
            continue;
        }
        let id = match known.get(&path) {
            Some(id) if &*sources.file(*id).text == text => *id,
            Some(_) | None => sources.add(path.as_str(), text),
        };
        let tree = netpol_syntax::parse(id, text).file;
        wanted.extend(tree.uses.iter().map(|import| import.module.node.to_string()));
        loaded.push((path, tree));
    }
    loaded.sort_by(|a, b| a.0.cmp(&b.0));
    loaded
}

/// Ties files and imports together, and tells imports that lead nowhere or in a circle.
pub(crate) fn gather<'a>(
    input: &'a Input<'_>,
    library: &'a [(String, File)],
    sources: &Sources,
    report: &mut Report,
) -> Project<'a> {
    let mut files: Vec<ProjectFile<'a>> = Vec::new();
    let mut by_path: BTreeMap<String, usize> = BTreeMap::new();
    for file in input.files {
        let path = sources.file(file.tree.file).path.to_string();
        by_path.insert(path.strip_suffix(".netpol").unwrap_or(&path).to_owned(), files.len());
        let (tree, authority) = (&*file.tree, &file.authority);
        files.push(ProjectFile { tree, kind: FileKind::Project, authority, imports: BTreeMap::new() });
    }
    let mut prelude = None;
    for (path, tree) in library {
        if path == library::PRELUDE {
            prelude = Some(files.len());
        }
        by_path.insert(path.clone(), files.len());
        let authority = &Authority::Platform;
        files.push(ProjectFile { tree, kind: FileKind::Library, authority, imports: BTreeMap::new() });
    }
    let mut imported = BTreeSet::new();
    for at in 0..files.len() {
        let Some(tree) = files.get(at).map(|file| file.tree) else { continue };
        let mut imports: BTreeMap<&'a str, Import> = BTreeMap::new();
        for import in &tree.uses {
            let Some(module) = by_path.get(&*import.module.node).copied().filter(|module| *module != at)
            else {
                report.add(&[], unknown_module(import, &by_path, sources));
                continue;
            };
            let prefix = prefix_of(import);
            if let Some(first) = imports.get(prefix) {
                let found = Diagnostic::new(Code(203), format!("import prefix `{prefix}` is taken twice"));
                let found = found.at(import.span, "imported again").and_at(first.span, "imported first here");
                report.add(&[], found.help("rename one of them with `as`"));
                continue;
            }
            imported.insert(module);
            imports.insert(prefix, Import { module, span: import.span });
        }
        if let Some(file) = files.get_mut(at) {
            file.imports = imports;
        }
    }
    for module in imported {
        if let Some(file) = files.get_mut(module).filter(|file| file.kind == FileKind::Project) {
            file.kind = FileKind::Module;
        }
    }
    tell_circles(&files, report);
    let index = files.iter().enumerate().map(|(at, file)| (file.tree.file, at)).collect();
    Project { files, index, prelude }
}

/// The prefix an import gives: the name after `as`, else the last part of the path.
pub(crate) fn prefix_of(import: &Use) -> &str {
    match &import.alias {
        Some(alias) => &alias.text,
        None => import.module.node.rsplit('/').next().unwrap_or(&import.module.node),
    }
}

fn unknown_module(import: &Use, by_path: &BTreeMap<String, usize>, sources: &Sources) -> Diagnostic {
    let path = &import.module.node;
    let place = import.module.span;
    let found = Diagnostic::new(Code(202), format!("no module is `{path}`"));
    let own = sources.file(import.span.file).path.strip_suffix(".netpol").map(str::to_owned);
    if own.as_deref() == Some(&**path) {
        return found.at(place, "this very file").help("a file sees its own nouns without an import");
    }
    let of_library = library::MODULES.iter().map(|(module, _)| *module);
    let known = of_library.clone().chain(by_path.keys().map(String::as_str));
    let found = found.at(place, if path.starts_with("std/") { "not in the library" } else { "no such file" });
    let same = of_library.clone().find(|module| module.strip_prefix("std/") == Some(&**path));
    match same.or_else(|| nearest(path, known)) {
        Some(name) => found.fix(format!("did you mean `{name}`?"), place, name),
        None if path.starts_with("std/") => {
            let all: Vec<&str> = of_library.skip(1).collect();
            found.help(format!("the library has {}", all.join(", ")))
        }
        None => found.help(format!("a project module is the file `{path}.netpol`")),
    }
}

/// Tells each circle of imports once, at the import that closes it.
fn tell_circles(files: &[ProjectFile<'_>], report: &mut Report) {
    #[derive(Clone, Copy, PartialEq)]
    enum Seen {
        No,
        Open,
        Done,
    }
    let mut seen = vec![Seen::No; files.len()];
    for root in 0..files.len() {
        // An explicit stack: a long chain of modules must not exhaust the thread's.
        let mut stack: Vec<(usize, usize)> = vec![(root, 0)];
        while let Some((at, next)) = stack.pop() {
            let state = seen.get(at).copied().unwrap_or(Seen::Done);
            if state == Seen::Done || (state == Seen::Open && next == 0) {
                continue;
            }
            if let Some(slot) = seen.get_mut(at) {
                *slot = Seen::Open;
            }
            let import = files.get(at).and_then(|file| file.imports.values().nth(next)).copied();
            let Some(import) = import else {
                if let Some(slot) = seen.get_mut(at) {
                    *slot = Seen::Done;
                }
                continue;
            };
            stack.push((at, next + 1));
            match seen.get(import.module).copied().unwrap_or(Seen::Done) {
                Seen::Open => {
                    let found = Diagnostic::new(Code(202), "modules import each other in a circle");
                    let found = found.at(import.span, "this import closes the circle");
                    report.add(&[], found.help("move what both need into a third module"));
                }
                Seen::No => stack.push((import.module, 0)),
                Seen::Done => {}
            }
        }
    }
}
