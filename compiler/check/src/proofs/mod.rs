//! `test` blocks, proved for every member of their ends.
//!
//! `questions` asks the set algebra, `decisions` says which line decided a witness, and each check is one file and one
//! line of [`CHECKS`].

mod contradiction;
mod coverage;
mod decisions;
mod failed;
mod overlap;
mod questions;
mod soon;
#[cfg(test)]
mod tests;
mod undecided;
mod vacuous;

pub use coverage::{Coverage, Statement};
pub use decisions::Decision;
pub use questions::{LineResult, Outcome, TestResult};

use netpol_diagnostics::{Diagnostic, Sources};
use netpol_flow::Date;
use netpol_model::{Places, Policy};

/// What every check reads: the policy and what its tests came to.
struct Context<'a> {
    policy: &'a Policy,
    places: &'a Places,
    as_of: Date,
    results: &'a [TestResult],
}

/// A check of the tests: adds what it finds, in any order.
type Check = fn(&Context<'_>, &mut Vec<Diagnostic>);

/// Every check.
const CHECKS: &[Check] =
    &[vacuous::check, contradiction::check, failed::check, undecided::check, soon::check];

/// Runs the tests of a policy; those without a day of their own are asked at `as_of`. With `by_address` a `cannot` counts
/// the pods of `shared` ranges as reached by whatever allows their addresses (amendment U2).
pub(crate) fn run(
    policy: &Policy,
    as_of: Date,
    by_address: bool,
    sources: &Sources,
) -> (Vec<TestResult>, Vec<Diagnostic>) {
    if policy.tests.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let places = Places::of(policy);
    let results = questions::ask_all(policy, &places, (as_of, by_address), sources);
    let context = Context { policy, places: &places, as_of, results: &results };
    let mut found = Vec::new();
    for check in CHECKS {
        check(&context, &mut found);
    }
    (results, found)
}

/// What of a policy its tests look at.
pub fn cover(policy: &Policy, as_of: Date) -> Coverage {
    coverage::cover(policy, &Places::of(policy), as_of)
}
