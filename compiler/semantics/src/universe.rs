//! The endpoints that can exist, so that address blocks can be read as sets of endpoints.

use std::collections::{BTreeMap, BTreeSet};

use netpol_sets::{
    AddressSet, Cube, Ends, ExternalSet, FlowSet, Infra, InfraSet, PodSet, Requests, Services,
};

/// Where pods, nodes and the rest of a cluster have their addresses, and which kinds of endpoint there are.
#[derive(Clone, Debug)]
pub struct Universe {
    /// The addresses of pods.
    pub pods: AddressSet,
    /// The kinds of cluster endpoint that exist, each with its addresses.
    pub infra: BTreeMap<Infra, AddressSet>,
    /// The addresses outside the cluster.
    pub outside: AddressSet,
}

impl Universe {
    /// Every endpoint, kind by kind.
    pub fn everyone(&self) -> Vec<Ends> {
        let mut ends = vec![Ends::Pods(PodSet::all()), self.kinds(self.infra.keys().copied())];
        ends.push(Ends::External(ExternalSet::of(self.outside.clone())));
        ends.retain(|ends| !ends.is_empty());
        ends
    }

    /// The cluster endpoints of these kinds that exist, at any of their addresses.
    pub fn kinds(&self, kinds: impl IntoIterator<Item = Infra>) -> Ends {
        Ends::Infra(InfraSet::of(kinds.into_iter().filter(|kind| self.infra.contains_key(kind))))
    }

    /// Every endpoint with an address of the set, whatever its kind: what plain address matching takes.
    pub fn at(&self, addresses: &AddressSet) -> Vec<Ends> {
        let mut ends = vec![Ends::External(ExternalSet::of(addresses.intersect(&self.outside)))];
        if let Some(there) = part(addresses, &self.pods) {
            let mut pods = PodSet::all();
            pods.addresses = there;
            ends.push(Ends::Pods(pods));
        }
        ends.extend(self.infra_at(addresses));
        ends.retain(|ends| !ends.is_empty());
        ends
    }

    /// The cluster endpoints with an address of the set; kinds with the same addresses together.
    pub fn infra_at(&self, addresses: &AddressSet) -> Vec<Ends> {
        let mut by_addresses: BTreeMap<AddressSet, BTreeSet<Infra>> = BTreeMap::new();
        for (kind, theirs) in &self.infra {
            if let Some(there) = part(addresses, theirs) {
                by_addresses.entry(there).or_default().insert(*kind);
            }
        }
        by_addresses
            .into_iter()
            .map(|(addresses, kinds)| Ends::Infra(InfraSet { kinds, addresses }))
            .collect()
    }

    /// Leaves out what cannot exist: kinds of endpoint that are not there, addresses that none of a kind has.
    pub fn clip(&self, flows: &FlowSet) -> FlowSet {
        FlowSet::of(flows.cubes().iter().flat_map(|cube| {
            let sources = self.existing(&cube.source);
            let destinations = self.existing(&cube.destination);
            sources.into_iter().flat_map(move |source| {
                let pair = |destination: &Ends| Cube {
                    source: source.clone(),
                    destination: destination.clone(),
                    ..cube.clone()
                };
                destinations.iter().map(pair).collect::<Vec<_>>()
            })
        }))
    }

    fn existing(&self, ends: &Ends) -> Vec<Ends> {
        match ends {
            Ends::Pods(pods) => {
                let mut pods = pods.clone();
                pods.addresses = pods.addresses.intersect(&self.pods);
                vec![Ends::Pods(pods)]
            }
            Ends::Infra(set) => {
                let there = self.infra_at(&set.addresses);
                let asked = Ends::Infra(InfraSet::of(set.kinds.iter().copied()));
                there.iter().filter_map(|ends| ends.intersect(&asked)).collect()
            }
            Ends::External(set) => {
                let addresses = set.addresses.intersect(&self.outside);
                vec![Ends::External(ExternalSet { addresses, ..set.clone() })]
            }
        }
    }

    /// Every flow from these sources to these destinations, on these services.
    pub fn flows(sources: &[Ends], destinations: &[Ends], services: &[Services]) -> FlowSet {
        let mut cubes = Vec::with_capacity(sources.len() * destinations.len() * services.len());
        for source in sources {
            for destination in destinations {
                cubes.extend(services.iter().map(|services| Cube {
                    source: source.clone(),
                    destination: destination.clone(),
                    services: services.clone(),
                    requests: Requests::all(),
                }));
            }
        }
        FlowSet::of(cubes)
    }
}

/// The asked addresses among `theirs`; none where they do not meet.
fn part(asked: &AddressSet, theirs: &AddressSet) -> Option<AddressSet> {
    let met = asked.intersect(theirs);
    (!met.is_empty()).then_some(met)
}
