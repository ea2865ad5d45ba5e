//! Replacing output folders: all of them or none, and never half of one.
//!
//! Every folder is first written in full beside the old one, to disk and not only to memory. Then the two exchange
//! names, in one step where the system can; elsewhere the old one steps aside first. Whatever happens in between, one
//! whole folder is there: in its place, or aside, from where the next build puts it back.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::thread::ScopedJoinHandle;

use netpol_diagnostics::Diagnostic;

use crate::compile::Manifests;
use crate::fault::{UNWRITABLE, reason};
use crate::host::{Host, Kind};

/// How every file that netpol writes begins. A folder with any other file is not replaced.
pub const MARKER: &str = "# Written by netpol";

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
    let all: Vec<&Manifests> = targets.iter().collect();
    Staged::of(host, root, &all).commit(host, targets)
}

/// The manifests of every target, written in full beside their folders, or why that could not be.
#[derive(Default)]
pub(crate) struct Staged {
    /// By target; none where its folder has these bytes already.
    folders: Vec<Option<Folder>>,
    faults: Vec<Diagnostic>,
}

impl Staged {
    /// Writes them. Nothing is in its place yet.
    pub(crate) fn of(host: &dyn Host, root: &Path, targets: &[&Manifests]) -> Staged {
        // Waiting for the disk is most of the work, so the targets wait together.
        let stage = |target: &Manifests| {
            let folder = Folder::of(host, root, &target.output);
            let done = folder.stage(host, &target.files);
            (folder, done)
        };
        let all: Vec<_> = std::thread::scope(|scope| {
            let helpers: Vec<_> = targets.iter().map(|target| scope.spawn(|| stage(target))).collect();
            helpers.into_iter().map(ScopedJoinHandle::join).collect()
        });
        let mut staged = Staged::default();
        for (target, done) in targets.iter().zip(all) {
            let Ok((folder, done)) = done else {
                let stopped = io::Error::other("a writer stopped");
                staged.faults.push(Fault::System("cannot be written", stopped).diagnostic(target));
                continue;
            };
            match done {
                Ok(Replaced::Unchanged) => staged.folders.push(None),
                Ok(Replaced::Written) => staged.folders.push(Some(folder)),
                Err(fault) => {
                    folder.discard(host);
                    staged.faults.push(fault.diagnostic(target));
                }
            }
        }
        staged
    }

    /// Puts each in its place: `targets` are those that were staged, in the same order.
    pub(crate) fn commit(
        mut self,
        host: &dyn Host,
        targets: &[Manifests],
    ) -> Result<Vec<Replaced>, Vec<Diagnostic>> {
        if !self.faults.is_empty() {
            self.discard(host);
            return Err(self.faults);
        }
        for (target, folder) in targets.iter().zip(&self.folders) {
            let Some(folder) = folder else { continue };
            if let Err(error) = folder.commit(host) {
                self.faults.push(Fault::System("cannot be replaced", error).diagnostic(target));
                folder.discard(host);
            }
        }
        let replaced = |folder: &Option<Folder>| match folder {
            Some(_) => Replaced::Written,
            None => Replaced::Unchanged,
        };
        if self.faults.is_empty() {
            Ok(self.folders.iter().map(replaced).collect())
        } else {
            Err(self.faults)
        }
    }

    /// Takes away what was written.
    pub(crate) fn discard(&self, host: &dyn Host) {
        self.folders.iter().flatten().for_each(|folder| folder.discard(host));
    }
}

enum Fault {
    /// The system refuses: what cannot be done, and why.
    System(&'static str, io::Error),
    /// These files are not ours.
    Foreign(Vec<String>),
}

impl Fault {
    fn diagnostic(self, target: &Manifests) -> Diagnostic {
        let output = &target.output;
        let (title, label, foreign) = match self {
            Fault::System(what, error) => (format!("folder `{output}` {what}"), reason(&error), Vec::new()),
            Fault::Foreign(files) => {
                let title = format!("folder `{output}` holds files that netpol did not write");
                (title, "a build would remove them".to_owned(), files)
            }
        };
        let fault = Diagnostic::new(UNWRITABLE, title);
        let mut fault = match target.output_span {
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

/// How many foreign files are listed.
const SHOWN: usize = 5;

/// An output folder and its two neighbours.
struct Folder {
    place: PathBuf,
    above: PathBuf,
    /// The new folder, while it is written.
    fresh: PathBuf,
    /// The old folder, while the new one takes its place.
    aside: PathBuf,
}

impl Folder {
    fn of(host: &dyn Host, root: &Path, output: &str) -> Folder {
        let (above, name) = output.rsplit_once('/').unwrap_or(("", output));
        let above = if above.is_empty() { root.to_owned() } else { root.join(above) };
        Folder {
            place: above.join(name),
            fresh: above.join(format!(".{name}.netpol-new-{}", host.process())),
            aside: above.join(format!(".{name}.netpol-old")),
            above,
        }
    }

    /// Writes the files beside the folder, unless it holds just these already.
    fn stage(&self, host: &dyn Host, files: &BTreeMap<String, String>) -> Result<Replaced, Fault> {
        self.recover(host)
            .map_err(|error| Fault::System("cannot be restored from the build before", error))?;
        let written = self.read(host)?;
        if let Some(written) = written {
            let foreign: Vec<String> =
                written.iter().filter(|(_, text)| !is_ours(text)).map(|(n, _)| n.clone()).collect();
            let is_marked = written.is_empty() || written.contains_key("kustomization.yaml");
            if !foreign.is_empty() {
                return Err(Fault::Foreign(foreign));
            }
            if !is_marked {
                return Err(Fault::Foreign(written.into_keys().collect()));
            }
            let same = |(name, text): (&String, &String)| {
                written.get(name).is_some_and(|old| old == text.as_bytes())
            };
            if written.len() == files.len() && files.iter().all(same) && !files.is_empty() {
                return Ok(Replaced::Unchanged);
            }
        }
        self.write(host, files).map_err(|error| Fault::System("cannot be written", error))?;
        Ok(Replaced::Written)
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

    /// What the folder holds now; none where there is no folder. Whatever is no plain file is foreign.
    fn read(&self, host: &dyn Host) -> Result<Option<BTreeMap<String, Vec<u8>>>, Fault> {
        let entries = match host.list(&self.place) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Fault::System("cannot be read", error)),
        };
        let strange = |name: &str, kind: Kind| kind != Kind::File || name.starts_with('.');
        let foreign: BTreeSet<&str> = entries
            .iter()
            .filter(|entry| strange(&entry.name, entry.kind))
            .map(|entry| entry.name.as_str())
            .collect();
        if !foreign.is_empty() {
            return Err(Fault::Foreign(foreign.into_iter().map(str::to_owned).collect()));
        }
        let read = |name: String| host.read(&self.place.join(&name)).map(|bytes| (name, bytes));
        let files: io::Result<_> = entries.into_iter().map(|entry| read(entry.name)).collect();
        files.map(Some).map_err(|error| Fault::System("cannot be read", error))
    }

    fn write(&self, host: &dyn Host, files: &BTreeMap<String, String>) -> io::Result<()> {
        host.create_folders(&self.fresh)?;
        host.write_all(&self.fresh, files)
    }

    /// The new folder takes the old one's place.
    ///
    /// Once it has, nothing is a failure any more: what is left of the old one is removed by the next build at the latest.
    fn commit(&self, host: &dyn Host) -> io::Result<()> {
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

    /// Removes what was staged; where that fails too, the next build does it.
    fn discard(&self, host: &dyn Host) {
        if host.metadata(&self.fresh).is_ok() {
            let _ = host.remove_folder(&self.fresh);
        }
    }
}

fn is_ours(bytes: &[u8]) -> bool {
    bytes.starts_with(MARKER.as_bytes())
}
