//! Text for a terminal, without the characters that would command it or mislead the reader.

use std::borrow::Cow;

/// The text with control and direction characters replaced, each by one of its own length in bytes.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let safe = |c: char| match (is_unsafe(c), c.len_utf8()) {
        (false, _) => c,
        (true, 1) => '?',
        (true, 2) => '¿',
        (true, _) => '\u{fffd}',
    };
    Cow::Owned(text.chars().map(safe).collect())
}

fn is_unsafe(c: char) -> bool {
    let directs =
        matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    directs || c.is_control() && !matches!(c, '\n' | '\t' | '\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_lose_their_power_and_offsets_stay() {
        let text = "a\u{1b}[31m\u{202e}b\u{9b}";
        assert_eq!(clean(text), "a?[31m\u{fffd}b¿");
        assert_eq!(clean(text).len(), text.len());
        assert!(matches!(clean("plain\ttext\n"), Cow::Borrowed(_)));
    }
}
