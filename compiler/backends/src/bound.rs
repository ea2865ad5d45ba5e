//! A bound on the work that lowering may take, so that every policy is written or refused within seconds.
//!
//! Where a target has no deny, what denies leave of an allow is written out, and exceptions are cut out of the denies they
//! narrow. Lines that each tell pods by labels of their own leave exponentially many pieces of each other (NP0724).

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use netpol_diagnostics::{Code, Diagnostic};
use netpol_flow::Text;
use netpol_model::{Namespace, Origin, Policy};
use netpol_sets::{Undecided, within};

use crate::refuse::at_origin;

/// How many steps one namespace may take, and all guardrails together. Those of real policy take thousands.
const STEPS: u64 = 1_000_000;

/// What is found in the namespaces beside their files, by name: they are lowered side by side, in any order, and told of
/// in theirs.
#[derive(Debug)]
pub(crate) struct Found<T> {
    target: &'static str,
    /// A refusal where it took too many steps.
    namespaces: Mutex<BTreeMap<Text, Result<T, Box<Diagnostic>>>>,
}

impl<T> Found<T> {
    /// Nothing so far.
    pub(crate) fn of(target: &'static str) -> Found<T> {
        Found { target, namespaces: Mutex::default() }
    }

    /// What `lower` makes of a namespace, where it takes no more steps than it may; what it finds is kept.
    pub(crate) fn within<W>(&self, namespace: &Namespace, lower: impl FnOnce() -> (W, T)) -> Option<W> {
        let (written, found) = match within(STEPS, lower) {
            Ok((written, found)) => (Some(written), Ok(found)),
            Err(Undecided) => {
                let refusal = too_many(self.target, &format!("`{}`", namespace.name), &namespace.origin);
                (None, Err(Box::new(refusal)))
            }
        };
        self.namespaces().insert(namespace.name.clone(), found);
        written
    }

    /// Whether no namespace took too many steps.
    pub(crate) fn all_within(&self) -> bool {
        self.namespaces().values().all(Result::is_ok)
    }

    /// Takes the refusals, and what was found in the others.
    pub(crate) fn take(&self) -> (Vec<Diagnostic>, Vec<T>) {
        let (mut refused, mut all) = (Vec::new(), Vec::new());
        for found in std::mem::take(&mut *self.namespaces()).into_values() {
            match found {
                Ok(found) => all.push(found),
                Err(refusal) => refused.push(*refusal),
            }
        }
        (refused, all)
    }

    fn namespaces(&self) -> MutexGuard<'_, BTreeMap<Text, Result<T, Box<Diagnostic>>>> {
        self.namespaces.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
