//! A quick reader of the plain block YAML that generators write: no flow collections but the empty ones, no anchors, no
//! tags, no multi-line scalars but `|-`.
//!
//! It gives exactly the tree that the general reader gives, or none, and then the general reader is asked. What it takes
//! is chosen by allow-list, so that no word is read otherwise than any YAML reader would.

use std::borrow::Cow;

use crate::node::{Cell, Value, close, open};
use crate::scalar::{blanks, byte, entry, line_end, scalar};

/// Nesting beyond this is left to the general reader, which has a limit of its own.
const DEEPEST: usize = 40;

/// Maps of more keys are left to it too: here a key is looked for among all before it.
const MOST_KEYS: usize = 500;

/// Adds the cells of one document, where all of it is plain.
pub(crate) fn parse<'t>(text: &'t str, cells: &mut Vec<Cell<'t>>) -> Option<()> {
    // No early exit: most documents are plain, and so this looks at many bytes at once.
    if text.bytes().fold(false, |found, byte| found | (byte < b' ' && byte != b'\n')) {
        return None;
    }
    let mut reader = Reader { text, at: 0, indent: 0, number: 0, cells };
    reader.line(0);
    // A marker stands at the very start of its line; elsewhere the same three hyphens are text.
    if reader.indent == 0 && text.get(reader.at..).is_some_and(|rest| rest.starts_with("---")) {
        reader.next(reader.at + 3)?;
    }
    if reader.is_done() || byte(text, reader.at) == b'-' {
        return None;
    }
    reader.map(None, reader.indent, 0)?;
    reader.is_done().then_some(())
}

/// Stands at the content of a line: comments and blank lines are passed over on the way to it.
struct Reader<'t, 'c> {
    text: &'t str,
    /// Where that content begins, or where the text ends.
    at: usize,
    /// How many blanks are before the content.
    indent: usize,
    /// The number of the line, from 1.
    number: u32,
    cells: &'c mut Vec<Cell<'t>>,
}

impl<'t> Reader<'t, '_> {
    fn is_done(&self) -> bool {
        self.at >= self.text.len()
    }

    /// Whether the content is an item of a list.
    fn is_item(&self) -> bool {
        byte(self.text, self.at) == b'-' && matches!(byte(self.text, self.at + 1), b' ' | b'\n')
    }

    /// Whether this is a place where a list or map so far in may end: nothing deeper is left.
    fn is_above(&self, indent: usize) -> bool {
        self.is_done() || self.indent <= indent
    }

    /// Goes on from the end of a line; none where this is not the end.
    fn next(&mut self, end: usize) -> Option<()> {
        if byte(self.text, end) != b'\n' {
            return None;
        }
        self.line(end + 1);
        Some(())
    }

    /// Goes on from the beginning of a line.
    fn line(&mut self, mut begin: usize) {
        loop {
            self.number = self.number.saturating_add(1);
            self.indent = blanks(self.text, begin);
            self.at = begin + self.indent;
            begin = match byte(self.text, self.at) {
                b'\n' if !self.is_done() => self.at + 1,
                b'#' => line_end(self.text, self.at) + 1,
                _ => return,
            };
        }
    }

    fn push(&mut self, value: Value<'t>) {
        self.cells.push(Cell { line: self.number, length: 1, value });
    }

    /// A map from its first key on, which a list's item may have read already.
    fn map(&mut self, mut first: Option<(&'t str, usize)>, indent: usize, depth: usize) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        let map = open(self.cells, self.number, Value::Map);
        for keys in 0.. {
            if keys == MOST_KEYS {
                return None;
            }
            let (key, value) = first.take().or_else(|| entry(self.text, self.at))?;
            if self.has(map, key) {
                return None;
            }
            self.push(Value::Text(Cow::Borrowed(key)));
            self.value(value, indent, depth)?;
            if self.is_done() || self.indent != indent || self.is_item() {
                break;
            }
        }
        close(self.cells, map);
        self.is_above(indent).then_some(())
    }

    /// Whether the unfinished map has the key.
    fn has(&self, map: usize, key: &str) -> bool {
        let mut entries = self.cells.get(map + 1..).unwrap_or_default();
        while let [Cell { value: Value::Text(known), .. }, rest @ ..] = entries {
            if known == key {
                return true;
            }
            let length = rest.first().map_or(0, |value| value.length as usize);
            entries = rest.get(length..).unwrap_or_default();
        }
        false
    }

    /// The value after `key:`, on the same line or below it.
    fn value(&mut self, at: usize, indent: usize, depth: usize) -> Option<()> {
        match byte(self.text, at) {
            b'\n' => self.line(at + 1),
            b'|' => return self.literal(at, indent),
            _ => {
                let (value, end) = scalar(self.text, at)?;
                self.push(value);
                return self.next(end);
            }
        }
        if self.is_done() {
            None
        } else if self.indent >= indent && self.is_item() {
            self.list(self.indent, depth + 1)
        } else if self.indent > indent {
            self.map(None, self.indent, depth + 1)
        } else {
            None
        }
    }

    fn list(&mut self, indent: usize, depth: usize) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        let list = open(self.cells, self.number, Value::List);
        while self.indent == indent && self.is_item() {
            if byte(self.text, self.at + 1) != b' ' {
                return None;
            }
            let content = self.at + 2;
            if let Some(entry) = entry(self.text, content) {
                self.map(Some(entry), indent + 2, depth + 1)?;
            } else {
                let (value, end) = scalar(self.text, content)?;
                self.push(value);
                self.next(end)?;
            }
        }
        close(self.cells, list);
        self.is_above(indent).then_some(())
    }

    /// A literal block: every line deeper than the key, without the common indentation and the last line break.
    fn literal(&mut self, at: usize, indent: usize) -> Option<()> {
        self.text.get(at..).filter(|rest| rest.starts_with("|-\n"))?;
        let (mut text, number, mut begin) = (String::new(), self.number, at + 3);
        let deep = blanks(self.text, begin);
        if deep <= indent {
            return None;
        }
        while begin < self.text.len() {
            let blanks = blanks(self.text, begin);
            if byte(self.text, begin + blanks) == b'\n' {
                // Blank lines at the end belong to it or not by what follows: leave that to the general reader.
                return None;
            }
            if blanks < deep {
                break;
            }
            let end = line_end(self.text, begin);
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(self.text.get(begin + deep..end)?);
            self.number = self.number.saturating_add(1);
            begin = end + 1;
        }
        self.cells.push(Cell { line: number, length: 1, value: Value::Text(Cow::Owned(text)) });
        self.line(begin);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::Node;

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

    const PIECES: [&str; 20] = [
        "",
        " ",
        "  ",
        "\n",
        "- ",
        "-",
        ": ",
        ":",
        "x",
        "\"",
        "\\",
        "{}",
        "[]",
        "#",
        "0",
        "é",
        "|-\n",
        "---\n",
        "true",
        "  - a: b\n",
    ];

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
            "a: 1 \n",
            "a: \n",
            "a:\n-\nb: c\n",
            "a:\n- b\n  - c\n",
            "a:\n  b: 1\n c: 2\n",
            "a: \"b\n\"\n",
            "\"a\\\"b\": 1\n",
            "a: |-\n  b\n\n",
            "a: |-\n",
        ] {
            assert!(quick(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_map_of_very_many_keys_is_left_to_the_general_reader() {
        let map = |keys: usize| (0..keys).map(|key| format!("k{key}: v\n")).collect::<String>();
        assert!(agrees(&map(MOST_KEYS)));
        assert!(quick(&map(MOST_KEYS + 1)).is_none());
    }

    #[test]
    fn a_duplicate_key_is_left_to_the_general_reader() {
        assert!(quick("a: 1\na: 2\n").is_none());
    }

    proptest::proptest! {
        #[test]
        fn mangled_documents_are_read_alike_or_not_at_all(cuts in proptest::collection::vec((0usize..400, 0u8..20), 0..4)) {
            let mut text = PLAIN.to_owned();
            for (at, what) in cuts {
                if text.is_char_boundary(at.min(text.len())) && at < text.len() {
                    let piece = PIECES[what as usize % PIECES.len()];
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
