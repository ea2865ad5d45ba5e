//! Stock policies as Cilium takes them: default deny and allows, at the level of its own policies.

use netpol_flow::Text;

use crate::kubernetes;

use super::selector::of_stock;
use super::{Direction, Entry, Numbers, Peer, Port, PortItem, Ports, Rule};

/// The rule object a stock policy becomes.
///
/// Source: `pkg/k8s/network_policy.go`. Address blocks are CIDR peers (`CIL-29`); a missing peer list is truly any.
pub(crate) fn rule(policy: &kubernetes::Policy) -> Rule {
    Rule {
        title: policy.title.clone(),
        subject: of_stock(&policy.subject, None, &policy.namespace),
        ingress: direction(policy.ingress.as_deref(), &policy.namespace),
        egress: direction(policy.egress.as_deref(), &policy.namespace),
    }
}

fn direction(rules: Option<&[kubernetes::Rule]>, namespace: &Text) -> Direction {
    let entry =
        |rule: &kubernetes::Rule| Entry { peer: peers(&rule.peers, namespace), ports: ports(&rule.ports) };
    Direction {
        default_deny: rules.is_some(),
        allow: rules.unwrap_or_default().iter().map(entry).collect(),
        deny: Vec::new(),
    }
}

fn peers(peers: &[kubernetes::Peer], namespace: &Text) -> Peer {
    if peers.is_empty() {
        return Peer::Any;
    }
    let peer = |peer: &kubernetes::Peer| match peer {
        kubernetes::Peer::Pods { namespaces, pods } => {
            Peer::Endpoints(vec![of_stock(pods, namespaces.as_ref(), namespace)])
        }
        kubernetes::Peer::Block { block, except } => Peer::Blocks(vec![(*block, except.clone())]),
    };
    Peer::OneOf(peers.iter().map(peer).collect())
}

fn ports(ports: &[kubernetes::Port]) -> Ports {
    if ports.is_empty() {
        return Ports::Every;
    }
    let port = |port: &kubernetes::Port| Port {
        protocol: Some(port.protocol),
        numbers: match &port.numbers {
            kubernetes::Numbers::Every => Numbers::Every,
            kubernetes::Numbers::Range(first, last) => Numbers::Range(*first, *last),
            kubernetes::Numbers::Named(name) => Numbers::Named(name.clone()),
        },
    };
    Ports::Items(vec![PortItem { ports: ports.iter().map(port).collect(), l7: None }])
}
