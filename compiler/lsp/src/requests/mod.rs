//! The requests, one file each.

pub mod hover;
