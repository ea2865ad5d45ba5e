//! The endpoints that can exist, so that address blocks can be read as sets of endpoints.

use std::collections::{BTreeMap, BTreeSet};

use netpol_sets::{
    AddressSet, Cube, Ends, ExternalSet, FlowSet, Infra, InfraSet, PodSet, Requests, Services,
};

/// What is left of a set of endpoints without those that cannot exist.
enum Existing {
    /// One set, changed in place.
    Clipped,
    /// A set for each range of addresses that some kinds share.
    Split(Vec<Ends>),
}

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
            .map(|(addresses, kinds)| Ends::Infra(InfraSet { kinds: kinds.into_iter().collect(), addresses }))
            .collect()
    }

    /// Leaves out what cannot exist: kinds of endpoint that are not there, addresses that none of a kind has.
    pub fn clip(&self, flows: FlowSet) -> FlowSet {
        let mut clipped = flows.into_cubes();
        let mut split = Vec::new();
        clipped.retain_mut(|cube| {
            match (self.existing(&mut cube.source), self.existing(&mut cube.destination)) {
                (Existing::Clipped, Existing::Clipped) => return true,
                (Existing::Clipped, Existing::Split(ends)) => {
                    split.extend(ends.into_iter().map(|destination| Cube { destination, ..cube.clone() }));
                }
                (Existing::Split(ends), Existing::Clipped) => {
                    split.extend(ends.into_iter().map(|source| Cube { source, ..cube.clone() }));
                }
                (Existing::Split(sources), Existing::Split(destinations)) => {
                    split.extend(sources.iter().flat_map(|source| {
                        let (source, cube) = (source.clone(), cube.clone());
                        destinations.iter().map(move |destination| Cube {
                            source: source.clone(),
                            destination: destination.clone(),
                            ..cube.clone()
                        })
                    }));
                }
            }
            false
        });
        clipped.append(&mut split);
        FlowSet::of(clipped)
    }

    /// Leaves out the ends that cannot exist.
    fn existing(&self, ends: &mut Ends) -> Existing {
        match ends {
            Ends::Pods(pods) => {
                pods.addresses = pods.addresses.intersect(&self.pods);
                Existing::Clipped
            }
            Ends::External(set) => {
                set.addresses = set.addresses.intersect(&self.outside);
                Existing::Clipped
            }
            Ends::Infra(set) => {
                let there = self.infra_at(&set.addresses);
                let asked = Ends::Infra(InfraSet { kinds: set.kinds.clone(), addresses: AddressSet::all() });
                Existing::Split(there.iter().filter_map(|ends| ends.intersect(&asked)).collect())
            }
        }
    }

    /// Every flow from these sources to these destinations, on these services.
    pub fn flows(sources: &[Ends], destinations: &[Ends], services: &[Services]) -> FlowSet {
        Universe::asking(sources, destinations, services, &Requests::all())
    }

    /// Every flow from these sources to these destinations, on these services, with these requests.
    pub fn asking(
        sources: &[Ends],
        destinations: &[Ends],
        services: &[Services],
        requests: &Requests,
    ) -> FlowSet {
        let mut cubes = Vec::with_capacity(sources.len() * destinations.len() * services.len());
        for source in sources {
            for destination in destinations {
                cubes.extend(services.iter().map(|services| Cube {
                    source: source.clone(),
                    destination: destination.clone(),
                    services: services.clone(),
                    requests: requests.clone(),
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
