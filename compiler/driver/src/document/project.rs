//! The documentation of a project.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use netpol_flow::{Date, Text};
use netpol_model::{Baseline, Cluster, Guardrail, Policy};

use super::interface::{Page, render as render_namespace, sentence};
use super::words::{cell, listed};
use crate::compile::Compiled;

/// Every cluster in turn: what holds on it for everybody, then its namespaces.
pub(super) fn render(compiled: &Compiled, as_of: Date) -> String {
    let mut out = format!("# Network policy\n\nAs of {as_of}.\n");
    for view in &compiled.views {
        let page =
            Page { policy: view, requires: &compiled.requires, sources: &compiled.sources, as_of, level: 3 };
        out += &cluster(&view.cluster);
        out += &tenants(view);
        out += &guardrails(page);
        out += &baseline(view);
        if !view.namespaces.is_empty() {
            out += "\n## Namespaces\n";
        }
        for namespace in view.namespaces.values() {
            out.push('\n');
            out += &render_namespace(page, namespace);
        }
    }
    out + &tests(compiled)
}

fn cluster(cluster: &Cluster) -> String {
    let Some(name) = &cluster.name else { return String::new() };
    let mut out = format!("\n## Cluster `{name}`\n\n");
    let blocks = [
        ("pods", &cluster.pods),
        ("services", &cluster.services),
        ("nodes", &cluster.nodes),
        ("API server", &cluster.apiserver),
        ("shared", &cluster.shared),
        ("gateway", &cluster.gateway),
    ];
    for (word, blocks) in blocks.into_iter().filter(|(_, blocks)| !blocks.is_empty()) {
        let texts: Vec<String> = blocks.iter().map(ToString::to_string).collect();
        let _ = writeln!(out, "- {word}: {}", listed(&texts));
    }
    let system: Vec<&Text> = cluster.system.iter().collect();
    let _ = writeln!(out, "- system namespaces: {}", listed(&system));
    let undeclared = if cluster.undeclared_closed { "closed" } else { "left as they are" };
    let _ = writeln!(out, "- namespaces that nobody declares: {undeclared}");
    out
}

fn tenants(view: &Policy) -> String {
    if view.tenants.is_empty() {
        return String::new();
    }
    let mut out = "\n## Tenants\n\n| tenant | owner | namespaces |\n|---|---|---|\n".to_owned();
    for (name, tenant) in &view.tenants {
        let mut namespaces: Vec<String> = tenant.namespaces.iter().map(|name| format!("`{name}`")).collect();
        namespaces.extend(tenant.matching.iter().map(|selector| format!("those with {selector}")));
        let owner = tenant.owner.as_deref().unwrap_or("–");
        let _ = writeln!(out, "| {} | {} | {} |", cell(name), cell(owner), cell(&listed(&namespaces)));
    }
    out
}

fn guardrails(page: Page<'_>) -> String {
    if page.policy.guardrails.is_empty() {
        return String::new();
    }
    let mut out = "\n## Guardrails\n\nThey hold whatever a namespace says.\n".to_owned();
    for block in &page.policy.guardrails {
        out += &guardrail(page, block);
    }
    out
}

fn guardrail(page: Page<'_>, block: &Guardrail) -> String {
    let sealed = if block.sealed { ", sealed: it has no exceptions and takes none" } else { "" };
    let audit = match (block.binds(page.as_of), block.audit_until) {
        (true, _) => String::new(),
        (false, Some(day)) => format!(", only watched until {day}"),
        (false, None) => ", only watched".to_owned(),
    };
    let mut out = format!("\n### `{}`{sealed}{audit}\n\n", block.name);
    let owner = block.origin.owner.as_ref().map(|owner| format!("Owner {owner}. ")).unwrap_or_default();
    let _ = writeln!(out, "{owner}Written at `{}:{}`.\n", block.origin.file, block.origin.line);
    let kinds = [("deny", &block.denies), ("except", &block.exceptions), ("allow", &block.allows)];
    for (word, rules) in kinds {
        for rule in rules.iter().filter(|rule| rule.is_active(page.as_of)) {
            let place = format!("`{}:{}`", rule.origin.file, rule.origin.line);
            let _ = writeln!(out, "- {}", sentence(word, rule, "", &place));
        }
    }
    let mut demands: Vec<&str> = page
        .requires
        .iter()
        .filter(|require| require.guardrail == block.name)
        .map(|require| page.sources.text(require.span))
        .collect();
    demands.dedup();
    for demand in demands {
        let _ = writeln!(out, "- `{demand}`");
    }
    out
}

/// What every namespace has, and who waived it.
fn baseline(view: &Policy) -> String {
    if view.baseline.is_empty() {
        return String::new();
    }
    let mut out = "\n## Baseline\n\nWhat every namespace has that does not waive it.\n\n".to_owned();
    for Baseline { pattern, .. } in &view.baseline {
        let waived: Vec<String> = view
            .namespaces
            .values()
            .filter(|namespace| namespace.waived.contains(pattern))
            .map(|namespace| format!("`{}`", namespace.name))
            .collect();
        let waived =
            if waived.is_empty() { String::new() } else { format!(", waived by {}", listed(&waived)) };
        let _ = writeln!(out, "- `{pattern}`{waived}");
    }
    out
}

/// What the tests promise, once for each test whatever the clusters it is asked on.
fn tests(compiled: &Compiled) -> String {
    let mut titles: BTreeMap<_, (String, Vec<&str>)> = BTreeMap::new();
    for test in compiled.views.iter().flat_map(|view| &view.tests) {
        let day = test.at.map(|day| format!(", on {day}")).unwrap_or_default();
        let lines = test.assertions.iter().map(|assertion| compiled.sources.text(assertion.span)).collect();
        titles.entry(test.span).or_insert_with(|| (format!("{}{day}", test.title), lines));
    }
    if titles.is_empty() {
        return String::new();
    }
    let mut out =
        "\n## What is tested\n\nEach line is proved on every build, for every pod there may be.\n".to_owned();
    for (title, lines) in titles.values() {
        let _ = write!(out, "\n### {title}\n\n```netpol\n{}\n```\n", lines.join("\n"));
    }
    out
}
