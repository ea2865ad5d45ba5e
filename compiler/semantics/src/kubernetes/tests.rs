//! One test for each fact of stock NetworkPolicy.

use netpol_flow::{Endpoint, Flow, Protocol, Relation, Side};

use super::{evaluate, read};
use crate::testing::*;

/// A policy for all pods of `shop`, with the lines given in its spec.
fn policy(spec: &str) -> String {
    let frame = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: shop}\nspec:\n";
    format!("{frame}{spec}")
}

fn check(text: &str, side: Side, flow: &Flow, want: &str) {
    let set = read(&manifest(text)).unwrap();
    assert_eq!(word(evaluate(&set, flow, side)), want, "{} of {flow}", side.word());
}

fn ingress(spec: &str, source: &Endpoint, port: u16, want: &str) {
    check(&policy(spec), Side::Ingress, &tcp(source, &pod("shop/app=web"), port), want);
}

fn egress(spec: &str, destination: &Endpoint, port: u16, want: &str) {
    check(&policy(spec), Side::Egress, &tcp(&pod("shop/app=web"), destination, port), want);
}

fn refused(spec: &str, reason: &str) {
    let errors = read(&manifest(&policy(spec))).unwrap_err();
    assert!(errors.iter().any(|error| error.to_string().contains(reason)), "{errors:?}");
}

#[test]
fn a_pod_no_policy_selects_is_open() {
    let text = policy("  podSelector: {matchLabels: {app: db}}\n  policyTypes: [Ingress, Egress]\n");
    let flow = tcp(&pod("shop/app=web"), &pod("shop/app=api"), 80);
    check(&text, Side::Egress, &flow, "allow");
    check(&text, Side::Ingress, &flow, "allow");
}

#[test]
fn a_policy_concerns_its_own_namespace_only() {
    let text = policy("  podSelector: {}\n  policyTypes: [Ingress]\n");
    check(&text, Side::Ingress, &tcp(&pod("shop"), &pod("other"), 80), "allow");
    check(&text, Side::Ingress, &tcp(&pod("other"), &pod("shop"), 80), "deny");
}

#[test]
fn a_side_whose_subject_is_no_pod_is_allowed() {
    let text = policy("  podSelector: {}\n  policyTypes: [Ingress, Egress]\n");
    check(&text, Side::Ingress, &tcp(&pod("shop"), &outside("203.0.113.7"), 80), "allow");
    check(&text, Side::Egress, &tcp(&node("192.0.2.1"), &pod("shop"), 80), "allow");
}

#[test]
fn k8s_01_an_empty_egress_list_without_types_isolates_ingress_and_leaves_egress_open() {
    egress("  podSelector: {}\n  egress: []\n", &pod("shop"), 80, "allow");
    ingress("  podSelector: {}\n  egress: []\n", &pod("shop"), 80, "deny");
}

#[test]
fn types_default_to_both_where_there_are_egress_rules() {
    let spec = "  podSelector: {}\n  egress: [{to: [{podSelector: {}}]}]\n";
    ingress(spec, &pod("shop"), 80, "deny");
    egress(spec, &pod("shop"), 80, "allow");
    egress(spec, &pod("other"), 80, "deny");
}

#[test]
fn k8s_02_rules_in_a_direction_not_in_the_types_are_an_error() {
    refused("  podSelector: {}\n  policyTypes: [Ingress]\n  egress: [{}]\n", "implementations disagree");
    refused("  podSelector: {}\n  policyTypes: [Egress]\n  ingress: [{}]\n", "implementations disagree");
}

#[test]
fn k8s_03_an_empty_rule_and_an_empty_peer_list_allow_everybody() {
    ingress("  podSelector: {}\n  ingress: [{}]\n", &outside("203.0.113.7"), 80, "allow");
    ingress("  podSelector: {}\n  ingress: [{from: []}]\n", &pod("other"), 80, "allow");
    ingress("  podSelector: {}\n  ingress: []\n", &pod("shop"), 80, "deny");
}

#[test]
fn k8s_04_an_empty_peer_list_beside_ports_is_everybody_on_those_ports() {
    let spec = "  podSelector: {}\n  ingress: [{from: [], ports: [{port: 80}]}]\n";
    ingress(spec, &outside("203.0.113.7"), 80, "allow");
    ingress(spec, &outside("203.0.113.7"), 81, "deny");
}

#[test]
fn k8s_05_two_peer_items_are_alternatives_and_two_selectors_in_one_item_are_not() {
    let team = |pod: &str| pod_in(pod, "team", "a");
    let two = "  podSelector: {}\n  ingress:\n  - from:\n    - namespaceSelector: {matchLabels: {team: a}}\n    - podSelector: {matchLabels: {app: web}}\n";
    ingress(two, &team("other/app=db"), 80, "allow");
    ingress(two, &pod("shop/app=web"), 80, "allow");
    let one = "  podSelector: {}\n  ingress:\n  - from:\n    - namespaceSelector: {matchLabels: {team: a}}\n      podSelector: {matchLabels: {app: web}}\n";
    ingress(one, &team("other/app=db"), 80, "deny");
    ingress(one, &pod("shop/app=web"), 80, "deny");
    ingress(one, &team("other/app=web"), 80, "allow");
}

#[test]
fn a_pod_selector_alone_stays_in_the_namespace() {
    let spec = "  podSelector: {}\n  ingress: [{from: [{podSelector: {}}]}]\n";
    ingress(spec, &pod("shop"), 80, "allow");
    ingress(spec, &pod("other"), 80, "deny");
    ingress(spec, &outside("10.0.0.1"), 80, "deny");
    ingress(spec, &node("10.0.0.1"), 80, "deny");
}

#[test]
fn an_empty_namespace_selector_is_every_namespace_and_no_address() {
    let spec = "  podSelector: {}\n  ingress: [{from: [{namespaceSelector: {}}]}]\n";
    ingress(spec, &pod("other"), 80, "allow");
    ingress(spec, &outside("203.0.113.7"), 80, "deny");
}

#[test]
fn k8s_06_a_port_without_protocol_is_tcp() {
    let text = policy("  podSelector: {}\n  ingress: [{ports: [{port: 53}]}]\n");
    let flow = tcp(&pod("shop"), &pod("shop"), 53);
    check(&text, Side::Ingress, &flow, "allow");
    check(&text, Side::Ingress, &over(Protocol::Udp, flow), "deny");
}

#[test]
fn a_protocol_without_port_is_every_port_of_it() {
    let text = policy("  podSelector: {}\n  ingress: [{ports: [{protocol: UDP}]}]\n");
    let flow = tcp(&pod("shop"), &pod("shop"), 53);
    check(&text, Side::Ingress, &over(Protocol::Udp, flow.clone()), "allow");
    check(&text, Side::Ingress, &flow, "deny");
}

#[test]
fn k8s_07_a_named_port_is_what_the_destination_declares() {
    let text = policy("  podSelector: {}\n  ingress: [{ports: [{port: http}]}]\n");
    let source = pod_with_port("shop", "http", 9999);
    check(&text, Side::Ingress, &tcp(&source, &pod_with_port("shop", "http", 8080), 8080), "allow");
    check(&text, Side::Ingress, &tcp(&source, &pod_with_port("shop", "http", 8081), 8080), "deny");
    check(&text, Side::Ingress, &tcp(&source, &pod("shop"), 9999), "deny");
    egress("  podSelector: {}\n  egress: [{ports: [{port: http}]}]\n", &outside("203.0.113.7"), 80, "deny");
}

#[test]
fn k8s_08_an_end_port_makes_a_range() {
    let spec = "  podSelector: {}\n  ingress: [{ports: [{port: 8000, endPort: 8010}]}]\n";
    ingress(spec, &pod("shop"), 8010, "allow");
    ingress(spec, &pod("shop"), 8011, "deny");
    refused("  podSelector: {}\n  ingress: [{ports: [{port: http, endPort: 80}]}]\n", "needs a numeric");
    refused("  podSelector: {}\n  ingress: [{ports: [{port: 80, endPort: 79}]}]\n", "below");
}

#[test]
fn k8s_09_an_exception_in_one_rule_does_not_bind_another() {
    let block = "{to: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]}";
    let spec = format!("  podSelector: {{}}\n  egress: [{block}]\n");
    egress(&spec, &outside("10.2.0.1"), 80, "allow");
    egress(&spec, &outside("10.1.0.1"), 80, "deny");
    let spec =
        format!("  podSelector: {{}}\n  egress: [{block}, {{to: [{{ipBlock: {{cidr: 10.1.2.0/24}}}}]}}]\n");
    egress(&spec, &outside("10.1.2.1"), 80, "allow");
}

#[test]
fn k8s_10_host_bits_in_a_block_are_an_error() {
    refused("  podSelector: {}\n  egress: [{to: [{ipBlock: {cidr: 10.0.0.5/8}}]}]\n", "host bits");
}

#[test]
fn k8s_11_leading_zeros_in_a_block_are_an_error() {
    refused(
        "  podSelector: {}\n  egress: [{to: [{ipBlock: {cidr: 010.0.0.0/8}}]}]\n",
        "not an address block",
    );
}

#[test]
fn k8s_12_an_exception_that_is_not_strictly_inside_is_an_error() {
    for except in ["10.0.0.0/8", "11.0.0.0/16", "0.0.0.0/0", "fd00::/64"] {
        let spec = format!(
            "  podSelector: {{}}\n  egress: [{{to: [{{ipBlock: {{cidr: 10.0.0.0/8, except: ['{except}']}}}}]}}]\n"
        );
        refused(&spec, "not strictly inside");
    }
}

#[test]
fn k8s_13_an_omitted_subject_is_all_pods() {
    ingress("  policyTypes: [Ingress]\n", &pod("shop"), 80, "deny");
}

#[test]
fn k8s_14_a_pod_is_never_kept_from_itself_or_its_node() {
    let text = policy("  podSelector: {}\n  policyTypes: [Ingress, Egress]\n");
    let itself = related(Relation::Itself, tcp(&pod("shop"), &pod("shop"), 80));
    check(&text, Side::Ingress, &itself, "allow");
    check(&text, Side::Egress, &itself, "allow");
    let from_node = related(Relation::OwnNode, tcp(&node("192.0.2.1"), &pod("shop"), 80));
    check(&text, Side::Ingress, &from_node, "allow");
    let to_node = related(Relation::OwnNode, tcp(&pod("shop"), &node("192.0.2.1"), 80));
    check(&text, Side::Egress, &to_node, "allow");
    check(&text, Side::Ingress, &tcp(&node("192.0.2.1"), &pod("shop"), 80), "deny");
}

#[test]
fn k8s_15_the_name_label_is_the_namespaces_name_and_cannot_be_edited() {
    let spec = "  podSelector: {}\n  ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: dns}}}]}]\n";
    ingress(spec, &pod("dns"), 80, "allow");
    ingress(spec, &pod_in("evil", "kubernetes.io/metadata.name", "dns"), 80, "deny");
    let spec = "  podSelector: {}\n  ingress: [{from: [{namespaceSelector: {matchLabels: {name: dns}}}]}]\n";
    ingress(spec, &pod("dns"), 80, "deny");
    ingress(spec, &pod_in("evil", "name", "dns"), 80, "allow");
}

#[test]
fn any_01_not_in_takes_a_missing_key() {
    let spec = "  podSelector: {}\n  ingress: [{from: [{namespaceSelector: {matchExpressions: [{key: tenant, operator: NotIn, values: [a]}]}}]}]\n";
    ingress(spec, &pod("kube-system"), 80, "allow");
    ingress(spec, &pod_in("x", "tenant", "a"), 80, "deny");
    ingress(spec, &pod_in("x", "tenant", "b"), 80, "allow");
}

#[test]
fn any_02_each_side_decides_for_itself() {
    let text = policy("  podSelector: {}\n  policyTypes: [Ingress, Egress]\n  ingress: [{}]\n");
    let flow = tcp(&pod("shop"), &pod("shop"), 80);
    check(&text, Side::Ingress, &flow, "allow");
    check(&text, Side::Egress, &flow, "deny");
}

#[test]
fn any_04_allowing_one_peer_isolates_from_the_others() {
    let spec = "  podSelector: {}\n  ingress: [{from: [{podSelector: {matchLabels: {app: a}}}]}]\n";
    ingress(spec, &pod("shop/app=a"), 80, "allow");
    ingress(spec, &pod("shop/app=b"), 80, "deny");
}

#[test]
fn any_12_a_block_of_every_ipv4_address_holds_pods_and_no_ipv6() {
    let spec = "  podSelector: {}\n  egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0}}]}]\n";
    egress(spec, &pod_at("other", "10.0.0.9"), 80, "allow");
    egress(spec, &node("192.0.2.1"), 80, "allow");
    egress(spec, &outside("2001:db8::1"), 80, "deny");
}

#[test]
fn any_14_rules_of_several_policies_are_united() {
    let text = format!(
        "{}---\n{}",
        policy("  podSelector: {}\n  policyTypes: [Ingress]\n"),
        policy("  podSelector: {}\n  ingress: [{from: [{podSelector: {}}]}]\n")
    );
    check(&text, Side::Ingress, &tcp(&pod("shop"), &pod("shop"), 80), "allow");
}

#[test]
fn a_block_that_could_decide_for_an_endpoint_without_address_is_undecided() {
    let spec = "  podSelector: {}\n  egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: 80}]}]\n";
    egress(spec, &pod("other"), 80, "undecided");
    egress(spec, &pod("other"), 81, "deny");
    let spec =
        "  podSelector: {}\n  egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}, {to: [{podSelector: {}}]}]\n";
    egress(spec, &pod("shop"), 80, "allow");
}

#[test]
fn what_the_api_server_refuses_is_an_error() {
    for (spec, reason) in [
        ("  podSelector: {}\n  ingress: [{from: [{}]}]\n", "a peer needs"),
        (
            "  podSelector: {}\n  ingress: [{from: [{podSelector: {}, ipBlock: {cidr: 10.0.0.0/8}}]}]\n",
            "excludes",
        ),
        ("  podSelector: {}\n  ingress: [{ports: [{port: 0}]}]\n", "not a port"),
        ("  podSelector: {}\n  ingress: [{ports: [{port: 65536}]}]\n", "not a port"),
        ("  podSelector: {}\n  ingress: [{ports: [{port: '80'}]}]\n", "not a port name"),
        ("  podSelector: {}\n  ingress: [{ports: [{protocol: ICMP}]}]\n", "is not TCP, UDP or SCTP"),
        ("  podSelector: {}\n  policyTypes: [ingress]\n", "not a policy type"),
        ("  podSelector: {matchLabels: {a b: c}}\n", "not a label key"),
        ("  podSelector: {matchLabels: {a: b c}}\n", "not a label value"),
        ("  podSelector: {matchLabels: {a: true}}\n", "invalid type: boolean"),
        ("  podSelector: {matchExpressions: [{key: a, operator: In}]}\n", "needs values"),
        ("  podSelector: {matchExpressions: [{key: a, operator: Exists, values: [b]}]}\n", "takes no values"),
        ("  podSelector: {matchExpressions: [{key: a, operator: Is, values: [b]}]}\n", "not an operator"),
        ("  podSelector: {}\n  ingres: []\n", "unknown field `ingres`"),
        ("  podSelector: {}\n  ingress:\n  - \n", "empty list item"),
        ("  podSelector: {}\n  podSelector: {}\n", "duplicate"),
        ("  podSelector: {}\nstray: {}\n", "stray: unknown field"),
    ] {
        refused(spec, reason);
    }
}

#[test]
fn an_error_names_file_line_object_and_place() {
    let text = format!(
        "# first\n---\n{}",
        policy("  podSelector: {}\n  ingress:\n  - from:\n    - ipBlock: {cidr: 10.0.0.1}\n")
    );
    let errors = read(&manifest(&text)).unwrap_err();
    assert_eq!(
        errors[0].to_string(),
        "test.yaml:10: NetworkPolicy shop/p: spec.ingress[0].from[0].ipBlock.cidr: `10.0.0.1` is an address without a prefix length"
    );
}

#[test]
fn lists_are_opened_and_unrelated_kinds_are_reported() {
    let text = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Service\n  metadata: {name: s, namespace: shop}\n- apiVersion: networking.k8s.io/v1\n  kind: NetworkPolicy\n  metadata: {name: p, namespace: shop}\n  spec: {podSelector: {}}\n";
    let set = read(&manifest(text)).unwrap();
    assert_eq!((set.len(), set.skipped().len()), (1, 1));
    assert_eq!((set.skipped()[0].object.as_str(), set.skipped()[0].line), ("Service shop/s", 4));
}

#[test]
fn cluster_scoped_policies_are_not_passed_over() {
    let text = "apiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nmetadata: {name: p}\nspec: {}\n";
    assert!(read(&manifest(text)).unwrap_err()[0].reason.contains("not covered"));
}

#[test]
fn plain_words_that_yaml_takes_for_booleans_are_no_text() {
    for word in ["yes", "on", "true", "Off", "7"] {
        refused(&format!("  podSelector: {{matchLabels: {{a: {word}}}}}\n"), "invalid type");
    }
    assert!(read(&manifest(&policy("  podSelector: {matchLabels: {a: 'yes'}}\n"))).is_ok());
}

#[test]
fn a_null_property_is_absent() {
    ingress("  podSelector: \n  ingress: \n", &pod("shop"), 80, "deny");
}

#[test]
fn a_lenient_reading_keeps_what_is_good() {
    let bad = policy("  podSelector: {}\n  ingress: [{from: [{}]}]\n");
    let text = format!("{bad}---\n{}---\nkind: [\n", policy("  podSelector: {}\n"));
    let (set, errors) = super::read_lenient(&manifest(&text));
    assert_eq!((set.len(), errors.len()), (1, 2));
    assert_eq!(
        errors.iter().map(|error| error.object.as_str()).collect::<Vec<_>>(),
        ["document", "NetworkPolicy shop/p"]
    );
}

#[test]
fn labels_that_are_as_long_as_the_api_server_takes_them_are_read() {
    let prefix = "a".repeat(253);
    let key = format!("{prefix}/{}", "k".repeat(63));
    assert!(read(&manifest(&policy(&format!("  podSelector: {{matchLabels: {{? {key} : v}}}}\n")))).is_ok());
    refused(&format!("  podSelector: {{matchLabels: {{? a{key} : v}}}}\n"), "not a label key");
}

#[test]
fn what_ends_a_line_for_some_readers_only_is_an_error() {
    for end in ['\r', '\u{85}', '\u{2028}', '\u{2029}'] {
        // For YAML 1.1 a second document, for YAML 1.2 a comment.
        let text = format!("# a\n# b{end}kind: NetworkPolicy\n");
        let errors = read(&manifest(&text)).unwrap_err();
        assert_eq!((errors.len(), errors[0].line), (1, 2), "{errors:?}");
        let code = format!("U+{:04X} ends a line", u32::from(end));
        assert!(errors[0].reason.contains(&code), "{errors:?}");
    }
    assert!(read(&manifest("# a\r\n# b\r\n")).unwrap().is_empty(), "CRLF is a line end for everybody");
}

#[test]
fn hostile_yaml_is_an_error() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let alias = format!("*a{}, ", level - 1);
        bomb.push_str(&format!("a{level}: &a{level} [{}]\n", alias.repeat(10)));
    }
    assert!(read(&manifest(&bomb)).is_err());
    assert!(read(&manifest(&"[".repeat(100_000))).is_err());
    assert!(read(&manifest(&"a: {".repeat(50_000))).is_err());
    assert!(read(&manifest("a: b: c\n")).is_err());
    assert!(read(&manifest("just text\n")).is_err());
    assert!(read(&manifest("# only a comment\n---\n...\n")).unwrap().is_empty());
}
