//! A policy as data: names resolved, patterns expanded, nothing decided.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;
use std::sync::Arc;

use netpol_diagnostics::Span;
use netpol_flow::{Date, DomainPattern, HttpMatch, IpNet, PortRange, Selector, Side, SortedSet, Text};
use netpol_sets::PodSet;

use crate::pod_set;

/// The whole policy of one cluster.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// The cluster it is for.
    pub cluster: Cluster,
    /// The tenants, by name.
    pub tenants: BTreeMap<Text, Tenant>,
    /// The declared namespaces, by name.
    pub namespaces: BTreeMap<Text, Namespace>,
    /// The guardrail blocks, in the order written.
    pub guardrails: Vec<Guardrail>,
    /// The baseline's patterns, in the order written.
    pub baseline: Vec<Baseline>,
    /// Workloads declared at top level with `in`, by name: references to pods of any namespace.
    pub handles: BTreeMap<Text, SharedPods>,
    /// The tests, in the order written.
    pub tests: Vec<Test>,
}

/// What the project says of a cluster.
///
/// Without a `cluster` block the ranges are empty and `declared` is false; `system` then holds `kube-system`,
/// `kube-public` and `kube-node-lease`, and undeclared namespaces are open (amendment B22).
#[derive(Clone, Debug)]
pub struct Cluster {
    /// Its name.
    pub name: Option<Text>,
    /// Whether the project has a block for it.
    pub declared: Option<Span>,
    /// Pod addresses.
    pub pods: Vec<IpNet>,
    /// Service addresses.
    pub services: Vec<IpNet>,
    /// Node addresses, and every address answered on a node itself (amendment B3).
    pub nodes: Vec<IpNet>,
    /// Addresses of the API server's endpoints.
    pub apiserver: Vec<IpNet>,
    /// Ranges in which pods, nodes and outside hosts live side by side (amendment U2).
    pub shared: Vec<IpNet>,
    /// Addresses of the shared gateway (amendment U15).
    pub gateway: Vec<IpNet>,
    /// System namespaces.
    pub system: BTreeSet<Text>,
    /// Whether undeclared namespaces are managed with no rules.
    pub undeclared_closed: bool,
}

impl Default for Cluster {
    fn default() -> Self {
        Cluster {
            name: None,
            declared: None,
            pods: Vec::new(),
            services: Vec::new(),
            nodes: Vec::new(),
            apiserver: Vec::new(),
            shared: Vec::new(),
            gateway: Vec::new(),
            system: ["kube-system", "kube-public", "kube-node-lease"].map(Text::from).into(),
            undeclared_closed: false,
        }
    }
}

/// A tenant and the namespaces it owns.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// The namespaces it owns by name, declared or not.
    pub namespaces: SortedSet<Text>,
    /// The namespaces it owns by label (amendment U3).
    pub matching: Vec<Selector>,
    /// Who answers for it.
    pub owner: Option<Text>,
}

/// A declared namespace.
#[derive(Clone, Debug)]
pub struct Namespace {
    /// Its name.
    pub name: Text,
    /// The tenant that owns it by name.
    pub tenant: Option<Text>,
    /// How it is enforced.
    pub mode: Mode,
    /// Declared for its interface only; built by another project (amendment U17).
    pub external: bool,
    /// Its workloads by name; tiers are workloads too.
    pub workloads: BTreeMap<Text, SharedPods>,
    /// The fence's denies.
    pub fence: Vec<Rule>,
    /// The fence's exceptions.
    pub fence_exceptions: Vec<Rule>,
    /// Flows and exposes, of the namespace itself and of its apps.
    pub rules: Vec<Rule>,
    /// The baseline patterns it waived, by the name written at `waive`.
    pub waived: BTreeSet<Text>,
    /// Where it is declared, and its paperwork.
    pub origin: Arc<Origin>,
}

/// How a namespace is enforced until a date, after which it is enforced in full (amendment U7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mode {
    /// The switch.
    pub kind: ModeKind,
    /// The last day the switch holds.
    pub until: Option<Date>,
}

/// The enforcement switches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ModeKind {
    /// Both sides.
    #[default]
    Enforce,
    /// Guardrails only; the rest is computed and reported.
    Audit,
    /// Ingress only.
    IngressOnly,
    /// Egress only.
    EgressOnly,
}

/// How one side of a namespace is enforced on a given day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enforcement {
    /// Steps 4 to 8 decide.
    Enforced,
    /// Nobody is asked.
    Open,
    /// Steps 4 to 8 are computed, and a deny is reported as "would deny".
    Audited,
}

impl Namespace {
    /// How `side` is enforced on `day`.
    pub fn enforcement(&self, side: Side, day: Date) -> Enforcement {
        if self.mode.until.is_some_and(|until| day > until) {
            return Enforcement::Enforced;
        }
        match (self.mode.kind, side) {
            (ModeKind::Audit, _) => Enforcement::Audited,
            (ModeKind::IngressOnly, Side::Egress) | (ModeKind::EgressOnly, Side::Ingress) => {
                Enforcement::Open
            }
            (ModeKind::Enforce | ModeKind::IngressOnly | ModeKind::EgressOnly, _) => Enforcement::Enforced,
        }
    }
}

/// A guardrail block: its denies minus its own live exceptions, and its allows.
#[derive(Clone, Debug)]
pub struct Guardrail {
    /// Its name.
    pub name: Text,
    /// `sealed`: it has no exceptions, and never will.
    pub sealed: bool,
    /// `audit` on the day of the build: it neither denies nor allows, it reports (amendment B11).
    pub audit: bool,
    /// The last day of its `audit`, where its head says one.
    pub audit_until: Option<Date>,
    /// What it denies.
    pub denies: Vec<Rule>,
    /// Where its denies step aside.
    pub exceptions: Vec<Rule>,
    /// What it allows.
    pub allows: Vec<Rule>,
    /// Where it stands.
    pub origin: Arc<Origin>,
}

impl Guardrail {
    /// Whether its denies and allows count on `day`.
    pub fn binds(&self, day: Date) -> bool {
        match self.audit_until {
            Some(until) => day > until,
            None => !self.audit,
        }
    }
}

/// One pattern of the baseline, instantiated for each namespace that did not waive it.
#[derive(Clone, Debug)]
pub struct Baseline {
    /// The pattern as applied, `k8s/dns`; what `waive` names.
    pub pattern: Text,
    /// The rules for each declared namespace that did not waive it.
    pub rules: BTreeMap<Text, Vec<Rule>>,
}

/// What a rule is, which decides the sides it speaks on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RuleKind {
    /// `a -> b:p`.
    Arrow,
    /// `egress p to x`.
    Egress,
    /// `ingress p from x`.
    Ingress,
    /// `expose a:p to b`.
    Expose,
}

/// Which layer a rule belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// A guardrail block, by name.
    Guardrail(Text),
    /// The namespace's own fence.
    Fence,
    /// The namespace itself.
    Namespace,
    /// An app of the namespace, by name.
    App(Text),
    /// A baseline pattern, by the name written at `apply`.
    Baseline(Text),
}

/// A set of connections with a life span: every source of `from` to every destination of `to` on `ports`.
///
/// `expose D:P to S` is stored with `from` S and `to` D.
#[derive(Clone, Debug)]
pub struct Rule {
    /// What it is.
    pub kind: RuleKind,
    /// The layer.
    pub layer: Layer,
    /// The sources: the union of the items; never empty.
    pub from: Vec<End>,
    /// The destinations: the union of the items; never empty.
    pub to: Vec<End>,
    /// The ports.
    pub ports: Ports,
    /// The requests it is limited to, on the side [`Rule::only_side`] names.
    pub only: Option<Vec<HttpMatch>>,
    /// The side on which `only` binds (amendment B8); meaningless without `only`.
    pub only_side: Side,
    /// The last day it holds.
    pub until: Option<Date>,
    /// Whether a match is logged.
    pub log: bool,
    /// The alert a denied flow raises.
    pub alert: Option<Alert>,
    /// Where it stands, and its paperwork.
    pub origin: Arc<Origin>,
}

/// How loud an alert is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alert {
    /// `alert warning`.
    Warning,
    /// `alert critical`.
    Critical,
}

/// A set of endpoints.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// Pods.
    Pods(SharedPods),
    /// Pods of tenants other than the source's; empty for a source that no tenant owns (amendment B14).
    OtherTenants,
    /// Nodes, host-network pods, and API servers that run on a node.
    Nodes,
    /// The API server.
    ApiServer,
    /// The shared gateway.
    Gateway,
    /// External addresses of these blocks, without those of `except`.
    Addresses {
        /// What is in.
        blocks: Vec<IpNet>,
        /// What is cut out.
        except: Vec<IpNet>,
        /// The noun's name, for naming.
        name: Option<Text>,
    },
    /// Public addresses.
    Internet,
    /// Every external address.
    Outside,
    /// External addresses seen under a name of this pattern.
    Domain(DomainPattern),
    /// Every endpoint.
    Any,
}

/// Where the pods of an end may live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Homes<'e> {
    /// It is no pods.
    Nowhere,
    /// In these namespaces.
    Named(&'e SortedSet<Text>),
    /// In any namespace.
    Anywhere,
}

/// Pods of some namespaces that satisfy a selector.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pods {
    /// Which namespaces.
    pub namespaces: Namespaces,
    /// The condition on their labels.
    pub selector: Selector,
    /// Their service account is one of these; none for any.
    pub accounts: Option<SortedSet<Text>>,
    /// The noun's name (`web`, `all`), for naming; no part of the meaning.
    pub name: Option<Text>,
}

/// Which namespaces a set of pods comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Namespaces {
    /// Every namespace.
    Every,
    /// These, by name.
    Named(SortedSet<Text>),
    /// Those whose labels match (amendment U3).
    Matching(Selector),
}

/// A set of protocols and ports.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ports {
    /// `any`: every port of every protocol; emitted without ports, so that it carries other protocols where the
    /// target does (amendment B21).
    Any,
    /// The union of these; never empty.
    Some(Vec<Port>),
}

/// One item of a port set.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Port {
    /// A number or range of one protocol.
    Range(PortRange),
    /// A container port's own name: what the destination declares under it, or nothing (amendment B12).
    Named(Text),
}

/// Where a rule comes from, and its paperwork.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The statement, without its clauses.
    pub span: Span,
    /// The `apply` statements it came through, outermost first.
    pub via: Vec<Span>,
    /// The file shown to people: that of the outermost `apply`, or of the statement.
    pub file: Text,
    /// The line there, from 1.
    pub line: u32,
    /// The statement on one line, as written there.
    pub text: Text,
    /// The reason.
    pub because: Option<Text>,
    /// The ticket.
    pub ticket: Option<Text>,
    /// Who answers for it; inherited from app, namespace and tenant.
    pub owner: Option<Text>,
    /// When it was last reviewed.
    pub reviewed: Option<Date>,
    /// Where that is written.
    pub reviewed_at: Option<Span>,
}

/// `test "…" { … }`.
#[derive(Clone, Debug)]
pub struct Test {
    /// Its title.
    pub title: Text,
    /// The day it is asked at, where written.
    pub at: Option<Date>,
    /// What it asserts.
    pub assertions: Vec<Assertion>,
    /// Where it stands.
    pub span: Span,
}

/// `can FLOW` or `cannot FLOW`: about every member of the rule's set.
#[derive(Clone, Debug)]
pub struct Assertion {
    /// Whether every member must pass; otherwise none may.
    pub can: bool,
    /// The connections spoken of, as rules that allow nothing; one statement may need several.
    pub flows: Vec<Rule>,
    /// The statement.
    pub span: Span,
}

/// Pods as many rules share them, with the set they make worked out once.
#[derive(Clone, Debug)]
pub struct SharedPods(Arc<(Pods, PodSet)>);

impl SharedPods {
    /// The set they make.
    pub fn set(&self) -> &PodSet {
        &self.0.1
    }
}

impl From<Pods> for SharedPods {
    fn from(pods: Pods) -> SharedPods {
        let set = pod_set(&pods);
        SharedPods(Arc::new((pods, set)))
    }
}

impl Deref for SharedPods {
    type Target = Pods;

    fn deref(&self) -> &Pods {
        &self.0.0
    }
}

impl Ord for SharedPods {
    fn cmp(&self, other: &SharedPods) -> Ordering {
        if Arc::ptr_eq(&self.0, &other.0) { Ordering::Equal } else { Pods::cmp(self, other) }
    }
}

impl PartialOrd for SharedPods {
    fn partial_cmp(&self, other: &SharedPods) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for SharedPods {
    fn eq(&self, other: &SharedPods) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || Pods::eq(self, other)
    }
}

impl Eq for SharedPods {}

impl End {
    /// These pods.
    pub fn pods(pods: Pods) -> End {
        End::Pods(pods.into())
    }

    /// Where its pods may live.
    pub fn homes(&self) -> Homes<'_> {
        match self {
            End::Pods(pods) => pods.named().map_or(Homes::Anywhere, Homes::Named),
            End::OtherTenants | End::Any => Homes::Anywhere,
            End::Nodes
            | End::ApiServer
            | End::Gateway
            | End::Addresses { .. }
            | End::Internet
            | End::Outside
            | End::Domain(_) => Homes::Nowhere,
        }
    }

    /// The namespaces of its pods, where it is pods and those are named.
    pub fn named(&self) -> Option<&SortedSet<Text>> {
        match self.homes() {
            Homes::Named(names) => Some(names),
            Homes::Nowhere | Homes::Anywhere => None,
        }
    }
}

impl Rule {
    /// The namespaces it can touch, where both its ends say so by name; none where an end may lie anywhere.
    pub fn named(&self) -> Option<BTreeSet<&Text>> {
        let mut names = BTreeSet::new();
        for end in self.from.iter().chain(&self.to) {
            match end.homes() {
                Homes::Named(more) => names.extend(more),
                Homes::Anywhere => return None,
                Homes::Nowhere => {}
            }
        }
        Some(names)
    }

    /// Whether it holds on `day`.
    pub fn is_active(&self, day: Date) -> bool {
        self.until.is_none_or(|until| day <= until)
    }
}

impl Pods {
    /// The namespaces they come from, where those are named.
    pub fn named(&self) -> Option<&SortedSet<Text>> {
        match &self.namespaces {
            Namespaces::Named(names) => Some(names),
            Namespaces::Every | Namespaces::Matching(_) => None,
        }
    }

    /// Every pod of one namespace.
    pub fn all_of(namespace: impl Into<Text>) -> Pods {
        Pods {
            namespaces: Namespaces::Named(SortedSet::one(namespace.into())),
            selector: Selector::default(),
            accounts: None,
            name: Some("all".into()),
        }
    }
}

/// The blocks that are not public, the same on every target.
///
/// IANA special-purpose registries (RFC 6890 and its updates), without the documentation ranges, so that examples and
/// tests have somewhere to point. IPv4-mapped addresses are the IPv4 addresses they map (amendment B5).
pub fn not_public() -> Vec<IpNet> {
    const BLOCKS: [&str; 18] = [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/128",
        "::1/128",
        "64:ff9b:1::/48",
        "100::/64",
        "fc00::/7",
        "fe80::/10",
        "ff00::/8",
    ];
    BLOCKS.iter().filter_map(|block| block.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_special_purpose_block_parses() {
        assert_eq!(not_public().len(), 18);
    }
}
