//! Flows between pods, and ports.

use netpol_flow::{Operator, Protocol, Requirement, Selector};
use netpol_model::{End, ModeKind, Namespaces, Pods, Ports, RuleKind};

use super::*;
use crate::testing::{all, namespace, policy, tcp, workload};

fn selecting(requirements: Vec<Requirement>) -> End {
    let selector = Selector { requirements };
    let End::Pods(all) = all("shop") else { unreachable!() };
    End::pods(Pods { selector, name: None, ..Pods::clone(&all) })
}

fn requirement(key: &str, operator: Operator, values: &[&str]) -> Requirement {
    Requirement { key: key.into(), operator, values: values.iter().map(|value| (*value).into()).collect() }
}

#[test]
fn a_namespace_without_rules_is_closed_on_both_sides() {
    let policy = policy(vec![namespace("shop", &["web"], vec![])]);
    insta::assert_snapshot!(build(&policy).files["shop.yaml"], @r#"
    # Written by netpol for kubernetes. Change the .netpol source, not this file.
    ---
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: default-deny
      namespace: shop
      labels:
        app.kubernetes.io/managed-by: netpol
        netpol.dev/layer: default
      annotations:
        netpol.dev/source: "shop.netpol:1"
        netpol.dev/because: "tests say so"
        netpol.dev/owner: team-shop
    spec:
      podSelector: {}
      policyTypes:
      - Ingress
      - Egress
    "#);
}

#[test]
fn an_open_side_gets_neither_a_type_nor_a_rule() {
    let rules = || vec![arrow(5, workload("shop", "web"), workload("shop", "api"), tcp(&[8080]))];
    let mut shop = namespace("shop", &["web", "api"], rules());
    shop.mode.kind = ModeKind::IngressOnly;
    insta::assert_snapshot!(specs(&policy(vec![shop.clone()]), "shop"), @r#"
    default-deny
      podSelector: {}
      policyTypes:
      - Ingress
    ---
    api
      podSelector:
        matchLabels:
          app: api
      policyTypes:
      - Ingress
      ingress:
      # shop.netpol:5 a rule
      # because tests say so
      - from:
        - podSelector:
            matchLabels:
              app: web
        ports:
        - protocol: TCP
          port: 8080
    "#);
    shop.mode.kind = ModeKind::EgressOnly;
    insta::assert_snapshot!(specs(&policy(vec![shop]), "shop"), @r#"
    default-deny
      podSelector: {}
      policyTypes:
      - Egress
    ---
    web
      podSelector:
        matchLabels:
          app: web
      policyTypes:
      - Egress
      egress:
      # shop.netpol:5 a rule
      # because tests say so
      - to:
        - podSelector:
            matchLabels:
              app: api
        ports:
        - protocol: TCP
          port: 8080
    "#);
}

#[test]
fn an_arrow_opens_egress_at_its_source_and_ingress_at_its_destination() {
    let rules = vec![arrow(5, workload("shop", "web"), workload("shop", "api"), tcp(&[8080]))];
    insta::assert_snapshot!(specs(&policy(vec![namespace("shop", &["web", "api"], rules)]), "shop"), @r#"
    default-deny
      podSelector: {}
      policyTypes:
      - Ingress
      - Egress
    ---
    web
      podSelector:
        matchLabels:
          app: web
      policyTypes:
      - Egress
      egress:
      # shop.netpol:5 a rule
      # because tests say so
      - to:
        - podSelector:
            matchLabels:
              app: api
        ports:
        - protocol: TCP
          port: 8080
    ---
    api
      podSelector:
        matchLabels:
          app: api
      policyTypes:
      - Ingress
      ingress:
      # shop.netpol:5 a rule
      # because tests say so
      - from:
        - podSelector:
            matchLabels:
              app: web
        ports:
        - protocol: TCP
          port: 8080
    "#);
}

#[test]
fn rules_of_one_subject_share_an_object_with_both_directions() {
    let rules = vec![
        arrow(5, workload("shop", "web"), workload("shop", "api"), tcp(&[8080])),
        arrow(6, workload("shop", "api"), workload("shop", "db"), tcp(&[5432])),
    ];
    let text = specs(&policy(vec![namespace("shop", &["web", "api", "db"], rules)]), "shop");
    assert_eq!(
        text.matches(
            "podSelector:\n    matchLabels:\n      app: api\n  policyTypes:\n  - Ingress\n  - Egress"
        )
        .count(),
        1
    );
}

#[test]
fn another_namespace_is_one_item_with_both_selectors() {
    let there = arrow(5, workload("shop", "web"), workload("pay", "api"), tcp(&[443]));
    let expose =
        rule(9, RuleKind::Expose, vec![workload("shop", "web")], vec![workload("pay", "api")], tcp(&[443]));
    let policy =
        policy(vec![namespace("shop", &["web"], vec![there]), namespace("pay", &["api"], vec![expose])]);
    insta::assert_snapshot!(specs(&policy, "shop"), @r#"
    default-deny
      podSelector: {}
      policyTypes:
      - Ingress
      - Egress
    ---
    web
      podSelector:
        matchLabels:
          app: web
      policyTypes:
      - Egress
      egress:
      # shop.netpol:5 a rule
      # because tests say so
      - to:
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: pay
          podSelector:
            matchLabels:
              app: api
        ports:
        - protocol: TCP
          port: 443
    "#);
    insta::assert_snapshot!(specs(&policy, "pay"), @r#"
    default-deny
      podSelector: {}
      policyTypes:
      - Ingress
      - Egress
    ---
    api
      podSelector:
        matchLabels:
          app: api
      policyTypes:
      - Ingress
      ingress:
      # shop.netpol:9 a rule
      # because tests say so
      - from:
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: shop
          podSelector:
            matchLabels:
              app: web
        ports:
        - protocol: TCP
          port: 443
    "#);
}

#[test]
fn several_namespaces_are_a_list_and_every_pod_an_empty_selector() {
    let rules = vec![
        ingress(5, pods_of(&["pay", "monitoring"]), all("shop"), tcp(&[9090])),
        ingress(6, every_pod(), all("shop"), tcp(&[8080])),
        ingress(7, pods_of(&["pay", "shop"]), all("shop"), tcp(&[7070])),
        ingress(8, all("shop"), all("shop"), tcp(&[6060])),
    ];
    insta::assert_snapshot!(specs(&policy(vec![namespace("shop", &[], rules)]), "shop"), @r#"
    default-deny
      podSelector: {}
      policyTypes:
      - Ingress
      - Egress
    ---
    all
      podSelector: {}
      policyTypes:
      - Ingress
      - Egress
      ingress:
      # shop.netpol:5 a rule
      # because tests say so
      - from:
        - namespaceSelector:
            matchExpressions:
            - key: kubernetes.io/metadata.name
              operator: In
              values:
              - monitoring
              - pay
        ports:
        - protocol: TCP
          port: 9090
      # shop.netpol:6 a rule
      # because tests say so
      - from:
        - namespaceSelector: {}
        ports:
        - protocol: TCP
          port: 8080
      # shop.netpol:7 a rule
      # because tests say so
      - from:
        - namespaceSelector:
            matchExpressions:
            - key: kubernetes.io/metadata.name
              operator: In
              values:
              - pay
              - shop
        ports:
        - protocol: TCP
          port: 7070
      # shop.netpol:8 a rule
      # because tests say so
      - from:
        - podSelector: {}
        ports:
        - protocol: TCP
          port: 6060
      egress:
      # shop.netpol:6 a rule
      # because tests say so
      - to:
        - podSelector: {}
        ports:
        - protocol: TCP
          port: 8080
      # shop.netpol:7 a rule
      # because tests say so
      - to:
        - podSelector: {}
        ports:
        - protocol: TCP
          port: 7070
      # shop.netpol:8 a rule
      # because tests say so
      - to:
        - podSelector: {}
        ports:
        - protocol: TCP
          port: 6060
    "#);
}

#[test]
fn namespaces_by_label_are_a_namespace_selector() {
    let End::Pods(every) = every_pod() else { unreachable!() };
    let team = End::pods(Pods {
        namespaces: Namespaces::Matching(Selector::is("team", "sre")),
        ..Pods::clone(&every)
    });
    let rules = vec![ingress(5, team, all("shop"), tcp(&[9090]))];
    insta::assert_snapshot!(specs(&policy(vec![namespace("shop", &[], rules)]), "shop"), @r#"
    default-deny
      podSelector: {}
      policyTypes:
      - Ingress
      - Egress
    ---
    all
      podSelector: {}
      policyTypes:
      - Ingress
      - Egress
      ingress:
      # shop.netpol:5 a rule
      # because tests say so
      - from:
        - namespaceSelector:
            matchLabels:
              team: sre
        ports:
        - protocol: TCP
          port: 9090
      egress:
      # shop.netpol:5 a rule
      # because tests say so
      - to:
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: shop
              team: sre
        ports:
        - protocol: TCP
          port: 9090
    "#);
}

#[test]
fn each_operator_is_written_as_kubernetes_reads_it() {
    let peer = selecting(vec![
        requirement("tier", Operator::In, &["a", "b"]),
        requirement("canary", Operator::DoesNotExist, &[]),
        requirement("team", Operator::Exists, &[]),
        requirement("zone", Operator::NotIn, &["x"]),
    ]);
    let rules = vec![ingress(5, peer, workload("shop", "web"), tcp(&[80]))];
    insta::assert_snapshot!(specs(&policy(vec![namespace("shop", &["web"], rules)]), "shop"), @r#"
    default-deny
      podSelector: {}
      policyTypes:
      - Ingress
      - Egress
    ---
    pods--3593fb2c
      podSelector:
        matchExpressions:
        - key: canary
          operator: DoesNotExist
        - key: team
          operator: Exists
        - key: tier
          operator: In
          values:
          - a
          - "b"
        - key: zone
          operator: NotIn
          values:
          - "x"
      policyTypes:
      - Egress
      egress:
      # shop.netpol:5 a rule
      # because tests say so
      - to:
        - podSelector:
            matchLabels:
              app: web
        ports:
        - protocol: TCP
          port: 80
    ---
    web
      podSelector:
        matchLabels:
          app: web
      policyTypes:
      - Ingress
      ingress:
      # shop.netpol:5 a rule
      # because tests say so
      - from:
        - podSelector:
            matchExpressions:
            - key: canary
              operator: DoesNotExist
            - key: team
              operator: Exists
            - key: tier
              operator: In
              values:
              - a
              - "b"
            - key: zone
              operator: NotIn
              values:
              - "x"
        ports:
        - protocol: TCP
          port: 80
    "#);
}

#[test]
fn a_quoted_port_is_named_for_each_protocol() {
    let rules = vec![ingress(5, End::Any, workload("shop", "web"), quoted("metrics"))];
    insta::assert_snapshot!(specs(&policy(vec![namespace("shop", &["web"], rules)]), "shop"), @r#"
    default-deny
      podSelector: {}
      policyTypes:
      - Ingress
      - Egress
    ---
    all
      podSelector: {}
      policyTypes:
      - Egress
      egress:
      # shop.netpol:5 a rule
      # because tests say so
      - to:
        - podSelector:
            matchLabels:
              app: web
        ports:
        - protocol: TCP
          port: metrics
        - protocol: UDP
          port: metrics
        - protocol: SCTP
          port: metrics
    ---
    web
      podSelector:
        matchLabels:
          app: web
      policyTypes:
      - Ingress
      ingress:
      # shop.netpol:5 a rule
      # because tests say so
      - ports:
        - protocol: TCP
          port: metrics
        - protocol: UDP
          port: metrics
        - protocol: SCTP
          port: metrics
    "#);
}

#[test]
fn ports_are_numbers_ranges_whole_protocols_or_nothing_at_all() {
    let (web, api) = (|| workload("shop", "web"), || workload("shop", "api"));
    let rules = vec![
        egress(5, web(), api(), tcp(&[80, 81, 443])),
        egress(6, web(), api(), range(Protocol::Tcp, 8000, 8999)),
        egress(7, web(), api(), range(Protocol::Udp, 1, 65535)),
        egress(8, web(), api(), range(Protocol::Sctp, 3868, 3868)),
        egress(9, web(), api(), Ports::Any),
    ];
    let mut shop = namespace("shop", &["web", "api"], rules);
    shop.mode.kind = ModeKind::EgressOnly;
    insta::assert_snapshot!(specs(&policy(vec![shop]), "shop"), @r#"
    default-deny
      podSelector: {}
      policyTypes:
      - Egress
    ---
    web
      podSelector:
        matchLabels:
          app: web
      policyTypes:
      - Egress
      egress:
      # shop.netpol:5 a rule
      # because tests say so
      - to:
        - podSelector:
            matchLabels:
              app: api
        ports:
        - protocol: TCP
          port: 80
        - protocol: TCP
          port: 81
        - protocol: TCP
          port: 443
      # shop.netpol:6 a rule
      # because tests say so
      - to:
        - podSelector:
            matchLabels:
              app: api
        ports:
        - protocol: TCP
          port: 8000
          endPort: 8999
      # shop.netpol:7 a rule
      # because tests say so
      - to:
        - podSelector:
            matchLabels:
              app: api
        ports:
        - protocol: UDP
      # shop.netpol:8 a rule
      # because tests say so
      - to:
        - podSelector:
            matchLabels:
              app: api
        ports:
        - protocol: SCTP
          port: 3868
      # shop.netpol:9 a rule
      # because tests say so
      - to:
        - podSelector:
            matchLabels:
              app: api
    "#);
}

#[test]
fn a_rule_that_lapsed_yesterday_is_not_written() {
    let lapsed = Rule {
        until: Some("2026-11-20".parse().unwrap()),
        ..arrow(5, workload("shop", "web"), workload("shop", "api"), tcp(&[8080]))
    };
    let last_day = Rule {
        until: Some("2026-11-21".parse().unwrap()),
        ..arrow(6, workload("shop", "api"), workload("shop", "web"), tcp(&[9090]))
    };
    let text = specs(&policy(vec![namespace("shop", &["web", "api"], vec![lapsed, last_day])]), "shop");
    assert!(!text.contains("8080") && text.contains("9090"));
}

#[test]
fn an_external_namespace_gets_no_object() {
    let mut shop = namespace("shop", &["web"], vec![]);
    shop.external = true;
    assert!(!build(&policy(vec![shop])).files.contains_key("shop.yaml"));
}

#[test]
fn ranges_of_an_old_cluster_are_listed_while_short() {
    let rules =
        vec![arrow(5, workload("shop", "web"), workload("shop", "api"), range(Protocol::Tcp, 80, 83))];
    let policy = policy(vec![namespace("shop", &["web", "api"], rules)]);
    let output = lower(&BACKEND, &policy, &[("version", "1.24")]);
    let file = &output.files["shop.yaml"];
    assert!(
        ["80", "81", "82", "83"].iter().all(|port| file.contains(&format!("port: {port}\n")))
            && !file.contains("endPort")
    );
}
