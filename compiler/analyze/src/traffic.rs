//! The ports one end may use at another, and the HTTP requests on them.

use std::collections::BTreeMap;

use netpol_flow::{Pod, PortRange};
use netpol_sets::{PortSet, Requests, Services};

/// Ports, each with the requests that may pass on it; every request on nearly all.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Traffic {
    /// Disjoint and not empty, ascending by requests.
    pieces: Vec<(Requests, PortSet)>,
}

impl Traffic {
    /// These ports, with whatever request.
    pub(crate) fn of(ports: PortSet, requests: Requests) -> Traffic {
        let is_empty = ports.is_empty() || requests.is_empty();
        Traffic { pieces: if is_empty { Vec::new() } else { vec![(requests, ports)] } }
    }

    /// What services stand for at a destination, which is no pod where none is given: ports, their names looked up.
    pub(crate) fn at(services: &Services, requests: &Requests, destination: Option<&Pod>) -> Traffic {
        let declared = |name: &netpol_flow::Text| {
            let numbers = destination.and_then(|pod| pod.ports.get(name)).into_iter().flatten();
            PortSet::of(numbers.map(|(protocol, port)| PortRange::one(*protocol, *port)))
        };
        let mut ports = services.ports.clone();
        for name in &services.named {
            ports = ports.intersect(&declared(name));
        }
        for name in &services.unnamed {
            ports = ports.subtract(&declared(name));
        }
        Traffic::of(ports, requests.clone())
    }

    /// Whether nothing passes.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Whether everything passes, on every port of every protocol.
    pub fn is_all(&self) -> bool {
        self.whole().is_some_and(PortSet::is_all)
    }

    /// The ports on which everything passes.
    pub fn ports(&self) -> Vec<PortRange> {
        self.ranges(true)
    }

    /// The ports on which only some HTTP requests pass.
    pub fn filtered_ports(&self) -> Vec<PortRange> {
        self.ranges(false)
    }

    fn ranges(&self, whole: bool) -> Vec<PortRange> {
        let these = self.pieces.iter().filter(|(requests, _)| requests.is_all() == whole);
        PortSet::of(these.flat_map(|(_, ports)| ports.ranges().iter().copied())).ranges().to_vec()
    }

    /// The ports, where every request passes on all of them.
    fn whole(&self) -> Option<&PortSet> {
        match &*self.pieces {
            [(requests, ports)] if requests.is_all() => Some(ports),
            _ => None,
        }
    }

    /// Either.
    pub(crate) fn union(self, other: Traffic) -> Traffic {
        if self.is_empty() || other.is_all() {
            return other;
        }
        if other.is_empty() || self.is_all() {
            return self;
        }
        match (self.whole(), other.whole()) {
            (Some(a), Some(b)) => Traffic::of(either(a, b), Requests::all()),
            (Some(_) | None, _) => self.zip(&other, |a, b| {
                let all = Requests::all();
                all.subtract(&all.subtract(a).subtract(b))
            }),
        }
    }

    /// Both.
    pub(crate) fn intersect(&self, other: &Traffic) -> Traffic {
        match (self.whole(), other.whole()) {
            (Some(a), Some(b)) => Traffic::of(a.intersect(b), Requests::all()),
            (Some(_) | None, _) => self.zip(other, Requests::intersect),
        }
    }

    /// This without the other.
    pub(crate) fn subtract(&self, other: &Traffic) -> Traffic {
        match (self.whole(), other.whole()) {
            (Some(a), Some(b)) => Traffic::of(a.subtract(b), Requests::all()),
            (Some(_) | None, _) => self.zip(other, Requests::subtract),
        }
    }

    /// Combines the requests of both on each port; ports with the same requests together.
    fn zip(&self, other: &Traffic, combine: impl Fn(&Requests, &Requests) -> Requests) -> Traffic {
        let none = Requests::of([]);
        let mut found: BTreeMap<Requests, PortSet> = BTreeMap::new();
        let mut add = |requests: Requests, ports: PortSet| {
            if !requests.is_empty() && !ports.is_empty() {
                let known = found.remove(&requests);
                let ports = known.map_or_else(|| ports.clone(), |known| either(&known, &ports));
                found.insert(requests, ports);
            }
        };
        for (mine, ports) in &self.pieces {
            let mut alone = ports.clone();
            for (theirs, others) in &other.pieces {
                add(combine(mine, theirs), ports.intersect(others));
                alone = alone.subtract(others);
            }
            add(combine(mine, &none), alone);
        }
        for (theirs, ports) in &other.pieces {
            let alone = self.pieces.iter().fold(ports.clone(), |left, (_, others)| left.subtract(others));
            add(combine(&none, theirs), alone);
        }
        Traffic { pieces: found.into_iter().collect() }
    }
}

fn either(a: &PortSet, b: &PortSet) -> PortSet {
    PortSet::of(a.ranges().iter().chain(b.ranges()).copied())
}
