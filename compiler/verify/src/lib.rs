//! Source and manifests compared: equal on every class of flow, or a counterexample.
//!
//! `source` says what the policy lets pass, side by side and namespace by namespace; `reading` is what a target's own
//! reading of the emitted bytes answers; `comparison` holds the two against each other for one namespace, `target`
//! for one target's manifests, `proof` for all of them and every target. This crate never sees how the bytes were made.

mod source;
mod reading;
mod readings;
mod outcome;
mod comparison;
mod target;
mod proof;

pub use comparison::Meant;
pub use netpol_semantics::Manifest;
pub use outcome::{Difference, Outcome, Tally};
pub use proof::{Proof, Shared, Unread, Written, prove};
pub use reading::{Local, Reading};
pub use readings::read;
pub use source::{Shard, Source};
pub use target::Found;
