//! NP0506 and NP0507: exceptions that except nothing, or that no line makes use of.

use netpol_diagnostics::Diagnostic;
use netpol_flow::{Side, Text};
use netpol_model::{End, Enforcement, Guardrail, Namespace, Rule, RuleKind, are_apart};
use netpol_sets::{Cube, Ends, FlowSet};

use super::Context;
use crate::flows::blame::{place, told};
use crate::flows::readable;

/// Looks at the live exceptions of guardrails and fences.
pub(super) fn check(cx: &Context<'_, '_>, found: &mut Vec<Diagnostic>) {
    let day = cx.flows.as_of;
    let live = |rule: &&Rule| rule.is_active(day);
    for block in cx.policy.guardrails.iter().filter(|block| block.binds(day)) {
        for rule in block.exceptions.iter().filter(live) {
            found.extend(judge(cx, rule, &block.denies, Owner::Platform(block)));
        }
    }
    for namespace in cx.policy.namespaces.values().filter(|namespace| !namespace.external) {
        for rule in namespace.fence_exceptions.iter().filter(live) {
            found.extend(judge(cx, rule, &namespace.fence, Owner::Namespace(namespace)));
        }
    }
}

/// Whose exception it is.
#[derive(Clone, Copy)]
enum Owner<'a> {
    Platform(&'a Guardrail),
    Namespace(&'a Namespace),
}

fn judge(cx: &Context<'_, '_>, rule: &Rule, denies: &[Rule], owner: Owner<'_>) -> Option<Diagnostic> {
    let flows = cx.verdicts.question(rule);
    let mut opened = FlowSet::default();
    for deny in denies.iter().filter(|deny| !are_apart(deny, rule)) {
        opened.extend(flows.intersect(&cx.flows.places.flows(deny, Side::Egress)));
    }
    if opened.is_empty() {
        return Some(idle(cx, rule, denies, &flows, owner));
    }
    if is_used(cx, rule, &opened) {
        return None;
    }
    let found =
        told(507, "exception without a rule that uses it", &rule.origin, "no line allows any of this");
    let found = match opened.witness() {
        Some(flow) => found.witness(flow),
        None => found,
    };
    let found = found.note("an exception only steps aside; the namespace still has to allow");
    Some(found.help("add the line that needs it to the namespace, or remove the exception"))
}

fn idle(cx: &Context<'_, '_>, rule: &Rule, denies: &[Rule], flows: &FlowSet, owner: Owner<'_>) -> Diagnostic {
    let found = told(506, "exception excepts nothing", &rule.origin, "no deny beside it meets this");
    let missed = denies.iter().map(|deny| (deny, misses(flows, &cx.flows.places.flows(deny, Side::Egress))));
    let found = match missed.min_by_key(|(_, misses)| misses.len()) {
        Some((deny, misses)) => {
            let label = format!("the nearest deny has {}", readable::listed(misses.into_iter(), " and "));
            found.and_at(place(&deny.origin), label)
        }
        None => found,
    };
    let found = match flows.witness() {
        Some(flow) => found.witness(flow),
        None => found,
    };
    let home = match owner {
        Owner::Platform(block) => format!("guardrail `{}`", block.name),
        Owner::Namespace(namespace) => format!("the fence of `{}`", namespace.name),
    };
    let found = found.note(format!("an exception narrows the denies of {home} only"));
    found.help("compare ends and ports with the deny it is for, or remove it")
}

/// In what two sets of flows that do not meet differ.
fn misses(flows: &FlowSet, denied: &FlowSet) -> Vec<String> {
    let meets = |test: &dyn Fn(&Cube, &Cube) -> bool| {
        flows.cubes().iter().any(|one| denied.cubes().iter().any(|other| test(one, other)))
    };
    let meet = |one: &Ends, other: &Ends| one.intersect(other).is_some();
    let mut missed = Vec::new();
    if !meets(&|one, other| meet(&one.source, &other.source)) {
        missed.push("other sources".to_owned());
    }
    if !meets(&|one, other| meet(&one.destination, &other.destination)) {
        missed.push("other destinations".to_owned());
    }
    if !meets(&|one, other| !one.services.intersect(&other.services).is_empty()) {
        missed.push("other ports".to_owned());
    }
    if missed.is_empty() {
        missed.push("other combinations of ends and ports".to_owned());
    }
    missed
}

/// Whether something lets a part of the flows pass once the deny steps aside.
fn is_used(cx: &Context<'_, '_>, rule: &Rule, opened: &FlowSet) -> bool {
    let day = cx.flows.as_of;
    let uses =
        |allow: &Rule| !are_apart(allow, rule) && !cx.verdicts.question(allow).intersect(opened).is_empty();
    let blocks = cx.policy.guardrails.iter().filter(|block| block.binds(day));
    if blocks.flat_map(|block| &block.allows).filter(|rule| rule.is_active(day)).any(uses) {
        return true;
    }
    let (side, subjects) = match rule.kind {
        RuleKind::Ingress => (Side::Ingress, &rule.to),
        RuleKind::Arrow | RuleKind::Egress | RuleKind::Expose => (Side::Egress, &rule.from),
    };
    let Some(names) = named(subjects) else {
        // Pods of namespaces that nobody declared are among them, and nobody refuses those.
        let mut spaces = cx.policy.namespaces.values().filter(|namespace| !namespace.external);
        return !cx.policy.cluster.undeclared_closed
            || spaces.any(|namespace| cx.verdicts.rules(namespace).any(uses));
    };
    names.into_iter().any(|name| match cx.policy.namespaces.get(name) {
        Some(namespace) if namespace.external => true,
        Some(namespace) => {
            namespace.enforcement(side, day) != Enforcement::Enforced
                || cx.verdicts.rules(namespace).any(uses)
        }
        None => !cx.policy.cluster.undeclared_closed || cx.policy.cluster.system.contains(name),
    })
}

fn named(ends: &[End]) -> Option<Vec<&Text>> {
    let mut names = Vec::new();
    for end in ends {
        names.extend(end.named()?);
    }
    Some(names)
}
