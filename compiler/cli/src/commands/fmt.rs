//! `netpol fmt`.

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Args;
use netpol_driver::{Compiled, Layout, diff_of, format, layout, load_project, replace_sources};

use super::load_alone;
use crate::arguments::{Common, Format, Single, after_help};
use crate::disk::Disk;
use crate::locate::{Located, locate};
use crate::report::{Stream, tell, tell_alone};
use crate::terminal::{self, Outcome};

/// Lay out sources in the one style there is
///
/// Two spaces for each step, a statement on a line, clauses below it, at most one empty line, lines of up to 100
/// characters. Every word and every comment stays; only space, line ends and the comma after a list's last item change. A
/// file with a mistake is left alone.
///
/// With - as PATH, standard input is laid out and printed.
#[derive(Args, Debug)]
#[command(after_help = after_help("  netpol fmt
  netpol fmt --check                    is everything laid out? exit 1 and a diff where not
  netpol fmt tenants/shop
  netpol fmt - < shop.netpol"))]
pub struct Fmt {
    /// A project, a folder or file inside one, a file on its own, or - [default: the project around the current folder]
    path: Option<PathBuf>,

    /// Write nothing; print what would change as a unified diff, and exit with 1 if anything would
    #[arg(long)]
    check: bool,
}

/// Runs the command.
pub fn run(arguments: &Fmt, common: Common) -> Outcome {
    if arguments.path.as_deref() == Some(Path::new("-")) {
        return standard_input(arguments.check);
    }
    let (loaded, root, prefix, part) = match locate(arguments.path.as_deref()) {
        Ok(Located::Project { root, prefix, part }) => (load_project(&Disk, &root), root, prefix, part),
        Ok(Located::File(path)) => {
            let single = Single { backend: None, namespace: None, settings: Vec::new() };
            (load_alone(&path, &single), PathBuf::new(), String::new(), String::new())
        }
        Err(fault) => return tell_alone(vec![*fault], Format::Human, common),
    };
    // The project file may be wrong; a source that cannot be read may not.
    if loaded.files.is_empty() {
        return tell_alone(loaded.diagnostics, Format::Human, common).max(Outcome::Environment);
    }
    let laid = layout(&loaded, &part);
    let shown = |path: &str| if prefix.is_empty() { path.to_owned() } else { format!("{prefix}/{path}") };
    for path in &laid.broken {
        terminal::tell(&format!("{}: has a mistake, which `netpol check` tells; left alone\n", shown(path)));
    }
    let mut outcome = if laid.broken.is_empty() { Outcome::Fine } else { Outcome::Wrong };
    if arguments.check {
        let diffs = laid.files.iter().map(|(path, (old, new))| diff_of(&shown(path), old, new));
        outcome = outcome.max(terminal::print(&diffs.collect::<String>()));
        if !laid.files.is_empty() {
            let (sources, diagnostics) = (loaded.sources, laid.diagnostics.clone());
            let library = sources.iter().count() as u32;
            let told = Compiled { sources, library, diagnostics, ..Compiled::default() };
            tell(&told, &prefix, Format::Human, common, Stream::Error);
            outcome = outcome.max(Outcome::Wrong);
        }
    } else if let Err(fault) = replace_sources(&Disk, &root, &laid.files) {
        return tell_alone(vec![*fault], Format::Human, common);
    }
    if !common.quiet {
        terminal::tell(&summary(&laid, arguments.check));
    }
    outcome
}

fn standard_input(check: bool) -> Outcome {
    let mut text = String::new();
    if let Err(error) = std::io::stdin().lock().read_to_string(&mut text) {
        terminal::complain(&format!("standard input cannot be read: {error}"));
        return Outcome::Environment;
    }
    match format(&text) {
        Some(laid) if check => match diff_of("standard-input", &text, &laid) {
            diff if diff.is_empty() => Outcome::Fine,
            diff => terminal::print(&diff).max(Outcome::Wrong),
        },
        Some(laid) => terminal::print(&laid),
        // What is piped through keeps its text.
        None => {
            terminal::complain("the text has a mistake, which `netpol check` tells; left alone");
            if check { Outcome::Wrong } else { terminal::print(&text).max(Outcome::Wrong) }
        }
    }
}

/// One line for all.
fn summary(laid: &Layout, check: bool) -> String {
    let word = |count: usize| if count == 1 { "1 file".to_owned() } else { format!("{count} files") };
    match (laid.files.len(), check) {
        (0, _) => format!("{} laid out already\n", word(laid.count - laid.broken.len())),
        (count, true) => format!("{} not laid out (NP0107): run `netpol fmt`\n", word(count)),
        (count, false) => format!("{} laid out\n", word(count)),
    }
}
