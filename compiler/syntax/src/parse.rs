//! Text to tree: walks a file statement by statement and block by block.

mod blocks;
mod placement;

use crate::build::{Built, Shared};
use crate::layout::{self, Chunk, Stop, Survey};
use crate::tree::{ClusterAttribute, File, Item, ItemKind, Spanned};
use crate::{recover, words};
use blocks::{Block, End};
use netpol_diagnostics::{Code, Diagnostic, Edit, FileId, Help, Span};

/// What parsing gives: always a tree, and every mistake found.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// Every statement that could be read.
    pub file: File,
    /// The mistakes, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

/// How many mistakes of one file are reported.
const MOST_DIAGNOSTICS: usize = 1_000;

/// Reads one file.
///
/// A mistake spoils its own statement only; every other statement is in the tree. The time taken grows with the length of the text,
/// whatever it holds, and nesting deeper than any program needs is a mistake like others.
pub fn parse(file: FileId, text: &str) -> Parsed {
    let survey = layout::survey(text);
    let mut reader = Reader {
        file,
        text,
        bytes: text.as_bytes(),
        at: if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 },
        tree: File {
            file,
            edition: None,
            uses: Vec::new(),
            header: None,
            items: Vec::new(),
            comments: Vec::new(),
        },
        diagnostics: Vec::new(),
        shared: Shared::default(),
        blocks: Vec::new(),
        semicolons: Vec::new(),
        unclosed: Vec::new(),
        too_deep: false,
        first_statement: None,
        survey,
    };
    reader.look_for_odd_characters();
    reader.look_for_slash_comments();
    let mut contents = Contents::default();
    reader.contents(&mut contents);
    reader.report_semicolons();
    reader.report_unclosed();
    let Reader { mut tree, mut diagnostics, shared, survey, .. } = reader;
    tree.items = contents.items;
    tree.items.shrink_to_fit();
    tree.comments = survey.comments.iter().map(|(start, end)| span(file, *start, *end)).collect();
    diagnostics.extend(shared.bad_names.report());
    diagnostics.sort_by_key(|diagnostic| diagnostic.primary.as_ref().map(|label| label.span.start));
    if diagnostics.len() > MOST_DIAGNOSTICS {
        diagnostics.truncate(MOST_DIAGNOSTICS);
        if let Some(last) = diagnostics.last_mut() {
            last.notes.push(format!("this file has more mistakes; the first {MOST_DIAGNOSTICS} are shown"));
        }
    }
    Parsed { file: tree, diagnostics }
}

fn span(file: FileId, start: usize, end: usize) -> Span {
    Span { file, start: start as u32, end: end as u32 }
}

/// The statements of a block, or of the file.
#[derive(Debug, Default)]
struct Contents {
    items: Vec<Item>,
    attributes: Vec<Spanned<ClusterAttribute>>,
}

/// Where reading stands.
struct Reader<'t> {
    file: FileId,
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    tree: File,
    diagnostics: Vec<Diagnostic>,
    shared: Shared,
    /// The blocks around the place, outermost first.
    blocks: Vec<Block>,
    semicolons: Vec<usize>,
    /// The `{` that no `}` closes.
    unclosed: Vec<usize>,
    too_deep: bool,
    /// Where the first statement starts that is neither `edition` nor `use`.
    first_statement: Option<usize>,
    survey: Survey,
}

impl Reader<'_> {
    fn span(&self, start: usize, end: usize) -> Span {
        span(self.file, start, end)
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        // One more than is shown, so that the last one can say so.
        if self.diagnostics.len() <= MOST_DIAGNOSTICS {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Reads statements up to the end of the block or file.
    fn contents(&mut self, into: &mut Contents) -> End {
        loop {
            self.at = layout::skip_trivia(self.bytes, self.at);
            match self.bytes.get(self.at) {
                None => return End::OfText,
                Some(b'}') => match self.close() {
                    Some(end) => return end,
                    None => self.report_stray_close(),
                },
                Some(b'{') if layout::opens_block(self.bytes, self.at) => self.stray_open(into),
                Some(b';') => {
                    self.semicolons.push(self.at);
                    self.at += 1;
                }
                Some(_) => {
                    if self.leaves_block() {
                        return End::Missing;
                    }
                    self.statement(into);
                }
            }
        }
    }

    fn statement(&mut self, into: &mut Contents) {
        let chunk = layout::chunk(self.text, self.at);
        self.at = chunk.after;
        let in_cluster = self.blocks.last().is_some_and(|block| block.is_cluster);
        let briefly = self.diagnostics.len() > MOST_DIAGNOSTICS;
        let read = recover::read(self.file, self.text, &chunk, in_cluster, briefly, &mut self.shared);
        let mistakes = read.diagnostic.is_some();
        if let Some(diagnostic) = read.diagnostic
            && self.survey.control.is_none_or(|control| !(chunk.start..chunk.end).contains(&control))
        {
            self.report(diagnostic);
        }
        let open = self.opening_brace(&chunk, read.built.as_ref());
        if chunk.stop == Stop::Semicolon {
            self.semicolons.push(chunk.after);
            self.at += 1;
        }
        if !matches!(read.built, Some(Built::Edition(_) | Built::Use(_))) {
            self.first_statement.get_or_insert(chunk.start);
        }
        match read.built {
            Some(Built::Item(item)) => self.item(*item, &chunk, open, mistakes, into),
            other => {
                match other {
                    Some(Built::Edition(edition)) => self.edition(edition),
                    Some(Built::Use(statement)) => self.use_statement(statement),
                    Some(Built::Attribute(attribute)) => into.attributes.push(attribute),
                    Some(Built::Clauses(clauses)) => self.loose_clauses(clauses, mistakes, into),
                    Some(Built::Item(_)) | None => {}
                }
                if let Some(open) = open {
                    if !mistakes {
                        self.report_needless_block(open, None);
                    }
                    self.hoist(chunk.start, open, into);
                }
            }
        }
    }

    fn item(
        &mut self,
        mut item: Item,
        chunk: &Chunk,
        open: Option<usize>,
        mistakes: bool,
        into: &mut Contents,
    ) {
        if !has_block(&item.kind) {
            let unselected = match &item.kind {
                ItemKind::Workload(workload) => {
                    workload.selects.is_none().then(|| workload.name.text.clone())
                }
                _ => None,
            };
            into.items.push(item);
            if let Some(open) = open {
                if !mistakes {
                    self.report_needless_block(open, unselected.as_deref());
                }
                self.hoist(chunk.start, open, into);
            }
            return;
        }
        let Some(open) = open else {
            match item.kind {
                ItemKind::Namespace { head, .. } if self.blocks.is_empty() => self.header(*head, into),
                kind => {
                    item.kind = kind;
                    if !mistakes {
                        self.report_missing_block(&item);
                    }
                    into.items.push(item);
                }
            }
            return;
        };
        let is_cluster = matches!(item.kind, ItemKind::Cluster(_));
        let (contents, end) = self.block(chunk.start, open, is_cluster);
        item.span.end = end as u32;
        let attributes = contents.attributes;
        match &mut item.kind {
            ItemKind::Cluster(cluster) => cluster.attributes = attributes,
            ItemKind::Namespace { body, .. }
            | ItemKind::App { body, .. }
            | ItemKind::Guardrail { body, .. }
            | ItemKind::Baseline { body }
            | ItemKind::Pattern { body, .. }
            | ItemKind::Test { body, .. } => *body = contents.items,
            ItemKind::Tenant { .. }
            | ItemKind::Mode { .. }
            | ItemKind::Workload(_)
            | ItemKind::Tiers { .. }
            | ItemKind::Group { .. }
            | ItemKind::Net { .. }
            | ItemKind::Domain { .. }
            | ItemKind::Port { .. }
            | ItemKind::Apply { .. }
            | ItemKind::Waive { .. }
            | ItemKind::Require(_)
            | ItemKind::Expose { .. }
            | ItemKind::Deny(_)
            | ItemKind::Allow(_)
            | ItemKind::Except(_)
            | ItemKind::Can(_)
            | ItemKind::Cannot(_)
            | ItemKind::Flow(_) => {}
        }
        into.items.push(item);
        self.after_block();
    }

    fn look_for_odd_characters(&mut self) {
        let Some(at) = self.survey.control else { return };
        let Some(character) = self.text.get(at..).and_then(|rest| rest.chars().next()) else { return };
        let (title, label) = match character {
            '\r' => (
                "a carriage return stands without a line feed".to_owned(),
                "some programs show a new line here, others none",
            ),
            '\0' => ("the text holds a NUL character".to_owned(), "is this a text file?"),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => (
                format!("the invisible character U+{:04X} turns the direction of text", u32::from(character)),
                "what follows may be shown in another order than it is read",
            ),
            '\u{2028}' | '\u{2029}' => (
                format!("the text holds the separator U+{:04X}", u32::from(character)),
                "some programs end a line here, others do not",
            ),
            _ => (
                format!("the text holds the control character U+{:04X}", u32::from(character)),
                "it shows nothing",
            ),
        };
        let place = self.span(at, at + character.len_utf8());
        self.report(
            Diagnostic::new(Code(101), title).at(place, label).help("remove it; lines end with LF or CRLF"),
        );
    }

    fn look_for_slash_comments(&mut self) {
        let Some(first) = self.survey.slashes.first().copied() else { return };
        let edits = self
            .survey
            .slashes
            .iter()
            .map(|at| Edit { span: self.span(*at, *at + 2), replacement: "#".to_owned() })
            .collect();
        let mut diagnostic = Diagnostic::new(Code(101), "a comment starts with `#`")
            .at(self.span(first, first + 2), "read as a comment");
        diagnostic.helps.push(Help { text: "write `#` for `//`".to_owned(), edits });
        self.report(diagnostic);
    }

    fn report_semicolons(&mut self) {
        let Some(first) = self.semicolons.first().copied() else { return };
        let mut edits: Vec<Edit> = Vec::new();
        for at in &self.semicolons {
            let rest = layout::skip_spaces(self.bytes, at + 1);
            let last = matches!(self.bytes.get(rest), None | Some(b'\n' | b'\r' | b'}' | b';'));
            let replacement = if last { String::new() } else { "\n".to_owned() };
            edits.push(Edit { span: self.span(*at, at + 1), replacement });
        }
        let mut diagnostic = Diagnostic::new(Code(101), "a statement ends with its line")
            .at(self.span(first, first + 1), "no `;` is needed");
        diagnostic.helps.push(Help {
            text: "remove `;`, and start each statement on a line of its own".to_owned(),
            edits,
        });
        self.report(diagnostic);
    }
}

fn has_block(kind: &ItemKind) -> bool {
    matches!(
        kind,
        ItemKind::Cluster(_)
            | ItemKind::Namespace { .. }
            | ItemKind::App { .. }
            | ItemKind::Guardrail { .. }
            | ItemKind::Baseline { .. }
            | ItemKind::Pattern { .. }
            | ItemKind::Test { .. }
    )
}

/// Whether a word starts a clause.
fn is_clause(word: &str) -> bool {
    words::CLAUSES.contains(&word)
}
