//! What is left of a fence: a deny where it could not be cut out of an allow (amendment B6).

use netpol_flow::{IpNet, Side};
use netpol_model::{End, Layer, Namespace, Rule};
use netpol_sets::{PodSet, Services};

use super::cannot::Place;
use super::emit::{Groups, check_subject};
use super::namespace::about;
use super::peers::{Context, Verb, rules};
use super::ports::Requests;
use super::report::Report;
use crate::plan::{FenceDeny, GrantServices, Peer, Peers, Subject, everywhere};

/// What could not be cut out of a grant is denied beside it, without what guardrails allow (amendment B6).
pub(super) fn add(
    context: &Context<'_>,
    namespace: &Namespace,
    deny: &FenceDeny<'_>,
    groups: &mut Groups,
    report: &mut Report,
) {
    let (subject, peer) = match deny.side {
        Side::Egress => (&deny.cube.source, &deny.cube.destination),
        Side::Ingress => (&deny.cube.destination, &deny.cube.source),
    };
    let Some(pods) = subject.pods() else { return };
    let subject = named_subject(namespace, pods);
    let about = about(context, namespace, deny.fence, &Layer::Fence, &subject);
    let services = services_of(deny.fence, &deny.cube.services);
    let peers = Peers::Of(vec![Peer { ends: peer.clone(), written: written(deny.fence, deny.side) }]);
    let found = check_subject(&about)
        .and_then(|()| rules(context, (deny.side, Verb::Deny), &peers, &services, Requests::Any));
    match found {
        Ok(found) => {
            let at = groups.at(about);
            groups.add(at, (deny.side, Verb::Deny), found, &deny.fence.origin, None);
        }
        Err(cannot) => {
            let diagnostic = cannot.diagnostic(deny.fence, Place::Fence, context.settings);
            report.add(diagnostic.and_at(deny.grant.origin.span, "allows it by name"));
        }
    }
}

fn named_subject(namespace: &Namespace, pods: &PodSet) -> Subject {
    let all = pods.is_by_namespace();
    let noun = || namespace.workloads.iter().find(|(_, workload)| workload.set() == pods);
    let name =
        if all { "all".into() } else { noun().map_or_else(|| "pods".into(), |(name, _)| name.clone()) };
    Subject { name, pods: pods.clone() }
}

/// The blocks written on the other side of a rule, so that an exception reads as one.
pub(super) fn written(rule: &Rule, side: Side) -> Vec<IpNet> {
    let ends = match side {
        Side::Egress => &rule.to,
        Side::Ingress => &rule.from,
    };
    let mut out = Vec::new();
    for end in ends {
        match end {
            End::Addresses { blocks, .. } => out.extend(blocks.iter().copied()),
            End::Internet | End::Outside | End::Any => out.extend(everywhere()),
            End::Pods(_)
            | End::OtherTenants
            | End::Nodes
            | End::ApiServer
            | End::Gateway
            | End::Domain(_) => {}
        }
    }
    out
}

/// The services of a piece: `any` as long as nothing was cut from it.
pub(super) fn services_of(rule: &Rule, services: &Services) -> GrantServices {
    if rule.ports == netpol_model::Ports::Any && services.is_all() {
        GrantServices::Any
    } else {
        GrantServices::Of(vec![services.clone()])
    }
}
