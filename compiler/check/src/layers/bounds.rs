//! What guardrails deny, found by the namespaces it touches.

use netpol_flow::{Date, Side, Text};
use netpol_model::{Guardrail, Places, Policy, Rule, RuleKind, are_apart};
use netpol_sets::{Cube, Ends, FlowSet, PodSet};

/// Every live guardrail that denies.
#[derive(Debug)]
pub(super) struct Bounds<'a> {
    blocks: Vec<Block<'a>>,
}

#[derive(Debug)]
struct Block<'a> {
    guardrail: &'a Guardrail,
    denies: Vec<(&'a Rule, FlowSet)>,
    exceptions: FlowSet,
}

/// The denies that touch the pods of one namespace.
#[derive(Debug, Default)]
pub(super) struct Near<'b, 'a> {
    outgoing: Vec<Deny<'b, 'a>>,
    incoming: Vec<Deny<'b, 'a>>,
}

#[derive(Debug)]
struct Deny<'b, 'a> {
    guardrail: &'a Guardrail,
    rule: &'a Rule,
    cubes: Vec<&'b Cube>,
    exceptions: &'b FlowSet,
}

/// What one deny takes of a rule.
#[derive(Debug)]
pub(super) struct Taken<'a> {
    /// The block.
    pub(super) guardrail: &'a Guardrail,
    /// The deny.
    pub(super) deny: &'a Rule,
    /// What it takes, its block's exceptions left out; never empty.
    pub(super) flows: FlowSet,
}

impl<'a> Bounds<'a> {
    /// Reads the guardrails that bind on a day.
    pub(super) fn of(policy: &'a Policy, places: &Places, day: Date) -> Bounds<'a> {
        let live = policy.guardrails.iter().filter(|block| block.binds(day) && !block.denies.is_empty());
        let blocks = live.map(|guardrail| {
            let denies = guardrail.denies.iter().map(|deny| (deny, places.flows(deny, Side::Egress)));
            let mut exceptions = FlowSet::default();
            for rule in guardrail.exceptions.iter().filter(|rule| rule.is_active(day)) {
                exceptions.extend(places.flows(rule, Side::Egress));
            }
            Block { guardrail, denies: denies.collect(), exceptions }
        });
        Bounds { blocks: blocks.collect() }
    }

    /// What touches a namespace.
    pub(super) fn near<'b>(&'b self, namespace: &Text) -> Near<'b, 'a> {
        let pods = Ends::Pods(PodSet::of_namespaces([namespace.clone()].into()));
        let mut near = Near::default();
        for block in &self.blocks {
            for (rule, flows) in &block.denies {
                let those = |touches: &dyn Fn(&Cube) -> bool| Deny {
                    guardrail: block.guardrail,
                    rule,
                    cubes: flows.cubes().iter().filter(|cube| touches(cube)).collect(),
                    exceptions: &block.exceptions,
                };
                near.outgoing.push(those(&|cube| cube.source.meets(&pods)));
                near.incoming.push(those(&|cube| cube.destination.meets(&pods)));
            }
        }
        near.outgoing.retain(|deny| !deny.cubes.is_empty());
        near.incoming.retain(|deny| !deny.cubes.is_empty());
        near
    }

    /// What denies take of a rule that may stand anywhere, such as a guardrail's `allow`.
    pub(super) fn taken(&self, rule: &Rule, flows: &FlowSet) -> Vec<Taken<'a>> {
        let mut all = Vec::new();
        for block in &self.blocks {
            for (deny, cubes) in block.denies.iter().filter(|(deny, _)| !are_apart(deny, rule)) {
                let met = flows.intersect(cubes).subtract(&block.exceptions);
                if !met.is_empty() {
                    all.push(Taken { guardrail: block.guardrail, deny, flows: met });
                }
            }
        }
        all
    }
}

impl<'a> Near<'_, 'a> {
    /// What denies take of a rule of the namespace; `flows` are asked for only where a deny may meet it.
    pub(super) fn taken(&self, rule: &Rule, flows: impl Fn() -> FlowSet) -> Vec<Taken<'a>> {
        let denies = match rule.kind {
            RuleKind::Arrow | RuleKind::Egress => &self.outgoing,
            RuleKind::Ingress | RuleKind::Expose => &self.incoming,
        };
        let mut known: Option<FlowSet> = None;
        let mut all = Vec::new();
        for deny in denies.iter().filter(|deny| !are_apart(deny.rule, rule)) {
            let flows = known.get_or_insert_with(&flows);
            let pairs = flows.cubes().iter().flat_map(|a| deny.cubes.iter().filter_map(|b| a.intersect(b)));
            let met = FlowSet::of(pairs).subtract(deny.exceptions);
            if !met.is_empty() {
                all.push(Taken { guardrail: deny.guardrail, deny: deny.rule, flows: met });
            }
        }
        all
    }
}
