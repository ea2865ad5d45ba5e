//! Where statements begin and end, found without reading them.
//!
//! A statement ends with its line, except inside brackets and after a selector's comma, and except that a clause, `from` and
//! `to` may start a line of their own.
//! What a bad statement leaves open (a bracket, a quote) is closed where the next statement surely starts, so that it spoils nothing
//! but itself. Every function here takes time in proportion to the bytes it passes.

mod survey;

pub(crate) use survey::{Survey, is_hidden, survey};

use crate::words;

/// How deep brackets may nest inside a statement, and blocks inside a file.
pub(crate) const DEEPEST: usize = 64;

/// What comes after a statement's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// A line end, or the end of the text.
    Line,
    /// `{`.
    Open,
    /// `}`.
    Close,
    /// `;`.
    Semicolon,
}

/// The text of one statement, without its block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chunk {
    /// Its first byte.
    pub start: usize,
    /// The byte after its last one that is neither space nor comment.
    pub end: usize,
    /// Where `stop` stands.
    pub after: usize,
    /// What follows it.
    pub stop: Stop,
    /// The first quote that its line does not close, and the end of that line.
    pub open_quote: Option<(usize, usize)>,
    /// The bracket that is one too deep.
    pub too_deep: Option<usize>,
}

/// The offset of the first thing at or after `at` that is neither space, line end nor comment.
pub(crate) fn skip_trivia(bytes: &[u8], mut at: usize) -> usize {
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' | b'\n' => at += 1,
            b'\r' if bytes.get(at + 1) == Some(&b'\n') => at += 2,
            b'#' => at = line_end(bytes, at),
            b'/' if is_slash_comment(bytes, at) => at = line_end(bytes, at),
            _ => break,
        }
    }
    at
}

/// The offset of the first thing on this line at or after `at` that is neither space nor comment; the line's end where there is none.
pub(crate) fn skip_spaces(bytes: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\t') = bytes.get(at) {
        at += 1;
    }
    match bytes.get(at) {
        Some(b'#') => line_end(bytes, at),
        Some(b'/') if is_slash_comment(bytes, at) => line_end(bytes, at),
        Some(_) | None => at,
    }
}

/// How many bytes of indentation stand before `at`; none where something else stands there.
pub(crate) fn indentation(bytes: &[u8], at: usize) -> Option<usize> {
    let before = bytes.get(..at)?;
    let spaces = before.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    match before.len().checked_sub(spaces + 1).and_then(|last| before.get(last)) {
        None | Some(b'\n') => Some(spaces),
        Some(_) => None,
    }
}

/// The text of the word that starts at `at`; empty where none does.
pub(crate) fn word_at(text: &str, at: usize) -> &str {
    let bytes = text.as_bytes();
    let mut end = at;
    while bytes
        .get(end)
        .is_some_and(|byte| is_word(*byte) && !(*byte == b'-' && bytes.get(end + 1) == Some(&b'>')))
    {
        end += 1;
    }
    text.get(at..end).unwrap_or("")
}

/// The byte after the `}` that closes the `{` at `open`; the end of the text where none does.
pub(crate) fn block_end(bytes: &[u8], open: usize) -> usize {
    let mut depth = 0_usize;
    let mut at = open;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => at = string_end(bytes, at).0,
            b'#' => at = line_end(bytes, at),
            b'/' if is_slash_comment(bytes, at) => at = line_end(bytes, at),
            b'{' | b'}' => match brace(bytes, at) {
                Brace::Text(end) => at = end,
                Brace::Open => {
                    depth += 1;
                    at += 1;
                }
                Brace::Close => {
                    at += 1;
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return at;
                    }
                }
            },
            _ => at += 1,
        }
    }
    at
}

/// Finds the end of the statement that starts at `start`.
pub(crate) fn chunk(text: &str, start: usize) -> Chunk {
    let bytes = text.as_bytes();
    let first_word = word_at(text, start);
    let mut chunk =
        Chunk { start, end: start, after: start, stop: Stop::Line, open_quote: None, too_deep: None };
    let mut depth = 0_usize;
    let mut depth_before_line = 0_usize;
    let mut arrow_inside = false;
    // The end of the text before the last line end, and that line end.
    let mut before_line: Option<(usize, usize)> = None;
    let mut quote_on_line = None;
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' => at += 1,
            b'"' => {
                let (end, closed) = string_end(bytes, at);
                if !closed {
                    quote_on_line = Some((at, end));
                }
                at = end;
                chunk.end = trimmed_end(bytes, at);
            }
            b'#' => at = line_end(bytes, at),
            b'/' if is_slash_comment(bytes, at) => at = line_end(bytes, at),
            b'\n' | b'\r' if byte == b'\n' || bytes.get(at + 1) == Some(&b'\n') => {
                if arrow_inside || quote_on_line.is_some() {
                    depth = depth_before_line.min(depth);
                }
                if arrow_inside {
                    depth = 0;
                }
                chunk.open_quote = chunk.open_quote.or(quote_on_line);
                quote_on_line = None;
                arrow_inside = false;
                let next = skip_trivia(bytes, at);
                let goes_on = if depth > 0 {
                    !starts_statement(text, next)
                } else {
                    words::continues(text, first_word, next)
                        || first_word == "workload" && goes_on_after_comma(text, chunk.end, next)
                };
                if !goes_on || next >= bytes.len() {
                    return Chunk { after: at, ..chunk };
                }
                before_line = Some((chunk.end, at));
                depth_before_line = depth;
                at = next;
            }
            b'[' | b'(' => {
                depth += 1;
                if depth > DEEPEST && chunk.too_deep.is_none() {
                    chunk.too_deep = Some(at);
                }
                at += 1;
                chunk.end = at;
            }
            b']' | b')' => {
                depth = depth.saturating_sub(1);
                at += 1;
                chunk.end = at;
            }
            b'-' if depth > 0 && bytes.get(at + 1) == Some(&b'>') => {
                // Inside a list there are no arrows: an earlier bracket was left open.
                if let Some((end, line)) =
                    before_line.filter(|_| depth_before_line > 0 && depth <= depth_before_line)
                {
                    return Chunk {
                        end,
                        after: line,
                        too_deep: chunk.too_deep.filter(|deep| *deep < end),
                        ..chunk
                    };
                }
                arrow_inside = true;
                at += 2;
                chunk.end = at;
            }
            b'{' | b'}' => match brace(bytes, at) {
                Brace::Text(end) => {
                    at = end;
                    chunk.end = at;
                }
                Brace::Open => return Chunk { after: at, stop: Stop::Open, ..chunk },
                Brace::Close => return Chunk { after: at, stop: Stop::Close, ..chunk },
            },
            b';' => return Chunk { after: at, stop: Stop::Semicolon, ..chunk },
            _ => {
                at += 1;
                chunk.end = at;
            }
        }
    }
    chunk.open_quote = chunk.open_quote.or(quote_on_line);
    Chunk { after: bytes.len(), ..chunk }
}

/// Whether a selector that ends its line with a comma goes on at `next`: a comma left there by mistake must not swallow the
/// statement below it.
fn goes_on_after_comma(text: &str, end: usize, next: usize) -> bool {
    let bytes = text.as_bytes();
    let has_comma = end.checked_sub(1).and_then(|last| bytes.get(last)) == Some(&b',');
    let line = text.get(next..line_end(bytes, next)).unwrap_or("");
    has_comma && !line.contains("->") && !starts_statement(text, next)
}

/// Whether what stands at `at` can only be the beginning of a statement, so that a list left open before it has ended.
fn starts_statement(text: &str, at: usize) -> bool {
    let word = word_at(text, at);
    let rest = text.get(at + word.len()..).unwrap_or("");
    if rest.starts_with(['/', ':', ',', '.', '=']) {
        return false;
    }
    if words::starts_only_a_statement(word) {
        return true;
    }
    let after = rest.trim_start_matches([' ', '\t']);
    let second = word_at(after, 0);
    let declares = words::declares(word) && rest.len() != after.len();
    declares
        && (!second.is_empty() && !matches!(second, "in" | "notin") || after.starts_with(['{', '"', '`']))
}

/// Whether the `except` at `at` is a statement of its own and not what a `net` before it cuts out.
pub(crate) fn excepts_a_flow(text: &str, at: usize) -> bool {
    let bytes = text.as_bytes();
    let mut at = at + "except".len();
    let mut depth = 0_usize;
    if matches!(word_at(text, skip_spaces(bytes, at)), "egress" | "ingress") {
        return true;
    }
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'#' => at = line_end(bytes, at),
            b'-' if bytes.get(at + 1) == Some(&b'>') => return true,
            b'\n' => {
                at = skip_trivia(bytes, at);
                if depth == 0 || starts_statement(text, at) {
                    return false;
                }
            }
            b'[' | b'(' => {
                depth += 1;
                at += 1;
            }
            b']' | b')' => {
                depth = depth.saturating_sub(1);
                at += 1;
            }
            b'{' | b'}' => match brace(bytes, at) {
                Brace::Text(end) => at = end,
                Brace::Open | Brace::Close => return false,
            },
            _ => at += 1,
        }
    }
    false
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

fn trimmed_end(bytes: &[u8], end: usize) -> usize {
    let text = bytes.get(..end).unwrap_or(bytes);
    end.min(bytes.len()) - text.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// The end of the line, without its line end.
pub(crate) fn line_end(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or(&[]);
    let end = rest.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |length| at + length);
    match end.checked_sub(1).and_then(|last| bytes.get(last)) {
        Some(b'\r') if end > at && end < bytes.len() => end - 1,
        Some(_) | None => end,
    }
}

/// The byte after the string that starts at `at`, or the end of its line, and whether it is closed.
pub(crate) fn string_end(bytes: &[u8], at: usize) -> (usize, bool) {
    let mut end = at + 1;
    while let Some(&byte) = bytes.get(end) {
        match byte {
            b'"' => return (end + 1, true),
            b'\n' => break,
            b'\r' if bytes.get(end + 1) == Some(&b'\n') => break,
            b'\\' if !matches!(bytes.get(end + 1), Some(b'\n' | b'\r') | None) => end += 2,
            _ => end += 1,
        }
    }
    (end.min(bytes.len()), false)
}

/// `//` where a comment may start: not inside a word, an address of a page or a path.
fn is_slash_comment(bytes: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|last| bytes.get(last));
    bytes.get(at) == Some(&b'/')
        && bytes.get(at + 1) == Some(&b'/')
        && matches!(
            before,
            None | Some(b' ' | b'\t' | b'\n' | b'\r' | b',' | b';' | b'{' | b'}' | b'[' | b']' | b'(' | b')')
        )
}

/// What a brace is.
pub(crate) enum Brace {
    /// Opens a block.
    Open,
    /// Closes a block.
    Close,
    /// Belongs to a domain, which goes on at this offset.
    Text(usize),
}

/// Whether the `{` at `at` opens a block.
pub(crate) fn opens_block(bytes: &[u8], at: usize) -> bool {
    matches!(brace(bytes, at), Brace::Open)
}

/// Tells the braces of blocks from those of a domain, also from one of a pair that a bad domain has left.
pub(crate) fn brace(bytes: &[u8], at: usize) -> Brace {
    let before = at.checked_sub(1).and_then(|last| bytes.get(last));
    match bytes.get(at) {
        Some(b'{') => match hole_end(bytes, at) {
            Some(end) => Brace::Text(end),
            None if before == Some(&b'.') => Brace::Text(at + 1),
            None => Brace::Open,
        },
        Some(_) if bytes.get(at + 1) == Some(&b'.') => Brace::Text(at + 1),
        Some(_) | None => Brace::Close,
    }
}

/// The byte after `{region}` where it is part of a domain, which it is when something of the domain touches it.
fn hole_end(bytes: &[u8], at: usize) -> Option<usize> {
    let mut end = at + 1;
    while bytes.get(end).is_some_and(|byte| is_word(*byte)) {
        end += 1;
        if end - at > 256 {
            return None;
        }
    }
    if end == at + 1 || bytes.get(end) != Some(&b'}') {
        return None;
    }
    let touches =
        |byte: Option<&u8>| byte.is_some_and(|byte| is_word(*byte) || matches!(byte, b'.' | b'*' | b'{'));
    let before = at.checked_sub(1).and_then(|last| bytes.get(last));
    let after_hole = before == Some(&b'}') && bytes.get(end + 1) == Some(&b'.');
    (touches(before) || touches(bytes.get(end + 1)) || after_hole).then_some(end + 1)
}
