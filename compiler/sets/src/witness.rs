//! A concrete member of a cube.

use std::collections::BTreeSet;
use std::sync::Arc;

use netpol_flow::{Endpoint, Flow, Pod, Relation, Text};

use crate::{Cube, Ends, Infra, Key, PodSet, Services};

impl Cube {
    /// A flow of the cube, as plain as it allows: no label that need not be there, the lowest port.
    pub fn witness(&self) -> Option<Flow> {
        if self.is_empty() {
            return None;
        }
        let range = self.services.ports.ranges().first()?;
        let (protocol, port) = (range.protocol, range.first);
        let mut destination = endpoint(&self.destination)?;
        if let Endpoint::Pod(pod) = &mut destination {
            declare(Arc::make_mut(pod), &self.services, (protocol, port));
        }
        let own_node = |ends: &Ends| match ends {
            Ends::Infra(set) => set.kinds.first() == Some(&Infra::OwnNode),
            Ends::Pods(_) | Ends::External(_) => false,
        };
        let own_node = own_node(&self.source) || own_node(&self.destination);
        Some(Flow {
            source: endpoint(&self.source)?,
            destination,
            relation: if own_node { Relation::OwnNode } else { Relation::Apart },
            protocol,
            port,
            request: self.requests.pick()?,
        })
    }
}

fn declare(pod: &mut Pod, services: &Services, number: (netpol_flow::Protocol, u16)) {
    for name in &services.named {
        pod.ports.insert(name.clone(), BTreeSet::from([number]));
    }
}

fn endpoint(ends: &Ends) -> Option<Endpoint> {
    match ends {
        Ends::Pods(pods) => pods.pick().map(|pod| Endpoint::Pod(Arc::new(pod))),
        Ends::Infra(set) => {
            let address = if set.addresses.is_all() { None } else { set.addresses.pick() };
            set.kinds.first().map(|kind| match kind {
                Infra::Node | Infra::OwnNode => Endpoint::Node { address },
                Infra::ApiServerOnNode => Endpoint::ApiServer { address, on_node: true },
                Infra::ApiServerElsewhere => Endpoint::ApiServer { address, on_node: false },
                Infra::Gateway => Endpoint::Gateway { address },
            })
        }
        Ends::External(set) => {
            Some(Endpoint::External { address: set.addresses.pick()?, names: set.pick_names() })
        }
    }
}

impl PodSet {
    /// A pod of the set, with no label that need not be there; none for the empty set.
    pub fn pick(&self) -> Option<Pod> {
        pod(self)
    }
}

fn pod(pods: &PodSet) -> Option<Pod> {
    let name = |key: Key, usual: &str| -> Option<Text> {
        let values = pods.condition(&key);
        if values.contains(Some(&usual.into())) { Some(usual.into()) } else { values.pick().flatten() }
    };
    let mut pod = Pod::new(name(Key::Namespace, "other-namespace")?);
    pod.account = name(Key::Account, "default")?;
    for (key, values) in pods.conditions() {
        let value = values.pick()?;
        match (key, value) {
            (Key::NamespaceLabel(key), Some(value)) => pod.namespace_labels.insert(key.clone(), value),
            (Key::Label(key), Some(value)) => pod.labels.insert(key.clone(), value),
            (Key::NamespaceLabel(_) | Key::Label(_), None) | (Key::Namespace | Key::Account, _) => None,
        };
    }
    if !pods.addresses.is_all() {
        pod.address = Some(pods.addresses.pick()?);
    }
    Some(pod)
}
