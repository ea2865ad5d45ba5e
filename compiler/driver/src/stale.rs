//! Whether what is committed is what a build would write.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use netpol_diagnostics::Diagnostic;
use similar::TextDiff;

use crate::compile::Manifests;
use crate::fault::{UNWRITABLE, reason};
use crate::host::Host;
use crate::paths::join;

/// One file that is not as a build would write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The file, relative to the project.
    pub path: String,
    /// A unified diff from what is there to what would be.
    pub diff: String,
}

/// Every difference between the folders and what a build would write, by target and file.
///
/// Errs where a folder is there and cannot be read.
pub fn compare(
    host: &dyn Host,
    root: &Path,
    targets: &[Manifests],
) -> Result<Vec<Difference>, Box<Diagnostic>> {
    let mut differences = Vec::new();
    for target in targets {
        let folder = root.join(&target.output);
        let unreadable = |error: io::Error| {
            let fault = Diagnostic::new(UNWRITABLE, format!("folder `{}` cannot be read", target.output));
            Box::new(match target.output_span {
                Some(span) => fault.at(span, reason(&error)),
                None => fault.note(reason(&error)),
            })
        };
        let there = match host.list(&folder) {
            Ok(entries) => entries.into_iter().map(|entry| entry.name).collect(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => BTreeSet::new(),
            Err(error) => return Err(unreadable(error)),
        };
        let names: BTreeSet<&String> = there.iter().chain(target.files.keys()).collect();
        for name in names {
            let old = match there.contains(name) {
                true => Some(host.read(&folder.join(name)).map_err(unreadable)?),
                false => None,
            };
            let new = target.files.get(name).map(String::as_str);
            let path = join(&target.output, name);
            if let Some(diff) = difference(&path, old.as_deref(), new) {
                differences.push(Difference { path, diff });
            }
        }
    }
    Ok(differences)
}

/// A unified diff of a file's text before and after.
pub fn diff_of(path: &str, old: &str, new: &str) -> String {
    difference(path, Some(old.as_bytes()), Some(new)).unwrap_or_default()
}

fn difference(path: &str, old: Option<&[u8]>, new: Option<&str>) -> Option<String> {
    if old == new.map(str::as_bytes) {
        return None;
    }
    let Ok(old_text) = std::str::from_utf8(old.unwrap_or_default()) else {
        return Some(format!("Binary file {path} is not what a build writes\n"));
    };
    let from = if old.is_some() { path } else { "/dev/null" };
    let to = if new.is_some() { path } else { "/dev/null" };
    let diff = TextDiff::from_lines(old_text, new.unwrap_or_default());
    let text = diff.unified_diff().header(from, to).to_string();
    // An empty file has no lines to show.
    Some(if text.is_empty() { format!("--- {from}\n+++ {to}\n") } else { text })
}
