//! The chapters of the book: every program in them is run, what is shown below it is compared, every link leads somewhere.
//!
//! `UPDATE=1 cargo test -p netpol-tests --test book` writes what was found into the book. Read it before you commit it.

use std::fmt::Write as _;
use std::path::{Component, Path};

use netpol_diagnostics::{CATALOGUE, FAMILIES, Severity};
use netpol_driver::Compiled;
use netpol_tests::book::{self, Block, Part};

/// A program of a page, and what became of it.
struct Ran {
    block: Block,
    /// With what it continues.
    text: String,
    compiled: Compiled,
    has_report: bool,
}

impl Ran {
    /// What is wrong with it: an error that nobody announced, or a warning that nobody shows.
    fn fault(&self, path: &str) -> Option<String> {
        let is_wrong = self.compiled.has_errors();
        let is_silent = !self.has_report && self.compiled.count(Severity::Warning) > 0;
        let words = match (is_wrong, self.block.has("wrong")) {
            (true, false) => "has an error",
            (false, true) => "is marked `wrong`, and nothing is",
            (false, false) if is_silent => "is warned, and no `text,report` shows it",
            _ => return None,
        };
        let report = book::report(&self.compiled);
        Some(format!("book/src/{path}:{}: the program {words}\n{}\n{report}", self.block.line, self.text))
    }
}

/// What a block that shows something should hold; `None` where it shows nothing.
fn shown(block: &Block, ran: Option<&mut Ran>) -> Result<Option<String>, String> {
    let Some(ran) = ran else {
        let shows = ["flows", "text", "yaml"].contains(&block.language()) && !block.has("shape");
        return if shows { Err("no program stands before this".to_owned()) } else { Ok(None) };
    };
    match block.language() {
        "text" if block.has("report") => {
            ran.has_report = true;
            let report = book::report(&ran.compiled).trim_matches('\n').to_owned();
            if report.is_empty() {
                Err("there is nothing to report".to_owned())
            } else {
                Ok(Some(report + "\n"))
            }
        }
        // A verdict is what the page promises, so it is never written from what was found.
        "flows" => match book::flows(&ran.block, &ran.text, &block.body)? {
            found if found == block.body => Ok(Some(found)),
            found => Err(format!("the verdicts are\n{found}")),
        },
        "yaml" => match (block.option("target"), block.option("object")) {
            (Some(target), Some(name)) => {
                let found = book::object(&ran.compiled, target, name);
                found.map(Some).ok_or(format!("nothing named `{name}` is built for {target}"))
            }
            _ => Err("does not say `target=` and `object=`".to_owned()),
        },
        "text" if block.has("shape") => Ok(None),
        "text" => Err("nothing compares this with anything".to_owned()),
        _ => Ok(None),
    }
}

#[test]
fn every_program_does_what_the_book_says() {
    let (mut programs, mut shows, mut wrong) = (0, 0, Vec::new());
    let only = std::env::var("NETPOL_PAGE").unwrap_or_default();
    for (path, text) in book::chapters().into_iter().filter(|(path, _)| path.contains(&only)) {
        let mut parts = book::parts(&text);
        let mut ran: Option<Ran> = None;
        let mut is_generated = false;
        for part in &mut parts {
            let block = match part {
                Part::Prose(prose) => {
                    let marks = [prose.rfind("<!-- generated: "), prose.rfind("<!-- end -->")];
                    is_generated = if marks == [None; 2] { is_generated } else { marks[0] > marks[1] };
                    continue;
                }
                Part::Block(block) => block,
            };
            // What is generated is held equal to what the tests of its source run.
            if is_generated {
                continue;
            }
            if block.language() == "netpol" {
                let before = ran.take();
                wrong.extend(before.as_ref().and_then(|before| before.fault(&path)));
                let before = before.filter(|_| block.has("more"));
                let text = before.map_or(String::new(), |before| before.text + "\n") + &block.body;
                programs += 1;
                let compiled = book::run(block, &text);
                ran = Some(Ran { block: block.clone(), text, compiled, has_report: false });
                continue;
            }
            match shown(block, ran.as_mut()) {
                Ok(Some(found)) => {
                    shows += 1;
                    block.body = found;
                }
                Ok(None) => {}
                Err(reason) => wrong.push(format!("book/src/{path}:{}: {reason}", block.line)),
            }
        }
        wrong.extend(ran.and_then(|ran| ran.fault(&path)));
        wrong.extend(book::settle(&path, &text, &book::join(&parts)).err());
    }
    println!("{programs} programs, {shows} blocks that show what they give");
    assert!(wrong.is_empty(), "{} blocks are wrong\n\n{}", wrong.len(), wrong.join("\n\n"));
}

/// What a block of a language is held against. `sh` holds commands of other people's tools, and what a pipe feeds them.
#[test]
fn no_block_of_the_book_is_only_for_show() {
    let mut wrong = Vec::new();
    for (path, text) in book::documents(Path::new(book::SRC)) {
        for block in book::blocks(&text) {
            let is_foreign = |line: &str| {
                let first = line.split_whitespace().next().unwrap_or_default();
                let tools = ["cargo", "kubectl", "mdbook", "git"];
                let of_editors = ["cd", "npm", "code", "mkdir", "cc", "hx", "cp"];
                tools.contains(&first)
                    || line.contains("| kubectl ")
                    || path == "editors.md" && of_editors.contains(&first)
            };
            let is_held = match block.language() {
                // Run and compared by this file, by `pages.rs`, and by the tests of the command.
                "netpol" | "flows" | "text" | "yaml" | "console" | "toml" => true,
                // Generated: the grammar, and what the tables of an example are called.
                // And the settings of an editor, which are files of `editors/`.
                "pest" | "pairs" | "refused" | "lua" | "lisp" | "json" => is_generated(&text, block.line),
                "sh" => is_generated(&text, block.line) || block.body.lines().all(is_foreign),
                _ => false,
            };
            if !is_held {
                wrong.push(format!("book/src/{path}:{}: nothing runs this", block.line));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Whether a line lies in a region that a test fills.
fn is_generated(text: &str, line: usize) -> bool {
    let before: Vec<&str> = text.lines().take(line).collect();
    let last = |mark: &str| before.iter().rposition(|line| line.starts_with(mark));
    last("<!-- generated: ") > last("<!-- end -->")
}

#[test]
fn a_project_file_of_the_book_is_read_whole() {
    let mut count = 0;
    for (path, text) in book::chapters() {
        let toml = |block: &Block| block.language() == "toml" && !is_generated(&text, block.line);
        for mut block in book::blocks(&text).into_iter().filter(toml) {
            count += 1;
            // A project that has what the file speaks of.
            let program = format!(
                "# file: netpol.toml\n{}# file: platform/cluster.netpol\ncluster prod {{\n  pods 10.244.0.0/16\n  services \
                 10.96.0.0/12\n  nodes 10.10.0.0/16\n  apiserver 10.10.0.10\n}}\ntenant shop owns shop\n# file: \
                 tenants/shop/shop.netpol\nnamespace shop\ntiers [web, api] by tier\nweb -> api:8080\n",
                block.body
            );
            block.words = vec!["netpol".to_owned()];
            let compiled = book::run(&block, &program);
            let is_built = compiled.targets.iter().all(|target| !target.files.is_empty());
            assert!(
                !compiled.has_errors() && is_built,
                "book/src/{path}:{}: {}",
                block.line,
                book::report(&compiled)
            );
        }
    }
    assert!(count > 0, "no project file");
}

#[test]
fn the_summary_lists_every_page_once() {
    let summary = std::fs::read_to_string(Path::new(book::SRC).join("SUMMARY.md")).expect("a summary");
    let (head, _) = summary.split_once("- [Diagnostics]").expect("a chapter of diagnostics");
    let mut expected = format!("{head}- [Diagnostics](errors/index.md)\n");
    for (at, words) in FAMILIES.iter().enumerate() {
        let entries: Vec<_> =
            CATALOGUE.iter().filter(|entry| usize::from(entry.code.0 / 100) == at).collect();
        if entries.is_empty() {
            continue;
        }
        let _ = writeln!(expected, "  - [NP{at:02}: {words}](errors/family{at:02}.md)");
        for entry in entries {
            let code = entry.code.to_string();
            let title = entry.title.replace('*', "\\*");
            let _ = writeln!(expected, "    - [{code}: {title}](errors/{}.md)", code.to_lowercase());
        }
    }
    book::settle("SUMMARY.md", &summary, &expected).unwrap_or_else(|reason| panic!("{reason}"));
    for path in book::documents(Path::new(book::SRC)).into_keys().filter(|path| path != "SUMMARY.md") {
        assert_eq!(expected.matches(&format!("({path})")).count(), 1, "{path} in the summary");
    }
}

#[test]
fn every_link_inside_the_book_leads_somewhere() {
    let pages = book::documents(Path::new(book::SRC));
    let mut broken = Vec::new();
    for (path, text) in &pages {
        for (at, found) in text.match_indices("](") {
            let link = text[at + found.len()..].split([')', '#']).next().unwrap_or_default();
            if link.contains("://") || !link.ends_with(".md") {
                continue;
            }
            let folder = Path::new(path).parent().unwrap_or(Path::new(""));
            let mut target = Vec::new();
            for part in folder.join(link).components() {
                match part {
                    Component::ParentDir => drop(target.pop()),
                    part => target.push(part.as_os_str().to_string_lossy().into_owned()),
                }
            }
            if !pages.contains_key(&target.join("/")) {
                broken.push(format!("{path}: {link}"));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}
