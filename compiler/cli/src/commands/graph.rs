//! `netpol graph`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use netpol_driver::{Compiled, Date, GraphBy, GraphFormat, GraphOptions, graph};

use super::policy_at;
use crate::arguments::{Common, after_help, parse_date, parse_namespace};
use crate::terminal::{self, Outcome};

/// Draw who may reach whom, as the sources mean it
///
/// Workloads stand in their namespaces; addresses and domains, nodes and the API server outside. An arrow with its ports
/// is drawn where a line speaks of it and both ends let it pass: what guardrails, fences or the other side deny is left
/// out, and so are lines that have lapsed. A dashed arrow, `in part`, says that only some of its connections pass.
///
/// What no line speaks of is not drawn, even where it passes because nobody decides: a namespace that is only watched, open
/// on one side, not declared, or built by another project is titled so.
///
/// What four namespaces or more have alike is drawn once. A graph of more than 200 arrows has namespaces as its nodes
/// unless --by workload says otherwise, and that is told on standard error. An arrow between namespaces says that something
/// of the one may reach something of the other; what passes inside of them is not drawn then.
#[derive(Args, Debug)]
#[command(after_help = after_help("  netpol graph examples/three-tier
  netpol graph --namespace shop                  what it exchanges, for a page in Markdown
  netpol graph --format dot | dot -Tsvg > policy.svg
  netpol graph --format matrix --by namespace
  netpol graph --format csv --as-of 2027-01-31   each arrow that will be left by then"))]
pub struct Graph {
    /// A project, or a folder or file inside one [default: the project around the current folder]
    path: Option<PathBuf>,

    /// How it is written: mermaid, dot (Graphviz), matrix or csv
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: PictureFormat,

    /// Only this namespace and what it exchanges; may be repeated
    #[arg(long, value_name = "NAME", value_parser = parse_namespace)]
    namespace: Vec<String>,

    /// What the nodes are: workload or namespace [default: by the number of arrows]
    #[arg(long, value_enum, value_name = "WHAT", hide_possible_values = true)]
    by: Option<By>,

    /// The day by which `until` lines are judged; today where nothing is said
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = parse_date)]
    as_of: Option<Date>,
}

/// How the graph is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum PictureFormat {
    /// A flowchart for Markdown
    #[default]
    Mermaid,
    /// The language of Graphviz
    Dot,
    /// A table, for people
    Matrix,
    /// A line for each arrow
    Csv,
}

/// What the nodes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum By {
    /// Workloads in their namespaces
    Workload,
    /// Namespaces
    Namespace,
}

/// Runs the command.
pub fn run(arguments: &Graph, common: Common) -> Outcome {
    let found = policy_at(arguments.path.as_deref(), arguments.as_of, Compiled::keep_what_misleads, common);
    let (compiled, as_of) = match found {
        Ok(found) => found,
        Err(outcome) => return outcome,
    };
    let options = GraphOptions {
        format: match arguments.format {
            PictureFormat::Mermaid => GraphFormat::Mermaid,
            PictureFormat::Dot => GraphFormat::Dot,
            PictureFormat::Matrix => GraphFormat::Matrix,
            PictureFormat::Csv => GraphFormat::Csv,
        },
        namespaces: arguments.namespace.clone(),
        by: arguments.by.map(|by| match by {
            By::Workload => GraphBy::Workload,
            By::Namespace => GraphBy::Namespace,
        }),
    };
    match graph(&compiled, &options, as_of) {
        Ok(drawn) => {
            let outcome = terminal::print(&drawn.text);
            if !common.quiet {
                drawn.notes.iter().for_each(|note| terminal::tell(&format!("note: {note}\n")));
            }
            outcome
        }
        Err(fault) => {
            terminal::complain(&fault);
            Outcome::Environment
        }
    }
}
