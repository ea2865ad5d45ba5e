//! Times `netpol lsp` as an editor meets it: opening a project, a keystroke until its diagnostics, a completion.
//!
//! `cargo bench -p netpol --bench editor` prints, for a small platform and for one of 1,000 namespaces, the time from the
//! start of the process to the first diagnostics, and of many keystrokes and completions the median and the 99th
//! percentile. Each keystroke waits for the first diagnostics of its own version: what is near the edit, proved for every
//! target. The whole project is checked after that, and a newer keystroke cancels it.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    missing_docs,
    reason = "a benchmark, not part of the compiler"
)]

use std::time::{Duration, Instant};

use netpol_tests::editor::Editor;
use netpol_tests::platform::{Size, generate};
use serde_json::json;

fn main() {
    measure(&Size { namespaces: 20, workloads: 50, rules: 250 }, 100);
    measure(&Size { namespaces: 1_000, workloads: 20, rules: 100 }, 100);
}

fn measure(size: &Size, keystrokes: i64) {
    let folder =
        std::env::temp_dir().join(format!("netpol-editor-{}-{}", size.namespaces, std::process::id()));
    generate(&folder, size);
    println!("{} namespaces, {} rules, three targets", size.namespaces, size.namespaces * size.rules);
    let start = Instant::now();
    let capabilities = json!({ "general": { "positionEncodings": ["utf-8"] } });
    let mut editor =
        Editor::start(env!("CARGO_BIN_EXE_netpol"), &folder, &folder.join(".cache"), &capabilities);
    let name = "tenants/ns-0007.netpol";
    let text = editor.open(name);
    let found = editor.diagnostics(name, Some(1));
    println!("  open until the first diagnostics {:>10.1?}", start.elapsed());
    assert!(found.is_empty(), "{found:?}");
    let wrong = text.replacen("w1 -> ", "wx1 -> ", 1);
    let (mut checks, mut completions) = (Vec::new(), Vec::new());
    let mut version = 1;
    for _ in 0..keystrokes {
        version += 1;
        let is_wrong = version % 2 == 0;
        let start = Instant::now();
        editor.change(name, version, if is_wrong { &wrong } else { &text });
        let found = editor.diagnostics(name, Some(version));
        checks.push(start.elapsed());
        assert_eq!(found.is_empty(), !is_wrong, "{found:?}");
    }
    for round in 0..100 {
        version += 1;
        let typed = format!("{text}w1 -> w{}", round % 10);
        editor.change(name, version, &typed);
        let params = editor.behind(name, &typed, &format!("{text}w1 -> w"));
        let start = Instant::now();
        let found = editor.ask("textDocument/completion", params);
        completions.push(start.elapsed());
        assert!(found["items"].as_array().is_some_and(|items| items.len() >= size.workloads), "{found}");
    }
    show("keystroke until its diagnostics", &mut checks);
    show("completion after a keystroke", &mut completions);
    assert_eq!(editor.end(), Some(0));
    std::fs::remove_dir_all(&folder).expect("the folder is removed");
}

fn show(what: &str, times: &mut [Duration]) {
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize];
    println!("  {what:32} median {:>9.1?}  p99 {:>9.1?}  of {}", at(0.5), at(0.99), times.len());
}
