//! Names as they should be, `a-1`; any other is left to the grammar, which says what is wrong with it.

use super::line::Line;
use crate::tree::Name;
use crate::words;

impl<'t> Line<'_, '_, 't> {
    /// A name, which begins with a letter.
    pub(super) fn name(&mut self) -> Option<Name> {
        let start = self.next();
        let name = self.kebab(start).filter(|name| begins_with_letter(name))?;
        Some(self.builder.name_at(name, start, |_| false))
    }

    /// A namespace's name, which may begin with a digit and be a word of the language.
    pub(super) fn label(&mut self) -> Option<Name> {
        let start = self.next();
        let name = self.kebab(start)?;
        Some(self.builder.name_at(name, start, |_| true))
    }

    /// The text of `x` or `m/x`, after the word that starts at `start`.
    pub(super) fn path(&mut self, start: usize, word: &str) -> Option<&'t str> {
        if !words::is_kebab(word) || !begins_with_letter(word) {
            return None;
        }
        if self.byte(self.at) == Some(b'/') {
            self.kebab(self.at + 1)?;
        }
        Some(self.slice_from(start))
    }

    /// The word that starts at `start`.
    pub(super) fn kebab(&mut self, start: usize) -> Option<&'t str> {
        self.run(start, is_lower).filter(|word| words::is_kebab(word))
    }
}

/// A byte of a name.
pub(super) fn is_lower(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'
}

fn begins_with_letter(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
}
