//! The subcommands, one module each.

pub mod build;
pub mod check;
pub mod test;
pub mod fix;
pub mod fmt;
pub mod expire;
pub mod analyze;
pub mod interface;
pub mod doc;
pub mod graph;
pub mod init;
pub mod targets;
pub mod explain;
pub mod lsp;

use std::collections::BTreeMap;
use std::path::Path;

use netpol_diagnostics::Diagnostic;
use netpol_driver::{
    Compiled, Date, Host, Loaded, Options, Purpose, SingleFile, compile, load_file, load_project, usage,
};

use crate::arguments::{Arguments, Command, Common, Format, Single, Telling};
use crate::disk::Disk;
use crate::locate::{Located, locate, slashes};
use crate::report::{Stream, tell, tell_alone};
use crate::terminal::Outcome;

/// Runs the command that was asked for.
pub fn run(arguments: &Arguments) -> Outcome {
    let common = arguments.common;
    match &arguments.command {
        Command::Build(build) => build::run(build, common),
        Command::Check(check) => check::run(check, common),
        Command::Test(test) => test::run(test, common),
        Command::Fix(fix) => fix::run(fix, common),
        Command::Fmt(fmt) => fmt::run(fmt, common),
        Command::Expire(expire) => expire::run(expire, common),
        Command::Analyze(analyze) => analyze::run(analyze, common),
        Command::Interface(interface) => interface::run(interface, common),
        Command::Doc(doc) => doc::run(doc, common),
        Command::Graph(graph) => graph::run(graph, common),
        Command::Init(init) => init::run(init, common),
        Command::Targets(targets) => targets::run(targets),
        Command::Explain(explain) => explain::run(explain),
        Command::Lsp(lsp) => lsp::run(lsp),
    }
}

/// The day lapsed lines are judged by.
fn day(telling: &Telling) -> Result<Date, Box<Diagnostic>> {
    let day = telling.as_of.or_else(|| Disk.today());
    day.ok_or_else(|| {
        let fault = usage("the clock shows no day of the calendar");
        Box::new(fault.help("say the day with `--as-of YYYY-MM-DD`"))
    })
}

/// Reads a file on its own.
fn load_alone(path: &Path, single: &Single) -> Loaded {
    let settings: BTreeMap<String, String> = single.settings.iter().cloned().collect();
    let single =
        SingleFile { backend: single.backend.clone(), namespace: single.namespace.clone(), settings };
    load_file(&Disk, path, &slashes(path), &single)
}

/// What a path leads to, read: the whole project of a part, or a file on its own; and the way to it, for diagnostics.
fn load_at(path: Option<&Path>) -> Result<(Loaded, String), Box<Diagnostic>> {
    Ok(match locate(path)? {
        Located::Project { root, prefix, .. } => (load_project(&Disk, &root), prefix),
        Located::File(path) => {
            let single = Single { backend: None, namespace: None, settings: Vec::new() };
            (load_alone(&path, &single), String::new())
        }
    })
}

/// The policy of what a path leads to, to be told of and not to be built, and the day it is of. `keep` leaves the diagnostics
/// that keep it from being known; with an error among them they are told, and the outcome is all there is.
fn policy_at(
    path: Option<&Path>,
    as_of: Option<Date>,
    keep: fn(&mut Compiled),
    common: Common,
) -> Result<(Compiled, Date), Outcome> {
    let format = Format::Human;
    let found = day(&Telling { as_of, format }).and_then(|day| Ok((day, load_at(path)?)));
    let (as_of, (loaded, prefix)) = found.map_err(|fault| tell_alone(vec![*fault], format, common))?;
    let mut compiled = compile(loaded, &Options { as_of, targets: Vec::new(), purpose: Purpose::Test });
    keep(&mut compiled);
    if compiled.has_errors() {
        return Err(tell(&compiled, &prefix, format, common, Stream::Error));
    }
    Ok((compiled, as_of))
}

/// Options of a single file that were given for a project.
fn misplaced(single: &Single) -> Option<Diagnostic> {
    let given = [
        (single.backend.is_some(), "--backend"),
        (single.namespace.is_some(), "--namespace"),
        (!single.settings.is_empty(), "--set"),
    ];
    let (_, option) = given.into_iter().find(|(is_given, _)| *is_given)?;
    Some(usage(format!("`{option}` is for one file; a project says it in `netpol.toml`")))
}
