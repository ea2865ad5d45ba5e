//! Places in a text as editors count them: lines, and units of the agreed encoding within a line.

use lsp_types::{Position, PositionEncodingKind, Range};
use netpol_diagnostics::Span;

/// What a column counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// What the protocol counts where nothing is agreed.
    #[default]
    Utf16,
    /// Characters.
    Utf32,
}

impl Encoding {
    /// The best that a client offers; bytes need no counting.
    pub fn choose(offered: &[PositionEncodingKind]) -> Encoding {
        let offers = |kind: &PositionEncodingKind| offered.contains(kind);
        match () {
            () if offers(&PositionEncodingKind::UTF8) => Encoding::Utf8,
            () if offers(&PositionEncodingKind::UTF16) || !offers(&PositionEncodingKind::UTF32) => {
                Encoding::Utf16
            }
            () => Encoding::Utf32,
        }
    }

    /// Its name in the protocol.
    pub fn kind(self) -> PositionEncodingKind {
        match self {
            Encoding::Utf8 => PositionEncodingKind::UTF8,
            Encoding::Utf16 => PositionEncodingKind::UTF16,
            Encoding::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    fn units(self, character: char) -> u32 {
        match self {
            Encoding::Utf8 => character.len_utf8() as u32,
            Encoding::Utf16 => character.len_utf16() as u32,
            Encoding::Utf32 => 1,
        }
    }

    /// How many units a text takes.
    pub fn length(self, text: &str) -> u32 {
        match self {
            Encoding::Utf8 => text.len() as u32,
            Encoding::Utf16 | Encoding::Utf32 if text.is_ascii() => text.len() as u32,
            Encoding::Utf16 | Encoding::Utf32 => text.chars().map(|character| self.units(character)).sum(),
        }
    }
}

/// A text with the beginnings of its lines, as the protocol ends them: at `\n`, `\r\n` and `\r`.
#[derive(Clone, Debug)]
pub struct Lines<'t> {
    text: &'t str,
    encoding: Encoding,
    starts: Vec<u32>,
}

impl<'t> Lines<'t> {
    /// Finds the lines of a text.
    pub fn of(text: &'t str, encoding: Encoding) -> Lines<'t> {
        let bytes = text.as_bytes();
        let ends = |(at, byte): (usize, &u8)| match byte {
            b'\n' => Some(at as u32 + 1),
            b'\r' if bytes.get(at + 1) != Some(&b'\n') => Some(at as u32 + 1),
            _ => None,
        };
        let starts = std::iter::once(0).chain(bytes.iter().enumerate().filter_map(ends)).collect();
        Lines { text, encoding, starts }
    }

    /// The place of an offset; one inside a character counts as that character's beginning.
    pub fn position(&self, offset: u32) -> Position {
        let mut offset = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.starts.partition_point(|start| *start as usize <= offset).max(1) - 1;
        let start = self.starts.get(line).copied().unwrap_or_default() as usize;
        let before = self.text.get(start..offset).unwrap_or_default();
        Position { line: line as u32, character: self.encoding.length(before) }
    }

    /// The offset of a place; what lies behind a line's end is that end, what lies behind the text is its end.
    pub fn offset(&self, position: Position) -> u32 {
        let Some(start) = self.starts.get(position.line as usize).copied() else {
            return self.text.len() as u32;
        };
        let next = self.starts.get(position.line as usize + 1).map_or(self.text.len(), |next| *next as usize);
        let line = self.text.get(start as usize..next).unwrap_or_default();
        let line = line.trim_end_matches(['\n', '\r']);
        let mut units = 0;
        for (at, character) in line.char_indices() {
            if units >= position.character {
                return start + at as u32;
            }
            units += self.encoding.units(character);
            // Half of a pair of surrogates is no place: its character's beginning is.
            if units > position.character {
                return start + at as u32;
            }
        }
        start + line.len() as u32
    }

    /// The place of a span of this text.
    pub fn range(&self, span: Span) -> Range {
        Range { start: self.position(span.start), end: self.position(span.end) }
    }

    /// The whole text.
    pub fn whole(&self) -> Range {
        Range { start: Position::default(), end: self.position(self.text.len() as u32) }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: [Encoding; 3] = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32];

    #[test]
    fn a_column_counts_what_was_agreed() {
        let text = "# größe 😀!\nweb -> api";
        let bang = text.find('!').unwrap() as u32;
        let column = |encoding| Lines::of(text, encoding).position(bang).character;
        assert_eq!(ALL.map(column), [bang, 10, 9]);
        let inside = Position { line: 0, character: 9 };
        assert_eq!(Lines::of(text, Encoding::Utf16).offset(inside), text.find('😀').unwrap() as u32);
    }

    #[test]
    fn what_lies_behind_a_line_or_the_text_is_its_end() {
        let lines = Lines::of("ab\r\ncd\re", Encoding::Utf16);
        let at = |line, character| lines.offset(Position { line, character });
        assert_eq!([at(0, 99), at(1, 1), at(1, 99), at(2, 0), at(2, 99), at(99, 0)], [2, 5, 6, 7, 8, 8]);
    }

    proptest! {
        #[test]
        fn an_offset_finds_its_way_back(text in "([a-z]|ä|😀|\u{1F468}\u{200D}\u{1F469}|漢|\n|\r\n| ){0,60}") {
            for encoding in ALL {
                let lines = Lines::of(&text, encoding);
                for offset in (0..=text.len()).filter(|at| text.is_char_boundary(*at)) {
                    // Between `\r` and `\n` is no place that an editor can name.
                    if text.get(..offset).unwrap().ends_with('\r') {
                        continue;
                    }
                    prop_assert_eq!(lines.offset(lines.position(offset as u32)), offset as u32);
                }
            }
        }

        #[test]
        fn any_position_is_some_offset_of_the_text(text in "\\PC{0,30}(\n|\r)?\\PC{0,9}", line in 0u32..5, character in 0u32..50) {
            for encoding in ALL {
                let offset = Lines::of(&text, encoding).offset(Position { line, character }) as usize;
                prop_assert!(text.is_char_boundary(offset));
            }
        }
    }
}
