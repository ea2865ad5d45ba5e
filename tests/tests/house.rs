//! The walls of the house: who may use whom, as `compiler/README.md` says.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The table of `compiler/README.md`: for each room, the rooms it may use. "all above" is every room of earlier rows.
fn table() -> BTreeMap<String, BTreeSet<String>> {
    let text = std::fs::read_to_string(root().join("compiler/README.md")).expect("compiler/README.md");
    let mut rooms: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in text.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let room = cells[1].trim_matches('`').trim_end_matches('/').to_owned();
        let uses = match cells[3] {
            "–" => BTreeSet::new(),
            "all above" => rooms.keys().cloned().collect(),
            list => list.split(", ").map(str::to_owned).collect(),
        };
        rooms.insert(room, uses);
    }
    rooms
}

fn room_of(package: &str) -> String {
    match package {
        "netpol" => "cli".to_owned(),
        other => other.trim_start_matches("netpol-").to_owned(),
    }
}

#[test]
fn every_crate_uses_only_what_the_readme_allows() {
    let rooms = table();
    assert!(rooms.len() >= 11, "the table was not found: {rooms:?}");
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo metadata runs");
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
    let mut seen = BTreeSet::new();
    for package in metadata["packages"].as_array().expect("packages") {
        let name = package["name"].as_str().expect("a name");
        if name == "netpol-tests" {
            continue;
        }
        let room = room_of(name);
        let allowed = rooms.get(&room).unwrap_or_else(|| panic!("`{room}` has no row in compiler/README.md"));
        for dependency in package["dependencies"].as_array().expect("dependencies") {
            let used = dependency["name"].as_str().expect("a name");
            let for_tests = dependency["kind"] == "dev";
            if used.starts_with("netpol") && !for_tests {
                assert!(allowed.contains(&room_of(used)), "`{room}` may not use `{}`", room_of(used));
            }
            // Who writes manifests and who reads them must not meet, not even in a test.
            let pair = (room.as_str(), room_of(used));
            let meets = matches!(pair, ("backends", ref used) if used == "semantics")
                || matches!(pair, ("semantics", ref used) if used == "backends" || used == "model");
            assert!(!meets, "`{room}` must not meet `{used}`");
        }
        seen.insert(room);
    }
    assert_eq!(seen, rooms.into_keys().collect(), "the README names a room that does not exist");
}

#[test]
fn the_crates_that_decide_meaning_read_no_files() {
    for room in ["flow", "sets", "model", "semantics", "verify", "check", "backends", "syntax"] {
        for file in rust_files(&root().join("compiler").join(room).join("src")) {
            let text = std::fs::read_to_string(&file).expect("a source file");
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            for word in ["std::fs", "std::env", "SystemTime", "std::process"] {
                assert!(!code.contains(word), "{} uses {word}", file.display());
            }
        }
    }
}

fn rust_files(dir: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() && !path.ends_with("tests") {
            files.extend(rust_files(&path));
        } else if path.is_dir() {
            continue;
        } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("tests.rs") {
            files.push(path);
        }
    }
    files
}
