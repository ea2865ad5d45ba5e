//! SARIF 2.1.0 (OASIS standard), for code scanning services.

use std::collections::BTreeSet;

use netpol_diagnostics::{Code, Diagnostic, Edit, Help, Severity, Span, entry};
use serde_json::{Value, json};

use super::place::{labelled, place_of};
use super::{View, severity_word};

pub(crate) fn render_sarif(diagnostics: &[Diagnostic], view: &View<'_>) -> String {
    let codes: BTreeSet<Code> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    let codes: Vec<Code> = codes.into_iter().collect();
    let results: Vec<Value> = diagnostics.iter().map(|diagnostic| result(diagnostic, &codes, view)).collect();
    let report = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "netpol",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": codes.iter().map(|code| rule(*code)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    let mut text = serde_json::to_string_pretty(&report).unwrap_or_default();
    text.push('\n');
    text
}

fn rule(code: Code) -> Value {
    let entry = entry(code);
    json!({
        "id": code.to_string(),
        "shortDescription": { "text": entry.map_or("", |entry| entry.title) },
        "defaultConfiguration": { "level": severity_word(entry.map_or(Severity::Error, |entry| entry.severity)) },
    })
}

fn result(diagnostic: &Diagnostic, codes: &[Code], view: &View<'_>) -> Value {
    let mut result = json!({
        "ruleId": diagnostic.code.to_string(),
        "ruleIndex": codes.binary_search(&diagnostic.code).unwrap_or_default(),
        "level": severity_word(diagnostic.severity),
        "message": { "text": message(diagnostic) },
    });
    let Some(fields) = result.as_object_mut() else { return result };
    if let Some(label) = &diagnostic.primary {
        fields.insert("locations".to_owned(), json!([location(label.span, view)]));
    }
    if !diagnostic.secondary.is_empty() {
        let related = diagnostic.secondary.iter().enumerate().map(|(at, label)| {
            let mut place = location(label.span, view);
            if let Some(place) = place.as_object_mut() {
                place.insert("id".to_owned(), json!(at + 1));
                place.insert("message".to_owned(), json!({ "text": labelled(label, view).label }));
            }
            place
        });
        fields.insert("relatedLocations".to_owned(), related.collect());
    }
    let fixes: Vec<Value> =
        diagnostic.helps.iter().filter(|help| !help.edits.is_empty()).map(|h| fix(h, view)).collect();
    if !fixes.is_empty() {
        fields.insert("fixes".to_owned(), Value::Array(fixes));
    }
    result
}

/// Everything that is said, in one text: services show nothing else.
pub(crate) fn message(diagnostic: &Diagnostic) -> String {
    let mut lines = vec![diagnostic.title.clone()];
    lines.extend(diagnostic.primary.iter().map(|label| label.text.clone()).filter(|text| !text.is_empty()));
    lines.extend(diagnostic.witness.iter().map(|flow| format!("witness: {flow}")));
    lines.extend(diagnostic.notes.iter().map(|note| format!("note: {note}")));
    lines.extend(diagnostic.helps.iter().map(|help| format!("help: {}", help.text)));
    lines.join("\n")
}

fn location(span: Span, view: &View<'_>) -> Value {
    json!({ "physicalLocation": {
        "artifactLocation": { "uri": uri(&place_of(span, view).path) },
        "region": region(span, view),
    }})
}

fn region(span: Span, view: &View<'_>) -> Value {
    let place = place_of(span, view);
    json!({
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
        "byteOffset": span.start,
        "byteLength": span.end.saturating_sub(span.start),
    })
}

/// One fix: its edits, gathered by file.
fn fix(help: &Help, view: &View<'_>) -> Value {
    let files: BTreeSet<u32> = help.edits.iter().map(|edit| edit.span.file.0).collect();
    let changes = files.into_iter().map(|file| {
        let edits: Vec<&Edit> = help.edits.iter().filter(|edit| edit.span.file.0 == file).collect();
        let path = edits.first().map(|edit| place_of(edit.span, view).path).unwrap_or_default();
        let replacement = |edit: &&Edit| {
            json!({
                "deletedRegion": region(edit.span, view),
                "insertedContent": { "text": edit.replacement },
            })
        };
        json!({
            "artifactLocation": { "uri": uri(&path) },
            "replacements": edits.iter().map(replacement).collect::<Vec<_>>(),
        })
    });
    json!({ "description": { "text": help.text }, "artifactChanges": changes.collect::<Vec<_>>() })
}

/// A path as a relative URI: everything but unreserved characters and `/` is escaped (RFC 3986, section 2).
fn uri(path: &str) -> String {
    let mut out = String::new();
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte))
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
