//! What tests came to, as text: for people, for programs and for continuous integration.

mod human;
mod json;
mod junit;

use netpol_check::{Coverage, TestResult};

use crate::render::View;

/// The forms a report of tests can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrialFormat {
    /// A line for each test, and more for those that fail.
    Human,
    /// One JSON object.
    Json,
    /// JUnit's XML, which most systems of continuous integration read.
    Junit,
}

/// What a report of tests is about.
#[derive(Clone, Copy, Debug)]
pub struct Trials<'a> {
    /// What the tests came to, in the order of the text, cluster by cluster.
    pub results: &'a [TestResult],
    /// What the tests look at; none where nobody asked.
    pub coverage: Option<&'a Coverage>,
    /// Whether the tests were run: a text with errors has none.
    pub has_run: bool,
}

/// The report of these tests.
pub fn render_trials(format: TrialFormat, trials: &Trials<'_>, view: &View<'_>) -> String {
    match format {
        TrialFormat::Human => human::render_human(trials, view),
        TrialFormat::Json => json::render_json(trials, view),
        TrialFormat::Junit => junit::render_junit(trials, view),
    }
}

/// The coverage of several clusters as one: a line counts as looked at where a test of some cluster looks at it.
pub fn merge_coverage(views: impl IntoIterator<Item = Coverage>) -> Coverage {
    let mut views = views.into_iter();
    let mut merged = views.next().unwrap_or_default();
    for view in views {
        for (all, more) in [(&mut merged.allows, view.allows), (&mut merged.denies, view.denies)] {
            for statement in more {
                match all.iter_mut().find(|known| known.span == statement.span) {
                    Some(known) => known.is_covered |= statement.is_covered,
                    None => all.push(statement),
                }
            }
            all.sort_by_key(|statement| statement.span);
        }
    }
    merged
}
