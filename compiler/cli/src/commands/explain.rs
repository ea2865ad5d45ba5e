//! `netpol explain`.

use clap::Args;
use netpol_diagnostics::{CATALOGUE, Code, Entry, Severity, entry};

use crate::arguments::after_help;
use crate::terminal::{self, Outcome};

/// The page of each code that has one, in Markdown.
const PAGES: &[(u16, &str)] = &[];

/// Explain a diagnostic code
///
/// Prints what the code means and, where it has a page, its cause, a program that raises it and one that does not.
#[derive(Args, Debug)]
#[command(after_help = after_help("  netpol explain NP0501
  netpol explain 501"))]
pub struct Explain {
    /// The code, as diagnostics show it: NP0501
    code: String,
}

/// Runs the command.
pub fn run(arguments: &Explain) -> Outcome {
    let Some(code) = parse_code(&arguments.code) else {
        terminal::complain(&format!("`{}` is not a code; codes look like NP0501", arguments.code));
        return Outcome::Environment;
    };
    let Some(entry) = entry(code) else {
        terminal::complain(&format!("there is no {code}\n{}", family(code)));
        return Outcome::Environment;
    };
    let page = PAGES.iter().find(|(number, _)| *number == code.0).map(|(_, page)| *page);
    let severity = match entry.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let body = page.map_or_else(|| "This code has no page yet.\n".to_owned(), |page| page.to_owned());
    terminal::print(&format!("{severity}[{code}]: {}\n\n{body}", entry.title))
}

/// Reads `NP0501`, `np501` or `501`.
pub fn parse_code(text: &str) -> Option<Code> {
    let digits = text.strip_prefix("NP").or_else(|| text.strip_prefix("np")).unwrap_or(text);
    let is_number = (1..=4).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| digits.parse().ok().map(Code)).flatten()
}

/// The codes of the same family, or of all families.
fn family(code: Code) -> String {
    let same: Vec<&Entry> = CATALOGUE.iter().filter(|entry| entry.code.0 / 100 == code.0 / 100).collect();
    if same.is_empty() {
        return "The families are NP00 to NP09.".to_owned();
    }
    let lines: Vec<String> = same.iter().map(|entry| format!("  {}  {}", entry.code, entry.title)).collect();
    format!("Its family has:\n{}", lines.join("\n"))
}
