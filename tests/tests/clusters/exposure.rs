//! What published lists say of pods that are not in the manifests: made up here, put beside the manifests, and asked about.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use netpol_analyze::{Manifest, analyze};
use netpol_flow::{PortRange, Protocol, Side};
use netpol_sets::PortSet;
use serde_json::{Value, json};

use crate::relation::{Relation, none, parse_ports};
use crate::table::{CASES, Scope};
use crate::{AS_PUBLISHED, collection, manifests, published, same};

/// A published line: a workload, its side, the pods that are not there, and what passes.
#[derive(Debug)]
struct Line {
    workload: String,
    side: Side,
    peer: String,
    ports: String,
}

/// The name and number of the port that made-up pods declare.
const NAMED: (&str, u16) = ("http", 4242);

/// Every pod there might be; addresses outside are in the list of connections already.
const ANYONE: &str = "entire-cluster";

/// The lines of a report that speak of pods.
fn lines(path: &Path) -> Vec<Line> {
    let text = std::fs::read_to_string(path).unwrap();
    let report = text.lines().skip_while(|line| !line.starts_with("Exposure Analysis Result"));
    let line = |line: &str| {
        let (ends, ports) = line.rsplit_once(" : ")?;
        let (side, (workload, peer)) = match ends.split_once("=>") {
            Some(ends) => (Side::Egress, ends),
            None => (Side::Ingress, ends.split_once("<=")?),
        };
        let [workload, peer, ports] = [workload, peer, ports].map(|word| word.trim().to_owned());
        (!peer.ends_with("[External]")).then_some(Line { workload, side, peer, ports })
    };
    report.filter_map(line).collect()
}

impl Line {
    /// What passes; a port by name is the made-up pod's.
    fn ports(&self) -> PortSet {
        match self.ports.split_once(' ') {
            Some(("TCP", name)) if name == NAMED.0 => PortSet::of([PortRange::one(Protocol::Tcp, NAMED.1)]),
            Some(_) | None => parse_ports(&self.ports),
        }
    }

    /// Whether it speaks of every pod.
    fn is_of_anyone(&self) -> bool {
        self.peer == ANYONE
    }
}

/// The made-up pods that some lines speak of: by what the lines call them, their name and a manifest of each.
///
/// A pod of no label in a namespace of none is always among them, as one that is only "anyone".
fn made_up(lines: &[Line]) -> (BTreeMap<String, String>, String) {
    let peers: BTreeSet<&str> = lines.iter().map(|line| &*line.peer).chain([ANYONE]).collect();
    let (mut names, mut items) = (BTreeMap::new(), Vec::new());
    for (number, peer) in peers.into_iter().enumerate() {
        let (space, pod) = peer.split_once("]/[").map_or_else(
            || peer.split_once("/[").unwrap_or(("[all namespaces", "all pods]")),
            |(space, pod)| (space, pod),
        );
        let space = match space.strip_prefix('[') {
            Some(condition) => {
                let space = format!("made-up-{number}");
                items.push(json!({
                    "apiVersion": "v1", "kind": "Namespace",
                    "metadata": {"name": space, "labels": labels(condition, "namespace with {", "all namespaces")},
                }));
                space
            }
            // A namespace by its name.
            None => space.to_owned(),
        };
        let name = format!("made-up-{number}");
        items.push(json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {
                "name": name, "namespace": space,
                "labels": labels(pod.trim_end_matches(']'), "pod with {", "all pods"),
            },
            "spec": {"containers": [{"ports": [{"name": NAMED.0, "containerPort": NAMED.1}]}]},
        }));
        names.insert(peer.to_owned(), format!("{space}/{name}[Pod]"));
    }
    (names, json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string())
}

/// Labels that meet a condition as it is published: `pod with {app=a,{Key:b,Operator:In,Values:[c d],}}`, or everything.
fn labels(condition: &str, begin: &str, everything: &str) -> BTreeMap<String, Value> {
    if condition == everything {
        return BTreeMap::new();
    }
    let inner = condition.strip_prefix(begin).and_then(|rest| rest.strip_suffix('}')).unwrap();
    let label = match inner.strip_prefix("{Key:") {
        Some(rest) => {
            let (key, rest) = rest.split_once(",Operator:In,Values:[").unwrap();
            (key, rest.split([' ', ']']).next().unwrap())
        }
        None => inner.split_once('=').unwrap(),
    };
    assert!(!label.1.contains(','), "one label: {condition}");
    BTreeMap::from([(label.0.to_owned(), Value::from(label.1))])
}

/// What a report says of pods that are not there holds once they are there.
///
/// The reports leave out pods that only rules with a match among the manifests let through, so of a made-up pod that is
/// nothing but "anyone" the lines say all, and of the others the least.
#[test]
fn every_published_exposure_is_ours() {
    let Some(root) = collection() else { return };
    let cases = published(&root);
    let (mut reports, mut compared) = (0, 0);
    for (case, _) in CASES.iter().filter(|(_, scope)| *scope == Scope::Equal) {
        for file in cases[*case].iter().filter(|file| file.ends_with("/expected/exposure_output.txt")) {
            let lines = lines(&root.join(file));
            let (names, pods) = made_up(&lines);
            let mut texts = vec![("made-up.json".to_owned(), pods)];
            manifests(&root.join(case).join("input"), &mut texts);
            let manifests: Vec<_> = texts.iter().map(|(path, text)| Manifest { path, text }).collect();
            let answer =
                analyze(&manifests, AS_PUBLISHED).unwrap_or_else(|failure| panic!("{case}: {failure:?}"));
            let ours = Relation::of(&answer);
            let passes = |workload: &str, side, pod: &str| {
                let pair = match side {
                    Side::Egress => (workload.to_owned(), pod.to_owned()),
                    Side::Ingress => (pod.to_owned(), workload.to_owned()),
                };
                ours.pairs.get(&pair).cloned().unwrap_or_else(none)
            };
            for line in &lines {
                let found = passes(&line.workload, line.side, &names[&line.peer]);
                assert!(line.ports().subtract(&found).is_empty(), "{file}: {line:?}: {found:?}");
            }
            let workloads = answer.workloads().map(|name| format!("{name}[{}]", name.kind));
            for workload in workloads.filter(|name| !names.values().any(|made_up| made_up == name)) {
                for side in Side::BOTH {
                    let of_anyone =
                        |line: &&Line| line.is_of_anyone() && line.workload == workload && line.side == side;
                    let published = lines.iter().find(of_anyone).map_or_else(none, Line::ports);
                    let anyone = &names["entire-cluster"];
                    same(
                        &format!("{file}: {workload} {side:?}"),
                        &published,
                        &passes(&workload, side, anyone),
                    );
                    compared += 1;
                }
            }
            reports += 1;
        }
    }
    println!("{reports} reports of exposure, {compared} sides of workloads towards any pod: equal");
    assert!(reports > 10);
}
