//! Every relative link of every Markdown text in the repository leads to something that is there, headings included.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Folders that hold what is made, not what is written.
const MADE: [&str; 4] = ["target", "node_modules", "book/book", "dist"];

/// Every text, by its path from the root.
fn texts(folder: &Path, found: &mut BTreeMap<PathBuf, String>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        let inside = path.strip_prefix(ROOT).expect("inside the root").to_owned();
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') || MADE.iter().any(|made| inside.ends_with(made)) {
            continue;
        }
        if path.is_dir() {
            texts(&path, found);
        } else if name.ends_with(".md") {
            found.insert(inside, std::fs::read_to_string(&path).expect("a text"));
        }
    }
}

/// The lines of a text that are prose, without code spans.
fn prose(text: &str) -> Vec<String> {
    let mut is_code = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        } else if !is_code {
            lines.push(line.to_owned());
        }
    }
    lines
}

/// Where the links of a line lead. A backtick before the bracket's end is the label's, so spans need no care here.
fn links(line: &str) -> Vec<&str> {
    line.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect()
}

/// The anchors a reader's browser finds: the headings in lower case, spaces as hyphens, marks dropped.
fn anchors(text: &str) -> Vec<String> {
    let heading =
        |line: String| line.starts_with('#').then(|| line.trim_start_matches('#').trim().to_lowercase());
    let slug = |heading: String| {
        let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    prose(text).into_iter().filter_map(heading).map(slug).collect()
}

/// A path without `..`.
fn plain(path: &Path) -> PathBuf {
    let mut parts: Vec<Component<'_>> = Vec::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(parts.pop()),
            Component::CurDir => {}
            part => parts.push(part),
        }
    }
    parts.iter().collect()
}

#[test]
fn every_relative_link_leads_somewhere() {
    let mut found = BTreeMap::new();
    texts(Path::new(ROOT), &mut found);
    for expected in ["README.md", "CONTRIBUTING.md", "book/src/SUMMARY.md", "compiler/README.md"] {
        assert!(found.contains_key(Path::new(expected)), "{expected} was not read");
    }
    let (mut count, mut broken) = (0, Vec::new());
    for (path, text) in &found {
        for line in prose(text) {
            for link in links(&line) {
                if link.contains("://") || link.starts_with("mailto:") || link.is_empty() {
                    continue;
                }
                count += 1;
                let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
                let target = match file {
                    "" => path.clone(),
                    file => plain(&path.parent().unwrap_or(Path::new("")).join(file)),
                };
                let heads_there =
                    || found.get(&target).is_some_and(|text| anchors(text).iter().any(|a| a == anchor));
                let is_there = Path::new(ROOT).join(&target).exists();
                if !is_there || !anchor.is_empty() && !heads_there() {
                    broken.push(format!("{}: {link}", path.display()));
                }
            }
        }
    }
    println!("{count} links in {} texts", found.len());
    assert!(count > 100 && broken.is_empty(), "{broken:#?}");
}
