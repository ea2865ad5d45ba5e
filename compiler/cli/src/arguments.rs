//! The command line.

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand, ValueEnum};
use netpol_driver::Date;

use crate::commands::{
    analyze, build, check, doc, expire, explain, fix, fmt, graph, init, interface, lsp, targets, test,
};
use crate::terminal::Color;

const EXIT_CODES: &str = "\
Exit codes:
  0  nothing is wrong; there may be warnings
  1  the policy is wrong, or committed output is stale
  2  the command was misused, or something could not be read or written";

/// Network policy for Kubernetes, written once and compiled to what your cluster enforces.
///
/// A project is a folder with a `netpol.toml` and `.netpol` files. `netpol build` turns it into manifests for stock
/// NetworkPolicy, Calico or Cilium, exactly, or says what a target cannot express.
#[derive(Debug, Parser)]
#[command(
    name = "netpol",
    version,
    styles = STYLES,
    max_term_width = 100,
    disable_help_subcommand = true,
    after_help = format!("Examples:\n  netpol init shop && netpol build shop\n  netpol check\n  netpol explain NP0501\n\n{EXIT_CODES}"),
)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,

    #[command(flatten)]
    pub common: Common,
}

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// What every command takes.
#[derive(Args, Clone, Copy, Debug)]
pub struct Common {
    /// Say nothing but errors
    #[arg(long, short, global = true)]
    pub quiet: bool,

    /// When to use colour
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "WHEN",
        hide_possible_values = true
    )]
    pub color: Color,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    Build(build::Build),
    Check(check::Check),
    Test(test::Test),
    Fix(fix::Fix),
    Fmt(fmt::Fmt),
    Expire(expire::Expire),
    Analyze(analyze::Analyze),
    Interface(interface::Interface),
    Doc(doc::Doc),
    Graph(graph::Graph),
    Init(init::Init),
    Targets(targets::Targets),
    Explain(explain::Explain),
    Lsp(lsp::Lsp),
}

/// How a report is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// With the lines of the source, for people
    #[default]
    Human,
    /// One line for each diagnostic, for editors
    Short,
    /// One JSON object
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Workflow commands of GitHub Actions
    Github,
}

impl From<Format> for netpol_driver::Format {
    fn from(format: Format) -> Self {
        match format {
            Format::Human => Self::Human,
            Format::Short => Self::Short,
            Format::Json => Self::Json,
            Format::Sarif => Self::Sarif,
            Format::Github => Self::Github,
        }
    }
}

/// What is built for one file, in place of a project file.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "One file without a project")]
pub struct Single {
    /// The back end to build with: kubernetes, calico or cilium
    #[arg(long, value_name = "NAME")]
    pub backend: Option<String>,

    /// The namespace of rules that stand outside every namespace
    #[arg(long, value_name = "NAME", value_parser = parse_namespace)]
    pub namespace: Option<String>,

    /// A setting of the back end; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = parse_setting)]
    pub settings: Vec<(String, String)>,
}

/// When, and how it is told.
#[derive(Args, Clone, Copy, Debug)]
pub struct Telling {
    /// The day by which `until` lines are judged; today where nothing is said
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = parse_date)]
    pub as_of: Option<Date>,

    /// How diagnostics are written: human, short, json, sarif or github
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    pub format: Format,
}

pub fn parse_date(text: &str) -> Result<Date, String> {
    text.parse().map_err(|()| "not a day of the calendar, written like 2026-11-21".to_owned())
}

pub fn parse_namespace(text: &str) -> Result<String, String> {
    match netpol_driver::is_dns_label(text) {
        true => Ok(text.to_owned()),
        false => Err("not the name of a namespace: lower-case letters, digits and hyphens".to_owned()),
    }
}

fn parse_setting(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("write KEY=VALUE")?;
    Ok((key.trim().to_owned(), value.trim().to_owned()))
}

/// Examples and exit codes, for the end of a command's help.
pub fn after_help(examples: &str) -> String {
    format!("Examples:\n{examples}\n\n{EXIT_CODES}")
}
