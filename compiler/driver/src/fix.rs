//! Applying the fixes that are surely right.
//!
//! A fix is applied where it is the only advice of its diagnostic and no question: "did you mean …?" waits for somebody
//! to answer it, by naming its code. What was fixed is checked again before anything is written; a fix that makes more
//! wrong than right is taken back. Text is never lost: a fix that would remove a comment is left to a person.

use std::collections::{BTreeMap, BTreeSet};

use netpol_diagnostics::{Code, Diagnostic, Edit, FileId, Severity, Sources, Span};

use crate::compile::{Compiled, Options, compile};
use crate::load::Loaded;
use crate::paths::is_within;

/// Rounds of fixing and checking; each leaves fewer things to fix.
const ROUNDS: usize = 50;

/// Which fixes to apply.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Only these codes; all where none is named. A code that is named answers its questions.
    pub codes: Vec<Code>,
    /// Only in files under this path of the project; empty for all.
    pub part: String,
}

/// What fixing came to.
#[derive(Clone, Debug, Default)]
pub struct Fixed {
    /// The files that changed, by path: the text before and after.
    pub files: BTreeMap<String, (String, String)>,
    /// How often each code was fixed.
    pub applied: BTreeMap<Code, usize>,
    /// What is said of the text after fixing.
    pub compiled: Compiled,
}

/// One fix: what it is for, and what it changes.
#[derive(Clone, Debug)]
struct Fix {
    code: Code,
    edits: Vec<Edit>,
}

/// Fixes what was loaded, in memory.
pub fn fix(loaded: Loaded, options: &Options, wanted: &Wanted) -> Fixed {
    let before: BTreeMap<FileId, String> =
        loaded.files.iter().map(|file| (*file, loaded.sources.file(*file).text.to_string())).collect();
    let mut loaded = loaded;
    let mut applied: BTreeMap<Code, usize> = BTreeMap::new();
    let mut refused: BTreeSet<(Code, String)> = BTreeSet::new();
    let mut compiled = compile(loaded.clone(), options);
    for _ in 0..ROUNDS {
        let fixes = chosen(&compiled, &loaded, wanted, &refused);
        if fixes.is_empty() {
            break;
        }
        let together = with(&loaded, &fixes);
        let checked = compile(together.clone(), options);
        if !is_worse(&compiled, &checked) {
            fixes.iter().for_each(|fix| *applied.entry(fix.code).or_default() += 1);
            (loaded, compiled) = (together, checked);
            continue;
        }
        // One of them is wrong: find out which, and leave it.
        let mut last: Option<(Loaded, Compiled, Code)> = None;
        for fix in &fixes {
            let alone = with(&loaded, std::slice::from_ref(fix));
            let checked = compile(alone.clone(), options);
            if is_worse(&compiled, &checked) {
                refused.insert(key(fix, &loaded.sources));
            } else {
                last = Some((alone, checked, fix.code));
                break;
            }
        }
        if let Some((alone, checked, code)) = last {
            *applied.entry(code).or_default() += 1;
            (loaded, compiled) = (alone, checked);
        }
    }
    let changed = before.into_iter().filter_map(|(file, old)| {
        let source = loaded.sources.file(file);
        (*source.text != *old).then(|| (source.path.to_string(), (old, source.text.to_string())))
    });
    Fixed { files: changed.collect(), applied, compiled }
}

/// Whether the text after is worse: more mistakes in how it reads, or, where it reads the same, more errors.
fn is_worse(before: &Compiled, after: &Compiled) -> bool {
    let errors = |compiled: &Compiled, family: Option<u16>| {
        let counts = |d: &&Diagnostic| {
            d.severity == Severity::Error && family.is_none_or(|family| d.code.0 / 100 == family)
        };
        compiled.diagnostics.iter().filter(counts).count()
    };
    let (mistakes, left) = (errors(before, Some(1)), errors(after, Some(1)));
    left > mistakes || (mistakes == 0 && errors(after, None) > errors(before, None))
}

/// The fixes to apply, none touching another.
fn chosen(
    compiled: &Compiled,
    loaded: &Loaded,
    wanted: &Wanted,
    refused: &BTreeSet<(Code, String)>,
) -> Vec<Fix> {
    let mut taken: Vec<Span> = Vec::new();
    let mut fixes = Vec::new();
    for diagnostic in &compiled.diagnostics {
        let is_named = wanted.codes.contains(&diagnostic.code);
        if !is_named && !wanted.codes.is_empty() {
            continue;
        }
        let Some(fix) = sure_fix(diagnostic, is_named) else { continue };
        let is_ours = |edit: &Edit| {
            let path = &loaded.sources.file(edit.span.file).path;
            loaded.files.contains(&edit.span.file) && is_within(path, &wanted.part)
        };
        let is_free = |edit: &Edit| !taken.iter().any(|other| touch(*other, edit.span));
        let keeps = |edit: &Edit| keeps_comments(edit, &loaded.sources);
        let is_right = fix.edits.iter().all(|edit| is_ours(edit) && is_free(edit) && keeps(edit));
        if is_right && !refused.contains(&key(&fix, &loaded.sources)) {
            taken.extend(fix.edits.iter().map(|edit| edit.span));
            fixes.push(fix);
        }
    }
    fixes
}

fn sure_fix(diagnostic: &Diagnostic, is_named: bool) -> Option<Fix> {
    let mut with_edits = diagnostic.helps.iter().filter(|help| !help.edits.is_empty());
    let help = with_edits.next()?;
    let is_sure = diagnostic.helps.len() == 1 && !help.text.ends_with('?');
    (is_sure || is_named).then(|| Fix { code: diagnostic.code, edits: help.edits.clone() })
}

fn touch(a: Span, b: Span) -> bool {
    a.file == b.file && a.start <= b.end && b.start <= a.end
}

/// Whether no comment goes with what is replaced. A `#` in a string may be taken for one, and then a person decides.
fn keeps_comments(edit: &Edit, sources: &Sources) -> bool {
    let comments = sources.text(edit.span).lines().filter_map(|line| line.split_once('#')).map(|(_, c)| c);
    comments.into_iter().all(|comment| edit.replacement.contains(comment))
}

/// What tells a fix from others although places move.
fn key(fix: &Fix, sources: &Sources) -> (Code, String) {
    let edit = |edit: &Edit| {
        let path = &sources.file(edit.span.file).path;
        format!("{path}|{}|{}", sources.text(edit.span), edit.replacement)
    };
    (fix.code, fix.edits.iter().map(edit).collect())
}

/// The sources with these fixes applied.
fn with(loaded: &Loaded, fixes: &[Fix]) -> Loaded {
    let mut by_file: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
    for edit in fixes.iter().flat_map(|fix| &fix.edits) {
        by_file.entry(edit.span.file).or_default().push(edit);
    }
    let mut sources = Sources::default();
    for (file, source) in loaded.sources.iter() {
        match by_file.get_mut(&file) {
            None => sources.add(source.path.clone(), source.text.clone()),
            Some(edits) => sources.add(source.path.clone(), edited(&source.text, edits)),
        };
    }
    Loaded { sources, ..loaded.clone() }
}

fn edited(text: &str, edits: &mut [&Edit]) -> String {
    edits.sort_by_key(|edit| edit.span.start);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits.iter() {
        let (start, end) = (edit.span.start as usize, edit.span.end as usize);
        let (start, end) =
            if edit.replacement.is_empty() { whole_lines(text, start, end) } else { (start, end) };
        let start = start.max(at);
        out.push_str(text.get(at..start).unwrap_or_default());
        out.push_str(&edit.replacement);
        at = end.max(start);
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// What is removed, with the rest of its lines where nothing else stands there.
fn whole_lines(text: &str, start: usize, end: usize) -> (usize, usize) {
    let before = text.get(..start).unwrap_or_default();
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    let after = text.get(end..).unwrap_or_default();
    let rest = after.find('\n').map_or(after.len(), |at| at + 1);
    let is_blank = |part: Option<&str>| part.is_some_and(|part| part.trim().is_empty());
    let ends_line = text.get(..end).is_some_and(|text| text.ends_with('\n'));
    match (is_blank(text.get(line..start)), ends_line, is_blank(after.get(..rest))) {
        (true, false, true) => (line, end + rest),
        _ => (start, end),
    }
}
