//! Fences, apps, baselines, modes.

use netpol_model::{End, Layer, ModeKind};

use super::*;
use crate::testing::{all, baseline, namespace, origin, policy, tcp, workload};

fn fenced(rules: Vec<Rule>, fence: Vec<Rule>) -> Policy {
    let mut shop = namespace("shop", &["web", "db"], rules);
    shop.fence = fence.into_iter().map(|rule| Rule { layer: Layer::Fence, ..rule }).collect();
    policy(vec![shop])
}

#[test]
fn a_fence_is_cut_out() {
    let rules = vec![egress(5, all("shop"), net(&["172.16.0.0/12"], &[]), tcp(&[443]))];
    let fence = vec![egress(3, workload("shop", "db"), net(&["172.20.0.0/16"], &[]), Ports::Any)];
    insta::assert_snapshot!(specs(&fenced(rules, fence), "shop"), @r#"
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
        - ipBlock:
            cidr: "172.16.0.0/12"
            except:
            - "172.20.0.0/16"
        ports:
        - protocol: TCP
          port: 443
    ---
    all--0d476232
      podSelector:
        matchExpressions:
        - key: app
          operator: NotIn
          values:
          - db
      policyTypes:
      - Egress
      egress:
      # shop.netpol:5 a rule
      # because tests say so
      - to:
        - ipBlock:
            cidr: "172.20.0.0/16"
        ports:
        - protocol: TCP
          port: 443
    "#);
}

#[test]
fn a_fence_cannot_be_cut_out_of_a_quoted_port() {
    let rules = vec![ingress(5, every_pod(), workload("shop", "web"), quoted("metrics"))];
    let fence = vec![ingress(3, every_pod(), all("shop"), tcp(&[9090]))];
    insta::assert_snapshot!(said(&fenced(rules, fence)), @r#"
    NP0707 Warning: others can widen policy on target `kubernetes`
      3: holds only as long as nobody adds an allow
      note: NetworkPolicies add up: whoever may create one in a namespace can allow what this denies
      help: `netpol build --admission` writes an admission policy that holds others to it
    NP0709 Error: target `kubernetes` cannot subtract a quoted port and a number from each other
      5: allowed here
      3: denied here
      note: each pod decides which number a quoted port is, so what is left of the rule cannot be written
      help: use numbers on both lines, or build for `calico` or `cilium`
    "#);
}

#[test]
fn a_quoted_fence_cannot_be_cut_out_of_a_number() {
    let rules = vec![ingress(5, every_pod(), workload("shop", "web"), tcp(&[9090]))];
    let fence = vec![ingress(3, every_pod(), all("shop"), quoted("metrics"))];
    assert_eq!(refused(&fenced(rules, fence)), [709]);
}

#[test]
fn a_fence_that_covers_a_quoted_port_whole_is_cut_out() {
    let rules = vec![ingress(5, every_pod(), workload("shop", "web"), quoted("metrics"))];
    let fence = vec![ingress(3, all("legacy"), all("shop"), Ports::Any)];
    insta::assert_snapshot!(specs(&fenced(rules, fence), "shop"), @r#"
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
      - from:
        - namespaceSelector:
            matchExpressions:
            - key: kubernetes.io/metadata.name
              operator: NotIn
              values:
              - legacy
        ports:
        - protocol: TCP
          port: metrics
        - protocol: UDP
          port: metrics
        - protocol: SCTP
          port: metrics
    "#);
}

#[test]
fn a_domain_that_meets_a_fence_is_refused_as_a_domain() {
    let stripe = End::Domain(netpol_flow::DomainPattern::Exact("api.stripe.com".into()));
    let rules = vec![egress(5, workload("shop", "web"), stripe, tcp(&[443]))];
    let fence = vec![egress(3, all("shop"), net(&["10.0.0.0/8"], &[]), Ports::Any)];
    assert_eq!(refused(&fenced(rules, fence)), [701]);
}

#[test]
fn layers_stand_in_objects_of_their_own() {
    let of_app = |rule: Rule| Rule { layer: Layer::App("checkout".into()), ..rule };
    let rules = vec![
        egress(5, workload("shop", "web"), workload("shop", "db"), tcp(&[5432])),
        of_app(egress(8, workload("shop", "web"), workload("shop", "db"), tcp(&[6379]))),
    ];
    let mut shop = namespace("shop", &["web", "db"], rules);
    shop.mode.kind = ModeKind::EgressOnly;
    let mut policy = policy(vec![shop]);
    let dns = egress(70, all("shop"), workload("kube-system", "dns"), tcp(&[53]));
    let time = egress(71, all("shop"), net(&["203.0.113.123/32"], &[]), tcp(&[123]));
    policy.baseline = vec![
        baseline("k8s/dns", vec![("shop", vec![dns])]),
        baseline("net/time", vec![("shop", vec![time])]),
    ];
    insta::assert_snapshot!(specs(&policy, "shop"), @r#"
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
              app: db
        ports:
        - protocol: TCP
          port: 5432
    ---
    app--checkout--web
      podSelector:
        matchLabels:
          app: web
      policyTypes:
      - Egress
      egress:
      # shop.netpol:8 a rule
      # because tests say so
      - to:
        - podSelector:
            matchLabels:
              app: db
        ports:
        - protocol: TCP
          port: 6379
    ---
    baseline--all
      podSelector: {}
      policyTypes:
      - Egress
      egress:
      # shop.netpol:70 a rule
      # because tests say so
      - to:
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: kube-system
          podSelector:
            matchLabels:
              app: dns
        ports:
        - protocol: TCP
          port: 53
      # shop.netpol:71 a rule
      # because tests say so
      - to:
        - ipBlock:
            cidr: "203.0.113.123/32"
        ports:
        - protocol: TCP
          port: 123
    "#);
    assert!(build(&policy).files["shop.yaml"].contains("netpol.dev/baseline: \"k8s/dns, net/time\""));
}

#[test]
fn a_baseline_stands_at_both_ends_with_one_list_of_namespaces() {
    let names = ["shop", "cart", "dns"];
    let mut policy = policy(names.iter().map(|name| namespace(name, &[], vec![])).collect());
    let copy = |name: &'static str| {
        let rule = arrow(70, all(name), workload("dns", "server"), tcp(&[53]));
        (name, vec![Rule { origin: origin(70, "all -> dns/server:53"), ..rule }])
    };
    policy.baseline = vec![baseline("k8s/dns", vec![copy("shop"), copy("cart")])];
    insta::assert_snapshot!(specs(&policy, "dns"), @r#"
    default-deny
      podSelector: {}
      policyTypes:
      - Ingress
      - Egress
    ---
    baseline--server--3372811f
      podSelector:
        matchLabels:
          app: server
      policyTypes:
      - Ingress
      ingress:
      # shop.netpol:70 all -> dns/server:53
      # because tests say so
      - from:
        - namespaceSelector:
            matchExpressions:
            - key: kubernetes.io/metadata.name
              operator: In
              values:
              - cart
              - shop
        ports:
        - protocol: TCP
          port: 53
    "#);
}

#[test]
fn a_namespace_in_audit_is_withheld() {
    let mut shop =
        namespace("shop", &["web"], vec![egress(5, workload("shop", "web"), End::Any, tcp(&[443]))]);
    shop.mode.kind = ModeKind::Audit;
    let mut policy = policy(vec![shop]);
    assert!(!build(&policy).files.contains_key("shop.yaml"));
    insta::assert_snapshot!(said(&policy), @r#"
    NP0708 Warning: target `kubernetes` has no audit: `shop` stays open
      1: in `audit`
      note: no object is written for it; its flows are neither denied nor reported
      help: enforce it, or build for `calico`, which can stage policies
    "#);
    if let Some(shop) = policy.namespaces.get_mut("shop") {
        shop.mode.until = Some("2026-11-20".parse().unwrap());
    }
    assert!(specs(&policy, "shop").contains("Egress"), "a mode that lapsed is no mode");
}

#[test]
fn logging_changes_nothing() {
    let plain = vec![egress(5, workload("shop", "web"), workload("shop", "db"), tcp(&[5432]))];
    let logged = plain.iter().map(|rule| Rule { log: true, ..rule.clone() }).collect();
    assert_eq!(specs(&fenced(plain, vec![]), "shop"), specs(&fenced(logged, vec![]), "shop"));
}
