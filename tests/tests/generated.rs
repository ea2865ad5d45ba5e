//! What the book takes from the code: tables of targets, modules of the library, lists of codes, the grammar.
//!
//! A region between `<!-- generated: NAME -->` and `<!-- end -->` is written by `UPDATE=1 cargo test -p netpol-tests
//! --test generated` and held equal without it. The regions `help …` are those of `compiler/cli/tests/book.rs`,
//! `example …` and `sizes` those of `compiler/cli/tests/examples.rs`, and `places` is that of `places.rs`.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use netpol_backends::{BACKENDS, Backend, Support};
use netpol_diagnostics::{CATALOGUE, Severity};
use netpol_tests::book::{self, Block};

#[test]
fn what_is_generated_is_current() {
    let (mut regions, mut stale) = (0, Vec::new());
    for (path, text) in book::chapters() {
        let current = book::with_regions(&text, |name| {
            regions += 1;
            let found = generate(name);
            let others = ["help", "example ", "places", "sizes"];
            let by_others = others.iter().any(|other| name.starts_with(other));
            assert!(found.is_some() || by_others, "{path}: nobody generates `{name}`");
            found
        });
        stale.extend(book::settle(&path, &text, &current).err());
    }
    println!("{regions} regions");
    assert!(stale.is_empty(), "run this with UPDATE=1\n\n{}", stale.join("\n\n"));
}

#[test]
fn every_module_of_the_library_is_right_and_has_its_place() {
    let chapter = std::fs::read_to_string(Path::new(book::SRC).join("library.md")).expect("the library");
    for entry in
        std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../stdlib")).expect("stdlib").flatten()
    {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(name) = name.strip_suffix(".netpol") else { continue };
        assert_eq!(chapter.matches(&format!("<!-- generated: library {name} -->")).count(), 1, "std/{name}");
        let program = format!("use std/{name}\n");
        let compiled = book::run(&Block { line: 1, words: Vec::new(), body: program.clone() }, &program);
        assert!(!compiled.has_errors(), "{}", book::report(&compiled));
    }
}

#[test]
fn every_target_has_its_word_on_every_construct() {
    let of = |backend: &Backend| -> BTreeSet<&str> {
        backend.capabilities.iter().map(|capability| capability.construct).collect()
    };
    for pair in BACKENDS.windows(2) {
        let (one, other) = (of(pair[0]), of(pair[1]));
        let lonely: Vec<_> = one.symmetric_difference(&other).collect();
        assert!(lonely.is_empty(), "{} and {}: {lonely:?}", pair[0].name, pair[1].name);
    }
}

/// The text of a region, by the words in its marker.
fn generate(name: &str) -> Option<String> {
    let (kind, of) = name.split_once(' ').unwrap_or((name, ""));
    match kind {
        "summaries" => Some(summaries()),
        "targets" => Some(targets()),
        "target" => BACKENDS.iter().find(|backend| backend.name == of).map(|backend| target(backend)),
        "library" => Some(module(of)),
        "codes" => of.parse().ok().map(codes),
        "not-public" => {
            let blocks = netpol_model::not_public();
            let blocks: Vec<String> = blocks.iter().map(|block| format!("`{block}`")).collect();
            Some(blocks.join(", ") + "\n")
        }
        "grammar" => Some(grammar()),
        "file" => Some(file(of)),
        _ => None,
    }
}

/// A file of the repository, which tests of its own try.
fn file(path: &str) -> String {
    let language = match path.rsplit_once('.') {
        Some((_, "el")) => "lisp",
        Some((_, extension)) => extension,
        None => "text",
    };
    let place = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).join(path);
    let text = std::fs::read_to_string(&place).unwrap_or_else(|error| panic!("{path}: {error}"));
    format!("```{language}\n{text}```\n")
}

/// One line for each target.
fn summaries() -> String {
    let line = |backend: &&Backend| format!("- [`{0}`]({0}.md): {1}\n", backend.name, backend.summary);
    BACKENDS.iter().map(line).collect()
}

/// One line for each construct, one column for each target.
fn targets() -> String {
    let mut constructs: Vec<&str> = Vec::new();
    for capability in BACKENDS.iter().flat_map(|backend| backend.capabilities) {
        if !constructs.contains(&capability.construct) {
            constructs.push(capability.construct);
        }
    }
    let names: Vec<String> = BACKENDS.iter().map(|backend| format!("`{}`", backend.name)).collect();
    let mut out = format!("| construct | {} |\n| --- |{}\n", names.join(" | "), " --- |".repeat(names.len()));
    for construct in constructs {
        let cells = BACKENDS.iter().map(|backend| {
            let found = backend.capabilities.iter().find(|capability| capability.construct == construct);
            found.map_or("–", |capability| support(capability.support))
        });
        let cells: Vec<&str> = cells.collect();
        let _ = writeln!(out, "| `{construct}` | {} |", cells.join(" | "));
    }
    out
}

fn support(support: Support) -> &'static str {
    match support {
        Support::Exact => "exact",
        Support::Conditional => "on\u{a0}terms",
        Support::Refused => "refused",
    }
}

/// The conditions and refusals of a target, and its settings.
fn target(backend: &Backend) -> String {
    let mut out = String::from("| construct | | how, or why not |\n| --- | --- | --- |\n");
    for capability in backend.capabilities.iter().filter(|capability| !capability.note.is_empty()) {
        let (construct, note) = (capability.construct, linked(capability.note));
        let _ = writeln!(out, "| `{construct}` | {} | {note} |", support(capability.support));
    }
    out.push_str("\n## Settings\n\nThey are keys of the target's table in [`netpol.toml`](../reference/project.md).\n\n| setting | default | values | about |\n| --- | --- | --- | --- |\n");
    for setting in backend.settings {
        let default =
            if setting.default.is_empty() { "none".to_owned() } else { format!("`{}`", setting.default) };
        let _ = writeln!(out, "| `{}` | {default} | {} | {} |", setting.key, setting.values, setting.about);
    }
    out
}

/// The text with each code as a link to its page.
fn linked(text: &str) -> String {
    CATALOGUE.iter().fold(text.to_owned(), |text, entry| {
        let code = entry.code.to_string();
        let link = format!("[{code}](../errors/{}.md)", code.to_lowercase());
        text.replace(&code, &link)
    })
}

/// A module of the library: its first comment, then its text.
fn module(name: &str) -> String {
    let path = format!("{}/../stdlib/{name}.netpol", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("a module of the library");
    let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
    let about = first.trim_start_matches('#').trim();
    let about = about.strip_prefix(&format!("std/{name}")).unwrap_or(about).trim_start_matches(':').trim();
    let lead = match about.chars().next() {
        Some(letter) => {
            format!("{}{}.\n\n", letter.to_uppercase(), about.get(letter.len_utf8()..).unwrap_or(""))
        }
        None => String::new(),
    };
    format!("{lead}```netpol\n{rest}```\n")
}

/// The grammar, as the parser is built from it.
fn grammar() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../compiler/syntax/src/netpol.pest");
    let text = std::fs::read_to_string(path).expect("the grammar");
    let (_, rules) = text.split_once("\n\n").expect("a comment on the file stands first");
    format!("```pest\n{rules}```\n")
}

/// The codes of a family.
fn codes(family: u16) -> String {
    let mut out = String::from("| code | | |\n| --- | --- | --- |\n");
    for entry in CATALOGUE.iter().filter(|entry| entry.code.0 / 100 == family) {
        let code = entry.code.to_string();
        let severity = match entry.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        let title = entry.title.replace('*', "\\*");
        let _ = writeln!(out, "| [{code}]({}.md) | {severity} | {title} |", code.to_lowercase());
    }
    out
}
