//! `textDocument/codeAction`: what may be changed at a place: every fix of a diagnostic, and the consent of the other side.

use std::collections::HashMap;

use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams, CodeActionResponse, Range, TextEdit,
    Uri, WorkspaceEdit,
};
use netpol_check::line_to_ask_for;
use netpol_diagnostics::{Code, Diagnostic, Edit, Help, Span};
use netpol_driver::names::ScopeKind;
use netpol_flow::Text;
use netpol_model::{End, Rule, RuleKind};
use netpol_syntax::tree::{Item, ItemKind};

use crate::context::Context;
use crate::publish::message;
use crate::text::Lines;
use crate::tree::{body, walk};

/// A workload is private, or exposed to others or on other ports.
const CONSENT: [Code; 2] = [Code(405), Code(406)];

/// The actions for the diagnostics in a range. They are of the last check: none where the text has changed since.
pub fn actions(cx: &Context, params: CodeActionParams) -> Option<CodeActionResponse> {
    let wants = |kind: &CodeActionKind| {
        let only = params.context.only.as_ref();
        only.is_none_or(|only| only.iter().any(|wanted| kind.as_str().starts_with(wanted.as_str())))
    };
    if !cx.is_current() || !cx.client.literal_actions || !wants(&CodeActionKind::QUICKFIX) {
        return None;
    }
    let snapshot = cx.snapshot.as_ref()?;
    let checked = cx.checked_file()?.id;
    let mut found = Vec::new();
    for diagnostic in &snapshot.compiled.diagnostics {
        let Some(place) = diagnostic.primary.as_ref().map(|label| label.span) else { continue };
        if place.file != checked || !touches(cx.range(place), params.range) {
            continue;
        }
        let told =
            params.context.diagnostics.iter().find(|told| told.message == message(diagnostic)).cloned();
        let fixes = diagnostic.helps.iter().filter_map(|help| fix(cx, diagnostic, help));
        let fixes = fixes
            .chain(CONSENT.contains(&diagnostic.code).then(|| consents(cx, place)).into_iter().flatten());
        found.extend(fixes.map(|action| {
            CodeActionOrCommand::CodeAction(CodeAction {
                diagnostics: told.clone().map(|told| vec![told]),
                ..action
            })
        }));
    }
    Some(found)
}

fn touches(a: Range, b: Range) -> bool {
    a.start <= b.end && b.start <= a.end
}

/// A help with edits. It is the one to take where it is the only advice and no question.
fn fix(cx: &Context, diagnostic: &Diagnostic, help: &Help) -> Option<CodeAction> {
    if help.edits.is_empty() {
        return None;
    }
    let is_sure = diagnostic.helps.len() == 1 && !help.text.ends_with('?');
    Some(CodeAction {
        title: format!("{}: {}", diagnostic.code, help.text),
        kind: Some(CodeActionKind::QUICKFIX),
        edit: Some(edit(cx, &help.edits)?),
        is_preferred: Some(is_sure),
        ..CodeAction::default()
    })
}

/// Edits of a check, for the client; none where a file they change is no longer what the check saw.
#[allow(clippy::mutable_key_type, reason = "the protocol's own type for a map of edits")]
fn edit(cx: &Context, edits: &[Edit]) -> Option<WorkspaceEdit> {
    let sources = &cx.snapshot.as_ref()?.compiled.sources;
    let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
    for edit in edits {
        let source = sources.file(edit.span.file);
        let now = cx.names.files().find(|file| file.state.path() == &*source.path);
        if now.is_some_and(|now| now.state.source.text != source.text) {
            return None;
        }
        let uri = cx.uri_at(&cx.root.place(&source.path))?;
        let range = Lines::of(&source.text, cx.client.encoding).range(edit.span);
        changes.entry(uri).or_default().push(TextEdit { range, new_text: edit.replacement.clone() });
    }
    Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() })
}

/// For each namespace that the arrow at a place leads to: the `expose` that it would have to write.
fn consents(cx: &Context, place: Span) -> Vec<CodeAction> {
    let mut found: Vec<CodeAction> = Vec::new();
    for view in cx.views() {
        for namespace in view.namespaces.values() {
            let is_it = |rule: &&Rule| {
                rule.kind == RuleKind::Arrow
                    && rule.origin.via.first().copied().unwrap_or(rule.origin.span) == place
            };
            for rule in namespace.rules.iter().filter(is_it) {
                for end in &rule.to {
                    let action =
                        other_namespace(end, &namespace.name).and_then(|other| consent(cx, rule, end, other));
                    found.extend(
                        action.filter(|action| found.iter().all(|known| known.title != action.title)),
                    );
                }
            }
        }
    }
    found
}

fn other_namespace<'e>(end: &'e End, home: &Text) -> Option<&'e Text> {
    let End::Pods(pods) = end else { return None };
    let names = pods.named()?;
    names.first().filter(|name| names.len() == 1 && *name != home)
}

fn consent(cx: &Context, rule: &Rule, end: &End, other: &Text) -> Option<CodeAction> {
    let line = line_to_ask_for(&Rule { to: vec![end.clone()], ..rule.clone() })?;
    let because = rule.origin.because.as_ref().map(|reason| format!(" because {}", quoted(reason)));
    let line = line + &because.unwrap_or_default();
    let (span, text) = place_in(cx, other, &line)?;
    let location = cx.location(span)?;
    #[allow(clippy::mutable_key_type, reason = "the protocol's own type for a map of edits")]
    let changes = HashMap::from([(location.uri, vec![TextEdit { range: location.range, new_text: text }])]);
    Some(CodeAction {
        title: format!("in `{other}`, add `{line}`"),
        kind: Some(CodeActionKind::QUICKFIX),
        edit: Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }),
        // The other side's owner decides.
        is_preferred: Some(false),
        ..CodeAction::default()
    })
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Where a line of a namespace goes: after its last `expose`, else after its last statement, else after its head.
fn place_in(cx: &Context, namespace: &Text, line: &str) -> Option<(Span, String)> {
    let (file, scope) = *cx.names.scopes_of(namespace).first()?;
    let state = &cx.names.file(file)?.state;
    let scope = state
        .names
        .scopes
        .get(scope as usize)
        .filter(|scope| matches!(scope.kind, ScopeKind::Namespace(_)))?;
    let tree = state.tree();
    let mut block: Option<&Item> = None;
    walk(&tree.items, &mut |item| {
        if matches!(item.kind, ItemKind::Namespace { .. }) && item.span == scope.span {
            block = Some(item);
        }
    });
    let items = block.map_or(&tree.items[..], body);
    let exposes = items.iter().rev().find(|item| matches!(item.kind, ItemKind::Expose { .. }));
    let text = state.text();
    if let Some(last) = exposes.or(items.last()) {
        let before = text.get(..last.span.start as usize)?;
        let indent: String = before.rsplit('\n').next()?.chars().take_while(|c| c.is_whitespace()).collect();
        let end = line_end(text, last.span.end);
        return Some((Span { start: end, end, file }, format!("\n{indent}{line}")));
    }
    if block.is_some() {
        // An empty block: the line goes before its brace.
        let close = scope.span.end.saturating_sub(1);
        let open = text.get(..close as usize)?.trim_end().len() as u32;
        return Some((Span { start: open, end: close, file }, format!("\n  {line}\n")));
    }
    let head = tree.header.as_ref()?;
    let end = head.clauses.last().map_or(head.span.end, |clause| clause.span.end);
    let end = line_end(text, end);
    Some((Span { start: end, end, file }, format!("\n\n{line}")))
}

/// The end of the line that holds an offset.
fn line_end(text: &str, offset: u32) -> u32 {
    let rest = text.get(offset as usize..).unwrap_or_default();
    let length = rest.find(['\n', '\r']).unwrap_or(rest.len());
    offset + length as u32
}
