//! Whether what is committed is current.

use std::collections::BTreeMap;
use std::path::Path;

use crate::testing::Memory;
use crate::{Manifests, compare};

fn target(files: &[(&str, &str)]) -> Manifests {
    let files: BTreeMap<String, String> =
        files.iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned())).collect();
    Manifests { target: "a".into(), output: "dist/a".into(), files, ..Manifests::default() }
}

fn diff(there: &[(&str, &str)], files: &[(&str, &str)]) -> String {
    let differences = compare(&Memory::with(there), Path::new("p"), &[target(files)]).unwrap();
    differences.into_iter().map(|difference| difference.diff).collect()
}

#[test]
fn current_output_has_no_difference() {
    assert_eq!(diff(&[("p/dist/a/x.yaml", "one\n")], &[("x.yaml", "one\n")]), "");
}

#[test]
fn changed_missing_and_extra_files_are_shown() {
    let there = [("p/dist/a/extra.yaml", "old\n"), ("p/dist/a/x.yaml", "one\ntwo\n")];
    insta::assert_snapshot!(diff(&there, &[("new.yaml", "new\n"), ("x.yaml", "one\nthree\n")]), @r"
    --- dist/a/extra.yaml
    +++ /dev/null
    @@ -1 +0,0 @@
    -old
    --- /dev/null
    +++ dist/a/new.yaml
    @@ -0,0 +1 @@
    +new
    --- dist/a/x.yaml
    +++ dist/a/x.yaml
    @@ -1,2 +1,2 @@
     one
    -two
    +three
    ");
}

#[test]
fn a_folder_that_was_never_built_is_all_missing() {
    assert!(
        diff(&[("p/other", "")], &[("x.yaml", "one\n")]).starts_with("--- /dev/null\n+++ dist/a/x.yaml\n")
    );
}
