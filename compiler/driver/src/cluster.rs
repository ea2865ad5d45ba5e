//! Who may reach whom by the manifests in a folder, or why that cannot be said.

use std::path::Path;

use netpol_analyze::{Answer, Failure, Manifest, Options, ReadError, analyze};
use netpol_diagnostics::{Diagnostic, FileId, Sources, Span};

use crate::discovery::{Wanted, discover};
use crate::fault::{UNREADABLE, reason, usage};
use crate::host::{Host, Kind};
use crate::load::{Loaded, read_into};

/// What an analysis gives: an answer, or diagnostics with an error among them.
#[derive(Clone, Debug, Default)]
pub struct Analyzed {
    /// The manifests.
    pub sources: Sources,
    /// The answer; none with an error.
    pub answer: Option<Answer>,
    /// What could not be read or decided, and what was passed over.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads every manifest under a folder, or one file, and analyses them together.
///
/// An object that is not understood might change any line of the answer, so with one there is none.
pub fn analyze_cluster(host: &dyn Host, path: &Path, options: Options) -> Analyzed {
    let mut loaded = Loaded::default();
    match host.metadata(path).map(|metadata| metadata.kind) {
        Ok(Kind::Folder) => {
            let (files, faults) = discover(host, path, Wanted::Manifests, &mut loaded.sources);
            loaded.diagnostics.extend(faults);
            for file in files {
                let read = read_into(host, &path.join(&file), &file, &mut loaded);
                loaded.files.extend(read);
            }
            if loaded.files.is_empty() && loaded.diagnostics.is_empty() {
                let title = format!("`{}` holds no manifest", path.display());
                let help = "manifests are files that end in `.yaml`, `.yml` or `.json`";
                loaded.diagnostics.push(Diagnostic::new(UNREADABLE, title).help(help));
            }
        }
        Ok(Kind::File | Kind::Link | Kind::Other) => {
            let shown = path.to_string_lossy();
            let read = read_into(host, path, &shown, &mut loaded);
            loaded.files.extend(read);
        }
        Err(error) => {
            let title = format!("`{}` cannot be read: {}", path.display(), reason(&error));
            loaded.diagnostics.push(Diagnostic::new(UNREADABLE, title));
        }
    }
    let Loaded { sources, files, mut diagnostics, .. } = loaded;
    let mut answer = None;
    if diagnostics.is_empty() {
        let manifests = files.iter().map(|file| sources.file(*file));
        let manifests: Vec<Manifest<'_>> =
            manifests.map(|source| Manifest { path: &source.path, text: &source.text }).collect();
        match analyze(&manifests, options) {
            Ok(found) => answer = Some(found),
            Err(failure) => diagnostics = faults(failure, &sources, &files),
        }
    }
    Analyzed { sources, answer, diagnostics }
}

fn faults(failure: Failure, sources: &Sources, files: &[FileId]) -> Vec<Diagnostic> {
    match failure {
        Failure::Refused(errors) => {
            let mut faults: Vec<_> = errors.iter().map(|error| refused(error, sources, files)).collect();
            if let Some(last) = faults.pop() {
                faults.push(last.help(
                    "what is not understood might change any line of the answer: mend it, or analyze the manifests \
                     without it, knowing that",
                ));
            }
            faults
        }
        Failure::TwoPlugins => {
            let fault = usage("policies of Calico and of Cilium stand side by side");
            vec![fault.help("say which of the two enforces: `--plugin calico` or `--plugin cilium`")]
        }
        Failure::NoWorkload => {
            let fault = Diagnostic::new(UNREADABLE, "the manifests hold no workload");
            vec![
                fault.help(
                    "put the pods, or the Deployments and the like that make them, beside the policies",
                ),
            ]
        }
        Failure::Undecided { namespace, side, reason } => {
            let title = format!("{} of `{namespace}` cannot be decided", side.word());
            vec![Diagnostic::new(UNREADABLE, title).note(reason)]
        }
    }
}

/// An object that is not understood, at the line where the reason is.
fn refused(error: &ReadError, sources: &Sources, files: &[FileId]) -> Diagnostic {
    let title = format!("{} is not understood", error.object);
    let Some(file) = files.iter().find(|file| *sources.file(**file).path == *error.path) else {
        return Diagnostic::new(UNREADABLE, title).note(error.reason.clone());
    };
    let told = Diagnostic::new(UNREADABLE, title).at(line(sources, *file, error.line), error.reason.clone());
    if sources.file(*file).text.contains("{{") {
        return told.help(
            "this looks like a template: analyze what it becomes, such as the output of `helm template`",
        );
    }
    told
}

/// The text of a line, counted from 1, without the spaces around it.
fn line(sources: &Sources, file: FileId, number: u32) -> Span {
    let text = &sources.file(file).text;
    let mut start = 0;
    for (at, line) in (1..).zip(text.split_inclusive('\n')) {
        if at == number {
            let indent = line.len() - line.trim_start().len();
            let begin = start + indent;
            let end = begin + line.trim().len();
            return Span { file, start: to_offset(begin), end: to_offset(end) };
        }
        start += line.len();
    }
    Span { file, start: to_offset(text.len()), end: to_offset(text.len()) }
}

fn to_offset(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}
