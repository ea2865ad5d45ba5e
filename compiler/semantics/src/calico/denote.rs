//! Calico's policies as sets of flows, one side of some pods at a time.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use netpol_flow::{
    Family, HttpMatch, NAMESPACE_NAME_LABEL, PortRange, Protocol, Side, SortedSet, Text, family_of,
};
use netpol_sets::{
    AddressSet, Cube, Ends, FlowSet, Infra, Key, PodSet, PortSet, Requests, Services, SideSet, Values,
};
use rustc_hash::FxHashMap;

use crate::Universe;
use crate::kubernetes::denote as stock;
use crate::trace::Undecided;

use super::rules::{NAME, NAMESPACE, OF_ACCOUNT, OF_NAMESPACE, ORCHESTRATOR, SERVICE_ACCOUNT};
use super::selector::Expr;
use super::{
    Action, AnyProtocol, Body, Entity, Entry, HostAction, Policy, PolicySet, Port, Profile, Rule, Selected,
    Tier,
};

type Decided<T> = Result<T, Undecided>;

/// What one side of the pods `subject` lets pass; `namespace` is theirs, or none where no policy is in it.
///
/// The same as `evaluate` for every flow at once, apart from a pod and itself. A flow enters a tier unless an earlier one
/// that ends in Deny selected its subject without passing it on; what is denied is kept apart and taken off at the end.
pub fn denote(
    set: &PolicySet,
    universe: &Universe,
    namespace: Option<&Text>,
    subject: &PodSet,
    side: Side,
    profile: &Profile,
) -> Decided<SideSet> {
    let has_host_endpoints = set.has_host_endpoints || profile.host_endpoints;
    let world = World { universe, profile, has_host_endpoints, selected: RefCell::default() };
    let everything = sided(&[Ends::Pods(subject.clone())], &universe.everyone(), &[Services::all()], side);
    let mut reaches = FlowSet::of(everything);
    let mut whole = true;
    let mut answer = SideSet::default();
    for tier in &set.tiers {
        if reaches.is_empty() {
            break;
        }
        let entered = Entered { subject, side, reaches, whole };
        (reaches, whole) = through(tier, &world, namespace, entered, &mut answer)?;
    }
    answer.allow.extend(reaches);
    let own = universe.kinds([Infra::OwnNode]);
    let own = FlowSet::of(sided(&[Ends::Pods(subject.clone())], &[own], &[Services::all()], side));
    match (side, profile.endpoint_to_host) {
        (Side::Ingress, _) => {
            answer.deny = answer.deny.subtract(&own);
            answer.allow.extend(own);
        }
        (Side::Egress, HostAction::Accept) => {}
        (Side::Egress, HostAction::Drop) => answer.deny.extend(own),
        (Side::Egress, HostAction::Unknown) => {
            if !answer.allow.intersect(&own).is_empty() {
                return Err(undecided(
                    "policy allows a pod's own node, and the endpoint-to-host action is not known",
                ));
            }
        }
    }
    Ok(answer)
}

struct World<'a> {
    universe: &'a Universe,
    profile: &'a Profile,
    has_host_endpoints: bool,
    /// The pods of selectors met before, by where the selector lies, which rules share.
    selected: RefCell<FxHashMap<*const Expr, Vec<Ends>>>,
}

/// What comes to a tier.
struct Entered<'a> {
    subject: &'a PodSet,
    side: Side,
    reaches: FlowSet,
    /// Whether that is every flow of the subjects.
    whole: bool,
}

/// The flows of a rule that come to it: in the tier, and not passed on by an earlier rule.
fn fresh(flows: FlowSet, reaches: &FlowSet, whole: bool, passed: &FlowSet) -> FlowSet {
    let flows = if whole { flows } else { flows.intersect(reaches) };
    if passed.is_empty() { flows } else { flows.subtract(passed) }
}

/// Reads one tier: adds what it decides to `answer` and gives what goes on to the next, and whether that is everything.
fn through(
    tier: &Tier,
    world: &World<'_>,
    namespace: Option<&Text>,
    entered: Entered<'_>,
    answer: &mut SideSet,
) -> Decided<(FlowSet, bool)> {
    let Entered { subject, side, reaches, whole } = entered;
    let indices = namespace.and_then(|name| tier.by_namespace.get(name)).unwrap_or(&tier.global);
    let entries: Vec<&Entry> =
        indices.iter().filter_map(|index| tier.policies.get(*index)).map(Arc::as_ref).collect();
    let mut passed = FlowSet::default();
    let mut read: Vec<(&Entry, Vec<PodSet>)> = Vec::new();
    for entry in entries {
        let subjects = subjects(entry, subject, side)?;
        if subjects.is_empty() {
            continue;
        }
        if read.iter().any(|(other, theirs)| is_tied(other, entry) && meet(theirs, &subjects)) {
            return Err(undecided(format!(
                "{} shares its order with another kind of policy (ANY-13)",
                entry.title
            )));
        }
        match &entry.body {
            Body::Stock(policy) => {
                for pods in &subjects {
                    let cubes = stock::rules(policy, world.universe, pods, side);
                    answer.allow.extend(fresh(FlowSet::of(cubes), &reaches, whole, &passed));
                }
            }
            Body::Calico(policy) => {
                for rule in policy.rules(side).unwrap_or_default() {
                    let flows = matched(rule, world, &subjects, side)?;
                    match rule.action {
                        Action::Log => {}
                        Action::Allow => answer.allow.extend(fresh(flows, &reaches, whole, &passed)),
                        Action::Pass => passed.extend(fresh(flows, &reaches, whole, &FlowSet::default())),
                        Action::Deny => {
                            let flows = fresh(flows, &reaches, whole, &passed);
                            answer.deny.extend(if answer.allow.is_empty() {
                                flows
                            } else {
                                flows.subtract(&answer.allow)
                            });
                        }
                    }
                }
            }
        }
        read.push((entry, subjects));
    }
    if read.is_empty() || tier.passes_at_end {
        return Ok((reaches, whole));
    }
    let selected = read.iter().flat_map(|(_, subjects)| subjects);
    let unselected: Vec<Ends> = subject.without(selected).into_iter().map(Ends::Pods).collect();
    let unselected = FlowSet::of(sided(&unselected, &world.universe.everyone(), &[Services::all()], side));
    let mut onward = if whole { unselected } else { reaches.intersect(&unselected) };
    onward.extend(passed);
    Ok((onward, false))
}

/// Which of two policies of one order comes first is told by name, and names are compared within a kind alone; it makes
/// no difference while all their rules do the same.
fn is_tied(one: &Entry, other: &Entry) -> bool {
    if one.kind() == other.kind() || one.order.total_cmp(&other.order).is_ne() {
        return false;
    }
    let actions = |entry: &Entry| match &entry.body {
        Body::Stock(_) => vec![Action::Allow],
        Body::Calico(Policy { ingress, egress, .. }) => {
            let rules = ingress.iter().chain(egress).flatten();
            rules.map(|rule| rule.action).filter(|action| *action != Action::Log).collect()
        }
    };
    let mut all = actions(one);
    all.extend(actions(other));
    all.windows(2).any(|pair| pair.first() != pair.last())
}

fn meet(some: &[PodSet], others: &[PodSet]) -> bool {
    some.iter().any(|one| others.iter().any(|other| !one.intersect(other).is_empty()))
}

/// The pods of `subject` that the policy selects for this side.
fn subjects(entry: &Entry, subject: &PodSet, side: Side) -> Decided<Vec<PodSet>> {
    let selected = match &entry.body {
        Body::Stock(policy) => match policy.rules(side) {
            Some(_) => {
                let here = PodSet::of_namespaces(SortedSet::one(policy.namespace.clone()));
                vec![here.with_labels(&policy.subject)]
            }
            None => vec![],
        },
        Body::Calico(policy) => match policy.rules(side) {
            Some(_) => pods(&policy.subject, true)?,
            None => vec![],
        },
    };
    Ok(selected.iter().map(|pods| pods.intersect(subject)).filter(|pods| !pods.is_empty()).collect())
}

/// The flows a rule matches, for subjects of its policy.
fn matched(rule: &Rule, world: &World<'_>, subjects: &[PodSet], side: Side) -> Decided<FlowSet> {
    if rule.family.is_some() {
        return Err(undecided("a rule for one address family"));
    }
    let subjects: Vec<Ends> = subjects.iter().cloned().map(Ends::Pods).collect();
    let only = |ends: Vec<Ends>| -> Vec<Ends> {
        subjects.iter().flat_map(|subject| ends.iter().filter_map(|end| subject.intersect(end))).collect()
    };
    let own = |entity: &Entity| {
        if says_nothing(entity) { Ok(subjects.clone()) } else { ends(entity, world).map(only) }
    };
    let (source, destination) = match side {
        Side::Egress => (own(&rule.source)?, ends(&rule.destination, world)?),
        Side::Ingress => (ends(&rule.source, world)?, own(&rule.destination)?),
    };
    let any_port = |port: &Port| matches!(port, Port::Range(0 | 1, u16::MAX));
    if !rule.source.not_ports.is_empty()
        || !(rule.source.ports.is_empty() || rule.source.ports.iter().any(any_port))
    {
        return Err(undecided("a match on the source port, which a flow does not have"));
    }
    let requests = requests(rule, world.profile)?;
    Ok(Universe::asking(&source, &destination, &services(rule, world.profile)?, &requests))
}

fn requests(rule: &Rule, profile: &Profile) -> Decided<Requests> {
    let Some(http) = &rule.http else { return Ok(Requests::all()) };
    if !profile.application_layer_policy {
        return Err(undecided("an HTTP match, and application-layer policy is not said to be on (CAL-07)"));
    }
    let every = [netpol_flow::PathMatch::Prefix("".into())];
    let paths = if http.paths.is_empty() { &every[..] } else { &http.paths };
    let methods: Vec<Option<Text>> = match &http.methods[..] {
        [] => vec![None],
        methods => methods.iter().map(|m| (&**m != "*").then(|| m.clone())).collect(),
    };
    let matches: Vec<HttpMatch> = methods
        .iter()
        .flat_map(|method| paths.iter().map(|path| HttpMatch { method: method.clone(), path: path.clone() }))
        .collect();
    // A connection without a request is taken by every HTTP match: what it leaves out are other requests alone (`CAL-07`).
    let any = HttpMatch { method: None, path: netpol_flow::PathMatch::Prefix("".into()) };
    let others = Requests::of([&any]).subtract(&Requests::of(&matches));
    Ok(Requests::all().subtract(&others))
}

fn services(rule: &Rule, profile: &Profile) -> Decided<Vec<Services>> {
    let every = |protocol: AnyProtocol| match protocol {
        AnyProtocol::Known(protocol) => PortSet::of([PortRange::every(protocol)]),
        AnyProtocol::Other => PortSet::of([]),
    };
    let mut protocols = rule.protocol.map_or_else(PortSet::all, every);
    if let Some(not) = rule.not_protocol {
        protocols = protocols.subtract(&every(not));
    }
    if rule.destination.apiserver || rule.source.apiserver {
        if profile.apiserver_ports.is_empty() {
            return Err(undecided("the ports of the API server's endpoints are not known"));
        }
        let ports = profile.apiserver_ports.iter().map(|port| PortRange::one(Protocol::Tcp, *port));
        return Ok(vec![Services::of(protocols.intersect(&PortSet::of(ports)))]);
    }
    let entity = &rule.destination;
    let names = |ports: &[Port]| -> SortedSet<Text> {
        ports
            .iter()
            .filter_map(|port| match port {
                Port::Named(name) => Some(name.clone()),
                Port::Range(..) => None,
            })
            .collect()
    };
    let numbered = |ports: &[Port]| {
        let ranges = ports.iter().filter_map(|port| match port {
            Port::Range(first, last) => Some((*first, *last)),
            Port::Named(_) => None,
        });
        ranges.collect::<Vec<_>>()
    };
    let allowed = protocols.subtract(&protocols.numbered(&numbered(&entity.not_ports)));
    let unnamed = names(&entity.not_ports);
    let mut services = Vec::new();
    if entity.ports.is_empty() {
        services.push(Services { ports: allowed.clone(), named: SortedSet::new(), unnamed: unnamed.clone() });
    } else {
        let ports = allowed.numbered(&numbered(&entity.ports));
        services.push(Services { ports, named: SortedSet::new(), unnamed: unnamed.clone() });
        services.extend(names(&entity.ports).iter().map(|name| Services {
            ports: allowed.clone(),
            named: SortedSet::one(name.clone()),
            unnamed: unnamed.clone(),
        }));
    }
    services.retain(|services| !services.is_empty());
    Ok(services)
}

/// Whether an entity has no criterion but ports.
fn says_nothing(entity: &Entity) -> bool {
    let Entity { nets, not_nets, selected, not_selected, ports: _, not_ports: _, apiserver } = entity;
    nets.is_empty() && not_nets.is_empty() && selected.is_none() && not_selected.is_none() && !apiserver
}

/// The endpoints an entity matches.
fn ends(entity: &Entity, world: &World<'_>) -> Decided<Vec<Ends>> {
    let universe = world.universe;
    let mut found = match &entity.selected {
        Some(selected) => selected_ends(selected, world)?,
        None => universe.everyone(),
    };
    if entity.apiserver {
        let apiserver = universe.kinds([Infra::ApiServerOnNode, Infra::ApiServerElsewhere]);
        found = found.iter().filter_map(|ends| ends.intersect(&apiserver)).collect();
    }
    if !entity.nets.is_empty() || !entity.not_nets.is_empty() {
        let nets = if entity.nets.is_empty() { AddressSet::all() } else { AddressSet::of(&entity.nets) };
        let left = nets.subtract(&AddressSet::of(&entity.not_nets));
        // A rule whose negated blocks are all of the other family is not rendered for this one.
        let left = match entity.not_nets.first().map(family_of) {
            Some(Family::V4) => left.only_v4(),
            Some(Family::V6) => left.only_v6(),
            None => left,
        };
        let there = universe.at(&left);
        found =
            found.iter().flat_map(|ends| there.iter().filter_map(|there| ends.intersect(there))).collect();
    }
    if let Some(selected) = &entity.not_selected {
        for out in selected_ends(selected, world)? {
            found = found.iter().flat_map(|ends| ends.subtract(&out)).collect();
        }
    }
    Ok(found)
}

/// The endpoints that have the labels, and those with an address in a network set that has them.
fn selected_ends(selected: &Selected, world: &World<'_>) -> Decided<Vec<Ends>> {
    if world.has_host_endpoints || !selected.doubtful.is_empty() {
        return Err(undecided(
            "a selector that host endpoints or network sets with unknown labels may match",
        ));
    }
    let place = Arc::as_ptr(&selected.expr);
    let known = world.selected.borrow().get(&place).cloned();
    let mut ends = match known {
        Some(ends) => ends,
        None => {
            let ends: Vec<Ends> = pods(&selected.expr, true)?.into_iter().map(Ends::Pods).collect();
            world.selected.borrow_mut().insert(place, ends.clone());
            ends
        }
    };
    if !selected.nets.is_empty() {
        ends.extend(world.universe.at(&AddressSet::of(&selected.nets)));
    }
    Ok(ends)
}

/// The pods that satisfy an expression, or its negation, as a union.
fn pods(expr: &Expr, holds: bool) -> Decided<Vec<PodSet>> {
    if let Some(one) = single(expr, holds) {
        return Ok(match one? {
            Single::Condition(key, values) => vec![PodSet::all().with(key, &values)],
            Single::Everybody => vec![PodSet::all()],
            Single::Nobody => vec![],
        });
    }
    match expr {
        Expr::Not(inner) => pods(inner, !holds),
        Expr::And(parts) if holds => every(parts, true),
        Expr::Or(parts) if !holds => every(parts, false),
        Expr::And(parts) | Expr::Or(parts) => {
            let mut union = Vec::new();
            for part in parts {
                union.extend(pods(part, holds)?);
            }
            Ok(union)
        }
        _ => Err(undecided("a selector by part of a value, which has no set of values")),
    }
}

/// The pods that satisfy all of some expressions: what is a condition is put together first, the rest multiplied out.
fn every(parts: &[Expr], holds: bool) -> Decided<Vec<PodSet>> {
    let mut conditions = Vec::with_capacity(parts.len());
    let mut others = Vec::new();
    for part in parts {
        match single(part, holds).transpose()? {
            Some(Single::Condition(key, values)) => conditions.push((key, values)),
            Some(Single::Everybody) => {}
            Some(Single::Nobody) => return Ok(vec![]),
            None => others.push(pods(part, holds)?),
        }
    }
    let mut all = vec![PodSet::all().with_all(conditions)];
    for these in others {
        all = all.iter().flat_map(|one| these.iter().map(|other| one.intersect(other))).collect();
    }
    all.retain(|set| !set.is_empty());
    Ok(all)
}

/// What an expression about one label comes to.
enum Single {
    /// A condition on pods.
    Condition(Key, Values),
    /// Every pod satisfies it.
    Everybody,
    /// None does.
    Nobody,
}

/// The meaning of an expression about one label, or of its negation; none for expressions of another kind.
fn single(expr: &Expr, holds: bool) -> Option<Decided<Single>> {
    let (key, values) = match expr {
        Expr::All if holds => return Some(Ok(Single::Everybody)),
        Expr::All => return Some(Ok(Single::Nobody)),
        Expr::Has(key) => (key, Values::present()),
        Expr::In(key, listed) => (key, Values::only(listed.clone())),
        Expr::NotIn(key, listed) => (key, Values::only(listed.clone()).complement()),
        Expr::Not(_)
        | Expr::And(_)
        | Expr::Or(_)
        | Expr::Global
        | Expr::Contains(..)
        | Expr::StartsWith(..)
        | Expr::EndsWith(..) => return None,
    };
    Some(label(key, if holds { values } else { values.complement() }))
}

/// The pods whose endpoint carries the label with one of the values.
fn label(key: &Text, values: Values) -> Decided<Single> {
    let on = |key: Key| Single::Condition(key, values.clone());
    Ok(match &**key {
        ORCHESTRATOR if values.listed.contains("k8s") != values.all_but => Single::Everybody,
        ORCHESTRATOR => Single::Nobody,
        NAMESPACE => on(Key::Namespace),
        SERVICE_ACCOUNT
            if values.all_but || values.absent || values.listed.iter().any(|name| name.len() >= 63) =>
        {
            return Err(undecided(
                "a negative selector on the service account label, which long names lack (CAL-15)",
            ));
        }
        SERVICE_ACCOUNT => on(Key::Account),
        other => match (other.strip_prefix(OF_NAMESPACE), other.strip_prefix(OF_ACCOUNT)) {
            (Some(NAME | NAMESPACE_NAME_LABEL), _) => on(Key::Namespace),
            (Some(label), _) => on(Key::NamespaceLabel(label.into())),
            (None, Some(NAME)) => on(Key::Account),
            (None, Some(_)) => return Err(undecided("a selector on the labels of service accounts")),
            (None, None) => on(Key::Label(key.clone())),
        },
    })
}

fn sided(subjects: &[Ends], peers: &[Ends], services: &[Services], side: Side) -> Vec<Cube> {
    let flows = match side {
        Side::Egress => Universe::flows(subjects, peers, services),
        Side::Ingress => Universe::flows(peers, subjects, services),
    };
    flows.into_cubes()
}

fn undecided(reason: impl Into<String>) -> Undecided {
    Undecided { reason: reason.into() }
}

impl PolicySet {
    /// The namespaces the policies are in or name.
    pub fn namespaces(&self) -> BTreeSet<Text> {
        self.names_of(|_| true)
    }

    /// The namespaces that policies in this one name, and itself.
    pub fn namespaces_of(&self, namespace: &Text) -> BTreeSet<Text> {
        self.names_of(|entry| entry.namespace() == Some(namespace))
    }

    fn names_of(&self, counts: impl Fn(&Entry) -> bool) -> BTreeSet<Text> {
        let mut names = BTreeSet::new();
        let entries = self.tiers.iter().flat_map(|tier| &tier.policies);
        entries.filter(|entry| counts(entry)).for_each(|entry| name_entry(entry, &mut names));
        names
    }
}

fn name_entry(entry: &Entry, names: &mut BTreeSet<Text>) {
    names.extend(entry.namespace().cloned());
    match &entry.body {
        Body::Stock(policy) => names.extend(stock::named_namespaces(policy)),
        Body::Calico(policy) => {
            let rules = policy.ingress.iter().chain(&policy.egress).flatten();
            let entities = rules.flat_map(|rule| [&rule.source, &rule.destination]);
            let selected = entities.flat_map(|entity| entity.selected.iter().chain(&entity.not_selected));
            let exprs = std::iter::once(&policy.subject).chain(selected.map(|selected| &*selected.expr));
            exprs.for_each(|expr| name_namespaces(expr, names));
        }
    }
}

fn name_namespaces(expr: &Expr, names: &mut BTreeSet<Text>) {
    let is_name = |key: &Text| {
        &**key == NAMESPACE || matches!(key.strip_prefix(OF_NAMESPACE), Some(NAME | NAMESPACE_NAME_LABEL))
    };
    match expr {
        Expr::In(key, values) | Expr::NotIn(key, values) if is_name(key) => {
            names.extend(values.iter().cloned())
        }
        Expr::Not(inner) => name_namespaces(inner, names),
        Expr::And(parts) | Expr::Or(parts) => parts.iter().for_each(|part| name_namespaces(part, names)),
        Expr::All
        | Expr::Global
        | Expr::Has(_)
        | Expr::In(..)
        | Expr::NotIn(..)
        | Expr::Contains(..)
        | Expr::StartsWith(..)
        | Expr::EndsWith(..) => {}
    }
}
