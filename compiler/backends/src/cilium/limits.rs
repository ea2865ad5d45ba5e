//! Guardrail denies that Cilium would accept and not keep.

use netpol_diagnostics::{Code, Diagnostic, Severity};
use netpol_flow::{IpNet, Side};
use netpol_model::{End, Policy, Rule};
use netpol_sets::{AddressSet, Cube, Ends};

use super::peers::Context;
use crate::refuse::refuse;

/// How many identities a namespace is taken to have when the entries of a policy map are estimated: one for each set
/// of pod labels in it.
const IDENTITIES: usize = 8;

/// NP0710: denies between tenants are a list for each tenant, and every listed namespace takes entries in the policy
/// map of every tenant's pods (amendment B14).
pub(super) fn too_many(context: &Context<'_>, policy: &Policy, rule: &Rule) -> Option<Diagnostic> {
    if !rule.to.contains(&End::OtherTenants) {
        return None;
    }
    let namespaces: usize = policy.tenants.values().map(|t| t.namespaces.len() + t.matching.len()).sum();
    let entries = namespaces * IDENTITIES * Side::BOTH.len();
    (entries > context.settings.policy_map).then(|| {
        refuse(Code(710), "these tenants are too many for Cilium's policy maps", rule, "denied for every tenant")
            .severity(Severity::Error)
            .note(format!(
                "{namespaces} namespaces with about {IDENTITIES} identities each are {entries} entries for each pod, \
                 and a policy map holds {}",
                context.settings.policy_map
            ))
            .help("raise `bpf-policy-map-max` and the setting `policy-map`, or deny between fewer tenants")
    })
}

/// NP0715: an address that the pod's own node answers has the identity of the node, which no address block matches
/// (`CIL-03`, amendment B3).
pub(super) fn served_on_node(context: &Context<'_>, rule: &Rule, cubes: &[Cube]) -> Option<Diagnostic> {
    if rule.to.iter().any(|end| matches!(end, End::Any | End::Nodes)) {
        return None;
    }
    let served = &context.settings.served;
    for cube in cubes {
        let (Ends::Pods(_), Ends::External(set)) = (&cube.source, &cube.destination) else { continue };
        let near = set.addresses.intersect(&answered_near());
        let (on_node, unknown) = (served.on_node(&near), served.unknown(&near));
        let shown = |set: &AddressSet| {
            let blocks: Vec<IpNet> = set.blocks();
            let one = |block: &IpNet| {
                if block.prefix_len() == block.max_prefix_len() {
                    block.addr().to_string()
                } else {
                    block.to_string()
                }
            };
            blocks.iter().map(one).collect::<Vec<_>>().join(", ")
        };
        let witness = |diagnostic: Diagnostic| match cube.witness() {
            Some(flow) => diagnostic.witness(flow),
            None => diagnostic,
        };
        if !on_node.is_empty() {
            let title = "target `cilium` cannot deny an address that the node answers";
            return Some(witness(refuse(Code(715), title, rule, "denied here"))
                .note(format!("{} is answered on the node, with the node's identity, which no address block matches", shown(&on_node)))
                .help("deny `nodes` for these pods too, or use the provider's own protection of the address"));
        }
        if !unknown.is_empty() {
            let title = format!("target `cilium` must know who answers {}", shown(&unknown));
            return Some(witness(refuse(Code(715), title, rule, "denied here"))
                .note("an address block does not match what the pod's own node answers, so this deny could be open")
                .help(
                    "set `served = \"off-node\"` for target `cilium` if the network answers it (EC2, Azure, Compute \
                     Engine), or `served = \"on-node\"` if an agent on the node does (GKE metadata server, EKS Pod \
                     Identity, kube2iam)",
                ));
        }
    }
    None
}

/// Link-local addresses, and the metadata services that are none.
fn answered_near() -> AddressSet {
    const BLOCKS: [&str; 6] = [
        "169.254.0.0/16",
        "fe80::/10",
        "fd00:ec2::254/128",
        "fd00:ec2::23/128",
        "fd20:ce::254/128",
        "100.100.100.200/32",
    ];
    let blocks: Vec<IpNet> = BLOCKS.iter().filter_map(|block| block.parse().ok()).collect();
    AddressSet::of(&blocks)
}
