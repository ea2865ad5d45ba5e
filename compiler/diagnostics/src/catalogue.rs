//! Every diagnostic code: its severity and its title.
//!
//! One page for each stands in `book/src/errors/`.

use crate::{Code, Severity};

/// One code of the catalogue.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The number.
    pub code: Code,
    /// How bad it is, unless the context says otherwise.
    pub severity: Severity,
    /// What it is about, in general words.
    pub title: &'static str,
}

const fn e(code: u16, severity: Severity, title: &'static str) -> Entry {
    Entry { code: Code(code), severity, title }
}

use Severity::{Error as E, Note as N, Warning as W};

/// All codes, ascending.
pub const CATALOGUE: &[Entry] = &[
    e(1, E, "input cannot be read"),
    e(2, E, "output cannot be written"),
    e(3, E, "project file is wrong"),
    e(101, E, "unexpected text"),
    e(102, E, "unknown word"),
    e(103, E, "string is not closed"),
    e(104, E, "name is not lower-kebab-case"),
    e(105, E, "edition is unknown or not first"),
    e(106, E, "rule is outside a namespace"),
    e(107, W, "file is not formatted"),
    e(108, E, "date does not exist"),
    e(109, E, "clause does not belong here, or stands twice"),
    e(201, E, "unknown name"),
    e(202, E, "unknown module"),
    e(203, E, "name is declared twice"),
    e(204, E, "import prefix is also a namespace"),
    e(205, E, "namespace has two owners"),
    e(206, E, "patterns apply each other in a circle"),
    e(207, E, "argument has the wrong type"),
    e(208, E, "argument is missing, extra or repeated"),
    e(209, W, "nothing uses this"),
    e(210, E, "platform statement in a tenant file"),
    e(212, E, "namespace is declared twice"),
    e(213, E, "namespace is declared outside its tenant's folder"),
    e(214, E, "platform statement rests on a tenant's noun"),
    e(301, E, "address has host bits set"),
    e(302, E, "not an address range"),
    e(303, E, "/0 names nobody in particular"),
    e(304, W, "address range is very wide"),
    e(305, E, "address range is inside this cluster"),
    e(306, W, "address is already covered"),
    e(307, E, "`*` must be the first label"),
    e(308, E, "wildcard covers a whole public suffix"),
    e(309, W, "anyone can obtain a name under this domain"),
    e(310, E, "port name is not defined"),
    e(311, E, "not a port"),
    e(312, E, "selector can never match"),
    e(313, W, "two workloads select the same pods"),
    e(314, E, "not a label"),
    e(315, E, "domain names can only be allowed outwards"),
    e(316, E, "`->` is between pods"),
    e(317, E, "`egress` and `ingress` are for the edge"),
    e(318, W, "boundary rests on a label others can change"),
    e(319, E, "the exception is outside the block it narrows"),
    e(320, E, "member of a namespace class is not known"),
    e(321, E, "expose is for pods"),
    e(401, E, "rule has no port"),
    e(402, W, "every port is open"),
    e(403, E, "this word is not available here"),
    e(404, E, "you cannot speak for these pods"),
    e(405, E, "workload is private to its namespace"),
    e(406, E, "not exposed to you on this port"),
    e(407, W, "nobody uses this exposure"),
    e(409, E, "exposure to your own namespace"),
    e(410, W, "rule is repeated"),
    e(411, W, "rule adds nothing"),
    e(412, W, "nobody in this set exposes anything to you"),
    e(413, W, "no path to name resolution"),
    e(414, W, "flow goes against the tiers"),
    e(415, E, "nothing to waive"),
    e(416, W, "everything is allowed"),
    e(501, E, "rule is overruled by a guardrail and can never take effect"),
    e(502, W, "part of this rule is overruled by a guardrail"),
    e(503, E, "rule is overruled by this namespace's own fence"),
    e(504, E, "guardrails contradict each other"),
    e(505, E, "sealed guardrails have no exceptions"),
    e(506, W, "exception excepts nothing"),
    e(507, W, "exception without a rule that uses it"),
    e(508, E, "this must not lapse"),
    e(509, W, "guardrail matches nothing"),
    e(510, W, "fence changes nothing"),
    e(511, W, "guardrail cannot bind the pod's own node"),
    e(512, E, "too many kinds of pods to check this"),
    e(601, E, "egress to the internet has no justification"),
    e(602, E, "required reference is missing"),
    e(603, E, "rule has expired"),
    e(604, W, "rule expires soon"),
    e(605, E, "expiry is too far away"),
    e(606, E, "namespace has no owner"),
    e(607, E, "review is overdue"),
    e(608, W, "justification says nothing"),
    e(609, E, "address range is wider than allowed"),
    e(610, E, "every-port rule is not allowed here"),
    e(611, E, "namespace is not fully enforced"),
    e(612, N, "this change needs security approval"),
    e(613, W, "mode has no end date"),
    e(701, E, "back end cannot match domain names"),
    e(702, E, "guardrail cannot be enforced on undeclared namespaces"),
    e(703, E, "back end cannot filter requests"),
    e(704, E, "back end needs an address for this peer"),
    e(705, E, "back end cannot select by service account"),
    e(706, E, "this Cilium cannot match names at any depth"),
    e(707, W, "others can widen policy on this back end"),
    e(708, W, "audit mode is withheld on this back end"),
    e(709, E, "cannot subtract a named port"),
    e(710, E, "policy is near a back-end limit"),
    e(711, E, "`undeclared closed` is not expressible here"),
    e(712, N, "cluster ranges were cut out of this range"),
    e(713, E, "port ranges need a newer cluster"),
    e(714, E, "back end always allows the pod's own node"),
    e(715, E, "address is served on the node"),
    e(716, E, "cluster ranges are needed for addresses"),
    e(717, E, "fence cannot be expressed on this target"),
    e(718, E, "selector uses a key this back end does not see"),
    e(719, E, "back end has no SCTP"),
    e(720, E, "closed cluster would cut off its network plug-in"),
    e(721, W, "range may also match pods"),
    e(722, E, "manifests do not mean what the source means"),
    e(723, E, "proof is undecided"),
    e(724, E, "policy falls into too many pieces for this target"),
    e(725, E, "range is shared with pods"),
    e(801, W, "selector matches nothing"),
    e(802, W, "namespace does not exist"),
    e(803, W, "pod belongs to two workloads"),
    e(804, W, "pods without any rule"),
    e(805, E, "host-network pods are not covered"),
    e(806, W, "this is the Service port, not the container port"),
    e(807, W, "named port differs between pods"),
    e(808, W, "client addresses may not be preserved"),
    e(809, W, "Service has no pods behind it"),
    e(810, W, "API server calls a webhook here, and nothing allows it"),
    e(811, W, "system namespace under default deny"),
    e(812, W, "cluster uses NodeLocal DNSCache"),
    e(813, W, "sidecars cannot reach their control plane"),
    e(814, W, "ambient mesh hides the real port"),
    e(815, W, "namespace lacks its name label"),
    e(816, E, "nothing enforces policy on this cluster"),
    e(817, W, "namespaces outside the project"),
    e(818, W, "foreign policy in a declared namespace"),
    e(819, N, "observed traffic would be denied"),
    e(901, E, "test failed"),
    e(902, W, "test proves nothing"),
    e(904, E, "tests contradict each other"),
    e(905, W, "test will fail soon"),
    e(906, E, "test is too wide to decide"),
];

/// What the codes of a hundred have in common, by their first two digits.
pub const FAMILIES: [&str; 10] = [
    "files and folders",
    "text",
    "names and modules",
    "values",
    "flows and consent",
    "guardrails and layers",
    "paperwork",
    "targets",
    "the cluster as it is",
    "tests",
];

/// The entry of a code.
pub fn entry(code: Code) -> Option<&'static Entry> {
    CATALOGUE.binary_search_by_key(&code, |e| e.code).ok().and_then(|at| CATALOGUE.get(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_ascend_and_none_stands_twice() {
        assert!(CATALOGUE.windows(2).all(|pair| pair[0].code < pair[1].code));
    }
}
