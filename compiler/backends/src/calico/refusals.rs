//! What the target cannot say, told once for each rule.

use std::collections::BTreeSet;

use netpol_diagnostics::{Code, Diagnostic, Span};
use netpol_flow::{IpNet, Side};
use netpol_model::{Places, Policy, Rule};
use netpol_sets::{AddressSet, PodSet};

use super::options::Options;
use super::rules::Action;
use super::selector::{Unseen, unseen};
use crate::refuse::refuse;

/// What every step of lowering looks at.
pub(super) struct Build<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// What the cluster's ranges mean.
    pub places: &'a Places,
    /// The settings.
    pub options: &'a Options,
}

/// Diagnostics, at most one for each code and rule: neither a second subject nor the other side repeats it.
#[derive(Default)]
pub(super) struct Refusals {
    /// In the order found, with the key of those that are told once for a rule.
    list: Vec<(Option<Key>, Diagnostic)>,
    seen: BTreeSet<Key>,
}

/// A code and a rule; two applications of one pattern are two rules.
type Key = (u16, Span, Option<Span>);

impl Refusals {
    /// Adds a diagnostic about a rule.
    pub(super) fn add(&mut self, rule: &Rule, diagnostic: Diagnostic) {
        let key = (diagnostic.code.0, rule.origin.span, rule.origin.via.first().copied());
        if self.seen.insert(key) {
            self.list.push((Some(key), diagnostic));
        }
    }

    /// Adds a diagnostic that is about no rule.
    pub(super) fn tell(&mut self, diagnostic: Diagnostic) {
        self.list.push((None, diagnostic));
    }

    /// Adds what another part of the policy came to; what a rule was told there and here is told once.
    pub(super) fn and(&mut self, other: Refusals) {
        for (key, diagnostic) in other.list {
            if key.is_none_or(|key| self.seen.insert(key)) {
                self.list.push((key, diagnostic));
            }
        }
    }

    /// Everything found, in the order found.
    pub(super) fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.list.into_iter().map(|(_, diagnostic)| diagnostic).collect()
    }

    /// Refuses a set of pods that no selector can name; whether it was refused.
    pub(super) fn pods(&mut self, rule: &Rule, pods: &PodSet) -> bool {
        let Some(reason) = unseen(pods) else { return false };
        let diagnostic = match reason {
            Unseen::Reserved(key) => refuse(
                Code(718),
                format!("target `calico` cannot match the label `{key}`"),
                rule,
                "selects by it",
            )
            .note(
                "keys of this prefix are set by the network plug-in itself and are not the pod's own labels",
            )
            .help("select by a label of your own, or by namespace or service account"),
            Unseen::Malformed(text) => refuse(
                Code(718),
                format!("target `calico` cannot write `{text}` in a selector"),
                rule,
                "selects by it",
            )
            .note("Calico selectors have no escapes, so that only what a label may hold can be written")
            .help("use a valid label key or value"),
            Unseen::LongAccount(name) => {
                let title = format!("target `calico` cannot select by the service account `{name}`");
                refuse(Code(705), title, rule, "selects by a service account")
                    .note("Calico puts the account's name on a pod only if it is shorter than 63 characters")
                    .help("give the account a shorter name, or select by label")
            }
        };
        self.add(rule, diagnostic);
        true
    }

    /// Refuses a domain.
    pub(super) fn domain(&mut self, rule: &Rule) {
        let diagnostic = refuse(Code(701), "target `calico` cannot match domain names", rule, "a domain")
            .note("a peer of an open source Calico policy is a selector or an address block")
            .help("build for `cilium`, name a `net`, or go through `tiers/egress-via-proxy`");
        self.add(rule, diagnostic);
    }

    /// Refuses a request filter.
    pub(super) fn http(&mut self, rule: &Rule, why: &str, help: &str) {
        let diagnostic =
            refuse(Code(703), "target `calico` cannot filter these requests", rule, "limited to requests");
        self.add(rule, diagnostic.note(why).help(help));
    }

    /// Refuses a peer whose addresses the `cluster` block does not give.
    pub(super) fn no_address(&mut self, rule: &Rule, word: &str, example: &str) {
        let title = format!("target `calico` needs the addresses of `{word}`");
        let diagnostic = refuse(Code(704), title, rule, &format!("speaks of `{word}`"))
            .note("Calico matches this peer by address")
            .help(format!("add them to the `cluster` block: `{example}`"));
        self.add(rule, diagnostic);
    }

    /// Refuses an allow to nodes where the pod's own node may not hear it (`CAL-26`).
    pub(super) fn own_node(&mut self, rule: &Rule, options: &Options) {
        let title = "target `calico` may drop what a pod sends to its own node";
        let diagnostic = refuse(Code(704), title, rule, "reaches the pod's own node")
            .note(format!(
                "what policy allows there is then subject to `defaultEndpointToHostAction`, and the target's setting \
                 `endpoint-to-host` is `{}`",
                options.endpoint_to_host
            ))
            .help("set `defaultEndpointToHostAction: Accept` in FelixConfiguration and `endpoint-to-host = \"accept\"`");
        self.add(rule, diagnostic);
    }

    /// Refuses a deny by port name.
    pub(super) fn named_deny(&mut self, rule: &Rule) {
        let diagnostic =
            refuse(Code(709), "target `calico` does not deny by port name", rule, "a quoted port")
                .note("a deny by name misses every pod that does not declare the name")
                .help("use the port's number");
        self.add(rule, diagnostic);
    }

    /// Tells of a range that also matches pods or nodes which live inside it: an allow is warned of (amendment U2), and a
    /// deny, or what excuses from one, is refused, since it would take from pods what their own lines allow.
    pub(super) fn shared(&mut self, build: &Build<'_>, rule: &Rule, set: &AddressSet, action: Action) {
        let cluster = &build.policy.cluster;
        let of = |blocks: &[IpNet]| AddressSet::of(blocks);
        let own = || of(&cluster.pods).union(&of(&cluster.nodes)).union(&of(&cluster.services));
        if cluster.shared.is_empty() || set.intersect(&of(&cluster.shared)).intersect(&own()).is_empty() {
            return;
        }
        if action != Action::Allow {
            let title = "target `calico` cannot tell outside hosts of this range from pods and nodes";
            let diagnostic = refuse(Code(725), title, rule, "lies in a `shared` range")
                .note("an address block matches whoever has such an address, and this line is about outside hosts only")
                .note("said so, it would also decide for the pods and nodes there, whatever their own lines say")
                .help("name blocks in which no pod and no node lives, narrow `shared` to where outside hosts are, or build for `cilium`");
            self.add(rule, diagnostic);
            return;
        }
        if rule.origin.because.is_some() {
            return;
        }
        let title = "range may also match pods and nodes on target `calico`";
        let diagnostic = refuse(Code(721), title, rule, "lies in a `shared` range")
            .note("Calico compares addresses only, and pods, nodes and outside hosts live side by side there")
            .help("name narrower blocks, or say `because`");
        self.add(rule, diagnostic);
    }
}

/// The side's word for the other end.
pub(super) fn peer_word(side: Side) -> &'static str {
    match side {
        Side::Egress => "destination",
        Side::Ingress => "source",
    }
}
