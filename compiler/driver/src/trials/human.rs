//! Tests for people: grouped by file, a line each, and for a failing line the connection and who decided.

use std::fmt::Write as _;

use netpol_check::{Coverage, LineResult, Outcome, Statement, TestResult};
use netpol_flow::Verdict;

use super::Trials;
use crate::render::View;
use crate::render::clean::clean;
use crate::render::place::{place_of, shown_path};

/// How many uncovered lines are listed.
const LISTED: usize = 20;

pub(super) fn render_human(trials: &Trials<'_>, view: &View<'_>) -> String {
    let mut text = String::new();
    let mut file = None;
    for test in trials.results {
        if file != Some(test.span.file) {
            file = Some(test.span.file);
            let _ = writeln!(text, "{}", shown_path(test.span.file, view));
        }
        write_test(&mut text, test, view);
    }
    if let Some(coverage) = trials.coverage {
        write_coverage(&mut text, coverage, view);
    }
    let lines: usize = trials.results.iter().map(|test| test.lines.len()).sum();
    let failed = trials.results.iter().filter(|test| !test.passes()).count();
    let _ = match (trials.has_run, trials.results.len(), failed) {
        (false, _, _) => writeln!(text, "no test was run: the text has errors"),
        (true, 0, _) => writeln!(text, "the project has no test"),
        (true, tests, 0) => {
            writeln!(text, "{}, {}: all hold", count(tests, "test"), count(lines, "line"))
        }
        (true, tests, failed) => {
            let word = if failed == 1 { "fails" } else { "fail" };
            let failed = count(failed, "test");
            writeln!(text, "{}, {}: {failed} {word}", count(tests, "test"), count(lines, "line"))
        }
    };
    clean(&text).into_owned()
}

fn count(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}

fn write_test(text: &mut String, test: &TestResult, view: &View<'_>) {
    let word = if test.passes() { "  ok    " } else { "  FAILS " };
    let day = if test.has_day { format!(" at {}", test.day) } else { String::new() };
    let cluster = test.cluster.as_ref().map(|name| format!(" on {name}")).unwrap_or_default();
    let _ = writeln!(text, "{word}{}{day}{cluster}", test.title);
    for line in &test.lines {
        write_line(text, line, view);
    }
}

fn write_line(text: &mut String, line: &LineResult, view: &View<'_>) {
    let number = place_of(line.span, view).line;
    let _ = match &line.outcome {
        Outcome::Holds => Ok(()),
        Outcome::Vacuous => writeln!(text, "        {number}: {}: proves nothing", line.text),
        Outcome::Undecided => writeln!(text, "        {number}: {}: too wide to decide", line.text),
        Outcome::Fails { witness, decisions } => {
            let verdict = if line.can { "does not pass" } else { "passes" };
            let _ = writeln!(text, "        {number}: {}", line.text);
            let _ = writeln!(text, "          {witness} {verdict}");
            for decision in decisions.iter().filter(|d| !line.can || d.verdict == Verdict::Deny) {
                let place = decision.place.map(|span| {
                    let place = place_of(span, view);
                    format!(", {}:{}", place.path, place.line)
                });
                let place = place.unwrap_or_default();
                let _ = writeln!(text, "          {}: {}{place}", decision.at(), decision.reason);
            }
            Ok(())
        }
    };
}

fn write_coverage(text: &mut String, coverage: &Coverage, view: &View<'_>) {
    let covered = |list: &[Statement]| list.iter().filter(|statement| statement.is_covered).count();
    let halves = [
        (&coverage.allows, "lines that allow are exercised by a `can`"),
        (&coverage.denies, "guardrail and fence denies are held by a `cannot`"),
    ];
    for (list, words) in halves.into_iter().filter(|(list, _)| !list.is_empty()) {
        let _ = writeln!(text, "{} of {} {words}", covered(list), list.len());
        let missing: Vec<&Statement> = list.iter().filter(|statement| !statement.is_covered).collect();
        for statement in missing.iter().take(LISTED) {
            let place = place_of(statement.span, view);
            let _ = writeln!(text, "  {}:{}: {}", place.path, place.line, statement.text);
        }
        if missing.len() > LISTED {
            let _ = writeln!(text, "  and {} more; `--format json` lists all", missing.len() - LISTED);
        }
    }
}
