//! NP0412: an arrow to an open set of pods, none of which is exposed to its author.
//!
//! An open set (`tenants`, `pods`, several namespaces, namespaces by label) promises nothing about any one namespace,
//! so what is not exposed is no error. Where nothing at all is, the line does nothing. The author's own pods do not
//! count, and a namespace that refuses nobody takes everything.

use std::collections::BTreeSet;

use netpol_diagnostics::Diagnostic;
use netpol_flow::{Side, SortedSet, Text};
use netpol_model::{End, Namespace, Namespaces, Policy, Rule, RuleKind};
use netpol_sets::{Cube, Ends, FlowSet, Key, Values};

use super::blame::told;
use super::consents::{Answers, answers, baseline, live_guardrails, named_namespace};
use super::{Context, cover, readable};

/// Finds arrows to open sets that nobody consents to.
pub(super) fn lint(cx: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for (namespace, rule) in cx.rules().filter(|(_, rule)| rule.kind == RuleKind::Arrow) {
        let dead = rule.to.iter().find_map(|end| unheard(cx, namespace, rule, end).map(|flows| (end, flows)));
        let Some((end, flows)) = dead else { continue };
        let name = if let End::Pods(pods) = end { pods.name.as_ref() } else { None };
        let shown = name.map_or_else(|| "this set".to_owned(), |name| format!("`{name}`"));
        let title = format!("nobody in {shown} exposes anything to you");
        let diagnostic = told(412, title, &rule.origin, "no flow of this line is consented to by both ends");
        let diagnostic = match flows.witness() {
            Some(flow) => diagnostic.witness(flow),
            None => diagnostic,
        };
        let line = readable::written_ends(&rule.from)
            .map(|clients| format!("expose WORKLOAD:{} to {clients}", readable::written_ports(&rule.ports)));
        found.push(match line {
            Some(line) => {
                diagnostic.help(format!("those you mean must write `{line}`; or name the workloads"))
            }
            None => diagnostic.help("those you mean must `expose`; or name the workloads"),
        });
    }
}

/// The flows to an open set, where no namespace in it takes any of them.
fn unheard(cx: &Context<'_>, namespace: &Namespace, rule: &Rule, end: &End) -> Option<FlowSet> {
    let End::Pods(pods) = end else { return None };
    if named_namespace(cx.policy, end).is_some() {
        return None;
    }
    let others = members(cx.policy, namespace, &pods.namespaces, cx)?;
    if others.is_empty() {
        return None;
    }
    let asked = Rule { to: vec![end.clone()], ..rule.clone() };
    let flows = outside_of(&namespace.name, &cx.places.flows(&asked, Side::Egress));
    let takes = |taking: &Rule| {
        !cover::are_apart(taking, &asked)
            && !flows.intersect(&cx.places.flows(taking, Side::Ingress)).is_empty()
    };
    let mut allows =
        live_guardrails(cx.policy).flat_map(|b| &b.allows).filter(|rule| rule.is_active(cx.as_of));
    let heard = flows.is_empty()
        || allows.any(takes)
        || others.iter().any(|other| {
            cx.consents.incoming(&other.name, &namespace.name).any(takes)
                || baseline(cx.policy, other, (&namespace.name, &other.name), cx.as_of).any(takes)
        });
    (!heard).then_some(flows)
}

/// The other namespaces of a set, where each of them can refuse.
fn members<'a>(
    policy: &'a Policy,
    namespace: &Namespace,
    set: &Namespaces,
    cx: &Context<'a>,
) -> Option<Vec<&'a Namespace>> {
    let names: BTreeSet<&Text> = match set {
        Namespaces::Named(names) => names.iter().collect(),
        // Every namespace nobody declared is in as well; it must be closed to be able to refuse.
        Namespaces::Every | Namespaces::Matching(_) if !policy.cluster.undeclared_closed => return None,
        Namespaces::Every | Namespaces::Matching(_) => {
            policy.namespaces.keys().chain(&policy.cluster.system).collect()
        }
    };
    let mut members = Vec::new();
    for name in names.into_iter().filter(|name| **name != namespace.name) {
        match answers(cx.policy, name, Side::Ingress, cx.as_of) {
            Answers::Nobody => return None,
            Answers::Closed => {}
            Answers::Namespace(other) => members.push(other),
        }
    }
    Some(members)
}

/// The flows whose destination is in another namespace.
fn outside_of(namespace: &Text, flows: &FlowSet) -> FlowSet {
    let elsewhere = Values::only(SortedSet::one(namespace.clone())).complement();
    FlowSet::of(flows.cubes().iter().filter_map(|cube| {
        let pods = cube.destination.pods()?.clone().with(Key::Namespace, &elsewhere);
        Some(Cube { destination: Ends::Pods(pods), ..cube.clone() })
    }))
}
