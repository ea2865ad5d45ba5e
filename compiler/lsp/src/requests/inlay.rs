//! `textDocument/inlayHint`: the numbers behind port names, and who uses an `expose`.

use lsp_types::{InlayHint, InlayHintKind, InlayHintLabel, InlayHintParams, InlayHintTooltip, Position};
use netpol_driver::consumers_of;
use netpol_driver::names::Space;
use netpol_model::RuleKind;
use netpol_syntax::tree::{Item, ItemKind};

use crate::context::Context;
use crate::ports;
use crate::tree::walk;

/// The hints of a range.
pub fn hints(cx: &Context, params: InlayHintParams) -> Option<Vec<InlayHint>> {
    let lines = cx.lines();
    let (start, end) = (lines.offset(params.range.start), lines.offset(params.range.end));
    let is_inside = |at: u32| start <= at && at <= end;
    let mut found = Vec::new();
    for (reference, at) in cx.file.names.references.iter().zip(0..) {
        if reference.space != Space::Port || !is_inside(reference.span.end) {
            continue;
        }
        let numbers = ports::numbers(cx, &cx.names.resolve(cx.file.id, at));
        if !numbers.is_empty() {
            found.push(hint(lines.position(reference.span.end), numbers.join(", "), None));
        }
    }
    walk(&cx.file.tree().items, &mut |item| {
        if matches!(item.kind, ItemKind::Expose { .. }) && is_inside(item.head.end) {
            found.extend(
                consumers(cx, item).map(|(label, all)| hint(lines.position(item.head.end), label, Some(all))),
            );
        }
    });
    found.sort_by_key(|hint| hint.position);
    Some(found)
}

fn hint(position: Position, label: String, tooltip: Option<String>) -> InlayHint {
    InlayHint {
        position,
        label: InlayHintLabel::String(label),
        kind: Some(InlayHintKind::TYPE),
        text_edits: None,
        tooltip: tooltip.map(InlayHintTooltip::String),
        padding_left: Some(true),
        padding_right: None,
        data: None,
    }
}

/// How many namespaces have a line towards what is exposed, and which; none where no check knows the line.
fn consumers(cx: &Context, item: &Item) -> Option<(String, String)> {
    let as_of = cx.snapshot.as_ref()?.as_of?;
    let written: Vec<&str> = cx.text(item.head).split_whitespace().collect();
    let mut names: Option<Vec<String>> = None;
    for view in cx.views() {
        for namespace in view.namespaces.values() {
            let is_it = |text: &str| text.split_whitespace().eq(written.iter().copied());
            let exposes = namespace.rules.iter().filter(|rule| {
                rule.kind == RuleKind::Expose
                    && *rule.origin.file == *cx.file.path()
                    && is_it(&rule.origin.text)
            });
            for rule in exposes {
                names.get_or_insert_default().extend(consumers_of(view, namespace, rule, as_of));
            }
        }
    }
    let mut names = names?;
    names.sort();
    names.dedup();
    let label = match names.len() {
        0 => "nobody asks for it".to_owned(),
        1 => "1 consumer".to_owned(),
        more => format!("{more} consumers"),
    };
    Some((label, names.join(", ")))
}
