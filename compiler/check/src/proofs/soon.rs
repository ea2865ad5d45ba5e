//! NP0905: a test that holds today and will not in two weeks, because a line it rests on lapses (amendment U9).
//!
//! Time only closes (law L8), so only `can` can cease to hold, and what holds at the end of the two weeks holds on every
//! day before.

use std::collections::BTreeSet;

use netpol_diagnostics::{Code, Diagnostic, Span};
use netpol_flow::{Date, Side};
use netpol_model::{Assertion, Policy, Verdicts, consent};

use super::Context;
use super::decisions::decide;
use super::questions::{Outcome, counterexample};
use crate::expiry::{SOON, ends};

/// Finds lines of tests without a day of their own that will fail soon.
pub(super) fn check(cx: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let days = turning_days(cx.policy, cx.as_of);
    let Some(last) = days.last() else { return };
    let at_the_end = Verdicts::of(cx.policy, cx.places, *last);
    for (test, result) in cx.policy.tests.iter().zip(cx.results).filter(|(test, _)| test.at.is_none()) {
        for (assertion, line) in test.assertions.iter().zip(&result.lines) {
            if !line.can || line.outcome != Outcome::Holds || !fails(&at_the_end, assertion) {
                continue;
            }
            let first = days
                .iter()
                .find(|day| fails(&Verdicts::of(cx.policy, cx.places, **day), assertion))
                .unwrap_or(last);
            let Ok(Some(witness)) = counterexample(&at_the_end, assertion) else { continue };
            let told = Diagnostic::new(Code(905), format!("`{}` fails from {first} on", line.text));
            let mut told = told.at(line.span, "holds until then").witness(&witness);
            let decisions =
                Side::BOTH.into_iter().filter_map(|side| decide(cx.policy, &witness, side, cx.as_of));
            let mut places: Vec<Span> = decisions.filter_map(|decision| decision.place).collect();
            places.dedup();
            for place in places {
                told = told.and_at(place, "allows it until then");
            }
            let lapsing = Side::BOTH.into_iter().filter_map(|side| {
                let rule = consent(cx.policy, &witness, side, cx.as_of).rule?;
                rule.until.and(rule.origin.owner.clone())
            });
            let owners: BTreeSet<_> = lapsing.collect();
            for owner in owners {
                told = told.note(format!("`{owner}` answers for the line that lapses"));
            }
            let told = told.note(format!("in test \"{}\"", result.title));
            found.push(told.help("renew the line that lapses, or drop this one with it"));
        }
    }
}

fn fails(verdicts: &Verdicts<'_>, assertion: &Assertion) -> bool {
    matches!(counterexample(verdicts, assertion), Ok(Some(_)))
}

/// The days of the next two weeks on which something no longer holds.
fn turning_days(policy: &Policy, as_of: Date) -> Vec<Date> {
    let limit = as_of.days() + SOON;
    let ends: BTreeSet<Date> = ends(policy).filter(|day| *day >= as_of && day.days() < limit).collect();
    ends.into_iter().filter_map(|day| Date::from_days(day.days() + 1)).collect()
}
