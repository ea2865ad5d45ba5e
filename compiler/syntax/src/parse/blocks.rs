//! Blocks: where they open and close, and what to say where braces do not match.

use super::{Contents, Reader};
use crate::build::Built;
use crate::layout::{self, Chunk, DEEPEST, Stop};
use crate::tree::Item;
use crate::words;
use netpol_diagnostics::{Code, Diagnostic, Edit, Help};

/// An open block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    /// Where its `{` stands.
    pub open: usize,
    /// How far its head is indented, where the head starts a line.
    pub indent: Option<usize>,
    /// How far its first statement is indented, where that starts a line.
    pub inner_indent: Option<usize>,
    /// Whether it is a `cluster` block.
    pub is_cluster: bool,
    /// Whether nothing stands before its `{`.
    pub headless: bool,
}

/// Why the statements of a block end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Its `}` was read.
    Closed,
    /// Its `}` is missing before this place.
    Missing,
    /// The text ends.
    OfText,
}

impl Reader<'_> {
    /// Reads the block that opens at `open`; gives its statements and where it ends.
    pub(super) fn block(&mut self, head: usize, open: usize, is_cluster: bool) -> (Contents, usize) {
        let mut contents = Contents::default();
        if self.blocks.len() >= DEEPEST {
            let end = layout::block_end(self.bytes, open);
            self.at = end;
            if !self.too_deep {
                self.too_deep = true;
                let place = self.span(open, open + 1);
                self.report(
                    Diagnostic::new(Code(101), "blocks are nested too deeply")
                        .at(place, format!("block {} inside another", DEEPEST + 1))
                        .note("what stands in it is not read"),
                );
            }
            return (contents, end);
        }
        let indent = layout::indentation(self.bytes, head);
        let first = layout::skip_trivia(self.bytes, open + 1);
        let inner_indent = layout::indentation(self.bytes, first);
        self.blocks.push(Block { open, indent, inner_indent, is_cluster, headless: head == open });
        self.at = open + 1;
        let end = self.contents(&mut contents);
        self.blocks.pop();
        if end != End::Closed {
            self.unclosed.push(open);
        }
        (contents, self.at)
    }

    /// A `}`: reads it where it closes the innermost block.
    ///
    /// Where the file has too few of them, indentation tells which block is meant.
    pub(super) fn close(&mut self) -> Option<End> {
        let innermost = self.blocks.last()?;
        if self.survey.unclosed_blocks
            && let (Some(here), Some(own)) = (layout::indentation(self.bytes, self.at), innermost.indent)
        {
            let closes_outer = self.blocks.iter().rev().skip(1).any(|outer| outer.indent == Some(here));
            if here < own && closes_outer {
                return Some(End::Missing);
            }
        }
        self.at += 1;
        Some(End::Closed)
    }

    /// Whether the statement here stands, by its indentation, outside a block whose `}` is missing.
    pub(super) fn leaves_block(&self) -> bool {
        let Some(block) = self.blocks.last().filter(|_| self.survey.unclosed_blocks) else {
            return false;
        };
        let (Some(here), Some(own)) = (layout::indentation(self.bytes, self.at), block.indent) else {
            return false;
        };
        let indented = block.inner_indent.is_some_and(|inner| inner > own);
        let top_level = words::is_top_level(layout::word_at(self.text, self.at));
        // A block whose statements are indented ends before one that is not; so does any block before a top-level statement.
        here <= own && (indented || top_level) && self.at > block.open
    }

    /// The `{` of a statement, also where it wrongly stands on the next line.
    pub(super) fn opening_brace(&mut self, chunk: &Chunk, built: Option<&Built>) -> Option<usize> {
        match chunk.stop {
            Stop::Open => Some(chunk.after),
            Stop::Close | Stop::Semicolon => None,
            Stop::Line => {
                let next = layout::skip_trivia(self.bytes, chunk.after);
                let takes_block = matches!(built, Some(Built::Item(item)) if super::has_block(&item.kind));
                if !takes_block || self.bytes.get(next) != Some(&b'{') {
                    return None;
                }
                let mut diagnostic = Diagnostic::new(Code(101), "`{` stands on the line of its head")
                    .at(self.span(next, next + 1), "a new line ends the statement before it");
                diagnostic.helps.push(Help {
                    text: "write `{` at the end of the line above".to_owned(),
                    edits: vec![
                        Edit { span: self.span(chunk.end, chunk.end), replacement: " {".to_owned() },
                        Edit { span: self.span(next, next + 1), replacement: String::new() },
                    ],
                });
                self.report(diagnostic);
                Some(next)
            }
        }
    }

    /// A block whose head says nothing of use: its statements count as those of the block around it.
    pub(super) fn hoist(&mut self, head: usize, open: usize, into: &mut Contents) {
        let is_cluster = self.blocks.last().is_some_and(|block| block.is_cluster);
        let (contents, _) = self.block(head, open, is_cluster);
        into.items.extend(contents.items);
        into.attributes.extend(contents.attributes);
    }

    /// `{` where a statement should start.
    pub(super) fn stray_open(&mut self, into: &mut Contents) {
        let open = self.at;
        if !self.too_deep && self.blocks.len() < DEEPEST {
            let known = self
                .blocks
                .last()
                .is_some_and(|block| block.headless && block.open + 1 == text_before(self.bytes, open));
            if !known {
                let place = self.span(open, open + 1);
                self.report(
                    Diagnostic::new(Code(101), "a block has no head")
                        .at(place, "nothing says what this block is")
                        .help("write `namespace NAME {`, `app NAME {` or another head before it"),
                );
            }
        }
        self.hoist(open, open, into);
    }

    /// A run of `}` that close nothing.
    pub(super) fn report_stray_close(&mut self) {
        let first = self.at;
        let mut last = self.at;
        while self.bytes.get(self.at) == Some(&b'}') {
            last = self.at;
            self.at = layout::skip_trivia(self.bytes, self.at + 1);
        }
        let mut diagnostic = Diagnostic::new(Code(101), "`}` closes nothing")
            .at(self.span(first, first + 1), "no block is open here");
        diagnostic = if first == last {
            diagnostic.fix("remove it", self.span(first, first + 1), "")
        } else {
            diagnostic.help("remove it, and the others after it")
        };
        self.report(diagnostic);
    }

    /// A `{` after a statement that has no block, be it a workload that says no labels.
    pub(super) fn report_needless_block(&mut self, open: usize, unselected: Option<&str>) {
        let place = self.span(open, open + 1);
        let found = Diagnostic::new(Code(101), "this statement has no block").at(place, "unexpected `{`");
        self.report(match unselected {
            Some(name) => {
                found.help(format!("say its labels on the line: `workload {name} selects app={name}`"))
            }
            None => found,
        });
    }

    pub(super) fn report_missing_block(&mut self, item: &Item) {
        let end = item.span.end as usize;
        let title = format!("`{}` needs a block", layout::word_at(self.text, item.span.start as usize));
        self.report(Diagnostic::new(Code(101), title).at(self.span(end, end), "expected `{`"));
    }

    /// After a `}`: the next statement starts on a new line.
    pub(super) fn after_block(&mut self) {
        let next = layout::skip_spaces(self.bytes, self.at);
        if self.at == 0 || self.bytes.get(self.at - 1) != Some(&b'}') {
            return;
        }
        let ends = matches!(self.bytes.get(next), None | Some(b'\n' | b'\r' | b'}' | b'{' | b';'));
        if ends || super::is_clause(layout::word_at(self.text, next)) {
            return;
        }
        let place = self.span(next, next);
        self.report(
            Diagnostic::new(Code(101), "a statement starts on a line of its own")
                .at(place, "follows a `}` on the same line")
                .fix("start a new line", place, "\n"),
        );
    }

    /// One diagnostic for all blocks left open, at the innermost.
    pub(super) fn report_unclosed(&mut self) {
        if self.too_deep {
            return;
        }
        let unclosed = std::mem::take(&mut self.unclosed);
        let Some((first, others)) = unclosed.split_first() else { return };
        let mut diagnostic = Diagnostic::new(Code(101), "block is not closed")
            .at(self.span(*first, first + 1), "no `}` closes this");
        for other in others.iter().take(3) {
            diagnostic = diagnostic.and_at(self.span(*other, other + 1), "nor this");
        }
        self.report(diagnostic.help("write `}` after its last statement"));
    }
}

/// The offset after the last thing before `at` that is no space.
fn text_before(bytes: &[u8], at: usize) -> usize {
    let before = bytes.get(..at).unwrap_or(&[]);
    at - before.iter().rev().take_while(|byte| byte.is_ascii_whitespace()).count()
}
