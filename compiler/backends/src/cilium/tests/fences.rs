//! Fences: cut out of what they meet, or denied beside it.

use netpol_flow::DomainPattern;
use netpol_model::{End, Layer, Policy, Port, Ports, Rule};

use super::{dns, egress, ingress, net, shop, shown};
use crate::testing::{all, guardrail, tcp};

fn fenced(fence: Vec<Rule>, rules: Vec<Rule>) -> Policy {
    let mut policy = shop(rules);
    let layered = fence.into_iter().map(|rule| Rule {
        layer: Layer::Fence,
        from: if rule.from == vec![End::Any] { rule.from } else { vec![all("shop")] },
        origin: crate::testing::origin(8, "deny a fence"),
        ..rule
    });
    policy.namespaces.get_mut("shop").unwrap().fence = layered.collect();
    policy
}

#[test]
fn a_block_is_cut_out_of_a_block() {
    let policy = fenced(
        vec![egress(Ports::Any, net(&["10.0.0.0/8"]))],
        vec![egress(tcp(&[443]), net(&["10.1.0.0/16", "192.0.2.0/24"]))],
    );
    insta::assert_snapshot!(shown(&policy, &[]), @r#"
    shop.yaml: CiliumNetworkPolicy api
      endpointSelector:
        matchLabels:
          "k8s:app": api
      enableDefaultDeny:
        ingress: false
        egress: true
      egress:
      # shop.netpol:3 a rule
      # because tests say so
      - toCIDRSet:
        - cidr: "192.0.2.0/24"
        toPorts:
        - ports:
          - port: "443"
            protocol: TCP
    ---
    "#);
}

#[test]
fn any_without_the_internet_is_listed_kind_by_kind() {
    let policy = fenced(vec![egress(Ports::Any, End::Internet)], vec![egress(Ports::Any, End::Any)]);
    insta::assert_snapshot!(shown(&policy, &[]), @r#"
    shop.yaml: CiliumNetworkPolicy api
      endpointSelector:
        matchLabels:
          "k8s:app": api
      enableDefaultDeny:
        ingress: false
        egress: true
      egress:
      # shop.netpol:3 a rule
      # because tests say so
      - toEndpoints:
        - matchExpressions:
          - key: "k8s:io.kubernetes.pod.namespace"
            operator: Exists
      # shop.netpol:3 a rule
      # because tests say so
      - toEntities:
        - host
        - remote-node
        - kube-apiserver
        - ingress
      # shop.netpol:3 a rule
      # because tests say so
      - toCIDRSet:
        - cidr: "0.0.0.0/8"
        - cidr: "10.0.0.0/13"
        - cidr: "10.8.0.0/15"
        - cidr: "10.11.0.0/16"
        - cidr: "10.12.0.0/14"
        - cidr: "10.16.0.0/12"
        - cidr: "10.32.0.0/11"
        - cidr: "10.64.0.0/11"
        - cidr: "10.112.0.0/12"
        - cidr: "10.128.0.0/10"
        - cidr: "10.192.0.0/11"
        - cidr: "10.224.0.0/12"
        - cidr: "10.240.0.0/14"
        - cidr: "10.245.0.0/16"
        - cidr: "10.246.0.0/15"
        - cidr: "10.248.0.0/13"
        - cidr: "100.64.0.0/10"
        - cidr: "127.0.0.0/8"
        - cidr: "169.254.0.0/16"
        - cidr: "172.16.0.0/12"
        - cidr: "192.0.0.0/24"
        - cidr: "192.168.0.0/16"
        - cidr: "198.18.0.0/15"
        - cidr: "224.0.0.0/3"
        - cidr: "::/127"
        - cidr: "64:ff9b:1::/48"
        - cidr: "100::/64"
        - cidr: "fc00::/7"
        - cidr: "fe80::/10"
        - cidr: "ff00::/8"
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
    ---
    "#);
}

#[test]
fn nodes_are_denied_beside_any_since_an_api_server_may_be_one() {
    let policy = fenced(vec![egress(Ports::Any, End::Nodes)], vec![egress(Ports::Any, End::Any)]);
    insta::assert_snapshot!(shown(&policy, &[]), @r#"
    shop.yaml: CiliumNetworkPolicy fence--all
      endpointSelector: {}
      enableDefaultDeny:
        ingress: false
        egress: false
      egressDeny:
      # shop.netpol:8 deny a fence
      # because tests say so
      - toEntities:
        - host
        - remote-node
    ---
    shop.yaml: CiliumNetworkPolicy api
      endpointSelector:
        matchLabels:
          "k8s:app": api
      enableDefaultDeny:
        ingress: false
        egress: true
      egress:
      # shop.netpol:3 a rule
      # because tests say so
      - toEntities:
        - all
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
    ---
    "#);
}

#[test]
fn a_port_is_denied_beside_any_where_sctp_could_not_be_listed() {
    let policy =
        || fenced(vec![egress(tcp(&[22]), End::Any)], vec![egress(Ports::Any, net(&["192.0.2.0/24"]))]);
    insta::assert_snapshot!(shown(&policy(), &[]), @r#"
    shop.yaml: CiliumNetworkPolicy fence--all
      endpointSelector: {}
      enableDefaultDeny:
        ingress: false
        egress: false
      egressDeny:
      # shop.netpol:8 deny a fence
      # because tests say so
      - toCIDRSet:
        - cidr: "0.0.0.0/0"
          except:
          - "10.10.0.0/16"
          - "10.96.0.0/12"
          - "10.244.0.0/16"
        - cidr: "::/0"
        toPorts:
        - ports:
          - port: "22"
            protocol: TCP
    ---
    shop.yaml: CiliumNetworkPolicy api
      endpointSelector:
        matchLabels:
          "k8s:app": api
      enableDefaultDeny:
        ingress: false
        egress: true
      egress:
      # shop.netpol:3 a rule
      # because tests say so
      - toCIDRSet:
        - cidr: "192.0.2.0/24"
    ---
    "#);
    insta::assert_snapshot!(shown(&policy(), &[("sctp", "true")]), @r#"
    shop.yaml: CiliumNetworkPolicy api
      endpointSelector:
        matchLabels:
          "k8s:app": api
      enableDefaultDeny:
        ingress: false
        egress: true
      egress:
      # shop.netpol:3 a rule
      # because tests say so
      - toCIDRSet:
        - cidr: "192.0.2.0/24"
        toPorts:
        - ports:
          - port: "1"
            endPort: 21
            protocol: TCP
          - port: "23"
            endPort: 65535
            protocol: TCP
          - port: "0"
            protocol: UDP
          - port: "0"
            protocol: SCTP
    ---
    "#);
}

#[test]
fn a_block_is_denied_beside_a_domain_but_for_what_guardrails_allow() {
    let domain = End::Domain(DomainPattern::Exact("x.corp.example".into()));
    let mut policy = fenced(
        vec![egress(Ports::Any, net(&["192.0.2.0/24"]))],
        vec![dns("shop"), egress(tcp(&[443]), domain)],
    );
    let mut allow = egress(Ports::Any, net(&["192.0.2.128/25"]));
    allow.from = vec![all("shop")];
    policy.guardrails = vec![guardrail("backup", vec![], vec![], vec![allow])];
    insta::assert_snapshot!(shown(&policy, &[]), @r#"
    cluster.yaml: CiliumClusterwideNetworkPolicy guardrail--backup--shop--all
      endpointSelector:
        matchLabels:
          "k8s:io.kubernetes.pod.namespace": shop
      enableDefaultDeny:
        ingress: false
        egress: false
      egress:
      # shop.netpol:3 a rule
      # because tests say so
      - toCIDRSet:
        - cidr: "192.0.2.128/25"
    ---
    shop.yaml: CiliumNetworkPolicy fence--all
      endpointSelector: {}
      enableDefaultDeny:
        ingress: false
        egress: false
      egressDeny:
      # shop.netpol:8 deny a fence
      # because tests say so
      - toCIDRSet:
        - cidr: "192.0.2.0/25"
    ---
    shop.yaml: CiliumNetworkPolicy all
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
    shop.yaml: CiliumNetworkPolicy api
      endpointSelector:
        matchLabels:
          "k8s:app": api
      enableDefaultDeny:
        ingress: false
        egress: true
      egress:
      # shop.netpol:3 a rule
      # because tests say so
      - toFQDNs:
        - matchName: x.corp.example
        toPorts:
        - ports:
          - port: "443"
            protocol: TCP
      # shop.netpol:2 a rule
      # because tests say so
      # through the DNS proxy, so that names are learnt
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
          rules:
            dns:
            - matchPattern: "*"
    ---
    "#);
}

#[test]
fn a_number_is_denied_beside_a_quoted_port() {
    let ports = Ports::Some(vec![Port::Named("metrics".into())]);
    let mut fence = ingress(tcp(&[9090]), End::Any);
    fence.to = vec![all("shop")];
    insta::assert_snapshot!(shown(&fenced(vec![fence], vec![ingress(ports, all("shop"))]), &[]), @r#"
    shop.yaml: CiliumNetworkPolicy fence--all
      endpointSelector: {}
      enableDefaultDeny:
        ingress: false
        egress: false
      ingressDeny:
      # shop.netpol:8 deny a fence
      # because tests say so
      - fromEndpoints:
        - matchExpressions:
          - key: "k8s:io.kubernetes.pod.namespace"
            operator: Exists
        toPorts:
        - ports:
          - port: "9090"
            protocol: TCP
      egressDeny:
      # shop.netpol:8 deny a fence
      # because tests say so
      - toEndpoints:
        - matchLabels:
            "k8s:io.kubernetes.pod.namespace": shop
        toPorts:
        - ports:
          - port: "9090"
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
          - port: metrics
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
          - port: metrics
    ---
    "#);
}

#[test]
fn a_domain_in_an_exception_is_refused() {
    let mut policy = fenced(vec![egress(Ports::Any, End::Internet)], vec![egress(Ports::Any, End::Any)]);
    let mut exception = egress(tcp(&[443]), End::Domain(DomainPattern::Exact("api.stripe.com".into())));
    exception.from = vec![all("shop")];
    policy.namespaces.get_mut("shop").unwrap().fence_exceptions = vec![exception];
    insta::assert_snapshot!(shown(&policy, &[]), @r"
    error[NP0717]: target `cilium` cannot cut addresses out of a domain name
      note: `toFQDNs` allows every address a name resolves to, and no block can be taken from it
      help: allow a `net` in place of the name, or deny nothing that the name may resolve to
    ");
}
