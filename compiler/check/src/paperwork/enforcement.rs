//! NP0611: a namespace that a guardrail wants enforced, in a weaker mode.

use netpol_diagnostics::Diagnostic;
use netpol_flow::Side;
use netpol_model::{Enforcement, ModeKind};

use super::{Line, told};

/// Both sides of the namespace are enforced on the day.
pub(super) fn enforced(line: &Line<'_>) -> Option<Diagnostic> {
    let namespace = line.namespace?;
    let is_enforced = |side: &Side| namespace.enforcement(*side, line.as_of) == Enforcement::Enforced;
    if Side::BOTH.iter().all(is_enforced) {
        return None;
    }
    let mode = match namespace.mode.kind {
        ModeKind::Enforce => "enforce",
        ModeKind::Audit => "audit",
        ModeKind::IngressOnly => "ingress-only",
        ModeKind::EgressOnly => "egress-only",
    };
    let title = format!("namespace `{}` is not fully enforced", namespace.name);
    let found = told(611, title, line, format!("in mode `{mode}`"));
    let found = match namespace.mode.until {
        Some(until) => found.note(format!("the mode ends on {until}; until then what no line allows passes")),
        None => found.note("what no line allows passes"),
    };
    Some(found.help("drop the mode, or ask the platform to narrow the `require` with `in NAMESPACES`"))
}
