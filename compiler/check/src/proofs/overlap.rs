//! Witnesses that a line speaks of only because no label tells two workloads apart, or because a name may resolve to
//! any address.
//!
//! `app=dashboard` and `tier=api` may stand on one pod. A proof for all members has to count it, and a reader has to be
//! told.

use netpol_flow::{Endpoint, Flow};
use netpol_model::{Assertion, End};

/// The labels of a witness, as `tier=api`, under keys that the line's own selectors say nothing of; only for an end that
/// the line selects by label.
pub(super) fn other_labels(assertion: &Assertion, witness: &Flow) -> Vec<String> {
    let from: Vec<&End> = assertion.flows.iter().flat_map(|rule| &rule.from).collect();
    let to: Vec<&End> = assertion.flows.iter().flat_map(|rule| &rule.to).collect();
    let mut labels = of_end(&from, &witness.source);
    labels.extend(of_end(&to, &witness.destination));
    labels
}

/// Whether the witness is an address seen under a name, and the line asks for addresses: a name may resolve to any.
pub(super) fn is_by_chance(assertion: &Assertion, witness: &Flow) -> bool {
    let Endpoint::External { names, .. } = &witness.destination else { return false };
    let is_name = |end: &End| matches!(end, End::Domain(_));
    !names.is_empty() && !assertion.flows.iter().flat_map(|rule| &rule.to).any(is_name)
}

fn of_end(asked: &[&End], endpoint: &Endpoint) -> Vec<String> {
    let selectors = asked.iter().map(|end| match end {
        End::Pods(pods) if !pods.selector.is_empty() => Some(&pods.selector),
        End::Pods(_)
        | End::OtherTenants
        | End::Nodes
        | End::ApiServer
        | End::Gateway
        | End::Addresses { .. }
        | End::Internet
        | End::Outside
        | End::Domain(_)
        | End::Any => None,
    });
    let (Some(selectors), Some(pod)) = (selectors.collect::<Option<Vec<_>>>(), endpoint.pod()) else {
        return Vec::new();
    };
    let is_asked = |key: &str| selectors.iter().any(|s| s.requirements.iter().any(|r| &*r.key == key));
    let others = pod.labels.iter().filter(|(key, _)| !is_asked(key));
    others.map(|(key, value)| format!("{key}={value}")).collect()
}
