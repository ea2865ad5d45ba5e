//! One namespace's sides, as the source and as a reading of the manifests say them.

use netpol_flow::{PortRange, Protocol, Side, SortedSet, Verdict};
use netpol_semantics::{Undecided, Universe};
use netpol_sets::{AddressSet, Cube, Ends, FlowSet, Infra, Key, PodSet, PortSet, SideSet, within};

use crate::outcome::STEPS;
use crate::source::restrict;
use crate::{Difference, Outcome, Reading, Shard, Source};

/// A policy and a reading of the manifests it became.
pub(crate) struct Comparison<'p, 's> {
    source: &'p Source<'s>,
    reading: &'p dyn Reading,
    universe: Universe,
}

/// What the source lets pass on both sides of a shard, where that could be said within the steps of a proof.
pub type Meant = Result<[SideSet; 2], netpol_sets::Undecided>;

/// What came of one shard.
pub(crate) enum Compared {
    /// It was compared.
    Done(Outcome),
    /// Whether it holds rests on what the manifests say of other namespaces.
    Leans,
}

impl<'p, 's> Comparison<'p, 's> {
    /// Prepares the comparison.
    pub(crate) fn of(source: &'p Source<'s>, reading: &'p dyn Reading) -> Comparison<'p, 's> {
        Comparison { source, reading, universe: universe(source, reading) }
    }

    /// Compares every class of flows on both sides of a shard's pods with what the source means there.
    ///
    /// `everyone` are all shards, where the reading is of all manifests; without them a side that rests on the other
    /// end's manifests is left for later.
    pub(crate) fn compare(&self, shard: &Shard, meant: &Meant, everyone: Option<&[Shard]>) -> Compared {
        let mut outcome = Outcome::default();
        let Ok(meant) = meant else {
            outcome.exhausted.push(shard.clone());
            return Compared::Done(outcome);
        };
        for (side, meant) in Side::BOTH.into_iter().zip(meant) {
            match within(STEPS, || self.side(shard, side, meant, everyone)) {
                Ok(Ok(Compared::Done(one))) => outcome = outcome.and(one),
                Ok(Ok(Compared::Leans)) => return Compared::Leans,
                Ok(Err(undecided)) => outcome.undecided.push(undecided),
                Err(netpol_sets::Undecided) => outcome.exhausted.push(shard.clone()),
            }
        }
        Compared::Done(outcome)
    }

    fn side(
        &self,
        shard: &Shard,
        side: Side,
        meant: &SideSet,
        everyone: Option<&[Shard]>,
    ) -> Result<Compared, Undecided> {
        let Comparison { reading, universe, .. } = self;
        let mut outcome = Outcome::default();
        let (meant, said) = (clip(meant.clone(), universe), self.said(shard, side)?);
        outcome.tally.sides += 1;
        for set in [&meant, &said] {
            outcome.tally.classes += set.allow.cubes().len() + set.deny.cubes().len();
        }
        let (meant, said) = match reading.has_sctp() {
            true => (meant, said),
            false => (without_sctp(meant), without_sctp(said)),
        };
        let [mut wider, narrower] = said.differences(&meant);
        if reading.own_node_is_free() && side == Side::Egress {
            wider = wider.subtract(&to_own_node(&shard.pods()));
        }
        if reading.compares_addresses() && !wider.is_empty() {
            wider = wider.subtract(&self.beside_shared(&meant));
        }
        if reading.may_lean_on_the_other_end()
            && let Some(denied) = self.source.denied(side)
            && !wider.intersect(denied).is_empty()
        {
            let Some(everyone) = everyone else { return Ok(Compared::Leans) };
            let (left, leaning) = self.lean(wider, side, denied, everyone)?;
            wider = left;
            outcome.tally.leaning += leaning;
        }
        let narrower = possible(narrower, shard, side);
        let wider = possible(wider, shard, side);
        let of = |flows: &FlowSet, source: Verdict, manifests: Verdict| {
            flows.witness().map(|flow| {
                let trace = reading.evaluate(&flow, side);
                Difference { flow, side, source, manifests, trace }
            })
        };
        outcome.differences.extend(of(&wider, Verdict::Deny, Verdict::Allow));
        outcome.differences.extend(of(&narrower, Verdict::Allow, Verdict::Deny));
        Ok(Compared::Done(outcome))
    }

    /// What the source lets pass to or from outside hosts of `shared` ranges, said of the pods and nodes that live beside
    /// them: there a target that compares addresses cannot tell them apart, and amendment U2 lets it, with NP0721.
    fn beside_shared(&self, meant: &SideSet) -> FlowSet {
        let shared = AddressSet::of(&self.source.policy.cluster.shared);
        if shared.is_empty() {
            return FlowSet::default();
        }
        let beside = |ends: &Ends| match ends {
            Ends::External(set) if set.named.is_empty() && set.unnamed.is_empty() => {
                let cluster = self.universe.at(&set.addresses.intersect(&shared)).into_iter();
                cluster.filter(|ends| !matches!(ends, Ends::External(_))).collect()
            }
            Ends::External(_) | Ends::Pods(_) | Ends::Infra(_) => Vec::new(),
        };
        let to_hosts =
            |ends: &Ends| matches!(ends, Ends::External(set) if !set.addresses.intersect(&shared).is_empty());
        let hosts =
            meant.allow.cubes().iter().filter(|cube| to_hosts(&cube.source) || to_hosts(&cube.destination));
        let hosts = FlowSet::of(hosts.cloned()).subtract(&meant.deny);
        let cubes = hosts.cubes().iter().flat_map(|cube| {
            let sources = beside(&cube.source).into_iter();
            let sources = sources.map(|source| Cube { source, ..cube.clone() });
            let destinations = beside(&cube.destination).into_iter();
            sources.chain(destinations.map(|destination| Cube { destination, ..cube.clone() }))
        });
        // What a guardrail denies to those pods themselves is not excused.
        FlowSet::of(cubes).subtract(&meant.deny)
    }

    /// What the manifests say of one side of a shard.
    fn said(&self, shard: &Shard, side: Side) -> Result<SideSet, Undecided> {
        let said = self.reading.side(&self.universe, shard.name(), &shard.pods(), side)?;
        Ok(clip(said, &self.universe))
    }

    /// Takes away the flows that a guardrail denies and that the other end's own manifests deny too.
    fn lean(
        &self,
        wider: FlowSet,
        side: Side,
        denied: &FlowSet,
        everyone: &[Shard],
    ) -> Result<(FlowSet, usize), Undecided> {
        let other_side = match side {
            Side::Egress => Side::Ingress,
            Side::Ingress => Side::Egress,
        };
        let mut left = wider.subtract(denied);
        let mut leaning = 0;
        for cube in wider.intersect(denied).cubes() {
            let other = if side == Side::Egress { &cube.destination } else { &cube.source };
            let Some(pods) = other.pods() else {
                left.extend(FlowSet::of([cube.clone()]));
                continue;
            };
            // Each namespace of the other end answers for itself; one that nobody names denies nothing.
            let mut undenied = FlowSet::of([cube.clone()]);
            for shard in everyone {
                let theirs = shard.pods();
                if theirs.intersect(pods).is_empty() {
                    continue;
                }
                let said = self.said(shard, other_side)?;
                let here = restrict(&undenied, other_side, &Ends::Pods(theirs));
                let passes = here.intersect(&said.allow).subtract(&said.deny);
                undenied = undenied.subtract(&here.subtract(&passes));
            }
            if undenied.is_empty() {
                leaning += 1;
            }
            left.extend(undenied);
        }
        Ok((left, leaning))
    }
}

/// Leaves out flows inside one namespace whose ends would see different labels on it: a namespace has one set.
fn possible(flows: FlowSet, shard: &Shard, side: Side) -> FlowSet {
    let Some(name) = shard.name() else { return flows };
    let here = PodSet::of_namespaces(SortedSet::one(name.clone()));
    let mut kept = Vec::new();
    for cube in flows.cubes() {
        let (Ends::Pods(source), Ends::Pods(destination)) = (&cube.source, &cube.destination) else {
            kept.push(cube.clone());
            continue;
        };
        let (subject, peer) =
            if side == Side::Egress { (source, destination) } else { (destination, source) };
        let within = |subject: PodSet, peer: PodSet| {
            let (subject, peer) = (Ends::Pods(subject), Ends::Pods(peer));
            let (source, destination) = if side == Side::Egress { (subject, peer) } else { (peer, subject) };
            Cube { source, destination, ..cube.clone() }
        };
        for apart in peer.subtract(&here).into_iter().filter(|apart| apart.intersect(&here).is_empty()) {
            kept.push(within(subject.clone(), apart));
        }
        let mut together = (subject.clone(), peer.intersect(&here));
        for (key, values) in subject.conditions().chain(peer.conditions()) {
            if matches!(key, Key::NamespaceLabel(_)) {
                together = (together.0.with(key.clone(), values), together.1.with(key.clone(), values));
            }
        }
        kept.push(within(together.0, together.1));
    }
    FlowSet::of(kept)
}

/// The endpoints that can exist, as the source's cluster tells them.
///
/// Ranges the project does not declare may lie anywhere. An API server without a declared address is taken to run on a
/// node; a gateway without one exists only where the target has an endpoint of that kind.
fn universe(source: &Source<'_>, reading: &dyn Reading) -> Universe {
    let cluster = &source.policy.cluster;
    let known = |set: &AddressSet, declared: bool| if declared { set.clone() } else { AddressSet::all() };
    let nodes = known(&source.places.nodes, !cluster.nodes.is_empty());
    let apiserver = AddressSet::of(&cluster.apiserver);
    let on_node = if cluster.apiserver.is_empty() { nodes.clone() } else { apiserver.intersect(&nodes) };
    let elsewhere = apiserver.subtract(&nodes);
    // An address is one endpoint: the API server's own is not another node's.
    let nodes = nodes.subtract(&apiserver);
    let mut infra = std::collections::BTreeMap::from([(Infra::Node, nodes.clone()), (Infra::OwnNode, nodes)]);
    if !on_node.is_empty() {
        infra.insert(Infra::ApiServerOnNode, on_node);
    }
    if !elsewhere.is_empty() {
        infra.insert(Infra::ApiServerElsewhere, elsewhere);
    }
    if !cluster.gateway.is_empty() || reading.has_gateway() {
        infra.insert(Infra::Gateway, known(&AddressSet::of(&cluster.gateway), !cluster.gateway.is_empty()));
    }
    Universe {
        pods: known(&source.places.pods, !cluster.pods.is_empty()),
        infra,
        outside: source.places.outside.clone(),
    }
}

/// Leaves out what cannot exist.
fn clip(set: SideSet, universe: &Universe) -> SideSet {
    SideSet { allow: universe.clip(set.allow), deny: universe.clip(set.deny) }
}

fn without_sctp(set: SideSet) -> SideSet {
    let others = PortSet::of([PortRange::every(Protocol::Tcp), PortRange::every(Protocol::Udp)]);
    let flows = |flows: FlowSet| {
        FlowSet::of(flows.into_cubes().into_iter().map(|mut cube| {
            cube.services.ports = cube.services.ports.intersect(&others);
            cube
        }))
    };
    SideSet { allow: flows(set.allow), deny: flows(set.deny) }
}

fn to_own_node(pods: &PodSet) -> FlowSet {
    let own = Ends::Infra(netpol_sets::InfraSet::of([Infra::OwnNode]));
    Universe::flows(&[Ends::Pods(pods.clone())], &[own], &[netpol_sets::Services::all()])
}
