//! Why objects of the corpus are refused, and how many for each reason.

/// What kind of reason it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Known, and outside what this reading covers.
    NotCovered,
    /// Calico Enterprise and Calico Cloud alone have it; the open source project refuses it.
    Enterprise,
    /// No cluster takes it: the API server, or the agent, refuses it too.
    Invalid,
    /// A template or a document's placeholder, not yet a manifest.
    Template,
    /// It names a tier that stands in another file; with the tier it is read.
    Elsewhere,
}

use Class::{Elsewhere, Enterprise, Invalid, NotCovered, Template};

/// A folder, a part of the message, its class, and how many objects are refused so. The first row that fits counts.
pub const REASONS: &[(&str, &str, Class, usize)] = &[
    ("networkpolicy", "is not served by any supported Kubernetes", Invalid, 1),
    ("networkpolicy", "Results for network policies: unknown field", Template, 1),
    ("networkpolicy", "`$HOST1EXPIP/32` is not an address block", Template, 1),
    ("networkpolicy", "cannot name a namespace", Template, 6),
    ("calico", "policies meant for host endpoints (CAL-22)", NotCovered, 16),
    ("calico", "Services other than `default/kubernetes`", NotCovered, 3),
    ("calico", "cluster-scoped policies of SIG Network", NotCovered, 2),
    ("calico", "unknown field `allowedEgressDomains`", Enterprise, 7),
    ("calico", "unknown field `domains`", Enterprise, 2),
    ("calico", "http.headers: unknown field", Enterprise, 1),
    ("calico", "is not among the manifests: its order and default action are not known", Elsewhere, 17),
    ("calico", "expected a quoted value", Invalid, 1),
    ("calico", "egress[0].ports: unknown field", Invalid, 1),
    ("calico", "numeric ports need protocol TCP, UDP or SCTP", Invalid, 2),
    ("calico", "spec.types[1]: invalid type: map", Invalid, 1),
    ("calico", "spec: missing", Template, 3),
    ("calico", "icmp.type: invalid type: string", Template, 2),
    ("calico", "cannot name a namespace", Template, 3),
    ("calico", "is not a DNS subdomain", Template, 1),
    ("calico", "`<your management CIDR>` is not an address", Template, 1),
    ("cilium", "Kafka and generic L7 rules", NotCovered, 11),
    ("cilium", "mutual authentication", NotCovered, 5),
    ("cilium", "not covered: `toServices`", NotCovered, 6),
    ("cilium", "serverNames: not covered", NotCovered, 4),
    ("cilium", "terminatingTLS: not covered", NotCovered, 2),
    ("cilium", "not covered: `fromRequires`", NotCovered, 2),
    ("cilium", "not covered: `fromNodes`", NotCovered, 1),
    ("cilium", "not covered: `toGroups`", NotCovered, 1),
    ("cilium", "not covered: CIDR groups", NotCovered, 1),
    ("cilium", "a subject with `reserved:init`", NotCovered, 1),
    ("cilium", "unknown field `HTTP`", Invalid, 4),
    ("cilium", "auth: unknown field", Invalid, 1),
    ("cilium", "two kinds of peer in one rule", Invalid, 1),
    ("cilium", "port: invalid type: integer", Invalid, 1),
    ("cilium", "rules.dns[0]: needs either `matchName` or `matchPattern`", Invalid, 1),
    ("cilium", "`192.168.1.0/16` has host bits set", Invalid, 1),
    ("cilium", "cannot name a namespace", Template, 3),
    ("cilium", "is not a DNS subdomain", Template, 3),
    ("cilium", "`bao.${ROOT_DOMAIN}` is not a domain name", Template, 1),
    ("cilium", "`${VPS_IP}/32` is not an address block", Template, 2),
    ("cilium", "`NODE_WITHOUT_CILIUM_IP/32` is not an address block", Template, 1),
];
