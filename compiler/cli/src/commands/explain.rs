//! `netpol explain`.

use clap::Args;
use netpol_diagnostics::near;
use netpol_diagnostics::{CATALOGUE, Code, Entry, FAMILIES, Severity, entry};

use crate::arguments::after_help;
use crate::page::render_page;
use crate::terminal::{self, Outcome};

/// The page of each code, in Markdown.
const PAGES: &[(u16, &str)] = include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// Explain a diagnostic code, or list all of them
///
/// With CODE, what it means, why it matters, a program that raises it and one that does not, and what to do. Without,
/// every code with its title.
#[derive(Args, Debug)]
#[command(after_help = after_help("  netpol explain
  netpol explain NP0501
  netpol explain 501"))]
pub struct Explain {
    /// The code, as diagnostics show it: NP0501
    code: Option<String>,
}

/// Runs the command.
pub fn run(arguments: &Explain) -> Outcome {
    let Some(text) = &arguments.code else {
        return terminal::print(&overview());
    };
    let found = parse_code(text).and_then(entry);
    let page = found.and_then(|entry| page(entry.code));
    let (Some(entry), Some(page)) = (found, page) else {
        terminal::complain(&unknown(text));
        return Outcome::Environment;
    };
    let severity = severity_word(entry.severity);
    terminal::print(&format!("{severity}[{}]: {}\n\n{}", entry.code, entry.title, render_page(page)))
}

/// Reads `NP0501`, `np501` or `501`.
pub fn parse_code(text: &str) -> Option<Code> {
    let digits = text.strip_prefix("NP").or_else(|| text.strip_prefix("np")).unwrap_or(text);
    let is_number = (1..=4).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| digits.parse().ok().map(Code)).flatten()
}

/// The page of a code, in Markdown.
pub fn page(code: Code) -> Option<&'static str> {
    PAGES.iter().find(|(number, _)| *number == code.0).map(|(_, page)| *page)
}

/// Every code, family by family.
fn overview() -> String {
    let mut out = String::new();
    for (at, words) in FAMILIES.iter().enumerate() {
        let codes = || CATALOGUE.iter().filter(move |entry| usize::from(entry.code.0 / 100) == at);
        if codes().next().is_none() {
            continue;
        }
        out.push_str(&format!("NP{at:02}  {words}\n"));
        for entry in codes() {
            let severity = severity_word(entry.severity);
            out.push_str(&format!("  {}  {severity:7}  {}\n", entry.code, entry.title));
        }
        out.push('\n');
    }
    out.push_str("`netpol explain NP0501` explains one of them.\n");
    out
}

/// What to say about a code that does not exist.
fn unknown(text: &str) -> String {
    let title = |entry: &Entry| format!("`{}`, {}", entry.code, entry.title);
    let names: Vec<String> = CATALOGUE.iter().map(|entry| entry.code.to_string()).collect();
    let written = match parse_code(text) {
        Some(code) => code.to_string(),
        None => text.to_uppercase(),
    };
    let near = near(&written, names.iter().map(String::as_str));
    let near = near.first().and_then(|near| parse_code(near)).and_then(entry);
    let help = match near {
        Some(entry) => format!("did you mean {}?", title(entry)),
        None => "codes look like NP0501, and `netpol explain` lists them".to_owned(),
    };
    format!("no diagnostic has the code `{text}`: {help}")
}

fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}
