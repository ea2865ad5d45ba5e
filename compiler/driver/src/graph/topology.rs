//! A graph as data: what stands in which namespace, and what may reach what.

use std::collections::{BTreeMap, BTreeSet};

use netpol_flow::Text;
use netpol_sets::PortSet;

/// The topology of one cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Graph {
    /// The cluster's name, where the project names it.
    pub cluster: Option<Text>,
    /// What is to be said of a namespace, by name: nothing for one that is closed but for what is drawn.
    pub namespaces: BTreeMap<Text, &'static str>,
    /// The nodes, by home and name.
    pub nodes: Vec<Node>,
    /// The arrows, by the places of their nodes.
    pub edges: Vec<Edge>,
}

/// Something that sends or receives.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Node {
    /// Where it stands.
    pub home: Home,
    /// What it is.
    pub shape: Shape,
    /// Its name.
    pub name: String,
    /// What else a reader needs to know which endpoints it is; may be empty.
    pub detail: String,
}

impl Node {
    /// The one namespace it stands in; none where that is several, or none.
    pub(super) fn namespace(&self) -> Option<&Text> {
        match &self.home {
            Home::Namespace(name) => Some(name),
            Home::Namespaces | Home::Nowhere => None,
        }
    }
}

/// Where a node stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Home {
    /// In one namespace.
    Namespace(Text),
    /// In several, or in any.
    Namespaces,
    /// In no namespace.
    Nowhere,
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Shape {
    /// Pods of one namespace that share labels.
    Workload,
    /// Every pod of one namespace.
    All,
    /// One namespace or several, drawn as one.
    Namespace,
    /// Pods of several namespaces.
    Group,
    /// Nodes, the API server, the gateway.
    Cluster,
    /// Addresses and domains.
    Outside,
}

/// An arrow.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Edge {
    /// Who calls, by its place among the nodes.
    pub from: usize,
    /// Who is called.
    pub to: usize,
    /// Whether only some of these connections pass.
    pub in_part: bool,
    /// On which ports.
    pub opening: Opening,
}

/// What an arrow is open on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Opening {
    /// Ports by number, whatever the request.
    pub ports: PortSet,
    /// What takes more words: ports by name, and ports on which only some requests pass.
    pub others: BTreeSet<String>,
}

impl Opening {
    /// Nothing.
    pub(super) fn none() -> Opening {
        Opening { ports: PortSet::of([]), others: BTreeSet::new() }
    }

    /// Adds what another is open on.
    pub(super) fn extend(&mut self, other: &Opening) {
        self.ports = PortSet::of(self.ports.ranges().iter().chain(other.ports.ranges()).copied());
        self.others.extend(other.others.iter().cloned());
    }
}

impl Graph {
    /// The nodes in order, and the arrows between them joined: those of a pair become one, but for what is open in part.
    pub(super) fn in_order(self, kept: impl Fn(&Node) -> bool) -> Graph {
        let used: BTreeSet<usize> = self.edges.iter().flat_map(|edge| [edge.from, edge.to]).collect();
        let nodes = self.nodes.iter().enumerate();
        let mut order: Vec<(&Node, usize)> =
            nodes.filter(|(at, node)| used.contains(at) || kept(node)).map(|(at, node)| (node, at)).collect();
        order.sort();
        let place: BTreeMap<usize, usize> =
            order.iter().enumerate().map(|(new, (_, old))| (*old, new)).collect();
        let mut joined: BTreeMap<(usize, usize, bool), Opening> = BTreeMap::new();
        for edge in &self.edges {
            if let (Some(from), Some(to)) = (place.get(&edge.from), place.get(&edge.to)) {
                joined.entry((*from, *to, edge.in_part)).or_insert_with(Opening::none).extend(&edge.opening);
            }
        }
        let nodes = order.into_iter().map(|(node, _)| node.clone()).collect();
        let edges =
            joined.into_iter().map(|((from, to, in_part), opening)| Edge { from, to, in_part, opening });
        Graph { nodes, edges: edges.collect(), ..self }
    }

    /// The nodes with the namespace they stand in, if in one, in order.
    pub(super) fn by_namespace(&self) -> BTreeMap<&Text, Vec<usize>> {
        let mut homes: BTreeMap<&Text, Vec<usize>> = BTreeMap::new();
        for (at, node) in self.nodes.iter().enumerate() {
            if let Some(name) = node.namespace() {
                homes.entry(name).or_default().push(at);
            }
        }
        homes
    }

    /// A namespace as its frame is titled: with what is to be said of it.
    pub(super) fn title(&self, namespace: &Text) -> String {
        match self.namespaces.get(namespace) {
            Some(&"") => namespace.to_string(),
            Some(note) => format!("{namespace} ({note})"),
            None => format!("{namespace} (not declared)"),
        }
    }
}
