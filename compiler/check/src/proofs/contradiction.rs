//! NP0904: two lines of tests that no policy can satisfy together.
//!
//! Time only closes (law L8), so what passes on a day passes on every earlier one: `can` on a later day contradicts
//! `cannot` on an earlier one. Where two lines contradict each other one of them fails, so only failing lines are
//! looked at. Lines that meet only on a pod of two workloads, or where a name resolves to an address, are no
//! contradiction: there NP0901 shows the pod or the name.

use std::collections::BTreeSet;

use netpol_diagnostics::{Code, Diagnostic, Span};
use netpol_flow::{Date, Flow};
use netpol_model::{Assertion, Verdicts, are_apart};

use super::Context;
use super::overlap::{is_by_chance, other_labels};
use super::questions::{LineResult, Outcome};

/// Two lines that contradict each other, the failing one first, and a connection both speak of.
struct Clash<'a> {
    failing: &'a LineResult,
    other: &'a LineResult,
    witness: Flow,
    /// The day of the line that says it passes, and of the one that says it does not, where they are two.
    days: Option<(Date, Date)>,
}

/// One line with the day it is asked at.
#[derive(Clone, Copy)]
struct Asked<'a> {
    assertion: &'a Assertion,
    line: &'a LineResult,
    day: Date,
}

/// Tells each pair once, at the line that stands later.
pub(super) fn check(cx: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let mut told: BTreeSet<(Span, Span)> = BTreeSet::new();
    for clash in clashes(cx) {
        let (first, second) = match clash.failing.span <= clash.other.span {
            true => (clash.failing, clash.other),
            false => (clash.other, clash.failing),
        };
        if !told.insert((first.span, second.span)) {
            continue;
        }
        let words =
            |line: &LineResult| if line.can { "says that it passes" } else { "says that it does not" };
        let title = format!("tests contradict each other: `{}` and `{}`", first.text, second.text);
        let diagnostic = Diagnostic::new(Code(904), title).at(second.span, words(second));
        let diagnostic = diagnostic.and_at(first.span, words(first)).witness(&clash.witness);
        let diagnostic = match clash.days {
            Some((can, cannot)) => diagnostic.note(format!(
                "lines only lapse as time goes on, so what passes on {can} passes on {cannot} too"
            )),
            None => diagnostic,
        };
        found.push(diagnostic.help("no policy satisfies both: correct one of them"));
    }
}

/// The failing lines that another line forbids to hold.
pub(super) fn lines(cx: &Context<'_>) -> BTreeSet<Span> {
    clashes(cx).into_iter().map(|clash| clash.failing.span).collect()
}

fn clashes<'a>(cx: &Context<'a>) -> Vec<Clash<'a>> {
    let tests = cx.policy.tests.iter().zip(cx.results);
    let asked: Vec<Asked<'a>> = tests
        .flat_map(|(test, result)| {
            let lines = test.assertions.iter().zip(&result.lines);
            lines.map(|(assertion, line)| Asked { assertion, line, day: result.day })
        })
        .collect();
    let fails = |asked: &&Asked<'_>| matches!(asked.line.outcome, Outcome::Fails { .. });
    let failing: Vec<&Asked<'a>> = asked.iter().filter(fails).collect();
    if failing.is_empty() {
        return Vec::new();
    }
    let verdicts = Verdicts::of(cx.policy, cx.places, cx.as_of);
    let mut clashes = Vec::new();
    for one in failing {
        let forbids = |other: &&Asked<'_>| {
            let (can, cannot) = if one.line.can { (one, *other) } else { (*other, one) };
            one.line.can != other.line.can && can.day >= cannot.day
        };
        let clash = asked.iter().filter(forbids).find_map(|other| {
            let witness = common(&verdicts, one.assertion, other.assertion)?;
            let is_plain =
                |line: &Assertion| other_labels(line, &witness).is_empty() && !is_by_chance(line, &witness);
            if !is_plain(one.assertion) || !is_plain(other.assertion) {
                return None;
            }
            let (can, cannot) = if one.line.can { (one, other) } else { (other, one) };
            let days = (can.day != cannot.day).then_some((can.day, cannot.day));
            Some(Clash { failing: one.line, other: other.line, witness, days })
        });
        clashes.extend(clash);
    }
    clashes
}

/// A connection that both lines speak of.
fn common(verdicts: &Verdicts<'_>, one: &Assertion, other: &Assertion) -> Option<Flow> {
    one.flows.iter().find_map(|a| {
        let mut meeting = other.flows.iter().filter(|b| !are_apart(a, b));
        meeting.find_map(|b| verdicts.question(a).intersect(&verdicts.question(b)).witness())
    })
}
