//! NP0511: a guardrail denies ingress from nodes, which cannot bind the node a pod runs on (amendment U11). A `because`
//! on the line answers it.

use netpol_diagnostics::Diagnostic;
use netpol_flow::{Endpoint, Flow, Relation, Side};
use netpol_model::{End, RuleKind};

use super::Context;
use crate::flows::blame::told;

/// Finds denies of ingress whose sources take in the nodes.
pub(super) fn check(cx: &Context<'_, '_>, found: &mut Vec<Diagnostic>) {
    for block in &cx.policy.guardrails {
        let ingress = block.denies.iter().filter(|deny| deny.kind == RuleKind::Ingress);
        for deny in ingress.filter(|deny| deny.origin.because.is_none()) {
            if !deny.from.iter().any(|end| matches!(end, End::Nodes | End::Any)) {
                continue;
            }
            let title = "guardrail cannot bind the pod's own node";
            let told = told(511, title, &deny.origin, "binds the other nodes only");
            let witness = cx.flows.places.flows(deny, Side::Ingress).witness().map(|flow| Flow {
                source: Endpoint::Node { address: None },
                relation: Relation::OwnNode,
                ..flow
            });
            let told = match witness {
                Some(flow) => told.witness(flow),
                None => told,
            };
            let told = told.note("a node reaches the pods it runs on every target; its probes depend on it");
            found.push(told.help("say with `because` that this is known"));
        }
    }
}
