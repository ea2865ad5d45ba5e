//! `textDocument/selectionRange`: from a word outwards to what holds it.

use lsp_types::{Range, SelectionRange, SelectionRangeParams};
use netpol_diagnostics::Span;
use netpol_syntax::tokens;

use crate::context::Context;
use crate::tree::walk;

/// The word, the statement and the blocks around each place.
pub fn selection(cx: &Context, params: SelectionRangeParams) -> Option<Vec<SelectionRange>> {
    let lines = cx.lines();
    let one = |offset: u32| {
        let whole = Span { file: cx.file.id, start: 0, end: cx.file.text().len() as u32 };
        let mut spans = vec![whole];
        walk(&cx.file.tree().items, &mut |item| spans.extend([item.span, item.head]));
        spans.extend(tokens(cx.file.text()).iter().map(|token| Span {
            start: token.at as u32,
            end: (token.at + token.text.len()) as u32,
            ..whole
        }));
        spans.retain(|span| span.start <= offset && offset <= span.end);
        // A word that only touches the place gives way to what holds it.
        spans.sort_by_key(|span| std::cmp::Reverse(span.end - span.start));
        let mut found: Option<SelectionRange> = None;
        let mut last: Option<Span> = None;
        for span in spans {
            if last.is_none_or(|last| last != span && last.start <= span.start && span.end <= last.end) {
                last = Some(span);
                found = Some(SelectionRange { range: lines.range(span), parent: found.map(Box::new) });
            }
        }
        found.unwrap_or(SelectionRange { range: Range::default(), parent: None })
    };
    Some(params.positions.iter().map(|position| one(lines.offset(*position))).collect())
}
