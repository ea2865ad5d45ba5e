//! Who takes the files of the targets, each as soon as it is written.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use netpol_backends::File;

use crate::compile::Manifests;
use crate::output::Staged;

/// Takes files; a target is known by its number.
pub(crate) trait Taker: Sync {
    /// A file of a target, which may yet turn out not to be proved. They come from many threads and in any order.
    fn take(&self, target: usize, file: File);

    /// The files of a target are void: either it is refused, or they all come again.
    fn void(&self, target: usize);
}

/// Nobody: they are proved, and that is all.
pub(crate) struct Forgotten;

impl Taker for Forgotten {
    fn take(&self, _: usize, _: File) {}

    fn void(&self, _: usize) {}
}

/// They are kept in memory.
#[derive(Default)]
pub(crate) struct Kept(Mutex<BTreeMap<usize, BTreeMap<String, String>>>);

impl Kept {
    /// Gives each target its files.
    pub(crate) fn give(self, targets: &mut [Manifests]) {
        let mut kept = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        for (at, target) in targets.iter_mut().enumerate() {
            target.files = kept.remove(&at).unwrap_or_default();
        }
    }
}

impl Taker for Kept {
    fn take(&self, target: usize, file: File) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.entry(target).or_default().insert(file.name, file.text);
    }

    fn void(&self, target: usize) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&target);
    }
}

/// They are written beside the folders they are for.
impl Taker for Staged<'_> {
    fn take(&self, target: usize, file: File) {
        self.write(target, &file.name, &file.text);
    }

    fn void(&self, target: usize) {
        Staged::void(self, target);
    }
}
