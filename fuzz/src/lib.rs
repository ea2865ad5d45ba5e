//! What the fuzz targets hold their subjects to.

pub mod manifests;
pub mod program;
