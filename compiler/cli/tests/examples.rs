//! What the examples commit is what a build writes: `netpol build --check` says so for each.
//!
//! `UPDATE=1 cargo test -p netpol --test examples` builds them all anew. Read the difference before you commit it.

#![allow(clippy::unwrap_used, reason = "a test may stop")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use netpol_tests::{book, example};

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
