//! One test for each fact of Cilium.

use netpol_flow::{Endpoint, Flow, Pod, Protocol, Relation, Side};

use super::{Profile, evaluate, read};
use crate::testing::*;

/// A CiliumNetworkPolicy of `shop` for all its pods.
fn local(rules: &str) -> String {
    format!(
        "---\napiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {{name: p, namespace: shop}}\nspec: {{endpointSelector: {{}}, {rules}}}\n"
    )
}

/// A CiliumClusterwideNetworkPolicy for every pod.
fn clusterwide(rules: &str) -> String {
    format!(
        "---\napiVersion: cilium.io/v2\nkind: CiliumClusterwideNetworkPolicy\nmetadata: {{name: c}}\nspec: {{endpointSelector: {{}}, {rules}}}\n"
    )
}

fn stock(rules: &str) -> String {
    format!(
        "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: k, namespace: shop}}\nspec: {{podSelector: {{}}, {rules}}}\n"
    )
}

fn check_with(profile: &Profile, text: &str, side: Side, flow: &Flow, want: &str) {
    let set = read(&manifest(text)).unwrap();
    assert_eq!(word(evaluate(&set, flow, side, profile)), want, "{} of {flow}\n{text}", side.word());
}

fn check(text: &str, side: Side, flow: &Flow, want: &str) {
    check_with(&Profile::default(), text, side, flow, want);
}

fn ingress(text: &str, source: &Endpoint, port: u16, want: &str) {
    check(text, Side::Ingress, &tcp(source, &pod("shop/app=web"), port), want);
}

fn egress(text: &str, destination: &Endpoint, port: u16, want: &str) {
    check(text, Side::Egress, &tcp(&pod("shop/app=web"), destination, port), want);
}

fn refused(text: &str, reason: &str) {
    let errors = read(&manifest(text)).unwrap_err();
    assert!(errors.iter().any(|error| error.to_string().contains(reason)), "{errors:?}");
}

const DNS: &str = "{toEndpoints: [{matchLabels: {'k8s:io.kubernetes.pod.namespace': kube-system}}], toPorts: [{ports: [{port: '53', protocol: UDP}], rules: {dns: [{matchPattern: '*'}]}}]}";

#[test]
fn an_endpoint_nothing_selects_is_open() {
    ingress("", &pod("x"), 80, "allow");
    ingress(&local("egress: [{}]"), &pod("x"), 80, "allow");
    check(&local("ingress: [{}]"), Side::Ingress, &tcp(&pod("shop"), &pod("x"), 80), "allow");
}

#[test]
fn cil_01_an_empty_rule_isolates_and_allows_nothing() {
    ingress(&local("ingress: [{}]"), &pod("shop"), 80, "deny");
    ingress(&local("ingress: [{fromEntities: [all]}]"), &outside("203.0.113.7"), 80, "allow");
    ingress(&local("ingress: [{fromEntities: [all]}]"), &pod("x"), 80, "allow");
}

#[test]
fn cil_02_an_empty_list_alone_is_an_error_and_does_not_isolate_beside_rules() {
    refused(&local("ingress: []"), "CIL-02");
    refused(&local("enableDefaultDeny: {ingress: true}"), "CIL-02");
    ingress(&local("ingress: [], egress: [{}]"), &pod("x"), 80, "allow");
}

#[test]
fn cil_03_blocks_match_no_pod_and_no_node_by_default() {
    let text = local("egress: [{toCIDR: [10.0.0.0/8]}]");
    egress(&text, &outside("10.0.0.9"), 80, "allow");
    egress(&text, &pod_at("x", "10.0.0.9"), 80, "deny");
    egress(&text, &node("10.0.0.9"), 80, "deny");
    let modes =
        Profile { cidr_match_nodes: true, cidr_match_pods: true, version: (1, 20), ..Profile::default() };
    let flow = |destination: Endpoint| tcp(&pod("shop"), &destination, 80);
    check_with(&modes, &text, Side::Egress, &flow(pod_at("x", "10.0.0.9")), "allow");
    check_with(&modes, &text, Side::Egress, &flow(node("10.0.0.9")), "allow");
    check_with(&modes, &text, Side::Egress, &flow(pod("x")), "undecided");
    let deny = clusterwide("enableDefaultDeny: {egress: false}, egressDeny: [{toCIDR: [10.0.0.0/8]}]");
    egress(&deny, &node("10.0.0.9"), 80, "allow");
    egress(&deny, &outside("10.0.0.9"), 80, "deny");
}

#[test]
fn cil_04_a_policy_with_denies_only_isolates() {
    let text = local("egressDeny: [{toEntities: [world]}]");
    egress(&text, &pod("x"), 80, "deny");
    ingress(&text, &pod("x"), 80, "allow");
    let text = local("enableDefaultDeny: {egress: false}, egressDeny: [{toEntities: [world]}]");
    egress(&text, &pod("x"), 80, "allow");
    egress(&text, &outside("203.0.113.7"), 80, "deny");
}

#[test]
fn default_deny_can_be_asked_for_a_direction_without_rules() {
    let text = local("enableDefaultDeny: {ingress: true}, egress: [{toEntities: [all]}]");
    ingress(&text, &pod("x"), 80, "deny");
}

#[test]
fn cil_05_a_namespaces_name_is_no_pod_label() {
    let text = clusterwide("ingress: [{fromEndpoints: [{matchLabels: {kubernetes.io/metadata.name: x}}]}]");
    ingress(&text, &pod("x/kubernetes.io/metadata.name=x"), 80, "deny");
    let text = clusterwide(
        "ingress: [{fromEndpoints: [{matchExpressions: [{key: kubernetes.io/metadata.name, operator: NotIn, values: [x]}]}]}]",
    );
    ingress(&text, &pod("x"), 80, "allow");
    for key in ["io.kubernetes.pod.namespace", "io.cilium.k8s.namespace.labels.kubernetes.io/metadata.name"] {
        let text =
            clusterwide(&format!("ingress: [{{fromEndpoints: [{{matchLabels: {{'k8s:{key}': x}}}}]}}]"));
        ingress(&text, &pod("x"), 80, "allow");
        ingress(&text, &pod("y"), 80, "deny");
    }
}

#[test]
fn cil_07_an_allow_without_l7_beats_an_http_restriction() {
    let http = "{fromEntities: [all], toPorts: [{ports: [{port: '80', protocol: TCP}], rules: {http: [{method: GET}]}}]}";
    let flow = request("POST", "/", tcp(&pod("x"), &pod("shop"), 80));
    check(&local(&format!("ingress: [{http}]")), Side::Ingress, &flow, "deny");
    let both = local(&format!("ingress: [{http}, {{toPorts: [{{ports: [{{port: '80'}}]}}]}}]"));
    check(&both, Side::Ingress, &flow, "allow");
    let other = format!("{}{}", local(&format!("ingress: [{http}]")), stock("ingress: [{}]"));
    check(&other, Side::Ingress, &flow, "allow");
}

#[test]
fn cil_08_a_deny_on_a_named_port_holds_only_where_it_is_declared() {
    let text = local(
        "ingress: [{fromEntities: [all]}], ingressDeny: [{toPorts: [{ports: [{port: http, protocol: TCP}]}]}]",
    );
    let to = |destination: Endpoint| tcp(&pod("x"), &destination, 8080);
    check(&text, Side::Ingress, &to(pod_with_port("shop", "http", 8080)), "deny");
    check(&text, Side::Ingress, &to(pod("shop")), "allow");
}

#[test]
fn a_named_port_on_egress_is_looked_up_on_the_pods_selected() {
    let text = local("egress: [{toEndpoints: [{}], toPorts: [{ports: [{port: http}]}]}]");
    egress(&text, &pod_with_port("shop", "http", 8080), 8080, "allow");
    egress(&text, &pod("shop"), 8080, "deny");
    let text = local("egress: [{toEntities: [all], toPorts: [{ports: [{port: http}]}]}]");
    egress(&text, &pod_with_port("x", "http", 8080), 8080, "undecided");
    egress(&text, &outside("203.0.113.7"), 8080, "deny");
}

#[test]
fn cil_09_a_deny_beats_every_allow() {
    let deny = clusterwide("enableDefaultDeny: {ingress: false}, ingressDeny: [{fromEndpoints: [{}]}]");
    let allow = local("ingress: [{fromEndpoints: [{matchLabels: {app: a}}]}]");
    ingress(&format!("{allow}{deny}"), &pod("shop/app=a"), 80, "deny");
    ingress(&format!("{}{deny}", stock("ingress: [{}]")), &pod("shop/app=a"), 80, "deny");
}

#[test]
fn peers_of_a_namespaced_policy_are_of_its_namespace() {
    let text = local("ingress: [{fromEndpoints: [{matchLabels: {app: a}}]}]");
    ingress(&text, &pod("shop/app=a"), 80, "allow");
    ingress(&text, &pod("x/app=a"), 80, "deny");
    let text = local("ingress: [{fromEndpoints: [{}]}]");
    ingress(&text, &pod("shop"), 80, "allow");
    ingress(&text, &pod("x"), 80, "deny");
    ingress(&text, &node("192.0.2.1"), 80, "deny");
}

#[test]
fn a_peers_own_namespace_key_leads_elsewhere() {
    for key in
        ["k8s:io.kubernetes.pod.namespace", "any:io.kubernetes.pod.namespace", "io.kubernetes.pod.namespace"]
    {
        let text = local(&format!("ingress: [{{fromEndpoints: [{{matchLabels: {{'{key}': x}}}}]}}]"));
        ingress(&text, &pod("x"), 80, "allow");
        ingress(&text, &pod("shop"), 80, "deny");
    }
}

#[test]
fn cil_10_a_namespace_label_key_switches_the_own_namespace_off() {
    let text =
        local("ingress: [{fromEndpoints: [{matchLabels: {'k8s:io.cilium.k8s.namespace.labels.team': a}}]}]");
    ingress(&text, &pod_in("x", "team", "a"), 80, "allow");
    ingress(&text, &pod("shop"), 80, "deny");
}

#[test]
fn cil_11_an_empty_selector_of_a_clusterwide_policy_is_every_pod_and_nothing_else() {
    let text = clusterwide("ingress: [{fromEndpoints: [{}]}]");
    ingress(&text, &pod("x"), 80, "allow");
    ingress(&text, &node("192.0.2.1"), 80, "deny");
    ingress(&text, &outside("203.0.113.7"), 80, "deny");
}

#[test]
fn cil_12_a_block_of_every_address_is_what_is_outside() {
    let text = local("egress: [{toCIDR: [0.0.0.0/0]}]");
    egress(&text, &outside("203.0.113.7"), 80, "allow");
    egress(&text, &outside("2001:db8::1"), 80, "deny");
    egress(&text, &pod_at("x", "10.0.0.1"), 80, "deny");
    egress(&text, &apiserver(true), 443, "deny");
    egress(&text, &apiserver(false), 443, "allow");
}

#[test]
fn cil_13_entities_are_kinds_of_endpoint() {
    let own = |destination: Endpoint| related(Relation::OwnNode, tcp(&pod("shop"), &destination, 80));
    let apart = |destination: Endpoint| tcp(&pod("shop"), &destination, 80);
    let ends = [
        apart(pod("x")),
        own(node("192.0.2.1")),
        apart(node("192.0.2.1")),
        own(apiserver(true)),
        apart(apiserver(true)),
        apart(apiserver(false)),
        apart(gateway()),
        apart(outside("203.0.113.7")),
        apart(outside("2001:db8::1")),
    ];
    for (entity, want) in [
        ("all", "xxxxxxxxx"),
        ("cluster", "xxxxxxx.."),
        ("world", ".....x.xx"),
        ("world-ipv4", ".....x.x."),
        ("world-ipv6", "........x"),
        ("host", ".x.x....."),
        ("remote-node", "..x.x...."),
        ("kube-apiserver", "...xxx..."),
        ("ingress", "......x.."),
        ("health", "........."),
        ("init", "........."),
        ("unmanaged", "........."),
        ("none", "........."),
    ] {
        let text = local(&format!("egress: [{{toEntities: [{entity}]}}]"));
        for (flow, mark) in ends.iter().zip(want.chars()) {
            check(&text, Side::Egress, flow, if mark == 'x' { "allow" } else { "deny" });
        }
    }
    refused(&local("egress: [{toEntities: [cluster-mesh]}]"), "not covered");
    refused(&local("egress: [{toEntities: [World]}]"), "not an entity");
}

#[test]
fn cil_14_two_kinds_of_peer_in_one_rule_are_an_error() {
    refused(&local("egress: [{toEndpoints: [{}], toEntities: [world]}]"), "CIL-14");
    refused(&local("egress: [{toCIDR: [10.0.0.0/8], toCIDRSet: [{cidr: 10.0.0.0/8}]}]"), "CIL-14");
    refused(&local("egress: [{toFQDNs: [{matchName: x.com}], toEntities: [world]}]"), "CIL-14");
}

#[test]
fn cil_15_more_than_40_ports_are_an_error() {
    let ports =
        |count: u16| (1..=count).map(|port| format!("{{port: '{port}'}}")).collect::<Vec<_>>().join(", ");
    refused(&local(&format!("ingress: [{{toPorts: [{{ports: [{}]}}]}}]", ports(41))), "CIL-15");
    ingress(&local(&format!("ingress: [{{toPorts: [{{ports: [{}]}}]}}]", ports(40))), &pod("x"), 40, "allow");
}

#[test]
fn cil_16_icmp_and_ports_in_one_rule_are_an_error() {
    let icmp = "icmps: [{fields: [{type: 8}]}]";
    refused(&local(&format!("ingress: [{{{icmp}, toPorts: [{{ports: [{{port: '80'}}]}}]}}]")), "CIL-16");
    ingress(&local(&format!("ingress: [{{{icmp}}}]")), &pod("shop"), 80, "deny");
}

#[test]
fn cil_17_any_protocol_is_tcp_udp_and_sctp() {
    let text = local("ingress: [{toPorts: [{ports: [{port: '80', protocol: ANY}]}]}]");
    let flow = tcp(&pod("x"), &pod("shop"), 80);
    let sctp = Profile { sctp: true, ..Profile::default() };
    for protocol in Protocol::ALL {
        check_with(&sctp, &text, Side::Ingress, &over(protocol, flow.clone()), "allow");
    }
    let text = local("ingress: [{toPorts: [{ports: [{port: '0', protocol: UDP}]}]}]");
    check(&text, Side::Ingress, &flow, "deny");
    check(&text, Side::Ingress, &over(Protocol::Udp, flow), "allow");
}

fn http(rule: &str) -> String {
    local(&format!(
        "ingress: [{{toPorts: [{{ports: [{{port: '80', protocol: TCP}}], rules: {{http: [{rule}]}}}}]}}]"
    ))
}

#[test]
fn cil_18_a_path_is_a_regular_expression_for_the_whole_path() {
    let flow = tcp(&pod("x"), &pod("shop"), 80);
    for (rule, path, want) in [
        ("{path: /v1/items}", "/v1/items", "allow"),
        ("{path: /v1/items}", "/v1/items/7", "deny"),
        ("{path: '/v1/.*'}", "/v1/items/7", "allow"),
        ("{path: '/a|/b'}", "/b", "allow"),
        ("{path: '/a|/b'}", "/bc", "deny"),
        ("{path: /a.c}", "/abc", "allow"),
        ("{path: '/v1/items([?].*)?'}", "/v1/items", "allow"),
        ("{method: 'GET|PUT', path: /a}", "/a", "allow"),
        ("{method: POST, path: /a}", "/a", "deny"),
        ("{method: G, path: /a}", "/a", "deny"),
        ("{}", "/anything", "allow"),
    ] {
        check(&http(rule), Side::Ingress, &request("GET", path, flow.clone()), want);
    }
    refused(&http("{path: '/a('}"), "regular expression");
    refused(&http("{path: '/a)|(/b'}"), "regular expression");
}

#[test]
fn cil_19_a_host_or_a_header_is_not_part_of_a_flow() {
    let flow = request("GET", "/a", tcp(&pod("x"), &pod("shop"), 80));
    check(&http("{host: foo.com}"), Side::Ingress, &flow, "undecided");
    check(&http("{host: foo.com, path: /b}"), Side::Ingress, &flow, "deny");
    check(&http("{host: foo.com}, {path: /a}"), Side::Ingress, &flow, "allow");
    check(&http("{headers: ['X: y']}"), Side::Ingress, &flow, "undecided");
}

#[test]
fn cil_36_what_the_proxy_refuses_counts_as_denied_and_the_trace_says_so() {
    let set = read(&manifest(&http("{method: GET}"))).unwrap();
    let flow = request("PUT", "/a", tcp(&pod("x"), &pod("shop"), 80));
    let trace = evaluate(&set, &flow, Side::Ingress, &Profile::default()).unwrap();
    assert_eq!(trace.verdict, netpol_flow::Verdict::Deny);
    assert!(trace.steps[0].contains("refused by proxy"), "{trace:?}");
    ingress(&http("{method: GET}"), &pod("x"), 80, "deny");
    ingress(&http("{method: GET}"), &pod("x"), 81, "deny");
}

#[test]
fn cil_20_names_match_nothing_without_a_dns_rule() {
    let x = named("203.0.113.7", &["x.com"]);
    let names = "{toFQDNs: [{matchName: x.com}], toPorts: [{ports: [{port: '443', protocol: TCP}]}]}";
    egress(&local(&format!("egress: [{names}]")), &x, 443, "deny");
    egress(&local(&format!("egress: [{names}, {DNS}]")), &x, 443, "allow");
    egress(&local(&format!("egress: [{names}, {DNS}]")), &x, 80, "deny");
    egress(&local(&format!("egress: [{names}, {DNS}]")), &named("203.0.113.7", &["y.com"]), 443, "deny");
    egress(&local(&format!("egress: [{names}, {DNS}]")), &outside("203.0.113.7"), 443, "deny");
    egress(
        &format!("{}{}", local(&format!("egress: [{names}]")), clusterwide(&format!("egress: [{DNS}]"))),
        &x,
        443,
        "allow",
    );
}

#[test]
fn cil_20_a_name_the_dns_rules_do_not_let_ask_is_undecided() {
    let dns = DNS.replace("'*'", "'*.y.com'");
    let text = local(&format!("egress: [{{toFQDNs: [{{matchName: x.com}}]}}, {dns}]"));
    egress(&text, &named("203.0.113.7", &["x.com"]), 443, "undecided");
}

#[test]
fn any_17_an_address_that_also_has_another_name_passes() {
    let text = local(&format!("egress: [{{toFQDNs: [{{matchName: x.com}}]}}, {DNS}]"));
    egress(&text, &named("203.0.113.7", &["evil.com", "x.com"]), 443, "allow");
}

#[test]
fn a_block_denied_wins_over_a_name_allowed() {
    let text = local(&format!(
        "egress: [{{toFQDNs: [{{matchName: x.com}}]}}, {DNS}], egressDeny: [{{toCIDR: [203.0.113.0/24]}}]"
    ));
    egress(&text, &named("203.0.113.7", &["x.com"]), 443, "deny");
}

#[test]
fn cil_21_two_stars_take_any_depth_since_1_19() {
    let text = local(&format!("egress: [{{toFQDNs: [{{matchPattern: '**.x.com'}}]}}, {DNS}]"));
    let flow = tcp(&pod("shop"), &named("203.0.113.7", &["a.b.x.com"]), 443);
    check(&text, Side::Egress, &flow, "allow");
    check_with(&Profile { version: (1, 18), ..Profile::default() }, &text, Side::Egress, &flow, "deny");
}

#[test]
fn cil_23_names_cannot_be_denied() {
    refused(&local("egressDeny: [{toFQDNs: [{matchName: x.com}]}]"), "unknown field `toFQDNs`");
}

#[test]
fn cil_24_l7_rules_without_default_deny_restrict_nothing() {
    let text = http("{method: GET}").replace("ingress:", "enableDefaultDeny: {ingress: false}, ingress:");
    let flow = request("PUT", "/a", tcp(&pod("x"), &pod("shop"), 80));
    check(&text, Side::Ingress, &flow, "allow");
    check(&format!("{text}{}", stock("ingress: []")), Side::Ingress, &flow, "deny");
}

#[test]
fn cil_25_selectors_on_filtered_keys_never_hold_and_negative_ones_always_do() {
    for key in [
        "pod-template-hash",
        "topology.kubernetes.io/zone",
        "statefulset.kubernetes.io/pod-name",
        "beta.kubernetes.io/arch",
        "controller-uid",
    ] {
        let from = pod(&format!("shop/{key}=v"));
        ingress(
            &local(&format!("ingress: [{{fromEndpoints: [{{matchLabels: {{{key}: v}}}}]}}]")),
            &from,
            80,
            "deny",
        );
        ingress(
            &local(&format!(
                "ingress: [{{fromEndpoints: [{{matchExpressions: [{{key: {key}, operator: DoesNotExist}}]}}]}}]"
            )),
            &from,
            80,
            "allow",
        );
        ingress(
            &stock(&format!("ingress: [{{from: [{{podSelector: {{matchLabels: {{{key}: v}}}}}}]}}]")),
            &from,
            80,
            "deny",
        );
    }
    let text = local("ingress: [{fromEndpoints: [{matchLabels: {app.kubernetes.io/name: v}}]}]");
    ingress(&text, &pod("shop/app.kubernetes.io/name=v"), 80, "allow");
}

#[test]
fn cil_26_and_33_what_is_not_covered_is_an_error_that_names_it() {
    for (rules, what) in [
        ("egress: [{toNodes: [{}]}]", "toNodes"),
        ("egress: [{toServices: [{k8sService: {serviceName: s}}]}]", "toServices"),
        ("egress: [{toGroups: [{}]}]", "toGroups"),
        ("ingress: [{fromRequires: [{}]}]", "fromRequires"),
        ("egress: [{toCIDRSet: [{cidrGroupRef: g}]}]", "CIDR groups"),
        ("ingress: [{fromEndpoints: [{}], authentication: {mode: required}}]", "authentication"),
        ("ingress: [{fromEndpoints: [{matchLabels: {'cidr:10.0.0.0/8': ''}}]}]", "labels of source `cidr`"),
        ("ingress: [{fromEndpoints: [{matchLabels: {'reserved:world': ''}}]}]", "reserved:world"),
        (
            "egress: [{toPorts: [{ports: [{port: '443', protocol: TCP}], serverNames: [x.com]}]}]",
            "serverNames",
        ),
    ] {
        refused(&local(rules), "not covered");
        refused(&local(rules), what);
    }
}

#[test]
fn policies_for_nodes_are_recorded_as_no_concern_of_pods() {
    let text = clusterwide("ingress: [{}]").replace("endpointSelector", "nodeSelector");
    let set = read(&manifest(&text)).unwrap();
    assert_eq!((set.len(), set.host_policies().len()), (0, 1));
    refused(&local("ingress: [{}]").replace("endpointSelector", "nodeSelector"), "nodeSelector");
    refused(&local("nodeSelector: {}, ingress: [{}]"), "either");
}

#[test]
fn cil_29_a_stock_block_is_no_address_match() {
    let text = stock("egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0}}]}]");
    egress(&text, &outside("203.0.113.7"), 80, "allow");
    egress(&text, &pod_at("x", "10.0.0.1"), 80, "deny");
    egress(&stock("egress: [{}]"), &pod("x"), 80, "allow");
    egress(&stock("egress: [{}]"), &node("192.0.2.1"), 80, "allow");
}

#[test]
fn stock_policies_and_ciliums_own_are_united() {
    let text = format!("{}{}", stock("ingress: []"), local("ingress: [{fromEndpoints: [{}]}]"));
    ingress(&text, &pod("shop"), 80, "allow");
    ingress(&text, &pod("x"), 80, "deny");
}

#[test]
fn stock_namespace_selectors_see_namespace_labels() {
    let text =
        stock("ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: x}}}]}]");
    ingress(&text, &pod("x"), 80, "allow");
    ingress(&text, &pod("y"), 80, "deny");
    let text = stock("ingress: [{from: [{namespaceSelector: {}}]}]");
    ingress(&text, &pod("x"), 80, "allow");
    ingress(&text, &outside("203.0.113.7"), 80, "deny");
    let text = stock(
        "ingress: [{from: [{namespaceSelector: {matchExpressions: [{key: t, operator: NotIn, values: [a]}]}}]}]",
    );
    ingress(&text, &pod("x"), 80, "allow");
    ingress(&text, &pod_in("x", "t", "a"), 80, "deny");
    ingress(&text, &outside("203.0.113.7"), 80, "deny");
}

#[test]
fn before_1_19_a_negative_selector_on_namespace_labels_takes_in_the_world() {
    let text = local(
        "ingress: [{fromEndpoints: [{matchExpressions: [{key: 'k8s:io.cilium.k8s.namespace.labels.t', operator: NotIn, values: [a]}]}]}]",
    );
    let flow = tcp(&outside("203.0.113.7"), &pod("shop"), 80);
    check(&text, Side::Ingress, &flow, "deny");
    check_with(&Profile { version: (1, 18), ..Profile::default() }, &text, Side::Ingress, &flow, "allow");
}

#[test]
fn k8s_02_a_stock_policy_that_implementations_disagree_on_is_an_error() {
    refused(&stock("policyTypes: [Ingress], egress: [{}]"), "K8S-02");
}

#[test]
fn cil_31_an_item_without_ports_matches_nothing() {
    ingress(&local("ingress: [{fromEndpoints: [{}], toPorts: [{}]}]"), &pod("shop"), 80, "deny");
    ingress(&local("ingress: [{fromEndpoints: [{}], toPorts: [{ports: []}]}]"), &pod("shop"), 80, "deny");
    ingress(&local("ingress: [{fromEndpoints: [{}], toPorts: []}]"), &pod("shop"), 80, "allow");
}

#[test]
fn cil_32_an_empty_peer_list_is_an_error() {
    refused(&local("ingress: [{fromEndpoints: [], toPorts: [{ports: [{port: '80'}]}]}]"), "CIL-32");
    refused(&local("egress: [{toEntities: []}]"), "CIL-32");
}

#[test]
fn ports_without_peers_take_any_peer() {
    let text = local("ingress: [{toPorts: [{ports: [{port: '80', protocol: TCP}]}]}]");
    ingress(&text, &outside("203.0.113.7"), 80, "allow");
    ingress(&text, &node("192.0.2.1"), 80, "allow");
    ingress(&text, &pod("x"), 81, "deny");
}

#[test]
fn cil_34_a_reserved_key_switches_the_namespace_off() {
    let text = local("ingress: [{fromEndpoints: [{matchLabels: {'reserved:remote-node': ''}}]}]");
    ingress(&text, &node("192.0.2.1"), 80, "allow");
    ingress(&text, &pod("shop"), 80, "deny");
    let text = local(
        "ingress: [{fromEndpoints: [{matchExpressions: [{key: 'reserved:host', operator: DoesNotExist}]}]}]",
    );
    ingress(&text, &pod("x"), 80, "allow");
    ingress(&text, &outside("203.0.113.7"), 80, "allow");
}

#[test]
fn cil_35_sctp_rules_are_undecided_without_the_option() {
    let text = local("ingress: [{toPorts: [{ports: [{port: '80', protocol: SCTP}]}]}]");
    let flow = over(Protocol::Sctp, tcp(&pod("x"), &pod("shop"), 80));
    check(&text, Side::Ingress, &flow, "undecided");
    check_with(&Profile { sctp: true, ..Profile::default() }, &text, Side::Ingress, &flow, "allow");
    check(&local("ingress: [{}]"), Side::Ingress, &flow, "deny");
}

#[test]
fn cil_37_a_node_reaches_its_own_pods_unless_a_deny_matches_it() {
    let flow = related(Relation::OwnNode, tcp(&node("192.0.2.1"), &pod("shop"), 80));
    check(&local("ingress: [{}]"), Side::Ingress, &flow, "allow");
    check(&local("ingressDeny: [{fromEntities: [host]}]"), Side::Ingress, &flow, "deny");
    check(&local("ingressDeny: [{fromEntities: [all]}]"), Side::Ingress, &flow, "deny");
    check(&local("ingressDeny: [{fromEntities: [remote-node]}]"), Side::Ingress, &flow, "allow");
    check(&local("ingress: [{}]"), Side::Ingress, &tcp(&node("192.0.2.1"), &pod("shop"), 80), "deny");
}

#[test]
fn a_pod_is_not_kept_from_itself_and_reaches_its_node_by_entity() {
    let text = local("ingressDeny: [{fromEntities: [all]}], egress: [{}]");
    let flow = related(Relation::Itself, tcp(&pod("shop"), &pod("shop"), 80));
    check(&text, Side::Ingress, &flow, "allow");
    let flow = related(Relation::OwnNode, tcp(&pod("shop"), &node("192.0.2.1"), 80));
    check(&local("egress: [{}]"), Side::Egress, &flow, "deny");
    check(&local("egress: [{toEntities: [host]}]"), Side::Egress, &flow, "allow");
}

#[test]
fn cil_38_two_l7_kinds_on_one_port_are_an_error_or_undecided() {
    let ports = "ports: [{port: '53', protocol: TCP}]";
    refused(
        &local(&format!(
            "egress: [{{toPorts: [{{{ports}, rules: {{http: [{{}}], dns: [{{matchPattern: '*'}}]}}}}]}}]"
        )),
        "two L7 kinds",
    );
    let text = local(&format!(
        "egress: [{{toPorts: [{{{ports}, rules: {{http: [{{}}]}}}}]}}, {{toPorts: [{{{ports}, rules: {{dns: [{{matchPattern: '*'}}]}}}}]}}]"
    ));
    egress(&text, &pod("x"), 53, "undecided");
}

#[test]
fn cil_39_a_bare_address_and_host_bits_are_an_error() {
    refused(&local("egress: [{toCIDR: [10.0.0.1]}]"), "without a prefix length");
    refused(&local("egress: [{toCIDR: [10.0.0.1/8]}]"), "host bits");
}

#[test]
fn cil_40_a_block_of_every_address_matches_no_node_in_mode_nodes() {
    let nodes = Profile { cidr_match_nodes: true, ..Profile::default() };
    let flow = tcp(&pod("shop"), &node("192.0.2.1"), 80);
    check_with(&nodes, &local("egress: [{toCIDR: [0.0.0.0/0]}]"), Side::Egress, &flow, "deny");
    check_with(&nodes, &local("egress: [{toCIDR: [192.0.2.0/24]}]"), Side::Egress, &flow, "allow");
}

#[test]
fn exceptions_narrow_a_block_and_must_lie_inside_it() {
    let text = local("egress: [{toCIDRSet: [{cidr: 10.0.0.0/8, except: [10.1.0.0/16]}]}]");
    egress(&text, &outside("10.2.0.1"), 80, "allow");
    egress(&text, &outside("10.1.0.1"), 80, "deny");
    refused(
        &local("egress: [{toCIDRSet: [{cidr: 10.0.0.0/8, except: [11.0.0.0/16]}]}]"),
        "not strictly inside",
    );
}

#[test]
fn cil_41_what_only_the_agent_refuses_is_an_error() {
    let http = "rules: {http: [{}]}";
    for (rules, reason) in [
        (format!("ingress: [{{toPorts: [{{ports: [{{port: '80'}}], {http}}}]}}]"), "need protocol TCP"),
        (format!("ingress: [{{toPorts: [{{ports: [{{port: '0', protocol: TCP}}], {http}}}]}}]"), "ports other than 0"),
        ("ingress: [{toPorts: [{ports: [{port: '53', protocol: UDP}], rules: {dns: [{matchPattern: '*'}]}}]}]".into(), "egress"),
        ("egress: [{toPorts: [{ports: [{port: '53', endPort: 54, protocol: UDP}], rules: {dns: [{matchPattern: '*'}]}}]}]".into(), "range"),
        ("ingress: [{toPorts: [{ports: [{port: 80}]}]}]".into(), "expected a string"),
        ("ingress: [{toPorts: [{ports: [{port: '80', endPort: 79}]}]}]".into(), "below"),
        ("ingress: [{toPorts: [{ports: [{port: '80', protocol: tcp}]}]}]".into(), "tcp"),
        ("ingress: [{toPorts: [{ports: [{port: '-'}]}]}]".into(), "not a port"),
        ("egress: [{toFQDNs: [{matchName: '*.x.com'}]}]".into(), "not a domain name"),
        ("egress: [{toFQDNs: [{}]}]".into(), "either"),
        ("ingressDeny: [{toPorts: [{ports: [{port: '80', protocol: TCP}], rules: {http: [{}]}}]}]".into(), "unknown field `rules`"),
        ("tier: x, ingress: [{}]".into(), "unknown field `tier`"),
    ] {
        refused(&local(&rules), reason);
    }
}

#[test]
fn a_dns_rule_for_some_names_is_undecided_on_its_port() {
    let query = over(Protocol::Udp, tcp(&pod("shop"), &pod("kube-system"), 53));
    check(&local(&format!("egress: [{DNS}]")), Side::Egress, &query, "allow");
    check(
        &local(&format!("egress: [{}]", DNS.replace("'*'", "'*.x.com'"))),
        Side::Egress,
        &query,
        "undecided",
    );
}

#[test]
fn service_accounts_are_labels() {
    let text = clusterwide(
        "ingress: [{fromEndpoints: [{matchLabels: {io.cilium.k8s.policy.serviceaccount: robot}}]}]",
    );
    let robot = Endpoint::Pod(Pod { account: "robot".into(), ..bare_pod("x") }.into());
    ingress(&text, &robot, 80, "allow");
    ingress(&text, &pod("x"), 80, "deny");
}

#[test]
fn cil_27_a_cluster_key_is_compared_with_the_clusters_name() {
    let text = local("ingress: [{fromEndpoints: [{matchLabels: {io.cilium.k8s.policy.cluster: east}}]}]");
    let flow = tcp(&pod("shop"), &pod("shop"), 80);
    check(&text, Side::Ingress, &flow, "deny");
    check_with(
        &Profile { cluster_name: "east".into(), ..Profile::default() },
        &text,
        Side::Ingress,
        &flow,
        "allow",
    );
}

#[test]
fn a_namespaced_subject_cannot_lie_elsewhere() {
    let subject = |ns: &str| {
        local("ingress: [{}]").replace(
            "endpointSelector: {}",
            &format!("endpointSelector: {{matchLabels: {{'k8s:io.kubernetes.pod.namespace': {ns}}}}}"),
        )
    };
    ingress(&subject("shop"), &pod("x"), 80, "deny");
    refused(&subject("x"), "another namespace");
}

#[test]
fn cil_06_a_clusterwide_subject_is_every_pod() {
    ingress(&clusterwide("ingress: [{}]"), &pod("x"), 80, "deny");
    let text = clusterwide("ingress: [{}]").replace(
        "endpointSelector: {}",
        "endpointSelector: {matchExpressions: [{key: io.kubernetes.pod.namespace, operator: NotIn, values: [shop]}]}",
    );
    ingress(&text, &pod("x"), 80, "allow");
    check(&text, Side::Ingress, &tcp(&pod("shop"), &pod("x"), 80), "deny");
    refused(
        &text
            .replace("io.kubernetes.pod.namespace", "'reserved:init'")
            .replace("NotIn, values: [shop]", "DoesNotExist"),
        "reserved:init",
    );
}

#[test]
fn a_namespaced_subject_of_initialising_endpoints_is_no_pod() {
    let subject = |operator: &str| {
        let expression = format!(
            "endpointSelector: {{matchExpressions: [{{key: 'reserved:init', operator: {operator}}}]}}"
        );
        local("ingress: [{}]").replace("endpointSelector: {}", &expression)
    };
    ingress(&subject("Exists"), &pod("x"), 80, "allow");
    ingress(&subject("DoesNotExist"), &pod("x"), 80, "deny");
}

#[test]
fn specs_are_rule_objects_of_their_own() {
    let text = "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: p, namespace: shop}\nspecs:\n- {endpointSelector: {matchLabels: {app: web}}, ingress: [{fromEntities: [world]}]}\n- {endpointSelector: {matchLabels: {app: db}}, ingress: [{}]}\n";
    ingress(text, &outside("203.0.113.7"), 80, "allow");
    check(text, Side::Ingress, &tcp(&outside("203.0.113.7"), &pod("shop/app=db"), 80), "deny");
    check(text, Side::Ingress, &tcp(&outside("203.0.113.7"), &pod("shop"), 80), "allow");
}

#[test]
fn any_01_not_in_takes_a_missing_key() {
    let text = local(
        "ingress: [{fromEndpoints: [{matchExpressions: [{key: tenant, operator: NotIn, values: [a]}]}]}]",
    );
    ingress(&text, &pod("shop"), 80, "allow");
    ingress(&text, &pod("shop/tenant=a"), 80, "deny");
}

#[test]
fn cil_28_cluster_network_policies_are_not_passed_over() {
    let text = "apiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nmetadata: {name: p}\nspec: {}\n";
    refused(text, "not covered");
}
