//! NP0501, NP0502, NP0503: lines that guardrails or the namespace's own fence overrule.
//!
//! A domain counts as the public addresses under it (amendment B7), so a deny of private ranges, as of the metadata
//! service, says nothing about names. A `because` on the line answers NP0502.

use netpol_diagnostics::Diagnostic;
use netpol_flow::Side;
use netpol_model::{Namespace, Rule, RuleKind};
use netpol_sets::{Cube, FlowSet, Undecided, within};

use super::Context;
use super::bounds::{Near, Taken};
use crate::flows::blame::{has_own_reason, place, told};
use crate::flows::readable;
use crate::patience::{Patience, undecided};

/// Finds lines of namespaces that are denied in whole or in part.
pub(super) fn check(cx: &Context<'_, '_>, found: &mut Vec<Diagnostic>) {
    let mut patience = Patience::default();
    for namespace in cx.policy.namespaces.values().filter(|namespace| !namespace.external) {
        let near = cx.bounds.near(&namespace.name);
        for rule in namespace.rules.iter().filter(|rule| rule.is_active(cx.flows.as_of)) {
            match patience.answer(rule, found, || judge(cx, namespace, rule, &near)) {
                Some(Ok(told)) => found.extend(told),
                Some(Err(Undecided)) => found.push(undecided(rule)),
                None => {}
            }
        }
    }
}

/// What is left of a rule is never put together: many denies may leave more pieces than can be held. Whether a part of
/// it lies outside of them is found piece by piece.
fn judge(
    cx: &Context<'_, '_>,
    namespace: &Namespace,
    rule: &Rule,
    near: &Near<'_, '_>,
) -> Result<Option<Diagnostic>, Undecided> {
    let flows = || cx.verdicts.question(rule);
    let taken = near.taken(rule, flows);
    let fence: Vec<&Rule> =
        namespace.fence.iter().filter(|deny| !netpol_model::are_apart(deny, rule)).collect();
    if taken.is_empty() && fence.is_empty() {
        return Ok(None);
    }
    let flows = flows();
    let bounded: Vec<&Cube> = taken.iter().flat_map(|taken| taken.flows.cubes()).collect();
    if !flows.is_empty() && first_beyond(&flows, &bounded)?.is_none() {
        return Ok(Some(overruled(rule, &taken)));
    }
    if let Some(fenced) = fenced(cx, namespace, (&flows, &bounded), &fence)? {
        return Ok(Some(fenced_in(rule, namespace, &fenced)));
    }
    Ok(match taken.first() {
        Some(first) if !has_own_reason(rule, namespace) => Some(in_part(rule, first, &flows, &bounded)),
        Some(_) | None => None,
    })
}

/// The denies of the fence that together take all that guardrails leave of the flows, each with a part that it takes;
/// none where something passes.
fn fenced<'r>(
    cx: &Context<'_, '_>,
    namespace: &Namespace,
    (flows, bounded): (&FlowSet, &[&Cube]),
    fence: &[&'r Rule],
) -> Result<Option<Vec<(&'r Rule, Cube)>>, Undecided> {
    let places = &cx.flows.places;
    let met: Vec<(&Rule, FlowSet)> =
        fence.iter().map(|deny| (*deny, flows.intersect(&places.flows(deny, Side::Egress)))).collect();
    let all: Vec<&Cube> =
        bounded.iter().copied().chain(met.iter().flat_map(|(_, met)| met.cubes())).collect();
    if first_beyond(flows, &all)?.is_some() {
        return Ok(None);
    }
    for rule in namespace.fence_exceptions.iter().filter(|rule| rule.is_active(cx.flows.as_of)) {
        let excepted = flows.intersect(&places.flows(rule, Side::Egress));
        if first_beyond(&excepted, bounded)?.is_some() {
            return Ok(None);
        }
    }
    let mut biting = Vec::new();
    for (deny, met) in &met {
        biting.extend(first_beyond(met, bounded)?.map(|part| (*deny, part)));
    }
    Ok((!biting.is_empty()).then_some(biting))
}

/// A part of the flows that lies in none of some others.
fn first_beyond(flows: &FlowSet, others: &[&Cube]) -> Result<Option<Cube>, Undecided> {
    for cube in flows.cubes() {
        let part = cube.first_beyond(others)?;
        if part.is_some() {
            return Ok(part);
        }
    }
    Ok(None)
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

/// How many steps it may take to show what is left of a rule.
const SHOWN: u64 = 20_000;

fn in_part(rule: &Rule, first: &Taken<'_>, flows: &FlowSet, bounded: &[&Cube]) -> Diagnostic {
    let label = format!("denied: {}", readable::flows(&first.flows));
    let found = told(502, "part of this rule is overruled by a guardrail", &rule.origin, label);
    let found = found
        .and_at(place(&first.deny.origin), format!("denied here, in guardrail `{}`", first.guardrail.name));
    let found = match first.flows.witness() {
        Some(flow) => found.witness(flow),
        None => found,
    };
    let bounded = FlowSet::of(bounded.iter().copied().cloned());
    let found = match within(SHOWN, || flows.subtract(&bounded)) {
        Ok(left) => found.note(format!("what is left of it: {}", readable::flows(&left))),
        Err(Undecided) => found.note("what is left of it is in too many pieces to show"),
    };
    found.help("narrow the rule to what is left, or say with `because` that this is known")
}

fn fenced_in(rule: &Rule, namespace: &Namespace, fenced: &[(&Rule, Cube)]) -> Diagnostic {
    let title = format!("rule is overruled by the fence of `{}`", namespace.name);
    let mut found = told(503, title, &rule.origin, "every flow it allows is denied first");
    for (deny, _) in fenced.iter().take(3) {
        found = found.and_at(place(&deny.origin), "denied here");
    }
    if let Some(flow) = fenced.iter().find_map(|(_, part)| part.witness()) {
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
