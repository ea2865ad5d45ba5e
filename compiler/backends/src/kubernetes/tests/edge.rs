//! Peers that are no pods.

use netpol_model::{End, ModeKind, Namespace};

use super::*;
use crate::testing::{all, namespace, policy, tcp, workload};

fn outwards(rules: Vec<Rule>) -> Namespace {
    let mut shop = namespace("shop", &["web"], rules);
    shop.mode.kind = ModeKind::EgressOnly;
    shop
}

#[test]
fn a_block_leaves_out_the_cluster_and_what_its_author_left_out() {
    let rules =
        vec![egress(5, workload("shop", "web"), net(&["10.0.0.0/8"], &["10.20.0.0/16"]), tcp(&[443]))];
    let policy = policy(vec![outwards(rules)]);
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
        - ipBlock:
            cidr: "10.0.0.0/8"
            except:
            - "10.10.0.0/16"
            - "10.20.0.0/16"
            - "10.96.0.0/12"
            - "10.244.0.0/16"
        ports:
        - protocol: TCP
          port: 443
    "#);
    insta::assert_snapshot!(said(&policy), @r#"
    NP0712 Note: cluster ranges were cut out of this range
      5: holds some of them
      note: left out: 10.10.0.0/16, 10.96.0.0/12, 10.244.0.0/16
      note: a block never means pods, nodes or the API server; allow those by their own words
    "#);
}

#[test]
fn a_block_apart_from_the_cluster_stands_as_written() {
    let rules = vec![ingress(5, net(&["203.0.113.0/24", "2001:db8::/32"], &[]), all("shop"), tcp(&[443]))];
    let policy = policy(vec![namespace("shop", &[], rules)]);
    insta::assert_snapshot!(specs(&policy, "shop"), @r#"
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
      ingress:
      # shop.netpol:5 a rule
      # because tests say so
      - from:
        - ipBlock:
            cidr: "203.0.113.0/24"
        - ipBlock:
            cidr: "2001:db8::/32"
        ports:
        - protocol: TCP
          port: 443
    "#);
    assert_eq!(said(&policy), "");
}

#[test]
fn internet_and_outside_are_everything_with_exceptions() {
    let rules = vec![
        egress(5, workload("shop", "web"), End::Internet, tcp(&[443])),
        egress(6, workload("shop", "web"), End::Outside, tcp(&[22])),
    ];
    let policy = policy(vec![outwards(rules)]);
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
        - ipBlock:
            cidr: "0.0.0.0/0"
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
        - ipBlock:
            cidr: "::/0"
            except:
            - "::/127"
            - "64:ff9b:1::/48"
            - "100::/64"
            - "fc00::/7"
            - "fe80::/10"
            - "ff00::/8"
        ports:
        - protocol: TCP
          port: 443
      # shop.netpol:6 a rule
      # because tests say so
      - to:
        - ipBlock:
            cidr: "0.0.0.0/0"
            except:
            - "10.10.0.0/16"
            - "10.96.0.0/12"
            - "10.244.0.0/16"
        - ipBlock:
            cidr: "::/0"
        ports:
        - protocol: TCP
          port: 22
    "#);
    assert_eq!(said(&policy), "");
}

#[test]
fn any_peer_is_no_peer_list() {
    let rules = vec![
        ingress(5, End::Any, workload("shop", "web"), tcp(&[8080])),
        egress(6, workload("shop", "web"), End::Any, Ports::Any),
    ];
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
      - Ingress
      - Egress
      ingress:
      # shop.netpol:6 a rule
      # because tests say so
      - from:
        - podSelector:
            matchLabels:
              app: web
      egress:
      # shop.netpol:5 a rule
      # because tests say so
      - to:
        - podSelector:
            matchLabels:
              app: web
        ports:
        - protocol: TCP
          port: 8080
    ---
    web
      podSelector:
        matchLabels:
          app: web
      policyTypes:
      - Ingress
      - Egress
      ingress:
      # shop.netpol:5 a rule
      # because tests say so
      - ports:
        - protocol: TCP
          port: 8080
      egress:
      # shop.netpol:6 a rule
      # because tests say so
      - {}
    "#);
}

#[test]
fn nodes_apiserver_and_gateway_are_addresses() {
    let rules = vec![
        ingress(5, End::Nodes, workload("shop", "web"), tcp(&[8080])),
        ingress(6, End::Gateway, workload("shop", "web"), tcp(&[8080])),
        egress(7, workload("shop", "web"), End::ApiServer, tcp(&[6443])),
    ];
    let mut policy = policy(vec![namespace("shop", &["web"], rules)]);
    policy.cluster.gateway = vec!["10.10.0.20/32".parse().unwrap()];
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
      - Ingress
      - Egress
      ingress:
      # shop.netpol:5 a rule
      # because tests say so
      - from:
        - ipBlock:
            cidr: "10.10.0.0/16"
            except:
            - "10.10.0.20/32"
        ports:
        - protocol: TCP
          port: 8080
      # shop.netpol:6 a rule
      # because tests say so
      - from:
        - ipBlock:
            cidr: "10.10.0.20/32"
        ports:
        - protocol: TCP
          port: 8080
      egress:
      # shop.netpol:7 a rule
      # because tests say so
      - to:
        - ipBlock:
            cidr: "10.10.0.10/32"
        ports:
        - protocol: TCP
          port: 6443
    "#);
}

#[test]
fn a_range_shared_with_pods_warns_unless_there_is_a_reason() {
    let mut rules = vec![egress(5, workload("shop", "web"), net(&["10.50.0.0/16"], &[]), tcp(&[443]))];
    let mut shared = policy(vec![outwards(rules.clone())]);
    shared.cluster.shared = vec!["10.50.0.0/20".parse().unwrap()];
    assert_eq!(said(&shared), "");
    for rule in &mut rules {
        std::sync::Arc::make_mut(&mut rule.origin).because = None;
    }
    shared.namespaces.insert("shop".into(), outwards(rules));
    insta::assert_snapshot!(said(&shared), @r#"
    NP0721 Warning: range may also match pods
      5: lies in a shared range
      note: `shared` ranges hold pods, nodes and outside hosts; a NetworkPolicy cannot tell them apart
      help: say why this is acceptable with `because "…"`
    "#);
}
