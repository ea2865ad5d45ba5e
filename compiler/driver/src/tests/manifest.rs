//! The project file: what is right, and every mistake at its place.

use indoc::indoc;

use super::{load, short, shown};
use crate::Format;
use crate::testing::Memory;

fn report(manifest: &str) -> String {
    short(&load(&Memory::with(&[("p/netpol.toml", manifest), ("p/a.netpol", "")])))
}

#[test]
fn targets_keep_the_order_written_and_write_below_dist() {
    let manifest = indoc! {r#"
        edition = 2026
        [targets.zone]
        backend = "cilium"
        [targets.area]
        backend = "calico"
        output = "./out//area/"
        cluster = "prod"
    "#};
    let loaded = load(&Memory::with(&[("p/netpol.toml", manifest), ("p/a.netpol", "")]));
    let targets = &loaded.project.targets;
    let written: Vec<_> = targets.iter().map(|target| (&*target.name, target.output.as_str())).collect();
    assert_eq!(written, [("zone", "dist/zone"), ("area", "out/area")]);
    assert_eq!(targets[1].cluster.as_deref(), Some("prod"));
    assert_eq!(short(&loaded), "");
}

#[test]
fn every_mistake_of_the_file_is_told_in_one_run() {
    let manifest = indoc! {r#"
        edition = 2031
        paltform = ["platform"]
        platform = "platform"

        [tenants]
        shop = ["../shop", "/etc"]

        [targets.Prod]
        backend = "cillium"

        [targets.two]
        output = "."

        [targets.three]
        backend = "calico"
        flavour = 1.20
        output = "dist"

        [targets.four]
        backend = "calico"
        cluster = 4
        colour = "red"
    "#};
    insta::assert_snapshot!(report(manifest));
}

#[test]
fn a_file_that_is_not_toml_says_where() {
    let loaded = load(&Memory::with(&[("p/netpol.toml", "edition = 2026\n[targets\n"), ("p/a.netpol", "")]));
    insta::assert_snapshot!(shown(Format::Human, &loaded, &loaded.diagnostics));
}

#[test]
fn a_file_without_edition_is_told_how_it_begins() {
    let manifest = "[targets.main]\nbackend = \"calico\"\n";
    assert_eq!(report(manifest), "netpol.toml:1:1: error[NP0003]: the project does not say its edition\n");
}

#[test]
fn outputs_may_not_meet_nor_hold_sources() {
    let manifest = indoc! {r#"
        edition = 2026
        platform = ["dist/rules"]
        [targets.one]
        backend = "calico"
        output = "dist"
        [targets.two]
        backend = "cilium"
        output = "dist/two"
    "#};
    let report = report(manifest);
    assert!(
        report.contains("8:10: error[NP0003]: targets `one` and `two` would write over each other"),
        "{report}"
    );
    assert!(report.contains("5:10: error[NP0003]: target `one` would be written over sources"), "{report}");
}
