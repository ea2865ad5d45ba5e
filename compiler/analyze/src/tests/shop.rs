//! The three forms of the answer for one cluster, as a person or a program gets them.

use crate::{HostNetwork, Manifest, Options, analyze, csv, json, text};

const SHOP: &str = include_str!("shop.yaml");

fn answer() -> crate::Answer {
    super::read(SHOP).expect("an answer")
}

#[test]
fn text_is_a_table() {
    insta::assert_snapshot!(text(&answer()));
}

#[test]
fn csv_is_a_line_for_each_connection() {
    insta::assert_snapshot!(csv(&answer()));
}

#[test]
fn json_is_one_object() {
    insta::assert_snapshot!(json(&answer()));
}

#[test]
fn pods_on_the_host_network_may_count_as_pods() {
    let options = Options { host_network: HostNetwork::Pods, ..Options::default() };
    let answer = analyze(&[Manifest { path: "shop.yaml", text: SHOP }], options).expect("an answer");
    assert!(answer.on_host.is_empty());
    let found = super::lines(&answer);
    let line = "monitoring/node-exporter,DaemonSet,shop/api,Deployment,9100/TCP".to_owned();
    assert!(found.contains(&line), "{found:#?}");
}

#[test]
fn what_all_workloads_have_in_common_is_one_line_of_the_text() {
    let pod = |name: &str| {
        format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, labels: {{app: {name}}}}}, spec: {{}}}}\n---\n"
        )
    };
    let pods: String = ["a", "b", "c"].into_iter().map(pod).collect();
    let told = |text: &str| -> Vec<String> {
        let text = crate::text(&super::read(text).expect("an answer"));
        let squeezed = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
        squeezed.skip(1).take_while(|line| !line.is_empty()).collect()
    };
    assert_eq!(
        told(&pods),
        [
            "outside every workload every port",
            "every workload every workload every port",
            "every workload outside every port"
        ]
    );
    let policy = |name: &str, from: &str| {
        format!(
            "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: {name}}}, spec: {{podSelector: \
             {{matchLabels: {{app: {name}}}}}, ingress: [{{from: [{from}], ports: [{{port: 80}}]}}]}}}}\n---\n"
        )
    };
    // To `a` from every pod, to `b` from `a` and addresses, and `c` alone takes nothing.
    let policies = [
        policy("a", "{podSelector: {}}"),
        policy(
            "b",
            "{podSelector: {matchLabels: {app: a}}}, {ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}",
        ),
        policy("c", "{podSelector: {matchLabels: {app: c}}}"),
    ]
    .concat();
    assert_eq!(
        told(&(pods + &policies)),
        [
            "every workload default/a 80/TCP",
            "every workload outside every port",
            "0.0.0.0/0 except 10.0.0.0/8 default/b 80/TCP",
            "default/a default/b 80/TCP",
        ]
    );
}
