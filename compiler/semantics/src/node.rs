//! A YAML document as values that remember their lines.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use crate::plain;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;
use serde_saphyr::options::DuplicateKeyPolicy;

/// A value in a document and everything in it, in the order written: it stands in the first cell.
///
/// One list of cells for a document instead of a list for every map: most of the time of reading is in making them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node<'n>(&'n [Cell<'n>]);

/// A value without what it holds.
#[derive(Clone, Debug)]
pub(crate) struct Cell<'t> {
    /// The line it begins on, counted from 1 within its document.
    pub(crate) line: u32,
    /// How many cells it takes, with all it holds.
    pub(crate) length: u32,
    /// What it is.
    pub(crate) value: Value<'t>,
}

/// What YAML 1.1 and JSON have in common, as the API server sees it; text is borrowed from the document where it can be.
#[derive(Clone, Debug)]
pub(crate) enum Value<'t> {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Cow<'t, str>),
    /// Its items follow.
    List,
    /// Its entries follow: the cell of the key, of one line with its value, then the value.
    Map,
}

/// The most events one document's aliases may be replayed into.
const MOST_ALIAS_EVENTS: usize = 50_000;

/// Parses one document into cells, from the first on. Duplicate keys, alias bombs and deep nesting are errors: line,
/// message.
pub(crate) fn parse<'t>(text: &'t str, cells: &mut Vec<Cell<'t>>) -> Result<(), (u32, String)> {
    cells.clear();
    if plain::parse(text, cells).is_some() {
        return Ok(());
    }
    cells.clear();
    parse_generally(text, cells)
}

/// As [`parse`], whatever the document's style.
pub(crate) fn parse_generally(text: &str, cells: &mut Vec<Cell<'_>>) -> Result<(), (u32, String)> {
    let mut options = serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_depth: 100, max_nodes: 2_000_000 },
        duplicate_keys: DuplicateKeyPolicy::Error,
        legacy_octal_numbers: true,
        with_snippet: false,
    };
    options.alias_limits.max_total_replayed_events = MOST_ALIAS_EVENTS;
    match serde_saphyr::from_str_with_options::<Spanned<Tree>>(text, options) {
        Ok(root) => {
            lay(root, cells);
            Ok(())
        }
        Err(error) => {
            let line = error.location().map_or(1, |location| line(location.line()));
            let message = error.to_string();
            let message = message.lines().next().unwrap_or_default();
            // The line there is one of the document; the caller tells the one of the file.
            Err((line, message.split(" at line ").next().unwrap_or_default().to_owned()))
        }
    }
}

fn line(line: u64) -> u32 {
    u32::try_from(line).unwrap_or(u32::MAX)
}

/// What the general reader makes of a document.
enum Tree {
    Leaf(Value<'static>),
    List(Vec<Spanned<Tree>>),
    Map(Vec<(String, Spanned<Tree>)>),
}

/// Adds the cells of a tree.
fn lay(tree: Spanned<Tree>, cells: &mut Vec<Cell<'_>>) {
    let line = line(tree.referenced.line());
    match tree.value {
        Tree::Leaf(value) => cells.push(Cell { line, length: 1, value }),
        Tree::List(items) => {
            let list = open(cells, line, Value::List);
            items.into_iter().for_each(|item| lay(item, cells));
            close(cells, list);
        }
        Tree::Map(entries) => {
            let map = open(cells, line, Value::Map);
            for (key, value) in entries {
                let line = self::line(value.referenced.line());
                cells.push(Cell { line, length: 1, value: Value::Text(Cow::Owned(key)) });
                lay(value, cells);
            }
            close(cells, map);
        }
    }
}

/// Adds the cell of a list or map; gives its place, to be closed when all it holds is there.
#[inline]
pub(crate) fn open<'t>(cells: &mut Vec<Cell<'t>>, line: u32, value: Value<'t>) -> usize {
    cells.push(Cell { line, length: 1, value });
    cells.len() - 1
}

/// Closes a list or map.
#[inline]
pub(crate) fn close(cells: &mut [Cell<'_>], at: usize) {
    let length = u32::try_from(cells.len() - at).unwrap_or(u32::MAX);
    if let Some(cell) = cells.get_mut(at) {
        cell.length = length;
    }
}

impl<'n> Node<'n> {
    /// The document that these cells are; null where there are none.
    pub(crate) fn of(cells: &'n [Cell<'n>]) -> Node<'n> {
        Node(cells)
    }

    /// The line it begins on, counted from 1 within its document.
    pub(crate) fn line(self) -> u32 {
        self.0.first().map_or(1, |cell| cell.line)
    }

    /// What it is.
    #[inline]
    pub(crate) fn value(self) -> &'n Value<'n> {
        self.0.first().map_or(&Value::Null, |cell| &cell.value)
    }

    /// Whether nothing is there.
    #[inline]
    pub(crate) fn is_null(self) -> bool {
        matches!(self.value(), Value::Null)
    }

    /// The values it holds, if it is a list; those of a map are keys and values in turn.
    pub(crate) fn items(self) -> Items<'n> {
        Items(self.0.get(1..).unwrap_or_default())
    }

    /// The entries, if it is a map.
    #[inline]
    pub(crate) fn entries(self) -> Entries<'n> {
        Entries(if matches!(self.value(), Value::Map) { self.items() } else { Items(&[]) })
    }

    /// The value under `key`, if this is a mapping that has it.
    pub(crate) fn get(self, key: &str) -> Option<Node<'n>> {
        self.entries().find(|(known, _)| *known == key).map(|(_, node)| node)
    }

    /// The text, if this is text.
    pub(crate) fn text(self) -> Option<&'n str> {
        if let Value::Text(text) = self.value() { Some(text) } else { None }
    }

    /// The line of a place such as `spec.ingress[0].from`, or of the nearest place above it that exists.
    pub(crate) fn line_of(self, place: &str) -> u32 {
        let mut here = self;
        for segment in place.split('.').filter(|segment| !segment.is_empty()) {
            let mut parts = segment.split('[');
            let key = parts.next().unwrap_or_default();
            let mut next = if key.is_empty() { Some(here) } else { here.get(key) };
            for index in parts {
                let index = index.trim_end_matches(']').parse::<usize>().ok();
                next = match (next, index) {
                    (Some(list), Some(index)) if matches!(list.value(), Value::List) => {
                        list.items().nth(index)
                    }
                    _ => None,
                };
            }
            match next {
                Some(node) => here = node,
                None => return here.line(),
            }
        }
        here.line()
    }
}

/// Values that stand one after the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Items<'n>(&'n [Cell<'n>]);

impl<'n> Iterator for Items<'n> {
    type Item = Node<'n>;

    #[inline]
    fn next(&mut self) -> Option<Node<'n>> {
        let length = usize::try_from(self.0.first()?.length).ok()?;
        let (first, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(Node(first))
    }
}

/// The keys of a map with their values.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entries<'n>(Items<'n>);

impl<'n> Iterator for Entries<'n> {
    type Item = (&'n str, Node<'n>);

    #[inline]
    fn next(&mut self) -> Option<(&'n str, Node<'n>)> {
        let (key, rest) = self.0.0.split_first()?;
        self.0 = Items(rest);
        let value = self.0.next()?;
        if let Value::Text(key) = &key.value { Some((key, value)) } else { None }
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E: Error>(self) -> Result<Tree, E> {
        Ok(Tree::Leaf(Value::Null))
    }

    fn visit_none<E: Error>(self) -> Result<Tree, E> {
        Ok(Tree::Leaf(Value::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        Tree::deserialize(deserializer)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Leaf(Value::Bool(value)))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree::Leaf(Value::Int(value)))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Tree, E> {
        Ok(Tree::Leaf(i64::try_from(value).map_or(Value::Float(value as f64), Value::Int)))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Tree, E> {
        Ok(Tree::Leaf(Value::Float(value)))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Tree, E> {
        Ok(Tree::Leaf(Value::Text(Cow::Owned(value.to_owned()))))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Tree, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element::<Spanned<Tree>>()? {
            list.push(item);
        }
        Ok(Tree::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Tree, A::Error> {
        let mut map: Vec<(String, Spanned<Tree>)> = Vec::new();
        let mut seen = BTreeSet::new();
        while let Some(key) = entries.next_key::<Tree>()? {
            let key =
                key_text(key).ok_or_else(|| A::Error::custom("a mapping's key is not a plain scalar"))?;
            if !seen.insert(key.clone()) {
                return Err(A::Error::custom(format!("duplicate key `{key}`")));
            }
            map.push((key, entries.next_value::<Spanned<Tree>>()?));
        }
        Ok(Tree::Map(map))
    }
}

/// JSON has text keys only: numbers and booleans become their text, as the API server's own conversion does.
fn key_text(key: Tree) -> Option<String> {
    match key {
        Tree::Leaf(Value::Text(text)) => Some(text.into_owned()),
        Tree::Leaf(Value::Int(number)) => Some(number.to_string()),
        Tree::Leaf(Value::Bool(flag)) => Some(flag.to_string()),
        Tree::Leaf(Value::Null | Value::Float(_) | Value::List | Value::Map)
        | Tree::List(_)
        | Tree::Map(_) => None,
    }
}
