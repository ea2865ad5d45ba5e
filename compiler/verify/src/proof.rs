//! The proof: source and manifests let the same flows pass, on each side of each pod, or here is one they do not.

use std::collections::BTreeSet;

use netpol_flow::{Flow, PortRange, Protocol, Side, SortedSet, Text, Verdict};
use netpol_semantics::{Trace, Undecided, Universe};
use netpol_sets::{AddressSet, Cube, Ends, FlowSet, Infra, Key, PodSet, PortSet, SideSet};
use rayon::prelude::*;

use crate::source::restrict;
use crate::{Shard, Source};

/// A target's reading of the bytes written for it.
pub trait Reading: Sync {
    /// What one side of these pods lets pass; `namespace` is theirs, or none where no manifest names it.
    fn side(
        &self,
        universe: &Universe,
        namespace: Option<&Text>,
        subject: &PodSet,
        side: Side,
    ) -> Result<SideSet, Undecided>;

    /// The namespaces the manifests name.
    fn namespaces(&self) -> BTreeSet<Text>;

    /// Decides one flow on one side.
    fn evaluate(&self, flow: &Flow, side: Side) -> Result<Trace, Undecided>;

    /// Whether the shared gateway is an endpoint there even where the project declares no address for it.
    fn has_gateway(&self) -> bool;

    /// Whether SCTP passes there at all; where it does not, it is outside the comparison (amendment B21).
    fn has_sctp(&self) -> bool;

    /// Whether a pod's own node is beyond policy there, so that a default deny cannot bind it (`K8S-14`).
    fn own_node_is_free(&self) -> bool;

    /// Whether a guardrail's deny on an open side may rest on the other end's own objects (amendment B1).
    fn may_lean_on_the_other_end(&self) -> bool;
}

/// A flow that the source and the manifests answer differently.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The flow.
    pub flow: Flow,
    /// The side that differs.
    pub side: Side,
    /// What the source says there.
    pub source: Verdict,
    /// What the manifests say there.
    pub manifests: Verdict,
}

/// What a proof looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Sides of namespaces compared.
    pub sides: usize,
    /// Classes of flows compared: cubes of both readings.
    pub classes: usize,
    /// Guardrail denies on an open side that rest on the other end's own objects.
    pub leaning: usize,
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.sides += other.sides;
        self.classes += other.classes;
        self.leaning += other.leaning;
    }
}

/// What came of a proof.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What was looked at.
    pub tally: Tally,
    /// Where the two differ; empty for a proof that holds.
    pub differences: Vec<Difference>,
    /// What could not be decided, which is a failure of its own.
    pub undecided: Vec<Undecided>,
}

impl Outcome {
    /// Whether source and manifests mean the same.
    pub fn holds(&self) -> bool {
        self.differences.is_empty() && self.undecided.is_empty()
    }

    fn and(mut self, other: Outcome) -> Outcome {
        self.tally += other.tally;
        self.differences.extend(other.differences);
        self.undecided.extend(other.undecided);
        self
    }
}

/// A policy and one reading of the manifests it became, ready to be compared.
pub struct Proof<'p, 's> {
    source: &'p Source<'s>,
    reading: &'p dyn Reading,
    universe: Universe,
    /// The namespaces to compare one by one, and the one class of all others.
    shards: Vec<Shard>,
}

impl<'p, 's> Proof<'p, 's> {
    /// Prepares the comparison.
    pub fn of(source: &'p Source<'s>, reading: &'p dyn Reading) -> Proof<'p, 's> {
        let mut names = source.namespaces();
        names.extend(reading.namespaces());
        let names: SortedSet<Text> = names.into_iter().collect();
        let unnamed = Shard::Unnamed(names.clone());
        let shards = names.iter().cloned().map(Shard::Named).chain([unnamed]).collect();
        Proof { source, reading, universe: universe(source, reading), shards }
    }

    /// Compares every class of flows, on each side of each pod.
    pub fn run(&self) -> Outcome {
        let outcomes = self.shards.par_iter().map(|shard| {
            self.compare(shard)
                .unwrap_or_else(|undecided| Outcome { undecided: vec![undecided], ..Outcome::default() })
        });
        outcomes.reduce(Outcome::default, Outcome::and)
    }

    fn compare(&self, shard: &Shard) -> Result<Outcome, Undecided> {
        let Proof { source, reading, universe, .. } = self;
        let mut outcome = Outcome::default();
        for side in Side::BOTH {
            let meant = clip(SideSet::clone(&source.side(shard, side)), universe);
            let said = self.said(shard, side)?;
            outcome.tally.sides += 1;
            for set in [&meant, &said] {
                outcome.tally.classes += set.allow.cubes().len() + set.deny.cubes().len();
            }
            let (meant, said) = match reading.has_sctp() {
                true => (meant, said),
                false => (without_sctp(meant), without_sctp(said)),
            };
            let mut wider = said.beyond(&meant);
            if reading.own_node_is_free() && side == Side::Egress {
                wider = wider.subtract(&to_own_node(&shard.pods()));
            }
            if reading.may_lean_on_the_other_end() && !wider.is_empty() {
                let (left, leaning) = self.lean(wider, side)?;
                wider = left;
                outcome.tally.leaning += leaning;
            }
            let narrower = possible(meant.beyond(&said), shard, side);
            let wider = possible(wider, shard, side);
            let of = |flows: &FlowSet, source: Verdict, manifests: Verdict| {
                flows.witness().map(|flow| Difference { flow, side, source, manifests })
            };
            outcome.differences.extend(of(&wider, Verdict::Deny, Verdict::Allow));
            outcome.differences.extend(of(&narrower, Verdict::Allow, Verdict::Deny));
        }
        Ok(outcome)
    }

    /// What the manifests say of one side of a shard.
    fn said(&self, shard: &Shard, side: Side) -> Result<SideSet, Undecided> {
        let said = self.reading.side(&self.universe, shard.name(), &shard.pods(), side)?;
        Ok(clip(said, &self.universe))
    }

    /// Takes away the flows that a guardrail denies and that the other end's own manifests deny too.
    fn lean(&self, wider: FlowSet, side: Side) -> Result<(FlowSet, usize), Undecided> {
        let other_side = match side {
            Side::Egress => Side::Ingress,
            Side::Ingress => Side::Egress,
        };
        let denied = self.source.denied(side);
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
            for shard in &self.shards {
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
