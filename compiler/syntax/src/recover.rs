//! Reading one statement, and what to make of one that cannot be read.
//!
//! A slip that is surely understood is repaired: the repaired text is read in place of what was written, so that what depends on the
//! statement is not reported too. A repair is offered as a fix only where the repaired text can be read further than before.

use crate::build::{Builder, Built, Shared};
use crate::dispatch;
use crate::grammar::{self, Failure};
use crate::layout::{self, Chunk, DEEPEST};
use crate::patch::Patch;
use crate::phrases;
use crate::quick;
use crate::slips::{self, Context, Slip};
use crate::tree::Item;
use netpol_diagnostics::{Code, Diagnostic, Edit, FileId, Help, Span};

/// What came of one statement.
pub(crate) struct Read {
    /// The statement, where it can be read or repaired.
    pub built: Option<Built>,
    /// What is wrong with it.
    pub diagnostic: Option<Diagnostic>,
}

/// Reads one statement.
///
/// With `briefly`, a bad statement is only told from a good one: its message will not be shown.
pub(crate) fn read(
    file: FileId,
    text: &str,
    chunk: &Chunk,
    in_cluster: bool,
    briefly: bool,
    shared: &mut Shared,
) -> Read {
    let statement = text.get(chunk.start..chunk.end).unwrap_or("");
    let mut statement = Statement { file, base: chunk.start, text: statement, in_cluster, shared };
    if let Some(at) = chunk.too_deep {
        let at = at - chunk.start;
        let diagnostic = Diagnostic::new(Code(101), "brackets are nested too deeply")
            .at(statement.span(at, at + 1), format!("bracket {} inside another", DEEPEST + 1))
            .note("the statement is not read");
        return Read { built: None, diagnostic: Some(diagnostic) };
    }
    if let Some(item) = statement.quickly() {
        return Read { built: Some(Built::Item(Box::new(item))), diagnostic: None };
    }
    match dispatch::read(statement.text, in_cluster) {
        Ok(pairs) => {
            let built = |builder: &mut Builder<'_>| builder.statement(pairs);
            statement.build(&[], built)
        }
        Err(failure) if briefly => {
            Read { built: statement.head(), diagnostic: Some(statement.unexpected(text, chunk, &failure)) }
        }
        Err(failure) => statement.recover(text, chunk, &failure),
    }
}

struct Statement<'t, 'n> {
    file: FileId,
    base: usize,
    text: &'t str,
    in_cluster: bool,
    shared: &'n mut Shared,
}

impl Statement<'_, '_> {
    fn span(&self, start: usize, end: usize) -> Span {
        Span { file: self.file, start: (self.base + start) as u32, end: (self.base + end.max(start)) as u32 }
    }

    fn builder<'b>(&'b mut self, patches: &'b [Patch]) -> Builder<'b> {
        Builder {
            file: self.file,
            base: self.base,
            patches,
            shared: self.shared,
            complaint: None,
            refused: false,
        }
    }

    /// The statement, where it is one of those that need no grammar.
    fn quickly(&mut self) -> Option<Item> {
        let (text, rule) = (self.text, dispatch::rules(self.text, self.in_cluster).first()?);
        quick::read(&mut self.builder(&[]), text, *rule)
    }

    fn build(&mut self, patches: &[Patch], build: impl FnOnce(&mut Builder<'_>) -> Option<Built>) -> Read {
        let mut builder = self.builder(patches);
        let built = build(&mut builder);
        let Builder { complaint, refused, .. } = builder;
        match built {
            Some(built) => Read { built: Some(built).filter(|_| !refused), diagnostic: complaint },
            None => {
                let unread = Diagnostic::new(Code(101), "this statement cannot be read")
                    .at(self.span(0, self.text.len()), "");
                Read { built: None, diagnostic: Some(complaint.unwrap_or(unread)) }
            }
        }
    }

    fn recover(&mut self, file_text: &str, chunk: &Chunk, failure: &Failure) -> Read {
        if let Some((quote, line_end)) = chunk.open_quote {
            let (quote, line_end) = (quote - self.base, (line_end - self.base).min(self.text.len()));
            let diagnostic = Diagnostic::new(Code(103), "string is not closed")
                .at(self.span(quote, line_end), "the line ends inside the quotes")
                .help("close the quote with `\"`; strings do not span lines");
            let built = self.repaired(&[Patch::insert(line_end, "\"")]).ok().flatten();
            return Read { built: built.or_else(|| self.head()), diagnostic: Some(diagnostic) };
        }
        let context = Context {
            text: self.text,
            at: failure.at.min(self.text.len()),
            expected: &failure.expected,
            after: file_text.get(chunk.end..layout::line_end(file_text.as_bytes(), chunk.end)).unwrap_or(""),
            in_cluster: self.in_cluster,
        };
        for slip in slips::candidates(&context) {
            if slip.repair.is_empty() {
                return Read { built: self.head(), diagnostic: Some(self.slip(slip, false)) };
            }
            match self.repaired(&slip.repair) {
                Ok(Some(built)) => {
                    return Read { built: Some(built), diagnostic: Some(self.slip(slip, true)) };
                }
                Ok(None) => return Read { built: None, diagnostic: Some(self.slip(slip, true)) },
                Err(furthest) if furthest > failure.at && slip.holds_alone => {
                    return Read { built: self.head(), diagnostic: Some(self.slip(slip, true)) };
                }
                Err(_) => {}
            }
        }
        let diagnostic = self.unexpected(file_text, chunk, failure);
        Read { built: self.head(), diagnostic: Some(diagnostic) }
    }

    /// The statement that the repaired text is; otherwise how far that text can be read, counted in the original.
    fn repaired(&mut self, patches: &[Patch]) -> Result<Option<Built>, usize> {
        let Some(patched) = Patch::apply(patches, self.text) else { return Err(0) };
        let pairs = dispatch::read(&patched, self.in_cluster)
            .map_err(|failure| Patch::origin(patches, failure.at))?;
        Ok(self.build(patches, |builder| builder.statement(pairs)).built)
    }

    /// The head of a block, where only what follows it is wrong: its block is read all the same.
    fn head(&mut self) -> Option<Built> {
        let rule = dispatch::head_rule(self.text).filter(|_| !self.in_cluster)?;
        let pairs = grammar::read(rule, self.text).ok()?;
        self.build(&[], |builder| builder.statement(pairs)).built
    }

    fn slip(&self, slip: Slip, verified: bool) -> Diagnostic {
        let mut diagnostic = Diagnostic::new(slip.code, slip.title)
            .at(self.span(slip.place.start, slip.place.end), slip.label);
        if let Some(text) = slip.help {
            let patches = slip.offered.as_ref().unwrap_or(&slip.repair);
            let edits = patches
                .iter()
                .map(|patch| Edit {
                    span: self.span(patch.range.start, patch.range.end),
                    replacement: patch.replacement.clone(),
                })
                .collect();
            diagnostic
                .helps
                .push(Help { text, edits: if slip.sure && verified { edits } else { Vec::new() } });
        }
        diagnostic
    }

    /// The plain message: what stands where reading got stuck, and what could have.
    fn unexpected(&self, file_text: &str, chunk: &Chunk, failure: &Failure) -> Diagnostic {
        let at = failure.at.min(self.text.len());
        let rest = self.text.get(at..).unwrap_or("");
        let skipped = rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
        let rest = rest.get(skipped..).unwrap_or("");
        let expected = phrases::expected(&failure.expected);
        let label = expected.map_or_else(String::new, |expected| format!("expected {expected}"));
        if rest.is_empty() {
            let next = file_text.get(chunk.after..).and_then(|text| text.chars().next());
            let title = match next.filter(|next| matches!(next, '{' | '}' | ';')) {
                Some(next) => format!("unexpected `{next}`"),
                None => "the line ends too soon".to_owned(),
            };
            return Diagnostic::new(Code(101), title).at(self.span(self.text.len(), self.text.len()), label);
        }
        let start = at + skipped;
        let length = slips::token_length(rest);
        let token = rest.get(..length).unwrap_or(rest);
        let place = self.span(start, start + length);
        let first = layout::word_at(self.text, 0);
        if slips::starts_nothing(self.text, start) {
            return Diagnostic::new(Code(101), format!("`{first}` does not start a statement"))
                .at(self.span(0, first.len()), "not a word of the language")
                .note("a statement is a flow such as `web -> api:8080`, or starts with a word such as `workload`, `egress` or `expose`");
        }
        Diagnostic::new(Code(101), format!("unexpected {}", slips::shown(token))).at(place, label)
    }
}
