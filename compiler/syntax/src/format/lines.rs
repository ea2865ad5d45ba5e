//! Pieces to lines: what begins a line, how far it is set in, where an empty line stands.

use super::WIDTH;
use super::cuts::{Cut, Cuts};
use super::tokens::{Kind, Token};
use super::wrap::{Piece, print};

/// One line before it is broken.
#[derive(Debug, Default)]
struct Line<'t> {
    /// How many steps it is set in.
    depth: usize,
    pieces: Vec<Piece<'t>>,
    /// Whether an empty line stands before it.
    is_apart: bool,
    /// Whether it begins a block at the outermost level, or ends one.
    begins_outermost: bool,
    ends_outermost: bool,
    /// Whether it opens a block, ends one, imports.
    opens: bool,
    closes: bool,
    imports: bool,
}

/// The whole text.
pub(super) fn lay_out(tokens: &[Token<'_>], cuts: &Cuts) -> String {
    let mut lines =
        Lines { cuts, done: Vec::new(), line: Line::default(), depth: 0, nesting: 0, is_over: true };
    for (at, token) in tokens.iter().enumerate() {
        lines.add(*token, tokens.get(at + 1..).unwrap_or_default());
    }
    lines.end();
    let mut out = String::new();
    let mut before: Option<&Line<'_>> = None;
    for line in &lines.done {
        if before.is_some_and(|before| is_apart(before, line)) {
            out.push('\n');
        }
        for text in print(&line.pieces, line.depth) {
            out.push_str(&text);
            out.push('\n');
        }
        before = Some(line);
    }
    out
}

/// Whether an empty line stands between two: one where the author left some, and around blocks and after imports.
fn is_apart(before: &Line<'_>, line: &Line<'_>) -> bool {
    if before.opens || line.closes {
        return false;
    }
    let ends_imports = before.imports && !line.imports;
    line.is_apart || before.ends_outermost || (ends_imports && line.begins_outermost)
}

struct Lines<'a, 't> {
    cuts: &'a Cuts,
    done: Vec<Line<'t>>,
    line: Line<'t>,
    depth: usize,
    /// How many brackets are open.
    nesting: usize,
    /// Whether the line is over but for a comment behind it.
    is_over: bool,
}

impl<'t> Lines<'_, 't> {
    fn add(&mut self, token: Token<'t>, rest: &[Token<'t>]) {
        let cut = self.cuts.begins.get(&token.at).copied();
        match (token.kind, cut) {
            (Kind::Comment, _) => self.comment(token, rest),
            (Kind::BlockOpen, _) => {
                self.push(token);
                self.line.opens = true;
                self.is_over = true;
                self.depth += 1;
            }
            (Kind::BlockClose, _) => {
                self.depth = self.depth.saturating_sub(1);
                self.begin(token, self.depth);
                self.line.closes = true;
                self.line.ends_outermost = self.depth == 0;
                self.is_over = true;
            }
            (_, Some(Cut::Statement)) => {
                self.begin(token, self.depth);
                self.line.imports = matches!(token.text, "use" | "edition") && self.depth == 0;
                self.line.begins_outermost = self.depth == 0 && opens_block(self.cuts, rest);
            }
            (_, Some(Cut::Short)) if self.has_room(token, rest) => self.push(token),
            (_, Some(Cut::Short | Cut::Clause)) => {
                self.begin(token, self.depth + 1);
                self.line.is_apart = false;
            }
            _ if self.begins_option(token, rest) => {
                let goes_on = token.breaks == 0 || !self.ends_in_equals();
                if goes_on && self.has_room(token, rest) {
                    self.push(token)
                } else {
                    self.begin(token, self.depth + 1)
                }
            }
            _ if self.is_over => self.begin(token, self.depth),
            _ => self.push(token),
        }
    }

    fn comment(&mut self, token: Token<'t>, rest: &[Token<'t>]) {
        let is_behind = token.breaks == 0 && !self.line.pieces.is_empty();
        if is_behind || self.nesting > 0 {
            self.push(token);
            return;
        }
        // It stands where what it speaks of stands.
        let next = rest.iter().find(|token| token.kind != Kind::Comment);
        let is_clause =
            next.is_some_and(|next| matches!(self.cuts.begins.get(&next.at), Some(Cut::Clause | Cut::Short)));
        self.begin(token, self.depth + usize::from(is_clause));
        self.is_over = true;
    }

    /// Whether `in`, `ports`, `account` or `host-network` of a workload begins here, and no key or value of that name.
    fn begins_option(&self, token: Token<'t>, rest: &[Token<'t>]) -> bool {
        let statement = self.done.iter().rev().find(|line| line.depth == self.depth);
        let own = self.line.pieces.first().filter(|_| self.line.depth == self.depth);
        let first = own.or_else(|| statement.and_then(|line| line.pieces.first()));
        let is_workload = first.is_some_and(|piece| piece.token.text == "workload");
        let is_word = matches!(token.text, "in" | "ports" | "account" | "host-network");
        if !is_workload || !is_word || self.nesting > 0 || self.is_over {
            return false;
        }
        let next = rest.first().map(|next| next.text);
        let before = self.line.pieces.last().map(|piece| piece.token);
        let is_condition = before.is_some_and(|before| {
            matches!(before.kind, Kind::Comma | Kind::Not)
                || matches!(before.text, "selects" | "workload" | "on" | "in")
        });
        let is_value = token.breaks == 0 && self.ends_in_equals();
        !is_condition && !is_value && !matches!(next, Some("(" | "=" | "==" | "!="))
    }

    fn ends_in_equals(&self) -> bool {
        self.line.pieces.last().is_some_and(|piece| piece.token.kind == Kind::Equals)
    }

    /// Whether a clause has room behind what stands on the line.
    fn has_room(&self, token: Token<'t>, rest: &[Token<'t>]) -> bool {
        let ends_line =
            self.is_over || self.line.pieces.last().is_none_or(|piece| piece.token.kind == Kind::Comment);
        let printed = print(&self.line.pieces, self.line.depth);
        let here = printed.last().map_or(0, |text| text.chars().count());
        let own = rest.iter().take_while(|token| {
            !self.cuts.begins.contains_key(&token.at)
                && !matches!(token.kind, Kind::Comment | Kind::BlockClose)
        });
        let own = own.fold(token.text.chars().count(), |sum, token| sum + 1 + token.text.chars().count());
        !ends_line && printed.len() == 1 && here + 1 + own <= WIDTH
    }

    fn begin(&mut self, token: Token<'t>, depth: usize) {
        self.end();
        self.line = Line { depth, is_apart: token.breaks > 1, ..Line::default() };
        self.is_over = false;
        self.push(token);
    }

    fn push(&mut self, token: Token<'t>) {
        match token.kind {
            Kind::Open => self.nesting += 1,
            Kind::Close => self.nesting = self.nesting.saturating_sub(1),
            _ => {}
        }
        let before = self.line.pieces.last().map(|piece| piece.token);
        let is_close = |at: usize| {
            let requirement = self.cuts.close.range(..=at).next_back();
            requirement.is_some_and(|(_, end)| at < *end)
        };
        let before_last = self.line.pieces.iter().rev().nth(1).map(|piece| piece.token);
        let named = || before_last.is_some_and(|name| self.cuts.named.contains(&(name.at + name.text.len())));
        let has_space = before.is_some_and(|before| is_spaced(before, token, is_close, named));
        self.line.pieces.push(Piece { token, has_space });
    }

    fn end(&mut self) {
        let line = std::mem::take(&mut self.line);
        if !line.pieces.is_empty() {
            self.done.push(line);
        }
    }
}

/// Whether a statement goes on to open a block.
fn opens_block(cuts: &Cuts, rest: &[Token<'_>]) -> bool {
    let own = |token: &&Token<'_>| cuts.begins.get(&token.at) != Some(&Cut::Statement);
    rest.iter().take_while(own).any(|token| token.kind == Kind::BlockOpen)
}

/// Whether a space stands between two pieces of one line.
fn is_spaced(
    before: Token<'_>,
    token: Token<'_>,
    is_close: impl Fn(usize) -> bool,
    is_named: impl Fn() -> bool,
) -> bool {
    match (before.kind, token.kind) {
        (Kind::Open | Kind::Not, _) | (_, Kind::Comma | Kind::Close) => false,
        (_, Kind::Comment) => true,
        (Kind::Equals, _) => !(is_close(before.at) && is_close(token.at)),
        (_, Kind::Equals) => !is_close(token.at),
        (_, Kind::Colon) => false,
        (Kind::Colon, _) => is_named(),
        (Kind::Word, Kind::Open) if token.text == "(" => matches!(before.text, "in" | "notin" | "matching"),
        _ => true,
    }
}
