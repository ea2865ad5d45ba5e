//! `netpol check`.

use std::mem::ManuallyDrop;
use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use netpol_driver::{Options, Purpose, check_all, load_project};

use super::{day, load_alone, misplaced};
use crate::arguments::{Common, Single, Telling, after_help};
use crate::disk::Disk;
use crate::locate::{Located, locate};
use crate::proof::explain;
use crate::report::{Stream, tell, tell_alone};
use crate::terminal::{self, Outcome};

/// Check a project, or a part of it, and write nothing
///
/// Does everything `netpol build` does but write. PATH may be a folder or file inside a project: the whole project is
/// read, and what concerns that part is told, so that each team can check its own folder.
///
/// A line whose `until` has passed is an error here; a build leaves it out and warns.
#[derive(Args, Debug)]
#[command(after_help = after_help("  netpol check
  netpol check tenants/shop
  netpol check --as-of 2027-01-31       what will have lapsed by then
  netpol check --format sarif > netpol.sarif
  netpol check shop.netpol --backend cilium"))]
pub struct Check {
    /// A project, a folder or file inside one, or a file on its own [default: the project around the current folder]
    path: Option<PathBuf>,

    /// Check for these targets only; may be repeated
    #[arg(long = "target", value_name = "NAME")]
    targets: Vec<String>,

    /// Say how much was compared to prove that the manifests would mean what the source says
    #[arg(long)]
    explain_proof: bool,

    #[command(flatten)]
    telling: Telling,

    #[command(flatten)]
    single: Single,
}

/// Runs the command.
pub fn run(arguments: &Check, common: Common) -> Outcome {
    let format = arguments.telling.format;
    let located = day(&arguments.telling).and_then(|day| Ok((day, locate(arguments.path.as_deref())?)));
    let (as_of, located) = match located {
        Ok(found) => found,
        Err(fault) => return tell_alone(vec![*fault], format, common),
    };
    let (loaded, prefix, part) = match (located, &arguments.path) {
        (Located::Project { .. }, Some(path)) if arguments.single.backend.is_some() && path.is_file() => {
            (load_alone(path, &arguments.single), String::new(), String::new())
        }
        (Located::Project { root, prefix, part }, _) => match misplaced(&arguments.single) {
            Some(fault) => return tell_alone(vec![fault], format, common),
            None => (load_project(&Disk, &root), prefix, part),
        },
        (Located::File(path), _) => (load_alone(&path, &arguments.single), String::new(), String::new()),
    };
    let options = Options { as_of, targets: arguments.targets.clone(), purpose: Purpose::Check };
    let start = Instant::now();
    // This process ends once it has told; taking the policy apart would be one more thing to wait for.
    let mut compiled = ManuallyDrop::new(check_all(loaded, &options));
    if arguments.explain_proof && !compiled.has_errors() {
        terminal::tell(&explain(&compiled.targets, start.elapsed()));
    }
    compiled.narrow(&part);
    tell(&compiled, &prefix, format, common, Stream::ByFormat)
}
