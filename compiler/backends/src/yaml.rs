//! The one YAML writer: block style, two spaces, a comment where asked, quotes by allow-list.

use std::cell::RefCell;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use netpol_flow::Text;

use crate::object::Comment;

/// Text that is to be printed: our own words and the policy's names are not copied.
#[derive(Clone)]
pub(crate) enum Word {
    /// A word of the format.
    Fixed(&'static str),
    /// A name or value of the policy.
    Shared(Text),
    /// Text put together for this place.
    Made(String),
}

impl Deref for Word {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Word::Fixed(text) => text,
            Word::Shared(text) => text,
            Word::Made(text) => text,
        }
    }
}

impl PartialEq for Word {
    fn eq(&self, other: &Word) -> bool {
        **self == **other
    }
}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl From<&'static str> for Word {
    fn from(text: &'static str) -> Word {
        Word::Fixed(text)
    }
}

impl From<&Text> for Word {
    fn from(text: &Text) -> Word {
        Word::Shared(text.clone())
    }
}

impl From<String> for Word {
    fn from(text: String) -> Word {
        Word::Made(text)
    }
}

/// A YAML value. Maps keep the order they are given in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Yaml {
    /// Text; quoted unless it surely reads back as the same text.
    Text(Word),
    /// A whole number.
    Number(i64),
    /// `true` or `false`.
    Flag(bool),
    /// A list; printed as `[]` when empty.
    List(Vec<Yaml>),
    /// A map; printed as `{}` when empty.
    Map(Vec<(Word, Yaml)>),
    /// An item of a list that is printed already.
    Item(Item),
    /// A map that stands in many places.
    Shared(Arc<Shared>),
}

/// A value with a comment on the lines above it, printed as soon as it was made: thousands of rules take less room as text
/// than as values.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Item {
    lines: Lines,
    weight: usize,
    #[cfg(test)]
    value: Box<Yaml>,
}

/// A map with entries, printed once for all its places.
#[derive(Clone, Debug)]
pub(crate) struct Shared {
    map: Yaml,
    lines: Lines,
    weight: usize,
}

impl PartialEq for Shared {
    fn eq(&self, other: &Shared) -> bool {
        self.lines == other.lines
    }
}

#[cfg(test)]
impl Item {
    /// The value itself.
    pub(crate) fn value(&self) -> &Yaml {
        &self.value
    }
}

#[cfg(test)]
impl Shared {
    /// The map itself.
    pub(crate) fn map(&self) -> &Yaml {
        &self.map
    }
}

/// How deep the rules of an object stand: they are lists in its `spec`.
const RULES: usize = 2;

/// How deep what the items of a rule's lists hold stands.
const PEERS: usize = 6;

/// Lines as deep as they usually stand.
#[derive(Clone, Debug, PartialEq)]
struct Lines {
    text: Box<str>,
    depth: usize,
}

impl Lines {
    /// What `print` prints, with its first line indented.
    fn of(depth: usize, print: impl FnOnce(&mut String)) -> Lines {
        thread_local! {
            static PAGE: RefCell<String> = const { RefCell::new(String::new()) };
        }
        PAGE.with_borrow_mut(|page| {
            page.clear();
            print(page);
            Lines { text: page.as_str().into(), depth }
        })
    }

    /// Prints them at any depth; the first line is indented already.
    fn print(&self, indent: usize, out: &mut String) {
        if indent == self.depth {
            return out.push_str(self.text.get(indent..).unwrap_or_default());
        }
        for (at, line) in self.text.split_inclusive('\n').enumerate() {
            if at > 0 {
                pad(indent, out);
            }
            out.push_str(line.get(self.depth..).unwrap_or_default());
        }
    }
}

impl Yaml {
    /// About its bytes as JSON, which is how objects are stored and limited.
    pub(crate) fn weight(&self) -> usize {
        match self {
            Yaml::Text(text) => text.len() + 3,
            Yaml::Number(_) | Yaml::Flag(_) => 8,
            Yaml::List(items) => 2 + items.iter().map(Yaml::weight).sum::<usize>(),
            Yaml::Map(entries) => {
                2 + entries.iter().map(|(key, value)| key.len() + 4 + value.weight()).sum::<usize>()
            }
            Yaml::Item(item) => item.weight,
            Yaml::Shared(shared) => shared.weight,
        }
    }

    /// A value of a list, with a comment above it.
    pub(crate) fn item(above: &Comment, value: Yaml) -> Yaml {
        let lines = Lines::of(RULES, |page| {
            above.each(|line| comment(line, RULES, page));
            pad(RULES, page);
            page.push_str("- ");
            list_item(&value, RULES, page);
        });
        Yaml::Item(Item {
            lines,
            weight: value.weight(),
            #[cfg(test)]
            value: Box::new(value),
        })
    }

    /// The same value, cheap to copy and to print where it is a map with entries.
    pub(crate) fn shared(self) -> Yaml {
        match &self {
            Yaml::Map(entries) if !entries.is_empty() => {
                let lines = Lines::of(PEERS, |page| block(&self, PEERS, page));
                Yaml::Shared(Arc::new(Shared { weight: self.weight(), lines, map: self }))
            }
            _ => self,
        }
    }
}

/// A map from keys to values.
pub(crate) fn map<K: Into<Word>>(entries: impl IntoIterator<Item = (K, Yaml)>) -> Yaml {
    Yaml::Map(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
}

/// A list.
pub(crate) fn list(items: impl IntoIterator<Item = Yaml>) -> Yaml {
    Yaml::List(items.into_iter().collect())
}

/// Text.
pub(crate) fn text(value: impl Into<Word>) -> Yaml {
    Yaml::Text(value.into())
}

/// Prints a document, begun by `---`.
pub(crate) fn print(document: &Yaml, out: &mut String) {
    out.push_str("---\n");
    block(document, 0, out);
}

/// Prints one entry of a map.
pub(crate) fn field(key: &'static str, value: &Yaml, indent: usize, out: &mut String) {
    pad(indent, out);
    entry(&Word::Fixed(key), value, indent, out);
}

/// Prints one entry of a map, whose value is text.
pub(crate) fn text_field(key: &'static str, value: &str, indent: usize, out: &mut String) {
    pad(indent, out);
    word(key, out);
    text_value(value, indent, out);
}

/// A word of the format, which needs no quotes.
fn word(word: &'static str, out: &mut String) {
    debug_assert!(is_plain(word), "{word}");
    out.push_str(word);
}

fn block(value: &Yaml, indent: usize, out: &mut String) {
    match value {
        Yaml::Map(entries) => {
            for (key, value) in entries {
                pad(indent, out);
                entry(key, value, indent, out);
            }
        }
        Yaml::List(items) => {
            for item in items {
                pad(indent, out);
                if let Yaml::Item(item) = item {
                    item.lines.print(indent, out);
                    continue;
                }
                out.push_str("- ");
                list_item(item, indent, out);
            }
        }
        Yaml::Item(Item { lines, .. }) => {
            pad(indent, out);
            lines.print(indent, out);
        }
        Yaml::Shared(shared) => {
            pad(indent, out);
            shared.lines.print(indent, out);
        }
        Yaml::Text(_) | Yaml::Number(_) | Yaml::Flag(_) => {
            pad(indent, out);
            inline(value, out);
            out.push('\n');
        }
    }
}

/// The text after `- `: a map's first entry stands on the same line.
fn list_item(item: &Yaml, indent: usize, out: &mut String) {
    match item {
        Yaml::Map(entries) if !entries.is_empty() => {
            for (at, (key, value)) in entries.iter().enumerate() {
                if at > 0 {
                    pad(indent + 2, out);
                }
                entry(key, value, indent + 2, out);
            }
        }
        Yaml::Shared(shared) => shared.lines.print(indent + 2, out),
        _ => {
            inline(item, out);
            out.push('\n');
        }
    }
}

fn entry(key: &Word, value: &Yaml, indent: usize, out: &mut String) {
    match key {
        Word::Fixed(key) => word(key, out),
        Word::Shared(_) | Word::Made(_) => scalar(key, out),
    }
    if let Yaml::Text(text) = value {
        return text_value(text, indent, out);
    }
    out.push(':');
    match value {
        Yaml::Map(entries) if entries.is_empty() => out.push_str(" {}\n"),
        Yaml::Map(_) | Yaml::Shared(_) => {
            out.push('\n');
            block(value, indent + 2, out);
        }
        Yaml::List(items) if !items.is_empty() => {
            out.push('\n');
            block(value, indent, out);
        }
        _ => {
            out.push(' ');
            inline(value, out);
            out.push('\n');
        }
    }
}

/// Text after a key: on lines of its own where it has several.
fn text_value(text: &str, indent: usize, out: &mut String) {
    if is_plain(text) {
        [": ", text, "\n"].iter().for_each(|part| out.push_str(part));
        return;
    }
    if text.contains('\n') && is_literal(text) {
        out.push_str(": |-\n");
        for line in text.split('\n') {
            pad(indent + 2, out);
            out.push_str(line);
            out.push('\n');
        }
        return;
    }
    out.push_str(": ");
    scalar(text, out);
    out.push('\n');
}

fn inline(value: &Yaml, out: &mut String) {
    match value {
        Yaml::Text(text) => scalar(text, out),
        Yaml::Number(number) => out.push_str(itoa::Buffer::new().format(*number)),
        Yaml::Flag(flag) => out.push_str(if *flag { "true" } else { "false" }),
        // It prints its own dash: only a list has one.
        Yaml::Item(item) => item.lines.print(0, out),
        Yaml::Shared(shared) => inline(&shared.map, out),
        Yaml::List(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                inline(item, out);
            }
            out.push(']');
        }
        Yaml::Map(entries) => {
            out.push('{');
            for (at, (key, value)) in entries.iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                scalar(key, out);
                out.push_str(": ");
                inline(value, out);
            }
            out.push('}');
        }
    }
}

fn pad(indent: usize, out: &mut String) {
    const BLANKS: &str = "                                ";
    match BLANKS.get(..indent) {
        Some(blanks) => out.push_str(blanks),
        None => out.extend(std::iter::repeat_n(' ', indent)),
    }
}

/// A comment on a line of its own, of parts that stand close together.
pub(crate) fn comment(parts: &[&str], indent: usize, out: &mut String) {
    pad(indent, out);
    out.push('#');
    if parts.iter().any(|part| !part.is_empty()) {
        out.push(' ');
    }
    parts.iter().for_each(|part| comment_text(part, out));
    out.push('\n');
}

/// What stands in a comment: whatever would end it is a blank.
fn comment_text(text: &str, out: &mut String) {
    // No early exit: nearly all text is plain, and so this looks at many bytes at once.
    if text.bytes().fold(false, |found, byte| found | !(b' '..0x7f).contains(&byte)) {
        out.extend(text.chars().map(|c| if is_odd(c) { ' ' } else { c }));
    } else {
        out.push_str(text);
    }
}

/// Whether a character is never written as it is: a control character, a byte order mark, or one of the two separators of
/// lines and paragraphs, which end a line, and so a comment, for YAML 1.1 readers such as kubectl.
///
/// Source: YAML 1.1, 4.2 "Line Break Characters"; go-yaml, `yamlprivateh.go`, `is_break`.
fn is_odd(c: char) -> bool {
    c.is_control() || matches!(c, '\u{feff}' | '\u{2028}' | '\u{2029}')
}

/// Whether a block scalar `|-` gives exactly this text back.
fn is_literal(text: &str) -> bool {
    let plain = |c: char| c == '\n' || !is_odd(c);
    text.chars().all(plain) && !text.starts_with([' ', '\n']) && !text.ends_with('\n')
}

fn scalar(text: &str, out: &mut String) {
    if is_plain(text) {
        out.push_str(text);
        return;
    }
    out.push('"');
    if text.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\' || b == b' ') {
        out.push_str(text);
        out.push('"');
        return;
    }
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if is_odd(c) => {
                let units = u32::from(c);
                out.push_str(&format!("\\u{units:04X}"));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Whether unquoted text is surely read as this very text by YAML 1.1 and 1.2 readers: it begins with a letter, holds
/// only letters, digits and `-_./`, and is no word that either version reads as something else.
fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.first().is_some_and(u8::is_ascii_alphabetic)
        && bytes.iter().all(|byte| PLAIN[usize::from(*byte)])
        && !is_word(bytes)
}

/// Whether a byte may stand in unquoted text, by its number.
static PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        plain[byte as usize] = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/');
        byte += 1;
    }
    plain
};

/// Whether unquoted text, of the characters that may stand there, is a word that some version reads as something else.
fn is_word(bytes: &[u8]) -> bool {
    const WORDS: [&[u8]; 19] = [
        b"y", b"n", b"e", b"t", b"f", b"x", b"o", b"b", b"no", b"on", b"yes", b"off", b"nan", b"inf", b"nil",
        b"true", b"null", b"none", b"void",
    ];
    const SHORT: [u32; 19] = {
        let mut packed = [0; 19];
        let mut at = 0;
        while at < 19 {
            packed[at] = pack(WORDS[at]);
            at += 1;
        }
        packed
    };
    match bytes.len() {
        ..=4 => SHORT.contains(&pack(bytes)),
        5 => bytes.eq_ignore_ascii_case(b"false"),
        8 => bytes.eq_ignore_ascii_case(b"infinity"),
        9 => bytes.eq_ignore_ascii_case(b"undefined"),
        _ => false,
    }
}

/// Up to four bytes as a number, letters in lower case.
const fn pack(bytes: &[u8]) -> u32 {
    let (mut packed, mut at) = (0, 0);
    while at < bytes.len() {
        packed = (packed << 8) | (bytes[at] | 0x20) as u32;
        at += 1;
    }
    packed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(text: &str) -> String {
        let mut out = String::new();
        scalar(text, &mut out);
        out
    }

    #[test]
    fn words_that_yaml_reads_as_something_else_are_quoted() {
        for word in
            ["no", "Yes", "on", "1e3", "0x10", "12:30:00", "", "~", "null", "-", "a: b", "a #b", "10.0.0.0/8"]
        {
            assert!(printed(word).starts_with('"'), "{word}");
        }
        assert_eq!(printed("kubernetes.io/metadata.name"), "kubernetes.io/metadata.name");
    }

    #[test]
    fn no_character_ends_a_comment_but_the_line_feed_after_it() {
        for end in ['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}', '\u{feff}', '\0'] {
            let mut out = String::new();
            comment(&["because ", &format!("x{end}- {{}}")], 2, &mut out);
            assert_eq!(out, "  # because x - {}\n", "{end:?}");
        }
    }

    #[test]
    fn a_shared_map_prints_like_the_map_itself() {
        let pods =
            || map([("labels", map([("app", text("a")), ("tier", text("yes"))])), ("of", list([text("b")]))]);
        let places = |pods: &dyn Fn() -> Yaml| {
            let inner = map([("deep", pods()), ("more", list([pods(), pods()]))]);
            map([("value", pods()), ("items", list([pods(), inner]))])
        };
        let (mut plain, mut shared) = (String::new(), String::new());
        print(&places(&pods), &mut plain);
        print(&places(&|| pods().shared()), &mut shared);
        assert_eq!(shared, plain);
        assert_eq!(pods().shared().weight(), pods().weight());
    }

    #[test]
    fn an_item_stands_as_deep_as_its_list() {
        let comment = Comment::of(&crate::testing::origin(3, "a -> b:1"));
        let item = || {
            let pods = map([("app", text("a"))]).shared();
            Yaml::item(&comment, map([("to", list([pods])), ("port", Yaml::Number(1))]))
        };
        let mut out = String::new();
        print(&map([("rules", list([item()])), ("deep", map([("rules", list([item()]))]))]), &mut out);
        let lines =
            ["# shop.netpol:3 a -> b:1", "# because tests say so", "- to:", "  - app: a", "  port: 1"];
        let at = |blanks: &str| lines.map(|line| format!("{blanks}{line}\n")).concat();
        assert_eq!(out, format!("---\nrules:\n{}deep:\n  rules:\n{}", at(""), at("  ")));
    }

    #[test]
    fn lists_of_maps_open_on_the_dash() {
        let value =
            map([("a", list([map([("key", text("c")), ("d", list([Yaml::Number(1)]))]), map::<&str>([])]))]);
        let mut out = String::new();
        print(&value, &mut out);
        assert_eq!(out, "---\na:\n- key: c\n  d:\n  - 1\n- {}\n");
    }
}
