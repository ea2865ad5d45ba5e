//! Who may reach whom: from a cluster's manifests, workloads and policies, to its connections.
//!
//! [`analyze`] reads the objects, asks the chosen plug-in's reading what each side of each namespace lets pass, as sets,
//! and joins both sides. Workloads that no policy tells apart are one class, and only pairs that both sides may list are
//! looked at, so the work follows the answer and not the square of the workloads.

mod plugin;
mod cluster;
mod entry;
mod traffic;
mod rules;
mod classes;
mod reach;
mod outside;
mod answer;
mod analyze;
mod render;
#[cfg(test)]
mod tests;

pub use analyze::{Failure, Options, analyze};
pub use answer::{Answer, Connection, End};
pub use cluster::{HostNetwork, Name};
pub use netpol_semantics::{Manifest, ReadError};
pub use outside::Outside;
pub use plugin::Plugin;
pub use render::{csv, json, text};
pub use traffic::Traffic;
