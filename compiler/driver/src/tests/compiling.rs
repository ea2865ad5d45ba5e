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
fn a_target_that_could_not_be_read_is_not_missed_too() {
    let project = "edition = 2026\n[targets.prod]\nbackend = \"istio\"\n";
    let files = [("p/netpol.toml", project), ("p/a.netpol", "")];
    let found = compiled(&files, Purpose::Build, &[]).diagnostics;
    let titles: Vec<&str> = found.iter().map(|found| &*found.title).collect();
    assert_eq!(titles, ["no back end is named `istio`"]);
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

/// A fence whose denies overlap in ports and each speak of two labels of their own: what they leave together is exponentially many kinds of
/// pods.
fn hostile_fence(denies: usize) -> String {
    use std::fmt::Write as _;
    let mut text = "namespace shop {\n".to_owned();
    for at in 0..denies {
        let ports = format!("{}-{}", 1000 + at, 3000 + at);
        let _ = writeln!(text, "  workload w{at} selects a{at}=x, b{at}=y\n  deny all -> w{at}:{ports}");
    }
    text + "  all -> all:any because \"everything inside\"\n}\n"
}

#[test]
fn a_proof_past_its_steps_is_undecided_and_never_a_pass() {
    let text = hostile_fence(20);
    let begun = std::time::Instant::now();
    let found = compiled(&[("p/netpol.toml", ONE_TARGET), ("p/a.netpol", &text)], Purpose::Build, &[]);
    let undecided: Vec<_> = found.diagnostics.iter().filter(|d| d.severity == Severity::Error).collect();
    assert_eq!(undecided.len(), 1, "{undecided:?}");
    assert_eq!(undecided[0].code.to_string(), "NP0723");
    assert_eq!(undecided[0].title, "the proof for target `calico` takes too many steps, for `shop`");
    assert!(undecided[0].primary.is_some() && found.has_errors());
    assert!(begun.elapsed().as_secs() < 120, "the bound does not bind: {:?}", begun.elapsed());
}

#[test]
fn a_fence_of_the_same_kind_that_can_be_looked_at_is_proved() {
    let text = hostile_fence(5);
    let found = compiled(&[("p/netpol.toml", ONE_TARGET), ("p/a.netpol", &text)], Purpose::Build, &[]);
    assert!(!found.has_errors(), "{:?}", found.diagnostics);
}
