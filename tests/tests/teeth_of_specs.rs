//! Fault injection on the specification: the manifests of every section are damaged, and the proof must find what the
//! damage changed.

use std::fs;
use std::path::{Path, PathBuf};

use netpol_backends::BACKENDS;
use netpol_flow::{Date, Flow};
use netpol_tests::spec::{check, parse_flow, sections};
use netpol_tests::targets::build;
use netpol_tests::teeth::{Bites, Patient};

fn documents(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder exists").flatten() {
        let path = entry.path();
        match path.extension() {
            _ if path.is_dir() => documents(&path, found),
            Some(extension) if extension == "md" => found.push(path),
            _ => {}
        }
    }
    found.sort();
}

#[test]
fn every_damage_to_a_section_that_changes_a_verdict_is_caught() {
    let day = Date::new(2026, 11, 21).expect("the day exists");
    // All of it takes seconds; a larger number takes one damage in so many.
    let every: usize = std::env::var("NETPOL_TEETH").ok().and_then(|n| n.parse().ok()).unwrap_or(1);
    let mut paths = Vec::new();
    documents(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/spec")), &mut paths);
    let (mut bites, mut damaged_sections) = (Bites::default(), 0);
    for path in paths {
        for section in sections(&fs::read_to_string(&path).expect("a document")) {
            let (views, _, _) = check(section.programs(), day);
            let Some(policy) = views.first().filter(|_| section.has_flows()) else { continue };
            let table: Vec<Flow> =
                section.flows().iter().filter_map(|line| Some(parse_flow(policy, line).ok()?.0)).collect();
            let mut is_damaged = false;
            for backend in BACKENDS {
                let settings = &section.settings(backend.name);
                let Ok(whole) = &build(backend, policy, settings, day) else { continue };
                let title = &section.title;
                is_damaged |=
                    bites.bite(&Patient { title, policy, day, settings, whole, table: &table }, every);
            }
            damaged_sections += usize::from(is_damaged);
        }
    }
    bites.tell(&format!("{damaged_sections} sections"), 100);
    assert!(damaged_sections > 100, "only {damaged_sections} sections were damaged");
}
