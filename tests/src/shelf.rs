//! A project in memory, for programs that stand in a page.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use netpol_driver::{Date, Entry, Host, Kind, Metadata};

/// Files in memory that are only read.
#[derive(Clone, Debug, Default)]
pub struct Shelf(pub BTreeMap<String, String>);

impl Shelf {
    fn node(&self, path: &Path) -> io::Result<Option<&str>> {
        let path = path.to_string_lossy();
        if let Some(text) = self.0.get(&*path) {
            return Ok(Some(text));
        }
        let is_folder = path.is_empty() || self.0.keys().any(|file| file.starts_with(&format!("{path}/")));
        if is_folder { Ok(None) } else { Err(ErrorKind::NotFound.into()) }
    }
}

impl Host for Shelf {
    fn today(&self) -> Option<Date> {
        Some(crate::example::day())
    }

    fn process(&self) -> u32 {
        1
    }

    fn metadata(&self, path: &Path) -> io::Result<Metadata> {
        Ok(match self.node(path)? {
            Some(text) => Metadata { kind: Kind::File, length: text.len() as u64 },
            None => Metadata { kind: Kind::Folder, length: 0 },
        })
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        let inside = self.0.keys().filter_map(|file| Path::new(file).strip_prefix(folder).ok());
        let mut entries: Vec<Entry> = inside
            .filter_map(|rest| {
                let mut parts = rest.iter();
                let name = parts.next()?.to_string_lossy().into_owned();
                Some(Entry { name, kind: if parts.next().is_none() { Kind::File } else { Kind::Folder } })
            })
            .collect();
        entries.sort();
        entries.dedup();
        Ok(entries)
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        Ok(path.to_owned())
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        match self.node(path)? {
            Some(text) => Ok(text.as_bytes().to_vec()),
            None => Err(ErrorKind::IsADirectory.into()),
        }
    }

    fn write_new(&self, _: &Path, _: &[u8]) -> io::Result<()> {
        Err(ErrorKind::ReadOnlyFilesystem.into())
    }

    fn create_folders(&self, _: &Path) -> io::Result<()> {
        Err(ErrorKind::ReadOnlyFilesystem.into())
    }

    fn sync_folder(&self, _: &Path) -> io::Result<()> {
        Err(ErrorKind::ReadOnlyFilesystem.into())
    }

    fn rename(&self, _: &Path, _: &Path) -> io::Result<()> {
        Err(ErrorKind::ReadOnlyFilesystem.into())
    }

    fn replace(&self, _: &Path, _: &Path) -> io::Result<()> {
        Err(ErrorKind::ReadOnlyFilesystem.into())
    }

    fn swap(&self, _: &Path, _: &Path) -> io::Result<()> {
        Err(ErrorKind::Unsupported.into())
    }

    fn remove_folder(&self, _: &Path) -> io::Result<()> {
        Err(ErrorKind::ReadOnlyFilesystem.into())
    }
}
