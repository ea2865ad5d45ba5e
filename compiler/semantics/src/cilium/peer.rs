//! Whether an endpoint is a peer of a rule.

use ipnet::IpNet;
use netpol_flow::{Endpoint, Family, Flow, Relation, Side, family_of};

use crate::block::holds;
use crate::trace::{Match, any, doubt};

use super::names::NamePattern;
use super::selector::reserved;
use super::{Entity, Peer, Profile};

/// What a peer is asked about.
pub(crate) struct Asked<'a> {
    pub(crate) profile: &'a Profile,
    pub(crate) flow: &'a Flow,
    pub(crate) side: Side,
    /// The DNS patterns of every rule of the subject: what its DNS proxy lets it ask and so learns.
    pub(crate) dns: &'a [&'a [NamePattern]],
}

impl Asked<'_> {
    /// The endpoint at the other end.
    pub(crate) fn peer(&self) -> &Endpoint {
        self.flow.peer(self.side)
    }
}

/// Whether the other end is one of the peers.
pub(crate) fn is_peer(peer: &Peer, asked: &Asked<'_>) -> Match {
    let (endpoint, relation, profile) = (asked.peer(), asked.flow.relation, asked.profile);
    match peer {
        Peer::Any => Ok(true),
        Peer::Nothing => Ok(false),
        Peer::Endpoints(selectors) => Ok(selectors.iter().any(|s| s.matches(profile, endpoint, relation))),
        Peer::Entities(entities) => any(entities.iter().map(|entity| is_entity(*entity, endpoint, relation))),
        Peer::Blocks(blocks) => {
            any(blocks.iter().map(|(block, except)| in_block(profile, block, except, endpoint)))
        }
        Peer::Names(names) => is_named(names, asked),
        Peer::OneOf(peers) => any(peers.iter().map(|peer| is_peer(peer, asked))),
    }
}

fn is_entity(entity: Entity, endpoint: &Endpoint, relation: Relation) -> Match {
    let has = |label: &str| reserved(endpoint, relation).contains(&label);
    match entity {
        Entity::All => Ok(true),
        Entity::World => Ok(has("world")),
        Entity::WorldV4 => of_family(has("world"), endpoint, Family::V4),
        Entity::WorldV6 => of_family(has("world"), endpoint, Family::V6),
        Entity::Cluster => Ok(endpoint.pod().is_some()
            || ["host", "remote-node", "kube-apiserver", "ingress"].into_iter().any(has)),
        Entity::Host => Ok(has("host")),
        Entity::RemoteNode => Ok(has("remote-node")),
        Entity::KubeApiserver => Ok(has("kube-apiserver")),
        Entity::Ingress => Ok(has("ingress")),
        Entity::Absent => Ok(false),
    }
}

fn of_family(is_world: bool, endpoint: &Endpoint, family: Family) -> Match {
    match (is_world, endpoint.address()) {
        (false, _) => Ok(false),
        (true, Some(address)) => Ok(family_of(&IpNet::from(address)) == family),
        (true, None) => doubt(format!("the address family of {endpoint}, whose address is not given")),
    }
}

/// A block matches what is outside the cluster; nodes and pods only as the match mode says (`CIL-03`, `CIL-12`), and
/// a block of every address matches no node while pods are not matched too (`CIL-40`).
fn in_block(profile: &Profile, block: &IpNet, except: &[IpNet], endpoint: &Endpoint) -> Match {
    let is_every = block.prefix_len() == 0;
    let can_match = match endpoint {
        Endpoint::External { .. } | Endpoint::ApiServer { on_node: false, .. } => true,
        Endpoint::Node { .. } | Endpoint::ApiServer { on_node: true, .. } => {
            profile.cidr_match_nodes && (!is_every || profile.cidr_match_pods)
        }
        Endpoint::Pod(_) => profile.cidr_match_pods,
        Endpoint::Gateway { .. } => false,
    };
    if can_match { holds(block, except, endpoint) } else { Ok(false) }
}

/// Names match addresses that the subject's DNS proxy saw answered; without a DNS rule nothing is learnt (`CIL-20`).
fn is_named(patterns: &[NamePattern], asked: &Asked<'_>) -> Match {
    let Endpoint::External { names, .. } = asked.peer() else { return Ok(false) };
    let version = asked.profile.version;
    let holds = |patterns: &[NamePattern], name: &str| patterns.iter().any(|p| p.matches(version, name));
    let mut named = names.iter().filter(|name| holds(patterns, name)).peekable();
    if named.peek().is_none() || asked.dns.is_empty() {
        return Ok(false);
    }
    if named.any(|name| asked.dns.iter().any(|dns| holds(dns, name))) {
        return Ok(true);
    }
    doubt("a name that `toFQDNs` matches and the DNS rules of the subject do not let it ask")
}
