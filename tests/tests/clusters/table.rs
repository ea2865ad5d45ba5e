//! Every case of the collection, and what becomes of it.

/// What becomes of a case.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scope {
    /// Every published answer equals ours.
    Equal,
    /// The object at fault is one that our readings refuse, for this reason.
    Refused(&'static str),
    /// The published answer is to another question, or rests on what we hold to be wrong.
    Out(&'static str),
    /// Nothing is published; the three plug-ins' readings of it give one answer.
    Unpublished,
}

use Scope::{Equal, Out, Refused, Unpublished};

const ADMIN: Scope = Refused("AdminNetworkPolicy and BaselineAdminNetworkPolicy are not read yet");

/// The cases, by the folder or the comparison they are published in.
pub const CASES: &[(&str, Scope)] = &[
    ("argo-cd", Unpublished),
    (
        "cilium-up-and-running",
        Out("chapters of a book: their policies replace each other, and no answer is published"),
    ),
    ("cyclonus/analyze-all-five", Out("its policies are not published with it")),
    ("cyclonus/analyze-explain", Out("tells rules, not connections")),
    ("cyclonus/analyze-lint", Out("tells mistakes, not connections")),
    ("cyclonus/analyze-probe", Equal),
    ("cyclonus/analyze-query-target", Out("tells rules, not connections")),
    ("cyclonus/analyze-query-traffic", Equal),
    ("kube-prometheus", Unpublished),
    ("network-policy-api-conformance", Refused("ClusterNetworkPolicy is not read yet")),
    ("np-guard/_diff/anp_banp_core_test_and_anp_np_banp_core_test", ADMIN),
    ("np-guard/_diff/banp_test_core_gress_swapping_rules_and_banp_test_core_gress_rules", ADMIN),
    ("np-guard/_diff/deny_all_to_from_a_deployment_changed_netpol_and_deny_all_to_from_a_deployment", Equal),
    ("np-guard/_diff/ipblockstest_2_and_ipblockstest", Equal),
    ("np-guard/_diff/ipblockstest_3_and_ipblockstest", Equal),
    ("np-guard/_diff/ipblockstest_3_and_ipblockstest_2", Equal),
    ("np-guard/_diff/ipblockstest_4_and_ipblockstest", Equal),
    ("np-guard/_diff/k8s_ingress_test_new_and_k8s_ingress_test", Equal),
    ("np-guard/_diff/netpol-diff-example-minimal_and_netpol-analysis-example-minimal", Equal),
    ("np-guard/_diff/new_online_boutique_synthesis_and_new_online_boutique", Equal),
    ("np-guard/_diff/onlineboutique_workloads_changed_netpols_and_onlineboutique_workloads", Equal),
    (
        "np-guard/_diff/onlineboutique_workloads_changed_netpols_and_workloads_and_onlineboutique_workloads",
        Equal,
    ),
    ("np-guard/_diff/onlineboutique_workloads_changed_workloads_and_onlineboutique_workloads", Equal),
    ("np-guard/_diff/onlineboutique_workloads_with_ingress_and_onlineboutique_workloads", Equal),
    ("np-guard/_diff/with_end_port_example_new_and_with_end_port_example", Equal),
    ("np-guard/anp_and_banp_using_networks_and_nodes_test", ADMIN),
    ("np-guard/anp_and_banp_using_networks_test", ADMIN),
    ("np-guard/anp_banp_blog_demo", ADMIN),
    ("np-guard/anp_banp_core_test", ADMIN),
    ("np-guard/anp_demo", ADMIN),
    ("np-guard/anp_np_banp_core_test", ADMIN),
    ("np-guard/anp_test_1_deny_traffic_at_cluster_level", ADMIN),
    ("np-guard/anp_test_2_allow_traffic_at_cluster_level", ADMIN),
    ("np-guard/anp_test_3_pass_traffic", ADMIN),
    ("np-guard/anp_with_banp_new_test", ADMIN),
    ("np-guard/anp_with_banp_pass_test", ADMIN),
    ("np-guard/anp_with_np_and_banp_pass_test", ADMIN),
    ("np-guard/anp_with_np_pass_test", ADMIN),
    ("np-guard/banp_test_core_gress_rules", ADMIN),
    ("np-guard/banp_test_core_gress_swapping_rules", ADMIN),
    ("np-guard/demo_app_with_routes_and_ingress", Equal),
    ("np-guard/exposure_allow_all_in_cluster_test", Equal),
    ("np-guard/exposure_allow_all_test", Equal),
    ("np-guard/exposure_allow_egress_deny_ingress_test", Equal),
    ("np-guard/exposure_allow_ingress_deny_egress_test", Equal),
    ("np-guard/exposure_matched_and_unmatched_rules_test", Equal),
    ("np-guard/exposure_multiple_unmatched_rules_test", Equal),
    ("np-guard/exposure_test_conn_entire_cluster_with_empty_selectors", Equal),
    ("np-guard/exposure_test_conn_to_all_pods_in_a_new_ns", Equal),
    ("np-guard/exposure_test_conn_to_all_pods_in_an_existing_ns", Equal),
    ("np-guard/exposure_test_conn_to_new_pod_in_an_existing_ns", Equal),
    ("np-guard/exposure_test_conn_with_only_pod_selector", Equal),
    ("np-guard/exposure_test_conn_with_pod_selector_in_any_ns", Equal),
    ("np-guard/exposure_test_egress_with_named_port", Equal),
    ("np-guard/exposure_test_with_match_expression_in_op", Equal),
    ("np-guard/ipblockstest", Equal),
    ("np-guard/ipblockstest_2", Equal),
    ("np-guard/ipblockstest_3", Equal),
    ("np-guard/ipblockstest_4", Equal),
    ("np-guard/k8s_ingress_test", Equal),
    ("np-guard/k8s_ingress_test_new", Equal),
    ("np-guard/minimal_test_in_ns", Equal),
    ("np-guard/netpol-analysis-example-minimal", Equal),
    (
        "np-guard/netpol_named_port_test",
        Refused("a container port without a number, which no API server takes"),
    ),
    ("np-guard/new_online_boutique", Equal),
    ("np-guard/new_online_boutique_synthesis", Equal),
    ("np-guard/online_boutique_workloads_no_ns", Equal),
    ("np-guard/onlineboutique", Equal),
    ("np-guard/onlineboutique_workloads", Equal),
    ("np-guard/onlineboutique_workloads_with_ingress", Out("publishes reasons, not connections")),
    ("np-guard/with_end_port_example", Equal),
    ("np-guard/with_end_port_example_new", Equal),
    ("online-boutique", Unpublished),
    ("policy-assistant-demos", Refused("AdminNetworkPolicy is not read yet; no answer is published")),
    ("sock-shop", Unpublished),
];

/// A published list in a case that is compared, and why this one is not.
pub const FILES_OUT: &[(&str, &str)] = &[("explain", "tells reasons, not connections")];

/// Lines that published lists have and we do not, and why they are wrong.
pub const WRONG_LINES: &[(&str, &str, &str)] = &[
    (
        "{ingress-controller}",
        "default/unicorn[Deployment]",
        "the Ingress names port 8080 of a Service whose one port is 5000",
    ),
    (
        "{ingress-controller}",
        "default/frontend[Deployment]",
        "the Ingress names port 8080 of a Service whose one port is 80",
    ),
];
