//! The words of the language are the same in the compiler and in every grammar for editors.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

type Words = BTreeSet<String>;

fn text(path: &str) -> String {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Whether a text is a word as keywords are: letters and hyphens, more than one.
fn is_word(text: &str) -> bool {
    text.len() > 1
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}

/// The words that stand alone between two quotes.
fn quoted(text: &str) -> Words {
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| line.split('"').skip(1).step_by(2))
        .filter(|found| is_word(found))
        .map(str::to_owned)
        .collect()
}

/// What the grammar asks for by name, and the ends that are told apart when the tree is built.
fn compiler() -> Words {
    let mut words = quoted(&text("compiler/syntax/src/netpol.pest"));
    let source = text("compiler/syntax/src/words.rs");
    let builtins = source.lines().filter(|line| line.contains("=> Builtin::"));
    words.extend(builtins.flat_map(quoted));
    words
}

/// The fixed texts of tree-sitter's grammar, as `tree-sitter generate` wrote it down.
fn tree_sitter() -> Words {
    fn collect(value: &Value, found: &mut Words) {
        match value {
            Value::Object(fields) => {
                let is_text = fields.get("type").and_then(Value::as_str) == Some("STRING");
                let word =
                    fields.get("value").and_then(Value::as_str).filter(|word| is_text && is_word(word));
                found.extend(word.map(str::to_owned));
                fields.values().for_each(|inner| collect(inner, found));
            }
            Value::Array(items) => items.iter().for_each(|inner| collect(inner, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let grammar = serde_json::from_str(&text("editors/tree-sitter-netpol/src/grammar.json")).expect("JSON");
    let mut words = Words::new();
    collect(&grammar, &mut words);
    words
}

/// The words among the alternatives of every expression of the TextMate grammar.
fn text_mate() -> Words {
    fn collect(value: &Value, found: &mut Words) {
        match value {
            Value::Object(fields) => {
                for expression in
                    ["match", "begin", "end"].iter().filter_map(|key| fields.get(*key)?.as_str())
                {
                    found.extend(alternatives(expression));
                }
                fields.values().for_each(|inner| collect(inner, found));
            }
            Value::Array(items) => items.iter().for_each(|inner| collect(inner, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let grammar =
        serde_json::from_str(&text("editors/vscode/syntaxes/netpol.tmLanguage.json")).expect("JSON");
    let mut words = Words::new();
    collect(&grammar, &mut words);
    // They belong to port literals, which the other grammars have as one token.
    for protocol in ["tcp", "udp", "sctp"] {
        assert!(words.remove(protocol), "{protocol}");
    }
    words
}

/// The words of every capturing group of an expression that holds words and nothing else.
fn alternatives(expression: &str) -> Vec<String> {
    let groups = expression.split('(').skip(1).filter_map(|rest| rest.split(')').next());
    groups
        .filter(|group| group.split('|').all(is_word))
        .flat_map(|group| group.split('|').map(str::to_owned))
        .collect()
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("no {start:?}"));
    rest.split_once(end).unwrap_or_else(|| panic!("no {end:?}")).0
}

/// Every word that a query for highlighting gives a colour to, those of one node among them.
fn highlighted(path: &str) -> Words {
    let query = text(path);
    let lines = query.lines().filter(|line| !line.starts_with(';'));
    let mut words: Words = lines.flat_map(quoted).collect();
    if query.contains("(builtin) @constant.builtin") {
        words.extend(builtins());
    }
    if query.contains("(log) @keyword") {
        words.insert("log".to_owned());
    }
    words
}

fn builtins() -> Words {
    let grammar = text("editors/tree-sitter-netpol/grammar.js");
    quoted(between(&grammar, "builtin: () =>", "),"))
}

fn same(name: &str, found: &Words) {
    let known = compiler();
    let missing: Vec<_> = known.difference(found).collect();
    let unknown: Vec<_> = found.difference(&known).collect();
    assert!(missing.is_empty() && unknown.is_empty(), "{name} lacks {missing:?} and has {unknown:?} besides");
}

#[test]
fn the_compiler_has_the_words_we_know() {
    let words = compiler();
    for word in ["namespace", "egress", "because", "cluster-gateway", "notin", "tenants", "log", "workload"] {
        assert!(words.contains(word), "{word}");
    }
    assert!(words.len() > 80, "{words:?}");
}

#[test]
fn tree_sitter_has_the_words_of_the_compiler() {
    same("tree-sitter's grammar", &tree_sitter());
}

#[test]
fn text_mate_has_the_words_of_the_compiler() {
    same("the TextMate grammar", &text_mate());
}

#[test]
fn every_word_is_highlighted() {
    for path in [
        "editors/tree-sitter-netpol/queries/netpol/highlights.scm",
        "editors/helix/queries/netpol/highlights.scm",
        "editors/zed/languages/netpol/highlights.scm",
    ] {
        same(path, &highlighted(path));
    }
}

#[test]
fn emacs_has_the_words_of_the_compiler() {
    let mode = text("editors/emacs/netpol-mode.el");
    same("netpol-mode", &quoted(between(&mode, ";;; Words", "(defconst netpol--name")));
}

#[test]
fn the_book_has_the_words_of_the_compiler() {
    let script = text("book/theme/netpol.js");
    let lists = script.split("words(`").skip(1).filter_map(|rest| rest.split('`').next());
    let words = lists.flat_map(str::split_whitespace).map(str::to_owned).collect();
    same("the book's highlighter", &words);
}

#[test]
fn zed_and_tree_sitter_share_their_highlights() {
    let queries = ["tree-sitter-netpol/queries/netpol", "zed/languages/netpol"];
    let [base, zed] = queries.map(|folder| text(&format!("editors/{folder}/highlights.scm")));
    assert_eq!(base, zed, "copy the first over the second");
}
