//! The rows P1 to P22 of the requirements: each has sections, and the table says what each target answers to it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use netpol_backends::BACKENDS;
use netpol_tests::book;
use netpol_tests::spec::{Section, sections};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/spec/requirements");

/// The sections of each row.
fn rows() -> BTreeMap<u32, Vec<Section>> {
    let mut rows: BTreeMap<u32, Vec<Section>> = BTreeMap::new();
    for (_, text) in book::documents(Path::new(FOLDER)) {
        for section in sections(&text) {
            let row = section.title.strip_prefix('P').and_then(|rest| rest.split(':').next()?.parse().ok());
            rows.entry(row.unwrap_or_default()).or_default().push(section);
        }
    }
    rows
}

/// What a target answers to a row: whether a table of flows holds there, and with which codes it refuses the rest.
fn answer(sections: &[Section], target: &str) -> String {
    let shown = sections.iter().any(|one| one.has_flows() && one.refused(target).is_none());
    let codes: BTreeSet<&str> = sections.iter().filter_map(|one| one.refused(target)).collect();
    let told = sections.iter().all(|one| !one.has_flows()).then_some("told");
    let words = shown.then_some("shown").into_iter().chain(told).chain(codes);
    words.collect::<Vec<_>>().join(", ")
}

#[test]
fn every_row_is_answered_on_every_target_and_the_table_says_how() {
    let path = format!("{FOLDER}/README.md");
    let text = fs::read_to_string(&path).expect("the table");
    let rows = rows();
    let expected: Vec<u32> = (1..=22).collect();
    assert_eq!(
        rows.keys().copied().collect::<Vec<_>>(),
        expected,
        "a section of no row, or a row without one"
    );
    let mut wrong = Vec::new();
    let line = |line: &str| -> String {
        let Some(row) = line.strip_prefix("| P").and_then(|rest| rest.split(' ').next()?.parse().ok()) else {
            return line.to_owned();
        };
        let kept: Vec<&str> = line.split(" | ").take(3).collect();
        let answers = BACKENDS.iter().map(|backend| answer(&rows[&row], backend.name));
        let cells: Vec<String> =
            kept.iter().map(|cell| cell.trim_end_matches(" |").to_owned()).chain(answers).collect();
        if cells.iter().any(String::is_empty) {
            wrong.push(format!("P{row} has no answer on a target"));
        }
        format!("{} |", cells.join(" | "))
    };
    let current = text.lines().map(line).collect::<Vec<_>>().join("\n") + "\n";
    assert!(wrong.is_empty(), "{wrong:?}");
    if book::is_updating() {
        fs::write(&path, &current).expect("the table is written");
    } else {
        assert_eq!(text, current, "tests/spec/requirements/README.md: run with UPDATE=1");
    }
}
