//! Output folders: all or nothing, whatever happens.

use std::collections::BTreeMap;
use std::path::Path;

use super::shown;
use crate::output::{Place, Staged};
use crate::testing::{Memory, Node};
use crate::{Format, Loaded, MARKER, Manifests, Replaced, replace_folders};

fn manifests(target: &str, texts: &[&str]) -> Manifests {
    let mut files: BTreeMap<String, String> =
        texts.iter().map(|text| (format!("{text}.yaml"), format!("{MARKER} {text}\n"))).collect();
    files.insert("kustomization.yaml".into(), format!("{MARKER} {}\n", texts.join(" ")));
    Manifests { target: target.into(), output: format!("dist/{target}"), files, ..Manifests::default() }
}

fn replace(host: &Memory, targets: &[Manifests]) -> Result<Vec<Replaced>, String> {
    replace_folders(host, Path::new("p"), targets)
        .map_err(|faults| shown(Format::Human, &Loaded::default(), &faults))
}

#[test]
fn a_folder_is_replaced_whole() {
    for host in Memory::kinds() {
        assert_eq!(replace(&host, &[manifests("a", &["x", "y"])]), Ok(vec![Replaced::Written]));
        let new = manifests("a", &["y", "z"]);
        assert_eq!(replace(&host, std::slice::from_ref(&new)), Ok(vec![Replaced::Written]));
        assert_eq!(host.files("p/dist/a"), new.files);
        assert_eq!(host.files("p").len(), 3, "nothing is left beside it");
    }
}

#[test]
fn what_is_staged_and_not_proved_is_taken_away() {
    let host = Memory::default();
    replace(&host, &[manifests("a", &["x"])]).unwrap();
    let before = host.files("p");
    let (a, b) = (manifests("a", &["y"]), manifests("b", &["x"]));
    let places = [&a, &b].map(|target| Place::of(&target.output, None));
    let staged = Staged::of(&host, Path::new("p"), places.into());
    for (at, target) in [&a, &b].into_iter().enumerate() {
        target.files.iter().for_each(|(name, text)| staged.write(at, name, text));
    }
    assert!(host.files("p").len() > before.len(), "the bytes are beside the folder already");
    staged.discard();
    assert_eq!(host.files("p"), before);
}

#[test]
fn the_same_bytes_are_not_written_again() {
    let host = Memory::default();
    let target = [manifests("a", &["x"])];
    assert_eq!(replace(&host, &target), Ok(vec![Replaced::Written]));
    host.heal();
    assert_eq!(replace(&host, &target), Ok(vec![Replaced::Unchanged]));
    assert_eq!(host.heal(), 0, "no change was asked for");
}

#[test]
fn a_foreign_file_keeps_the_folder_from_being_replaced() {
    let host = Memory::default();
    replace(&host, &[manifests("a", &["x"])]).unwrap();
    host.put("p/dist/a/mine.yaml", Node::File(b"kind: Secret\n".to_vec()));
    let before = host.files("p");
    insta::assert_snapshot!(replace(&host, &[manifests("a", &["z"])]).unwrap_err(), @r"
    error[NP0002]: folder `dist/a` holds files that netpol did not write
     = note: a build would remove them
     = note: `dist/a/mine.yaml`
     = help: move them elsewhere, or name another `output`

    1 error
    ");
    assert_eq!(host.files("p"), before);
}

#[test]
fn folders_links_and_hidden_files_are_foreign() {
    for (path, node) in [
        ("p/dist/a/sub/x.yaml", Node::File(vec![])),
        ("p/dist/a/link", Node::Link("elsewhere".into())),
        ("p/dist/a/.env", Node::File(MARKER.into())),
    ] {
        let host = Memory::default();
        replace(&host, &[manifests("a", &["x"])]).unwrap();
        host.put(path, node);
        let fault = replace(&host, &[manifests("a", &["z"])]).unwrap_err();
        assert!(fault.contains("holds files that netpol did not write"), "{fault}");
    }
}

#[test]
fn an_empty_folder_is_taken_over() {
    let host = Memory::default();
    host.put("p/dist/a", Node::Folder);
    assert_eq!(replace(&host, &[manifests("a", &["x"])]), Ok(vec![Replaced::Written]));
}

/// The old and new state of two targets, on hosts of every kind, and every step at which a build between them can go
/// wrong.
fn each_step(for_good: bool, judge: impl Fn(&Memory, &[Manifests; 2], &[Manifests; 2], bool)) {
    let old = [manifests("a", &["x", "y"]), manifests("b", &["x"])];
    let new = [manifests("a", &["x", "z"]), manifests("b", &["w"])];
    for kind in 0..Memory::kinds().len() {
        for step in 1.. {
            let host = &Memory::kinds()[kind];
            replace(host, &old).unwrap();
            host.fail_at(step, for_good);
            let outcome = replace(host, &new);
            let changes = host.heal();
            judge(host, &old, &new, outcome.is_ok());
            if changes < step {
                assert!(outcome.is_ok() && step > 8, "{step} steps cannot be all");
                break;
            }
        }
    }
}

#[test]
fn after_a_crash_at_any_step_each_folder_is_whole_and_the_next_build_finishes() {
    each_step(true, |host, old, new, _| {
        for (old, new) in old.iter().zip(new) {
            let whole = |place: &str| {
                let files = host.files(place);
                files == old.files || files == new.files
            };
            let name = old.target.to_string();
            let aside = format!("p/dist/.{name}.netpol-old");
            assert!(whole(&format!("p/{}", old.output)) || !host.can_swap && whole(&aside));
        }
        replace(host, new).unwrap();
        let expected: usize = new.iter().map(|target| target.files.len()).sum();
        assert_eq!(host.files("p/dist/a"), new[0].files);
        assert_eq!(host.files("p/dist/b"), new[1].files);
        assert_eq!(host.files("p").len(), expected, "nothing is left beside them");
    });
}

#[test]
fn after_a_failure_while_writing_every_folder_is_as_it_was() {
    each_step(false, |host, old, new, ok| {
        let (a, b) = (host.files("p/dist/a"), host.files("p/dist/b"));
        assert!(a == old[0].files || a == new[0].files, "never half of a");
        assert!(b == old[1].files || b == new[1].files, "never half of b");
        assert!(ok || a == old[0].files || b == old[1].files || host.files("p").len() > 5);
    });
}

#[test]
fn the_fault_names_the_folder_and_the_reason() {
    let host = Memory::default();
    host.fail_at(2, true);
    let fault = replace(&host, &[manifests("a", &["x"])]).unwrap_err();
    assert!(fault.contains("error[NP0002]: folder `dist/a` cannot be written"), "{fault}");
    assert!(fault.contains("no space is left on the device"), "{fault}");
}

#[test]
fn leftovers_of_a_dead_build_are_cleared() {
    let host = Memory::default();
    let target = manifests("a", &["x"]);
    host.put("p/dist/.a.netpol-new-99/x.yaml", Node::File(vec![]));
    for (name, text) in &target.files {
        host.put(&format!("p/dist/.a.netpol-old/{name}"), Node::File(text.clone().into_bytes()));
    }
    assert_eq!(replace(&host, &[target]), Ok(vec![Replaced::Unchanged]), "the folder aside was put back");
    assert_eq!(host.files("p").len(), 2);
}
