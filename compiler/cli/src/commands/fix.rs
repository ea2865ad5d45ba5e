//! `netpol fix`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use netpol_diagnostics::Code;
use netpol_driver::{Date, Fixed, Options, Purpose, Wanted, diff_of, fix, load_project, replace_sources};

use super::day;
use crate::arguments::{Common, Format, Telling, after_help, parse_date};
use crate::disk::Disk;
use crate::locate::{Located, locate};
use crate::report::{Stream, tell, tell_alone};
use crate::terminal::{self, Outcome};

/// Apply the fixes that are surely right
///
/// What diagnostics mark `[fix]` is applied where it is the only advice and no question; then the project is checked
/// again, until nothing is left to fix. A fix that would make things worse, or remove a comment, is left to you.
///
/// With --code the fixes of that code are applied, also those that ask "did you mean …?".
#[derive(Args, Debug)]
#[command(after_help = after_help("  netpol fix
  netpol fix --dry-run                  show what it would change as a unified diff
  netpol fix tenants/shop
  netpol fix --code NP0201              take the near name everywhere"))]
pub struct Fix {
    /// A project, a folder or file inside one, or a file on its own [default: the project around the current folder]
    path: Option<PathBuf>,

    /// Write nothing; print what would change, and exit with 1 if anything would
    #[arg(long)]
    dry_run: bool,

    /// Apply the fixes of this code only; may be repeated
    #[arg(long = "code", value_name = "CODE", value_parser = parse_code)]
    codes: Vec<Code>,

    /// The day by which `until` lines are judged; today where nothing is said
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = parse_date)]
    as_of: Option<Date>,
}

fn parse_code(text: &str) -> Result<Code, String> {
    super::explain::parse_code(text).ok_or_else(|| "not a code, written like NP0410".to_owned())
}

/// Runs the command.
pub fn run(arguments: &Fix, common: Common) -> Outcome {
    let telling = Telling { as_of: arguments.as_of, format: Format::Human };
    let located = day(&telling).and_then(|day| Ok((day, locate(arguments.path.as_deref())?)));
    let (as_of, located) = match located {
        Ok(found) => found,
        Err(fault) => return tell_alone(vec![*fault], Format::Human, common),
    };
    let (loaded, root, prefix, part) = match located {
        Located::Project { root, prefix, part } => (load_project(&Disk, &root), root, prefix, part),
        Located::File(path) => {
            let single = crate::arguments::Single { backend: None, namespace: None, settings: Vec::new() };
            (super::load_alone(&path, &single), PathBuf::new(), String::new(), String::new())
        }
    };
    let options = Options { as_of, targets: Vec::new(), purpose: Purpose::Test };
    let wanted = Wanted { codes: arguments.codes.clone(), part: part.clone() };
    let mut fixed = fix(loaded, &options, &wanted);
    if arguments.dry_run {
        let diffs = fixed.files.iter().map(|(path, (old, new))| {
            let shown = if prefix.is_empty() { path.clone() } else { format!("{prefix}/{path}") };
            diff_of(&shown, old, new)
        });
        let printed = terminal::print(&diffs.collect::<String>());
        let found = if fixed.files.is_empty() { Outcome::Fine } else { Outcome::Wrong };
        say(&fixed, "would be fixed", common);
        return printed.max(found);
    }
    if let Err(fault) = replace_sources(&Disk, &root, &fixed.files) {
        return tell_alone(vec![*fault], Format::Human, common);
    }
    fixed.compiled.narrow(&part);
    let outcome = tell(&fixed.compiled, &prefix, Format::Human, common, Stream::Error);
    say(&fixed, "fixed", common);
    outcome
}

/// One line: how often each code was fixed, in how many files.
fn say(fixed: &Fixed, word: &str, common: Common) {
    if common.quiet {
        return;
    }
    let counted = |applied: &BTreeMap<Code, usize>| {
        applied.iter().map(|(code, times)| format!("{code} {times}×")).collect::<Vec<_>>().join(", ")
    };
    terminal::tell(&match fixed.files.len() {
        0 => "nothing to fix\n".to_owned(),
        1 => format!("{word} in 1 file: {}\n", counted(&fixed.applied)),
        files => format!("{word} in {files} files: {}\n", counted(&fixed.applied)),
    });
}
