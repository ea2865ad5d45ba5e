//! Peers and ports.

use insta::assert_snapshot;
use netpol_flow::{PortRange, Protocol, Selector};
use netpol_model::{End, Namespaces, Pods, Port, Ports};

use super::*;

fn rules_of_web(policy: &Policy) -> String {
    only("shop/netpol.web", &build(policy))
}

fn net(blocks: &[&str], except: &[&str]) -> End {
    let nets = |list: &[&str]| list.iter().map(|block| block.parse().unwrap()).collect();
    End::Addresses { blocks: nets(blocks), except: nets(except), name: None }
}

#[test]
fn addresses_are_written_by_family_without_the_clusters_own() {
    let mut dual = shop(vec![egress(
        net(&["10.0.0.0/8", "192.0.2.0/24", "2001:db8::/32"], &["10.1.0.0/16"]),
        tcp(&[443]),
    )]);
    dual.cluster.pods.push("fd00:244::/56".parse().unwrap());
    dual.cluster.nodes.push("fd00:10::/64".parse().unwrap());
    assert_snapshot!(rules_of_web(&dual), @r#"
    NetworkPolicy shop/netpol.web
      tier: netpol
      order: 100
      selector: "projectcalico.org/orchestrator == 'k8s' && app == 'web'"
      types:
      - Egress
      egress:
      # shop.netpol:7 a rule
      # because tests say so
      - action: Allow
        protocol: TCP
        destination:
          nets:
          - "10.0.0.0/8"
          - "192.0.2.0/24"
          notNets:
          - "10.1.0.0/16"
          - "10.10.0.0/16"
          - "10.96.0.0/12"
          - "10.244.0.0/16"
          ports:
          - 443
      # shop.netpol:7 a rule
      # because tests say so
      - action: Allow
        protocol: TCP
        destination:
          nets:
          - "2001:db8::/32"
          ports:
          - 443
    "#);
}

#[test]
fn the_internet_is_everything_public() {
    assert_snapshot!(rules_of_web(&shop(vec![egress(End::Internet, tcp(&[443]))])), @r#"
    NetworkPolicy shop/netpol.web
      tier: netpol
      order: 100
      selector: "projectcalico.org/orchestrator == 'k8s' && app == 'web'"
      types:
      - Egress
      egress:
      # shop.netpol:7 a rule
      # because tests say so
      - action: Allow
        protocol: TCP
        destination:
          nets:
          - "0.0.0.0/0"
          notNets:
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
          ports:
          - 443
      # shop.netpol:7 a rule
      # because tests say so
      - action: Allow
        protocol: TCP
        destination:
          nets:
          - "::/0"
          notNets:
          - "::/127"
          - "64:ff9b:1::/48"
          - "100::/64"
          - "fc00::/7"
          - "fe80::/10"
          - "ff00::/8"
          ports:
          - 443
    "#);
}

#[test]
fn outside_is_everything_but_the_cluster() {
    assert_snapshot!(rules_of_web(&shop(vec![ingress(End::Outside, tcp(&[443]))])), @r#"
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
        source:
          nets:
          - "0.0.0.0/0"
          notNets:
          - "10.10.0.0/16"
          - "10.96.0.0/12"
          - "10.244.0.0/16"
        destination:
          ports:
          - 443
      # shop.netpol:7 a rule
      # because tests say so
      - action: Allow
        protocol: TCP
        source:
          nets:
          - "::/0"
        destination:
          ports:
          - 443
    "#);
}

#[test]
fn addresses_of_the_cluster_alone_leave_no_rule() {
    assert_eq!(rules_of_web(&shop(vec![egress(net(&["10.244.0.0/16"], &[]), tcp(&[443]))])), "");
}

#[test]
fn anyone_is_no_entity() {
    assert_snapshot!(rules_of_web(&shop(vec![egress(End::Any, Ports::Any), ingress(End::Any, tcp(&[80]))])), @r#"
    NetworkPolicy shop/netpol.web
      tier: netpol
      order: 100
      selector: "projectcalico.org/orchestrator == 'k8s' && app == 'web'"
      types:
      - Ingress
      - Egress
      ingress:
      # shop.netpol:7 a rule
      # because tests say so
      - action: Allow
        protocol: TCP
        destination:
          ports:
          - 80
      egress:
      # shop.netpol:7 a rule
      # because tests say so
      - action: Allow
    "#);
}

#[test]
fn nodes_api_servers_and_the_gateway_are_addresses() {
    let mut policy = shop(vec![
        ingress(End::Nodes, tcp(&[80])),
        egress(End::ApiServer, tcp(&[6443])),
        ingress(End::Gateway, tcp(&[8080])),
    ]);
    policy.cluster.gateway = vec!["192.168.7.7/32".parse().unwrap()];
    assert_snapshot!(rules_of_web(&policy), @r#"
    NetworkPolicy shop/netpol.web
      tier: netpol
      order: 100
      selector: "projectcalico.org/orchestrator == 'k8s' && app == 'web'"
      types:
      - Ingress
      - Egress
      ingress:
      # shop.netpol:7 a rule
      # because tests say so
      - action: Allow
        protocol: TCP
        source:
          nets:
          - "10.10.0.0/16"
        destination:
          ports:
          - 80
      # shop.netpol:7 a rule
      # because tests say so
      - action: Allow
        protocol: TCP
        source:
          nets:
          - "192.168.7.7/32"
        destination:
          ports:
          - 8080
      egress:
      # shop.netpol:7 a rule
      # because tests say so
      - action: Allow
        protocol: TCP
        destination:
          nets:
          - "10.10.0.10/32"
          ports:
          - 6443
    "#);
}

#[test]
fn ports_are_written_by_protocol() {
    let ports = Ports::Some(vec![
        Port::Range(PortRange::one(Protocol::Udp, 53)),
        Port::Range(PortRange { protocol: Protocol::Tcp, first: 8000, last: 8999 }),
        Port::Range(PortRange::one(Protocol::Tcp, 443)),
        Port::Range(PortRange::every(Protocol::Sctp)),
        Port::Named("metrics".into()),
    ]);
    assert_snapshot!(rules_of_web(&shop(vec![ingress(workload("shop", "api"), ports)])), @r#"
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
        source:
          selector: "projectcalico.org/orchestrator == 'k8s' && app == 'api'"
        destination:
          ports:
          - 443
          - "8000:8999"
      # shop.netpol:7 a rule
      # because tests say so
      - action: Allow
        protocol: UDP
        source:
          selector: "projectcalico.org/orchestrator == 'k8s' && app == 'api'"
        destination:
          ports:
          - 53
      # shop.netpol:7 a rule
      # because tests say so
      - action: Allow
        protocol: SCTP
        source:
          selector: "projectcalico.org/orchestrator == 'k8s' && app == 'api'"
      # shop.netpol:7 a rule
      # because tests say so
      - action: Allow
        source:
          selector: "projectcalico.org/orchestrator == 'k8s' && app == 'api'"
        destination:
          ports:
          - metrics
    "#);
}

#[test]
fn a_port_name_reaches_pods_only() {
    let named = || Ports::Some(vec![Port::Named("metrics".into())]);
    let text = rules_of_web(&shop(vec![egress(End::Any, named()), egress(End::Internet, named())]));
    assert_snapshot!(text, @r#"
    NetworkPolicy shop/netpol.web
      tier: netpol
      order: 100
      selector: "projectcalico.org/orchestrator == 'k8s' && app == 'web'"
      types:
      - Egress
      egress:
      # shop.netpol:7 a rule
      # because tests say so
      - action: Allow
        destination:
          namespaceSelector: "has(projectcalico.org/name)"
          selector: "projectcalico.org/orchestrator == 'k8s'"
          ports:
          - metrics
    "#);
}

#[test]
fn accounts_and_namespace_labels_have_their_own_fields() {
    let team = Selector {
        requirements: vec![netpol_flow::Requirement {
            key: "team".into(),
            operator: netpol_flow::Operator::NotIn,
            values: ["sre".into()].into(),
        }],
    };
    let peer = End::pods(Pods { namespaces: Namespaces::Matching(team), name: None, ..Pods::all_of("x") });
    let mut by_account = Pods::all_of("shop");
    by_account.accounts = Some(["payments".into(), "ledger".into()].into());
    let subject = End::pods(Pods { name: Some("payments".into()), ..by_account.clone() });
    let rules = vec![
        netpol_model::Rule { to: vec![subject], ..ingress(peer, tcp(&[80])) },
        ingress(End::pods(Pods { name: None, ..by_account }), tcp(&[80])),
    ];
    let text = build(&shop(rules));
    assert_snapshot!(only("shop/netpol.payments", &text) + &only("shop/netpol.web", &text), @r#"
    NetworkPolicy shop/netpol.payments
      tier: netpol
      order: 100
      selector: "projectcalico.org/orchestrator == 'k8s'"
      serviceAccountSelector: "projectcalico.org/name in {'ledger', 'payments'}"
      types:
      - Ingress
      ingress:
      # shop.netpol:7 a rule
      # because tests say so
      - action: Allow
        protocol: TCP
        source:
          namespaceSelector: "has(projectcalico.org/name) && team != 'sre'"
          selector: "projectcalico.org/orchestrator == 'k8s'"
        destination:
          ports:
          - 80
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
        source:
          selector: "projectcalico.org/orchestrator == 'k8s'"
          serviceAccounts:
            names:
            - ledger
            - payments
        destination:
          ports:
          - 80
    "#);
}

#[test]
fn a_logged_rule_is_preceded_by_its_log() {
    let logged = netpol_model::Rule { log: true, ..ingress(workload("shop", "api"), tcp(&[80])) };
    assert_snapshot!(rules_of_web(&shop(vec![logged])), @r#"
    NetworkPolicy shop/netpol.web
      tier: netpol
      order: 100
      selector: "projectcalico.org/orchestrator == 'k8s' && app == 'web'"
      types:
      - Ingress
      ingress:
      # shop.netpol:7 a rule
      # because tests say so
      - action: Log
        protocol: TCP
        source:
          selector: "projectcalico.org/orchestrator == 'k8s' && app == 'api'"
        destination:
          ports:
          - 80
      # shop.netpol:7 a rule
      # because tests say so
      - action: Allow
        protocol: TCP
        source:
          selector: "projectcalico.org/orchestrator == 'k8s' && app == 'api'"
        destination:
          ports:
          - 80
    "#);
}
