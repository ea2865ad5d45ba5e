//! The outside world, as far as the driver needs it.

use std::io;
use std::path::{Path, PathBuf};

use netpol_flow::Date;

/// Files, the clock and the process. The terminal and the editor each bring one; tests bring one in memory.
pub trait Host: Sync {
    /// The day, in UTC; none where the clock is off by millennia.
    fn today(&self) -> Option<Date>;

    /// A number no other running process has; it keeps the temporary folders of two builds apart.
    fn process(&self) -> u32;

    /// What a path leads to, links followed.
    fn metadata(&self, path: &Path) -> io::Result<Metadata>;

    /// The entries of a folder, in any order.
    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>>;

    /// The path without links and `..`, to tell whether two paths are one place.
    fn canonical(&self, path: &Path) -> io::Result<PathBuf>;

    /// All bytes of a file.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// Writes a file that does not exist yet; returns when its bytes would survive a loss of power.
    fn write_new(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;

    /// As [`Host::write_new`], but its bytes need not survive a loss of power before [`Host::settle`].
    fn write_soon(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.write_new(path, bytes)
    }

    /// Gives a file another name, which is free and in a folder of the same file system. Errs where that cannot be done;
    /// then it has to be copied.
    fn link(&self, _from: &Path, _to: &Path) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Returns when the files of these names in a folder, and their names, would survive a loss of power.
    fn settle(&self, folder: &Path, _names: &[String]) -> io::Result<()> {
        self.sync_folder(folder)
    }

    /// Makes a folder and those above it; fine where they exist.
    fn create_folders(&self, folder: &Path) -> io::Result<()>;

    /// Returns when the names in a folder would survive a loss of power.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;

    /// Renames a file or folder; the new name is free.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Puts a file in the place of another, in one step; both are files of one folder.
    fn replace(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Exchanges two folders in one step, or says [`io::ErrorKind::Unsupported`] where the system cannot.
    fn swap(&self, one: &Path, other: &Path) -> io::Result<()>;

    /// Removes a folder with everything in it.
    fn remove_folder(&self, folder: &Path) -> io::Result<()>;
}

/// What a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// File, folder or neither; never [`Kind::Link`].
    pub kind: Kind,
    /// Its length in bytes, for a file.
    pub length: u64,
}

/// One entry of a folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Its name; characters that are not UTF-8 are replaced, and then the entry cannot be opened.
    pub name: String,
    /// What it is, links not followed.
    pub kind: Kind,
}

/// The kinds of things in a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// A device, a pipe or a socket.
    Other,
}
