//! Policies and tiers as objects: every field that has a default is written (`CAL-05`, `CAL-23`).

use std::collections::BTreeSet;
use std::sync::Arc;

use netpol_flow::{Side, Text};
use netpol_model::{Layer, Origin};

use super::selector::{Selectors, account_selector};
use crate::naming::{DEFAULT_DENY, object_name, short_hash};
use crate::object::Object;
use crate::yaml::{Yaml, list, map, text};

/// The only API that defaults and validates (`CAL-21`).
const API: &str = "projectcalico.org/v3";

/// The tier of the namespace layer, and its order: before `kube-admin` and stock policies (amendment B16, `CAL-17`,
/// `CAL-18`).
pub(super) const NETPOL_TIER: &str = "netpol";

/// The order of [`NETPOL_TIER`]; every other tier of ours comes before it.
pub(super) const NETPOL_ORDER: i64 = 950;

/// How much of one object may be rules, in bytes: `kubectl apply` keeps a copy of the object in an annotation, and all
/// annotations together have 256 KiB (amendment B25).
const LONGEST_RULES: usize = 100_000;

/// A policy of Calico, its rules still in the making.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    /// Whether it is only reported on.
    pub staged: bool,
    /// Its namespace; none for a global policy.
    pub namespace: Option<Text>,
    /// Its tier.
    pub tier: String,
    /// Its place in the tier.
    pub order: i64,
    /// Its name after the tier's.
    pub name: String,
    /// The layer; none for a policy that isolates.
    pub layer: Option<Layer>,
    /// The pods it is for.
    pub subject: Selectors,
    /// The sides it speaks for, whether or not it has rules there.
    pub isolates: Vec<Side>,
    /// The rules on egress.
    pub egress: Vec<Yaml>,
    /// The rules on ingress.
    pub ingress: Vec<Yaml>,
    /// Where the rules come from.
    pub origins: Vec<Arc<Origin>>,
}

impl Draft {
    /// Adds rules on a side.
    pub(super) fn add(&mut self, side: Side, rules: Vec<Yaml>, origin: &Arc<Origin>) {
        if rules.is_empty() {
            return;
        }
        match side {
            Side::Egress => self.egress.extend(rules),
            Side::Ingress => self.ingress.extend(rules),
        }
        if !self.origins.last().is_some_and(|last| Arc::ptr_eq(last, origin)) {
            self.origins.push(origin.clone());
        }
    }

    fn kind(&self) -> &'static str {
        match (self.staged, &self.namespace) {
            (false, Some(_)) => "NetworkPolicy",
            (false, None) => "GlobalNetworkPolicy",
            (true, Some(_)) => "StagedNetworkPolicy",
            (true, None) => "StagedGlobalNetworkPolicy",
        }
    }

    /// The policy, in parts where it is too large for one object. One that neither isolates nor says anything is dropped.
    ///
    /// All rules of a policy have one action, so that the parts may stand in any order.
    fn objects(mut self, taken: &mut Taken, out: &mut Vec<Object>) {
        let (egress, ingress) = (std::mem::take(&mut self.egress), std::mem::take(&mut self.ingress));
        if egress.is_empty() && ingress.is_empty() && self.isolates.is_empty() {
            return;
        }
        for (at, (egress, ingress)) in parts(egress, ingress).into_iter().enumerate() {
            let part = if at == 0 { String::new() } else { format!("part-{}", at + 1) };
            let mut name = self.full_name(&[&self.name, &part]);
            let mut tries = 0;
            while !taken.insert((self.kind(), self.namespace.clone(), name.clone())) {
                let hash = short_hash(&format!("{:?}{tries}", self.subject));
                name = self.full_name(&[&self.name, &part, &hash]);
                tries += 1;
            }
            out.push(self.object(name, egress, ingress));
        }
    }

    /// `tier.name`, each a DNS label (`CAL-20`).
    fn full_name(&self, parts: &[&str]) -> String {
        let name = match parts {
            // The one name that `object_name` keeps from others.
            [DEFAULT_DENY, ""] if !self.isolates.is_empty() => DEFAULT_DENY.to_owned(),
            _ => object_name(parts, 63),
        };
        format!("{}.{name}", self.tier)
    }

    fn object(&self, name: String, egress: Vec<Yaml>, ingress: Vec<Yaml>) -> Object {
        let mut spec = vec![("tier", text(self.tier.clone())), ("order", Yaml::Number(self.order))];
        if self.staged {
            spec.push(("stagedAction", text("Set")));
        }
        spec.push(("selector", text(&self.subject.pods)));
        spec.extend(self.subject.namespaces.iter().map(|s| ("namespaceSelector", text(s))));
        spec.extend(
            self.subject.accounts.iter().map(|a| ("serviceAccountSelector", text(account_selector(a)))),
        );
        let speaks = |side, rules: &[Yaml]| !rules.is_empty() || self.isolates.contains(&side);
        let mut types = Vec::new();
        if speaks(Side::Ingress, &ingress) {
            types.push(text("Ingress"));
        }
        if speaks(Side::Egress, &egress) {
            types.push(text("Egress"));
        }
        spec.push(("types", list(types)));
        for (key, rules) in [("ingress", ingress), ("egress", egress)] {
            if !rules.is_empty() {
                spec.push((key, Yaml::List(rules)));
            }
        }
        Object {
            api_version: API,
            kind: self.kind(),
            name,
            namespace: self.namespace.clone(),
            layer: self.layer.clone(),
            origins: self.origins.clone(),
            spec: map(spec),
        }
    }
}

/// Kind, namespace and name of every object so far.
pub(super) type Taken = BTreeSet<(&'static str, Option<Text>, String)>;

/// Prints the drafts in their order, each under a name of its own.
pub(super) fn objects(drafts: Vec<Draft>, taken: &mut Taken, out: &mut Vec<Object>) {
    for draft in drafts {
        draft.objects(taken, out);
    }
}

/// A tier.
pub(super) fn tier(name: &str, order: i64, default_action: &'static str, layer: Option<Layer>) -> Object {
    Object {
        api_version: API,
        kind: "Tier",
        name: name.to_owned(),
        namespace: None,
        layer,
        origins: Vec::new(),
        spec: map([("order", Yaml::Number(order)), ("defaultAction", text(default_action))]),
    }
}

/// The rules of one policy as those of as many objects as they need.
fn parts(egress: Vec<Yaml>, ingress: Vec<Yaml>) -> Vec<(Vec<Yaml>, Vec<Yaml>)> {
    if size(&egress) + size(&ingress) <= LONGEST_RULES {
        return vec![(egress, ingress)];
    }
    let egress = chunks(egress).into_iter().map(|rules| (rules, Vec::new()));
    egress.chain(chunks(ingress).into_iter().map(|rules| (Vec::new(), rules))).collect()
}

/// Cuts a list of rules into lists that fit one object.
fn chunks(rules: Vec<Yaml>) -> Vec<Vec<Yaml>> {
    let mut out: Vec<Vec<Yaml>> = Vec::new();
    let mut room = 0;
    for rule in rules {
        let needed = size(std::slice::from_ref(&rule));
        match out.last_mut() {
            Some(part) if needed <= room => part.push(rule),
            Some(_) | None => {
                out.push(vec![rule]);
                room = LONGEST_RULES;
            }
        }
        room = room.saturating_sub(needed);
    }
    out
}

/// About how many bytes the rules take.
fn size(rules: &[Yaml]) -> usize {
    rules.iter().map(Yaml::weight).sum()
}
