//! NP0509: a guardrail's line that matches nothing: an empty set, or a namespace nobody knows.

use netpol_diagnostics::Diagnostic;
use netpol_flow::Side;
use netpol_model::{End, Places, Policy, Rule};
use netpol_sets::Ends;

use super::Context;
use crate::flows::KnownNamespaces;
use crate::flows::blame::told;

/// Looks at the denies and allows of every guardrail, those in `audit` too.
pub(super) fn check(cx: &Context<'_, '_>, found: &mut Vec<Diagnostic>) {
    let known = KnownNamespaces::of(cx.policy);
    for block in &cx.policy.guardrails {
        for rule in block.denies.iter().chain(&block.allows).chain(&block.exceptions) {
            let title = "guardrail matches nothing";
            if cx.flows.places.flows(rule, Side::Egress).is_empty() {
                let diagnostic = told(509, title, &rule.origin, "no connection can be this");
                found.push(diagnostic.help(why_empty(cx.policy, &cx.flows.places, rule)));
                continue;
            }
            let mut ends = rule.from.iter().chain(&rule.to);
            if let Some((name, near)) = ends.find_map(|end| known.misspelt(end)) {
                let label = format!("no file knows a namespace `{name}`");
                let diagnostic = told(509, title, &rule.origin, label);
                found.push(diagnostic.help(format!("did you mean `{near}`?")));
            }
        }
    }
}

/// Why no connection is of a rule, and what to do.
pub(crate) fn why_empty(policy: &Policy, places: &Places, rule: &Rule) -> String {
    let is_nobody = |end: &&End| places.ends(end).iter().all(Ends::is_empty);
    for (word, ends) in [("source", &rule.from), ("destination", &rule.to)] {
        if !ends.iter().all(|end| is_nobody(&end)) {
            continue;
        }
        let is_tenants = ends.iter().any(|end| match end {
            End::Pods(pods) => pods.name.as_deref() == Some("tenants"),
            End::OtherTenants => true,
            End::Nodes
            | End::ApiServer
            | End::Gateway
            | End::Addresses { .. }
            | End::Internet
            | End::Outside
            | End::Domain(_)
            | End::Any => false,
        });
        return match is_tenants && policy.tenants.is_empty() {
            true => {
                format!("no tenant is declared, so its {word} is nobody: add `tenant NAME owns NAMESPACES`")
            }
            false => format!("its {word} is nobody: check the names"),
        };
    }
    "its ends exclude each other, or its ports do: compare them".to_owned()
}
