//! What the target writes for each construct, what it refuses, and that both mean what the reference says.

mod exactness;
mod guardrails;
mod namespaces;
mod peers;
mod reader;
mod refusals;

use netpol_model::{Policy, RuleKind};

use crate::Output;
use crate::testing::*;

/// Kind, name and spec of every object; the metadata that all have alike is left out.
fn seen(output: &Output) -> String {
    assert!(output.diagnostics.is_empty(), "{:?}", output.diagnostics);
    let documents = output.files.iter().filter(|(name, _)| *name != "kustomization.yaml");
    let mut out = String::new();
    for document in documents.flat_map(|(_, text)| text.split("---\n").skip(1)) {
        let field =
            |key: &str| document.lines().find_map(|line| line.trim_start().strip_prefix(key)).unwrap();
        let namespace = document.lines().find_map(|line| line.strip_prefix("  namespace: "));
        let namespace = namespace.map_or(String::new(), |namespace| format!("{namespace}/"));
        out.push_str(&format!("{} {namespace}{}\n", field("kind: "), field("name: ")));
        let spec = document.split_once("\nspec:\n").unwrap().1;
        out.push_str(spec);
    }
    out
}

/// The objects whose heading holds `part`.
fn only(part: &str, seen: &str) -> String {
    let mut keep = false;
    let lines = seen.lines().filter(|line| {
        if !line.starts_with(' ') {
            keep = line.contains(part);
        }
        keep
    });
    lines.map(|line| format!("{line}\n")).collect()
}

fn build(policy: &Policy) -> String {
    seen(&lower(&super::BACKEND, policy, &[]))
}

/// The only diagnostic, as text.
fn refused(policy: &Policy, settings: &[(&str, &str)]) -> String {
    let output = lower(&super::BACKEND, policy, settings);
    assert!(output.files.is_empty());
    told(&output)
}

fn told(output: &Output) -> String {
    let [diagnostic] = &output.diagnostics[..] else { panic!("{:?}", output.diagnostics) };
    let mut out = format!("{}: {}\n", diagnostic.code, diagnostic.title);
    let label = diagnostic.primary.as_ref().map_or("", |label| &label.text);
    out.push_str(&format!("at: {label}\n"));
    diagnostic.notes.iter().for_each(|note| out.push_str(&format!("note: {note}\n")));
    diagnostic.helps.iter().for_each(|help| out.push_str(&format!("help: {}\n", help.text)));
    out
}

/// `shop` with workloads `web` and `api` and these rules.
fn shop(rules: Vec<netpol_model::Rule>) -> Policy {
    policy(vec![namespace("shop", &["web", "api"], rules)])
}

fn egress(to: netpol_model::End, ports: netpol_model::Ports) -> netpol_model::Rule {
    rule(7, RuleKind::Egress, vec![workload("shop", "web")], vec![to], ports)
}

fn ingress(from: netpol_model::End, ports: netpol_model::Ports) -> netpol_model::Rule {
    rule(7, RuleKind::Ingress, vec![from], vec![workload("shop", "web")], ports)
}
