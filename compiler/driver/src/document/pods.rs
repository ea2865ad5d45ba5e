//! Who may reach some pods of a namespace and what they may reach, in a few lines: what an editor shows beside a name.

use std::fmt::Write as _;

use netpol_flow::{Date, Side};
use netpol_model::{Enforcement, Layer, Namespace, Policy, Rule, RuleKind, SharedPods};

use super::interface::{asked_for_by, meets};
use super::words::{ends_words, listed, ports_words, until_words};

/// The most lines that are shown of each kind; the rest are counted.
const SHOWN: usize = 10;

/// What a workload, tier or namespace's `all` means: the labels it selects, who may reach it, what it may reach.
///
/// Lines that have lapsed are left out. A line across namespaces stands here although the other side may not have agreed
/// yet: then it is an error, told at that line.
pub fn document_pods(view: &Policy, namespace: &Namespace, pods: &SharedPods, as_of: Date) -> String {
    let mut out = String::new();
    let selector = pods.selector.to_string();
    match (selector.is_empty(), &pods.accounts) {
        (true, None) => out += "Every pod of the namespace.\n",
        (false, None) => {
            let _ = writeln!(out, "Selects `{selector}`.");
        }
        (_, Some(accounts)) => {
            let names: Vec<_> = accounts.iter().collect();
            let labels = if selector.is_empty() { String::new() } else { format!("`{selector}`, ") };
            let _ = writeln!(out, "Selects {labels}service account {}.", listed(&names));
        }
    }
    let rules = |found: &mut dyn FnMut(&Rule)| {
        let shared =
            view.guardrails.iter().filter(|block| block.binds(as_of)).flat_map(|block| &block.allows);
        let baseline =
            view.baseline.iter().filter_map(|baseline| baseline.rules.get(&namespace.name)).flatten();
        let all = namespace.rules.iter().chain(baseline).chain(shared);
        all.filter(|rule| rule.is_active(as_of)).for_each(found);
    };
    let (mut incoming, mut outgoing) = (Vec::new(), Vec::new());
    rules(&mut |rule| {
        // An arrow to another namespace speaks for the caller only, an `expose` for the one that is called.
        if meets(&rule.to, pods.set()) && rule.kind != RuleKind::Egress {
            incoming.push(line(view, namespace, rule, true, as_of));
        }
        if meets(&rule.from, pods.set()) && !matches!(rule.kind, RuleKind::Ingress | RuleKind::Expose) {
            outgoing.push(line(view, namespace, rule, false, as_of));
        }
    });
    let sides = [
        (Side::Ingress, "May be reached by", "Nobody may reach it.", incoming),
        (Side::Egress, "May reach", "It may reach nothing.", outgoing),
    ];
    for (side, title, nothing, mut lines) in sides {
        lines.dedup();
        out.push('\n');
        match namespace.enforcement(side, as_of) {
            Enforcement::Open => {
                let _ = writeln!(out, "{title}: anything; this side of the namespace is open.");
            }
            Enforcement::Audited | Enforcement::Enforced if lines.is_empty() => {
                let _ = writeln!(out, "{nothing}");
            }
            Enforcement::Audited => {
                let _ = writeln!(out, "{title} (only watched so far):\n");
            }
            Enforcement::Enforced => {
                let _ = writeln!(out, "{title}:\n");
            }
        }
        for line in lines.iter().take(SHOWN) {
            let _ = writeln!(out, "- {line}");
        }
        if lines.len() > SHOWN {
            let _ = writeln!(out, "- and {} more", lines.len() - SHOWN);
        }
    }
    super::clean(&out).into_owned()
}

/// How many declared namespaces have a line towards what an `expose` offers.
pub fn consumers_of(view: &Policy, namespace: &Namespace, offer: &Rule, as_of: Date) -> Vec<String> {
    asked_for_by(view, namespace, offer, as_of)
}

fn line(view: &Policy, namespace: &Namespace, rule: &Rule, is_incoming: bool, as_of: Date) -> String {
    let ends = if is_incoming { &rule.from } else { &rule.to };
    let layer = match &rule.layer {
        Layer::Guardrail(name) => format!(", guardrail `{name}`"),
        Layer::App(name) => format!(", app `{name}`"),
        Layer::Baseline(name) => format!(", baseline `{name}`"),
        Layer::Fence | Layer::Namespace => String::new(),
    };
    let asked = match (is_incoming, rule.kind) {
        (true, RuleKind::Expose) => match asked_for_by(view, namespace, rule, as_of) {
            asking if asking.is_empty() => ", asked for by nobody".to_owned(),
            asking => format!(", asked for by {}", listed(&asking)),
        },
        (true | false, RuleKind::Arrow | RuleKind::Egress | RuleKind::Ingress | RuleKind::Expose) => {
            String::new()
        }
    };
    let because = rule.origin.because.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    format!(
        "`{}` on `{}`{}{asked}{because} ({}:{}{layer})",
        ends_words(ends, &namespace.name),
        ports_words(rule),
        until_words(rule),
        rule.origin.file,
        rule.origin.line
    )
}
