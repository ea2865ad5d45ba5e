//! Small policies for the tests of this crate, built without the front end.

use std::collections::BTreeMap;
use std::sync::Arc;

use netpol_diagnostics::{FileId, Span};
use netpol_flow::{Date, PortRange, Protocol, Selector, Side, Text};
use netpol_model::{
    Baseline, End, Guardrail, Layer, Mode, Namespace, Origin, Pods, Policy, Port, Ports, Rule, RuleKind,
};

use crate::{Backend, Output, Request};

/// The day every test builds for.
pub(crate) fn today() -> Date {
    "2026-11-21".parse().unwrap()
}

/// An origin on this line of `shop.netpol`.
pub(crate) fn origin(line: u32, text: &str) -> Arc<Origin> {
    let span = Span { file: FileId(0), start: line * 100, end: line * 100 + 10 };
    Arc::new(Origin {
        span,
        via: vec![],
        file: "shop.netpol".into(),
        line,
        text: text.into(),
        because: Some("tests say so".into()),
        ticket: None,
        owner: Some("team-shop".into()),
        reviewed: None,
        reviewed_at: None,
    })
}

/// Workload `name` of `namespace`, by `app=name`.
pub(crate) fn workload(namespace: &str, name: &str) -> End {
    End::pods(Pods {
        selector: Selector::is("app", name),
        name: Some(name.into()),
        ..Pods::all_of(namespace)
    })
}

/// Every pod of a namespace.
pub(crate) fn all(namespace: &str) -> End {
    End::pods(Pods::all_of(namespace))
}

/// TCP ports.
pub(crate) fn tcp(ports: &[u16]) -> Ports {
    Ports::Some(ports.iter().map(|port| Port::Range(PortRange::one(Protocol::Tcp, *port))).collect())
}

/// A rule of the namespace layer.
pub(crate) fn rule(line: u32, kind: RuleKind, from: Vec<End>, to: Vec<End>, ports: Ports) -> Rule {
    Rule {
        kind,
        layer: Layer::Namespace,
        from,
        to,
        ports,
        only: None,
        only_side: Side::Ingress,
        until: None,
        log: false,
        alert: None,
        origin: origin(line, "a rule"),
    }
}

/// A namespace that is enforced in full.
pub(crate) fn namespace(name: &str, workloads: &[&str], rules: Vec<Rule>) -> Namespace {
    let pods = |workload: &&str| match self::workload(name, workload) {
        End::Pods(pods) => (Text::from(*workload), pods),
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
        origin: origin(1, &format!("namespace {name}")),
    }
}

/// A guardrail block.
pub(crate) fn guardrail(
    name: &str,
    denies: Vec<Rule>,
    exceptions: Vec<Rule>,
    allows: Vec<Rule>,
) -> Guardrail {
    let layered = |rules: Vec<Rule>| {
        rules.into_iter().map(|rule| Rule { layer: Layer::Guardrail(name.into()), ..rule }).collect()
    };
    Guardrail {
        name: name.into(),
        sealed: false,
        audit: false,
        audit_until: None,
        denies: layered(denies),
        exceptions: layered(exceptions),
        allows: layered(allows),
        origin: origin(90, &format!("guardrail {name}")),
    }
}

/// A baseline pattern with its copies.
pub(crate) fn baseline(pattern: &str, copies: Vec<(&str, Vec<Rule>)>) -> Baseline {
    let layered = |rules: Vec<Rule>| {
        rules.into_iter().map(|rule| Rule { layer: Layer::Baseline(pattern.into()), ..rule }).collect()
    };
    let rules = copies.into_iter().map(|(namespace, rules)| (namespace.into(), layered(rules))).collect();
    Baseline { pattern: pattern.into(), rules }
}

/// A policy of these namespaces on a cluster with pods 10.244.0.0/16, services 10.96.0.0/12, nodes 10.10.0.0/16 and
/// API server 10.10.0.10.
pub(crate) fn policy(namespaces: Vec<Namespace>) -> Policy {
    let mut policy = Policy::default();
    let nets = |text: &str| vec![text.parse().unwrap()];
    policy.cluster.declared = Some(Span { file: FileId(0), start: 0, end: 1 });
    policy.cluster.pods = nets("10.244.0.0/16");
    policy.cluster.services = nets("10.96.0.0/12");
    policy.cluster.nodes = nets("10.10.0.0/16");
    policy.cluster.apiserver = nets("10.10.0.10/32");
    policy.namespaces = namespaces.into_iter().map(|namespace| (namespace.name.clone(), namespace)).collect();
    policy
}

/// Lowers with these settings.
pub(crate) fn lower(backend: &Backend, policy: &Policy, settings: &[(&str, &str)]) -> Output {
    let settings: BTreeMap<Text, Text> =
        settings.iter().map(|(k, v)| (Text::from(*k), Text::from(*v))).collect();
    backend.lower(&Request { policy, as_of: today(), settings: &settings })
}
