//! Dates and durations as written.

use netpol_diagnostics::{Code, Diagnostic, Span};
use netpol_flow::Date;

/// Reads `YYYY-MM-DD`.
pub(crate) fn parse_date(text: &str, place: Span) -> Result<Date, Diagnostic> {
    text.parse().map_err(|()| {
        let found = Diagnostic::new(Code(108), format!("`{text}` is no day of the calendar"));
        found.at(place, "no such date").help("write a day that exists as YYYY-MM-DD")
    })
}

/// Reads `90d` or `48h` as days; hours count as whole days, rounded down.
pub(crate) fn parse_days(text: &str) -> Option<u32> {
    if let Some(days) = text.strip_suffix('d') {
        return days.parse().ok();
    }
    text.strip_suffix('h').and_then(|hours| hours.parse::<u32>().ok()).map(|hours| hours / 24)
}
