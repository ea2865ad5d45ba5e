//! Reads every real-world manifest of the corpus, where there is one, with every reading.
// The summary of what is refused and why is for people to read.
#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod table;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use netpol_semantics::{Manifest, ReadError, Skipped, calico, cilium, kubernetes};
use table::{Class, REASONS};

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

/// What a target's reading says of one manifest: what it passed over because it is no pod's, and what it refused.
type Read = fn(&[Manifest<'_>]) -> (Vec<Skipped>, Vec<ReadError>);

fn of_kubernetes(manifests: &[Manifest<'_>]) -> (Vec<Skipped>, Vec<ReadError>) {
    let (set, errors) = kubernetes::read_lenient(manifests);
    (set.skipped().to_vec(), errors)
}

fn of_calico(manifests: &[Manifest<'_>]) -> (Vec<Skipped>, Vec<ReadError>) {
    let (set, errors) = calico::read_lenient(manifests);
    (set.skipped().to_vec(), errors)
}

fn of_cilium(manifests: &[Manifest<'_>]) -> (Vec<Skipped>, Vec<ReadError>) {
    let (set, errors) = cilium::read_lenient(manifests);
    (set.skipped().iter().chain(set.host_policies()).cloned().collect(), errors)
}

/// The kinds an index lists for each file of a folder, with how many objects there are of each.
fn indexed(corpus: &Path, folder: &str) -> BTreeMap<String, Vec<(String, usize)>> {
    let index = fs::read_to_string(corpus.join(folder).join("INDEX.tsv")).unwrap();
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('\t').collect();
        let kind = |kind: &str| {
            let (kind, count) = kind.trim().split_once('=')?;
            Some((kind.split_once(':')?.1.to_owned(), count.parse().unwrap()))
        };
        (cells[0].to_owned(), cells[6].split(',').filter_map(kind).collect())
    };
    index.lines().skip(1).map(row).collect()
}

/// Policies read, refused and passed over in one folder.
#[derive(Debug, Default, PartialEq)]
struct Tally {
    files: usize,
    objects: usize,
    read: usize,
    refused: usize,
    of_nodes: usize,
}

fn check(corpus: &Path, folder: &str, read: Read) -> Tally {
    let mut paths = Vec::new();
    files(&corpus.join(folder), &mut paths);
    let mut index = indexed(corpus, folder);
    let mut tally = Tally { files: paths.len(), ..Tally::default() };
    let mut reasons: BTreeMap<usize, usize> = BTreeMap::new();
    let mut tierless = 0;
    for path in &paths {
        let text = fs::read_to_string(path).unwrap();
        let name = path.strip_prefix(corpus).unwrap().display().to_string();
        let manifest = Manifest { path: &name, text: &text };
        let (skipped, errors) = read(&[manifest]);
        let kinds = index.remove(name.strip_prefix(&format!("{folder}/")).unwrap()).unwrap();
        let listed: usize = kinds.iter().map(|(_, count)| count).sum();
        let is_listed =
            |one: &&Skipped| kinds.iter().any(|(kind, _)| one.object.split(' ').next() == Some(kind));
        let of_nodes = skipped.iter().filter(is_listed).count();
        tally.objects += listed;
        tally.of_nodes += of_nodes;
        tally.refused += errors.len();
        tally.read += listed
            .checked_sub(of_nodes + errors.len())
            .unwrap_or_else(|| panic!("{name}: more than it holds"));
        for error in &errors {
            let said = error.to_string();
            assert!(error.line >= 1 && error.line as usize <= text.lines().count() + 1, "{said}");
            let row = REASONS.iter().position(|(there, part, ..)| *there == folder && said.contains(part));
            let row = row.unwrap_or_else(|| panic!("a reason that is not in the table: {said}"));
            *reasons.entry(row).or_default() += 1;
            tierless += usize::from(
                REASONS[row].2 == Class::Elsewhere && is_read_with_its_tier(manifest, error, read),
            );
        }
    }
    assert_eq!(index, BTreeMap::new(), "files of the index that are not there");
    let Tally { files, objects, read, refused, of_nodes } = &tally;
    println!(
        "{folder}: {files} files, {objects} objects: {read} read, {refused} refused, {of_nodes} not about pods"
    );
    for (row, (there, part, class, count)) in REASONS.iter().enumerate().filter(|(_, row)| row.0 == folder) {
        println!("  {count:3} {class:?}: {part}");
        assert_eq!(reasons.get(&row), Some(count), "{there}: {part}");
    }
    let elsewhere = REASONS.iter().filter(|row| row.0 == folder && row.2 == Class::Elsewhere);
    assert_eq!(tierless, elsewhere.map(|row| row.3).sum(), "read once their tier is given");
    tally
}

/// Whether nothing else is wrong with the object than that its tier stands in another file.
fn is_read_with_its_tier(manifest: Manifest<'_>, error: &ReadError, read: Read) -> bool {
    let tier = error.reason.split('`').nth(1).unwrap_or_default();
    let tier = format!(
        "apiVersion: projectcalico.org/v3\nkind: Tier\nmetadata: {{name: {tier}}}\nspec: {{order: 1}}\n"
    );
    let (_, errors) = read(&[Manifest { path: "tier", text: &tier }, manifest]);
    errors.iter().all(|other| (other.line, &other.object) != (error.line, &error.object))
}

#[test]
fn every_policy_of_the_corpus_is_read_or_refused_for_a_known_reason() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    if !corpus.is_dir() {
        println!("skipped: no corpus at {}", corpus.display());
        return;
    }
    let tally = |files, objects, read, refused, of_nodes| Tally { files, objects, read, refused, of_nodes };
    assert_eq!(check(&corpus, "networkpolicy", of_kubernetes), tally(246, 295, 286, 9, 0));
    assert_eq!(check(&corpus, "calico", of_calico), tally(71, 174, 100, 63, 11));
    assert_eq!(check(&corpus, "cilium", of_cilium), tally(311, 352, 287, 53, 12));
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
