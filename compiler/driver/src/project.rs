//! What a project file says.
//!
//! A project is a folder with a `netpol.toml`. All `.netpol` files under it belong to it.
//!
//! ```toml
//! edition = 2026                      # required: the edition of the language
//!
//! platform = ["platform"]             # files and folders that may hold platform statements
//!
//! [tenants]                           # where each tenant may declare its namespaces
//! shop = ["tenants/shop"]
//!
//! [targets.production]                # any name; one table for each folder of manifests to build
//! backend = "cilium"                  # required: `netpol targets` lists them
//! cluster = "prod-eu"                 # which `cluster` block; required where the project has several
//! output = "dist/production"          # the folder to write; `dist/NAME` where nothing is said
//! version = "1.19"                    # every other key is a setting of the back end: `netpol targets cilium`
//! ```
//!
//! Without `platform` and `[tenants]` every file may declare everything. With either, a file under no `platform` path
//! holds no platform statement; without `[tenants]` it may declare any tenant's namespaces, with it those of the tenants
//! that list its path (amendment U5). Where listed paths nest, the longest one that holds the file counts.

use std::collections::BTreeMap;

use netpol_backends::Backend;
use netpol_diagnostics::Span;
use netpol_flow::Text;

/// The name of the file that makes a folder a project.
pub const PROJECT_FILE: &str = "netpol.toml";

/// The edition this compiler knows.
pub const EDITION: u32 = 2026;

/// What `netpol.toml` says, or what the command line says in its place.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// The paths that may hold platform statements; none where the project file does not speak of them.
    pub platform: Option<Vec<ListedPath>>,
    /// The paths of each tenant; none where the project file does not speak of them.
    pub tenants: Option<BTreeMap<Text, Vec<ListedPath>>>,
    /// The targets, in the order written.
    pub targets: Vec<Target>,
}

/// A path that the project file gives authority to.
#[derive(Clone, Debug)]
pub struct ListedPath {
    /// Relative to the project, without a final slash; empty for the whole project.
    pub path: String,
    /// Where it is written.
    pub span: Span,
}

/// One folder of manifests to build.
#[derive(Clone, Debug)]
pub struct Target {
    /// Its name.
    pub name: Text,
    /// The back end that lowers it.
    pub backend: &'static Backend,
    /// Where the back end is chosen; none on the command line.
    pub backend_span: Option<Span>,
    /// The cluster it is for.
    pub cluster: Option<Text>,
    /// The folder it is written to, relative to the project.
    pub output: String,
    /// The back end's settings.
    pub settings: BTreeMap<Text, Text>,
    /// Where to speak of its cluster: the value, or the table's name where there is none.
    pub cluster_span: Option<Span>,
    /// Where to speak of its folder: the value, or the table's name where there is none.
    pub output_span: Option<Span>,
}
