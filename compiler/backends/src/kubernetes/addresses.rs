//! The addresses by which this target knows what is no pod: nodes, the API server, the gateway.

use netpol_flow::{IpNet, SortedSet};
use netpol_model::{Cluster, Places};
use netpol_sets::{AddressSet, Infra, InfraSet};

/// The addresses of the cluster's own endpoints, kind by kind.
#[derive(Clone, Debug)]
pub(super) struct Addresses {
    nodes: AddressSet,
    apiserver: AddressSet,
    gateway: AddressSet,
    shared: AddressSet,
    written: Vec<IpNet>,
}

/// A kind of endpoint whose addresses the `cluster` block lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Missing {
    /// `nodes`.
    Nodes,
    /// `apiserver`.
    ApiServer,
    /// `gateway`.
    Gateway,
}

impl Missing {
    /// The word in the `cluster` block.
    pub(super) fn word(self) -> &'static str {
        match self {
            Missing::Nodes => "nodes",
            Missing::ApiServer => "apiserver",
            Missing::Gateway => "gateway",
        }
    }

    /// A line for the `cluster` block, as an example.
    pub(super) fn example(self) -> &'static str {
        match self {
            Missing::Nodes => "nodes 10.10.0.0/16",
            Missing::ApiServer => "apiserver 10.10.0.10/32",
            Missing::Gateway => "gateway 10.10.0.20/32",
        }
    }
}

impl Addresses {
    /// Reads the `cluster` block.
    pub(super) fn of(cluster: &Cluster, places: &Places) -> Addresses {
        let pods_and_services: Vec<&IpNet> = cluster.pods.iter().chain(&cluster.services).collect();
        let with_nodes: Vec<&IpNet> = pods_and_services.iter().copied().chain(&cluster.nodes).collect();
        Addresses {
            nodes: places.nodes.clone(),
            apiserver: without_longer(&cluster.apiserver, &pods_and_services),
            gateway: without_longer(&cluster.gateway, &with_nodes),
            shared: AddressSet::of(&cluster.shared),
            written: [&cluster.nodes, &cluster.apiserver, &cluster.gateway]
                .into_iter()
                .flatten()
                .copied()
                .collect(),
        }
    }

    /// The addresses of these endpoints. A kind that the cluster does not declare has none.
    pub(super) fn of_infra(&self, set: &InfraSet) -> AddressSet {
        let kind = |kind: &Infra| match kind {
            Infra::Node | Infra::OwnNode => self.nodes.subtract(&self.apiserver),
            Infra::ApiServerOnNode => self.nodes.intersect(&self.apiserver),
            Infra::ApiServerElsewhere => self.apiserver.subtract(&self.nodes),
            Infra::Gateway => self.gateway.clone(),
        };
        let all = set.kinds.iter().map(kind).fold(AddressSet::none(), |all, some| all.union(&some));
        all.intersect(&set.addresses)
    }

    /// The blocks the `cluster` block writes for nodes, API server and gateway.
    pub(super) fn written(&self) -> &[IpNet] {
        &self.written
    }

    /// What must be known to tell these kinds from all others, and is not.
    ///
    /// Of the API server, only nodes are asked for here: an API server or gateway that the cluster does not declare is
    /// no endpoint on this target, unless a rule names it.
    pub(super) fn missing_for(&self, kinds: &SortedSet<Infra>) -> Option<Missing> {
        let has = |kind| kinds.contains(&kind);
        let splits_apiserver = has(Infra::ApiServerOnNode) != has(Infra::ApiServerElsewhere);
        let needs_nodes =
            has(Infra::Node) || has(Infra::OwnNode) || (splits_apiserver && !self.apiserver.is_empty());
        (needs_nodes && self.nodes.is_empty()).then_some(Missing::Nodes)
    }

    /// Whether the cluster declares no address for this kind of endpoint.
    pub(super) fn lacks(&self, kind: Missing) -> bool {
        match kind {
            Missing::Nodes => self.nodes.is_empty(),
            Missing::ApiServer => self.apiserver.is_empty(),
            Missing::Gateway => self.gateway.is_empty(),
        }
    }

    /// Whether an API server runs on a node.
    pub(super) fn has_apiserver_on_node(&self) -> bool {
        !self.apiserver.intersect(&self.nodes).is_empty()
    }

    /// Whether pods may live among these addresses (amendment U2).
    pub(super) fn shares(&self, set: &AddressSet) -> bool {
        !self.shared.is_empty() && !self.shared.intersect(set).is_empty()
    }
}

/// These blocks without what a longer prefix gives to something else (amendment B3).
fn without_longer(mine: &[IpNet], others: &[&IpNet]) -> AddressSet {
    mine.iter().fold(AddressSet::none(), |set, block| {
        let longer = others.iter().copied().filter(|other| other.prefix_len() > block.prefix_len());
        set.union(&AddressSet::of([block]).subtract(&AddressSet::of(longer)))
    })
}
