//! Sets of pods as selectors.

use netpol_flow::{Operator, Requirement, Text};
use netpol_sets::{Key, PodSet};

use super::cannot::Cannot;
use crate::yaml::{Word, Yaml, list, map, text};

/// The label every pod's identity has, and nothing else's.
const NAMESPACE: &str = "k8s:io.kubernetes.pod.namespace";

/// What a selector is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// The subject of a namespaced object, which is confined to its namespace.
    Own,
    /// A peer, or the subject of a cluster-wide object: the namespace is always written, so that neither an object's
    /// own namespace is added (`CIL-10`) nor host, health and gateway identities are selected (`CIL-06`, `ANY-01`).
    Cluster,
}

/// A selector: conditions that all hold.
pub(super) type Conjunction = Vec<Requirement>;

/// The pods as a union of conjunctions; empty for no pods.
pub(super) fn conjunctions(pods: &PodSet, scope: Scope) -> Result<Vec<Conjunction>, Cannot> {
    if pods.is_empty() {
        return Ok(Vec::new());
    }
    if !pods.addresses.is_all() {
        return Err(Cannot::LimitAddresses);
    }
    let mut out = vec![Vec::new()];
    if scope == Scope::Cluster && !pods.keys().any(|key| *key == Key::Namespace) {
        out = vec![vec![Requirement {
            key: NAMESPACE.into(),
            operator: Operator::Exists,
            values: Default::default(),
        }]];
    }
    for (key, values) in pods.conditions() {
        let key: Text = match key {
            Key::Namespace if scope == Scope::Own => continue,
            Key::Namespace => NAMESPACE.into(),
            Key::Label(label) if is_filtered(label) => return Err(Cannot::SeeKey(label.clone())),
            Key::Label(label) => format!("k8s:{label}").into(),
            Key::NamespaceLabel(label) if is_foreign(label) => return Err(Cannot::SeeKey(label.clone())),
            Key::NamespaceLabel(label) => format!("k8s:io.cilium.k8s.namespace.labels.{label}").into(),
            Key::Account => "k8s:io.cilium.k8s.policy.serviceaccount".into(),
        };
        let alternatives = values.requirements(&key);
        out = match &alternatives[..] {
            [one] => {
                out.iter_mut().for_each(|conjunction| conjunction.extend(one.iter().cloned()));
                out
            }
            many => many
                .iter()
                .flat_map(|more| out.iter().map(move |known| known.iter().chain(more).cloned().collect()))
                .collect(),
        };
    }
    Ok(out)
}

/// The conjunctions of a peer, as they stand in a list of selectors.
pub(super) fn selectors(pods: &PodSet) -> Result<Vec<Yaml>, Cannot> {
    if let Some(plain) = plain(pods) {
        return Ok(vec![plain]);
    }
    Ok(conjunctions(pods, Scope::Cluster)?.iter().map(selector).collect())
}

/// The selector of pods that are told by one namespace and one value of each label, as nearly all peers are: the same
/// as the long way gives, without its detours.
fn plain(pods: &PodSet) -> Option<Yaml> {
    if !pods.addresses.is_all() || !pods.keys().any(|key| *key == Key::Namespace) {
        return None;
    }
    let mut labels: Vec<(Word, Yaml)> = Vec::with_capacity(pods.conditions().len());
    for (key, values) in pods.conditions() {
        let mut listed = values.listed.iter();
        let (Some(value), None, false, false) = (listed.next(), listed.next(), values.absent, values.all_but)
        else {
            return None;
        };
        let key = match key {
            // Not a word that needs no quotes.
            Key::Namespace => NAMESPACE.to_owned().into(),
            Key::Label(label) if !is_filtered(label) => format!("k8s:{label}").into(),
            Key::Label(_) | Key::NamespaceLabel(_) | Key::Account => return None,
        };
        labels.push((key, text(value)));
    }
    Some(map([("matchLabels", Yaml::Map(labels))]))
}

/// A conjunction as a label selector.
pub(super) fn selector(conjunction: &Conjunction) -> Yaml {
    let mut labels: Vec<(Word, Yaml)> = Vec::new();
    let mut expressions = Vec::new();
    for requirement in conjunction {
        let word = match requirement.operator {
            Operator::In => "In",
            Operator::NotIn => "NotIn",
            Operator::Exists => "Exists",
            Operator::DoesNotExist => "DoesNotExist",
        };
        match (requirement.operator, requirement.values.first(), requirement.values.len()) {
            (Operator::In, Some(value), 1) => labels.push(((&requirement.key).into(), text(value))),
            (Operator::Exists | Operator::DoesNotExist, _, _) => {
                expressions.push(map([("key", text(&requirement.key)), ("operator", text(word))]));
            }
            (Operator::In | Operator::NotIn, _, _) => expressions.push(map([
                ("key", text(&requirement.key)),
                ("operator", text(word)),
                ("values", list(requirement.values.iter().map(text))),
            ])),
        }
    }
    let mut fields = Vec::new();
    if !labels.is_empty() {
        fields.push(("matchLabels", Yaml::Map(labels)));
    }
    if !expressions.is_empty() {
        fields.push(("matchExpressions", Yaml::List(expressions)));
    }
    map(fields)
}

/// Whether Cilium drops this label of a pod from its identity.
///
/// Source: cilium 1.20, `pkg/labelsfilter/filter.go`, default prefixes. `app.kubernetes.io/*` is kept.
fn is_filtered(key: &str) -> bool {
    const PREFIXES: [&str; 13] = [
        "io.kubernetes",
        "kubernetes.io",
        "k8s.io",
        "statefulset.kubernetes.io/pod-name",
        "apps.kubernetes.io/pod-index",
        "batch.kubernetes.io/",
        "pod-template-generation",
        "pod-template-hash",
        "controller-revision-hash",
        "controller-uid",
        "annotation",
        "etcd_node",
        "topology.kubernetes.io",
    ];
    is_foreign(key)
        || key.contains("beta.kubernetes.io")
        || PREFIXES.iter().any(|prefix| key.starts_with(prefix))
}

/// Whether the label belongs to another plug-in, or to Cilium itself (amendment B19).
fn is_foreign(key: &str) -> bool {
    ["projectcalico.org/", "reserved:", "io.cilium."].iter().any(|prefix| key.starts_with(prefix))
}
