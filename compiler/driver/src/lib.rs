//! Projects: the project file, discovery, check and build, and the rendering of diagnostics.
//!
//! The order of work: [`load_project`] reads `netpol.toml` and every source; [`check_all`] parses, checks, lowers and proves
//! them, file by file; [`build`] also writes the files, all or nothing, and [`compile`] keeps them in memory; [`compare`] says
//! whether what is committed is current; [`render()`] turns diagnostics into text. [`analyze_cluster`] stands beside this: it says who may reach
//! whom by the manifests in a folder. Files, clock and process come in through [`Host`] alone.

mod host;
mod paths;
mod project;
mod manifest;
mod discovery;
mod load;
mod authority;
mod build;
mod compile;
mod lower;
mod taker;
mod verify;
mod output;
mod folder;
mod stale;
mod size;
mod fix;
mod layout;
mod replace;
mod render;
mod cluster;
mod trials;
mod calendar;
mod document;
mod graph;
mod workspace;
mod fault;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use build::{build, build_and_keep};
pub use calendar::{Calendar, CalendarFormat, render_calendar};
pub use cluster::{Analyzed, analyze_cluster};
pub use compile::{Compiled, Manifests, Options, Purpose, check_all, compile};
pub use document::{
    consumers_of, contract_of, document_item, document_library, document_module, document_namespace,
    document_pods, document_project,
};
pub use fault::{is_environment, usage};
pub use fix::{Fixed, Wanted, fix};
pub use folder::MARKER;
pub use graph::{Drawn, GraphBy, GraphFormat, GraphOptions, graph};
pub use host::{Entry, Host, Kind, Metadata};
pub use layout::{Layout, layout};
pub use load::{LARGEST_FILE, Loaded, SingleFile, load_file, load_project};
pub use output::{Replaced, replace_folders};
pub use project::{EDITION, PROJECT_FILE, Project, Target};
pub use render::{Format, View, render};
pub use replace::replace_sources;
pub use size::source_lines;
pub use stale::{Difference, compare, diff_of};
pub use trials::{TrialFormat, Trials, merge_coverage, render_trials};

pub use workspace::{FileState, Prepared, Root, Snapshot, Workspace, names};

pub use netpol_analyze as analyze;
pub use netpol_backends::{BACKENDS, Backend, Capability, Setting, Support, backend};
pub use netpol_check::{Coverage, LineResult, Outcome, TestResult, cover};
pub use netpol_flow::{Date, is_dns_label};
pub use netpol_syntax::format;
pub use netpol_verify::Tally;
