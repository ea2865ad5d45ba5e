//! Sharing of equal texts: a name stands in many statements and is kept once.

use crate::tree::Text;

/// How many texts are remembered.
const SLOTS: usize = 512;

/// The texts read last, each in the slot that its bytes choose.
#[derive(Debug, Default)]
pub(crate) struct Texts(Vec<Option<Text>>);

impl Texts {
    /// The text, shared where it is still remembered.
    pub(super) fn of(&mut self, written: &str) -> Text {
        if self.0.is_empty() {
            self.0.resize(SLOTS, None);
        }
        let hash = written
            .bytes()
            .fold(0xcbf2_9ce4_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        let Some(slot) = self.0.get_mut((hash ^ (hash >> 15)) as usize % SLOTS) else {
            return Text::from(written);
        };
        match slot {
            Some(known) if **known == *written => known.clone(),
            _ => slot.insert(Text::from(written)).clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_are_one() {
        let mut texts = Texts::default();
        let (one, other) = (texts.of("web"), texts.of("web"));
        assert!(std::sync::Arc::ptr_eq(&one, &other));
        for number in 0..5_000 {
            assert_eq!(&*texts.of(&number.to_string()), number.to_string());
        }
    }
}
