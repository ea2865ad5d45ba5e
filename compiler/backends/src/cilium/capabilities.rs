//! What Cilium can say, construct by construct.

use crate::{Capability, Support};

const fn exact(construct: &'static str, note: &'static str) -> Capability {
    Capability { construct, support: Support::Exact, note }
}

const fn conditional(construct: &'static str, note: &'static str) -> Capability {
    Capability { construct, support: Support::Conditional, note }
}

/// The capability table; its rows are the same for every target.
pub(super) const CAPABILITIES: &[Capability] = &[
    exact("namespace", ""),
    exact("ingress-only, egress-only", ""),
    conditional("audit", "no object is written for the namespace (NP0708); guardrails stay enforced"),
    exact("a -> b", ""),
    exact("a -> ns/b, expose", ""),
    exact("namespaces(selector)", "a label that Cilium drops is NP0718"),
    exact("net", "the cluster's ranges are cut out"),
    exact("internet, outside", "also without a `cluster` block"),
    conditional("domain", "`*.x` needs 1.19 (NP0706); the subject needs DNS (NP0413)"),
    exact("any", ""),
    exact("nodes", ""),
    conditional("apiserver", "as a source it needs `apiserver-ingress = seen` (NP0704)"),
    exact("cluster-gateway", "entity `ingress`"),
    conditional(
        "guardrail deny",
        "link-local and metadata addresses need `served` (NP0715); no quoted port (NP0709)",
    ),
    exact("guardrail deny to nodes or any", "never its own node, as the language wants"),
    conditional("guardrail except", "no domain in an `except` (NP0701)"),
    conditional("other-tenants", "quadratic: NP0710 where the policy maps could overflow"),
    conditional("guardrail allow", "not with `only http` (NP0703)"),
    conditional("guardrail audit", "no object is written for it (NP0708)"),
    conditional(
        "fence",
        "cut out of allows, else a deny; no quoted port (NP0709), no domain in an `except` (NP0717)",
    ),
    exact("baseline, waive", ""),
    exact("undeclared open", ""),
    conditional("undeclared closed", "Cilium's own namespaces must be in `system` (NP0720)"),
    conditional("quoted port", "in allows; in a deny it is NP0709"),
    exact("port range", ""),
    exact("port any", "no ports are written, so ICMP passes too; once cut it does not"),
    conditional("sctp", "needs `sctp = true` (NP0719)"),
    conditional("only http", "on listed TCP ports; a refused request gets 403 on an accepted connection"),
    exact("account", ""),
    conditional("host-network workload", "as a peer it is `nodes`; as a subject NP0805"),
    conditional(
        "log, alert",
        "a tag of 32 characters in Hubble's flows, from 1.18; before, nothing is written",
    ),
    exact("until", "decided when built"),
];
