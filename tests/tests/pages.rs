//! The page of every diagnostic code: it exists, reads like the others, and its two programs do what it says.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use netpol_diagnostics::{CATALOGUE, Code, Entry, entry};
use netpol_tests::book::{self, Block};

/// Codes that no program shows: they come from the machine, from a newer or older tool, or from a defect of ours. Their
/// pages say in words how they come about.
const IN_WORDS: &[u16] = &[
    1,   // a file that cannot be read
    2,   // a folder that cannot be written
    107, // said by `fmt --check`, of the text's layout and not of what it means
    612, // said by `diff`, of two versions and not of one
    722, // a defect of the compiler, found by its own proof
    723, // the same, where the proof did not come to an end
    906, // said of policies far larger than a page
    // What follows is about the pods of a running cluster; the program is the same in both cases.
    804, 807, 808, 815, 816, 817, 818, 819,
];

/// The sentence on the page of a code that nothing raises yet. A page with it must be right about that.
const NOT_YET: &str = "\nThis version of the compiler does not raise it yet.\n";

/// The longest line of a page; what is longer is hard to read beside its neighbours in a diff.
const WIDEST: usize = 120;

fn pages() -> BTreeMap<String, String> {
    book::documents(&Path::new(book::SRC).join("errors"))
}

fn name_of(code: Code) -> String {
    format!("{}.md", code.to_string().to_lowercase())
}

/// Every page with its entry.
fn each(mut judge: impl FnMut(&Entry, &str) -> Result<(), String>) {
    let pages = pages();
    let mut wrong = Vec::new();
    for entry in CATALOGUE {
        let name = name_of(entry.code);
        let found = match pages.get(&name) {
            Some(text) => judge(entry, text),
            None => Err("there is no page".to_owned()),
        };
        if let Err(reason) = found {
            wrong.push(format!("book/src/errors/{name}: {reason}"));
        }
    }
    assert!(wrong.is_empty(), "{} pages are wrong\n\n{}", wrong.len(), wrong.join("\n\n"));
}

fn program<'a>(blocks: &'a [Block], word: &str) -> Result<&'a Block, String> {
    let mut found = blocks.iter().filter(|block| block.language() == "netpol" && block.has(word));
    match (found.next(), found.next()) {
        (Some(block), None) => Ok(block),
        (None, _) => Err(format!("no block is marked ```netpol,{word}")),
        (Some(_), Some(_)) => Err(format!("two blocks are marked ```netpol,{word}")),
    }
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let expected: BTreeSet<String> = CATALOGUE.iter().map(|entry| name_of(entry.code)).collect();
    let found: BTreeSet<String> = pages().into_keys().filter(|name| name.starts_with("np")).collect();
    let (missing, extra): (Vec<_>, Vec<_>) =
        (expected.difference(&found).collect(), found.difference(&expected).collect());
    assert!(missing.is_empty() && extra.is_empty(), "missing {missing:?}, without a code {extra:?}");
}

#[test]
fn every_page_has_the_title_of_the_catalogue_and_plain_words() {
    each(|entry, text| {
        let title = format!("# {}: {}\n\n", entry.code, entry.title);
        let Some(rest) = text.strip_prefix(&title) else {
            return Err(format!("does not begin with `{}`", title.trim()));
        };
        let lead = rest.split("\n\n").next().unwrap_or_default().replace('\n', " ");
        let sentences = lead.split(['.', '?']).filter(|part| part.trim().len() > 12).count();
        if !(2..=6).contains(&sentences) {
            return Err(format!("begins with {sentences} sentences: {lead}"));
        }
        if let Some(line) = text.lines().find(|line| line.chars().count() > WIDEST) {
            return Err(format!("has a line of {} characters: {line}", line.chars().count()));
        }
        let stray = |line: &&str| line.ends_with(' ') || line.contains('\t');
        match text.lines().find(stray) {
            Some(line) => Err(format!("has stray space: {line}")),
            None if !text.ends_with('\n') || text.ends_with("\n\n") => {
                Err("ends without one newline".to_owned())
            }
            None => Ok(()),
        }
    });
}

#[test]
fn every_page_says_once_which_promise_it_serves() {
    let pages = pages();
    let rows = pages["index.md"].lines().filter_map(|line| line.strip_prefix("| INV-"));
    let promises: BTreeSet<&str> = rows.filter_map(|row| row.split(' ').next()).collect();
    assert!(promises.len() > 3, "the table of promises was not found");
    each(|_, text| {
        let said: Vec<&str> = text.split("Serves INV-").skip(1).collect();
        let [said] = said[..] else { return Err(format!("says {} times what it serves", said.len())) };
        let number: String = said.chars().take_while(char::is_ascii_digit).collect();
        let words = said[number.len()..].split('.').next().unwrap_or_default();
        if !promises.contains(&*number) {
            return Err(format!("INV-{number} is not in the table of `index.md`"));
        }
        (words.len() > 20)
            .then_some(())
            .ok_or_else(|| format!("does not say what INV-{number} is: `{words}`"))
    });
}

#[test]
fn every_wrong_program_is_told_with_the_code_and_no_right_one_is_wrong() {
    let (mut programs, mut not_yet) = (0, Vec::new());
    let only = std::env::var("NETPOL_PAGE").unwrap_or_default();
    each(|entry, text| {
        let code = entry.code.to_string();
        if !code.contains(&only) {
            return Ok(());
        }
        let blocks = book::blocks(text);
        if IN_WORDS.contains(&entry.code.0) {
            return match blocks.iter().find(|block| block.has("wrong")) {
                Some(_) => Err("is listed as told in words, and has a wrong program".to_owned()),
                None => Ok(()),
            };
        }
        let wrong = program(&blocks, "wrong")?;
        let right = program(&blocks, "right")?;
        programs += 2;
        let compiled = book::run(wrong, &wrong.body);
        if std::env::var("NETPOL_SHOW").is_ok() {
            println!("{code} wrong\n{}", book::report(&compiled));
            println!("{code} right\n{}", book::report(&book::run(right, &right.body)));
        }
        let is_said = book::says(&compiled, &code, entry.severity);
        match (is_said, text.contains(NOT_YET)) {
            (true, true) => {
                let current =
                    text.replace(NOT_YET, "").replace("\n\n\n", "\n\n").trim_end().to_owned() + "\n";
                book::settle(&format!("errors/{}", name_of(entry.code)), text, &current).map_err(|_| {
                    format!("is raised now: take{NOT_YET}off the page, or run this with UPDATE=1")
                })?;
            }
            (false, false) => {
                return Err(format!("the wrong program is not told {code}:\n{}", book::report(&compiled)));
            }
            (true, false) => {}
            (false, true) => not_yet.push(code.clone()),
        }
        let compiled = book::run(right, &right.body);
        let is_told = compiled.diagnostics.iter().any(|found| found.code == entry.code);
        if compiled.has_errors() || is_told {
            return Err(format!("the right program is told:\n{}", book::report(&compiled)));
        }
        Ok(())
    });
    println!("{programs} programs run; not raised yet: {}", not_yet.join(" "));
}

#[test]
fn no_code_that_the_compiler_names_is_said_to_be_unraised() {
    let mut sources = Vec::new();
    sources_under(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../compiler")), &mut sources);
    assert!(sources.iter().any(|text| text.contains("Code(201)")), "the sources were not found");
    for (name, _) in pages().into_iter().filter(|(_, text)| text.contains(NOT_YET)) {
        let number = name.trim_start_matches("np").trim_start_matches('0').trim_end_matches(".md");
        let named = format!("Code({number})");
        assert!(!sources.iter().any(|source| source.contains(&named)), "{name}: the compiler has `{named}`");
    }
}

/// Everything but the family about a running cluster, which waits for snapshots of one.
#[test]
fn every_code_about_the_text_is_raised() {
    let pages = pages();
    let unraised = CATALOGUE.iter().filter(|entry| entry.code.0 / 100 != 8);
    let unraised: Vec<String> =
        unraised.map(|entry| name_of(entry.code)).filter(|name| pages[name].contains(NOT_YET)).collect();
    assert!(unraised.is_empty(), "nothing raises {unraised:?}");
}

fn sources_under(folder: &Path, sources: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources_under(&path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            sources.push(std::fs::read_to_string(&path).expect("a source"));
        }
    }
}

#[test]
fn the_list_of_exceptions_names_codes_once() {
    let mut listed = IN_WORDS.to_vec();
    listed.sort_unstable();
    assert!(listed.windows(2).all(|pair| pair[0] != pair[1]), "a code stands twice: {listed:?}");
    let unknown: Vec<&u16> = listed.iter().filter(|code| entry(Code(**code)).is_none()).collect();
    assert!(unknown.is_empty(), "not in the catalogue: {unknown:?}");
}
