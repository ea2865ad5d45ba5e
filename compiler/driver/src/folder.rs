//! One output folder: never half of one.
//!
//! It is first made in full beside the old one, on disk and not only in memory: a file with the same bytes is linked, any
//! other is written; where every byte is there already, nothing is made. Then the two exchange names, in one step where
//! the system can; elsewhere the old one steps aside first. Whatever happens in between, one whole folder is there: in its
//! place, or aside, from where the next build puts it back.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::host::{Entry, Host, Kind};
use crate::output::Replaced;

/// How every file that netpol writes begins. A folder with any other file is not replaced.
pub const MARKER: &str = "# Written by netpol";

/// What keeps a folder from being replaced.
pub(crate) enum Fault {
    /// The system refuses: what cannot be done, and why.
    System(&'static str, io::Error),
    /// These files are not ours.
    Foreign(BTreeSet<String>),
}

/// An output folder and its two neighbours.
pub(crate) struct Folder {
    place: PathBuf,
    above: PathBuf,
    /// The new folder, while it is written.
    fresh: PathBuf,
    /// The old folder, while the new one takes its place.
    aside: PathBuf,
    /// The files of the old folder.
    there: BTreeSet<String>,
    written: Mutex<Written>,
}

/// What was written of a folder so far.
#[derive(Default)]
struct Written {
    /// The files.
    names: BTreeSet<String>,
    /// Whether they are in the new folder. Until one differs they are the old one's, with the same bytes.
    is_fresh: bool,
    /// Files of the old folder that are not ours.
    foreign: BTreeSet<String>,
    /// The first thing that went wrong.
    fault: Option<Fault>,
}

impl Folder {
    /// Puts right what a build that was cut short has left, and looks at what is there.
    pub(crate) fn of(host: &dyn Host, root: &Path, output: &str) -> Result<Folder, Fault> {
        let (above, name) = output.rsplit_once('/').unwrap_or(("", output));
        let above = if above.is_empty() { root.to_owned() } else { root.join(above) };
        let mut folder = Folder {
            place: above.join(name),
            fresh: above.join(format!(".{name}.netpol-new-{}", host.process())),
            aside: above.join(format!(".{name}.netpol-old")),
            above,
            there: BTreeSet::new(),
            written: Mutex::default(),
        };
        let unrestored = |error| Fault::System("cannot be restored from the build before", error);
        folder.recover(host).map_err(unrestored)?;
        folder.there = folder.list(host)?;
        let is_marked = folder.there.is_empty() || folder.there.contains("kustomization.yaml");
        if !is_marked {
            folder.there.iter().try_for_each(|name| folder.old(host, name).map(drop))?;
            let foreign = std::mem::take(&mut folder.written().foreign);
            return Err(Fault::Foreign(if foreign.is_empty() { folder.there } else { foreign }));
        }
        Ok(folder)
    }

    /// Adds a file: beside the folder, or not at all while every file so far is in it already.
    pub(crate) fn add(&self, host: &dyn Host, name: &str, text: &str) {
        let put = || {
            let is_same = self.old(host, name)?.is_some_and(|old| old == text.as_bytes());
            if is_same && self.leave(name) {
                return Ok(());
            }
            let write = || {
                self.begin(host)?;
                if is_same && self.link(host, name).is_ok() {
                    return Ok(());
                }
                host.write_soon(&self.fresh.join(name), text.as_bytes())
            };
            write().map_err(|error| Fault::System("cannot be written", error))?;
            self.written().names.insert(name.to_owned());
            Ok(())
        };
        if let Err(fault) = put() {
            self.written().fault.get_or_insert(fault);
        }
    }

    /// The bytes of a file of the old folder; none where it has none of this name. That it is not ours is remembered.
    fn old(&self, host: &dyn Host, name: &str) -> Result<Option<Vec<u8>>, Fault> {
        if !self.there.contains(name) {
            return Ok(None);
        }
        let bytes = host.read(&self.place.join(name));
        let bytes = bytes.map_err(|error| Fault::System("cannot be read", error))?;
        if !bytes.starts_with(MARKER.as_bytes()) {
            self.written().foreign.insert(name.to_owned());
        }
        Ok(Some(bytes))
    }

    /// Leaves a file where it is, if nothing is written beside the folder.
    fn leave(&self, name: &str) -> bool {
        let mut written = self.written();
        if !written.is_fresh {
            written.names.insert(name.to_owned());
        }
        !written.is_fresh
    }

    /// Makes the new folder, unless it is there, with the files that were left where they are.
    fn begin(&self, host: &dyn Host) -> io::Result<()> {
        let mut written = self.written();
        if written.is_fresh {
            return Ok(());
        }
        host.create_folders(&self.fresh)?;
        for name in &written.names {
            let copy = || host.write_soon(&self.fresh.join(name), &host.read(&self.place.join(name))?);
            self.link(host, name).or_else(|_| copy())?;
        }
        written.is_fresh = true;
        Ok(())
    }

    /// Gives a file of the old folder a name in the new one.
    fn link(&self, host: &dyn Host, name: &str) -> io::Result<()> {
        host.link(&self.place.join(name), &self.fresh.join(name))
    }

    /// Makes sure that the new folder is whole and on disk, or that there is no need of one.
    pub(crate) fn finish(&self, host: &dyn Host) -> Result<Replaced, Fault> {
        let names = self.written().names.clone();
        self.there.difference(&names).try_for_each(|name| self.old(host, name).map(drop))?;
        let Written { is_fresh, foreign, fault, .. } = std::mem::take(&mut *self.written());
        if !foreign.is_empty() {
            return Err(Fault::Foreign(foreign));
        }
        if let Some(fault) = fault {
            return Err(fault);
        }
        if !is_fresh && names == self.there && !names.is_empty() {
            return Ok(Replaced::Unchanged);
        }
        *self.written() = Written { names: names.clone(), is_fresh, ..Written::default() };
        let names: Vec<String> = names.into_iter().collect();
        let settled = self.begin(host).and_then(|()| host.settle(&self.fresh, &names));
        settled.map_err(|error| Fault::System("cannot be written", error))?;
        Ok(Replaced::Written)
    }

    fn written(&self) -> MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Undoes what a build that was cut short left behind.
    fn recover(&self, host: &dyn Host) -> io::Result<()> {
        if host.metadata(&self.aside).is_ok() {
            match host.metadata(&self.place) {
                Ok(_) => host.remove_folder(&self.aside)?,
                Err(_) => host.rename(&self.aside, &self.place)?,
            }
        }
        // Folders of other builds, dead or alive: a live one finds its folder gone and fails whole.
        let Ok(entries) = host.list(&self.above) else { return Ok(()) };
        let name = self.place.file_name().unwrap_or_default().to_string_lossy();
        let prefix = format!(".{name}.netpol-new-");
        let mut left =
            entries.iter().filter(|entry| entry.kind == Kind::Folder && entry.name.starts_with(&prefix));
        left.try_for_each(|entry| host.remove_folder(&self.above.join(&entry.name)))
    }

    /// The files that the folder holds now. Whatever is no plain file is foreign.
    fn list(&self, host: &dyn Host) -> Result<BTreeSet<String>, Fault> {
        let entries = match host.list(&self.place) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
            Err(error) => return Err(Fault::System("cannot be read", error)),
        };
        let is_strange = |entry: &&Entry| entry.kind != Kind::File || entry.name.starts_with('.');
        let foreign: BTreeSet<String> =
            entries.iter().filter(is_strange).map(|entry| entry.name.clone()).collect();
        if !foreign.is_empty() {
            return Err(Fault::Foreign(foreign));
        }
        Ok(entries.into_iter().map(|entry| entry.name).collect())
    }

    /// The new folder takes the old one's place.
    ///
    /// Once it has, nothing is a failure any more: what is left of the old one is removed by the next build at the latest.
    pub(crate) fn commit(&self, host: &dyn Host) -> io::Result<()> {
        let mut rest = None;
        if host.metadata(&self.place).is_err() {
            host.rename(&self.fresh, &self.place)?;
        } else {
            match host.swap(&self.fresh, &self.place) {
                Ok(()) => rest = Some(&self.fresh),
                Err(error) if error.kind() == io::ErrorKind::Unsupported => {
                    host.rename(&self.place, &self.aside)?;
                    if let Err(error) = host.rename(&self.fresh, &self.place) {
                        host.rename(&self.aside, &self.place)?;
                        return Err(error);
                    }
                    rest = Some(&self.aside);
                }
                Err(error) => return Err(error),
            }
        }
        let _ = host.sync_folder(&self.above);
        if let Some(rest) = rest {
            let _ = host.remove_folder(rest);
        }
        Ok(())
    }

    /// Removes what was written beside the folder; where that fails too, the next build does it.
    pub(crate) fn discard(&self, host: &dyn Host) {
        *self.written() = Written::default();
        if host.metadata(&self.fresh).is_ok() {
            let _ = host.remove_folder(&self.fresh);
        }
    }
}
