//! A bound on the work that lowering may take, so that every policy is written or refused within seconds.
//!
//! Where a target has no deny, what denies leave of an allow is written out, and exceptions are cut out of the denies they
//! narrow. Lines that each tell pods by labels of their own leave exponentially many pieces of each other (NP0724).

use netpol_diagnostics::{Code, Diagnostic};
use netpol_model::{Namespace, Origin, Policy};
use netpol_sets::{Undecided, within};
use rayon::prelude::*;

use crate::refuse::at_origin;

/// How many steps one namespace may take, and all guardrails together. Those of real policy take thousands.
const STEPS: u64 = 1_000_000;

/// So many namespaces are lowered side by side. None follow once one of them is refused, so that a policy with a thousand
/// such namespaces is refused as soon as one with a few.
const BATCH: usize = 64;

/// What `lower` makes of each namespace, in their order; a refusal instead where it takes too many steps.
pub(crate) fn each_namespace<'a, T: Send>(
    target: &str,
    namespaces: &[&'a Namespace],
    lower: impl Fn(&'a Namespace) -> T + Sync,
) -> (Vec<T>, Vec<Diagnostic>) {
    let mut lowered = Vec::with_capacity(namespaces.len());
    let mut refused = Vec::new();
    for batch in namespaces.chunks(BATCH) {
        let found: Vec<(&Namespace, Result<T, Undecided>)> =
            batch.par_iter().map(|namespace| (*namespace, within(STEPS, || lower(namespace)))).collect();
        for (namespace, found) in found {
            match found {
                Ok(one) => lowered.push(one),
                Err(Undecided) => {
                    refused.push(too_many(target, &format!("`{}`", namespace.name), &namespace.origin));
                }
            }
        }
        if !refused.is_empty() {
            break;
        }
    }
    (lowered, refused)
}

/// What `work` makes of the guardrails; a refusal where it takes too many steps.
pub(crate) fn of_guardrails<T>(
    target: &str,
    policy: &Policy,
    work: impl FnOnce() -> T,
) -> Result<T, Box<Diagnostic>> {
    within(STEPS, work).map_err(|Undecided| {
        let crowded = policy.guardrails.iter().max_by_key(|block| block.exceptions.len());
        Box::new(match crowded {
            Some(block) => too_many(target, &format!("guardrail `{}`", block.name), &block.origin),
            None => Diagnostic::new(Code(724), title(target, "the guardrails")),
        })
    })
}

fn title(target: &str, of: &str) -> String {
    format!("target `{target}` cannot write out {of}: too many pieces")
}

fn too_many(target: &str, of: &str, origin: &Origin) -> Diagnostic {
    at_origin(Diagnostic::new(Code(724), title(target, of)), origin, "cut by lines about many kinds of pods")
        .note("denies and exceptions that each tell pods by labels of their own leave a piece for every combination of them")
        .help("tell those pods by one label, say it with fewer lines, or divide the namespace")
}
