//! NP0501, NP0502, NP0503: lines that guardrails or the namespace's own fence overrule.
//!
//! A domain counts as the public addresses under it (amendment B7), so a deny of private ranges, as of the metadata
//! service, says nothing about names. A `because` on the line answers NP0502.

use netpol_diagnostics::Diagnostic;
use netpol_flow::Side;
use netpol_model::{Namespace, Rule, RuleKind};
use netpol_sets::{Cube, FlowSet};

use super::Context;
use super::bounds::{Near, Taken};
use crate::flows::blame::{has_own_reason, place, told};
use crate::flows::readable;

/// Finds lines of namespaces that are denied in whole or in part.
pub(super) fn check(cx: &Context<'_, '_>, found: &mut Vec<Diagnostic>) {
    for namespace in cx.policy.namespaces.values().filter(|namespace| !namespace.external) {
        let near = cx.bounds.near(&namespace.name);
        for rule in namespace.rules.iter().filter(|rule| rule.is_active(cx.flows.as_of)) {
            found.extend(judge(cx, namespace, rule, &near));
        }
    }
}

fn judge(
    cx: &Context<'_, '_>,
    namespace: &Namespace,
    rule: &Rule,
    near: &Near<'_, '_>,
) -> Option<Diagnostic> {
    let flows = || cx.verdicts.question(rule);
    let taken = near.taken(rule, flows);
    let fence: Vec<&Rule> =
        namespace.fence.iter().filter(|deny| !netpol_model::are_apart(deny, rule)).collect();
    if taken.is_empty() && fence.is_empty() {
        return None;
    }
    let flows = flows();
    let mut left = flows.clone();
    for taken in &taken {
        left = left.subtract(&taken.flows);
    }
    if left.is_empty() && !flows.is_empty() {
        return Some(overruled(rule, &taken));
    }
    let fenced: Vec<(&Rule, FlowSet)> = fence
        .into_iter()
        .filter_map(|deny| {
            let met = left.intersect(&cx.flows.places.flows(deny, Side::Egress));
            let met = stepped_aside(cx, namespace, met);
            (!met.is_empty()).then_some((deny, met))
        })
        .collect();
    let met: Vec<&Cube> = fenced.iter().flat_map(|(_, met)| met.cubes()).collect();
    // Found piece by piece: what many denies leave together may be more than can be held.
    let is_left = |cube: &Cube| cube.first_beyond(&met) != Ok(None);
    if !left.cubes().iter().any(is_left) && !fenced.is_empty() {
        return Some(fenced_in(rule, namespace, &fenced));
    }
    match taken.first() {
        Some(first) if !has_own_reason(rule, namespace) => Some(in_part(rule, first, &left)),
        Some(_) | None => None,
    }
}

fn stepped_aside(cx: &Context<'_, '_>, namespace: &Namespace, mut met: FlowSet) -> FlowSet {
    for rule in namespace.fence_exceptions.iter().filter(|rule| rule.is_active(cx.flows.as_of)) {
        met = met.subtract(&cx.flows.places.flows(rule, Side::Egress));
    }
    met
}

fn overruled(rule: &Rule, taken: &[Taken<'_>]) -> Diagnostic {
    let title = "rule is overruled by a guardrail and can never take effect";
    let mut found = told(501, title, &rule.origin, "every flow it allows is denied first");
    let mut shown = Vec::new();
    for one in taken {
        let line = place(&one.deny.origin);
        if !shown.contains(&line) && shown.len() < 3 {
            shown.push(line);
            found = found.and_at(line, format!("denied here, in guardrail `{}`", one.guardrail.name));
        }
    }
    let witness = taken.iter().find_map(|one| one.flows.witness());
    if let Some(flow) = &witness {
        found = found.witness(flow);
    }
    let is_metadata =
        witness.is_some_and(|flow| flow.destination.address().is_some_and(|a| a.to_string() == METADATA));
    if taken.iter().any(|one| one.guardrail.sealed) {
        found = found.note("this guardrail is sealed, so it has no exceptions").help("remove the rule");
    } else {
        found = found.help("remove the rule, or ask the platform for an `except`");
    }
    if is_metadata {
        found = found.help("for cloud credentials use `aws/workload-identity`, or what your provider has");
    }
    found
}

/// Where the large clouds answer with credentials.
const METADATA: &str = "169.254.169.254";

fn in_part(rule: &Rule, first: &Taken<'_>, left: &FlowSet) -> Diagnostic {
    let label = format!("denied: {}", readable::flows(&first.flows));
    let found = told(502, "part of this rule is overruled by a guardrail", &rule.origin, label);
    let found = found
        .and_at(place(&first.deny.origin), format!("denied here, in guardrail `{}`", first.guardrail.name));
    let found = match first.flows.witness() {
        Some(flow) => found.witness(flow),
        None => found,
    };
    let found = found.note(format!("what is left of it: {}", readable::flows(left)));
    found.help("narrow the rule to what is left, or say with `because` that this is known")
}

fn fenced_in(rule: &Rule, namespace: &Namespace, fenced: &[(&Rule, FlowSet)]) -> Diagnostic {
    let title = format!("rule is overruled by the fence of `{}`", namespace.name);
    let mut found = told(503, title, &rule.origin, "every flow it allows is denied first");
    for (deny, _) in fenced.iter().take(3) {
        found = found.and_at(place(&deny.origin), "denied here");
    }
    if let Some(flow) = fenced.iter().find_map(|(_, met)| met.witness()) {
        found = found.witness(flow);
    }
    let is_plain = rule.origin.via.is_empty();
    let exception = match rule.kind {
        RuleKind::Arrow | RuleKind::Egress | RuleKind::Ingress if is_plain => {
            format!("`except {}`", rule.origin.text)
        }
        RuleKind::Arrow | RuleKind::Egress | RuleKind::Ingress | RuleKind::Expose => "an `except`".to_owned(),
    };
    found.help(format!("add {exception} beside the deny, or drop the rule"))
}
