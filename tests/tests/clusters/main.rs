//! Every published answer about a whole cluster, compared with ours: equal, or out of scope for a reason said here.
//!
//! The answers lie outside the repository; without them the tests say so and stop. What is compared is the whole
//! relation: each pair of workloads, each range of outside addresses, each port.
// What was compared is for people to read, and the helpers of a test may stop as the test may.
#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used, clippy::panic)]

mod cyclonus;
mod exposure;
mod np_guard;
mod relation;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use netpol_analyze::{Answer, Failure, HostNetwork, Manifest, Options, Plugin, analyze};
use netpol_flow::{Protocol, Side};
use netpol_sets::PortSet;
use relation::{Change, Relation};
use table::{CASES, FILES_OUT, Scope, WRONG_LINES};

/// Where the answers are, if they are there.
fn collection() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus/clusters");
    if !folder.is_dir() {
        println!("skipped: no cases at {}", folder.display());
    }
    folder.is_dir().then_some(folder)
}

fn manifests(folder: &Path, found: &mut Vec<(String, String)>) {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            manifests(&path, found);
        } else if path.extension().is_some_and(|e| e == "yaml" || e == "yml" || e == "json") {
            found.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
        }
    }
}

fn ask(folder: &Path, options: Options) -> Result<Answer, Failure> {
    let mut texts = Vec::new();
    manifests(folder, &mut texts);
    let manifests: Vec<_> = texts.iter().map(|(path, text)| Manifest { path, text }).collect();
    analyze(&manifests, options)
}

/// The published analyzer takes pods on the host network for pods.
const AS_PUBLISHED: Options = Options { plugin: None, host_network: HostNetwork::Pods };

/// What we answer for the input of one of np-guard's cases.
fn ours(root: &Path, case: &str) -> Relation {
    let folder = root.join("np-guard").join(case).join("input");
    let answer = ask(&folder, AS_PUBLISHED).unwrap_or_else(|failure| panic!("{case}: {failure:?}"));
    Relation::of(&answer)
}

/// The case a published file belongs to.
fn case_of(file: &str) -> String {
    let stem = |name: &str| name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned();
    if let Some(name) = file.strip_prefix("np-guard/_diff/diff_between_") {
        return format!("np-guard/_diff/{}", stem(name));
    }
    let parts: Vec<&str> = file.split('/').collect();
    match parts[..] {
        ["np-guard", case, ..] => format!("np-guard/{case}"),
        ["cyclonus", .., name] => format!("cyclonus/{}", stem(name)),
        [folder, ..] => folder.to_owned(),
        [] => String::new(),
    }
}

/// The published answers, by case; cases without any have an empty list.
fn published(root: &Path) -> BTreeMap<String, Vec<String>> {
    let index = fs::read_to_string(root.join("INDEX.tsv")).unwrap();
    let mut cases: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in index.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        if cells[7].contains("expected") {
            cases.entry(case_of(cells[0])).or_default().push(cells[0].to_owned());
        }
    }
    for entry in fs::read_dir(root).unwrap().flatten().filter(|entry| entry.path().is_dir()) {
        let folder = entry.file_name().to_string_lossy().into_owned();
        if !cases.keys().any(|case| case.split('/').next() == Some(&folder)) {
            cases.insert(folder, Vec::new());
        }
    }
    cases
}

/// `focus_workload_default_checkoutservice_egress_connlist_output.txt`: one workload, perhaps one side.
fn focus(name: &str) -> Option<(String, Option<Side>)> {
    let (_, rest) = name.split_once("focus_workload_")?;
    let rest = ["_connlist_output", "_exposure_output"].iter().find_map(|end| rest.split_once(end))?.0;
    let (rest, side) = match rest.rsplit_once('_') {
        Some((rest, "egress")) => (rest, Some(Side::Egress)),
        Some((rest, "ingress")) => (rest, Some(Side::Ingress)),
        Some(_) | None => (rest, None),
    };
    Some((rest.replace('_', "/"), side))
}

fn same<T: PartialEq + std::fmt::Debug>(file: &str, theirs: &T, ours: &T) {
    assert!(theirs == ours, "{file}\npublished: {theirs:?}\nours: {ours:?}");
}

/// Compares one published file with our answer.
fn compare(root: &Path, file: &str) {
    let path = root.join(file);
    if let Some(names) = case_of(file).strip_prefix("np-guard/_diff/") {
        // Either name may hold the word between them.
        let cut = names.match_indices("_and_").find_map(|(at, word)| {
            let (after, before) = (&names[..at], &names[at + word.len()..]);
            let exists = |case: &str| root.join("np-guard").join(case).is_dir();
            (exists(after) && exists(before)).then_some((before, after))
        });
        let (before, after) = cut.unwrap();
        let theirs = Change::of_lines(&without_wrong(np_guard::changes(&path), |line| (&line.0, &line.1)));
        same(file, &theirs, &ours(root, before).change(&ours(root, after)));
        return;
    }
    match file {
        "cyclonus/examples/cyclonus-output/analyze-probe.txt" => compare_probe(root, &path),
        "cyclonus/examples/cyclonus-output/analyze-query-traffic.txt" => compare_traffic(root, &path),
        _ => {
            let lines = without_wrong(np_guard::connections(&path), |line| (&line.0, &line.1));
            let case = case_of(file);
            let mut found = ours(root, case.trim_start_matches("np-guard/"));
            if let Some((workload, side)) = focus(file) {
                found = found.focus(&workload, side);
            }
            same(file, &relation::of_lines(&lines), &found);
        }
    }
}

fn without_wrong<T>(lines: Vec<T>, ends: impl Fn(&T) -> (&String, &String)) -> Vec<T> {
    let is_wrong = |line: &T| {
        let (source, destination) = ends(line);
        WRONG_LINES.iter().any(|(from, to, _)| from == source && to == destination)
    };
    lines.into_iter().filter(|line| !is_wrong(line)).collect()
}

/// The policies cyclonus' examples are about, and pods beside them.
fn simple_example(root: &Path, pods: String) -> Relation {
    let mut texts = vec![("pods.json".to_owned(), pods)];
    manifests(&root.join("cyclonus/networkpolicies/simple-example"), &mut texts);
    let manifests: Vec<_> = texts.iter().map(|(path, text)| Manifest { path, text }).collect();
    Relation::of(&analyze(&manifests, Options::default()).unwrap())
}

fn compare_probe(root: &Path, path: &Path) {
    let (pods, probes) = cyclonus::probe(&root.join("cyclonus/examples/probe.json"));
    let relation = simple_example(root, pods);
    let tables = cyclonus::tables(path);
    assert_eq!(tables.len(), 2, "a table for each probed port that is served");
    for (table, (protocol, port)) in tables.iter().zip(probes) {
        assert_eq!(protocol, "TCP");
        for (source, destination, passes) in table.iter().filter(|(from, to, _)| from != to) {
            let pair = (format!("{source}[Pod]"), format!("{destination}[Pod]"));
            let found = relation.pairs.get(&pair).is_some_and(|ports| ports.contains(Protocol::Tcp, port));
            assert_eq!(found, *passes, "{source} -> {destination}:{port}");
        }
    }
}

fn compare_traffic(root: &Path, path: &Path) {
    let questions = cyclonus::questions(&root.join("cyclonus/examples/traffic.json"));
    let answers = cyclonus::answers(path);
    assert_eq!(questions.len(), answers.len());
    for (question, answer) in questions.into_iter().zip(answers) {
        let relation = simple_example(root, question.manifest);
        let passes = |ports: &PortSet| ports.contains(Protocol::Tcp, question.port);
        let outside = |end: String, side| {
            let pieces = relation.outside.get(&(end, side)).into_iter().flatten();
            let address = question.outside.to_bits();
            let here = |range: &relation::Range| (range.0..=range.1).contains(&address);
            pieces.clone().any(|(range, ports)| here(range) && passes(ports))
        };
        let found = match (question.source, question.destination) {
            (Some(source), Some(destination)) => {
                relation.pairs.get(&(source, destination)).is_some_and(passes)
            }
            (Some(source), None) => outside(source, Side::Egress),
            (None, Some(destination)) => outside(destination, Side::Ingress),
            (None, None) => unreachable!(),
        };
        assert_eq!(found, answer);
    }
}

#[test]
fn every_published_answer_is_ours_or_has_a_reason() {
    let Some(root) = collection() else { return };
    let cases = published(&root);
    let listed: BTreeSet<&str> = CASES.iter().map(|(case, _)| *case).collect();
    assert_eq!(listed, cases.keys().map(String::as_str).collect(), "the table and the collection");
    let (mut equal_cases, mut equal, mut in_part) = (0, 0, 0);
    let mut reasons = BTreeMap::<&str, (usize, usize)>::new();
    let mut out = |reason, cases: usize, files: usize| {
        let count = reasons.entry(reason).or_default();
        *count = (count.0 + cases, count.1 + files);
    };
    for (case, scope) in CASES {
        let files = &cases[*case];
        match scope {
            Scope::Equal => {
                let mut compared = 0;
                for file in files {
                    match FILES_OUT.iter().find(|(word, _)| file.contains(word)) {
                        Some((_, reason)) => out(reason, 0, 1),
                        None => {
                            compare(&root, file);
                            compared += 1;
                            in_part += usize::from(file.contains("exposure_output"));
                        }
                    }
                }
                assert!(compared > 0, "{case} compares nothing");
                equal_cases += 1;
                equal += compared;
            }
            Scope::Refused(reason) => {
                assert!(refuses(&root, case), "{case} is understood now");
                out(reason, 1, files.len());
            }
            Scope::Out(reason) => out(reason, 1, files.len()),
            Scope::Unpublished => out("nothing is published", 1, files.len()),
        }
    }
    println!("{equal_cases} cases, {equal} published files: equal");
    println!(
        "of these, {in_part} published files: equal in their connections; of their pods that are not there, see \
         the test of exposure"
    );
    assert_eq!((equal_cases, equal), (45, 145), "the whole collection was compared");
    for (reason, (cases, files)) in &reasons {
        println!("{cases} cases, {files} published files: {reason}");
    }
    for (source, destination, reason) in WRONG_LINES {
        println!("the published line {source} => {destination}: {reason}");
    }
}

/// Whether the reading refuses an object of a case.
fn refuses(root: &Path, case: &str) -> bool {
    let folders = match case.strip_prefix("np-guard/_diff/").and_then(|names| names.split_once("_and_")) {
        Some((after, before)) => [after, before].map(|case| root.join("np-guard").join(case)).to_vec(),
        None => vec![root.join(case)],
    };
    let input = |folder: PathBuf| if folder.join("input").is_dir() { folder.join("input") } else { folder };
    let refused = |folder| matches!(ask(&input(folder), AS_PUBLISHED), Err(Failure::Refused(_)));
    folders.into_iter().all(refused)
}

/// Where nobody published an answer, three readings by three documents are at least three opinions.
#[test]
fn plug_ins_agree_where_there_are_only_stock_policies() {
    let Some(root) = collection() else { return };
    for (case, _) in CASES.iter().filter(|(_, scope)| *scope == Scope::Unpublished) {
        let answer = |plugin| {
            let options = Options { plugin: Some(plugin), ..Options::default() };
            let answer =
                ask(&root.join(case), options).unwrap_or_else(|failure| panic!("{case}: {failure:?}"));
            assert!(answer.workloads().len() > 1, "{case}");
            Relation::of(&answer)
        };
        let stock = answer(Plugin::Kubernetes);
        same(case, &answer(Plugin::Calico), &stock);
        same(case, &answer(Plugin::Cilium), &stock);
        println!("{case}: {} pairs, three readings agree", stock.pairs.len());
    }
}
