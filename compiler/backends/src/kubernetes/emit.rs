//! Peers, ports and selectors as NetworkPolicy writes them.

use std::convert::Infallible;

use netpol_flow::{IpNet, NAMESPACE_NAME_LABEL, Operator, PortRange, Protocol, Requirement, Text};
use netpol_sets::{AddressSet, Ends, Key, PodSet, Services, Values};

use rustc_hash::FxHashMap;

use super::addresses::Addresses;
use crate::address::{Block, blocks};
use crate::known::Known;
use crate::plan::{GrantServices, Peer};
use crate::yaml::{Word, Yaml, list, map, text};

/// The most ports of a range that are listed one by one where the cluster has no `endPort`.
const LISTED: u16 = 16;

/// The items of the peers written so far in a namespace: the same few pods stand on many lines, and so does `internet`,
/// which is long.
#[derive(Debug, Default)]
pub(super) struct PeerItems {
    pods: Known<Vec<Yaml>>,
    blocks: FxHashMap<(AddressSet, Vec<IpNet>), Vec<Yaml>>,
}

impl PeerItems {
    /// Whether any address was written.
    pub(super) fn has_blocks(&self) -> bool {
        !self.blocks.is_empty()
    }

    fn pods(&self, here: &Text, set: &PodSet) -> Vec<Yaml> {
        let Ok(items) = self.pods.of(set, || Ok::<_, Infallible>(shared(pod_items(here, set))));
        items
    }

    fn blocks(&mut self, set: AddressSet, written: &[IpNet]) -> &[Yaml] {
        let items = |(set, written): &(AddressSet, Vec<IpNet>)| {
            shared(blocks(set, written).iter().map(block_item).collect())
        };
        self.blocks.entry((set, written.to_vec())).or_insert_with_key(items)
    }
}

fn shared(items: Vec<Yaml>) -> Vec<Yaml> {
    items.into_iter().map(Yaml::shared).collect()
}

/// Adds the items of `from` or `to` for a peer; none where the peer has no endpoint on this cluster (`K8S-04`).
pub(super) fn peer_items(
    addresses: &Addresses,
    here: &Text,
    peer: &Peer,
    known: &mut PeerItems,
    out: &mut Vec<Yaml>,
) {
    match &peer.ends {
        Ends::Pods(pods) => out.extend(known.pods(here, pods)),
        Ends::Infra(set) => out.extend_from_slice(known.blocks(addresses.of_infra(set), addresses.written())),
        Ends::External(set) => out.extend_from_slice(known.blocks(set.addresses.clone(), &peer.written)),
    }
}

fn block_item(block: &Block) -> Yaml {
    let mut entries = vec![("cidr", text(block.cidr.trunc().to_string()))];
    if !block.except.is_empty() {
        entries.push(("except", list(block.except.iter().map(|net| text(net.to_string())))));
    }
    map([("ipBlock", map(entries))])
}

/// One item for pods of the policy's own namespace, one with both selectors for others (`K8S-05`).
fn pod_items(here: &Text, pods: &PodSet) -> Vec<Yaml> {
    let labels = pod_conjunctions(pods);
    if is_local(here, pods) {
        return labels.iter().map(|labels| map([("podSelector", selector(labels))])).collect();
    }
    let namespaces = namespace_conjunctions(pods);
    let mut items = Vec::with_capacity(labels.len());
    for namespace in &namespaces {
        for labels in &labels {
            let mut item = vec![("namespaceSelector", selector(namespace))];
            if !labels.is_empty() {
                item.push(("podSelector", selector(labels)));
            }
            items.push(map(item));
        }
    }
    items
}

/// Whether the pods are told by this namespace's name and their own labels alone.
fn is_local(here: &Text, pods: &PodSet) -> bool {
    let by_label = pods.keys().any(|key| matches!(key, Key::NamespaceLabel(_)));
    !by_label && pods.namespaces().is_some_and(|names| names.len() == 1 && names.contains(here))
}

/// The conditions on the pods' own labels, as a union of conjunctions.
pub(super) fn pod_conjunctions(pods: &PodSet) -> Vec<Vec<Requirement>> {
    conjunctions(pods, |key, values| match key {
        Key::Label(key) => Some(values.requirements(key)),
        Key::Namespace | Key::NamespaceLabel(_) | Key::Account => None,
    })
}

/// The conditions on their namespaces; every namespace carries its name as a label (`K8S-15`).
fn namespace_conjunctions(pods: &PodSet) -> Vec<Vec<Requirement>> {
    conjunctions(pods, |key, values| match key {
        Key::Namespace => {
            // The label is never missing, so `NotIn` needs no `Exists` beside it.
            let known = Values { absent: values.all_but, ..values.clone() };
            Some(known.requirements(&NAMESPACE_NAME_LABEL.into()))
        }
        Key::NamespaceLabel(key) => Some(values.requirements(key)),
        Key::Label(_) | Key::Account => None,
    })
}

fn conjunctions(
    pods: &PodSet,
    alternatives: impl Fn(&Key, &Values) -> Option<Vec<Vec<Requirement>>>,
) -> Vec<Vec<Requirement>> {
    let mut out: Vec<Vec<Requirement>> = vec![Vec::new()];
    for alternatives in pods.conditions().filter_map(|(key, values)| alternatives(key, values)) {
        out = match <[Vec<Requirement>; 1]>::try_from(alternatives) {
            Ok([only]) => {
                out.iter_mut().for_each(|so_far| so_far.extend(only.iter().cloned()));
                out
            }
            Err(several) => out
                .iter()
                .flat_map(|so_far| several.iter().map(|more| [so_far.as_slice(), more.as_slice()].concat()))
                .collect(),
        };
    }
    out
}

/// A label selector: `matchLabels` for a single value, `matchExpressions` for the rest.
pub(super) fn selector(requirements: &[Requirement]) -> Yaml {
    let mut labels: Vec<(Word, Yaml)> = Vec::new();
    let mut expressions: Vec<Yaml> = Vec::new();
    for requirement in requirements {
        match (requirement.operator, requirement.values.first()) {
            (Operator::In, Some(value)) if requirement.values.len() == 1 => {
                labels.push(((&requirement.key).into(), text(value)));
            }
            (Operator::In | Operator::NotIn | Operator::Exists | Operator::DoesNotExist, _) => {
                expressions.push(expression(requirement));
            }
        }
    }
    let mut entries: Vec<(&str, Yaml)> = Vec::with_capacity(2);
    if !labels.is_empty() {
        entries.push(("matchLabels", Yaml::Map(labels)));
    }
    if !expressions.is_empty() {
        entries.push(("matchExpressions", Yaml::List(expressions)));
    }
    map(entries)
}

fn expression(requirement: &Requirement) -> Yaml {
    let operator = match requirement.operator {
        Operator::In => "In",
        Operator::NotIn => "NotIn",
        Operator::Exists => "Exists",
        Operator::DoesNotExist => "DoesNotExist",
    };
    let mut entries = vec![("key", text(&requirement.key)), ("operator", text(operator))];
    if !requirement.values.is_empty() {
        entries.push(("values", list(requirement.values.iter().map(text))));
    }
    map(entries)
}

/// The items of `ports`; none for every port, which is written without `ports`.
pub(super) fn port_items(services: &GrantServices, end_port: bool) -> Option<Vec<Yaml>> {
    let GrantServices::Of(services) = services else { return None };
    Some(services.iter().flat_map(|item| items_of(item, end_port)).collect())
}

/// Whether a range can be written on a cluster without `endPort`.
pub(super) fn is_short(range: &PortRange) -> bool {
    range.is_every() || range.last - range.first < LISTED
}

/// Protocols of which the destination's own name can be written: those that are whole (`K8S-06`, `K8S-07`).
fn items_of(services: &Services, end_port: bool) -> Vec<Yaml> {
    match services.named.first() {
        Some(name) => {
            let whole = services.ports.ranges().iter().filter(|range| range.is_every());
            whole
                .map(|range| map([("protocol", text(range.protocol.name())), ("port", text(name))]))
                .collect()
        }
        None => services.ports.ranges().iter().flat_map(|range| range_items(range, end_port)).collect(),
    }
}

fn range_items(range: &PortRange, end_port: bool) -> Vec<Yaml> {
    let protocol = |protocol: Protocol| ("protocol", text(protocol.name()));
    let number = |port: u16| Yaml::Number(i64::from(port));
    if range.is_every() {
        return vec![map([protocol(range.protocol)])];
    }
    // Two neighbours read better as two numbers.
    let listed = if end_port { 2 } else { LISTED };
    if range.last - range.first < listed {
        return (range.first..=range.last)
            .map(|port| map([protocol(range.protocol), ("port", number(port))]))
            .collect();
    }
    vec![map([protocol(range.protocol), ("port", number(range.first)), ("endPort", number(range.last))])]
}
