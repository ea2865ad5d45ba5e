//! `textDocument/completion`: what may be written at a place.
//!
//! `place` says by the words before it what is expected; `candidates` finds what there is of that kind; `statements` lists
//! what may begin a line.

mod candidates;
mod place;
mod statements;

use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionList, CompletionParams, CompletionResponse,
    CompletionTextEdit, Documentation, InsertTextFormat, MarkupContent, MarkupKind, Range, TextEdit,
};
use netpol_driver::names::Symbol;
use serde_json::json;

use crate::context::Context;
use crate::requests::hover::describe;
use candidates::{Candidate, candidates};
use place::{place, word_start};

/// The most that is offered at once; the client asks again as more is typed.
const MOST: usize = 400;

/// What may stand at a place.
pub fn completion(cx: &Context, params: CompletionParams) -> Option<CompletionResponse> {
    let offset = cx.offset(params.text_document_position.position);
    let text = cx.file.text();
    let before = text.get(..offset as usize)?;
    let start = word_start(before);
    let typed = before.get(start..)?;
    let place = place(before.get(..start)?)?;
    let mut found = candidates(cx, &place, offset, typed);
    found.retain(|candidate| fits(&candidate.label, typed));
    found.sort_by(|a, b| (a.rank, &a.label).cmp(&(b.rank, &b.label)));
    found.dedup_by(|a, b| a.label == b.label);
    let is_incomplete = found.len() > MOST;
    found.truncate(MOST);
    let lines = cx.lines();
    let range = Range { start: lines.position(start as u32), end: lines.position(offset) };
    let items = found.into_iter().enumerate().map(|(at, candidate)| item(cx, candidate, at, range)).collect();
    Some(CompletionResponse::List(CompletionList { is_incomplete, items }))
}

/// Whether the letters typed stand in a label in their order; the client sorts the rest out.
fn fits(label: &str, typed: &str) -> bool {
    let mut letters = label.chars();
    typed
        .chars()
        .filter(|letter| *letter != '`')
        .all(|wanted| letters.any(|letter| letter.eq_ignore_ascii_case(&wanted)))
}

fn item(cx: &Context, candidate: Candidate, at: usize, range: Range) -> CompletionItem {
    let snippet = candidate.snippet.filter(|_| cx.client.snippets);
    let format = if snippet.is_some() { InsertTextFormat::SNIPPET } else { InsertTextFormat::PLAIN_TEXT };
    let new_text = snippet.unwrap_or_else(|| candidate.text.unwrap_or_else(|| candidate.label.clone()));
    CompletionItem {
        label: candidate.label,
        kind: Some(candidate.kind),
        detail: candidate.detail,
        sort_text: Some(format!("{}{at:04}", candidate.rank)),
        filter_text: None,
        insert_text_format: Some(format),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit { range, new_text })),
        // What it means is worked out when somebody looks at it.
        data: candidate.symbol.map(|symbol| json!([cx.uri_of_file(), symbol.file.0, symbol.at])),
        ..CompletionItem::default()
    }
}

/// The documentation of an item that somebody looks at.
pub fn resolve(cx: &Context, item: CompletionItem) -> CompletionItem {
    let number = |at: usize| {
        let data = item.data.as_ref()?.get(at)?.as_u64()?;
        u32::try_from(data).ok()
    };
    let symbol =
        number(1).zip(number(2)).map(|(file, at)| Symbol { file: netpol_diagnostics::FileId(file), at });
    let documentation = symbol
        .and_then(|symbol| describe(cx, symbol))
        .map(|value| Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value }));
    CompletionItem { documentation, ..item }
}

/// The kinds a client shows beside what is offered.
fn kind_of(kind: netpol_driver::names::Kind) -> CompletionItemKind {
    use netpol_driver::names::Kind;
    match kind {
        Kind::Workload | Kind::Group => CompletionItemKind::CLASS,
        Kind::Tier => CompletionItemKind::ENUM_MEMBER,
        Kind::Net | Kind::Domain => CompletionItemKind::CONSTANT,
        Kind::Port | Kind::OwnPort => CompletionItemKind::VALUE,
        Kind::Pattern => CompletionItemKind::FUNCTION,
        Kind::Parameter(_) => CompletionItemKind::VARIABLE,
        Kind::Namespace | Kind::Tenant | Kind::Cluster | Kind::App | Kind::Guardrail | Kind::Import => {
            CompletionItemKind::MODULE
        }
    }
}
