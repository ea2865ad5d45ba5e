//! `netpol expire`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use netpol_driver::{
    Calendar, CalendarFormat, Date, Options, Purpose, View, compile, load_project, render_calendar,
};

use super::day;
use crate::arguments::{Common, Format, Telling, after_help, parse_date};
use crate::disk::Disk;
use crate::locate::{Located, locate};
use crate::report::{Stream, tell, tell_alone};
use crate::terminal::{self, Outcome};

/// List what lapses soon, and who answers for it
///
/// Rules, exceptions, modes and audits with `until`, and reviews that a guardrail demands; by day, with owner and ticket.
/// What lapsed already is listed too, until it is removed. PATH may be a folder or file inside a project.
#[derive(Args, Debug)]
#[command(after_help = after_help("  netpol expire
  netpol expire --within 90 --format ics > netpol.ics
  netpol expire --check                 exit with 1 where anything is listed, for a nightly job
  netpol expire tenants/shop --format csv"))]
pub struct Expire {
    /// A project, or a folder or file inside one [default: the project around the current folder]
    path: Option<PathBuf>,

    /// How many days to look ahead
    #[arg(long, value_name = "DAYS", default_value_t = 30)]
    within: u32,

    /// Exit with 1 where anything is listed
    #[arg(long)]
    check: bool,

    /// The day it is asked on; today where nothing is said
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = parse_date)]
    as_of: Option<Date>,

    /// How the list is written: human, json, csv or ics
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: ListFormat,
}

/// How the list is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum ListFormat {
    /// A line for each
    #[default]
    Human,
    /// One JSON object
    Json,
    /// A table
    Csv,
    /// Events for a calendar
    Ics,
}

impl From<ListFormat> for CalendarFormat {
    fn from(format: ListFormat) -> Self {
        match format {
            ListFormat::Human => Self::Human,
            ListFormat::Json => Self::Json,
            ListFormat::Csv => Self::Csv,
            ListFormat::Ics => Self::Ics,
        }
    }
}

/// Runs the command.
pub fn run(arguments: &Expire, common: Common) -> Outcome {
    let telling = Telling { as_of: arguments.as_of, format: Format::Human };
    let located = day(&telling).and_then(|day| Ok((day, locate(arguments.path.as_deref())?)));
    let (as_of, located) = match located {
        Ok(found) => found,
        Err(fault) => return tell_alone(vec![*fault], Format::Human, common),
    };
    let (loaded, prefix, part) = match located {
        Located::Project { root, prefix, part } => (load_project(&Disk, &root), prefix, part),
        Located::File(path) => {
            let single = crate::arguments::Single { backend: None, namespace: None, settings: Vec::new() };
            (super::load_alone(&path, &single), String::new(), String::new())
        }
    };
    let options = Options { as_of, targets: Vec::new(), purpose: Purpose::Test };
    let mut compiled = compile(loaded, &options);
    // Only what keeps the list from being whole is told here: `netpol check` tells the rest.
    compiled.diagnostics.retain(|diagnostic| diagnostic.code.0 < 400 && !compiled.has_tested);
    compiled.narrow(&part);
    let outcome = tell(&compiled, &prefix, Format::Human, common, Stream::Error);
    let calendar = Calendar::of(&compiled.lapses, as_of, arguments.within);
    let view = View { sources: &compiled.sources, library: compiled.library, prefix: &prefix, colour: false };
    let printed = terminal::print(&render_calendar(arguments.format.into(), &calendar, &view));
    let found = if arguments.check && !calendar.lapses.is_empty() { Outcome::Wrong } else { Outcome::Fine };
    outcome.max(printed).max(found)
}
