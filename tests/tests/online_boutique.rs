//! Online Boutique: our example against the table of its README, and the table against the policies the project publishes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use netpol_backends::BACKENDS;
use netpol_flow::{Date, Endpoint, Flow, Pod, Protocol, Relation, Side, Verdict};
use netpol_model::{Policy, consent, verdict};
use netpol_semantics::{Manifest, kubernetes};
use netpol_tests::example::Example;
use netpol_tests::targets;

const NAMESPACE: &str = "online-boutique";
const SERVICES: [&str; 13] = [
    "loadgenerator",
    "frontend",
    "checkoutservice",
    "recommendationservice",
    "cartservice",
    "adservice",
    "currencyservice",
    "emailservice",
    "paymentservice",
    "productcatalogservice",
    "shippingservice",
    "redis-cart",
    "stranger",
];
/// Every port one of them listens on, and one that nobody does.
const PORTS: [u16; 10] = [8080, 9555, 7070, 5050, 7000, 50051, 3550, 6379, 4317, 22];

fn example() -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/online-boutique")).to_owned()
}

fn today() -> Date {
    Date::new(2026, 11, 21).expect("the day exists")
}

fn policy() -> Policy {
    let mut compiled = Example::read("online-boutique").build();
    assert!(!compiled.has_errors(), "{:#?}", compiled.diagnostics);
    compiled.views.remove(0)
}

/// The table of the README: caller, called, port.
fn table() -> BTreeSet<(String, String, u16)> {
    let text = std::fs::read_to_string(example().join("README.md")).expect("the README");
    let block = text
        .split("```pairs,namespace=online-boutique\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .expect("a table of flows");
    let row = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        (words[0].to_owned(), words[1].to_owned(), words[2].parse().expect("a port"))
    };
    block.lines().map(row).collect()
}

fn pod(service: &str) -> Endpoint {
    let mut pod = Pod::new(NAMESPACE);
    pod.labels.insert("app".into(), service.into());
    pod.address = "10.244.3.4".parse().ok();
    Endpoint::Pod(Arc::new(pod))
}

/// Every pair of services on every port, with what the table says.
fn questions() -> Vec<(Flow, Verdict)> {
    let table = table();
    let mut questions = Vec::new();
    for caller in SERVICES {
        for called in SERVICES.iter().filter(|called| **called != caller) {
            for port in PORTS {
                let allowed = table.contains(&(caller.to_owned(), (*called).to_owned(), port));
                let flow = Flow {
                    source: pod(caller),
                    destination: pod(called),
                    relation: Relation::Apart,
                    protocol: Protocol::Tcp,
                    port,
                    request: None,
                };
                questions.push((flow, if allowed { Verdict::Allow } else { Verdict::Deny }));
            }
        }
    }
    questions
}

#[test]
fn the_example_allows_what_its_table_says_and_nothing_else() {
    let policy = policy();
    let questions = questions();
    for (flow, expected) in &questions {
        assert_eq!(verdict(&policy, flow, today()), *expected, "{flow}");
    }
    println!("{} questions", questions.len());
}

#[test]
fn every_target_says_the_same_on_each_side() {
    let policy = policy();
    for backend in BACKENDS {
        // As `netpol.toml` says.
        let settings = match backend.name {
            "cilium" => [("served".into(), "off-node".into())].into(),
            _ => targets::Settings::new(),
        };
        let built = targets::build(backend, &policy, &settings, today())
            .unwrap_or_else(|refusals| panic!("{}: {refusals:#?}", backend.name));
        for (flow, _) in questions() {
            for side in Side::BOTH {
                let said = built
                    .evaluate(&flow, side)
                    .unwrap_or_else(|u| panic!("{}: {flow}: {}", backend.name, u.reason));
                let meant = consent(&policy, &flow, side, today());
                assert_eq!(
                    said.verdict, meant.verdict,
                    "{}: {flow} on {side:?}: {:?}",
                    backend.name, said.steps
                );
            }
        }
        let differences =
            built.prove(&policy, today()).unwrap_or_else(|reason| panic!("{}: {reason}", backend.name));
        assert!(differences.is_empty(), "{}: {differences:#?}", backend.name);
    }
}

#[test]
fn the_table_is_what_the_published_policies_say() {
    let corpus =
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/corpus/clusters/online-boutique"));
    if !corpus.exists() {
        println!("skipped: the corpus is not here");
        return;
    }
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(corpus).expect("the corpus").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.contains("network-policy") {
            // The files name no namespace: they go where `kubectl` is pointed.
            let text = std::fs::read_to_string(entry.path()).expect("a policy");
            texts.push((
                name,
                text.replacen("metadata:\n", &format!("metadata:\n  namespace: {NAMESPACE}\n"), 1),
            ));
        }
    }
    let manifests: Vec<Manifest<'_>> = texts.iter().map(|(path, text)| Manifest { path, text }).collect();
    let published = kubernetes::read(&manifests).unwrap_or_else(|errors| panic!("{errors:#?}"));
    let mut stricter = 0;
    for (flow, expected) in questions() {
        let allows =
            |side| kubernetes::evaluate(&published, &flow, side).expect("decided").verdict == Verdict::Allow;
        let found = allows(Side::Egress) && allows(Side::Ingress);
        let service =
            |end: &Endpoint| end.pod().and_then(|pod| pod.labels.get("app").cloned()).unwrap_or_default();
        // The README lists these: the published frontend accepts everybody; a stranger has no policy but deny-all.
        if &*service(&flow.destination) == "frontend" && expected == Verdict::Deny {
            assert_eq!(found, &*service(&flow.source) != "stranger", "{flow}");
            stricter += usize::from(found);
            continue;
        }
        assert_eq!(found, expected == Verdict::Allow, "{flow}");
    }
    println!("{stricter} questions that the published policies allow and ours do not, all to the frontend");
}
