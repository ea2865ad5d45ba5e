//! NP0416: a namespace that says it enforces and allows everything, as `k8s/not-yet-restricted` does.
//!
//! No `because` answers it: a mode does.

use netpol_diagnostics::Diagnostic;
use netpol_flow::Side;
use netpol_model::{End, Enforcement, Namespace, Pods, Ports, Rule, pod_set};
use netpol_sets::PodSet;

use super::Context;
use super::blame::told;
use super::consents::{baseline, line};
use crate::patience::Patience;

/// Finds namespaces whose every enforced side takes anything from anywhere.
pub(super) fn lint(cx: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let mut patience = Patience::default();
    for namespace in cx.policy.namespaces.values().filter(|namespace| !namespace.external) {
        let enforced = |side: &Side| namespace.enforcement(*side, cx.as_of) == Enforcement::Enforced;
        let sides: Vec<Side> = Side::BOTH.into_iter().filter(enforced).collect();
        let mut opens = |side: &Side| patience.advice(|| opens(cx, namespace, *side)).flatten();
        let rules: Option<Vec<&Rule>> = sides.iter().map(&mut opens).collect();
        let Some(rules) = rules else { continue };
        let Some((first, rest)) = rules.split_first() else { continue };
        let title = format!("everything is allowed in `{}`, which is enforced", namespace.name);
        let mut diagnostic = told(416, title, &first.origin, "any port, any other end, every pod");
        for rule in rest.iter().filter(|rule| line(rule) != line(first)) {
            diagnostic = diagnostic.and_at(line(rule), "and the other direction");
        }
        let witness =
            sides.iter().zip(&rules).find_map(|(side, rule)| cx.places.flows(rule, *side).witness());
        if let Some(flow) = witness {
            diagnostic = diagnostic.witness(flow);
        }
        found.push(diagnostic.help("narrow it, or set `audit until DATE` on the namespace"));
    }
}

/// The first rule by which a side takes everything, alone or with others that leave no pod out.
fn opens<'a>(cx: &Context<'a>, namespace: &'a Namespace, side: Side) -> Option<&'a Rule> {
    let own = namespace.rules.iter().filter(|rule| rule.is_active(cx.as_of));
    let shared = baseline(cx.policy, namespace, (&namespace.name, &namespace.name), cx.as_of);
    let mut first = None;
    let mut closed = vec![PodSet::of_namespaces([namespace.name.clone()].into())];
    for rule in own.chain(shared) {
        let (subjects, peers) = match side {
            Side::Egress => (&rule.from, &rule.to),
            Side::Ingress => (&rule.to, &rule.from),
        };
        let is_wide = rule.ports == Ports::Any && peers.contains(&End::Any);
        if !is_wide || (rule.only.is_some() && rule.only_side == side) {
            continue;
        }
        first.get_or_insert(rule);
        for subject in subjects {
            let opened = match subject {
                End::Pods(pods) => pods.set().clone(),
                End::Any => pod_set(&Pods::all_of(namespace.name.clone())),
                End::OtherTenants
                | End::Nodes
                | End::ApiServer
                | End::Gateway
                | End::Addresses { .. }
                | End::Internet
                | End::Outside
                | End::Domain(_) => continue,
            };
            closed = closed.iter().flat_map(|pods| pods.subtract(&opened)).collect();
        }
    }
    first.filter(|_| closed.is_empty())
}
