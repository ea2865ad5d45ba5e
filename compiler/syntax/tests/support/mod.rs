//! What the tests share: reading a program, and showing what was found in one line each.

// Not every test file uses all of it; a helper of tests fails as tests do.
#![allow(dead_code, clippy::expect_used)]

use netpol_diagnostics::{Diagnostic, FileId, Sources, Span};
use netpol_syntax::tree::{File, Item, ItemKind};
use netpol_syntax::{Parsed, parse};
use std::path::{Path, PathBuf};

pub fn sources(text: &str) -> (Sources, FileId) {
    let mut sources = Sources::default();
    let file = sources.add("test.netpol", text);
    (sources, file)
}

pub fn read(text: &str) -> Parsed {
    let parsed = parse(FileId(0), text);
    for span in spans(&parsed) {
        assert!(
            span.start <= span.end && span.end as usize <= text.len(),
            "{span:?} of {} bytes",
            text.len()
        );
        assert!(
            text.is_char_boundary(span.start as usize) && text.is_char_boundary(span.end as usize),
            "{span:?}"
        );
    }
    parsed
}

/// `NP0101 at 2:5 «text»: title / label; help` for each diagnostic.
pub fn messages(text: &str) -> Vec<String> {
    let (sources, _) = sources(text);
    read(text).diagnostics.iter().map(|diagnostic| message(&sources, diagnostic)).collect()
}

pub fn message(sources: &Sources, diagnostic: &Diagnostic) -> String {
    let label = diagnostic.primary.as_ref().expect("every mistake of the parser has a place");
    let (line, column) = sources.position(label.span);
    let code = diagnostic.code;
    let mut text =
        format!("{code} {line}:{column} «{}» {}: {}", sources.text(label.span), diagnostic.title, label.text);
    for help in &diagnostic.helps {
        let mark = if help.edits.is_empty() { "" } else { " [fix]" };
        text.push_str(&format!("; {}{mark}", help.text));
    }
    text
}

/// The text with every fix applied; edits must not overlap.
pub fn fixed(text: &str) -> String {
    let mut edits: Vec<_> =
        read(text).diagnostics.into_iter().flat_map(|d| d.helps).flat_map(|help| help.edits).collect();
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut fixed = text.to_owned();
    for edit in edits.into_iter().rev() {
        fixed.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.replacement);
    }
    fixed
}

/// Every item with the items inside it, outermost first.
pub fn all_items(file: &File) -> Vec<&Item> {
    let mut items = Vec::new();
    collect(&file.items, &mut items);
    items
}

fn collect<'a>(from: &'a [Item], into: &mut Vec<&'a Item>) {
    for item in from {
        into.push(item);
        collect(body(&item.kind), into);
    }
}

pub fn body(kind: &ItemKind) -> &[Item] {
    match kind {
        ItemKind::Namespace { body, .. }
        | ItemKind::App { body, .. }
        | ItemKind::Guardrail { body, .. }
        | ItemKind::Baseline { body }
        | ItemKind::Pattern { body, .. }
        | ItemKind::Test { body, .. } => body,
        _ => &[],
    }
}

/// The first lines of every statement's head, in order: what was kept.
pub fn heads(text: &str) -> Vec<String> {
    let (sources, _) = sources(text);
    let parsed = read(text);
    let mut heads: Vec<String> =
        parsed.file.uses.iter().map(|used| sources.text(used.span).to_owned()).collect();
    heads.extend(parsed.file.header.iter().map(|head| sources.text(head.span).to_owned()));
    heads.extend(all_items(&parsed.file).iter().map(|item| sources.text(item.head).to_owned()));
    heads
}

/// Every place in a tree and its diagnostics that can be named without walking all of it: they are in its debug text.
pub fn spans(parsed: &Parsed) -> Vec<Span> {
    let text = format!("{parsed:?}");
    text.match_indices("start: ")
        .filter_map(|(at, _)| {
            let rest = &text[at + 7..];
            let start = rest.split(',').next()?.trim().parse().ok()?;
            let end = rest.split("end: ").nth(1)?.split([' ', '}']).next()?.trim().parse().ok()?;
            Some(Span { file: FileId(0), start, end })
        })
        .collect()
}

pub fn programs_under(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut programs = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("the folder can be read") {
            let path = entry.expect("the entry can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "netpol") {
                let text = std::fs::read_to_string(&path).expect("the program can be read");
                programs.push((path, text));
            }
        }
    }
    programs.sort();
    programs
}
