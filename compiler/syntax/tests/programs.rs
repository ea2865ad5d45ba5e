//! Every program that ships with the project parses without a word.

mod support;

use std::path::Path;
use support::{messages, programs_under};

fn all_parse(folder: &Path, at_least: usize) {
    let programs = programs_under(folder);
    assert!(programs.len() >= at_least, "only {} programs under {}", programs.len(), folder.display());
    for (path, text) in programs {
        let found = messages(&text);
        assert!(found.is_empty(), "{}:\n{}", path.display(), found.join("\n"));
    }
}

#[test]
fn the_standard_library_parses() {
    all_parse(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../stdlib"), 12);
}

#[test]
fn small_programs_of_every_kind_parse() {
    all_parse(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs"), 5);
}

#[test]
fn the_programs_of_the_design_parse() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/design/programs");
    if folder.is_dir() {
        all_parse(&folder, 30);
    } else {
        println!("skipped: no programs of the design here");
    }
}
