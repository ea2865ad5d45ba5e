//! Telling what was found.

use netpol_diagnostics::{Diagnostic, Severity, Sources};
use netpol_driver::{Compiled, View, is_environment, render};

use crate::arguments::{Common, Format};
use crate::terminal::{self, Outcome};

/// Where a report goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Forms for people to standard error, forms for programs to standard output.
    ByFormat,
    /// All to standard error: standard output carries something else.
    Error,
}

/// Tells the diagnostics of a compilation, and how the command ends because of them.
pub fn tell(compiled: &Compiled, prefix: &str, format: Format, common: Common, stream: Stream) -> Outcome {
    let kept: Vec<Diagnostic> = compiled
        .diagnostics
        .iter()
        .filter(|diagnostic| !common.quiet || diagnostic.severity == Severity::Error)
        .cloned()
        .collect();
    let colour = terminal::wants_colour(common.color);
    let view = View { sources: &compiled.sources, library: compiled.library, prefix, colour };
    let text = render(format.into(), &kept, &view);
    let outcome = outcome_of(&compiled.diagnostics);
    match (format, stream) {
        (Format::Json | Format::Sarif, Stream::ByFormat) => outcome.max(terminal::print(&text)),
        (Format::Human | Format::Short | Format::Github, _) | (_, Stream::Error) => {
            terminal::tell(&text);
            outcome
        }
    }
}

/// Tells diagnostics that have no place in any file.
pub fn tell_alone(diagnostics: Vec<Diagnostic>, format: Format, common: Common) -> Outcome {
    let compiled = Compiled { sources: Sources::default(), diagnostics, ..Compiled::default() };
    tell(&compiled, "", format, common, Stream::ByFormat)
}

fn outcome_of(diagnostics: &[Diagnostic]) -> Outcome {
    if diagnostics.iter().any(is_environment) {
        Outcome::Environment
    } else if diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
        Outcome::Wrong
    } else {
        Outcome::Fine
    }
}
