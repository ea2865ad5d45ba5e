//! What the tests of every target build flows from.

use std::sync::Arc;

use netpol_flow::{Endpoint, Flow, Pod, Protocol, Relation, Request};

use crate::document::Manifest;
use crate::trace::{Trace, Undecided};

/// One manifest.
pub(crate) fn manifest(text: &str) -> [Manifest<'_>; 1] {
    [Manifest { path: "test.yaml", text }]
}

/// `shop/app=web,tier=front`, with `@` and an address, or `#` and namespace labels, added by the helpers below.
pub(crate) fn pod(text: &str) -> Endpoint {
    Endpoint::Pod(Arc::new(bare_pod(text)))
}

/// The same, to be changed before use.
pub(crate) fn bare_pod(text: &str) -> Pod {
    let (namespace, labels) = text.split_once('/').unwrap_or((text, ""));
    let mut pod = Pod::new(namespace);
    for pair in labels.split(',').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap();
        pod.labels.insert(key.into(), value.into());
    }
    pod
}

/// A pod with an address.
pub(crate) fn pod_at(text: &str, address: &str) -> Endpoint {
    Endpoint::Pod(Arc::new(Pod { address: Some(address.parse().unwrap()), ..bare_pod(text) }))
}

/// A pod whose namespace has one label.
pub(crate) fn pod_in(text: &str, key: &str, value: &str) -> Endpoint {
    let mut pod = bare_pod(text);
    pod.namespace_labels.insert(key.into(), value.into());
    Endpoint::Pod(Arc::new(pod))
}

/// A pod that declares a TCP port by name.
pub(crate) fn pod_with_port(text: &str, name: &str, port: u16) -> Endpoint {
    let mut pod = bare_pod(text);
    pod.ports.entry(name.into()).or_default().insert((Protocol::Tcp, port));
    Endpoint::Pod(Arc::new(pod))
}

pub(crate) fn node(address: &str) -> Endpoint {
    Endpoint::Node { address: address.parse().ok() }
}

pub(crate) fn apiserver(on_node: bool) -> Endpoint {
    Endpoint::ApiServer { address: "198.51.100.6".parse().ok(), on_node }
}

pub(crate) fn gateway() -> Endpoint {
    Endpoint::Gateway { address: None }
}

pub(crate) fn outside(address: &str) -> Endpoint {
    named(address, &[])
}

pub(crate) fn named(address: &str, names: &[&str]) -> Endpoint {
    Endpoint::External {
        address: address.parse().unwrap(),
        names: names.iter().map(|name| (*name).into()).collect(),
    }
}

/// A connection over TCP between ends that have nothing to do with each other.
pub(crate) fn tcp(source: &Endpoint, destination: &Endpoint, port: u16) -> Flow {
    Flow {
        source: source.clone(),
        destination: destination.clone(),
        relation: Relation::Apart,
        protocol: Protocol::Tcp,
        port,
        request: None,
    }
}

pub(crate) fn over(protocol: Protocol, flow: Flow) -> Flow {
    Flow { protocol, ..flow }
}

pub(crate) fn related(relation: Relation, flow: Flow) -> Flow {
    Flow { relation, ..flow }
}

pub(crate) fn request(method: &str, path: &str, flow: Flow) -> Flow {
    Flow { request: Some(Request { method: method.into(), path: path.into() }), ..flow }
}

/// `allow`, `deny` or `undecided`.
pub(crate) fn word(result: Result<Trace, Undecided>) -> &'static str {
    match result {
        Ok(trace) => {
            assert!(!trace.steps.is_empty());
            trace.verdict.word()
        }
        Err(undecided) => {
            assert!(!undecided.reason.is_empty());
            "undecided"
        }
    }
}
