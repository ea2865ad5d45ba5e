//! `netpol lsp`.

use clap::Args;
use netpol_lsp::{End, serve};

use super::explain::page;
use crate::arguments::after_help;
use crate::disk::Disk;
use crate::terminal::Outcome;

/// Serve an editor: diagnostics as you type, completion, navigation
///
/// Speaks the Language Server Protocol 3.17 over standard input and output; an editor starts it, for files that end in
/// `.netpol`. What it says of a project is what `netpol check` says, with the files as they stand in the editor. A file
/// under no `netpol.toml` is checked alone.
///
/// The modules of the standard library are written, read-only, to the user's cache folder when the editor goes there.
///
/// It ends with 0 when the editor asked it to shut down first, else with 1.
#[derive(Args, Debug)]
#[command(after_help = after_help("  netpol lsp                            an editor's configuration names this command"))]
pub struct Lsp {
    /// Accepted because some editors add it; standard input and output are all there is
    #[arg(long)]
    stdio: bool,
}

/// Runs the command.
pub fn run(_: &Lsp) -> Outcome {
    static DISK: Disk = Disk;
    match serve(&DISK, page) {
        End::Proper => Outcome::Fine,
        End::Improper => Outcome::Wrong,
    }
}
