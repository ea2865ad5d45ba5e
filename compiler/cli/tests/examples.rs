//! What the examples commit is what a build writes: `netpol build --check` says so for each.
//!
//! `UPDATE=1 cargo test -p netpol --test examples` builds them all anew. Read the difference before you commit it.

#![allow(clippy::unwrap_used, reason = "a test may stop")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use netpol_tests::book;
use netpol_tests::example::{self, Example};

#[test]
fn the_committed_output_of_every_example_is_current() {
    let mut wrong = Vec::new();
    let examples = example::all();
    for example in &examples {
        let folder = example::folder().join(&example.name);
        let word = if book::is_updating() { "--quiet" } else { "--check" };
        let mut command = Command::new(env!("CARGO_BIN_EXE_netpol"));
        let output = command.args(["build", word, "--as-of", example::DAY]).arg(&folder).output().unwrap();
        if !output.status.success() {
            let text = [output.stdout, output.stderr].concat();
            wrong.push(format!("examples/{}\n{}", example.name, String::from_utf8_lossy(&text)));
        }
    }
    assert!(examples.len() > 10 && wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The table of the README, by the number of lines.
fn sizes() -> String {
    let mut rows: Vec<(usize, String)> = Vec::new();
    for example in example::all() {
        let (loaded, built) = (example.load(), example.build());
        let lines = |backend: &str| {
            let target = loaded.project.targets.iter().find(|target| target.backend.name == backend)?;
            built.targets.iter().find(|built| built.target == target.name).map(|built| built.lines())
        };
        let cells = ["kubernetes", "calico", "cilium"]
            .map(|name| lines(name).map_or("–".into(), |n| n.to_string()));
        let (name, own) = (&example.name, built.source_lines());
        rows.push((own, format!("| [{name}](examples/{name}/README.md) | {own} | {} |", cells.join(" | "))));
    }
    rows.sort();
    let mut table = "| example | netpol | Kubernetes | Calico | Cilium |\n|---|--:|--:|--:|--:|\n".to_owned();
    for (_, row) in rows {
        let _ = writeln!(table, "{row}");
    }
    table
}

/// The page of an example in the book: its README and its sources.
fn page(name: &str) -> String {
    let example = Example::read(name);
    let (_, text) = example.readme.split_once("\n\n").unwrap();
    let text = text.replace("](../", "](").replace("/README.md)", ".md)");
    let mut page = text.trim_end().to_owned() + "\n\n## The sources\n";
    for (path, text) in &example.files {
        let language = if path.ends_with(".toml") { "toml" } else { "netpol" };
        let _ = write!(page, "\n`{path}`:\n\n```{language}\n{}\n```\n", text.trim_end());
    }
    page
}

#[test]
fn the_book_shows_every_example() {
    let pages = book::documents(&Path::new(book::SRC).join("examples"));
    let mut found = Vec::new();
    for (path, text) in &pages {
        let links = |table: String| table.replace("](examples/", "](").replace("/README.md)", ".md)");
        let current = book::with_regions(text, |name| match name.split_once(' ') {
            None => Some(links(sizes())),
            Some((_, example)) => {
                found.push(example.to_owned());
                Some(page(example))
            }
        });
        let title = |line: &str| line.strip_prefix("# ").map(str::to_owned);
        if let Some(example) = example::all().iter().find(|example| *path == format!("{}.md", example.name)) {
            let titles = [text, &example.readme].map(|text| text.lines().next().and_then(title));
            assert_eq!(titles[0], titles[1], "{path}");
        }
        book::settle(&format!("examples/{path}"), text, &current).unwrap();
    }
    found.sort();
    let names: Vec<String> = example::all().into_iter().map(|example| example.name).collect();
    assert_eq!(found, names);
}

#[test]
fn the_readme_shows_how_long_every_example_is() {
    let path = example::folder().join("../README.md");
    let text = std::fs::read_to_string(path).unwrap();
    let current = book::with_regions(&text, |name| (name == "sizes").then(sizes));
    assert!(current.contains("| [five-lines]"), "the table stands in the README");
    book::settle("../../README.md", &text, &current).unwrap();
}

/// Everything under a folder, by path.
fn contents(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if path.is_dir() {
            found.extend(contents(&path).into_iter().map(|(inner, text)| (format!("{name}/{inner}"), text)));
        } else {
            found.insert(name, std::fs::read_to_string(path).unwrap());
        }
    }
    found
}

#[test]
fn every_template_is_its_example_and_builds_years_later_too() {
    let netpol = |folder: &Path, arguments: &[&str]| {
        let output =
            Command::new(env!("CARGO_BIN_EXE_netpol")).args(arguments).current_dir(folder).output().unwrap();
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(output.status.success(), "{arguments:?}: {text}");
        text
    };
    for example in example::all() {
        let folder = tempfile::tempdir().unwrap();
        netpol(folder.path(), &["init", "--template", &example.name, "--as-of", example::DAY]);
        netpol(folder.path(), &["build", "--as-of", example::DAY]);
        let (mut made, mut kept) =
            (contents(folder.path()), contents(&example::folder().join(&example.name)));
        assert!(made.remove("README.md").is_some_and(|text| text.starts_with("# ")), "{}", example.name);
        kept.remove("README.md");
        assert_eq!(made, kept, "{}", example.name);

        let later = tempfile::tempdir().unwrap();
        netpol(later.path(), &["init", "--template", &example.name, "--as-of", "2031-02-28"]);
        netpol(later.path(), &["check", "--as-of", "2031-02-28"]);
    }
}

#[test]
fn the_templates_are_listed_with_what_they_are() {
    let output =
        Command::new(env!("CARGO_BIN_EXE_netpol")).args(["init", "--template", "list"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    insta::assert_snapshot!(text);
    assert_eq!(text.lines().count(), example::all().len());
}
