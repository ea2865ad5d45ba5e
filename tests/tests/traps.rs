//! Every documented trap of a target has its three places: the fact in the reading's README, the answer in the back end's,
//! and a test or a section of the specification that names it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Targets, and how their traps' ids begin.
const TARGETS: [(&str, &str); 3] = [("kubernetes", "K8S-"), ("calico", "CAL-"), ("cilium", "CIL-")];

/// Traps of which no test can say anything, and why.
const UNTESTED: &[(&str, &str)] = &[
    ("ANY-11", "no flow here has another protocol"),
    ("ANY-15", "where a packet was before it is a node's is not known to policy"),
    ("ANY-18", "verdicts have no time"),
    ("K8S-16", "no flow here is ICMP"),
    ("K8S-17", "somebody else's evaluator, which is not used"),
    ("CAL-24", "kinds that are neither written nor read"),
    ("CIL-33", "a field that is neither written nor read"),
];

/// The ids a text names: `CIL-22`, or `cil_22` at the head of a test's name.
fn ids(text: &str, into: &mut BTreeSet<String>) {
    for family in ["ANY", "K8S", "CAL", "CIL"] {
        for (written, upper) in [(format!("{family}-"), true), (format!("{}_", family.to_lowercase()), false)]
        {
            for (at, _) in text.match_indices(&written) {
                let rest = &text[at + written.len()..];
                let number: String = rest.chars().take_while(char::is_ascii_digit).collect();
                let starts = !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
                if number.len() == 2 && starts && (upper || rest[2..].starts_with('_')) {
                    into.insert(format!("{family}-{number}"));
                }
            }
        }
    }
}

fn ids_of(path: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    ids(&fs::read_to_string(path).unwrap_or_default(), &mut found);
    found
}

/// The ids that tests and specifications under a folder name.
fn tested(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("the folder exists").flatten() {
        let path = entry.path();
        let name = path.to_string_lossy().trim_start_matches(ROOT).to_owned();
        if path.is_dir() {
            tested(&path, found);
        } else if (name.contains("/tests") || name.ends_with("tests.rs")) && !name.ends_with("traps.rs") {
            found.extend(ids_of(&path));
        }
    }
}

#[test]
fn every_trap_has_its_fact_its_answer_and_its_test() {
    let root = Path::new(ROOT);
    let readme = |folder: String| ids_of(&root.join("compiler").join(folder).join("README.md"));
    let common = readme("semantics/src".into());
    let mut named = BTreeSet::new();
    tested(&root.join("tests"), &mut named);
    tested(&root.join("compiler"), &mut named);
    let untested: BTreeSet<&str> = UNTESTED.iter().map(|(id, _)| *id).collect();
    let mut known = common.clone();
    let mut wrong = Vec::new();
    for (target, family) in TARGETS {
        let facts = readme(format!("semantics/src/{target}"));
        let answers = readme(format!("backends/src/{target}"));
        let concerns = |id: &&String| id.starts_with(family) || id.starts_with("ANY-");
        for id in facts.union(&answers).chain(&common).filter(concerns) {
            if !facts.contains(id) && !common.contains(id) {
                wrong.push(format!("{target}: {id} has no fact"));
            }
            if !answers.contains(id) {
                wrong.push(format!("{target}: {id} has no answer"));
            }
            if !named.contains(id) && !untested.contains(&**id) {
                wrong.push(format!("{target}: {id} is named by no test and no specification"));
            }
            known.insert(id.clone());
        }
    }
    for (id, _) in UNTESTED.iter().filter(|(id, _)| named.contains(*id)) {
        wrong.push(format!("{id} is tested and need not be excused"));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(known.len() > 90, "only {} traps are known", known.len());
    let design = root.join("../shared/design/backends.md");
    let Ok(design) = fs::read_to_string(design) else {
        println!("{} traps; the design's own list is not beside this checkout", known.len());
        return;
    };
    let mut listed = BTreeSet::new();
    for line in design.lines().filter_map(|line| line.strip_prefix("| ")) {
        ids(line.split(' ').next().unwrap_or_default(), &mut listed);
    }
    let missing: Vec<&String> = listed.difference(&known).collect();
    assert!(missing.is_empty(), "the design lists {missing:?}, which no README knows");
    println!("{} traps, each with a fact, an answer and a test", known.len());
}
