//! Reads Calico's policy kinds, and stock policies, into tiers.

use std::collections::BTreeMap;
use std::sync::Arc;

use netpol_flow::{Requirement, Text};
use rayon::prelude::*;
use serde::de::IgnoredAny;

use crate::document::{Manifest, Object, Skipped, each_object};
use crate::error::{Fault, Place, ReadError, each};
use crate::kubernetes;
use crate::kubernetes::read::{is_cluster_policy, is_stock};
use crate::labels;

use super::raw::{RawPolicy, RawRule, RawSet, RawTier};
use super::rules::{Known, NAMESPACE, Scope, nets, of_accounts, of_namespaces, plain, rule};
use super::selector::Expr;
use super::{Body, Entry, NetworkSet, Policy, PolicySet, Rule, Tier};

/// The order Calico gives a stock policy in tier `default`: `conversion.go:279-281`.
const STOCK_ORDER: f64 = 1000.0;

/// The tiers that exist without being written: name, order, whether they pass at the end.
const BUILT_IN: [(&str, f64, bool); 5] = [
    ("kube-admin", 1_000.0, true),
    ("adminnetworkpolicy", 1_000.0, true),
    ("default", 1_000_000.0, false),
    ("kube-baseline", 10_000_000.0, true),
    ("baselineadminnetworkpolicy", 10_000_000.0, true),
];

/// Reads every policy, tier and set; any object that is not understood fails the whole.
pub fn read(manifests: &[Manifest<'_>]) -> Result<PolicySet, Vec<ReadError>> {
    let (set, errors) = read_lenient(manifests);
    if errors.is_empty() { Ok(set) } else { Err(errors) }
}

/// Reads every object that can be understood, and says why the others cannot.
pub fn read_lenient(manifests: &[Manifest<'_>]) -> (PolicySet, Vec<ReadError>) {
    let (mut set, mut errors) = (PolicySet::default(), Vec::new());
    for (name, order, passes_at_end) in BUILT_IN {
        set.tiers.push(Tier::new(name, order, passes_at_end));
    }
    let (mut sets, mut policies) = (Vec::new(), Vec::new());
    let parts: Vec<Part<'_>> = manifests.par_iter().map(Part::of).collect();
    for part in parts {
        for tier in part.tiers {
            set.tiers.retain(|other| other.name != tier.name);
            set.tiers.push(tier);
        }
        sets.extend(part.sets);
        policies.extend(part.policies);
        set.staged.extend(part.staged);
        set.skipped.extend(part.skipped);
        set.has_host_endpoints |= part.has_host_endpoints;
        set.understood += part.understood;
        errors.extend(part.errors);
    }
    set.sets = sets.into();
    set.tiers.sort_by(|a, b| a.order.total_cmp(&b.order).then_with(|| a.name.cmp(&b.name)));
    errors.extend(set.place(policies));
    (set, errors)
}

impl PolicySet {
    /// The policies that decide about the pods of the one namespace a further manifest speaks for: its own, and those of
    /// that namespace or the whole cluster read before.
    ///
    /// None where the manifest does not speak for exactly one, or holds what policies elsewhere may refer to; it has to
    /// be read together with the others. Errs like [`read`].
    pub fn beside(&self, manifest: &Manifest<'_>) -> Result<Option<(Text, PolicySet)>, Vec<ReadError>> {
        let part = Part::of(manifest);
        if !part.errors.is_empty() {
            return Err(part.errors);
        }
        let mut namespaces = part.policies.iter().map(|found| found.entry.namespace());
        let Some(Some(namespace)) = namespaces.next().map(Option::<&Text>::cloned) else { return Ok(None) };
        if namespaces.any(|other| other != Some(&namespace))
            || !part.tiers.is_empty()
            || !part.sets.is_empty()
            || part.has_host_endpoints
        {
            return Ok(None);
        }
        let mut set = PolicySet {
            tiers: self.tiers.iter().map(|tier| tier.about(&namespace)).collect(),
            sets: Arc::clone(&self.sets),
            has_host_endpoints: self.has_host_endpoints,
            staged: part.staged,
            skipped: part.skipped,
            understood: self.understood + part.understood,
        };
        let errors = set.place(part.policies);
        if errors.is_empty() { Ok(Some((namespace, set))) } else { Err(errors) }
    }

    /// Puts policies into their tiers and resolves them against the network sets, both of which are known by now.
    fn place(&mut self, policies: Vec<Found<'_>>) -> Vec<ReadError> {
        let mut errors = Vec::new();
        for mut found in policies {
            resolve(&mut found.entry, &self.sets);
            match self.tiers.iter_mut().find(|tier| *tier.name == found.tier) {
                Some(tier) => tier.policies.push(Arc::new(found.entry)),
                None => {
                    self.understood -= 1;
                    errors.push(found.without_tier());
                }
            }
        }
        self.tiers.iter_mut().for_each(Tier::index);
        errors
    }
}

/// What one manifest holds.
#[derive(Default)]
struct Part<'m> {
    tiers: Vec<Tier>,
    sets: Vec<NetworkSet>,
    policies: Vec<Found<'m>>,
    staged: Vec<Skipped>,
    skipped: Vec<Skipped>,
    has_host_endpoints: bool,
    understood: usize,
    errors: Vec<ReadError>,
    known: Known,
    labels: labels::Known<Requirement>,
}

/// A policy, not yet in its tier.
struct Found<'m> {
    path: &'m str,
    /// Where it names its tier.
    line: u32,
    tier: String,
    entry: Entry,
}

impl<'m> Part<'m> {
    fn of(manifest: &Manifest<'m>) -> Part<'m> {
        let (mut part, mut faults) = (Part::default(), Vec::new());
        part.errors = each_object(manifest, &mut |object| match part.add(manifest.path, object) {
            Ok(understood) => part.understood += usize::from(understood),
            Err(fault) => faults.push(object.error(&fault)),
        });
        part.errors.append(&mut faults);
        part
    }

    /// Adds what an object says; whether it says anything.
    fn add(&mut self, path: &'m str, object: &Object<'_>) -> Result<bool, Fault> {
        let mut found = |tier, entry| {
            self.policies.push(Found { path, line: object.line_of("spec.tier"), tier, entry });
        };
        match role(object) {
            Role::Tier => self.tiers.push(tier(object)?),
            Role::Set => self.sets.push(network_set(object)?),
            Role::Policy => {
                let (tier, entry) = policy(object, &self.known)?;
                found(tier, entry);
            }
            Role::Stock => found("default".to_owned(), stock(object, &self.labels)?),
            Role::Staged => {
                policy(object, &self.known)?;
                self.staged.push(object.skipped());
            }
            Role::StagedStock => {
                staged_stock(object)?;
                self.staged.push(object.skipped());
            }
            Role::Uncovered(what) => return Err(Fault::uncovered("kind", what)),
            Role::HostEndpoint => {
                self.has_host_endpoints = true;
                self.skipped.push(object.skipped());
                return Ok(false);
            }
            Role::Unrelated => {
                self.skipped.push(object.skipped());
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl Found<'_> {
    fn without_tier(self) -> ReadError {
        let reason = format!(
            "spec.tier: tier `{}` is not among the manifests: its order and default action are not known",
            self.tier
        );
        ReadError {
            path: self.path.to_owned(),
            line: self.line,
            object: self.entry.title.to_string(),
            reason,
        }
    }
}

/// Finds the blocks of the sets that a policy's selectors match.
fn resolve(entry: &mut Entry, sets: &[NetworkSet]) {
    let Body::Calico(policy) = &mut entry.body else { return };
    if sets.is_empty() {
        return;
    }
    for rule in policy.ingress.iter_mut().chain(&mut policy.egress).flatten() {
        for entity in [&mut rule.source, &mut rule.destination] {
            let selected = entity.selected.iter_mut().chain(&mut entity.not_selected);
            selected.for_each(|selected| selected.add(sets));
        }
    }
}

enum Role {
    Policy,
    Staged,
    StagedStock,
    Stock,
    Tier,
    Set,
    HostEndpoint,
    Uncovered(&'static str),
    Unrelated,
}

fn role(object: &Object<'_>) -> Role {
    if is_stock(object) {
        return Role::Stock;
    }
    if is_cluster_policy(object) {
        return Role::Uncovered("cluster-scoped policies of SIG Network");
    }
    if !is_calico(object) {
        return Role::Unrelated;
    }
    match object.kind {
        "NetworkPolicy" | "GlobalNetworkPolicy" => Role::Policy,
        "StagedNetworkPolicy" | "StagedGlobalNetworkPolicy" => Role::Staged,
        "StagedKubernetesNetworkPolicy" => Role::StagedStock,
        "Tier" => Role::Tier,
        "NetworkSet" | "GlobalNetworkSet" => Role::Set,
        "HostEndpoint" => Role::HostEndpoint,
        _ => Role::Unrelated,
    }
}

fn is_calico(object: &Object<'_>) -> bool {
    matches!(object.group, "projectcalico.org" | "crd.projectcalico.org")
}

/// Written into the datastore's own kinds, past the defaults of the API (`CAL-21`).
fn is_backend(object: &Object<'_>) -> bool {
    object.group == "crd.projectcalico.org"
}

fn check_version(object: &Object<'_>) -> Result<(), Fault> {
    let served = if is_backend(object) { "v1" } else { "v3" };
    if object.version == served {
        return Ok(());
    }
    Err(Fault::at("apiVersion", format!("`{}/{}` is not served", object.group, object.version)))
}

fn tier(object: &Object<'_>) -> Result<Tier, Fault> {
    check_version(object)?;
    object.check_frame(&["spec"])?;
    let raw = object.section::<RawTier<'_>>("spec")?.unwrap_or_default();
    let passes_at_end = match raw.default_action.as_deref() {
        None | Some("Deny") => false,
        Some("Pass") => true,
        Some(other) => return Err(Fault::at("spec.defaultAction", format!("`{other}` is not Deny or Pass"))),
    };
    let name = object.name;
    let wants = match name {
        "default" => Some(false),
        "kube-admin" | "kube-baseline" => Some(true),
        _ => None,
    };
    if wants.is_some_and(|wants| wants != passes_at_end) {
        return Err(Fault::at("spec.defaultAction", format!("tier `{name}` has its default action fixed")));
    }
    Ok(Tier::new(name, raw.order.unwrap_or(f64::INFINITY), passes_at_end))
}

fn network_set(object: &Object<'_>) -> Result<NetworkSet, Fault> {
    check_version(object)?;
    object.check_frame(&["spec"])?;
    let raw = object.section::<RawSet<'_>>("spec")?.unwrap_or_default();
    let namespace =
        if object.kind == "NetworkSet" { Some(object.namespace_or_default()?.into()) } else { None };
    Ok(NetworkSet { namespace, labels: object.labels()?, nets: nets(&raw.nets, &Place::root("spec.nets"))? })
}

fn stock(object: &Object<'_>, known: &labels::Known<Requirement>) -> Result<Entry, Fault> {
    let policy = kubernetes::read::policy(object, known)?;
    let rank = (policy.namespace.clone(), object.name.into());
    Ok(Entry { order: STOCK_ORDER, rank, title: policy.title.clone(), body: Body::Stock(policy) })
}

fn staged_stock(object: &Object<'_>) -> Result<(), Fault> {
    check_version(object)?;
    object.check_frame(&["spec"])?;
    object.section::<IgnoredAny>("spec").map(|_| ())
}

/// A policy and the name of its tier.
fn policy(object: &Object<'_>, known: &Known) -> Result<(String, Entry), Fault> {
    check_version(object)?;
    object.check_frame(&["spec"])?;
    let raw: RawPolicy<'_> = object.section("spec")?.ok_or_else(|| Fault::at("spec", "missing"))?;
    let is_global = object.kind.ends_with("GlobalNetworkPolicy");
    let namespace = if is_global { None } else { Some(object.namespace_or_default()?) };
    check_fields(&raw, object)?;
    let scope = Scope { namespace, known };
    let rules = |raw: &Option<Vec<RawRule<'_>>>, word: &str| -> Result<Vec<Rule>, Fault> {
        let rule = |(index, raw): (usize, &RawRule<'_>)| {
            rule(&scope, raw, word == "ingress", &Place::root("spec").key(word).item(index))
        };
        each(raw.as_deref().unwrap_or_default(), rule)
    };
    let (ingress, egress) = (rules(&raw.ingress, "ingress")?, rules(&raw.egress, "egress")?);
    let (for_ingress, for_egress) = types(&raw, is_backend(object))?;
    let policy = Policy {
        namespace: namespace.map(Into::into),
        subject: subject(known, &raw, namespace)?,
        ingress: for_ingress.then_some(ingress),
        egress: for_egress.then_some(egress),
    };
    let tier = raw.tier.filter(|tier| !tier.is_empty()).map_or("default", |tier| tier.0).to_owned();
    let prefix = format!("{tier}.");
    let name = object.name.strip_prefix(&prefix).unwrap_or(object.name);
    let title = match namespace {
        Some(namespace) => format!("{} {namespace}/{}", object.kind, object.name),
        None => format!("{} {}", object.kind, object.name),
    };
    let rank = (namespace.unwrap_or_default().into(), name.into());
    let order = raw.order.unwrap_or(f64::INFINITY);
    Ok((tier, Entry { order, rank, title: title.into(), body: Body::Calico(policy) }))
}

fn check_fields(raw: &RawPolicy<'_>, object: &Object<'_>) -> Result<(), Fault> {
    let is_global = object.kind.ends_with("GlobalNetworkPolicy");
    if !is_global && !raw.namespace_selector.is_empty() {
        return Err(Fault::at("spec.namespaceSelector", "unknown field of a namespaced policy"));
    }
    for (set, word) in [
        (raw.do_not_track, "spec.doNotTrack"),
        (raw.pre_dnat, "spec.preDNAT"),
        (raw.apply_on_forward, "spec.applyOnForward"),
    ] {
        if set && !is_global {
            return Err(Fault::at(word, "unknown field of a namespaced policy"));
        }
        if set {
            return Err(Fault::uncovered(word, "policies meant for host endpoints (CAL-22)"));
        }
    }
    match raw.staged_action.as_deref() {
        Some(_) if !object.kind.starts_with("Staged") => Err(Fault::at("spec.stagedAction", "unknown field")),
        None | Some("Set" | "Delete" | "Learn" | "Ignore") => Ok(()),
        Some(other) => Err(Fault::at("spec.stagedAction", format!("`{other}` is not a staged action"))),
    }
}

fn subject(known: &Known, raw: &RawPolicy<'_>, namespace: Option<&str>) -> Result<Expr, Fault> {
    let mut expr = plain(known, &raw.selector, &Place::root("spec.selector"))?;
    if !raw.service_account_selector.is_empty() {
        expr = expr.and(of_accounts(
            known,
            &raw.service_account_selector,
            &Place::root("spec.serviceAccountSelector"),
        )?);
    }
    if !raw.namespace_selector.is_empty() {
        let within = of_namespaces(known, &raw.namespace_selector, &Place::root("spec.namespaceSelector"))?;
        if plain(known, &raw.namespace_selector, &Place::root("spec.namespaceSelector")).is_err() {
            return Err(Fault::at(
                "spec.namespaceSelector",
                "`global()` belongs in a rule's `namespaceSelector`",
            ));
        }
        expr = within.and(expr);
    }
    Ok(match namespace {
        Some(namespace) => Expr::is(NAMESPACE, namespace).and(expr),
        None => expr,
    })
}

/// Whether the policy is for ingress and for egress. Where `types` is omitted the three ways Calico is served differ
/// (`CAL-05`): the API server counts rules, the native CRDs count sections, the datastore takes both.
fn types(raw: &RawPolicy<'_>, is_backend: bool) -> Result<(bool, bool), Fault> {
    let (mut ingress, mut egress) = (false, false);
    for (index, kind) in raw.types.iter().flatten().enumerate() {
        match &**kind {
            "Ingress" => ingress = true,
            "Egress" => egress = true,
            other => {
                return Err(Fault::at(format!("spec.types[{index}]"), format!("`{other}` is not a type")));
            }
        }
    }
    if ingress || egress {
        return Ok((ingress, egress));
    }
    if is_backend {
        return Ok((true, true));
    }
    let has = |rules: &Option<Vec<RawRule<'_>>>| rules.as_ref().is_some_and(|rules| !rules.is_empty());
    let by_rules = (has(&raw.ingress) || !has(&raw.egress), has(&raw.egress));
    let by_sections = (raw.ingress.is_some() || raw.egress.is_none(), raw.egress.is_some());
    if by_rules == by_sections {
        Ok(by_rules)
    } else {
        Err(Fault::at(
            "spec.types",
            "omitted, beside an empty rule list: the ways Calico is served disagree (CAL-05)",
        ))
    }
}

impl Tier {
    fn new(name: &str, order: f64, passes_at_end: bool) -> Tier {
        let (by_namespace, global) = (BTreeMap::new(), Vec::new());
        Tier { name: name.into(), order, passes_at_end, policies: Vec::new(), by_namespace, global }
    }

    /// The same tier with the policies that concern one namespace alone.
    fn about(&self, namespace: &Text) -> Tier {
        let indices = self.by_namespace.get(namespace).unwrap_or(&self.global);
        let policies = indices.iter().filter_map(|index| self.policies.get(*index)).cloned().collect();
        Tier { policies, name: self.name.clone(), by_namespace: BTreeMap::new(), global: Vec::new(), ..*self }
    }

    /// Sorts the policies and notes which concern which namespace.
    fn index(&mut self) {
        self.by_namespace.clear();
        self.global.clear();
        self.policies.sort_by(|a, b| a.order.total_cmp(&b.order).then_with(|| a.rank.cmp(&b.rank)));
        for policy in &self.policies {
            if let Some(namespace) = policy.namespace() {
                self.by_namespace.entry(namespace.clone()).or_default();
            }
        }
        for (index, policy) in self.policies.iter().enumerate() {
            match policy.namespace() {
                Some(namespace) => self.by_namespace.entry(namespace.clone()).or_default().push(index),
                None => {
                    self.global.push(index);
                    self.by_namespace.values_mut().for_each(|indices| indices.push(index));
                }
            }
        }
    }
}
