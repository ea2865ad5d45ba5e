//! NP0607: a review that a guardrail demands and that is overdue; NP0602 where there was none.

use netpol_diagnostics::{Code, Diagnostic};
use netpol_flow::Date;
use netpol_syntax::tree::{Spanned, Text};

use super::{Line, classes, told};
use crate::values::date::parse_days;

/// The line was reviewed, and not too long ago.
pub(super) fn reviewed(line: &Line<'_>, within: Option<&Spanned<Text>>) -> Option<Diagnostic> {
    let help = "review it, then write `reviewed DATE` with the day of the review";
    let Some(day) = line.origin.reviewed else {
        let label = format!("{} without `reviewed`", classes::words(line.class));
        return Some(told(602, "required `reviewed` is missing", line, label).help(help));
    };
    let limit = within.and_then(|days| parse_days(&days.node)).map(i64::from)?;
    let age = line.as_of.days() - day.days();
    if age <= limit {
        return None;
    }
    let label = format!("reviewed on {day}, {age} days before {}", line.as_of);
    let found = match line.origin.reviewed_at.filter(|_| line.origin.via.is_empty()) {
        Some(at) => Diagnostic::new(Code(607), "review is overdue").at(at, label),
        None => told(607, "review is overdue", line, label),
    };
    let due = Date::from_days(day.days() + limit).map(|due| format!("; it was due on {due}"));
    let due = due.unwrap_or_default();
    Some(found.note(format!("at most {limit} days may pass{due}")).help(help))
}

/// The last day on which the review is recent enough; none where there was no review.
pub(super) fn due(line: &Line<'_>, within: &Spanned<Text>) -> Option<Date> {
    let limit = parse_days(&within.node).map(i64::from)?;
    Date::from_days(line.origin.reviewed?.days() + limit)
}
