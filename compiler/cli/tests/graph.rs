//! `netpol graph`, from outside.

#![allow(clippy::unwrap_used, reason = "a test may stop")]

use std::path::Path;
use std::process::{Command, Output};

use netpol_tests::example;

/// The exit code, standard output and standard error of a run on the examples' day.
fn graph(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_netpol"))
        .args(["graph", "--as-of", example::DAY])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

#[test]
fn an_example_is_drawn_in_every_format() {
    for format in ["mermaid", "dot", "matrix", "csv"] {
        let (code, out, err) = graph(&example::folder(), &["three-tier", "--format", format]);
        assert_eq!((code, err.as_str()), (Some(0), ""));
        insta::assert_snapshot!(format!("three_tier_{format}"), out.replace('\r', ""));
    }
}

#[test]
fn one_namespace_is_drawn_alone_and_namespaces_as_nodes() {
    let (_, out, _) = graph(&example::folder(), &["tenant-rfc", "--namespace", "search"]);
    insta::assert_snapshot!("tenant_rfc_search", out);
    let (_, out, _) =
        graph(&example::folder(), &["twelve-tenants", "--by", "namespace", "--format", "matrix"]);
    insta::assert_snapshot!("twelve_tenants_by_namespace", out);
    let (code, out, err) = graph(&example::folder(), &["tenant-rfc", "--namespace", "serch"]);
    assert_eq!(
        (code, out.as_str(), err.as_str()),
        (Some(2), "", "error: no namespace is named `serch`: did you mean `search`?\n")
    );
}

#[test]
fn each_cluster_of_a_project_is_framed() {
    let (code, out, err) = graph(&example::folder(), &["phases"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    insta::assert_snapshot!("phases", out);
}

#[test]
fn a_project_with_errors_is_told_and_not_drawn() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("netpol.toml"), "edition = 2026\n").unwrap();
    let texts = [
        ("NP0201", "namespace a\nweb -> api:80\n"),
        ("NP0405", "namespace a {\n  tiers [web] by tier\n  web -> b/all:80\n}\nnamespace b {\n}\n"),
    ];
    for (told, text) in texts {
        std::fs::write(folder.path().join("a.netpol"), text).unwrap();
        let (code, out, err) = graph(folder.path(), &[]);
        assert_eq!((code, out.as_str()), (Some(1), ""));
        assert!(err.contains(told), "{err}");
    }
}
