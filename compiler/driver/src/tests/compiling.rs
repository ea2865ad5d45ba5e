//! From sources to manifests.

use netpol_diagnostics::Severity;

use super::{ONE_TARGET, load};
use crate::testing::Memory;
use crate::{Compiled, Options, Purpose, compile};

fn compiled(files: &[(&str, &str)], purpose: Purpose, targets: &[&str]) -> Compiled {
    let options = Options {
        as_of: "2026-11-21".parse().unwrap(),
        targets: targets.iter().map(|target| (*target).to_owned()).collect(),
        purpose,
    };
    compile(load(&Memory::with(files)), &options)
}

#[test]
fn an_unknown_target_is_told_the_near_one() {
    let files = [("p/netpol.toml", ONE_TARGET), ("p/a.netpol", "")];
    let compiled = compiled(&files, Purpose::Build, &["mian"]);
    assert_eq!(compiled.diagnostics[0].title, "no target is named `mian`");
    assert_eq!(compiled.diagnostics[0].helps[0].text, "did you mean `main`?");
}

#[test]
fn a_project_without_targets_can_be_checked_but_not_built() {
    let files = [("p/netpol.toml", "edition = 2026\n"), ("p/a.netpol", "")];
    assert_eq!(compiled(&files, Purpose::Check, &[]).count(Severity::Error), 0);
    assert_eq!(compiled(&files, Purpose::Build, &[]).diagnostics[0].title, "the project has no target");
}

#[test]
fn a_fault_of_the_environment_stops_before_the_text_is_judged() {
    let files = [("p/netpol.toml", "edition = 1999\n"), ("p/a.netpol", "this is no policy\n")];
    let compiled = compiled(&files, Purpose::Check, &[]);
    assert!(
        compiled.diagnostics.iter().all(|diagnostic| diagnostic.code.0 < 100),
        "{:?}",
        compiled.diagnostics
    );
}

#[test]
fn ten_thousand_braces_give_a_diagnostic() {
    let text = format!("namespace shop {}\n", "{".repeat(10_000));
    let compiled = compiled(&[("p/netpol.toml", ONE_TARGET), ("p/a.netpol", &text)], Purpose::Check, &[]);
    assert!(compiled.has_errors());
    assert!(compiled.diagnostics.iter().all(|diagnostic| diagnostic.primary.is_some()));
}

#[test]
fn narrowing_keeps_what_lies_under_the_path() {
    let files = [("p/netpol.toml", ONE_TARGET), ("p/a/x.netpol", "? ?\n"), ("p/b/x.netpol", "? ?\n")];
    let mut compiled = compiled(&files, Purpose::Check, &[]);
    let all = compiled.diagnostics.len();
    compiled.narrow("a");
    assert!(compiled.diagnostics.len() < all);
    assert!(compiled.has_errors());
}
