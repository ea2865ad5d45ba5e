//! Who may reach whom in one form, so that what was published and what we answer can be compared for equality.

use std::collections::BTreeMap;
use std::net::IpAddr;

use netpol_analyze::{Answer, Connection, End};
use netpol_flow::{PortRange, Protocol, Side};
use netpol_sets::PortSet;

/// IPv4 addresses from the first to the last, both included.
pub type Range = (u32, u32);

/// Connections between workloads, called `namespace/name[Kind]`, and with outside addresses.
///
/// Only IPv4, which is all the published lists speak of. A workload and itself is left out, as they do.
#[derive(Debug, Default, PartialEq)]
pub struct Relation {
    pub pairs: BTreeMap<(String, String), PortSet>,
    /// For each workload and its side, disjoint ranges, ascending; equal neighbours together.
    pub outside: BTreeMap<(String, Side), Vec<(Range, PortSet)>>,
}

/// Ports before and after.
pub type Both = (PortSet, PortSet);

/// What differs between two relations: what the one has, and what the other has in its place.
#[derive(Debug, Default, PartialEq)]
pub struct Change {
    pub pairs: BTreeMap<(String, String), Both>,
    pub outside: BTreeMap<(String, Side), Vec<(Range, Both)>>,
}

/// No port.
pub fn none() -> PortSet {
    PortSet::of([])
}

/// One published line: two ends, and ports.
pub fn of_lines(lines: &[(String, String, String)]) -> Relation {
    let mut relation = Relation::default();
    for (source, destination, ports) in lines {
        relation.add(source, destination, parse_ports(ports));
    }
    relation.outside.values_mut().for_each(|pieces| *pieces = settled(std::mem::take(pieces)));
    relation
}

/// `TCP 80,443,UDP 53-54`, `All Connections` or `No Connections`.
pub fn parse_ports(text: &str) -> PortSet {
    match text {
        "All Connections" => return PortSet::all(),
        "No Connections" => return none(),
        _ => {}
    }
    let mut protocol = Protocol::Tcp;
    let mut ranges = Vec::new();
    for part in text.split(',') {
        let (name, ports) = part.split_once(' ').map_or((None, part), |(name, ports)| (Some(name), ports));
        protocol = Protocol::ALL.into_iter().find(|p| Some(p.name()) == name).unwrap_or(protocol);
        let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
        ranges.push(PortRange { protocol, first: first.parse().unwrap(), last: last.parse().unwrap() });
    }
    PortSet::of(ranges)
}

/// `10.0.0.0-10.255.255.255[External]`.
pub fn parse_range(text: &str) -> Option<Range> {
    let (first, last) = text.strip_suffix("[External]")?.split_once('-')?;
    let bits = |text: &str| text.parse().map(std::net::Ipv4Addr::to_bits).ok();
    Some((bits(first)?, bits(last)?))
}

impl Relation {
    fn add(&mut self, source: &str, destination: &str, ports: PortSet) {
        let (end, side, range) = match (parse_range(source), parse_range(destination)) {
            (Some(range), _) => (destination, Side::Ingress, range),
            (None, Some(range)) => (source, Side::Egress, range),
            (None, None) => {
                self.pairs.insert((source.to_owned(), destination.to_owned()), ports);
                return;
            }
        };
        self.outside.entry((end.to_owned(), side)).or_default().push((range, ports));
    }

    /// What we answer.
    pub fn of(answer: &Answer) -> Relation {
        let mut relation = Relation::default();
        for Connection { source, destination, traffic } in answer.connections() {
            assert!(traffic.filtered_ports().is_empty(), "a published list knows no HTTP");
            let ports = PortSet::of(traffic.ports());
            match (source, destination) {
                (End::Outside(_), End::Outside(_)) => unreachable!(),
                (End::Outside(outside), end) | (end, End::Outside(outside)) => {
                    let side = if matches!(source, End::Outside(_)) { Side::Ingress } else { Side::Egress };
                    let pieces = relation.outside.entry((called(end), side)).or_default();
                    for block in outside.addresses.only_v4().blocks() {
                        if let (IpAddr::V4(first), IpAddr::V4(last)) = (block.network(), block.broadcast()) {
                            pieces.push(((first.to_bits(), last.to_bits()), ports.clone()));
                        }
                    }
                }
                (source, destination) if source == destination => {}
                (source, destination) => {
                    relation.pairs.insert((called(source), called(destination)), ports);
                }
            }
        }
        relation.outside.values_mut().for_each(|pieces| *pieces = settled(std::mem::take(pieces)));
        relation.outside.retain(|_, pieces| !pieces.is_empty());
        relation
    }

    /// Only what leaves or enters one workload, called `name` or `namespace/name`.
    pub fn focus(mut self, workload: &str, side: Option<Side>) -> Relation {
        let is_it = |end: &str| {
            let name = end.split('[').next().unwrap_or_default();
            name == workload || name.split_once('/').is_some_and(|(_, name)| name == workload)
        };
        self.pairs.retain(|(source, destination), _| {
            is_it(source) && side != Some(Side::Ingress) || is_it(destination) && side != Some(Side::Egress)
        });
        self.outside.retain(|(end, theirs), _| is_it(end) && side.is_none_or(|side| side == *theirs));
        self
    }

    /// What becomes of this in the other.
    pub fn change(&self, other: &Relation) -> Change {
        let mut change = Change::default();
        for pair in self.pairs.keys().chain(other.pairs.keys()) {
            let of = |relation: &Relation| relation.pairs.get(pair).cloned().unwrap_or_else(none);
            change.add_pair(pair.clone(), of(self), of(other));
        }
        for end in self.outside.keys().chain(other.outside.keys()) {
            let of = |relation: &Relation| relation.outside.get(end).cloned().unwrap_or_default();
            let (before, after) = (of(self), of(other));
            let mut cuts: Vec<u64> = [&before, &after]
                .into_iter()
                .flatten()
                .flat_map(|((first, last), _)| [u64::from(*first), u64::from(*last) + 1])
                .collect();
            cuts.sort_unstable();
            cuts.dedup();
            let pieces = cuts.windows(2).map(|cut| {
                let range = (cut[0] as u32, (cut[1] - 1) as u32);
                let at = |pieces: &[(Range, PortSet)]| {
                    let piece = pieces.iter().find(|((first, last), _)| (*first..=*last).contains(&range.0));
                    piece.map_or_else(none, |(_, ports)| ports.clone())
                };
                (range, (at(&before), at(&after)))
            });
            let pieces = settled(pieces.filter(|(_, (before, after))| before != after).collect());
            if !pieces.is_empty() {
                change.outside.insert(end.clone(), pieces);
            }
        }
        change
    }
}

impl Change {
    fn add_pair(&mut self, pair: (String, String), before: PortSet, after: PortSet) {
        if before != after {
            self.pairs.insert(pair, (before, after));
        }
    }

    /// Published lines: two ends, and the ports of the first and of the second list.
    pub fn of_lines(lines: &[(String, String, String, String)]) -> Change {
        let mut change = Change::default();
        for (source, destination, before, after) in lines {
            let ports = (parse_ports(before), parse_ports(after));
            let (end, side, range) = match (parse_range(source), parse_range(destination)) {
                (Some(range), _) => (destination, Side::Ingress, range),
                (None, Some(range)) => (source, Side::Egress, range),
                (None, None) => {
                    change.add_pair((source.clone(), destination.clone()), ports.0, ports.1);
                    continue;
                }
            };
            change.outside.entry((end.clone(), side)).or_default().push((range, ports));
        }
        change.outside.values_mut().for_each(|pieces| *pieces = settled(std::mem::take(pieces)));
        change
    }
}

/// What the published lists call an end.
fn called(end: End<'_>) -> String {
    match end {
        End::Workload(name) => format!("{name}[{}]", name.kind),
        End::Controller => "{ingress-controller}".to_owned(),
        End::Outside(_) => unreachable!("an end with ranges"),
    }
}

/// Ranges in order, touching ones with the same ports together.
fn settled<T: PartialEq>(mut pieces: Vec<(Range, T)>) -> Vec<(Range, T)> {
    pieces.sort_by_key(|(range, _)| *range);
    let mut found: Vec<(Range, T)> = Vec::new();
    for (range, ports) in pieces {
        match found.last_mut() {
            Some((open, same)) if *same == ports && u64::from(open.1) + 1 == u64::from(range.0) => {
                open.1 = range.1
            }
            Some(_) | None => found.push((range, ports)),
        }
    }
    found
}
