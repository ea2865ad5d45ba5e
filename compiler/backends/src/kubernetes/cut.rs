//! Guardrail denies, cut out of what a namespace allows: this target has no deny.

use std::collections::BTreeMap;

use netpol_flow::{Side, SortedSet, Text};
use netpol_model::{End, Rule};
use netpol_sets::{Cube, Ends, PodSet, Requests, Services};

use super::exact::Context;
use crate::guardrails::Deny;
use crate::plan::{Grant, GrantServices, Peer, Peers, without};

/// What is left of a grant, and the denies that were cut out.
#[derive(Debug)]
pub(super) struct Cut<'a> {
    /// The grant, or a piece of it.
    pub grant: Grant<'a>,
    /// The denies it met.
    pub by: Vec<&'a Rule>,
}

/// The denies that speak for pods of one namespace on one side.
#[derive(Debug)]
pub(super) struct LocalDenies<'a> {
    denies: Vec<(&'a Rule, Vec<Cube>)>,
}

impl<'a> LocalDenies<'a> {
    /// Picks them out of all denies.
    pub(super) fn of(denies: &[Deny<'a>], namespace: &Text, side: Side) -> LocalDenies<'a> {
        let here = Ends::Pods(PodSet::of_namespaces(SortedSet::one(namespace.clone())));
        let local = denies.iter().map(|deny| (deny.rule, local_cubes(&deny.cubes, &here, namespace, side)));
        LocalDenies { denies: local.filter(|(_, cubes)| !cubes.is_empty()).collect() }
    }
}

/// The cubes with their subject narrowed to the namespace. Cubes that differ only in the names of their peers' namespaces
/// become one, so that `other-tenants` costs one cube and not one for each tenant.
fn local_cubes(cubes: &[Cube], here: &Ends, namespace: &Text, side: Side) -> Vec<Cube> {
    let mut by_name: BTreeMap<(Ends, Services), Vec<&SortedSet<Text>>> = BTreeMap::new();
    let mut local = Vec::new();
    for cube in cubes {
        let (subject, peer) = ends_of(cube, side);
        let speaks_for = |names: &SortedSet<Text>| names.contains(namespace);
        let elsewhere =
            subject.pods().is_none_or(|pods| pods.namespaces().is_some_and(|names| !speaks_for(names)));
        let Some(subject) = (!elsewhere).then(|| subject.intersect(here)).flatten() else { continue };
        match peer.pods().map(|pods| (pods, pods.namespaces())) {
            Some((pods, Some(names))) if pods.conditions().len() == 1 && cube.requests.is_all() => {
                by_name.entry((subject, cube.services.clone())).or_default().push(names);
            }
            Some(_) | None => local.push(with_ends(cube.services.clone(), subject, peer.clone(), side)),
        }
    }
    let named = by_name.into_iter().map(|((subject, services), names)| {
        let names = match names[..] {
            [only] => only.clone(),
            _ => SortedSet::from_iter(names.into_iter().flatten().cloned()),
        };
        with_ends(services, subject, Ends::Pods(PodSet::of_namespaces(names)), side)
    });
    local.into_iter().chain(named).collect()
}

fn ends_of(cube: &Cube, side: Side) -> (&Ends, &Ends) {
    match side {
        Side::Egress => (&cube.source, &cube.destination),
        Side::Ingress => (&cube.destination, &cube.source),
    }
}

/// A guardrail deny carries no `only`, so a cube of one speaks of every request.
fn with_ends(services: Services, subject: Ends, peer: Ends, side: Side) -> Cube {
    let (source, destination) = match side {
        Side::Egress => (subject, peer),
        Side::Ingress => (peer, subject),
    };
    Cube { source, destination, services, requests: Requests::all() }
}

/// What the denies leave of a grant; the grant itself where they do not meet.
pub(super) fn cut<'a>(context: &Context<'_>, local: &LocalDenies<'a>, grant: Grant<'a>) -> Vec<Cut<'a>> {
    let mut cubes: Vec<Cube> = Vec::new();
    let mut by: Vec<&'a Rule> = Vec::new();
    for (rule, denied) in &local.denies {
        let before = cubes.len();
        cubes.extend(denied.iter().filter(|cube| may_meet(&grant, cube)).cloned());
        if cubes.len() > before {
            by.push(rule);
        }
    }
    if cubes.is_empty() {
        return vec![Cut { grant, by }];
    }
    let pieces = without(context.places, vec![grant], &cubes);
    pieces.into_iter().map(|piece| Cut { grant: whole_again(context, piece), by: by.clone() }).collect()
}

/// Whether both meet; cheap, and never false where they do.
fn may_meet(grant: &Grant<'_>, cube: &Cube) -> bool {
    let (subject, peer) = ends_of(cube, grant.side);
    let ports_meet = || match &grant.services {
        GrantServices::Any => true,
        GrantServices::Of(items) => items.iter().any(|mine| mine.ports.meets(&cube.services.ports)),
    };
    let meets = |mine: &Peer| mine.ends.meets(peer) && mine.ends.intersect(peer).is_some();
    let peers_meet = || match &grant.peers {
        Peers::Any => true,
        Peers::Of(peers) => peers.iter().any(meets),
    };
    let subjects_meet = || subject.pods().is_some_and(|pods| !pods.intersect(&grant.subject.pods).is_empty());
    ports_meet() && peers_meet() && subjects_meet()
}

/// A piece whose peers are every endpoint again is written without peers, as its author wrote it.
fn whole_again<'a>(context: &Context<'_>, piece: Grant<'a>) -> Grant<'a> {
    let Peers::Of(peers) = &piece.peers else { return piece };
    let every = context.places.ends(&End::Any);
    if every.iter().all(|ends| peers.iter().any(|peer| peer.ends == *ends)) {
        return Grant { peers: Peers::Any, ..piece };
    }
    piece
}
