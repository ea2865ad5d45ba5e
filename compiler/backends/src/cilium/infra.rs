//! Nodes, API servers and the gateway, as Cilium's identities.

use netpol_flow::{Operator, Requirement, Side, SortedSet};
use netpol_sets::{AddressSet, Infra};

use super::cannot::Cannot;
use super::peers::{Context, Kind, Verb};
use super::selector::selector;

/// The entities that are exactly these kinds, where there are some.
///
/// An API server on a node has the identity of the node too: `host` or `remote-node`, and `kube-apiserver`.
pub(super) fn entities(kinds: &SortedSet<Infra>) -> Option<Vec<&'static str>> {
    let has = |kind| kinds.contains(&kind);
    let mut out = match (has(Infra::Node), has(Infra::ApiServerOnNode), has(Infra::ApiServerElsewhere)) {
        (false, false, false) => vec![],
        (true, true, false) => vec!["host", "remote-node"],
        (false, true, true) => vec!["kube-apiserver"],
        (true, true, true) => vec!["host", "remote-node", "kube-apiserver"],
        (true, false, _) | (false, true, false) | (false, false, true) => return None,
    };
    out.extend(has(Infra::Gateway).then_some("ingress"));
    Some(out)
}

/// Nodes, API servers and the gateway.
///
/// A deny on ingress leaves out the pod's own node, which always may (`CIL-37`, amendment B2). An API server on that
/// node shares its identity, so there the API server is denied by its label and without `host`.
pub(super) fn infra_kinds(
    context: &Context<'_>,
    (side, verb): (Side, Verb),
    kinds: &SortedSet<Infra>,
) -> Result<Vec<Kind>, Cannot> {
    let has = |kind| kinds.contains(&kind);
    let api_server = has(Infra::ApiServerOnNode) && !has(Infra::Node) || has(Infra::ApiServerElsewhere);
    if api_server && side == Side::Ingress && !context.settings.sees_apiserver {
        return Err(Cannot::SeeApiServer);
    }
    let denies_ingress = side == Side::Ingress && verb == Verb::Deny;
    let by_label = denies_ingress && api_server && !api_server_is_apart(context);
    let listed = entities(kinds).filter(|names| !(by_label && names.contains(&"kube-apiserver")));
    if let Some(mut names) = listed {
        if denies_ingress {
            names.retain(|name| *name != "host");
        }
        return Ok(if names.is_empty() { vec![] } else { vec![Kind::Entities(names)] });
    }
    let mut identities = Vec::new();
    let mut add = |with: &[&str], without: &[&str]| {
        let condition = |key: &&str, operator| Requirement {
            key: format!("reserved:{key}").into(),
            operator,
            values: SortedSet::new(),
        };
        let present = with.iter().map(|key| condition(key, Operator::Exists));
        let absent = without.iter().map(|key| condition(key, Operator::DoesNotExist));
        identities.push(selector(&present.chain(absent).collect()));
    };
    let mut names = Vec::new();
    let own = (!denies_ingress).then_some("host");
    match (has(Infra::Node), has(Infra::ApiServerOnNode)) {
        (true, true) => names.extend(own.into_iter().chain(["remote-node"])),
        (true, false) => own.into_iter().chain(["remote-node"]).for_each(|n| add(&[n], &["kube-apiserver"])),
        (false, true) if has(Infra::ApiServerElsewhere) => {}
        (false, true) => {
            own.into_iter().chain(["remote-node"]).for_each(|n| add(&["kube-apiserver", n], &[]))
        }
        (false, false) => {}
    }
    match (has(Infra::ApiServerElsewhere), has(Infra::ApiServerOnNode)) {
        (true, true) if denies_ingress => add(&["kube-apiserver"], &["host"]),
        (true, true) => names.push("kube-apiserver"),
        (true, false) => add(&["kube-apiserver"], &["host", "remote-node"]),
        (false, true | false) => {}
    }
    names.extend(has(Infra::Gateway).then_some("ingress"));
    let entities = (!names.is_empty()).then_some(Kind::Entities(names));
    let identities = (!identities.is_empty()).then_some(Kind::Identities(identities));
    Ok(entities.into_iter().chain(identities).collect())
}

/// Whether the project says that no API server runs on a node.
fn api_server_is_apart(context: &Context<'_>) -> bool {
    let servers = AddressSet::of(&context.cluster.apiserver);
    !servers.is_empty()
        && !context.cluster.nodes.is_empty()
        && servers.intersect(&context.places.nodes).is_empty()
}
