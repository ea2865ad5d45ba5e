//! The stock NetworkPolicy, `networking.k8s.io/v1`, by the text of its API.

pub(crate) mod read;
pub(crate) mod denote;
mod evaluate;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use ipnet::IpNet;
use netpol_flow::{Protocol, Selector, Side, Text};

pub use denote::denote;
pub use evaluate::evaluate;
pub(crate) use evaluate::{rule_matches, selected};
pub use read::{read, read_lenient};

use crate::document::Skipped;

/// The stock policies of a cluster, indexed by namespace.
#[derive(Clone, Debug, Default)]
pub struct PolicySet {
    policies: BTreeMap<Text, Vec<Policy>>,
    skipped: Vec<Skipped>,
}

impl PolicySet {
    /// The objects of unrelated kinds that were passed over.
    pub fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    /// How many policies were understood.
    pub fn len(&self) -> usize {
        self.policies.values().map(Vec::len).sum()
    }

    /// Whether there is no policy at all.
    pub fn is_empty(&self) -> bool {
        self.policies.is_empty()
    }
}

/// One policy. A direction without rules in it (`None`) does not isolate; an empty list isolates and allows nothing.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    /// `NetworkPolicy namespace/name`.
    pub(crate) title: Text,
    pub(crate) namespace: Text,
    pub(crate) subject: Selector,
    pub(crate) ingress: Option<Vec<Rule>>,
    pub(crate) egress: Option<Vec<Rule>>,
}

impl Policy {
    pub(crate) fn rules(&self, side: Side) -> Option<&[Rule]> {
        match side {
            Side::Ingress => self.ingress.as_deref(),
            Side::Egress => self.egress.as_deref(),
        }
    }
}

/// One allow rule: any of the peers, and any of the ports; an empty list stands for every one (`K8S-03`).
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) peers: Vec<Peer>,
    pub(crate) ports: Vec<Port>,
}

/// One peer.
#[derive(Clone, Debug)]
pub(crate) enum Peer {
    /// Pods of the namespaces that match, or of the policy's own namespace where none is given.
    Pods { namespaces: Option<Selector>, pods: Selector },
    /// Addresses.
    Block { block: IpNet, except: Vec<IpNet> },
}

/// Ports of one protocol.
#[derive(Clone, Debug)]
pub(crate) struct Port {
    pub(crate) protocol: Protocol,
    pub(crate) numbers: Numbers,
}

/// Which ports of the protocol.
#[derive(Clone, Debug)]
pub(crate) enum Numbers {
    /// Every port.
    Every,
    /// From the first to the last, both included.
    Range(u16, u16),
    /// Whatever the destination pod declares under this name.
    Named(Text),
}
