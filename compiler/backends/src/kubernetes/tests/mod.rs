//! What is written for each construct, and what is refused.

mod allows;
mod edge;
mod guardrails;
mod layers;
mod oracle;
mod refusals;

use netpol_diagnostics::Severity;
use netpol_flow::{PortRange, Protocol, Selector, Side};
use netpol_model::{End, Namespaces, Pods, Policy, Port, Ports, Rule, RuleKind};

use super::BACKEND;
use crate::Output;
use crate::testing::{lower, rule};

fn build(policy: &Policy) -> Output {
    lower(&BACKEND, policy, &[])
}

/// Name and `spec` of every object of a namespace; the build must not be refused.
fn specs(policy: &Policy, namespace: &str) -> String {
    let output = build(policy);
    let errors: Vec<_> = output.diagnostics.iter().filter(|d| d.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let file = output.files.get(&format!("{namespace}.yaml")).cloned().unwrap_or_default();
    let documents = file.split("---\n").skip(1).map(|document| {
        let name = document.split("\n  name: ").nth(1).unwrap().split('\n').next().unwrap();
        let spec = document.split("\nspec:\n").nth(1).unwrap();
        format!("{name}\n{spec}")
    });
    documents.collect::<Vec<_>>().join("---\n")
}

/// Every diagnostic as text, without the note that every build has.
fn said(policy: &Policy) -> String {
    let output = build(policy);
    let usual = |d: &&netpol_diagnostics::Diagnostic| !(d.code.0 == 714 && d.severity == Severity::Note);
    let text = output.diagnostics.iter().filter(usual).map(|d| {
        let mut lines = vec![format!("{} {:?}: {}", d.code, d.severity, d.title)];
        let line = |span: netpol_diagnostics::Span| span.start / 100;
        lines.extend(d.primary.iter().map(|label| format!("  {}: {}", line(label.span), label.text)));
        lines.extend(d.secondary.iter().map(|label| format!("  {}: {}", line(label.span), label.text)));
        lines.extend(d.witness.iter().map(|flow| format!("  for example: {flow}")));
        lines.extend(d.notes.iter().map(|note| format!("  note: {note}")));
        lines.extend(d.helps.iter().map(|help| format!("  help: {}", help.text)));
        lines.join("\n")
    });
    text.collect::<Vec<_>>().join("\n")
}

/// The codes of all errors.
fn refused(policy: &Policy) -> Vec<u16> {
    let output = build(policy);
    let errors = output.diagnostics.iter().filter(|d| d.severity == Severity::Error);
    let codes: Vec<u16> = errors.map(|d| d.code.0).collect();
    assert_eq!(codes.is_empty(), !output.files.is_empty(), "files stand exactly where nothing is refused");
    codes
}

fn egress(line: u32, from: End, to: End, ports: Ports) -> Rule {
    Rule { only_side: Side::Egress, ..rule(line, RuleKind::Egress, vec![from], vec![to], ports) }
}

fn ingress(line: u32, from: End, to: End, ports: Ports) -> Rule {
    rule(line, RuleKind::Ingress, vec![from], vec![to], ports)
}

fn arrow(line: u32, from: End, to: End, ports: Ports) -> Rule {
    rule(line, RuleKind::Arrow, vec![from], vec![to], ports)
}

fn quoted(name: &str) -> Ports {
    Ports::Some(vec![Port::Named(name.into())])
}

fn range(protocol: Protocol, first: u16, last: u16) -> Ports {
    Ports::Some(vec![Port::Range(PortRange { protocol, first, last })])
}

fn net(blocks: &[&str], except: &[&str]) -> End {
    let parse = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
    End::Addresses { blocks: parse(blocks), except: parse(except), name: Some("office".into()) }
}

fn every_pod() -> End {
    End::pods(Pods {
        namespaces: Namespaces::Every,
        selector: Selector::default(),
        accounts: None,
        name: Some("pods".into()),
    })
}

fn pods_of(namespaces: &[&str]) -> End {
    End::pods(Pods {
        namespaces: Namespaces::Named(namespaces.iter().map(|name| (*name).into()).collect()),
        selector: Selector::default(),
        accounts: None,
        name: None,
    })
}
