//! Names, paths, references, and texts in quotes.

use super::{Builder, Children};
use crate::grammar::Rule;
use crate::tree::{Name, Path, Reference, Text};
use crate::words;
use netpol_diagnostics::{Code, Diagnostic, Edit, Help, Span};
use pest::iterators::Pair;
use std::collections::BTreeMap;

/// Names that are not lower-kebab-case, with every place they stand in.
#[derive(Debug, Default)]
pub(crate) struct BadNames(BTreeMap<String, Vec<Span>>);

impl BadNames {
    /// One diagnostic for each name, at its first place, with a fix for all of them.
    pub(crate) fn report(self) -> impl Iterator<Item = Diagnostic> {
        self.0.into_iter().filter_map(|(name, places)| {
            let first = *places.iter().min()?;
            let edits = |replacement: &str| {
                places.iter().map(|span| Edit { span: *span, replacement: replacement.to_owned() }).collect()
            };
            let long = name.len() > 63 && words::is_kebab(name.get(..63)?.trim_end_matches('-'));
            let (title, label) = match long {
                true => (format!("`{}…` is too long for a name", name.get(..20)?), "more than 63 characters"),
                false => (
                    format!("`{name}` is not lower-kebab-case"),
                    "a name has lower-case letters, digits and single hyphens",
                ),
            };
            let mut diagnostic = Diagnostic::new(Code(104), title).at(first, label);
            if let Some(kebab) = words::to_kebab(&name).filter(|_| !long) {
                let text = match places.len() {
                    1 => format!("write `{kebab}`"),
                    _ => format!("write `{kebab}`, here and in the other places of this file"),
                };
                diagnostic.helps.push(Help { text, edits: edits(&kebab) });
            }
            Some(diagnostic)
        })
    }
}

/// `a/b` as `a` and `b`; a slash between backticks splits nothing.
fn split(text: &str) -> (&str, Option<&str>) {
    let from = match text.strip_prefix('`').and_then(|rest| rest.find('`')) {
        Some(length) => length + 2,
        None => 0,
    };
    match text.get(from..).and_then(|rest| rest.find('/')) {
        Some(slash) => (text.get(..from + slash).unwrap_or(text), text.get(from + slash + 1..)),
        None => (text, None),
    }
}

impl Builder<'_> {
    /// A name that must not be a reserved word.
    pub(super) fn name(&mut self, pair: &Pair<'_, Rule>) -> Name {
        self.name_at(pair.as_str(), pair.as_span().start(), |_| false)
    }

    /// A namespace's or cluster's name, which may be a reserved word.
    pub(super) fn label(&mut self, pair: &Pair<'_, Rule>) -> Name {
        self.name_at(pair.as_str(), pair.as_span().start(), |_| true)
    }

    /// A name, which may be a reserved word only where `allowed` says so.
    pub(crate) fn name_at(&mut self, written: &str, start: usize, allowed: fn(&str) -> bool) -> Name {
        let span = self.place(start, start + written.len());
        let quoted = written.strip_prefix('`').and_then(|rest| rest.strip_suffix('`'));
        let text = quoted.unwrap_or(written);
        if !words::is_kebab(text) {
            self.shared.bad_names.0.entry(text.to_owned()).or_default().push(span);
        } else if quoted.is_none() && words::is_reserved(text) && !allowed(text) {
            self.complain(
                Diagnostic::new(Code(101), format!("`{text}` is a reserved word"))
                    .at(span, "a name is expected here")
                    .fix(
                        format!("write it in backticks if it is a name: `` `{text}` ``"),
                        span,
                        format!("`{text}`"),
                    ),
            );
        }
        Name { text: self.text(text), span }
    }

    /// The names of a `names` pair.
    pub(super) fn names(&mut self, pair: Pair<'_, Rule>) -> Vec<Name> {
        Children::of(pair).map(|item| self.label(&item)).collect()
    }

    /// `x` or `m/x`.
    pub(super) fn reference(&mut self, pair: &Pair<'_, Rule>) -> Reference {
        self.reference_at(pair.as_str(), pair.as_span().start())
    }

    /// The same, of its text.
    pub(crate) fn reference_at(&mut self, written: &str, start: usize) -> Reference {
        match split(written) {
            (name, None) => Reference::Plain(self.name_at(name, start, |_| false)),
            (prefix, Some(name)) => Reference::Prefixed(Box::new(Path {
                prefix: self.name_at(prefix, start, |_| true),
                name: self.name_at(name, start + prefix.len() + 1, |word| word == "all"),
                span: self.place(start, start + written.len()),
            })),
        }
    }

    /// The text between quotes.
    pub(super) fn string(&mut self, pair: &Pair<'_, Rule>) -> Text {
        self.unquote(pair.as_str(), pair.as_span().start())
    }

    pub(super) fn unquote(&mut self, written: &str, start: usize) -> Text {
        let inner = written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(written);
        if !inner.contains('\\') {
            return self.text(inner);
        }
        let mut text = String::with_capacity(inner.len());
        let mut characters = inner.char_indices();
        while let Some((at, character)) = characters.next() {
            match (character, characters.clone().next()) {
                ('\\', Some((_, escaped @ ('"' | '\\')))) => {
                    text.push(escaped);
                    characters.next();
                }
                ('\\', _) => {
                    let span = self.place(start + 1 + at, start + 2 + at);
                    self.complain(
                        Diagnostic::new(Code(101), "this backslash escapes nothing")
                            .at(span, "only `\\\"` and `\\\\` are known")
                            .fix("write `\\\\` for a backslash", span, "\\\\"),
                    );
                    text.push(character);
                }
                (character, _) => text.push(character),
            }
        }
        Text::from(text)
    }
}
