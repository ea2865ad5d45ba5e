//! A host on which the texts of open files stand before what is on disk.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use netpol_flow::Date;

use crate::host::{Entry, Host, Kind, Metadata};

/// The host, with open files by their whole path. It reads; whatever would write is refused.
pub(super) struct Overlay<'a> {
    pub(super) host: &'a dyn Host,
    pub(super) open: &'a BTreeMap<PathBuf, Arc<str>>,
}

fn refused<T>() -> io::Result<T> {
    Err(io::ErrorKind::Unsupported.into())
}

impl Host for Overlay<'_> {
    fn today(&self) -> Option<Date> {
        self.host.today()
    }

    fn process(&self) -> u32 {
        self.host.process()
    }

    fn metadata(&self, path: &Path) -> io::Result<Metadata> {
        match self.open.get(path) {
            Some(text) => Ok(Metadata { kind: Kind::File, length: text.len() as u64 }),
            None => self.host.metadata(path),
        }
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        let mut entries = self.host.list(folder)?;
        for path in self.open.keys().filter(|path| path.parent() == Some(folder)) {
            let Some(name) = path.file_name().map(|name| name.to_string_lossy().into_owned()) else {
                continue;
            };
            if !entries.iter().any(|entry| entry.name == name) {
                entries.push(Entry { name, kind: Kind::File });
            }
        }
        Ok(entries)
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        self.host.canonical(path)
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        match self.open.get(path) {
            Some(text) => Ok(text.as_bytes().to_vec()),
            None => self.host.read(path),
        }
    }

    fn write_new(&self, _path: &Path, _bytes: &[u8]) -> io::Result<()> {
        refused()
    }

    fn create_folders(&self, _folder: &Path) -> io::Result<()> {
        refused()
    }

    fn sync_folder(&self, _folder: &Path) -> io::Result<()> {
        refused()
    }

    fn rename(&self, _from: &Path, _to: &Path) -> io::Result<()> {
        refused()
    }

    fn replace(&self, _from: &Path, _to: &Path) -> io::Result<()> {
        refused()
    }

    fn swap(&self, _one: &Path, _other: &Path) -> io::Result<()> {
        refused()
    }

    fn remove_folder(&self, _folder: &Path) -> io::Result<()> {
        refused()
    }
}
