//! Finding the sources of a project, or the manifests of a cluster.

use std::io;
use std::path::{Path, PathBuf};

use netpol_diagnostics::{Diagnostic, Sources};

use crate::fault::{of_file, reason};
use crate::host::{Host, Kind};
use crate::paths::join;
use crate::project::PROJECT_FILE;

/// Which files are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Sources; a project inside the project is not its part.
    Sources,
    /// Manifests, wherever they lie.
    Manifests,
}

impl Wanted {
    /// Whether a file of this name is one.
    fn takes(self, path: &str) -> bool {
        let extensions: &[&str] = match self {
            Wanted::Sources => &[".netpol"],
            Wanted::Manifests => &[".yaml", ".yml", ".json"],
        };
        extensions.iter().any(|extension| path.ends_with(extension))
    }
}

/// Every wanted file under a folder, relative to it, in ascending order.
///
/// Hidden files and folders are passed over. Links are followed; one that leads to a folder it lies in is a fault, and so
/// is a folder that cannot be listed.
pub(crate) fn discover(
    host: &dyn Host,
    root: &Path,
    wanted: Wanted,
    sources: &mut Sources,
) -> (Vec<String>, Vec<Diagnostic>) {
    let mut walk = Walk { host, root, wanted, sources, files: Vec::new(), faults: Vec::new() };
    walk.folder("", &mut vec![String::new()]);
    walk.files.sort();
    (walk.files, walk.faults)
}

struct Walk<'a> {
    host: &'a dyn Host,
    root: &'a Path,
    wanted: Wanted,
    sources: &'a mut Sources,
    files: Vec<String>,
    faults: Vec<Diagnostic>,
}

impl Walk<'_> {
    fn at(&self, path: &str) -> PathBuf {
        if path.is_empty() { self.root.to_owned() } else { self.root.join(path) }
    }

    fn fault(&mut self, path: &str, title: String, label: &str) {
        let fault = of_file(self.sources, path, title, label);
        self.faults.push(fault);
    }

    /// Walks a folder; `above` holds the folders on the way to it, itself included.
    fn folder(&mut self, path: &str, above: &mut Vec<String>) {
        let mut entries = match self.host.list(&self.at(path)) {
            Ok(entries) => entries,
            Err(error) => {
                let shown = if path.is_empty() { "." } else { path };
                self.fault(shown, format!("folder `{shown}` cannot be listed"), &reason(&error));
                return;
            }
        };
        let is_source = self.wanted == Wanted::Sources;
        if is_source && !path.is_empty() && entries.iter().any(|entry| entry.name == PROJECT_FILE) {
            return;
        }
        entries.sort();
        for entry in entries.iter().filter(|entry| !entry.name.starts_with('.')) {
            let inner = join(path, &entry.name);
            match entry.kind {
                Kind::Folder => self.inside(inner, above),
                Kind::Link => self.link(inner, above),
                Kind::File | Kind::Other => self.file(inner),
            }
        }
    }

    fn inside(&mut self, path: String, above: &mut Vec<String>) {
        above.push(path.clone());
        self.folder(&path, above);
        above.pop();
    }

    fn file(&mut self, path: String) {
        if self.wanted.takes(&path) {
            self.files.push(path);
        }
    }

    fn link(&mut self, path: String, above: &mut Vec<String>) {
        match self.host.metadata(&self.at(&path)).map(|metadata| metadata.kind) {
            Ok(Kind::Folder) => match self.leads_up(&path, above) {
                Ok(None) => self.inside(path, above),
                Ok(Some(folder)) => {
                    let folder =
                        if folder.is_empty() { "the project".to_owned() } else { format!("`{folder}`") };
                    self.fault(
                        &path,
                        format!("link `{path}` leads in a circle"),
                        &format!("leads back to {folder}"),
                    );
                }
                Err(error) => {
                    self.fault(&path, format!("link `{path}` cannot be followed"), &reason(&error));
                }
            },
            Ok(Kind::File | Kind::Link | Kind::Other) => self.file(path),
            // A dangling link to nothing wanted is none of our business; one that never ends might hide files.
            Err(error) if error.kind() == io::ErrorKind::NotFound && !self.wanted.takes(&path) => {}
            Err(error) => {
                self.fault(&path, format!("link `{path}` cannot be followed"), &reason(&error));
            }
        }
    }

    /// The folder on the way to this link that the link leads to, if any.
    fn leads_up(&self, link: &str, above: &[String]) -> io::Result<Option<String>> {
        let target = self.host.canonical(&self.at(link))?;
        for folder in above {
            if self.host.canonical(&self.at(folder))? == target {
                return Ok(Some(folder.clone()));
            }
        }
        Ok(None)
    }
}
