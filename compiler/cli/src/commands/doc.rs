//! `netpol doc`.

use std::path::{Path, PathBuf};

use clap::Args;
use netpol_driver::{Compiled, Date, document_library, document_module, document_project};

use super::{load_alone, policy_at};
use crate::arguments::{Common, Format, Single, after_help, parse_date};
use crate::report::{Stream, tell};
use crate::terminal::{self, Outcome};

/// Print the documentation of a project or a module, in Markdown
///
/// Of a project: its clusters and tenants, the guardrails and what they demand, the baseline, a chapter for each namespace
/// (see `netpol interface`), and what is tested. Of a module, be it a file or one of the library: the names and patterns it
/// declares, with the comments above them.
#[derive(Args, Debug)]
#[command(after_help = after_help("  netpol doc > docs/policy.md
  netpol doc examples/twelve-tenants
  netpol doc std                        the modules of the library
  netpol doc std/k8s
  netpol doc patterns.netpol"))]
pub struct Doc {
    /// A project, a file, or a module of the library [default: the project around the current folder]
    what: Option<PathBuf>,

    /// The day by which `until` lines are judged; today where nothing is said
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = parse_date)]
    as_of: Option<Date>,
}

/// Runs the command.
pub fn run(arguments: &Doc, common: Common) -> Outcome {
    if let Some(module) = arguments.what.as_deref().and_then(module_of_the_library) {
        return match document_library(module) {
            Ok(page) => terminal::print(&page),
            Err(fault) => {
                terminal::complain(&fault);
                Outcome::Environment
            }
        };
    }
    if let Some(file) =
        arguments.what.as_deref().filter(|path| path.is_file() && !path.ends_with("netpol.toml"))
    {
        return document_file(file, common);
    }
    let found = policy_at(arguments.what.as_deref(), arguments.as_of, Compiled::keep_what_hides, common);
    let (compiled, as_of) = match found {
        Ok(found) => found,
        Err(outcome) => return outcome,
    };
    terminal::print(&document_project(&compiled, as_of))
}

/// `std` or `std/k8s`, where no file of that name lies here.
fn module_of_the_library(path: &Path) -> Option<&str> {
    let text = path.to_str()?;
    ((text == "std" || text.starts_with("std/")) && !path.exists()).then_some(text)
}

fn document_file(path: &Path, common: Common) -> Outcome {
    let loaded = load_alone(path, &Single { backend: None, namespace: None, settings: Vec::new() });
    if !loaded.diagnostics.is_empty() {
        let compiled =
            Compiled { sources: loaded.sources, diagnostics: loaded.diagnostics, ..Compiled::default() };
        return tell(&compiled, "", Format::Human, common, Stream::Error);
    }
    let texts = loaded.files.iter().map(|file| loaded.sources.file(*file));
    terminal::print(&texts.map(|source| document_module(&source.path, &source.text)).collect::<String>())
}
