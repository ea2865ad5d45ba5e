//! One JSON object: every test, every line, what decided, and the coverage where asked.

use netpol_check::{Decision, LineResult, Outcome, Statement, TestResult};
use serde::Serialize;

use super::Trials;
use crate::render::View;
use crate::render::place::{Place, place_of};

/// The version of this form; a field may be added without a new one.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    has_run: bool,
    tests: usize,
    failed: usize,
    results: Vec<Test<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<Covered<'a>>,
}

#[derive(Serialize)]
struct Test<'a> {
    title: &'a str,
    cluster: Option<&'a str>,
    day: String,
    passes: bool,
    #[serde(flatten)]
    place: Place,
    lines: Vec<Line<'a>>,
}

#[derive(Serialize)]
struct Line<'a> {
    text: &'a str,
    outcome: &'static str,
    witness: Option<String>,
    decisions: Vec<Decided<'a>>,
    #[serde(flatten)]
    place: Place,
}

#[derive(Serialize)]
struct Decided<'a> {
    side: &'static str,
    verdict: &'static str,
    reason: &'a str,
    place: Option<Place>,
}

#[derive(Serialize)]
struct Covered<'a> {
    allows: Vec<Seen<'a>>,
    denies: Vec<Seen<'a>>,
}

#[derive(Serialize)]
struct Seen<'a> {
    text: &'a str,
    covered: bool,
    #[serde(flatten)]
    place: Place,
}

pub(super) fn render_json(trials: &Trials<'_>, view: &View<'_>) -> String {
    let results: Vec<Test<'_>> = trials.results.iter().map(|result| test(result, view)).collect();
    let report = Report {
        version: VERSION,
        has_run: trials.has_run,
        tests: results.len(),
        failed: results.iter().filter(|test| !test.passes).count(),
        results,
        coverage: trials.coverage.map(|coverage| Covered {
            allows: coverage.allows.iter().map(|one| seen(one, view)).collect(),
            denies: coverage.denies.iter().map(|one| seen(one, view)).collect(),
        }),
    };
    let mut text = serde_json::to_string_pretty(&report).unwrap_or_default();
    text.push('\n');
    text
}

fn test<'a>(result: &'a TestResult, view: &View<'_>) -> Test<'a> {
    Test {
        title: &result.title,
        cluster: result.cluster.as_deref(),
        day: result.day.to_string(),
        passes: result.passes(),
        place: place_of(result.span, view),
        lines: result.lines.iter().map(|one| line(one, view)).collect(),
    }
}

fn line<'a>(result: &'a LineResult, view: &View<'_>) -> Line<'a> {
    let (outcome, witness, decisions) = match &result.outcome {
        Outcome::Holds => ("holds", None, &[][..]),
        Outcome::Vacuous => ("vacuous", None, &[][..]),
        Outcome::Undecided => ("undecided", None, &[][..]),
        Outcome::Fails { witness, decisions } => ("fails", Some(witness.to_string()), &decisions[..]),
    };
    let decisions = decisions.iter().map(|one| decided(one, view)).collect();
    Line { text: &result.text, outcome, witness, decisions, place: place_of(result.span, view) }
}

fn decided<'a>(decision: &'a Decision, view: &View<'_>) -> Decided<'a> {
    Decided {
        side: decision.side.word(),
        verdict: decision.verdict.word(),
        reason: &decision.reason,
        place: decision.place.map(|span| place_of(span, view)),
    }
}

fn seen<'a>(statement: &'a Statement, view: &View<'_>) -> Seen<'a> {
    Seen { text: &statement.text, covered: statement.is_covered, place: place_of(statement.span, view) }
}
