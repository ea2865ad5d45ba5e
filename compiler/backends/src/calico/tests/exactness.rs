//! On random policies and flows, the objects allow on each side what the reference consents to (amendment B1).

use std::collections::BTreeMap;
use std::sync::Arc;

use netpol_flow::{
    Endpoint, Flow, Operator, Pod, PortRange, Protocol, Relation, Requirement, Selector, Side, Verdict,
};
use netpol_model::{
    End, Guardrail, Layer, ModeKind, Namespaces, Pods, Policy, Port, Ports, Rule, RuleKind, Tenant, consent,
};

use super::super::lower::Calico;
use super::reader::allows;
use crate::Request;
use crate::testing::*;

/// Xorshift: the same numbers in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }

    fn of<T: Clone>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())].clone()
    }

    fn often(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }

    fn many<T>(&mut self, most: usize, mut make: impl FnMut(&mut Dice) -> T) -> Vec<T> {
        (0..self.below(most + 1)).map(|_| make(self)).collect()
    }
}

const DECLARED: [&str; 3] = ["dns", "pay", "shop"];
const EVERY: [&str; 5] = ["dns", "kube-system", "legacy", "pay", "shop"];

fn team(operator: Operator) -> Selector {
    let values = if matches!(operator, Operator::In | Operator::NotIn) { vec!["sre".into()] } else { vec![] };
    Selector {
        requirements: vec![Requirement {
            key: "team".into(),
            operator,
            values: values.into_iter().collect(),
        }],
    }
}

const OPERATORS: [Operator; 4] = [Operator::In, Operator::NotIn, Operator::Exists, Operator::DoesNotExist];

fn pods(dice: &mut Dice, names: &[&str]) -> End {
    let namespace = dice.of(names);
    let End::Pods(whole) = all(namespace) else { unreachable!() };
    match dice.below(5) {
        0 => End::Pods(whole),
        1 => End::pods(Pods { accounts: Some(["robot".into()].into()), name: None, ..Pods::clone(&whole) }),
        2 => {
            let selector = Selector {
                requirements: vec![Requirement {
                    key: "app".into(),
                    operator: dice.of(&OPERATORS[1..3]),
                    values: ["web".into()].into(),
                }],
            };
            let exists = selector.requirements[0].operator == Operator::Exists;
            let selector = if exists {
                Selector {
                    requirements: vec![Requirement {
                        values: Default::default(),
                        ..selector.requirements[0].clone()
                    }],
                }
            } else {
                selector
            };
            End::pods(Pods { selector, name: None, ..Pods::clone(&whole) })
        }
        _ => workload(namespace, dice.of(&["web", "api"])),
    }
}

fn end(dice: &mut Dice) -> End {
    let nets = |list: &[&str]| list.iter().map(|net| net.parse().unwrap()).collect();
    let any_pods = |namespaces| End::pods(Pods { namespaces, name: None, ..Pods::all_of("x") });
    match dice.below(14) {
        0 => any_pods(Namespaces::Every),
        1 => any_pods(Namespaces::Matching(team(dice.of(&OPERATORS)))),
        2 => End::Nodes,
        3 => End::ApiServer,
        4 => End::Gateway,
        5 => End::Addresses {
            blocks: nets(&["10.0.0.0/8", "2001:db8::/32"]),
            except: nets(&["10.50.0.0/16"]),
            name: None,
        },
        6 => End::Addresses {
            blocks: nets(&["169.254.169.254/32", "203.0.113.0/24"]),
            except: vec![],
            name: None,
        },
        7 => End::Internet,
        8 => End::Outside,
        9 => End::Any,
        _ => pods(dice, &EVERY),
    }
}

fn ports(dice: &mut Dice, quoted: bool) -> Ports {
    let range = |protocol, first, last| Port::Range(PortRange { protocol, first, last });
    match dice.below(if quoted { 6 } else { 5 }) {
        0 => Ports::Any,
        1 => Ports::Some(vec![range(Protocol::Tcp, 80, 80)]),
        2 => Ports::Some(vec![range(Protocol::Tcp, 9000, 9999), range(Protocol::Udp, 53, 53)]),
        3 => Ports::Some(vec![Port::Range(PortRange::every(Protocol::Sctp)), range(Protocol::Tcp, 53, 53)]),
        4 => Ports::Some(vec![Port::Range(PortRange::every(Protocol::Tcp))]),
        _ => Ports::Some(vec![Port::Named("metrics".into()), range(Protocol::Tcp, 443, 443)]),
    }
}

fn dated(dice: &mut Dice, rule: Rule) -> Rule {
    let until = if dice.often(8) { "2026-11-20".parse().ok() } else { None };
    Rule { until, log: dice.often(5), ..rule }
}

fn own_rule(dice: &mut Dice, namespace: &str, quoted: bool) -> Rule {
    let subjects = vec![pods(dice, &[namespace])];
    let peers = (0..=dice.below(2)).map(|_| end(dice)).collect();
    let ports = ports(dice, quoted);
    let rule = if dice.often(2) {
        rule(1, RuleKind::Egress, subjects, peers, ports)
    } else {
        rule(1, RuleKind::Ingress, peers, subjects, ports)
    };
    let layer = if dice.often(4) { Layer::App("x".into()) } else { Layer::Namespace };
    dated(dice, Rule { layer, ..rule })
}

fn platform_rule(dice: &mut Dice, relative: bool, quoted: bool) -> Rule {
    let from = vec![end(dice)];
    let to = if relative && dice.often(3) { vec![End::OtherTenants] } else { vec![end(dice), end(dice)] };
    let made = rule(2, RuleKind::Arrow, from, to, ports(dice, quoted));
    dated(dice, made)
}

fn random_policy(dice: &mut Dice) -> Policy {
    let namespaces = DECLARED.map(|name| {
        let mut namespace = namespace(name, &["web", "api"], dice.many(4, |dice| own_rule(dice, name, true)));
        namespace.mode.kind = dice.of(&[
            ModeKind::Enforce,
            ModeKind::Enforce,
            ModeKind::Enforce,
            ModeKind::IngressOnly,
            ModeKind::EgressOnly,
            ModeKind::Audit,
        ]);
        namespace.fence = dice.many(2, |dice| own_rule(dice, name, false));
        namespace.fence_exceptions = dice.many(1, |dice| own_rule(dice, name, true));
        namespace.external = dice.often(9);
        if dice.often(2) {
            namespace.waived.insert("base".into());
        }
        namespace
    });
    let mut policy = policy(namespaces.into());
    policy.cluster.gateway = vec!["192.168.7.7/32".parse().unwrap()];
    policy.cluster.apiserver = vec!["10.10.0.10/32".parse().unwrap(), "198.51.100.4/32".parse().unwrap()];
    policy.cluster.undeclared_closed = dice.often(2);
    policy.cluster.system.insert("calico-system".into());
    for (name, namespaces) in [("blue", vec!["shop", "legacy"]), ("red", vec!["pay"])] {
        let namespaces = namespaces.into_iter().map(Into::into).collect();
        policy.tenants.insert(name.into(), Tenant { namespaces, matching: vec![], owner: None });
    }
    if dice.often(3) {
        let green =
            Tenant { namespaces: Default::default(), matching: vec![team(Operator::In)], owner: None };
        policy.tenants.insert("green".into(), green);
    }
    policy.guardrails = (0..dice.below(4))
        .map(|at| {
            let denies = dice.many(2, |dice| platform_rule(dice, true, false));
            let exceptions = dice.many(1, |dice| platform_rule(dice, true, true));
            let allows = dice.many(1, |dice| platform_rule(dice, false, true));
            Guardrail { audit: dice.often(5), ..guardrail(&format!("g{at}"), denies, exceptions, allows) }
        })
        .collect();
    let copies =
        DECLARED.iter().map(|name| (*name, dice.many(1, |dice| own_rule(dice, name, true)))).collect();
    policy.baseline = vec![baseline("base", copies)];
    policy
}

fn endpoints() -> Vec<Endpoint> {
    let mut out = Vec::new();
    for (at, namespace) in EVERY.iter().enumerate() {
        for (number, app) in [None, Some("web"), Some("api")].into_iter().enumerate() {
            let mut pod = Pod::new(*namespace);
            pod.labels.extend(app.map(|app| ("app".into(), app.into())));
            pod.account = if number == at % 3 { "robot".into() } else { "default".into() };
            pod.namespace_labels
                .extend(["dns", "legacy"].contains(namespace).then(|| ("team".into(), "sre".into())));
            pod.namespace_labels.extend((*namespace == "shop").then(|| ("team".into(), "web".into())));
            if number > 0 {
                pod.ports
                    .insert("metrics".into(), [(Protocol::Tcp, if number == 1 { 9090 } else { 53 })].into());
            }
            pod.address = format!("10.244.{at}.{number}").parse().ok();
            out.push(Endpoint::Pod(Arc::new(pod)));
        }
    }
    let address = |text: &str| text.parse().ok();
    out.extend([
        Endpoint::Node { address: address("10.10.3.3") },
        Endpoint::ApiServer { address: address("10.10.0.10"), on_node: true },
        Endpoint::ApiServer { address: address("198.51.100.4"), on_node: false },
        Endpoint::Gateway { address: address("192.168.7.7") },
    ]);
    for outside in
        ["203.0.113.7", "10.50.0.1", "10.60.0.1", "169.254.169.254", "8.8.8.8", "2001:db8::1", "fd00::1"]
    {
        out.push(Endpoint::External { address: outside.parse().unwrap(), names: Default::default() });
    }
    out
}

fn random_flow(dice: &mut Dice, endpoints: &[Endpoint]) -> Flow {
    let (source, destination) = (dice.of(endpoints), dice.of(endpoints));
    let node = |end: &Endpoint| matches!(end, Endpoint::Node { .. });
    let relation = match (source == destination, node(&source) || node(&destination)) {
        (true, _) if source.pod().is_some() => Relation::Itself,
        (_, true) if dice.often(2) => Relation::OwnNode,
        (true | false, _) => Relation::Apart,
    };
    let (protocol, port) = dice.of(&[
        (Protocol::Tcp, 80),
        (Protocol::Tcp, 53),
        (Protocol::Tcp, 443),
        (Protocol::Tcp, 9090),
        (Protocol::Udp, 53),
        (Protocol::Sctp, 5000),
    ]);
    Flow { source, destination, relation, protocol, port, request: None }
}

#[test]
fn the_objects_mean_what_the_reference_says() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let (endpoints, settings) = (endpoints(), BTreeMap::new());
    let mut allowed = 0;
    for _ in 0..200 {
        let policy = random_policy(&mut dice);
        let request = Request { policy: &policy, as_of: today(), settings: &settings };
        let (lowering, mut objects) = Calico::of(&request);
        objects.extend(policy.namespaces.keys().filter_map(|name| lowering.objects(name)).flatten());
        let diagnostics = lowering.into_diagnostics();
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        for _ in 0..400 {
            let flow = random_flow(&mut dice, &endpoints);
            for side in Side::BOTH {
                let expected = consent(&policy, &flow, side, today());
                let found = allows(&objects, &flow, side);
                allowed += usize::from(found);
                assert_eq!(
                    found,
                    expected.verdict == Verdict::Allow,
                    "{} of {flow} ({:?}), step {:?}, rule {:?}\n{:#?}",
                    side.word(),
                    flow.relation,
                    expected.step,
                    expected.rule,
                    objects.iter().map(|o| (o.kind, &o.namespace, &o.name)).collect::<Vec<_>>()
                );
            }
        }
    }
    assert!((20_000..140_000).contains(&allowed), "{allowed}");
}
