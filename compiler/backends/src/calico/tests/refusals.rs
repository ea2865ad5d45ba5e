//! What the target refuses, and in which words.

use insta::assert_snapshot;
use netpol_flow::{DomainPattern, HttpMatch, PathMatch, Selector, Side};
use netpol_model::{End, Layer, ModeKind, Pods, Port, Ports, Rule};

use super::*;

fn limited() -> Rule {
    let only = Some(vec![HttpMatch { method: None, path: PathMatch::Exact("/".into()) }]);
    Rule { only, ..ingress(workload("shop", "api"), tcp(&[8080])) }
}

#[test]
fn domains() {
    let domain = End::Domain(DomainPattern::Exact("api.example.com".into()));
    assert_snapshot!(refused(&shop(vec![egress(domain, tcp(&[443]))]), &[]), @r#"
    NP0701: target `calico` cannot match domain names
    at: a domain
    note: a peer of an open source Calico policy is a selector or an address block
    help: build for `cilium`, name a `net`, or go through `tiers/egress-via-proxy`
    "#);
}

#[test]
fn requests() {
    assert_snapshot!(refused(&shop(vec![limited()]), &[]), @r#"
    NP0703: target `calico` cannot filter these requests
    at: limited to requests
    note: an HTTP match of Calico lets pass what is not HTTP, and without application layer policy everything
    help: remove `only`, or build for `cilium`
    "#);
    let out = Rule {
        only_side: Side::Egress,
        only: limited().only,
        ..egress(workload("shop", "api"), tcp(&[8080]))
    };
    let told = refused(&shop(vec![out]), &[]);
    assert!(told.starts_with("NP0703"), "{told}");
}

#[test]
fn addresses_without_the_clusters_ranges() {
    let mut bare = shop(vec![egress(End::Internet, tcp(&[443]))]);
    bare.cluster = Default::default();
    let told = refused(&bare, &[]);
    assert!(
        told.starts_with("NP0716: target `calico` needs the cluster's pod and node ranges for this"),
        "{told}"
    );
}

#[test]
fn nodes_without_addresses() {
    let mut bare = shop(vec![ingress(End::Nodes, tcp(&[443]))]);
    bare.cluster = Default::default();
    assert_snapshot!(refused(&bare, &[]), @r#"
    NP0704: target `calico` needs the addresses of `nodes`
    at: speaks of `nodes`
    note: Calico matches this peer by address
    help: add them to the `cluster` block: `nodes 10.10.0.0/16`
    "#);
}

#[test]
fn apiserver_and_gateway_without_addresses() {
    let mut bare = shop(vec![ingress(End::ApiServer, tcp(&[443]))]);
    bare.cluster.apiserver.clear();
    assert!(refused(&bare, &[]).starts_with("NP0704: target `calico` needs the addresses of `apiserver`"));
    let bare = shop(vec![ingress(End::Gateway, tcp(&[443]))]);
    assert!(
        refused(&bare, &[]).starts_with("NP0704: target `calico` needs the addresses of `cluster-gateway`")
    );
}

#[test]
fn nodes_that_may_not_hear_their_own_pods() {
    let policy = || shop(vec![egress(End::Nodes, tcp(&[9100]))]);
    assert_snapshot!(refused(&policy(), &[("endpoint-to-host", "drop")]), @r#"
    NP0704: target `calico` may drop what a pod sends to its own node
    at: reaches the pod's own node
    note: what policy allows there is then subject to `defaultEndpointToHostAction`, and the target's setting `endpoint-to-host` is `drop`
    help: set `defaultEndpointToHostAction: Accept` in FelixConfiguration and `endpoint-to-host = "accept"`
    "#);
    assert!(
        refused(&shop(vec![egress(End::Any, Ports::Any)]), &[("endpoint-to-host", "unknown")])
            .contains("`unknown`")
    );
    assert!(lower(&super::super::BACKEND, &policy(), &[]).diagnostics.is_empty());
    let inward = shop(vec![ingress(End::Nodes, tcp(&[80]))]);
    assert!(lower(&super::super::BACKEND, &inward, &[("endpoint-to-host", "drop")]).diagnostics.is_empty());
}

#[test]
fn long_service_accounts() {
    let long = "a".repeat(63);
    let peer = Pods { accounts: Some([long.into()].into()), name: None, ..Pods::all_of("shop") };
    let told = refused(&shop(vec![ingress(End::pods(peer), tcp(&[80]))]), &[]);
    assert!(told.starts_with("NP0705: target `calico` cannot select by the service account `aaaa"), "{told}");
}

#[test]
fn labels_of_the_network_plug_in() {
    let selector = Selector::is("projectcalico.org/namespace", "kube-system");
    let peer = Pods { selector, name: None, ..Pods::all_of("shop") };
    assert_snapshot!(refused(&shop(vec![ingress(End::pods(peer), tcp(&[80]))]), &[]), @r#"
    NP0718: target `calico` cannot match the label `projectcalico.org/namespace`
    at: selects by it
    note: keys of this prefix are set by the network plug-in itself and are not the pod's own labels
    help: select by a label of your own, or by namespace or service account
    "#);
}

#[test]
fn denies_by_port_name() {
    let mut fenced = shop(vec![]);
    let named = Ports::Some(vec![Port::Named("metrics".into())]);
    let fence = Rule { layer: Layer::Fence, ..ingress(all("pay"), named) };
    fenced.namespaces.get_mut("shop").unwrap().fence = vec![fence];
    assert_snapshot!(refused(&fenced, &[]), @r#"
    NP0709: target `calico` does not deny by port name
    at: a quoted port
    note: a deny by name misses every pod that does not declare the name
    help: use the port's number
    "#);
}

#[test]
fn a_closed_cluster_without_its_plug_in() {
    let mut closed = shop(vec![]);
    closed.cluster.undeclared_closed = true;
    assert_snapshot!(refused(&closed, &[]), @r#"
    NP0720: `undeclared closed` would cut off `calico-system` on target `calico`
    at: closes every namespace it does not list
    note: Calico runs there; closed, it could no longer be repaired through its own API
    help: add it to the `cluster` block: `system [kube-system, calico-system, …]`
    "#);
}

#[test]
fn one_rule_is_refused_once() {
    let domain = || End::Domain(DomainPattern::Exact("api.example.com".into()));
    let twice = Rule {
        from: vec![workload("shop", "web"), workload("shop", "api")],
        ..egress(domain(), tcp(&[443]))
    };
    assert_eq!(lower(&super::super::BACKEND, &shop(vec![twice]), &[]).diagnostics.len(), 1);
}

#[test]
fn audit_before_staged_policies_is_withheld() {
    let mut audited = shop(vec![]);
    audited.namespaces.get_mut("shop").unwrap().mode.kind = ModeKind::Audit;
    let output = lower(&super::super::BACKEND, &audited, &[("version", "3.29")]);
    assert!(!output.files.contains_key("shop.yaml"));
    assert_snapshot!(told(&output), @r#"
    NP0708: target `calico` has no staged policies in version 3.29
    at: audit
    note: nothing is written for namespace `shop`, and nothing is reported
    help: build for Calico 3.30 or later
    "#);
}

#[test]
fn shared_ranges_warn_unless_a_reason_is_given() {
    let to = |because: bool| {
        let to = End::Addresses { blocks: vec!["10.10.1.0/24".parse().unwrap()], except: vec![], name: None };
        let mut rule = egress(to, tcp(&[443]));
        if !because {
            std::sync::Arc::make_mut(&mut rule.origin).because = None;
        }
        let mut policy = shop(vec![rule]);
        policy.cluster.shared = vec!["10.10.1.0/24".parse().unwrap()];
        lower(&super::super::BACKEND, &policy, &[])
    };
    assert!(to(true).diagnostics.is_empty());
    assert_snapshot!(told(&to(false)), @r#"
    NP0721: range may also match pods and nodes on target `calico`
    at: lies in a `shared` range
    note: Calico compares addresses only, and pods, nodes and outside hosts live side by side there
    help: name narrower blocks, or say `because`
    "#);
    assert!(to(false).files["shop.yaml"].contains("10.10.1.0/24"));
}
