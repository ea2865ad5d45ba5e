//! The target `calico`: Calico 3.29 and later, `projectcalico.org/v3`.
//!
//! Policy is read in tiers, and Calico reads denies in order, so each layer of the language is a tier of its own and
//! nothing is cut out of anything: guardrails (denies, then allows), fences, and `netpol` for what namespaces allow.

mod emit;
mod guardrail;
mod lower;
mod namespace;
mod options;
mod refusals;
mod rules;
mod selector;
mod services;
mod tenants;

#[cfg(test)]
mod tests;

use crate::Support::{Conditional, Exact, Refused};
use crate::{Backend, Capability};

/// The target.
pub const BACKEND: Backend = Backend {
    name: "calico",
    summary: "Calico 3.29 or later, open source: policies in tiers, `projectcalico.org/v3`",
    settings: options::SETTINGS,
    capabilities: CAPABILITIES,
    compares_addresses: true,
    begin: lower::begin,
};

const CAPABILITIES: &[Capability] = &[
    Capability {
        construct: "namespace",
        support: Exact,
        note: "isolated in tier `netpol`, which stock policies cannot widen",
    },
    Capability { construct: "ingress-only, egress-only", support: Exact, note: "" },
    Capability {
        construct: "audit",
        support: Conditional,
        note: "staged policies from 3.30; before that nothing is written (NP0708)",
    },
    Capability { construct: "a -> b", support: Exact, note: "" },
    Capability { construct: "a -> ns/b, expose", support: Exact, note: "namespaces by immutable name" },
    Capability { construct: "namespaces(selector)", support: Exact, note: "" },
    Capability {
        construct: "net",
        support: Conditional,
        note: "needs the cluster's pod and node ranges (NP0716); `shared` ranges also match pods (NP0721)",
    },
    Capability { construct: "internet, outside", support: Conditional, note: "as CIDR" },
    Capability {
        construct: "domain",
        support: Refused,
        note: "NP0701: name a net, use a proxy, or build for `cilium`",
    },
    Capability {
        construct: "any",
        support: Conditional,
        note: "an allow needs `endpoint-to-host = \"accept\"` (NP0704)",
    },
    Capability {
        construct: "nodes",
        support: Conditional,
        note: "needs `nodes` in `cluster`, overlay tunnel addresses included, and for an allow \
               `endpoint-to-host = \"accept\"` (NP0704)",
    },
    Capability {
        construct: "apiserver",
        support: Conditional,
        note: "needs `apiserver` in `cluster` (NP0704)",
    },
    Capability {
        construct: "cluster-gateway",
        support: Conditional,
        note: "needs `cluster-gateway` in `cluster` (NP0704)",
    },
    Capability {
        construct: "guardrail deny",
        support: Exact,
        note: "a tier before every other; holds for all pods",
    },
    Capability {
        construct: "guardrail deny to nodes or any",
        support: Exact,
        note: "a node's own pods are never policed by it, as the language wants",
    },
    Capability { construct: "guardrail except", support: Exact, note: "the block has a tier of its own" },
    Capability { construct: "guardrail allow", support: Exact, note: "the last guardrail tier" },
    Capability { construct: "guardrail audit", support: Conditional, note: "staged from 3.30 (NP0708)" },
    Capability {
        construct: "other-tenants",
        support: Exact,
        note: "each tenant passes its own, then one deny",
    },
    Capability { construct: "fence", support: Exact, note: "tier `netpol-fence`, after the guardrails" },
    Capability { construct: "baseline, waive", support: Exact, note: "" },
    Capability { construct: "undeclared open", support: Exact, note: "" },
    Capability {
        construct: "undeclared closed",
        support: Conditional,
        note: "`kube-system` and `calico-system` must be in `system` (NP0720)",
    },
    Capability {
        construct: "quoted port",
        support: Conditional,
        note: "in allows and exceptions; a deny is NP0709",
    },
    Capability { construct: "port range", support: Exact, note: "" },
    Capability { construct: "sctp", support: Exact, note: "" },
    Capability { construct: "port any", support: Exact, note: "carries other protocols too" },
    Capability {
        construct: "only http",
        support: Refused,
        note: "NP0703: an HTTP match lets pass what is not HTTP; build for `cilium`",
    },
    Capability {
        construct: "account",
        support: Conditional,
        note: "names of at most 62 characters (NP0705)",
    },
    Capability {
        construct: "host-network workload",
        support: Conditional,
        note: "as a peer it is `nodes`; as a subject it is refused before lowering (NP0805)",
    },
    Capability { construct: "log, alert", support: Exact, note: "a `Log` rule before, with the same match" },
    Capability { construct: "until", support: Exact, note: "decided when building" },
];
