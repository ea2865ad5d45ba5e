//! Manifests that do not mean what the source means.

use std::collections::BTreeMap;

use netpol_verify::{Source, Written};

use super::{ONE_TARGET, load, shown};
use crate::testing::Memory;
use crate::verify::verify;
use crate::{Format, Options, Purpose, compile};

const SHOP: &str =
    "namespace shop\nworkload web selects app=web\nworkload api selects app=api\nweb -> api:8080\n";

/// What is said of the manifests of `SHOP` once a word in them is another.
fn said_with(word: &str, other: &str) -> String {
    let host = Memory::with(&[("p/netpol.toml", ONE_TARGET), ("p/shop.netpol", SHOP)]);
    let (loaded, day) = (load(&host), "2026-11-21".parse().unwrap());
    let options = Options { as_of: day, targets: Vec::new(), purpose: Purpose::Build };
    let compiled = compile(loaded.clone(), &options);
    let files: BTreeMap<String, String> = compiled.targets[0]
        .files
        .iter()
        .map(|(name, text)| (name.clone(), text.replacen(word, other, 1)))
        .collect();
    assert_ne!(files, compiled.targets[0].files, "`{word}` stands in the manifests");
    let target = &loaded.project.targets[0];
    let written = Written { backend: target.backend.name, settings: &target.settings, files: &files };
    let source = Source::of(&compiled.views[0], day);
    let (found, _) = verify(&source, &[(target.backend, written)]).remove(0);
    shown(Format::Human, &loaded, &found)
}

#[test]
fn a_wrong_port_is_told_with_the_line_it_comes_from() {
    insta::assert_snapshot!(said_with("- 8080", "- 8081"));
}

#[test]
fn what_no_line_allows_is_told_with_the_namespace() {
    insta::assert_snapshot!(said_with("- 8080", "- 8080\n      - 9090"));
}
