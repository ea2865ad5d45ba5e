//! Manifests that nobody wrote: what a reading must hold to, whatever the bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use netpol_flow::{Endpoint, Flow, IpNet, Protocol, Relation, Side, SortedSet, Text, Verdict};
use netpol_semantics::{Manifest, ReadError, Trace, Undecided, Universe, calico, cilium, kubernetes};
use netpol_sets::{AddressSet, Infra, Key, PodSet, SideSet, Values};

/// More is slow and shows nothing new.
const MOST_WITNESSES: usize = 120;

/// A target, by its reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Kubernetes,
    Calico,
    Cilium,
}

/// Manifests as a target reads them.
enum Set {
    Kubernetes(kubernetes::PolicySet),
    Calico(calico::PolicySet),
    Cilium(cilium::PolicySet),
}

impl Set {
    /// What of the text is understood, and what is refused.
    fn read(target: Target, text: &str) -> (Set, Vec<ReadError>) {
        let files = [Manifest { path: "fuzz.yaml", text }];
        match target {
            Target::Kubernetes => {
                let (set, errors) = kubernetes::read_lenient(&files);
                (Set::Kubernetes(set), errors)
            }
            Target::Calico => {
                let (set, errors) = calico::read_lenient(&files);
                (Set::Calico(set), errors)
            }
            Target::Cilium => {
                let (set, errors) = cilium::read_lenient(&files);
                (Set::Cilium(set), errors)
            }
        }
    }

    fn namespaces(&self) -> BTreeSet<Text> {
        match self {
            Set::Kubernetes(set) => set.namespaces(),
            Set::Calico(set) => set.namespaces(),
            Set::Cilium(set) => set.namespaces(),
        }
    }

    fn side(
        &self,
        universe: &Universe,
        name: Option<&Text>,
        pods: &PodSet,
        side: Side,
    ) -> Result<SideSet, Undecided> {
        match self {
            Set::Kubernetes(set) => Ok(kubernetes::denote(set, universe, name, pods, side)),
            Set::Calico(set) => calico::denote(set, universe, name, pods, side, &calico_profile()),
            Set::Cilium(set) => cilium::denote(set, universe, name, pods, side, &cilium_profile()),
        }
    }

    fn evaluate(&self, flow: &Flow, side: Side) -> Result<Trace, Undecided> {
        match self {
            Set::Kubernetes(set) => kubernetes::evaluate(set, flow, side),
            Set::Calico(set) => calico::evaluate(set, flow, side, &calico_profile()),
            Set::Cilium(set) => cilium::evaluate(set, flow, side, &cilium_profile()),
        }
    }
}

fn calico_profile() -> calico::Profile {
    calico::Profile { application_layer_policy: true, ..calico::Profile::default() }
}

fn cilium_profile() -> cilium::Profile {
    cilium::Profile { sctp: true, ..cilium::Profile::default() }
}

/// Reads the text as one file for a target. A refusal has a reason and a line of the text; whatever else the file holds
/// answers each flow the same way as a set and one by one.
pub fn check(target: Target, text: &str) {
    let (set, errors) = Set::read(target, text);
    // What is missing is missed at the end, on the line after the last.
    let lines = text.split('\n').count();
    for error in &errors {
        assert!(!error.reason.is_empty(), "{error:?}");
        assert!(error.line >= 1 && error.line as usize <= lines, "of {lines} lines: {error}");
    }
    agree(target, &set);
}

/// Both ways of asking a reading give one answer, for a flow of every class and for its neighbours.
fn agree(target: Target, set: &Set) {
    let universe = universe(target);
    let names = set.namespaces();
    let named = names.iter().take(6).cloned();
    let mut shards: Vec<(Option<Text>, PodSet)> =
        named.map(|name| (Some(name.clone()), PodSet::of_namespaces(SortedSet::one(name)))).collect();
    let others = Values::all_but(names.into_iter().collect());
    shards.push((None, PodSet::all().with(Key::Namespace, &others)));
    for (name, pods) in &shards {
        for side in Side::BOTH {
            let Ok(said) = set.side(&universe, name.as_ref(), pods, side) else { continue };
            let said = SideSet { allow: universe.clip(said.allow), deny: universe.clip(said.deny) };
            for flow in flows(&said, side, pods) {
                // What a reading cannot decide for one flow it must not decide for all; it says so above.
                let alone = match set.evaluate(&flow, side) {
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
fn universe(target: Target) -> Universe {
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
    if target == Target::Cilium {
        infra.insert(Infra::Gateway, gateway);
    }
    Universe { pods, infra, outside: inside.complement() }
}
