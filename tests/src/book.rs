//! The programs of the book: fenced blocks of Markdown, run as projects by the real driver.
//!
//! A block begins with three backticks and words joined by commas: `netpol,wrong,backend=cilium`. Its first word is its
//! language. Words with `=` are options of the run:
//!
//! | option | meaning |
//! | --- | --- |
//! | `backend=NAME` | build for this target as well; several are joined by `+` |
//! | `as-of=DATE` | the day `until` lines are judged by; 2026-11-21 where nothing is said |
//! | `more` | the text stands below the block before it, in the same file |
//! | `module` | the text is a file that others import, and one imports it |
//!
//! A line `# file: PATH` begins another file of the project; what stands before the first is `main.netpol`. A file
//! `netpol.toml` is the project file; without one a plain project file is put there.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use netpol_diagnostics::{Diagnostic, Severity};
use netpol_driver::{
    Compiled, Date, Entry, Format, Host, Kind, Metadata, Options, Purpose, View, compile, load_project,
    render,
};

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

/// The fenced blocks of a document.
pub fn blocks(document: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = document.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        let Some(words) = line.strip_prefix("```") else { continue };
        let body: String = lines
            .by_ref()
            .take_while(|(_, line)| *line != "```")
            .map(|(_, line)| format!("{line}\n"))
            .collect();
        let words = words.split(',').map(|word| word.trim().to_owned()).collect();
        blocks.push(Block { line: at + 1, words, body });
    }
    blocks
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

/// Compiles a program as `netpol check` does, with the options of its block.
pub fn run(block: &Block, program: &str) -> Compiled {
    let mut files = files(program);
    if block.has("module") {
        files = BTreeMap::from([
            ("module.netpol".into(), program.into()),
            ("main.netpol".into(), "use module\n".into()),
        ]);
    }
    let targets: String = block
        .option("backend")
        .into_iter()
        .flat_map(|names| names.split('+'))
        .map(|name| format!("[targets.{name}]\nbackend = \"{name}\"\n"))
        .collect();
    files.entry("netpol.toml".into()).or_insert_with(|| format!("edition = 2026\n{targets}"));
    let as_of: Date =
        block.option("as-of").unwrap_or("2026-11-21").parse().expect("`as-of` is a day of the calendar");
    let options = Options { as_of, targets: Vec::new(), purpose: Purpose::Check };
    compile(load_project(&Shelf(files), Path::new("")), &options)
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

/// Files in memory that are only read.
struct Shelf(BTreeMap<String, String>);

impl Shelf {
    fn node(&self, path: &Path) -> io::Result<Option<&str>> {
        let path = path.to_string_lossy();
        if let Some(text) = self.0.get(&*path) {
            return Ok(Some(text));
        }
        let is_folder = path.is_empty() || self.0.keys().any(|file| file.starts_with(&format!("{path}/")));
        if is_folder { Ok(None) } else { Err(ErrorKind::NotFound.into()) }
    }
}

impl Host for Shelf {
    fn today(&self) -> Option<Date> {
        None
    }

    fn process(&self) -> u32 {
        1
    }

    fn metadata(&self, path: &Path) -> io::Result<Metadata> {
        Ok(match self.node(path)? {
            Some(text) => Metadata { kind: Kind::File, length: text.len() as u64 },
            None => Metadata { kind: Kind::Folder, length: 0 },
        })
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        let inside = self.0.keys().filter_map(|file| Path::new(file).strip_prefix(folder).ok());
        let mut entries: Vec<Entry> = inside
            .filter_map(|rest| {
                let mut parts = rest.iter();
                let name = parts.next()?.to_string_lossy().into_owned();
                Some(Entry { name, kind: if parts.next().is_none() { Kind::File } else { Kind::Folder } })
            })
            .collect();
        entries.sort();
        entries.dedup();
        Ok(entries)
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        Ok(path.to_owned())
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        match self.node(path)? {
            Some(text) => Ok(text.as_bytes().to_vec()),
            None => Err(ErrorKind::IsADirectory.into()),
        }
    }

    fn write_new(&self, _: &Path, _: &[u8]) -> io::Result<()> {
        Err(ErrorKind::ReadOnlyFilesystem.into())
    }

    fn create_folders(&self, _: &Path) -> io::Result<()> {
        Err(ErrorKind::ReadOnlyFilesystem.into())
    }

    fn sync_folder(&self, _: &Path) -> io::Result<()> {
        Err(ErrorKind::ReadOnlyFilesystem.into())
    }

    fn rename(&self, _: &Path, _: &Path) -> io::Result<()> {
        Err(ErrorKind::ReadOnlyFilesystem.into())
    }

    fn swap(&self, _: &Path, _: &Path) -> io::Result<()> {
        Err(ErrorKind::Unsupported.into())
    }

    fn remove_folder(&self, _: &Path) -> io::Result<()> {
        Err(ErrorKind::ReadOnlyFilesystem.into())
    }
}
