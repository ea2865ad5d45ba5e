//! Several targets at once.

use netpol_diagnostics::{Code, Diagnostic, FileId, Span};
use netpol_model::Policy;

use super::load;
use crate::lower::{Lowered, Scope, lower_all, merge};
use crate::taker::Forgotten;
use crate::testing::Memory;
use crate::{Manifests, Project};

const TWO: &str = "edition = 2026\n[targets.a]\nbackend = \"calico\"\n[targets.b]\nbackend = \"cilium\"\ncluster = \"prdo\"\n";

fn project() -> Project {
    load(&Memory::with(&[("p/netpol.toml", TWO), ("p/a.netpol", "")])).project
}

fn view(cluster: Option<&str>) -> Policy {
    let mut policy = Policy::default();
    policy.cluster.name = cluster.map(Into::into);
    policy
}

fn titles(views: &[Policy]) -> Vec<(String, String)> {
    let project = project();
    let targets: Vec<_> = project.targets.iter().collect();
    let scope = Scope { as_of: "2026-11-21".parse().unwrap(), about: None, is_cancelled: &|| false };
    let (_, diagnostics) = lower_all(&targets, views, scope, &Forgotten).unwrap();
    let clusters = diagnostics.iter().filter(|diagnostic| diagnostic.code == Code(3));
    clusters.map(|d| (d.title.clone(), d.helps[0].text.clone())).collect()
}

#[test]
fn a_target_names_a_cluster_that_is_declared() {
    let found = titles(&[view(Some("prod"))]);
    assert_eq!(found, [("no cluster is named `prdo`".to_owned(), "did you mean `prod`?".to_owned())]);
}

#[test]
fn a_target_must_name_its_cluster_where_there_are_several() {
    let found = titles(&[view(Some("prod")), view(Some("dev"))]);
    assert!(found.iter().any(|(title, _)| title == "target `a` does not say its cluster"), "{found:?}");
}

#[test]
fn what_two_targets_say_alike_is_said_once_with_both_lines() {
    let project = project();
    let span = Span { file: FileId(1), start: 0, end: 3 };
    let same = Diagnostic::new(Code(712), "cluster ranges were cut out of this range").at(span, "here");
    let other = Diagnostic::new(Code(701), "target `calico` cannot match domain names").at(span, "here");
    let [a, b] = &project.targets[..] else { panic!("two targets") };
    let lowered = [
        Lowered { target: a, manifests: Manifests::default(), diagnostics: vec![same.clone(), other] },
        Lowered { target: b, manifests: Manifests::default(), diagnostics: vec![same] },
    ];
    let merged = merge(&lowered);
    let marks: Vec<(u16, usize)> = merged.iter().map(|d| (d.code.0, d.secondary.len())).collect();
    assert_eq!(marks, [(701, 1), (712, 2)]);
    assert_eq!(merged[0].secondary[0].text, "target chosen here");
}
