//! Random small policies and flows, for laws and for differential tests.
//!
//! The worlds are small on purpose: three declared namespaces, one undeclared, one system namespace, two label keys,
//! so that rules meet each other often.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use netpol_diagnostics::{FileId, Span};
use netpol_flow::{
    Date, DomainPattern, Endpoint, Flow, HttpMatch, IpNet, Operator, PathMatch, Pod, PortRange, Protocol,
    Relation, Request, Requirement, Selector, Side, SortedSet, Text,
};
use netpol_model::{
    Baseline, End, Guardrail, Layer, Mode, ModeKind, Namespace, Namespaces, Origin, Pods, Policy, Port,
    Ports, Rule, RuleKind, Tenant,
};

/// A small, repeatable stream of random numbers (splitmix64).
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// A stream from a seed.
    pub fn new(seed: u64) -> Rng {
        Rng(seed)
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.number() % limit.max(1)
    }

    /// True once in `one_in`.
    pub fn chance(&mut self, one_in: u64) -> bool {
        self.below(one_in) == 0
    }

    /// One of the items.
    pub fn pick<T: Clone>(&mut self, items: &[T]) -> T {
        items[self.below(items.len() as u64) as usize].clone()
    }

    /// Between `least` and `most` things.
    pub fn some<T>(&mut self, least: u64, most: u64, mut make: impl FnMut(&mut Rng) -> T) -> Vec<T> {
        let count = least + self.below(most - least + 1);
        (0..count).map(|_| make(self)).collect()
    }
}

/// Which constructs a random policy may use.
#[derive(Clone, Copy, Debug)]
pub struct Features {
    /// Domain names.
    pub domains: bool,
    /// `only http`.
    pub http: bool,
    /// Service accounts.
    pub accounts: bool,
    /// Quoted ports.
    pub quoted: bool,
    /// `audit`, `ingress-only`, `egress-only`.
    pub modes: bool,
    /// Namespaces by label.
    pub namespace_labels: bool,
    /// `undeclared closed`.
    pub closed: bool,
    /// SCTP.
    pub sctp: bool,
    /// Guardrail denies.
    pub guardrail_denies: bool,
    /// Nodes, API server and gateway as ends.
    pub infra: bool,
}

impl Features {
    /// Everything.
    pub const ALL: Features = Features {
        domains: true,
        http: true,
        accounts: true,
        quoted: true,
        modes: true,
        namespace_labels: true,
        closed: true,
        sctp: true,
        guardrail_denies: true,
        infra: true,
    };
}

/// The day random policies are asked about.
pub fn today() -> Date {
    Date::new(2026, 11, 21).unwrap_or_else(|| unreachable!("the day exists"))
}

const DECLARED: [&str; 3] = ["a", "b", "c"];
const NAMESPACES: [&str; 5] = ["a", "b", "c", "u", "kube-system"];
const KEYS: [&str; 2] = ["app", "tier"];
const VALUES: [&str; 3] = ["x", "y", "z"];
const PORTS: [u16; 4] = [53, 80, 443, 8080];

/// A random policy on a cluster with known ranges.
pub fn policy(rng: &mut Rng, features: Features) -> Policy {
    let mut policy = Policy::default();
    let nets = |blocks: &[&str]| blocks.iter().filter_map(|b| b.parse::<IpNet>().ok()).collect::<Vec<_>>();
    policy.cluster.declared = Some(span(0));
    policy.cluster.pods = nets(&["10.244.0.0/16", "fd10:244::/56"]);
    policy.cluster.services = nets(&["10.96.0.0/12"]);
    policy.cluster.nodes = nets(&["10.10.0.0/16", "fd10:10::/64"]);
    policy.cluster.apiserver = nets(&["10.10.0.10/32"]);
    policy.cluster.gateway = nets(&["10.245.0.1/32"]);
    policy.cluster.undeclared_closed = features.closed && rng.chance(4);
    let tenant = |names: &[&str]| Tenant {
        namespaces: names.iter().map(|n| Text::from(*n)).collect(),
        matching: Vec::new(),
        owner: None,
    };
    policy.tenants = BTreeMap::from([("one".into(), tenant(&["a"])), ("two".into(), tenant(&["b", "u"]))]);
    if features.namespace_labels && rng.chance(4) {
        // A tenant by label, some of whose namespaces another tenant names.
        let matching = vec![Selector::is("team", "red")];
        policy.tenants.insert("three".into(), Tenant { matching, ..tenant(&[]) });
    }
    for name in DECLARED {
        let namespace = namespace(rng, name, features);
        policy.namespaces.insert(name.into(), namespace);
    }
    let blocks = rng.below(3);
    policy.guardrails = (0..blocks).map(|at| guardrail(rng, &format!("g{at}"), features)).collect();
    if rng.chance(2) {
        let pattern: Text = "base/one".into();
        let mut rules = BTreeMap::new();
        let template = end_pods(rng, features);
        let ports = ports(rng, features);
        for name in DECLARED {
            if rng.chance(4) {
                if let Some(namespace) = policy.namespaces.get_mut(name) {
                    namespace.waived.insert(pattern.clone());
                }
                continue;
            }
            let from = vec![End::pods(Pods::all_of(name))];
            let to = vec![template.clone()];
            rules.insert(
                name.into(),
                vec![rule(RuleKind::Arrow, Layer::Baseline(pattern.clone()), from, to, ports.clone(), 7)],
            );
        }
        policy.baseline.push(Baseline { pattern, rules });
    }
    policy
}

fn namespace(rng: &mut Rng, name: &str, features: Features) -> Namespace {
    let kinds =
        [ModeKind::Enforce, ModeKind::Enforce, ModeKind::Audit, ModeKind::IngressOnly, ModeKind::EgressOnly];
    let mode = Mode { kind: if features.modes { rng.pick(&kinds) } else { ModeKind::Enforce }, until: None };
    let rules = rng.some(0, 4, |rng| namespace_rule(rng, name, features));
    let fenced = rng.chance(3);
    let fence = if fenced { rng.some(1, 2, |rng| fence_rule(rng, name, features)) } else { vec![] };
    let fence_exceptions =
        if fenced { rng.some(0, 1, |rng| fence_rule(rng, name, features)) } else { vec![] };
    Namespace {
        name: name.into(),
        tenant: None,
        mode,
        external: false,
        workloads: BTreeMap::new(),
        fence,
        fence_exceptions,
        rules,
        waived: BTreeSet::new(),
        origin: origin(1),
    }
}

fn namespace_rule(rng: &mut Rng, name: &str, features: Features) -> Rule {
    let own = |rng: &mut Rng| vec![own_pods(rng, name, features)];
    let layer = if rng.chance(3) { Layer::App("app".into()) } else { Layer::Namespace };
    let line = 10 + rng.below(80) as u32;
    let ports_of = |rng: &mut Rng| ports(rng, features);
    let mut rule = match rng.below(5) {
        0 | 1 => {
            let (from, to) = (own(rng), rng.some(1, 2, |rng| end_pods(rng, features)));
            rule(RuleKind::Arrow, layer, from, to, ports_of(rng), line)
        }
        2 => {
            let (from, to) = (rng.some(1, 2, |rng| end_pods(rng, features)), own(rng));
            rule(RuleKind::Expose, layer, from, to, ports_of(rng), line)
        }
        3 => {
            let (from, to) = (own(rng), rng.some(1, 2, |rng| edge(rng, features, true)));
            rule(RuleKind::Egress, layer, from, to, ports_without_names(rng, features), line)
        }
        _ => {
            let (from, to) = (rng.some(1, 2, |rng| edge(rng, features, false)), own(rng));
            rule(RuleKind::Ingress, layer, from, to, ports_of(rng), line)
        }
    };
    if features.http && rng.chance(6) {
        rule.ports = Ports::Some(vec![Port::Range(PortRange::one(Protocol::Tcp, 8080))]);
        rule.only = Some(rng.some(1, 2, http));
        rule.only_side = match rule.kind {
            RuleKind::Arrow | RuleKind::Egress => Side::Egress,
            RuleKind::Ingress | RuleKind::Expose => Side::Ingress,
        };
    }
    if rng.chance(8) {
        rule.until = Date::new(2026, 11, rng.pick(&[20, 21, 22]));
    }
    rule
}

fn fence_rule(rng: &mut Rng, name: &str, features: Features) -> Rule {
    let own = vec![own_pods(rng, name, features)];
    let line = 10 + rng.below(80) as u32;
    let quiet = Features { domains: false, quoted: false, http: false, ..features };
    match rng.below(3) {
        0 => {
            let to = vec![end_pods(rng, quiet)];
            rule(RuleKind::Arrow, Layer::Fence, own, to, ports(rng, quiet), line)
        }
        1 => {
            let to = vec![edge(rng, quiet, false)];
            rule(RuleKind::Egress, Layer::Fence, own, to, ports(rng, quiet), line)
        }
        _ => {
            let from = vec![edge(rng, quiet, false)];
            rule(RuleKind::Ingress, Layer::Fence, from, own, ports(rng, quiet), line)
        }
    }
}

fn guardrail(rng: &mut Rng, name: &str, features: Features) -> Guardrail {
    let layer = Layer::Guardrail(name.into());
    let quiet = Features { domains: false, quoted: false, http: false, ..features };
    let sentence = |rng: &mut Rng, features: Features, may_ask_others: bool| {
        let line = 10 + rng.below(80) as u32;
        match rng.below(4) {
            0 | 1 => {
                let others = may_ask_others && rng.chance(4);
                let to = if others { End::OtherTenants } else { end_pods(rng, features) };
                rule(
                    RuleKind::Arrow,
                    layer.clone(),
                    vec![end_pods(rng, features)],
                    vec![to],
                    ports(rng, features),
                    line,
                )
            }
            2 => {
                let (from, to) = (end_pods(rng, features), edge(rng, features, false));
                rule(RuleKind::Egress, layer.clone(), vec![from], vec![to], ports(rng, features), line)
            }
            _ => {
                let (from, to) = (edge(rng, features, false), end_pods(rng, features));
                rule(RuleKind::Ingress, layer.clone(), vec![from], vec![to], ports(rng, features), line)
            }
        }
    };
    let denies =
        if features.guardrail_denies { rng.some(0, 2, |rng| sentence(rng, quiet, true)) } else { vec![] };
    let exceptions =
        if denies.is_empty() { vec![] } else { rng.some(0, 2, |rng| sentence(rng, quiet, false)) };
    let no_http = Features { http: false, domains: false, ..features };
    let allows = rng.some(0, 1, |rng| sentence(rng, no_http, false));
    Guardrail {
        name: name.into(),
        sealed: false,
        audit: rng.chance(8),
        audit_until: None,
        denies,
        exceptions,
        allows,
        origin: origin(2),
    }
}

fn rule(kind: RuleKind, layer: Layer, from: Vec<End>, to: Vec<End>, ports: Ports, line: u32) -> Rule {
    Rule {
        kind,
        layer,
        from,
        to,
        ports,
        only: None,
        only_side: Side::Ingress,
        until: None,
        log: false,
        alert: None,
        origin: origin(line),
    }
}

fn span(line: u32) -> Span {
    Span { file: FileId(0), start: line * 100, end: line * 100 + 10 }
}

fn origin(line: u32) -> Arc<Origin> {
    Arc::new(Origin {
        span: span(line),
        via: vec![],
        file: "random.netpol".into(),
        line,
        text: "a random rule".into(),
        because: None,
        ticket: None,
        owner: None,
        reviewed: None,
        reviewed_at: None,
    })
}

fn selector(rng: &mut Rng) -> Selector {
    let requirements = rng.some(0, 2, |rng| {
        let operators =
            [Operator::In, Operator::In, Operator::NotIn, Operator::Exists, Operator::DoesNotExist];
        let operator = rng.pick(&operators);
        let values = match operator {
            Operator::In | Operator::NotIn => {
                rng.some(1, 2, |rng| Text::from(rng.pick(&VALUES))).into_iter().collect()
            }
            Operator::Exists | Operator::DoesNotExist => SortedSet::new(),
        };
        Requirement { key: rng.pick(&KEYS).into(), operator, values }
    });
    Selector { requirements }
}

fn own_pods(rng: &mut Rng, name: &str, features: Features) -> End {
    let accounts = features.accounts && rng.chance(8);
    End::pods(Pods {
        selector: selector(rng),
        accounts: accounts.then(|| SortedSet::one("robot".into())),
        name: None,
        ..Pods::all_of(name)
    })
}

fn end_pods(rng: &mut Rng, features: Features) -> End {
    let namespaces = match rng.below(if features.namespace_labels { 5 } else { 4 }) {
        0 => Namespaces::Every,
        1..=3 => {
            Namespaces::Named(rng.some(1, 2, |rng| Text::from(rng.pick(&NAMESPACES))).into_iter().collect())
        }
        _ => Namespaces::Matching(Selector {
            requirements: vec![Requirement {
                key: "team".into(),
                operator: rng.pick(&[Operator::In, Operator::NotIn]),
                values: SortedSet::one("red".into()),
            }],
        }),
    };
    let accounts = features.accounts && rng.chance(10);
    let accounts = accounts.then(|| SortedSet::one("robot".into()));
    End::pods(Pods { namespaces, selector: selector(rng), accounts, name: None })
}

fn edge(rng: &mut Rng, features: Features, domains: bool) -> End {
    let block = |rng: &mut Rng| {
        let blocks =
            ["10.0.0.0/8", "203.0.113.0/24", "203.0.113.128/25", "169.254.169.254/32", "2001:db8::/32"];
        rng.pick(&blocks).parse::<IpNet>().unwrap_or_else(|_| unreachable!("the block is well formed"))
    };
    match rng.below(9) {
        0 => End::Any,
        1 => End::Internet,
        2 => End::Outside,
        3 if features.infra => End::Nodes,
        4 if features.infra => End::ApiServer,
        5 if features.infra => End::Gateway,
        6 if domains && features.domains => End::Domain(rng.pick(&[
            DomainPattern::Exact("api.example.com".into()),
            DomainPattern::Under("example.com".into()),
        ])),
        _ => End::Addresses { blocks: rng.some(1, 2, block), except: vec![], name: None },
    }
}

fn ports_without_names(rng: &mut Rng, features: Features) -> Ports {
    ports(rng, Features { quoted: false, ..features })
}

fn ports(rng: &mut Rng, features: Features) -> Ports {
    if rng.chance(4) {
        return Ports::Any;
    }
    Ports::Some(rng.some(1, 2, |rng| match rng.below(6) {
        0 if features.quoted => Port::Named("web".into()),
        1 => Port::Range(PortRange { protocol: Protocol::Tcp, first: 80, last: 443 }),
        2 => Port::Range(PortRange::one(Protocol::Udp, 53)),
        3 if features.sctp => Port::Range(PortRange::every(Protocol::Sctp)),
        _ => Port::Range(PortRange::one(Protocol::Tcp, rng.pick(&PORTS))),
    }))
}

fn http(rng: &mut Rng) -> HttpMatch {
    let method = rng.pick(&[None, Some("GET"), Some("POST")]).map(Text::from);
    let path = rng.pick(&[
        PathMatch::Exact("/v1/items".into()),
        PathMatch::Prefix("/v1/".into()),
        PathMatch::Prefix("/".into()),
    ]);
    HttpMatch { method, path }
}

/// A random flow in the same small world.
pub fn flow(rng: &mut Rng) -> Flow {
    let protocol = rng.pick(&[Protocol::Tcp, Protocol::Tcp, Protocol::Udp, Protocol::Sctp]);
    let port = rng.pick(&[53, 80, 81, 443, 8080, 9]);
    let mut source = endpoint(rng, (protocol, port));
    let mut destination = endpoint(rng, (protocol, port));
    if source.pod().is_none() && destination.pod().is_none() {
        let pod = Endpoint::Pod(Arc::new(pod(rng, (protocol, port))));
        if rng.chance(2) { source = pod } else { destination = pod }
    }
    let http = protocol == Protocol::Tcp && rng.chance(2);
    let paths = ["/v1/items", "/v1/items/7", "/v2", "/"];
    let request = http.then(|| Request {
        method: rng.pick(&["GET", "POST", "DELETE"]).into(),
        path: rng.pick(&paths).into(),
    });
    Flow { source, destination, relation: Relation::Apart, protocol, port, request }
}

fn pod(rng: &mut Rng, port: (Protocol, u16)) -> Pod {
    let mut pod = Pod::new(rng.pick(&NAMESPACES));
    for key in KEYS {
        if rng.chance(2) {
            pod.labels.insert(key.into(), rng.pick(&["x", "y", "z", "w"]).into());
        }
    }
    // A namespace has one set of labels, whichever pod of it is asked.
    if &*pod.namespace == "b" || &*pod.namespace == "u" {
        pod.namespace_labels.insert("team".into(), "red".into());
    }
    if rng.chance(4) {
        pod.account = "robot".into();
    }
    if rng.chance(3) {
        pod.ports.insert("web".into(), BTreeSet::from([port]));
    }
    let host = 1 + rng.below(200) as u8;
    pod.address = Some(std::net::IpAddr::from([10, 244, 1, host]));
    pod
}

fn endpoint(rng: &mut Rng, port: (Protocol, u16)) -> Endpoint {
    let address = |text: &str| text.parse().ok();
    match rng.below(12) {
        0 => Endpoint::Node { address: address("10.10.3.4") },
        1 => Endpoint::ApiServer { address: address("10.10.0.10"), on_node: true },
        2 => Endpoint::Gateway { address: address("10.245.0.1") },
        3..=5 => {
            let addresses = [
                "10.1.2.3",
                "203.0.113.9",
                "203.0.113.200",
                "169.254.169.254",
                "198.51.100.7",
                "2001:db8::5",
                "fd00::1",
            ];
            let names = ["api.example.com", "www.example.com", "example.com", "other.test"];
            let address =
                rng.pick(&addresses).parse().unwrap_or_else(|_| unreachable!("the address is well formed"));
            Endpoint::External {
                address,
                names: rng.some(0, 2, |rng| Text::from(rng.pick(&names))).into_iter().collect(),
            }
        }
        _ => Endpoint::Pod(Arc::new(pod(rng, port))),
    }
}
