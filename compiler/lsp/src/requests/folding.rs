//! `textDocument/foldingRange`: what can be folded away.

use lsp_types::{FoldingRange, FoldingRangeKind, FoldingRangeParams};
use netpol_diagnostics::Span;

use crate::context::Context;
use crate::tree::walk;

/// Blocks, statements of several lines, runs of comments and the imports.
pub fn folding(cx: &Context, _: FoldingRangeParams) -> Option<Vec<FoldingRange>> {
    let (lines, tree) = (cx.lines(), cx.file.tree());
    let line = |offset: u32| lines.position(offset).line;
    let fold = |span: Span, kind: Option<FoldingRangeKind>| {
        let (start, end) = (line(span.start), line(span.end));
        let text = cx.text(span);
        // The closing brace stays in sight.
        let end = if text.ends_with('}') && end > start + 1 { end - 1 } else { end };
        (end > start).then(|| FoldingRange {
            start_line: start,
            end_line: end,
            kind,
            ..FoldingRange::default()
        })
    };
    let mut found = Vec::new();
    walk(&tree.items, &mut |item| found.extend(fold(item.span, None)));
    if let (Some(first), Some(last)) = (tree.uses.first(), tree.uses.last()) {
        found.extend(fold(first.span.to(last.span), Some(FoldingRangeKind::Imports)));
    }
    let is_whole_line = |span: &&Span| {
        let before = cx.file.text().get(..span.start as usize).unwrap_or_default();
        before.rsplit('\n').next().unwrap_or_default().trim().is_empty()
    };
    let mut run: Option<Span> = None;
    for comment in tree.comments.iter().filter(is_whole_line) {
        run = match run {
            Some(whole) if line(comment.start) == line(whole.end) + 1 => Some(whole.to(*comment)),
            other => {
                found.extend(other.and_then(|whole| fold(whole, Some(FoldingRangeKind::Comment))));
                Some(*comment)
            }
        };
    }
    found.extend(run.and_then(|whole| fold(whole, Some(FoldingRangeKind::Comment))));
    found.sort_by_key(|range| (range.start_line, range.end_line));
    found.dedup_by_key(|range| (range.start_line, range.end_line));
    Some(found)
}
