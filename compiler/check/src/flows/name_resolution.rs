//! NP0413: pods that need names and have no path to name resolution.
//!
//! A line needs names where it goes to a domain, or to pods of another namespace (reached through a Service's name).
//! A line is a path where it allows port 53, or a port named `dns…`, to anything; except to pods of the same namespace
//! on every port, which is no name server unless the namespace is a system one.

use netpol_diagnostics::{Code, Diagnostic};
use netpol_flow::{PortRange, Protocol, Side};
use netpol_model::{End, Enforcement, Namespace, Namespaces, Port, Ports, Rule, RuleKind};
use netpol_sets::{Cube, Ends, FlowSet, PodSet, PortSet, Services};

use super::consents::{baseline, line, live_guardrails};
use super::{Context, cover};
use crate::patience::Patience;

/// Finds namespaces with a line that needs names and no way to resolve them.
pub(super) fn lint(cx: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let mut patience = Patience::default();
    for namespace in cx.policy.namespaces.values().filter(|namespace| !namespace.external) {
        if namespace.enforcement(Side::Egress, cx.as_of) != Enforcement::Enforced {
            continue;
        }
        let live = || namespace.rules.iter().filter(|rule| rule.is_active(cx.as_of));
        let mut asking = live().filter(|rule| needs_names(rule, namespace)).peekable();
        if asking.peek().is_none() {
            continue;
        }
        let shared = baseline(cx.policy, namespace, (&namespace.name, &namespace.name), cx.as_of);
        let allows = live_guardrails(cx.policy).flat_map(|block| &block.allows);
        let paths: Vec<&Rule> = live()
            .chain(shared)
            .chain(allows.filter(|rule| rule.is_active(cx.as_of)))
            .filter(|rule| is_path(cx, rule, namespace))
            .collect();
        let mut stuck = |rule| patience.advice(|| stuck(cx, rule, &paths)).flatten();
        let stuck = asking.find_map(|rule| stuck(rule).map(|pods| (rule, pods)));
        found.extend(stuck.map(|(rule, pods)| told(namespace, rule, &pods)));
    }
}

fn told(namespace: &Namespace, rule: &Rule, pods: &PodSet) -> Diagnostic {
    let name = &namespace.name;
    let title = format!("no path to name resolution in `{name}`");
    let found = Diagnostic::new(Code(413), title).at(line(rule), "this needs names");
    let found = found.and_at(namespace.origin.span, "no line here allows port 53 for these pods");
    let found = match query(pods) {
        Some(flow) => found.witness(flow),
        None => found,
    };
    found.help("add `apply k8s/dns`, with `use std/k8s` at the top")
}

/// A query that the pods cannot make.
fn query(pods: &PodSet) -> Option<netpol_flow::Flow> {
    let server = PodSet::of_namespaces([netpol_flow::Text::from("kube-system")].into());
    let server = server.with_labels(&netpol_flow::Selector::is("k8s-app", "kube-dns"));
    let port = PortSet::of([PortRange::one(Protocol::Udp, 53)]);
    let (source, destination) = (Ends::Pods(pods.clone()), Ends::Pods(server));
    let requests = netpol_sets::Requests::all();
    FlowSet::of([Cube { source, destination, services: Services::of(port), requests }]).witness()
}

fn needs_names(rule: &Rule, namespace: &Namespace) -> bool {
    match rule.kind {
        RuleKind::Egress => rule.to.iter().any(|end| matches!(end, End::Domain(_))),
        RuleKind::Arrow => {
            rule.to.iter().any(|end| matches!(end, End::Pods(_)) && !is_inside(end, namespace))
        }
        RuleKind::Ingress | RuleKind::Expose => false,
    }
}

fn is_inside(end: &End, namespace: &Namespace) -> bool {
    let End::Pods(pods) = end else { return false };
    match &pods.namespaces {
        Namespaces::Named(names) => names.iter().all(|name| *name == namespace.name),
        Namespaces::Every | Namespaces::Matching(_) => false,
    }
}

fn is_path(cx: &Context<'_>, rule: &Rule, namespace: &Namespace) -> bool {
    let is_53 = |range: &PortRange| {
        [Protocol::Udp, Protocol::Tcp].into_iter().any(|protocol| range.contains(protocol, 53))
    };
    let says_53 = |port: &Port| match port {
        Port::Range(range) => !range.is_every() && is_53(range),
        Port::Named(name) => name.starts_with("dns"),
    };
    let (allows, says) = match &rule.ports {
        Ports::Any => (true, false),
        Ports::Some(items) => {
            let says = items.iter().any(says_53);
            (says || cover::numbers(items).any(|range| is_53(&range)), says)
        }
    };
    let counts_inside = says || cx.policy.cluster.system.contains(&namespace.name);
    allows && rule.to.iter().any(|end| counts_inside || !is_inside(end, namespace))
}

/// The pods that the rule speaks for and no path does.
fn stuck(cx: &Context<'_>, rule: &Rule, paths: &[&Rule]) -> Option<PodSet> {
    let pods = |rule: &Rule| -> Vec<PodSet> {
        let ends = rule.from.iter().flat_map(|end| cx.places.ends(end));
        ends.filter_map(|ends| ends.pods().cloned()).collect()
    };
    if paths.iter().any(|path| cover::covers_ends(&path.from, &rule.from)) {
        return None;
    }
    let left = paths.iter().fold(pods(rule), |left, path| {
        pods(path).iter().fold(left, |left, cut| left.iter().flat_map(|pods| pods.subtract(cut)).collect())
    });
    left.into_iter().next()
}
