//! NP0509: a guardrail's line that matches nothing: an empty set, or a namespace nobody knows.

use netpol_diagnostics::Diagnostic;
use netpol_flow::Side;

use super::Context;
use crate::flows::blame::told;
use crate::flows::misspelt_namespace;

/// Looks at the denies and allows of every guardrail, those in `audit` too.
pub(super) fn check(cx: &Context<'_, '_>, found: &mut Vec<Diagnostic>) {
    for block in &cx.policy.guardrails {
        for rule in block.denies.iter().chain(&block.allows).chain(&block.exceptions) {
            let title = "guardrail matches nothing";
            if cx.flows.places.flows(rule, Side::Egress).is_empty() {
                let diagnostic = told(509, title, &rule.origin, "no connection can be this");
                found.push(diagnostic.help("an end of it is empty: check the names"));
                continue;
            }
            let mut ends = rule.from.iter().chain(&rule.to);
            if let Some((name, near)) = ends.find_map(|end| misspelt_namespace(cx.policy, end)) {
                let label = format!("no file knows a namespace `{name}`");
                let diagnostic = told(509, title, &rule.origin, label);
                found.push(diagnostic.help(format!("did you mean `{near}`?")));
            }
        }
    }
}
