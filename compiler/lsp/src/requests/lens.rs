//! `textDocument/codeLens`: what each test came to in the last check.

use lsp_types::{CodeLens, CodeLensParams, Command};
use netpol_driver::{Outcome, TestResult};
use netpol_syntax::tree::ItemKind;
use serde_json::json;

use crate::context::Context;
use crate::tree::walk;

/// The command that a client runs when somebody asks for a test: the file's address and the test's title follow.
pub const COMMAND: &str = "netpol.test";

/// A lens above each test.
pub fn lenses(cx: &Context, _: CodeLensParams) -> Option<Vec<CodeLens>> {
    let lines = cx.lines();
    let uri = cx.uri(cx.file.id)?;
    let checked = cx.checked_file().map(|file| file.id);
    let results = cx.snapshot.as_ref().map(|snapshot| &snapshot.compiled.tests[..]).unwrap_or_default();
    let mut found = Vec::new();
    walk(&cx.file.tree().items, &mut |item| {
        let ItemKind::Test { title, .. } = &item.kind else { return };
        let of_it = |result: &&TestResult| Some(result.span.file) == checked && result.title == title.node;
        let results: Vec<&TestResult> = results.iter().filter(of_it).collect();
        let command = Command {
            title: words(&results),
            command: COMMAND.to_owned(),
            arguments: Some(vec![json!(uri.as_str()), json!(&*title.node)]),
        };
        found.push(CodeLens { range: lines.range(item.head), command: Some(command), data: None });
    });
    Some(found)
}

/// What a test came to on all clusters.
fn words(results: &[&TestResult]) -> String {
    let lines = || results.iter().flat_map(|result| &result.lines);
    let count = |is_one: fn(&Outcome) -> bool| lines().filter(|line| is_one(&line.outcome)).count();
    let total = lines().count();
    let failed = count(|outcome| matches!(outcome, Outcome::Fails { .. }));
    let open = count(|outcome| matches!(outcome, Outcome::Undecided));
    match (results.is_empty(), failed, open) {
        (true, ..) => "run: the text has errors, or was not checked yet".to_owned(),
        (false, 0, 0) => format!("✓ {total} of {total} proved"),
        (false, 0, open) => format!("? {open} of {total} undecided"),
        (false, failed, _) => format!("✗ {failed} of {total} fail"),
    }
}
