//! `textDocument/formatting`: the one layout, as `netpol fmt` gives it.

use lsp_types::{DocumentFormattingParams, Position, Range, TextEdit};
use netpol_driver::format;

use crate::context::Context;

/// The edit that lays the file out; none where it has a mistake or is laid out already.
///
/// Only the lines that differ are replaced, so that the cursor and folds of the others stay where they are.
pub fn formatting(cx: &Context, _: DocumentFormattingParams) -> Option<Vec<TextEdit>> {
    let before = cx.file.text();
    let after = format(before)?;
    if before == after {
        return Some(Vec::new());
    }
    let (old, new): (Vec<&str>, Vec<&str>) = (pieces(before), pieces(&after));
    let same_start = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - same_start;
    let same_end = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    let new_text = new.get(same_start..new.len() - same_end).unwrap_or_default().concat();
    let lines = cx.lines();
    let at = |line: usize| match old.get(line) {
        Some(_) => {
            let offset: usize = old.iter().take(line).map(|piece| piece.len()).sum();
            lines.position(offset as u32)
        }
        None => lines.whole().end,
    };
    let range = Range { start: at(same_start), end: at(old.len() - same_end) };
    let range =
        if range.end < range.start { Range { start: Position::default(), ..lines.whole() } } else { range };
    Some(vec![TextEdit { range, new_text }])
}

/// The lines of a text with their ends.
fn pieces(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}
