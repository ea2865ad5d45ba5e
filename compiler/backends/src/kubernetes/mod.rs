//! The target `kubernetes`: stock NetworkPolicy, `networking.k8s.io/v1`, enforced by any plug-in that conforms.

mod addresses;
mod admission;
mod cut;
mod emit;
mod exact;
mod findings;
mod gather;
mod guardrails;
mod lower;
mod settings;
mod split;
mod subjects;

#[cfg(test)]
mod tests;

use crate::Support::{Conditional, Exact, Refused};
use crate::{Backend, Capability, Support};

/// The target.
pub const BACKEND: Backend = Backend {
    name: "kubernetes",
    summary: "NetworkPolicy of networking.k8s.io/v1, for every plug-in that conforms",
    settings: settings::SETTINGS,
    capabilities: CAPABILITIES,
    compares_addresses: true,
    begin: lower::begin,
};

const fn row(construct: &'static str, support: Support, note: &'static str) -> Capability {
    Capability { construct, support, note }
}

const CAPABILITIES: &[Capability] = &[
    row(
        "namespace",
        Exact,
        "one `default-deny` object; other protocols than TCP, UDP and SCTP are up to the plug-in",
    ),
    row("ingress-only, egress-only", Exact, "one policy type; nothing is written for the open side"),
    row("audit", Conditional, "nothing is written for the namespace (NP0708)"),
    row("a -> b", Exact, "egress at the source, ingress at the destination"),
    row("a -> ns/b, expose", Exact, "namespaces by `kubernetes.io/metadata.name`"),
    row(
        "namespaces(selector)",
        Conditional,
        "as a peer; where only its label would tell the policy's own pods, NP0718",
    ),
    row("net", Conditional, "`ipBlock`, without the cluster's ranges, which must be declared (NP0716)"),
    row("internet, outside", Conditional, "as `net`"),
    row("domain", Refused, "NP0701: build for `cilium`, name a `net`, or go through a proxy"),
    row(
        "any",
        Exact,
        "no peers; where a guardrail or fence takes part of it, kind by kind, as `net` and `nodes`",
    ),
    row("nodes", Conditional, "by address (NP0704)"),
    row("apiserver", Conditional, "by the address and port of its endpoints (NP0704)"),
    row("cluster-gateway", Conditional, "by address (NP0704)"),
    row(
        "guardrail deny",
        Conditional,
        "cut out of every allow; each flow needs an isolated pod end (NP0702)",
    ),
    row(
        "guardrail deny to nodes or any",
        Refused,
        "NP0714: the API always allows a pod to reach its own node",
    ),
    row("guardrail except", Exact, "cut out of the deny"),
    row("other-tenants", Conditional, "as a guardrail deny"),
    row("guardrail allow", Exact, "added where a side is isolated"),
    row("guardrail audit", Conditional, "nothing is written for it (NP0708)"),
    row("fence", Conditional, "cut out of every allow; against a quoted port, NP0709"),
    row("baseline, waive", Exact, "at both ends; a destination lists every namespace that did not waive"),
    row("undeclared open", Exact, "nothing is written"),
    row("undeclared closed", Refused, "NP0711: declare every namespace, or build for `calico` or `cilium`"),
    row(
        "quoted port",
        Exact,
        "the name for TCP, UDP and SCTP; in a guardrail or fence against numbers, NP0709",
    ),
    row("port range", Conditional, "`endPort`, from version 1.25 (NP0713)"),
    row("port any", Exact, "no ports; where part of it is taken away, TCP, UDP and SCTP alone"),
    row("sctp", Exact, "where the plug-in has it, as conformance asks"),
    row("only http", Refused, "NP0703: remove it, or build for `cilium`"),
    row("account", Refused, "NP0705: select by label, or build for `calico` or `cilium`"),
    row("host-network workload", Conditional, "as a peer: `nodes`"),
    row(
        "log, alert",
        Conditional,
        "nothing is written: a NetworkPolicy neither logs nor alerts; verdicts are the same",
    ),
    row("until", Exact, "decided on the day of the build"),
];
