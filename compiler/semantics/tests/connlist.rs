//! Compares the stock reading with published connection lists of whole clusters, where there are some.
//!
//! A list states, for each pair of workloads and of outside ranges, every connection that passes both sides. Address
//! blocks there stand for outside addresses alone, so pods get an IPv6 address, which no IPv4 block holds.
// The count of what was compared is for people to read, and the helpers of a test may unwrap as the test may.
#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use netpol_flow::{Endpoint, Flow, Pod, Protocol, Relation, Side, Verdict};
use netpol_semantics::{Manifest, kubernetes};
use serde::Deserialize;

/// YAML of any shape.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Yaml {
    Null(()),
    Bool(bool),
    Int(i64),
    Float(#[allow(dead_code, reason = "read to accept it")] f64),
    Text(String),
    List(Vec<Yaml>),
    Map(BTreeMap<String, Yaml>),
}

impl Yaml {
    fn at(&self, path: &str) -> Option<&Yaml> {
        path.split('.')
            .try_fold(self, |here, key| if let Yaml::Map(map) = here { map.get(key) } else { None })
    }

    fn text(&self, path: &str) -> Option<String> {
        match self.at(path)? {
            Yaml::Text(text) => Some(text.clone()),
            Yaml::Int(number) => Some(number.to_string()),
            Yaml::Bool(flag) => Some(flag.to_string()),
            Yaml::Null(()) | Yaml::Float(_) | Yaml::List(_) | Yaml::Map(_) => None,
        }
    }

    fn list(&self, path: &str) -> &[Yaml] {
        if let Some(Yaml::List(list)) = self.at(path) { list } else { &[] }
    }

    fn labels(&self, path: &str) -> netpol_flow::Labels {
        let Some(Yaml::Map(map)) = self.at(path) else { return Default::default() };
        map.keys()
            .filter_map(|key| Some((key.as_str().into(), self.at(path)?.text_of(key)?.into())))
            .collect()
    }

    fn text_of(&self, key: &str) -> Option<String> {
        let Yaml::Map(map) = self else { return None };
        match map.get(key)? {
            Yaml::Text(text) => Some(text.clone()),
            Yaml::Int(number) => Some(number.to_string()),
            Yaml::Bool(flag) => Some(flag.to_string()),
            Yaml::Null(()) | Yaml::Float(_) | Yaml::List(_) | Yaml::Map(_) => None,
        }
    }
}

fn workloads(objects: &[&Yaml]) -> BTreeMap<String, Arc<Pod>> {
    let mut namespaces = BTreeMap::new();
    for object in objects.iter().filter(|o| o.text("kind").as_deref() == Some("Namespace")) {
        let mut labels = object.labels("metadata.labels");
        labels.remove(netpol_flow::NAMESPACE_NAME_LABEL);
        namespaces.insert(object.text("metadata.name").unwrap_or_default(), labels);
    }
    let mut found = BTreeMap::new();
    for object in objects {
        let (Some(kind), Some(name)) = (object.text("kind"), object.text("metadata.name")) else { continue };
        let template = match kind.as_str() {
            "Pod" => "",
            "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "Job" | "ReplicationController" => {
                "spec.template."
            }
            _ => continue,
        };
        let namespace = object.text("metadata.namespace").unwrap_or_else(|| "default".to_owned());
        let mut pod = Pod::new(namespace.as_str());
        pod.labels = object.labels(&format!("{template}metadata.labels"));
        pod.namespace_labels = namespaces.get(&namespace).cloned().unwrap_or_default();
        pod.address = Some("fd00::1".parse().unwrap());
        for container in object.list(&format!("{template}spec.containers")) {
            for port in container.list("ports") {
                let (Some(name), Some(number)) = (port.text("name"), port.text("containerPort")) else {
                    continue;
                };
                let protocol = protocol(&port.text("protocol").unwrap_or_else(|| "TCP".to_owned()));
                pod.ports.entry(name.into()).or_default().insert((protocol, number.parse().unwrap()));
            }
        }
        // A pod that something else owns is listed by its owner.
        let owner = object.list("metadata.ownerReferences").first();
        let (name, kind) = match owner.and_then(|owner| Some((owner.text("name")?, owner.text("kind")?))) {
            Some(owner) => owner,
            None => (name, kind),
        };
        found.insert(format!("{namespace}/{name}[{kind}]"), Arc::new(pod));
    }
    found
}

fn protocol(text: &str) -> Protocol {
    Protocol::ALL.into_iter().find(|protocol| protocol.name() == text).unwrap()
}

/// A protocol and its lowest and highest port.
type Ports = (Protocol, u16, u16);

/// `TCP 80,443,UDP 53-54`, or `All Connections`.
fn connections(text: &str) -> Vec<Ports> {
    if text == "All Connections" {
        return Protocol::ALL.into_iter().map(|protocol| (protocol, 1, u16::MAX)).collect();
    }
    let mut current = Protocol::Tcp;
    let mut found = Vec::new();
    for part in text.split(',') {
        let ports = match part.split_once(' ') {
            Some((name, ports)) => {
                current = protocol(name);
                ports
            }
            None => part,
        };
        let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
        found.push((current, first.parse().unwrap(), last.parse().unwrap()));
    }
    found
}

fn endpoint(name: &str, pods: &BTreeMap<String, Arc<Pod>>) -> Option<Endpoint> {
    match name.strip_suffix("[External]") {
        Some(range) => {
            let address = range.split('-').next()?.parse().ok()?;
            Some(Endpoint::External { address, names: BTreeSet::new() })
        }
        None => pods.get(name).map(|pod| Endpoint::Pod(pod.clone())),
    }
}

/// How many flows were compared in one case, or none where it has what stock policies do not.
fn check(case: &Path) -> Option<usize> {
    let list = fs::read_to_string(case.join("expected/connlist_output.txt")).ok()?;
    let (mut texts, mut names) = (Vec::new(), Vec::new());
    let mut paths: Vec<_> =
        fs::read_dir(case.join("input")).ok()?.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in &paths {
        texts.push(fs::read_to_string(path).ok()?);
        names.push(path.display().to_string());
    }
    let manifests: Vec<_> = texts.iter().zip(&names).map(|(text, path)| Manifest { path, text }).collect();
    let set = kubernetes::read(&manifests).ok()?;
    let mut documents: Vec<Yaml> = Vec::new();
    for text in &texts {
        documents.extend(serde_saphyr::from_multiple::<Yaml>(text).ok()?);
    }
    let objects: Vec<&Yaml> = documents
        .iter()
        .flat_map(|d| if d.list("items").is_empty() { vec![d] } else { d.list("items").iter().collect() })
        .collect();
    let pods = workloads(&objects);
    let mut listed: BTreeMap<(String, String), Vec<Ports>> = BTreeMap::new();
    for line in list.lines() {
        let Some((ends, conns)) = line.split_once(" : ") else { continue };
        let (source, destination) = ends.split_once(" => ")?;
        if source == "{ingress-controller}" {
            continue;
        }
        let (source, destination) = (source.trim().to_owned(), destination.trim().to_owned());
        listed.insert((source, destination), connections(conns.trim()));
    }
    let mut everyone: BTreeSet<&String> = listed.keys().flat_map(|(a, b)| [a, b]).collect();
    if everyone.iter().any(|name| endpoint(name, &pods).is_none()) {
        return None;
    }
    everyone.extend(pods.keys());
    let mut asked: BTreeSet<(Protocol, u16)> =
        BTreeSet::from([(Protocol::Tcp, 1234), (Protocol::Udp, 53), (Protocol::Sctp, 9)]);
    for (protocol, first, last) in listed.values().flatten() {
        asked.extend(
            [*first, *last, first.saturating_sub(1).max(1), last.saturating_add(1)]
                .map(|port| (*protocol, port)),
        );
    }
    let mut compared = 0;
    for source in &everyone {
        for destination in everyone.iter().filter(|destination| *destination != source) {
            // Outside ranges are cut differently in each direction; only those the list pairs with this end count.
            let outside = source.ends_with("[External]") || destination.ends_with("[External]");
            let lines = listed.get(&((*source).clone(), (*destination).clone()));
            if outside && lines.is_none() {
                continue;
            }
            let (from, to) = (endpoint(source, &pods)?, endpoint(destination, &pods)?);
            for (protocol, port) in &asked {
                let flow = Flow {
                    source: from.clone(),
                    destination: to.clone(),
                    relation: Relation::Apart,
                    protocol: *protocol,
                    port: *port,
                    request: None,
                };
                let allows =
                    |side| kubernetes::evaluate(&set, &flow, side).unwrap().verdict == Verdict::Allow;
                let want = lines.is_some_and(|lines| {
                    lines.iter().any(|(p, first, last)| p == protocol && (first..=last).contains(&port))
                });
                let found = allows(Side::Egress) && allows(Side::Ingress);
                assert_eq!(found, want, "{}: {source} => {destination} {protocol} {port}", case.display());
                compared += 1;
            }
        }
    }
    Some(compared)
}

#[test]
fn the_stock_reading_agrees_with_published_connection_lists() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/clusters/np-guard");
    let Ok(entries) = fs::read_dir(&cases) else {
        println!("skipped: no cases at {}", cases.display());
        return;
    };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let (mut agreed, mut flows, mut left_out) = (0, 0, Vec::new());
    for case in &paths {
        match check(case) {
            Some(compared) => {
                agreed += 1;
                flows += compared;
            }
            None => left_out.push(case.file_name().unwrap_or_default().to_string_lossy().into_owned()),
        }
    }
    println!("{agreed} clusters agree on {flows} flows; left out: {}", left_out.join(", "));
    assert!(agreed > 0);
}
