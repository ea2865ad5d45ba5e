//! A quick reader of the plain block YAML that generators write: no flow collections but the empty ones, no anchors, no
//! tags, no multi-line scalars but `|-`.
//!
//! It gives exactly the tree that the general reader gives, or none, and then the general reader is asked. What it takes
//! is chosen by allow-list, so that no word is read otherwise than any YAML reader would.

use std::borrow::Cow;

use crate::node::{Cell, Node, Value, close, open};

/// Nesting beyond this is left to the general reader, which has a limit of its own.
const DEEPEST: usize = 40;

/// Adds the cells of one document, where all of it is plain.
pub(crate) fn parse<'t>(text: &'t str, cells: &mut Vec<Cell<'t>>) -> Option<()> {
    // No early exit: most documents are plain, and so this looks at many bytes at once.
    if text.bytes().fold(false, |found, byte| found | (byte < b' ' && byte != b'\n')) {
        return None;
    }
    let mut lines = Lines::of(text);
    // A marker stands at the very start of its line; elsewhere the same three hyphens are text.
    let marker = lines.peek()?;
    if marker.content == "---" && marker.indent == 0 {
        lines.next();
    }
    let first = lines.peek()?;
    if first.content.starts_with('-') {
        return None;
    }
    lines.map(first.indent, 0, cells)?;
    lines.peek().is_none().then_some(())
}

struct Lines<'a> {
    text: &'a str,
    /// Where the lines end that were not yet met.
    ends: memchr::Memchr<'a>,
    /// Where the line after the present one begins; beyond the text after the last.
    after: usize,
    /// The number of the present line, from 1.
    number: u32,
    /// The present line, or what is left of it after the dash of a list item; none at the end.
    line: Option<Line<'a>>,
}

#[derive(Clone, Copy)]
struct Line<'a> {
    indent: usize,
    content: &'a str,
    /// The key that the content begins with and what follows it, where that is known.
    entry: Option<(&'a str, &'a str)>,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Lines<'a> {
        let ends = memchr::memchr_iter(b'\n', text.as_bytes());
        let mut lines = Lines { text, ends, after: 0, number: 0, line: None };
        lines.next();
        lines
    }

    /// Goes to the next line, whatever it holds.
    fn next(&mut self) {
        let begin = self.after;
        let end = self.ends.next().unwrap_or(self.text.len());
        self.after = end + 1;
        self.number = self.number.saturating_add(1);
        self.line = self.text.get(begin..end).map(|line| {
            let indent = line.bytes().take_while(|byte| *byte == b' ').count();
            Line { indent, content: line.get(indent..).unwrap_or_default(), entry: None }
        });
    }

    /// The next line with content; comments on lines of their own are passed over.
    fn peek(&mut self) -> Option<Line<'a>> {
        loop {
            let line = self.line?;
            if !matches!(line.content.as_bytes().first(), None | Some(b'#')) {
                return Some(line);
            }
            self.next();
        }
    }

    fn map(&mut self, indent: usize, depth: usize, cells: &mut Vec<Cell<'a>>) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        self.peek()?;
        let map = open(cells, self.number, Value::Map);
        while let Some(line) = self.peek() {
            if line.indent < indent || (line.indent == indent && is_item(line.content)) {
                break;
            }
            if line.indent > indent {
                return None;
            }
            let (key, rest) = match line.entry {
                Some((key, rest)) => (Cow::Borrowed(key), rest),
                None => key(line.content)?,
            };
            close(cells, map);
            if cells.get(map..).is_some_and(|so_far| Node::of(so_far).get(&key).is_some()) {
                return None;
            }
            cells.push(Cell { line: self.number, length: 1, value: Value::Text(key) });
            self.value(rest, indent, depth, cells)?;
        }
        close(cells, map);
        Some(())
    }

    /// The value after `key:`, on the same line or below it.
    fn value(&mut self, rest: &'a str, indent: usize, depth: usize, cells: &mut Vec<Cell<'a>>) -> Option<()> {
        let line = self.number;
        if rest == "|-" {
            self.next();
            let value = Value::Text(Cow::Owned(self.literal(indent)?));
            cells.push(Cell { line, length: 1, value });
            return Some(());
        }
        if !rest.is_empty() {
            cells.push(Cell { line, length: 1, value: scalar(rest)? });
            self.next();
            return Some(());
        }
        self.next();
        let below = self.peek()?;
        if is_item(below.content) && below.indent >= indent {
            self.list(below.indent, depth + 1, cells)
        } else if below.indent > indent {
            self.map(below.indent, depth + 1, cells)
        } else {
            None
        }
    }

    fn list(&mut self, indent: usize, depth: usize, cells: &mut Vec<Cell<'a>>) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        let list = open(cells, self.number, Value::List);
        while let Some(line) = self.peek() {
            if line.indent < indent || (line.indent == indent && !is_item(line.content)) {
                break;
            }
            if line.indent > indent {
                return None;
            }
            let content = line.content.strip_prefix("- ")?;
            if content.starts_with([' ', '-']) {
                return None;
            }
            if let Some((key, rest)) = key(content) {
                let entry = if let Cow::Borrowed(key) = key { Some((key, rest)) } else { None };
                self.line = Some(Line { indent: indent + 2, content, entry });
                self.map(indent + 2, depth + 1, cells)?;
            } else {
                cells.push(Cell { line: self.number, length: 1, value: scalar(content)? });
                self.next();
            }
        }
        close(cells, list);
        Some(())
    }

    /// A literal block: every line deeper than the key, without the common indentation and the last line break.
    fn literal(&mut self, indent: usize) -> Option<String> {
        let deep = self.line?.indent;
        if deep <= indent {
            return None;
        }
        let mut text = String::new();
        while let Some(line) = self.line {
            if line.content.is_empty() {
                // The end of the document; blank lines before it belong or not by what follows: leave that to the
                // general reader.
                if self.after > self.text.len() && line.indent == 0 {
                    break;
                }
                return None;
            }
            if line.indent < deep {
                break;
            }
            if !text.is_empty() {
                text.push('\n');
            }
            text.extend(std::iter::repeat_n(' ', line.indent - deep));
            text.push_str(line.content);
            self.next();
        }
        Some(text)
    }
}

fn is_item(content: &str) -> bool {
    matches!(content.as_bytes(), [b'-'] | [b'-', b' ', ..])
}

/// `key: rest` or `key:`, where the key is plain or in double quotes.
fn key(content: &str) -> Option<(Cow<'_, str>, &str)> {
    let (key, rest) = if content.starts_with('"') {
        quoted(content)?
    } else {
        let end = content.bytes().position(|byte| !is_plain_character(byte))?;
        let (key, rest) = content.split_at(end);
        if !reads_as_text(key) {
            return None;
        }
        (Cow::Borrowed(key), rest)
    };
    let rest = rest.strip_prefix(':')?;
    if rest.is_empty() {
        return Some((key, rest));
    }
    let rest = rest.strip_prefix(' ')?;
    (!rest.is_empty()).then_some((key, rest))
}

fn scalar(text: &str) -> Option<Value<'_>> {
    match (text.as_bytes().first()?, text) {
        (b'"', _) => {
            let (value, rest) = quoted(text)?;
            rest.is_empty().then_some(Value::Text(value))
        }
        (b'0'..=b'9', _) => {
            let leading_zero = text.len() > 1 && text.starts_with('0');
            let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
            if leading_zero || !is_number || text.len() > 15 {
                None
            } else {
                text.parse().ok().map(Value::Int)
            }
        }
        (_, "[]") => Some(Value::List),
        (_, "{}") => Some(Value::Map),
        (_, "true") => Some(Value::Bool(true)),
        (_, "false") => Some(Value::Bool(false)),
        _ => is_plain_text(text).then_some(Value::Text(Cow::Borrowed(text))),
    }
}

/// Whether a byte may stand in plain text, by its number: one look, for every byte of every manifest.
static PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        plain[byte as usize] = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/');
        byte += 1;
    }
    plain
};

fn is_plain_character(byte: u8) -> bool {
    PLAIN[usize::from(byte)]
}

fn is_plain_text(text: &str) -> bool {
    text.bytes().all(is_plain_character) && reads_as_text(text)
}

/// Whether plain characters are read as text: they begin with a letter and are no word of YAML.
fn reads_as_text(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_word = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
    bytes.first().is_some_and(u8::is_ascii_alphabetic)
        && match bytes.len() {
            1 => !is_word(&["y", "n", "e", "t", "f", "x", "o", "b"]),
            2 => !is_word(&["no", "on"]),
            3 => !is_word(&["yes", "off", "nan", "inf", "nil"]),
            4 => {
                !matches!(bytes[0] | 0x20, b't' | b'n' | b'v') || !is_word(&["true", "null", "none", "void"])
            }
            5 => !is_word(&["false"]),
            8 => !is_word(&["infinity"]),
            9 => !is_word(&["undefined"]),
            _ => true,
        }
}

/// The text in double quotes at the beginning, and what follows it.
fn quoted(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let inner = text.strip_prefix('"')?;
    let end = inner.bytes().position(|byte| matches!(byte, b'"' | b'\\'))?;
    if inner.get(end..)?.starts_with('"') {
        return Some((Cow::Borrowed(inner.get(..end)?), inner.get(end + 1..)?));
    }
    let mut value = String::new();
    let mut characters = inner.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '"' => return Some((Cow::Owned(value), inner.get(at + 1..)?)),
            '\\' => match characters.next()?.1 {
                '"' => value.push('"'),
                '\\' => value.push('\\'),
                'n' => value.push('\n'),
                't' => value.push('\t'),
                _ => return None,
            },
            c => value.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The document without its lines.
    fn shape(node: Node<'_>) -> String {
        match node.value() {
            Value::List => format!("[{}]", node.items().map(shape).collect::<Vec<_>>().join(",")),
            Value::Map => {
                let entries = node.entries().map(|(key, node)| format!("{key:?}:{}", shape(node)));
                format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
            }
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) => {
                format!("{:?}", node.value())
            }
        }
    }

    fn quick(text: &str) -> Option<Vec<Cell<'_>>> {
        let mut cells = Vec::new();
        parse(text, &mut cells).map(|()| cells)
    }

    fn slow(text: &str) -> Result<Vec<Cell<'_>>, (u32, String)> {
        let mut cells = Vec::new();
        crate::node::parse_generally(text, &mut cells).map(|()| cells)
    }

    fn agrees(text: &str) -> bool {
        let Some(quick) = quick(text) else { return false };
        let slow = slow(text).expect("the general reader takes what the quick one takes");
        assert_eq!(shape(Node::of(&quick)), shape(Node::of(&slow)), "{text}");
        true
    }

    const PLAIN: &str = "---\napiVersion: v1\nmetadata:\n  name: a\n  annotations:\n    \"netpol.dev/source\": |-\n      one: 1\n      # two\nspec:\n  podSelector: {}\n  # why\n  ingress:\n  - from:\n    - ipBlock:\n        cidr: \"10.0.0.0/8\"\n        except: []\n    ports:\n    - port: 80\n      protocol: TCP\n  - {}\n  list:\n  - \"a\\\"b\"\n  - plain\n  flag: true\n";

    #[test]
    fn plain_documents_are_read_as_the_general_reader_reads_them() {
        assert!(agrees(PLAIN));
    }

    #[test]
    fn what_is_not_plain_is_left_to_the_general_reader() {
        for text in [
            "a: &x 1\n",
            "a: [1]\n",
            "a: 'b'\n",
            "a: b c\n",
            "a: no\n",
            "a: 010\n",
            "a:\n",
            "- a\n",
            "a: b # c\n",
        ] {
            assert!(quick(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_duplicate_key_is_left_to_the_general_reader() {
        assert!(quick("a: 1\na: 2\n").is_none());
    }

    proptest::proptest! {
        #[test]
        fn mangled_documents_are_read_alike_or_not_at_all(cuts in proptest::collection::vec((0usize..400, 0u8..12), 0..4)) {
            let mut text = PLAIN.to_owned();
            for (at, what) in cuts {
                if text.is_char_boundary(at.min(text.len())) && at < text.len() {
                    let piece = ["", " ", "  ", "\n", "- ", ": ", "x", "\"", "{}", "#", "0", "  - a: b\n"][what as usize % 12];
                    text.insert_str(at, piece);
                }
            }
            agrees_or_refuses(&text);
        }
    }

    /// What the quick reader takes, the general reader takes too, and alike.
    fn agrees_or_refuses(text: &str) {
        if let Some(quick) = quick(text) {
            match slow(text) {
                Ok(slow) => assert_eq!(shape(Node::of(&quick)), shape(Node::of(&slow)), "{text}"),
                Err((_, reason)) => panic!("the general reader refuses: {reason}\n{text}"),
            }
        }
    }
}
