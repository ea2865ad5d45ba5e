//! Selectors: conjunctions of conditions on labels.

use std::fmt;

use crate::{Labels, SortedSet, Text};

/// How a requirement compares the label's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operator {
    /// The label is present and its value is listed.
    In,
    /// The label is absent, or its value is not listed (Kubernetes' own reading of a missing key, `ANY-01`).
    NotIn,
    /// The label is present.
    Exists,
    /// The label is absent.
    DoesNotExist,
}

/// One condition on one label; `values` is empty exactly for `Exists` and `DoesNotExist`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Requirement {
    /// The label's key.
    pub key: Text,
    /// The comparison.
    pub operator: Operator,
    /// The values compared with, sorted.
    pub values: SortedSet<Text>,
}

/// A condition on labels: every requirement must hold. The empty selector holds for everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Selector {
    /// The requirements, in the order written.
    pub requirements: Vec<Requirement>,
}

impl Requirement {
    /// `key=value`.
    pub fn is(key: impl Into<Text>, value: impl Into<Text>) -> Self {
        Requirement { key: key.into(), operator: Operator::In, values: SortedSet::one(value.into()) }
    }

    /// Whether the labels satisfy this requirement.
    pub fn matches(&self, labels: &Labels) -> bool {
        let value = labels.get(&self.key);
        match self.operator {
            Operator::In => value.is_some_and(|v| self.values.contains(v)),
            Operator::NotIn => value.is_none_or(|v| !self.values.contains(v)),
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
        }
    }
}

impl Selector {
    /// The selector of one label.
    pub fn is(key: impl Into<Text>, value: impl Into<Text>) -> Self {
        Selector { requirements: vec![Requirement::is(key, value)] }
    }

    /// Whether the labels satisfy every requirement.
    pub fn matches(&self, labels: &Labels) -> bool {
        self.requirements.iter().all(|r| r.matches(labels))
    }

    /// Whether the selector holds for everything by having no requirement.
    pub fn is_empty(&self) -> bool {
        self.requirements.is_empty()
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = || self.values.iter().map(|v| &**v).collect::<Vec<_>>().join(", ");
        match (self.operator, self.values.len()) {
            (Operator::In, 1) => write!(f, "{}={}", self.key, list()),
            (Operator::NotIn, 1) => write!(f, "{}!={}", self.key, list()),
            (Operator::In, _) => write!(f, "{} in ({})", self.key, list()),
            (Operator::NotIn, _) => write!(f, "{} notin ({})", self.key, list()),
            (Operator::Exists, _) => write!(f, "{}", self.key),
            (Operator::DoesNotExist, _) => write!(f, "!{}", self.key),
        }
    }
}

/// kubectl's own syntax: `app=web,tier in (a, b),!canary`.
impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, requirement) in self.requirements.iter().enumerate() {
            let comma = if at > 0 { "," } else { "" };
            write!(f, "{comma}{requirement}")?;
        }
        Ok(())
    }
}
