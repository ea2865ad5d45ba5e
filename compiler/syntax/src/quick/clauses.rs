//! Clauses.

use super::line::Line;
use crate::layout;
use crate::tree::{Clause, ClauseKind, Text};

impl Line<'_, '_, '_> {
    /// The clauses up to the end of the text.
    pub(super) fn clauses(&mut self) -> Option<Vec<Clause>> {
        let mut clauses = Vec::new();
        while self.at < self.text.len() {
            let start = self.next_below();
            let word = layout::word_at(self.text, start);
            self.at = start + word.len();
            let kind = match word {
                "because" => ClauseKind::Because(self.quoted()?),
                "ticket" => ClauseKind::Ticket(self.handle()?),
                "owner" => ClauseKind::Owner(self.handle()?),
                "until" => ClauseKind::Until(self.date()?),
                "reviewed" => ClauseKind::Reviewed(self.date()?),
                "log" => ClauseKind::Log,
                "alert" => ClauseKind::Alert { critical: self.is_critical()? },
                _ => return None,
            };
            // Nearly all statements have one or none.
            if clauses.is_empty() {
                clauses.reserve_exact(1);
            }
            clauses.push(Clause { kind, span: self.span_from(start) });
        }
        Some(clauses)
    }

    fn is_critical(&mut self) -> Option<bool> {
        if self.word("critical").is_some() {
            return Some(true);
        }
        self.word("warning").map(|()| false)
    }

    /// A text in quotes that holds no backslash.
    pub(super) fn quoted(&mut self) -> Option<Text> {
        let start = self.next();
        let inner = self.text.get(start..)?.strip_prefix('"')?;
        let length = inner.bytes().position(|byte| matches!(byte, b'"' | b'\\' | b'\n' | b'\r'))?;
        let (inner, rest) = inner.split_at_checked(length)?;
        rest.starts_with('"').then(|| {
            self.at = start + length + 2;
            self.builder.text(inner)
        })
    }

    fn handle(&mut self) -> Option<Text> {
        let start = self.next();
        let first = self.byte(start)?;
        if !first.is_ascii_alphanumeric() && first != b'@' {
            return None;
        }
        let is_own =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'@' | b'/' | b'.' | b'_' | b'-');
        let written = self.run(start, is_own)?;
        Some(self.builder.text(written))
    }

    fn date(&mut self) -> Option<Text> {
        let start = self.next();
        if !self.byte(start)?.is_ascii_digit() {
            return None;
        }
        let is_own = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'/' | b'.');
        let written = self.run(start, is_own)?;
        Some(self.builder.text(written))
    }
}
