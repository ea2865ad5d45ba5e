//! The documentation of a module: what it declares, with the comments above it.

use std::fmt::Write as _;

use netpol_check::standard_modules;
use netpol_diagnostics::{FileId, Span, nearest};
use netpol_syntax::parse;
use netpol_syntax::tree::{Item, ItemKind, Param};

use super::words::cell;
use crate::render::clean::clean;

/// The documentation of a module of the library, `std/k8s`, or with `std` a list of all; the error says which there are.
pub fn document_library(path: &str) -> Result<String, String> {
    let modules = standard_modules();
    if path == "std" {
        let line = |(path, text): &(&str, &str)| format!("- `{path}`{}\n", about(text, path));
        let lines: String = modules.iter().map(line).collect();
        return Ok(format!("# The standard library\n\n{lines}"));
    }
    match modules.iter().find(|(known, _)| *known == path) {
        Some((path, text)) => Ok(document_module(path, text)),
        None => {
            let near = nearest(path, modules.iter().map(|(known, _)| *known));
            let near = near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
            Err(format!("the library has no module `{path}`: {near}`netpol doc std` lists them"))
        }
    }
}

/// The documentation of a file under the name it is imported by.
///
/// What cannot be parsed is left out; `netpol check` tells why.
pub fn document_module(path: &str, text: &str) -> String {
    let file = parse(FileId(0), text).file;
    let slice = |span: Span| text.get(span.start as usize..span.end as usize).unwrap_or_default();
    let mut out = format!("# `{path}`\n");
    let lead = lead(text, path);
    if !lead.is_empty() {
        let _ = write!(out, "\n{lead}\n");
    }
    let (mut patterns, mut nouns) = (String::new(), String::new());
    for item in &file.items {
        let comment = comment_above(text, item.span);
        // What the file says of itself at its top is not about its first statement.
        let comment = if comment.starts_with(path) { String::new() } else { comment };
        match &item.kind {
            ItemKind::Pattern { name, params, .. } => {
                let _ = write!(patterns, "\n### `{}`\n\n", name.text);
                if !comment.is_empty() {
                    let _ = writeln!(patterns, "{comment}\n");
                }
                patterns += &parameters(params, &slice);
                let _ = writeln!(patterns, "```netpol\n{}\n```", slice(item.span).trim_end());
            }
            _ if is_noun(item) => {
                let comment = comment.replace('\n', " ");
                let words = slice(item.head).split_whitespace().collect::<Vec<_>>().join(" ");
                let about = if comment.is_empty() { String::new() } else { format!(": {comment}") };
                let _ = writeln!(nouns, "- `{words}`{about}");
            }
            _ => {}
        }
    }
    if !nouns.is_empty() {
        let _ = write!(out, "\n## Names\n\n{nouns}");
    }
    if !patterns.is_empty() {
        let _ = write!(out, "\n## Patterns\n{patterns}");
    }
    if nouns.is_empty() && patterns.is_empty() {
        out += "\nIt declares no name and no pattern that others could use.\n";
    }
    clean(&out).into_owned()
}

/// The documentation of one statement of a file: the comment above it; for a pattern its parameters and its lines too.
pub fn document_item(path: &str, text: &str, item: &Item) -> String {
    let slice = |span: Span| text.get(span.start as usize..span.end as usize).unwrap_or_default();
    let comment = comment_above(text, item.span);
    let comment = if comment.starts_with(path) { String::new() } else { comment };
    let mut out = if comment.is_empty() { String::new() } else { format!("{comment}\n\n") };
    let shown = match &item.kind {
        ItemKind::Pattern { params, .. } => {
            out += &parameters(params, &slice);
            item.span
        }
        _ => item.head,
    };
    let _ = writeln!(out, "```netpol\n{}\n```", slice(shown).trim_end());
    clean(&out).into_owned()
}

fn is_noun(item: &Item) -> bool {
    matches!(
        item.kind,
        ItemKind::Workload(_)
            | ItemKind::Tiers { .. }
            | ItemKind::Group { .. }
            | ItemKind::Net { .. }
            | ItemKind::Domain { .. }
            | ItemKind::Port { .. }
    )
}

fn parameters<'a>(params: &[Param], slice: &dyn Fn(Span) -> &'a str) -> String {
    if params.is_empty() {
        return String::new();
    }
    let mut out = "| parameter | is a | where nothing is said |\n|---|---|---|\n".to_owned();
    for param in params {
        let default = match &param.default {
            Some(value) => format!("`{}`", slice(value.span)),
            None => "it must be".to_owned(),
        };
        let _ = writeln!(out, "| `{}` | {} | {} |", param.name.text, slice(param.ty.span), cell(&default));
    }
    out + "\n"
}

/// The words of a comment line.
fn comment_words(line: &str) -> Option<&str> {
    line.trim_start().strip_prefix('#').map(str::trim)
}

/// The comment that ends on the line above a place.
fn comment_above(text: &str, span: Span) -> String {
    let before = text.get(..span.start as usize).unwrap_or_default();
    let before = before.rfind('\n').and_then(|end| before.get(..end)).unwrap_or_default();
    let mut lines: Vec<&str> = before.lines().rev().map_while(comment_words).collect();
    lines.reverse();
    lines.join("\n")
}

/// The comment a file begins with, without its own name; it is the file's where a blank line or an import follows.
fn lead(text: &str, path: &str) -> String {
    let lines: Vec<&str> = text.lines().map_while(comment_words).collect();
    let next = text.lines().nth(lines.len()).unwrap_or_default();
    let names_itself = lines.first().is_some_and(|line| line.starts_with(path));
    if !(names_itself || next.trim().is_empty() || next.starts_with("use ")) {
        return String::new();
    }
    let words = lines.join("\n");
    words
        .strip_prefix(path)
        .map_or(words.as_str(), |rest| rest.trim_start_matches([':', ' ']))
        .trim()
        .to_owned()
}

/// The first line of a module's lead, to follow its name.
fn about(text: &str, path: &str) -> String {
    lead(text, path).lines().next().map(|line| format!(": {line}")).unwrap_or_default()
}
