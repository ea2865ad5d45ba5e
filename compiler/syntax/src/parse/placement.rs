//! Statements whose place in the file matters: `edition`, `use`, the namespace header, clauses.

use super::{Contents, Reader};
use crate::layout;
use crate::tree::{Clause, Item, ItemKind, NamespaceHead, Spanned, Use};
use netpol_diagnostics::{Code, Diagnostic, Edit, Help, Span};

/// The editions this compiler knows.
const EDITIONS: &[u32] = &[2026];

impl Reader<'_> {
    pub(super) fn edition(&mut self, edition: Spanned<Option<u32>>) {
        let span = edition.span;
        if let Some(first) = &self.tree.edition {
            let first = first.span;
            self.report(
                Diagnostic::new(Code(105), "a file has one edition")
                    .at(span, "a second one")
                    .and_at(first, "the first one")
                    .help("remove one of them"),
            );
            return;
        }
        let first = self.first_statement.is_none() && self.tree.uses.is_empty() && self.blocks.is_empty();
        if !first {
            self.report(
                self.moved(
                    Diagnostic::new(Code(105), "the edition stands first in the file")
                        .at(span, "something stands before it"),
                    "move it to the first line",
                    span,
                    0,
                ),
            );
        }
        match edition.node.filter(|number| EDITIONS.contains(number)) {
            Some(number) => self.tree.edition = Some(Spanned { node: number, span }),
            None if !first => {}
            None => {
                let written = self.text.get(span.start as usize..span.end as usize).unwrap_or("");
                let number = written.split_whitespace().last().unwrap_or("").to_owned();
                let known: Vec<String> = EDITIONS.iter().map(u32::to_string).collect();
                let place = Span { start: span.end - number.len() as u32, ..span };
                self.report(
                    Diagnostic::new(Code(105), format!("edition {number} is not known"))
                        .at(place, "written for another compiler")
                        .help(format!(
                            "write one that this compiler knows, {}, or use a newer compiler",
                            known.join(", ")
                        )),
                );
            }
        }
    }

    pub(super) fn use_statement(&mut self, statement: Use) {
        let span = statement.span;
        match self.first_statement {
            None if self.blocks.is_empty() => {}
            None | Some(_) => {
                let before =
                    self.tree.uses.last().map(|last| layout::line_end(self.bytes, last.span.end as usize));
                let target = match before {
                    Some(end) if end < self.bytes.len() && end < span.start as usize => {
                        after_line(self.bytes, end)
                    }
                    Some(_) | None => self.first_statement.unwrap_or(0),
                };
                let diagnostic = Diagnostic::new(Code(101), "`use` stands before every other statement")
                    .at(span, "the statements it is for have begun");
                self.report(self.moved(diagnostic, "move it up", span, target));
            }
        }
        self.tree.uses.push(statement);
    }

    /// Adds the fix that moves a one-line statement to `target`, where a line starts.
    fn moved(&self, mut diagnostic: Diagnostic, text: &str, span: Span, target: usize) -> Diagnostic {
        let (start, end) = (span.start as usize, span.end as usize);
        let target = match layout::indentation(self.bytes, target) {
            Some(indent) => target - indent,
            None => target,
        };
        let alone = layout::indentation(self.bytes, start)
            .filter(|_| layout::line_end(self.bytes, end) == end && target < start)
            .map(|indent| self.span(start - indent, after_line(self.bytes, end)));
        let Some(line) = alone else {
            return diagnostic.help(text);
        };
        let written = self.text.get(start..end).unwrap_or("");
        let edits = vec![
            Edit { span: self.span(target, target), replacement: format!("{written}\n") },
            Edit { span: line, replacement: String::new() },
        ];
        diagnostic.helps.push(Help { text: text.to_owned(), edits });
        diagnostic
    }

    /// `namespace x` on a line of its own.
    pub(super) fn header(&mut self, head: NamespaceHead, into: &Contents) {
        let span = head.span;
        if let Some(first) = &self.tree.header {
            let first = first.span;
            self.report(
                Diagnostic::new(Code(101), "a file has one namespace header")
                    .at(span, "a second one")
                    .and_at(first, "the first one")
                    .help("write the namespace as a block: `namespace NAME { … }`"),
            );
            return;
        }
        if let Some(first) = into.items.first() {
            let target = first.span.start as usize;
            let diagnostic =
                Diagnostic::new(Code(101), "the namespace header stands before the statements of the file")
                    .at(span, "statements stand before it");
            let diagnostic = if head.clauses.is_empty() {
                self.moved(
                    diagnostic,
                    "move it up, or write the namespace as a block: `namespace NAME { … }`",
                    span,
                    target,
                )
            } else {
                diagnostic.help("move it up, or write the namespace as a block: `namespace NAME { … }`")
            };
            self.report(diagnostic);
        }
        self.tree.header = Some(head);
    }

    /// Clauses at the start of a statement, where none comes before them.
    pub(super) fn loose_clauses(&mut self, clauses: Vec<Clause>, misspelt: bool, into: &mut Contents) {
        let (Some(first), Some(last)) = (clauses.first(), clauses.last()) else { return };
        let span = first.span.to(last.span);
        match into.items.last_mut() {
            // A misspelt clause word does not go on with the line before; the clause is meant for it all the same.
            Some(item) if misspelt => extend(item, clauses),
            Some(_) | None if misspelt => {}
            before => {
                let after_block = before.is_some_and(|item| super::has_block(&item.kind));
                let help = match after_block {
                    true => "clauses of a block stand before its `{`",
                    false => "write it after the statement it is about",
                };
                self.report(
                    Diagnostic::new(Code(101), "a clause has no statement")
                        .at(span, "nothing stands before it that it could be about")
                        .help(help),
                );
            }
        }
    }
}

fn extend(item: &mut Item, clauses: Vec<Clause>) {
    if let Some(last) = clauses.last() {
        item.span = item.span.to(last.span);
    }
    if let ItemKind::Namespace { head, .. } = &mut item.kind {
        head.clauses.extend(clauses);
    } else {
        item.clauses.extend(clauses);
    }
}

/// The offset after the line end at `end`.
fn after_line(bytes: &[u8], end: usize) -> usize {
    match (bytes.get(end), bytes.get(end + 1)) {
        (Some(b'\r'), Some(b'\n')) => end + 2,
        (Some(b'\n'), _) => end + 1,
        (_, _) => end,
    }
}
