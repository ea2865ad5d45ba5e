//! Guardrail denies as flows, with their exceptions cut out.

use netpol_flow::{Date, Side};
use netpol_model::{Places, Policy, Rule};
use netpol_sets::{Cube, FlowSet};

/// One guardrail deny without its block's live exceptions.
#[derive(Clone, Debug)]
pub(crate) struct Deny<'a> {
    /// The rule.
    pub rule: &'a Rule,
    /// What is left of it; empty where the exceptions cover it.
    pub cubes: Vec<Cube>,
}

/// Every deny of every enforced block, in the order written.
///
/// Denies and exceptions carry no `only`, so both sides deny the same flows.
pub(crate) fn denies<'a>(policy: &'a Policy, places: &Places, day: Date) -> Vec<Deny<'a>> {
    let mut out = Vec::new();
    for block in policy.guardrails.iter().filter(|block| !block.audit) {
        let mut exceptions = FlowSet::default();
        for rule in block.exceptions.iter().filter(|rule| rule.is_active(day)) {
            exceptions.extend(places.flows(rule, Side::Egress));
        }
        for rule in block.denies.iter().filter(|rule| rule.is_active(day)) {
            let whole = places.flows(rule, Side::Egress);
            let cut = !whole.intersect(&exceptions).is_empty();
            let left = if cut { whole.subtract(&exceptions) } else { whole };
            out.push(Deny { rule, cubes: left.cubes().to_vec() });
        }
    }
    out
}
