//! What the platform says, almost right: clusters, tenants, guardrails.

use super::{Context, Slip};
use crate::grammar::Rule;
use crate::layout;
use crate::patch::Patch;

/// `pods = 10.0.0.0/8`, in a cluster.
pub(super) fn attribute(context: &Context<'_>, found: &mut Vec<Slip>) {
    let (at, rest) = context.rest();
    if context.in_cluster && rest.starts_with(['=', ':']) {
        let (value, _) = context.beyond(at + 1);
        found.push(
            Slip::new("an attribute of a cluster is a word and its value", at..at + 1, "not needed")
                .fix("remove it", vec![Patch::replace(context.before().len()..value, " ")]),
        );
    }
}

/// `tenant shop = [a, b]`, `tenant shop: a`, `tenant shop namespaces [a, b]`.
pub(super) fn owns(context: &Context<'_>, found: &mut Vec<Slip>) {
    let (at, rest) = context.rest();
    if !context.expects(&[Rule::k_owns]) {
        return;
    }
    let word = layout::word_at(rest, 0);
    let instead = match word {
        "has" | "is" | "namespace" | "namespaces" | "with" => word.len(),
        _ => usize::from(rest.starts_with(['=', ':'])),
    };
    let place = at..at + instead.max(super::token_length(rest));
    let slip = Slip::new("a tenant `owns` its namespaces", place, "expected `owns`");
    let (names, _) = context.beyond(at + instead);
    found.push(match instead {
        0 => slip.help("write `tenant NAME owns [NAMESPACE, …]`"),
        _ => slip.fix("write `owns`", vec![Patch::replace(context.before().len()..names, " owns ")]),
    });
}

/// `from namespace dev`, for all of its pods.
pub(super) fn whole_namespace(context: &Context<'_>, found: &mut Vec<Slip>) {
    let (at, rest) = context.rest();
    let (name, before) = (layout::word_at(rest, 0), context.before());
    let Some(word) = before.split_whitespace().next_back().filter(|word| matches!(*word, "namespace" | "ns"))
    else {
        return;
    };
    if !name.is_empty() && before.len() > word.len() {
        let place = before.len() - word.len()..at + name.len();
        let meant = format!("{name}/all");
        found.push(
            Slip::new("the pods of a namespace are named `NAMESPACE/all`", place.clone(), "not a name")
                .fix(format!("write `{meant}`"), vec![Patch::replace(place, meant)]),
        );
    }
}

/// `deny egress any to internet except api`.
pub(super) fn except(context: &Context<'_>, found: &mut Vec<Slip>) {
    let (at, rest) = context.rest();
    if layout::word_at(rest, 0) == "except" && layout::word_at(context.text, 0) == "deny" {
        found.push(
            Slip::new("`except` is a line of its own", at..at + "except".len(), "in the middle of a deny")
                .help("write below it which flow is spared: `except FLOW`"),
        );
    }
}

/// `require because for egress`.
pub(super) fn on(context: &Context<'_>, found: &mut Vec<Slip>) {
    let (at, rest) = context.rest();
    let word = layout::word_at(rest, 0);
    if context.expects(&[Rule::k_on]) && matches!(word, "for" | "of") {
        let place = at..at + word.len();
        found.push(
            Slip::new(format!("unexpected `{word}`"), place.clone(), "expected `on`")
                .fix("write `on`", vec![Patch::replace(place, "on")]),
        );
    }
}
