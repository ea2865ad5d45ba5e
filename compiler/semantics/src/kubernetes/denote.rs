//! The stock NetworkPolicies as sets of flows, one side of some pods at a time.

use netpol_flow::{NAMESPACE_NAME_LABEL, PortRange, Protocol, Selector, Side, Text};
use netpol_sets::{AddressSet, Cube, Ends, FlowSet, Infra, PodSet, PortSet, Requests, Services, SideSet};

use crate::Universe;

use super::{Numbers, Peer, Policy, PolicySet, Port, Rule};

/// What one side of the pods `subject` lets pass; `namespace` is theirs, or none where no policy can name it.
///
/// The same as `evaluate` for every flow at once, apart from a pod and itself.
pub fn denote(
    set: &PolicySet,
    universe: &Universe,
    namespace: Option<&Text>,
    subject: &PodSet,
    side: Side,
) -> SideSet {
    let mut allow = Vec::new();
    let mut isolated = Vec::new();
    let policies = namespace.and_then(|name| set.policies.get(name)).into_iter().flatten();
    for policy in policies {
        let Some(rules) = policy.rules(side) else { continue };
        let selected = subject.clone().with_labels(&policy.subject);
        if !rules.is_empty() {
            allow.extend(self::rules(policy, universe, &selected, side));
        }
        isolated.push(selected);
    }
    for pods in &subject.without(&isolated) {
        allow.extend(sided(pods, &universe.everyone(), &[Services::all()], side));
    }
    // The pod's own node is never kept out, in either direction (`K8S-14`).
    allow.extend(sided(subject, &[universe.kinds([Infra::OwnNode])], &[Services::all()], side));
    SideSet { allow: FlowSet::of(allow), deny: FlowSet::default() }
}

/// What the rules of one policy allow for pods that it selects.
pub(crate) fn rules(policy: &Policy, universe: &Universe, subject: &PodSet, side: Side) -> Vec<Cube> {
    let rules = policy.rules(side).unwrap_or_default();
    let cubes = |rule| sided(subject, &peers(rule, &policy.namespace, universe), &services(rule), side);
    rules.iter().flat_map(cubes).collect()
}

fn sided(subject: &PodSet, peers: &[Ends], services: &[Services], side: Side) -> Vec<Cube> {
    let subject = Ends::Pods(subject.clone());
    let mut cubes = Vec::new();
    for peer in peers {
        for services in services {
            let (source, destination) = match side {
                Side::Egress => (subject.clone(), peer.clone()),
                Side::Ingress => (peer.clone(), subject.clone()),
            };
            cubes.push(Cube { source, destination, services: services.clone(), requests: Requests::all() });
        }
    }
    cubes
}

fn peers(rule: &Rule, namespace: &Text, universe: &Universe) -> Vec<Ends> {
    if rule.peers.is_empty() {
        return universe.everyone();
    }
    let mut ends = Vec::new();
    for peer in &rule.peers {
        match peer {
            Peer::Pods { namespaces, pods } => {
                ends.push(Ends::Pods(pod_peer(namespaces.as_ref(), namespace, pods)))
            }
            Peer::Block { block, except } => {
                ends.extend(universe.at(&AddressSet::of([block]).subtract(&AddressSet::of(except))));
            }
        }
    }
    ends
}

fn pod_peer(namespaces: Option<&Selector>, own: &Text, pods: &Selector) -> PodSet {
    let set = match namespaces {
        Some(selector) => PodSet::all().with_namespace_labels(selector),
        None => PodSet::of_namespaces([own.clone()].into()),
    };
    set.with_labels(pods)
}

/// The ports of a rule: numbers together, each name on its own.
fn services(rule: &Rule) -> Vec<Services> {
    if rule.ports.is_empty() {
        return vec![Services::all()];
    }
    let range = |port: &Port| match &port.numbers {
        Numbers::Every => Some(PortRange::every(port.protocol)),
        Numbers::Range(first, last) => {
            Some(PortRange { protocol: port.protocol, first: *first, last: *last })
        }
        Numbers::Named(_) => None,
    };
    let numbers = PortSet::of(rule.ports.iter().filter_map(range));
    let mut services = Vec::new();
    if !numbers.is_empty() {
        services.push(Services::of(numbers));
    }
    services.extend(named(&rule.ports));
    services
}

/// A name written for all three protocols stands for every port; otherwise for those of its protocols.
fn named(ports: &[Port]) -> Vec<Services> {
    let mut names: Vec<&Text> = Vec::new();
    for port in ports {
        if let Numbers::Named(name) = &port.numbers
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    let protocols = |name: &Text| {
        let mine =
            ports.iter().filter(|port| matches!(&port.numbers, Numbers::Named(other) if other == name));
        let mine: Vec<Protocol> = mine.map(|port| port.protocol).collect();
        PortSet::of(mine.into_iter().map(PortRange::every))
    };
    names.iter().map(|name| Services { ports: protocols(name), ..Services::under((*name).clone()) }).collect()
}

impl PolicySet {
    /// The namespaces the policies are in or name.
    pub fn namespaces(&self) -> std::collections::BTreeSet<Text> {
        let mut names: std::collections::BTreeSet<Text> = self.policies.keys().cloned().collect();
        self.policies.values().flatten().for_each(|policy| names.extend(named_namespaces(policy)));
        names
    }

    /// The namespaces that policies in this one name, and itself.
    pub fn namespaces_of(&self, namespace: &Text) -> std::collections::BTreeSet<Text> {
        let own = self.policies.get(namespace).into_iter().flatten();
        own.flat_map(named_namespaces).chain([namespace.clone()]).collect()
    }
}

/// The namespaces a policy's peers name.
pub(crate) fn named_namespaces(policy: &Policy) -> Vec<Text> {
    let rules = policy.ingress.iter().chain(&policy.egress).flatten();
    let selectors = rules.flat_map(|rule| &rule.peers).filter_map(|peer| match peer {
        Peer::Pods { namespaces, .. } => namespaces.as_ref(),
        Peer::Block { .. } => None,
    });
    let named = selectors.flat_map(|selector| &selector.requirements);
    let named = named.filter(|requirement| &*requirement.key == NAMESPACE_NAME_LABEL);
    named.flat_map(|requirement| requirement.values.iter().cloned()).collect()
}
