//! What is refused, and what the message says.

use netpol_flow::{DomainPattern, HttpMatch, PathMatch, Protocol, Selector};
use netpol_model::{End, Namespaces, Pods};

use super::*;
use crate::testing::{all, guardrail, namespace, policy, tcp, workload};

fn with(rule: Rule) -> Policy {
    policy(vec![namespace("shop", &["web"], vec![rule])])
}

fn with_account(end: End) -> End {
    let End::Pods(pods) = end else { unreachable!() };
    End::pods(Pods { accounts: Some(["payments".into()].into()), ..Pods::clone(&pods) })
}

#[test]
fn a_domain() {
    let policy = with(egress(
        5,
        workload("shop", "web"),
        End::Domain(DomainPattern::Under("x.example".into())),
        tcp(&[443]),
    ));
    insta::assert_snapshot!(said(&policy), @r#"
    NP0701 Error: target `kubernetes` cannot match domain names
      5: a domain
      note: a NetworkPolicy peer is a selector or an address block
      help: build for `cilium`, name a `net`, or go through `tiers/egress-via-proxy`
    "#);
}

#[test]
fn only_http() {
    let only = Some(vec![HttpMatch { method: None, path: PathMatch::Prefix("/v1/".into()) }]);
    let policy =
        with(Rule { only, ..arrow(5, workload("shop", "web"), workload("shop", "web"), tcp(&[80])) });
    insta::assert_snapshot!(said(&policy), @r#"
    NP0703 Error: target `kubernetes` cannot filter requests
      5: `only http`
      note: a NetworkPolicy ends at ports
      help: remove `only http` here, or build for `cilium`
    "#);
}

#[test]
fn endpoints_without_addresses() {
    for (end, word) in [(End::Nodes, "nodes"), (End::ApiServer, "apiserver"), (End::Gateway, "gateway")] {
        let mut policy = with(egress(5, workload("shop", "web"), end, tcp(&[443])));
        policy.cluster.nodes.clear();
        policy.cluster.apiserver.clear();
        assert_eq!(refused(&policy), [704]);
        assert!(said(&policy).contains(&format!("needs the addresses of `{word}`")));
    }
    let mut policy = with(egress(5, workload("shop", "web"), End::ApiServer, tcp(&[443])));
    policy.cluster.apiserver.clear();
    insta::assert_snapshot!(said(&policy), @r#"
    NP0704 Error: target `kubernetes` needs the addresses of `apiserver`
      5: the `cluster` block has none
      note: a NetworkPolicy has no word for what is no pod; it is matched by its address
      note: addresses and ports are those of its endpoints, not of the Service
      help: add `apiserver` to the cluster, such as `apiserver 10.10.0.10/32`
    "#);
}

#[test]
fn a_deny_of_an_api_server_without_addresses_where_blocks_could_hold_it() {
    let mut policy = with(egress(5, workload("shop", "web"), End::Internet, tcp(&[443])));
    policy.cluster.apiserver.clear();
    let deny = egress(50, all("shop"), End::ApiServer, Ports::Any);
    policy.guardrails = vec![guardrail("api", vec![deny], vec![], vec![])];
    assert_eq!(refused(&policy), [704]);
    policy.namespaces.insert("shop".into(), namespace("shop", &[], vec![]));
    assert_eq!(refused(&policy), []);
}

#[test]
fn an_account_as_subject_or_peer() {
    for rule in [
        ingress(5, End::Any, with_account(all("shop")), tcp(&[80])),
        ingress(5, with_account(every_pod()), all("shop"), tcp(&[80])),
    ] {
        assert_eq!(refused(&with(rule)), [705]);
    }
    let mut policy = with(egress(5, workload("shop", "web"), every_pod(), tcp(&[80])));
    let deny = arrow(50, with_account(all("shop")), every_pod(), Ports::Any);
    policy.guardrails = vec![guardrail("payments", vec![deny], vec![], vec![])];
    insta::assert_snapshot!(said(&policy), @r#"
    NP0707 Warning: others can widen policy on target `kubernetes`
      90: holds only as long as nobody adds an allow
      note: NetworkPolicies add up: whoever may create one in a namespace can allow what this denies
      help: an admission policy can hold others to it
    NP0705 Error: target `kubernetes` cannot select by service account
      5: rests on a service account
      50: named here, and cut out of the rule
      note: a NetworkPolicy selects pods by their labels
      help: select the pods by label, or build for `calico` or `cilium`
    "#);
}

#[test]
fn a_number_denied_inside_a_quoted_port() {
    let mut policy = with(ingress(5, every_pod(), workload("shop", "web"), quoted("metrics")));
    let deny = ingress(50, every_pod(), all("shop"), tcp(&[9090]));
    policy.guardrails = vec![guardrail("no-9090", vec![deny], vec![], vec![])];
    insta::assert_snapshot!(said(&policy), @r#"
    NP0707 Warning: others can widen policy on target `kubernetes`
      90: holds only as long as nobody adds an allow
      note: NetworkPolicies add up: whoever may create one in a namespace can allow what this denies
      help: an admission policy can hold others to it
    NP0709 Error: target `kubernetes` cannot subtract a quoted port and a number from each other
      5: allowed here
      50: denied here
      note: each pod decides which number a quoted port is, so what is left of the rule cannot be written
      help: use numbers on both lines, or build for `calico` or `cilium`
    "#);
}

#[test]
fn a_protocol_denied_inside_a_quoted_port_leaves_the_others() {
    let mut policy = with(ingress(5, every_pod(), workload("shop", "web"), quoted("metrics")));
    let deny = ingress(50, every_pod(), all("shop"), range(Protocol::Tcp, 1, 65535));
    policy.guardrails = vec![guardrail("no-tcp", vec![deny], vec![], vec![])];
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
      - Egress
      egress:
      # shop.netpol:5 a rule
      # because tests say so
      - to:
        - podSelector:
            matchLabels:
              app: web
        ports:
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
        - namespaceSelector: {}
        ports:
        - protocol: UDP
          port: metrics
        - protocol: SCTP
          port: metrics
    "#);
}

#[test]
fn undeclared_closed() {
    let mut policy = policy(vec![]);
    policy.cluster.undeclared_closed = true;
    insta::assert_snapshot!(said(&policy), @r#"
    NP0711 Error: target `kubernetes` cannot close undeclared namespaces
      0: says `undeclared closed`
      note: a NetworkPolicy isolates pods of the namespace it stands in
      help: declare every namespace, or build for `calico` or `cilium`
    "#);
}

#[test]
fn a_long_range_on_an_old_cluster() {
    let policy = with(egress(5, workload("shop", "web"), every_pod(), range(Protocol::Tcp, 8000, 8999)));
    let output = lower(&BACKEND, &policy, &[("version", "v1.24.3")]);
    assert!(output.files.is_empty());
    assert_eq!(
        output.diagnostics.last().map(|d| (d.code.0, d.title.as_str())),
        Some((713, "port ranges need Kubernetes 1.25 or later"))
    );
    assert!(lower(&BACKEND, &policy, &[("version", "1.25")]).files.contains_key("shop.yaml"));
    assert_eq!(lower(&BACKEND, &policy, &[("version", "new")]).diagnostics[0].code.0, 3);
}

#[test]
fn addresses_without_the_cluster_s_ranges() {
    let mut policy = with(egress(5, workload("shop", "web"), End::Internet, tcp(&[443])));
    policy.cluster = Default::default();
    insta::assert_snapshot!(said(&policy), @r#"
    NP0716 Error: target `kubernetes` needs the cluster's pod and node ranges for this
      5: addresses
      note: an address block matches pods and nodes inside it there, so their ranges must be cut out
      help: declare both for IPv4 and IPv6: `cluster NAME { pods 10.244.0.0/16 … nodes 10.10.0.0/16 … }`
    "#);
}

#[test]
fn any_cut_without_the_cluster_s_ranges_is_refused_once() {
    let mut policy = with(egress(5, workload("shop", "web"), End::Any, tcp(&[443])));
    policy.cluster = Default::default();
    let deny = egress(50, all("shop"), net(&["169.254.169.254/32"], &[]), Ports::Any);
    policy.guardrails = vec![guardrail("metadata", vec![deny], vec![], vec![])];
    assert_eq!(refused(&policy), [716]);
}

#[test]
fn keys_that_a_plug_in_makes_up() {
    let End::Pods(pods) = all("shop") else { unreachable!() };
    let made_up = Selector::is("projectcalico.org/orchestrator", "k8s");
    let policy = with(ingress(
        5,
        End::pods(Pods { selector: made_up, ..Pods::clone(&pods) }),
        all("shop"),
        tcp(&[80]),
    ));
    insta::assert_snapshot!(said(&policy), @r#"
    NP0718 Error: target `kubernetes` does not see the label `projectcalico.org/orchestrator`
      5: selects by it
      note: a network plug-in makes it up; it is no label of a pod or namespace
      help: select by a label that the pods or their namespaces carry
    "#);
}

#[test]
fn pods_chosen_by_a_label_of_their_own_namespace() {
    let End::Pods(every) = every_pod() else { unreachable!() };
    let team = End::pods(Pods {
        namespaces: Namespaces::Matching(Selector::is("team", "sre")),
        ..Pods::clone(&every)
    });
    let mut policy = policy(vec![namespace("shop", &[], vec![])]);
    policy.guardrails =
        vec![guardrail("sre", vec![], vec![], vec![ingress(50, every_pod(), team, tcp(&[80]))])];
    insta::assert_snapshot!(said(&policy), @r#"
    NP0718 Error: target `kubernetes` cannot choose its own pods by a label of their namespace
      50: speaks for pods by such a label
      note: a NetworkPolicy stands in one namespace, whatever labels that namespace has
      help: name the namespaces, or build for `calico` or `cilium`
    "#);
}
