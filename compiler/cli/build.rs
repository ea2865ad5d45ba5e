//! Gathers the pages of the diagnostic codes, so that `netpol explain` carries them.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Writes `pages.rs`: a list of code and text, by code.
fn main() -> Result<(), Box<dyn Error>> {
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let folder = here.join("../../book/src/errors").canonicalize()?;
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut pages = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        if let Some(code) = code_of(&path) {
            pages.push((code, path));
        }
    }
    pages.sort();
    let lines: String =
        pages.iter().map(|(code, path)| format!("    ({code}, include_str!({path:?})),\n")).collect();
    let target = PathBuf::from(env::var("OUT_DIR")?).join("pages.rs");
    fs::write(target, format!("&[\n{lines}]\n"))?;
    Ok(())
}

/// The number of `np0501.md`.
fn code_of(path: &Path) -> Option<u16> {
    path.file_name()?.to_str()?.strip_prefix("np")?.strip_suffix(".md")?.parse().ok()
}
