//! The requests, one file each.

pub mod hover;
pub mod completion;
pub mod signature;
pub mod definition;
pub mod references;
pub mod rename;
pub mod symbols;
pub mod semantic_tokens;
pub mod folding;
pub mod selection;
pub mod actions;
pub mod inlay;
pub mod lens;
pub mod format;
