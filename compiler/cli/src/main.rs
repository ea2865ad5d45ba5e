//! The `netpol` command: one module for each subcommand.

mod arguments;
mod commands;
mod disk;
mod locate;
mod proof;
mod page;
mod report;
mod template;
mod terminal;

use std::process::ExitCode;

use arguments::Arguments;
use clap::Parser;
use terminal::Outcome;

/// The compiler makes many small values on two threads; this allocator halves what that costs.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        // Help and version are no errors; a pipe that closed early is nobody's.
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { Outcome::Environment } else { Outcome::Fine }.into();
        }
    };
    // A defect is told in one message below, not in a trace.
    std::panic::set_hook(Box::new(|_| {}));
    let outcome = std::panic::catch_unwind(|| commands::run(&arguments));
    let outcome = outcome.unwrap_or_else(|cause| {
        let said = cause.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let said = said.or_else(|| cause.downcast_ref::<String>().cloned()).unwrap_or_default();
        terminal::complain(&format!(
            "netpol has a defect and stopped: {said}\nNothing of your output was changed. Please report it, with the \
             files that led here if you can share them."
        ));
        Outcome::Environment
    });
    outcome.into()
}
