//! Isolation, modes, arrows, exposure, the baseline, closed clusters.

use netpol_flow::Selector;
use netpol_model::{End, Layer, Mode, ModeKind, Namespaces, Pods, Ports, Rule, RuleKind};

use super::{BACKEND, dns, egress, ingress, shop, shop_with, shown, whole};
use crate::testing::{all, baseline, lower, namespace, policy, rule, tcp, workload};

fn arrow(from: End, to: End, ports: Ports) -> Rule {
    rule(5, RuleKind::Arrow, vec![from], vec![to], ports)
}

#[test]
fn a_whole_file_reads_like_the_source() {
    let output = lower(
        &BACKEND,
        &shop(vec![arrow(workload("shop", "web"), workload("shop", "api"), tcp(&[8080]))]),
        &[],
    );
    insta::assert_snapshot!(output.files["shop.yaml"], @r#"
    # Written by netpol for cilium. Change the .netpol source, not this file.
    ---
    apiVersion: cilium.io/v2
    kind: CiliumNetworkPolicy
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
      endpointSelector: {}
      enableDefaultDeny:
        ingress: true
        egress: true
      ingress:
      - {}
      egress:
      - {}
    ---
    apiVersion: cilium.io/v2
    kind: CiliumNetworkPolicy
    metadata:
      name: web
      namespace: shop
      labels:
        app.kubernetes.io/managed-by: netpol
        netpol.dev/layer: namespace
      annotations:
        netpol.dev/source: "shop.netpol:5"
        netpol.dev/because: "tests say so"
        netpol.dev/owner: team-shop
    spec:
      endpointSelector:
        matchLabels:
          "k8s:app": web
      enableDefaultDeny:
        ingress: false
        egress: true
      egress:
      # shop.netpol:5 a rule
      # because tests say so
      - toEndpoints:
        - matchLabels:
            "k8s:io.kubernetes.pod.namespace": shop
            "k8s:app": api
        toPorts:
        - ports:
          - port: "8080"
            protocol: TCP
    ---
    apiVersion: cilium.io/v2
    kind: CiliumNetworkPolicy
    metadata:
      name: api
      namespace: shop
      labels:
        app.kubernetes.io/managed-by: netpol
        netpol.dev/layer: namespace
      annotations:
        netpol.dev/source: "shop.netpol:5"
        netpol.dev/because: "tests say so"
        netpol.dev/owner: team-shop
    spec:
      endpointSelector:
        matchLabels:
          "k8s:app": api
      enableDefaultDeny:
        ingress: true
        egress: false
      ingress:
      # shop.netpol:5 a rule
      # because tests say so
      - fromEndpoints:
        - matchLabels:
            "k8s:io.kubernetes.pod.namespace": shop
            "k8s:app": web
        toPorts:
        - ports:
          - port: "8080"
            protocol: TCP
    "#);
}

#[test]
fn the_build_records_what_it_assumes() {
    let output = lower(&BACKEND, &shop(vec![]), &[]);
    insta::assert_snapshot!(output.files["kustomization.yaml"], @r"
    # Written by netpol for cilium. Change the .netpol source, not this file.
    # Assumes Cilium 1.19 or later with enable-policy default, non-default-deny policies on,
    # allow-localhost always, the default label filter, enable-sctp off: no SCTP is carried,
    # the API server's identity seen on ingress; every pod managed, no Cluster Mesh,
    # and no Admin ClusterNetworkPolicy that accepts what is denied here.
    ---
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - shop.yaml
    ");
}

#[test]
fn a_mode_isolates_one_side_and_says_nothing_on_the_other() {
    let rules = vec![ingress(tcp(&[80]), End::Any), egress(tcp(&[443]), End::Any)];
    let mut policy = shop(rules);
    policy.namespaces.get_mut("shop").unwrap().mode = Mode { kind: ModeKind::IngressOnly, until: None };
    insta::assert_snapshot!(whole(&policy, &[]), @r#"
    shop.yaml: CiliumNetworkPolicy default-deny
      endpointSelector: {}
      enableDefaultDeny:
        ingress: true
        egress: false
      ingress:
      - {}
    ---
    shop.yaml: CiliumNetworkPolicy api
      endpointSelector:
        matchLabels:
          "k8s:app": api
      enableDefaultDeny:
        ingress: true
        egress: false
      ingress:
      # shop.netpol:4 a rule
      # because tests say so
      - fromEntities:
        - all
        toPorts:
        - ports:
          - port: "80"
            protocol: TCP
    ---
    shop.yaml: CiliumNetworkPolicy all
      endpointSelector: {}
      enableDefaultDeny:
        ingress: true
        egress: false
      ingress:
      # shop.netpol:3 a rule
      # because tests say so
      - fromEndpoints:
        - matchLabels:
            "k8s:io.kubernetes.pod.namespace": shop
            "k8s:app": api
        toPorts:
        - ports:
          - port: "443"
            protocol: TCP
    ---
    "#);
}

#[test]
fn a_mode_that_lapsed_is_enforced_in_full() {
    let mut policy = shop(vec![]);
    let until = Some("2026-11-20".parse().unwrap());
    policy.namespaces.get_mut("shop").unwrap().mode = Mode { kind: ModeKind::Audit, until };
    insta::assert_snapshot!(whole(&policy, &[]), @r"
    shop.yaml: CiliumNetworkPolicy default-deny
      endpointSelector: {}
      enableDefaultDeny:
        ingress: true
        egress: true
      ingress:
      - {}
      egress:
      - {}
    ---
    ");
}

#[test]
fn audit_writes_nothing_and_says_so() {
    let mut policy = shop(vec![dns("shop")]);
    policy.namespaces.get_mut("shop").unwrap().mode = Mode { kind: ModeKind::Audit, until: None };
    insta::assert_snapshot!(shown(&policy, &[]), @r"
    warning[NP0708]: target `cilium` cannot try `shop` out
      note: no object is written for it: what it would deny passes and is not reported
      help: watch its flows with Hubble, or audit on `calico`, which stages policies
    ");
}

#[test]
fn an_arrow_across_namespaces_opens_each_end_in_its_own_namespace() {
    let across = arrow(workload("shop", "api"), workload("data", "db"), tcp(&[5432]));
    let expose =
        rule(9, RuleKind::Expose, vec![workload("shop", "api")], vec![workload("data", "db")], tcp(&[5432]));
    let policy = policy(vec![namespace("data", &["db"], vec![expose]), shop_with(vec![across])]);
    insta::assert_snapshot!(whole(&policy, &[]), @r#"
    data.yaml: CiliumNetworkPolicy default-deny
      endpointSelector: {}
      enableDefaultDeny:
        ingress: true
        egress: true
      ingress:
      - {}
      egress:
      - {}
    ---
    data.yaml: CiliumNetworkPolicy db
      endpointSelector:
        matchLabels:
          "k8s:app": db
      enableDefaultDeny:
        ingress: true
        egress: false
      ingress:
      # shop.netpol:9 a rule
      # because tests say so
      - fromEndpoints:
        - matchLabels:
            "k8s:io.kubernetes.pod.namespace": shop
            "k8s:app": api
        toPorts:
        - ports:
          - port: "5432"
            protocol: TCP
    ---
    shop.yaml: CiliumNetworkPolicy default-deny
      endpointSelector: {}
      enableDefaultDeny:
        ingress: true
        egress: true
      ingress:
      - {}
      egress:
      - {}
    ---
    shop.yaml: CiliumNetworkPolicy api
      endpointSelector:
        matchLabels:
          "k8s:app": api
      enableDefaultDeny:
        ingress: false
        egress: true
      egress:
      # shop.netpol:5 a rule
      # because tests say so
      - toEndpoints:
        - matchLabels:
            "k8s:io.kubernetes.pod.namespace": data
            "k8s:app": db
        toPorts:
        - ports:
          - port: "5432"
            protocol: TCP
    ---
    "#);
}

#[test]
fn namespaces_are_selected_by_label_and_pods_by_account() {
    let by_label = End::pods(Pods {
        namespaces: Namespaces::Matching(Selector::is("team", "sre")),
        accounts: Some(["prometheus".into()].into()),
        ..Pods::all_of("x")
    });
    insta::assert_snapshot!(shown(&shop(vec![ingress(tcp(&[9090]), by_label)]), &[]), @r#"
    shop.yaml: CiliumNetworkPolicy all--b2203b85
      endpointSelector:
        matchLabels:
          "k8s:io.cilium.k8s.namespace.labels.team": sre
          "k8s:io.cilium.k8s.policy.serviceaccount": prometheus
      enableDefaultDeny:
        ingress: false
        egress: true
      egress:
      # shop.netpol:4 a rule
      # because tests say so
      - toEndpoints:
        - matchLabels:
            "k8s:io.kubernetes.pod.namespace": shop
            "k8s:app": api
        toPorts:
        - ports:
          - port: "9090"
            protocol: TCP
    ---
    shop.yaml: CiliumNetworkPolicy api
      endpointSelector:
        matchLabels:
          "k8s:app": api
      enableDefaultDeny:
        ingress: true
        egress: false
      ingress:
      # shop.netpol:4 a rule
      # because tests say so
      - fromEndpoints:
        - matchLabels:
            "k8s:io.cilium.k8s.namespace.labels.team": sre
            "k8s:io.cilium.k8s.policy.serviceaccount": prometheus
          matchExpressions:
          - key: "k8s:io.kubernetes.pod.namespace"
            operator: Exists
        toPorts:
        - ports:
          - port: "9090"
            protocol: TCP
    ---
    "#);
}

#[test]
fn a_negative_selector_is_guarded_by_the_namespace_key() {
    let requirement = netpol_flow::Requirement {
        key: "tier".into(),
        operator: netpol_flow::Operator::NotIn,
        values: ["db".into()].into(),
    };
    let others = End::pods(Pods {
        namespaces: Namespaces::Every,
        selector: Selector { requirements: vec![requirement] },
        ..Pods::all_of("x")
    });
    insta::assert_snapshot!(shown(&shop(vec![ingress(tcp(&[9090]), others)]), &[]), @r#"
    shop.yaml: CiliumNetworkPolicy all--cf845e27
      endpointSelector:
        matchExpressions:
        - key: "k8s:tier"
          operator: NotIn
          values:
          - db
      enableDefaultDeny:
        ingress: false
        egress: true
      egress:
      # shop.netpol:4 a rule
      # because tests say so
      - toEndpoints:
        - matchLabels:
            "k8s:io.kubernetes.pod.namespace": shop
            "k8s:app": api
        toPorts:
        - ports:
          - port: "9090"
            protocol: TCP
    ---
    shop.yaml: CiliumNetworkPolicy api
      endpointSelector:
        matchLabels:
          "k8s:app": api
      enableDefaultDeny:
        ingress: true
        egress: false
      ingress:
      # shop.netpol:4 a rule
      # because tests say so
      - fromEndpoints:
        - matchExpressions:
          - key: "k8s:io.kubernetes.pod.namespace"
            operator: Exists
          - key: "k8s:tier"
            operator: NotIn
            values:
            - db
        toPorts:
        - ports:
          - port: "9090"
            protocol: TCP
    ---
    "#);
}

#[test]
fn app_and_baseline_rules_stand_in_their_own_objects() {
    let mut of_app = arrow(workload("shop", "web"), workload("shop", "api"), tcp(&[8080]));
    of_app.layer = Layer::App("checkout".into());
    let mut policy = shop(vec![of_app]);
    let copies = ["shop", "data"].map(|name| (name, vec![dns(name)]));
    policy.baseline = vec![baseline("k8s/dns", copies.into())];
    insta::assert_snapshot!(shown(&policy, &[]), @r#"
    shop.yaml: CiliumNetworkPolicy app--checkout--web
      endpointSelector:
        matchLabels:
          "k8s:app": web
      enableDefaultDeny:
        ingress: false
        egress: true
      egress:
      # shop.netpol:5 a rule
      # because tests say so
      - toEndpoints:
        - matchLabels:
            "k8s:io.kubernetes.pod.namespace": shop
            "k8s:app": api
        toPorts:
        - ports:
          - port: "8080"
            protocol: TCP
    ---
    shop.yaml: CiliumNetworkPolicy baseline--all
      endpointSelector: {}
      enableDefaultDeny:
        ingress: false
        egress: true
      egress:
      # shop.netpol:2 a rule
      # because tests say so
      - toEndpoints:
        - matchLabels:
            "k8s:io.kubernetes.pod.namespace": kube-system
            "k8s:k8s-app": kube-dns
        toPorts:
        - ports:
          - port: "53"
            protocol: TCP
          - port: "53"
            protocol: UDP
    ---
    shop.yaml: CiliumNetworkPolicy app--checkout--api
      endpointSelector:
        matchLabels:
          "k8s:app": api
      enableDefaultDeny:
        ingress: true
        egress: false
      ingress:
      # shop.netpol:5 a rule
      # because tests say so
      - fromEndpoints:
        - matchLabels:
            "k8s:io.kubernetes.pod.namespace": shop
            "k8s:app": web
        toPorts:
        - ports:
          - port: "8080"
            protocol: TCP
    ---
    "#);
}

#[test]
fn a_baseline_line_is_one_rule_at_its_destination() {
    let inside =
        |name: &str| rule(3, RuleKind::Arrow, vec![all(name)], vec![workload("data", "bus")], tcp(&[9092]));
    let mut policy = policy(vec![
        namespace("data", &["bus"], vec![]),
        namespace("one", &[], vec![]),
        namespace("two", &[], vec![]),
    ]);
    let copies = ["one", "two"].map(|name| (name, vec![inside(name)]));
    policy.baseline = vec![baseline("bus", copies.into())];
    insta::assert_snapshot!(shown(&policy, &[]), @r#"
    data.yaml: CiliumNetworkPolicy baseline--bus
      endpointSelector:
        matchLabels:
          "k8s:app": bus
      enableDefaultDeny:
        ingress: true
        egress: false
      ingress:
      # shop.netpol:3 a rule
      # because tests say so
      - fromEndpoints:
        - matchExpressions:
          - key: "k8s:io.kubernetes.pod.namespace"
            operator: In
            values:
            - one
            - two
        toPorts:
        - ports:
          - port: "9092"
            protocol: TCP
    ---
    one.yaml: CiliumNetworkPolicy baseline--all
      endpointSelector: {}
      enableDefaultDeny:
        ingress: false
        egress: true
      egress:
      # shop.netpol:3 a rule
      # because tests say so
      - toEndpoints:
        - matchLabels:
            "k8s:io.kubernetes.pod.namespace": data
            "k8s:app": bus
        toPorts:
        - ports:
          - port: "9092"
            protocol: TCP
    ---
    two.yaml: CiliumNetworkPolicy baseline--all
      endpointSelector: {}
      enableDefaultDeny:
        ingress: false
        egress: true
      egress:
      # shop.netpol:3 a rule
      # because tests say so
      - toEndpoints:
        - matchLabels:
            "k8s:io.kubernetes.pod.namespace": data
            "k8s:app": bus
        toPorts:
        - ports:
          - port: "9092"
            protocol: TCP
    ---
    "#);
}

#[test]
fn closed_clusters_isolate_every_undeclared_namespace() {
    let mut policy = shop(vec![]);
    policy.cluster.undeclared_closed = true;
    insta::assert_snapshot!(whole(&policy, &[]), @r#"
    cluster.yaml: CiliumClusterwideNetworkPolicy undeclared-closed
      endpointSelector:
        matchExpressions:
        - key: "k8s:io.kubernetes.pod.namespace"
          operator: Exists
        - key: "k8s:io.kubernetes.pod.namespace"
          operator: NotIn
          values:
          - kube-node-lease
          - kube-public
          - kube-system
          - shop
      enableDefaultDeny:
        ingress: true
        egress: true
      ingress:
      - {}
      egress:
      - {}
    ---
    shop.yaml: CiliumNetworkPolicy default-deny
      endpointSelector: {}
      enableDefaultDeny:
        ingress: true
        egress: true
      ingress:
      - {}
      egress:
      - {}
    ---
    "#);
}

#[test]
fn a_lapsed_rule_is_left_out() {
    let mut lapsed = egress(tcp(&[443]), End::Internet);
    lapsed.until = Some("2026-11-20".parse().unwrap());
    insta::assert_snapshot!(shown(&shop(vec![lapsed]), &[]), @"");
}

#[test]
fn a_logged_rule_stands_apart_with_a_tag() {
    let mut logged = ingress(tcp(&[8080]), all("shop"));
    logged.log = true;
    let policy = shop(vec![logged, ingress(tcp(&[9090]), all("shop"))]);
    insta::assert_snapshot!(shown(&policy, &[]), @r#"
    shop.yaml: CiliumNetworkPolicy all--log
      endpointSelector: {}
      enableDefaultDeny:
        ingress: false
        egress: true
      log:
        value: "log shop/all"
      egress:
      # shop.netpol:4 a rule
      # because tests say so
      - toEndpoints:
        - matchLabels:
            "k8s:io.kubernetes.pod.namespace": shop
            "k8s:app": api
        toPorts:
        - ports:
          - port: "8080"
            protocol: TCP
    ---
    shop.yaml: CiliumNetworkPolicy all
      endpointSelector: {}
      enableDefaultDeny:
        ingress: false
        egress: true
      egress:
      # shop.netpol:4 a rule
      # because tests say so
      - toEndpoints:
        - matchLabels:
            "k8s:io.kubernetes.pod.namespace": shop
            "k8s:app": api
        toPorts:
        - ports:
          - port: "9090"
            protocol: TCP
    ---
    shop.yaml: CiliumNetworkPolicy api--log
      endpointSelector:
        matchLabels:
          "k8s:app": api
      enableDefaultDeny:
        ingress: true
        egress: false
      log:
        value: "log shop/api"
      ingress:
      # shop.netpol:4 a rule
      # because tests say so
      - fromEndpoints:
        - matchLabels:
            "k8s:io.kubernetes.pod.namespace": shop
        toPorts:
        - ports:
          - port: "8080"
            protocol: TCP
    ---
    shop.yaml: CiliumNetworkPolicy api
      endpointSelector:
        matchLabels:
          "k8s:app": api
      enableDefaultDeny:
        ingress: true
        egress: false
      ingress:
      # shop.netpol:4 a rule
      # because tests say so
      - fromEndpoints:
        - matchLabels:
            "k8s:io.kubernetes.pod.namespace": shop
        toPorts:
        - ports:
          - port: "9090"
            protocol: TCP
    ---
    "#);
    assert!(!shown(&policy, &[("version", "1.17")]).contains("log:"));
}

#[test]
fn a_namespace_of_another_project_gets_nothing() {
    let mut other = shop_with(vec![ingress(tcp(&[80]), End::Any)]);
    other.external = true;
    assert_eq!(shown(&policy(vec![other]), &[]), "");
}

#[test]
fn many_rules_are_cut_into_several_objects() {
    let rules = (1..10_000).map(|port| ingress(tcp(&[port]), all("shop"))).collect();
    let output = lower(&BACKEND, &shop(rules), &[]);
    let text = &output.files["shop.yaml"];
    assert_eq!(output.diagnostics, vec![]);
    assert!(text.contains("name: api--2\n"), "{}", text.len());
    assert_eq!(text.matches("enableDefaultDeny:").count(), text.matches("kind: ").count());
}
