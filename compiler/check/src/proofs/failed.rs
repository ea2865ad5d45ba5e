//! NP0901: a line of a test that does not hold.

use netpol_diagnostics::{Code, Diagnostic};
use netpol_flow::{Flow, Side, Verdict};
use netpol_model::{Assertion, RuleKind};

use super::overlap::{is_by_chance, other_labels};
use super::questions::{LineResult, Outcome, TestResult};
use super::{Context, Decision, contradiction};
use crate::flows::private::line_to_ask_for;
use crate::flows::readable;

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
                    [] => match missing_lines(assertion, witness, decisions) {
                        Some(lines) => diagnostic.help(format!("add {lines}, or correct the test")),
                        None => advised(diagnostic, line, decisions),
                    },
                    [first, ..] => told_apart(diagnostic, first),
                });
            }
        }
    }
}

/// The lines that would let a connection between two namespaces pass: the arrow, the `expose`, or both.
fn missing_lines(assertion: &Assertion, witness: &Flow, decisions: &[Decision]) -> Option<String> {
    let [asked] = &assertion.flows[..] else { return None };
    let namespace = |side: Side| witness.subject(side).pod().map(|pod| &pod.namespace);
    let (source, destination) = (namespace(Side::Egress)?, namespace(Side::Ingress)?);
    if !assertion.can || asked.kind != RuleKind::Arrow || source == destination {
        return None;
    }
    let is_missing = |decision: &&Decision| decision.verdict == Verdict::Deny && decision.place.is_none();
    let refusing = || decisions.iter().filter(|decision| decision.verdict == Verdict::Deny);
    if refusing().any(|decision| !is_missing(&decision)) {
        return None;
    }
    let arrow = || {
        let (from, to) = (readable::written_ends(&asked.from)?, readable::written_ends(&asked.to)?);
        Some(format!("{from} -> {to}:{}", readable::written_ports(&asked.ports)))
    };
    let lines: Option<Vec<String>> = refusing()
        .map(|decision| match decision.side {
            Side::Egress => Some(format!("`{}` to `{source}`", arrow()?)),
            Side::Ingress => Some(format!("`{}` to `{destination}`", line_to_ask_for(asked)?)),
        })
        .collect();
    lines.filter(|lines| !lines.is_empty()).map(|lines| lines.join(" and "))
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
