//! Replacing output folders: all of them or none.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use netpol_diagnostics::{Diagnostic, Span};
use rayon::prelude::*;

use crate::compile::Manifests;
use crate::fault::{UNWRITABLE, reason};
use crate::folder::{Fault, Folder};
use crate::host::Host;

/// What became of an output folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replaced {
    /// It has new bytes.
    Written,
    /// It had these bytes already, and was not touched.
    Unchanged,
}

/// Puts the manifests of every target in its folder.
///
/// Errs where a folder cannot be written or holds files that netpol did not write; then every folder is as it was. Only
/// an error while names are exchanged, when every byte is on disk already, can leave some targets new and some old; each
/// is still whole.
pub fn replace_folders(
    host: &dyn Host,
    root: &Path,
    targets: &[Manifests],
) -> Result<Vec<Replaced>, Vec<Diagnostic>> {
    let places = targets.iter().map(|target| Place::of(&target.output, target.output_span));
    let staged = Staged::of(host, root, places.collect());
    for (at, target) in targets.iter().enumerate() {
        target.files.par_iter().for_each(|(name, text)| staged.write(at, name, text));
    }
    staged.commit()
}

/// How many foreign files are listed.
const SHOWN: usize = 5;

/// Where the manifests of a target go, and where the project file says so.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    output: String,
    span: Option<Span>,
}

impl Place {
    /// A folder, relative to the project, and the place in the project file.
    pub(crate) fn of(output: &str, span: Option<Span>) -> Place {
        Place { output: output.to_owned(), span }
    }

    /// Says what went wrong.
    fn tell(&self, fault: Fault) -> Diagnostic {
        let output = &self.output;
        let (title, label, foreign) = match fault {
            Fault::System(what, error) => {
                (format!("folder `{output}` {what}"), reason(&error), BTreeSet::new())
            }
            Fault::Foreign(files) => {
                let title = format!("folder `{output}` holds files that netpol did not write");
                (title, "a build would remove them".to_owned(), files)
            }
        };
        let fault = Diagnostic::new(UNWRITABLE, title);
        let mut fault = match self.span {
            Some(span) => fault.at(span, label),
            None => fault.note(label),
        };
        if !foreign.is_empty() {
            fault = foreign
                .iter()
                .take(SHOWN)
                .fold(fault, |fault, file| fault.note(format!("`{output}/{file}`")));
            if foreign.len() > SHOWN {
                fault = fault.note(format!("and {} more", foreign.len() - SHOWN));
            }
            fault = fault.help("move them elsewhere, or name another `output`");
        }
        fault
    }
}

/// The manifests of every target, written beside their folders file by file, in any order. Nothing is in its place before
/// [`Staged::commit`], and nothing is touched before there is a file.
pub(crate) struct Staged<'h> {
    host: &'h dyn Host,
    root: PathBuf,
    places: Vec<Place>,
    folders: OnceLock<Vec<Result<Folder, Fault>>>,
}

impl<'h> Staged<'h> {
    /// Nothing yet, for these targets.
    pub(crate) fn of(host: &'h dyn Host, root: &Path, places: Vec<Place>) -> Staged<'h> {
        Staged { host, root: root.to_owned(), places, folders: OnceLock::new() }
    }

    /// What is there.
    fn folders(&self) -> &[Result<Folder, Fault>] {
        let Staged { host, root, places, folders } = self;
        folders.get_or_init(|| places.iter().map(|place| Folder::of(*host, root, &place.output)).collect())
    }

    /// Writes a file of the target of this number; what goes wrong is told by [`Staged::commit`].
    pub(crate) fn write(&self, target: usize, name: &str, text: &str) {
        if let Some(Ok(folder)) = self.folders().get(target) {
            folder.add(self.host, name, text);
        }
    }

    /// Forgets what was written of a target.
    pub(crate) fn void(&self, target: usize) {
        if let Some(Ok(folder)) = self.folders().get(target) {
            folder.discard(self.host);
        }
    }

    /// Puts each in its place, and says what became of it.
    pub(crate) fn commit(self) -> Result<Vec<Replaced>, Vec<Diagnostic>> {
        self.folders();
        let Staged { host, places, folders, .. } = self;
        let finish = |(place, folder): (Place, Result<Folder, Fault>)| {
            let staged = folder.and_then(|folder| match folder.finish(host) {
                Ok(replaced) => Ok((folder, replaced)),
                Err(fault) => {
                    folder.discard(host);
                    Err(fault)
                }
            });
            (place, staged)
        };
        let mut faults = Vec::new();
        let mut staged = Vec::with_capacity(places.len());
        let folders = folders.into_inner().unwrap_or_default();
        for (place, done) in places.into_iter().zip(folders).map(finish) {
            match done {
                Ok((folder, replaced)) => staged.push((place, folder, replaced)),
                Err(fault) => faults.push(place.tell(fault)),
            }
        }
        if !faults.is_empty() {
            staged.iter().for_each(|(_, folder, _)| folder.discard(host));
            return Err(faults);
        }
        for (place, folder, _) in staged.iter().filter(|(_, _, replaced)| *replaced == Replaced::Written) {
            if let Err(error) = folder.commit(host) {
                faults.push(place.tell(Fault::System("cannot be replaced", error)));
                folder.discard(host);
            }
        }
        if faults.is_empty() {
            Ok(staged.into_iter().map(|(_, _, replaced)| replaced).collect())
        } else {
            Err(faults)
        }
    }

    /// Takes away what was written.
    pub(crate) fn discard(&self) {
        let folders = self.folders.get().into_iter().flatten().flatten();
        folders.for_each(|folder| folder.discard(self.host));
    }
}
