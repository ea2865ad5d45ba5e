//! Standard output, standard error and the exit code.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::ValueEnum;

/// How a command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// 0: nothing is wrong; there may be warnings.
    Fine,
    /// 1: the policy is wrong, or the output is stale.
    Wrong,
    /// 2: the command was misused, or something could not be read or written.
    Environment,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> ExitCode {
        ExitCode::from(match outcome {
            Outcome::Fine => 0,
            Outcome::Wrong => 1,
            Outcome::Environment => 2,
        })
    }
}

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Whether standard error takes colour.
pub fn wants_colour(color: Color) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
            let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
            io::stderr().is_terminal() && !refused && !dumb
        }
    }
}

/// Writes to standard output. A reader that closed the pipe has what it wanted; anything else is an error.
pub fn print(text: &str) -> Outcome {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Outcome::Fine,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Outcome::Fine,
        Err(error) => {
            complain(&format!("standard output cannot be written: {error}"));
            Outcome::Environment
        }
    }
}

/// Writes to standard error, as far as that is possible.
pub fn tell(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Writes `error: …` to standard error.
pub fn complain(text: &str) {
    tell(&format!("error: {text}\n"));
}
