//! What cannot be read says so, at its place.

use std::path::Path;

use super::{ONE_TARGET, load, short, shown};
use crate::testing::{Memory, Node};
use crate::{Format, LARGEST_FILE, SingleFile, is_environment, load_file};

fn with_bytes(bytes: Vec<u8>) -> Memory {
    let host = Memory::with(&[("p/netpol.toml", ONE_TARGET)]);
    host.put("p/a.netpol", Node::File(bytes));
    host
}

#[test]
fn text_that_is_not_utf8_is_shown_up_to_the_bad_byte() {
    let loaded = load(&with_bytes(b"namespace shop\nweb -> \xffapi:80\n".to_vec()));
    assert!(loaded.diagnostics.iter().all(is_environment));
    insta::assert_snapshot!(shown(Format::Human, &loaded, &loaded.diagnostics), @r"
    error[NP0001]: `a.netpol` is not UTF-8
      ┌─ a.netpol:2:8
      │
    2 │ web -> 
      │        ^ byte 0xff here; the text stops at it
      │
      = help: save the file as UTF-8

    1 error
    ");
}

#[test]
fn a_file_over_the_limit_is_not_read() {
    let loaded = load(&with_bytes(vec![b'#'; LARGEST_FILE as usize + 1]));
    assert_eq!(short(&loaded), "a.netpol:1:1: error[NP0001]: `a.netpol` is larger than 16 MiB\n");
}

#[test]
fn a_binary_file_is_not_read() {
    let loaded = load(&with_bytes(b"\x7fELF\0\0".to_vec()));
    assert_eq!(short(&loaded), "a.netpol:1:1: error[NP0001]: `a.netpol` is not text\n");
}

#[test]
fn a_folder_named_like_a_source_is_walked() {
    let host = Memory::with(&[("p/netpol.toml", ONE_TARGET), ("p/odd.netpol/a.netpol", "")]);
    assert_eq!(super::paths(&load(&host)), ["odd.netpol/a.netpol"]);
}

#[test]
fn a_folder_without_a_project_file_is_no_project() {
    let loaded = load(&Memory::with(&[("p/a.netpol", "")]));
    assert_eq!(short(&loaded), "netpol.toml:1:1: error[NP0001]: `netpol.toml` cannot be read\n");
}

#[test]
fn a_project_without_sources_says_so() {
    let loaded = load(&Memory::with(&[("p/netpol.toml", ONE_TARGET)]));
    assert_eq!(short(&loaded), "netpol.toml:1:1: error[NP0001]: the project holds no `.netpol` file\n");
}

#[test]
fn sources_in_an_output_folder_are_a_fault() {
    let host = Memory::with(&[("p/netpol.toml", ONE_TARGET), ("p/dist/main/a.netpol", "")]);
    assert_eq!(
        short(&load(&host)),
        "netpol.toml:2:10: error[NP0003]: target `main` would be written over sources\n"
    );
}

#[test]
fn a_path_with_authority_and_no_source_is_a_fault() {
    let manifest = format!("platform = [\"platfrom\"]\n{ONE_TARGET}");
    let host = Memory::with(&[("p/netpol.toml", &manifest), ("p/platform/a.netpol", "")]);
    assert_eq!(
        short(&load(&host)),
        "netpol.toml:1:13: error[NP0003]: no `.netpol` file lies under `platfrom`\n"
    );
}

#[test]
fn a_single_file_needs_no_project() {
    let host = Memory::with(&[("shop.netpol", "namespace shop\n")]);
    let single =
        SingleFile { backend: Some("cilium".into()), namespace: Some("shop".into()), ..Default::default() };
    let loaded = load_file(&host, Path::new("shop.netpol"), "shop.netpol", &single);
    assert_eq!(short(&loaded), "");
    assert_eq!(loaded.project.targets.len(), 1);
    assert_eq!(loaded.default_namespace.as_deref(), Some("shop"));
}

#[test]
fn a_single_file_with_a_misspelt_back_end_is_told_the_near_one() {
    let host = Memory::with(&[("shop.netpol", "")]);
    let single = SingleFile { backend: Some("cillium".into()), ..Default::default() };
    let loaded = load_file(&host, Path::new("shop.netpol"), "shop.netpol", &single);
    assert_eq!(short(&loaded), "error[NP0003]: no back end is named `cillium`\n");
    assert_eq!(loaded.diagnostics[0].helps[0].text, "did you mean `cilium`?");
}
