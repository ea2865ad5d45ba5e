//! Checks of the layers against each other: what guardrails and fences leave of the lines below them, and what of
//! themselves has no effect. Decided by the set algebra on a finished policy.
//!
//! Each check is one file and one line of [`CHECKS`]. `bounds` knows what guardrails deny without looking at every pair.

mod bounds;
mod contradictions;
pub(crate) mod empty;
mod exceptions;
mod idle_fence;
mod nodes;
mod overruled;
#[cfg(test)]
mod tests;

use netpol_diagnostics::Diagnostic;
use netpol_model::{Policy, Verdicts};
use rayon::prelude::*;

use crate::flows::Context as Flows;
use bounds::Bounds;

/// What every check reads.
struct Context<'a, 'f> {
    policy: &'a Policy,
    flows: &'f Flows<'a>,
    verdicts: &'f Verdicts<'a>,
    bounds: &'f Bounds<'a>,
}

/// A check of the layers: adds what it finds, in any order.
type Check = fn(&Context<'_, '_>, &mut Vec<Diagnostic>);

/// Every check.
const CHECKS: &[Check] = &[
    overruled::check,
    contradictions::check,
    exceptions::check,
    empty::check,
    idle_fence::check,
    nodes::check,
];

/// Everything there is to say about a policy's layers, in any order.
pub(crate) fn check<'a>(flows: &Flows<'a>) -> Vec<Diagnostic> {
    let policy = flows.policy;
    let has_fence = policy.namespaces.values().any(|n| !n.fence.is_empty() || !n.fence_exceptions.is_empty());
    if policy.guardrails.is_empty() && !has_fence {
        return Vec::new();
    }
    let verdicts = Verdicts::of(policy, &flows.places, flows.as_of);
    let bounds = Bounds::of(policy, &flows.places, flows.as_of);
    let context = Context { policy, flows, verdicts: &verdicts, bounds: &bounds };
    let findings = |check: &Check| {
        let mut found = Vec::new();
        check(&context, &mut found);
        found
    };
    CHECKS.par_iter().flat_map_iter(findings).collect()
}
