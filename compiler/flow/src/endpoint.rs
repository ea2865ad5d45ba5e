//! Endpoints, flows between them, and what is decided about a flow.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use crate::{Labels, Protocol, Request, Text};

/// A pod on the pod network. A host-network pod is a [`Endpoint::Node`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pod {
    /// Its namespace.
    pub namespace: Text,
    /// The labels of its namespace, without `kubernetes.io/metadata.name`, which always is the name.
    pub namespace_labels: Labels,
    /// Its own labels.
    pub labels: Labels,
    /// Its service account.
    pub account: Text,
    /// Its container ports by name: each name stands for one or more numbers, each of one protocol.
    pub ports: BTreeMap<Text, BTreeSet<(Protocol, u16)>>,
    /// Its address, where the question has one.
    pub address: Option<IpAddr>,
}

impl Pod {
    /// A pod with nothing but a namespace: no labels, account `default`, no named ports, no address.
    pub fn new(namespace: impl Into<Text>) -> Self {
        Pod {
            namespace: namespace.into(),
            namespace_labels: Labels::new(),
            labels: Labels::new(),
            account: "default".into(),
            ports: BTreeMap::new(),
            address: None,
        }
    }

    /// Whether the pod declares a container port `name` for this protocol and number.
    pub fn declares(&self, name: &str, protocol: Protocol, port: u16) -> bool {
        self.ports.get(name).is_some_and(|numbers| numbers.contains(&(protocol, port)))
    }
}

/// Anything that sends or receives.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Endpoint {
    /// A pod on the pod network.
    Pod(Arc<Pod>),
    /// A node, which stands for every host-network pod on it too.
    Node {
        /// The address seen.
        address: Option<IpAddr>,
    },
    /// The Kubernetes API server.
    ApiServer {
        /// The address seen.
        address: Option<IpAddr>,
        /// Whether it runs on a node of the cluster, so that it counts among `nodes` (amendment B3).
        on_node: bool,
    },
    /// The proxy the network plug-in runs for Ingress and Gateway API (amendment U15).
    Gateway {
        /// The address seen.
        address: Option<IpAddr>,
    },
    /// An address outside the cluster, with the names it was seen under.
    External {
        /// The address.
        address: IpAddr,
        /// The names that resolved to it, in lower case.
        names: BTreeSet<Text>,
    },
}

/// What a connection's ends are to each other (amendment B2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// One pod, by its own address.
    Itself,
    /// A pod and the node it runs on.
    OwnNode,
    /// Anything else.
    #[default]
    Apart,
}

/// The start of one connection, after service translation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Flow {
    /// Who connects.
    pub source: Endpoint,
    /// Whom to.
    pub destination: Endpoint,
    /// What the two are to each other.
    pub relation: Relation,
    /// The transport protocol.
    pub protocol: Protocol,
    /// The destination's port.
    pub port: u16,
    /// The HTTP request carried, or none where it is not HTTP.
    pub request: Option<Request>,
}

/// The two ends of a flow, as places where it is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// At the source.
    Egress,
    /// At the destination.
    Ingress,
}

impl Side {
    /// Both sides.
    pub const BOTH: [Side; 2] = [Side::Egress, Side::Ingress];

    /// `egress` or `ingress`.
    pub fn word(self) -> &'static str {
        match self {
            Side::Egress => "egress",
            Side::Ingress => "ingress",
        }
    }
}

/// Whether a flow passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It passes.
    Allow,
    /// It does not.
    Deny,
}

impl Verdict {
    /// `allow` or `deny`.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Allow => "allow",
            Verdict::Deny => "deny",
        }
    }
}

impl Flow {
    /// The end that `side` decides for: the source for egress, the destination for ingress.
    pub fn subject(&self, side: Side) -> &Endpoint {
        match side {
            Side::Egress => &self.source,
            Side::Ingress => &self.destination,
        }
    }

    /// The other end.
    pub fn peer(&self, side: Side) -> &Endpoint {
        match side {
            Side::Egress => &self.destination,
            Side::Ingress => &self.source,
        }
    }
}

impl Endpoint {
    /// The pod, if it is one.
    pub fn pod(&self) -> Option<&Pod> {
        match self {
            Endpoint::Pod(pod) => Some(pod),
            Endpoint::Node { .. }
            | Endpoint::ApiServer { .. }
            | Endpoint::Gateway { .. }
            | Endpoint::External { .. } => None,
        }
    }

    /// The address, where the question has one.
    pub fn address(&self) -> Option<IpAddr> {
        match self {
            Endpoint::Pod(pod) => pod.address,
            Endpoint::Node { address }
            | Endpoint::ApiServer { address, .. }
            | Endpoint::Gateway { address } => *address,
            Endpoint::External { address, .. } => Some(*address),
        }
    }
}

/// `shop/{app=web,tier=api}`; a service account other than `default` follows an `@`.
impl fmt::Display for Pod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs =
            |labels: &Labels| labels.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join(",");
        write!(f, "{}", self.namespace)?;
        if !self.namespace_labels.is_empty() {
            write!(f, "({})", pairs(&self.namespace_labels))?;
        }
        write!(f, "/{{{}}}", pairs(&self.labels))?;
        if &*self.account != "default" {
            write!(f, "@{}", self.account)?;
        }
        Ok(())
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let with = |f: &mut fmt::Formatter<'_>, word: &str, address: &Option<IpAddr>| match address {
            Some(address) => write!(f, "{word} {address}"),
            None => f.write_str(word),
        };
        match self {
            Endpoint::Pod(pod) => write!(f, "{pod}"),
            Endpoint::Node { address } => with(f, "node", address),
            Endpoint::ApiServer { address, .. } => with(f, "apiserver", address),
            Endpoint::Gateway { address } => with(f, "cluster-gateway", address),
            Endpoint::External { address, names } => match names.first() {
                Some(name) => write!(f, "{name} ({address})"),
                None => write!(f, "{address}"),
            },
        }
    }
}

/// `shop/{tier=web} -> shop/{tier=api}:8080/TCP`.
impl fmt::Display for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} -> {}:{}/{}", self.source, self.destination, self.port, self.protocol)?;
        if let Some(request) = &self.request {
            write!(f, " {request}")?;
        }
        Ok(())
    }
}
