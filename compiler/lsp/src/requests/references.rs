//! `textDocument/references` and `textDocument/documentHighlight`: where a name is used.

use lsp_types::{
    DocumentHighlight, DocumentHighlightKind, DocumentHighlightParams, Location, ReferenceParams,
};
use netpol_diagnostics::Span;

use crate::context::Context;

/// Every use of the name at a place, and its declarations where they are asked for too.
pub fn references(cx: &Context, params: ReferenceParams) -> Option<Vec<Location>> {
    let offset = cx.offset(params.text_document_position.position);
    let spans = spans(cx, offset, params.context.include_declaration)?;
    Some(spans.into_iter().filter_map(|span| cx.location(span)).collect())
}

/// The uses of the name at a place in the same file.
pub fn highlight(cx: &Context, params: DocumentHighlightParams) -> Option<Vec<DocumentHighlight>> {
    let offset = cx.offset(params.text_document_position_params.position);
    let (_, symbols) = cx.symbols_at(offset)?;
    let declared: Vec<Span> =
        symbols.iter().filter_map(|symbol| Some(cx.names.declaration(*symbol)?.span)).collect();
    let lines = cx.lines();
    let here = spans(cx, offset, true)?.into_iter().filter(|span| span.file == cx.file.id);
    let highlight = |span: Span| DocumentHighlight {
        range: lines.range(span),
        kind: Some(match declared.contains(&span) {
            true => DocumentHighlightKind::WRITE,
            false => DocumentHighlightKind::READ,
        }),
    };
    Some(here.map(highlight).collect())
}

/// The places of a name's uses, by file and offset.
fn spans(cx: &Context, offset: u32, with_declarations: bool) -> Option<Vec<Span>> {
    let (_, symbols) = cx.symbols_at(offset)?;
    let uses = cx.names.uses(&symbols).into_iter();
    let mut spans: Vec<Span> =
        uses.filter_map(|(file, at)| Some(cx.names.reference(file, at)?.span)).collect();
    if with_declarations {
        spans.extend(symbols.iter().filter_map(|symbol| Some(cx.names.declaration(*symbol)?.span)));
    }
    spans.sort_unstable();
    spans.dedup();
    (!symbols.is_empty()).then_some(spans)
}
