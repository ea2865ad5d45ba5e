//! NP0906: a line of a test whose sets are cut into each other too often to compare.

use netpol_diagnostics::{Code, Diagnostic};

use super::Context;
use super::questions::Outcome;

/// Tells the lines that nothing is known of; that is an error, never a pass.
pub(super) fn check(cx: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let lines = cx.results.iter().flat_map(|test| &test.lines);
    for line in lines.filter(|line| line.outcome == Outcome::Undecided) {
        let told = Diagnostic::new(Code(906), format!("`{}` is too wide to decide", line.text));
        let told = told.at(line.span, "too many rules overlap here");
        found.push(told.help("ask about fewer pods or ports in each line"));
    }
}
