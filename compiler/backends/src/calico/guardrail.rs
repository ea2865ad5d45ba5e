//! Guardrails as tiers before the namespaces': denies, each block's exceptions, allows.
//!
//! A `Pass` skips the rest of its tier, so a block with exceptions has a tier of its own; in a shared one they would
//! excuse from the other blocks too (`ANY-05`, amendment B15). A tier passes on what it does not decide (`CAL-01`).

use std::collections::BTreeMap;

use netpol_flow::{Date, Side, Text};
use netpol_model::{End, Guardrail, Layer, Ports, Rule, services};
use netpol_sets::{Ends, PodSet};

use super::emit::Draft;
use super::namespace::{order, withheld};
use super::refusals::{Build, Refusals};
use super::rules::{Action, Place, rules_of};
use super::selector::{Selectors, selectors};
use super::tenants;
use crate::known::Known;
use crate::naming::{object_name, short_hash};
use crate::plan::{Grant, GrantServices, Peer, Peers, Subject, peers_of};

/// A tier of guardrails.
#[derive(Debug, Default)]
pub(super) struct GuardrailTier {
    /// Its name.
    pub name: String,
    /// The blocks it speaks for.
    pub blocks: Vec<Text>,
    /// Its policies.
    pub drafts: Vec<Draft>,
    known: BTreeMap<(i64, Text, bool, Selectors), usize>,
}

/// A rule's part in its block, and what its policies are called.
#[derive(Clone, Copy)]
pub(super) struct Role<'a> {
    /// What its rules say.
    pub action: Action,
    /// The place of its policies in the tier.
    pub order: i64,
    /// The block.
    pub block: &'a Guardrail,
    /// The first parts of the name.
    pub prefix: &'a [&'a str],
    /// Whether matches are logged.
    pub logs: bool,
}

/// The tiers of every guardrail block, in the order they are read; none of them empty.
pub(super) fn tiers(build: &Build<'_>, day: Date, refusals: &mut Refusals) -> Vec<GuardrailTier> {
    let mut shared = GuardrailTier::new("netpol-guardrails".to_owned());
    let mut shared_tenants = GuardrailTier::new("netpol-tenants".to_owned());
    let mut own = Vec::new();
    let mut allows = GuardrailTier::new("netpol-allows".to_owned());
    for block in &build.policy.guardrails {
        if block.audit && !build.options.staged {
            refusals.tell(withheld(&block.origin, &format!("guardrail `{}`", block.name), build));
            continue;
        }
        let live = |rules: &'_ [Rule]| rules.iter().any(|rule| rule.is_active(day));
        if live(&block.exceptions) && live(&block.denies) {
            let mut tier =
                GuardrailTier::new(object_name(&[&format!("netpol-guardrail-{}", block.name)], 63));
            let mut tenants =
                GuardrailTier::new(object_name(&[&format!("netpol-tenants-{}", block.name)], 63));
            exceptions(build, block, day, &mut tier, refusals);
            exceptions(build, block, day, &mut tenants, refusals);
            denies(build, block, day, (&mut tier, &mut tenants), refusals);
            own.extend([tier, tenants].into_iter().filter(GuardrailTier::denies));
        } else {
            denies(build, block, day, (&mut shared, &mut shared_tenants), refusals);
        }
        let role = Role {
            action: Action::Allow,
            order: order::ALLOW,
            block,
            prefix: &["guardrail", &block.name],
            logs: true,
        };
        for rule in block.allows.iter().filter(|rule| rule.is_active(day)) {
            allows.add_rule(build, role, rule, refusals);
        }
    }
    let mut tiers: Vec<GuardrailTier> =
        [shared, shared_tenants].into_iter().chain(own).chain([allows]).collect();
    tiers.retain(|tier| !tier.drafts.is_empty());
    distinct_names(&mut tiers);
    tiers
}

fn exceptions(
    build: &Build<'_>,
    block: &Guardrail,
    day: Date,
    tier: &mut GuardrailTier,
    refusals: &mut Refusals,
) {
    let prefix = ["guardrail", &*block.name, "except"];
    let role = Role { action: Action::Pass, order: order::PASS, block, prefix: &prefix, logs: true };
    for rule in block.exceptions.iter().filter(|rule| rule.is_active(day)) {
        tier.add_rule(build, role, rule, refusals);
    }
}

fn denies(
    build: &Build<'_>,
    block: &Guardrail,
    day: Date,
    (tier, tenants_tier): (&mut GuardrailTier, &mut GuardrailTier),
    refusals: &mut Refusals,
) {
    let role = Role {
        action: Action::Deny,
        order: order::DENY,
        block,
        prefix: &["guardrail", &block.name],
        logs: true,
    };
    for rule in block.denies.iter().filter(|rule| rule.is_active(day)) {
        let to: Vec<End> = rule.to.iter().filter(|end| **end != End::OtherTenants).cloned().collect();
        tier.add_ends(build, role, rule, (&rule.from, &to), refusals);
        if rule.to.contains(&End::OtherTenants) {
            tenants::add(build, role, rule, tenants_tier, refusals);
        }
    }
}

impl GuardrailTier {
    fn new(name: String) -> GuardrailTier {
        GuardrailTier { name, ..GuardrailTier::default() }
    }

    fn denies(&self) -> bool {
        self.drafts.iter().any(|draft| draft.order == order::DENY)
    }

    /// Adds a rule on both sides. Only a deny reads `other-tenants` in order; anything else says it pair by pair.
    fn add_rule(&mut self, build: &Build<'_>, role: Role<'_>, rule: &Rule, refusals: &mut Refusals) {
        let to: Vec<End> = rule.to.iter().filter(|end| **end != End::OtherTenants).cloned().collect();
        self.add_ends(build, role, rule, (&rule.from, &to), refusals);
        if to.len() == rule.to.len() {
            return;
        }
        for (from, others) in tenants::pairs(build, rule) {
            let set = |pods: &PodSet| Peer { ends: Ends::Pods(pods.clone()), written: Vec::new() };
            let subject = |pods: &PodSet| Subject { name: "tenants".into(), pods: pods.clone() };
            let to = Peers::Of(others.iter().map(set).collect());
            self.add(build, role, &grant(rule, Side::Egress, subject(&from), to), refusals);
            for other in &others {
                let from = Peers::Of(vec![set(&from)]);
                self.add(build, role, &grant(rule, Side::Ingress, subject(other), from), refusals);
            }
        }
    }

    /// Adds a rule between these ends on both sides.
    fn add_ends(
        &mut self,
        build: &Build<'_>,
        role: Role<'_>,
        rule: &Rule,
        (from, to): (&[End], &[End]),
        refusals: &mut Refusals,
    ) {
        for (side, subjects, peers) in [(Side::Egress, from, to), (Side::Ingress, to, from)] {
            let peers = peers_of(build.places, peers, &ports(rule), side);
            if peers == Peers::Of(Vec::new()) {
                continue;
            }
            for end in subjects {
                for pods in
                    build.places.ends(end).iter().filter_map(Ends::pods).filter(|pods| !pods.is_empty())
                {
                    let subject = Subject { name: subject_name(end, pods).into(), pods: pods.clone() };
                    self.add(build, role, &grant(rule, side, subject, peers.clone()), refusals);
                }
            }
        }
    }

    /// Adds a grant to the policy of its block, order and subject.
    pub(super) fn add(
        &mut self,
        build: &Build<'_>,
        role: Role<'_>,
        grant: &Grant<'_>,
        refusals: &mut Refusals,
    ) {
        if refusals.pods(grant.rule, &grant.subject.pods) {
            return;
        }
        let known = Known::default();
        let place = Place { home: None, staged: role.block.audit, logs: role.logs, known: &known };
        let rules = rules_of(build, place, role.action, grant, refusals);
        if rules.is_empty() {
            return;
        }
        let subject = selectors(&grant.subject.pods, None);
        let key = (role.order, role.block.name.clone(), role.block.audit, subject.clone());
        let at = *self.known.entry(key).or_insert_with(|| {
            let mut parts = role.prefix.to_vec();
            parts.push(&grant.subject.name);
            self.drafts.push(Draft {
                staged: role.block.audit,
                namespace: None,
                tier: self.name.clone(),
                order: role.order,
                name: object_name(&parts, 63),
                layer: Some(Layer::Guardrail(role.block.name.clone())),
                subject,
                isolates: Vec::new(),
                egress: Vec::new(),
                ingress: Vec::new(),
                origins: Vec::new(),
            });
            self.drafts.len() - 1
        });
        if let Some(draft) = self.drafts.get_mut(at) {
            draft.add(grant.side, rules, &grant.rule.origin);
        }
        if !self.blocks.contains(&role.block.name) {
            self.blocks.push(role.block.name.clone());
        }
    }
}

/// A grant of a guardrail's rule, on every port the rule names.
pub(super) fn grant<'a>(rule: &'a Rule, side: Side, subject: Subject, peers: Peers) -> Grant<'a> {
    let only = rule.only.as_deref().filter(|_| rule.only_side == side);
    Grant { rule, side, subject, peers, services: ports(rule), only }
}

fn ports(rule: &Rule) -> GrantServices {
    match &rule.ports {
        Ports::Any => GrantServices::Any,
        ports @ Ports::Some(_) => GrantServices::Of(services(ports)),
    }
}

/// What a subject is called: its namespace, where there is one, and its noun.
pub(super) fn subject_name(end: &End, pods: &PodSet) -> String {
    let noun = match end {
        End::Pods(term) => term.name.as_deref(),
        End::Any => Some("any"),
        End::OtherTenants
        | End::Nodes
        | End::ApiServer
        | End::Gateway
        | End::Addresses { .. }
        | End::Internet
        | End::Outside
        | End::Domain(_) => None,
    };
    let hash = short_hash(&format!("{:?}", selectors(pods, None)));
    let noun = match noun {
        Some(noun) => noun.to_owned(),
        None if pods.is_all() => "pods".to_owned(),
        None => format!("pods--{hash}"),
    };
    match pods.namespaces().map(|names| (names.len(), names.first())) {
        Some((1, Some(namespace))) => format!("{namespace}--{noun}"),
        Some(_) | None => noun,
    }
}

/// Two blocks whose names are cut or read alike get tiers of different names.
fn distinct_names(tiers: &mut [GuardrailTier]) {
    let mut taken = std::collections::BTreeSet::new();
    for tier in tiers {
        while !taken.insert(tier.name.clone()) {
            let seed = format!("{}{:?}", tier.name, tier.blocks);
            tier.name = object_name(&[&tier.name, &short_hash(&seed)], 63);
            tier.drafts.iter_mut().for_each(|draft| draft.tier.clone_from(&tier.name));
        }
    }
}
