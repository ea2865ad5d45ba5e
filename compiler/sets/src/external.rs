//! Sets of external addresses, and of the names they were seen under.

use std::collections::BTreeSet;

use netpol_flow::{DomainPattern, SortedSet, Text};

use crate::AddressSet;
use crate::budget::spend;

/// External addresses of a set that were seen under some name of each `named` pattern, and under no name of any
/// `unnamed` one.
///
/// Which names an address was seen under is an adversary's choice: an address may have any set of names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExternalSet {
    /// The addresses.
    pub addresses: AddressSet,
    /// For each of these, the address has a name in it.
    pub named: SortedSet<DomainPattern>,
    /// For each of these, the address has no name in it.
    pub unnamed: SortedSet<DomainPattern>,
}

impl ExternalSet {
    /// These addresses, whatever their names.
    pub fn of(addresses: AddressSet) -> ExternalSet {
        ExternalSet { addresses, named: SortedSet::new(), unnamed: SortedSet::new() }
    }

    /// Every external address with a name of the pattern.
    pub fn under(pattern: DomainPattern) -> ExternalSet {
        ExternalSet { named: SortedSet::one(pattern), ..ExternalSet::of(AddressSet::all()) }
    }

    /// Whether no address can be in: none is listed, or a name is asked for that is also forbidden.
    ///
    /// A wildcard has endlessly many names, so it is exhausted only by a single pattern that contains it.
    pub fn is_empty(&self) -> bool {
        self.addresses.is_empty()
            || self.named.iter().any(|asked| self.unnamed.iter().any(|forbidden| forbidden.contains(asked)))
    }

    /// Whether an address with these names is in.
    pub fn contains(&self, address: std::net::IpAddr, names: &BTreeSet<Text>) -> bool {
        let has = |pattern: &DomainPattern| names.iter().any(|name| pattern.matches(name));
        self.addresses.contains(address) && self.named.iter().all(has) && !self.unnamed.iter().any(has)
    }

    /// Both.
    pub fn intersect(&self, other: &ExternalSet) -> ExternalSet {
        ExternalSet {
            addresses: self.addresses.intersect(&other.addresses),
            named: self.named.union(&other.named),
            unnamed: self.unnamed.union(&other.unnamed),
        }
    }

    /// This without the other, as disjoint sets.
    pub fn subtract(&self, other: &ExternalSet) -> Vec<ExternalSet> {
        if self.intersect(other).is_empty() {
            return vec![self.clone()];
        }
        if !spend(1 + other.named.len() + other.unnamed.len()) {
            return Vec::new();
        }
        let mut pieces = Vec::new();
        let mut rest = self.clone();
        let mut split = |rest: &mut ExternalSet, pattern: &DomainPattern, asked: bool| {
            let mut piece = rest.clone();
            let (out, into) = if asked {
                (&mut piece.unnamed, &mut rest.named)
            } else {
                (&mut piece.named, &mut rest.unnamed)
            };
            out.insert(pattern.clone());
            into.insert(pattern.clone());
            if !piece.is_empty() {
                pieces.push(piece);
            }
        };
        for pattern in &other.named {
            split(&mut rest, pattern, true);
        }
        for pattern in &other.unnamed {
            split(&mut rest, pattern, false);
        }
        rest.addresses = rest.addresses.subtract(&other.addresses);
        if !rest.is_empty() {
            pieces.push(rest);
        }
        pieces
    }

    /// The names a member must have at least: one of each asked pattern, none of a forbidden one.
    pub fn pick_names(&self) -> BTreeSet<Text> {
        let allowed = |name: &str| !self.unnamed.iter().any(|pattern| pattern.matches(name));
        let mut names = BTreeSet::new();
        for pattern in &self.named {
            let found = match pattern {
                DomainPattern::Exact(name) => Some(name.clone()),
                DomainPattern::Under(suffix) => (0..=self.unnamed.len())
                    .map(|n| if n == 0 { format!("host.{suffix}") } else { format!("host-{n}.{suffix}") })
                    .find(|name| allowed(name))
                    .map(Text::from),
            };
            names.extend(found);
        }
        names
    }
}
