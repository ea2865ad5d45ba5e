//! From the tree to strict structures, with the place of every mistake.
//!
//! Null property values count as absent, as in the API server (`null` of a field without a default is pruned); null
//! list items and null map values are mistakes.

use std::fmt;
use std::ops::Deref;

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error};
use serde::de::{MapAccess, SeqAccess, Unexpected, Visitor};
use serde::forward_to_deserialize_any;

use crate::error::Fault;
use crate::node::{Entries, Items, Node, Value};

/// Reads `node` as `T`, which may borrow its texts.
pub(crate) fn decode<'n, T: Deserialize<'n>>(node: Node<'n>) -> Result<T, Fault> {
    T::deserialize(At(node))
}

/// Text as it stands in the document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Word<'n>(pub(crate) &'n str);

impl Deref for Word<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        self.0
    }
}

impl<'de: 'n, 'n> Deserialize<'de> for Word<'n> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(WordVisitor)
    }
}

struct WordVisitor;

impl<'de> Visitor<'de> for WordVisitor {
    type Value = Word<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Word<'de>, E> {
        Ok(Word(text))
    }
}

/// The entries of a map of texts, by key.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pairs<'n>(Vec<(&'n str, Word<'n>)>);

impl<'n> Deref for Pairs<'n> {
    type Target = [(&'n str, Word<'n>)];

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<'de: 'n, 'n> Deserialize<'de> for Pairs<'n> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PairsVisitor)
    }
}

struct PairsVisitor;

impl<'de> Visitor<'de> for PairsVisitor {
    type Value = Pairs<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Pairs<'de>, A::Error> {
        let mut pairs = Vec::with_capacity(entries.size_hint().unwrap_or_default());
        while let Some((Word(key), value)) = entries.next_entry()? {
            pairs.push((key, value));
        }
        // A key is there once: whoever parses a document sees to it.
        pairs.sort_unstable_by_key(|(key, _)| *key);
        Ok(Pairs(pairs))
    }
}

#[derive(Clone, Copy)]
struct At<'n>(Node<'n>);

impl At<'_> {
    fn unexpected(&self) -> Unexpected<'_> {
        match self.0.value() {
            Value::Null => Unexpected::Unit,
            Value::Bool(value) => Unexpected::Bool(*value),
            Value::Int(value) => Unexpected::Signed(*value),
            Value::Float(value) => Unexpected::Float(*value),
            Value::Text(value) => Unexpected::Str(value),
            Value::List => Unexpected::Seq,
            Value::Map => Unexpected::Map,
        }
    }
}

impl<'de> Deserializer<'de> for At<'de> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0.value() {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Int(value) => visitor.visit_i64(*value),
            Value::Float(value) => visitor.visit_f64(*value),
            Value::Text(value) => visitor.visit_borrowed_str(value),
            Value::List => visitor.visit_seq(Sequence { items: self.0.items(), index: 0 }),
            Value::Map => {
                visitor.visit_map(Fields { entries: self.0.entries(), current: None, prune: false })
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0.value() {
            Value::Null => visitor.visit_none(),
            Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) | Value::List | Value::Map => {
                visitor.visit_some(self)
            }
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        if matches!(self.0.value(), Value::Map) {
            visitor.visit_map(Fields { entries: self.0.entries(), current: None, prune: true })
        } else {
            Err(Fault::invalid_type(self.unexpected(), &"a mapping"))
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match self.0.value() {
            Value::Text(text) => visitor.visit_enum(BorrowedStrDeserializer::new(text)),
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::List | Value::Map => {
                Err(Fault::invalid_type(self.unexpected(), &"a word"))
            }
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq
        tuple tuple_struct map identifier ignored_any
    }
}

struct Sequence<'n> {
    items: Items<'n>,
    index: usize,
}

impl<'de> SeqAccess<'de> for Sequence<'de> {
    type Error = Fault;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Fault> {
        let Some(node) = self.items.next() else { return Ok(None) };
        let index = self.index;
        self.index += 1;
        let segment = || format!("[{index}]");
        if node.is_null() {
            return Err(Fault::at(segment(), "an empty list item (null)"));
        }
        seed.deserialize(At(node)).map(Some).map_err(|fault| fault.under(&segment()))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.count())
    }
}

struct Fields<'n> {
    entries: Entries<'n>,
    current: Option<(&'n str, Node<'n>)>,
    prune: bool,
}

impl<'de> MapAccess<'de> for Fields<'de> {
    type Error = Fault;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Fault> {
        for (key, node) in self.entries.by_ref() {
            if self.prune && node.is_null() {
                continue;
            }
            self.current = Some((key, node));
            let read = seed.deserialize(BorrowedStrDeserializer::new(key));
            return read.map(Some).map_err(|fault: Fault| fault.under(key));
        }
        Ok(None)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Fault> {
        match self.current.take() {
            Some((key, node)) => seed.deserialize(At(node)).map_err(|fault| fault.under(key)),
            None => Err(Fault::custom("a value without a key")),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.entries.count())
    }
}
