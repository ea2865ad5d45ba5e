//! What each target means, read from its own documents: manifests to verdicts.
//!
//! One module per target. Each reads YAML with strict structures of its own and decides one side of a flow at a
//! time. What a target's reading does not cover is an error that names it, never "allow" and never "deny".

mod node;
mod plain;
mod scalar;
mod decode;
mod document;
mod error;
mod trace;
mod block;
mod labels;
mod universe;
#[cfg(test)]
mod testing;
pub mod kubernetes;
pub mod calico;
pub mod cilium;

pub use document::{Documents, Manifest, Object, Skipped, read_documents};
pub use error::{Fault, ReadError};
pub use labels::is_subdomain;
pub use trace::{Trace, Undecided};
pub use universe::Universe;
