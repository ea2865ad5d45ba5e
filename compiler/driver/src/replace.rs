//! Replacing sources: each file whole or not at all, and none that changed since it was read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use netpol_diagnostics::Diagnostic;

use crate::fault::{UNWRITABLE, reason};
use crate::host::Host;

/// Writes the new text of each file, given by path with the text that was read.
///
/// Errs at the first file that cannot be written or that is no longer what was read; those before it have their new text,
/// and no file is ever half written. Links are followed: what they lead to is replaced.
pub fn replace_sources(
    host: &dyn Host,
    root: &Path,
    files: &BTreeMap<String, (String, String)>,
) -> Result<(), Box<Diagnostic>> {
    for (path, (old, new)) in files {
        let fault = |title: String| Box::new(Diagnostic::new(UNWRITABLE, title));
        let unwritable = |error: std::io::Error| {
            let found = fault(format!("`{path}` cannot be written"));
            Box::new(found.note(reason(&error)))
        };
        let place = host.canonical(&root.join(path)).map_err(unwritable)?;
        let there = host.read(&place).map_err(unwritable)?;
        if there != old.as_bytes() {
            let found = fault(format!("`{path}` changed while it was being fixed, and was left alone"));
            return Err(Box::new(found.help("run it again")));
        }
        let beside = beside(&place, host.process());
        host.write_new(&beside, new.as_bytes()).map_err(unwritable)?;
        host.replace(&beside, &place).map_err(unwritable)?;
        if let Some(folder) = place.parent() {
            host.sync_folder(folder).map_err(unwritable)?;
        }
    }
    Ok(())
}

/// A name beside a file that no build reads.
fn beside(place: &Path, process: u32) -> PathBuf {
    let name = place.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    place.with_file_name(format!(".{name}.{process}.tmp"))
}
