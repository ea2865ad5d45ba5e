//! What the source says, for one side of the pods of one namespace.

use std::collections::{BTreeMap, BTreeSet};

use netpol_flow::{Date, Flow, Side, SortedSet, Text};
use netpol_model::{Consent, End, Enforcement, Namespace, Places, Policy, Rule, consent};
use netpol_sets::{
    Cube, Ends, FlowSet, Infra, InfraSet, Key, PodSet, Requests, Services, SideSet, Undecided, Values, within,
};

use rayon::prelude::*;

use crate::outcome::STEPS;

/// The pods whose sides are compared together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shard {
    /// Those of one namespace.
    Named(Text),
    /// Those of every namespace that neither the source nor the manifests name.
    Unnamed(SortedSet<Text>),
}

impl Shard {
    /// The one namespace, where it is one.
    pub fn name(&self) -> Option<&Text> {
        match self {
            Shard::Named(name) => Some(name),
            Shard::Unnamed(_) => None,
        }
    }

    /// Its pods.
    pub fn pods(&self) -> PodSet {
        match self {
            Shard::Named(name) => PodSet::of_namespaces(SortedSet::one(name.clone())),
            Shard::Unnamed(named) => {
                let others = Values::all_but(named.clone());
                PodSet::all().with(Key::Namespace, &others)
            }
        }
    }
}

/// A policy on one day, ready to be asked.
#[derive(Debug)]
pub struct Source<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// What its cluster's ranges mean.
    pub places: Places,
    day: Date,
    /// None where taking the exceptions out of the denies took more steps than a proof may.
    denies: Option<[FlowSet; 2]>,
    allows: Vec<&'a Rule>,
    baseline: BTreeMap<&'a Text, Vec<(&'a Text, &'a Rule)>>,
    baseline_anywhere: Vec<(&'a Text, &'a Rule)>,
    /// The namespaces it is asked about; none for all.
    about: Option<&'a BTreeSet<Text>>,
}

impl<'a> Source<'a> {
    /// Reads a policy for a day.
    pub fn of(policy: &'a Policy, day: Date) -> Source<'a> {
        let places = Places::of(policy);
        let live = || policy.guardrails.iter().filter(|block| block.binds(day));
        let active = |rule: &&'a Rule| rule.is_active(day);
        let denies = within(STEPS, || {
            let mut denies = FlowSet::default();
            for block in live() {
                let flows = |rules: &'a [Rule]| {
                    let mut all = FlowSet::default();
                    rules.iter().filter(active).for_each(|rule| all.extend(places.flows(rule, Side::Egress)));
                    all
                };
                denies.extend(flows(&block.denies).subtract(&flows(&block.exceptions)));
            }
            let ingress = denies.subtract(&FlowSet::of(from_own_node(&Ends::Pods(PodSet::all()))));
            [denies, ingress]
        });
        let allows = live().flat_map(|block| &block.allows).filter(active).collect();
        let mut baseline: BTreeMap<&Text, Vec<(&Text, &Rule)>> = BTreeMap::new();
        let mut baseline_anywhere = Vec::new();
        for pattern in &policy.baseline {
            for rule in pattern.rules.values().flatten().filter(active) {
                match rule.named() {
                    Some(names) => {
                        for name in names {
                            baseline.entry(name).or_default().push((&pattern.pattern, rule));
                        }
                    }
                    None => baseline_anywhere.push((&pattern.pattern, rule)),
                }
            }
        }
        let denies = denies.ok();
        Source { policy, places, day, denies, allows, baseline, baseline_anywhere, about: None }
    }

    /// Asks about some namespaces only, each side of whose pods rests on nothing but their own manifests and those of the
    /// cluster. What rests on more, and all other pods, stays unproved: for who edits, never for who writes manifests.
    pub fn about(self, namespaces: &'a BTreeSet<Text>) -> Source<'a> {
        Source { about: Some(namespaces), ..self }
    }

    /// What the source answers about one flow, and the rule that decides.
    pub fn consent(&self, flow: &Flow, side: Side) -> Consent<'a> {
        consent(self.policy, flow, side, self.day)
    }

    /// The namespaces it is asked about; none for all.
    pub(crate) fn asked(&self) -> Option<&'a BTreeSet<Text>> {
        self.about
    }

    /// What both sides of a shard's pods let pass; errs where that takes more steps than a proof may.
    pub(crate) fn sides(&self, shard: &Shard) -> Result<[SideSet; 2], Undecided> {
        if self.denies.is_none() {
            return Err(Undecided);
        }
        within(STEPS, || Side::BOTH.map(|side| self.side(shard, side)))
    }

    /// What one side of a shard's pods lets pass, apart from a pod and itself, which always passes.
    ///
    /// Steps −1 to 8 of the reference, as sets. Guardrail denies are the `deny`. The `allow` is everything where nobody
    /// manages the side, else what guardrails allow and what the namespace grants outside its fence; and a node always
    /// reaches its own pods.
    fn side(&self, shard: &Shard, side: Side) -> SideSet {
        let subject = Ends::Pods(shard.pods());
        let mut allow = FlowSet::default();
        match self.enforced(shard, side) {
            None => allow.extend(restrict(&everything(&self.places), side, &subject)),
            Some(namespace) => {
                for rule in &self.allows {
                    allow.extend(restrict(&self.places.flows(rule, side), side, &subject));
                }
                if let Some(namespace) = namespace {
                    allow.extend(self.granted(namespace, side, &subject));
                }
            }
        }
        if side == Side::Ingress {
            allow.extend(FlowSet::of(from_own_node(&subject)));
        }
        SideSet {
            allow,
            deny: self.denied(side).map(|denied| restrict(denied, side, &subject)).unwrap_or_default(),
        }
    }

    /// What guardrails deny on a side, their exceptions taken out; none where that took too many steps.
    pub(crate) fn denied(&self, side: Side) -> Option<&FlowSet> {
        let [egress, ingress] = self.denies.as_ref()?;
        Some(match side {
            Side::Egress => egress,
            Side::Ingress => ingress,
        })
    }

    /// Every namespace the policy names: declared, owned, of the system, or an end of a rule.
    pub fn namespaces(&self) -> BTreeSet<Text> {
        let policy = self.policy;
        let mut names: BTreeSet<Text> = policy.namespaces.keys().cloned().collect();
        names.extend(policy.tenants.values().flat_map(|tenant| tenant.namespaces.iter().cloned()));
        names.extend(policy.cluster.system.iter().cloned());
        let of_rules = |rules: &mut dyn Iterator<Item = &Rule>| -> BTreeSet<Text> {
            let ends = rules.flat_map(|rule| rule.from.iter().chain(&rule.to));
            let named = ends.filter_map(End::named).flatten();
            named.filter(|name| !names.contains(*name)).cloned().collect()
        };
        let guardrails = policy.guardrails.iter();
        let mut guardrails = guardrails.flat_map(|g| g.denies.iter().chain(&g.exceptions).chain(&g.allows));
        let mut baseline = policy.baseline.iter().flat_map(|b| b.rules.values().flatten());
        let mut more = of_rules(&mut guardrails);
        more.extend(of_rules(&mut baseline));
        let of_namespace =
            |n: &Namespace| of_rules(&mut n.fence.iter().chain(&n.fence_exceptions).chain(&n.rules));
        let namespaces: Vec<&Namespace> = policy.namespaces.values().collect();
        let of_namespaces: Vec<BTreeSet<Text>> = namespaces.into_par_iter().map(of_namespace).collect();
        more.extend(of_namespaces.into_iter().flatten());
        names.extend(more);
        names
    }

    /// Whether the side is managed: none where it is open, the namespace where it has rules.
    fn enforced(&self, shard: &Shard, side: Side) -> Option<Option<&'a Namespace>> {
        let closed = self.policy.cluster.undeclared_closed;
        match shard {
            Shard::Named(name) => match self.policy.namespaces.get(name) {
                Some(namespace) if namespace.external => None,
                Some(namespace) => (namespace.enforcement(side, self.day) == Enforcement::Enforced)
                    .then_some(Some(namespace)),
                None => (closed && !self.policy.cluster.system.contains(name)).then_some(None),
            },
            Shard::Unnamed(_) => closed.then_some(None),
        }
    }

    fn granted(&self, namespace: &'a Namespace, side: Side, subject: &Ends) -> FlowSet {
        let flows = |rules: &mut dyn Iterator<Item = &'a Rule>| {
            let mut all = FlowSet::default();
            rules
                .filter(|rule| rule.is_active(self.day))
                .for_each(|rule| all.extend(restrict(&self.places.flows(rule, side), side, subject)));
            all
        };
        let mut granted = flows(&mut namespace.rules.iter());
        let named = self.baseline.get(&namespace.name).into_iter().flatten();
        let applied = named.chain(&self.baseline_anywhere).filter(|(p, _)| !namespace.waived.contains(*p));
        granted.extend(flows(&mut applied.map(|(_, rule)| *rule)));
        if namespace.fence.is_empty() {
            return granted;
        }
        let fence = flows(&mut namespace.fence.iter());
        granted.subtract(&fence.subtract(&flows(&mut namespace.fence_exceptions.iter())))
    }
}

/// The flows whose subject on `side` is among `subject`.
pub(crate) fn restrict(flows: &FlowSet, side: Side, subject: &Ends) -> FlowSet {
    FlowSet::of(flows.cubes().iter().filter_map(|cube| {
        Some(match side {
            Side::Egress => Cube { source: cube.source.intersect(subject)?, ..cube.clone() },
            Side::Ingress => Cube { destination: cube.destination.intersect(subject)?, ..cube.clone() },
        })
    }))
}

/// A node to the pods it runs.
fn from_own_node(pods: &Ends) -> [Cube; 1] {
    [Cube {
        source: Ends::Infra(InfraSet::of([Infra::OwnNode])),
        destination: pods.clone(),
        services: Services::all(),
        requests: Requests::all(),
    }]
}

/// Every flow between endpoints that can exist.
fn everything(places: &Places) -> FlowSet {
    let ends = places.ends(&End::Any);
    FlowSet::of(ends.iter().flat_map(|source| {
        ends.iter().map(|destination| Cube {
            source: source.clone(),
            destination: destination.clone(),
            services: Services::all(),
            requests: Requests::all(),
        })
    }))
}
