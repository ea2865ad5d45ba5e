//! NP0902: a test that proves nothing: it has no line, speaks of no connection, or names a namespace nobody knows.

use netpol_diagnostics::{Code, Diagnostic};
use netpol_model::Rule;

use super::Context;
use super::questions::Outcome;
use crate::flows::KnownNamespaces;
use crate::layers::empty::why_empty;

/// Finds tests and lines of which nothing follows.
pub(super) fn check(cx: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let known = KnownNamespaces::of(cx.policy);
    for (test, result) in cx.policy.tests.iter().zip(cx.results) {
        if test.assertions.is_empty() {
            let told = Diagnostic::new(Code(902), format!("test \"{}\" proves nothing", test.title));
            found.push(told.at(test.span, "no line").help("add `can FLOW` or `cannot FLOW`"));
        }
        for (assertion, line) in test.assertions.iter().zip(&result.lines) {
            let told = Diagnostic::new(Code(902), format!("`{}` proves nothing", line.text));
            if line.outcome == Outcome::Vacuous {
                let told = told.at(line.span, "speaks of no connection");
                let why = match &assertion.flows[..] {
                    [asked, ..] => why_empty(cx.policy, cx.places, asked),
                    [] => "add `can FLOW` or `cannot FLOW`".to_owned(),
                };
                found.push(told.help(why));
                continue;
            }
            let Some((name, near)) = unknown(&known, &assertion.flows) else { continue };
            let told = told.at(line.span, format!("no file knows a namespace `{name}`"));
            found.push(told.help(format!("did you mean `{near}`?")));
        }
    }
}

fn unknown(known: &KnownNamespaces<'_>, flows: &[Rule]) -> Option<(String, String)> {
    let mut ends = flows.iter().flat_map(|rule| rule.from.iter().chain(&rule.to));
    ends.find_map(|end| known.misspelt(end))
}
