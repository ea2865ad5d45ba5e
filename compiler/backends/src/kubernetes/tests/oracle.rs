//! Random small programs: on every flow and side, the objects answer as the reference does.
//!
//! The reading of NetworkPolicy here follows the API's documentation: isolation by being selected, allows that add up,
//! address blocks that match whatever has the address.

use std::collections::BTreeSet;
use std::sync::Arc;

use netpol_diagnostics::Severity;
use netpol_flow::{
    Endpoint, Family, Flow, IpNet, Labels, Pod, PortRange, Protocol, Relation, Selector, Side, Text, Verdict,
    family_of,
};
use netpol_model::{
    End, Layer, ModeKind, Namespaces, Pods, Policy, Port, Ports, Rule, RuleKind, Step, Tenant, consent,
};

use super::rule;
use crate::Request;
use crate::kubernetes::lower::Kubernetes;
use crate::object::Object;
use crate::testing::{baseline, guardrail, namespace, policy, today};
use crate::yaml::Yaml;

/// A small generator of numbers (an LCG), so that every run sees the same programs.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit
    }

    fn of<T: Clone>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())].clone()
    }
}

const NAMESPACES: [&str; 4] = ["shop", "pay", "legacy", "kube-system"];

fn pods(dice: &mut Dice, own: Option<&str>) -> End {
    let namespaces = match (own, dice.below(6)) {
        (Some(own), _) => Namespaces::Named([own.into()].into()),
        (None, 0) => Namespaces::Every,
        (None, 1) => Namespaces::Matching(Selector::is("team", "sre")),
        (None, 2) => Namespaces::Named(["shop".into(), dice.of(&NAMESPACES).into()].into()),
        (None, _) => Namespaces::Named([dice.of(&NAMESPACES).into()].into()),
    };
    let selector = match dice.below(4) {
        0 => Selector::is("app", "web"),
        1 => Selector::is("app", "api"),
        _ => Selector::default(),
    };
    End::pods(Pods { namespaces, selector, accounts: None, name: None })
}

fn edge(dice: &mut Dice) -> End {
    let net = |text: &str| End::Addresses { blocks: vec![text.parse().unwrap()], except: vec![], name: None };
    match dice.below(9) {
        0 => End::Any,
        1 => End::Nodes,
        2 => End::ApiServer,
        3 => End::Gateway,
        4 => End::Internet,
        5 => End::Outside,
        6 => net("10.0.0.0/8"),
        7 => net("169.254.169.254/32"),
        _ => net("2001:db8::/32"),
    }
}

fn ports(dice: &mut Dice) -> Ports {
    let tcp = |first, last| Port::Range(PortRange { protocol: Protocol::Tcp, first, last });
    match dice.below(8) {
        0 | 1 => Ports::Any,
        2 => Ports::Some(vec![Port::Named("metrics".into())]),
        3 => Ports::Some(vec![Port::Range(PortRange::every(Protocol::Udp)), tcp(443, 443)]),
        4 => Ports::Some(vec![tcp(80, 443)]),
        _ => Ports::Some(vec![tcp(80, 80)]),
    }
}

/// A rule between pods, or between pods and the edge; `own` authors it.
fn some_rule(dice: &mut Dice, own: Option<&str>) -> Rule {
    let (mine, ports) = (pods(dice, own), ports(dice));
    let line = dice.below(1000) as u32;
    match dice.below(4) {
        0 => rule(line, RuleKind::Arrow, vec![mine], vec![pods(dice, None)], ports),
        1 => rule(line, RuleKind::Expose, vec![pods(dice, None)], vec![mine], ports),
        2 => rule(line, RuleKind::Egress, vec![mine], vec![edge(dice)], ports),
        _ => rule(line, RuleKind::Ingress, vec![edge(dice), pods(dice, None)], vec![mine], ports),
    }
}

fn some_rules(dice: &mut Dice, own: Option<&str>, most: usize) -> Vec<Rule> {
    (0..dice.below(most + 1)).map(|_| some_rule(dice, own)).collect()
}

fn some_policy(dice: &mut Dice) -> Policy {
    let mut namespaces = Vec::new();
    for name in ["shop", "pay"] {
        let mut namespace = namespace(name, &["web", "api"], some_rules(dice, Some(name), 3));
        let fence = some_rules(dice, Some(name), 1);
        if dice.below(3) == 0 {
            namespace.fence = fence.into_iter().map(|rule| Rule { layer: Layer::Fence, ..rule }).collect();
            namespace.fence_exceptions = some_rules(dice, Some(name), 1);
        }
        let kinds = [
            ModeKind::Enforce,
            ModeKind::Enforce,
            ModeKind::IngressOnly,
            ModeKind::EgressOnly,
            ModeKind::Audit,
        ];
        namespace.mode.kind = dice.of(&kinds);
        namespaces.push(namespace);
    }
    let mut policy = policy(namespaces);
    policy.cluster.gateway = vec!["10.10.0.20/32".parse().unwrap()];
    if dice.below(2) == 0 {
        // A deny of pods by name, which isolated namespaces can enforce.
        let own = ["shop", "pay"][dice.below(2)];
        let mut denies: Vec<Rule> = some_rules(dice, Some(own), 2);
        if dice.below(2) == 0 {
            let tenant = |names: &[&str]| Tenant {
                namespaces: names.iter().map(|name| Text::from(*name)).collect(),
                matching: vec![],
                owner: None,
            };
            policy.tenants =
                [("retail".into(), tenant(&["shop"])), ("money".into(), tenant(&["pay", "legacy"]))].into();
            denies.push(rule(
                9,
                RuleKind::Arrow,
                vec![pods(dice, Some(own))],
                vec![End::OtherTenants],
                ports(dice),
            ));
        }
        policy.guardrails =
            vec![guardrail("g", denies, some_rules(dice, None, 1), some_rules(dice, None, 1))];
    }
    if dice.below(3) == 0 {
        let rules = some_rules(dice, Some("shop"), 2);
        policy.baseline = vec![baseline("b", vec![("shop", rules)])];
    }
    policy
}

fn endpoints(team_of: &dyn Fn(&str) -> bool) -> Vec<Endpoint> {
    let mut out = Vec::new();
    for (at, name) in NAMESPACES.iter().enumerate() {
        for (app, app_name) in [None, Some("web"), Some("api")].into_iter().enumerate() {
            let mut pod = Pod::new(*name);
            pod.labels.extend(app_name.map(|app| ("app".into(), app.into())));
            if team_of(name) {
                pod.namespace_labels.insert("team".into(), "sre".into());
            }
            let number = if app == 1 { 80 } else { 9090 };
            pod.ports.insert("metrics".into(), [(Protocol::Tcp, number)].into());
            pod.address = format!("10.244.{at}.{}", app + 1).parse().ok();
            out.push(Endpoint::Pod(Arc::new(pod)));
        }
    }
    let address = |text: &str| Some(text.parse().unwrap());
    out.push(Endpoint::Node { address: address("10.10.0.5") });
    out.push(Endpoint::ApiServer { address: address("10.10.0.10"), on_node: true });
    out.push(Endpoint::Gateway { address: address("10.10.0.20") });
    for text in ["169.254.169.254", "10.20.0.1", "8.8.8.8", "192.168.1.1", "2001:db8::1", "2606:4700::1"] {
        out.push(Endpoint::External { address: text.parse().unwrap(), names: BTreeSet::new() });
    }
    out
}

fn get<'y>(value: &'y Yaml, key: &str) -> Option<&'y Yaml> {
    match value {
        Yaml::Map(entries) => entries.iter().find(|(known, _)| **known == *key).map(|(_, value)| value),
        Yaml::Item(item) => get(item.value(), key),
        Yaml::Shared(shared) => get(shared.map(), key),
        _ => None,
    }
}

fn items(value: Option<&Yaml>) -> &[Yaml] {
    match value {
        Some(Yaml::List(items)) => {
            assert!(!items.is_empty(), "an empty list is printed");
            items
        }
        _ => &[],
    }
}

fn string(value: Option<&Yaml>) -> &str {
    match value {
        Some(Yaml::Text(text)) => text,
        other => panic!("no text: {other:?}"),
    }
}

fn selects(selector: &Yaml, labels: &Labels) -> bool {
    let value = |key: &str| labels.get(key).map(|value| &**value);
    let equal = match get(selector, "matchLabels") {
        Some(Yaml::Map(entries)) => entries.iter().all(|(key, want)| value(key) == Some(string(Some(want)))),
        _ => true,
    };
    equal
        && items(get(selector, "matchExpressions")).iter().all(|expression| {
            let value = value(string(get(expression, "key")));
            let listed =
                || items(get(expression, "values")).iter().any(|item| Some(string(Some(item))) == value);
            match string(get(expression, "operator")) {
                "In" => listed(),
                "NotIn" => !listed(),
                "Exists" => value.is_some(),
                _ => value.is_none(),
            }
        })
}

fn block_has(block: &Yaml, endpoint: &Endpoint) -> bool {
    let net = |value: &Yaml| string(Some(value)).parse::<IpNet>().unwrap();
    let (Some(cidr), Some(address)) = (get(block, "cidr").map(net), endpoint.address()) else { return false };
    let except: Vec<IpNet> = items(get(block, "except")).iter().map(net).collect();
    assert!(except.iter().all(|inner| cidr.contains(inner) && inner.prefix_len() > cidr.prefix_len()));
    assert!(
        except.iter().all(|inner| family_of(inner) == family_of(&cidr) || family_of(&cidr) == Family::V4)
    );
    cidr.contains(&address) && !except.iter().any(|inner| inner.contains(&address))
}

fn peer_has(peer: &Yaml, here: &str, endpoint: &Endpoint) -> bool {
    if let Some(block) = get(peer, "ipBlock") {
        return block_has(block, endpoint);
    }
    let Some(pod) = endpoint.pod() else { return false };
    let mut labels = pod.namespace_labels.clone();
    labels.insert(netpol_flow::NAMESPACE_NAME_LABEL.into(), pod.namespace.clone());
    let in_namespace =
        get(peer, "namespaceSelector").map_or(&*pod.namespace == here, |it| selects(it, &labels));
    in_namespace && get(peer, "podSelector").is_none_or(|it| selects(it, &pod.labels))
}

fn port_has(port: &Yaml, flow: &Flow) -> bool {
    let number = |key| match get(port, key) {
        Some(Yaml::Number(number)) => Some(*number as u16),
        _ => None,
    };
    let fits = match (get(port, "port"), number("port"), number("endPort")) {
        (None, ..) => true,
        (_, Some(first), last) => (first..=last.unwrap_or(first)).contains(&flow.port),
        (name, None, _) => {
            flow.destination.pod().is_some_and(|pod| pod.declares(string(name), flow.protocol, flow.port))
        }
    };
    fits && string(get(port, "protocol")) == flow.protocol.name()
}

/// What the objects answer for a side whose end is a pod.
fn answers(objects: &[Object], flow: &Flow, side: Side) -> bool {
    let pod = flow.subject(side).pod().unwrap();
    let (word, rules, peers) =
        if side == Side::Egress { ("Egress", "egress", "to") } else { ("Ingress", "ingress", "from") };
    let mine = objects.iter().filter(|object| object.namespace.as_ref() == Some(&pod.namespace));
    let mut isolated = false;
    for spec in mine.map(|object| &object.spec) {
        let types: Vec<&str> =
            items(get(spec, "policyTypes")).iter().map(|word| string(Some(word))).collect();
        assert!(!types.is_empty() && (get(spec, rules).is_none() || types.contains(&word)));
        if !types.contains(&word) || !selects(get(spec, "podSelector").unwrap(), &pod.labels) {
            continue;
        }
        isolated = true;
        let allows = |rule: &Yaml| {
            let (peers, ports) = (items(get(rule, peers)), items(get(rule, "ports")));
            (peers.is_empty() || peers.iter().any(|peer| peer_has(peer, &pod.namespace, flow.peer(side))))
                && (ports.is_empty() || ports.iter().any(|port| port_has(port, flow)))
        };
        if items(get(spec, rules)).iter().any(allows) {
            return true;
        }
    }
    !isolated
}

/// Whether the objects answer as the reference; a guardrail deny may be left to the other end's pod (amendment B1).
fn agrees(policy: &Policy, objects: &[Object], flow: &Flow, side: Side) -> bool {
    let law = consent(policy, flow, side, today());
    let answer = answers(objects, flow, side);
    let other = if side == Side::Egress { Side::Ingress } else { Side::Egress };
    let discharged = law.step == Step::GuardrailDeny
        && flow.subject(other).pod().is_some()
        && !answers(objects, flow, other);
    (law.verdict == Verdict::Allow) == answer || law.step == Step::Fixed || (answer && discharged)
}

#[test]
fn the_objects_answer_as_the_reference_does() {
    let mut dice = Dice(7);
    let (mut built, mut refused) = (0, std::collections::BTreeMap::<u16, usize>::new());
    for round in 0..500 {
        let policy = some_policy(&mut dice);
        let settings = Default::default();
        let request = Request { policy: &policy, as_of: today(), settings: &settings };
        let lowering = Kubernetes::of(&request);
        let each = policy.namespaces.keys().filter_map(|name| lowering.lower(name, |objects| objects));
        let objects = each.collect::<Vec<_>>().concat();
        let findings = lowering.into_findings().into_list();
        if findings.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
            for diagnostic in findings {
                *refused.entry(diagnostic.code.0).or_default() += 1;
            }
            continue;
        }
        built += 1;
        let names: BTreeSet<(Option<Text>, String)> =
            objects.iter().map(|o| (o.namespace.clone(), o.name.clone())).collect();
        assert_eq!(names.len(), objects.len(), "names are unique");
        let labelled = dice.of(&NAMESPACES);
        let endpoints = endpoints(&|name| name == labelled);
        for source in &endpoints {
            for destination in &endpoints {
                for (protocol, port) in
                    [(Protocol::Tcp, 80), (Protocol::Tcp, 443), (Protocol::Tcp, 9090), (Protocol::Udp, 53)]
                {
                    let flow = Flow {
                        source: source.clone(),
                        destination: destination.clone(),
                        relation: Relation::Apart,
                        protocol,
                        port,
                        request: None,
                    };
                    for side in Side::BOTH {
                        if flow.subject(side).pod().is_some() {
                            assert!(
                                agrees(&policy, &objects, &flow, side),
                                "round {round}, {} side of {flow}: {:?}\n{policy:#?}\n{objects:#?}",
                                side.word(),
                                consent(&policy, &flow, side, today()).step
                            );
                        }
                    }
                }
            }
        }
    }
    assert!(built > 100, "{built} built, refused {refused:?}");
}
