//! The lints against the reference.
//!
//! NP0405 and NP0406: an arrow raises neither exactly if every flow of it that the source's side consents to is
//! consented to by the destination's. NP0410 and NP0411: without the lines found, every answer is the same. NP0407 and
//! NP0412: no flow of the line passes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use netpol_flow::{
    Endpoint, Flow, HttpMatch, PathMatch, Pod, Protocol, Relation, Request, Side, Text, Verdict,
};
use netpol_model::{
    End, Guardrail, ModeKind, Namespace, Namespaces, Policy, Port, Ports, Rule, RuleKind, consent,
};
use proptest::prelude::*;

use crate::flows::testing::{
    all, baseline, guardrail, in_mode, namespace, policy, rule, span, tcp, today, workload,
};

const OTHERS: [&str; 3] = ["b", "c", "d"];

fn ends_of(name: &'static str) -> BoxedStrategy<Vec<End>> {
    let one = prop_oneof![
        2 => Just(vec![all(name)]),
        3 => Just(vec![workload(name, "x")]),
        3 => Just(vec![workload(name, "y")]),
        1 => Just(vec![workload(name, "x"), workload(name, "y")]),
    ];
    one.boxed()
}

fn ports() -> impl Strategy<Value = Ports> {
    prop_oneof![
        2 => Just(Ports::Any),
        4 => Just(tcp(&[80])),
        3 => Just(tcp(&[80, 443])),
        1 => Just(Ports::Some(vec![Port::Named("m".into())])),
        1 => Just(Ports::Some(vec![Port::Named("m".into()), tcp_range()])),
    ]
}

fn tcp_range() -> Port {
    Port::Range(netpol_flow::PortRange { protocol: Protocol::Tcp, first: 1, last: 100 })
}

fn only() -> impl Strategy<Value = Option<Vec<HttpMatch>>> {
    let get = HttpMatch { method: Some("GET".into()), path: PathMatch::Prefix("/a".into()) };
    let all = HttpMatch { method: None, path: PathMatch::Prefix("/".into()) };
    prop_oneof![8 => Just(None), 1 => Just(Some(vec![get])), 1 => Just(Some(vec![all]))]
}

fn until() -> impl Strategy<Value = Option<netpol_flow::Date>> {
    prop_oneof![8 => Just(None), 1 => Just("2020-01-01".parse().ok()), 1 => Just("2030-01-01".parse().ok())]
}

fn with_clauses(kind: RuleKind, from: Vec<End>, to: Vec<End>) -> impl Strategy<Value = Rule> {
    (ports(), only(), until()).prop_map(move |(ports, only, until)| Rule {
        only,
        until,
        ..rule(1, kind, &from, &to, ports)
    })
}

/// A rule from pods of `a` to pods of another namespace, or to a set of them.
fn crossing(kind: RuleKind) -> BoxedStrategy<Rule> {
    (ends_of("a"), prop::sample::select(OTHERS.to_vec()))
        .prop_flat_map(|(from, other)| (Just(from), ends_of(other)))
        .prop_flat_map(move |(from, to)| with_clauses(kind, from, to))
        .boxed()
}

fn consenting(name: &'static str) -> BoxedStrategy<Rule> {
    let any = ends_of(name).prop_flat_map(|to| with_clauses(RuleKind::Ingress, vec![End::Any], to));
    let exposed =
        (ends_of("a"), ends_of(name)).prop_flat_map(|(from, to)| with_clauses(RuleKind::Expose, from, to));
    let every = ends_of(name).prop_flat_map(|to| {
        let everyone = crate::flows::testing::open("pods", &[]);
        with_clauses(RuleKind::Expose, vec![everyone], to)
    });
    prop_oneof![1 => any, 6 => exposed, 1 => every].boxed()
}

fn other(name: &'static str) -> BoxedStrategy<Option<Namespace>> {
    let mode = prop_oneof![
        5 => Just(ModeKind::Enforce),
        1 => Just(ModeKind::Audit),
        1 => Just(ModeKind::IngressOnly),
        1 => Just(ModeKind::EgressOnly),
    ];
    let rules = prop::collection::vec(consenting(name), 0..4);
    let fence = prop::collection::vec(consenting(name), 0..2);
    let kinds = (prop::bool::weighted(0.9), prop::bool::weighted(0.2), prop::bool::weighted(0.2));
    (mode, rules, fence, prop::collection::vec(consenting(name), 0..2), kinds)
        .prop_map(move |(mode, rules, fence, fence_exceptions, (declared, external, waives))| {
            let plain = in_mode(namespace(name, &["x", "y"], rules), mode);
            let mut other = Namespace { external, fence, fence_exceptions, ..plain };
            if waives {
                other.waived.insert("p/open".into());
            }
            declared.then_some(other)
        })
        .boxed()
}

fn policies() -> impl Strategy<Value = Policy> {
    let arrows = prop::collection::vec(crossing(RuleKind::Arrow), 1..4);
    let own_fence = prop::collection::vec(crossing(RuleKind::Arrow), 0..2);
    let mode = prop_oneof![4 => Just(ModeKind::Enforce), 1 => Just(ModeKind::Audit), 1 => Just(ModeKind::IngressOnly)];
    let bounds = (
        prop::collection::vec(crossing(RuleKind::Arrow), 0..2),
        prop::collection::vec(crossing(RuleKind::Arrow), 0..2),
        prop::collection::vec(crossing(RuleKind::Arrow), 0..2),
        any::<bool>(),
    );
    let shared = (prop::option::of(crossing(RuleKind::Arrow)), prop::option::of(consenting("b")));
    let others = (other("b"), other("c"), other("d"));
    (arrows, own_fence, mode, bounds, shared, others, any::<bool>()).prop_map(
        |(arrows, fence, mode, (denies, exceptions, allows, audit), (ours, theirs), (b, c, d), closed)| {
            let place = |(line, rule): (usize, Rule)| {
                let line = line as u32 + 10;
                Rule {
                    origin: Arc::new(netpol_model::Origin { span: span(line), ..(*rule.origin).clone() }),
                    ..rule
                }
            };
            let rules = arrows.into_iter().enumerate().map(place).collect();
            let own = Namespace { fence, ..in_mode(namespace("a", &["x", "y"], rules), mode) };
            let mut policy = policy([Some(own), b, c, d].into_iter().flatten().collect());
            let plain = |rule: Rule| Rule { only: None, ..rule };
            let denies = denies.into_iter().map(plain).collect();
            let exceptions = exceptions.into_iter().map(plain).collect();
            policy.guardrails = vec![Guardrail { audit, ..guardrail(denies, exceptions, allows) }];
            let copies = [ours.map(|rule| ("a", vec![rule])), theirs.map(|rule| ("b", vec![rule]))];
            policy.baseline = vec![baseline("p/open", copies.into_iter().flatten().collect())];
            policy.cluster.undeclared_closed = closed;
            policy
        },
    )
}

fn pods(name: &str) -> Vec<Pod> {
    let labelled = ["x", "y", "z"].map(|app| {
        let labels = BTreeMap::from([(Text::from("app"), Text::from(app))]);
        Pod { labels, ..Pod::new(name) }
    });
    let mut pods: Vec<Pod> = labelled.into_iter().chain([Pod::new(name)]).collect();
    let named: Vec<Pod> = pods
        .iter()
        .map(|pod| {
            let numbers = [80, 443, 9999].map(|port| (Protocol::Tcp, port));
            Pod { ports: BTreeMap::from([("m".into(), BTreeSet::from(numbers))]), ..pod.clone() }
        })
        .collect();
    pods.extend(named);
    pods
}

/// Every kind of flow from `a` to a namespace.
fn samples(other: &str) -> Vec<Flow> {
    let request = |method: &str, path: &str| Some(Request { method: method.into(), path: path.into() });
    let requests = [None, request("GET", "/a/b"), request("GET", "/z"), request("PUT", "/a")];
    let mut flows = Vec::new();
    for source in pods("a").into_iter().take(4) {
        for destination in pods(other) {
            for (protocol, port) in
                [80, 443, 9999, 7].map(|p| (Protocol::Tcp, p)).into_iter().chain([(Protocol::Udp, 80)])
            {
                flows.extend(requests.iter().map(|request| Flow {
                    source: Endpoint::Pod(Arc::new(source.clone())),
                    destination: Endpoint::Pod(Arc::new(destination.clone())),
                    relation: Relation::Apart,
                    protocol,
                    port,
                    request: request.clone(),
                }));
            }
        }
    }
    flows
}

fn is_refused(policy: &Policy, arrow: &Rule) -> bool {
    let alone = Policy {
        namespaces: BTreeMap::from([("a".into(), namespace("a", &[], vec![arrow.clone()]))]),
        guardrails: vec![],
        baseline: vec![],
        ..policy.clone()
    };
    let End::Pods(to) = &arrow.to[0] else { unreachable!() };
    let Namespaces::Named(names) = &to.namespaces else { unreachable!() };
    samples(names.first().unwrap()).iter().any(|flow| {
        let speaks = consent(&alone, flow, Side::Egress, today()).verdict == Verdict::Allow;
        let passes = |side| consent(policy, flow, side, today()).verdict == Verdict::Allow;
        speaks && passes(Side::Egress) && !passes(Side::Ingress)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_arrow_is_refused_exactly_if_the_reference_refuses_a_flow_of_it(policy in policies()) {
        let found = crate::flows::check(&policy, today());
        let raised: BTreeSet<_> = found
            .iter()
            .filter(|d| matches!(d.code.0, 405 | 406))
            .filter_map(|d| d.primary.as_ref().map(|label| label.span))
            .collect();
        // An external namespace answers as if it were built here.
        let mut built = policy.clone();
        built.namespaces.values_mut().for_each(|namespace| namespace.external = false);
        for arrow in &policy.namespaces["a"].rules {
            let refused = is_refused(&built, arrow);
            prop_assert_eq!(raised.contains(&arrow.origin.span), refused, "{:#?}", arrow);
        }
        for diagnostic in found.iter().filter(|d| matches!(d.code.0, 405 | 406)) {
            prop_assert!(diagnostic.witness.is_some());
        }
    }
}

/// Rules of namespace `a` on lines of their own, two of them on one line now and then.
fn crowded() -> impl Strategy<Value = Vec<Rule>> {
    let inside = (ends_of("a"), ends_of("a"));
    let inside = inside.prop_flat_map(|(from, to)| with_clauses(RuleKind::Arrow, from, to));
    let out = ends_of("a").prop_flat_map(|from| with_clauses(RuleKind::Egress, from, vec![End::Any]));
    let one = prop_oneof![6 => inside, 3 => crossing(RuleKind::Arrow), 1 => out];
    let line = (
        one,
        any::<bool>(),
        prop::bool::weighted(0.15),
        prop::bool::weighted(0.1),
        prop::bool::weighted(0.1),
    );
    prop::collection::vec(line, 2..9).prop_map(|lines| {
        let mut at = 10;
        let mut rules = Vec::new();
        for (mut rule, on_egress, in_app, logs, joins) in lines {
            at += u32::from(!joins);
            rule.log = logs;
            if rule.only.is_some() {
                rule.only_side = if on_egress { Side::Egress } else { Side::Ingress };
            }
            if in_app {
                rule.layer = netpol_model::Layer::App("one".into());
            }
            rule.origin = Arc::new(netpol_model::Origin { span: span(at), ..(*rule.origin).clone() });
            rules.push(rule);
        }
        rules
    })
}

fn places(policy: &Policy, codes: &[u16]) -> BTreeSet<netpol_diagnostics::Span> {
    let found = crate::flows::check(policy, today()).into_iter().filter(|d| codes.contains(&d.code.0));
    found.filter_map(|d| d.primary.map(|label| label.span)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn lines_that_add_nothing_can_go_together(rules in crowded()) {
        let before = policy(vec![namespace("a", &["x", "y"], rules)]);
        let superfluous = places(&before, &[410, 411]);
        let later = "2035-01-01".parse().unwrap();
        let mut after = before.clone();
        let namespace = after.namespaces.get_mut("a").unwrap();
        namespace.rules.retain(|rule| !superfluous.contains(&rule.origin.span));
        for flow in ["a", "b"].into_iter().flat_map(samples).filter(|_| !superfluous.is_empty()) {
            for (side, day) in [(Side::Egress, today()), (Side::Ingress, today()), (Side::Egress, later)] {
                let answer = |policy| consent(policy, &flow, side, day).verdict;
                prop_assert_eq!(answer(&before), answer(&after), "{} {:?} {}", flow, side, day);
            }
        }
    }

    #[test]
    fn an_unused_exposure_lets_nothing_pass(
        rules in crowded(),
        exposed in (ends_of("a"), ends_of("b")).prop_flat_map(|(from, to)| with_clauses(RuleKind::Expose, from, to)),
    ) {
        let policy = policy(vec![namespace("a", &["x", "y"], rules), namespace("b", &["x", "y"], vec![exposed])]);
        let unused = !places(&policy, &[407]).is_empty();
        let passes = |flow: &Flow| Side::BOTH.iter().all(|side| consent(&policy, flow, *side, today()).verdict == Verdict::Allow);
        if unused {
            prop_assert!(!samples("b").iter().any(passes));
        }
    }

    #[test]
    fn an_open_set_that_nobody_is_heard_in_lets_nothing_pass(
        from in ends_of("a"),
        ports in ports(),
        exposed in prop::collection::vec(consenting("b"), 0..3),
        more in prop::collection::vec(consenting("c"), 0..2),
    ) {
        let to = crate::flows::testing::open("tenants", &["a", "b", "c"]);
        let asked = rule(10, RuleKind::Arrow, &from, &[to], ports);
        let policy = policy(vec![
            namespace("a", &["x", "y"], vec![asked]),
            namespace("b", &["x", "y"], exposed),
            namespace("c", &["x", "y"], more),
        ]);
        let dead = !places(&policy, &[412]).is_empty();
        let passes = |flow: &Flow| Side::BOTH.iter().all(|side| consent(&policy, flow, *side, today()).verdict == Verdict::Allow);
        prop_assert_eq!(dead, !["b", "c"].into_iter().flat_map(samples).any(|flow| passes(&flow)));
    }
}
