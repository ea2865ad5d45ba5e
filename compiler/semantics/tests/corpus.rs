//! Reads every real-world manifest of the corpus, where there is one, with every reading.
// The summary of what is refused and why is for people to read.
#![allow(missing_docs, clippy::print_stdout)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use netpol_semantics::{Manifest, ReadError, calico, cilium, kubernetes};

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|e| e == "yaml" || e == "yml" || e == "json") {
            found.push(path);
        }
    }
}

/// The reason without its place and with what is quoted left out.
fn kind_of(error: &ReadError) -> String {
    let reason = match error.reason.split_once(": ") {
        Some((place, rest)) if !place.contains(' ') => rest,
        Some(_) | None => &error.reason,
    };
    reason.split('`').step_by(2).collect::<Vec<_>>().join("…")
}

/// How many objects were understood and how many passed over, and why others were refused.
type Read = fn(&[Manifest<'_>]) -> (usize, usize, Vec<ReadError>);

fn check(corpus: &Path, folder: &str, read: Read) {
    let mut paths = Vec::new();
    files(&corpus.join(folder), &mut paths);
    assert!(!paths.is_empty(), "{folder} is empty");
    let (mut understood, mut skipped, mut refused) = (0, 0, 0);
    let mut reasons: BTreeMap<String, (usize, String)> = BTreeMap::new();
    for path in &paths {
        let Ok(text) = fs::read_to_string(path) else { continue };
        let name = path.strip_prefix(corpus).unwrap_or(path).display().to_string();
        let (good, passed_over, errors) = read(&[Manifest { path: &name, text: &text }]);
        understood += good;
        skipped += passed_over;
        refused += errors.len();
        for error in errors {
            assert!(error.line >= 1 && error.line as usize <= text.lines().count() + 1, "{error}");
            assert!(!error.reason.is_empty(), "{error:?}");
            reasons.entry(kind_of(&error)).or_insert_with(|| (0, error.to_string())).0 += 1;
        }
    }
    println!(
        "{folder}: {} files, {understood} objects understood, {skipped} skipped, {refused} refused",
        paths.len()
    );
    for (reason, (count, example)) in reasons {
        println!("  {count:3} {reason}\n        {example}");
    }
    assert!(understood > refused, "{folder}: more is refused than understood");
}

#[test]
fn every_manifest_of_the_corpus_is_understood_or_refused_with_a_reason() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    if !corpus.is_dir() {
        println!("skipped: no corpus at {}", corpus.display());
        return;
    }
    check(&corpus, "networkpolicy", |manifests| {
        let (set, errors) = kubernetes::read_lenient(manifests);
        (set.len(), set.skipped().len(), errors)
    });
    check(&corpus, "calico", |manifests| {
        let (set, errors) = calico::read_lenient(manifests);
        (set.len(), set.skipped().len(), errors)
    });
    check(&corpus, "cilium", |manifests| {
        let (set, errors) = cilium::read_lenient(manifests);
        (set.len(), set.skipped().len(), errors)
    });
}

#[test]
fn every_reading_takes_every_folder_without_panic() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let mut paths = Vec::new();
    for folder in ["networkpolicy", "calico", "cilium", "antrea", "anp", "clusters"] {
        files(&corpus.join(folder), &mut paths);
    }
    let mut objects = 0;
    for path in &paths {
        let Ok(text) = fs::read_to_string(path) else { continue };
        // Cut short in the middle of things, and whole.
        for part in 1..=2 {
            let end = (0..=text.len() * part / 2).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
            let manifest = [Manifest { path: "m", text: &text[..end] }];
            objects += kubernetes::read_lenient(&manifest).0.len();
            objects += calico::read_lenient(&manifest).0.len();
            objects += cilium::read_lenient(&manifest).0.len();
        }
    }
    assert_eq!(objects == 0, paths.is_empty());
}
