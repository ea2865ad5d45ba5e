//! One test for each fact of Calico.

use std::collections::BTreeSet;

use netpol_flow::{Endpoint, Flow, Pod, Protocol, Relation, Side};

use super::{HostAction, Profile, evaluate, read};
use crate::testing::*;

/// An object of `projectcalico.org/v3`; `name` may have a namespace before it.
fn object(kind: &str, name: &str, spec: &str) -> String {
    let metadata = match name.split_once('/') {
        Some((namespace, name)) => format!("{{name: {name}, namespace: {namespace}}}"),
        None => format!("{{name: {name}}}"),
    };
    format!("---\napiVersion: projectcalico.org/v3\nkind: {kind}\nmetadata: {metadata}\nspec: {{{spec}}}\n")
}

fn local(spec: &str) -> String {
    object("NetworkPolicy", "shop/p", spec)
}

fn global(spec: &str) -> String {
    object("GlobalNetworkPolicy", "g", spec)
}

/// A GlobalNetworkSet of `10.9.0.0/16` with one label.
fn network_set(label: &str) -> String {
    format!(
        "---\napiVersion: projectcalico.org/v3\nkind: GlobalNetworkSet\nmetadata: {{name: s, labels: {{{label}}}}}\nspec: {{nets: [10.9.0.0/16]}}\n"
    )
}

fn stock(spec: &str) -> String {
    format!(
        "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: k, namespace: shop}}\nspec: {{podSelector: {{}}, {spec}}}\n"
    )
}

fn profile() -> Profile {
    Profile { endpoint_to_host: HostAction::Accept, ..Profile::default() }
}

fn check_with(profile: &Profile, text: &str, side: Side, flow: &Flow, want: &str) {
    let set = read(&manifest(text)).unwrap();
    assert_eq!(word(evaluate(&set, flow, side, profile)), want, "{} of {flow}\n{text}", side.word());
}

fn ingress(text: &str, source: &Endpoint, port: u16, want: &str) {
    check_with(&profile(), text, Side::Ingress, &tcp(source, &pod("shop/app=web"), port), want);
}

fn egress(text: &str, destination: &Endpoint, port: u16, want: &str) {
    check_with(&profile(), text, Side::Egress, &tcp(&pod("shop/app=web"), destination, port), want);
}

fn refused(text: &str, reason: &str) {
    let errors = read(&manifest(text)).unwrap_err();
    assert!(errors.iter().any(|error| error.to_string().contains(reason)), "{errors:?}");
}

const ALLOW_ALL: &str = "ingress: [{action: Allow}], egress: [{action: Allow}]";

#[test]
fn a_pod_no_policy_selects_is_open_by_its_profile() {
    ingress(&local("selector: app == 'db', types: [Ingress]"), &pod("x"), 80, "allow");
    ingress("", &outside("203.0.113.7"), 80, "allow");
}

#[test]
fn a_namespaced_policy_selects_in_its_namespace_only() {
    let text = object("NetworkPolicy", "other/p", "selector: all(), types: [Ingress]");
    ingress(&text, &pod("x"), 80, "allow");
}

#[test]
fn cal_01_a_tier_that_selects_and_matches_nothing_drops() {
    let tier = object("Tier", "guard", "order: 100");
    let allow = global(
        "tier: guard, selector: all(), types: [Ingress], ingress: [{action: Allow, protocol: TCP, destination: {ports: [9100]}}]",
    );
    let text = format!("{tier}{allow}{}", stock("ingress: [{}]"));
    ingress(&text, &pod("x"), 9100, "allow");
    ingress(&text, &pod("x"), 80, "deny");
    let text = text.replace("order: 100", "order: 100, defaultAction: Pass");
    ingress(&text, &pod("x"), 80, "allow");
}

#[test]
fn cal_02_a_tier_that_does_not_select_for_the_side_is_skipped() {
    let tier = object("Tier", "guard", "order: 100");
    let text = format!("{tier}{}", global("tier: guard, selector: all(), types: [Egress]"));
    ingress(&text, &pod("x"), 80, "allow");
    egress(&text, &pod("x"), 80, "deny");
}

#[test]
fn cal_03_a_negative_namespace_selector_also_holds_for_global_network_sets() {
    let rule = "selector: all(), types: [Egress], egress: [{action: Deny, destination: {namespaceSelector: \"tenant != 'a'\"}}, {action: Allow}]";
    let text = format!("{}{}", global(rule), network_set("kind: office"));
    egress(&text, &outside("10.9.0.1"), 80, "deny");
    egress(&text, &outside("10.8.0.1"), 80, "allow");
    let text = text.replace("tenant != 'a'", "has(projectcalico.org/name) && tenant != 'a'");
    egress(&text, &outside("10.9.0.1"), 80, "allow");
}

#[test]
fn cal_03_a_node_with_a_host_endpoint_may_match_a_selector_nobody_can_decide() {
    let text = global(
        "selector: all(), types: [Egress], egress: [{action: Allow, destination: {selector: '!has(x)'}}]",
    );
    let flow = tcp(&pod("shop"), &node("192.0.2.1"), 80);
    check_with(&profile(), &text, Side::Egress, &flow, "deny");
    check_with(&Profile { host_endpoints: true, ..profile() }, &text, Side::Egress, &flow, "undecided");
    let host =
        "---\napiVersion: projectcalico.org/v3\nkind: HostEndpoint\nmetadata: {name: h}\nspec: {node: n}\n";
    check_with(&profile(), &format!("{text}{host}"), Side::Egress, &flow, "undecided");
}

#[test]
fn cal_04_a_selector_in_a_namespaced_rule_stays_in_the_namespace() {
    let text = local(
        "selector: all(), types: [Ingress], ingress: [{action: Allow, source: {selector: \"app == 'a'\"}}]",
    );
    ingress(&text, &pod("shop/app=a"), 80, "allow");
    ingress(&text, &pod("x/app=a"), 80, "deny");
    let text = local(
        "selector: all(), types: [Ingress], ingress: [{action: Allow, source: {notSelector: \"app == 'a'\"}}]",
    );
    ingress(&text, &pod("shop/app=b"), 80, "allow");
    ingress(&text, &pod("x/app=b"), 80, "deny");
    ingress(&text, &outside("203.0.113.7"), 80, "deny");
    let text = text.replace("{notSelector", "{namespaceSelector: all(), notSelector");
    ingress(&text, &pod("x/app=b"), 80, "allow");
}

#[test]
fn cal_05_omitted_types_are_an_error_only_where_the_surfaces_differ() {
    refused(&local("selector: all(), egress: []"), "CAL-05");
    refused(&local("selector: all(), ingress: [], egress: [{action: Allow}]"), "CAL-05");
    let text = local("selector: all(), egress: [{action: Allow, protocol: UDP}]");
    egress(&text, &pod("x"), 80, "deny");
    ingress(&text, &pod("x"), 80, "allow");
    ingress(&local("selector: all()"), &pod("x"), 80, "deny");
    egress(&local("selector: all()"), &pod("x"), 80, "allow");
}

#[test]
fn cal_21_the_backend_kinds_have_no_defaults_and_take_both_directions() {
    let text = local("selector: all()").replace("projectcalico.org/v3", "crd.projectcalico.org/v1");
    ingress(&text, &pod("x"), 80, "deny");
    egress(&text, &pod("x"), 80, "deny");
}

#[test]
fn cal_06_a_global_policy_selects_pods_of_every_namespace() {
    ingress(&global("selector: all(), types: [Ingress]"), &pod("x"), 80, "deny");
    let text =
        global("selector: all(), namespaceSelector: \"projectcalico.org/name == 'shop'\", types: [Ingress]");
    ingress(&text, &pod("x"), 80, "deny");
    let text =
        global("selector: all(), namespaceSelector: \"projectcalico.org/name == 'x'\", types: [Ingress]");
    ingress(&text, &pod("x"), 80, "allow");
}

#[test]
fn cal_07_an_http_match_is_decided_only_with_application_layer_policy() {
    let rule = "{action: Allow, protocol: TCP, http: {methods: [GET], paths: [{prefix: /v1/}, {exact: /}]}}";
    let text = local(&format!("selector: all(), types: [Ingress], ingress: [{rule}]"));
    let flow = tcp(&pod("x"), &pod("shop"), 80);
    check_with(&profile(), &text, Side::Ingress, &request("GET", "/v1/a", flow.clone()), "undecided");
    let profile = Profile { application_layer_policy: true, ..profile() };
    check_with(&profile, &text, Side::Ingress, &request("GET", "/v1/a", flow.clone()), "allow");
    check_with(&profile, &text, Side::Ingress, &request("GET", "/v2/a", flow.clone()), "deny");
    check_with(&profile, &text, Side::Ingress, &request("POST", "/v1/a", flow.clone()), "deny");
    check_with(&profile, &text, Side::Ingress, &over(Protocol::Udp, flow.clone()), "deny");
    check_with(&profile, &text, Side::Ingress, &flow, "allow");
}

#[test]
fn cal_07_http_is_refused_where_it_cannot_stand() {
    let http = "http: {methods: [GET]}";
    refused(&local(&format!("types: [Ingress], ingress: [{{action: Deny, protocol: TCP, {http}}}]")), "http");
    refused(&local(&format!("types: [Egress], egress: [{{action: Allow, protocol: TCP, {http}}}]")), "http");
}

#[test]
fn cal_08_a_deny_on_a_named_port_holds_only_where_it_is_declared() {
    let text = local(
        "selector: all(), types: [Ingress], ingress: [{action: Deny, destination: {ports: [http]}}, {action: Allow}]",
    );
    let to = |destination: Endpoint| tcp(&pod("x"), &destination, 8080);
    check_with(&profile(), &text, Side::Ingress, &to(pod_with_port("shop", "http", 8080)), "deny");
    check_with(&profile(), &text, Side::Ingress, &to(pod_with_port("shop", "web", 8080)), "allow");
}

#[test]
fn cal_09_a_stock_block_with_leading_zeros_is_an_error() {
    refused(&stock("egress: [{to: [{ipBlock: {cidr: 010.0.0.0/8}}]}]"), "not an address block");
}

#[test]
fn cal_10_a_rule_with_both_families_is_an_error() {
    refused(
        &local("types: [Egress], egress: [{action: Allow, destination: {nets: [10.0.0.0/8, 'fd00::/8']}}]"),
        "CAL-10",
    );
    refused(
        &local("types: [Egress], egress: [{action: Allow, ipVersion: 6, destination: {nets: [10.0.0.0/8]}}]"),
        "CAL-10",
    );
}

#[test]
fn cal_11_a_negated_block_of_every_address_is_an_error() {
    refused(
        &local("types: [Egress], egress: [{action: Allow, destination: {notNets: [0.0.0.0/0]}}]"),
        "CAL-11",
    );
    refused(&local("types: [Egress], egress: [{action: Allow, destination: {notNets: ['::/0']}}]"), "CAL-11");
}

#[test]
fn cal_12_numeric_ports_need_a_protocol_and_named_ones_do_not() {
    refused(&local("types: [Ingress], ingress: [{action: Allow, destination: {ports: [80]}}]"), "CAL-12");
    refused(
        &local("types: [Ingress], ingress: [{action: Allow, protocol: ICMP, destination: {ports: ['1:2']}}]"),
        "CAL-12",
    );
    assert!(
        read(&manifest(&local("types: [Ingress], ingress: [{action: Allow, destination: {ports: [http]}}]")))
            .is_ok()
    );
}

#[test]
fn cal_13_criteria_of_one_rule_must_all_hold() {
    let text = local(
        "selector: all(), types: [Ingress], ingress: [{action: Allow, protocol: TCP, source: {nets: [10.0.0.0/8], notNets: [10.1.0.0/16]}, destination: {ports: [80, '90:99'], notPorts: [95]}}]",
    );
    ingress(&text, &outside("10.2.0.1"), 80, "allow");
    ingress(&text, &outside("10.1.0.1"), 80, "deny");
    ingress(&text, &outside("10.2.0.1"), 99, "allow");
    ingress(&text, &outside("10.2.0.1"), 95, "deny");
    let text = local("selector: all(), types: [Ingress], ingress: [{action: Allow, notProtocol: TCP}]");
    ingress(&text, &pod("x"), 80, "deny");
}

#[test]
fn cal_14_not_selector_matches_addresses_and_a_negated_selector_does_not() {
    let text = global(
        "selector: all(), types: [Egress], egress: [{action: Allow, destination: {notSelector: \"app == 'a'\"}}]",
    );
    egress(&text, &outside("203.0.113.7"), 80, "allow");
    egress(&text, &pod("x/app=b"), 80, "allow");
    egress(&text, &pod("x/app=a"), 80, "deny");
    let text = global(
        "selector: all(), types: [Egress], egress: [{action: Allow, destination: {selector: \"!(app == 'a')\"}}]",
    );
    egress(&text, &outside("203.0.113.7"), 80, "deny");
    egress(&text, &pod("x/app=b"), 80, "allow");
}

#[test]
fn cal_15_a_long_service_account_name_is_no_label() {
    let text = global(
        "selector: all(), types: [Ingress], ingress: [{action: Allow, source: {serviceAccounts: {names: [NAME]}}}]",
    );
    let from = |name: &str| {
        let mut pod: Pod = bare_pod("x");
        pod.account = name.into();
        tcp(&Endpoint::Pod(pod.into()), &crate::testing::pod("shop"), 80)
    };
    let long = "a".repeat(63);
    check_with(&profile(), &text.replace("NAME", "robot"), Side::Ingress, &from("robot"), "allow");
    check_with(&profile(), &text.replace("NAME", "robot"), Side::Ingress, &from("default"), "deny");
    check_with(&profile(), &text.replace("NAME", &long), Side::Ingress, &from(&long), "deny");
}

#[test]
fn a_selector_on_labels_of_service_accounts_is_undecided() {
    let text = global(
        "selector: all(), types: [Ingress], ingress: [{action: Allow, source: {serviceAccounts: {selector: has(x)}}}]",
    );
    ingress(&text, &pod("x"), 80, "undecided");
    ingress(&text, &outside("203.0.113.7"), 80, "deny");
    let text = global("selector: all(), serviceAccountSelector: has(x), types: [Ingress]");
    ingress(&text, &pod("x"), 80, "undecided");
}

#[test]
fn a_service_account_match_in_a_namespaced_policy_stays_in_the_namespace() {
    let text = local(
        "selector: all(), types: [Ingress], ingress: [{action: Allow, source: {serviceAccounts: {names: [default]}}}]",
    );
    ingress(&text, &pod("shop"), 80, "allow");
    ingress(&text, &pod("x"), 80, "deny");
    refused(
        &local("types: [Ingress], ingress: [{action: Allow, source: {serviceAccounts: {}}}]"),
        "restricts nothing",
    );
}

#[test]
fn cal_16_stock_policies_stand_at_order_1000_of_the_default_tier() {
    let deny = |order: &str| {
        global(&format!("order: {order}, selector: all(), types: [Ingress], ingress: [{{action: Deny}}]"))
    };
    ingress(&format!("{}{}", deny("999"), stock("ingress: [{}]")), &pod("x"), 80, "deny");
    ingress(&format!("{}{}", deny("1001"), stock("ingress: [{}]")), &pod("x"), 80, "allow");
    let isolating = global("order: 1, selector: all(), types: [Ingress]");
    ingress(&format!("{isolating}{}", stock("ingress: [{}]")), &pod("x"), 80, "allow");
}

#[test]
fn cal_17_a_deny_after_stock_policies_is_no_guardrail() {
    let deny = global("order: 2000, selector: all(), types: [Ingress], ingress: [{action: Deny}]");
    let text = format!("{deny}{}", stock("ingress: [{from: [{podSelector: {}}]}]"));
    ingress(&text, &pod("shop"), 80, "allow");
    ingress(&text, &pod("x"), 80, "deny");
}

#[test]
fn cal_18_cluster_network_policies_are_not_passed_over() {
    let text = "apiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nmetadata: {name: p}\nspec: {}\n";
    refused(text, "not covered");
}

#[test]
fn cal_20_a_name_without_the_tiers_prefix_is_taken() {
    let tier = object("Tier", "guard", "order: 1");
    ingress(
        &format!("{tier}{}", global("tier: guard, selector: all(), types: [Ingress]")),
        &pod("x"),
        80,
        "deny",
    );
}

#[test]
fn a_tier_that_is_not_given_is_an_error() {
    refused(&global("tier: nowhere, selector: all()"), "tier `nowhere` is not among the manifests");
}

#[test]
fn cal_22_flags_for_host_endpoints_are_not_covered() {
    for flag in ["doNotTrack", "preDNAT", "applyOnForward"] {
        refused(&global(&format!("{flag}: true, selector: all(), types: [Ingress]")), "CAL-22");
    }
    assert!(read(&manifest(&global("applyOnForward: false, selector: all(), types: [Ingress]"))).is_ok());
}

#[test]
fn cal_23_an_order_of_nil_is_last() {
    let early = object(
        "GlobalNetworkPolicy",
        "z",
        "order: 1e9, selector: all(), types: [Ingress], ingress: [{action: Allow}]",
    );
    let late =
        object("GlobalNetworkPolicy", "a", "selector: all(), types: [Ingress], ingress: [{action: Deny}]");
    ingress(&format!("{late}{early}"), &pod("x"), 80, "allow");
    let tier = object("Tier", "guard", "defaultAction: Deny");
    let text = format!(
        "{tier}{}{}",
        global("tier: guard, selector: all(), types: [Ingress]"),
        stock("ingress: [{}]")
    );
    ingress(&text, &pod("x"), 80, "allow");
}

#[test]
fn any_13_equal_orders_of_one_kind_go_by_name() {
    let policy = |name: &str, action: &str| {
        object(
            "GlobalNetworkPolicy",
            name,
            &format!("order: 5, selector: all(), types: [Ingress], ingress: [{{action: {action}}}]"),
        )
    };
    ingress(&format!("{}{}", policy("b", "Deny"), policy("a", "Allow")), &pod("x"), 80, "allow");
    ingress(&format!("{}{}", policy("a", "Deny"), policy("b", "Allow")), &pod("x"), 80, "deny");
}

#[test]
fn any_13_equal_orders_of_two_kinds_that_disagree_are_undecided() {
    let deny = global("order: 1000, selector: all(), types: [Ingress], ingress: [{action: Deny}]");
    ingress(&format!("{deny}{}", stock("ingress: [{}]")), &pod("x"), 80, "undecided");
    ingress(&format!("{deny}{}", stock("ingress: []")), &pod("x"), 80, "deny");
}

#[test]
fn cal_25_log_goes_on_to_the_next_rule() {
    let text = local("selector: all(), types: [Ingress], ingress: [{action: Log}, {action: Allow}]");
    ingress(&text, &pod("x"), 80, "allow");
    ingress(&local("selector: all(), types: [Ingress], ingress: [{action: Log}]"), &pod("x"), 80, "deny");
}

#[test]
fn cal_26_a_pod_reaches_its_own_node_as_the_profile_says_after_policy() {
    let flow = related(Relation::OwnNode, tcp(&pod("shop"), &node("192.0.2.1"), 80));
    let with = |endpoint_to_host| Profile { endpoint_to_host, ..Profile::default() };
    for (action, want) in
        [(HostAction::Accept, "allow"), (HostAction::Drop, "deny"), (HostAction::Unknown, "undecided")]
    {
        check_with(&with(action), "", Side::Egress, &flow, want);
        check_with(&with(action), &local("selector: all(), types: [Egress]"), Side::Egress, &flow, "deny");
    }
}

#[test]
fn a_node_reaches_its_own_pods_and_a_pod_itself() {
    let text = local("selector: all(), types: [Ingress, Egress]");
    let flow = related(Relation::OwnNode, tcp(&node("192.0.2.1"), &pod("shop"), 80));
    check_with(&profile(), &text, Side::Ingress, &flow, "allow");
    let flow = related(Relation::Itself, tcp(&pod("shop"), &pod("shop"), 80));
    check_with(&profile(), &text, Side::Egress, &flow, "allow");
    ingress(&text, &node("192.0.2.1"), 80, "deny");
}

#[test]
fn cal_27_blocks_match_pods_and_nodes_by_address() {
    let text = local(
        "selector: all(), types: [Egress], egress: [{action: Allow, destination: {nets: [10.0.0.0/8]}}]",
    );
    egress(&text, &pod_at("x", "10.0.0.9"), 80, "allow");
    egress(&text, &node("10.0.0.1"), 80, "allow");
    egress(&text, &outside("203.0.113.7"), 80, "deny");
    egress(&text, &pod("x"), 80, "undecided");
}

#[test]
fn bare_addresses_and_host_bits_are_masked_as_the_conversion_does() {
    let text = local(
        "selector: all(), types: [Egress], egress: [{action: Allow, destination: {nets: [10.0.0.5/8, 192.0.2.7]}}]",
    );
    egress(&text, &outside("10.200.0.1"), 80, "allow");
    egress(&text, &outside("192.0.2.7"), 80, "allow");
    egress(&text, &outside("192.0.2.8"), 80, "deny");
}

#[test]
fn negated_blocks_of_the_other_family_leave_the_rule_out() {
    let text = local(
        "selector: all(), types: [Egress], egress: [{action: Allow, destination: {notNets: [10.0.0.0/8]}}]",
    );
    egress(&text, &outside("203.0.113.7"), 80, "allow");
    egress(&text, &outside("2001:db8::1"), 80, "deny");
}

#[test]
fn a_rule_for_one_family_needs_an_address_to_decide() {
    let text = local("selector: all(), types: [Egress], egress: [{action: Allow, ipVersion: 6}]");
    egress(&text, &outside("203.0.113.7"), 80, "deny");
    egress(&text, &outside("2001:db8::1"), 80, "allow");
    egress(&text, &pod("x"), 80, "undecided");
}

#[test]
fn cal_28_a_broad_selector_takes_in_network_sets() {
    let rule = |selector: &str| {
        global(&format!(
            "selector: all(), types: [Egress], egress: [{{action: Allow, destination: {{selector: \"{selector}\"}}}}]"
        ))
    };
    let sets = network_set("kind: office");
    egress(&format!("{}{sets}", rule("all()")), &outside("10.9.0.1"), 80, "allow");
    egress(&format!("{}{sets}", rule("kind == 'office'")), &outside("10.9.0.1"), 80, "allow");
    egress(
        &format!("{}{sets}", rule("projectcalico.org/orchestrator == 'k8s'")),
        &outside("10.9.0.1"),
        80,
        "deny",
    );
    egress(&format!("{}{sets}", rule("kind == 'office'")), &pod_at("x", "10.9.0.1"), 80, "allow");
    egress(&format!("{}{sets}", rule("kind == 'office'")), &pod("x"), 80, "undecided");
}

#[test]
fn a_namespaced_network_set_belongs_to_its_namespace() {
    let set = "---\napiVersion: projectcalico.org/v3\nkind: NetworkSet\nmetadata: {name: s, namespace: shop, labels: {kind: office}}\nspec: {nets: [10.9.0.0/16]}\n";
    let text = local(
        "selector: all(), types: [Egress], egress: [{action: Allow, destination: {selector: \"kind == 'office'\"}}]",
    );
    egress(&format!("{text}{set}"), &outside("10.9.0.1"), 80, "allow");
    egress(&format!("{text}{}", network_set("kind: office")), &outside("10.9.0.1"), 80, "deny");
    let by_label = global(
        "selector: all(), types: [Egress], egress: [{action: Allow, destination: {namespaceSelector: \"team == 'a'\"}}]",
    );
    egress(&format!("{by_label}{set}"), &outside("10.9.0.1"), 80, "undecided");
}

#[test]
fn global_selects_what_has_no_namespace() {
    let text = local(
        "selector: all(), types: [Egress], egress: [{action: Allow, destination: {namespaceSelector: global(), selector: \"kind == 'office'\"}}]",
    );
    let text = format!("{text}{}", network_set("kind: office"));
    egress(&text, &outside("10.9.0.1"), 80, "allow");
    egress(&text, &pod("x/kind=office"), 80, "undecided");
    egress(&text, &pod_at("x/kind=office", "10.1.0.1"), 80, "deny");
    refused(&local("selector: global(), types: [Ingress]"), "global()");
    refused(
        &local(
            "types: [Ingress], ingress: [{action: Allow, source: {namespaceSelector: 'global() || has(x)'}}]",
        ),
        "alone",
    );
}

#[test]
fn namespace_labels_are_seen_by_namespace_selectors() {
    let text = local(
        "selector: all(), types: [Ingress], ingress: [{action: Allow, source: {namespaceSelector: \"team == 'a'\"}}]",
    );
    ingress(&text, &pod_in("x", "team", "a"), 80, "allow");
    ingress(&text, &pod("x/team=a"), 80, "deny");
    let text = text.replace("team == 'a'", "kubernetes.io/metadata.name == 'x'");
    ingress(&text, &pod("x"), 80, "allow");
}

#[test]
fn any_01_a_negative_selector_takes_a_missing_key() {
    let text = local(
        "selector: all(), types: [Ingress], ingress: [{action: Allow, source: {namespaceSelector: \"tenant not in {'a'}\"}}]",
    );
    ingress(&text, &pod("kube-system"), 80, "allow");
    ingress(&text, &pod_in("x", "tenant", "a"), 80, "deny");
}

#[test]
fn any_05_pass_skips_the_rest_of_the_tier() {
    let tier = object("Tier", "guard", "order: 1, defaultAction: Pass");
    let pass = object(
        "GlobalNetworkPolicy",
        "a",
        "tier: guard, order: 1, selector: all(), types: [Ingress], ingress: [{action: Pass, source: {selector: \"app == 'x'\"}}]",
    );
    let deny = object(
        "GlobalNetworkPolicy",
        "b",
        "tier: guard, order: 2, selector: all(), types: [Ingress], ingress: [{action: Deny}]",
    );
    let text = format!("{tier}{pass}{deny}");
    ingress(&text, &pod("x/app=x"), 80, "allow");
    ingress(&text, &pod("x/app=y"), 80, "deny");
    let text = format!("{text}{}", stock("ingress: []"));
    ingress(&text, &pod("x/app=x"), 80, "deny");
}

#[test]
fn staged_policies_are_read_and_not_enforced() {
    let text =
        object("StagedNetworkPolicy", "shop/p", "stagedAction: Set, selector: all(), types: [Ingress]");
    ingress(&text, &pod("x"), 80, "allow");
    let set = read(&manifest(&text)).unwrap();
    assert_eq!((set.staged().len(), set.len()), (1, 1));
    refused(&local("stagedAction: Set, selector: all()"), "unknown field");
}

#[test]
fn icmp_rules_match_no_tcp_and_still_isolate() {
    let text = local(
        "selector: all(), types: [Ingress], ingress: [{action: Allow, protocol: ICMP, icmp: {type: 8}}]",
    );
    ingress(&text, &pod("x"), 80, "deny");
    refused(&local("types: [Ingress], ingress: [{action: Allow, icmp: {type: 8}}]"), "needs protocol ICMP");
    refused(&local("types: [Ingress], ingress: [{action: Allow, protocol: ICMP, icmp: {type: 255}}]"), "254");
}

#[test]
fn the_api_servers_service_is_decided_where_its_ports_are_known() {
    let text = local(
        "selector: all(), types: [Egress], egress: [{action: Allow, destination: {services: {name: kubernetes, namespace: default}}}]",
    );
    egress(&text, &apiserver(true), 6443, "undecided");
    egress(&text, &outside("203.0.113.7"), 6443, "deny");
    let known = Profile { apiserver_ports: BTreeSet::from([6443]), ..profile() };
    check_with(&known, &text, Side::Egress, &tcp(&pod("shop"), &apiserver(false), 6443), "allow");
    check_with(&known, &text, Side::Egress, &tcp(&pod("shop"), &apiserver(false), 443), "deny");
    refused(&text.replace("name: kubernetes", "name: dns"), "not covered");
}

#[test]
fn a_match_on_the_source_port_is_undecided() {
    let text = local(
        "selector: all(), types: [Ingress], ingress: [{action: Allow, protocol: TCP, source: {ports: [1000]}}]",
    );
    ingress(&text, &pod("x"), 80, "undecided");
}

#[test]
fn a_rule_nobody_can_decide_does_not_matter_where_both_outcomes_agree() {
    let text = local(
        "selector: all(), types: [Egress], egress: [{action: Allow, destination: {nets: [10.0.0.0/8]}}, {action: Allow}]",
    );
    egress(&text, &pod("x"), 80, "allow");
    let text = local(
        "selector: all(), types: [Egress], egress: [{action: Deny, destination: {nets: [10.0.0.0/8]}}]",
    );
    egress(&text, &pod("x"), 80, "deny");
}

#[test]
fn what_calico_refuses_is_an_error() {
    for (spec, reason) in [
        ("selector: app = 'a'", "not followed by an operator"),
        ("types: [Ingress], ingress: [{action: allow}]", "not an action"),
        ("types: [Ingress], ingress: [{action: Allow, protocol: XTP}]", "not a protocol"),
        (
            "types: [Ingress], ingress: [{action: Allow, protocol: TCP, destination: {ports: ['9:1']}}]",
            "not a port",
        ),
        (
            "types: [Ingress], ingress: [{action: Allow, source: {domains: [x.com]}}]",
            "unknown field `domains`",
        ),
        ("types: [Ingres]", "not a type"),
        ("namespaceSelector: all()", "unknown field"),
    ] {
        refused(&local(spec), reason);
    }
    refused(&object("Tier", "default", "defaultAction: Pass"), "fixed");
    refused(&object("Tier", "x", "defaultAction: Allow"), "not Deny or Pass");
}

#[test]
fn a_policy_without_types_and_rules_for_both_allows_what_it_says() {
    ingress(&local(&format!("selector: all(), {ALLOW_ALL}")), &pod("x"), 80, "allow");
    egress(&local(&format!("selector: all(), {ALLOW_ALL}")), &pod("x"), 80, "allow");
}
