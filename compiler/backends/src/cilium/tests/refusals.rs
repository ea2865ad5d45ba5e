//! What has no exact form is an error that says why and what to do.

use netpol_flow::{DomainPattern, HttpMatch, PathMatch, Selector};
use netpol_model::{End, Namespaces, Pods, Port, Ports, Rule, RuleKind};

use super::{egress, ingress, net, shop, shown};
use crate::testing::{all, guardrail, rule, tcp};

fn pods() -> End {
    End::pods(Pods { namespaces: Namespaces::Every, name: Some("pods".into()), ..Pods::all_of("x") })
}

fn denying(to: End, ports: Ports, exceptions: Vec<Rule>) -> netpol_model::Policy {
    let mut policy = shop(vec![]);
    let deny = rule(91, RuleKind::Egress, vec![pods()], vec![to], ports);
    policy.guardrails = vec![guardrail("block", vec![deny], exceptions, vec![])];
    policy
}

#[test]
fn a_filtered_label_is_refused_once_for_a_rule() {
    let of_set = End::pods(Pods {
        selector: Selector::is("statefulset.kubernetes.io/pod-name", "db-0"),
        ..Pods::all_of("shop")
    });
    insta::assert_snapshot!(shown(&shop(vec![egress(tcp(&[5432]), of_set.clone()), ingress(tcp(&[1]), of_set)]), &[]), @r"
    error[NP0718]: target `cilium` cannot see the label `statefulset.kubernetes.io/pod-name`
      note: Cilium leaves this label out of identities: `=` would never match, `!=` always would
      help: select by a label that your manifests set, such as `app.kubernetes.io/name`
    error[NP0718]: target `cilium` cannot see the label `statefulset.kubernetes.io/pod-name`
      note: Cilium leaves this label out of identities: `=` would never match, `!=` always would
      help: select by a label that your manifests set, such as `app.kubernetes.io/name`
    ");
}

#[test]
fn metadata_needs_to_know_who_answers_it() {
    let policy = denying(net(&["169.254.169.254/32"]), Ports::Any, vec![]);
    insta::assert_snapshot!(shown(&policy, &[]), @r#"
    error[NP0715]: target `cilium` must know who answers 169.254.169.254
      for example: other-namespace/{} -> 169.254.169.254:1/TCP
      note: an address block does not match what the pod's own node answers, so this deny could be open
      help: set `served = "off-node"` for target `cilium` if the network answers it (EC2, Azure, Compute Engine), or `served = "on-node"` if an agent on the node does (GKE metadata server, EKS Pod Identity, kube2iam)
    "#);
    insta::assert_snapshot!(shown(&policy, &[("served", "169.254.169.254=on-node, off-node")]), @r"
    error[NP0715]: target `cilium` cannot deny an address that the node answers
      for example: other-namespace/{} -> 169.254.169.254:1/TCP
      note: 169.254.169.254 is answered on the node, with the node's identity, which no address block matches
      help: deny `nodes` for these pods too, or use the provider's own protection of the address
    ");
    assert!(!shown(&policy, &[("served", "169.254.169.254=off-node")]).contains("NP0715"));
}

#[test]
fn metadata_on_the_node_may_be_denied_with_the_nodes() {
    let mut policy = denying(net(&["169.254.169.254/32"]), Ports::Any, vec![]);
    policy.guardrails[0].denies[0].to.push(End::Nodes);
    assert!(!shown(&policy, &[("served", "on-node")]).contains("error"));
}

#[test]
fn a_quoted_port_cannot_be_denied() {
    let policy = denying(all("vault"), Ports::Some(vec![Port::Named("http".into())]), vec![]);
    insta::assert_snapshot!(shown(&policy, &[]), @r"
    error[NP0709]: target `cilium` cannot deny a named port
      note: Cilium drops a deny whose port name the pod does not declare
      help: deny the number
    ");
}

#[test]
fn a_domain_cannot_be_taken_out_of_a_deny() {
    let to = End::Domain(DomainPattern::Exact("api.stripe.com".into()));
    let exception = rule(93, RuleKind::Egress, vec![pods()], vec![to], tcp(&[443]));
    insta::assert_snapshot!(shown(&denying(End::Internet, Ports::Any, vec![exception]), &[]), @r"
    error[NP0701]: target `cilium` cannot take a domain name out of a deny
      note: a deny beats every allow, and denies match address blocks only
      help: except a `net` with the addresses instead of the domain
    ");
}

#[test]
fn a_guardrail_cannot_filter_requests() {
    let mut policy = shop(vec![]);
    let mut allow = rule(92, RuleKind::Arrow, vec![all("monitoring")], vec![pods()], tcp(&[80]));
    allow.only = Some(vec![HttpMatch { method: None, path: PathMatch::Prefix("/metrics".into()) }]);
    policy.guardrails = vec![guardrail("scrape", vec![], vec![], vec![allow])];
    insta::assert_snapshot!(shown(&policy, &[]), @r"
    error[NP0703]: target `cilium` cannot filter requests in a guardrail
      note: a guardrail allows without isolating, and Cilium then lets every request through
      help: allow the port in the guardrail, and write `only http` in the namespace's own rule
    ");
}

#[test]
fn a_request_filter_lists_tcp_ports_and_no_query() {
    let filtered = |ports: Ports, path: &str| {
        let mut rule = ingress(ports, all("shop"));
        rule.only = Some(vec![HttpMatch { method: None, path: PathMatch::Exact(path.into()) }]);
        shown(&shop(vec![rule]), &[])
    };
    insta::assert_snapshot!(filtered(Ports::Any, "/"), @r"
    error[NP0703]: target `cilium` filters requests on TCP ports only
      note: the ports of a request filter are listed: not every port, not UDP or SCTP
      help: name the TCP ports, such as `:8080`
    ");
    insta::assert_snapshot!(filtered(tcp(&[80]), "/items?page=2"), @r"
    error[NP0703]: a request filter does not see the query
      note: `/items?page=2` has a `?`, and paths are compared without their query
      help: end the path before the `?`
    ");
}

#[test]
fn a_hidden_api_server_cannot_be_a_source() {
    let policy = shop(vec![ingress(tcp(&[8443]), End::ApiServer)]);
    insta::assert_snapshot!(shown(&policy, &[("apiserver-ingress", "hidden")]), @r"
    error[NP0704]: target `cilium` cannot tell the API server as a source here
      note: setting `apiserver-ingress` says that its connections arrive without its identity
      help: name what they arrive as: `nodes`, the tunnel's pods, or a `net` with its addresses
    ");
}

#[test]
fn a_closed_cluster_must_spare_its_plug_in() {
    let mut policy = shop(vec![]);
    policy.cluster.undeclared_closed = true;
    insta::assert_snapshot!(shown(&policy, &[("namespaces", "cilium")]), @r"
    error[NP0720]: closing undeclared namespaces would cut off `cilium`
      note: Cilium's own pods run there, such as Hubble's relay
      help: add `cilium` to `system`, or set `namespaces` of target `cilium` to where they run
    ");
}

#[test]
fn a_setting_that_cannot_be_read_is_told() {
    let settings = [("version", "latest"), ("sctp", "maybe"), ("served", "nowhere")];
    insta::assert_snapshot!(shown(&shop(vec![]), &settings), @r"
    error[NP0003]: `latest` is no value of setting `version`
      note: target `cilium`: the oldest agent the objects must mean the same on; names at any depth need 1.19, log tags 1.18
      help: write a Cilium version, 1.16 or later
    error[NP0003]: `maybe` is no value of setting `sctp`
      note: target `cilium`: whether `enable-sctp` is on; without it the cluster carries no SCTP at all
      help: write true or false
    error[NP0003]: `nowhere` is no value of setting `served`
      note: target `cilium`: who answers link-local and metadata addresses that a guardrail denies; needed for such a deny
      help: write off-node, on-node, or a list such as 169.254.169.254=off-node, 169.254.170.23=on-node
    ");
}
