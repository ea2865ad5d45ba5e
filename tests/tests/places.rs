//! Where each statement may stand, asked of the compiler: the table of the book's grammar is what it answers.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use netpol_diagnostics::Severity;
use netpol_tests::book::{self, Block};

/// The places, each with what stands before and after the statement.
const PLACES: [(&str, &str, &str); 7] = [
    ("top", "", ""),
    ("namespace", "namespace here {\n", "}\n"),
    ("app", "namespace here {\napp part {\n", "}\n}\n"),
    ("guardrail", "guardrail bound {\n", "}\n"),
    ("baseline", "baseline {\n", "}\n"),
    ("pattern", "pattern piece {\n", "}\n"),
    ("test", "test \"it holds\" {\n", "}\n"),
];

/// The rows, each with a statement of every word in it; `WHO` are pods that may be named in the place.
const ROWS: [(&str, &[&str]); 14] = [
    (
        "`cluster`, `tenant`, `guardrail`, `baseline`, `namespace`",
        &["cluster c {\n}", "tenant t owns there", "guardrail g {\n}", "baseline {\n}", "namespace n {\n}"],
    ),
    ("`pattern`", &["pattern p {\n}"]),
    ("`app`", &["app a {\n}"]),
    ("`app … in`", &["app a in there {\n}"]),
    ("`test`", &["test \"t\" {\ncannot WHO -> WHO:81\n}"]),
    (
        "flows, `expose`",
        &[
            "all -> all:80",
            "egress https to internet",
            "ingress https from internet",
            "expose all:80 to there/all",
        ],
    ),
    ("`deny`, `except`", &["deny WHO -> WHO:81", "except WHO -> WHO:81"]),
    ("`allow`, `require`", &["allow WHO -> WHO:80", "require owner on namespace"]),
    ("`apply`", &["apply empty"]),
    ("`waive`, `mode`", &["waive usual", "mode enforce"]),
    ("`workload … in`", &["workload w selects app=w in there"]),
    ("`workload`, `tiers`, `group`", &["workload w selects app=w", "tiers [w, v] by tier", "group g = all"]),
    ("`net`, `domain`, `port`", &["net n = 198.51.100.0/24", "domain d = api.example.com", "port p = 8080"]),
    ("`can`, `cannot`", &["can WHO -> WHO:80", "cannot WHO -> WHO:81"]),
];

/// The codes that say "not here".
const MISPLACED: [&str; 3] = ["NP0106", "NP0403", "NP0101"];

/// Whether a statement may stand in a place, and which codes said no. Port 80 is open to everybody, 81 to nobody.
fn refusals((_, before, after): (&str, &str, &str), statement: &str) -> BTreeSet<String> {
    let world = "namespace there owner team {\n}\npattern empty {\n}\npattern usual {\nall -> all:80\n}\n";
    let usual = if before.starts_with("baseline") { "" } else { "baseline {\napply usual\n}\n" };
    let usual = if statement.starts_with("baseline") { "" } else { usual };
    let who = if before.contains("namespace") { "all" } else { "there/all" };
    let statement = statement.replace("WHO", who);
    let program = format!("{before}{statement}\n{after}{world}{usual}");
    let block = Block { line: 1, words: Vec::new(), body: String::new() };
    let compiled = book::run(&block, &program);
    let errors = compiled.diagnostics.iter().filter(|found| found.severity == Severity::Error);
    errors.map(|found| found.code.to_string()).collect()
}

#[test]
fn the_table_of_the_grammar_is_what_the_compiler_says() {
    let heads = PLACES.map(|(name, _, _)| name).join(" | ");
    let mut table = format!("| | {heads} |\n| --- |{}\n", " --- |".repeat(PLACES.len()));
    let mut wrong = Vec::new();
    for (name, statements) in ROWS {
        let cells = PLACES.map(|place| {
            let answers: BTreeSet<bool> = statements
                .iter()
                .map(|statement| {
                    let refusals = refusals(place, statement);
                    let others: Vec<_> =
                        refusals.iter().filter(|code| !MISPLACED.contains(&code.as_str())).collect();
                    if !others.is_empty() {
                        wrong.push(format!("`{statement}` in {}: {others:?}", place.0));
                    }
                    refusals.is_empty()
                })
                .collect();
            match (answers.contains(&true), answers.contains(&false)) {
                (true, false) => "yes",
                (false, true) => "",
                _ => {
                    wrong.push(format!("{name} in {}: not all the same", place.0));
                    "?"
                }
            }
        });
        let _ = writeln!(table, "| {name} | {} |", cells.join(" | "));
    }
    assert!(wrong.is_empty(), "{table}\n{}", wrong.join("\n"));
    let path = "reference/grammar.md";
    let text = std::fs::read_to_string(Path::new(book::SRC).join(path)).expect("the grammar");
    let current = book::with_regions(&text, |name| (name == "places").then(|| table.clone()));
    assert!(text.contains("<!-- generated: places -->"), "the table has no place");
    book::settle(path, &text, &current).unwrap_or_else(|reason| panic!("{reason}"));
}
