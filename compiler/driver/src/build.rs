//! From sources to folders.

use std::path::Path;
use std::sync::Mutex;

use crate::compile::{Compiled, Manifests, Options, compile_views, read_all};
use crate::host::Host;
use crate::load::Loaded;
use crate::output::{Replaced, Staged, replace_folders};

/// Compiles a project and, where nothing is wrong, puts the manifests of every target in its folder: what became of each
/// folder, or none where a diagnostic is an error and nothing is written.
///
/// The bytes are written beside the folders while they are being proved, since that is mostly waiting; they take their
/// place only where the proof holds. See [`crate::replace_folders`].
pub fn build(
    loaded: Loaded,
    options: &Options,
    host: &dyn Host,
    root: &Path,
) -> (Compiled, Option<Vec<Replaced>>) {
    let staged: Mutex<Option<Staged>> = Mutex::new(None);
    let take = |manifests: &[&Manifests]| {
        let done = Staged::of(host, root, manifests);
        if let Ok(mut staged) = staged.lock() {
            *staged = Some(done);
        }
    };
    let compiled = compile_views(loaded, options, read_all, &|| false, None, Some(&take));
    let mut compiled = compiled.unwrap_or_default();
    let staged = staged.into_inner().ok().flatten();
    if compiled.has_errors() {
        staged.iter().for_each(|staged| staged.discard(host));
        return (compiled, None);
    }
    let replaced = match staged {
        Some(staged) => staged.commit(host, &compiled.targets),
        None => replace_folders(host, root, &compiled.targets),
    };
    match replaced {
        Ok(replaced) => (compiled, Some(replaced)),
        Err(faults) => {
            compiled.diagnostics.extend(faults);
            (compiled, None)
        }
    }
}
