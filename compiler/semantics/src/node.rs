//! A YAML document as a tree that remembers its lines.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use crate::plain;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;
use serde_saphyr::options::DuplicateKeyPolicy;

/// A value and the line it begins on, counted from 1 within its document.
#[derive(Clone, Debug)]
pub(crate) struct Node<'t> {
    pub(crate) line: u32,
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
    List(Vec<Node<'t>>),
    Map(Vec<(Cow<'t, str>, Node<'t>)>),
}

/// The most events one document's aliases may be replayed into.
const MOST_ALIAS_EVENTS: usize = 50_000;

/// Parses one document. Duplicate keys, alias bombs and deep nesting are errors: line, message.
pub(crate) fn parse(text: &str) -> Result<Node<'_>, (u32, String)> {
    plain::parse(text).map_or_else(|| parse_generally(text), Ok)
}

/// As [`parse`], whatever the document's style.
pub(crate) fn parse_generally(text: &str) -> Result<Node<'_>, (u32, String)> {
    let mut options = serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_depth: 100, max_nodes: 2_000_000 },
        duplicate_keys: DuplicateKeyPolicy::Error,
        legacy_octal_numbers: true,
        with_snippet: false,
    };
    options.alias_limits.max_total_replayed_events = MOST_ALIAS_EVENTS;
    match serde_saphyr::from_str_with_options::<Spanned<Value<'static>>>(text, options) {
        Ok(root) => Ok(node(root)),
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

fn node(spanned: Spanned<Value<'static>>) -> Node<'static> {
    Node { line: line(spanned.referenced.line()), value: spanned.value }
}

impl<'t> Node<'t> {
    /// The value under `key`, if this is a mapping that has it.
    pub(crate) fn get(&self, key: &str) -> Option<&Node<'t>> {
        match &self.value {
            Value::Map(entries) => entries.iter().find(|(known, _)| known == key).map(|(_, node)| node),
            Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Text(_)
            | Value::List(_) => None,
        }
    }

    /// The text, if this is text.
    pub(crate) fn text(&self) -> Option<&str> {
        if let Value::Text(text) = &self.value { Some(text) } else { None }
    }

    /// The line of a place such as `spec.ingress[0].from`, or of the nearest place above it that exists.
    pub(crate) fn line_of(&self, place: &str) -> u32 {
        let mut here = self;
        for segment in place.split('.').filter(|segment| !segment.is_empty()) {
            let mut parts = segment.split('[');
            let key = parts.next().unwrap_or_default();
            let mut next = if key.is_empty() { Some(here) } else { here.get(key) };
            for index in parts {
                let index = index.trim_end_matches(']').parse::<usize>().ok();
                next = match (next.map(|node| &node.value), index) {
                    (Some(Value::List(items)), Some(index)) => items.get(index),
                    _ => None,
                };
            }
            match next {
                Some(node) => here = node,
                None => return here.line,
            }
        }
        here.line
    }
}

impl<'de> Deserialize<'de> for Value<'static> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value<'static>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value<'static>, E> {
        Ok(Value::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Value<'static>, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value<'static>, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value<'static>, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value<'static>, E> {
        Ok(Value::Int(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value<'static>, E> {
        Ok(i64::try_from(value).map_or(Value::Float(value as f64), Value::Int))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value<'static>, E> {
        Ok(Value::Float(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value<'static>, E> {
        Ok(Value::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value<'static>, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element::<Spanned<Value<'static>>>()? {
            list.push(node(item));
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value<'static>, A::Error> {
        let mut map: Vec<(Cow<'static, str>, Node<'static>)> = Vec::new();
        let mut seen = BTreeSet::new();
        while let Some(key) = entries.next_key::<Value<'static>>()? {
            let key =
                key_text(key).ok_or_else(|| A::Error::custom("a mapping's key is not a plain scalar"))?;
            if !seen.insert(key.clone()) {
                return Err(A::Error::custom(format!("duplicate key `{key}`")));
            }
            map.push((key, node(entries.next_value::<Spanned<Value<'static>>>()?)));
        }
        Ok(Value::Map(map))
    }
}

/// JSON has text keys only: numbers and booleans become their text, as the API server's own conversion does.
fn key_text(key: Value<'static>) -> Option<Cow<'static, str>> {
    match key {
        Value::Text(text) => Some(text),
        Value::Int(number) => Some(number.to_string().into()),
        Value::Bool(flag) => Some(flag.to_string().into()),
        Value::Null | Value::Float(_) | Value::List(_) | Value::Map(_) => None,
    }
}
