//! Times the proof alone, and finding one wrong port among everything a large platform became.
//!
//! `cargo bench -p netpol --bench proof` prints, for a small platform and for one of 1,000 namespaces: how long it takes to
//! read the manifests of three targets back and to compare them with the source, in rules for each second and core; and for
//! each target, with one port of one rule changed, how long until the connection that shows it is known. Of three times,
//! the middle one.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    missing_docs,
    reason = "a benchmark, not part of the compiler"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use netpol_driver::{Manifests, Options, Project, Purpose, compile, load_project};
use netpol_tests::platform::{Size, generate};
use netpol_tests::shelf::Shelf;
use netpol_verify::{Outcome, Source, Written, prove};

/// As the compiler itself has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    measure(&Size { namespaces: 20, workloads: 50, rules: 250 });
    measure(&Size { namespaces: 1_000, workloads: 20, rules: 100 });
}

fn measure(size: &Size) {
    let folder =
        std::env::temp_dir().join(format!("netpol-proof-{}-{}", size.namespaces, std::process::id()));
    generate(&folder, size);
    let mut shelf = Shelf::default();
    put(&folder, "p", &mut shelf);
    std::fs::remove_dir_all(&folder).expect("the folder is removed");
    let loaded = load_project(&shelf, Path::new("p"));
    let project = loaded.project.clone();
    let as_of = "2026-11-21".parse().expect("a day");
    let compiled = compile(loaded, &Options { as_of, targets: Vec::new(), purpose: Purpose::Build });
    assert!(!compiled.has_errors(), "{:?}", compiled.diagnostics);
    let rules = size.namespaces * size.rules;
    println!("{} namespaces, {rules} rules", size.namespaces);

    let source = Source::of(&compiled.views[0], as_of);
    let all: Vec<&Manifests> = compiled.targets.iter().collect();
    let (took, outcomes) = proved(&source, &project, &all);
    assert!(outcomes.iter().all(|outcome| outcome.differences.is_empty()), "what is emitted is right");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let each = rules as f64 * all.len() as f64 / took.as_secs_f64() / cores as f64;
    println!("  three targets proved    {took:>9.1?}  {each:.0} rules a second, core and target");
    for target in &compiled.targets {
        let wrong = with_a_wrong_port(target);
        let (took, outcomes) = proved(&source, &project, &[&wrong]);
        let found = outcomes[0].differences.first().expect("a wrong port is found");
        println!("  one wrong port, {:10}  {took:>9.1?}  {}", target.target, found.flow);
    }
}

/// Puts the files of a folder on the shelf.
fn put(folder: &Path, place: &str, shelf: &mut Shelf) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let place = format!("{place}/{}", path.file_name().unwrap_or_default().to_string_lossy());
        if path.is_dir() {
            put(&path, &place, shelf);
        } else {
            shelf.0.insert(place, std::fs::read_to_string(&path).expect("a text"));
        }
    }
}

fn proved<'m>(
    source: &Source<'_>,
    project: &'m Project,
    targets: &[&'m Manifests],
) -> (Duration, Vec<Outcome>) {
    let written = |manifests: &&'m Manifests| {
        let target = project.targets.iter().find(|target| target.name == manifests.target);
        let target = target.expect("the target of these manifests");
        Written { backend: target.backend.name, settings: &target.settings, files: &manifests.files }
    };
    let written: Vec<Written<'_>> = targets.iter().map(written).collect();
    let mut took = [Duration::ZERO; 3];
    let mut outcomes = Vec::new();
    for took in &mut took {
        let start = Instant::now();
        outcomes = prove(source, &written);
        *took = start.elapsed();
    }
    took.sort();
    (took[1], outcomes.into_iter().map(|outcome| outcome.expect("the manifests are read")).collect())
}

/// The manifests with the last port of the namespace in the middle one higher.
fn with_a_wrong_port(target: &Manifests) -> Manifests {
    let mut files: BTreeMap<String, String> = target.files.clone();
    let middle = files.len() / 2;
    let (name, text) = files.iter().nth(middle).expect("a file for each namespace");
    let place = |line: &str| {
        let number =
            line.trim_start().trim_start_matches("- ").trim_start_matches("port: ").trim_matches('"');
        number.parse::<u16>().ok().filter(|port| *port > 1_024).map(|port| (port, line.len()))
    };
    let lines: Vec<&str> = text.lines().collect();
    let last = lines.iter().rposition(|line| place(line).is_some()).expect("a port");
    let (port, _) = place(lines[last]).expect("a port");
    let changed = lines[last].replace(&port.to_string(), &(port + 1).to_string());
    let text: Vec<&str> =
        lines.iter().enumerate().map(|(at, line)| if at == last { &*changed } else { *line }).collect();
    let (name, text) = (name.clone(), text.join("\n") + "\n");
    files.insert(name, text);
    Manifests { files, ..target.clone() }
}
