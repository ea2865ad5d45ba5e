//! NP0901: a line of a test that does not hold.

use netpol_diagnostics::{Code, Diagnostic};
use netpol_flow::Verdict;

use super::overlap::{is_by_chance, other_labels};
use super::questions::{LineResult, Outcome, TestResult};
use super::{Context, Decision, contradiction};

/// Tells every line that does not hold, unless another test forbids that it does.
pub(super) fn check(cx: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let contradicted = contradiction::lines(cx);
    for (test, asked) in cx.results.iter().zip(&cx.policy.tests) {
        for (line, assertion) in test.lines.iter().zip(&asked.assertions) {
            if let Outcome::Fails { witness, decisions } = &line.outcome
                && !contradicted.contains(&line.span)
            {
                let mut diagnostic = failed(test, line, decisions).witness(witness);
                if is_by_chance(assertion, witness) {
                    diagnostic = diagnostic.note("a name may resolve to any address outside the cluster");
                }
                found.push(match &other_labels(assertion, witness)[..] {
                    [] => advised(diagnostic, line, decisions),
                    [first, ..] => told_apart(diagnostic, first),
                });
            }
        }
    }
}

/// Says that the witness is a pod of two workloads, and how to leave such pods out.
fn told_apart(found: Diagnostic, label: &str) -> Diagnostic {
    let key = label.split('=').next().unwrap_or(label);
    let found = found.note(format!("a pod may carry `{label}` too: no label tells the two apart"));
    found.help(format!("select both by one key; or leave such pods out with `!{key}` in the selector"))
}

fn failed(test: &TestResult, line: &LineResult, decisions: &[Decision]) -> Diagnostic {
    let found = Diagnostic::new(Code(901), format!("test failed: `{}`", line.text));
    let label = if line.can { "not all of it passes" } else { "some of it passes" };
    let mut found = found.at(line.span, label);
    // What decided: the ends that say no; or, where it passes, all of them.
    let decided = || decisions.iter().filter(|d| !line.can || d.verdict == Verdict::Deny);
    let word = if line.can { "denied here" } else { "allowed here" };
    let mut shown = Vec::new();
    for place in decided().filter_map(|decision| decision.place) {
        if !shown.contains(&place) {
            shown.push(place);
            found = found.and_at(place, word);
        }
    }
    found = match decided().collect::<Vec<_>>()[..] {
        [one, other] if one.reason == other.reason => found.note(format!("at both ends: {}", one.reason)),
        ref some => some
            .iter()
            .fold(found, |found, decision| found.note(format!("{}: {}", decision.at(), decision.reason))),
    };
    let day = if test.has_day { format!(" at {}", test.day) } else { String::new() };
    let cluster = test.cluster.as_ref().map(|name| format!(", on cluster `{name}`")).unwrap_or_default();
    found.note(format!("in test \"{}\"{day}{cluster}", test.title))
}

fn advised(found: Diagnostic, line: &LineResult, decisions: &[Decision]) -> Diagnostic {
    let decided = || decisions.iter().filter(|d| !line.can || d.verdict == Verdict::Deny);
    let is_shown = decided().any(|decision| decision.place.is_some());
    match (line.can, decided().any(|decision| decision.by_guardrail)) {
        (true, true) => found.help("correct the test, or ask the platform for an `except`"),
        (true, false) => found.help("add the line that allows it where it is refused, or correct the test"),
        (false, true) => found.help("narrow what the platform allows, or correct the test"),
        (false, false) if !is_shown => found.help("declare the namespaces, or correct the test"),
        (false, false) => found.help("narrow or remove that line, or correct the test"),
    }
}
