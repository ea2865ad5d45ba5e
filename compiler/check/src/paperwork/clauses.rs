//! NP0601, NP0602, NP0605, NP0606: a reason, a ticket, an owner or an end that a guardrail demands.

use netpol_diagnostics::Diagnostic;
use netpol_flow::Date;
use netpol_syntax::tree::{RuleClass, Spanned, Text};

use super::{Line, classes, told};
use crate::values::date::parse_days;

/// The line says why.
pub(super) fn because(line: &Line<'_>) -> Option<Diagnostic> {
    if line.origin.because.is_some() {
        return None;
    }
    let help = "add a line `because \"…\"` that says who needs it and why";
    if line.class == RuleClass::EgressInternet {
        let title = "egress to the internet has no justification";
        return Some(told(601, title, line, "no `because`").help(help));
    }
    Some(missing("because", line).help(help))
}

/// The line names a ticket.
pub(super) fn ticket(line: &Line<'_>) -> Option<Diagnostic> {
    let found = || missing("ticket", line).help("add `ticket REFERENCE`");
    line.origin.ticket.is_none().then(found)
}

/// The line ends, and not too late.
pub(super) fn until(line: &Line<'_>, within: Option<&Spanned<Text>>) -> Option<Diagnostic> {
    let limit = within.and_then(|days| parse_days(&days.node)).map(i64::from);
    let latest = limit.and_then(|limit| Date::from_days(line.as_of.days() + limit));
    let until = line.rule.and_then(|rule| rule.until);
    let (Some(until), Some(limit), Some(latest)) = (until, limit, latest) else {
        let help = match latest {
            Some(latest) => format!("add `until DATE`, {latest} at the latest"),
            None => "add `until DATE`".to_owned(),
        };
        return until.is_none().then(|| missing("until", line).help(help));
    };
    let ahead = until.days() - line.as_of.days();
    if ahead <= limit {
        return None;
    }
    let label = format!("holds until {until}, {ahead} days from {}", line.as_of);
    let found = told(605, "expiry is too far away", line, label);
    Some(
        found.note(format!("at most {limit} days are allowed")).help(format!("end it on {latest} or before")),
    )
}

/// The namespace has an owner, of its own or of its tenant.
pub(super) fn owner(line: &Line<'_>) -> Option<Diagnostic> {
    if line.origin.owner.is_some() {
        return None;
    }
    let name = line.namespace.map(|namespace| &*namespace.name).unwrap_or_default();
    let found = told(606, format!("namespace `{name}` has no owner"), line, "nobody answers for it");
    Some(found.help("add `owner TEAM` to the namespace, or to the tenant that owns it"))
}

fn missing(clause: &str, line: &Line<'_>) -> Diagnostic {
    let title = format!("required `{clause}` is missing");
    told(602, title, line, format!("{} without `{clause}`", classes::words(line.class)))
}
