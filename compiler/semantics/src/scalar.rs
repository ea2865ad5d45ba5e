//! What may stand on one line of plain YAML, as the quick reader takes it: each with the place where it ends.

use std::borrow::Cow;

use crate::node::Value;

/// The byte there; the end of the text counts as the end of a line.
#[inline]
pub(crate) fn byte(text: &str, at: usize) -> u8 {
    text.as_bytes().get(at).copied().unwrap_or(b'\n')
}

/// How many blanks there are from here on.
#[inline]
pub(crate) fn blanks(text: &str, at: usize) -> usize {
    const EIGHT: u64 = u64::from_le_bytes(*b"        ");
    let mut rest = text.as_bytes().get(at..).unwrap_or_default();
    let all = rest.len();
    while let Some((eight, after)) = rest.split_first_chunk() {
        let others = u64::from_le_bytes(*eight) ^ EIGHT;
        if others != 0 {
            return all - rest.len() + (others.trailing_zeros() / 8) as usize;
        }
        rest = after;
    }
    all - rest.len() + rest.iter().take_while(|byte| **byte == b' ').count()
}

/// Where the line ends.
pub(crate) fn line_end(text: &str, at: usize) -> usize {
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    at + memchr::memchr(b'\n', rest).unwrap_or(rest.len())
}

/// A key, plain or in double quotes, and where its value begins: at the line's end where it is below.
#[inline(always)]
pub(crate) fn entry(text: &str, at: usize) -> Option<(&str, usize)> {
    let (key, end) = match byte(text, at) {
        b'"' => match quoted(text, at)? {
            (Cow::Borrowed(key), end) => (key, end),
            (Cow::Owned(_), _) => return None,
        },
        _ => plain(text, at).filter(|(key, _)| reads_as_text(key))?,
    };
    match (byte(text, end), byte(text, end + 1), byte(text, end + 2)) {
        (b':', b'\n', _) => Some((key, end + 1)),
        (b':', b' ', b'\n') => None,
        (b':', b' ', _) => Some((key, end + 2)),
        _ => None,
    }
}

/// A value: a number, a word of YAML, text that is plain or in double quotes, an empty list or map.
#[inline(always)]
pub(crate) fn scalar(text: &str, at: usize) -> Option<(Value<'_>, usize)> {
    match (byte(text, at), byte(text, at + 1)) {
        (b'"', _) => quoted(text, at).map(|(text, end)| (Value::Text(text), end)),
        (b'0'..=b'9', _) => number(text, at),
        (b'[', b']') => Some((Value::List, at + 2)),
        (b'{', b'}') => Some((Value::Map, at + 2)),
        _ => {
            let (word, end) = plain(text, at)?;
            let value = match word {
                _ if reads_as_text(word) => Value::Text(Cow::Borrowed(word)),
                "true" => Value::Bool(true),
                "false" => Value::Bool(false),
                _ => return None,
            };
            Some((value, end))
        }
    }
}

/// A decimal number that every reader takes alike: no leading zero, and few enough digits.
fn number(text: &str, at: usize) -> Option<(Value<'_>, usize)> {
    let (mut number, mut end) = (0, at);
    while let digit @ b'0'..=b'9' = byte(text, end) {
        number = number * 10 + i64::from(digit - b'0');
        end += 1;
        if end - at > 15 {
            return None;
        }
    }
    let leading_zero = byte(text, at) == b'0' && end - at > 1;
    (!leading_zero).then_some((Value::Int(number), end))
}

/// Whether a byte may stand in plain text, by its number: one look, for every byte of every manifest.
static PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        plain[byte as usize] = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/');
        byte += 1;
    }
    plain
};

/// Plain characters, of which it is not yet known whether they read as text.
#[inline]
fn plain(text: &str, at: usize) -> Option<(&str, usize)> {
    let rest = text.as_bytes().get(at..)?;
    let length = rest.iter().position(|byte| !PLAIN[usize::from(*byte)]).unwrap_or(rest.len());
    text.get(at..at + length).map(|word| (word, at + length))
}

/// Whether plain characters are read as text: they begin with a letter and are no word of YAML.
#[inline]
fn reads_as_text(text: &str) -> bool {
    let first = byte(text, 0);
    let words: &[&str] = match (text.len(), first | 0x20) {
        (1, b'y' | b'n' | b'e' | b't' | b'f' | b'x' | b'o' | b'b') => return false,
        (2, b'n' | b'o') => &["no", "on"],
        (3, b'y' | b'o' | b'n' | b'i') => &["yes", "off", "nan", "inf", "nil"],
        (4, b't') => &["true"],
        (4, b'n') => &["null", "none"],
        (4, b'v') => &["void"],
        (5, b'f') => &["false"],
        (8, b'i') => &["infinity"],
        (9, b'u') => &["undefined"],
        _ => return first.is_ascii_alphabetic(),
    };
    !words.iter().any(|word| word.eq_ignore_ascii_case(text)) && first.is_ascii_alphabetic()
}

/// Text in double quotes.
fn quoted(text: &str, at: usize) -> Option<(Cow<'_, str>, usize)> {
    let inner = text.get(at + 1..)?;
    let length = memchr::memchr3(b'"', b'\\', b'\n', inner.as_bytes())?;
    if byte(inner, length) == b'"' {
        return Some((Cow::Borrowed(inner.get(..length)?), at + length + 2));
    }
    let mut value = String::new();
    let mut characters = inner.char_indices();
    while let Some((length, character)) = characters.next() {
        match character {
            '"' => return Some((Cow::Owned(value), at + length + 2)),
            '\\' => match characters.next()?.1 {
                '"' => value.push('"'),
                '\\' => value.push('\\'),
                'n' => value.push('\n'),
                't' => value.push('\t'),
                _ => return None,
            },
            '\n' => return None,
            character => value.push(character),
        }
    }
    None
}
