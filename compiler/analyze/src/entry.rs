//! What Ingresses and Routes lead to: the ports of workloads that a controller is to reach for clients outside.
//!
//! Which pods the controller has, nobody says in these objects. So only what a workload takes from every pod is told as
//! open to it; where the controller is among the workloads, its own lines say the rest.

use std::collections::BTreeMap;

use netpol_flow::{Labels, Pod, PortRange, Protocol, Text};
use netpol_semantics::{Fault, Object, ReadError};
use netpol_sets::{PortSet, Requests};
use serde::Deserialize;

use crate::traffic::Traffic;

/// Whether the object is read here.
pub(crate) fn is_read(object: &Object<'_>) -> bool {
    let kind = (object.group, object.kind);
    [SERVICE, INGRESS, ROUTE].contains(&kind)
}

const SERVICE: (&str, &str) = ("", "Service");
const INGRESS: (&str, &str) = ("networking.k8s.io", "Ingress");
const ROUTE: (&str, &str) = ("route.openshift.io", "Route");

/// Pods of a namespace with some labels, and one of their ports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    namespace: Text,
    labels: Labels,
    port: Port,
}

/// A port by number, or by the name that pods declare.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
enum Port {
    Number(u16),
    Name(String),
}

/// What the objects lead to, what leads nowhere, and what is not understood.
#[derive(Default)]
pub(crate) struct Entries {
    pub(crate) entries: Vec<Entry>,
    pub(crate) dangling: Vec<ReadError>,
    pub(crate) errors: Vec<ReadError>,
}

#[derive(Debug, Deserialize)]
struct RawService {
    #[serde(default)]
    selector: BTreeMap<String, String>,
    #[serde(default)]
    ports: Vec<RawServicePort>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawServicePort {
    name: Option<String>,
    port: u16,
    target_port: Option<Port>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawIngress {
    default_backend: Option<RawBackend>,
    #[serde(default)]
    rules: Vec<RawRule>,
}

#[derive(Debug, Deserialize)]
struct RawRule {
    http: Option<RawHttp>,
}

#[derive(Debug, Deserialize)]
struct RawHttp {
    #[serde(default)]
    paths: Vec<RawPath>,
}

#[derive(Debug, Deserialize)]
struct RawPath {
    backend: RawBackend,
}

#[derive(Debug, Deserialize)]
struct RawBackend {
    service: Option<RawServiceName>,
}

#[derive(Debug, Deserialize)]
struct RawServiceName {
    name: String,
    port: Option<RawPortName>,
}

#[derive(Debug, Deserialize)]
struct RawPortName {
    name: Option<String>,
    number: Option<u16>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawRoute {
    to: RawTarget,
    #[serde(default)]
    alternate_backends: Vec<RawTarget>,
    port: Option<RawRoutePort>,
}

#[derive(Debug, Deserialize)]
struct RawTarget {
    name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawRoutePort {
    target_port: Port,
}

/// Reads Services, Ingresses and Routes.
pub(crate) fn entries(objects: &[Object<'_>]) -> Entries {
    let mut found = Entries::default();
    let of_kind = |wanted: (&'static str, &'static str)| {
        objects.iter().filter(move |object| (object.group, object.kind) == wanted)
    };
    let mut services: BTreeMap<(&str, &str), RawService> = BTreeMap::new();
    for object in of_kind(SERVICE) {
        match object.section("spec") {
            Ok(Some(service)) => _ = services.insert((space(object), object.name), service),
            Ok(None) => {}
            Err(fault) => found.errors.push(object.error(&fault)),
        }
    }
    for object in of_kind(INGRESS) {
        match object.section::<RawIngress>("spec") {
            Ok(spec) => found.ingress(object, spec, &services),
            Err(fault) => found.errors.push(object.error(&fault)),
        }
    }
    for object in of_kind(ROUTE) {
        match object.section::<RawRoute>("spec") {
            Ok(spec) => found.route(object, spec, &services),
            Err(fault) => found.errors.push(object.error(&fault)),
        }
    }
    found
}

fn space<'n>(object: &Object<'n>) -> &'n str {
    object.namespace.unwrap_or("default")
}

impl Entries {
    /// Source: Kubernetes API, `IngressServiceBackend`: the port is one of the Service's, by its number or name.
    fn ingress(
        &mut self,
        object: &Object<'_>,
        spec: Option<RawIngress>,
        services: &BTreeMap<(&str, &str), RawService>,
    ) {
        let Some(RawIngress { default_backend, rules }) = spec else { return };
        let paths = rules.into_iter().filter_map(|rule| rule.http).flat_map(|http| http.paths);
        let backends = default_backend.into_iter().chain(paths.map(|path| path.backend));
        for RawServiceName { name, port } in backends.filter_map(|backend| backend.service) {
            let is_meant = |known: &RawServicePort| match &port {
                Some(RawPortName { number: Some(number), .. }) => known.port == *number,
                Some(RawPortName { name, .. }) => known.name == *name,
                None => false,
            };
            self.lead(object, &name, services, is_meant);
        }
    }

    /// Source: OpenShift API, `RouteSpec`: `port.targetPort` is a port of the pods or the name of one of the Service's; all
    /// of the Service's without it.
    fn route(
        &mut self,
        object: &Object<'_>,
        spec: Option<RawRoute>,
        services: &BTreeMap<(&str, &str), RawService>,
    ) {
        let Some(RawRoute { to, alternate_backends, port }) = spec else { return };
        for RawTarget { name } in std::iter::once(to).chain(alternate_backends) {
            let is_meant = |known: &RawServicePort| match port.as_ref().map(|port| &port.target_port) {
                Some(Port::Name(name)) => known.name.as_ref() == Some(name),
                Some(target) => known.target_port.as_ref().unwrap_or(&Port::Number(known.port)) == target,
                None => true,
            };
            self.lead(object, &name, services, is_meant);
        }
    }

    /// Adds the ports of a Service that are meant.
    fn lead(
        &mut self,
        object: &Object<'_>,
        name: &str,
        services: &BTreeMap<(&str, &str), RawService>,
        is_meant: impl Fn(&RawServicePort) -> bool,
    ) {
        let mut dangle = |reason| self.dangling.push(object.error(&Fault::at("spec", reason)));
        let Some(service) = services.get(&(space(object), name)) else {
            return dangle(format!("names Service `{}`, which is not there", name.escape_debug()));
        };
        let meant: Vec<&RawServicePort> = service.ports.iter().filter(|port| is_meant(port)).collect();
        if meant.is_empty() {
            return dangle(format!("names a port that Service `{}` does not have", name.escape_debug()));
        }
        // A Service without a selector has its addresses from elsewhere.
        if !service.selector.is_empty() {
            let labels: Labels =
                service.selector.iter().map(|(k, v)| (k.as_str().into(), v.as_str().into())).collect();
            self.entries.extend(meant.into_iter().map(|port| Entry {
                namespace: space(object).into(),
                labels: labels.clone(),
                port: port.target_port.clone().unwrap_or(Port::Number(port.port)),
            }));
        }
    }
}

impl Entry {
    /// The ports of a pod this leads to.
    pub(crate) fn at(&self, pod: &Pod) -> Traffic {
        let has = |(key, value): (&Text, &Text)| pod.labels.get(key) == Some(value);
        if pod.namespace != self.namespace || !self.labels.iter().all(has) {
            return Traffic::default();
        }
        let numbers: Vec<u16> = match &self.port {
            Port::Number(number) => vec![*number],
            Port::Name(name) => {
                let declared = pod.ports.get(name.as_str()).into_iter().flatten();
                declared.filter(|(protocol, _)| *protocol == Protocol::Tcp).map(|(_, port)| *port).collect()
            }
        };
        let numbers = numbers.into_iter().filter(|number| *number > 0);
        Traffic::of(PortSet::of(numbers.map(|number| PortRange::one(Protocol::Tcp, number))), Requests::all())
    }
}
