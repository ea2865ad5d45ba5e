//! Verdicts about whole sets of flows: a denied member, or one that passes, without looking at every rule.
//!
//! The steps of `reference`, as sets. A property test (`tests/tests/questions.rs`) holds this module against it.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use netpol_flow::{Date, DomainPattern, Flow, Side, SortedSet, Text};
use netpol_sets::{
    AddressSet, Cube, Ends, ExternalSet, FlowSet, Infra, InfraSet, Key, PodSet, Undecided, Values, within,
};

use crate::{Enforcement, Namespace, Places, Policy, Rule, are_apart};

/// How many steps taking the exceptions out of the denies may take, and how many one question.
const STEPS: u64 = 1_000_000;

/// A policy on one day, ready to be asked about sets of flows.
#[derive(Debug)]
pub struct Verdicts<'a> {
    policy: &'a Policy,
    places: &'a Places,
    day: Date,
    /// Not known where the exceptions cut the denies into more pieces than can be looked at.
    denies: Result<Vec<Cube>, Undecided>,
    allows: Vec<Cube>,
    baseline: BTreeMap<&'a Text, Vec<Applied<'a>>>,
    baseline_anywhere: Vec<Applied<'a>>,
    /// The ranges in which an allow of addresses takes pods and nodes as well; empty where addresses are told apart.
    beside: AddressSet,
}

/// A rule of the baseline, with the pattern that `waive` names.
type Applied<'a> = (&'a Text, &'a Rule);

/// Who decides for some pods on one side.
enum Manager<'a> {
    /// Nobody: everything passes.
    Nobody,
    /// The cluster, which closes namespaces that nobody declared.
    Closed,
    /// The namespace.
    Namespace(&'a Namespace),
}

/// How the search for a flow ends early.
type Found = ControlFlow<Result<Flow, Undecided>>;

impl<'a> Verdicts<'a> {
    /// Reads a policy for a day; `places` are those of the policy.
    pub fn of(policy: &'a Policy, places: &'a Places, day: Date) -> Verdicts<'a> {
        let active = |rule: &&'a Rule| rule.is_active(day);
        let flows = |rules: &'a [Rule]| union(places, rules.iter().filter(active), Side::Egress);
        let live = || policy.guardrails.iter().filter(|block| block.binds(day));
        let denies = within(STEPS, || {
            let left = live().map(|block| flows(&block.denies).subtract(&flows(&block.exceptions)));
            left.flat_map(FlowSet::into_cubes).collect()
        });
        let allows = live().flat_map(|block| flows(&block.allows).into_cubes()).collect();
        let mut baseline: BTreeMap<&Text, Vec<Applied<'_>>> = BTreeMap::new();
        let mut baseline_anywhere = Vec::new();
        for pattern in &policy.baseline {
            for rule in pattern.rules.values().flatten().filter(active) {
                match rule.named() {
                    Some(names) => {
                        for name in names {
                            if let Some((name, _)) = policy.namespaces.get_key_value(name) {
                                baseline.entry(name).or_default().push((&pattern.pattern, rule));
                            }
                        }
                    }
                    None => baseline_anywhere.push((&pattern.pattern, rule)),
                }
            }
        }
        let beside = AddressSet::none();
        Verdicts { policy, places, day, denies, allows, baseline, baseline_anywhere, beside }
    }

    /// The same for a target that compares addresses only: an allow of addresses in a `shared` range also takes the pods
    /// and nodes that live there (amendment U2). [`Verdicts::first_allowed`] counts them; nothing else does.
    pub fn by_address(mut self) -> Verdicts<'a> {
        self.beside = AddressSet::of(&self.policy.cluster.shared);
        self
    }

    /// The allow that takes a pod or node by its address on one side of a flow, where one does.
    pub fn taking_by_address(&self, flow: &Flow, side: Side) -> Option<&'a Rule> {
        let pod = flow.subject(side).pod()?;
        let own = self.policy.namespaces.get(&pod.namespace).into_iter().flat_map(|n| self.rules(n));
        let day = self.day;
        let blocks = self.policy.guardrails.iter().filter(move |block| block.binds(day));
        let platform = blocks.flat_map(|block| &block.allows).filter(move |rule| rule.is_active(day));
        let takes = |rule: &&Rule| {
            let flows = self.places.flows(rule, side);
            flows.cubes().iter().flat_map(|cube| self.beside(cube)).any(|cube| cube.contains(flow))
        };
        own.chain(platform).find(takes)
    }

    /// What an allow of addresses says of the pods and nodes that live in `shared` ranges.
    fn beside(&self, allow: &Cube) -> Vec<Cube> {
        if self.beside.is_empty() {
            return Vec::new();
        }
        let there = |ends: &Ends| -> Vec<Ends> {
            let Ends::External(set) = ends else { return Vec::new() };
            if !set.named.is_empty() || !set.unnamed.is_empty() {
                return Vec::new();
            }
            let shared = set.addresses.intersect(&self.beside);
            let mut pods = PodSet::all();
            pods.addresses = shared.intersect(&self.places.pods);
            let nodes = InfraSet {
                addresses: shared.intersect(&self.places.nodes),
                ..InfraSet::of([Infra::Node, Infra::ApiServerOnNode])
            };
            vec![Ends::Pods(pods), Ends::Infra(nodes)]
        };
        let sources = there(&allow.source).into_iter().map(|source| Cube { source, ..allow.clone() });
        let destinations = there(&allow.destination).into_iter();
        let destinations = destinations.map(|destination| Cube { destination, ..allow.clone() });
        sources.chain(destinations).filter(|cube| !cube.is_empty()).collect()
    }

    /// The day.
    pub fn day(&self) -> Date {
        self.day
    }

    /// The flows that a line of a test speaks of.
    ///
    /// Its ends are apart, so a pod's own node is left out. A domain stands for the public addresses seen under it and
    /// under no name that it does not speak of (amendment B7).
    pub fn question(&self, asked: &Rule) -> FlowSet {
        let cubes = self.places.flows(asked, Side::Egress).into_cubes();
        FlowSet::of(cubes.into_iter().map(|mut cube| {
            cube.source = self.asked_end(cube.source);
            cube.destination = self.asked_end(cube.destination);
            cube
        }))
    }

    fn asked_end(&self, ends: Ends) -> Ends {
        match ends {
            Ends::Infra(set) => {
                let own = SortedSet::one(Infra::OwnNode);
                Ends::Infra(InfraSet { kinds: set.kinds.difference(&own), ..set })
            }
            Ends::External(set) if !set.named.is_empty() => {
                let addresses = set.addresses.intersect(&self.places.internet);
                Ends::External(ExternalSet { addresses, ..set })
            }
            Ends::Pods(_) | Ends::External(_) => ends,
        }
    }

    /// A flow of a question that does not pass; none where all of them do. Errs where that takes too many steps.
    pub fn first_denied(&self, asked: &Rule) -> Result<Option<Flow>, Undecided> {
        within(STEPS, || self.any_denied(asked)).and_then(|found| found)
    }

    fn any_denied(&self, asked: &Rule) -> Result<Option<Flow>, Undecided> {
        for cube in self.question(asked).cubes() {
            if let Some(piece) = self.denied_piece(asked, cube)? {
                return piece.witness().map(Some).ok_or(Undecided);
            }
        }
        Ok(None)
    }

    fn denied_piece(&self, asked: &Rule, cube: &Cube) -> Result<Option<Cube>, Undecided> {
        let allows: Vec<&Cube> = self.allows.iter().filter(|allow| allow.meets(cube)).collect();
        let touches_pods = cube.source.pods().is_some() || cube.destination.pods().is_some();
        let denies = self.denies.as_deref().map_err(|undecided| *undecided)?;
        if let Some(denied) = denies.iter().find_map(|deny| cube.intersect(deny)).filter(|_| touches_pods) {
            return Ok(Some(denied));
        }
        for side in Side::BOTH {
            for (manager, part) in self.parts(cube, side) {
                let mut granted: Vec<Cube> = Vec::new();
                match manager {
                    Manager::Nobody => continue,
                    Manager::Closed => {}
                    Manager::Namespace(namespace) => {
                        let meeting = self.rules(namespace).filter(|rule| !are_apart(rule, asked));
                        granted.extend(
                            meeting
                                .flat_map(|rule| self.places.flows(rule, side).into_cubes())
                                .filter(|grant| grant.meets(&part) && !is_another_name(&part, grant)),
                        );
                    }
                }
                let granted: Vec<&Cube> = granted.iter().chain(allows.iter().copied()).collect();
                if let Some(left) = part.first_beyond(&granted)? {
                    return Ok(Some(left));
                }
                let Manager::Namespace(namespace) = manager else { continue };
                let stepped_aside = self.union(&namespace.fence_exceptions, side);
                let above: Vec<&Cube> = stepped_aside.cubes().iter().chain(allows.iter().copied()).collect();
                for fenced in self.union(&namespace.fence, side).cubes() {
                    let Some(fenced) = part.intersect(fenced) else { continue };
                    if let Some(left) = fenced.first_beyond(&above)? {
                        return Ok(Some(left));
                    }
                }
            }
        }
        Ok(None)
    }

    /// A flow of a question that passes; none where none does. Errs where that takes too many steps.
    pub fn first_allowed(&self, asked: &Rule) -> Result<Option<Flow>, Undecided> {
        within(STEPS, || self.any_allowed(asked)).and_then(|found| found)
    }

    fn any_allowed(&self, asked: &Rule) -> Result<Option<Flow>, Undecided> {
        for cube in self.question(asked).cubes() {
            // The side with fewer namespaces decides where to look on the other.
            let few = |side: &Side| self.breadth(cube, *side);
            let first = if few(&Side::Ingress) <= few(&Side::Egress) { Side::Ingress } else { Side::Egress };
            let second = if first == Side::Egress { Side::Ingress } else { Side::Egress };
            let found = self.granted(asked, cube, first, &mut |half| {
                self.granted(asked, half, second, &mut |both| match self.undenied(both) {
                    Ok(Some(flow)) => ControlFlow::Break(Ok(flow)),
                    Ok(None) => ControlFlow::Continue(()),
                    Err(undecided) => ControlFlow::Break(Err(undecided)),
                })
            });
            if let ControlFlow::Break(found) = found {
                return found.map(Some);
            }
        }
        Ok(None)
    }

    /// The flows of a question that pass, in pieces that may overlap. Errs where that takes too many steps.
    ///
    /// The pieces are cut by the namespaces that decide, so that each is about one declared namespace at either end, or
    /// about some that nobody here decides for.
    pub fn passing(&self, asked: &Rule) -> Result<FlowSet, Undecided> {
        let denies = self.denies.as_deref().map_err(|undecided| *undecided)?;
        within(STEPS, || {
            let mut passing = FlowSet::default();
            for cube in self.question(asked).cubes() {
                // Nothing here breaks the search off.
                let _ = self.granted(asked, cube, Side::Egress, &mut |half| {
                    self.granted(asked, half, Side::Ingress, &mut |both| {
                        let meeting = denies.iter().filter(|deny| deny.meets(both)).cloned();
                        passing.extend(FlowSet::of([both.clone()]).subtract(&FlowSet::of(meeting)));
                        ControlFlow::Continue(())
                    })
                });
            }
            passing
        })
    }

    fn undenied(&self, cube: &Cube) -> Result<Option<Flow>, Undecided> {
        let denies = self.denies.as_deref().map_err(|undecided| *undecided)?;
        let denies: Vec<&Cube> = denies.iter().filter(|deny| deny.meets(cube)).collect();
        match cube.first_beyond(&denies)? {
            Some(left) => left.witness().map(Some).ok_or(Undecided),
            None => Ok(None),
        }
    }

    /// Hands over, piece by piece, what of a cube one side lets pass, guardrail denies apart.
    fn granted(&self, asked: &Rule, cube: &Cube, side: Side, give: &mut dyn FnMut(&Cube) -> Found) -> Found {
        for (manager, part) in self.parts(cube, side) {
            if let Manager::Nobody = manager {
                give(&part)?;
                continue;
            }
            for allow in &self.allows {
                for allowed in self.beside(allow).iter().chain([allow]).filter_map(|a| part.intersect(a)) {
                    give(&allowed)?;
                }
            }
            let Manager::Namespace(namespace) = manager else { continue };
            let fence = match namespace.fence.is_empty() {
                true => FlowSet::default(),
                false => {
                    let fence = FlowSet::of([part.clone()]).intersect(&self.union(&namespace.fence, side));
                    fence.subtract(&self.union(&namespace.fence_exceptions, side))
                }
            };
            for rule in self.rules(namespace) {
                let meets = !are_apart(rule, asked);
                if !meets && self.beside.is_empty() {
                    continue;
                }
                for grant in self.places.flows(rule, side).cubes() {
                    // No fence is cut out of a block: it tells pods by their labels, and a block knows none.
                    for met in self.beside(grant).iter().filter_map(|cube| part.intersect(cube)) {
                        give(&met)?;
                    }
                    if !meets || is_another_name(&part, grant) {
                        continue;
                    }
                    let Some(met) = part.intersect(grant) else { continue };
                    if fence.is_empty() {
                        give(&met)?;
                        continue;
                    }
                    for left in FlowSet::of([met]).subtract(&fence).cubes() {
                        give(left)?;
                    }
                }
            }
        }
        ControlFlow::Continue(())
    }

    /// The live rules by which a namespace allows: its own, its apps', and the baseline it did not waive.
    pub fn rules(&self, namespace: &'a Namespace) -> impl Iterator<Item = &'a Rule> {
        let named = self.baseline.get(&namespace.name).into_iter().flatten();
        let applied = named.chain(&self.baseline_anywhere);
        let applied = applied.filter(|(pattern, _)| !namespace.waived.contains(*pattern));
        let day = self.day;
        namespace.rules.iter().chain(applied.map(|(_, rule)| *rule)).filter(move |rule| rule.is_active(day))
    }

    fn union(&self, rules: &[Rule], side: Side) -> FlowSet {
        union(self.places, rules.iter().filter(|rule| rule.is_active(self.day)), side)
    }

    /// How many namespaces decide about a cube on one side.
    fn breadth(&self, cube: &Cube, side: Side) -> usize {
        match subject(cube, side).pods() {
            None => 0,
            Some(pods) => pods.namespaces().map_or(self.policy.namespaces.len() + 1, |names| names.len()),
        }
    }

    /// The cube, cut by who decides for its pods on one side.
    fn parts(&self, cube: &Cube, side: Side) -> Vec<(Manager<'a>, Cube)> {
        let Some(pods) = subject(cube, side).pods() else { return vec![(Manager::Nobody, cube.clone())] };
        let policy = self.policy;
        let values = pods.condition(&Key::Namespace);
        let mut parts = Vec::new();
        let mut nobody: Vec<Text> = Vec::new();
        let mut closed: Vec<Text> = Vec::new();
        let with = |values: &Values| restricted(cube, side, pods.clone().with(Key::Namespace, values));
        let by_name = |names: Vec<Text>| with(&Values::only(names.into_iter().collect()));
        let mut sort = |name: &Text| match policy.namespaces.get(name) {
            Some(namespace) if self.is_managed(namespace, side) => {
                parts.push((Manager::Namespace(namespace), by_name(vec![name.clone()])));
            }
            Some(_) => nobody.push(name.clone()),
            None if policy.cluster.undeclared_closed && !policy.cluster.system.contains(name) => {
                closed.push(name.clone());
            }
            None => nobody.push(name.clone()),
        };
        if values.all_but {
            let known = policy.namespaces.keys().chain(&policy.cluster.system);
            let mut known: Vec<&Text> = known.collect();
            known.sort_unstable();
            known.dedup();
            known.iter().filter(|name| values.contains(Some(name))).for_each(|name| sort(name));
            let others = Values::all_but(known.into_iter().cloned().collect());
            let manager = if policy.cluster.undeclared_closed { Manager::Closed } else { Manager::Nobody };
            parts.push((manager, with(&others)));
        } else {
            values.listed.iter().for_each(sort);
        }
        if !nobody.is_empty() {
            parts.push((Manager::Nobody, by_name(nobody)));
        }
        if !closed.is_empty() {
            parts.push((Manager::Closed, by_name(closed)));
        }
        parts.retain(|(_, part)| !part.is_empty());
        parts
    }

    fn is_managed(&self, namespace: &Namespace, side: Side) -> bool {
        !namespace.external && namespace.enforcement(side, self.day) == Enforcement::Enforced
    }
}

fn union<'r>(places: &Places, rules: impl Iterator<Item = &'r Rule>, side: Side) -> FlowSet {
    let mut all = FlowSet::default();
    rules.for_each(|rule| all.extend(places.flows(rule, side)));
    all
}

fn subject(cube: &Cube, side: Side) -> &Ends {
    match side {
        Side::Egress => &cube.source,
        Side::Ingress => &cube.destination,
    }
}

fn restricted(cube: &Cube, side: Side, pods: PodSet) -> Cube {
    match side {
        Side::Egress => Cube { source: Ends::Pods(pods), ..cube.clone() },
        Side::Ingress => Cube { destination: Ends::Pods(pods), ..cube.clone() },
    }
}

/// Whether the question names a domain and the rule another: an address asked for by name is seen under no other name.
fn is_another_name(question: &Cube, grant: &Cube) -> bool {
    let names = |cube: &Cube| match &cube.destination {
        Ends::External(set) => set.named.clone(),
        Ends::Pods(_) | Ends::Infra(_) => SortedSet::new(),
    };
    let (asked, granted) = (names(question), names(grant));
    let overlap = |a: &DomainPattern, b: &DomainPattern| a.contains(b) || b.contains(a);
    asked.iter().any(|asked| granted.iter().any(|granted| !overlap(asked, granted)))
}
