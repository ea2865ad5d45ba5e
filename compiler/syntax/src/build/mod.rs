//! What pest read, turned into the tree: one file for each area of the language.
//!
//! A function gives none only where the pairs are not what the grammar promises; the parser then says so instead of dropping text.

mod clauses;
mod ends;
mod names;
mod nouns;
mod rules;
mod selectors;
mod services;
mod structure;
mod texts;

use names::BadNames;
use texts::Texts;

use crate::grammar::Rule;
use crate::patch::Patch;
use crate::tree::{Clause, ClusterAttribute, Item, Spanned, Text, Use};
use netpol_diagnostics::{Diagnostic, FileId, Span};
use pest::iterators::{Pair, Pairs};

/// What the statements of one file share.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    /// Names that are not lower-kebab-case.
    pub bad_names: BadNames,
    /// Texts read before.
    pub texts: Texts,
}

/// What one statement's text is.
#[derive(Debug)]
pub(crate) enum Built {
    /// A statement; its block, where it has one, is still empty.
    Item(Box<Item>),
    /// A line of a `cluster` block.
    Attribute(Spanned<ClusterAttribute>),
    /// `use …`.
    Use(Use),
    /// `edition N`; none where the number is too large to be one.
    Edition(Spanned<Option<u32>>),
    /// Clauses that stand alone.
    Clauses(Vec<Clause>),
}

/// Where pairs become places, and what is wrong with them.
pub(crate) struct Builder<'a> {
    /// The file.
    pub file: FileId,
    /// Where the text that pest read starts in the file.
    pub base: usize,
    /// The changes made to that text before pest read it.
    pub patches: &'a [Patch],
    /// What all statements of the file share.
    pub shared: &'a mut Shared,
    /// The first thing wrong with this statement.
    pub complaint: Option<Diagnostic>,
    /// Whether what is wrong leaves the statement without meaning.
    pub refused: bool,
}

/// The pairs inside a pair, without punctuation.
pub(crate) struct Children<'i> {
    pairs: Pairs<'i, Rule>,
    /// The next pair, where it was looked at and left.
    next: Option<Pair<'i, Rule>>,
}

impl<'i> Children<'i> {
    fn of(pair: Pair<'i, Rule>) -> Self {
        Children { pairs: pair.into_inner(), next: None }
    }

    /// The next pair, where it is of this rule.
    fn accept(&mut self, rule: Rule) -> Option<Pair<'i, Rule>> {
        let next = self.next()?;
        if next.as_rule() == rule {
            return Some(next);
        }
        self.next = Some(next);
        None
    }
}

impl<'i> Iterator for Children<'i> {
    type Item = Pair<'i, Rule>;

    fn next(&mut self) -> Option<Pair<'i, Rule>> {
        self.next.take().or_else(|| self.pairs.find(|pair| !is_punctuation(pair.as_rule())))
    }
}

fn is_punctuation(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::arrow | Rule::colon | Rule::comma | Rule::equals | Rule::close_bracket | Rule::close_paren
    )
}

impl Builder<'_> {
    /// Builds the statement that one `…_line` rule read.
    pub(crate) fn statement(&mut self, pairs: Pairs<'_, Rule>) -> Option<Built> {
        let mut pairs = pairs;
        let head = pairs.next()?;
        let clauses = match pairs.next() {
            Some(next) if next.as_rule() == Rule::clauses => self.clauses(next)?,
            Some(_) | None => Vec::new(),
        };
        match head.as_rule() {
            Rule::clauses => self.clauses(head).map(Built::Clauses),
            Rule::use_decl => self.use_statement(head).map(Built::Use),
            Rule::edition => self.edition(head).map(Built::Edition),
            Rule::cluster_attr => self.attribute(head).map(Built::Attribute),
            _ => self.item(head, clauses).map(|item| Built::Item(Box::new(item))),
        }
    }

    /// The place of a pair, without the space after it that pest counts in.
    pub(crate) fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        let span = pair.as_span();
        let end = span.start() + pair.as_str().trim_end_matches([' ', '\t', '\r', '\n']).len();
        self.place(span.start(), end)
    }

    /// The place in the file of a stretch of the text that pest read.
    pub(crate) fn place(&self, start: usize, end: usize) -> Span {
        let (start, end) = match self.patches {
            [] => (start, end),
            patches => (Patch::origin(patches, start), Patch::origin(patches, end)),
        };
        Span { file: self.file, start: (self.base + start) as u32, end: (self.base + end.max(start)) as u32 }
    }

    fn spanned<T>(&self, pair: &Pair<'_, Rule>, node: T) -> Spanned<T> {
        Spanned { node, span: self.span(pair) }
    }

    fn written(&mut self, pair: &Pair<'_, Rule>) -> Spanned<Text> {
        let text = self.text(pair.as_str());
        self.spanned(pair, text)
    }

    /// A text, shared with equal ones read shortly before.
    pub(crate) fn text(&mut self, written: &str) -> Text {
        self.shared.texts.of(written)
    }

    /// Notes something wrong that leaves the statement its meaning.
    fn complain(&mut self, diagnostic: Diagnostic) {
        self.complaint.get_or_insert(diagnostic);
    }

    /// Notes something wrong that leaves the statement without meaning.
    fn refuse(&mut self, diagnostic: Diagnostic) {
        self.complaint.get_or_insert(diagnostic);
        self.refused = true;
    }
}
