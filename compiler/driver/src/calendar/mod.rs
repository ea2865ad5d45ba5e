//! What lapses, as text: for people, for programs, for spreadsheets and for calendars.

mod csv;
mod human;
mod ics;
mod json;

use netpol_check::Lapse;
use netpol_flow::Date;

use crate::render::View;

/// The forms a list of lapses can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CalendarFormat {
    /// A line for each, by day.
    Human,
    /// One JSON object.
    Json,
    /// A table with a header, as RFC 4180 writes it.
    Csv,
    /// An all-day event for each, as RFC 5545 writes it.
    Ics,
}

/// What lapses until a day, and what lapsed before.
#[derive(Clone, Copy, Debug)]
pub struct Calendar<'a> {
    /// By day.
    pub lapses: &'a [Lapse],
    /// The day it is asked on.
    pub as_of: Date,
    /// How many days ahead it looks.
    pub days: u32,
}

impl<'a> Calendar<'a> {
    /// What of these lapsed before a day or will within so many days of it.
    pub fn of(lapses: &'a [Lapse], as_of: Date, days: u32) -> Calendar<'a> {
        let last = as_of.days() + i64::from(days);
        let end = lapses.partition_point(|lapse| lapse.day.days() <= last);
        Calendar { lapses: lapses.get(..end).unwrap_or(lapses), as_of, days }
    }

    /// Whether a day lies behind: the last day of a thing is not behind until it is over.
    fn is_over(&self, lapse: &Lapse) -> bool {
        lapse.day < self.as_of
    }
}

/// The list of what lapses.
pub fn render_calendar(format: CalendarFormat, calendar: &Calendar<'_>, view: &View<'_>) -> String {
    match format {
        CalendarFormat::Human => human::render_human(calendar, view),
        CalendarFormat::Json => json::render_json(calendar, view),
        CalendarFormat::Csv => csv::render_csv(calendar, view),
        CalendarFormat::Ics => ics::render_ics(calendar, view),
    }
}
