//! Changes to a statement's text, and the way back from the changed text to the original.

use std::ops::Range;

/// One replacement; offsets count from the statement's start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Patch {
    /// What is replaced; empty to insert.
    pub range: Range<usize>,
    /// What is put there.
    pub replacement: String,
}

impl Patch {
    /// Replaces `range`.
    pub(crate) fn replace(range: Range<usize>, replacement: impl Into<String>) -> Patch {
        Patch { range, replacement: replacement.into() }
    }

    /// Inserts at `at`.
    pub(crate) fn insert(at: usize, text: impl Into<String>) -> Patch {
        Patch { range: at..at, replacement: text.into() }
    }

    /// The text with these patches, which ascend and do not overlap; none where they do not fit the text.
    pub(crate) fn apply(patches: &[Patch], text: &str) -> Option<String> {
        let mut patched = String::with_capacity(text.len() + 16);
        let mut done = 0;
        for patch in patches {
            patched.push_str(text.get(done..patch.range.start)?);
            patched.push_str(&patch.replacement);
            done = patch.range.end;
        }
        patched.push_str(text.get(done..)?);
        Some(patched)
    }

    /// Where in the original text an offset of the patched one lies; the start of the patch for one inside a replacement.
    pub(crate) fn origin(patches: &[Patch], at: usize) -> usize {
        let mut added = 0;
        let mut removed = 0;
        for patch in patches {
            let start = patch.range.start + added - removed;
            if at <= start {
                break;
            }
            if at < start + patch.replacement.len() {
                return patch.range.start;
            }
            added += patch.replacement.len();
            removed += patch.range.len();
        }
        at + removed - added
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_offset_outside_a_patch_finds_its_way_back() {
        let text = "a, b → c";
        let patches = [Patch::insert(0, "["), Patch::insert(4, "]"), Patch::replace(5..8, "->")];
        assert_eq!(Patch::apply(&patches, text).unwrap(), "[a, b] -> c");
        assert_eq!(Patch::origin(&patches, 1), 0);
        assert_eq!(Patch::origin(&patches, 5), 4);
        assert_eq!(Patch::origin(&patches, 7), 5);
        assert_eq!(Patch::origin(&patches, 8), 5);
        assert_eq!(Patch::origin(&patches, 9), 8);
        assert_eq!(Patch::origin(&patches, 11), 10);
    }
}
