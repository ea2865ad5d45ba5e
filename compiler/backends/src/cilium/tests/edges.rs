//! Peers that are no pods, and ports.

use netpol_flow::{HttpMatch, PathMatch, PortRange, Protocol, Side};
use netpol_model::{End, Port, Ports};

use super::{egress, ingress, net, shop, shown};
use crate::testing::{all, tcp};

#[test]
fn any_is_every_entity_and_every_port_is_no_ports() {
    insta::assert_snapshot!(shown(&shop(vec![egress(Ports::Any, End::Any), ingress(Ports::Any, End::Any)]), &[]), @r#"
    shop.yaml: CiliumNetworkPolicy api
      endpointSelector:
        matchLabels:
          "k8s:app": api
      enableDefaultDeny:
        ingress: true
        egress: true
      ingress:
      # shop.netpol:4 a rule
      # because tests say so
      - fromEntities:
        - all
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
        egress: true
      ingress:
      # shop.netpol:3 a rule
      # because tests say so
      - fromEndpoints:
        - matchLabels:
            "k8s:io.kubernetes.pod.namespace": shop
            "k8s:app": api
      egress:
      # shop.netpol:4 a rule
      # because tests say so
      - toEndpoints:
        - matchLabels:
            "k8s:io.kubernetes.pod.namespace": shop
            "k8s:app": api
    ---
    "#);
}

#[test]
fn a_block_loses_the_cluster_ranges_inside_it() {
    insta::assert_snapshot!(shown(&shop(vec![egress(tcp(&[443]), net(&["10.0.0.0/8", "192.0.2.7/32"]))]), &[]), @r#"
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
        - cidr: "10.0.0.0/8"
          except:
          - "10.10.0.0/16"
          - "10.96.0.0/12"
          - "10.244.0.0/16"
        - cidr: "192.0.2.7/32"
        toPorts:
        - ports:
          - port: "443"
            protocol: TCP
    ---
    "#);
}

#[test]
fn internet_needs_no_cluster_block() {
    let mut policy = shop(vec![egress(tcp(&[443]), End::Internet)]);
    policy.cluster = Default::default();
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
        - cidr: "0.0.0.0/0"
          except:
          - "0.0.0.0/8"
          - "10.0.0.0/8"
          - "100.64.0.0/10"
          - "127.0.0.0/8"
          - "169.254.0.0/16"
          - "172.16.0.0/12"
          - "192.0.0.0/24"
          - "192.168.0.0/16"
          - "198.18.0.0/15"
          - "224.0.0.0/3"
        - cidr: "::/0"
          except:
          - "::/127"
          - "64:ff9b:1::/48"
          - "100::/64"
          - "fc00::/7"
          - "fe80::/10"
          - "ff00::/8"
        toPorts:
        - ports:
          - port: "443"
            protocol: TCP
    ---
    "#);
}

#[test]
fn outside_is_all_but_the_cluster() {
    insta::assert_snapshot!(shown(&shop(vec![ingress(tcp(&[443]), End::Outside)]), &[]), @r#"
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
      - fromCIDRSet:
        - cidr: "0.0.0.0/0"
          except:
          - "10.10.0.0/16"
          - "10.96.0.0/12"
          - "10.244.0.0/16"
        - cidr: "::/0"
        toPorts:
        - ports:
          - port: "443"
            protocol: TCP
    ---
    "#);
}

#[test]
fn nodes_are_host_and_remote_nodes_on_both_sides() {
    let rules = vec![egress(tcp(&[10250]), End::Nodes), ingress(tcp(&[8080]), End::Nodes)];
    insta::assert_snapshot!(shown(&shop(rules), &[]), @r#"
    shop.yaml: CiliumNetworkPolicy api
      endpointSelector:
        matchLabels:
          "k8s:app": api
      enableDefaultDeny:
        ingress: true
        egress: true
      ingress:
      # shop.netpol:4 a rule
      # because tests say so
      - fromEntities:
        - host
        - remote-node
        toPorts:
        - ports:
          - port: "8080"
            protocol: TCP
      egress:
      # shop.netpol:3 a rule
      # because tests say so
      - toEntities:
        - host
        - remote-node
        toPorts:
        - ports:
          - port: "10250"
            protocol: TCP
    ---
    "#);
}

#[test]
fn the_api_server_and_the_gateway_are_entities() {
    let rules = vec![
        egress(tcp(&[6443]), End::ApiServer),
        ingress(tcp(&[8443]), End::ApiServer),
        ingress(tcp(&[8080]), End::Gateway),
    ];
    insta::assert_snapshot!(shown(&shop(rules), &[]), @r#"
    shop.yaml: CiliumNetworkPolicy api
      endpointSelector:
        matchLabels:
          "k8s:app": api
      enableDefaultDeny:
        ingress: true
        egress: true
      ingress:
      # shop.netpol:4 a rule
      # because tests say so
      - fromEntities:
        - kube-apiserver
        toPorts:
        - ports:
          - port: "8443"
            protocol: TCP
      # shop.netpol:4 a rule
      # because tests say so
      - fromEntities:
        - ingress
        toPorts:
        - ports:
          - port: "8080"
            protocol: TCP
      egress:
      # shop.netpol:3 a rule
      # because tests say so
      - toEntities:
        - kube-apiserver
        toPorts:
        - ports:
          - port: "6443"
            protocol: TCP
    ---
    "#);
}

#[test]
fn one_rule_has_one_kind_of_peer() {
    let mut rule = egress(tcp(&[443]), End::Nodes);
    rule.to.extend([all("data"), net(&["192.0.2.0/24"]), End::ApiServer]);
    insta::assert_snapshot!(shown(&shop(vec![rule]), &[]), @r#"
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
        - matchLabels:
            "k8s:io.kubernetes.pod.namespace": data
        toPorts:
        - ports:
          - port: "443"
            protocol: TCP
      # shop.netpol:3 a rule
      # because tests say so
      - toEntities:
        - host
        - remote-node
        - kube-apiserver
        toPorts:
        - ports:
          - port: "443"
            protocol: TCP
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
fn ranges_and_whole_protocols_are_written_as_cilium_reads_them() {
    let ports = Ports::Some(vec![
        Port::Range(PortRange { protocol: Protocol::Tcp, first: 8000, last: 8999 }),
        Port::Range(PortRange::every(Protocol::Udp)),
    ]);
    insta::assert_snapshot!(shown(&shop(vec![ingress(ports, all("shop"))]), &[]), @r#"
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
          - port: "8000"
            endPort: 8999
            protocol: TCP
          - port: "0"
            protocol: UDP
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
          - port: "8000"
            endPort: 8999
            protocol: TCP
          - port: "0"
            protocol: UDP
    ---
    "#);
}

#[test]
fn sctp_is_written_where_the_cluster_has_it() {
    let ports = || Ports::Some(vec![Port::Range(PortRange::one(Protocol::Sctp, 5000))]);
    let policy = shop(vec![ingress(ports(), all("shop"))]);
    insta::assert_snapshot!(shown(&policy, &[("sctp", "true")]), @r#"
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
          - port: "5000"
            protocol: SCTP
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
          - port: "5000"
            protocol: SCTP
    ---
    "#);
    insta::assert_snapshot!(shown(&policy, &[]), @r#"
    error[NP0719]: target `cilium` has no SCTP here
      note: Cilium drops SCTP unless `enable-sctp` is on
      help: set `sctp = "true"` for target `cilium` if it is, or leave the port out
    "#);
}

#[test]
fn a_quoted_port_is_the_pods_own() {
    let ports =
        || Ports::Some(vec![Port::Named("metrics".into()), Port::Range(PortRange::one(Protocol::Tcp, 80))]);
    let rules = vec![ingress(ports(), End::Any), egress(ports(), End::Any), egress(ports(), End::Nodes)];
    insta::assert_snapshot!(shown(&shop(rules), &[]), @r#"
    shop.yaml: CiliumNetworkPolicy all
      endpointSelector: {}
      enableDefaultDeny:
        ingress: true
        egress: true
      ingress:
      # shop.netpol:3 a rule
      # because tests say so
      - fromEndpoints:
        - matchLabels:
            "k8s:io.kubernetes.pod.namespace": shop
            "k8s:app": api
        toPorts:
        - ports:
          - port: "80"
            protocol: TCP
          - port: metrics
      egress:
      # shop.netpol:4 a rule
      # because tests say so
      - toEndpoints:
        - matchLabels:
            "k8s:io.kubernetes.pod.namespace": shop
            "k8s:app": api
        toPorts:
        - ports:
          - port: "80"
            protocol: TCP
          - port: metrics
    ---
    shop.yaml: CiliumNetworkPolicy api
      endpointSelector:
        matchLabels:
          "k8s:app": api
      enableDefaultDeny:
        ingress: true
        egress: true
      ingress:
      # shop.netpol:4 a rule
      # because tests say so
      - fromEntities:
        - all
        toPorts:
        - ports:
          - port: "80"
            protocol: TCP
          - port: metrics
      egress:
      # shop.netpol:3 a rule
      # because tests say so
      - toEntities:
        - all
        toPorts:
        - ports:
          - port: "80"
            protocol: TCP
      # shop.netpol:3 a rule
      # because tests say so
      - toEndpoints:
        - matchExpressions:
          - key: "k8s:io.kubernetes.pod.namespace"
            operator: Exists
        toPorts:
        - ports:
          - port: metrics
      # shop.netpol:3 a rule
      # because tests say so
      - toEntities:
        - host
        - remote-node
        toPorts:
        - ports:
          - port: "80"
            protocol: TCP
    ---
    "#);
}

#[test]
fn forty_ports_are_the_most_in_one_item() {
    let ports: Vec<u16> = (0..45).map(|n| 1000 + 2 * n).collect();
    let text = shown(&shop(vec![ingress(tcp(&ports), all("data"))]), &[]);
    assert_eq!(text.matches("- ports:").count(), 2);
    assert_eq!(text.matches("protocol: TCP").count(), 45);
}

#[test]
fn requests_are_whole_values_with_an_optional_query() {
    let mut rule = ingress(tcp(&[8080]), all("shop"));
    rule.only_side = Side::Ingress;
    rule.only = Some(vec![
        HttpMatch { method: Some("GET".into()), path: PathMatch::Exact("/v1/items.json".into()) },
        HttpMatch { method: None, path: PathMatch::Prefix("/v1/".into()) },
    ]);
    insta::assert_snapshot!(shown(&shop(vec![rule]), &[]), @r#"
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
          - port: "8080"
            protocol: TCP
          rules:
            http:
            - method: GET
              path: "/v1/items[.]json([?].*)?"
            - path: "/v1/.*"
    ---
    "#);
}

#[test]
fn a_request_filter_binds_the_authors_side_alone() {
    let mut rule = crate::testing::rule(
        5,
        netpol_model::RuleKind::Arrow,
        vec![crate::testing::workload("shop", "web")],
        vec![crate::testing::workload("shop", "api")],
        Ports::Some(vec![Port::Named("http".into())]),
    );
    rule.only = Some(vec![HttpMatch { method: Some("GET".into()), path: PathMatch::Prefix("/".into()) }]);
    insta::assert_snapshot!(shown(&shop(vec![rule]), &[]), @r#"
    shop.yaml: CiliumNetworkPolicy web
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
          - port: http
    ---
    shop.yaml: CiliumNetworkPolicy api
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
          - port: http
            protocol: TCP
          rules:
            http:
            - method: GET
              path: "/.*"
    ---
    "#);
}
