//! From sources to folders.

use std::path::Path;
use std::sync::Mutex;

use netpol_diagnostics::Diagnostic;

use crate::compile::{Compiled, Manifests, Options, compile_views, read_all};
use crate::host::Host;
use crate::load::Loaded;
use crate::output::{Replaced, Staged, replace_folders};

/// Compiles a project and, where nothing is wrong, puts the manifests of every target in its folder: what became of each,
/// or why nothing is written. None where a diagnostic is an error.
///
/// The bytes are written beside the folders while they are being proved, since that is mostly waiting; they take their
/// place only where the proof holds. See [`crate::replace_folders`].
pub fn build(
    loaded: Loaded,
    options: &Options,
    host: &dyn Host,
    root: &Path,
) -> (Compiled, Option<Result<Vec<Replaced>, Vec<Diagnostic>>>) {
    let staged: Mutex<Option<Staged>> = Mutex::new(None);
    let take = |manifests: &[&Manifests]| {
        let done = Staged::of(host, root, manifests);
        if let Ok(mut staged) = staged.lock() {
            *staged = Some(done);
        }
    };
    let compiled = compile_views(loaded, options, read_all, &|| false, None, Some(&take)).unwrap_or_default();
    let staged = staged.into_inner().ok().flatten();
    match (compiled.has_errors(), staged) {
        (true, staged) => {
            staged.iter().for_each(|staged| staged.discard(host));
            (compiled, None)
        }
        (false, staged) => {
            let replaced = match staged {
                Some(staged) => staged.commit(host, &compiled.targets),
                None => replace_folders(host, root, &compiled.targets),
            };
            (compiled, Some(replaced))
        }
    }
}
