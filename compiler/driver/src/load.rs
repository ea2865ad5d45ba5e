//! Reading a project, or one file in its place.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::string::FromUtf8Error;

use netpol_backends::backend;
use netpol_diagnostics::{Diagnostic, FileId, Source, Sources, nearest};
use netpol_flow::Text;
use rayon::prelude::*;

use crate::authority::empty_paths;
use crate::discovery::{Wanted, discover};
use crate::fault::{PROJECT, UNREADABLE, of_file, reason, usage};
use crate::host::{Host, Kind};
use crate::manifest::{backend_names, list, read_manifest};
use crate::paths::is_within;
use crate::project::{PROJECT_FILE, Project, Target};

/// The longest source that is read: 16 MiB.
pub const LARGEST_FILE: u64 = 16 * 1024 * 1024;

/// What was read, and what could not be.
///
/// With an error among the diagnostics there is nothing to compile: half a project would seem to lack names.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// The project file first, where there is one; then the sources.
    pub sources: Sources,
    /// What the project file says.
    pub project: Project,
    /// The sources to parse, by path.
    pub files: Vec<FileId>,
    /// The namespace of rules that stand outside every namespace, for a single file.
    pub default_namespace: Option<String>,
    /// What could not be read.
    pub diagnostics: Vec<Diagnostic>,
}

/// What the command line says in place of a project file.
#[derive(Clone, Debug, Default)]
pub struct SingleFile {
    /// The back end to lower with; none only checks the file.
    pub backend: Option<String>,
    /// The namespace of rules that stand outside every namespace.
    pub namespace: Option<String>,
    /// Settings of the back end, by key.
    pub settings: BTreeMap<String, String>,
}

/// Reads a project: its `netpol.toml` and every source under the folder.
pub fn load_project(host: &dyn Host, root: &Path) -> Loaded {
    let mut loaded = Loaded::default();
    let Some(file) = read_into(host, &root.join(PROJECT_FILE), PROJECT_FILE, &mut loaded) else {
        return loaded;
    };
    let text = loaded.sources.file(file).text.clone();
    let (project, diagnostics) = read_manifest(file, &text);
    loaded.project = project;
    loaded.diagnostics.extend(diagnostics);
    let (paths, faults) = discover(host, root, Wanted::Sources, &mut loaded.sources);
    loaded.diagnostics.extend(faults);
    let read: Vec<_> = paths.par_iter().map(|path| read(host, &root.join(path), path)).collect();
    for (path, read) in paths.iter().zip(read) {
        let file = add(read, path, &mut loaded);
        loaded.files.extend(file);
    }
    if paths.is_empty() && loaded.diagnostics.is_empty() {
        let title = "the project holds no `.netpol` file".to_owned();
        let fault = Diagnostic::new(UNREADABLE, title).at(crate::fault::start_of(file), "of this project");
        loaded
            .diagnostics
            .push(fault.help("write the first one: `netpol init` in an empty folder shows how"));
    }
    let sources: Vec<&Source> = loaded.files.iter().map(|file| loaded.sources.file(*file)).collect();
    let mut faults = sources_in_outputs(&loaded.project, &sources);
    if loaded.diagnostics.is_empty() {
        faults.extend(empty_paths(&loaded.project, &sources));
    }
    loaded.diagnostics.extend(faults);
    loaded
}

/// Reads one file, shown under this name.
pub fn load_file(host: &dyn Host, path: &Path, shown: &str, single: &SingleFile) -> Loaded {
    let mut loaded = Loaded { default_namespace: single.namespace.clone(), ..Loaded::default() };
    if let Some(file) = read_into(host, path, shown, &mut loaded) {
        loaded.files.push(file);
    }
    if let Some(name) = &single.backend {
        match single_target(name, &single.settings) {
            Ok(target) => loaded.project.targets.push(target),
            Err(fault) => loaded.diagnostics.push(*fault),
        }
    }
    loaded
}

fn single_target(name: &str, settings: &BTreeMap<String, String>) -> Result<Target, Box<Diagnostic>> {
    let Some(backend) = backend(name) else {
        let fault = usage(format!("no back end is named `{name}`"));
        let fault = match nearest(name, backend_names()) {
            Some(near) => fault.help(format!("did you mean `{near}`?")),
            None => fault.help(format!("there are {}", list(&backend_names()))),
        };
        return Err(Box::new(fault));
    };
    let known: Vec<&str> = backend.settings.iter().map(|setting| setting.key).collect();
    if let Some(key) = settings.keys().find(|key| !known.contains(&key.as_str())) {
        let fault = usage(format!("back end `{name}` has no setting `{key}`"));
        let fault = match nearest(key, known.iter().copied()) {
            Some(near) => fault.help(format!("did you mean `{near}`?")),
            None => fault.help(format!("`netpol targets {name}` lists its settings")),
        };
        return Err(Box::new(fault));
    }
    Ok(Target {
        name: backend.name.into(),
        backend,
        backend_span: None,
        cluster: None,
        output: String::new(),
        settings: settings.iter().map(|(key, value)| (Text::from(&**key), Text::from(&**value))).collect(),
        cluster_span: None,
        output_span: None,
    })
}

/// Reads a file into the sources, or says why not.
pub(crate) fn read_into(host: &dyn Host, path: &Path, shown: &str, loaded: &mut Loaded) -> Option<FileId> {
    add(read(host, path, shown), shown, loaded)
}

/// Why a file is no source.
enum Unread {
    /// What is wrong with it, and what to say of its place.
    Other(String, String),
    /// Its bytes are not UTF-8.
    NotUtf8(FromUtf8Error),
}

/// Reads a file as a source.
fn read(host: &dyn Host, path: &Path, shown: &str) -> Result<Source, Unread> {
    let other = |title: String, label: &str| Unread::Other(title, label.to_owned());
    let unreadable = |error: io::Error| other(format!("`{shown}` cannot be read"), &reason(&error));
    let metadata = host.metadata(path).map_err(unreadable)?;
    if metadata.kind != Kind::File {
        return Err(other(format!("`{shown}` is not a file"), "a folder, a device or a pipe"));
    }
    if metadata.length > LARGEST_FILE {
        let title = format!("`{shown}` is larger than {}", megabytes(LARGEST_FILE));
        let label = format!("{}; a source holds at most 16 MiB", megabytes(metadata.length));
        return Err(other(title, &label));
    }
    let bytes = host.read(path).map_err(unreadable)?;
    if bytes.iter().take(BINARY_PROBE).any(|byte| *byte == 0) {
        return Err(other(format!("`{shown}` is not text"), "holds zero bytes, as a binary file does"));
    }
    String::from_utf8(bytes).map(|text| Source::new(shown, text)).map_err(Unread::NotUtf8)
}

/// Adds what was read to the sources, or the reason why nothing was.
fn add(read: Result<Source, Unread>, shown: &str, loaded: &mut Loaded) -> Option<FileId> {
    let sources = &mut loaded.sources;
    let fault = match read {
        Ok(source) => return Some(sources.push(source)),
        Err(Unread::Other(title, label)) => of_file(sources, shown, title, &label),
        Err(Unread::NotUtf8(error)) => not_utf8(sources, shown, &error),
    };
    loaded.diagnostics.push(fault);
    None
}

/// How far into a file a zero byte makes it binary.
const BINARY_PROBE: usize = 8_000;

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / (1024.0 * 1024.0)).replace(".0 ", " ")
}

/// The place of the first byte that is not UTF-8: the end of what can be read.
fn not_utf8(sources: &mut Sources, shown: &str, error: &FromUtf8Error) -> Diagnostic {
    let good = error.utf8_error().valid_up_to();
    let bytes = error.as_bytes();
    let text = bytes.get(..good).map(String::from_utf8_lossy).unwrap_or_default();
    let byte = bytes.get(good).copied().unwrap_or_default();
    let file = sources.add(shown, &*text);
    let end = netpol_diagnostics::Span { file, start: good as u32, end: good as u32 };
    Diagnostic::new(UNREADABLE, format!("`{shown}` is not UTF-8"))
        .at(end, format!("byte {byte:#04x} here; the text stops at it"))
        .help("save the file as UTF-8")
}

/// A source in a folder that a build replaces would be lost, or stop the build.
fn sources_in_outputs(project: &Project, sources: &[&Source]) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    for target in project.targets.iter().filter(|target| !target.output.is_empty()) {
        let inside = sources.iter().find(|source| is_within(&source.path, &target.output));
        if let (Some(source), Some(span)) = (inside, target.output_span) {
            let title = format!("target `{}` would be written over sources", target.name);
            let fault = Diagnostic::new(PROJECT, title)
                .at(span, format!("writes to `{}`", target.output))
                .note(format!("`{}` lies there", source.path));
            faults.push(fault.help(format!("name a folder of its own, `dist/{}`", target.name)));
        }
    }
    faults
}
