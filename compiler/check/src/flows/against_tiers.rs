//! NP0414: a flow from a later tier to an earlier one. A `because` on the line answers it.

use netpol_diagnostics::Diagnostic;
use netpol_flow::{Side, Text};
use netpol_model::{End, Namespace, Pods, Rule, RuleKind};

use super::Context;
use super::blame::{has_own_reason, told};

/// Finds arrows that run against the order of a `tiers` statement.
pub(super) fn lint(cx: &Context<'_>, found: &mut Vec<Diagnostic>) {
    if cx.facts.tiers.is_empty() {
        return;
    }
    let arrows = cx.rules().filter(|(_, rule)| rule.kind == RuleKind::Arrow);
    for (namespace, rule) in arrows.filter(|(namespace, rule)| !has_own_reason(rule, namespace)) {
        let Some(orders) = cx.facts.tiers.get(&namespace.name) else { continue };
        let Some((from, to)) = orders.iter().find_map(|order| backwards(namespace, order, rule)) else {
            continue;
        };
        let flow = Rule { from: vec![from.end.clone()], to: vec![to.end.clone()], ..rule.clone() };
        let title = format!("flow goes against the tiers: `{}` calls `{}`", from.name, to.name);
        let label = format!("`{}` comes before `{}`", to.name, from.name);
        let diagnostic = told(414, title, &rule.origin, label);
        let diagnostic = match cx.places.flows(&flow, Side::Egress).witness() {
            Some(flow) => diagnostic.witness(flow),
            None => diagnostic,
        };
        found.push(diagnostic.help("reverse it, or say why with `because`"));
    }
}

/// One tier, where a rule names it.
struct Tier<'a> {
    place: usize,
    name: &'a Text,
    end: &'a End,
}

/// The first pair of ends of which the second is an earlier tier.
fn backwards<'a>(namespace: &Namespace, order: &'a [Text], rule: &'a Rule) -> Option<(Tier<'a>, Tier<'a>)> {
    let tier = |end: &'a End| {
        let End::Pods(pods) = end else { return None };
        let is_tier = |name: &Text| namespace.workloads.get(name).is_some_and(|tier| is_same(tier, pods));
        let (place, name) = order.iter().enumerate().find(|(_, name)| is_tier(name))?;
        Some(Tier { place, name, end })
    };
    rule.from.iter().filter_map(tier).find_map(|from| {
        let earlier = rule.to.iter().filter_map(tier).find(|to| to.place < from.place)?;
        Some((from, earlier))
    })
}

fn is_same(a: &Pods, b: &Pods) -> bool {
    (&a.namespaces, &a.selector, &a.accounts) == (&b.namespaces, &b.selector, &b.accounts)
}
