//! NP0504: a guardrail denies what the platform itself allows, in a guardrail or in the baseline.

use std::collections::BTreeSet;

use netpol_diagnostics::{Diagnostic, Span};
use netpol_model::Rule;

use super::Context;
use super::bounds::Taken;
use crate::flows::blame::{place, told};
use crate::flows::readable;
use crate::patience::Patience;

/// Finds denies that meet a guardrail's `allow` or a line of the baseline.
pub(super) fn check(cx: &Context<'_, '_>, found: &mut Vec<Diagnostic>) {
    let day = cx.flows.as_of;
    let mut patience = Patience::default();
    let mut said: BTreeSet<(Span, Span)> = BTreeSet::new();
    let mut tell = |taken: Vec<Taken<'_>>, rule: &Rule, found: &mut Vec<Diagnostic>| {
        for one in taken {
            if said.insert((place(&one.deny.origin), place(&rule.origin))) {
                found.push(contradiction(&one, rule));
            }
        }
    };
    for block in cx.policy.guardrails.iter().filter(|block| block.binds(day)) {
        for rule in block.allows.iter().filter(|rule| rule.is_active(day)) {
            let taken = || cx.bounds.taken(rule, &cx.verdicts.question(rule));
            tell(patience.answer(rule, found, taken).unwrap_or_default(), rule, found);
        }
    }
    for namespace in cx.policy.namespaces.values() {
        let lines: Vec<&Rule> = cx
            .policy
            .baseline
            .iter()
            .filter_map(|pattern| pattern.rules.get(&namespace.name))
            .flatten()
            .filter(|rule| rule.is_active(day))
            .collect();
        if lines.is_empty() {
            continue;
        }
        let near = cx.bounds.near(&namespace.name);
        for rule in lines {
            let taken = || near.taken(rule, || cx.verdicts.question(rule));
            tell(patience.answer(rule, found, taken).unwrap_or_default(), rule, found);
        }
    }
}

fn contradiction(taken: &Taken<'_>, rule: &Rule) -> Diagnostic {
    let label = format!("also denies {}", readable::flows(&taken.flows));
    let found = told(504, "guardrails contradict each other", &taken.deny.origin, label);
    let found = found.and_at(place(&rule.origin), "allowed here, by the platform too");
    let found = match taken.flows.witness() {
        Some(flow) => found.witness(flow),
        None => found,
    };
    let found = found.note("a deny goes first, so what the platform allows here never passes");
    if taken.guardrail.sealed {
        return found
            .help("narrow the deny, or drop the line that allows: a sealed guardrail has no `except`");
    }
    let name = &taken.guardrail.name;
    found.help(format!("add an `except` for it to guardrail `{name}`, or drop the line that allows"))
}
