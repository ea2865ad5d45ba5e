//! What programs come to, asked of the reference interpreter.

use std::sync::Arc;

use netpol_flow::{Endpoint, Flow, Pod, Protocol, Relation, Side, Verdict};
use netpol_model::{Layer, Policy, Port, Ports, verdict};

use super::policy;

fn pod(namespace: &str, label: &str) -> Endpoint {
    let mut pod = Pod::new(namespace);
    if let Some((key, value)) = label.split_once('=') {
        pod.labels.insert(key.into(), value.into());
    }
    Endpoint::Pod(Arc::new(pod))
}

fn allows(policy: &Policy, source: Endpoint, destination: Endpoint, port: u16) -> bool {
    let flow =
        Flow { source, destination, relation: Relation::Apart, protocol: Protocol::Tcp, port, request: None };
    verdict(policy, &flow, "2026-07-15".parse().unwrap()) == Verdict::Allow
}

#[test]
fn an_arrow_opens_one_port_one_way() {
    let policy = policy("namespace a\ntiers [web, api] by tier\nweb -> api:8080\n");
    assert!(allows(&policy, pod("a", "tier=web"), pod("a", "tier=api"), 8080));
    assert!(!allows(&policy, pod("a", "tier=web"), pod("a", "tier=api"), 8081));
    assert!(!allows(&policy, pod("a", "tier=api"), pod("a", "tier=web"), 8080));
}

#[test]
fn a_port_name_is_read_for_each_destination() {
    let policy = policy(
        "namespace a\nworkload c selects app=c\nworkload x selects app=x ports [http=8080]\nworkload y selects app=y\nc -> [x, y]:http\n",
    );
    let rules = &policy.namespaces["a"].rules;
    assert_eq!(rules.len(), 2);
    assert!(Arc::ptr_eq(&rules[0].origin, &rules[1].origin));
    assert!(allows(&policy, pod("a", "app=c"), pod("a", "app=x"), 8080));
    assert!(!allows(&policy, pod("a", "app=c"), pod("a", "app=x"), 80));
    assert!(allows(&policy, pod("a", "app=c"), pod("a", "app=y"), 80));
}

#[test]
fn a_port_argument_is_read_for_the_destination_too() {
    let policy = policy(
        "use std/tiers\nnamespace a\nworkload c selects app=c\nworkload d selects app=d ports [pg=6432]\napply tiers/db-access(c, d, pg)\n",
    );
    assert!(allows(&policy, pod("a", "app=c"), pod("a", "app=d"), 6432));
}

#[test]
fn free_names_of_a_pattern_mean_what_they_mean_where_it_is_written() {
    let policy = policy(
        "use std/k8s\nnamespace a\nworkload coredns selects app=mine\napply k8s/dns\ncoredns -> coredns:80\n",
    );
    assert!(allows(&policy, pod("a", ""), pod("kube-system", "k8s-app=kube-dns"), 53));
    let rule = policy.namespaces["a"].rules.iter().find(|rule| !rule.origin.via.is_empty()).unwrap();
    assert_eq!(
        (&*rule.origin.file, rule.origin.line, &*rule.origin.text),
        ("main.netpol", 4, "apply k8s/dns")
    );
}

#[test]
fn nouns_of_a_pattern_become_the_namespaces() {
    let policy = policy(
        "pattern p {\n  tiers [web, api] by tier\n  web -> api:80\n}\nnamespace a {\n  apply p\n  api -> web:81\n}\nnamespace b {\n  apply p\n}\ntest \"t\" {\n  can a/web -> a/api:80\n}\n",
    );
    assert!(allows(&policy, pod("a", "tier=api"), pod("a", "tier=web"), 81));
    assert!(!allows(&policy, pod("b", "tier=api"), pod("b", "tier=web"), 81));
    assert_eq!(policy.namespaces["b"].workloads.len(), 2);
}

#[test]
fn expose_never_speaks_for_the_namespaces_own_callers() {
    let policy = policy("namespace a\nworkload w selects app=w\nexpose w:80 to pods\n");
    assert!(allows(&policy, pod("b", ""), pod("a", "app=w"), 80));
    assert!(!allows(&policy, pod("a", ""), pod("a", "app=w"), 80));
}

#[test]
fn the_baseline_holds_where_it_is_not_waived() {
    let policy = policy(
        "use std/k8s as kube\nbaseline {\n  apply kube/same-namespace\n}\nnamespace a {\n}\nnamespace b {\n  waive kube/same-namespace\n}\n",
    );
    assert!(allows(&policy, pod("a", ""), pod("a", ""), 80));
    assert!(!allows(&policy, pod("b", ""), pod("b", ""), 80));
    assert_eq!(policy.baseline[0].rules.keys().map(|k| &**k).collect::<Vec<_>>(), ["a"]);
}

#[test]
fn other_pods_are_those_no_workload_selects() {
    let policy = policy(
        "namespace a\nworkload w selects app=w, tier in (x, y)\nworkload v selects app=v\ningress any from any to other-pods\n  because \"not ours\"\n",
    );
    let outside =
        || Endpoint::External { address: "203.0.113.9".parse().unwrap(), names: Default::default() };
    assert!(allows(&policy, outside(), pod("a", "app=u"), 80));
    assert!(allows(&policy, outside(), pod("a", "app=w"), 80), "no tier label, so not `w`");
    assert!(!allows(&policy, outside(), pod("a", "app=v"), 80));
    let mut both = Pod::new("a");
    both.labels.extend([("app".into(), "w".into()), ("tier".into(), "x".into())]);
    assert!(!allows(&policy, outside(), Endpoint::Pod(Arc::new(both)), 80));
}

#[test]
fn paperwork_is_inherited_nearest_first() {
    let policy = policy(
        "tenant t owns a owner team-t ticket T-1\nnamespace a reviewed 2026-01-01 {\n  app x owner team-x {\n    all -> all:80\n      ticket R-1\n  }\n  all -> all:81\n}\n",
    );
    let rules = &policy.namespaces["a"].rules;
    let app = rules.iter().find(|rule| rule.layer == Layer::App("x".into())).unwrap();
    assert_eq!((app.origin.owner.as_deref(), app.origin.ticket.as_deref()), (Some("team-x"), Some("R-1")));
    assert!(app.origin.reviewed.is_some());
    let own = rules.iter().find(|rule| rule.layer == Layer::Namespace).unwrap();
    assert_eq!((own.origin.owner.as_deref(), own.origin.ticket.as_deref()), (Some("team-t"), Some("T-1")));
}

#[test]
fn only_binds_the_authors_side() {
    let policy = policy(
        "namespace a {\n  workload w selects app=w\n  w -> [w, b/v]:80\n    only http GET \"/x/*\"\n  egress 80 to internet\n    only http * \"/y\"\n}\nnamespace b {\n  workload v selects app=v\n}\n",
    );
    let sides: Vec<Side> = policy.namespaces["a"].rules.iter().map(|rule| rule.only_side).collect();
    assert_eq!(sides, [Side::Ingress, Side::Egress, Side::Egress]);
}

#[test]
fn modes_differ_by_cluster() {
    let (views, diagnostics) = super::check_text(
        "cluster dev {\n}\ncluster prod {\n}\nnamespace a {\n  mode audit on dev until 2027-01-01\n  mode enforce on prod\n}\nnet far on dev = 10.1.0.0/16\nnet far on prod = 10.2.0.0/16\nnamespace b {\n  egress 443 to far\n}\n",
    );
    assert_eq!(diagnostics, []);
    let kinds: Vec<_> = views.iter().map(|view| view.namespaces["a"].mode.kind).collect();
    assert_eq!(kinds, [netpol_model::ModeKind::Audit, netpol_model::ModeKind::Enforce]);
}

#[test]
fn an_until_on_apply_is_copied_to_each_line() {
    let policy = policy("use std/k8s\nnamespace a\napply k8s/dns\n  until 2027-01-01\n");
    assert_eq!(policy.namespaces["a"].rules[0].until, "2027-01-01".parse().ok());
    assert_eq!(
        policy.namespaces["a"].rules[0].ports,
        Ports::Some(vec![
            Port::Range(netpol_flow::PortRange::one(Protocol::Udp, 53)),
            Port::Range(netpol_flow::PortRange::one(Protocol::Tcp, 53)),
        ])
    );
}

#[test]
fn an_external_namespace_lists_what_it_exposes() {
    let policy = policy(
        "namespace data external {\n  workload db selects app=db\n  expose db:5432 to a/all\n}\nnamespace a {\n  all -> data/db:5432\n}\n",
    );
    assert!(policy.namespaces["data"].external);
    assert_eq!(policy.namespaces["data"].rules.len(), 1);
}
