//! Source and manifests compared: equal on every class of flow, or a counterexample.
//!
//! `source` says what the policy lets pass, side by side and namespace by namespace; `proof` compares that with what a
//! target's own reading of the emitted bytes says. This crate never sees how the bytes were made.

mod source;
mod proof;
mod readings;

pub use proof::{Difference, Outcome, Proof, Reading, Tally};
pub use readings::read;
pub use source::{Shard, Source};
