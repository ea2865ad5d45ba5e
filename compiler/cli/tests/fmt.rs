//! `netpol fmt`, from outside.

#![allow(clippy::unwrap_used, reason = "a test may stop")]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use netpol_tests::example;

fn netpol(folder: &Path, arguments: &[&str], input: &str) -> (Option<i32>, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_netpol"))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that reads no input may have closed it.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

const UGLY: &str = "namespace   a\nworkload x selects app = x   # why\nx->x:1\n";
const NICE: &str = "namespace a\nworkload x selects app=x  # why\nx -> x:1\n";

#[test]
fn a_project_is_laid_out_and_then_is() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("inner")).unwrap();
    fs::write(folder.path().join("netpol.toml"), "edition = 2026\n").unwrap();
    fs::write(folder.path().join("inner/a.netpol"), UGLY).unwrap();
    fs::write(folder.path().join("b.netpol"), UGLY.replace(" a\n", " b\n")).unwrap();
    let (code, out, err) = netpol(folder.path(), &["fmt", "--check", "inner"], "");
    assert_eq!(code, Some(1));
    assert!(err.starts_with("warning[NP0107]: file is not formatted\n  ┌─ inner/a.netpol:1:1\n"), "{err}");
    assert!(err.ends_with("1 file not laid out (NP0107): run `netpol fmt`\n"), "{err}");
    assert!(out.contains("--- inner/a.netpol") && out.contains("+x -> x:1"), "{out}");
    assert_eq!(
        fs::read_to_string(folder.path().join("inner/a.netpol")).unwrap(),
        UGLY,
        "--check writes nothing"
    );
    assert_eq!(netpol(folder.path(), &["fmt"], "").2, "2 files laid out\n");
    assert_eq!(fs::read_to_string(folder.path().join("inner/a.netpol")).unwrap(), NICE);
    let (code, out, err) = netpol(folder.path(), &["fmt", "--check"], "");
    assert_eq!((code, out.as_str(), err.as_str()), (Some(0), "", "2 files laid out already\n"));
}

#[test]
fn a_file_with_a_mistake_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let text = "namespace   a\nweb -> api:80, 90\n";
    fs::write(folder.path().join("a.netpol"), text).unwrap();
    let (code, _, err) = netpol(folder.path(), &["fmt", "a.netpol"], "");
    assert_eq!(code, Some(1));
    assert!(err.starts_with("a.netpol: has a mistake"), "{err}");
    assert_eq!(fs::read_to_string(folder.path().join("a.netpol")).unwrap(), text);
}

#[test]
fn standard_input_goes_to_standard_output() {
    let here = Path::new(".");
    assert_eq!(netpol(here, &["fmt", "-"], UGLY), (Some(0), NICE.to_owned(), String::new()));
    assert_eq!(netpol(here, &["fmt", "-", "--check"], NICE).0, Some(0));
    assert_eq!(netpol(here, &["fmt", "-", "--check"], UGLY).0, Some(1));
    let (code, out, _) = netpol(here, &["fmt", "-"], "web ->\n");
    assert_eq!((code, out.as_str()), (Some(1), "web ->\n"), "a text is never lost");
}

#[test]
fn the_standard_library_is_laid_out() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../stdlib"));
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let (code, out, _) = netpol(folder, &["fmt", "-"], &text);
        assert_eq!((code, out.as_str()), (Some(0), text.as_str()), "{}", path.display());
        count += 1;
    }
    assert!(count > 15, "the library was not found");
}

#[test]
fn every_example_is_laid_out() {
    for example in example::all() {
        let folder = example::folder().join(&example.name);
        let (code, out, err) = netpol(&folder, &["fmt", "--check"], "");
        assert_eq!(code, Some(0), "examples/{}: {err}{out}", example.name);
    }
}
