//! From sources to folders.

use std::path::Path;

use netpol_diagnostics::Diagnostic;

use crate::compile::{Compiled, Options, choose, compile, compile_views, read_all};
use crate::host::Host;
use crate::load::Loaded;
use crate::output::{Place, Replaced, Staged, replace_folders};

/// Compiles a project and, where nothing is wrong, puts the manifests of every target in its folder: what became of each
/// folder, or none where a diagnostic is an error and nothing is written.
///
/// The bytes are written beside the folders while they are being proved, and forgotten; they take their place only where
/// the proof holds. See [`crate::replace_folders`].
pub fn build(
    loaded: Loaded,
    options: &Options,
    host: &dyn Host,
    root: &Path,
) -> (Compiled, Option<Vec<Replaced>>) {
    let targets = choose(&loaded.project, options).unwrap_or_default();
    let places = targets.iter().map(|target| Place::of(&target.output, target.output_span));
    let staged = Staged::of(host, root, places.collect());
    let compiled = compile_views(loaded, options, read_all, &|| false, None, &staged);
    let compiled = compiled.unwrap_or_default();
    if compiled.has_errors() {
        staged.discard();
        return (compiled, None);
    }
    told(compiled, staged.commit())
}

/// As [`build`], with the manifests also kept in memory, for who wants to count in them.
pub fn build_and_keep(
    loaded: Loaded,
    options: &Options,
    host: &dyn Host,
    root: &Path,
) -> (Compiled, Option<Vec<Replaced>>) {
    let compiled = compile(loaded, options);
    if compiled.has_errors() {
        return (compiled, None);
    }
    let replaced = replace_folders(host, root, &compiled.targets);
    told(compiled, replaced)
}

fn told(
    mut compiled: Compiled,
    replaced: Result<Vec<Replaced>, Vec<Diagnostic>>,
) -> (Compiled, Option<Vec<Replaced>>) {
    match replaced {
        Ok(replaced) => (compiled, Some(replaced)),
        Err(faults) => {
            compiled.diagnostics.extend(faults);
            (compiled, None)
        }
    }
}
