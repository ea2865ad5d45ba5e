//! Sets of protocols and ports, and of the port names the destination declares.

use netpol_flow::{PortRange, Protocol, SortedSet, Text};

use crate::budget::spend;

/// A set of ports 1 to 65535 of each protocol, as sorted, disjoint, non-touching ranges.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortSet {
    ranges: SortedSet<PortRange>,
}

impl PortSet {
    /// Every port of every protocol.
    pub fn all() -> PortSet {
        thread_local! {
            static ALL: PortSet = PortSet { ranges: SortedSet::from(Protocol::ALL.map(PortRange::every)) };
        }
        ALL.with(PortSet::clone)
    }

    /// The ports of these ranges.
    pub fn of(ranges: impl IntoIterator<Item = PortRange>) -> PortSet {
        let mut ranges = ranges.into_iter().filter(|r| r.first <= r.last);
        // Nearly every rule is about one port.
        let (first, second) = (ranges.next(), ranges.next());
        let (Some(first), Some(second)) = (first, second) else {
            return PortSet { ranges: first.map_or_else(SortedSet::new, SortedSet::one) };
        };
        let mut sorted: Vec<PortRange> = [first, second].into_iter().chain(ranges).collect();
        sorted.sort_unstable();
        let mut out: Vec<PortRange> = Vec::with_capacity(sorted.len());
        for range in sorted {
            match out.last_mut() {
                Some(open)
                    if open.protocol == range.protocol && range.first <= open.last.saturating_add(1) =>
                {
                    open.last = open.last.max(range.last);
                }
                Some(_) | None => out.push(range),
            }
        }
        PortSet { ranges: out.into_iter().collect() }
    }

    /// The ranges, ascending by protocol and port.
    pub fn ranges(&self) -> &[PortRange] {
        self.ranges.as_slice()
    }

    /// Whether no port is in.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// Whether every port of every protocol is in.
    pub fn is_all(&self) -> bool {
        self.ranges.len() == 3 && self.ranges.iter().all(PortRange::is_every)
    }

    /// Whether the port is in.
    pub fn contains(&self, protocol: Protocol, port: u16) -> bool {
        self.ranges.iter().any(|range| range.contains(protocol, port))
    }

    /// Both.
    pub fn intersect(&self, other: &PortSet) -> PortSet {
        if self.is_all() || self == other {
            return other.clone();
        }
        if other.is_all() {
            return self.clone();
        }
        let met = self.ranges.iter().flat_map(|a| {
            other.ranges.iter().filter(|b| b.protocol == a.protocol).map(|b| PortRange {
                protocol: a.protocol,
                first: a.first.max(b.first),
                last: a.last.min(b.last),
            })
        });
        PortSet::of(met)
    }

    /// The ports of this set whose number lies in one of these ranges, whatever their protocol.
    pub fn numbered(&self, numbers: &[(u16, u16)]) -> PortSet {
        let met = self.ranges.iter().flat_map(|range| {
            numbers.iter().map(|(first, last)| PortRange {
                first: range.first.max(*first),
                last: range.last.min(*last),
                ..*range
            })
        });
        PortSet::of(met)
    }

    /// Whether some port is in both.
    pub fn meets(&self, other: &PortSet) -> bool {
        let overlap =
            |a: &PortRange, b: &PortRange| a.protocol == b.protocol && a.first <= b.last && b.first <= a.last;
        self.ranges.iter().any(|a| other.ranges.iter().any(|b| overlap(a, b)))
    }

    /// Everything else.
    pub fn complement(&self) -> PortSet {
        let mut out = Vec::new();
        for protocol in Protocol::ALL {
            let mut next = Some(1u16);
            for range in self.ranges.iter().filter(|r| r.protocol == protocol) {
                if let Some(first) = next
                    && first < range.first
                {
                    out.push(PortRange { protocol, first, last: range.first - 1 });
                }
                next = range.last.checked_add(1);
            }
            if let Some(first) = next {
                out.push(PortRange { protocol, first, last: u16::MAX });
            }
        }
        PortSet { ranges: out.into_iter().collect() }
    }

    /// This without the other.
    pub fn subtract(&self, other: &PortSet) -> PortSet {
        if other.is_empty() {
            return self.clone();
        }
        self.intersect(&other.complement())
    }
}

/// Protocols and ports, with facts about the names the destination declares for them.
///
/// Whether a pod declares a name for the port of a connection is an adversary's choice (amendment B12).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Services {
    /// The ports.
    pub ports: PortSet,
    /// The destination declares the port under each of these names.
    pub named: SortedSet<Text>,
    /// The destination declares the port under none of these names.
    pub unnamed: SortedSet<Text>,
}

impl Services {
    /// Every port.
    pub fn all() -> Services {
        Services::of(PortSet::all())
    }

    /// These ports, whatever their names.
    pub fn of(ports: PortSet) -> Services {
        Services { ports, named: SortedSet::new(), unnamed: SortedSet::new() }
    }

    /// Whatever the destination declares under this name.
    pub fn under(name: Text) -> Services {
        Services { named: SortedSet::one(name), ..Services::all() }
    }

    /// Whether nothing can be in.
    pub fn is_empty(&self) -> bool {
        self.ports.is_empty() || !self.named.is_disjoint(&self.unnamed)
    }

    /// Whether every port is in, whatever its names.
    pub fn is_all(&self) -> bool {
        self.ports.is_all() && self.named.is_empty() && self.unnamed.is_empty()
    }

    /// Both.
    pub fn intersect(&self, other: &Services) -> Services {
        Services {
            ports: self.ports.intersect(&other.ports),
            named: self.named.union(&other.named),
            unnamed: self.unnamed.union(&other.unnamed),
        }
    }

    /// This without the other, as disjoint sets.
    pub fn subtract(&self, other: &Services) -> Vec<Services> {
        if self.intersect(other).is_empty() {
            return vec![self.clone()];
        }
        if !spend(1 + other.named.len() + other.unnamed.len()) {
            return Vec::new();
        }
        let mut pieces = Vec::new();
        let mut rest = self.clone();
        for (name, asked) in
            other.named.iter().map(|n| (n, true)).chain(other.unnamed.iter().map(|n| (n, false)))
        {
            let mut piece = rest.clone();
            let (out, into) = if asked {
                (&mut piece.unnamed, &mut rest.named)
            } else {
                (&mut piece.named, &mut rest.unnamed)
            };
            out.insert(name.clone());
            into.insert(name.clone());
            if !piece.is_empty() {
                pieces.push(piece);
            }
        }
        rest.ports = rest.ports.subtract(&other.ports);
        if !rest.is_empty() {
            pieces.push(rest);
        }
        pieces
    }
}
