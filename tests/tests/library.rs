//! The standard library: every pattern has an example whose flows are checked, every fact a source.

use std::collections::BTreeMap;
use std::path::Path;

use netpol_check::standard_modules;
use netpol_tests::book;

/// The text of every section about the library.
fn examples() -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/spec/library");
    book::documents(Path::new(folder)).into_values().collect()
}

/// The words after a keyword at the beginning of a line.
fn declared<'a>(text: &'a str, keyword: &str) -> Vec<&'a str> {
    let rest = text.lines().filter_map(|line| line.strip_prefix(keyword));
    let end = |c: char| !(c.is_ascii_alphanumeric() || c == '-');
    rest.filter_map(|line| line.split(end).find(|word| !word.is_empty())).collect()
}

#[test]
fn every_pattern_is_applied_by_an_example() {
    let examples = examples();
    let mut prefixes: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for line in examples.lines() {
        let Some(import) = line.strip_prefix("use ") else { continue };
        let (path, prefix) = import.split_once(" as ").unwrap_or_else(|| {
            let prefix = import.rsplit('/').next().unwrap_or(import);
            (import, prefix)
        });
        prefixes.entry(path).or_default().push(prefix);
    }
    let (mut patterns, mut without) = (0, Vec::new());
    for (path, text) in standard_modules() {
        for pattern in declared(text, "pattern ") {
            patterns += 1;
            let is_applied = prefixes.get(path).into_iter().flatten().any(|prefix| {
                let mut applied = declared_applications(&examples);
                applied.any(|name| name == format!("{prefix}/{pattern}"))
            });
            if !is_applied {
                without.push(format!("{path}: {pattern}"));
            }
        }
    }
    assert!(without.is_empty(), "no example applies {without:#?}");
    assert!(patterns > 40, "{patterns} patterns were found");
}

/// The patterns that examples apply, as they are written there.
fn declared_applications(examples: &str) -> impl Iterator<Item = &str> {
    let lines = examples.lines().filter_map(|line| line.trim_start().strip_prefix("apply "));
    lines.filter_map(|line| line.split([' ', '(']).next())
}

#[test]
fn every_fact_stands_under_a_comment_that_names_its_source() {
    for (path, text) in standard_modules() {
        let mut has_source = false;
        for line in text.lines().skip(1) {
            has_source |= line.contains('#');
            let is_fact = ["workload ", "net ", "domain ", "port "].iter().any(|word| line.starts_with(word));
            assert!(!is_fact || has_source, "{path}: no comment above `{line}`");
        }
        let first = text.lines().next().unwrap_or_default();
        let title = format!("# {path}: ");
        assert!(first.strip_prefix(&title).is_some_and(|about| !about.is_empty()), "{path}: {first}");
    }
}
