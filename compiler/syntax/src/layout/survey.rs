//! One look over the whole text, before any statement is read.

use super::{Brace, brace, is_slash_comment, line_end, string_end};

/// What one look over the whole text finds.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    /// The comments that start with `#`, and those that start with `//`.
    pub comments: Vec<(usize, usize)>,
    /// Where `//` stands for `#`.
    pub slashes: Vec<usize>,
    /// More `{` than `}`.
    pub unclosed_blocks: bool,
    /// The first character that no text needs: a control character, a lone carriage return, an invisible one.
    pub control: Option<usize>,
}

/// Looks over the whole text.
pub(crate) fn survey(text: &str) -> Survey {
    let bytes = text.as_bytes();
    let mut survey = Survey::default();
    let mut balance = 0_i64;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => at = string_end(bytes, at).0,
            b'#' => {
                let end = line_end(bytes, at);
                survey.comments.push((at, end));
                at = end;
            }
            b'/' if is_slash_comment(bytes, at) => {
                let end = line_end(bytes, at);
                survey.slashes.push(at);
                survey.comments.push((at, end));
                at = end;
            }
            b'{' | b'}' => match brace(bytes, at) {
                Brace::Text(end) => at = end,
                Brace::Open => {
                    balance += 1;
                    at += 1;
                }
                Brace::Close => {
                    balance -= 1;
                    at += 1;
                }
            },
            _ => {
                let rest = bytes.get(at + 1..).unwrap_or_default();
                let plain = rest.iter().position(|byte| matches!(byte, b'"' | b'#' | b'/' | b'{' | b'}'));
                at += 1 + plain.unwrap_or(rest.len());
            }
        }
    }
    survey.unclosed_blocks = balance > 0;
    survey.control = first_control(text);
    survey
}

fn first_control(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    loop {
        at += bytes.get(at..)?.iter().position(|byte| !matches!(byte, b'\n' | b'\t' | 0x20..0x7f))?;
        match bytes.get(at)? {
            b'\r' if bytes.get(at + 1) == Some(&b'\n') => {}
            0..0x20 | 0x7f => return Some(at),
            0xc2 | 0xe2 => {
                if let Some(hidden) = text.get(at..).and_then(|rest| rest.chars().next())
                    && is_hidden(hidden)
                {
                    return Some(at);
                }
            }
            _ => {}
        }
        at += 1;
    }
}

/// Whether a character shows nothing and may change how the text around it looks, or where its lines end.
pub(crate) fn is_hidden(character: char) -> bool {
    let turns_text = matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let ends_lines = matches!(character, '\u{2028}' | '\u{2029}');
    turns_text || ends_lines || character.is_control() && !matches!(character, '\n' | '\t')
}
