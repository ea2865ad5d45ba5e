//! Which names there are, and where each is visible.

pub(crate) mod apart;
pub(crate) mod collect;
pub(crate) mod expand;
pub(crate) mod library;
pub(crate) mod modules;
pub(crate) mod names;
