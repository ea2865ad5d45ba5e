//! Holds the specification to the design: every program of it, and every row of its requirements, has a section.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use netpol_tests::spec::sections;

const SPEC: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/spec");
const DESIGN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/design");

fn documents(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder exists").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(documents(&path));
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[test]
fn every_row_of_the_requirements_has_a_section_with_a_table() {
    let mut rows = BTreeSet::new();
    for path in documents(&Path::new(SPEC).join("requirements")) {
        for section in sections(&fs::read_to_string(&path).expect("a document")) {
            let Some((row, _)) = section.title.split_once(": ") else { continue };
            if section.has_flows() {
                rows.insert(row.to_owned());
            }
        }
    }
    let missing: Vec<String> =
        (1..=22).map(|row| format!("P{row}")).filter(|row| !rows.contains(row)).collect();
    assert!(missing.is_empty(), "no section with a table of flows for {missing:?}");
}

#[test]
fn every_program_of_the_design_has_a_section() {
    let programs = Path::new(DESIGN).join("programs");
    if !programs.is_dir() {
        println!("skipped: the design is not beside this checkout");
        return;
    }
    let prose: String =
        documents(Path::new(SPEC)).iter().map(|path| fs::read_to_string(path).expect("a document")).collect();
    let (mut named, mut missing) = (0, Vec::new());
    for folder in ["examples", "requirements"] {
        for entry in fs::read_dir(programs.join(folder)).expect("the folder exists").flatten() {
            let path = entry.path();
            let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            let name = format!("{folder}/{stem}");
            if prose.contains(&format!("`{name}`")) { named += 1 } else { missing.push(name) }
        }
    }
    println!("{named} programs of the design have a section");
    assert!(missing.is_empty(), "no section names {missing:?}");
}
