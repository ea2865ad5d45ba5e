//! Label selectors as Kubernetes manifests write them.

use std::cell::RefCell;

use netpol_flow::{Operator, Requirement, Selector, SortedSet, Text, is_label_value};
use rustc_hash::FxHashMap;
use serde::Deserialize;

use crate::decode::{Pairs, Word};
use crate::error::{Fault, Place, each};

/// `matchLabels` and `matchExpressions`, as written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(bound(deserialize = "'de: 'n"), deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct RawSelector<'n> {
    #[serde(default)]
    pub(crate) match_labels: Pairs<'n>,
    #[serde(default)]
    pub(crate) match_expressions: Vec<RawExpression<'n>>,
}

/// One of `matchExpressions`, as written.
#[derive(Clone, Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'n"), deny_unknown_fields)]
pub(crate) struct RawExpression<'n> {
    pub(crate) key: Word<'n>,
    pub(crate) operator: Word<'n>,
    #[serde(default)]
    pub(crate) values: Vec<Word<'n>>,
}

/// Whether the text is a DNS subdomain as the API server takes it: at most 253 characters, and no bound on one label.
///
/// Source: apimachinery `pkg/util/validation`, `IsDNS1123Subdomain`.
pub fn is_subdomain(text: &str) -> bool {
    let is_inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let is_word = |word: &[u8]| match word {
        [first, .., last] => {
            is_inner(*first) && is_inner(*last) && word.iter().all(|b| is_inner(*b) || *b == b'-')
        }
        [only] => is_inner(*only),
        [] => false,
    };
    text.len() <= 253 && text.as_bytes().split(|b| *b == b'.').all(is_word)
}

/// Whether the text may be a label key: a name, with a DNS subdomain and `/` before it or not.
pub(crate) fn is_key(text: &str) -> bool {
    let is_name = |name: &str| !name.is_empty() && is_label_value(name);
    match split_at_first(text, b'/') {
        Some((prefix, name)) => is_subdomain(prefix) && is_name(name),
        None => is_name(text),
    }
}

/// What is before and after the first such character; keys are short, and a search made for long text takes longer.
pub(crate) fn split_at_first(text: &str, character: u8) -> Option<(&str, &str)> {
    let at = text.bytes().position(|byte| byte == character)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// What was made of labels that were read before, by key and value: the same few stand in rule after rule.
#[derive(Debug)]
pub(crate) struct Known<T>(RefCell<FxHashMap<String, FxHashMap<String, T>>>);

impl<T> Default for Known<T> {
    fn default() -> Self {
        Known(RefCell::default())
    }
}

impl<T: Clone> Known<T> {
    fn get(&self, key: &str, value: &str) -> Option<T> {
        self.0.borrow().get(key)?.get(value).cloned()
    }

    fn add(&self, key: &str, value: &str, read: &T) {
        let mut known = self.0.borrow_mut();
        known.entry(key.to_owned()).or_default().insert(value.to_owned(), read.clone());
    }
}

/// The selector, with the API server's own checks on keys, values and operators.
pub(crate) fn selector(
    known: &Known<Requirement>,
    raw: &RawSelector<'_>,
    place: &Place<'_>,
) -> Result<Selector, Fault> {
    let read = |written: Written<'_>| {
        if !is_key(written.key) {
            return Err(Fault::at(place, format!("`{}` is not a label key", written.key)));
        }
        written.check_values(place)?;
        Ok(written.of_key(written.key))
    };
    let requirements = requirements(known, raw, place, read)?;
    Ok(Selector { requirements })
}

/// A requirement with its operator checked, keys and values as written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Written<'r> {
    pub(crate) key: &'r str,
    operator: Operator,
    values: &'r [Word<'r>],
}

impl Written<'_> {
    /// Refuses values that no label can have.
    pub(crate) fn check_values(&self, place: &Place<'_>) -> Result<(), Fault> {
        match self.values.iter().find(|value| !is_label_value(value)) {
            Some(value) => Err(Fault::at(place, format!("`{}` is not a label value", value.0))),
            None => Ok(()),
        }
    }

    /// The requirement for this key, which may be written otherwise.
    pub(crate) fn of_key(&self, key: &str) -> Requirement {
        let values = match self.values {
            [Word(value)] => SortedSet::one(Text::from(*value)),
            values => values.iter().map(|value| Text::from(value.0)).collect(),
        };
        Requirement { key: key.into(), operator: self.operator, values }
    }
}

/// What `read` makes of the requirements, after operators and the presence of values are checked for all of them.
pub(crate) fn requirements<T: Clone>(
    known: &Known<T>,
    raw: &RawSelector<'_>,
    place: &Place<'_>,
    read: impl Fn(Written<'_>) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    let list = place.key("matchExpressions");
    let expression = |(index, raw)| expression(raw, &list.item(index));
    let expressions: Vec<Written<'_>> = each(&raw.match_expressions, expression)?;
    let mut found = Vec::with_capacity(raw.match_labels.len() + expressions.len());
    for (key, value) in raw.match_labels.iter() {
        if let Some(known) = known.get(key, value) {
            found.push(known);
            continue;
        }
        let label = read(Written { key, operator: Operator::In, values: std::slice::from_ref(value) })?;
        known.add(key, value, &label);
        found.push(label);
    }
    for written in expressions {
        found.push(read(written)?);
    }
    Ok(found)
}

fn expression<'r>(raw: &'r RawExpression<'_>, place: &Place<'_>) -> Result<Written<'r>, Fault> {
    let operator = match &*raw.operator {
        "In" => Operator::In,
        "NotIn" => Operator::NotIn,
        "Exists" => Operator::Exists,
        "DoesNotExist" => Operator::DoesNotExist,
        other => return Err(Fault::at(place, format!("`{other}` is not an operator"))),
    };
    let wants_values = matches!(operator, Operator::In | Operator::NotIn);
    if wants_values == raw.values.is_empty() {
        let want = if wants_values { "needs values" } else { "takes no values" };
        return Err(Fault::at(place, format!("`{}` {want}", raw.operator.0)));
    }
    Ok(Written { key: &raw.key, operator, values: &raw.values })
}
