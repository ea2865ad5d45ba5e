//! Manifests that nobody wrote: what a reading must hold to, whatever the bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use netpol_flow::{Endpoint, Flow, IpNet, Protocol, Relation, Side, SortedSet, Text, Verdict};
use netpol_semantics::{Manifest, ReadError, Universe, calico, cilium, kubernetes};
use netpol_sets::{AddressSet, Infra, Key, PodSet, SideSet, Values};
use netpol_verify::{Reading, read};

/// More is slow and shows nothing new.
const MOST_WITNESSES: usize = 120;

/// Reads the text as one file for a target. A refusal has a reason and a line of the text; what is read answers each flow
/// the same way as a set and one by one.
pub fn check(target: &str, text: &str) {
    let files = BTreeMap::from([("fuzz.yaml".to_owned(), text.to_owned())]);
    let none = BTreeMap::new();
    match read(target, &none, &files) {
        Some(Ok(reading)) => agree(target, &*reading),
        Some(Err(errors)) => {
            let lines = text.lines().count().max(1);
            for error in &errors {
                assert!(!error.reason.is_empty(), "{error:?}");
                assert!(error.line >= 1 && error.line as usize <= lines, "of {lines} lines: {error}");
            }
            // The rest of a file is read beside what is refused.
            let (understood, again) = leniently(target, text);
            assert_eq!(errors, again, "understood {understood}");
        }
        None => unreachable!("nobody reads `{target}`"),
    }
}

fn leniently(target: &str, text: &str) -> (usize, Vec<ReadError>) {
    let manifests = [Manifest { path: "fuzz.yaml", text }];
    match target {
        "kubernetes" => {
            let (set, errors) = kubernetes::read_lenient(&manifests);
            (set.len(), errors)
        }
        "calico" => {
            let (set, errors) = calico::read_lenient(&manifests);
            (set.len(), errors)
        }
        _ => {
            let (set, errors) = cilium::read_lenient(&manifests);
            (set.len(), errors)
        }
    }
}

/// Both ways of asking a reading give one answer, for a flow of every class and for its neighbours.
fn agree(target: &str, reading: &dyn Reading) {
    let universe = universe(target);
    let names = reading.namespaces();
    let named: Vec<Text> = names.iter().take(6).cloned().collect();
    let mut sides: Vec<(Option<Text>, PodSet)> = named
        .into_iter()
        .map(|name| (Some(name.clone()), PodSet::of_namespaces(SortedSet::one(name))))
        .collect();
    let others = Values::all_but(names.into_iter().collect());
    sides.push((None, PodSet::all().with(Key::Namespace, &others)));
    for (name, pods) in &sides {
        for side in Side::BOTH {
            let Ok(said) = reading.side(&universe, name.as_ref(), pods, side) else { continue };
            let said = SideSet { allow: universe.clip(said.allow), deny: universe.clip(said.deny) };
            for flow in flows(&said, side, pods) {
                // What a reading cannot decide for one flow it must not decide for all; it says so above.
                let alone = match reading.evaluate(&flow, side) {
                    Ok(trace) => trace,
                    Err(undecided) => panic!("{flow} on {side:?}: a set, and alone undecided: {undecided}"),
                };
                assert!(!alone.steps.is_empty(), "{flow} on {side:?}: a verdict without a trace");
                assert_eq!(
                    said.contains(&flow),
                    alone.verdict == Verdict::Allow,
                    "{flow} ({:?}) on {side:?}: {:?}",
                    flow.relation,
                    alone.steps
                );
            }
        }
    }
}

/// A flow of each class, and what stands close to it: other ports, protocols and peers, on a subject among `pods`.
fn flows(said: &SideSet, side: Side, pods: &PodSet) -> BTreeSet<Flow> {
    let cubes = said.allow.cubes().iter().chain(said.deny.cubes());
    let witnesses: Vec<Flow> = cubes.filter_map(netpol_sets::Cube::witness).take(MOST_WITNESSES).collect();
    let mut found: BTreeSet<Flow> = witnesses.iter().cloned().collect();
    for (at, flow) in witnesses.iter().enumerate() {
        for port in [flow.port.saturating_sub(1).max(1), flow.port.saturating_add(1), 53] {
            found.insert(Flow { port, ..flow.clone() });
        }
        for protocol in Protocol::ALL {
            found.insert(Flow { protocol, ..flow.clone() });
        }
        found.insert(Flow { request: None, ..flow.clone() });
        if let Some(other) = witnesses.get((at + 1) % witnesses.len()) {
            found.insert(Flow { source: other.source.clone(), ..flow.clone() });
            found.insert(Flow { destination: other.destination.clone(), ..flow.clone() });
            found.insert(Flow { request: other.request.clone(), ..flow.clone() });
        }
        found.extend([Side::Egress, Side::Ingress].into_iter().filter_map(|end| without_labels(flow, end)));
    }
    found.retain(|flow| is_possible(flow) && flow.subject(side).pod().is_some_and(|pod| pods.contains(pod)));
    found
}

fn without_labels(flow: &Flow, end: Side) -> Option<Flow> {
    let mut pod = flow.subject(end).pod()?.clone();
    pod.labels.clear();
    let bare = Endpoint::Pod(Arc::new(pod));
    Some(match end {
        Side::Egress => Flow { source: bare, ..flow.clone() },
        Side::Ingress => Flow { destination: bare, ..flow.clone() },
    })
}

/// Whether the ends can be what the flow says they are to each other.
fn is_possible(flow: &Flow) -> bool {
    let is_node = |end: &Endpoint| matches!(end, Endpoint::Node { .. });
    let between_node_and_pod = (is_node(&flow.source) && flow.destination.pod().is_some())
        || (is_node(&flow.destination) && flow.source.pod().is_some());
    let family = |end: &Endpoint| end.address().map(|address| address.is_ipv4());
    let families = family(&flow.source).zip(family(&flow.destination));
    let one_family = families.is_none_or(|(source, destination)| source == destination);
    one_family && (flow.relation != Relation::OwnNode || between_node_and_pod)
}

/// A cluster with a place for everything: pods, nodes, an API server off them, a gateway on Cilium, the rest outside.
fn universe(target: &str) -> Universe {
    let blocks = |texts: &[&str]| {
        let blocks: Vec<IpNet> = texts.iter().filter_map(|text| text.parse().ok()).collect();
        assert_eq!(blocks.len(), texts.len());
        AddressSet::of(&blocks)
    };
    let pods = blocks(&["10.0.0.0/8", "fd00::/16"]);
    let nodes = blocks(&["172.16.0.0/12", "fd01::/16"]);
    let server = blocks(&["192.168.0.1/32"]);
    let gateway = blocks(&["192.168.0.2/32"]);
    let inside = pods.union(&nodes).union(&server).union(&gateway);
    let mut infra = BTreeMap::from([
        (Infra::Node, nodes.clone()),
        (Infra::OwnNode, nodes),
        (Infra::ApiServerElsewhere, server),
    ]);
    if target == "cilium" {
        infra.insert(Infra::Gateway, gateway);
    }
    Universe { pods, infra, outside: inside.complement() }
}
