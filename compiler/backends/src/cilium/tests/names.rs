//! Domain names and the DNS they rest on.

use netpol_flow::DomainPattern;
use netpol_model::{End, Ports};

use super::{dns, egress, shop, shown};
use crate::testing::{baseline, guardrail, tcp};

fn exact() -> End {
    End::Domain(DomainPattern::Exact("api.stripe.com".into()))
}

fn under() -> End {
    End::Domain(DomainPattern::Under("example.com".into()))
}

#[test]
fn a_subject_with_names_asks_through_the_proxy_beside_everyone_elses_dns() {
    let mut rule = egress(tcp(&[443]), exact());
    rule.to.push(under());
    insta::assert_snapshot!(shown(&shop(vec![dns("shop"), rule]), &[]), @r#"
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
        - matchName: api.stripe.com
        - matchPattern: "**.example.com"
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
fn dns_of_the_very_subject_becomes_the_proxys() {
    let mut rule = egress(tcp(&[443]), exact());
    rule.from = vec![crate::testing::all("shop")];
    insta::assert_snapshot!(shown(&shop(vec![dns("shop"), rule]), &[]), @r#"
    shop.yaml: CiliumNetworkPolicy all
      endpointSelector: {}
      enableDefaultDeny:
        ingress: false
        egress: true
      egress:
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
      # shop.netpol:3 a rule
      # because tests say so
      - toFQDNs:
        - matchName: api.stripe.com
        toPorts:
        - ports:
          - port: "443"
            protocol: TCP
    ---
    "#);
}

#[test]
fn dns_may_come_from_the_baseline_or_the_node() {
    let mut policy = shop(vec![egress(tcp(&[443]), exact())]);
    let mut local = dns("shop");
    local.to.insert(0, End::Nodes);
    policy.baseline = vec![baseline("k8s/dns-nodelocal", vec![("shop", vec![local])])];
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
      - toFQDNs:
        - matchName: api.stripe.com
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
      # shop.netpol:2 a rule
      # because tests say so
      # through the DNS proxy, so that names are learnt
      - toEntities:
        - host
        - remote-node
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
      # shop.netpol:2 a rule
      # because tests say so
      - toEntities:
        - host
        - remote-node
        toPorts:
        - ports:
          - port: "53"
            protocol: TCP
          - port: "53"
            protocol: UDP
    ---
    "#);
}

#[test]
fn a_broad_allow_gives_names_their_dns() {
    let policy = shop(vec![egress(Ports::Any, End::Any), egress(tcp(&[443]), exact())]);
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
      - toEntities:
        - all
      # shop.netpol:3 a rule
      # because tests say so
      - toFQDNs:
        - matchName: api.stripe.com
        toPorts:
        - ports:
          - port: "443"
            protocol: TCP
      # shop.netpol:3 a rule
      # because tests say so
      # through the DNS proxy, so that names are learnt
      - toEntities:
        - all
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
fn a_guardrail_with_names_gets_its_dns_in_the_namespace() {
    let mut policy = shop(vec![]);
    let mut asks = dns("shop");
    asks.from = vec![crate::testing::all("shop")];
    let mut names = egress(tcp(&[443]), exact());
    names.from = vec![crate::testing::all("shop")];
    policy.guardrails = vec![guardrail("saas", vec![], vec![], vec![asks, names])];
    insta::assert_snapshot!(shown(&policy, &[]), @r#"
    cluster.yaml: CiliumClusterwideNetworkPolicy guardrail--saas--shop--all
      endpointSelector:
        matchLabels:
          "k8s:io.kubernetes.pod.namespace": shop
      enableDefaultDeny:
        ingress: false
        egress: false
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
      # shop.netpol:3 a rule
      # because tests say so
      - toFQDNs:
        - matchName: api.stripe.com
        toPorts:
        - ports:
          - port: "443"
            protocol: TCP
    ---
    cluster.yaml: CiliumClusterwideNetworkPolicy guardrail--saas--kube-system--coredns
      endpointSelector:
        matchLabels:
          "k8s:io.kubernetes.pod.namespace": kube-system
          "k8s:k8s-app": kube-dns
      enableDefaultDeny:
        ingress: false
        egress: false
      ingress:
      # shop.netpol:2 a rule
      # because tests say so
      - fromEndpoints:
        - matchLabels:
            "k8s:io.kubernetes.pod.namespace": shop
        toPorts:
        - ports:
          - port: "53"
            protocol: TCP
          - port: "53"
            protocol: UDP
    ---
    shop.yaml: CiliumNetworkPolicy guardrail--saas--all
      endpointSelector: {}
      enableDefaultDeny:
        ingress: false
        egress: true
      egress:
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
fn names_without_dns_are_an_error() {
    insta::assert_snapshot!(shown(&shop(vec![egress(tcp(&[443]), exact())]), &[]), @r"
    error[NP0413]: target `cilium` learns names from DNS, which `api` may not ask
      note: `toFQDNs` allows the addresses that these pods' own DNS answers gave, seen by Cilium's proxy
      help: `apply k8s/dns`, or allow UDP port 53 to your resolver
    ");
}

#[test]
fn any_depth_needs_a_recent_agent() {
    let policy = shop(vec![dns("shop"), egress(tcp(&[443]), under())]);
    insta::assert_snapshot!(shown(&policy, &[("version", "1.18")]), @r"
    error[NP0706]: Cilium 1.18 cannot match names at any depth
      note: before 1.19, `**.` stands for a single label, so that `*.example.com` would miss names
      help: set `version` of target `cilium` to 1.19 or later, or list exact names
    ");
}
