//! Domain names and the one wildcard form the language has.

use std::fmt;

use crate::Text;

/// A set of domain names, in lower case and without a trailing dot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DomainPattern {
    /// Exactly this name.
    Exact(Text),
    /// Every name of one or more labels followed by this suffix; `*.x` in the text. Never the suffix itself.
    Under(Text),
}

impl DomainPattern {
    /// Whether `name` (lower case, no trailing dot) is in the set.
    pub fn matches(&self, name: &str) -> bool {
        match self {
            DomainPattern::Exact(exact) => &**exact == name,
            DomainPattern::Under(suffix) => is_under(name, suffix),
        }
    }

    /// Whether every name of `other` is in this set.
    pub fn contains(&self, other: &DomainPattern) -> bool {
        match (self, other) {
            (_, DomainPattern::Exact(name)) => self.matches(name),
            (DomainPattern::Exact(_), DomainPattern::Under(_)) => false,
            (DomainPattern::Under(mine), DomainPattern::Under(theirs)) => {
                mine == theirs || is_under(theirs, mine)
            }
        }
    }
}

fn is_under(name: &str, suffix: &str) -> bool {
    name.strip_suffix(suffix).and_then(|rest| rest.strip_suffix('.')).is_some_and(|rest| !rest.is_empty())
}

impl fmt::Display for DomainPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DomainPattern::Exact(name) => f.write_str(name),
            DomainPattern::Under(suffix) => write!(f, "*.{suffix}"),
        }
    }
}
