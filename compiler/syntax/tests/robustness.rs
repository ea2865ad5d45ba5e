//! Whatever the bytes: no panic, no deep stack, no long wait, and one mistake spoils one statement.

mod support;

use std::time::Duration;

use cpu_time::ThreadTime;
use proptest::prelude::*;
use support::{heads, messages, read};

/// Generous: a megabyte takes well under a second. Of the processor, so that a busy machine fails nobody.
const LONGEST: Duration = Duration::from_secs(4);

/// A short list of mistakes, found in time that grows with the text only.
#[track_caller]
fn is_quick(text: &str) -> Vec<String> {
    let started = ThreadTime::now();
    let parsed = read_without_walking(text);
    let taken = started.elapsed();
    let start: String = text.chars().take(60).collect();
    assert!(taken < LONGEST, "{} bytes starting with {start:?} took {taken:?}", text.len());
    parsed
}

fn read_without_walking(text: &str) -> Vec<String> {
    let parsed = netpol_syntax::parse(netpol_diagnostics::FileId(0), text);
    parsed.diagnostics.iter().map(|diagnostic| diagnostic.title.clone()).collect()
}

#[test]
fn ten_thousand_levels_are_one_mistake() {
    // At the same indentation, a namespace ends the one before.
    assert_eq!(is_quick(&"namespace a {\n".repeat(10_000)), ["block is not closed"]);
    for open in ["{", "namespace a { ", "app a {\n"] {
        let found = is_quick(&open.repeat(10_000));
        let deep = found.iter().filter(|title| title.contains("nested too deeply")).count();
        assert_eq!(deep, 1, "{open:?}: {found:?}");
        assert!(found.len() <= 2, "{open:?}: {found:?}");
    }
    for open in ["[", "(", "a -> [", "apply p(", "[(", "apply p(x: ["] {
        let found = is_quick(&open.repeat(10_000));
        assert_eq!(found, ["brackets are nested too deeply"], "{open:?}");
    }
    let closed = format!("{}{}", "app a {\n".repeat(10_000), "}\n".repeat(10_000));
    assert_eq!(is_quick(&closed), ["blocks are nested too deeply"]);
}

#[test]
fn a_statement_after_one_nested_too_deeply_is_kept() {
    let text = format!("apply p{}{}\nweb -> api:80\n", "(".repeat(100), ")".repeat(100));
    assert_eq!(heads(&text), ["web -> api:80"]);
}

#[test]
fn nesting_within_the_limit_is_read() {
    let arguments = format!("apply p({}a{})", "[".repeat(60), "]".repeat(60));
    assert_eq!(messages(&arguments), Vec::<String>::new());
    let calls = format!("egress https to {}a{}", "f(".repeat(60), ")".repeat(60));
    assert_eq!(messages(&calls), Vec::<String>::new());
    let blocks = format!("{}{}", "app a {\n".repeat(60), "}\n".repeat(60));
    assert_eq!(messages(&blocks), Vec::<String>::new());
}

#[test]
fn the_deepest_nesting_fits_a_small_stack() {
    let lists = format!("apply p({}a{})", "[".repeat(63), "]".repeat(63));
    let calls = format!(
        "{}egress https to {}a{}\n{}",
        "app a {\n".repeat(64),
        "m/f(x: ".repeat(64),
        ")".repeat(64),
        "}\n".repeat(64)
    );
    let small = std::thread::Builder::new().stack_size(1024 * 1024);
    let found = small
        .spawn(move || [read_without_walking(&lists), read_without_walking(&calls)].concat())
        .unwrap()
        .join()
        .unwrap();
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn a_megabyte_of_anything_is_quick() {
    let bytes = |many: usize, piece: &str| piece.repeat(many / piece.len());
    for piece in [
        "a",
        "-",
        ".",
        "/",
        ":",
        "\"",
        "`",
        "#",
        ";",
        "}",
        "{",
        "]",
        "[",
        ",",
        "*",
        "\\",
        "\r",
        "\0",
        " ",
        "\t",
        "\n",
        "\u{feff}",
        "→",
        "a -> ",
        "a, ",
        "a.",
        "a/",
        "a:",
        "1.",
        "1:",
        "f(",
        "[a, ",
        "a -> b:80\n",
        "\"a\" ",
        "because ",
        "because \"x\" ",
        "because \"x\n",
        "app a {\n",
        "}\n",
        "{a}",
        "{a}.",
        "net x = a\nexcept [",
        "net x = a\n",
        "workload x selects a=b, ",
        "a=b, ",
        "not a statement\n",
        "deyn a -> b:80\n",
        "Web_",
        "egress https to a.com:443 ",
        "//",
        "// \n",
        "foo: bar\n",
        "a -> b:80 ticket #1\n",
        "[\n",
        "apply p(a: [",
        "x(y(z[",
        "{}",
        "{ a } ",
        "a {a} ",
        "}.",
        ".{",
        "x{",
    ] {
        is_quick(&bytes(1_000_000, piece));
        is_quick(&format!("web -> [{}", bytes(200_000, piece)));
        is_quick(&format!("namespace a {{\nworkload w selects {}", bytes(200_000, piece)));
    }
}

#[test]
fn one_huge_list_is_quick() {
    let items: Vec<String> =
        (0..60_000).map(|number| format!("10.{}.{}.0/24", number / 250, number % 250)).collect();
    let text = format!("net all-of-it = [{}]", items.join(", "));
    assert_eq!(is_quick(&text), Vec::<String>::new());
    let unclosed = format!("net all-of-it = [{}\nweb -> api:80", items.join(", "));
    assert_eq!(is_quick(&unclosed).len(), 1);
}

#[test]
fn what_is_left_of_ingress_does_not_spoil_the_workload_above_it() {
    for left in ["in [80, 443] from internet to q", "in from internet to q"] {
        let parsed = read(&format!("workload q selects app=q\n{left}\n"));
        assert_eq!(support::all_items(&parsed.file).len(), 1, "{:?}", parsed.file);
    }
    let one_statement = read("workload q selects app=q\n  in [shop, cart]\n");
    assert!(one_statement.diagnostics.is_empty(), "{:?}", one_statement.diagnostics);
}

const GOOD: &[&str] = &[
    "web -> api:8080",
    "egress https to [api.example.com, 10.0.0.0/8] from web",
    "ingress [80, 443] from internet to web because \"public\"",
    "workload q selects app=q, tier in (a, b) ports [http=80]",
    "net office = [203.0.113.0/24, fd00::/8] except 203.0.113.9",
    "deny egress any to cloud/metadata log",
    "apply tiers/three-tier(web, api, db: [a, b], \"text\")",
    "expose web:8080 to tenants ticket SEC-1 until 2027-01-31",
    "domain s3(region: label) = *.{region}.example.com",
    "require until within 90d on except",
];

/// The words that go on with the statement of the line above.
const CLAUSES: &[&str] =
    &["to", "from", "because", "ticket", "owner", "until", "reviewed", "log", "alert", "only", "on", "ports"];

/// Statements in blocks: `namespace` with an `app` inside, and the rest at top level.
fn program(lines: &[String]) -> String {
    let (first, rest) = lines.split_at(lines.len() / 3);
    let (second, third) = rest.split_at(rest.len() / 2);
    let block = |lines: &[String]| lines.iter().map(|line| format!("    {line}\n")).collect::<String>();
    format!(
        "namespace shop {{\n  app web {{\n{}  }}\n{}}}\n{}",
        block(first),
        block(second),
        block(third).replace("    ", "")
    )
}

/// How many characters next to each other a cut may take: a quarter of the statement, from its middle.
fn cut(line: &str, from: usize, length: usize) -> String {
    let from = from.min(line.len().saturating_sub(1));
    let end = (from + length).min(line.len());
    format!("{}{}", &line[..from], &line[end..])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_without_panic(text in any::<String>()) {
        read(&text);
    }

    #[test]
    fn any_text_of_our_characters_is_read_without_panic(text in "[a-c \\n{}\\[\\]()\"`#:;,./*=!<>→\\r\\\\0-9-]{0,200}") {
        read(&text);
    }

    #[test]
    fn a_changed_program_is_read_without_panic(
        picks in proptest::collection::vec(0..GOOD.len(), 3..12),
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<proptest::sample::Index>(), "\\PC{0,3}|[\\n\"{}\\[\\]()]"), 1..6),
    ) {
        let lines: Vec<String> = picks.iter().map(|pick| GOOD[*pick].to_owned()).collect();
        let mut text = program(&lines);
        for (from, length, put) in changes {
            let mut start = from.index(text.len().max(1)).min(text.len());
            while !text.is_char_boundary(start) { start -= 1; }
            let mut end = (start + length.index(20)).min(text.len());
            while !text.is_char_boundary(end) { end += 1; }
            text.replace_range(start..end, &put);
        }
        read(&text);
    }

    #[test]
    fn a_cut_in_one_statement_keeps_every_other(
        picks in proptest::collection::vec(0..GOOD.len(), 3..12),
        which in any::<proptest::sample::Index>(),
        from in any::<proptest::sample::Index>(),
        length in 1..30_usize,
    ) {
        // Each statement is told from the others by a clause of its own.
        let whole: Vec<String> = picks.iter().enumerate().map(|(at, pick)| format!("{} owner team-{at}", GOOD[*pick])).collect();
        let which = which.index(whole.len());
        let mut lines = whole.clone();
        let line = &whole[which];
        lines[which] = cut(line, from.index(line.len()), length);
        let text = program(&lines);
        let parsed = read(&text);
        let owners: Vec<String> = support::all_items(&parsed.file)
            .iter()
            .flat_map(|item| &item.clauses)
            .filter_map(|clause| match &clause.kind {
                netpol_syntax::tree::ClauseKind::Owner(owner) => Some(owner.to_string()),
                _ => None,
            })
            .collect();
        // A line that begins with a clause goes on with the statement above it, which the cut then spoils as well.
        let goes_on = CLAUSES.contains(&lines[which].split_whitespace().next().unwrap_or_default());
        for at in (0..whole.len()).filter(|at| *at != which && !(goes_on && at + 1 == which)) {
            let owner = format!("team-{at}");
            prop_assert!(owners.contains(&owner), "{owner} is lost:\n{text}\n{owners:?}");
        }
        let names: Vec<String> = heads(&text);
        prop_assert!(names.contains(&"namespace shop".to_owned()) && names.contains(&"app web".to_owned()), "{names:?}");
        let own = parsed.diagnostics.iter().filter(|diagnostic| diagnostic.code.0 != 104).count();
        // A cut through `{region}` may leave a brace that looks like the end of a block.
        prop_assert!(own <= 1 || line.starts_with("domain"), "one cut, {own} mistakes:\n{text}\n{:?}", messages(&text));
    }
}
