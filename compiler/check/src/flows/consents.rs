//! Which rules answer for whom: what a namespace consents to across its border, without looking at every rule.

use std::collections::BTreeMap;

use netpol_diagnostics::Span;
use netpol_flow::{Date, Side, Text};
use netpol_model::{End, Enforcement, Guardrail, Homes, Namespace, Namespaces, Places, Policy, Rule};
use netpol_sets::FlowSet;
use rayon::prelude::*;

/// A set of more namespaces than this is looked at from every namespace.
const FEW: usize = 4;

/// The rules of each namespace that reach over its border, by the namespace on the other side.
#[derive(Debug, Default)]
pub(super) struct Consents<'a> {
    borders: BTreeMap<&'a str, Borders<'a>>,
}

/// The border of one namespace, on each side.
#[derive(Debug, Default)]
struct Borders<'a> {
    incoming: Border<'a>,
    outgoing: Border<'a>,
}

/// The live rules of one namespace that reach over its border on one side.
#[derive(Debug, Default)]
struct Border<'a> {
    with: BTreeMap<&'a str, Vec<&'a Rule>>,
    open: Vec<&'a Rule>,
}

/// Who answers for the pods of a namespace on one side.
#[derive(Clone, Copy, Debug)]
pub(super) enum Answers<'a> {
    /// Nobody: everything is allowed.
    Nobody,
    /// The cluster, which closes namespaces that nobody declared.
    Closed,
    /// The namespace.
    Namespace(&'a Namespace),
}

impl<'a> Consents<'a> {
    /// Reads the rules of every namespace.
    pub(super) fn of(policy: &'a Policy, as_of: Date) -> Consents<'a> {
        let of_namespace = |(name, namespace): (&'a Text, &'a Namespace)| {
            let mut borders = Borders::default();
            for rule in namespace.rules.iter().filter(|rule| rule.is_active(as_of)) {
                borders.incoming.add(name, rule, &rule.from);
                borders.outgoing.add(name, rule, &rule.to);
            }
            (&**name, borders)
        };
        Consents { borders: policy.namespaces.par_iter().map(of_namespace).collect() }
    }

    /// The rules by which `namespace` may consent to callers from `other`.
    pub(super) fn incoming(&self, namespace: &str, other: &str) -> impl Iterator<Item = &'a Rule> {
        self.borders.get(namespace).into_iter().flat_map(move |borders| borders.incoming.with(other))
    }

    /// The rules by which `namespace` may consent to calls to `other`.
    pub(super) fn outgoing(&self, namespace: &str, other: &str) -> impl Iterator<Item = &'a Rule> {
        self.borders.get(namespace).into_iter().flat_map(move |borders| borders.outgoing.with(other))
    }
}

impl<'a> Border<'a> {
    fn add(&mut self, home: &str, rule: &'a Rule, ends: &'a [End]) {
        let mut is_open = false;
        let mut others: Vec<&'a str> = Vec::new();
        for end in ends {
            match end.homes() {
                Homes::Named(names) if names.len() <= FEW => {
                    others.extend(names.iter().map(|name| &**name).filter(|name| *name != home));
                }
                Homes::Named(_) | Homes::Anywhere => is_open = true,
                Homes::Nowhere => {}
            }
        }
        if is_open {
            self.open.push(rule);
            return;
        }
        others.sort_unstable();
        others.dedup();
        for other in others {
            self.with.entry(other).or_default().push(rule);
        }
    }

    fn with(&self, other: &str) -> impl Iterator<Item = &'a Rule> {
        self.with.get(other).into_iter().flatten().chain(&self.open).copied()
    }
}

/// Who answers for the pods of `name` on `side`. An external namespace answers as if it were built here (U17).
pub(super) fn answers<'a>(policy: &'a Policy, name: &str, side: Side, as_of: Date) -> Answers<'a> {
    match policy.namespaces.get(name) {
        Some(namespace) => match namespace.enforcement(side, as_of) {
            Enforcement::Enforced => Answers::Namespace(namespace),
            Enforcement::Open | Enforcement::Audited => Answers::Nobody,
        },
        None if policy.cluster.undeclared_closed && !policy.cluster.system.contains(name) => Answers::Closed,
        None => Answers::Nobody,
    }
}

/// The namespace of an end that names pods of one: a workload, a member of a group, `ns/all`. None for an open set,
/// which promises nothing about any one namespace: `pods`, `tenants`, `tenant T`, several namespaces, by label.
pub(super) fn named_namespace<'a>(policy: &Policy, end: &'a End) -> Option<&'a Text> {
    let End::Pods(pods) = end else { return None };
    let Namespaces::Named(names) = &pods.namespaces else { return None };
    let only = names.first().filter(|_| names.len() == 1)?;
    let is_whole = pods.selector.is_empty() && pods.accounts.is_none();
    let is_open = is_whole
        && pods.name.as_ref().is_some_and(|name| {
            matches!(&**name, "tenants" | "system" | "pods")
                || policy.tenants.get(name).is_some_and(|tenant| tenant.namespaces == *names)
        });
    (!is_open).then_some(only)
}

/// The live baseline rules that may speak about flows from `source` to `destination`, for the one of the two that
/// answers.
pub(super) fn baseline<'a>(
    policy: &'a Policy,
    answering: &'a Namespace,
    (source, destination): (&'a str, &'a str),
    as_of: Date,
) -> impl Iterator<Item = &'a Rule> {
    let applied = policy.baseline.iter().filter(|pattern| !answering.waived.contains(&pattern.pattern));
    let copies = applied.flat_map(move |pattern| {
        let second = (source != destination).then(|| pattern.rules.get(destination)).flatten();
        pattern.rules.get(source).into_iter().chain(second)
    });
    copies.flatten().filter(move |rule| rule.is_active(as_of))
}

/// The guardrail blocks that bind.
pub(super) fn live_guardrails(policy: &Policy) -> impl Iterator<Item = &Guardrail> {
    policy.guardrails.iter().filter(|block| !block.audit)
}

/// The flows without those that guardrails decide, by deny or by allow.
pub(super) fn left_by_guardrails(
    policy: &Policy,
    places: &Places,
    flows: FlowSet,
    side: Side,
    as_of: Date,
) -> FlowSet {
    let allows = live_guardrails(policy).flat_map(|block| &block.allows);
    let mut left = without(places, flows, allows, side, as_of);
    for block in live_guardrails(policy) {
        if left.is_empty() {
            break;
        }
        left = left_by_denies(places, left, (&block.denies, &block.exceptions), side, as_of);
    }
    left
}

/// The flows without those of live denies that no live exception takes out.
pub(super) fn left_by_denies(
    places: &Places,
    flows: FlowSet,
    (denies, exceptions): (&[Rule], &[Rule]),
    side: Side,
    as_of: Date,
) -> FlowSet {
    let mut left = without(places, flows.clone(), denies, side, as_of);
    for rule in exceptions.iter().filter(|rule| rule.is_active(as_of)) {
        left.extend(flows.intersect(&places.flows(rule, side)));
    }
    left
}

/// The flows without those of the live rules.
pub(super) fn without<'r>(
    places: &Places,
    flows: FlowSet,
    rules: impl IntoIterator<Item = &'r Rule>,
    side: Side,
    as_of: Date,
) -> FlowSet {
    rules.into_iter().filter(|rule| rule.is_active(as_of)).fold(flows, |left, rule| {
        if left.is_empty() { left } else { left.subtract(&places.flows(rule, side)) }
    })
}

/// The first rule that takes some of the flows, with what it takes.
pub(super) fn first_taking<'r>(
    places: &Places,
    flows: &FlowSet,
    mut rules: impl Iterator<Item = &'r Rule>,
    side: Side,
) -> Option<(&'r Rule, FlowSet)> {
    rules.find_map(|rule| {
        let taken = flows.intersect(&places.flows(rule, side));
        (!taken.is_empty()).then_some((rule, taken))
    })
}

/// The line of a rule, where another finding points at it.
pub(super) fn line(rule: &Rule) -> Span {
    super::blame::place(&rule.origin)
}
