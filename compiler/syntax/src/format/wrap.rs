//! One line, broken at its brackets where it is too long or a comment stands in it.

use super::WIDTH;
use crate::tokens::{Kind, Token};

/// One step of setting in.
const STEP: &str = "  ";
/// Items up to this long stand side by side in a broken list; with a longer one, each has its line. A list that is no longer
/// as a whole is not broken: that would help nobody.
const SHORT: usize = 24;

/// A piece of a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece<'t> {
    pub token: Token<'t>,
    /// Whether a space stands before it, where it does not begin a line.
    pub has_space: bool,
}

/// The lines that some pieces make.
pub(super) fn print(pieces: &[Piece<'_>], depth: usize) -> Vec<String> {
    let indent = STEP.repeat(depth);
    let has_inner = pieces.iter().rev().skip(1).any(|piece| piece.token.kind == Kind::Comment);
    let line = format!("{indent}{}", flat(pieces));
    if !has_inner && width_without_comment(pieces, &indent) <= WIDTH {
        return vec![line];
    }
    let groups = groups(pieces);
    let mut broken: Vec<bool> = groups.iter().map(|group| has_comment(pieces, group)).collect();
    loop {
        let lines = with_broken(pieces, &groups, &broken, depth);
        let widest = |(at, group): &(usize, &Group)| (flat(inside(pieces, group)).len(), *at);
        let can_break = |(at, group): &(usize, &Group)| {
            broken.get(*at) == Some(&false) && flat(inside(pieces, group)).chars().count() > SHORT
        };
        let next = groups.iter().enumerate().filter(can_break).max_by_key(widest);
        let is_too_long = lines.iter().any(|line| line.chars().count() > WIDTH);
        match (is_too_long, next) {
            (true, Some((at, _))) => {
                broken.iter_mut().skip(at).take(1).for_each(|is_broken| *is_broken = true)
            }
            (true, None) | (false, _) => return lines,
        }
    }
}

/// An outermost pair of brackets, by the pieces that are its marks.
#[derive(Clone, Copy, Debug)]
struct Group {
    start: usize,
    end: usize,
}

fn groups(pieces: &[Piece<'_>]) -> Vec<Group> {
    let mut found = Vec::new();
    let (mut nesting, mut start) = (0_usize, 0);
    for (at, piece) in pieces.iter().enumerate() {
        match piece.token.kind {
            Kind::Open => {
                if nesting == 0 {
                    start = at;
                }
                nesting += 1;
            }
            Kind::Close => {
                nesting = nesting.saturating_sub(1);
                if nesting == 0 && at > start + 1 {
                    found.push(Group { start, end: at });
                }
            }
            _ => {}
        }
    }
    found
}

fn inside<'a, 't>(pieces: &'a [Piece<'t>], group: &Group) -> &'a [Piece<'t>] {
    pieces.get(group.start + 1..group.end).unwrap_or_default()
}

fn has_comment(pieces: &[Piece<'_>], group: &Group) -> bool {
    inside(pieces, group).iter().any(|piece| piece.token.kind == Kind::Comment)
}

/// All on one line. A comma before a closing bracket is for broken lists.
fn flat(pieces: &[Piece<'_>]) -> String {
    let mut out = String::new();
    for (at, piece) in pieces.iter().enumerate() {
        let closes_next = pieces.get(at + 1).is_some_and(|next| next.token.kind == Kind::Close);
        if piece.token.kind == Kind::Comma && closes_next {
            continue;
        }
        if !out.is_empty() && piece.has_space {
            out.push_str(if piece.token.kind == Kind::Comment { "  " } else { " " });
        }
        out.push_str(piece.token.text);
    }
    out
}

/// How wide a line is without the comment behind it, which no break makes shorter.
fn width_without_comment(pieces: &[Piece<'_>], indent: &str) -> usize {
    let own = match pieces.split_last() {
        Some((last, rest)) if last.token.kind == Kind::Comment && !rest.is_empty() => rest,
        _ => pieces,
    };
    indent.len() + flat(own).chars().count()
}

/// The lines with some groups broken.
fn with_broken(pieces: &[Piece<'_>], groups: &[Group], broken: &[bool], depth: usize) -> Vec<String> {
    let mut lines = vec![STEP.repeat(depth)];
    let mut at = 0;
    for (group, _) in groups.iter().zip(broken).filter(|(_, is_broken)| **is_broken) {
        put(&mut lines, pieces.get(at..=group.start).unwrap_or_default(), depth);
        let is_list = pieces.get(group.start).is_some_and(|piece| piece.token.text == "[");
        lines.extend(items(inside(pieces, group), is_list, depth + 1));
        lines.push(STEP.repeat(depth));
        at = group.end;
    }
    put(&mut lines, pieces.get(at..).unwrap_or_default(), depth);
    lines
}

/// Goes on with the last line; after a comment on the next, one step further in.
fn put(lines: &mut Vec<String>, pieces: &[Piece<'_>], depth: usize) {
    let mut rest = pieces;
    while !rest.is_empty() {
        let end =
            rest.iter().position(|piece| piece.token.kind == Kind::Comment).map_or(rest.len(), |at| at + 1);
        let (now, later) = rest.split_at(end);
        if let Some(line) = lines.last_mut() {
            let begins = line.trim().is_empty();
            let has_space = now.first().is_some_and(|piece| piece.has_space);
            if !begins && has_space {
                line.push_str(if now.first().is_some_and(|p| p.token.kind == Kind::Comment) {
                    "  "
                } else {
                    " "
                });
            }
            line.push_str(&flat(now));
        }
        if !later.is_empty() {
            lines.push(STEP.repeat(depth + 1));
        }
        rest = later;
    }
}

/// One item of a broken list with the comments around it.
#[derive(Default)]
struct Item<'a, 't> {
    above: Vec<&'t str>,
    pieces: &'a [Piece<'t>],
    behind: Option<&'t str>,
}

/// The items between two brackets.
fn split<'a, 't>(pieces: &'a [Piece<'t>]) -> Vec<Item<'a, 't>> {
    let mut items: Vec<Item<'a, 't>> = Vec::new();
    let mut item = Item::default();
    let (mut start, mut nesting, mut is_inside) = (0, 0_usize, false);
    for (at, piece) in pieces.iter().enumerate() {
        match piece.token.kind {
            Kind::Comment if nesting > 0 => {}
            Kind::Comment if is_inside => {
                item.pieces = pieces.get(start..at).unwrap_or_default();
                item.behind = (piece.token.breaks == 0).then_some(piece.token.text);
                items.push(std::mem::take(&mut item));
                is_inside = false;
                // On a line of its own it stands above what follows.
                item.above.extend((piece.token.breaks > 0).then_some(piece.token.text));
            }
            Kind::Comment => match items.last_mut() {
                Some(last) if piece.token.breaks == 0 && last.behind.is_none() && item.above.is_empty() => {
                    last.behind = Some(piece.token.text);
                }
                _ => item.above.push(piece.token.text),
            },
            Kind::Comma if nesting == 0 => {
                if is_inside {
                    item.pieces = pieces.get(start..at).unwrap_or_default();
                    items.push(std::mem::take(&mut item));
                }
                is_inside = false;
            }
            kind => {
                if !is_inside {
                    (start, is_inside) = (at, true);
                }
                match kind {
                    Kind::Open => nesting += 1,
                    Kind::Close => nesting = nesting.saturating_sub(1),
                    _ => {}
                }
            }
        }
    }
    if is_inside {
        item.pieces = pieces.get(start..).unwrap_or_default();
    }
    if is_inside || !item.above.is_empty() {
        items.push(item);
    }
    items
}

/// The lines of a broken list.
fn items(pieces: &[Piece<'_>], is_list: bool, depth: usize) -> Vec<String> {
    let items = split(pieces);
    let last = items.iter().rposition(|item| !item.pieces.is_empty());
    // Only a list in square brackets may end in a comma.
    let comma = |at: usize| if is_list || Some(at) != last { "," } else { "" };
    let has_comment = pieces.iter().any(|piece| piece.token.kind == Kind::Comment);
    let is_short = |item: &Item<'_, '_>| flat(item.pieces).chars().count() <= SHORT;
    if !has_comment && items.iter().all(is_short) {
        let texts = items.iter().enumerate().map(|(at, item)| flat(item.pieces) + comma(at));
        return filled(texts, depth);
    }
    let indent = STEP.repeat(depth);
    let mut lines = Vec::new();
    for (at, item) in items.iter().enumerate() {
        lines.extend(item.above.iter().map(|comment| format!("{indent}{comment}")));
        let mut own = if item.pieces.is_empty() { Vec::new() } else { print(item.pieces, depth) };
        if let Some(line) = own.last_mut() {
            line.push_str(comma(at));
        }
        if let (Some(line), Some(comment)) = (own.last_mut(), item.behind) {
            line.push_str("  ");
            line.push_str(comment);
        }
        lines.extend(own);
    }
    lines
}

/// Texts side by side, as many on a line as fit.
fn filled(texts: impl Iterator<Item = String>, depth: usize) -> Vec<String> {
    let indent = STEP.repeat(depth);
    let mut lines: Vec<String> = Vec::new();
    for text in texts {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + text.chars().count() <= WIDTH => {
                line.push(' ');
                line.push_str(&text);
            }
            _ => lines.push(format!("{indent}{text}")),
        }
    }
    lines
}
