//! The driver's host on a real machine.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use netpol_driver::{Date, Entry, Host, Kind, Metadata};

/// Files on disk, the system's clock, this process.
pub struct Disk;

/// From how many files on the file system is told once to write everything, rather than each file.
///
/// 3,000 files took 4 s of the system's time one by one, and 0.1 s together (ext4). A few are told one by one, since what
/// other programs are writing is then not waited for.
#[cfg(target_os = "linux")]
const MANY: usize = 16;

/// Seconds in a day.
const DAY: u64 = 86_400;

impl Host for Disk {
    fn today(&self) -> Option<Date> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let days = i64::try_from(since.as_secs() / DAY).unwrap_or_default();
        Date::from_days(days)
    }

    fn process(&self) -> u32 {
        std::process::id()
    }

    fn metadata(&self, path: &Path) -> io::Result<Metadata> {
        let metadata = fs::metadata(path)?;
        Ok(Metadata { kind: kind_of(metadata.file_type()), length: metadata.len() })
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        let entry = |entry: io::Result<fs::DirEntry>| {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            Ok(Entry { name, kind: kind_of(entry.file_type()?) })
        };
        fs::read_dir(folder)?.map(entry).collect()
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        fs::canonicalize(path)
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        fs::read(path)
    }

    fn write_new(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        create(path, bytes)?.sync_all()
    }

    #[cfg(target_os = "linux")]
    fn write_soon(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        create(path, bytes).map(drop)
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::hard_link(from, to)
    }

    #[cfg(target_os = "linux")]
    fn settle(&self, folder: &Path, names: &[String]) -> io::Result<()> {
        if names.len() < MANY {
            names.iter().try_for_each(|name| fs::File::open(folder.join(name))?.sync_all())?;
            return self.sync_folder(folder);
        }
        rustix::fs::syncfs(fs::File::open(folder)?).map_err(io::Error::from)
    }

    fn create_folders(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)
    }

    #[cfg(unix)]
    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        match fs::File::open(folder)?.sync_all() {
            // Some network file systems have nothing to sync in a folder.
            Err(error)
                if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) =>
            {
                Ok(())
            }
            outcome => outcome,
        }
    }

    /// Elsewhere a folder cannot be opened to be synced; renames are journalled.
    #[cfg(not(unix))]
    fn sync_folder(&self, _folder: &Path) -> io::Result<()> {
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn replace(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::set_permissions(from, fs::metadata(to)?.permissions())?;
        fs::rename(from, to)
    }

    #[cfg(target_os = "linux")]
    fn swap(&self, one: &Path, other: &Path) -> io::Result<()> {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        use rustix::io::Errno;
        renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE).map_err(|errno| match errno {
            // What file systems and old kernels answer that do not know the flag.
            Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP => io::ErrorKind::Unsupported.into(),
            other => other.into(),
        })
    }

    #[cfg(not(target_os = "linux"))]
    fn swap(&self, _one: &Path, _other: &Path) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn remove_folder(&self, folder: &Path) -> io::Result<()> {
        fs::remove_dir_all(folder)
    }
}

fn create(path: &Path, bytes: &[u8]) -> io::Result<fs::File> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    Ok(file)
}

fn kind_of(kind: fs::FileType) -> Kind {
    if kind.is_file() {
        Kind::File
    } else if kind.is_dir() {
        Kind::Folder
    } else if kind.is_symlink() {
        Kind::Link
    } else {
        Kind::Other
    }
}
