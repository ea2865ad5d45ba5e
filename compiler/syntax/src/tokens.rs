//! A text as pieces: what layout may not touch, and what an editor colours. Any text has pieces, also a broken one.

use crate::layout::{Brace, brace, line_end, string_end};

/// What a piece is, as far as the space around it depends on that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A word, a path, an address, a number.
    Word,
    /// `"…"`.
    Text,
    /// `->`.
    Arrow,
    /// `=`, `==` or `!=`.
    Equals,
    /// `!` before a key.
    Not,
    /// `:`.
    Colon,
    /// `,`.
    Comma,
    /// `(` or `[`.
    Open,
    /// `)` or `]`.
    Close,
    /// `{` of a block.
    BlockOpen,
    /// `}` of a block.
    BlockClose,
    /// `# …`, to the end of its line.
    Comment,
}

/// One piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'t> {
    /// What it is.
    pub kind: Kind,
    /// Its text.
    pub text: &'t str,
    /// Its first byte.
    pub at: usize,
    /// How many lines ended between it and the piece before it.
    pub breaks: usize,
}

/// The pieces of a text, in its order; what lies between them is space.
pub fn tokens(text: &str) -> Vec<Token<'_>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let (mut at, mut breaks) = (0, 0);
    while let Some(&byte) = bytes.get(at) {
        if byte == b'\n' {
            breaks += 1;
        }
        if byte.is_ascii_whitespace() {
            at += 1;
            continue;
        }
        let (kind, end) = token(bytes, at);
        let end = end.clamp(at + 1, bytes.len());
        // What is no character boundary can only be inside a word, which ends at none.
        let slice = text.get(at..end).unwrap_or_default();
        let slice = if kind == Kind::Comment { slice.trim_end() } else { slice };
        found.push(Token { kind, text: slice, at, breaks });
        (at, breaks) = (end, 0);
    }
    found
}

/// What begins here, and where it ends.
fn token(bytes: &[u8], at: usize) -> (Kind, usize) {
    let next = bytes.get(at + 1);
    match (bytes.get(at), next) {
        (Some(b'#'), _) => (Kind::Comment, line_end(bytes, at)),
        (Some(b'"'), _) => (Kind::Text, string_end(bytes, at).0),
        (Some(b'-'), Some(b'>')) => (Kind::Arrow, at + 2),
        (Some(b'=' | b'!'), Some(b'=')) => (Kind::Equals, at + 2),
        (Some(b'='), _) => (Kind::Equals, at + 1),
        (Some(b'!'), _) => (Kind::Not, at + 1),
        (Some(b':'), Some(b':')) if begins_word(bytes, at) => (Kind::Word, address_end(bytes, at)),
        (Some(b':'), _) => (Kind::Colon, at + 1),
        (Some(b','), _) => (Kind::Comma, at + 1),
        (Some(b'(' | b'['), _) => (Kind::Open, at + 1),
        (Some(b')' | b']'), _) => (Kind::Close, at + 1),
        (Some(b'{' | b'}'), _) => match brace(bytes, at) {
            Brace::Open => (Kind::BlockOpen, at + 1),
            Brace::Close => (Kind::BlockClose, at + 1),
            Brace::Text(_) => (Kind::Word, word_end(bytes, at)),
        },
        _ => (Kind::Word, word_end(bytes, at)),
    }
}

/// Whether what stands here goes on with nothing.
fn begins_word(bytes: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|last| bytes.get(last));
    before.is_none_or(|byte| byte.is_ascii_whitespace() || matches!(byte, b'[' | b'(' | b','))
}

/// The end of an address such as `::1/128`.
fn address_end(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    let is_own = |byte: &u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.' | b'/');
    at + rest.iter().position(|byte| !is_own(byte)).unwrap_or(rest.len())
}

/// The end of a word: where something stands that no word holds. What stands between backticks or in a hole is held.
fn word_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'`' => {
                let rest = bytes.get(at + 1..).unwrap_or_default();
                at += rest.iter().position(|byte| matches!(byte, b'`' | b'\n')).map_or(1, |inner| inner + 2);
            }
            b'{' | b'}' => match brace(bytes, at) {
                Brace::Text(end) => at = end.max(at + 1),
                Brace::Open | Brace::Close => break,
            },
            b'-' if bytes.get(at + 1) == Some(&b'>') => break,
            b'#' | b'"' | b'=' | b'!' | b':' | b',' | b'(' | b')' | b'[' | b']' => break,
            _ if byte.is_ascii_whitespace() => break,
            _ => at += 1,
        }
    }
    at
}
