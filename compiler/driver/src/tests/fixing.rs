//! Fixing in memory: what is applied, what is left, and what is never lost.

use std::path::Path;

use netpol_diagnostics::Code;

use crate::testing::Memory;
use crate::{Fixed, Options, Purpose, Wanted, fix, load_project, replace_sources};

fn fixed(text: &str, codes: &[u16]) -> Fixed {
    let memory = Memory::with(&[("/p/netpol.toml", "edition = 2026\n"), ("/p/a.netpol", text)]);
    let as_of = "2026-11-21".parse().unwrap();
    let options = Options { as_of, targets: Vec::new(), purpose: Purpose::Test };
    let wanted = Wanted { codes: codes.iter().map(|code| Code(*code)).collect(), part: String::new() };
    fix(load_project(&memory, Path::new("/p")), &options, &wanted)
}

#[track_caller]
fn becomes(before: &str, after: &str) {
    let done = fixed(before, &[]);
    let text = done.files.get("a.netpol").map_or(before, |(_, new)| new);
    assert_eq!(text, after, "{:#?}", done.compiled.diagnostics);
    assert!(fixed(after, &[]).files.is_empty(), "fixing is idempotent");
}

#[test]
fn several_fixes_of_one_file_are_applied_in_rounds() {
    becomes(
        "use std/gcp\nuse std/aws\nnamespace a\ntiers [w, x] by t\nw > x:80\nw -> x:80\n",
        "namespace a\ntiers [w, x] by t\nw -> x:80\n",
    );
}

#[test]
fn a_removed_line_leaves_no_hole_and_comments_stay() {
    becomes(
        "namespace a\ntiers [w, x] by t\nw -> x:80\n\nw -> x:80 # again\nw -> x:81\n",
        "namespace a\ntiers [w, x] by t\nw -> x:80\n\n # again\nw -> x:81\n",
    );
}

#[test]
fn a_question_waits_for_an_answer() {
    let text = "namespace a\ntiers [web, api] by t\nwbe -> api:80\n";
    becomes(text, text);
    let named = fixed(text, &[201]);
    assert_eq!(named.files["a.netpol"].1, text.replace("wbe", "web"));
    assert_eq!(named.applied[&Code(201)], 1);
}

#[test]
fn only_the_codes_that_are_named_are_fixed() {
    let text = "use std/gcp\nnamespace a\ntiers [w, x] by t\nw -> x:80\nw -> x:80\n";
    let done = fixed(text, &[209]);
    assert_eq!(done.files["a.netpol"].1, text.replace("use std/gcp\n", ""));
}

#[test]
fn line_ends_and_everything_around_stay_as_they_are() {
    becomes(
        "# head\r\nnamespace a\r\ntiers [w, x] by t\r\nw > x:80   \r\n\r\n# tail",
        "# head\r\nnamespace a\r\ntiers [w, x] by t\r\nw -> x:80   \r\n\r\n# tail",
    );
}

#[test]
fn a_file_that_changed_meanwhile_is_left_alone() {
    let memory = Memory::with(&[("/p/a.netpol", "other")]);
    let files = [("a.netpol".to_owned(), ("old".to_owned(), "new".to_owned()))].into();
    let fault = replace_sources(&memory, Path::new("/p"), &files).unwrap_err();
    assert!(fault.title.contains("changed while"), "{fault:?}");
    assert_eq!(memory.files("/p")["a.netpol"], "other");
}

#[test]
fn a_file_is_replaced_whole_or_not_at_all() {
    let files = [("a.netpol".to_owned(), ("old".to_owned(), "new".to_owned()))].into();
    for at in 1..=3 {
        let memory = Memory::with(&[("/p/a.netpol", "old")]);
        memory.fail_at(at, true);
        assert!(replace_sources(&memory, Path::new("/p"), &files).is_err());
        let text = memory.files("/p")["a.netpol"].clone();
        assert!(text == "old" || text == "new", "{text}");
    }
    let memory = Memory::with(&[("/p/a.netpol", "old")]);
    replace_sources(&memory, Path::new("/p"), &files).unwrap();
    assert_eq!(memory.files("/p"), [("a.netpol".to_owned(), "new".to_owned())].into());
}
