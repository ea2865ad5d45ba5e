//! What a path on the command line means: a project, a part of one, or a file on its own.

use std::path::{Path, PathBuf};

use netpol_diagnostics::Diagnostic;
use netpol_driver::{PROJECT_FILE, usage};

/// What a path leads to.
#[derive(Debug)]
pub enum Located {
    /// A project.
    Project {
        /// Its folder.
        root: PathBuf,
        /// The way to it, as diagnostics show it; empty for here.
        prefix: String,
        /// The part of it that is meant, relative to it; empty for all of it.
        part: String,
    },
    /// A file on its own.
    File(PathBuf),
}

/// What the path leads to; without a path, the project around the current folder.
pub fn locate(path: Option<&Path>) -> Result<Located, Box<Diagnostic>> {
    let Some(path) = path else { return around(Path::new("."), Path::new(".")) };
    let shown = path.display();
    let metadata = std::fs::metadata(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => missing(format!("`{shown}` does not exist")),
        _ => missing(format!("`{shown}` cannot be read: {error}")),
    })?;
    if metadata.is_dir() {
        return around(path, path);
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if path.file_name().is_some_and(|name| name == PROJECT_FILE) {
        return around(folder, folder);
    }
    around(folder, path).or_else(|_| Ok(Located::File(path.to_owned())))
}

fn missing(title: String) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(netpol_diagnostics::Code(1), title))
}

/// The project that holds a folder: the nearest one upwards.
fn around(folder: &Path, path: &Path) -> Result<Located, Box<Diagnostic>> {
    if folder == path && folder.join(PROJECT_FILE).is_file() {
        return Ok(Located::Project {
            root: folder.to_owned(),
            prefix: prefix_of(folder),
            part: String::new(),
        });
    }
    let none = || {
        let shown = if folder.as_os_str() == "." {
            "this folder".to_owned()
        } else {
            format!("`{}`", folder.display())
        };
        usage(format!("{shown} is no project: it has no `{PROJECT_FILE}`, and no folder above it has one"))
            .help("`netpol init` makes a small project; `netpol build FILE --backend NAME` builds one file")
    };
    let whole = folder.canonicalize().map_err(|_| none())?;
    let root = whole.ancestors().find(|above| above.join(PROJECT_FILE).is_file()).ok_or_else(none)?;
    let inside = path.canonicalize().map_err(|_| none())?;
    let part = inside.strip_prefix(root).map(slashes).unwrap_or_default();
    let root = seen_from_here(root);
    Ok(Located::Project { prefix: prefix_of(&root), root, part })
}

/// An absolute path as it is seen from the current folder, where it lies on the way up or down from it.
fn seen_from_here(path: &Path) -> PathBuf {
    let Ok(here) = std::env::current_dir().and_then(|here| here.canonicalize()) else {
        return path.to_owned();
    };
    if let Ok(down) = path.strip_prefix(&here) {
        return if down.as_os_str().is_empty() { PathBuf::from(".") } else { down.to_owned() };
    }
    match here.strip_prefix(path) {
        Ok(up) => up.components().map(|_| "..").collect(),
        Err(_) => path.to_owned(),
    }
}

fn prefix_of(root: &Path) -> String {
    let text = slashes(root);
    let text = text.strip_prefix("./").unwrap_or(&text).trim_end_matches('/');
    if text == "." || text.is_empty() && root.as_os_str() != "/" { String::new() } else { text.to_owned() }
}

/// A path with `/` between its parts.
pub fn slashes(path: &Path) -> String {
    path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
}
