//! Asking each line of each test.

use std::collections::BTreeMap;

use netpol_diagnostics::{Sources, Span};
use netpol_flow::{Date, Flow, Side, Text};
use netpol_model::{Assertion, Places, Policy, Verdicts};
use netpol_sets::Undecided;

use super::decisions::{Decision, decide, decide_by_address};

/// What one test came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestResult {
    /// Its title.
    pub title: Text,
    /// The cluster it was asked of, where the project declares one.
    pub cluster: Option<Text>,
    /// Where it stands.
    pub span: Span,
    /// The day it was asked at.
    pub day: Date,
    /// Whether the test names that day.
    pub has_day: bool,
    /// Its lines, in the order written.
    pub lines: Vec<LineResult>,
}

/// What one line of a test came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineResult {
    /// The line, without comments.
    pub text: String,
    /// Where it stands.
    pub span: Span,
    /// Whether it says `can`.
    pub can: bool,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It holds for every member.
    Holds,
    /// It does not: this member shows it.
    Fails {
        /// The connection.
        witness: Box<Flow>,
        /// Who decided about it, source first; an end that is no pod decides nothing.
        decisions: Vec<Decision>,
    },
    /// It speaks of no connection.
    Vacuous,
    /// The sets it speaks of are cut into each other too often to compare.
    Undecided,
}

impl TestResult {
    /// Whether every line holds.
    pub fn passes(&self) -> bool {
        self.lines.iter().all(|line| match line.outcome {
            Outcome::Holds | Outcome::Vacuous => true,
            Outcome::Fails { .. } | Outcome::Undecided => false,
        })
    }
}

/// Asks every line of every test.
pub(super) fn ask_all(
    policy: &Policy,
    places: &Places,
    (as_of, by_address): (Date, bool),
    sources: &Sources,
) -> Vec<TestResult> {
    let mut days: BTreeMap<Date, Verdicts<'_>> = BTreeMap::new();
    let mut results = Vec::with_capacity(policy.tests.len());
    for test in &policy.tests {
        let day = test.at.unwrap_or(as_of);
        let verdicts = days.entry(day).or_insert_with(|| {
            let verdicts = Verdicts::of(policy, places, day);
            if by_address { verdicts.by_address() } else { verdicts }
        });
        let line = |assertion: &Assertion| LineResult {
            text: crate::statements::origin::on_one_line(sources.text(assertion.span)).to_string(),
            span: assertion.span,
            can: assertion.can,
            outcome: ask(policy, verdicts, assertion),
        };
        results.push(TestResult {
            title: test.title.clone(),
            cluster: policy.cluster.name.clone(),
            span: test.span,
            day,
            has_day: test.at.is_some(),
            lines: test.assertions.iter().map(line).collect(),
        });
    }
    results
}

/// Asks one line.
fn ask(policy: &Policy, verdicts: &Verdicts<'_>, assertion: &Assertion) -> Outcome {
    if assertion.flows.iter().all(|asked| verdicts.question(asked).is_empty()) {
        return Outcome::Vacuous;
    }
    match counterexample(verdicts, assertion) {
        Ok(None) => Outcome::Holds,
        Ok(Some(witness)) => {
            let day = verdicts.day();
            let by_address = |side| (!assertion.can).then(|| decide_by_address(verdicts, &witness, side));
            let one = |side| by_address(side).flatten().or_else(|| decide(policy, &witness, side, day));
            let decisions = Side::BOTH.into_iter().filter_map(one);
            Outcome::Fails { decisions: decisions.collect(), witness: Box::new(witness) }
        }
        Err(Undecided) => Outcome::Undecided,
    }
}

/// A connection that shows that the line does not hold.
pub(super) fn counterexample(
    verdicts: &Verdicts<'_>,
    assertion: &Assertion,
) -> Result<Option<Flow>, Undecided> {
    for asked in &assertion.flows {
        let found =
            if assertion.can { verdicts.first_denied(asked)? } else { verdicts.first_allowed(asked)? };
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}
