//! `deny … -> other-tenants`: every tenant passes its own pods, then one deny of all tenants' pods (amendment B14).
//!
//! Linear in the number of namespaces, where a list of the others for each tenant would be quadratic.

use netpol_flow::{Side, Text};
use netpol_model::{End, Policy, Rule};
use netpol_sets::{Ends, Key, PodSet, Values};

use super::guardrail::{GuardrailTier, Role, grant, subject_name};
use super::namespace::order;
use super::refusals::{Build, Refusals};
use super::rules::Action;
use crate::plan::{Grant, GrantServices, Peer, Peers, Subject};

/// Adds the deny of a rule towards other tenants, and before it the passes of every tenant.
pub(super) fn add(
    build: &Build<'_>,
    role: Role<'_>,
    rule: &Rule,
    tier: &mut GuardrailTier,
    refusals: &mut Refusals,
) {
    let tenants = tenant_pods(build.policy);
    let everyone = merged(&tenants);
    if tenants.len() < 2 {
        return;
    }
    let mut sources: Vec<(Text, PodSet)> = Vec::new();
    for end in &rule.from {
        for pods in build.places.ends(end).iter().filter_map(Ends::pods) {
            let owned = everyone.iter().map(|owned| owned.intersect(pods)).filter(|pods| !pods.is_empty());
            sources.extend(owned.map(|owned| (named(end, pods, &owned), owned)));
        }
    }
    if sources.is_empty() {
        return;
    }
    if !tier.drafts.iter().any(|draft| draft.order == order::OWN && draft.staged == role.block.audit) {
        let prefix = ["tenant"];
        let own = Role { action: Action::Pass, order: order::OWN, prefix: &prefix, logs: false, ..role };
        for (name, pods) in &tenants {
            pass_own(build, own, rule, (name, pods), tier, refusals);
        }
    }
    for (name, pods) in &sources {
        let subject = Subject { name: name.clone(), pods: pods.clone() };
        tier.add(build, role, &grant(rule, Side::Egress, subject, peers(&everyone)), refusals);
    }
    let from = peers(sources.iter().map(|(_, pods)| pods));
    for pods in &everyone {
        let subject = Subject { name: "tenants".into(), pods: pods.clone() };
        tier.add(build, role, &grant(rule, Side::Ingress, subject, from.clone()), refusals);
    }
}

/// What `other-tenants` means pair by pair: a part of the sources, all of one tenant, and the pods of all others.
pub(super) fn pairs(build: &Build<'_>, rule: &Rule) -> Vec<(PodSet, Vec<PodSet>)> {
    let tenants = tenant_pods(build.policy);
    let ends: Vec<Ends> = rule.from.iter().flat_map(|end| build.places.ends(end)).collect();
    let mut out = Vec::new();
    for (name, own) in &tenants {
        let others: Vec<PodSet> =
            tenants.iter().filter(|(other, _)| other != name).flat_map(|(_, pods)| pods).cloned().collect();
        let sources =
            ends.iter().filter_map(Ends::pods).flat_map(|pods| own.iter().map(|own| own.intersect(pods)));
        let sources = sources.filter(|pods| !pods.is_empty() && !others.is_empty());
        out.extend(sources.map(|pods| (pods, others.clone())));
    }
    out
}

fn pass_own(
    build: &Build<'_>,
    role: Role<'_>,
    rule: &Rule,
    (name, own): (&Text, &[PodSet]),
    tier: &mut GuardrailTier,
    refusals: &mut Refusals,
) {
    for pods in own {
        for side in [Side::Ingress, Side::Egress] {
            let subject = Subject { name: name.clone(), pods: pods.clone() };
            let (peers, services) = (peers(own), GrantServices::Any);
            tier.add(build, role, &Grant { rule, side, subject, peers, services, only: None }, refusals);
        }
    }
}

/// All tenants' pods, or as much of them as the source speaks of.
fn named(end: &End, pods: &PodSet, owned: &PodSet) -> Text {
    if pods.is_all() { "tenants".into() } else { subject_name(end, owned).into() }
}

fn peers<'p>(sets: impl IntoIterator<Item = &'p PodSet>) -> Peers {
    let peer = |pods: &PodSet| Peer { ends: Ends::Pods(pods.clone()), written: Vec::new() };
    Peers::Of(sets.into_iter().map(peer).collect())
}

/// The pods of each tenant: of the namespaces it owns by name, and of those whose labels it owns, unless another tenant
/// has the namespace by name or an earlier one by label.
fn tenant_pods(policy: &Policy) -> Vec<(Text, Vec<PodSet>)> {
    let by_name = policy.tenants.values().flat_map(|tenant| &tenant.namespaces).cloned().collect();
    let unnamed = Values::all_but(by_name);
    let mut earlier: Vec<PodSet> = Vec::new();
    let mut out = Vec::new();
    for (name, tenant) in &policy.tenants {
        let mut pods = Vec::new();
        if !tenant.namespaces.is_empty() {
            pods.push(PodSet::of_namespaces(tenant.namespaces.clone()));
        }
        for selector in &tenant.matching {
            let whole = PodSet::all().with_namespace_labels(selector).with(Key::Namespace, &unnamed);
            let left = earlier.iter().fold(vec![whole.clone()], |rest, taken| {
                rest.iter().flat_map(|pods| pods.subtract(taken)).collect()
            });
            pods.extend(left.into_iter().filter(|pods| !pods.is_empty()));
            earlier.push(whole);
        }
        if !pods.is_empty() {
            out.push((name.clone(), pods));
        }
    }
    out
}

/// Every tenant's pods: one set for all namespaces told by name, then the others.
fn merged(tenants: &[(Text, Vec<PodSet>)]) -> Vec<PodSet> {
    let sets = || tenants.iter().flat_map(|(_, sets)| sets);
    let by_name = |set: &PodSet| set.conditions().len() == 1 && set.namespaces().is_some();
    let names = sets().filter(|set| by_name(set)).filter_map(PodSet::namespaces).flatten().cloned().collect();
    let named = PodSet::of_namespaces(names);
    let others = sets().filter(|set| !by_name(set)).cloned();
    (!named.is_empty()).then_some(named).into_iter().chain(others).collect()
}
