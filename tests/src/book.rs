//! The book: its pages as prose and fenced blocks, and its programs run as projects by the real driver.
//!
//! A block begins with three backticks and words joined by commas: `netpol,wrong,backend=cilium`. Its first word is its
//! language. What a block of the language `netpol` may say:
//!
//! | word | meaning |
//! | --- | --- |
//! | `wrong` | the program is told an error; without it none |
//! | `right` | said beside `wrong` on the pages of the codes |
//! | `backend=NAME` | build for this target as well; several are joined by `+` |
//! | `as-of=DATE` | the day `until` lines are judged by; 2026-11-21 where nothing is said |
//! | `more` | the text stands below the block before it, in the same file |
//! | `file=PATH` | the commands of the page find the text under this path |
//!
//! A line `# file: PATH` begins another file of the project; what stands before the first is `main.netpol`. A file
//! `netpol.toml` is the project file; without one a plain project file is put there.
//!
//! What a program gives is shown below it: `text,report` is what `netpol check` prints, `flows` a table of connections
//! with the verdict of each, `yaml,target=NAME,object=NAME` one object of what is built. `console` blocks are run by the
//! tests of the command. A verdict is never written into the book, only compared. With `UPDATE=1` in the environment the tests write what they find into the book.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use netpol_diagnostics::{Code, Diagnostic, Severity};
use netpol_driver::{
    Compiled, Date, Format, Options, Purpose, View, Wanted, compile, fix, load_project, render,
};
use netpol_model::verdict;

use crate::shelf::Shelf;
use crate::spec;

/// The folder of the book's chapters.
pub const SRC: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../book/src");

/// One fenced block.
#[derive(Clone, Debug)]
pub struct Block {
    /// The line of its fence, counted from 1.
    pub line: usize,
    /// The words after the fence.
    pub words: Vec<String>,
    /// What stands between the fences, each line with its end.
    pub body: String,
}

impl Block {
    /// Its language, as the highlighter calls it.
    pub fn language(&self) -> &str {
        self.words.first().map_or("", String::as_str)
    }

    /// Whether a word stands after its fence.
    pub fn has(&self, word: &str) -> bool {
        self.words.iter().any(|found| found == word)
    }

    /// The value of an option.
    pub fn option(&self, key: &str) -> Option<&str> {
        self.words.iter().find_map(|word| word.strip_prefix(key)?.strip_prefix('='))
    }
}

/// A piece of a page.
#[derive(Clone, Debug)]
pub enum Part {
    /// Text up to the next fence.
    Prose(String),
    /// A fenced block.
    Block(Block),
}

/// The pieces of a document; [`join`] gives the document back.
pub fn parts(document: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut prose = String::new();
    let mut lines = document.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        let Some(words) = line.strip_prefix("```") else {
            prose.push_str(line);
            prose.push('\n');
            continue;
        };
        parts.push(Part::Prose(std::mem::take(&mut prose)));
        let body = lines.by_ref().take_while(|(_, line)| *line != "```");
        let body = body.map(|(_, line)| format!("{line}\n")).collect();
        let words = words.split(',').map(|word| word.trim().to_owned()).collect();
        parts.push(Part::Block(Block { line: at + 1, words, body }));
    }
    parts.push(Part::Prose(prose));
    parts
}

/// The document that consists of these pieces.
pub fn join(parts: &[Part]) -> String {
    let text = |part: &Part| match part {
        Part::Prose(prose) => prose.clone(),
        Part::Block(block) => format!("```{}\n{}```\n", block.words.join(","), block.body),
    };
    parts.iter().map(text).collect()
}

/// The fenced blocks of a document.
pub fn blocks(document: &str) -> Vec<Block> {
    let block = |part| match part {
        Part::Block(block) => Some(block),
        Part::Prose(_) => None,
    };
    parts(document).into_iter().filter_map(block).collect()
}

/// Whether the tests write what they find into the book.
pub fn is_updating() -> bool {
    std::env::var_os("UPDATE").is_some()
}

/// Holds a page against what it should be: writes it where the book is being updated, else says that it is stale.
pub fn settle(path: &str, text: &str, current: &str) -> Result<(), String> {
    if text == current {
        return Ok(());
    }
    if is_updating() {
        return std::fs::write(Path::new(SRC).join(path), current).map_err(|error| error.to_string());
    }
    let differing = text.lines().zip(current.lines()).position(|(one, other)| one != other);
    let at = differing.unwrap_or_else(|| text.lines().count().min(current.lines().count()));
    let around: Vec<&str> = current.lines().skip(at.saturating_sub(1)).take(12).collect();
    Err(format!("book/src/{path}:{}: should read\n{}\n", at + 1, around.join("\n")))
}

/// The document with every `<!-- generated: NAME -->` region filled anew; `None` leaves one to somebody else.
pub fn with_regions(document: &str, mut generate: impl FnMut(&str) -> Option<String>) -> String {
    let mut current = String::new();
    let mut rest = document;
    while let Some((before, after)) = rest.split_once("<!-- generated: ") {
        let (name, after) = after.split_once(" -->\n").expect("a marker ends its line");
        let (old, after) = after.split_once("<!-- end -->").expect("a region ends");
        let body = match generate(name) {
            Some(found) => format!("\n{}\n", found.trim_end_matches('\n').to_owned() + "\n"),
            None => old.to_owned(),
        };
        let _ = write!(current, "{before}<!-- generated: {name} -->\n{body}<!-- end -->");
        rest = after;
    }
    current + rest
}

/// Every Markdown file under a folder, by path relative to it.
pub fn documents(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("the folder exists").flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() {
            found.extend(documents(&path).into_iter().map(|(inner, text)| (format!("{name}/{inner}"), text)));
        } else if name.ends_with(".md") {
            found.insert(name, std::fs::read_to_string(&path).expect("a text"));
        }
    }
    found
}

/// The chapters: every page but those of the codes, which `pages.rs` runs.
pub fn chapters() -> BTreeMap<String, String> {
    let mut chapters = documents(Path::new(SRC));
    chapters.retain(|path, _| !path.starts_with("errors/np0"));
    chapters
}

/// Compiles a program as `netpol check` does, with the options of its block.
pub fn run(block: &Block, program: &str) -> Compiled {
    let mut files = files(program);
    let targets: String = block
        .option("backend")
        .into_iter()
        .flat_map(|names| names.split('+'))
        .map(|name| format!("[targets.{name}]\nbackend = \"{name}\"\n"))
        .collect();
    files.entry("netpol.toml".into()).or_insert_with(|| format!("edition = 2026\n{targets}"));
    let options = Options { as_of: day(block), targets: Vec::new(), purpose: Purpose::Check };
    compile(load_project(&Shelf(files), Path::new("")), &options)
}

/// The program after `netpol fix` for some codes, as of the day that pages are written for.
pub fn fixed(program: &str, codes: &[u16]) -> String {
    let path = "main.netpol".to_owned();
    let shelf =
        Shelf([(path.clone(), program.to_owned()), ("netpol.toml".into(), "edition = 2026\n".into())].into());
    let as_of = Date::new(2026, 11, 21).expect("the day exists");
    let options = Options { as_of, targets: Vec::new(), purpose: Purpose::Test };
    let wanted = Wanted { codes: codes.iter().map(|code| Code(*code)).collect(), part: String::new() };
    let done = fix(load_project(&shelf, Path::new("")), &options, &wanted);
    done.files.get(&path).map_or_else(|| program.to_owned(), |(_, after)| after.clone())
}

fn day(block: &Block) -> Date {
    block.option("as-of").unwrap_or("2026-11-21").parse().expect("`as-of` is a day of the calendar")
}

/// A table of flows with the verdict of each, by the law of the language; the error names a row that is none.
pub fn flows(block: &Block, program: &str, table: &str) -> Result<String, String> {
    let mut files = files(program);
    files.remove("netpol.toml");
    let programs: Vec<String> = files.into_values().collect();
    let (views, _, _) = spec::check(&programs, day(block));
    let policy = views.first().ok_or("the program has no meaning")?;
    let mut out = String::new();
    for line in table.lines() {
        let (flow, written) = spec::parse_flow(policy, line).map_err(|reason| format!("{line}: {reason}"))?;
        let found = verdict(policy, &flow, day(block)).word();
        let (row, comment) = line.split_once(" #").map_or((line, None), |(row, after)| (row, Some(after)));
        let row = row.trim_end().strip_suffix(written.word()).unwrap_or(row);
        let comment = comment.map_or(String::new(), |comment| format!("   #{comment}"));
        let _ = writeln!(out, "{row}{found}{comment}");
    }
    Ok(out)
}

/// One object of what was built for a target, as it stands in its file.
pub fn object(compiled: &Compiled, target: &str, name: &str) -> Option<String> {
    let built = compiled.targets.iter().find(|built| &*built.target == target)?;
    let mut documents = built.files.values().flat_map(|file| file.split("---\n").skip(1));
    documents.find(|document| document.contains(&format!("\n  name: {name}\n"))).map(str::to_owned)
}

/// What `netpol check` prints about it.
pub fn report(compiled: &Compiled) -> String {
    let view = View { sources: &compiled.sources, library: compiled.library, prefix: "", colour: false };
    render(Format::Human, &compiled.diagnostics, &view)
}

/// Whether a code is among the diagnostics, at a severity.
pub fn says(compiled: &Compiled, code: &str, severity: Severity) -> bool {
    let is_it = |found: &Diagnostic| found.code.to_string() == code && found.severity == severity;
    compiled.diagnostics.iter().any(is_it)
}

/// The files of a program, by path.
fn files(program: &str) -> BTreeMap<String, String> {
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    let mut path = "main.netpol";
    for line in program.lines() {
        match line.strip_prefix("# file: ") {
            Some(next) => path = next.trim(),
            None if path == "main.netpol" && line.is_empty() && !files.contains_key(path) => continue,
            None => {}
        }
        let text = files.entry(path.to_owned()).or_default();
        // The marker stays, as a comment, so that places in a report are those of the page.
        text.push_str(line);
        text.push('\n');
    }
    files
}
