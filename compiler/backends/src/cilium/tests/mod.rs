//! Policies built by hand and read as an expert would read the manifests.

mod edges;
mod fences;
mod guardrails;
mod names;
mod namespaces;
mod refusals;

use netpol_diagnostics::Severity;
use netpol_model::{End, Namespace, Policy, Ports, Rule, RuleKind};

use super::BACKEND;
use crate::testing;

/// As [`whole`], without the objects that isolate a namespace.
fn shown(policy: &Policy, settings: &[(&str, &str)]) -> String {
    let text = whole(policy, settings);
    let isolation = "CiliumNetworkPolicy default-deny\n";
    text.split_inclusive("\n---\n").filter(|object| !object.contains(isolation)).collect()
}

/// Every object without its labels and annotations, then every diagnostic.
fn whole(policy: &Policy, settings: &[(&str, &str)]) -> String {
    let output = testing::lower(&BACKEND, policy, settings);
    let mut out = String::new();
    for (file, text) in output.files.iter().filter(|(file, _)| *file != "kustomization.yaml") {
        for document in text.split("---\n").skip(1) {
            let value = |key: &str| {
                let found = document.lines().find_map(|line| line.strip_prefix(key).map(str::to_owned));
                found.unwrap_or_default()
            };
            let spec = document.split_once("spec:\n").map_or("", |(_, spec)| spec);
            out += &format!("{file}: {} {}\n{spec}---\n", value("kind: "), value("  name: "));
        }
    }
    for diagnostic in output.diagnostics {
        let severity = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        out += &format!("{severity}[{}]: {}\n", diagnostic.code, diagnostic.title);
        let witness = diagnostic.witness.iter().map(|flow| format!("  for example: {flow}\n"));
        let notes = diagnostic.notes.iter().map(|note| format!("  note: {note}\n"));
        let helps = diagnostic.helps.iter().map(|help| format!("  help: {}\n", help.text));
        out.extend(witness.chain(notes).chain(helps));
    }
    out
}

/// `shop`, with `web` and `api`, and these rules.
fn shop(rules: Vec<Rule>) -> Policy {
    testing::policy(vec![shop_with(rules)])
}

fn shop_with(rules: Vec<Rule>) -> Namespace {
    testing::namespace("shop", &["web", "api"], rules)
}

/// `egress PORTS to END from api`.
fn egress(ports: Ports, to: End) -> Rule {
    testing::rule(3, RuleKind::Egress, vec![testing::workload("shop", "api")], vec![to], ports)
}

/// `ingress PORTS from END to api`.
fn ingress(ports: Ports, from: End) -> Rule {
    testing::rule(4, RuleKind::Ingress, vec![from], vec![testing::workload("shop", "api")], ports)
}

/// `all -> coredns:dns`.
fn dns(namespace: &str) -> Rule {
    let coredns = match testing::workload("kube-system", "coredns") {
        End::Pods(pods) => End::pods(netpol_model::Pods {
            selector: netpol_flow::Selector::is("k8s-app", "kube-dns"),
            ..netpol_model::Pods::clone(&pods)
        }),
        other => other,
    };
    let port = |protocol| netpol_model::Port::Range(netpol_flow::PortRange::one(protocol, 53));
    let ports = Ports::Some(vec![port(netpol_flow::Protocol::Udp), port(netpol_flow::Protocol::Tcp)]);
    testing::rule(2, RuleKind::Arrow, vec![testing::all(namespace)], vec![coredns], ports)
}

/// A `net`.
fn net(blocks: &[&str]) -> End {
    let blocks = blocks.iter().map(|block| block.parse().unwrap()).collect();
    End::Addresses { blocks, except: vec![], name: None }
}
