//! What guardrails demand of the lines below them: `require`, enforced.
//!
//! Lines of platform files are exempt, but for the exceptions of the guardrail block that demands (2.4.4, U12). Each
//! obligation is one file; `classes` says which lines a `require` speaks of.

mod classes;
mod clauses;
mod enforcement;
mod ports;
mod prefixes;
mod reviews;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use netpol_diagnostics::{Code, Diagnostic, FileId, Severity};
use netpol_flow::Date;
use netpol_model::{Namespace, Origin, Places, Policy, Rule};
use netpol_syntax::tree::{Obligation, RuleClass};

use crate::expiry::{Lapse, LapseKind};
use crate::flows::blame::place;
use crate::input::Require;

/// One line that a `require` speaks of.
#[derive(Clone, Copy)]
struct Line<'a> {
    origin: &'a Origin,
    rule: Option<&'a Rule>,
    namespace: Option<&'a Namespace>,
    class: RuleClass,
    as_of: Date,
}

/// Everything that lines of a policy lack. `platform` are the files whose lines are exempt.
pub(crate) fn check(
    policy: &Policy,
    requires: &[Require],
    platform: &BTreeSet<FileId>,
    as_of: Date,
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    each(policy, requires, platform, as_of, |require, line| found.extend(lacks(require, line)));
    found
}

/// When the review of each line is due that a `require reviewed within` speaks of.
pub(crate) fn reviews(
    policy: &Policy,
    requires: &[Require],
    platform: &BTreeSet<FileId>,
    as_of: Date,
) -> Vec<Lapse> {
    let mut found = Vec::new();
    each(policy, requires, platform, as_of, |require, line| {
        let Obligation::Reviewed(Some(within)) = &require.obligation else { return };
        let name = line.namespace.map(|namespace| namespace.name.clone());
        let due = reviews::due(line, within);
        found.extend(due.map(|day| Lapse::of(day, LapseKind::Review, line.origin, name)));
    });
    found
}

/// Every line that a `require` speaks of.
fn each<'a>(
    policy: &'a Policy,
    requires: &'a [Require],
    platform: &BTreeSet<FileId>,
    as_of: Date,
    mut judge: impl FnMut(&'a Require, &Line<'a>),
) {
    if requires.is_empty() {
        return;
    }
    let places = Places::of(policy);
    let is_tenants = |origin: &Origin| !platform.contains(&place(origin).file);
    for namespace in policy.namespaces.values().filter(|namespace| !namespace.external) {
        let here: Vec<&Require> = requires.iter().filter(|require| speaks_of(require, namespace)).collect();
        let (origin, in_namespace) = (&*namespace.origin, Some(namespace));
        if is_tenants(origin) {
            for require in here.iter().filter(|require| require.class == RuleClass::Namespace) {
                let class = require.class;
                judge(require, &Line { origin, rule: None, namespace: in_namespace, class, as_of });
            }
        }
        for rule in namespace.rules.iter().filter(|rule| rule.is_active(as_of) && is_tenants(&rule.origin)) {
            for require in here.iter().filter(|r| classes::is_in(r.class, &places, namespace, rule)) {
                let (origin, class) = (&*rule.origin, require.class);
                judge(require, &Line { origin, rule: Some(rule), namespace: in_namespace, class, as_of });
            }
        }
    }
    for require in requires.iter().filter(|require| require.class == RuleClass::Except) {
        let block = policy.guardrails.iter().find(|block| block.name == require.guardrail);
        for rule in block.iter().flat_map(|block| &block.exceptions).filter(|rule| rule.is_active(as_of)) {
            let (origin, class) = (&*rule.origin, require.class);
            judge(require, &Line { origin, rule: Some(rule), namespace: None, class, as_of });
        }
    }
}

fn speaks_of(require: &Require, namespace: &Namespace) -> bool {
    require.namespaces.as_ref().is_none_or(|names| names.contains(&namespace.name))
}

fn lacks(require: &Require, line: &Line<'_>) -> Option<Diagnostic> {
    let found = match &require.obligation {
        Obligation::Because => clauses::because(line),
        Obligation::Ticket => clauses::ticket(line),
        Obligation::Until(within) => clauses::until(line, within.as_ref()),
        Obligation::Reviewed(within) => reviews::reviewed(line, within.as_ref()),
        Obligation::Owner => clauses::owner(line),
        Obligation::Enforce => enforcement::enforced(line),
        Obligation::Ports => ports::named(line),
        Obligation::Prefix(length) => prefixes::narrow(line, length),
    }?;
    let demanded = require.via.first().copied().unwrap_or(require.span);
    let found = found.and_at(demanded, format!("required here, by guardrail `{}`", require.guardrail));
    // A block in `audit` reports.
    Some(if require.audit { found.severity(Severity::Warning) } else { found })
}

/// A diagnostic at a line, with the pattern's line beside it where it came through an `apply`.
fn told(code: u16, title: impl Into<String>, line: &Line<'_>, label: impl Into<String>) -> Diagnostic {
    let found = Diagnostic::new(Code(code), title);
    if line.origin.via.is_empty() {
        return found.at(place(line.origin), label);
    }
    found.at(place(line.origin), "this pattern has such a line").and_at(line.origin.span, label)
}
