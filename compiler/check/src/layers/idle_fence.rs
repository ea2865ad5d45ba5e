//! NP0510: a fence that changes nothing, since no line allows what it denies. A `because` on the line answers it.

use netpol_diagnostics::Diagnostic;
use netpol_flow::Side;
use netpol_model::{Namespace, Rule, are_apart};

use super::Context;
use crate::flows::blame::{has_own_reason, told};

/// Finds denies of fences that no allow of the namespace meets.
pub(super) fn check(cx: &Context<'_, '_>, found: &mut Vec<Diagnostic>) {
    for namespace in cx.policy.namespaces.values().filter(|namespace| !namespace.external) {
        for deny in &namespace.fence {
            if has_own_reason(deny, namespace) || bites(cx, namespace, deny) {
                continue;
            }
            let title = "fence changes nothing";
            let told = told(510, title, &deny.origin, "no line allows any of this, so it is denied anyway");
            let told = match cx.verdicts.question(deny).witness() {
                Some(flow) => told.witness(flow),
                None => told,
            };
            found.push(told.help("remove it, or keep it for the future with `because`"));
        }
    }
}

/// Whether a line that allows meets the deny; its exceptions do not matter.
fn bites(cx: &Context<'_, '_>, namespace: &Namespace, deny: &Rule) -> bool {
    let flows = cx.flows.places.flows(deny, Side::Egress);
    let mut allows = cx.verdicts.rules(namespace).filter(|rule| !are_apart(rule, deny));
    allows.any(|rule| !cx.verdicts.question(rule).intersect(&flows).is_empty())
}
