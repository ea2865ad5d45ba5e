//! Fault injection on the specification: the manifests of every section are damaged, and the proof must find what the
//! damage changed.
//!
//! A mutant that the proof calls equal is held to it by brute force: in a small world of every endpoint of the section's
//! table and some that nobody names, at every port of the table and beside it, flow by flow, on each side, the mutant
//! answers as the undamaged manifests do.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use netpol_backends::BACKENDS;
use netpol_flow::{Date, Endpoint, Flow, Pod, Protocol, Relation, Side};
use netpol_tests::spec::{check, parse_flow, sections};
use netpol_tests::targets::{Built, build};

/// A kind of damage, done to one line; none where it does not apply.
type Mutation = (&'static str, fn(&str) -> Option<String>);

fn swap(line: &str, from: &str, to: &str) -> Option<String> {
    line.contains(from).then(|| line.replacen(from, to, 1))
}

/// Changes the last number of a line that holds one of these words.
fn number(line: &str, words: &[&str], by: i64) -> Option<String> {
    let word = words.iter().find(|word| line.contains(**word))?;
    let at = line.find(*word)? + word.len();
    let digits: String = line[at..].chars().take_while(char::is_ascii_digit).collect();
    let new = digits.parse::<i64>().ok()? + by;
    ((0..=65535).contains(&new)).then(|| format!("{}{new}{}", &line[..at], &line[at + digits.len()..]))
}

/// Moves the length of the last address block of a line.
fn prefix(line: &str, by: i64) -> Option<String> {
    let at = line.rfind('/')?;
    let digits: String = line[at + 1..].chars().take_while(char::is_ascii_digit).collect();
    let is_block =
        line[..at].ends_with(|c: char| c.is_ascii_hexdigit() || c == ':') && line.contains(['.', ':']);
    let new = digits.parse::<i64>().ok()? + by;
    (is_block && new >= 0).then(|| format!("{}/{new}{}", &line[..at], &line[at + 1 + digits.len()..]))
}

/// Drops an item of a list that is one line.
fn drop_item(line: &str, holds: fn(&str) -> bool) -> Option<String> {
    line.trim_start().strip_prefix("- ").is_some_and(holds).then(String::new)
}

fn label_value(line: &str) -> Option<String> {
    let (key, value) = line.split_once(": ")?;
    let is_label = line.starts_with("        ")
        && !value.is_empty()
        && !key.contains('-')
        && !value.contains(['"', '/']);
    let words = [
        "port", "protocol", "operator", "key", "action", "order", "name", "endPort", "selector", "method",
        "path",
    ];
    (is_label && !words.iter().any(|word| key.ends_with(word))).then(|| format!("{key}: {value}x"))
}

const PORTS: &[&str] = &["port: ", "port: \"", "endPort: ", "- 4", "- 5", "- 8"];

const MUTATIONS: &[Mutation] = &[
    ("the next port", |l| number(l, PORTS, 1)),
    ("the port before", |l| number(l, PORTS, -1)),
    ("a wider range of ports", |l| number(l, &["endPort: "], 7)),
    ("a narrower range of ports", |l| number(l, &["endPort: "], -1)),
    ("the end of a Calico range", |l| number(l, &["000:", "999:", "80:"], 1)),
    ("TCP to UDP", |l| swap(l, "protocol: TCP", "protocol: UDP")),
    ("UDP to TCP", |l| swap(l, "protocol: UDP", "protocol: TCP")),
    ("SCTP to TCP", |l| swap(l, "protocol: SCTP", "protocol: TCP")),
    ("TCP to SCTP", |l| swap(l, "protocol: TCP", "protocol: SCTP")),
    ("a wider block", |l| prefix(l, -1)),
    ("a narrower block", |l| prefix(l, 1)),
    ("an address or exception dropped", |l| {
        drop_item(l, |item| item.contains('/') && item.contains(['.', ':']))
    }),
    ("a type or entity dropped", |l| {
        drop_item(l, |item| item.chars().all(|c| c.is_ascii_alphabetic() || c == '-'))
    }),
    ("a port of a list dropped", |l| drop_item(l, |item| item.parse::<u16>().is_ok())),
    ("another label value", label_value),
    ("another Calico value", |l| swap(l, " == '", " == 'x")),
    ("== to !=", |l| swap(l, " == '", " != '")),
    ("&& to ||", |l| swap(l, " && ", " || ")),
    ("a Calico list", |l| swap(l, " in {'", " in {'x")),
    ("in to not in", |l| swap(l, " in {'", " not in {'")),
    ("has to !has", |l| swap(l, " has(", " !has(")),
    ("all to none", |l| swap(l, "all()", "!all()")),
    ("In to NotIn", |l| swap(l, "operator: In", "operator: NotIn")),
    ("NotIn to In", |l| swap(l, "operator: NotIn", "operator: In")),
    ("Exists to DoesNotExist", |l| swap(l, "operator: Exists", "operator: DoesNotExist")),
    ("DoesNotExist to Exists", |l| swap(l, "operator: DoesNotExist", "operator: Exists")),
    ("another namespace", |l| swap(l, "metadata.name: ", "metadata.name: x")),
    ("another Cilium namespace", |l| swap(l, "pod.namespace\": ", "pod.namespace\": x")),
    ("another Calico namespace", |l| swap(l, "projectcalico.org/name == '", "projectcalico.org/name == 'x")),
    ("the object moved", |l| swap(l, "  namespace: ", "  namespace: x")),
    ("Ingress to Egress", |l| swap(l, "- Ingress", "- Egress")),
    ("Egress to Ingress", |l| swap(l, "- Egress", "- Ingress")),
    ("Allow to Deny", |l| swap(l, "action: Allow", "action: Deny")),
    ("Deny to Allow", |l| swap(l, "action: Deny", "action: Allow")),
    ("Deny to Pass", |l| swap(l, "action: Deny", "action: Pass")),
    ("Pass to Allow", |l| swap(l, "action: Pass", "action: Allow")),
    ("Pass to Deny", |l| swap(l, "action: Pass", "action: Deny")),
    ("a passing tier denies", |l| swap(l, "defaultAction: Pass", "defaultAction: Deny")),
    ("the last tier passes", |l| swap(l, "defaultAction: Deny", "defaultAction: Pass")),
    ("another order", |l| number(l, &["order: "], 60)),
    ("default deny dropped", |l| swap(l, "ingress: true", "ingress: false")),
    ("default deny of egress dropped", |l| swap(l, "egress: true", "egress: false")),
    ("default deny added", |l| swap(l, "ingress: false", "ingress: true")),
    ("default deny of egress added", |l| swap(l, "egress: false", "egress: true")),
    ("a deny becomes an allow", |l| swap(l, "ingressDeny:", "ingress:")),
    ("an egress deny becomes an allow", |l| swap(l, "egressDeny:", "egress:")),
    ("another entity", |l| swap(l, "- remote-node", "- world")),
    ("every entity", |l| swap(l, "- kube-apiserver", "- all")),
    ("the host's entity", |l| swap(l, "- host", "- remote-node")),
    ("another name", |l| swap(l, "matchName: ", "matchName: x")),
    ("another pattern", |l| swap(l, "matchPattern: \"**.", "matchPattern: \"**.x")),
    ("another method", |l| swap(l, "method: GET", "method: PUT")),
    ("another path", |l| swap(l, "path: /", "path: /x")),
];

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

/// Every flow between the endpoints of a table, and strangers, at its ports and beside them.
fn small_world(table: &[Flow]) -> Vec<Flow> {
    let mut ends: Vec<Endpoint> = Vec::new();
    let stranger = Endpoint::Pod(std::sync::Arc::new(Pod::new("stranger")));
    for end in table.iter().flat_map(|flow| [&flow.source, &flow.destination]).chain([&stranger]) {
        if !ends.contains(end) && ends.len() < 9 {
            ends.push(end.clone());
        }
    }
    let mut services: BTreeSet<(Protocol, u16)> = BTreeSet::new();
    for flow in table {
        services.extend([(flow.protocol, flow.port), (flow.protocol, flow.port.saturating_add(1))]);
    }
    let mut flows = Vec::new();
    for source in &ends {
        for destination in
            ends.iter().filter(|end| *end != source && (end.pod().is_some() || source.pod().is_some()))
        {
            for (protocol, port) in services.iter().take(8) {
                let (source, destination) = (source.clone(), destination.clone());
                let (protocol, port) = (*protocol, *port);
                flows.push(Flow {
                    source,
                    destination,
                    relation: Relation::Apart,
                    protocol,
                    port,
                    request: None,
                });
            }
        }
    }
    flows
}

fn mixed(text: &str, seed: usize) -> usize {
    text.bytes().fold(seed ^ 0x9e37, |hash, byte| (hash ^ byte as usize).wrapping_mul(0x0100_0193) >> 1)
}

#[derive(Default)]
struct Tally {
    caught: usize,
    refused: usize,
    equal: usize,
    answers: usize,
}

#[test]
fn every_damage_to_a_section_that_changes_a_verdict_is_caught() {
    let day = Date::new(2026, 11, 21).expect("the day exists");
    // All of it takes seconds; a larger number takes one damage in so many.
    let every: usize = std::env::var("NETPOL_TEETH").ok().and_then(|n| n.parse().ok()).unwrap_or(1);
    let mut paths = Vec::new();
    documents(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/spec")), &mut paths);
    let mut tally: BTreeMap<&str, Tally> = BTreeMap::new();
    let (mut kinds, mut damaged_sections) = (BTreeSet::new(), 0);
    for path in paths {
        for section in sections(&fs::read_to_string(&path).expect("a document")) {
            let (views, _, _) = check(section.programs(), day);
            let Some(policy) = views.first().filter(|_| section.has_flows()) else { continue };
            let table: Vec<Flow> =
                section.flows().iter().filter_map(|line| Some(parse_flow(policy, line).ok()?.0)).collect();
            let world = small_world(&table);
            let mut is_damaged = false;
            for backend in BACKENDS {
                let settings = section.settings(backend.name);
                let Ok(whole) = build(backend, policy, &settings, day) else { continue };
                for (at, (name, mutate)) in MUTATIONS.iter().enumerate() {
                    let seed = mixed(&section.title, at);
                    if !seed.is_multiple_of(every) {
                        continue;
                    }
                    let files = whole.files.iter().filter(|(file, _)| *file != "kustomization.yaml");
                    let places: Vec<(&String, usize, String)> = files
                        .flat_map(|(file, text)| {
                            let lines = text.lines().enumerate();
                            let lines = lines.filter(|(_, line)| !line.trim_start().starts_with('#'));
                            lines.filter_map(move |(n, line)| Some((file, n, mutate(line)?)))
                        })
                        .collect();
                    if places.is_empty() {
                        continue;
                    }
                    let (file, line, changed) = &places[seed / every % places.len()];
                    let lines = whole.files[*file].lines().enumerate();
                    let text: Vec<&str> =
                        lines.map(|(n, l)| if n == *line { changed.as_str() } else { l }).collect();
                    let mut files = whole.files.clone();
                    files.insert((*file).clone(), text.join("\n") + "\n");
                    let tally = tally.entry(backend.name).or_default();
                    kinds.insert(*name);
                    is_damaged = true;
                    let Ok(mutant) = Built::of(backend, &settings, files) else {
                        tally.refused += 1;
                        continue;
                    };
                    if !mutant.prove(policy, day).is_ok_and(|differences| differences.is_empty()) {
                        tally.caught += 1;
                        continue;
                    }
                    tally.equal += 1;
                    for flow in table.iter().chain(&world) {
                        for side in Side::BOTH {
                            let (Ok(said), Ok(was)) =
                                (mutant.evaluate(flow, side), whole.evaluate(flow, side))
                            else {
                                continue;
                            };
                            tally.answers += 1;
                            assert!(
                                said.verdict == was.verdict || mutant.leans(policy, flow, side, day),
                                "{}: {}: `{name}` at {file}:{} goes unnoticed: {flow} on {side:?}",
                                section.title,
                                backend.name,
                                line + 1
                            );
                        }
                    }
                }
            }
            damaged_sections += usize::from(is_damaged);
        }
    }
    for (target, Tally { caught, refused, equal, answers }) in &tally {
        println!(
            "{target}: {caught} caught by the proof, {refused} by the reading, {equal} equal, as {answers} answers \
             of small worlds agree"
        );
        assert!(*caught > 100, "{target}: too little damage was done to show anything");
    }
    println!("{} kinds of {} applied to {damaged_sections} sections", kinds.len(), MUTATIONS.len());
    assert!(kinds.len() >= 40, "only {kinds:?}");
    assert!(damaged_sections > 100, "only {damaged_sections} sections were damaged");
}
