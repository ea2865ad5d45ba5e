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
