//! Which files belong to a project.

use super::{ONE_TARGET, load, paths, short};
use crate::testing::{Memory, Node};

#[test]
fn sources_come_in_order_of_their_paths_without_hidden_ones() {
    let host = Memory::with(&[
        ("p/netpol.toml", ONE_TARGET),
        ("p/b.netpol", ""),
        ("p/a/z.netpol", ""),
        ("p/a.netpol", ""),
        ("p/notes.txt", ""),
        ("p/.cache/x.netpol", ""),
        ("p/.x.netpol", ""),
    ]);
    assert_eq!(paths(&load(&host)), ["a.netpol", "a/z.netpol", "b.netpol"]);
}

#[test]
fn a_project_inside_the_project_is_not_part_of_it() {
    let host = Memory::with(&[
        ("p/netpol.toml", ONE_TARGET),
        ("p/a.netpol", ""),
        ("p/inner/netpol.toml", ONE_TARGET),
        ("p/inner/deep/b.netpol", ""),
    ]);
    assert_eq!(paths(&load(&host)), ["a.netpol"]);
}

#[test]
fn a_link_to_a_folder_is_followed() {
    let host = Memory::with(&[("p/netpol.toml", ONE_TARGET), ("shared/a.netpol", "")]);
    host.put("p/common", Node::Link("shared".into()));
    assert_eq!(paths(&load(&host)), ["common/a.netpol"]);
}

#[test]
fn a_link_that_leads_to_a_folder_above_it_is_a_fault() {
    let host = Memory::with(&[("p/netpol.toml", ONE_TARGET), ("p/a/a.netpol", "")]);
    host.put("p/a/up", Node::Link("p".into()));
    let found = short(&load(&host));
    assert_eq!(found, "a/up:1:1: error[NP0001]: link `a/up` leads in a circle\n");
}

#[test]
fn links_that_lead_to_each_other_are_a_fault() {
    let host = Memory::with(&[("p/netpol.toml", ONE_TARGET), ("p/a.netpol", "")]);
    host.put("p/one.netpol", Node::Link("p/two.netpol".into()));
    host.put("p/two.netpol", Node::Link("p/one.netpol".into()));
    let found = short(&load(&host));
    assert!(found.contains("one.netpol:1:1: error[NP0001]: link `one.netpol` cannot be followed"), "{found}");
    assert!(found.contains("two.netpol:1:1: error[NP0001]"), "{found}");
}

#[test]
fn two_folders_that_link_into_each_other_end() {
    let host = Memory::with(&[("p/netpol.toml", ONE_TARGET), ("p/a/a.netpol", ""), ("p/b/b.netpol", "")]);
    host.put("p/a/to-b", Node::Link("p/b".into()));
    host.put("p/b/to-a", Node::Link("p/a".into()));
    let found = short(&load(&host));
    assert!(found.contains("link `a/to-b/to-a` leads in a circle"), "{found}");
}

#[test]
fn a_dangling_link_matters_only_where_it_is_a_source() {
    let host = Memory::with(&[("p/netpol.toml", ONE_TARGET), ("p/a.netpol", "")]);
    host.put("p/gone", Node::Link("nowhere".into()));
    assert_eq!(short(&load(&host)), "");
    host.put("p/gone.netpol", Node::Link("nowhere".into()));
    assert_eq!(
        short(&load(&host)),
        "gone.netpol:1:1: error[NP0001]: link `gone.netpol` cannot be followed\n"
    );
}

#[test]
fn a_folder_that_may_not_be_listed_is_a_fault() {
    let host = Memory::with(&[("p/netpol.toml", ONE_TARGET), ("p/a.netpol", "")]);
    host.put("p/secret", Node::Closed);
    assert_eq!(short(&load(&host)), "secret:1:1: error[NP0001]: folder `secret` cannot be listed\n");
}
