//! A host in memory: a tree of files that can run out of space, or stop, at any step.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use netpol_flow::Date;

use crate::{Entry, Host, Kind, Metadata};

/// A file, a folder or a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    File(Vec<u8>),
    Folder,
    /// A link to a path from the root.
    Link(PathBuf),
    /// A folder that nobody may list.
    Closed,
}

/// The host.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    state: Mutex<State>,
    /// Whether two folders can exchange names.
    pub(crate) can_swap: bool,
    /// Whether a file can have two names.
    can_link: bool,
}

#[derive(Debug, Default)]
struct State {
    nodes: BTreeMap<PathBuf, Node>,
    /// How many changes were asked for.
    changes: usize,
    /// The change that fails, and whether all after it fail too.
    fails_at: Option<(usize, bool)>,
}

impl Memory {
    /// A host with these text files.
    pub(crate) fn with(files: &[(&str, &str)]) -> Memory {
        let memory = Memory::default();
        for (path, text) in files {
            memory.put(path, Node::File(text.as_bytes().to_vec()));
        }
        memory
    }

    /// Empty hosts of every kind: folders can exchange names, or not; a file can have two names, or not.
    pub(crate) fn kinds() -> [Memory; 4] {
        [(true, true), (true, false), (false, true), (false, false)].map(|(can_swap, can_link)| Memory {
            can_swap,
            can_link,
            ..Memory::default()
        })
    }

    /// Puts something at a path, and the folders above it.
    pub(crate) fn put(&self, path: &str, node: Node) {
        let mut state = self.state();
        for above in Path::new(path).ancestors().skip(1) {
            state.nodes.entry(above.to_owned()).or_insert(Node::Folder);
        }
        state.nodes.insert(path.into(), node);
    }

    /// From now on, change number `at` fails; with `for_good` so does every one after it, as in a crash.
    pub(crate) fn fail_at(&self, at: usize, for_good: bool) {
        let mut state = self.state();
        state.changes = 0;
        state.fails_at = Some((at, for_good));
    }

    /// Nothing fails any more; gives how many changes were asked for.
    pub(crate) fn heal(&self) -> usize {
        let mut state = self.state();
        state.fails_at = None;
        std::mem::take(&mut state.changes)
    }

    /// The files under a folder, by path relative to it.
    pub(crate) fn files(&self, folder: &str) -> BTreeMap<String, String> {
        let state = self.state();
        let inside = state.nodes.iter().filter_map(|(path, node)| match (path.strip_prefix(folder), node) {
            (Ok(rest), Node::File(bytes)) => {
                Some((rest.to_string_lossy().into_owned(), String::from_utf8_lossy(bytes).into_owned()))
            }
            _ => None,
        });
        inside.collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn change(&self) -> io::Result<MutexGuard<'_, State>> {
        let mut state = self.state();
        state.changes += 1;
        match state.fails_at {
            Some((at, for_good)) if state.changes == at || for_good && state.changes > at => {
                Err(ErrorKind::StorageFull.into())
            }
            _ => Ok(state),
        }
    }

    /// The path with every link replaced by what it leads to.
    fn resolve(&self, path: &Path, depth: usize) -> io::Result<PathBuf> {
        if depth > 20 {
            return Err(io::Error::other("Too many levels of symbolic links (os error 40)"));
        }
        let mut resolved = PathBuf::new();
        for part in path {
            resolved.push(part);
            let node = self.state().nodes.get(&resolved).cloned();
            if let Some(Node::Link(target)) = node {
                resolved = self.resolve(&target, depth + 1)?;
            }
        }
        Ok(resolved)
    }

    fn node(&self, path: &Path) -> io::Result<Node> {
        let path = self.resolve(path, 0)?;
        self.state().nodes.get(&path).cloned().ok_or(ErrorKind::NotFound.into())
    }
}

impl State {
    fn take_tree(&mut self, from: &Path) -> io::Result<Vec<(PathBuf, Node)>> {
        let paths: Vec<PathBuf> = self.nodes.keys().filter(|path| path.starts_with(from)).cloned().collect();
        if paths.is_empty() {
            return Err(ErrorKind::NotFound.into());
        }
        let take = |path: PathBuf| self.nodes.remove(&path).map(|node| (path, node));
        Ok(paths.into_iter().filter_map(take).collect())
    }

    fn put_tree(&mut self, tree: Vec<(PathBuf, Node)>, from: &Path, to: &Path) {
        for (path, node) in tree {
            let rest = path.strip_prefix(from).unwrap();
            let place = if rest.as_os_str().is_empty() { to.to_owned() } else { to.join(rest) };
            self.nodes.insert(place, node);
        }
    }
}

fn kind(node: &Node) -> Kind {
    match node {
        Node::File(_) => Kind::File,
        Node::Folder | Node::Closed => Kind::Folder,
        Node::Link(_) => Kind::Link,
    }
}

impl Host for Memory {
    fn today(&self) -> Option<Date> {
        "2026-11-21".parse().ok()
    }

    fn process(&self) -> u32 {
        7
    }

    fn metadata(&self, path: &Path) -> io::Result<Metadata> {
        let node = self.node(path)?;
        let length = if let Node::File(bytes) = &node { bytes.len() as u64 } else { 0 };
        Ok(Metadata { kind: kind(&node), length })
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        let place = self.resolve(folder, 0)?;
        match self.node(folder)? {
            Node::Folder => {}
            Node::Closed => return Err(ErrorKind::PermissionDenied.into()),
            Node::File(_) | Node::Link(_) => return Err(ErrorKind::NotADirectory.into()),
        }
        let state = self.state();
        let inside = state.nodes.iter().filter(|(path, _)| path.parent() == Some(&place));
        let entry = |(path, node): (&PathBuf, &Node)| Entry {
            name: path.file_name().unwrap().to_string_lossy().into_owned(),
            kind: kind(node),
        };
        Ok(inside.map(entry).collect())
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        self.resolve(path, 0)
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        match self.node(path)? {
            Node::File(bytes) => Ok(bytes),
            Node::Folder | Node::Closed | Node::Link(_) => Err(ErrorKind::IsADirectory.into()),
        }
    }

    fn write_new(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.change()?;
        if !state.nodes.contains_key(path.parent().unwrap()) {
            return Err(ErrorKind::NotFound.into());
        }
        state.nodes.insert(path.to_owned(), Node::File(bytes.to_vec()));
        Ok(())
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        if !self.can_link {
            return Err(ErrorKind::Unsupported.into());
        }
        let mut state = self.change()?;
        let node = state.nodes.get(from).cloned().ok_or(ErrorKind::NotFound)?;
        state.nodes.insert(to.to_owned(), node);
        Ok(())
    }

    fn create_folders(&self, folder: &Path) -> io::Result<()> {
        let mut state = self.change()?;
        for above in folder.ancestors() {
            state.nodes.entry(above.to_owned()).or_insert(Node::Folder);
        }
        Ok(())
    }

    fn sync_folder(&self, _folder: &Path) -> io::Result<()> {
        self.change().map(|_| ())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.change()?;
        if state.nodes.contains_key(to) {
            return Err(ErrorKind::AlreadyExists.into());
        }
        let tree = state.take_tree(from)?;
        state.put_tree(tree, from, to);
        Ok(())
    }

    fn replace(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.change()?;
        let node = state.nodes.remove(from).ok_or(ErrorKind::NotFound)?;
        state.nodes.insert(to.to_owned(), node);
        Ok(())
    }

    fn swap(&self, one: &Path, other: &Path) -> io::Result<()> {
        if !self.can_swap {
            return Err(ErrorKind::Unsupported.into());
        }
        let mut state = self.change()?;
        let (first, second) = (state.take_tree(one)?, state.take_tree(other)?);
        state.put_tree(first, one, other);
        state.put_tree(second, other, one);
        Ok(())
    }

    fn remove_folder(&self, folder: &Path) -> io::Result<()> {
        self.change()?.take_tree(folder).map(|_| ())
    }
}
