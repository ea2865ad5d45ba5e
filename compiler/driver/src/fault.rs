//! Diagnostics about the environment: input, output, the project file.

use std::io;

use netpol_diagnostics::{Code, Diagnostic, FileId, Severity, Sources, Span};

/// Input cannot be read.
pub(crate) const UNREADABLE: Code = Code(1);
/// Output cannot be written.
pub(crate) const UNWRITABLE: Code = Code(2);
/// The project file is wrong.
pub(crate) const PROJECT: Code = Code(3);

/// Whether an error of this kind is the environment's and not the policy's: the command then ends with code 2.
pub fn is_environment(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity == Severity::Error && diagnostic.code.0 < 100
}

/// A mistake in how the command was called.
pub fn usage(title: impl Into<String>) -> Diagnostic {
    Diagnostic::new(PROJECT, title)
}

/// A fault of a whole file: its path with no text to show.
pub(crate) fn of_file(sources: &mut Sources, path: &str, title: String, label: &str) -> Diagnostic {
    let file = sources.add(path, "");
    Diagnostic::new(UNREADABLE, title).at(start_of(file), label)
}

/// The beginning of a file.
pub(crate) fn start_of(file: FileId) -> Span {
    Span { file, start: 0, end: 0 }
}

/// What the system said, in the words of a person.
pub(crate) fn reason(error: &io::Error) -> String {
    use io::ErrorKind as K;
    match error.kind() {
        K::NotFound => "it does not exist".to_owned(),
        K::PermissionDenied => "permission denied".to_owned(),
        K::StorageFull => "no space is left on the device".to_owned(),
        K::QuotaExceeded => "the disk quota is used up".to_owned(),
        K::ReadOnlyFilesystem => "the file system is read-only".to_owned(),
        K::NotADirectory => "a part of the path is not a folder".to_owned(),
        _ => {
            let text = error.to_string();
            let plain = text.split(" (os error").next().unwrap_or_default();
            let mut letters = plain.chars();
            letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
        }
    }
}
