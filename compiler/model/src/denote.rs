//! Rules as sets of flows, for every stage that reasons about all connections at once.
//!
//! [`Places`] holds what a cluster's ranges mean; a property test holds this module against `reference`.

use netpol_flow::{Selector, Side, SortedSet, Text};
use netpol_sets::{
    AddressSet, Cube, Ends, ExternalSet, FlowSet, Infra, InfraSet, Key, PodSet, PortSet, Requests, Services,
    Values,
};

use crate::{End, Namespaces, Pods, Policy, Port, Ports, Rule};

/// What the cluster's ranges and the tenants mean, computed once for a policy.
#[derive(Clone, Debug)]
pub struct Places {
    /// The addresses an external endpoint can have: all but the cluster's own, plus the shared ranges.
    pub outside: AddressSet,
    /// The public ones among them.
    pub internet: AddressSet,
    /// The addresses of nodes: those of `nodes` that no longer prefix gives to pods or services (amendment B3).
    pub nodes: AddressSet,
    /// The addresses of pods, likewise.
    pub pods: AddressSet,
    tenants: Vec<(Text, Vec<PodSet>)>,
}

impl Places {
    /// Reads a policy's cluster and tenants.
    pub fn of(policy: &Policy) -> Places {
        let cluster = &policy.cluster;
        let set = |blocks: &[netpol_flow::IpNet]| AddressSet::of(blocks);
        let own = [&cluster.pods, &cluster.services, &cluster.nodes, &cluster.apiserver, &cluster.gateway];
        let own = own.into_iter().fold(AddressSet::none(), |all, blocks| all.union(&set(blocks)));
        let outside = own.subtract(&set(&cluster.shared)).complement();
        let internet = outside.subtract(&own).subtract(&set(&crate::not_public()));
        let tenants = tenants(policy);
        Places {
            outside,
            internet,
            nodes: longest_prefix(&cluster.nodes, [&cluster.pods, &cluster.services, &cluster.gateway]),
            pods: longest_prefix(&cluster.pods, [&cluster.nodes, &cluster.services, &cluster.apiserver]),
            tenants,
        }
    }

    /// The endpoints of an end of a rule, as a union; for `other-tenants` see [`Places::flows`].
    pub fn ends(&self, end: &End) -> Vec<Ends> {
        match end {
            End::Any => vec![
                Ends::Pods(PodSet::all()),
                Ends::Infra(InfraSet::of(Infra::ALL)),
                Ends::External(ExternalSet::of(self.outside.clone())),
            ],
            End::Pods(pods) => vec![Ends::Pods(pods.set().clone())],
            End::OtherTenants => {
                self.tenants.iter().flat_map(|(_, pods)| pods).cloned().map(Ends::Pods).collect()
            }
            End::Nodes => vec![Ends::Infra(InfraSet::of(Infra::NODES))],
            End::ApiServer => {
                vec![Ends::Infra(InfraSet::of([Infra::ApiServerOnNode, Infra::ApiServerElsewhere]))]
            }
            End::Gateway => vec![Ends::Infra(InfraSet::of([Infra::Gateway]))],
            End::Addresses { blocks, except, .. } => {
                let set = AddressSet::of(blocks).subtract(&AddressSet::of(except)).intersect(&self.outside);
                vec![Ends::External(ExternalSet::of(set))]
            }
            End::Internet => vec![Ends::External(ExternalSet::of(self.internet.clone()))],
            End::Outside => vec![Ends::External(ExternalSet::of(self.outside.clone()))],
            End::Domain(pattern) => {
                let named = ExternalSet::under(pattern.clone());
                vec![Ends::External(ExternalSet { addresses: self.outside.clone(), ..named })]
            }
        }
    }

    /// The pairs of source and destination sets of a rule, whatever the ports.
    pub fn pairs(&self, rule: &Rule) -> Vec<(Ends, Ends)> {
        let mut pairs = Vec::new();
        for from in rule.from.iter().flat_map(|end| self.ends(end)) {
            for to in &rule.to {
                if matches!(to, End::OtherTenants) {
                    pairs.extend(self.other_tenants(&from));
                } else {
                    pairs.extend(self.ends(to).into_iter().map(|to| (from.clone(), to)));
                }
            }
        }
        pairs
    }

    /// For each tenant, its pods among `from`, and the pods of every other tenant.
    fn other_tenants(&self, from: &Ends) -> Vec<(Ends, Ends)> {
        let mut pairs = Vec::new();
        for (name, own) in &self.tenants {
            for source in own.iter().filter_map(|own| from.intersect(&Ends::Pods(own.clone()))) {
                let others = self.tenants.iter().filter(|(other, _)| other != name);
                for pods in merged_by_name(others.flat_map(|(_, pods)| pods)) {
                    let apart = own.iter().fold(vec![pods], |rest, own| {
                        rest.iter().flat_map(|pods| pods.subtract(own)).collect()
                    });
                    pairs.extend(apart.into_iter().map(|pods| (source.clone(), Ends::Pods(pods))));
                }
            }
        }
        pairs
    }

    /// The flows a rule speaks of on `side`, whatever the day.
    pub fn flows(&self, rule: &Rule, side: Side) -> FlowSet {
        let requests = match &rule.only {
            Some(matches) if rule.only_side == side => Requests::of(matches),
            Some(_) | None => Requests::all(),
        };
        let services = services(&rule.ports);
        let cubes = self.pairs(rule).into_iter().flat_map(|(source, destination)| {
            services.iter().map(move |services| (source.clone(), destination.clone(), services.clone()))
        });
        FlowSet::of(cubes.map(|(source, destination, services)| Cube {
            source,
            destination,
            services,
            requests: requests.clone(),
        }))
    }
}

/// The pods of a term.
pub fn pod_set(pods: &Pods) -> PodSet {
    let set = match &pods.namespaces {
        Namespaces::Every => PodSet::all(),
        Namespaces::Named(names) => PodSet::of_namespaces(names.clone()),
        Namespaces::Matching(selector) => PodSet::all().with_namespace_labels(selector),
    };
    let set = set.with_labels(&pods.selector);
    match &pods.accounts {
        Some(accounts) => set.with(Key::Account, &Values::only(accounts.clone())),
        None => set,
    }
}

/// The items of a port set: numbers together, each quoted name on its own.
pub fn services(ports: &Ports) -> Vec<Services> {
    let Ports::Some(items) = ports else { return vec![Services::all()] };
    let numbers = PortSet::of(items.iter().filter_map(|item| match item {
        Port::Range(range) => Some(*range),
        Port::Named(_) => None,
    }));
    let named = items.iter().filter_map(|item| match item {
        Port::Named(name) => Some(Services::under(name.clone())),
        Port::Range(_) => None,
    });
    let numbers = (!numbers.is_empty()).then(|| Services::of(numbers));
    numbers.into_iter().chain(named).collect()
}

/// The pods of each tenant: a namespace belongs to the tenant that names it, else to the first whose label condition
/// it meets.
fn tenants(policy: &Policy) -> Vec<(Text, Vec<PodSet>)> {
    let named: SortedSet<Text> = policy.tenants.values().flat_map(|t| t.namespaces.iter().cloned()).collect();
    let unnamed = Values::all_but(named);
    let mut earlier: Vec<PodSet> = Vec::new();
    let mut tenants = Vec::new();
    for (name, tenant) in &policy.tenants {
        let mut pods = Vec::new();
        if !tenant.namespaces.is_empty() {
            pods.push(PodSet::of_namespaces(tenant.namespaces.clone()));
        }
        let mine: Vec<PodSet> = tenant.matching.iter().map(|labels| matching(labels, &unnamed)).collect();
        for set in &mine {
            let left = earlier.iter().fold(vec![set.clone()], |rest, other| {
                rest.iter().flat_map(|pods| pods.subtract(other)).collect()
            });
            pods.extend(left);
        }
        earlier.extend(mine);
        tenants.push((name.clone(), pods));
    }
    tenants
}

fn matching(labels: &Selector, unnamed: &Values) -> PodSet {
    PodSet::all().with_namespace_labels(labels).with(Key::Namespace, unnamed)
}

/// One set for all that are told by namespace name alone, then the others.
fn merged_by_name<'a>(sets: impl Iterator<Item = &'a PodSet>) -> Vec<PodSet> {
    let mut names: Vec<Text> = Vec::new();
    let mut others = Vec::new();
    for set in sets {
        match set.namespaces() {
            Some(listed) if set.conditions().len() == 1 => names.extend(listed.iter().cloned()),
            Some(_) | None => others.push(set.clone()),
        }
    }
    let named = (!names.is_empty()).then(|| PodSet::of_namespaces(names.into_iter().collect()));
    named.into_iter().chain(others).collect()
}

/// The addresses of `mine` without those that a longer prefix gives to something else. An API server on a node stays
/// a node.
fn longest_prefix(mine: &[netpol_flow::IpNet], others: [&Vec<netpol_flow::IpNet>; 3]) -> AddressSet {
    mine.iter().fold(AddressSet::none(), |set, block| {
        let longer =
            others.iter().flat_map(|blocks| blocks.iter()).filter(|b| b.prefix_len() > block.prefix_len());
        set.union(&AddressSet::of([block]).subtract(&AddressSet::of(longer)))
    })
}
