//! Pods that no policy tells apart are one class.

use std::collections::{BTreeMap, BTreeSet};

use netpol_flow::{Pod, Text};
use netpol_sets::{Key, PodSet};

use crate::cluster::Member;
use crate::rules::Rules;

/// The number of a class.
pub(crate) type Class = u32;

/// One pod of each class, and the ways to find them.
pub(crate) struct Classes {
    /// A pod of the class.
    pub(crate) pods: Vec<Pod>,
    by_namespace: BTreeMap<Text, Vec<Class>>,
    by_label: BTreeMap<(Text, Text), Vec<Class>>,
}

/// The classes a set holds.
pub(crate) enum Members {
    /// Every one: the set is of all pods.
    All,
    /// These, ascending.
    These(Vec<Class>),
}

impl Members {
    /// Whether the class is in.
    pub(crate) fn contains(&self, class: Class) -> bool {
        match self {
            Members::All => true,
            Members::These(classes) => classes.binary_search(&class).is_ok(),
        }
    }
}

/// What a policy can see of a pod inside its namespace: its mentioned labels, account and port names.
type Seen<'a> = (&'a Text, Vec<Option<&'a Text>>, Vec<&'a BTreeSet<(netpol_flow::Protocol, u16)>>);

/// Sorts the members into classes, and says which class each is in.
pub(crate) fn classify(members: &[Member], sets: &[PodSet], sides: [&Rules; 2]) -> (Classes, Vec<Class>) {
    let keys: BTreeSet<&Key> = sets.iter().flat_map(PodSet::keys).collect();
    let rules = sides.into_iter().flat_map(|rules| rules.allow.iter().chain(&rules.deny));
    let names: BTreeSet<&Text> =
        rules.flat_map(|rule| rule.services.named.iter().chain(&rule.services.unnamed)).collect();
    let mut classes = Classes { pods: Vec::new(), by_namespace: BTreeMap::new(), by_label: BTreeMap::new() };
    let mut known: BTreeMap<Seen<'_>, Class> = BTreeMap::new();
    let nothing = BTreeSet::new();
    let mut of_member = Vec::with_capacity(members.len());
    for member in members {
        let pod = &member.pod;
        let values = keys.iter().filter_map(|key| match key {
            Key::Label(label) => Some(pod.labels.get(label)),
            Key::Account => Some(Some(&pod.account)),
            // One namespace has one name and one set of labels.
            Key::Namespace | Key::NamespaceLabel(_) => None,
        });
        let ports = names.iter().map(|name| pod.ports.get(*name).unwrap_or(&nothing));
        let seen = (&pod.namespace, values.collect(), ports.collect());
        let class = *known.entry(seen).or_insert_with(|| classes.add(pod));
        of_member.push(class);
    }
    (classes, of_member)
}

impl Classes {
    fn add(&mut self, pod: &Pod) -> Class {
        let class = Class::try_from(self.pods.len()).unwrap_or(Class::MAX);
        self.by_namespace.entry(pod.namespace.clone()).or_default().push(class);
        for (key, value) in &pod.labels {
            self.by_label.entry((key.clone(), value.clone())).or_default().push(class);
        }
        self.pods.push(pod.clone());
        class
    }

    /// The pod of a class.
    pub(crate) fn pod(&self, class: Class) -> Option<&Pod> {
        self.pods.get(class as usize)
    }

    /// The classes of a set, looked for where its most telling condition says.
    pub(crate) fn of(&self, set: &PodSet) -> Members {
        if set.is_all() {
            return Members::All;
        }
        let mut found: Vec<Class> = match self.candidates(set) {
            Some(lists) => lists.into_iter().flatten().copied().collect(),
            None => (0..Class::try_from(self.pods.len()).unwrap_or(Class::MAX)).collect(),
        };
        found.retain(|class| self.pod(*class).is_some_and(|pod| set.contains(pod)));
        found.sort_unstable();
        found.dedup();
        Members::These(found)
    }

    /// The shortest lists that hold every class of the set; none where no condition names what is in.
    fn candidates(&self, set: &PodSet) -> Option<Vec<&Vec<Class>>> {
        let lists = set.conditions().filter_map(|(key, values)| {
            if values.all_but || values.absent {
                return None;
            }
            let listed = values.listed.iter();
            let lists: Option<Vec<&Vec<Class>>> = match key {
                Key::Namespace => Some(listed.filter_map(|name| self.by_namespace.get(name)).collect()),
                Key::Label(label) => {
                    let found = listed.filter_map(|value| self.by_label.get(&(label.clone(), value.clone())));
                    Some(found.collect())
                }
                Key::NamespaceLabel(_) | Key::Account => None,
            };
            lists
        });
        let by_labels = self.by_namespace_labels(set);
        lists.chain(by_labels).min_by_key(|lists| lists.iter().map(|list| list.len()).sum::<usize>())
    }

    /// The classes of the namespaces whose labels fit; none where the set says nothing about them.
    fn by_namespace_labels(&self, set: &PodSet) -> Option<Vec<&Vec<Class>>> {
        if !set.keys().any(|key| matches!(key, Key::NamespaceLabel(_))) {
            return None;
        }
        let fits = |classes: &&Vec<Class>| {
            let Some(pod) = classes.first().and_then(|class| self.pod(*class)) else { return false };
            set.conditions().all(|(key, values)| match key {
                Key::NamespaceLabel(label) => values.contains(pod.namespace_labels.get(label)),
                Key::Namespace => values.contains(Some(&pod.namespace)),
                Key::Label(_) | Key::Account => true,
            })
        };
        Some(self.by_namespace.values().filter(fits).collect())
    }
}
