//! Rules gathered into objects, by layer and subject.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use netpol_flow::{Requirement, Text};
use netpol_model::{Enforcement, Layer, Origin};
use netpol_sets::PodSet;

use super::{emit, split};
use crate::naming::{DEFAULT_DENY, object_name, short_hash};
use crate::object::Object;
use crate::plan::{Grant, NamespacePlan};
use crate::yaml::{Yaml, list, map, text};

/// The object that isolates the namespace's pods: every pod, each enforced side, no rule.
pub(super) fn default_deny(plan: &NamespacePlan<'_>) -> Option<Object> {
    let types = types(plan.ingress == Enforcement::Enforced, plan.egress == Enforcement::Enforced);
    (!types.is_empty()).then(|| Object {
        api_version: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        name: DEFAULT_DENY.to_owned(),
        namespace: Some(plan.namespace.name.clone()),
        layer: None,
        origins: vec![plan.namespace.origin.clone()],
        spec: map([("podSelector", map::<&str>([])), ("policyTypes", list(types))]),
    })
}

fn types(ingress: bool, egress: bool) -> Vec<Yaml> {
    let word = |word: &'static str, is_in: bool| is_in.then(|| text(word));
    word("Ingress", ingress).into_iter().chain(word("Egress", egress)).collect()
}

/// The rules of one layer for one subject, with where they come from.
#[derive(Debug, Default)]
pub(super) struct Group {
    /// The rules of the ingress side.
    pub ingress: Vec<(Arc<Origin>, Yaml)>,
    /// The rules of the egress side.
    pub egress: Vec<(Arc<Origin>, Yaml)>,
}

/// What tells objects of a namespace apart: their layer (all baseline patterns share an object), their subject.
type Identity<'a> = (Option<&'a Layer>, Text, PodSet);

/// The groups of a namespace, with their rank in the order of first appearance.
#[derive(Debug, Default)]
pub(super) struct Gathered<'a> {
    groups: BTreeMap<Identity<'a>, (usize, Group, Vec<&'a Layer>)>,
}

impl<'a> Gathered<'a> {
    /// The group that a grant belongs to.
    pub(super) fn group(&mut self, grant: &Grant<'a>) -> &mut Group {
        let layer = &grant.rule.layer;
        let own = (!matches!(layer, Layer::Baseline(_))).then_some(layer);
        let next = self.groups.len();
        let identity = (own, grant.subject.name.clone(), grant.subject.pods.clone());
        let (_, group, layers) =
            self.groups.entry(identity).or_insert_with(|| (next, Group::default(), Vec::new()));
        if !layers.contains(&layer) {
            layers.push(layer);
        }
        group
    }

    /// The objects of all groups.
    pub(super) fn into_objects(self, plan: &NamespacePlan<'_>) -> Vec<Object> {
        let mut groups: Vec<_> = self.groups.into_iter().collect();
        groups.sort_by_key(|(_, (rank, _, _))| *rank);
        let objects = groups.into_iter().flat_map(|((_, name, pods), (_, group, layers))| {
            let layer = joined(&layers);
            objects_of(plan, &layer, &name, &pods, group)
        });
        objects.collect()
    }
}

/// The one layer, or the baseline patterns together.
fn joined(layers: &[&Layer]) -> Layer {
    let pattern = |layer: &&Layer| match layer {
        Layer::Baseline(pattern) => Some(pattern.to_string()),
        Layer::Guardrail(_) | Layer::Fence | Layer::Namespace | Layer::App(_) => None,
    };
    match layers {
        [only] => (*only).clone(),
        several => Layer::Baseline(several.iter().filter_map(pattern).collect::<Vec<_>>().join(", ").into()),
    }
}

/// The objects of a group: one for each conjunction that its pods need, times the parts that its size needs.
fn objects_of(
    plan: &NamespacePlan<'_>,
    layer: &Layer,
    name: &Text,
    pods: &PodSet,
    group: Group,
) -> Vec<Object> {
    let selectors = emit::pod_conjunctions(pods);
    let is_noun = selectors.len() == 1 && is_the_noun(plan, name, pods);
    let mut objects = Vec::new();
    for (at, part) in split::split(group).into_iter().enumerate() {
        let number = if at == 0 { String::new() } else { (at + 1).to_string() };
        let origins: Vec<_> =
            part.ingress.iter().chain(&part.egress).map(|(origin, _)| origin.clone()).collect();
        let mut rules = RuleLists::of(part);
        for (at, selector) in selectors.iter().enumerate() {
            let is_last = at + 1 == selectors.len();
            let hash = if is_noun { String::new() } else { hash_of(selector) };
            objects.push(Object {
                api_version: "networking.k8s.io/v1",
                kind: "NetworkPolicy",
                name: name_of(layer, name, &hash, &number),
                namespace: Some(plan.namespace.name.clone()),
                layer: Some(layer.clone()),
                origins: origins.clone(),
                spec: if is_last {
                    std::mem::take(&mut rules).spec(selector)
                } else {
                    rules.clone().spec(selector)
                },
            });
        }
    }
    objects
}

/// The rules of one object.
#[derive(Clone, Debug, Default)]
struct RuleLists {
    ingress: Vec<Yaml>,
    egress: Vec<Yaml>,
}

impl RuleLists {
    fn of(part: Group) -> RuleLists {
        let rules = |rules: Vec<(Arc<Origin>, Yaml)>| rules.into_iter().map(|(_, rule)| rule).collect();
        RuleLists { ingress: rules(part.ingress), egress: rules(part.egress) }
    }

    /// Each object says its types; a side without rules is left to the object that isolates (`K8S-01`, `K8S-02`).
    fn spec(self, selector: &[Requirement]) -> Yaml {
        let mut entries = vec![
            ("podSelector", emit::selector(selector)),
            ("policyTypes", list(types(!self.ingress.is_empty(), !self.egress.is_empty()))),
        ];
        for (word, rules) in [("ingress", self.ingress), ("egress", self.egress)] {
            if !rules.is_empty() {
                entries.push((word, Yaml::List(rules)));
            }
        }
        map(entries)
    }
}

/// Whether the pods are exactly those that the name stands for, so that the name needs no hash.
fn is_the_noun(plan: &NamespacePlan<'_>, name: &Text, pods: &PodSet) -> bool {
    match plan.namespace.workloads.get(name) {
        Some(workload) => workload.set() == pods,
        None => &**name == "all" && pods.is_by_namespace(),
    }
}

fn hash_of(selector: &[Requirement]) -> String {
    let selector = netpol_flow::Selector { requirements: selector.to_vec() };
    short_hash(&selector.to_string())
}

fn name_of(layer: &Layer, subject: &str, hash: &str, number: &str) -> String {
    let parts: &[&str] = match layer {
        Layer::Guardrail(block) => &["guardrail", block, subject, hash, number],
        Layer::App(app) => &["app", app, subject, hash, number],
        Layer::Baseline(_) => &["baseline", subject, hash, number],
        Layer::Namespace | Layer::Fence => &[subject, hash, number],
    };
    object_name(parts, 63)
}

/// Gives a name that stands twice in a namespace a hash of its selector, then a number.
pub(super) fn unique(mut objects: Vec<Object>) -> Vec<Object> {
    let mut taken: BTreeSet<(Option<Text>, String)> = BTreeSet::new();
    for object in &mut objects {
        let mut name = object.name.clone();
        let mut tries = 0;
        while !taken.insert((object.namespace.clone(), name.clone())) {
            let selector = match &object.spec {
                Yaml::Map(entries) => entries.first(),
                Yaml::Text(_)
                | Yaml::Number(_)
                | Yaml::Flag(_)
                | Yaml::List(_)
                | Yaml::Item(_)
                | Yaml::Shared(_) => None,
            };
            let identity = format!("{:?} {selector:?} {tries}", object.layer);
            name = object_name(&[&object.name, &short_hash(&identity)], 63);
            tries += 1;
        }
        object.name = name;
    }
    objects
}
