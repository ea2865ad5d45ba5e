//! What the examples commit is what a build writes: `netpol build --check` says so for each.
//!
//! `UPDATE=1 cargo test -p netpol --test examples` builds them all anew. Read the difference before you commit it.

#![allow(clippy::unwrap_used, reason = "a test may stop")]

use std::process::Command;

use netpol_tests::example;

#[test]
fn the_committed_output_of_every_example_is_current() {
    let mut wrong = Vec::new();
    let examples = example::all();
    for example in &examples {
        let folder = example::folder().join(&example.name);
        let word = if netpol_tests::book::is_updating() { "--quiet" } else { "--check" };
        let mut command = Command::new(env!("CARGO_BIN_EXE_netpol"));
        let output = command.args(["build", word, "--as-of", example::DAY]).arg(&folder).output().unwrap();
        if !output.status.success() {
            let text = [output.stdout, output.stderr].concat();
            wrong.push(format!("examples/{}\n{}", example.name, String::from_utf8_lossy(&text)));
        }
    }
    assert!(examples.len() > 10 && wrong.is_empty(), "{}", wrong.join("\n"));
}
