//! A product of dimensions: one kind of source, one kind of destination, ports, requests.

use netpol_flow::{Flow, Relation};

use crate::{Ends, Requests, Services};

/// Every connection from a source of one set to a destination of another, on some ports, with some requests.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cube {
    /// The sources.
    pub source: Ends,
    /// The destinations.
    pub destination: Ends,
    /// The protocols and ports.
    pub services: Services,
    /// The HTTP requests.
    pub requests: Requests,
}

impl Cube {
    /// Whether nothing is in. A port name asked for at a destination that is no pod makes it empty.
    pub fn is_empty(&self) -> bool {
        let nobody_declares = !self.services.named.is_empty() && self.destination.pods().is_none();
        self.source.is_empty()
            || self.destination.is_empty()
            || self.services.is_empty()
            || self.requests.is_empty()
            || nobody_declares
    }

    /// How many conditions it puts on labels and names.
    pub(crate) fn conditions(&self) -> usize {
        let of = |ends: &Ends| ends.pods().map_or(0, |pods| pods.keys().len());
        of(&self.source) + of(&self.destination) + self.services.named.len() + self.services.unnamed.len()
    }

    /// Whether the flow is in.
    pub fn contains(&self, flow: &Flow) -> bool {
        let declares = |name: &netpol_flow::Text| {
            flow.destination.pod().is_some_and(|pod| pod.declares(name, flow.protocol, flow.port))
        };
        let own = flow.relation == Relation::OwnNode;
        self.source.contains(&flow.source, own)
            && self.destination.contains(&flow.destination, own)
            && self.services.ports.contains(flow.protocol, flow.port)
            && self.services.named.iter().all(declares)
            && !self.services.unnamed.iter().any(declares)
            && self.requests.contains(flow.request.as_ref())
    }

    /// Whether some flow may be in both; false is certain.
    pub(crate) fn meets(&self, other: &Cube) -> bool {
        self.source.meets(&other.source)
            && self.destination.meets(&other.destination)
            && self.services.ports.meets(&other.services.ports)
    }

    /// Both; none where nothing is in both.
    pub fn intersect(&self, other: &Cube) -> Option<Cube> {
        if !self.meets(other) {
            return None;
        }
        let services = self.services.intersect(&other.services);
        if services.is_empty() {
            return None;
        }
        let met = Cube {
            source: self.source.intersect(&other.source)?,
            destination: self.destination.intersect(&other.destination)?,
            services,
            requests: self.requests.intersect(&other.requests),
        };
        (!met.is_empty()).then_some(met)
    }

    /// This without the other, as disjoint cubes; the cube itself where the two do not meet.
    pub fn subtract(&self, other: &Cube) -> Vec<Cube> {
        let Some(common) = self.intersect(other) else { return vec![self.clone()] };
        let mut pieces = Vec::new();
        let mut rest = self.clone();
        pieces.extend(
            self.services.subtract(&other.services).into_iter().map(|s| Cube { services: s, ..rest.clone() }),
        );
        rest.services = common.services;
        pieces.extend(
            self.destination
                .subtract(&other.destination)
                .into_iter()
                .map(|d| Cube { destination: d, ..rest.clone() }),
        );
        rest.destination = common.destination;
        pieces.extend(
            self.source.subtract(&other.source).into_iter().map(|s| Cube { source: s, ..rest.clone() }),
        );
        rest.source = common.source;
        rest.requests = self.requests.subtract(&other.requests);
        pieces.push(rest);
        pieces.retain(|piece| !piece.is_empty());
        pieces
    }
}
