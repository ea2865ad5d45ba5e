//! Two examples beside the NetworkPolicies their projects publish, where the corpus is here.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use netpol_flow::{Endpoint, Flow, Pod, Protocol, Relation, Side, Verdict};
use netpol_model::{Policy, verdict};
use netpol_semantics::{Manifest, kubernetes};
use netpol_tests::example::{self, Example};

/// The manifests of a project in the corpus, without what is no policy; `None` where the corpus is not here.
fn published(project: &str, word: &str) -> Option<Vec<(String, String)>> {
    let corpus: PathBuf =
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/corpus/clusters")).join(project);
    if !corpus.exists() {
        println!("skipped: the corpus is not here");
        return None;
    }
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(corpus).expect("the corpus").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.contains(word) {
            texts.push((name, std::fs::read_to_string(entry.path()).expect("a policy")));
        }
    }
    assert!(!texts.is_empty(), "no policy of {project}");
    Some(texts)
}

/// What the published policies say of a flow, both sides together.
fn asks<'a>(texts: &'a [(String, String)]) -> impl Fn(&Flow) -> Verdict + 'a {
    let manifests: Vec<Manifest<'_>> = texts.iter().map(|(path, text)| Manifest { path, text }).collect();
    let policies = kubernetes::read(&manifests).unwrap_or_else(|errors| panic!("{errors:#?}"));
    move |flow| {
        let allows =
            |side| kubernetes::evaluate(&policies, flow, side).expect("decided").verdict == Verdict::Allow;
        if allows(Side::Egress) && allows(Side::Ingress) { Verdict::Allow } else { Verdict::Deny }
    }
}

fn policy(name: &str) -> (Example, Policy) {
    let example = Example::read(name);
    let policy = example.build().views.remove(0);
    (example, policy)
}

#[test]
fn sock_shop_differs_from_what_is_published_only_where_its_readme_says() {
    let Some(texts) = published("sock-shop", "netpol-") else { return };
    let says = asks(&texts);
    let (example, policy) = policy("sock-shop");
    let block = example.blocks("pairs").remove(0);
    let name = |flow: &Flow, side: Side| {
        let end = if side == Side::Egress { &flow.source } else { &flow.destination };
        end.pod().and_then(|pod| pod.labels.get("name").cloned()).unwrap_or_default()
    };
    let mut differing = Vec::new();
    let questions = example::questions(&policy, &block).expect("a table");
    for (flow, _) in &questions {
        let (ours, theirs) = (verdict(&policy, flow, example::day()), says(flow));
        if ours != theirs {
            let (from, to) = (name(flow, Side::Egress), name(flow, Side::Ingress));
            differing.push(format!("{from} {to} {}: {}", flow.port, ours.word()));
        }
    }
    differing.sort();
    println!("{} questions", questions.len());
    assert_eq!(
        differing,
        [
            "carts carts-db 27017: allow",
            "front-end carts 80: allow",
            "front-end session-db 6379: allow",
            "orders carts 80: allow",
        ]
    );
}

/// The parts of kube-prometheus: the labels of its pods, as its Deployments, DaemonSet and custom resources give them.
const PARTS: [(&str, &str, Option<&str>); 8] = [
    ("prometheus", "prometheus", Some("k8s")),
    ("alertmanager", "alert-router", Some("main")),
    ("grafana", "grafana", None),
    ("prometheus-operator", "controller", None),
    ("prometheus-adapter", "metrics-adapter", None),
    ("kube-state-metrics", "exporter", None),
    ("blackbox-exporter", "exporter", None),
    ("node-exporter", "exporter", None),
];

/// A pod of every part, and one that is of none.
fn pods() -> Vec<Endpoint> {
    let pod = |labels: &[(&str, &str)]| {
        let mut pod = Pod::new("monitoring");
        for (key, value) in labels {
            pod.labels.insert(format!("app.kubernetes.io/{key}").as_str().into(), (*value).into());
        }
        pod.address = "10.244.3.4".parse().ok();
        Endpoint::Pod(Arc::new(pod))
    };
    let part = |(name, component, instance): &(&str, &str, Option<&str>)| {
        let mut labels = vec![("name", *name), ("component", *component), ("part-of", "kube-prometheus")];
        labels.extend(instance.map(|instance| ("instance", instance)));
        pod(&labels)
    };
    PARTS.iter().map(part).chain([pod(&[("name", "stranger")])]).collect()
}

#[test]
fn kube_prometheus_has_the_verdicts_of_what_is_published() {
    let Some(texts) = published("kube-prometheus", "networkPolicy") else { return };
    let says = asks(&texts);
    let (_, policy) = policy("kube-prometheus");
    let (pods, mut asked, mut allowed, mut wrong) = (pods(), 0, 0, Vec::new());
    let ports = [3000, 6443, 8080, 8443, 9090, 9093, 9094, 9100, 9115, 9443, 19115, 22];
    for (source, destination) in pods.iter().flat_map(|from| pods.iter().map(move |to| (from, to))) {
        for (port, protocol) in ports.iter().flat_map(|port| [(*port, Protocol::Tcp), (*port, Protocol::Udp)])
        {
            let (source, destination) = (source.clone(), destination.clone());
            let flow = Flow { source, destination, relation: Relation::Apart, protocol, port, request: None };
            let ours = verdict(&policy, &flow, example::day());
            asked += 1;
            allowed += usize::from(ours == Verdict::Allow);
            if ours != says(&flow) {
                wrong.push(format!("{flow}: {}", ours.word()));
            }
        }
    }
    println!("{asked} questions, {allowed} allowed");
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(allowed > 15 && allowed < asked, "{allowed} of {asked}");
}
