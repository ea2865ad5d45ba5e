//! Sets of endpoints of one kind.

use netpol_flow::{Endpoint, SortedSet};

use crate::{AddressSet, ExternalSet, PodSet};

/// The kinds of endpoint that are part of the cluster and no pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Infra {
    /// A node other than the pod's own.
    Node,
    /// The node the pod at the other end runs on.
    OwnNode,
    /// An API server that runs on a node.
    ApiServerOnNode,
    /// An API server that runs elsewhere.
    ApiServerElsewhere,
    /// The shared gateway.
    Gateway,
}

impl Infra {
    /// Every kind.
    pub const ALL: [Infra; 5] =
        [Infra::Node, Infra::OwnNode, Infra::ApiServerOnNode, Infra::ApiServerElsewhere, Infra::Gateway];

    /// The kinds that `nodes` speaks of.
    pub const NODES: [Infra; 3] = [Infra::Node, Infra::OwnNode, Infra::ApiServerOnNode];
}

/// Cluster endpoints that are no pods: some kinds, with an address of a set.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InfraSet {
    /// The kinds.
    pub kinds: SortedSet<Infra>,
    /// The addresses.
    pub addresses: AddressSet,
}

/// A set of endpoints, all pods, all cluster infrastructure or all external.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ends {
    /// Pods.
    Pods(PodSet),
    /// Nodes, API servers, gateways.
    Infra(InfraSet),
    /// Addresses outside.
    External(ExternalSet),
}

impl InfraSet {
    /// These kinds, at any address.
    pub fn of(kinds: impl IntoIterator<Item = Infra>) -> InfraSet {
        InfraSet { kinds: kinds.into_iter().collect(), addresses: AddressSet::all() }
    }

    fn subtract(&self, other: &InfraSet) -> Vec<InfraSet> {
        let outside = InfraSet { kinds: self.kinds.difference(&other.kinds), ..self.clone() };
        let inside = InfraSet {
            kinds: self.kinds.intersection(&other.kinds),
            addresses: self.addresses.subtract(&other.addresses),
        };
        [outside, inside].into_iter().filter(|set| !set.is_empty()).collect()
    }

    fn is_empty(&self) -> bool {
        self.kinds.is_empty() || self.addresses.is_empty()
    }
}

impl Ends {
    /// Every endpoint, a set for each kind.
    pub fn all() -> [Ends; 3] {
        [
            Ends::Pods(PodSet::all()),
            Ends::Infra(InfraSet::of(Infra::ALL)),
            Ends::External(ExternalSet::of(AddressSet::all())),
        ]
    }

    /// The pods, if it is a set of pods.
    pub fn pods(&self) -> Option<&PodSet> {
        match self {
            Ends::Pods(pods) => Some(pods),
            Ends::Infra(_) | Ends::External(_) => None,
        }
    }

    /// Whether nothing is in.
    pub fn is_empty(&self) -> bool {
        match self {
            Ends::Pods(set) => set.is_empty(),
            Ends::Infra(set) => set.is_empty(),
            Ends::External(set) => set.is_empty(),
        }
    }

    /// Whether the endpoint is in; for a node, `own` says whether it is the one the pod at the other end runs on. An
    /// endpoint without an address counts as having one of the set's.
    pub fn contains(&self, endpoint: &Endpoint, own: bool) -> bool {
        let infra = |kind: Infra| match self {
            Ends::Infra(set) => {
                set.kinds.contains(&kind) && endpoint.address().is_none_or(|a| set.addresses.contains(a))
            }
            Ends::Pods(_) | Ends::External(_) => false,
        };
        match endpoint {
            Endpoint::Pod(pod) => self.pods().is_some_and(|set| set.contains(pod)),
            Endpoint::Node { .. } => infra(if own { Infra::OwnNode } else { Infra::Node }),
            Endpoint::ApiServer { on_node: true, .. } => infra(Infra::ApiServerOnNode),
            Endpoint::ApiServer { on_node: false, .. } => infra(Infra::ApiServerElsewhere),
            Endpoint::Gateway { .. } => infra(Infra::Gateway),
            Endpoint::External { address, names } => match self {
                Ends::External(set) => set.contains(*address, names),
                Ends::Pods(_) | Ends::Infra(_) => false,
            },
        }
    }

    /// Whether some endpoint may be in both; false is certain.
    pub(crate) fn meets(&self, other: &Ends) -> bool {
        match (self, other) {
            (Ends::Pods(a), Ends::Pods(b)) => a.meets(b),
            (Ends::Infra(a), Ends::Infra(b)) => !a.kinds.is_disjoint(&b.kinds),
            (Ends::External(_), Ends::External(_)) => true,
            (Ends::Pods(_) | Ends::Infra(_) | Ends::External(_), _) => false,
        }
    }

    /// Both; none where the kinds differ or nothing is in both.
    pub fn intersect(&self, other: &Ends) -> Option<Ends> {
        let met = match (self, other) {
            (Ends::Pods(a), Ends::Pods(b)) => Ends::Pods(a.intersect(b)),
            (Ends::Infra(a), Ends::Infra(b)) => Ends::Infra(InfraSet {
                kinds: a.kinds.intersection(&b.kinds),
                addresses: a.addresses.intersect(&b.addresses),
            }),
            (Ends::External(a), Ends::External(b)) => Ends::External(a.intersect(b)),
            (Ends::Pods(_) | Ends::Infra(_) | Ends::External(_), _) => return None,
        };
        (!met.is_empty()).then_some(met)
    }

    /// This without the other, as disjoint sets.
    pub fn subtract(&self, other: &Ends) -> Vec<Ends> {
        match (self, other) {
            (Ends::Pods(a), Ends::Pods(b)) => a.subtract(b).into_iter().map(Ends::Pods).collect(),
            (Ends::Infra(a), Ends::Infra(b)) => a.subtract(b).into_iter().map(Ends::Infra).collect(),
            (Ends::External(a), Ends::External(b)) => a.subtract(b).into_iter().map(Ends::External).collect(),
            (Ends::Pods(_) | Ends::Infra(_) | Ends::External(_), _) => vec![self.clone()],
        }
    }
}
