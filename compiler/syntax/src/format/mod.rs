//! The one layout of a text.
//!
//! Two spaces for each step, a statement on a line of its own, clauses below it, lines of up to 100 characters. Only space, line
//! ends and the comma after a list's last item change: `tokens` cuts the text into pieces that are printed as they are, `cuts`
//! asks the tree where statements and clauses begin, `lines` puts the pieces on lines, `wrap` breaks lines that are too long.

mod cuts;
mod lines;
mod wrap;

use netpol_diagnostics::{FileId, Severity};

use crate::parse;
use crate::tokens::{self, Kind, Token};
use cuts::Cuts;

/// Lines are broken where they can be beyond this many characters.
pub(crate) const WIDTH: usize = 100;

/// The text in its one layout; none where it has a mistake, and so no certain layout.
///
/// What comes out has the same comments and the same tree, and is its own layout. Where that could not be shown, which
/// would be a defect, there is none either: no text is ever lost.
pub fn format(text: &str) -> Option<String> {
    let (before, cuts) = read(text)?;
    let laid = lines::lay_out(&before, &cuts);
    let (after, later) = read(&laid)?;
    let is_same = meaning(&before).eq(meaning(&after)) && begins(&cuts).eq(begins(&later));
    is_same.then_some(laid)
}

/// The pieces and cuts of a text without mistakes.
fn read(text: &str) -> Option<(Vec<Token<'_>>, Cuts)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let parsed = parse(FileId(0), text);
    let is_broken = parsed.diagnostics.iter().any(|found| found.severity == Severity::Error);
    (!is_broken).then(|| (tokens::tokens(text), Cuts::of(&parsed.file)))
}

/// What the layout must keep: every piece in its order, but for the comma after a last item.
fn meaning<'a, 't>(tokens: &'a [Token<'t>]) -> impl Iterator<Item = &'t str> + 'a {
    let is_last = |at: usize| {
        let next = tokens.iter().skip(at + 1).find(|token| token.kind != Kind::Comment);
        next.is_some_and(|next| next.kind == Kind::Close)
    };
    let kept = move |(at, token): &(usize, &Token<'t>)| token.kind != Kind::Comma || !is_last(*at);
    tokens.iter().enumerate().filter(kept).map(|(_, token)| token.text)
}

/// What begins, in order.
fn begins(cuts: &Cuts) -> impl Iterator<Item = cuts::Cut> {
    cuts.begins.values().copied()
}
