//! Calico: tiers, ordered policies with Pass and Log, selectors, network sets; stock policies among them.

mod raw;
mod read;
mod rules;
mod selector;
mod denote;
mod evaluate;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ipnet::IpNet;
use netpol_flow::{Family, Protocol, Side, Text};

pub use denote::denote;
pub use evaluate::evaluate;
pub use read::{read, read_lenient};

use crate::document::Skipped;
use crate::kubernetes;
use selector::Expr;

/// What Felix does with connections of a pod to the node it runs on, once policy has allowed them
/// (`DefaultEndpointToHostAction`, `CAL-26`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HostAction {
    /// They pass, as the shipped manifest sets it.
    Accept,
    /// They are dropped, as Felix's own default is.
    Drop,
    /// Not known: such connections cannot be decided.
    #[default]
    Unknown,
}

/// What of a Calico installation changes the meaning of policies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// Whether application-layer policy (Dikastes) enforces HTTP matches. Without it they cannot be decided (`CAL-07`).
    pub application_layer_policy: bool,
    /// What becomes of connections from a pod to its own node.
    pub endpoint_to_host: HostAction,
    /// Whether nodes have HostEndpoints, with labels nobody here knows. Objects of that kind in the input count too.
    pub host_endpoints: bool,
    /// The TCP ports of the API server's own endpoints, for `services: {name: kubernetes}`; empty where not known.
    pub apiserver_ports: BTreeSet<u16>,
}

/// The Calico and stock policies of a cluster, by tier and order.
#[derive(Clone, Debug, Default)]
pub struct PolicySet {
    tiers: Vec<Tier>,
    sets: Arc<[NetworkSet]>,
    has_host_endpoints: bool,
    staged: Vec<Skipped>,
    skipped: Vec<Skipped>,
    understood: usize,
}

impl PolicySet {
    /// The objects of unrelated kinds that were passed over.
    pub fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    /// The staged policies, which are read and never enforced.
    pub fn staged(&self) -> &[Skipped] {
        &self.staged
    }

    /// How many policies, tiers and sets were understood.
    pub fn len(&self) -> usize {
        self.understood
    }

    /// Whether nothing was understood.
    pub fn is_empty(&self) -> bool {
        self.understood == 0
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Tier {
    name: Text,
    /// Infinite where nil.
    order: f64,
    passes_at_end: bool,
    /// In ascending order; shared, as each namespace is asked with the global ones.
    policies: Vec<Arc<Entry>>,
    /// Which policies concern a namespace, ascending: its own and the global ones.
    by_namespace: BTreeMap<Text, Vec<usize>>,
    /// Which policies concern a namespace that has none of its own.
    global: Vec<usize>,
}

/// A policy in its place.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    order: f64,
    /// What equal orders are told apart by.
    rank: (Text, Text),
    title: Text,
    body: Body,
}

#[derive(Clone, Debug)]
pub(crate) enum Body {
    Calico(Policy),
    Stock(kubernetes::Policy),
}

/// Which kind an entry is; ties between kinds are not told apart by a name this reading knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Namespaced,
    Global,
    Stock,
}

impl Entry {
    fn kind(&self) -> Kind {
        match &self.body {
            Body::Stock(_) => Kind::Stock,
            Body::Calico(Policy { namespace: Some(_), .. }) => Kind::Namespaced,
            Body::Calico(Policy { namespace: None, .. }) => Kind::Global,
        }
    }

    fn namespace(&self) -> Option<&Text> {
        match &self.body {
            Body::Stock(policy) => Some(&policy.namespace),
            Body::Calico(policy) => policy.namespace.as_ref(),
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Policy {
    namespace: Option<Text>,
    subject: Expr,
    /// None where the policy does not list the direction in its types.
    ingress: Option<Vec<Rule>>,
    egress: Option<Vec<Rule>>,
}

impl Policy {
    fn rules(&self, side: Side) -> Option<&[Rule]> {
        match side {
            Side::Ingress => self.ingress.as_deref(),
            Side::Egress => self.egress.as_deref(),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Allow,
    Deny,
    Pass,
    Log,
}

/// A protocol of a rule: one of the universe's, or one no flow here has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AnyProtocol {
    Known(Protocol),
    Other,
}

#[derive(Clone, Debug)]
pub(crate) struct Rule {
    action: Action,
    family: Option<Family>,
    protocol: Option<AnyProtocol>,
    not_protocol: Option<AnyProtocol>,
    source: Entity,
    destination: Entity,
    http: Option<Http>,
}

/// One end of a rule; every criterion given must hold (`CAL-13`).
#[derive(Clone, Debug, Default)]
pub(crate) struct Entity {
    nets: Vec<IpNet>,
    not_nets: Vec<IpNet>,
    selected: Option<Selected>,
    not_selected: Option<Selected>,
    ports: Vec<Port>,
    not_ports: Vec<Port>,
    /// The Service `default/kubernetes`.
    apiserver: bool,
}

/// A selector, and the network sets it selects.
#[derive(Clone, Debug)]
pub(crate) struct Selected {
    expr: Arc<Expr>,
    /// Blocks of the sets that match.
    nets: Vec<IpNet>,
    /// Blocks of the sets of which it cannot be told, for want of their namespace's labels.
    doubtful: Vec<IpNet>,
}

#[derive(Clone, Debug)]
pub(crate) enum Port {
    Range(u16, u16),
    Named(Text),
}

#[derive(Clone, Debug)]
pub(crate) struct Http {
    methods: Vec<Text>,
    paths: Vec<netpol_flow::PathMatch>,
}

/// A NetworkSet or GlobalNetworkSet.
#[derive(Clone, Debug)]
pub(crate) struct NetworkSet {
    namespace: Option<Text>,
    labels: BTreeMap<String, String>,
    nets: Vec<IpNet>,
}
