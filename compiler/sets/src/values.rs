//! Sets of values of one label.

use netpol_flow::{Operator, Requirement, SortedSet, Text};

/// A set of values one label may have, "absent" included: listed values, or all but the listed ones.
///
/// For a namespace's or service account's name, which is never absent, `absent` is always false.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Values {
    /// Whether a missing label is in the set.
    pub absent: bool,
    /// Whether `listed` names what is out instead of what is in.
    pub all_but: bool,
    /// The values.
    pub listed: SortedSet<Text>,
}

impl Values {
    /// Every value, and absence.
    pub fn all() -> Values {
        Values { absent: true, all_but: true, listed: SortedSet::new() }
    }

    /// Every value; the label is present.
    pub fn present() -> Values {
        Values { absent: false, all_but: true, listed: SortedSet::new() }
    }

    /// These values.
    pub fn only(listed: SortedSet<Text>) -> Values {
        Values { absent: false, all_but: false, listed }
    }

    /// Every value but these; the label is present.
    pub fn all_but(listed: SortedSet<Text>) -> Values {
        Values { absent: false, all_but: true, listed }
    }

    /// What a selector's requirement lets through.
    pub fn of(requirement: &Requirement) -> Values {
        let listed = || requirement.values.clone();
        match requirement.operator {
            Operator::In => Values::only(listed()),
            Operator::NotIn => Values { absent: true, ..Values::all_but(listed()) },
            Operator::Exists => Values::present(),
            Operator::DoesNotExist => Values { absent: true, all_but: false, listed: SortedSet::new() },
        }
    }

    /// Whether no value is in.
    pub fn is_empty(&self) -> bool {
        !self.absent && !self.all_but && self.listed.is_empty()
    }

    /// Whether every value, and absence, is in.
    pub fn is_all(&self) -> bool {
        self.absent && self.all_but && self.listed.is_empty()
    }

    /// Whether every value is in, and absence where it is in the other.
    fn bounds(&self, other: &Values) -> bool {
        self.all_but && self.listed.is_empty() && (self.absent || !other.absent)
    }

    /// Whether a label with this value, or none, is in.
    pub fn contains(&self, value: Option<&Text>) -> bool {
        match value {
            Some(value) => self.listed.contains(value) != self.all_but,
            None => self.absent,
        }
    }

    /// Whether some value is in both.
    pub(crate) fn meets(&self, other: &Values) -> bool {
        let listed = match (self.all_but, other.all_but) {
            (false, false) => !self.listed.is_disjoint(&other.listed),
            (false, true) => !self.listed.is_subset(&other.listed),
            (true, false) => !other.listed.is_subset(&self.listed),
            (true, true) => true,
        };
        listed || (self.absent && other.absent)
    }

    /// Both.
    pub fn intersect(&self, other: &Values) -> Values {
        if self.bounds(other) || self == other {
            return other.clone();
        }
        if other.bounds(self) {
            return self.clone();
        }
        let (all_but, listed) = match (self.all_but, other.all_but) {
            (false, false) => (false, self.listed.intersection(&other.listed)),
            (false, true) => (false, self.listed.difference(&other.listed)),
            (true, false) => (false, other.listed.difference(&self.listed)),
            (true, true) => (true, self.listed.union(&other.listed)),
        };
        Values { absent: self.absent && other.absent, all_but, listed }
    }

    /// Everything else, absence included.
    pub fn complement(&self) -> Values {
        Values { absent: !self.absent, all_but: !self.all_but, listed: self.listed.clone() }
    }

    /// This without the other.
    pub fn subtract(&self, other: &Values) -> Values {
        self.intersect(&other.complement())
    }

    /// The requirements that say the same about `key`: a union of conjunctions, since "absent or one of these" is no
    /// single conjunction in any selector language we target. Empty for the empty set; one empty list for every value.
    pub fn requirements(&self, key: &Text) -> Vec<Vec<Requirement>> {
        let with = |operator, values: &SortedSet<Text>| Requirement {
            key: key.clone(),
            operator,
            values: values.clone(),
        };
        let none = SortedSet::new();
        match (self.absent, self.all_but, self.listed.is_empty()) {
            (true, true, true) => vec![vec![]],
            (true, true, false) => vec![vec![with(Operator::NotIn, &self.listed)]],
            (false, true, true) => vec![vec![with(Operator::Exists, &none)]],
            (false, true, false) => {
                vec![vec![with(Operator::Exists, &none), with(Operator::NotIn, &self.listed)]]
            }
            (true, false, true) => vec![vec![with(Operator::DoesNotExist, &none)]],
            (true, false, false) => {
                vec![vec![with(Operator::DoesNotExist, &none)], vec![with(Operator::In, &self.listed)]]
            }
            (false, false, true) => vec![],
            (false, false, false) => vec![vec![with(Operator::In, &self.listed)]],
        }
    }

    /// A member, preferring absence, then a listed value; none for the empty set. The outer option is emptiness.
    pub fn pick(&self) -> Option<Option<Text>> {
        if self.absent {
            return Some(None);
        }
        if !self.all_but {
            return self.listed.first().cloned().map(Some);
        }
        let fresh = (0..).map(|n| if n == 0 { "other".to_owned() } else { format!("other-{n}") });
        fresh.map(Text::from).find(|value| !self.listed.contains(value)).map(Some)
    }
}
