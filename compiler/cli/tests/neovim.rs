//! `netpol lsp` driven by a real Neovim, headless, on a copy of online-boutique. `neovim.lua` is what it does.

use std::path::Path;
use std::process::Command;

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let place = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &place);
        } else {
            std::fs::copy(entry.path(), place).unwrap();
        }
    }
}

#[test]
fn neovim_works_with_the_server() {
    let version = Command::new("nvim").arg("--version").output();
    let Ok(version) = version else {
        println!("skipped: there is no `nvim` on this machine");
        return;
    };
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (folder, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let root = folder.path().canonicalize().unwrap();
    copy(&here.join("../../examples/online-boutique"), &root);
    let done = Command::new("nvim")
        .args(["--headless", "-u", "NONE", "-i", "NONE", "-n"])
        .arg("-c")
        .arg(format!("luafile {}", here.join("tests/neovim.lua").display()))
        .current_dir(&root)
        .env("NETPOL", env!("CARGO_BIN_EXE_netpol"))
        .env("HOME", home.path())
        .env("XDG_CACHE_HOME", home.path().join("cache"))
        .env("XDG_STATE_HOME", home.path().join("state"))
        .env("XDG_DATA_HOME", home.path().join("data"))
        .output()
        .unwrap();
    let said = [done.stdout, done.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    let version = String::from_utf8_lossy(&version.stdout).lines().next().unwrap_or_default().to_owned();
    assert!(done.status.success() && said.contains("all is well"), "{version}:\n{said}");
    println!("{version}");
}
