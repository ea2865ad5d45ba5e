//! Guardrails: cluster-wide objects that isolate nothing (`CIL-04`), denies with their exceptions cut out (`CIL-09`).

use std::collections::BTreeMap;

use netpol_flow::{Side, Text};
use netpol_model::{End, Guardrail, Layer, Policy, Rule, services};
use netpol_sets::{Cube, Ends, PodSet, Services};

use super::cannot::{Cannot, Place};
use super::emit::{About, Groups, check_subject, log_tag};
use super::fence::{services_of, written};
use super::limits::{served_on_node, too_many};
use super::peers::{Context, Verb, rules};
use super::ports::Requests;
use super::report::Report;
use crate::plan::{GrantServices, Peer, Peers, peers_of};

/// A subject's denies of one rule, for each set of services its peers.
type Denied = BTreeMap<PodSet, Vec<(Services, Vec<Ends>)>>;

/// Adds the denies and allows of an enforced block.
pub(super) fn add(
    context: &Context<'_>,
    policy: &Policy,
    block: &Guardrail,
    active: &dyn Fn(&Rule) -> bool,
    groups: &mut Groups,
    report: &mut Report,
) {
    let exceptions: Vec<Cube> = block
        .exceptions
        .iter()
        .filter(|rule| active(rule))
        .flat_map(|rule| context.places.flows(rule, Side::Egress).cubes().to_vec())
        .collect();
    for rule in block.denies.iter().filter(|rule| active(rule)) {
        if let Some(diagnostic) = too_many(context, policy, rule) {
            report.add(diagnostic);
            continue;
        }
        let whole = context.places.flows(rule, Side::Egress);
        if let Some(diagnostic) = served_on_node(context, rule, whole.cubes()) {
            report.add(diagnostic);
        }
        for side in Side::BOTH {
            add_deny(context, block, rule, (side, whole.cubes(), &exceptions), groups, report);
        }
    }
    for rule in block.allows.iter().filter(|rule| active(rule)) {
        if rule.only.is_some() {
            report.add(Cannot::FilterInGuardrail.diagnostic(rule, Place::Allow, context.settings));
            continue;
        }
        for side in Side::BOTH {
            add_allow(context, block, rule, side, groups, report);
        }
    }
}

fn add_deny(
    context: &Context<'_>,
    block: &Guardrail,
    rule: &Rule,
    (side, whole, exceptions): (Side, &[Cube], &[Cube]),
    groups: &mut Groups,
    report: &mut Report,
) {
    let mut order: Vec<PodSet> = Vec::new();
    let mut denied = Denied::new();
    for cube in whole {
        for piece in without(cube, exceptions, side) {
            let (subject, peer) = match side {
                Side::Egress => (piece.source, piece.destination),
                Side::Ingress => (piece.destination, piece.source),
            };
            let Ends::Pods(pods) = subject else { continue };
            let known = denied.entry(pods.clone()).or_insert_with(|| {
                order.push(pods);
                Vec::new()
            });
            match known.iter_mut().find(|(services, _)| *services == piece.services) {
                Some((_, peers)) if peers.contains(&peer) => {}
                Some((_, peers)) => peers.push(peer),
                None => known.push((piece.services, vec![peer])),
            }
        }
    }
    let blocks = written(rule, side);
    for pods in order {
        let about = about(context, block, rule, side, &pods);
        if let Err(cannot) = check_subject(&about) {
            report.add(cannot.diagnostic(rule, Place::Guardrail, context.settings));
            continue;
        }
        let at = groups.at(about);
        for (services, peers) in denied.remove(&pods).unwrap_or_default() {
            let peers = peers.into_iter().map(|ends| Peer { ends, written: blocks.clone() }).collect();
            let services = services_of(rule, &services);
            match rules(context, (side, Verb::Deny), &Peers::Of(peers), &services, Requests::Any) {
                Ok(found) => groups.add(at, (side, Verb::Deny), found, &rule.origin, None),
                Err(cannot) => report.add(cannot.diagnostic(rule, Place::Guardrail, context.settings)),
            }
        }
    }
}

/// The cube without the exceptions, cut by subject first: pods that no exception speaks of keep the deny as written,
/// `any` included (amendment B21).
fn without(cube: &Cube, exceptions: &[Cube], side: Side) -> Vec<Cube> {
    let mut rest = vec![cube.clone()];
    for exception in exceptions {
        rest = rest.iter().flat_map(|piece| cut(piece, exception, side)).collect();
    }
    rest
}

fn cut(cube: &Cube, exception: &Cube, side: Side) -> Vec<Cube> {
    let Some(common) = cube.intersect(exception) else { return vec![cube.clone()] };
    let by_source = cube.source.subtract(&exception.source).into_iter();
    let by_destination = cube.destination.subtract(&exception.destination).into_iter();
    let mut pieces: Vec<Cube> = Vec::new();
    match side {
        Side::Egress => {
            pieces.extend(by_source.map(|source| Cube { source, ..cube.clone() }));
            let common = Cube { source: common.source.clone(), ..cube.clone() };
            pieces.extend(by_destination.map(|destination| Cube { destination, ..common.clone() }));
        }
        Side::Ingress => {
            pieces.extend(by_destination.map(|destination| Cube { destination, ..cube.clone() }));
            let common = Cube { destination: common.destination.clone(), ..cube.clone() };
            pieces.extend(by_source.map(|source| Cube { source, ..common.clone() }));
        }
    }
    let by_service = cube.services.subtract(&exception.services).into_iter();
    pieces.extend(by_service.map(|services| Cube { services, ..common.clone() }));
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

fn add_allow(
    context: &Context<'_>,
    block: &Guardrail,
    rule: &Rule,
    side: Side,
    groups: &mut Groups,
    report: &mut Report,
) {
    let (subjects, peers) = match side {
        Side::Egress => (&rule.from, &rule.to),
        Side::Ingress => (&rule.to, &rule.from),
    };
    let granted = match &rule.ports {
        netpol_model::Ports::Any => GrantServices::Any,
        ports @ netpol_model::Ports::Some(_) => GrantServices::Of(services(ports)),
    };
    let peers = peers_of(context.places, peers, &granted, side);
    for end in subjects {
        for ends in context.places.ends(end) {
            let Ends::Pods(pods) = ends else { continue };
            let about = about(context, block, rule, side, &pods);
            let found = check_subject(&about)
                .and_then(|()| rules(context, (side, Verb::Allow), &peers, &granted, Requests::Any));
            match found {
                Ok(found) => {
                    let at = groups.at(about);
                    groups.add(at, (side, Verb::Allow), found, &rule.origin, None);
                }
                Err(cannot) => report.add(cannot.diagnostic(rule, Place::Allow, context.settings)),
            }
        }
    }
}

fn about(context: &Context<'_>, block: &Guardrail, rule: &Rule, side: Side, pods: &PodSet) -> About {
    let ends = match side {
        Side::Egress => &rule.from,
        Side::Ingress => &rule.to,
    };
    let noun = ends.iter().find_map(|end| match end {
        End::Pods(term) if term.set() == pods => Some(term),
        End::Pods(_)
        | End::OtherTenants
        | End::Nodes
        | End::ApiServer
        | End::Gateway
        | End::Addresses { .. }
        | End::Internet
        | End::Outside
        | End::Domain(_)
        | End::Any => None,
    });
    let namespace: Option<&Text> =
        pods.namespaces().filter(|names| names.len() == 1).and_then(|names| names.first());
    let name: Text = match noun.and_then(|term| term.name.clone()) {
        Some(name) => name,
        None => "pods".into(),
    };
    let by_name = pods.is_all() || noun.is_some_and(|term| term.name.is_some()) && namespace.is_some();
    let mut parts: Vec<Text> = vec!["guardrail".into(), block.name.clone()];
    parts.extend(namespace.cloned());
    parts.push(if pods.is_all() { "pods".into() } else { name });
    About {
        namespace: None,
        layer: Layer::Guardrail(block.name.clone()),
        parts,
        subject: pods.clone(),
        by_name,
        log: context.settings.has_log().then(|| log_tag(rule, &block.name)).flatten(),
        isolates: false,
    }
}
