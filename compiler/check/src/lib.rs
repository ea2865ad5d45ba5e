//! Tree to model: names, types, consent; the standard library is embedded here.
//!
//! The order of work: `scope/modules` gathers the files and what they import; `views` makes one policy for each
//! cluster, in two passes: `scope/collect` declares every noun, `statements` turns every line into rules. `resolve`
//! turns written ends, ports and arguments into the model's, `values` judges addresses, domains, ports and labels. On the
//! finished policies `flows` lints and `proofs` runs the tests.

#![allow(
    clippy::result_large_err,
    reason = "an error is a diagnostic to tell, made once for each mistake of the text"
)]

mod damage;
mod expiry;
mod flows;
mod input;
mod layers;
mod nesting;
mod paperwork;
mod patience;
mod proofs;
mod report;
mod resolve;
mod scope;
mod statements;
#[cfg(test)]
mod tests;
mod unused;
mod values;
mod views;

pub use expiry::{Lapse, LapseKind};
/// The `expose` line that the other namespace would have to write for an arrow into it; none where its ends have no names.
pub use flows::private::line_to_ask_for;
pub use flows::readable::written_ports;
pub use input::{Authority, Checked, Input, InputFile, Require, Wanted};
pub use proofs::{Coverage, Decision, LineResult, Outcome, Statement, TestResult, cover};

use netpol_diagnostics::Sources;

/// Checks a project: one policy for each cluster, and everything there is to say about the text.
///
/// Never fails: a statement with an error is left out of the policies, with a diagnostic. Library modules that the
/// project imports are added to `sources` under their module path.
pub fn check(input: &Input<'_>, sources: &mut Sources) -> Checked {
    let mut report = report::Report::default();
    let library = scope::modules::load_library(input, sources);
    let sources: &Sources = sources;
    let project = scope::modules::gather(input, &library, sources, &mut report);
    views::check_views(input, &project, sources, report)
}

/// The modules of the standard library: import path and text.
pub fn standard_modules() -> &'static [(&'static str, &'static str)] {
    scope::library::MODULES
}
