//! Runs the Markdown specification.

use std::path::{Path, PathBuf};

use netpol_flow::Date;
use netpol_tests::spec::{Count, run, sections};

fn documents(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder exists").flatten() {
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
fn every_section_holds_in_the_reference_and_on_every_target() {
    let day = Date::new(2026, 11, 21).expect("the day exists");
    let only = std::env::var("NETPOL_SPEC").unwrap_or_default();
    let (mut total, mut ran, mut wrong) = (Count::default(), 0, Vec::new());
    for path in documents(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/spec"))) {
        let text = std::fs::read_to_string(&path).expect("a document");
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        for section in sections(&text) {
            if !only.is_empty() && !format!("{name} {}", section.title).contains(&only) {
                continue;
            }
            ran += 1;
            match run(&section, day) {
                Ok(count) => {
                    total.flows += count.flows;
                    total.answers += count.answers;
                    total.diagnostics += count.diagnostics;
                    total.refusals += count.refusals;
                }
                Err(reason) => wrong.push(format!("{name}: {}\n{reason}", section.title)),
            }
        }
    }
    println!("{ran} sections: {total:?}");
    assert!(wrong.is_empty(), "{} of {ran} sections fail\n\n{}", wrong.len(), wrong.join("\n\n"));
    assert!(ran > 0, "no section was found");
}
