//! Gathers the pages of the diagnostic codes, so that `netpol explain` carries them, and the sources of the examples, so
//! that `netpol init` does.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    pages()?;
    templates()
}

/// Writes `templates.rs`: name, README and files of every example, by name.
fn templates() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../../examples").canonicalize()?;
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut examples: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        if path.join("netpol.toml").is_file() {
            examples.push(path);
        }
    }
    examples.sort();
    let mut lines = String::new();
    for example in &examples {
        let name = example.file_name().and_then(|name| name.to_str()).ok_or("an example without a name")?;
        let mut files = Vec::new();
        sources(example, &mut files)?;
        files.sort();
        let readme = example.join("README.md");
        lines.push_str(&format!("    ({name:?}, include_str!({readme:?}), &[\n"));
        for file in files {
            let inside =
                file.strip_prefix(example)?.to_str().ok_or("a path that is no text")?.replace('\\', "/");
            lines.push_str(&format!("        ({inside:?}, include_str!({file:?})),\n"));
        }
        lines.push_str("    ]),\n");
    }
    let target = PathBuf::from(env::var("OUT_DIR")?).join("templates.rs");
    fs::write(target, format!("&[\n{lines}]\n"))?;
    Ok(())
}

/// The project file and the sources under a folder, without what was built.
fn sources(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() && !path.ends_with("dist") {
            sources(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "netpol" || extension == "toml") {
            files.push(path);
        }
    }
    Ok(())
}

/// Writes `pages.rs`: a list of code and text, by code.
fn pages() -> Result<(), Box<dyn Error>> {
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
