//! What passes between a class and the addresses outside.

use std::collections::BTreeMap;

use netpol_flow::{DomainPattern, Pod, Side};
use netpol_semantics::Undecided;
use netpol_sets::AddressSet;

use crate::classes::Class;
use crate::reach::Half;
use crate::rules::{Peer, Rule};
use crate::traffic::Traffic;

/// Addresses outside the cluster that the same may pass with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outside {
    /// The addresses.
    pub addresses: AddressSet,
    /// The domain names they must have been seen under, one of each; none where any address will do.
    pub names: Vec<DomainPattern>,
    /// What passes.
    pub traffic: Traffic,
}

/// Everything outside that one side of a class lets pass; what is the same on several addresses together.
///
/// The other end enforces nothing. An address that answers to a name may also be reached as any address may.
pub(crate) fn outside(
    half: &Half<'_>,
    class: Class,
    pod: &Pod,
    side: Side,
) -> Result<Vec<Outside>, Undecided> {
    let destination = match side {
        Side::Egress => None,
        Side::Ingress => Some(pod),
    };
    let traffic = |rule: &Rule| Traffic::at(&rule.services, &rule.requests, destination);
    let mut by_names: BTreeMap<Vec<DomainPattern>, Vec<(AddressSet, Traffic)>> = BTreeMap::new();
    for (_, rule) in half.allows(class) {
        let Peer::Outside(set) = &rule.peer else { continue };
        if set.unnamed.iter().next().is_some() {
            return Err(undecided("addresses that lack a name"));
        }
        let pieces = by_names.entry(set.named.iter().cloned().collect()).or_default();
        *pieces = allowed(std::mem::take(pieces), &set.addresses, &traffic(rule));
    }
    for (_, rule) in half.denies(class) {
        let Peer::Outside(set) = &rule.peer else { continue };
        if set.named.iter().chain(set.unnamed.iter()).next().is_some() {
            return Err(undecided("a deny of addresses by their names"));
        }
        for pieces in by_names.values_mut() {
            *pieces = denied(std::mem::take(pieces), &set.addresses, &traffic(rule));
        }
    }
    let together = by_names.into_iter().flat_map(|(names, pieces)| {
        let mut same: BTreeMap<Traffic, AddressSet> = BTreeMap::new();
        for (addresses, traffic) in pieces {
            let known =
                same.remove(&traffic).map_or_else(|| addresses.clone(), |known| known.union(&addresses));
            same.insert(traffic, known);
        }
        let of = move |(traffic, addresses)| Outside { addresses, names: names.clone(), traffic };
        same.into_iter().map(of)
    });
    let mut found: Vec<Outside> = together.filter(|outside| !outside.traffic.is_empty()).collect();
    found.sort_by(|a, b| (&a.names, &a.addresses).cmp(&(&b.names, &b.addresses)));
    Ok(found)
}

/// The pieces with more traffic on some addresses.
fn allowed(
    pieces: Vec<(AddressSet, Traffic)>,
    addresses: &AddressSet,
    traffic: &Traffic,
) -> Vec<(AddressSet, Traffic)> {
    let mut new = addresses.clone();
    let mut found = Vec::new();
    for (theirs, passes) in pieces {
        new = new.subtract(&theirs);
        found.push((theirs.intersect(addresses), passes.clone().union(traffic.clone())));
        found.push((theirs.subtract(addresses), passes));
    }
    found.push((new, traffic.clone()));
    found.retain(|(addresses, _)| !addresses.is_empty());
    found
}

/// The pieces with less traffic on some addresses.
fn denied(
    pieces: Vec<(AddressSet, Traffic)>,
    addresses: &AddressSet,
    traffic: &Traffic,
) -> Vec<(AddressSet, Traffic)> {
    let mut found = Vec::new();
    for (theirs, passes) in pieces {
        found.push((theirs.intersect(addresses), passes.subtract(traffic)));
        found.push((theirs.subtract(addresses), passes));
    }
    found.retain(|(addresses, _)| !addresses.is_empty());
    found
}

fn undecided(reason: &str) -> Undecided {
    Undecided { reason: reason.to_owned() }
}
