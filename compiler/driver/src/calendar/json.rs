//! Lapses as one JSON object.

use serde::Serialize;

use super::Calendar;
use crate::render::View;
use crate::render::place::{Place, place_of};

/// The version of this form; a field may be added without a new one.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    as_of: String,
    days: u32,
    lapses: Vec<Lapsing<'a>>,
}

#[derive(Serialize)]
struct Lapsing<'a> {
    day: String,
    days_left: i64,
    kind: &'static str,
    namespace: Option<&'a str>,
    owner: Option<&'a str>,
    ticket: Option<&'a str>,
    because: Option<&'a str>,
    text: &'a str,
    #[serde(flatten)]
    place: Place,
}

pub(super) fn render_json(calendar: &Calendar<'_>, view: &View<'_>) -> String {
    let lapses = calendar.lapses.iter().map(|lapse| Lapsing {
        day: lapse.day.to_string(),
        days_left: lapse.day.days() - calendar.as_of.days(),
        kind: lapse.kind.word(),
        namespace: lapse.namespace.as_deref(),
        owner: lapse.owner.as_deref(),
        ticket: lapse.ticket.as_deref(),
        because: lapse.because.as_deref(),
        text: &lapse.text,
        place: place_of(lapse.span, view),
    });
    let (as_of, days) = (calendar.as_of.to_string(), calendar.days);
    let report = Report { version: VERSION, as_of, days, lapses: lapses.collect() };
    let mut text = serde_json::to_string_pretty(&report).unwrap_or_default();
    text.push('\n');
    text
}
