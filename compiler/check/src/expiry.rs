//! What lapses, and when.

use std::collections::BTreeSet;

use netpol_diagnostics::Span;
use netpol_flow::{Date, Text};
use netpol_model::{Origin, Policy, Rule};

/// How many days ahead counts as soon.
pub(crate) const SOON: i64 = 14;

/// The last days that a policy's lines, modes and audits name, in any order.
pub(crate) fn ends(policy: &Policy) -> impl Iterator<Item = Date> {
    let guardrails = policy.guardrails.iter();
    let blocks = guardrails.clone().filter_map(|block| block.audit_until);
    let modes = policy.namespaces.values().filter_map(|namespace| namespace.mode.until);
    let rules = guardrails
        .flat_map(|block| block.denies.iter().chain(&block.exceptions).chain(&block.allows))
        .chain(policy.namespaces.values().flat_map(|namespace| {
            namespace.rules.iter().chain(&namespace.fence).chain(&namespace.fence_exceptions)
        }))
        .chain(policy.baseline.iter().flat_map(|baseline| baseline.rules.values().flatten()));
    blocks.chain(modes).chain(rules.filter_map(|rule| rule.until))
}

/// What lapses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LapseKind {
    /// A line that allows.
    Rule,
    /// An exception of a guardrail or fence.
    Exception,
    /// A weaker mode of a namespace, after which it is enforced.
    Mode,
    /// The `audit` of a guardrail, after which it binds.
    Audit,
    /// A review, after which the line needs another.
    Review,
}

/// One thing that lapses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lapse {
    /// Its last day.
    pub day: Date,
    /// What it is.
    pub kind: LapseKind,
    /// The namespace it belongs to; none for a guardrail.
    pub namespace: Option<Text>,
    /// Who answers for it.
    pub owner: Option<Text>,
    /// Its ticket.
    pub ticket: Option<Text>,
    /// Its reason.
    pub because: Option<Text>,
    /// Where it stands; for a pattern's lines, the `apply`.
    pub span: Span,
    /// The line.
    pub text: Text,
}

impl LapseKind {
    /// What people call it.
    pub fn word(self) -> &'static str {
        match self {
            LapseKind::Rule => "rule",
            LapseKind::Exception => "exception",
            LapseKind::Mode => "mode",
            LapseKind::Audit => "audit",
            LapseKind::Review => "review",
        }
    }
}

impl Lapse {
    pub(crate) fn of(day: Date, kind: LapseKind, origin: &Origin, namespace: Option<Text>) -> Lapse {
        Lapse {
            day,
            kind,
            namespace,
            owner: origin.owner.clone(),
            ticket: origin.ticket.clone(),
            because: origin.because.clone(),
            span: origin.via.first().copied().unwrap_or(origin.span),
            text: origin.text.clone(),
        }
    }
}

/// Everything in a policy that has a last day, lapsed or not, by day and place.
pub(crate) fn lapses(policy: &Policy) -> Vec<Lapse> {
    let of = |rules: &[Rule], kind: LapseKind, namespace: Option<&Text>, all: &mut Vec<Lapse>| {
        let dated = rules.iter().filter_map(|rule| Some((rule.until?, rule)));
        all.extend(dated.map(|(day, rule)| Lapse::of(day, kind, &rule.origin, namespace.cloned())));
    };
    let mut all = Vec::new();
    for block in &policy.guardrails {
        of(&block.allows, LapseKind::Rule, None, &mut all);
        of(&block.exceptions, LapseKind::Exception, None, &mut all);
        all.extend(block.audit_until.map(|day| Lapse::of(day, LapseKind::Audit, &block.origin, None)));
    }
    for namespace in policy.namespaces.values().filter(|namespace| !namespace.external) {
        let name = Some(&namespace.name);
        of(&namespace.rules, LapseKind::Rule, name, &mut all);
        of(&namespace.fence_exceptions, LapseKind::Exception, name, &mut all);
        let mode = namespace.mode.until;
        all.extend(mode.map(|day| Lapse::of(day, LapseKind::Mode, &namespace.origin, name.cloned())));
    }
    for pattern in &policy.baseline {
        pattern.rules.values().for_each(|rules| of(rules, LapseKind::Rule, None, &mut all));
    }
    all
}

/// Each statement once, by day and place.
pub(crate) fn in_order(mut all: Vec<Lapse>) -> Vec<Lapse> {
    all.sort_by_key(|lapse| (lapse.day, lapse.span, lapse.kind));
    let mut seen = BTreeSet::new();
    all.retain(|lapse| seen.insert((lapse.day, lapse.span, lapse.kind)));
    all
}
