//! Small policies for the tests of the lints, built without the front end.

use std::sync::Arc;

use netpol_diagnostics::{Diagnostic, FileId, Span};
use netpol_flow::{Date, DomainPattern, PortRange, Protocol, Selector, Side, Text};
use netpol_model::{
    Baseline, End, Guardrail, Layer, Mode, ModeKind, Namespace, Namespaces, Origin, Pods, Policy, Port,
    Ports, Rule, RuleKind,
};

/// The day of every test.
pub(super) fn today() -> Date {
    "2026-11-21".parse().unwrap()
}

/// The place of a line.
pub(super) fn span(line: u32) -> Span {
    Span { file: FileId(0), start: line * 100, end: line * 100 + 10 }
}

fn origin(line: u32) -> Arc<Origin> {
    Arc::new(Origin {
        span: span(line),
        via: vec![],
        file: "shop.netpol".into(),
        line,
        text: "a line".into(),
        because: None,
        ticket: None,
        owner: None,
        reviewed: None,
        reviewed_at: None,
    })
}

/// Workload `name` of `namespace`, by `app=name`.
pub(super) fn workload(namespace: &str, name: &str) -> End {
    End::pods(Pods {
        selector: Selector::is("app", name),
        name: Some(name.into()),
        ..Pods::all_of(namespace)
    })
}

/// Every pod of a namespace.
pub(super) fn all(namespace: &str) -> End {
    End::pods(Pods::all_of(namespace))
}

/// An open set of pods, under its built-in name.
pub(super) fn open(name: &str, namespaces: &[&str]) -> End {
    let namespaces = match namespaces {
        [] => Namespaces::Every,
        names => Namespaces::Named(names.iter().map(|name| Text::from(*name)).collect()),
    };
    End::pods(Pods { namespaces, selector: Selector::default(), accounts: None, name: Some(name.into()) })
}

/// External addresses.
pub(super) fn net(blocks: &[&str]) -> End {
    let blocks = blocks.iter().map(|block| block.parse().unwrap()).collect();
    End::Addresses { blocks, except: vec![], name: None }
}

/// A domain.
pub(super) fn domain(name: &str) -> End {
    End::Domain(DomainPattern::Exact(name.into()))
}

/// TCP ports.
pub(super) fn tcp(ports: &[u16]) -> Ports {
    Ports::Some(ports.iter().map(|port| Port::Range(PortRange::one(Protocol::Tcp, *port))).collect())
}

/// Ports 53 of both transports.
pub(super) fn dns() -> Ports {
    Ports::Some([Protocol::Udp, Protocol::Tcp].map(|p| Port::Range(PortRange::one(p, 53))).into())
}

/// A rule of the namespace layer, on a line.
pub(super) fn rule(line: u32, kind: RuleKind, from: &[End], to: &[End], ports: Ports) -> Rule {
    let only_side = if kind == RuleKind::Arrow { Side::Egress } else { Side::Ingress };
    Rule {
        kind,
        layer: Layer::Namespace,
        from: from.into(),
        to: to.into(),
        ports,
        only: None,
        only_side,
        until: None,
        log: false,
        alert: None,
        origin: origin(line),
    }
}

/// `from -> to:ports`.
pub(super) fn arrow(line: u32, from: End, to: End, ports: Ports) -> Rule {
    rule(line, RuleKind::Arrow, &[from], &[to], ports)
}

/// `expose pods:ports to clients`.
pub(super) fn expose(line: u32, pods: End, ports: Ports, clients: End) -> Rule {
    rule(line, RuleKind::Expose, &[clients], &[pods], ports)
}

/// The rule with this reason.
pub(super) fn because(rule: Rule, reason: &str) -> Rule {
    let origin = Origin { because: Some(reason.into()), ..(*rule.origin).clone() };
    Rule { origin: Arc::new(origin), ..rule }
}

/// The rule as the pattern's line that an `apply` came to.
pub(super) fn applied(line: u32, rule: Rule) -> Rule {
    let origin = Origin { via: vec![span(line)], ..(*rule.origin).clone() };
    Rule { origin: Arc::new(origin), ..rule }
}

/// A namespace that is enforced in full.
pub(super) fn namespace(name: &str, workloads: &[&str], rules: Vec<Rule>) -> Namespace {
    let pods = |name_of: &&str| match workload(name, name_of) {
        End::Pods(pods) => (Text::from(*name_of), pods),
        other => unreachable!("{other:?}"),
    };
    Namespace {
        name: name.into(),
        tenant: None,
        mode: Mode::default(),
        external: false,
        workloads: workloads.iter().map(pods).collect(),
        fence: vec![],
        fence_exceptions: vec![],
        rules,
        waived: Default::default(),
        origin: origin(name.bytes().map(u32::from).sum::<u32>() * 1000),
    }
}

/// The namespace in another mode.
pub(super) fn in_mode(namespace: Namespace, kind: ModeKind) -> Namespace {
    Namespace { mode: Mode { kind, until: None }, ..namespace }
}

/// A guardrail block.
pub(super) fn guardrail(denies: Vec<Rule>, exceptions: Vec<Rule>, allows: Vec<Rule>) -> Guardrail {
    Guardrail {
        name: "bounds".into(),
        sealed: false,
        audit: false,
        audit_until: None,
        denies,
        exceptions,
        allows,
        origin: origin(9000),
    }
}

/// A baseline pattern with its copies.
pub(super) fn baseline(pattern: &str, copies: Vec<(&str, Vec<Rule>)>) -> Baseline {
    let rules = copies.into_iter().map(|(namespace, rules)| (namespace.into(), rules)).collect();
    Baseline { pattern: pattern.into(), rules }
}

/// A policy of these namespaces.
pub(super) fn policy(namespaces: Vec<Namespace>) -> Policy {
    let namespaces = namespaces.into_iter().map(|namespace| (namespace.name.clone(), namespace)).collect();
    Policy { namespaces, ..Policy::default() }
}

/// What is said with this code.
pub(super) fn said(policy: &Policy, code: u16) -> Vec<Diagnostic> {
    super::check(policy, today()).into_iter().filter(|d| d.code.0 == code).collect()
}

/// The one thing said with this code.
pub(super) fn only(policy: &Policy, code: u16) -> Diagnostic {
    let mut found = said(policy, code);
    assert_eq!(found.len(), 1, "{found:#?}");
    found.remove(0)
}

/// Title, primary label and witness.
pub(super) fn shown(found: &Diagnostic) -> (&str, &str, &str) {
    let label = found.primary.as_ref().map_or("", |label| &label.text);
    (&found.title, label, found.witness.as_deref().unwrap_or(""))
}
