//! Decides one side of a flow by the stock NetworkPolicies.

use netpol_flow::{Flow, NAMESPACE_NAME_LABEL, Pod, Relation, Requirement, Selector, Side, Text};

use crate::block::holds;
use crate::trace::{Match, Trace, Undecided, any};

use super::{Numbers, Peer, Policy, PolicySet, Port, Rule};

/// Decides `side` of `flow` by the text of the API.
///
/// A side whose subject is no pod has nothing to enforce on. A pod is never kept from itself or from its own node,
/// in either direction (`K8S-14`). Otherwise the rules of every policy that isolates the subject are united; an
/// address block matches any endpoint whose address lies in it, pods and nodes too, which the API leaves open.
pub fn evaluate(set: &PolicySet, flow: &Flow, side: Side) -> Result<Trace, Undecided> {
    let Some(subject) = flow.subject(side).pod() else {
        return Ok(Trace::allow("the subject is not a pod: nothing to enforce on"));
    };
    match flow.relation {
        Relation::Itself => return Ok(Trace::allow("a pod is not kept from itself")),
        Relation::OwnNode => return Ok(Trace::allow("a pod is not kept from the node it runs on")),
        Relation::Apart => {}
    }
    let mut isolated_by = None;
    let mut open = None;
    for policy in set.policies.get(&subject.namespace).into_iter().flatten() {
        let Some(rules) = selected(policy, subject, side) else { continue };
        isolated_by = isolated_by.or(Some(policy));
        for (index, rule) in rules.iter().enumerate() {
            match rule_matches(rule, &policy.namespace, flow, side) {
                Ok(true) => {
                    return Ok(Trace::allow(format!("{} {}[{index}] allows", policy.title, side.word())));
                }
                Ok(false) => {}
                Err(undecided) => open = open.or(Some(undecided)),
            }
        }
    }
    match (open, isolated_by) {
        (Some(undecided), _) => Err(undecided),
        (None, None) => Ok(Trace::allow(format!("no policy isolates the subject for {}", side.word()))),
        (None, Some(policy)) => {
            let step =
                format!("{} isolates the subject for {} and no rule matches", policy.title, side.word());
            Ok(Trace::deny(step))
        }
    }
}

/// The policy's rules of a side, if it isolates the pod there.
pub(crate) fn selected<'a>(policy: &'a Policy, subject: &Pod, side: Side) -> Option<&'a [Rule]> {
    let rules = policy.rules(side)?;
    (policy.namespace == subject.namespace && policy.subject.matches(&subject.labels)).then_some(rules)
}

/// Whether a rule of a policy in `namespace` matches the flow seen from `side`.
pub(crate) fn rule_matches(rule: &Rule, namespace: &Text, flow: &Flow, side: Side) -> Match {
    if !rule.ports.is_empty() && !rule.ports.iter().any(|port| port_matches(port, flow)) {
        return Ok(false);
    }
    if rule.peers.is_empty() {
        return Ok(true);
    }
    let peer = flow.peer(side);
    any(rule.peers.iter().map(|candidate| match candidate {
        Peer::Pods { namespaces, pods } => Ok(peer.pod().is_some_and(|pod| {
            let here = match namespaces {
                Some(selector) => namespace_matches(selector, pod),
                None => pod.namespace == *namespace,
            };
            here && pods.matches(&pod.labels)
        })),
        Peer::Block { block, except } => holds(block, except, peer),
    }))
}

/// A named port is looked up on the destination pod; a destination without the name has no such port (`K8S-07`).
fn port_matches(port: &Port, flow: &Flow) -> bool {
    port.protocol == flow.protocol
        && match &port.numbers {
            Numbers::Every => true,
            Numbers::Range(first, last) => (*first..=*last).contains(&flow.port),
            Numbers::Named(name) => {
                flow.destination.pod().is_some_and(|pod| pod.declares(name, flow.protocol, flow.port))
            }
        }
}

fn namespace_matches(selector: &Selector, pod: &Pod) -> bool {
    selector.requirements.iter().all(|requirement| namespace_requirement(requirement, pod))
}

/// Every namespace carries its own name as a label, which `Pod::namespace_labels` leaves out.
fn namespace_requirement(requirement: &Requirement, pod: &Pod) -> bool {
    if &*requirement.key == NAMESPACE_NAME_LABEL {
        let name = [(requirement.key.clone(), pod.namespace.clone())].into_iter().collect();
        requirement.matches(&name)
    } else {
        requirement.matches(&pod.namespace_labels)
    }
}
