//! Whether a grant can be said exactly, and the refusal that names the reason where it cannot.

use netpol_flow::{PortRange, Text};
use netpol_model::{End, Places, Policy, Rule};
use netpol_sets::{AddressSet, Ends, ExternalSet, Infra, InfraSet, Key, PodSet, Services};

use super::addresses::{Addresses, Missing};
use super::emit::is_short;
use super::findings::Findings;
use crate::address::needs_ranges;
use crate::plan::{Grant, GrantServices, Peers};

/// What every check looks at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// What its ranges mean.
    pub places: &'a Places,
    /// The addresses of what is no pod.
    pub addresses: &'a Addresses,
    /// Whether objects may use `endPort`.
    pub end_port: bool,
}

/// Finds everything that keeps a grant from being said exactly; `cut_by` are the guardrail and fence rules that may
/// have been cut out of it.
pub(super) fn check(context: &Context<'_>, grant: &Grant<'_>, cut_by: &[&Rule], findings: &mut Findings) {
    let rule = grant.rule;
    if grant.only.is_some() {
        findings.about(703, rule, "target `kubernetes` cannot filter requests", "`only http`", |d| {
            d.note("a NetworkPolicy ends at ports").help("remove `only http` here, or build for `cilium`")
        });
    }
    check_pods(&grant.subject.pods, rule, cut_by, findings);
    if grant.subject.pods.keys().any(|key| matches!(key, Key::NamespaceLabel(_))) {
        let title = "target `kubernetes` cannot choose its own pods by a label of their namespace";
        findings.about(718, rule, title, "speaks for pods by such a label", |d| {
            d.note("a NetworkPolicy stands in one namespace, whatever labels that namespace has")
                .help("name the namespaces, or build for `calico` or `cilium`")
        });
    }
    if let Peers::Of(peers) = &grant.peers {
        for peer in peers {
            match &peer.ends {
                Ends::Pods(pods) => check_pods(pods, rule, cut_by, findings),
                Ends::Infra(set) => check_infra(context, set, grant, findings),
                Ends::External(set) => check_external(context, set, rule, findings),
            }
        }
    }
    if let GrantServices::Of(services) = &grant.services {
        for services in services {
            check_services(context, services, rule, cut_by, findings);
        }
    }
    check_written_ranges(context, rule, findings);
}

fn check_pods(pods: &PodSet, rule: &Rule, cut_by: &[&Rule], findings: &mut Findings) {
    for key in pods.keys() {
        match key {
            Key::Account => {
                let title = "target `kubernetes` cannot select by service account";
                findings.about(705, rule, title, "rests on a service account", |d| {
                    let cutting =
                        cut_by.iter().find(|cutting| !names_account(rule) && names_account(cutting));
                    let d = match cutting {
                        Some(cutting) => d.and_at(cutting.origin.span, "named here, and cut out of the rule"),
                        None => d,
                    };
                    d.note("a NetworkPolicy selects pods by their labels")
                        .help("select the pods by label, or build for `calico` or `cilium`")
                });
            }
            Key::Label(key) | Key::NamespaceLabel(key) => check_key(key, rule, findings),
            Key::Namespace => {}
        }
    }
}

/// Refuses keys that stand for something a plug-in makes up, and that no pod or namespace carries as a label.
pub(super) fn check_key(key: &Text, rule: &Rule, findings: &mut Findings) {
    let made_up = ["projectcalico.org/", "reserved:", "io.cilium."];
    if made_up.iter().any(|prefix| key.starts_with(prefix)) {
        let title = format!("target `kubernetes` does not see the label `{key}`");
        findings.about(718, rule, &title, "selects by it", |d| {
            d.note("a network plug-in makes it up; it is no label of a pod or namespace")
                .help("select by a label that the pods or their namespaces carry")
        });
    }
}

fn names_account(rule: &Rule) -> bool {
    rule.from.iter().chain(&rule.to).any(|end| matches!(end, End::Pods(pods) if pods.accounts.is_some()))
}

fn check_infra(context: &Context<'_>, set: &InfraSet, grant: &Grant<'_>, findings: &mut Findings) {
    let rule = grant.rule;
    let named = |kinds: &[Infra], end: &End| {
        kinds.iter().any(|kind| set.kinds.contains(kind))
            && (rule.from.contains(end) || rule.to.contains(end))
    };
    let apiserver = [Infra::ApiServerOnNode, Infra::ApiServerElsewhere];
    let missing = if named(&apiserver, &End::ApiServer) && context.addresses.lacks(Missing::ApiServer) {
        Some(Missing::ApiServer)
    } else if named(&[Infra::Gateway], &End::Gateway) && context.addresses.lacks(Missing::Gateway) {
        Some(Missing::Gateway)
    } else if findings.has(716, rule) || has_external(grant) {
        // The ranges that addresses need include the nodes'; once is enough.
        None
    } else {
        context.addresses.missing_for(&set.kinds)
    };
    if let Some(missing) = missing {
        needs_address(missing, rule, findings);
    }
}

fn has_external(grant: &Grant<'_>) -> bool {
    match &grant.peers {
        Peers::Of(peers) => peers.iter().any(|peer| matches!(peer.ends, Ends::External(_))),
        Peers::Any => false,
    }
}

/// NP0704.
pub(super) fn needs_address(missing: Missing, rule: &Rule, findings: &mut Findings) {
    let word = missing.word();
    let title = format!("target `kubernetes` needs the addresses of `{word}`");
    findings.about(704, rule, &title, "the `cluster` block has none", |d| {
        let d = d.note("a NetworkPolicy has no word for what is no pod; it is matched by its address");
        let d = match missing {
            Missing::ApiServer => {
                d.note("addresses and ports are those of its endpoints, not of the Service")
            }
            Missing::Nodes | Missing::Gateway => d,
        };
        d.help(format!("add `{word}` to the cluster, such as `{}`", missing.example()))
    });
}

fn check_external(context: &Context<'_>, set: &ExternalSet, rule: &Rule, findings: &mut Findings) {
    if !set.named.is_empty() {
        findings.about(701, rule, "target `kubernetes` cannot match domain names", "a domain", |d| {
            d.note("a NetworkPolicy peer is a selector or an address block")
                .help("build for `cilium`, name a `net`, or go through `tiers/egress-via-proxy`")
        });
        return;
    }
    if !set.unnamed.is_empty() {
        let title = "target `kubernetes` cannot take a domain out of addresses";
        findings.about(717, rule, title, "meets a deny of a domain", |d| {
            d.note("a NetworkPolicy peer is a selector or an address block").help("deny a `net` instead")
        });
        return;
    }
    findings.made(rule, needs_ranges(&context.policy.cluster, &set.addresses, rule, "kubernetes"));
    if context.addresses.shares(&set.addresses) && rule.origin.because.is_none() {
        findings.about(721, rule, "range may also match pods", "lies in a shared range", |d| {
            d.note(
                "`shared` ranges hold pods, nodes and outside hosts; a NetworkPolicy cannot tell them apart",
            )
            .help("say why this is acceptable with `because \"…\"`")
        });
    }
}

fn check_services(
    context: &Context<'_>,
    services: &Services,
    rule: &Rule,
    cut_by: &[&Rule],
    findings: &mut Findings,
) {
    let broken = |range: &PortRange| !range.is_every();
    let partly = !services.named.is_empty() && services.ports.ranges().iter().any(broken);
    if partly || services.named.len() > 1 || !services.unnamed.is_empty() {
        cannot_subtract(rule, cut_by.first().copied(), findings);
        return;
    }
    let long = services.ports.ranges().iter().find(|range| !context.end_port && !is_short(range));
    if let (true, Some(range)) = (services.named.is_empty(), long) {
        findings.about(713, rule, "port ranges need Kubernetes 1.25 or later", "a range of ports", |d| {
            d.note(format!(
                "`{range}` is written with `endPort`; before 1.25 a plug-in may open its first port only"
            ))
            .help("set `version` of target `kubernetes` to the cluster's, or list the ports")
        });
    }
}

/// NP0709.
pub(super) fn cannot_subtract(rule: &Rule, cutting: Option<&Rule>, findings: &mut Findings) {
    let title = "target `kubernetes` cannot subtract a quoted port and a number from each other";
    findings.about(709, rule, title, "allowed here", |d| {
        let d = match cutting {
            Some(cutting) => d.and_at(cutting.origin.span, "denied here"),
            None => d,
        };
        d.note(
            "each pod decides which number a quoted port is, so what is left of the rule cannot be written",
        )
        .help("use numbers on both lines, or build for `calico` or `cilium`")
    });
}

/// NP0712: the author wrote a block that holds addresses of the cluster's own.
fn check_written_ranges(context: &Context<'_>, rule: &Rule, findings: &mut Findings) {
    for end in rule.from.iter().chain(&rule.to) {
        let End::Addresses { blocks, except, .. } = end else { continue };
        let written = AddressSet::of(blocks).subtract(&AddressSet::of(except));
        let own = written.subtract(&context.places.outside);
        if own.is_empty() {
            continue;
        }
        let ranges: Vec<String> = own.blocks().iter().take(3).map(ToString::to_string).collect();
        let more = if own.blocks().len() > 3 { " and more" } else { "" };
        findings.about(712, rule, "cluster ranges were cut out of this range", "holds some of them", |d| {
            d.note(format!("left out: {}{more}", ranges.join(", ")))
                .note("a block never means pods, nodes or the API server; allow those by their own words")
        });
    }
}
