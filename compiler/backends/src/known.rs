//! What was written of sets of pods before: the same few stand on many lines.

use std::cell::RefCell;

use netpol_sets::PodSet;
use rustc_hash::FxHashMap;

/// The forms of the sets of pods met so far, as seen from one place.
#[derive(Debug)]
pub(crate) struct Known<T>(RefCell<FxHashMap<PodSet, T>>);

impl<T> Default for Known<T> {
    fn default() -> Self {
        Known(RefCell::default())
    }
}

impl<T: Clone> Known<T> {
    /// The form of a set: the known one, or what `write` gives, which is kept unless it errs.
    pub(crate) fn of<E>(&self, set: &PodSet, write: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        if let Some(known) = self.0.borrow().get(set) {
            return Ok(known.clone());
        }
        let written = write()?;
        self.0.borrow_mut().insert(set.clone(), written.clone());
        Ok(written)
    }
}
