//! NP0407: an exposure that nobody uses.
//!
//! Silent where a client may use it unseen: a namespace of another project, one nobody declared, one whose egress is
//! not enforced, or an open set of clients.

use std::collections::BTreeMap;

use netpol_diagnostics::{Diagnostic, Span};
use netpol_flow::{Side, Text};
use netpol_model::{Namespace, Rule, RuleKind};
use rayon::prelude::*;

use super::Context;
use super::blame::{or_removed, told};
use super::consents::{Answers, answers, baseline, live_guardrails, named_namespace};

/// So many exposures are judged at a time.
const FEW: usize = 64;

/// A statement, and the `apply` lines it came through.
type Statement<'a> = (&'a [Span], Span);

/// Finds exposures without a flow that meets them, in every namespace the statement stands for.
pub(super) fn lint(cx: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let mut told: BTreeMap<Statement<'_>, Option<Box<Diagnostic>>> = BTreeMap::new();
    let exposures: Vec<_> = cx.rules().filter(|(_, rule)| rule.kind == RuleKind::Expose).collect();
    let judge = |(namespace, rule): &(&Namespace, &Rule)| unused(cx, namespace, rule).map(Box::new);
    let judged: Vec<Option<Box<Diagnostic>>> = exposures.par_iter().with_max_len(FEW).map(judge).collect();
    for ((_, rule), diagnostic) in exposures.into_iter().zip(judged) {
        let statement = (&rule.origin.via[..], rule.origin.span);
        match told.get_mut(&statement) {
            Some(other @ Some(_)) if diagnostic.is_none() => *other = None,
            Some(_) => {}
            None => {
                told.insert(statement, diagnostic);
            }
        }
    }
    found.extend(told.into_values().flatten().map(|told| *told));
}

fn unused(cx: &Context<'_>, namespace: &Namespace, rule: &Rule) -> Option<Diagnostic> {
    let mut clients: Vec<&Text> = Vec::with_capacity(rule.from.len());
    for end in &rule.from {
        let client = named_namespace(cx.policy, end)?;
        match answers(cx.policy, client, Side::Egress, cx.as_of) {
            Answers::Namespace(other) if !other.external && **client != *namespace.name => {
                clients.push(client)
            }
            Answers::Namespace(_) | Answers::Nobody | Answers::Closed => return None,
        }
    }
    clients.sort_unstable();
    clients.dedup();
    let flows = cx.places.flows(rule, Side::Ingress);
    let asks = |asking: &Rule| {
        !netpol_model::are_apart(asking, rule)
            && !flows.intersect(&cx.places.flows(asking, Side::Egress)).is_empty()
    };
    let used = flows.is_empty()
        || clients.iter().any(|client| {
            let Some(other) = cx.policy.namespaces.get(*client) else { return true };
            cx.consents.outgoing(client, &namespace.name).any(asks)
                || baseline(cx.policy, other, (client, &namespace.name), cx.as_of).any(asks)
        })
        || live_guardrails(cx.policy).flat_map(|b| &b.allows).filter(|r| r.is_active(cx.as_of)).any(asks);
    if used {
        return None;
    }
    let label = match &clients[..] {
        [client] => format!("no line of `{client}` asks for it"),
        _ => "no line of its clients asks for it".to_owned(),
    };
    let diagnostic = told(407, "nobody uses this exposure", &rule.origin, label);
    let diagnostic = match flows.witness() {
        Some(flow) => diagnostic.witness(flow),
        None => diagnostic,
    };
    let diagnostic = or_removed(diagnostic, rule, namespace, "remove it");
    Some(match clients.first() {
        Some(client) => diagnostic.help(format!("or add the line that uses it to `{client}`")),
        None => diagnostic,
    })
}
