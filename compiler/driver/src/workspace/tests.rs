//! A workspace follows its open files, and gives what was checked last.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use indoc::indoc;

use super::{Root, Snapshot, Workspace};
use crate::testing::{Memory, Node};

const PROJECT: &str = "edition = 2026\n";

fn codes(snapshot: &Snapshot) -> Vec<String> {
    let said = snapshot.compiled.diagnostics.iter().map(|found| {
        let place =
            found.primary.as_ref().map(|label| snapshot.compiled.sources.file(label.span.file).path.clone());
        format!("{} {}", place.unwrap_or_default(), found.code)
    });
    said.collect()
}

fn shop(memory: &Memory) -> Workspace<'_> {
    Workspace::open(memory, Root::Project(PathBuf::from("/p")))
}

fn check(workspace: &mut Workspace<'_>) -> Arc<Snapshot> {
    workspace.check(&|| false).unwrap()
}

#[test]
fn an_open_file_counts_before_the_disk() {
    let memory = Memory::with(&[
        ("/p/netpol.toml", PROJECT),
        ("/p/shop.netpol", "namespace shop\ntiers [web, api] by tier\nweb -> api:8080\n"),
    ]);
    let mut workspace = shop(&memory);
    assert_eq!(codes(&check(&mut workspace)), Vec::<String>::new());
    let place = Path::new("/p/shop.netpol");
    let wrong = "namespace shop\ntiers [web, api] by tier\nwbe -> api:8080\n";
    workspace.set_text(place.to_owned(), wrong.into());
    assert_eq!(codes(&check(&mut workspace)), ["shop.netpol NP0201"]);
    workspace.remove(place);
    assert_eq!(codes(&check(&mut workspace)), Vec::<String>::new());
}

#[test]
fn a_file_that_is_only_in_the_editor_belongs_to_the_project() {
    let memory = Memory::with(&[
        ("/p/netpol.toml", PROJECT),
        ("/p/shop.netpol", "namespace shop\ntiers [web, api] by tier\nweb -> api:8080\n"),
    ]);
    let mut workspace = shop(&memory);
    check(&mut workspace);
    let place = PathBuf::from("/p/again.netpol");
    workspace.set_text(place.clone(), "namespace shop\n".into());
    let found = check(&mut workspace);
    assert!(codes(&found).iter().any(|said| said.ends_with("NP0212")), "{:?}", codes(&found));
    workspace.remove(&place);
    assert_eq!(codes(&check(&mut workspace)), Vec::<String>::new());
}

#[test]
fn a_project_file_with_a_mistake_is_told_and_got_over() {
    let memory = Memory::with(&[
        ("/p/netpol.toml", "edition = 2026\nplatfrom = []\n"),
        ("/p/shop.netpol", "namespace shop\ntiers [web, api] by tier\nweb -> api:8080\n"),
    ]);
    let mut workspace = shop(&memory);
    let found = check(&mut workspace);
    assert_eq!(codes(&found), ["netpol.toml NP0003"]);
    // Names are there all the same.
    assert_eq!(found.names.namespaces().map(|name| &**name).collect::<Vec<_>>(), ["shop"]);
    workspace.set_text(PathBuf::from("/p/netpol.toml"), PROJECT.into());
    assert_eq!(codes(&check(&mut workspace)), Vec::<String>::new());
}

#[test]
fn what_is_no_text_is_told_as_loading_tells_it() {
    let memory = Memory::with(&[("/p/netpol.toml", PROJECT), ("/p/shop.netpol", "namespace shop\n")]);
    let mut workspace = shop(&memory);
    check(&mut workspace);
    workspace.set_text(PathBuf::from("/p/shop.netpol"), "namespace\0 shop".into());
    assert_eq!(codes(&check(&mut workspace)), ["shop.netpol NP0001"]);
}

#[test]
fn a_file_deleted_on_disk_is_gone_after_reloading() {
    let memory = Memory::with(&[("/p/netpol.toml", PROJECT), ("/p/a.netpol", "wrong\n")]);
    memory.put("/p/b.netpol", Node::File(b"namespace shop\ntiers [a, b] by t\na -> b:1\n".to_vec()));
    let mut workspace = shop(&memory);
    assert_eq!(codes(&check(&mut workspace)), ["a.netpol NP0101"]);
    crate::Host::rename(&memory, Path::new("/p/a.netpol"), Path::new("/elsewhere")).unwrap();
    workspace.reload();
    assert_eq!(codes(&check(&mut workspace)), Vec::<String>::new());
}

#[test]
fn a_file_under_no_project_is_checked_alone() {
    let memory = Memory::with(&[("/x/one.netpol", "namespace a\ntiers [b, c] by t\nb -> d:1\n")]);
    let mut workspace = Workspace::open(&memory, Root::File(PathBuf::from("/x/one.netpol")));
    assert_eq!(codes(&check(&mut workspace)), ["one.netpol NP0201"]);
}

#[test]
fn a_cancelled_check_gives_nothing_and_loses_nothing() {
    let memory = Memory::with(&[("/p/netpol.toml", PROJECT), ("/p/shop.netpol", "namespace shop\n")]);
    let mut workspace = shop(&memory);
    assert!(workspace.check(&|| true).is_none());
    assert_eq!(codes(&check(&mut workspace)), Vec::<String>::new());
}

#[test]
fn files_whose_text_is_the_same_are_not_read_again() {
    let memory = Memory::with(&[
        ("/p/netpol.toml", PROJECT),
        ("/p/a.netpol", "namespace a\n"),
        (
            "/p/b.netpol",
            indoc! {"namespace b
            tiers [x, y] by t
            x -> y:1
        "},
        ),
    ]);
    let mut workspace = shop(&memory);
    let before = check(&mut workspace);
    workspace.set_text(PathBuf::from("/p/a.netpol"), "namespace aa\n".into());
    let after = check(&mut workspace);
    let file = |snapshot: &Snapshot, path: &str| {
        snapshot.files.iter().find(|file| file.path() == path).cloned().unwrap()
    };
    assert!(Arc::ptr_eq(&file(&before, "b.netpol"), &file(&after, "b.netpol")));
    assert!(!Arc::ptr_eq(&file(&before, "a.netpol"), &file(&after, "a.netpol")));
}

#[test]
fn who_opens_a_file_of_a_large_project_hears_of_it_before_the_whole_is_checked() {
    let files = |count: usize| -> Vec<(String, String)> {
        let names = (0..count).map(|at| {
            let text = match at {
                7 => {
                    "namespace n-7\ntiers [web, api] by tier\nwbe -> api:8080\nweb -> n-8/web:80\n".to_owned()
                }
                8 => "namespace n-8\ntiers [web] by tier\napply nothing\n".to_owned(),
                _ => format!("namespace n-{at}\ntiers [web, api] by tier\nweb -> api:8080\n"),
            };
            (format!("/p/n-{at}.netpol"), text)
        });
        std::iter::once(("/p/netpol.toml".to_owned(), PROJECT.to_owned())).chain(names).collect()
    };
    let of = |files: &[(String, String)]| {
        Memory::with(&files.iter().map(|(name, text)| (&**name, &**text)).collect::<Vec<_>>())
    };
    let place = Path::new("/p/n-7.netpol");
    let memory = of(&files(150));
    let mut workspace = shop(&memory);
    let told = |snapshot: &Snapshot| -> Vec<String> {
        let here = snapshot.diagnostics.iter().filter(|found| {
            let label = found.primary.as_ref().expect("a place");
            &*snapshot.sources.file(label.span.file).path == "n-7.netpol"
        });
        here.map(|found| format!("{} {}", found.code, found.title)).collect()
    };
    let first = workspace.check_first(place).expect("an answer before the whole");
    let whole = check(&mut workspace);
    assert_eq!(told(&first), told(&whole));
    assert!(!told(&first).is_empty());
    assert!(
        first.diagnostics.len() < whole.diagnostics.len(),
        "another file's names are for the whole check"
    );
    assert!(workspace.check_first(place).is_none(), "the whole was checked");

    let small = of(&files(20));
    assert!(shop(&small).check_first(place).is_none(), "the whole is as soon checked");
}
