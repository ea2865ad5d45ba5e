//! The pods of a workload, said almost right.

use super::{Context, Slip};
use crate::grammar::Rule;
use crate::layout;
use crate::patch::Patch;

/// What people write for `selects`.
const INSTEAD: &[&str] = &[
    "has", "is", "label", "labeled", "labelled", "labels", "matches", "matching", "selector", "where", "with",
];

/// `workload web: app=web`, `workload web app=web`, `workload web matches app=web`.
pub(super) fn selects(context: &Context<'_>, found: &mut Vec<Slip>) {
    let (at, rest) = context.rest();
    if !context.expects(&[Rule::k_selects]) {
        return;
    }
    let word = layout::word_at(rest, 0);
    let instead = if rest.starts_with([':', '=']) {
        1
    } else if INSTEAD.contains(&word) && !is_compared(rest) {
        word.len()
    } else {
        0
    };
    let (labels_at, labels) = context.beyond(at + instead);
    if !is_compared(labels.strip_prefix('(').unwrap_or(labels)) {
        return;
    }
    let place = at..at + if instead > 0 { instead } else { super::token_length(rest) };
    let mut patches = vec![Patch::replace(context.before().len()..labels_at, " selects ")];
    patches.extend(opened(context, labels));
    found.push(
        Slip::new("a workload `selects` its pods", place, "expected `selects`")
            .fix("write `workload NAME selects LABEL=VALUE`", patches)
            .holds_alone(),
    );
}

/// `workload web selects (app=web)`.
pub(super) fn parentheses(context: &Context<'_>, found: &mut Vec<Slip>) {
    let (at, rest) = context.rest();
    if rest.starts_with('(') && context.before().split_whitespace().next_back() == Some("selects") {
        found.push(
            Slip::new("`selects` needs no parentheses", at..at + 1, "not needed")
                .fix("remove them", opened(context, rest)),
        );
    }
}

/// `workload web selects app=web tier=front`.
pub(super) fn comma(context: &Context<'_>, found: &mut Vec<Slip>) {
    let (at, rest) = context.rest();
    let word = layout::word_at(rest, 0);
    if context.has_word("selects") && is_compared(rest) {
        found.push(
            Slip::new("conditions on labels are joined by `,`", at..at + word.len(), "another condition")
                .fix("write `,` before it", vec![Patch::insert(context.before().len(), ",")]),
        );
    }
}

/// `workload web in data selects app=web`, `workload web selects app=web namespace data`.
pub(super) fn place(context: &Context<'_>, found: &mut Vec<Slip>) {
    let (at, rest) = context.rest();
    let word = layout::word_at(rest, 0);
    if !context.expects(&[Rule::k_in]) || layout::word_at(context.text, 0) != "workload" {
        return;
    }
    let place = at..at + word.len();
    match word {
        "selects" if context.has_word("in") => found.push(
            Slip::new("`selects` stands right after the name", place, "too late")
                .help("write `workload NAME selects LABEL=VALUE in NAMESPACE`"),
        ),
        "namespace" | "ns" => found.push(
            Slip::new(format!("unexpected `{word}`"), place.clone(), "expected `in`")
                .fix("write `in`", vec![Patch::replace(place, "in")]),
        ),
        _ => {}
    }
}

/// `web selects app=web`.
pub(super) fn workload(context: &Context<'_>, found: &mut Vec<Slip>) {
    let name = layout::word_at(context.text, 0);
    let (_, after) = context.beyond(name.len());
    if !name.is_empty() && layout::word_at(after, 0) == "selects" {
        found.push(
            Slip::new(
                format!("`{name}` does not start a statement"),
                0..name.len(),
                "the name of a workload",
            )
            .fix("write `workload` before it", vec![Patch::insert(0, "workload ")]),
        );
    }
}

/// `tiers [web, api]`.
pub(super) fn by(context: &Context<'_>, found: &mut Vec<Slip>) {
    let (at, rest) = context.rest();
    if rest.is_empty() && context.expects(&[Rule::k_by]) {
        let title = "`tiers` needs the label that tells them apart";
        found.push(Slip::new(title, at..at, "expected `by`").help("write `by LABEL`, such as `by tier`"));
    }
}

/// Whether a label is compared here.
fn is_compared(rest: &str) -> bool {
    let word = layout::word_at(rest, 0);
    let after = rest.get(word.len()..).unwrap_or("").trim_start_matches([' ', '\t']);
    !word.is_empty() && (after.starts_with(['=', '!']) || layout::word_at(after, 0) == "in")
}

/// Takes the parentheses away that a statement's last part, the labels, stands in.
fn opened(context: &Context<'_>, labels: &str) -> Vec<Patch> {
    let start = context.text.len() - labels.len();
    match labels.rfind(')').filter(|_| labels.starts_with('(')) {
        Some(end) => {
            vec![Patch::replace(start..start + 1, ""), Patch::replace(start + end..start + end + 1, "")]
        }
        None => Vec::new(),
    }
}
