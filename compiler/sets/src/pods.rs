//! Sets of pods.

use std::cmp::Ordering;
use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::Arc;

use netpol_flow::{NAMESPACE_NAME_LABEL, Pod, Requirement, Selector, SortedSet, Text};
use rustc_hash::FxBuildHasher;

use crate::budget::spend;
use crate::{AddressSet, Values};

/// What a condition on a pod is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// The name of its namespace.
    Namespace,
    /// A label of its namespace, other than the name label.
    NamespaceLabel(Text),
    /// A label of its own.
    Label(Text),
    /// Its service account.
    Account,
}

type Condition = (Key, Values);

/// Conditions by key, ascending, with their hash. Shared: sets are copied and compared more often than changed.
#[derive(Clone, Debug)]
struct Conditions {
    list: Arc<[Condition]>,
    hash: u64,
}

impl From<Vec<Condition>> for Conditions {
    fn from(list: Vec<Condition>) -> Conditions {
        let hash = FxBuildHasher.hash_one(&list);
        Conditions { list: list.into(), hash }
    }
}

impl PartialEq for Conditions {
    fn eq(&self, other: &Conditions) -> bool {
        Arc::ptr_eq(&self.list, &other.list) || (self.hash == other.hash && self.list == other.list)
    }
}

impl Eq for Conditions {}

impl Hash for Conditions {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

impl PartialOrd for Conditions {
    fn partial_cmp(&self, other: &Conditions) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Conditions {
    fn cmp(&self, other: &Conditions) -> Ordering {
        self.list.cmp(&other.list)
    }
}

/// The pods that satisfy a condition on each of some keys, with an address of a set.
///
/// Keys are independent: which labels a namespace has is not tied to its name (amendment B13).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PodSet {
    /// A key that may have any value is left out.
    conditions: Option<Conditions>,
    /// The addresses they have.
    pub addresses: AddressSet,
}

impl Key {
    /// Every value this key can have.
    pub fn universe(&self) -> Values {
        match self {
            Key::Namespace | Key::Account => Values::present(),
            Key::NamespaceLabel(_) | Key::Label(_) => Values::all(),
        }
    }
}

impl PodSet {
    /// Every pod.
    pub fn all() -> PodSet {
        PodSet { conditions: None, addresses: AddressSet::all() }
    }

    /// Every pod of these namespaces.
    pub fn of_namespaces(names: SortedSet<Text>) -> PodSet {
        PodSet::all().with(Key::Namespace, &Values::only(names))
    }

    /// The pods of this set that satisfy one more condition.
    pub fn with(self, key: Key, values: &Values) -> PodSet {
        self.with_all([(key, values.clone())])
    }

    /// The pods of this set that satisfy some more conditions.
    pub fn with_all(self, more: impl IntoIterator<Item = (Key, Values)>) -> PodSet {
        let mut grown: Option<Vec<Condition>> = None;
        for (key, values) in more {
            let known = grown.as_deref().unwrap_or(self.slice());
            let at = known.binary_search_by(|(known, _)| known.cmp(&key));
            let universe = key.universe();
            let limit = at.ok().and_then(|at| known.get(at)).map_or(&universe, |(_, limit)| limit);
            let met = limit.intersect(&values);
            if *limit == met {
                continue;
            }
            let conditions = grown.get_or_insert_with(|| self.slice().to_vec());
            match at {
                Ok(at) => conditions.iter_mut().skip(at).take(1).for_each(|known| known.1 = met.clone()),
                Err(at) => conditions.insert(at, (key, met)),
            }
        }
        match grown {
            Some(conditions) => PodSet { conditions: Some(conditions.into()), ..self },
            None => self,
        }
    }

    /// The pods of this set whose own labels satisfy a selector.
    pub fn with_labels(self, selector: &Selector) -> PodSet {
        self.with_each(selector, |r| Key::Label(r.key.clone()))
    }

    /// The pods of this set whose namespace's labels satisfy a selector; the name label is the name.
    pub fn with_namespace_labels(self, selector: &Selector) -> PodSet {
        self.with_each(selector, |r| {
            if &*r.key == NAMESPACE_NAME_LABEL { Key::Namespace } else { Key::NamespaceLabel(r.key.clone()) }
        })
    }

    fn with_each(self, selector: &Selector, key: impl Fn(&Requirement) -> Key) -> PodSet {
        self.with_all(selector.requirements.iter().map(|r| (key(r), Values::of(r))))
    }

    fn slice(&self) -> &[Condition] {
        self.conditions.as_ref().map(|conditions| &*conditions.list).unwrap_or_default()
    }

    /// The conditions, by key; a key that is not listed may have any value.
    pub fn conditions(&self) -> impl ExactSizeIterator<Item = (&Key, &Values)> {
        self.slice().iter().map(|(key, values)| (key, values))
    }

    /// The keys there is a condition on.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &Key> {
        self.slice().iter().map(|(key, _)| key)
    }

    /// Whether pods are told apart by the names of their namespaces alone.
    pub fn is_by_namespace(&self) -> bool {
        self.keys().all(|key| *key == Key::Namespace)
    }

    /// The condition on one key, where there is one.
    fn limit(&self, key: &Key) -> Option<&Values> {
        let at = self.slice().binary_search_by(|(known, _)| known.cmp(key)).ok()?;
        self.slice().get(at).map(|(_, values)| values)
    }

    /// The condition on one key.
    pub fn condition(&self, key: &Key) -> Values {
        self.limit(key).cloned().unwrap_or_else(|| key.universe())
    }

    /// The namespaces by name, where the set lists them; none where it names what is out, or nothing.
    pub fn namespaces(&self) -> Option<&SortedSet<Text>> {
        self.limit(&Key::Namespace).filter(|values| !values.all_but).map(|values| &values.listed)
    }

    /// Whether no pod is in.
    pub fn is_empty(&self) -> bool {
        self.addresses.is_empty() || self.slice().iter().any(|(_, values)| values.is_empty())
    }

    /// Whether every pod is in.
    pub fn is_all(&self) -> bool {
        self.slice().is_empty() && self.addresses.is_all()
    }

    /// Whether the pod is in. A pod without an address counts as having one of the set's.
    pub fn contains(&self, pod: &Pod) -> bool {
        self.conditions().all(|(key, values)| match key {
            Key::Namespace => values.contains(Some(&pod.namespace)),
            Key::NamespaceLabel(key) => values.contains(pod.namespace_labels.get(key)),
            Key::Label(key) => values.contains(pod.labels.get(key)),
            Key::Account => values.contains(Some(&pod.account)),
        }) && pod.address.is_none_or(|address| self.addresses.contains(address))
    }

    /// Whether some pod may be in both; false is certain.
    pub(crate) fn meets(&self, other: &PodSet) -> bool {
        self.conditions().all(|(key, mine)| other.limit(key).is_none_or(|theirs| mine.meets(theirs)))
    }

    /// Both.
    pub fn intersect(&self, other: &PodSet) -> PodSet {
        let same = || match (&self.conditions, &other.conditions) {
            (Some(mine), Some(theirs)) => Arc::ptr_eq(&mine.list, &theirs.list),
            (Some(_) | None, None) => true,
            (None, Some(_)) => false,
        };
        let conditions = if same() {
            self.conditions.clone()
        } else if self.conditions.is_none() {
            other.conditions.clone()
        } else {
            let theirs = other.slice().iter().cloned();
            self.clone().with_all(theirs).conditions
        };
        PodSet { conditions, addresses: self.addresses.intersect(&other.addresses) }
    }

    /// This without all the others, as disjoint sets.
    ///
    /// The plainest go first: what they take away whole need not be cut into pieces by the rest.
    pub fn without<'s>(&self, others: impl IntoIterator<Item = &'s PodSet>) -> Vec<PodSet> {
        let mut others: Vec<&PodSet> = others.into_iter().collect();
        others.sort_by_key(|other| other.slice().len());
        let mut left = vec![self.clone()];
        for other in others {
            left = left.iter().flat_map(|left| left.subtract(other)).collect();
            if left.is_empty() {
                break;
            }
        }
        left
    }

    /// This without the other, as disjoint sets.
    ///
    /// Counts for as many steps as conditions are written, since that is what takes memory.
    pub fn subtract(&self, other: &PodSet) -> Vec<PodSet> {
        if !self.meets(other) || self.intersect(other).is_empty() {
            return vec![self.clone()];
        }
        if !spend((1 + self.slice().len()) * (1 + other.slice().len())) {
            return Vec::new();
        }
        let mut pieces = Vec::new();
        let mut rest = self.clone();
        for (key, values) in other.conditions() {
            let outside = key.universe().intersect(&values.complement());
            let piece = rest.clone().with(key.clone(), &outside);
            if !piece.is_empty() {
                pieces.push(piece);
            }
            rest = rest.with(key.clone(), values);
        }
        rest.addresses = rest.addresses.subtract(&other.addresses);
        if !rest.is_empty() {
            pieces.push(rest);
        }
        pieces
    }
}
