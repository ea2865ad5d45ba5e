//! Cluster-wide denies and allows.

use netpol_model::{Alert, End, Namespaces, Pods, Ports, Rule, RuleKind, Tenant};

use super::{net, shop, shop_with, shown};
use crate::testing::{all, guardrail, namespace, policy, rule, tcp, workload};

fn pods() -> End {
    End::pods(Pods { namespaces: Namespaces::Every, name: Some("pods".into()), ..Pods::all_of("x") })
}

fn deny(from: End, to: End, ports: Ports) -> Rule {
    rule(91, RuleKind::Egress, vec![from], vec![to], ports)
}

fn metadata() -> End {
    net(&["169.254.169.254/32", "fd00:ec2::254/128"])
}

fn with(denies: Vec<Rule>, exceptions: Vec<Rule>, allows: Vec<Rule>) -> netpol_model::Policy {
    let mut policy = shop(vec![]);
    policy.namespaces.clear();
    policy.guardrails = vec![guardrail("metadata", denies, exceptions, allows)];
    policy
}

const OFF_NODE: &[(&str, &str)] = &[("served", "off-node")];

#[test]
fn a_deny_selects_pods_alone_and_isolates_nobody() {
    let mut rule = deny(pods(), metadata(), Ports::Any);
    rule.alert = Some(Alert::Critical);
    insta::assert_snapshot!(shown(&with(vec![rule], vec![], vec![]), OFF_NODE), @r#"
    cluster.yaml: CiliumClusterwideNetworkPolicy guardrail--metadata--pods--critical
      endpointSelector:
        matchExpressions:
        - key: "k8s:io.kubernetes.pod.namespace"
          operator: Exists
      enableDefaultDeny:
        ingress: false
        egress: false
      log:
        value: "critical metadata"
      egressDeny:
      # shop.netpol:91 a rule
      # because tests say so
      - toCIDRSet:
        - cidr: "169.254.169.254/32"
        - cidr: "fd00:ec2::254/128"
    ---
    "#);
}

#[test]
fn an_exception_is_cut_out_and_leaves_other_pods_as_they_are() {
    let denies = vec![deny(pods(), metadata(), Ports::Any)];
    let exceptions = vec![deny(workload("tools", "broker"), metadata(), tcp(&[80]))];
    insta::assert_snapshot!(shown(&with(denies, exceptions, vec![]), OFF_NODE), @r#"
    cluster.yaml: CiliumClusterwideNetworkPolicy guardrail--metadata--pods--91926e35
      endpointSelector:
        matchExpressions:
        - key: "k8s:io.kubernetes.pod.namespace"
          operator: Exists
        - key: "k8s:io.kubernetes.pod.namespace"
          operator: NotIn
          values:
          - tools
      enableDefaultDeny:
        ingress: false
        egress: false
      egressDeny:
      # shop.netpol:91 a rule
      # because tests say so
      - toCIDRSet:
        - cidr: "169.254.169.254/32"
        - cidr: "fd00:ec2::254/128"
    ---
    cluster.yaml: CiliumClusterwideNetworkPolicy guardrail--metadata--tools--pods--f5435f5c
      endpointSelector:
        matchLabels:
          "k8s:io.kubernetes.pod.namespace": tools
        matchExpressions:
        - key: "k8s:app"
          operator: NotIn
          values:
          - broker
      enableDefaultDeny:
        ingress: false
        egress: false
      egressDeny:
      # shop.netpol:91 a rule
      # because tests say so
      - toCIDRSet:
        - cidr: "169.254.169.254/32"
        - cidr: "fd00:ec2::254/128"
    ---
    cluster.yaml: CiliumClusterwideNetworkPolicy guardrail--metadata--tools--pods--96983ff8
      endpointSelector:
        matchLabels:
          "k8s:io.kubernetes.pod.namespace": tools
          "k8s:app": broker
      enableDefaultDeny:
        ingress: false
        egress: false
      egressDeny:
      # shop.netpol:91 a rule
      # because tests say so
      - toCIDRSet:
        - cidr: "169.254.169.254/32"
        - cidr: "fd00:ec2::254/128"
        toPorts:
        - ports:
          - port: "1"
            endPort: 79
            protocol: TCP
          - port: "81"
            endPort: 65535
            protocol: TCP
          - port: "0"
            protocol: UDP
    ---
    "#);
}

#[test]
fn a_lapsed_exception_is_none() {
    let denies = || vec![deny(pods(), metadata(), Ports::Any)];
    let mut exception = deny(workload("tools", "broker"), metadata(), tcp(&[80]));
    exception.until = Some("2026-11-20".parse().unwrap());
    assert_eq!(
        shown(&with(denies(), vec![exception], vec![]), OFF_NODE),
        shown(&with(denies(), vec![], vec![]), OFF_NODE)
    );
}

#[test]
fn a_deny_between_pods_stands_on_both_sides() {
    let policy = with(vec![deny(all("shop"), all("vault"), tcp(&[8200]))], vec![], vec![]);
    insta::assert_snapshot!(shown(&policy, &[]), @r#"
    cluster.yaml: CiliumClusterwideNetworkPolicy guardrail--metadata--shop--all
      endpointSelector:
        matchLabels:
          "k8s:io.kubernetes.pod.namespace": shop
      enableDefaultDeny:
        ingress: false
        egress: false
      egressDeny:
      # shop.netpol:91 a rule
      # because tests say so
      - toEndpoints:
        - matchLabels:
            "k8s:io.kubernetes.pod.namespace": vault
        toPorts:
        - ports:
          - port: "8200"
            protocol: TCP
    ---
    cluster.yaml: CiliumClusterwideNetworkPolicy guardrail--metadata--vault--all
      endpointSelector:
        matchLabels:
          "k8s:io.kubernetes.pod.namespace": vault
      enableDefaultDeny:
        ingress: false
        egress: false
      ingressDeny:
      # shop.netpol:91 a rule
      # because tests say so
      - fromEndpoints:
        - matchLabels:
            "k8s:io.kubernetes.pod.namespace": shop
        toPorts:
        - ports:
          - port: "8200"
            protocol: TCP
    ---
    "#);
}

#[test]
fn a_deny_from_any_spares_the_pods_own_node() {
    let policy = with(vec![deny(End::Any, all("vault"), Ports::Any)], vec![], vec![]);
    insta::assert_snapshot!(shown(&policy, &[]), @r#"
    cluster.yaml: CiliumClusterwideNetworkPolicy guardrail--metadata--pods
      endpointSelector:
        matchExpressions:
        - key: "k8s:io.kubernetes.pod.namespace"
          operator: Exists
      enableDefaultDeny:
        ingress: false
        egress: false
      egressDeny:
      # shop.netpol:91 a rule
      # because tests say so
      - toEndpoints:
        - matchLabels:
            "k8s:io.kubernetes.pod.namespace": vault
    ---
    cluster.yaml: CiliumClusterwideNetworkPolicy guardrail--metadata--vault--all
      endpointSelector:
        matchLabels:
          "k8s:io.kubernetes.pod.namespace": vault
      enableDefaultDeny:
        ingress: false
        egress: false
      ingressDeny:
      # shop.netpol:91 a rule
      # because tests say so
      - fromEndpoints:
        - matchExpressions:
          - key: "k8s:io.kubernetes.pod.namespace"
            operator: Exists
      # shop.netpol:91 a rule
      # because tests say so
      - fromEntities:
        - remote-node
        - ingress
      # shop.netpol:91 a rule
      # because tests say so
      - fromEndpoints:
        - matchExpressions:
          - key: "reserved:kube-apiserver"
            operator: Exists
          - key: "reserved:host"
            operator: DoesNotExist
      # shop.netpol:91 a rule
      # because tests say so
      - fromCIDRSet:
        - cidr: "0.0.0.0/0"
          except:
          - "10.10.0.0/16"
          - "10.96.0.0/12"
          - "10.244.0.0/16"
        - cidr: "::/0"
    ---
    "#);
}

#[test]
fn a_deny_from_any_names_an_api_server_that_runs_elsewhere_as_an_entity() {
    let mut policy = with(vec![deny(End::ApiServer, all("vault"), Ports::Any)], vec![], vec![]);
    policy.cluster.apiserver = vec!["203.0.113.9/32".parse().unwrap()];
    insta::assert_snapshot!(shown(&policy, &[]), @r#"
    cluster.yaml: CiliumClusterwideNetworkPolicy guardrail--metadata--vault--all
      endpointSelector:
        matchLabels:
          "k8s:io.kubernetes.pod.namespace": vault
      enableDefaultDeny:
        ingress: false
        egress: false
      ingressDeny:
      # shop.netpol:91 a rule
      # because tests say so
      - fromEntities:
        - kube-apiserver
    ---
    "#);
}

#[test]
fn nodes_without_their_api_servers_are_told_by_identity() {
    let denies = vec![deny(pods(), End::Nodes, Ports::Any)];
    let exceptions = vec![deny(all("argocd"), End::ApiServer, Ports::Any)];
    insta::assert_snapshot!(shown(&with(denies, exceptions, vec![]), &[]), @r#"
    cluster.yaml: CiliumClusterwideNetworkPolicy guardrail--metadata--pods--f105827a
      endpointSelector:
        matchExpressions:
        - key: "k8s:io.kubernetes.pod.namespace"
          operator: Exists
        - key: "k8s:io.kubernetes.pod.namespace"
          operator: NotIn
          values:
          - argocd
      enableDefaultDeny:
        ingress: false
        egress: false
      egressDeny:
      # shop.netpol:91 a rule
      # because tests say so
      - toEntities:
        - host
        - remote-node
    ---
    cluster.yaml: CiliumClusterwideNetworkPolicy guardrail--metadata--argocd--pods--1dbe307c
      endpointSelector:
        matchLabels:
          "k8s:io.kubernetes.pod.namespace": argocd
      enableDefaultDeny:
        ingress: false
        egress: false
      egressDeny:
      # shop.netpol:91 a rule
      # because tests say so
      - toEndpoints:
        - matchExpressions:
          - key: "reserved:host"
            operator: Exists
          - key: "reserved:kube-apiserver"
            operator: DoesNotExist
        - matchExpressions:
          - key: "reserved:remote-node"
            operator: Exists
          - key: "reserved:kube-apiserver"
            operator: DoesNotExist
    ---
    "#);
}

#[test]
fn a_deny_from_nodes_means_other_nodes() {
    let policy = with(vec![deny(End::Nodes, pods(), Ports::Any)], vec![], vec![]);
    insta::assert_snapshot!(shown(&policy, &[]), @r#"
    cluster.yaml: CiliumClusterwideNetworkPolicy guardrail--metadata--pods
      endpointSelector:
        matchExpressions:
        - key: "k8s:io.kubernetes.pod.namespace"
          operator: Exists
      enableDefaultDeny:
        ingress: false
        egress: false
      ingressDeny:
      # shop.netpol:91 a rule
      # because tests say so
      - fromEntities:
        - remote-node
    ---
    "#);
}

#[test]
fn an_allow_widens_without_isolating() {
    let ports = Ports::Some(vec![netpol_model::Port::Named("metrics".into())]);
    let allow = rule(92, RuleKind::Arrow, vec![workload("monitoring", "prometheus")], vec![pods()], ports);
    insta::assert_snapshot!(shown(&with(vec![], vec![], vec![allow]), &[]), @r#"
    cluster.yaml: CiliumClusterwideNetworkPolicy guardrail--metadata--monitoring--prometheus
      endpointSelector:
        matchLabels:
          "k8s:io.kubernetes.pod.namespace": monitoring
          "k8s:app": prometheus
      enableDefaultDeny:
        ingress: false
        egress: false
      egress:
      # shop.netpol:92 a rule
      # because tests say so
      - toEndpoints:
        - matchExpressions:
          - key: "k8s:io.kubernetes.pod.namespace"
            operator: Exists
        toPorts:
        - ports:
          - port: metrics
    ---
    cluster.yaml: CiliumClusterwideNetworkPolicy guardrail--metadata--pods
      endpointSelector:
        matchExpressions:
        - key: "k8s:io.kubernetes.pod.namespace"
          operator: Exists
      enableDefaultDeny:
        ingress: false
        egress: false
      ingress:
      # shop.netpol:92 a rule
      # because tests say so
      - fromEndpoints:
        - matchLabels:
            "k8s:io.kubernetes.pod.namespace": monitoring
            "k8s:app": prometheus
        toPorts:
        - ports:
          - port: metrics
    ---
    "#);
}

#[test]
fn other_tenants_are_listed_for_each_tenant() {
    let tenant = |names: &[&str]| Tenant {
        namespaces: names.iter().map(|name| (*name).into()).collect(),
        matching: vec![],
        owner: None,
    };
    let mut policy = policy(vec![shop_with(vec![]), namespace("pay", &[], vec![])]);
    policy.tenants = [("a".into(), tenant(&["shop", "shop-jobs"])), ("b".into(), tenant(&["pay"]))].into();
    policy.namespaces.clear();
    let tenants = || {
        let named = ["shop", "shop-jobs", "pay"].map(Into::into).into();
        End::pods(Pods {
            namespaces: Namespaces::Named(named),
            name: Some("tenants".into()),
            ..Pods::all_of("x")
        })
    };
    policy.guardrails =
        vec![guardrail("apart", vec![deny(tenants(), End::OtherTenants, Ports::Any)], vec![], vec![])];
    insta::assert_snapshot!(shown(&policy, &[]), @r#"
    cluster.yaml: CiliumClusterwideNetworkPolicy guardrail--apart--pods--30c58ca5
      endpointSelector:
        matchExpressions:
        - key: "k8s:io.kubernetes.pod.namespace"
          operator: In
          values:
          - shop
          - shop-jobs
      enableDefaultDeny:
        ingress: false
        egress: false
      ingressDeny:
      # shop.netpol:91 a rule
      # because tests say so
      - fromEndpoints:
        - matchLabels:
            "k8s:io.kubernetes.pod.namespace": pay
      egressDeny:
      # shop.netpol:91 a rule
      # because tests say so
      - toEndpoints:
        - matchLabels:
            "k8s:io.kubernetes.pod.namespace": pay
    ---
    cluster.yaml: CiliumClusterwideNetworkPolicy guardrail--apart--pay--pods--225803e5
      endpointSelector:
        matchLabels:
          "k8s:io.kubernetes.pod.namespace": pay
      enableDefaultDeny:
        ingress: false
        egress: false
      ingressDeny:
      # shop.netpol:91 a rule
      # because tests say so
      - fromEndpoints:
        - matchExpressions:
          - key: "k8s:io.kubernetes.pod.namespace"
            operator: In
            values:
            - shop
            - shop-jobs
      egressDeny:
      # shop.netpol:91 a rule
      # because tests say so
      - toEndpoints:
        - matchExpressions:
          - key: "k8s:io.kubernetes.pod.namespace"
            operator: In
            values:
            - shop
            - shop-jobs
    ---
    "#);
    insta::assert_snapshot!(shown(&policy, &[("policy-map", "16")]), @r"
    error[NP0710]: these tenants are too many for Cilium's policy maps
      note: 3 namespaces with about 8 identities each are 48 entries for each pod, and a policy map holds 16
      help: raise `bpf-policy-map-max` and the setting `policy-map`, or deny between fewer tenants
    ");
}

#[test]
fn an_audited_guardrail_is_withheld() {
    let mut policy = with(vec![deny(pods(), End::Nodes, Ports::Any)], vec![], vec![]);
    policy.guardrails[0].audit = true;
    insta::assert_snapshot!(shown(&policy, &[]), @r"
    warning[NP0708]: target `cilium` cannot try `metadata` out
      note: no object is written for it: what it would deny passes and is not reported
      help: watch its flows with Hubble, or audit on `calico`, which stages policies
    ");
}
