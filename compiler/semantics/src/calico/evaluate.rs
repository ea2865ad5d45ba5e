//! Decides one side of a flow by tiers and ordered policies.

use std::sync::Arc;

use netpol_flow::{Endpoint, Flow, IpNet, NAMESPACE_NAME_LABEL, Pod, Relation, Side, Verdict, family_of};

use crate::kubernetes;
use crate::trace::{Match, Trace, Undecided, all, any, doubt};

use super::rules::{NAME, NAMESPACE, OF_ACCOUNT, OF_NAMESPACE, ORCHESTRATOR, SERVICE_ACCOUNT};
use super::selector::Label;
use super::{
    Action, AnyProtocol, Body, Entity, Entry, HostAction, Http, Policy, PolicySet, Port, Profile, Rule,
    Selected, Tier,
};

/// Decides `side` of `flow` as Calico would.
///
/// Tiers are read in ascending order and the first matching rule decides; `Pass` goes on to the next tier. A tier
/// that selects the endpoint for this side but matches nothing takes its default action (`CAL-01`); one that does not
/// select it is skipped (`CAL-02`). After all tiers the namespace's profile allows. A node's own connections to its
/// pods are never policed; a pod's to its own node take the profile's action once policy has allowed them.
pub fn evaluate(set: &PolicySet, flow: &Flow, side: Side, profile: &Profile) -> Result<Trace, Undecided> {
    let Some(subject) = flow.subject(side).pod() else {
        return Ok(Trace::allow("the subject is not a pod: nothing to enforce on"));
    };
    match (flow.relation, side) {
        (Relation::Itself, _) => return Ok(Trace::allow("a pod is not kept from itself")),
        (Relation::OwnNode, Side::Ingress) => {
            return Ok(Trace::allow("connections from a node to its own pods are not policed"));
        }
        (Relation::OwnNode, Side::Egress) | (Relation::Apart, _) => {}
    }
    let world =
        World { flow, side, profile, has_host_endpoints: set.has_host_endpoints || profile.host_endpoints };
    let mut trace = by_policy(set, &world, subject)?;
    if (flow.relation, trace.verdict) == (Relation::OwnNode, Verdict::Allow) {
        match profile.endpoint_to_host {
            HostAction::Accept => trace.steps.push("the endpoint-to-host action accepts".to_owned()),
            HostAction::Drop => {
                trace.verdict = Verdict::Deny;
                trace.steps.push("the endpoint-to-host action drops".to_owned());
            }
            HostAction::Unknown => {
                let reason =
                    "policy allows, and the endpoint-to-host action (CAL-26) is not known".to_owned();
                return Err(Undecided { reason });
            }
        }
    }
    Ok(trace)
}

/// What every question is asked about.
struct World<'a> {
    flow: &'a Flow,
    side: Side,
    profile: &'a Profile,
    has_host_endpoints: bool,
}

/// A rule that might have matched, passed over in the hope that it makes no difference.
struct Pending {
    action: Action,
    undecided: Undecided,
}

fn by_policy(set: &PolicySet, world: &World<'_>, subject: &Pod) -> Result<Trace, Undecided> {
    let mut steps = Vec::new();
    let mut pending: Vec<Pending> = Vec::new();
    for tier in &set.tiers {
        let entries = selecting(tier, world.side, subject)?;
        if entries.is_empty() {
            continue;
        }
        let decided = match first_match(&entries, world, &mut pending)? {
            Some((Action::Allow, place)) => {
                Some((Verdict::Allow, format!("{place} allows in tier {}", tier.name)))
            }
            Some((Action::Deny, place)) => {
                Some((Verdict::Deny, format!("{place} denies in tier {}", tier.name)))
            }
            Some((Action::Pass | Action::Log, place)) => {
                steps.push(format!("{place} passes on from tier {}", tier.name));
                None
            }
            None if tier.passes_at_end => {
                steps.push(format!("tier {} selects the subject, matches nothing and passes", tier.name));
                None
            }
            None => Some((
                Verdict::Deny,
                format!(
                    "tier {} selects the subject for {} and matches nothing",
                    tier.name,
                    world.side.word()
                ),
            )),
        };
        if let Some((verdict, step)) = decided {
            steps.push(step);
            return settled(pending, verdict, steps);
        }
    }
    steps.push("no tier decides: the namespace's profile allows".to_owned());
    settled(pending, Verdict::Allow, steps)
}

/// The verdict, unless a rule that could not be decided would have made another.
fn settled(pending: Vec<Pending>, verdict: Verdict, steps: Vec<String>) -> Result<Trace, Undecided> {
    for doubtful in pending {
        let same = match doubtful.action {
            Action::Allow => verdict == Verdict::Allow,
            Action::Deny => verdict == Verdict::Deny,
            Action::Pass => false,
            Action::Log => true,
        };
        if !same {
            return Err(doubtful.undecided);
        }
    }
    Ok(Trace { verdict, steps })
}

/// The policies of a tier that list the side in their types and select the subject.
fn selecting<'a>(tier: &'a Tier, side: Side, subject: &Pod) -> Result<Vec<&'a Entry>, Undecided> {
    let indices = tier.by_namespace.get(&subject.namespace).unwrap_or(&tier.global);
    let mut found = Vec::new();
    for entry in indices.iter().filter_map(|index| tier.policies.get(*index)).map(Arc::as_ref) {
        let selects = match &entry.body {
            Body::Stock(policy) => kubernetes::selected(policy, subject, side).is_some(),
            Body::Calico(policy) => {
                policy.rules(side).is_some()
                    && policy.subject.eval(&|key| pod_label(subject, key)).ok_or_else(|| Undecided {
                        reason: format!(
                            "whether {} selects {subject} depends on labels not given",
                            entry.title
                        ),
                    })?
            }
        };
        if selects {
            found.push(entry);
        }
    }
    Ok(found)
}

/// The first rule that ends the tier's reading, with its place.
fn first_match(
    entries: &[&Entry],
    world: &World<'_>,
    pending: &mut Vec<Pending>,
) -> Result<Option<(Action, String)>, Undecided> {
    for (index, entry) in entries.iter().enumerate() {
        let Some((action, rule)) = outcome(entry, world, pending) else { continue };
        let tied =
            |other: &&&Entry| other.order.total_cmp(&entry.order).is_eq() && other.kind() != entry.kind();
        for rival in entries.iter().skip(index + 1).filter(tied) {
            let mut unused = Vec::new();
            if outcome(rival, world, &mut unused).is_some_and(|(theirs, _)| theirs != action) {
                let reason =
                    format!("{} and {} share an order and disagree (ANY-13)", entry.title, rival.title);
                return Err(Undecided { reason });
            }
        }
        return Ok(Some((action, format!("{} {}[{rule}]", entry.title, world.side.word()))));
    }
    Ok(None)
}

/// The action of the first matching rule of one policy that ends its reading, with the rule's index.
fn outcome(entry: &Entry, world: &World<'_>, pending: &mut Vec<Pending>) -> Option<(Action, usize)> {
    let mut ask = |action: Action, answer: Match| match answer {
        Ok(matches) => matches,
        Err(undecided) => {
            pending.push(Pending { action, undecided });
            false
        }
    };
    match &entry.body {
        Body::Stock(policy) => policy.rules(world.side)?.iter().enumerate().find_map(|(index, rule)| {
            let answer = kubernetes::rule_matches(rule, &policy.namespace, world.flow, world.side);
            ask(Action::Allow, answer).then_some((Action::Allow, index))
        }),
        Body::Calico(policy) => {
            calico_rules(policy, world.side)?.iter().enumerate().find_map(|(index, rule)| {
                // A `Log` rule never decides (`CAL-25`).
                (rule.action != Action::Log && ask(rule.action, matches(rule, world)))
                    .then_some((rule.action, index))
            })
        }
    }
}

fn calico_rules(policy: &Policy, side: Side) -> Option<&[Rule]> {
    policy.rules(side)
}

fn matches(rule: &Rule, world: &World<'_>) -> Match {
    let flow = world.flow;
    let is = |wanted: AnyProtocol| wanted == AnyProtocol::Known(flow.protocol);
    if rule.protocol.is_some_and(|wanted| !is(wanted)) || rule.not_protocol.is_some_and(is) {
        return Ok(false);
    }
    all([
        &|| destination_ports(&rule.destination, flow),
        &|| family(rule, flow),
        &|| entity(&rule.destination, &flow.destination, world),
        &|| entity(&rule.source, &flow.source, world),
        &|| source_ports(&rule.source),
        &|| http(rule.http.as_ref(), world),
    ])
}

fn family(rule: &Rule, flow: &Flow) -> Match {
    let Some(wanted) = rule.family else { return Ok(true) };
    match flow.destination.address().or(flow.source.address()) {
        Some(address) => Ok(family_of(&IpNet::from(address)) == wanted),
        None => doubt("a rule for one address family, and neither end's address is given"),
    }
}

fn entity(entity: &Entity, endpoint: &Endpoint, world: &World<'_>) -> Match {
    all([
        &|| apiserver(entity, endpoint, world),
        &|| match &entity.selected {
            Some(selected) => is_selected(selected, endpoint, world),
            None => Ok(true),
        },
        &|| match &entity.not_selected {
            Some(selected) => is_selected(selected, endpoint, world).map(|is| !is),
            None => Ok(true),
        },
        &|| if entity.nets.is_empty() { Ok(true) } else { within(&entity.nets, endpoint) },
        &|| outside(&entity.not_nets, endpoint),
    ])
}

fn within(nets: &[IpNet], endpoint: &Endpoint) -> Match {
    match endpoint.address() {
        Some(address) => Ok(nets.iter().any(|net| net.contains(&address))),
        None => doubt(format!("an address match on {endpoint}, whose address is not given")),
    }
}

/// A rule whose negated blocks are all of the other family is not rendered at all: `FilterRuleToIPVersion`.
fn outside(nets: &[IpNet], endpoint: &Endpoint) -> Match {
    let Some(first) = nets.first() else { return Ok(true) };
    match endpoint.address() {
        Some(address) if family_of(&IpNet::from(address)) != family_of(first) => Ok(false),
        Some(_) | None => within(nets, endpoint).map(|is| !is),
    }
}

/// Whether the endpoint, or a network set that holds its address, has the labels.
fn is_selected(selected: &Selected, endpoint: &Endpoint, world: &World<'_>) -> Match {
    let by_labels = |eval: Option<bool>| match eval {
        Some(is) => Ok(is),
        None => doubt(format!("a selector on labels of {endpoint} that are not given")),
    };
    let as_endpoint = match endpoint {
        Endpoint::Pod(pod) => by_labels(selected.expr.eval(&|key| pod_label(pod, key))),
        Endpoint::Node { .. } | Endpoint::ApiServer { on_node: true, .. } if world.has_host_endpoints => {
            by_labels(selected.expr.eval(&host_label))
        }
        Endpoint::Node { .. }
        | Endpoint::ApiServer { .. }
        | Endpoint::Gateway { .. }
        | Endpoint::External { .. } => Ok(false),
    };
    let in_set = if selected.nets.is_empty() { Ok(false) } else { within(&selected.nets, endpoint) };
    let maybe_in_set = if selected.doubtful.is_empty() {
        Ok(false)
    } else {
        within(&selected.doubtful, endpoint).and_then(|is| {
            if is {
                doubt(format!("{endpoint} lies in a network set whose namespace's labels are not given"))
            } else {
                Ok(false)
            }
        })
    };
    any([as_endpoint, in_set, maybe_in_set])
}

/// The labels of a pod's endpoint: its own, Calico's three, and those of its namespace and service account.
fn pod_label<'a>(pod: &'a Pod, key: &str) -> Label<'a> {
    let found =
        |value: Option<&'a netpol_flow::Text>| value.map_or(Label::Absent, |value| Label::Value(value));
    match key {
        NAMESPACE => return Label::Value(&pod.namespace),
        ORCHESTRATOR => return Label::Value("k8s"),
        // Left out where the name is longer than a label value may be (`CAL-15`).
        SERVICE_ACCOUNT if pod.account.len() < 63 => return Label::Value(&pod.account),
        SERVICE_ACCOUNT => return Label::Absent,
        _ => {}
    }
    if let Some(value) = pod.labels.get(key) {
        return Label::Value(value);
    }
    match (key.strip_prefix(OF_NAMESPACE), key.strip_prefix(OF_ACCOUNT)) {
        (Some(NAME | NAMESPACE_NAME_LABEL), _) => Label::Value(&pod.namespace),
        (Some(key), _) => found(pod.namespace_labels.get(key)),
        // The account's profile carries its name: `libcalico-go/lib/backend/k8s/conversion/conversion.go`.
        (None, Some(NAME)) => Label::Value(&pod.account),
        (None, Some(_)) => Label::Unknown,
        (None, None) => Label::Absent,
    }
}

/// A HostEndpoint belongs to no namespace and no service account; its own labels are not known here.
fn host_label(key: &str) -> Label<'static> {
    let belongs = [NAMESPACE, SERVICE_ACCOUNT].contains(&key);
    if belongs || key.starts_with(OF_NAMESPACE) || key.starts_with(OF_ACCOUNT) {
        Label::Absent
    } else {
        Label::Unknown
    }
}

fn destination_ports(entity: &Entity, flow: &Flow) -> Match {
    let holds = |port: &Port| match port {
        Port::Range(first, last) => (*first..=*last).contains(&flow.port),
        // A set of (address, protocol, port) of the endpoints that declare the name (`CAL-08`).
        Port::Named(name) => {
            flow.destination.pod().is_some_and(|pod| pod.declares(name, flow.protocol, flow.port))
        }
    };
    Ok((entity.ports.is_empty() || entity.ports.iter().any(holds)) && !entity.not_ports.iter().any(holds))
}

fn source_ports(entity: &Entity) -> Match {
    let every = |port: &Port| matches!(port, Port::Range(0 | 1, u16::MAX));
    if entity.not_ports.is_empty() && (entity.ports.is_empty() || entity.ports.iter().any(every)) {
        return Ok(true);
    }
    doubt("a match on the source port, which a flow does not have")
}

fn apiserver(entity: &Entity, endpoint: &Endpoint, world: &World<'_>) -> Match {
    match (entity.apiserver, endpoint) {
        (false, _) => Ok(true),
        (true, Endpoint::ApiServer { .. }) if world.profile.apiserver_ports.is_empty() => {
            doubt("the ports of the API server's endpoints are not known")
        }
        (true, Endpoint::ApiServer { .. }) => {
            let flow = world.flow;
            let is_tcp = flow.protocol == netpol_flow::Protocol::Tcp;
            Ok(is_tcp && world.profile.apiserver_ports.contains(&flow.port))
        }
        (
            true,
            Endpoint::Pod(_) | Endpoint::Node { .. } | Endpoint::Gateway { .. } | Endpoint::External { .. },
        ) => Ok(false),
    }
}

fn http(rule: Option<&Http>, world: &World<'_>) -> Match {
    let Some(rule) = rule else { return Ok(true) };
    if !world.profile.application_layer_policy {
        return doubt("an HTTP match, and application-layer policy is not said to be on (CAL-07)");
    }
    // A connection without a request is taken by every HTTP match (`CAL-07`).
    let Some(request) = &world.flow.request else { return Ok(true) };
    let method = rule.methods.is_empty() || rule.methods.iter().any(|m| &**m == "*" || *m == request.method);
    let path = rule.paths.is_empty()
        || rule.paths.iter().any(|path| match path {
            netpol_flow::PathMatch::Exact(exact) => *exact == request.path,
            netpol_flow::PathMatch::Prefix(prefix) => request.path.starts_with(&**prefix),
        });
    Ok(method && path)
}
