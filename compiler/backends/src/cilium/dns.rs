//! The DNS that a subject with domain names must ask through Cilium's proxy (`CIL-20`, amendment B20).

use std::collections::BTreeSet;

use netpol_diagnostics::{Code, Diagnostic, Severity};
use netpol_flow::{PortRange, Protocol, Side};
use netpol_model::{Cluster, Enforcement, Layer, Rule};
use netpol_sets::{Ends, Infra, Key, PodSet, PortSet, Services};

use super::cannot::Place;
use super::emit::{About, Groups};
use super::namespace::about;
use super::peers::{Context, Verb, rules};
use super::ports::Requests;
use super::report::Report;
use crate::plan::{Grant, GrantServices, NamespacePlan, Peer, Peers, Subject};
use crate::refuse::refuse;

/// Why a rule stands beside the one it was written as.
pub(super) const FOR_NAMES: &str = "through the DNS proxy, so that names are learnt";

/// The subjects whose egress rests on names, each with the first grant that does.
pub(super) fn domain_subjects<'p, 'a>(plan: &'p NamespacePlan<'a>) -> Vec<(&'p Subject, &'p Grant<'a>)> {
    let mut seen: BTreeSet<&PodSet> = BTreeSet::new();
    let has_name = |grant: &&Grant<'_>| match &grant.peers {
        Peers::Any => false,
        Peers::Of(peers) => {
            peers.iter().any(|peer| matches!(&peer.ends, Ends::External(set) if !set.named.is_empty()))
        }
    };
    let egress = plan.grants.iter().chain(&plan.guardrail_grants);
    egress
        .filter(|grant| grant.side == Side::Egress && plan.egress == Enforcement::Enforced)
        .filter(has_name)
        .filter(|grant| seen.insert(&grant.subject.pods))
        .map(|grant| (&grant.subject, grant))
        .collect()
}

/// Adds the DNS rules of a subject with names, in the object of its names.
pub(super) fn add(
    context: &Context<'_>,
    plan: &NamespacePlan<'_>,
    subject: &Subject,
    grant: &Grant<'_>,
    groups: &mut Groups,
    report: &mut Report,
) {
    let (paths, complete) = paths(plan, context.cluster, &subject.pods);
    if !complete {
        report.add(no_names(grant.rule, &subject.name));
        return;
    }
    for path in paths {
        if path.grant.subject.pods == subject.pods
            && is_only_dns(path.grant, context.cluster)
            && is_own(path.grant)
        {
            continue;
        }
        let subject = Subject { name: subject.name.clone(), pods: path.pods };
        let about = About {
            log: None,
            isolates: true,
            ..about(context, plan.namespace, grant.rule, &grant.rule.layer, &subject)
        };
        match rules(context, (Side::Egress, Verb::Allow), &path.peers, &path.services, Requests::Dns) {
            Ok(found) => {
                let at = groups.at(about);
                groups.add(at, (Side::Egress, Verb::Allow), found, &path.grant.rule.origin, Some(FOR_NAMES));
            }
            Err(cannot) => report.add(cannot.diagnostic(path.grant.rule, Place::Allow, context.settings)),
        }
    }
}

/// Whether the grant is emitted in this namespace; a guardrail's is emitted for the whole cluster, without isolation.
fn is_own(grant: &Grant<'_>) -> bool {
    !matches!(grant.rule.layer, Layer::Guardrail(_))
}

/// NP0413 as an error: without DNS through the proxy no name is ever learnt.
pub(super) fn no_names(rule: &Rule, subject: &str) -> Diagnostic {
    refuse(
        Code(413),
        format!("target `cilium` learns names from DNS, which `{subject}` may not ask"),
        rule,
        "needs names",
    )
    .severity(Severity::Error)
    .note("`toFQDNs` allows the addresses that these pods' own DNS answers gave, seen by Cilium's proxy")
    .help("`apply k8s/dns`, or allow UDP port 53 to your resolver")
}

/// Something a subject may ask names of.
#[derive(Clone, Debug)]
struct Path<'p, 'a> {
    /// The grant that allows it.
    grant: &'p Grant<'a>,
    /// The part of the subject that has it.
    pods: PodSet,
    /// Whom it may ask.
    peers: Peers,
    /// Port 53 of the grant's protocols.
    services: GrantServices,
}

/// The ways in which some pods of a namespace may ask for names, and whether all of them have one.
fn paths<'p, 'a>(plan: &'p NamespacePlan<'a>, cluster: &Cluster, pods: &PodSet) -> (Vec<Path<'p, 'a>>, bool) {
    let mut found = Vec::new();
    for grant in plan.grants.iter().chain(&plan.guardrail_grants).filter(|grant| grant.side == Side::Egress) {
        let shared = grant.subject.pods.intersect(pods);
        if shared.is_empty() {
            continue;
        }
        let Some((peers, services)) = dns_part(grant, cluster) else { continue };
        found.push(Path { grant, pods: shared, peers, services });
    }
    let without = pods.without(found.iter().map(|path| &path.grant.subject.pods));
    let all_have_one = without.is_empty();
    (found, all_have_one)
}

/// Whether the grant is for DNS alone, so that the proxy's rule can stand on it instead of beside it.
pub(super) fn is_only_dns(grant: &Grant<'_>, cluster: &Cluster) -> bool {
    let port_53 = PortSet::of([Protocol::Udp, Protocol::Tcp].map(|protocol| PortRange::one(protocol, 53)));
    let only = match &grant.services {
        GrantServices::Any => false,
        GrantServices::Of(items) => {
            items.iter().all(|item| item.named.is_empty() && item.ports.subtract(&port_53).is_empty())
        }
    };
    only && dns_part(grant, cluster).is_some_and(|(peers, _)| peers == grant.peers)
}

/// The part of a grant through which names can be asked: UDP port 53 of pods, nodes or resolvers outside.
///
/// A grant of far more ports counts only towards where a cluster keeps its DNS: a system namespace, or the node.
fn dns_part(grant: &Grant<'_>, cluster: &Cluster) -> Option<(Peers, GrantServices)> {
    if grant.only.is_some() {
        return None;
    }
    let (udp, tcp, broad) = match &grant.services {
        GrantServices::Any => (true, true, true),
        GrantServices::Of(items) => {
            let holding = |protocol| {
                let numbers = items.iter().filter(|item| item.named.is_empty() && item.unnamed.is_empty());
                numbers.flat_map(|item| item.ports.ranges()).find(|range| range.contains(protocol, 53))
            };
            let (udp, tcp) = (holding(Protocol::Udp), holding(Protocol::Tcp));
            (udp.is_some(), tcp.is_some(), udp.is_some_and(|range| range.last - range.first > 99))
        }
    };
    if !udp {
        return None;
    }
    let resolves = |peer: &&Peer| match &peer.ends {
        Ends::Pods(pods) => {
            let names = pods.condition(&Key::Namespace);
            !broad || cluster.system.iter().any(|name| names.contains(Some(name)))
        }
        Ends::Infra(set) => set.kinds.contains(&Infra::Node),
        Ends::External(set) => !broad && set.named.is_empty() && set.unnamed.is_empty(),
    };
    let peers = match &grant.peers {
        Peers::Any => Peers::Any,
        Peers::Of(peers) => Peers::Of(peers.iter().filter(resolves).cloned().collect()),
    };
    let protocols = [(udp, Protocol::Udp), (tcp, Protocol::Tcp)];
    let ranges = protocols.iter().filter(|(has, _)| *has).map(|(_, protocol)| PortRange::one(*protocol, 53));
    let services = GrantServices::Of(vec![Services::of(PortSet::of(ranges))]);
    (peers != Peers::Of(Vec::new())).then_some((peers, services))
}
