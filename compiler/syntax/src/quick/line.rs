//! A place in a statement's text, and the steps from token to token.
//!
//! A step gives none where the text goes on otherwise, and then stands where it stood or has spoilt the whole: no step is
//! taken back.

use crate::build::Builder;
use crate::layout;
use netpol_diagnostics::Span;

/// Reading of one statement.
pub(super) struct Line<'l, 'b, 't> {
    /// What the tree is built with.
    pub builder: &'l mut Builder<'b>,
    /// The statement.
    pub text: &'t str,
    /// The end of the last token read.
    pub at: usize,
}

impl<'l, 'b, 't> Line<'l, 'b, 't> {
    pub(super) fn new(builder: &'l mut Builder<'b>, text: &'t str) -> Self {
        Line { builder, text, at: 0 }
    }

    /// Whether all of the text was read, and nothing is wrong with it.
    pub(super) fn is_sound(&self) -> bool {
        self.at == self.text.len() && self.builder.complaint.is_none()
    }

    pub(super) fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    /// What was read from `start` on.
    pub(super) fn slice_from(&self, start: usize) -> &'t str {
        self.text.get(start..self.at).unwrap_or("")
    }

    /// The place of what was read from `start` on.
    pub(super) fn span_from(&self, start: usize) -> Span {
        self.builder.place(start, self.at)
    }

    /// Where the next token of this line starts.
    pub(super) fn next(&self) -> usize {
        self.end_of(self.at, |byte| matches!(byte, b' ' | b'\t'))
    }

    /// Where the next token starts, on this line or on one below; a comment is none, so that one in between is left to the
    /// grammar.
    pub(super) fn next_below(&self) -> usize {
        self.end_of(self.at, |byte| matches!(byte, b' ' | b'\t' | b'\n'))
    }

    /// Reads `word`, where it is the next word of this line.
    pub(super) fn word(&mut self, word: &str) -> Option<()> {
        self.word_at(self.next(), word)
    }

    /// Reads `word`, where it is the next word.
    pub(super) fn word_below(&mut self, word: &str) -> Option<()> {
        self.word_at(self.next_below(), word)
    }

    fn word_at(&mut self, start: usize, word: &str) -> Option<()> {
        (layout::word_at(self.text, start) == word).then(|| self.at = start + word.len())
    }

    /// Reads `mark`, where it stands next on this line.
    pub(super) fn mark(&mut self, mark: &str) -> Option<()> {
        let start = self.next();
        self.text.get(start..)?.starts_with(mark).then(|| self.at = start + mark.len())
    }

    /// Reads the bytes from `start` on that are of a kind, and at least one.
    pub(super) fn run(&mut self, start: usize, is_own: fn(u8) -> bool) -> Option<&'t str> {
        self.at = self.end_of(start, is_own);
        (self.at > start).then(|| self.slice_from(start))
    }

    /// Reads an item, or a list of them in brackets; gives its place too.
    pub(super) fn one_or_list<T>(&mut self, item: fn(&mut Self) -> Option<T>) -> Option<(Vec<T>, Span)> {
        let start = self.next();
        let mut items = Vec::with_capacity(1);
        if self.mark("[").is_some() {
            self.items(item, b']', &mut items)?;
        } else {
            items.push(item(self)?);
        }
        Some((items, self.span_from(start)))
    }

    /// Reads items with commas between them, and what closes the list.
    pub(super) fn items<T>(
        &mut self,
        item: fn(&mut Self) -> Option<T>,
        close: u8,
        into: &mut Vec<T>,
    ) -> Option<()> {
        loop {
            self.at = self.next_below();
            into.push(item(self)?);
            let goes_on = self.mark(",").is_some();
            let next = self.next_below();
            if self.byte(next) == Some(close) {
                self.at = next + 1;
                return Some(());
            }
            if !goes_on {
                return None;
            }
        }
    }

    /// The end of the bytes from `start` on that are of a kind; the `-` of an arrow is of none.
    fn end_of(&self, start: usize, is_own: impl Fn(u8) -> bool) -> usize {
        let mut end = start;
        while let Some(byte) = self.byte(end)
            && is_own(byte)
            && !(byte == b'-' && self.byte(end + 1) == Some(b'>'))
        {
            end += 1;
        }
        end
    }
}
