//! The standard library's modules as files that an editor can open.
//!
//! The library is part of the program. A module is written, read-only, to the user's cache folder when somebody goes there.
//! A file works in every editor without a line of configuration, where an address of our own (`netpol-std:`) would need code
//! in each: Neovim an autocommand, VS Code a content provider, others cannot at all.

use std::fs;
use std::path::{Path, PathBuf};

use netpol_check::standard_modules;

/// The folder of the library's files.
#[derive(Clone, Debug)]
pub struct Library {
    folder: PathBuf,
}

impl Library {
    /// The library in this folder.
    pub fn at(folder: PathBuf) -> Library {
        Library { folder }
    }

    /// The user's cache folder, or else the system's temporary one; each version of the library has its own.
    pub fn of_user() -> Library {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let home = || {
            set("HOME")
                .map(|home| home.join(if cfg!(target_os = "macos") { "Library/Caches" } else { ".cache" }))
        };
        let cache = set("XDG_CACHE_HOME").or_else(|| set("LOCALAPPDATA")).or_else(home);
        let cache = cache.filter(|folder| folder.is_absolute()).unwrap_or_else(std::env::temp_dir);
        let folder =
            cache.join("netpol").join(format!("{}-{:016x}", env!("CARGO_PKG_VERSION"), fingerprint()));
        // As others name it, where the way to it has links.
        Library { folder }
    }

    /// Where a module's file is: `std/k8s` is `…/std/k8s.netpol`.
    pub fn place(&self, module: &str) -> PathBuf {
        self.folder.join(format!("{module}.netpol"))
    }

    /// The module that a file is, if it is one.
    pub fn module_at(&self, place: &Path) -> Option<&'static str> {
        let is_it = |module: &str| self.place(module) == place;
        standard_modules().iter().map(|(module, _)| *module).find(|module| is_it(module))
    }

    /// Writes a module's file if it is not there; gives its place. None where nothing can be written.
    pub fn write(&self, module: &str) -> Option<PathBuf> {
        let (_, text) = standard_modules().iter().find(|(known, _)| *known == module)?;
        let place = self.place(module);
        if fs::read(&place).is_ok_and(|bytes| bytes == text.as_bytes()) {
            return Some(place);
        }
        fs::create_dir_all(place.parent()?).ok()?;
        // Another server may be writing the same: nobody ever sees half a file.
        let draft = place.with_extension(format!("{}.tmp", std::process::id()));
        fs::write(&draft, text).ok()?;
        let mut permissions = fs::metadata(&draft).ok()?.permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&draft, permissions).ok()?;
        fs::rename(&draft, &place).ok()?;
        Some(place)
    }
}

/// A number that differs where the library differs (FNV-1a).
fn fingerprint() -> u64 {
    let bytes = standard_modules().iter().flat_map(|(module, text)| module.bytes().chain(text.bytes()));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop")]
mod tests {
    use super::*;

    #[test]
    fn a_module_is_written_once_and_nobody_may_change_it() {
        let folder = tempfile::tempdir().unwrap();
        let library = Library::at(folder.path().to_owned());
        let place = library.write("std/k8s").unwrap();
        assert!(fs::metadata(&place).unwrap().permissions().readonly());
        assert!(fs::read_to_string(&place).unwrap().starts_with("# std/k8s"));
        assert_eq!(library.write("std/k8s"), Some(place.clone()));
        assert_eq!(library.module_at(&place), Some("std/k8s"));
        assert_eq!(library.write("std/none"), None);
        assert_eq!(library.module_at(Path::new("/elsewhere/k8s.netpol")), None);
    }
}
