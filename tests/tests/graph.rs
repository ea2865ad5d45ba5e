//! What `netpol graph` draws of the examples, held against the reference interpreter.

use std::collections::BTreeMap;

use netpol_driver::{GraphFormat, GraphOptions, graph};
use netpol_flow::{Endpoint, Flow, Pod, Protocol, Verdict};
use netpol_model::{Namespace, Policy, verdict};
use netpol_tests::{example, spec};

/// A whole arrow: namespace and name at either end, ports.
struct Arrow {
    cluster: String,
    ends: [(String, String); 2],
    ports: String,
}

fn arrows(example: &example::Example) -> Vec<Arrow> {
    let options = GraphOptions { format: GraphFormat::Csv, namespaces: Vec::new(), by: None };
    let text = graph(&example.build(), &options, example::day()).expect("it is drawn").text;
    let fields = |line: &str| -> Vec<String> {
        let inner =
            line.strip_prefix('"').and_then(|line| line.strip_suffix('"')).expect("every field is quoted");
        inner.split("\",\"").map(|field| field.replace("\"\"", "\"")).collect()
    };
    let rows = text.lines().skip(1).map(fields).filter(|fields| fields[6] == "no");
    rows.map(|fields| Arrow {
        cluster: fields[0].clone(),
        ends: [(fields[1].clone(), fields[2].clone()), (fields[3].clone(), fields[4].clone())],
        ports: fields[5].clone(),
    })
    .collect()
}

fn protocol_and_ports(word: &str) -> Option<(Protocol, u16, u16)> {
    let (protocol, range) = match word.split_once('/') {
        Some(("udp", range)) => (Protocol::Udp, range),
        Some(("sctp", range)) => (Protocol::Sctp, range),
        Some((_, range)) => (Protocol::Tcp, range),
        None => (Protocol::Tcp, word),
    };
    if range == "*" {
        return Some((protocol, 1, u16::MAX));
    }
    let (first, last) = range.split_once('-').unwrap_or((range, range));
    Some((protocol, first.parse().ok()?, last.parse().ok()?))
}

/// Whether two pods may be asked about by these names: a declared workload, or every pod of a namespace.
fn known(policy: &Policy, (namespace, name): &(String, String)) -> Option<String> {
    match (policy.namespaces.get(&**namespace), name.as_str()) {
        (Some(_), "all pods") => Some(format!("{namespace}/all")),
        (Some(known), name) if known.workloads.contains_key(name) => Some(format!("{namespace}/{name}")),
        _ => None,
    }
}

#[test]
fn every_arrow_between_workloads_passes() {
    let mut asked = 0;
    for example in example::all() {
        let compiled = example.build();
        for arrow in arrows(&example) {
            let cluster = Some(arrow.cluster.as_str()).filter(|name| !name.is_empty());
            let policy = example::view(&compiled.views, cluster).expect("the cluster");
            let [Some(from), Some(to)] = [0, 1].map(|end| known(policy, &arrow.ends[end])) else { continue };
            for (protocol, first, last) in arrow.ports.split(", ").filter_map(protocol_and_ports) {
                for port in [first, last] {
                    let line = format!("{from} -> {to}:{port}/{} allow", protocol.word().to_uppercase());
                    let (flow, _) = spec::parse_flow(policy, &line).expect("a flow");
                    assert_eq!(
                        verdict(policy, &flow, example::day()),
                        Verdict::Allow,
                        "{}: {line}",
                        example.name
                    );
                    asked += 1;
                }
            }
        }
    }
    assert!(asked > 150, "only {asked} arrows were asked about");
}

/// Whether an arrow's end may stand for a pod: its workload, every pod of its namespace, pods of several namespaces, or
/// pods that the library names.
fn stands_for(end: &(String, String), space: &Namespace, pod: &Pod) -> bool {
    let is_its_own = match space.workloads.get(&*end.1) {
        Some(workload) => workload.set().contains(pod),
        None => true,
    };
    end.0.is_empty() || *end.0 == *space.name && is_its_own
}

#[test]
fn every_flow_that_a_readme_allows_between_workloads_is_drawn() {
    let mut asked = 0;
    for example in example::all() {
        let compiled = example.build();
        let arrows = arrows(&example);
        for block in example.blocks("flows") {
            let policy = example::view(&compiled.views, block.option("cluster")).expect("the cluster");
            for (flow, expected) in example::questions(policy, &block).expect("flows") {
                let (Endpoint::Pod(from), Endpoint::Pod(to)) = (&flow.source, &flow.destination) else {
                    continue;
                };
                let spaces = [from, to].map(|pod| policy.namespaces.get(&pod.namespace));
                let [Some(one), Some(other)] = spaces else { continue };
                let is_closed = [one, other].iter().all(|n| n.mode.kind == netpol_model::ModeKind::Enforce);
                if expected != Verdict::Allow || flow.request.is_some() || !is_closed {
                    continue;
                }
                let found = arrows.iter().any(|arrow| {
                    stands_for(&arrow.ends[0], one, from)
                        && stands_for(&arrow.ends[1], other, to)
                        && opens(&arrow.ports, &flow)
                });
                assert!(found, "{}: {flow} is not drawn", example.name);
                asked += 1;
            }
        }
    }
    assert!(asked > 20, "only {asked} flows were looked for");
}

fn opens(ports: &str, flow: &Flow) -> bool {
    let is_in = |word: &str| match (word, protocol_and_ports(word)) {
        ("any", _) => true,
        // A port by name: the pod says which.
        (_, None) => word.starts_with('"'),
        (_, Some((protocol, first, last))) => {
            protocol == flow.protocol && (first..=last).contains(&flow.port)
        }
    };
    ports.split(", ").any(is_in)
}

#[test]
fn the_same_project_is_drawn_the_same() {
    let example = example::Example::read("twelve-tenants");
    let compiled = example.build();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..3 {
        let options = GraphOptions { format: GraphFormat::Dot, namespaces: Vec::new(), by: None };
        *seen.entry(graph(&compiled, &options, example::day()).expect("it is drawn").text).or_default() += 1;
    }
    assert_eq!(seen.len(), 1);
}
