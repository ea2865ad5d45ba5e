//! Grants as Calico rules.
//!
//! All criteria of a rule are joined by "and" (`CAL-13`), so a grant becomes one rule for each peer, protocol and
//! address family.

use netpol_flow::{Family, Side, Text, family_of};
use netpol_model::Rule;
use netpol_sets::{AddressSet, Ends, Infra, InfraSet, PodSet};

use super::refusals::{Build, Refusals, peer_word};
use super::selector::{Selectors, account_selector, selectors};
use super::services::{Service, services, takes_every_request};
use crate::address;
use crate::known::Known;
use crate::object::Comment;
use crate::plan::{Grant, GrantServices, Peer, Peers};
use crate::yaml::{Word, Yaml, list, map, text};

/// What a rule says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Action {
    /// The flow passes; no later tier is read.
    Allow,
    /// The flow does not pass; no later tier is read.
    Deny,
    /// The rest of the tier is skipped.
    Pass,
}

impl Action {
    fn word(self) -> &'static str {
        match self {
            Action::Allow => "Allow",
            Action::Deny => "Deny",
            Action::Pass => "Pass",
        }
    }
}

/// Where rules stand.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    /// The namespace of the policy; none for a global one.
    pub home: Option<&'a Text>,
    /// Whether the policy is staged.
    pub staged: bool,
    /// Whether matches are logged where the rule asks for it.
    pub logs: bool,
    /// The selectors written so far for this home.
    pub known: &'a Known<Selectors>,
}

/// The other end of one rule.
#[derive(Clone, Default, PartialEq, Eq)]
struct Entity {
    pods: Option<Selectors>,
    nets: Vec<String>,
    not_nets: Vec<String>,
}

/// The rules of a grant, each with its comment; empty where it was refused or nothing is left of it.
pub(super) fn rules_of(
    build: &Build<'_>,
    place: Place<'_>,
    action: Action,
    grant: &Grant<'_>,
    refusals: &mut Refusals,
) -> Vec<Yaml> {
    let (Some(services), true) = (services(grant, action, refusals), takes_every_request(grant, refusals))
    else {
        return Vec::new();
    };
    let entities = entities(build, place, action, grant, refusals);
    let comment = Comment::of(&grant.rule.origin);
    let mut rules = Vec::new();
    for entity in &entities {
        for service in &services {
            let anyone = *entity == Entity::default();
            // A port name is a fact about pods; host endpoints may declare names too, and no address does.
            let named_destination = service.named && grant.side == Side::Egress;
            let entity = match (named_destination, anyone) {
                (true, true) => {
                    &Entity { pods: Some(selectors(&PodSet::all(), place.home)), ..Entity::default() }
                }
                (true, false) if entity.pods.is_none() => continue,
                (true | false, _) => entity,
            };
            let mut push = |action: &'static str| {
                let rule = rule(action, grant.side, entity, service);
                rules.push(Yaml::item(&comment, rule));
            };
            if place.logs && (grant.rule.log || grant.rule.alert.is_some()) {
                push("Log");
            }
            push(action.word());
        }
    }
    rules
}

fn rule(action: &'static str, side: Side, entity: &Entity, service: &Service) -> Yaml {
    let mut rule = vec![("action".into(), text(action))];
    if let Some(protocol) = service.protocol {
        rule.push(("protocol".into(), text(protocol.name())));
    }
    let mut peer = entity_fields(entity);
    let ports = (!service.ports.is_empty()).then(|| ("ports".into(), Yaml::List(service.ports.clone())));
    match side {
        Side::Egress => peer.extend(ports),
        Side::Ingress => {
            if !peer.is_empty() {
                rule.push((peer_word(side).into(), Yaml::Map(std::mem::take(&mut peer))));
            }
            rule.extend(ports.map(|ports| ("destination".into(), Yaml::Map(vec![ports]))));
        }
    }
    if !peer.is_empty() {
        rule.push((peer_word(side).into(), Yaml::Map(peer)));
    }
    Yaml::Map(rule)
}

fn entity_fields(entity: &Entity) -> Vec<(Word, Yaml)> {
    let mut fields = Vec::new();
    if let Some(pods) = &entity.pods {
        fields.extend(pods.namespaces.iter().map(|s| ("namespaceSelector".into(), text(s))));
        fields.push(("selector".into(), text(&pods.pods)));
        if let Some(accounts) = &pods.accounts {
            let by = if accounts.all_but {
                ("selector", text(account_selector(accounts)))
            } else {
                ("names", list(accounts.listed.iter().map(text)))
            };
            fields.push(("serviceAccounts".into(), map([by])));
        }
    }
    let nets = |nets: &[String]| list(nets.iter().map(|net| text(net.clone())));
    if !entity.nets.is_empty() {
        fields.push(("nets".into(), nets(&entity.nets)));
    }
    if !entity.not_nets.is_empty() {
        fields.push(("notNets".into(), nets(&entity.not_nets)));
    }
    fields
}

/// The other ends; the empty entity is everything.
fn entities(
    build: &Build<'_>,
    place: Place<'_>,
    action: Action,
    grant: &Grant<'_>,
    refusals: &mut Refusals,
) -> Vec<Entity> {
    let rule = grant.rule;
    let leaves = action == Action::Allow && grant.side == Side::Egress && !place.staged;
    let by_name_alone = match &grant.services {
        GrantServices::Of(items) => items.iter().all(|item| !item.named.is_empty()),
        GrantServices::Any => false,
    };
    let own_node = |reaches: bool, refusals: &mut Refusals| {
        if leaves && reaches && !build.options.own_node_passes {
            refusals.own_node(rule, build.options);
        }
    };
    let peers = match &grant.peers {
        Peers::Any => {
            own_node(!by_name_alone, refusals);
            return vec![Entity::default()];
        }
        Peers::Of(peers) => peers,
    };
    let mut out = Vec::new();
    for peer in peers {
        match &peer.ends {
            Ends::Pods(pods) => {
                let write = || match refusals.pods(rule, pods) {
                    true => Err(()),
                    false => Ok(selectors(pods, place.home)),
                };
                if let Ok(pods) = place.known.of(pods, write) {
                    out.push(Entity { pods: Some(pods), ..Entity::default() });
                }
            }
            Ends::Infra(set) => {
                let nets = infra(build, rule, set, refusals);
                let nodes = AddressSet::of(&build.policy.cluster.nodes);
                own_node(!nets.intersect(&nodes).is_empty(), refusals);
                refusals.shared(build, rule, &nets, Action::Allow);
                out.extend(by_family(
                    nets.blocks().into_iter().map(|cidr| address::Block { cidr, except: vec![] }),
                ));
            }
            Ends::External(set) => {
                if !set.named.is_empty() || !set.unnamed.is_empty() {
                    refusals.domain(rule);
                    continue;
                }
                if let Some(diagnostic) =
                    address::needs_ranges(&build.policy.cluster, &set.addresses, rule, "calico")
                {
                    refusals.add(rule, diagnostic);
                    continue;
                }
                refusals.shared(build, rule, &set.addresses, action);
                out.extend(external(peer, &set.addresses));
            }
        }
    }
    out
}

fn external(peer: &Peer, addresses: &AddressSet) -> Vec<Entity> {
    by_family(address::blocks(addresses, &peer.written).into_iter())
}

/// Blocks as entities, one for each family (`CAL-10`). The blocks are disjoint, so that the exceptions of one take
/// nothing from another.
fn by_family(blocks: impl Iterator<Item = address::Block>) -> Vec<Entity> {
    let (mut v4, mut v6) = (Entity::default(), Entity::default());
    for block in blocks {
        let entity = match family_of(&block.cidr) {
            Family::V4 => &mut v4,
            Family::V6 => &mut v6,
        };
        entity.nets.push(block.cidr.to_string());
        entity.not_nets.extend(block.except.iter().map(ToString::to_string));
    }
    [v4, v6].into_iter().filter(|entity| !entity.nets.is_empty()).collect()
}

/// The addresses of nodes, API servers and the gateway, or a refusal for each kind whose addresses are not known.
fn infra(build: &Build<'_>, rule: &Rule, set: &InfraSet, refusals: &mut Refusals) -> AddressSet {
    let cluster = &build.policy.cluster;
    let (apiserver, gateway) = (AddressSet::of(&cluster.apiserver), AddressSet::of(&cluster.gateway));
    let nodes = &build.places.nodes;
    let has = |kind| set.kinds.contains(&kind);
    let mut all = AddressSet::none();
    let mut add = |part: AddressSet, known: bool, word: &str, example: &str| {
        if !known {
            refusals.no_address(rule, word, example);
        }
        all = all.union(&part);
    };
    let every_node = has(Infra::Node) && has(Infra::OwnNode) && has(Infra::ApiServerOnNode);
    if every_node {
        add(nodes.clone(), !nodes.is_empty(), "nodes", "nodes 10.10.0.0/16");
    } else if has(Infra::Node) || has(Infra::OwnNode) {
        add(nodes.subtract(&apiserver), !nodes.is_empty(), "nodes", "nodes 10.10.0.0/16");
    }
    let known = !apiserver.is_empty();
    if has(Infra::ApiServerElsewhere) {
        let part = if has(Infra::ApiServerOnNode) { apiserver } else { apiserver.subtract(nodes) };
        add(part, known, "apiserver", "apiserver 10.10.0.10");
    } else if has(Infra::ApiServerOnNode) && !every_node {
        add(apiserver.intersect(nodes), known, "apiserver", "apiserver 10.10.0.10");
    }
    if has(Infra::Gateway) {
        add(gateway.clone(), !gateway.is_empty(), "cluster-gateway", "cluster-gateway 10.10.0.20");
    }
    all.intersect(&set.addresses)
}
