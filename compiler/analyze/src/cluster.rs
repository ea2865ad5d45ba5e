//! Workloads and namespaces, read from manifests.

use std::collections::BTreeMap;
use std::fmt;

use netpol_flow::{Labels, NAMESPACE_NAME_LABEL, Pod, Protocol, Text};
use netpol_semantics::{Fault, Object, ReadError, is_subdomain};
use serde::Deserialize;

/// What pods on the host network are to policy.
///
/// Source: Kubernetes documentation, "Network Policies", section "NetworkPolicy and hostNetwork pods": a plug-in may tell
/// them from their node and treat them as pods, or, most commonly, not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HostNetwork {
    /// Part of their node: no policy selects them, and they are not listed.
    #[default]
    Nodes,
    /// Pods like any other.
    Pods,
}

/// What an object is called.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    /// Its namespace.
    pub namespace: Text,
    /// Its name inside the namespace.
    pub name: Text,
    /// Its kind.
    pub kind: Text,
}

/// `shop/web`.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

/// One object that is a pod or makes pods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    /// What it is called.
    pub(crate) name: Name,
    /// The workload that owns it, or itself.
    pub(crate) workload: Name,
    /// The pods.
    pub(crate) pod: Pod,
    /// Whether they are on the host network.
    pub(crate) on_host: bool,
}

/// The kinds read here, with their API groups.
const NAMESPACE: (&str, &str) = ("", "Namespace");
const POD: (&str, &str) = ("", "Pod");
const WITH_TEMPLATE: [(&str, &str); 7] = [
    ("", "ReplicationController"),
    ("apps", "Deployment"),
    ("apps", "StatefulSet"),
    ("apps", "DaemonSet"),
    ("apps", "ReplicaSet"),
    ("batch", "Job"),
    ("batch", "CronJob"),
];

/// Whether the object is a workload or a namespace.
pub(crate) fn is_read(object: &Object<'_>) -> bool {
    let kind = (object.group, object.kind);
    kind == NAMESPACE || kind == POD || WITH_TEMPLATE.contains(&kind)
}

/// Every object that is a pod or makes pods, ascending by name, and what is not understood.
pub(crate) fn members(objects: &[Object<'_>]) -> (Vec<Member>, Vec<ReadError>) {
    let mut errors = Vec::new();
    let mut labels: BTreeMap<&str, Labels> = BTreeMap::new();
    let of_kind = |wanted: (&'static str, &'static str)| {
        objects.iter().filter(move |object| (object.group, object.kind) == wanted)
    };
    for object in of_kind(NAMESPACE) {
        match object.labels() {
            Ok(own) => {
                let own = own.iter().filter(|(key, _)| *key != NAMESPACE_NAME_LABEL);
                labels
                    .insert(object.name, own.map(|(k, v)| (k.as_str().into(), v.as_str().into())).collect());
            }
            Err(fault) => errors.push(object.error(&fault)),
        }
    }
    let mut read: BTreeMap<Name, (Raw, &Object<'_>)> = BTreeMap::new();
    for object in objects.iter().filter(|object| is_read(object) && object.kind != NAMESPACE.1) {
        match raw(object) {
            Ok((name, raw)) => match read.get(&name) {
                Some((known, _)) if *known != raw => {
                    let reason = "stands in the manifests twice, with different pods";
                    errors.push(object.error(&Fault::at("", reason)));
                }
                Some(_) => {}
                None => _ = read.insert(name, (raw, object)),
            },
            Err(fault) => errors.push(object.error(&fault)),
        }
    }
    let mut members = Vec::with_capacity(read.len());
    for (name, (raw, object)) in &read {
        let workload = owner_of(name, &read);
        // What an earlier revision left behind.
        if raw.replicas == Some(0) && workload != *name && read.contains_key(&workload) {
            continue;
        }
        let namespace_labels = labels.get(&*name.namespace).cloned().unwrap_or_default();
        match pod(raw, name, namespace_labels) {
            Ok(pod) => {
                let on_host = raw.spec.host_network;
                members.push(Member { name: name.clone(), workload, pod, on_host });
            }
            Err(fault) => errors.push(object.error(&fault)),
        }
    }
    (members, errors)
}

/// What an object says about its pods.
#[derive(Debug, PartialEq)]
struct Raw {
    owner: Option<RawOwner>,
    labels: BTreeMap<String, String>,
    replicas: Option<i64>,
    spec: RawPodSpec,
    /// Where the pod's specification stands.
    place: &'static str,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawMetadata {
    #[serde(default)]
    labels: BTreeMap<String, String>,
    #[serde(default)]
    owner_references: Vec<RawOwner>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct RawOwner {
    kind: String,
    name: String,
    #[serde(default)]
    controller: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawSpec {
    replicas: Option<i64>,
    #[serde(default)]
    template: RawTemplate,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawCronSpec {
    job_template: RawJobTemplate,
}

#[derive(Debug, Deserialize)]
struct RawJobTemplate {
    spec: RawSpec,
}

#[derive(Debug, Default, Deserialize)]
struct RawTemplate {
    #[serde(default)]
    metadata: RawMetadata,
    #[serde(default)]
    spec: RawPodSpec,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawPodSpec {
    #[serde(default)]
    containers: Vec<RawContainer>,
    #[serde(default)]
    init_containers: Vec<RawContainer>,
    #[serde(default)]
    host_network: bool,
    service_account_name: Option<String>,
    service_account: Option<String>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawContainer {
    #[serde(default)]
    ports: Vec<RawPort>,
    restart_policy: Option<String>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawPort {
    name: Option<String>,
    container_port: i64,
    protocol: Option<String>,
}

fn raw(object: &Object<'_>) -> Result<(Name, Raw), Fault> {
    let namespace = object.namespace_or_default()?;
    if !is_subdomain(object.name) {
        return Err(Fault::at("metadata.name", format!("`{}` is not a DNS subdomain", object.name)));
    }
    let name = Name { namespace: namespace.into(), name: object.name.into(), kind: object.kind.into() };
    let missing = || Fault::at("spec", "missing");
    let RawMetadata { labels, owner_references } = object.section("metadata")?.unwrap_or_default();
    let owner = owner_references.iter().find(|owner| owner.controller).or(owner_references.first()).cloned();
    if object.kind == POD.1 {
        let spec = object.section("spec")?.ok_or_else(missing)?;
        return Ok((name, Raw { owner, labels, replicas: None, spec, place: "spec" }));
    }
    let (spec, place): (RawSpec, _) = if object.kind == "CronJob" {
        let spec: RawCronSpec = object.section("spec")?.ok_or_else(missing)?;
        (spec.job_template.spec, "spec.jobTemplate.spec.template.spec")
    } else {
        (object.section("spec")?.ok_or_else(missing)?, "spec.template.spec")
    };
    let RawSpec { replicas, template: RawTemplate { metadata, spec } } = spec;
    Ok((name, Raw { owner, labels: metadata.labels, replicas, spec, place }))
}

/// The last workload on the way from owner to owner. A Deployment's pods belong to a ReplicaSet, and that to it.
fn owner_of(name: &Name, read: &BTreeMap<Name, (Raw, &Object<'_>)>) -> Name {
    let mut here = name.clone();
    // Kubernetes has no longer chain than CronJob, Job, Pod; a circle must end too.
    for _ in 0..3 {
        let Some(owner) = read.get(&here).and_then(|(raw, _)| raw.owner.as_ref()) else { break };
        if !WITH_TEMPLATE.iter().any(|(_, kind)| *kind == owner.kind) || !is_subdomain(&owner.name) {
            break;
        }
        here = Name {
            namespace: name.namespace.clone(),
            name: owner.name.as_str().into(),
            kind: owner.kind.as_str().into(),
        };
    }
    here
}

fn pod(raw: &Raw, name: &Name, namespace_labels: Labels) -> Result<Pod, Fault> {
    let mut pod = Pod::new(name.namespace.clone());
    pod.namespace_labels = namespace_labels;
    pod.labels = raw.labels.iter().map(|(k, v)| (k.as_str().into(), v.as_str().into())).collect();
    let spec = &raw.spec;
    if let Some(account) = spec.service_account_name.as_ref().or(spec.service_account.as_ref()) {
        pod.account = account.as_str().into();
    }
    // An init container that is restarted is a sidecar; the others are gone before the pod is reached.
    let sidecars = spec.init_containers.iter().filter(|c| c.restart_policy.as_deref() == Some("Always"));
    for port in spec.containers.iter().chain(sidecars).flat_map(|container| &container.ports) {
        let Some(name) = &port.name else { continue };
        let here = || format!("{}.containers", raw.place);
        let number = u16::try_from(port.container_port).ok().filter(|number| *number > 0);
        let number = number.ok_or_else(|| Fault::at(here(), format!("`{name}` is not a port")))?;
        let protocol = match port.protocol.as_deref() {
            None | Some("TCP") => Protocol::Tcp,
            Some("UDP") => Protocol::Udp,
            Some("SCTP") => Protocol::Sctp,
            Some(other) => return Err(Fault::at(here(), format!("`{other}` is not TCP, UDP or SCTP"))),
        };
        pod.ports.entry(name.as_str().into()).or_default().insert((protocol, number));
    }
    Ok(pod)
}
