//! `netpol interface` and `netpol doc`, from outside.

#![allow(clippy::unwrap_used, reason = "a test may stop")]

use std::path::Path;
use std::process::{Command, Output};

use netpol_tests::example;

/// What a run on the examples' day prints, and whether it went well.
fn netpol(folder: &Path, arguments: &[&str]) -> (bool, String) {
    let Output { status, stdout, stderr } =
        Command::new(env!("CARGO_BIN_EXE_netpol")).args(arguments).current_dir(folder).output().unwrap();
    (status.success(), String::from_utf8([stdout, stderr].concat()).unwrap())
}

/// What a run over the examples prints.
fn printed(arguments: &[&str]) -> String {
    let arguments: Vec<&str> = arguments.iter().copied().chain(["--as-of", example::DAY]).collect();
    let (is_fine, text) = netpol(&example::folder(), &arguments);
    assert!(is_fine, "{text}");
    text
}

#[test]
fn a_namespace_has_a_contract_on_one_page() {
    insta::assert_snapshot!("interface_cde", printed(&["interface", "cde", "cardholder-data"]));
    insta::assert_snapshot!("interface_search", printed(&["interface", "search", "tenant-rfc"]));
}

#[test]
fn a_contract_in_the_language_holds_the_lines_of_another_project() {
    let text = printed(&["interface", "cde", "cardholder-data", "--format", "netpol"]);
    insta::assert_snapshot!("contract_cde", text);
    let folder = tempfile::tempdir().unwrap();
    let edge = |port: u16| {
        format!(
            "{text}namespace pay-edge {{\n  workload api selects app=pay-api\n  api -> cde/gateway:{port}\n}}\n"
        )
    };
    std::fs::write(folder.path().join("agreed.netpol"), edge(8443)).unwrap();
    std::fs::write(folder.path().join("not.netpol"), edge(8444)).unwrap();
    let (is_fine, told) = netpol(folder.path(), &["check", "agreed.netpol", "--as-of", example::DAY]);
    assert!(is_fine, "{told}");
    let (is_fine, told) = netpol(folder.path(), &["check", "not.netpol", "--as-of", example::DAY]);
    assert!(!is_fine && told.contains("NP0406"), "{told}");
}

#[test]
fn a_namespace_of_three_clusters_has_three_pages() {
    insta::assert_snapshot!("interface_phases", printed(&["interface", "shop", "phases/shop.netpol"]));
}

#[test]
fn what_has_lapsed_is_not_in_the_contract() {
    let (_, text) =
        netpol(&example::folder(), &["interface", "cde", "cardholder-data", "--as-of", "2027-04-01"]);
    assert!(text.contains("# Namespace `cde`") && !text.contains("PCI-7"), "{text}");
}

#[test]
fn a_project_is_documented_whole() {
    insta::assert_snapshot!("doc_project", printed(&["doc", "metadata-exception"]));
}

#[test]
fn a_module_is_documented_with_its_comments() {
    let folder = tempfile::tempdir().unwrap();
    let text = "# Our patterns.\n\nuse std/k8s\n\n# Where dumps go,\n# in the other building.\nnet backup = \
                10.60.8.0/24\nworkload vpn selects app=vpn in edge\n\n# A nightly dump.\npattern dump(source: workload, \
                at: port = https) {\n  egress at to backup from source\n    because \"nightly | dump\"\n}\n\n\
                pattern closed {\n}\n";
    std::fs::write(folder.path().join("ours.netpol"), text).unwrap();
    let (is_fine, text) = netpol(folder.path(), &["doc", "ours.netpol"]);
    assert!(is_fine, "{text}");
    insta::assert_snapshot!("doc_module", text);
    for module in ["std", "std/k8s", "std/guard"] {
        let (is_fine, text) = netpol(folder.path(), &["doc", module]);
        assert!(is_fine && text.starts_with("# "), "{text}");
    }
}

#[test]
fn a_name_that_is_not_there_is_told_with_what_is_near() {
    let (is_fine, text) = netpol(&example::folder(), &["interface", "cdr", "cardholder-data"]);
    assert_eq!(
        (is_fine, text.as_str()),
        (false, "error: no namespace is named `cdr`: did you mean `cde`?\n")
    );
    let (is_fine, text) = netpol(&example::folder(), &["doc", "std/k9s"]);
    assert!(!is_fine && text.contains("did you mean `std/k8s`?"), "{text}");
    let (is_fine, text) = netpol(Path::new("/"), &["doc"]);
    assert!(!is_fine && text.contains("netpol init"), "{text}");
}

#[test]
fn a_text_with_a_mistake_is_told_and_not_documented() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.netpol"), "namespace a\nweb -> api:80\n").unwrap();
    let (is_fine, text) = netpol(folder.path(), &["interface", "a", "a.netpol"]);
    assert!(!is_fine && text.contains("NP0201") && !text.contains("# Namespace"), "{text}");
}
