//! The namespace layer: isolation, modes, what subjects are allowed, fences, baselines.

use insta::assert_snapshot;
use netpol_model::{End, Layer, ModeKind, Ports, RuleKind};

use super::*;

#[test]
fn a_namespace_without_rules_is_isolated() {
    let output = lower(&super::super::BACKEND, &shop(vec![]), &[]);
    assert_snapshot!(output.files["shop.yaml"], @r#"
    # Written by netpol for calico. Change the .netpol source, not this file.
    ---
    apiVersion: projectcalico.org/v3
    kind: NetworkPolicy
    metadata:
      name: netpol.default-deny
      namespace: shop
      labels:
        app.kubernetes.io/managed-by: netpol
        netpol.dev/layer: default
      annotations:
        netpol.dev/source: "shop.netpol:1"
        netpol.dev/because: "tests say so"
        netpol.dev/owner: team-shop
    spec:
      tier: netpol
      order: 1000
      selector: "projectcalico.org/orchestrator == 'k8s'"
      types:
      - Ingress
      - Egress
    "#);
    assert_snapshot!(output.files["cluster.yaml"], @r#"
    # Written by netpol for calico. Change the .netpol source, not this file.
    ---
    apiVersion: projectcalico.org/v3
    kind: Tier
    metadata:
      name: netpol
      labels:
        app.kubernetes.io/managed-by: netpol
        netpol.dev/layer: default
    spec:
      order: 950
      defaultAction: Deny
    "#);
    assert_snapshot!(output.files["kustomization.yaml"], @r#"
    # Written by netpol for calico. Change the .netpol source, not this file.
    ---
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    sortOptions:
      order: fifo
    resources:
    - cluster.yaml
    - shop.yaml
    "#);
}

#[test]
fn an_open_side_is_not_isolated_and_has_no_rules() {
    let mut open = shop(vec![egress(End::Any, Ports::Any), ingress(End::Any, tcp(&[80]))]);
    open.namespaces.get_mut("shop").unwrap().mode.kind = ModeKind::IngressOnly;
    assert_snapshot!(only("shop/", &build(&open)), @r#"
    NetworkPolicy shop/netpol.default-deny
      tier: netpol
      order: 1000
      selector: "projectcalico.org/orchestrator == 'k8s'"
      types:
      - Ingress
    NetworkPolicy shop/netpol.all
      tier: netpol
      order: 100
      selector: "projectcalico.org/orchestrator == 'k8s'"
      types:
      - Ingress
      ingress:
      # shop.netpol:7 a rule
      # because tests say so
      - action: Allow
        source:
          selector: "projectcalico.org/orchestrator == 'k8s' && app == 'web'"
    NetworkPolicy shop/netpol.web
      tier: netpol
      order: 100
      selector: "projectcalico.org/orchestrator == 'k8s' && app == 'web'"
      types:
      - Ingress
      ingress:
      # shop.netpol:7 a rule
      # because tests say so
      - action: Allow
        protocol: TCP
        destination:
          ports:
          - 80
    "#);
}

#[test]
fn an_audited_namespace_is_staged() {
    let mut audited = shop(vec![ingress(End::Any, tcp(&[80]))]);
    audited.namespaces.get_mut("shop").unwrap().mode.kind = ModeKind::Audit;
    assert_snapshot!(build(&audited), @r#"
    Tier netpol
      order: 950
      defaultAction: Deny
    StagedNetworkPolicy shop/netpol.default-deny
      tier: netpol
      order: 1000
      stagedAction: Set
      selector: "projectcalico.org/orchestrator == 'k8s'"
      types:
      - Ingress
      - Egress
    StagedNetworkPolicy shop/netpol.all
      tier: netpol
      order: 100
      stagedAction: Set
      selector: "projectcalico.org/orchestrator == 'k8s'"
      types:
      - Egress
      egress:
      # shop.netpol:7 a rule
      # because tests say so
      - action: Allow
        protocol: TCP
        destination:
          selector: "projectcalico.org/orchestrator == 'k8s' && app == 'web'"
          ports:
          - 80
    StagedNetworkPolicy shop/netpol.web
      tier: netpol
      order: 100
      stagedAction: Set
      selector: "projectcalico.org/orchestrator == 'k8s' && app == 'web'"
      types:
      - Ingress
      ingress:
      # shop.netpol:7 a rule
      # because tests say so
      - action: Allow
        protocol: TCP
        destination:
          ports:
          - 80
    "#);
}

#[test]
fn a_mode_that_has_lapsed_is_enforced() {
    let mut lapsed = shop(vec![]);
    let mode = &mut lapsed.namespaces.get_mut("shop").unwrap().mode;
    (mode.kind, mode.until) = (ModeKind::Audit, "2026-11-20".parse().ok());
    assert!(build(&lapsed).contains("\nNetworkPolicy shop/netpol.default-deny"));
}

#[test]
fn an_arrow_opens_both_ends() {
    let arrow = rule(
        5,
        RuleKind::Arrow,
        vec![workload("shop", "web")],
        vec![workload("shop", "api")],
        tcp(&[8080, 8443]),
    );
    assert_snapshot!(only("shop/", &build(&shop(vec![arrow]))), @r#"
    NetworkPolicy shop/netpol.default-deny
      tier: netpol
      order: 1000
      selector: "projectcalico.org/orchestrator == 'k8s'"
      types:
      - Ingress
      - Egress
    NetworkPolicy shop/netpol.web
      tier: netpol
      order: 100
      selector: "projectcalico.org/orchestrator == 'k8s' && app == 'web'"
      types:
      - Egress
      egress:
      # shop.netpol:5 a rule
      # because tests say so
      - action: Allow
        protocol: TCP
        destination:
          selector: "projectcalico.org/orchestrator == 'k8s' && app == 'api'"
          ports:
          - 8080
          - 8443
    NetworkPolicy shop/netpol.api
      tier: netpol
      order: 100
      selector: "projectcalico.org/orchestrator == 'k8s' && app == 'api'"
      types:
      - Ingress
      ingress:
      # shop.netpol:5 a rule
      # because tests say so
      - action: Allow
        protocol: TCP
        source:
          selector: "projectcalico.org/orchestrator == 'k8s' && app == 'web'"
        destination:
          ports:
          - 8080
          - 8443
    "#);
}

#[test]
fn another_namespace_is_named_and_answers_for_itself() {
    let arrow =
        || rule(5, RuleKind::Arrow, vec![workload("shop", "web")], vec![workload("pay", "api")], tcp(&[443]));
    let expose = || {
        rule(9, RuleKind::Expose, vec![workload("shop", "web")], vec![workload("pay", "api")], tcp(&[443]))
    };
    let both =
        policy(vec![namespace("pay", &["api"], vec![expose()]), namespace("shop", &["web"], vec![arrow()])]);
    let text = build(&both);
    assert_snapshot!(only("/netpol.api", &text) + &only("/netpol.web", &text), @r#"
    NetworkPolicy pay/netpol.api
      tier: netpol
      order: 100
      selector: "projectcalico.org/orchestrator == 'k8s' && app == 'api'"
      types:
      - Ingress
      ingress:
      # shop.netpol:9 a rule
      # because tests say so
      - action: Allow
        protocol: TCP
        source:
          namespaceSelector: "projectcalico.org/name == 'shop'"
          selector: "projectcalico.org/orchestrator == 'k8s' && app == 'web'"
        destination:
          ports:
          - 443
    NetworkPolicy shop/netpol.web
      tier: netpol
      order: 100
      selector: "projectcalico.org/orchestrator == 'k8s' && app == 'web'"
      types:
      - Egress
      egress:
      # shop.netpol:5 a rule
      # because tests say so
      - action: Allow
        protocol: TCP
        destination:
          namespaceSelector: "projectcalico.org/name == 'pay'"
          selector: "projectcalico.org/orchestrator == 'k8s' && app == 'api'"
          ports:
          - 443
    "#);
}

#[test]
fn rules_of_one_subject_and_layer_share_a_policy() {
    let app = |rule: netpol_model::Rule| netpol_model::Rule { layer: Layer::App("checkout".into()), ..rule };
    let rules = vec![
        egress(workload("shop", "api"), tcp(&[80])),
        ingress(workload("shop", "api"), tcp(&[81])),
        app(egress(workload("shop", "api"), tcp(&[82]))),
    ];
    let text = build(&shop(rules));
    let names: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("NetworkPolicy shop/")).collect();
    assert_eq!(
        names,
        [
            "netpol.default-deny",
            "netpol.web",
            "netpol.api",
            "netpol.app--checkout--web",
            "netpol.app--checkout--api"
        ]
    );
}

#[test]
fn a_rule_that_has_lapsed_is_not_written() {
    let lapsed = netpol_model::Rule { until: "2026-11-20".parse().ok(), ..egress(End::Any, Ports::Any) };
    assert!(!build(&shop(vec![lapsed])).contains("shop/netpol.web"));
}

#[test]
fn a_fence_denies_before_the_namespace_allows() {
    let mut fenced = shop(vec![egress(End::Internet, tcp(&[443]))]);
    let pay = || rule(20, RuleKind::Egress, vec![all("shop")], vec![all("pay")], Ports::Any);
    let shop = fenced.namespaces.get_mut("shop").unwrap();
    shop.fence = vec![netpol_model::Rule { layer: Layer::Fence, ..pay() }];
    let ledger = rule(
        21,
        RuleKind::Egress,
        vec![workload("shop", "web")],
        vec![workload("pay", "ledger")],
        tcp(&[80]),
    );
    shop.fence_exceptions = vec![netpol_model::Rule { layer: Layer::Fence, ..ledger }];
    let text = build(&fenced);
    assert_snapshot!(only("Tier", &text) + &only("fence", &text), @r#"
    Tier netpol-fence
      order: 900
      defaultAction: Pass
    Tier netpol
      order: 950
      defaultAction: Deny
    Tier netpol-fence
      order: 900
      defaultAction: Pass
    NetworkPolicy shop/netpol-fence.fence--except--web
      tier: netpol-fence
      order: 100
      selector: "projectcalico.org/orchestrator == 'k8s' && app == 'web'"
      types:
      - Egress
      egress:
      # shop.netpol:21 a rule
      # because tests say so
      - action: Pass
        protocol: TCP
        destination:
          namespaceSelector: "projectcalico.org/name == 'pay'"
          selector: "projectcalico.org/orchestrator == 'k8s' && app == 'ledger'"
          ports:
          - 80
    NetworkPolicy shop/netpol-fence.fence--all
      tier: netpol-fence
      order: 300
      selector: "projectcalico.org/orchestrator == 'k8s'"
      types:
      - Egress
      egress:
      # shop.netpol:20 a rule
      # because tests say so
      - action: Deny
        destination:
          namespaceSelector: "projectcalico.org/name == 'pay'"
          selector: "projectcalico.org/orchestrator == 'k8s'"
    "#);
}

#[test]
fn a_baseline_lists_every_namespace_at_its_destination() {
    let dns = |from: &str| {
        let ports = Ports::Some(vec![
            netpol_model::Port::Range(netpol_flow::PortRange::one(netpol_flow::Protocol::Udp, 53)),
            netpol_model::Port::Range(netpol_flow::PortRange::one(netpol_flow::Protocol::Tcp, 53)),
        ]);
        rule(30, RuleKind::Arrow, vec![all(from)], vec![workload("dns", "coredns")], ports)
    };
    let mut policy = policy(vec![
        namespace("dns", &["coredns"], vec![]),
        namespace("pay", &[], vec![]),
        namespace("shop", &[], vec![]),
    ]);
    policy.baseline = vec![baseline("k8s/dns", vec![("pay", vec![dns("pay")]), ("shop", vec![dns("shop")])])];
    let text = build(&policy);
    assert_snapshot!(only("dns/netpol.baseline", &text) + &only("shop/netpol.baseline", &text), @r#"
    NetworkPolicy dns/netpol.baseline--k8s-dns--coredns
      tier: netpol
      order: 100
      selector: "projectcalico.org/orchestrator == 'k8s' && app == 'coredns'"
      types:
      - Ingress
      ingress:
      # shop.netpol:30 a rule
      # because tests say so
      - action: Allow
        protocol: TCP
        source:
          namespaceSelector: "projectcalico.org/name in {'pay', 'shop'}"
          selector: "projectcalico.org/orchestrator == 'k8s'"
        destination:
          ports:
          - 53
      # shop.netpol:30 a rule
      # because tests say so
      - action: Allow
        protocol: UDP
        source:
          namespaceSelector: "projectcalico.org/name in {'pay', 'shop'}"
          selector: "projectcalico.org/orchestrator == 'k8s'"
        destination:
          ports:
          - 53
    NetworkPolicy shop/netpol.baseline--k8s-dns--all
      tier: netpol
      order: 100
      selector: "projectcalico.org/orchestrator == 'k8s'"
      types:
      - Egress
      egress:
      # shop.netpol:30 a rule
      # because tests say so
      - action: Allow
        protocol: TCP
        destination:
          namespaceSelector: "projectcalico.org/name == 'dns'"
          selector: "projectcalico.org/orchestrator == 'k8s' && app == 'coredns'"
          ports:
          - 53
      # shop.netpol:30 a rule
      # because tests say so
      - action: Allow
        protocol: UDP
        destination:
          namespaceSelector: "projectcalico.org/name == 'dns'"
          selector: "projectcalico.org/orchestrator == 'k8s' && app == 'coredns'"
          ports:
          - 53
    "#);
}

#[test]
fn a_subject_by_its_namespaces_labels_needs_a_global_policy() {
    let anyone = End::pods(netpol_model::Pods {
        namespaces: netpol_model::Namespaces::Matching(netpol_flow::Selector::is("team", "sre")),
        name: None,
        ..netpol_model::Pods::all_of("x")
    });
    let scrape = rule(30, RuleKind::Arrow, vec![workload("shop", "web")], vec![anyone], tcp(&[9090]));
    let mut policy = policy(vec![namespace("pay", &[], vec![]), namespace("shop", &["web"], vec![])]);
    policy.baseline = vec![baseline("scrape", vec![("shop", vec![scrape])])];
    assert_snapshot!(only("GlobalNetworkPolicy netpol.pay", &build(&policy)), @r#"
    GlobalNetworkPolicy netpol.pay--baseline--scrape--pods--118f66ad
      tier: netpol
      order: 100
      selector: "projectcalico.org/orchestrator == 'k8s'"
      namespaceSelector: "projectcalico.org/name == 'pay' && team == 'sre'"
      types:
      - Ingress
      ingress:
      # shop.netpol:30 a rule
      # because tests say so
      - action: Allow
        protocol: TCP
        source:
          namespaceSelector: "projectcalico.org/name == 'shop'"
          selector: "projectcalico.org/orchestrator == 'k8s' && app == 'web'"
        destination:
          ports:
          - 9090
    "#);
}

#[test]
fn undeclared_namespaces_are_closed_in_one_policy() {
    let mut closed = shop(vec![]);
    closed.cluster.undeclared_closed = true;
    closed.cluster.system.insert("calico-system".into());
    assert_snapshot!(only("Global", &build(&closed)), @r#"
    GlobalNetworkPolicy netpol.undeclared
      tier: netpol
      order: 1000
      selector: "projectcalico.org/orchestrator == 'k8s'"
      namespaceSelector: "has(projectcalico.org/name) && projectcalico.org/name not in {'calico-system', 'kube-node-lease', 'kube-public', 'kube-system', 'shop'}"
      types:
      - Ingress
      - Egress
    "#);
}

#[test]
fn one_rule_too_large_for_an_object_is_split_into_parts() {
    let rules: Vec<_> = (1..=2000).map(|port| egress(workload("shop", "api"), tcp(&[port * 2]))).collect();
    let text = build(&shop(rules));
    let parts: Vec<&str> = text.lines().filter(|line| line.contains("shop/netpol.web")).collect();
    assert!(parts.len() > 2 && parts[1].ends_with("netpol.web--part-2"), "{parts:?}");
    assert_eq!(text.matches("action: Allow").count(), 2 * 2000);
}
