//! The driver's tests, by what they are about.

mod discovery;
mod fixing;
mod messages;
mod manifest;
mod loading;
mod authority;
mod compiling;
mod lowering;
mod output;
mod proving;
mod stale;

use std::path::Path;

use netpol_diagnostics::Diagnostic;

use crate::testing::Memory;
use crate::{Format, Loaded, View, load_project, render};

/// A project file with one target.
pub(crate) const ONE_TARGET: &str = "edition = 2026\n[targets.main]\nbackend = \"calico\"\n";

/// Loads the project at `p`.
pub(crate) fn load(host: &Memory) -> Loaded {
    load_project(host, Path::new("p"))
}

/// Each diagnostic on its line, as the short form shows it.
pub(crate) fn short(loaded: &Loaded) -> String {
    shown(Format::Short, loaded, &loaded.diagnostics)
}

/// The diagnostics as a format shows them.
pub(crate) fn shown(format: Format, loaded: &Loaded, diagnostics: &[Diagnostic]) -> String {
    let view = View { sources: &loaded.sources, library: u32::MAX, prefix: "", colour: false };
    render(format, diagnostics, &view)
}

/// The paths of the sources that were read.
pub(crate) fn paths(loaded: &Loaded) -> Vec<String> {
    loaded.files.iter().map(|file| loaded.sources.file(*file).path.to_string()).collect()
}
