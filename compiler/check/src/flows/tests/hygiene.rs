//! NP0313, NP0410, NP0411, NP0413, NP0414, NP0416: lines that say too little or too much.

use std::collections::BTreeMap;

use netpol_flow::{PortRange, Protocol, Text};
use netpol_model::{End, Layer, ModeKind, Namespace, Policy, Port, Ports, Rule, RuleKind};

use crate::flows::testing::{
    all, applied, arrow, baseline, because, dns, domain, guardrail, in_mode, namespace, net, only, policy,
    rule, said, shown, span, tcp, today, workload,
};
use crate::flows::{Facts, check_with};

fn shop(rules: Vec<Rule>) -> Policy {
    policy(vec![namespace("shop", &["web", "api", "db"], rules)])
}

fn calls(line: u32, from: &str, to: &str, ports: &[u16]) -> Rule {
    arrow(line, workload("shop", from), workload("shop", to), tcp(ports))
}

fn everywhere(line: u32) -> Rule {
    arrow(line, all("shop"), all("shop"), Ports::Any)
}

fn is_silent(rules: Vec<Rule>) {
    let policy = shop(rules);
    let found = [said(&policy, 410), said(&policy, 411)].concat();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_line_written_twice_is_repeated() {
    let found = only(&shop(vec![calls(3, "web", "api", &[80]), calls(4, "web", "api", &[80])]), 410);
    let witness = "shop/{app=web} -> shop/{app=api}:80/TCP";
    assert_eq!(shown(&found), ("rule is repeated", "the same connections again", witness));
    assert_eq!(found.primary.as_ref().map(|label| label.span), Some(span(4)));
    assert_eq!(found.secondary[0].span, span(3));
    assert_eq!(found.helps[0].edits[0].span, span(4));
    is_silent(vec![calls(3, "web", "api", &[80]), calls(4, "web", "db", &[80])]);
}

#[test]
fn order_of_items_and_a_reason_do_not_hide_a_repetition() {
    let line = |at, from: &[End]| rule(at, RuleKind::Arrow, from, &[workload("shop", "db")], tcp(&[80, 443]));
    let (web, api) = (workload("shop", "web"), workload("shop", "api"));
    let mut second = because(line(4, &[api.clone(), web.clone()]), "they need it");
    second.ports = tcp(&[443, 80]);
    let found = only(&shop(vec![line(3, &[web, api]), second]), 410);
    assert!(found.helps[0].edits.is_empty(), "the clause would stay behind");
}

#[test]
fn a_line_inside_a_broader_one_adds_nothing() {
    let found = only(&shop(vec![calls(3, "web", "api", &[8080]), everywhere(4)]), 411);
    let witness = "shop/{app=web} -> shop/{app=api}:8080/TCP";
    assert_eq!(shown(&found), ("rule adds nothing", "every flow it allows is allowed already", witness));
    assert_eq!((found.secondary[0].span, &*found.secondary[0].text), (span(4), "allowed here"));
}

#[test]
fn a_reason_answers_a_redundant_line_unless_the_broader_one_gives_it_too() {
    is_silent(vec![because(calls(3, "web", "api", &[80]), "documented"), everywhere(4)]);
    let same = vec![because(calls(3, "web", "api", &[80]), "x"), because(everywhere(4), "x")];
    only(&shop(same), 411);
}

#[test]
fn several_lines_cover_one_together() {
    let both = |line, other: &str, ports: &[u16]| {
        let from = [workload("shop", "web"), workload("shop", other)];
        rule(line, RuleKind::Arrow, &from, &[workload("shop", "db")], tcp(ports))
    };
    let found = only(
        &shop(vec![calls(2, "web", "db", &[80, 81]), both(3, "api", &[80]), both(4, "job", &[81])]),
        411,
    );
    assert_eq!(found.primary.as_ref().map(|label| label.span), Some(span(2)));
    assert_eq!(found.secondary.iter().map(|label| label.span).collect::<Vec<_>>(), [span(3), span(4)]);
    is_silent(vec![calls(2, "web", "db", &[80, 81, 82]), both(3, "api", &[80]), both(4, "job", &[81])]);
}

#[test]
fn a_broader_line_beats_a_union_of_narrow_ones() {
    let both = [workload("shop", "web"), workload("shop", "api")];
    for line in [2, 9] {
        let wide = rule(line, RuleKind::Arrow, &both, &[workload("shop", "db")], tcp(&[80]));
        let found = said(&shop(vec![wide, calls(3, "web", "db", &[80]), calls(4, "api", "db", &[80])]), 411);
        let places: Vec<_> =
            found.iter().filter_map(|d| d.primary.as_ref()).map(|label| label.span).collect();
        assert_eq!(places, [span(3), span(4)]);
    }
}

#[test]
fn addresses_and_domains_are_covered_by_wider_ones() {
    let out = |line, to: End| rule(line, RuleKind::Egress, &[all("shop")], &[to], tcp(&[443]));
    only(&shop(vec![out(3, net(&["10.1.2.0/24"])), out(4, net(&["10.0.0.0/8"]))]), 411);
    only(&shop(vec![out(3, domain("api.example.com")), out(4, End::Outside)]), 411);
    let under = End::Domain(netpol_flow::DomainPattern::Under("example.com".into()));
    only(&shop(vec![out(3, domain("api.example.com")), out(4, under)]), 411);
    is_silent(vec![out(3, domain("api.example.com")), out(4, End::Internet)]);
    is_silent(vec![out(3, net(&["10.1.2.0/24"])), out(4, net(&["10.1.3.0/24"]))]);
}

#[test]
fn a_line_that_outlives_logs_or_filters_is_not_covered() {
    let until = |rule: Rule, day: &str| Rule { until: day.parse().ok(), ..rule };
    let line = |at| calls(at, "web", "api", &[80]);
    is_silent(vec![line(3), until(everywhere(4), "2027-01-01")]);
    only(&shop(vec![until(line(3), "2027-01-01"), line(4)]), 411);
    is_silent(vec![Rule { log: true, ..line(3) }, everywhere(4)]);
    let get = netpol_flow::HttpMatch { method: None, path: netpol_flow::PathMatch::Prefix("/".into()) };
    is_silent(vec![line(3), Rule { only: Some(vec![get.clone()]), ..everywhere(4) }]);
    only(&shop(vec![Rule { only: Some(vec![get]), ..line(3) }, everywhere(4)]), 411);
}

#[test]
fn an_app_is_measured_by_itself_and_its_namespace() {
    let of = |app: &str, rule: Rule| Rule { layer: Layer::App(app.into()), ..rule };
    is_silent(vec![of("a", calls(3, "web", "api", &[80])), of("b", calls(4, "web", "api", &[80]))]);
    only(&shop(vec![of("a", calls(3, "web", "api", &[80])), of("a", calls(4, "web", "api", &[80]))]), 410);
    let found = only(&shop(vec![of("a", calls(4, "web", "api", &[80])), calls(3, "web", "api", &[80])]), 411);
    assert_eq!(found.primary.as_ref().map(|label| label.span), Some(span(4)));
}

#[test]
fn an_apply_is_judged_as_a_whole() {
    let (first, second) = (calls(90, "web", "api", &[80]), calls(91, "api", "db", &[5432]));
    let apply = |line, rule: &Rule| applied(line, rule.clone());
    is_silent(vec![
        apply(3, &first),
        apply(4, &first),
        apply(4, &second),
        apply(3, &calls(92, "db", "web", &[1])),
    ]);
    let found = only(&shop(vec![apply(3, &first), apply(4, &first), apply(4, &second)]), 410);
    assert_eq!(found.primary.as_ref().map(|label| label.span), Some(span(3)));
    let written = only(&shop(vec![calls(2, "web", "api", &[80]), apply(4, &first), apply(4, &second)]), 410);
    assert_eq!(written.primary.as_ref().map(|label| label.span), Some(span(2)));
}

#[test]
fn destinations_with_ports_of_their_own_are_one_line() {
    let line = |to: &str, ports: &[u16]| calls(3, "web", to, ports);
    is_silent(
        vec![line("api", &[80]), line("db", &[81]), calls(4, "web", "api", &[80])]
            .into_iter()
            .take(2)
            .collect(),
    );
    let found = only(&shop(vec![line("api", &[80]), line("db", &[81]), calls(4, "web", "api", &[80])]), 410);
    assert_eq!(found.primary.as_ref().map(|label| label.span), Some(span(4)));
}

#[test]
fn a_line_of_two_namespaces_is_superfluous_only_in_both() {
    let of = |name: &str, more: Vec<Rule>| {
        let line = arrow(3, workload(name, "web"), workload(name, "api"), tcp(&[80]));
        namespace(name, &["web", "api"], [vec![line], more].concat())
    };
    let wide = |name: &str| arrow(9, all(name), all(name), Ports::Any);
    assert!(said(&policy(vec![of("one", vec![wide("one")]), of("two", vec![])]), 411).is_empty());
    only(&policy(vec![of("one", vec![wide("one")]), of("two", vec![wide("two")])]), 411);
}

fn to_api(line: u32) -> Rule {
    rule(line, RuleKind::Egress, &[workload("shop", "api")], &[domain("api.example.com")], tcp(&[443]))
}

fn resolves(line: u32, from: End) -> Rule {
    arrow(line, from, workload("kube-system", "coredns"), dns())
}

#[test]
fn names_need_a_path_to_resolution() {
    let found = only(&shop(vec![to_api(3)]), 413);
    let witness = "shop/{app=api} -> kube-system/{k8s-app=kube-dns}:53/UDP";
    assert_eq!(shown(&found), ("no path to name resolution in `shop`", "this needs names", witness));
    assert_eq!(found.helps[0].text, "add `apply k8s/dns`, with `use std/k8s` at the top");
    assert!(said(&shop(vec![to_api(3), resolves(4, all("shop"))]), 413).is_empty());
    only(&shop(vec![to_api(3), resolves(4, workload("shop", "web"))]), 413);
}

#[test]
fn a_flow_to_another_namespace_needs_names_and_one_inside_does_not() {
    only(&shop(vec![arrow(3, all("shop"), workload("data", "orders"), tcp(&[5432]))]), 413);
    assert!(said(&shop(vec![everywhere(3)]), 413).is_empty());
    only(&shop(vec![everywhere(3), to_api(4)]), 413);
}

#[test]
fn resolution_may_come_from_nodes_the_baseline_or_a_guardrail() {
    let on_node = rule(4, RuleKind::Egress, &[all("shop")], &[End::Nodes], dns());
    assert!(said(&shop(vec![to_api(3), on_node]), 413).is_empty());
    let everything = rule(4, RuleKind::Egress, &[all("shop")], &[End::Any], Ports::Any);
    assert!(said(&shop(vec![to_api(3), everything]), 413).is_empty());

    let mut shared = shop(vec![to_api(3)]);
    shared.baseline = vec![baseline("k8s/dns", vec![("shop", vec![resolves(90, all("shop"))])])];
    assert!(said(&shared, 413).is_empty());
    let mut allowed = shop(vec![to_api(3)]);
    allowed.guardrails = vec![guardrail(vec![], vec![], vec![resolves(90, all("shop"))])];
    assert!(said(&allowed, 413).is_empty());
}

#[test]
fn a_quoted_port_may_be_the_name_servers() {
    let quoted = Ports::Some(vec![Port::Named("dns-tcp".into())]);
    let line = arrow(4, all("shop"), workload("kube-system", "coredns"), quoted);
    assert!(said(&shop(vec![to_api(3), line]), 413).is_empty());
}

#[test]
fn names_resolve_where_egress_is_not_enforced() {
    let open = in_mode(namespace("shop", &["api"], vec![to_api(3)]), ModeKind::IngressOnly);
    assert!(said(&policy(vec![open]), 413).is_empty());
}

#[test]
fn a_later_tier_that_calls_an_earlier_one_warns() {
    let order: Vec<Text> = ["web", "api", "db"].map(Text::from).into();
    let facts = Facts { tiers: BTreeMap::from([("shop".into(), vec![order])]) };
    let found = |rules| {
        let found = check_with(&shop(rules), today(), &facts);
        found.into_iter().filter(|d| d.code.0 == 414).collect::<Vec<_>>()
    };
    let wrong = found(vec![calls(3, "db", "web", &[8080])]);
    let witness = "shop/{app=db} -> shop/{app=web}:8080/TCP";
    let title = "flow goes against the tiers: `db` calls `web`";
    assert_eq!(shown(&wrong[0]), (title, "`web` comes before `db`", witness));
    assert!(found(vec![because(calls(3, "db", "web", &[8080]), "callbacks")]).is_empty());
    assert!(found(vec![calls(3, "web", "db", &[80]), calls(4, "api", "api", &[80])]).is_empty());
}

fn open_both(namespace_name: &str) -> Vec<Rule> {
    let subjects = [all(namespace_name)];
    vec![
        because(rule(3, RuleKind::Ingress, &[End::Any], &subjects, Ports::Any), "profiling"),
        because(rule(4, RuleKind::Egress, &subjects, &[End::Any], Ports::Any), "profiling"),
    ]
}

#[test]
fn everything_from_and_to_anywhere_is_no_enforcement() {
    let found = only(&shop(open_both("shop")), 416);
    let title = "everything is allowed in `shop`, which is enforced";
    assert_eq!(shown(&found).0, title);
    assert_eq!(shown(&found).1, "any port, any other end, every pod");
    assert!(!shown(&found).2.is_empty());

    let one_side = shop(open_both("shop").into_iter().take(1).collect());
    assert!(said(&one_side, 416).is_empty());
    let audited = in_mode(namespace("shop", &[], open_both("shop")), ModeKind::Audit);
    assert!(said(&policy(vec![audited]), 416).is_empty());
    let half = in_mode(
        namespace("shop", &[], open_both("shop").into_iter().take(1).collect()),
        ModeKind::IngressOnly,
    );
    only(&policy(vec![half]), 416);
}

#[test]
fn a_namespace_of_another_project_is_only_asked() {
    let external = Namespace {
        external: true,
        ..namespace("shop", &["web"], vec![everywhere(3), everywhere(4), to_api(5)])
    };
    assert!(crate::flows::check(&policy(vec![external]), today()).is_empty());
}

#[test]
fn a_range_of_ports_covers_the_numbers_in_it() {
    let range =
        |first, last| Ports::Some(vec![Port::Range(PortRange { protocol: Protocol::Tcp, first, last })]);
    let line = |at, ports| arrow(at, workload("shop", "web"), workload("shop", "api"), ports);
    only(&shop(vec![line(3, tcp(&[8080])), line(4, range(8000, 8999))]), 411);
    is_silent(vec![line(3, tcp(&[8080, 9000])), line(4, range(8000, 8999))]);
    only(&shop(vec![line(3, range(10, 20)), line(4, tcp(&(10..=20).collect::<Vec<_>>()))]), 410);
}
