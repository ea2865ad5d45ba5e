//! Cilium: identities, entities, deny before allow, L7 and names; stock policies among them.

mod raw;
mod read;
mod ports;
mod stock;
mod selector;
mod names;
mod http;
mod peer;
mod denote;
mod evaluate;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use ipnet::IpNet;
use netpol_flow::{Protocol, Side, Text};

pub use denote::denote;
pub use evaluate::evaluate;
pub use read::{read, read_lenient};

use crate::document::Skipped;
use http::Http;
use names::NamePattern;
use selector::Selector;

/// What of a Cilium installation changes the meaning of policies.
///
/// Fixed and not asked: `enable-policy: default`, non-default-deny policies on, `allow-localhost` always, the default
/// `labels` filter, no Cluster Mesh, every pod managed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Major and minor version: `(1, 19)`.
    pub version: (u8, u8),
    /// `enable-sctp` (`CIL-35`).
    pub sctp: bool,
    /// Whether `policy-cidr-match-mode` has `nodes` (`CIL-03`).
    pub cidr_match_nodes: bool,
    /// Whether `policy-cidr-match-mode` has `pods`.
    pub cidr_match_pods: bool,
    /// `cluster-name`.
    pub cluster_name: String,
}

impl Default for Profile {
    /// 1.19 as it is installed without options.
    fn default() -> Self {
        Profile {
            version: (1, 19),
            sctp: false,
            cidr_match_nodes: false,
            cidr_match_pods: false,
            cluster_name: "default".to_owned(),
        }
    }
}

/// The Cilium and stock policies of a cluster.
#[derive(Clone, Debug, Default)]
pub struct PolicySet {
    by_namespace: BTreeMap<Text, Vec<Rule>>,
    /// Shared: each namespace is asked with them.
    clusterwide: Vec<Arc<Rule>>,
    host_policies: Vec<Skipped>,
    skipped: Vec<Skipped>,
}

impl PolicySet {
    /// Adds the policies of another set.
    fn add(&mut self, other: PolicySet) {
        for (namespace, rules) in other.by_namespace {
            self.by_namespace.entry(namespace).or_default().extend(rules);
        }
        self.clusterwide.extend(other.clusterwide);
        self.host_policies.extend(other.host_policies);
        self.skipped.extend(other.skipped);
    }

    /// The objects of unrelated kinds that were passed over.
    pub fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    /// The policies with a `nodeSelector`, which govern nodes and say nothing about pods.
    pub fn host_policies(&self) -> &[Skipped] {
        &self.host_policies
    }

    /// How many rule objects were understood; a policy with `specs` has one for each.
    pub fn len(&self) -> usize {
        self.clusterwide.len() + self.by_namespace.values().map(Vec::len).sum::<usize>()
    }

    /// Whether there is no rule object at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// One rule object: a subject and what holds for it.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    /// `CiliumNetworkPolicy namespace/name`, with `specs[i]` where there are several.
    title: Text,
    subject: Selector,
    ingress: Direction,
    egress: Direction,
}

impl Rule {
    fn direction(&self, side: Side) -> &Direction {
        match side {
            Side::Ingress => &self.ingress,
            Side::Egress => &self.egress,
        }
    }
}

/// One direction of a rule object.
#[derive(Clone, Debug, Default)]
pub(crate) struct Direction {
    /// Whether it isolates the subject (`CIL-04`).
    default_deny: bool,
    allow: Vec<Entry>,
    deny: Vec<Entry>,
}

/// One rule: peers and ports.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    peer: Peer,
    ports: Ports,
}

/// The one kind of peer a rule has.
#[derive(Clone, Debug)]
pub(crate) enum Peer {
    /// No peer field: any, if the rule has ports.
    Any,
    /// An empty rule, which matches nothing (`CIL-01`).
    Nothing,
    Endpoints(Vec<Selector>),
    Entities(Vec<Entity>),
    Blocks(Vec<(IpNet, Vec<IpNet>)>),
    Names(Vec<NamePattern>),
    /// The alternatives of a stock rule, which may mix kinds.
    OneOf(Vec<Peer>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entity {
    All,
    World,
    WorldV4,
    WorldV6,
    Cluster,
    Host,
    RemoteNode,
    KubeApiserver,
    Ingress,
    /// Kinds of endpoint no flow has here: `init`, `health`, `unmanaged`; and `none`.
    Absent,
}

/// What a rule says of ports.
#[derive(Clone, Debug)]
pub(crate) enum Ports {
    /// Nothing: every protocol and port.
    Every,
    /// ICMP only, which no flow here is.
    Icmp,
    /// Any item of the list; an item without ports matches nothing (`CIL-31`).
    Items(Vec<PortItem>),
}

#[derive(Clone, Debug)]
pub(crate) struct PortItem {
    ports: Vec<Port>,
    l7: Option<L7>,
}

#[derive(Clone, Debug)]
pub(crate) struct Port {
    /// None for `ANY`: TCP, UDP and SCTP.
    protocol: Option<Protocol>,
    numbers: Numbers,
}

#[derive(Clone, Debug)]
pub(crate) enum Numbers {
    Every,
    Range(u16, u16),
    Named(Text),
}

/// What the proxy checks of a connection it is given.
#[derive(Clone, Debug)]
pub(crate) enum L7 {
    Http(Vec<Http>),
    Dns(Vec<NamePattern>),
}
