//! The other ends of a rule, one kind of peer for each rule (`CIL-14`).

use netpol_flow::{DomainPattern, Side, SortedSet};
use netpol_model::{Cluster, Places};
use netpol_sets::{Ends, ExternalSet, Infra, InfraSet, PodSet};

use super::cannot::Cannot;
use super::infra::{entities, infra_kinds};
use super::ports::{Kinds, Ports, Requests, can_filter, ports, to_ports};
use super::selector::selectors;
use super::settings::Settings;
use crate::address::blocks;
use crate::known::Known;
use crate::plan::{Grant, GrantServices, Peer, Peers};
use crate::yaml::{Word, Yaml, list, map, text};

/// What every rule is lowered against.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context<'a> {
    /// What the cluster's ranges mean.
    pub places: &'a Places,
    /// What the project says of the cluster.
    pub cluster: &'a Cluster,
    /// What the project says of Cilium.
    pub settings: &'a Settings,
    /// The selectors of the pods met so far.
    pub known: &'a Known<Vec<Yaml>>,
}

/// Whether a rule allows or denies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    /// It stands in `ingress` or `egress`.
    Allow,
    /// It stands in `ingressDeny` or `egressDeny`.
    Deny,
}

/// The rules for these peers on these services: one for each kind of peer, none where nothing is meant.
pub(super) fn rules(
    context: &Context<'_>,
    (side, verb): (Side, Verb),
    peers: &Peers,
    services: &GrantServices,
    requests: Requests<'_>,
) -> Result<Vec<Yaml>, Cannot> {
    if matches!(requests, Requests::Http(_)) && !can_filter(services) {
        return Err(Cannot::FilterPorts);
    }
    if verb == Verb::Deny && has_names(services) {
        return Err(Cannot::DenyNamedPort);
    }
    let mut out = Vec::new();
    for kind in kinds_of(context, (side, verb), peers)? {
        // Towards anything but pods a port name stands for nothing; on ingress it is the subject's own.
        let (which, pods_by_name) = match (&kind, side) {
            (Kind::Pods(_), _) | (_, Side::Ingress) => (Kinds::Both, false),
            (Kind::Everyone, Side::Egress) => (Kinds::Numbers, true),
            (Kind::Entities(_) | Kind::Identities(_) | Kind::Blocks(_) | Kind::Names(_), Side::Egress) => {
                (Kinds::Numbers, false)
            }
        };
        let mut push = |field: (Word, Yaml), which: Kinds| -> Result<(), Cannot> {
            match ports(services, which, requests, context.settings)? {
                Ports::Every => out.push(Yaml::Map(vec![field])),
                Ports::Listed(entries) if entries.is_empty() => {}
                Ports::Listed(entries) => {
                    out.push(Yaml::Map(vec![field, ("toPorts".into(), to_ports(entries, requests)?)]));
                }
            }
            Ok(())
        };
        push(kind.field(side), which)?;
        if pods_by_name {
            push(Kind::Pods(selectors(&PodSet::all())?).field(side), Kinds::Names)?;
        }
    }
    Ok(out)
}

/// Whether a piece of a cut grant has a plain form; otherwise the fence is said as a deny instead.
pub(super) fn can_say(context: &Context<'_>, grant: &Grant<'_>) -> bool {
    let plain_kinds = match &grant.peers {
        Peers::Any => true,
        Peers::Of(peers) => peers.iter().all(|peer| match &peer.ends {
            Ends::Infra(set) => entities(&set.kinds).is_some(),
            Ends::Pods(_) | Ends::External(_) => true,
        }),
    };
    let carried = context.settings.sctp || !super::ports::has_sctp(&grant.services);
    let requests = grant.only.map_or(Requests::Any, Requests::Http);
    plain_kinds
        && carried
        && rules(context, (grant.side, Verb::Allow), &grant.peers, &grant.services, requests).is_ok()
}

fn has_names(services: &GrantServices) -> bool {
    match services {
        GrantServices::Any => false,
        GrantServices::Of(items) => {
            items.iter().any(|item| !item.named.is_empty() || !item.unnamed.is_empty())
        }
    }
}

/// Peers of one kind.
pub(super) enum Kind {
    /// Every endpoint.
    Everyone,
    /// Pods, by selector.
    Pods(Vec<Yaml>),
    /// Nodes, API servers and the gateway, by Cilium's own words.
    Entities(Vec<&'static str>),
    /// The same, by the reserved labels of their identities.
    Identities(Vec<Yaml>),
    /// Addresses outside.
    Blocks(Vec<Yaml>),
    /// Addresses outside, by name.
    Names(Vec<Yaml>),
}

impl Kind {
    fn field(self, side: Side) -> (Word, Yaml) {
        let word = |egress: &'static str, ingress: &'static str| match side {
            Side::Egress => egress.into(),
            Side::Ingress => ingress.into(),
        };
        match self {
            Kind::Everyone => (word("toEntities", "fromEntities"), list([text("all")])),
            Kind::Pods(list) | Kind::Identities(list) => {
                (word("toEndpoints", "fromEndpoints"), Yaml::List(list))
            }
            Kind::Entities(names) => (word("toEntities", "fromEntities"), list(names.into_iter().map(text))),
            Kind::Blocks(list) => (word("toCIDRSet", "fromCIDRSet"), Yaml::List(list)),
            Kind::Names(list) => ("toFQDNs".into(), Yaml::List(list)),
        }
    }
}

fn kinds_of(context: &Context<'_>, (side, verb): (Side, Verb), peers: &Peers) -> Result<Vec<Kind>, Cannot> {
    let peers = match peers {
        Peers::Any => return Ok(vec![Kind::Everyone]),
        Peers::Of(peers) if verb == Verb::Allow && is_everyone(context, peers) => {
            return Ok(vec![Kind::Everyone]);
        }
        Peers::Of(peers) => peers,
    };
    let (mut pods, mut infra, mut cidrs, mut names) = (Vec::new(), SortedSet::new(), Vec::new(), Vec::new());
    for Peer { ends, written } in peers {
        match ends {
            Ends::Pods(set) => {
                let write = || Ok(selectors(set)?.into_iter().map(Yaml::shared).collect());
                add_new(&mut pods, context.known.of(set, write)?);
            }
            Ends::Infra(set) if set.addresses.is_all() => infra.extend(set.kinds.iter().copied()),
            Ends::Infra(_) => return Err(Cannot::LimitAddresses),
            Ends::External(set) => match (named(context, set)?, verb) {
                (None, _) => {
                    let found = blocks(&set.addresses, written);
                    add_new(&mut cidrs, found.iter().map(block).collect());
                }
                (Some(pattern), Verb::Allow) => add_new(&mut names, vec![fqdn(context, pattern)?]),
                (Some(_), Verb::Deny) => return Err(Cannot::MixNames),
            },
        }
    }
    let mut kinds = Vec::new();
    if !pods.is_empty() {
        kinds.push(Kind::Pods(pods));
    }
    kinds.extend(infra_kinds(context, (side, verb), &infra)?);
    if !cidrs.is_empty() {
        kinds.push(Kind::Blocks(cidrs));
    }
    if !names.is_empty() {
        kinds.push(Kind::Names(names));
    }
    Ok(kinds)
}

fn add_new(known: &mut Vec<Yaml>, more: Vec<Yaml>) {
    for item in more {
        if !known.contains(&item) {
            known.push(item);
        }
    }
}

/// Whether the peers are all there is, kind by kind.
fn is_everyone(context: &Context<'_>, peers: &[Peer]) -> bool {
    let has = |wanted: &Ends| peers.iter().any(|peer| peer.ends == *wanted);
    peers.len() >= 3
        && has(&Ends::Pods(PodSet::all()))
        && has(&Ends::Infra(InfraSet::of(Infra::ALL)))
        && has(&Ends::External(ExternalSet::of(context.places.outside.clone())))
}

/// The one pattern the addresses must have a name of; none where names do not matter.
fn named<'s>(context: &Context<'_>, set: &'s ExternalSet) -> Result<Option<&'s DomainPattern>, Cannot> {
    let mut named = set.named.iter();
    match (named.next(), named.next(), set.unnamed.is_empty()) {
        (None, _, true) => Ok(None),
        (Some(pattern), None, true) if set.addresses == context.places.outside => Ok(Some(pattern)),
        (_, _, true | false) => Err(Cannot::MixNames),
    }
}

fn fqdn(context: &Context<'_>, pattern: &DomainPattern) -> Result<Yaml, Cannot> {
    match pattern {
        DomainPattern::Exact(name) => Ok(map([("matchName", text(name))])),
        DomainPattern::Under(suffix) if context.settings.has_deep_names() => {
            Ok(map([("matchPattern", text(format!("**.{suffix}")))]))
        }
        DomainPattern::Under(_) => Err(Cannot::MatchDeep(pattern.clone())),
    }
}

fn block(block: &crate::address::Block) -> Yaml {
    let mut item = vec![("cidr".into(), text(block.cidr.to_string()))];
    if !block.except.is_empty() {
        item.push(("except".into(), list(block.except.iter().map(|cidr| text(cidr.to_string())))));
    }
    Yaml::Map(item)
}
