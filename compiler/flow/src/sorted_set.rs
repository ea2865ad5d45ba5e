//! Small sets that are copied far more often than changed.

use std::fmt;
use std::sync::Arc;

/// A sorted set: nothing or one member in place, more of them shared.
///
/// Label values, names and ports come in ones and twos, and the same few are part of thousands of selectors and rules.
/// Where a set is compared, the members decide, in order, as in a `BTreeSet`.
#[derive(Clone)]
pub struct SortedSet<T>(Members<T>);

#[derive(Clone)]
enum Members<T> {
    None,
    One(T),
    /// Two or more, ascending.
    Many(Arc<[T]>),
}

impl<T> SortedSet<T> {
    /// The empty set.
    pub const fn new() -> Self {
        SortedSet(Members::None)
    }

    /// The set of one member.
    pub const fn one(member: T) -> Self {
        SortedSet(Members::One(member))
    }

    /// The members, ascending.
    pub fn as_slice(&self) -> &[T] {
        match &self.0 {
            Members::None => &[],
            Members::One(member) => std::slice::from_ref(member),
            Members::Many(members) => members,
        }
    }

    /// The members, ascending.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.as_slice().iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.as_slice().len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        matches!(self.0, Members::None)
    }

    /// The least member.
    pub fn first(&self) -> Option<&T> {
        self.as_slice().first()
    }
}

impl<T: Ord> SortedSet<T> {
    /// The set of members that ascend already.
    fn ascending(mut members: Vec<T>) -> Self {
        match members.len() {
            0 | 1 => SortedSet(members.pop().map_or(Members::None, Members::One)),
            _ => SortedSet(Members::Many(members.into())),
        }
    }

    /// Whether it is a member.
    pub fn contains<Q: Ord + ?Sized>(&self, member: &Q) -> bool
    where
        T: std::borrow::Borrow<Q>,
    {
        self.as_slice().binary_search_by(|known| known.borrow().cmp(member)).is_ok()
    }

    /// Whether no member is in both.
    pub fn is_disjoint(&self, other: &Self) -> bool {
        let (few, many) = if self.len() <= other.len() { (self, other) } else { (other, self) };
        !few.iter().any(|member| many.contains(member))
    }

    /// Whether every member is in the other.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.len() <= other.len() && self.iter().all(|member| other.contains(member))
    }
}

impl<T: Ord + Clone> SortedSet<T> {
    /// The members of both.
    pub fn intersection(&self, other: &Self) -> Self {
        let (few, many) = if self.len() <= other.len() { (self, other) } else { (other, self) };
        if few.is_subset(many) {
            return few.clone();
        }
        Self::ascending(few.iter().filter(|member| many.contains(*member)).cloned().collect())
    }

    /// The members that are not in the other.
    pub fn difference(&self, other: &Self) -> Self {
        if self.is_disjoint(other) {
            return self.clone();
        }
        Self::ascending(self.iter().filter(|member| !other.contains(*member)).cloned().collect())
    }

    /// The members of either.
    pub fn union(&self, other: &Self) -> Self {
        let (few, many) = if self.len() <= other.len() { (self, other) } else { (other, self) };
        if few.is_subset(many) {
            return many.clone();
        }
        self.iter().chain(other).cloned().collect()
    }

    /// Adds a member; says whether it is new. In proportion to the size: not for building a set one by one.
    pub fn insert(&mut self, member: T) -> bool {
        let Err(at) = self.as_slice().binary_search(&member) else { return false };
        let mut members = self.as_slice().to_vec();
        members.insert(at, member);
        *self = Self::ascending(members);
        true
    }
}

impl<T> Default for SortedSet<T> {
    fn default() -> Self {
        SortedSet::new()
    }
}

impl<T: Ord> FromIterator<T> for SortedSet<T> {
    fn from_iter<I: IntoIterator<Item = T>>(members: I) -> Self {
        let mut members = members.into_iter();
        let Some(first) = members.next() else { return SortedSet::new() };
        let Some(second) = members.next() else { return SortedSet::one(first) };
        let mut members: Vec<T> = [first, second].into_iter().chain(members).collect();
        members.sort_unstable();
        members.dedup();
        Self::ascending(members)
    }
}

impl<T: Ord + Clone> Extend<T> for SortedSet<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, members: I) {
        *self = self.iter().cloned().chain(members).collect();
    }
}

impl<T: Ord, const N: usize> From<[T; N]> for SortedSet<T> {
    fn from(members: [T; N]) -> Self {
        members.into_iter().collect()
    }
}

impl<'a, T> IntoIterator for &'a SortedSet<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: PartialEq> PartialEq for SortedSet<T> {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Members::Many(a), Members::Many(b)) => Arc::ptr_eq(a, b) || a == b,
            _ => self.as_slice() == other.as_slice(),
        }
    }
}

impl<T: Eq> Eq for SortedSet<T> {}

impl<T: PartialOrd> PartialOrd for SortedSet<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        self.as_slice().partial_cmp(other.as_slice())
    }
}

impl<T: Ord> Ord for SortedSet<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        match (&self.0, &other.0) {
            (Members::Many(a), Members::Many(b)) if Arc::ptr_eq(a, b) => std::cmp::Ordering::Equal,
            _ => self.as_slice().cmp(other.as_slice()),
        }
    }
}

impl<T: std::hash::Hash> std::hash::Hash for SortedSet<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.as_slice().hash(state);
    }
}

impl<T: fmt::Debug> fmt::Debug for SortedSet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Every subset of a small universe, so that each law is checked for all pairs.
    fn subsets() -> Vec<BTreeSet<u8>> {
        (0u8..32).map(|mask| (0..5).filter(|bit| mask & (1 << bit) != 0).collect()).collect()
    }

    #[test]
    fn it_answers_as_a_btree_set_does() {
        for a in subsets() {
            let mine: SortedSet<u8> = a.iter().rev().chain(&a).copied().collect();
            assert!(mine.iter().eq(&a));
            assert_eq!(mine.first(), a.first());
            for b in subsets() {
                let other: SortedSet<u8> = b.iter().copied().collect();
                assert!(mine.union(&other).iter().eq(a.union(&b)));
                assert!(mine.intersection(&other).iter().eq(a.intersection(&b)));
                assert!(mine.difference(&other).iter().eq(a.difference(&b)));
                assert_eq!(mine.is_subset(&other), a.is_subset(&b));
                assert_eq!(mine.is_disjoint(&other), a.is_disjoint(&b));
                assert_eq!(mine.cmp(&other), a.cmp(&b));
                assert_eq!(mine == other, a == b);
            }
            for member in 0..6 {
                let (mut grown, mut expected) = (mine.clone(), a.clone());
                assert_eq!(grown.insert(member), expected.insert(member));
                assert!(grown.iter().eq(&expected));
                assert_eq!(mine.contains(&member), a.contains(&member));
            }
        }
    }
}
