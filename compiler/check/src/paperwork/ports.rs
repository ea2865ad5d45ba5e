//! NP0610: a line that opens every port, where a guardrail wants them named.

use netpol_diagnostics::Diagnostic;
use netpol_model::{Port, Ports};

use super::{Line, told};

/// The line names its ports.
pub(super) fn named(line: &Line<'_>) -> Option<Diagnostic> {
    let is_every = match &line.rule?.ports {
        Ports::Any => true,
        Ports::Some(items) => items.iter().any(|item| match item {
            Port::Range(range) => range.is_every(),
            Port::Named(_) => false,
        }),
    };
    let found = || told(610, "every-port rule is not allowed here", line, "opens every port of a protocol");
    is_every.then(|| found().help("name the ports"))
}
