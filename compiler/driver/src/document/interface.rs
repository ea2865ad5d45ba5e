//! The contract of a namespace: who may reach it, what it may reach, and what nobody in it can change.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use netpol_check::Require;
use netpol_diagnostics::Sources;
use netpol_flow::{Date, Side, SortedSet};
use netpol_model::{
    End, Enforcement, Guardrail, Layer, Namespace, Policy, Rule, RuleKind, SharedPods, are_apart,
};
use netpol_sets::PodSet;

use super::words::{cell, ends_words, listed, ports_words, reason_words, until_words};

/// What a page is made from.
#[derive(Clone, Copy)]
pub(super) struct Page<'a> {
    pub policy: &'a Policy,
    pub requires: &'a [Require],
    pub sources: &'a Sources,
    pub as_of: Date,
    /// How deep its headings stand: `#` or `###`.
    pub level: usize,
}

/// A line that lets something pass.
struct Line<'a> {
    rule: &'a Rule,
    /// The namespaces that asked for it, for a line that says who may come in.
    asked_by: Vec<String>,
}

/// What passes, by direction.
#[derive(Default)]
struct Lines<'a> {
    inside: Vec<Line<'a>>,
    incoming: Vec<Line<'a>>,
    outgoing: Vec<Line<'a>>,
}

/// The page of one namespace.
pub(super) fn render(page: Page<'_>, namespace: &Namespace) -> String {
    let heading = |words: &str| format!("\n{}# {words}\n\n", "#".repeat(page.level));
    let mut out = format!("{} Namespace `{}`\n\n", "#".repeat(page.level), namespace.name);
    let _ = writeln!(out, "{}", head(page, namespace));
    let lines = lines(page, namespace);
    out += &heading("Who may reach it");
    out += &table(&lines.incoming, namespace, true, "Nobody from outside the namespace.");
    out += &heading("What it may reach");
    out += &table(&lines.outgoing, namespace, false, "Nothing outside the namespace.");
    if !lines.inside.is_empty() {
        out += &heading("Inside");
        out += &table(&lines.inside, namespace, false, "");
    }
    let bounds = bounds(page, namespace);
    if !bounds.is_empty() {
        out += &heading("What no line in it can open");
        out += &bounds;
    }
    let demands = demands(page, &namespace.name);
    if !demands.is_empty() {
        out += &heading("What its lines must say");
        out += &demands;
    }
    out
}

/// Who answers for it, and how it is enforced today.
fn head(page: Page<'_>, namespace: &Namespace) -> String {
    let origin = &namespace.origin;
    let mut words = vec![match &origin.owner {
        Some(owner) => format!("Owner {owner}"),
        None => "Nobody is named as its owner".to_owned(),
    }];
    words.extend(namespace.tenant.as_ref().map(|tenant| format!("tenant `{tenant}`")));
    words.extend(page.policy.cluster.name.as_ref().map(|cluster| format!("cluster `{cluster}`")));
    words.extend(origin.reviewed.map(|day| format!("reviewed {day}")));
    words.push(format!("written at `{}:{}`", origin.file, origin.line));
    let sides = Side::BOTH.map(|side| namespace.enforcement(side, page.as_of));
    let closed = match sides {
        _ if namespace.external => "It is built by another project; here stands only what is agreed with it.",
        [Enforcement::Enforced, Enforcement::Enforced] => {
            "Closed in both directions but for what stands here."
        }
        [Enforcement::Audited, _] | [_, Enforcement::Audited] => {
            "Only watched: what stands here would pass, everything else passes too and is reported."
        }
        [Enforcement::Open, _] => "Closed to callers but for what stands here; what leaves is open.",
        [_, Enforcement::Open] => "What leaves is closed but for what stands here; callers are not.",
    };
    let until = match (sides, namespace.mode.until) {
        ([Enforcement::Enforced, Enforcement::Enforced], _) | (_, None) => String::new(),
        (_, Some(day)) => format!(" Until {day}; then closed in both."),
    };
    format!("{}.\n{closed}{until}", words.join(", "))
}

/// Every line that lets something of the namespace pass today.
fn lines<'a>(page: Page<'a>, namespace: &'a Namespace) -> Lines<'a> {
    let policy = page.policy;
    let home = PodSet::of_namespaces(SortedSet::one(namespace.name.clone()));
    let shared =
        policy.guardrails.iter().filter(|block| block.binds(page.as_of)).flat_map(|block| &block.allows);
    let baseline = policy.baseline.iter().flat_map(|baseline| {
        baseline.rules.iter().flat_map(|(name, rules)| rules.iter().map(move |rule| (name, rule)))
    });
    // A baseline's line is spoken by both ends: what another namespace has of it may lead here.
    let baseline = baseline
        .filter(|(name, rule)| **name == namespace.name || meets(&rule.to, &home))
        .map(|(_, rule)| rule);
    let mut found = Lines::default();
    let mut seen: BTreeSet<(&Layer, &[End])> = BTreeSet::new();
    for rule in namespace.rules.iter().chain(baseline).chain(shared).filter(|rule| rule.is_active(page.as_of))
    {
        let (from, to) = (meets(&rule.from, &home), meets(&rule.to, &home));
        let (from_other, to_other) = (leaves(&rule.from, namespace), leaves(&rule.to, namespace));
        if from && to && !from_other && !to_other {
            found.inside.push(Line { rule, asked_by: Vec::new() });
        }
        if from && to_other {
            found.outgoing.push(Line { rule, asked_by: Vec::new() });
        }
        // The same line of the baseline, once for each namespace that has it, is one line here.
        let is_new = !matches!(rule.layer, Layer::Baseline(_)) || seen.insert((&rule.layer, &rule.to));
        if to && from_other && is_new {
            found
                .incoming
                .push(Line { rule, asked_by: asked_for_by(page.policy, namespace, rule, page.as_of) });
        }
    }
    found
}

/// Whether pods of a set are among the ends, or may be.
pub(super) fn meets(ends: &[End], pods: &PodSet) -> bool {
    ends.iter().any(|end| match end {
        End::Pods(own) => !own.set().intersect(pods).is_empty(),
        End::Any => true,
        End::OtherTenants
        | End::Nodes
        | End::ApiServer
        | End::Gateway
        | End::Addresses { .. }
        | End::Internet
        | End::Outside
        | End::Domain(_) => false,
    })
}

/// Whether something beyond the namespace is among the ends.
fn leaves(ends: &[End], namespace: &Namespace) -> bool {
    let is_home = |pods: &SharedPods| {
        pods.named().is_some_and(|names| names.iter().all(|name| *name == namespace.name))
    };
    ends.iter().any(|end| !matches!(end, End::Pods(pods) if is_home(pods)))
}

/// The other declared namespaces that have a line towards what this one offers.
pub(super) fn asked_for_by(policy: &Policy, namespace: &Namespace, offer: &Rule, as_of: Date) -> Vec<String> {
    let others = policy.namespaces.values().filter(|other| other.name != namespace.name);
    let asks = |other: &&Namespace| {
        let baseline =
            policy.baseline.iter().filter_map(|baseline| baseline.rules.get(&other.name)).flatten();
        let mut rules = other.rules.iter().chain(baseline).filter(|rule| rule.is_active(as_of));
        rules.any(|rule| !are_apart(rule, offer))
    };
    others.filter(asks).map(|other| other.name.to_string()).collect()
}

fn table(lines: &[Line<'_>], namespace: &Namespace, is_incoming: bool, empty: &str) -> String {
    if lines.is_empty() {
        return format!("{empty}\n");
    }
    let mut out = match is_incoming {
        true => "| from | to | ports | because | asked for by | written at |\n|---|---|---|---|---|---|\n"
            .to_owned(),
        false => "| from | to | ports | because | written at |\n|---|---|---|---|---|\n".to_owned(),
    };
    for Line { rule, asked_by } in lines {
        // For each namespace that has it, the baseline's line names that namespace's pods.
        let from = match &rule.layer {
            Layer::Baseline(_) if is_incoming && rule.kind == RuleKind::Arrow => {
                "every namespace with the baseline".to_owned()
            }
            Layer::Baseline(_) | Layer::Guardrail(_) | Layer::Fence | Layer::Namespace | Layer::App(_) => {
                ends_words(&rule.from, &namespace.name)
            }
        };
        let layer = match &rule.layer {
            Layer::Guardrail(name) => format!(" (guardrail `{name}`)"),
            Layer::App(name) => format!(" (app `{name}`)"),
            Layer::Baseline(name) => format!(" (baseline `{name}`)"),
            Layer::Fence | Layer::Namespace => String::new(),
        };
        let because = reason_words(rule) + &until_words(rule);
        let place = format!("`{}:{}`{layer}", rule.origin.file, rule.origin.line);
        let mut cells = vec![from, ends_words(&rule.to, &namespace.name), ports_words(rule), because];
        if is_incoming {
            cells.push(if asked_by.is_empty() { "–".to_owned() } else { listed(asked_by) });
        }
        cells.push(place);
        let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
        let _ = writeln!(out, "| {} |", cells.join(" | "));
    }
    out
}

/// The denies of guardrails that speak of its pods, and its own fence.
fn bounds(page: Page<'_>, namespace: &Namespace) -> String {
    let home = PodSet::of_namespaces(SortedSet::one(namespace.name.clone()));
    let speaks =
        |rule: &&Rule| rule.is_active(page.as_of) && (meets(&rule.from, &home) || meets(&rule.to, &home));
    let mut out = String::new();
    for block in page.policy.guardrails.iter().filter(|block| block.binds(page.as_of)) {
        let sealed = if block.sealed { ", sealed" } else { "" };
        for rule in block.denies.iter().filter(speaks) {
            let place = format!("guardrail `{}`{sealed}", block.name);
            let _ = writeln!(out, "- {}", sentence("deny", rule, &namespace.name, &place));
        }
        out += &exceptions(block, &speaks, &namespace.name);
    }
    for rule in namespace.fence.iter().filter(speaks) {
        let _ = writeln!(out, "- {}", sentence("deny", rule, &namespace.name, "its own fence"));
    }
    for rule in namespace.fence_exceptions.iter().filter(speaks) {
        let _ = writeln!(out, "  - {}", sentence("except", rule, &namespace.name, "its own fence"));
    }
    out
}

fn exceptions(block: &Guardrail, speaks: &dyn Fn(&&Rule) -> bool, home: &str) -> String {
    let place = format!("guardrail `{}`", block.name);
    let line = |rule: &Rule| format!("  - {}\n", sentence("except", rule, home, &place));
    block.exceptions.iter().filter(speaks).map(line).collect()
}

/// `deny tenants -> internet on any: reason (guardrail …)`.
pub(super) fn sentence(word: &str, rule: &Rule, home: &str, place: &str) -> String {
    let (from, to) = (ends_words(&rule.from, home), ends_words(&rule.to, home));
    let because = match reason_words(rule) {
        words if words == "–" => String::new(),
        words => format!(": {words}"),
    };
    format!("{word} {from} -> {to} on {}{because}{} ({place})", ports_words(rule), until_words(rule))
}

/// The paperwork that guardrails demand of its lines.
fn demands(page: Page<'_>, name: &str) -> String {
    let binds = |require: &&Require| {
        let here = require.namespaces.as_ref();
        !require.audit && here.is_none_or(|names| names.iter().any(|found| **found == *name))
    };
    let line = |require: &Require| {
        format!("- `{}` (guardrail `{}`)\n", page.sources.text(require.span), require.guardrail)
    };
    let mut lines: Vec<String> = page.requires.iter().filter(binds).map(line).collect();
    lines.dedup();
    lines.concat()
}
