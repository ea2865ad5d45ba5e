//! `textDocument/rename` and `textDocument/prepareRename`: another name, everywhere it stands.

use std::collections::HashMap;

use lsp_types::{
    PrepareRenameResponse, RenameParams, TextDocumentPositionParams, TextEdit, Uri, WorkspaceEdit,
};
use netpol_diagnostics::Span;
use netpol_driver::is_dns_label;
use netpol_driver::names::{Kind, Role, Symbol};
use netpol_syntax::words::{is_kebab, is_reserved};

use crate::context::Context;

/// Why something cannot be renamed, in words for the user.
pub type Refusal = String;

/// What a rename would change at a place.
pub fn prepare(
    cx: &Context,
    params: TextDocumentPositionParams,
) -> Result<Option<PrepareRenameResponse>, Refusal> {
    let Some((span, symbols)) = cx.symbols_at(cx.offset(params.position)) else { return Ok(None) };
    check(cx, &symbols)?;
    let placeholder = cx.text(span).trim_matches('`').to_owned();
    Ok(Some(PrepareRenameResponse::RangeWithPlaceholder { range: cx.range(span), placeholder }))
}

/// The edits that give the name at a place another one.
#[allow(clippy::mutable_key_type, reason = "the protocol's own type for a map of edits")]
pub fn rename(cx: &Context, params: RenameParams) -> Result<Option<WorkspaceEdit>, Refusal> {
    let offset = cx.offset(params.text_document_position.position);
    let Some((_, symbols)) = cx.symbols_at(offset) else { return Ok(None) };
    let symbols = cx.names.together(&symbols);
    let kind = check(cx, &symbols)?;
    let written = written(kind, params.new_name.trim().trim_matches('`'))?;
    let mut spans: Vec<Span> = cx
        .names
        .uses(&symbols)
        .iter()
        .filter_map(|(file, at)| Some(cx.names.reference(*file, *at)?.span))
        .collect();
    let mut edits: Vec<(Span, String)> = Vec::new();
    for symbol in &symbols {
        let Some(declared) = cx.names.declaration(*symbol) else { continue };
        match unnamed_import(cx, *symbol) {
            // The path stays what it is; the name comes after it.
            Some(path) => edits.push((Span { start: path.end, ..path }, format!(" as {written}"))),
            None => spans.push(declared.span),
        }
    }
    spans.sort_unstable();
    spans.dedup();
    edits.extend(spans.into_iter().map(|span| (span, written.clone())));
    let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
    for (span, text) in edits {
        let Some(location) = cx.location(span) else { continue };
        changes.entry(location.uri).or_default().push(TextEdit { range: location.range, new_text: text });
    }
    Ok(Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }))
}

/// The path of an import that has no name of its own after `as`.
fn unnamed_import(cx: &Context, symbol: Symbol) -> Option<Span> {
    let names = &cx.names.file(symbol.file)?.state.names;
    let declared = cx.names.declaration(symbol).filter(|declared| declared.kind == Kind::Import)?;
    let import = names.imports.iter().find(|import| import.prefix == symbol.at)?;
    let is_part = import.span.start <= declared.span.start && declared.span.end <= import.span.end;
    is_part.then_some(import.span)
}

/// Whether these may be renamed, and what they are.
fn check(cx: &Context, symbols: &[Symbol]) -> Result<Kind, Refusal> {
    let Some(first) = symbols.first().and_then(|symbol| cx.names.declaration(*symbol)) else {
        return Err("nothing of this name is declared in sight".to_owned());
    };
    let in_library =
        |symbol: &&Symbol| cx.names.file(symbol.file).is_some_and(|file| file.role == Role::Library);
    if let Some(found) = symbols.iter().find(in_library).and_then(|symbol| cx.names.file(symbol.file)) {
        return Err(format!("`{}` is of the standard library, `{}`", first.name, found.state.path()));
    }
    Ok(first.kind)
}

/// A name as it is written: between backticks where it is a word of the language.
fn written(kind: Kind, name: &str) -> Result<String, Refusal> {
    let is_label = matches!(kind, Kind::Namespace);
    if is_label && !is_dns_label(name) || !is_label && !is_kebab(name) {
        return Err(format!("`{name}` is no name: write lower-case letters, digits and single hyphens"));
    }
    if !is_label && name.starts_with(|first: char| first.is_ascii_digit()) {
        return Err(format!("`{name}` is no name: it begins with a digit"));
    }
    Ok(if is_reserved(name) { format!("`{name}`") } else { name.to_owned() })
}
