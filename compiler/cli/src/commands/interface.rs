//! `netpol interface`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use netpol_driver::{Compiled, Date, contract_of, document_namespace};

use super::policy_at;
use crate::arguments::{Common, after_help, parse_date};
use crate::terminal::{self, Outcome};

/// Print the contract of a namespace: who may reach it and what it may reach
///
/// One page in Markdown, with ports, reasons, owners and the line each comes from; what of it was asked for by the other
/// end; what guardrails and its own fence keep it from; and the paperwork its lines need. Patterns are expanded, and lines
/// that have lapsed are left out. A namespace that stands on several clusters has a page for each.
///
/// With --format netpol, what it offers as an `external` namespace: the text that another project puts beside its own, so
/// that `netpol check` there holds its lines against yours.
#[derive(Args, Debug)]
#[command(after_help = after_help("  netpol interface orders
  netpol interface cde examples/cardholder-data
  netpol interface orders --as-of 2027-01-31     what will be left of it by then
  netpol interface orders > docs/orders.md
  netpol interface orders --format netpol > ../shop/external/orders.netpol"))]
pub struct Interface {
    /// The namespace
    namespace: String,

    /// A project, or a folder or file inside one [default: the project around the current folder]
    path: Option<PathBuf>,

    /// The day by which `until` lines are judged; today where nothing is said
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = parse_date)]
    as_of: Option<Date>,

    /// How it is written: markdown or netpol
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: PageFormat,
}

/// How the contract is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum PageFormat {
    /// A page for people
    #[default]
    Markdown,
    /// Text of the language, for another project
    Netpol,
}

/// Runs the command.
pub fn run(arguments: &Interface, common: Common) -> Outcome {
    let found = policy_at(arguments.path.as_deref(), arguments.as_of, Compiled::keep_what_hides, common);
    let (compiled, as_of) = match found {
        Ok(found) => found,
        Err(outcome) => return outcome,
    };
    let write = match arguments.format {
        PageFormat::Markdown => document_namespace,
        PageFormat::Netpol => contract_of,
    };
    match write(&compiled, &arguments.namespace, as_of) {
        Ok(page) => terminal::print(&page),
        Err(fault) => {
            terminal::complain(&fault);
            Outcome::Environment
        }
    }
}
