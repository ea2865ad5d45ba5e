//! JUnit's XML: a suite for each file, a case for each test.
//!
//! The attributes are those of the schema that Jenkins and GitLab read: `name`, `tests`, `failures`, `errors`,
//! `classname`; without `time`, so that the same input gives the same bytes.

use std::fmt::Write as _;

use netpol_check::{LineResult, Outcome, TestResult};

use super::Trials;
use crate::render::View;
use crate::render::place::{place_of, shown_path};

pub(super) fn render_junit(trials: &Trials<'_>, view: &View<'_>) -> String {
    let failed = trials.results.iter().filter(|test| !test.passes()).count();
    let errors = usize::from(!trials.has_run);
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let tests = trials.results.len() + errors;
    let _ = writeln!(
        text,
        "<testsuites name=\"netpol\" tests=\"{tests}\" failures=\"{failed}\" errors=\"{errors}\">"
    );
    if !trials.has_run {
        text.push_str(
            "  <testsuite name=\"netpol check\" tests=\"1\" failures=\"0\" errors=\"1\">\n    \
             <testcase name=\"the text is without error\" classname=\"netpol\">\n      \
             <error message=\"no test was run: the text has errors\"/>\n    </testcase>\n  </testsuite>\n",
        );
    }
    for suite in trials.results.chunk_by(|a, b| a.span.file == b.span.file) {
        write_suite(&mut text, suite, view);
    }
    text.push_str("</testsuites>\n");
    text
}

fn write_suite(text: &mut String, suite: &[TestResult], view: &View<'_>) {
    let Some(first) = suite.first() else { return };
    let file = escaped(&shown_path(first.span.file, view));
    let failed = suite.iter().filter(|test| !test.passes()).count();
    let _ = writeln!(
        text,
        "  <testsuite name=\"{file}\" tests=\"{}\" failures=\"{failed}\" errors=\"0\">",
        suite.len()
    );
    for test in suite {
        let cluster = test.cluster.as_ref().map(|name| format!(" on {name}")).unwrap_or_default();
        let name = escaped(&format!("{}{cluster}", test.title));
        let _ = write!(text, "    <testcase name=\"{name}\" classname=\"{file}\"");
        if test.passes() {
            text.push_str("/>\n");
            continue;
        }
        text.push_str(">\n");
        for line in &test.lines {
            write_failure(text, line, view);
        }
        text.push_str("    </testcase>\n");
    }
    text.push_str("  </testsuite>\n");
}

fn write_failure(text: &mut String, line: &LineResult, view: &View<'_>) {
    let place = place_of(line.span, view);
    let message = match &line.outcome {
        Outcome::Holds | Outcome::Vacuous => return,
        Outcome::Undecided => format!("{} is too wide to decide", line.text),
        Outcome::Fails { witness, .. } => {
            format!("{} {}", witness, if line.can { "does not pass" } else { "passes" })
        }
    };
    let mut body = format!("{}:{}: {}", place.path, place.line, line.text);
    if let Outcome::Fails { decisions, .. } = &line.outcome {
        for decision in decisions {
            let _ = write!(body, "\n{}: {}", decision.at(), decision.reason);
        }
    }
    let _ = writeln!(text, "      <failure message=\"{}\">{}</failure>", escaped(&message), escaped(&body));
}

/// The text with what XML reserves written as entities, and without the characters that XML 1.0 (section 2.2) forbids.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('?'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn nothing_of_a_title_is_read_as_xml() {
        assert_eq!(super::escaped("a<b>&\"c\"\u{1b}"), "a&lt;b&gt;&amp;&quot;c&quot;?");
    }
}
