//! Sets of pods.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use netpol_flow::{NAMESPACE_NAME_LABEL, Pod, Requirement, Selector, Text};

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

/// The pods that satisfy a condition on each of some keys, with an address of a set.
///
/// Keys are independent: which labels a namespace has is not tied to its name (amendment B13).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PodSet {
    conditions: Arc<BTreeMap<Key, Values>>,
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
        PodSet { conditions: Arc::default(), addresses: AddressSet::all() }
    }

    /// Every pod of these namespaces.
    pub fn of_namespaces(names: BTreeSet<Text>) -> PodSet {
        PodSet::all().with(Key::Namespace, &Values::only(names))
    }

    /// The pods of this set that satisfy one more condition.
    pub fn with(mut self, key: Key, values: &Values) -> PodSet {
        let universe = key.universe();
        let known = self.conditions.get(&key);
        let met = known.unwrap_or(&universe).intersect(values);
        if known.unwrap_or(&universe) == &met {
            return self;
        }
        let conditions = Arc::make_mut(&mut self.conditions);
        if met == universe {
            conditions.remove(&key);
        } else {
            conditions.insert(key, met);
        }
        self
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
        selector.requirements.iter().fold(self, |set, r| {
            let key = key(r);
            let values = Values::of(r);
            set.with(key, &values)
        })
    }

    /// The conditions, by key; a key that is not listed may have any value.
    pub fn conditions(&self) -> &BTreeMap<Key, Values> {
        &self.conditions
    }

    /// The condition on one key.
    pub fn condition(&self, key: &Key) -> Values {
        self.conditions.get(key).cloned().unwrap_or_else(|| key.universe())
    }

    /// The namespaces by name, where the set lists them; none where it names what is out, or nothing.
    pub fn namespaces(&self) -> Option<&BTreeSet<Text>> {
        self.conditions.get(&Key::Namespace).filter(|values| !values.all_but).map(|values| &*values.listed)
    }

    /// Whether no pod is in.
    pub fn is_empty(&self) -> bool {
        self.addresses.is_empty() || self.conditions.values().any(Values::is_empty)
    }

    /// Whether every pod is in.
    pub fn is_all(&self) -> bool {
        self.conditions.is_empty() && self.addresses.is_all()
    }

    /// Whether the pod is in. A pod without an address counts as having one of the set's.
    pub fn contains(&self, pod: &Pod) -> bool {
        self.conditions.iter().all(|(key, values)| match key {
            Key::Namespace => values.contains(Some(&pod.namespace)),
            Key::NamespaceLabel(key) => values.contains(pod.namespace_labels.get(key)),
            Key::Label(key) => values.contains(pod.labels.get(key)),
            Key::Account => values.contains(Some(&pod.account)),
        }) && pod.address.is_none_or(|address| self.addresses.contains(address))
    }

    /// Whether some pod may be in both; false is certain.
    pub(crate) fn meets(&self, other: &PodSet) -> bool {
        self.conditions
            .iter()
            .all(|(key, mine)| other.conditions.get(key).is_none_or(|theirs| mine.meets(theirs)))
    }

    /// Both.
    pub fn intersect(&self, other: &PodSet) -> PodSet {
        if other.conditions.is_empty() || Arc::ptr_eq(&self.conditions, &other.conditions) {
            return PodSet { addresses: self.addresses.intersect(&other.addresses), ..self.clone() };
        }
        if self.conditions.is_empty() {
            return PodSet { addresses: self.addresses.intersect(&other.addresses), ..other.clone() };
        }
        let mut met = self.clone();
        for (key, values) in &*other.conditions {
            met = met.with(key.clone(), values);
        }
        met.addresses = met.addresses.intersect(&other.addresses);
        met
    }

    /// This without the other, as disjoint sets.
    pub fn subtract(&self, other: &PodSet) -> Vec<PodSet> {
        if self.intersect(other).is_empty() {
            return vec![self.clone()];
        }
        let mut pieces = Vec::new();
        let mut rest = self.clone();
        for (key, values) in &*other.conditions {
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
