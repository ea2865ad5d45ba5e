//! Cilium's label selectors: keys with a source, confined to namespaces, over filtered identity labels.

use netpol_flow::{Endpoint, NAMESPACE_NAME_LABEL, Operator, Pod, Relation, Requirement, Text};

use netpol_sets::{Infra, Key, PodSet, Values};

use crate::error::{Fault, Place};
use crate::labels::{self, RawSelector, is_key, requirements, split_at_first};

use super::Profile;

const POD_NAMESPACE: &str = "io.kubernetes.pod.namespace";
const NAMESPACE_LABELS: &str = "io.cilium.k8s.namespace.labels.";
const CLUSTER: &str = "io.cilium.k8s.policy.cluster";
const SERVICE_ACCOUNT: &str = "io.cilium.k8s.policy.serviceaccount";

/// Key prefixes that Cilium leaves out of identities unless told otherwise: `pkg/labelsfilter/filter.go`.
const FILTERED: [&str; 14] = [
    "io.kubernetes",
    "kubernetes.io",
    "k8s.io",
    "statefulset.kubernetes.io/pod-name",
    "apps.kubernetes.io/pod-index",
    "batch.kubernetes.io/job-completion-index",
    "batch.kubernetes.io/controller-uid",
    "pod-template-generation",
    "pod-template-hash",
    "controller-revision-hash",
    "controller-uid",
    "annotation",
    "etcd_node",
    "topology.kubernetes.io",
];

/// Where a label comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Any,
    K8s,
    Reserved,
}

/// Labels that were read before.
pub(crate) type Known = labels::Known<(Source, Requirement)>;

/// A selector over identities.
#[derive(Clone, Debug)]
pub(crate) struct Selector {
    requirements: Vec<(Source, Requirement)>,
    /// Confined to this cluster's own pods, from 1.19 on.
    local_cluster: bool,
}

/// The endpoints a rule object speaks for; a namespaced one is confined to its namespace.
pub(crate) fn of_subject(
    known: &Known,
    raw: &RawSelector<'_>,
    namespace: Option<&str>,
    place: &Place<'_>,
) -> Result<Selector, Fault> {
    let mut requirements = parse(known, raw, place)?;
    if let Some(namespace) = namespace {
        for (_, requirement) in
            requirements.iter().filter(|(_, requirement)| &*requirement.key == POD_NAMESPACE)
        {
            if *requirement != Requirement::is(POD_NAMESPACE, namespace) {
                return Err(Fault::at(place, "names another namespace than the policy's own"));
            }
        }
        requirements.push((Source::K8s, Requirement::is(POD_NAMESPACE, namespace)));
    }
    Ok(Selector { requirements, local_cluster: false })
}

/// The peers of a rule. Without a key that says which namespaces, a namespaced policy's are those of its own
/// namespace and a clusterwide one's all that have one (`CIL-10`, `CIL-11`); a `reserved:` key switches every addition
/// off (`CIL-34`).
///
/// Source: `pkg/k8s/apis/cilium.io/utils/utils.go`, `getEndpointSelector`.
pub(crate) fn of_peer(
    known: &Known,
    raw: &RawSelector<'_>,
    namespace: Option<&str>,
    place: &Place<'_>,
) -> Result<Selector, Fault> {
    let mut requirements = parse(known, raw, place)?;
    if requirements.iter().any(|(source, _)| *source == Source::Reserved) {
        return Ok(Selector { requirements, local_cluster: false });
    }
    let has =
        |test: &dyn Fn(&str) -> bool| requirements.iter().any(|(_, requirement)| test(&requirement.key));
    let added = match namespace {
        _ if has(&|key| key == POD_NAMESPACE) => None,
        None => Some(exists(POD_NAMESPACE)),
        Some(_) if has(&|key| key.starts_with(NAMESPACE_LABELS)) => None,
        Some(namespace) => Some(Requirement::is(POD_NAMESPACE, namespace)),
    };
    let local_cluster = !has(&|key| key == CLUSTER);
    requirements.extend(added.map(|requirement| (Source::K8s, requirement)));
    Ok(Selector { requirements, local_cluster })
}

/// The pods of a stock policy's peer, or its subject: stock keys all are pods' or namespaces' own labels.
pub(crate) fn of_stock(
    pods: &netpol_flow::Selector,
    namespaces: Option<&netpol_flow::Selector>,
    namespace: &Text,
) -> Selector {
    let mut requirements: Vec<(Source, Requirement)> =
        pods.requirements.iter().map(|requirement| (Source::K8s, requirement.clone())).collect();
    match namespaces {
        None => requirements.push((Source::K8s, Requirement::is(POD_NAMESPACE, namespace.clone()))),
        Some(selector) if selector.is_empty() => requirements.push((Source::K8s, exists(POD_NAMESPACE))),
        Some(selector) => requirements.extend(selector.requirements.iter().map(|requirement| {
            let key = format!("{NAMESPACE_LABELS}{}", requirement.key).into();
            (Source::K8s, Requirement { key, ..requirement.clone() })
        })),
    }
    Selector { requirements, local_cluster: true }
}

/// Whether a selector has the key `reserved:init`.
pub(crate) fn names_init(raw: &RawSelector<'_>) -> bool {
    let labels = raw.match_labels.iter().map(|(key, _)| *key);
    let expressions = raw.match_expressions.iter().map(|expression| &*expression.key);
    labels.chain(expressions).any(|key| key == "reserved:init")
}

fn exists(key: &str) -> Requirement {
    Requirement { key: key.into(), operator: Operator::Exists, values: Default::default() }
}

fn parse(
    known: &Known,
    raw: &RawSelector<'_>,
    place: &Place<'_>,
) -> Result<Vec<(Source, Requirement)>, Fault> {
    requirements(known, raw, place, |written| {
        let (source, key) = match split_at_first(written.key, b':') {
            None => (Source::Any, written.key),
            Some(("any", key)) => (Source::Any, key),
            Some(("k8s", key)) => (Source::K8s, key),
            Some(("reserved", key)) => (Source::Reserved, key),
            Some((other, _)) => return Err(Fault::uncovered(place, &format!("labels of source `{other}`"))),
        };
        if source == Source::Reserved && key.starts_with("world") {
            return Err(Fault::uncovered(
                place,
                "the label `reserved:world`, which dual-stack clusters split",
            ));
        }
        if source != Source::Reserved && !is_key(key) && !key.starts_with(NAMESPACE_LABELS) {
            return Err(Fault::at(place, format!("`{key}` is not a label key")));
        }
        written.check_values(place)?;
        Ok((source, written.of_key(key)))
    })
}

impl Selector {
    /// Whether the endpoint's identity satisfies the selector.
    pub(crate) fn matches(&self, profile: &Profile, endpoint: &Endpoint, relation: Relation) -> bool {
        if self.local_cluster && profile.version >= (1, 19) && endpoint.pod().is_none() {
            return false;
        }
        let identity = Identity { profile, endpoint, relation };
        self.requirements.iter().all(|(source, requirement)| identity.satisfies(*source, requirement))
    }
}

impl Selector {
    /// The pods whose identity satisfies the selector; none where no pod's can.
    pub(crate) fn pods(&self, profile: &Profile) -> Option<PodSet> {
        let mut conditions = Vec::with_capacity(self.requirements.len());
        for (source, requirement) in &self.requirements {
            let values = Values::of(requirement);
            let constant = |value: Option<Text>| values.contains(value.as_ref());
            let key = match (source, &*requirement.key) {
                (Source::Reserved, _) if constant(None) => continue,
                (Source::Reserved, _) => return None,
                (Source::Any | Source::K8s, POD_NAMESPACE) => Key::Namespace,
                (Source::Any | Source::K8s, SERVICE_ACCOUNT) => Key::Account,
                (Source::Any | Source::K8s, CLUSTER)
                    if constant(Some(profile.cluster_name.as_str().into())) =>
                {
                    continue;
                }
                (Source::Any | Source::K8s, CLUSTER) => return None,
                (Source::Any | Source::K8s, key) => match key.strip_prefix(NAMESPACE_LABELS) {
                    Some(NAMESPACE_NAME_LABEL) => Key::Namespace,
                    Some(key) => Key::NamespaceLabel(key.into()),
                    None if is_filtered(key) && constant(None) => continue,
                    None if is_filtered(key) => return None,
                    None => Key::Label(requirement.key.clone()),
                },
            };
            conditions.push((key, values));
        }
        let set = PodSet::all().with_all(conditions);
        (!set.is_empty()).then_some(set)
    }

    /// The kinds of cluster endpoint, and whether addresses outside, that satisfy the selector.
    pub(crate) fn others(&self, profile: &Profile) -> (Vec<Infra>, bool) {
        // Nothing but a pod has a label of Kubernetes.
        let asks = |operator| matches!(operator, Operator::In | Operator::Exists);
        if self.requirements.iter().any(|(source, asked)| *source == Source::K8s && asks(asked.operator)) {
            return (Vec::new(), false);
        }
        let node = Endpoint::Node { address: None };
        let apiserver = |on_node| Endpoint::ApiServer { address: None, on_node };
        let kinds = [
            (Infra::Node, node.clone(), Relation::Apart),
            (Infra::OwnNode, node, Relation::OwnNode),
            (Infra::ApiServerOnNode, apiserver(true), Relation::Apart),
            (Infra::ApiServerElsewhere, apiserver(false), Relation::Apart),
            (Infra::Gateway, Endpoint::Gateway { address: None }, Relation::Apart),
        ];
        let fits = |endpoint: &Endpoint, relation| self.matches(profile, endpoint, relation);
        let kinds = kinds.iter().filter(|(_, endpoint, relation)| fits(endpoint, *relation));
        let address = std::net::IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);
        let outside = Endpoint::External { address, names: Default::default() };
        (kinds.map(|(kind, ..)| *kind).collect(), fits(&outside, Relation::Apart))
    }

    /// The namespaces the selector names.
    pub(crate) fn namespaces(&self) -> impl Iterator<Item = &Text> {
        let about_namespace = |key: &str| {
            key == POD_NAMESPACE || key.strip_prefix(NAMESPACE_LABELS) == Some(NAMESPACE_NAME_LABEL)
        };
        let named =
            self.requirements.iter().filter(move |(_, requirement)| about_namespace(&requirement.key));
        named.flat_map(|(_, requirement)| &requirement.values)
    }
}

struct Identity<'a> {
    profile: &'a Profile,
    endpoint: &'a Endpoint,
    relation: Relation,
}

impl Identity<'_> {
    fn satisfies(&self, source: Source, requirement: &Requirement) -> bool {
        let value = self.label(source, &requirement.key);
        match requirement.operator {
            Operator::In => value.is_some_and(|value| requirement.values.contains(value)),
            Operator::NotIn => value.is_none_or(|value| !requirement.values.contains(value)),
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
        }
    }

    fn label(&self, source: Source, key: &str) -> Option<&str> {
        match (source, self.endpoint) {
            (Source::Any | Source::K8s, Endpoint::Pod(pod)) => pod_label(self.profile, pod, key),
            (Source::Reserved, Endpoint::Pod(_)) => None,
            (Source::K8s, _) => None,
            (Source::Any | Source::Reserved, endpoint) => {
                reserved(endpoint, self.relation).contains(&key).then_some("")
            }
        }
    }
}

/// The reserved labels of an endpoint that is no pod.
pub(crate) fn reserved(endpoint: &Endpoint, relation: Relation) -> &'static [&'static str] {
    match (endpoint, relation) {
        (Endpoint::Pod(_), _) => &[],
        (Endpoint::Node { .. }, Relation::OwnNode) => &["host"],
        (Endpoint::Node { .. }, Relation::Apart | Relation::Itself) => &["remote-node"],
        (Endpoint::ApiServer { on_node: true, .. }, Relation::OwnNode) => &["host", "kube-apiserver"],
        (Endpoint::ApiServer { on_node: true, .. }, Relation::Apart | Relation::Itself) => {
            &["remote-node", "kube-apiserver"]
        }
        (Endpoint::ApiServer { on_node: false, .. }, _) => &["kube-apiserver", "world"],
        (Endpoint::Gateway { .. }, _) => &["ingress"],
        (Endpoint::External { .. }, _) => &["world"],
    }
}

fn pod_label<'a>(profile: &'a Profile, pod: &'a Pod, key: &str) -> Option<&'a str> {
    match key {
        POD_NAMESPACE => return Some(&pod.namespace),
        CLUSTER => return Some(&profile.cluster_name),
        SERVICE_ACCOUNT => return Some(&pod.account),
        _ => {}
    }
    match key.strip_prefix(NAMESPACE_LABELS) {
        Some(NAMESPACE_NAME_LABEL) => Some(&pod.namespace),
        Some(key) => pod.namespace_labels.get(key).map(|value| &**value),
        None if is_filtered(key) => None,
        None => pod.labels.get(key).map(|value| &**value),
    }
}

/// Whether identities are without this label, whatever the pod says (`CIL-25`).
fn is_filtered(key: &str) -> bool {
    key.contains("beta.kubernetes.io") || FILTERED.iter().any(|prefix| key.starts_with(prefix))
}
