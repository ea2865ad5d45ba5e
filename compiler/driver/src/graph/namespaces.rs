//! The same graph with a node for each namespace.

use std::collections::BTreeMap;

use netpol_flow::Text;

use super::topology::{Edge, Graph, Home, Node, Opening, Shape};
use super::words::listed;

/// Fewer namespaces that exchange the same are drawn one by one.
const FEWEST: usize = 3;

/// One node for each namespace: an arrow says that something of the one may reach something of the other. What passes
/// inside a namespace is not drawn.
pub(super) fn by_namespace(graph: &Graph) -> Graph {
    let mut places: BTreeMap<Node, usize> = BTreeMap::new();
    let place: Vec<usize> = (graph.nodes.iter())
        .map(|node| {
            let next = places.len();
            *places.entry(as_namespace(graph, node)).or_insert(next)
        })
        .collect();
    let mut nodes: Vec<(usize, Node)> = places.into_iter().map(|(node, at)| (at, node)).collect();
    nodes.sort();
    let edges = graph.edges.iter().filter_map(|edge| {
        let (from, to) = (*place.get(edge.from)?, *place.get(edge.to)?);
        (from != to).then(|| Edge { from, to, in_part: false, opening: edge.opening.clone() })
    });
    let whole = Graph {
        cluster: graph.cluster.clone(),
        namespaces: graph.namespaces.clone(),
        edges: edges.collect(),
        nodes: nodes.into_iter().map(|(_, node)| node).collect(),
    };
    whole.in_order(|_| true)
}

fn as_namespace(graph: &Graph, node: &Node) -> Node {
    match &node.home {
        Home::Namespace(name) => {
            let detail = match graph.namespaces.get(name) {
                Some(note) => (*note).to_owned(),
                None => "not declared".to_owned(),
            };
            Node { home: node.home.clone(), shape: Shape::Namespace, name: name.to_string(), detail }
        }
        Home::Namespaces | Home::Nowhere => node.clone(),
    }
}

/// An arrow as one of its ends sees it: outwards or not, the other end, the ports.
type Seen<'a> = (bool, usize, &'a Opening);

/// Joins namespaces that exchange the same with the same others, and nothing with each other.
pub(super) fn join_twins(graph: &mut Graph) {
    let mut seen: BTreeMap<usize, Vec<Seen<'_>>> = BTreeMap::new();
    for edge in &graph.edges {
        seen.entry(edge.from).or_default().push((true, edge.to, &edge.opening));
        seen.entry(edge.to).or_default().push((false, edge.from, &edge.opening));
    }
    let mut alike: BTreeMap<(Vec<Seen<'_>>, &str), Vec<usize>> = BTreeMap::new();
    for (at, node) in graph.nodes.iter().enumerate() {
        if node.shape != Shape::Namespace || home(node).is_none() {
            continue;
        }
        let mut view = seen.remove(&at).unwrap_or_default();
        view.sort_unstable();
        alike.entry((view, &node.detail)).or_default().push(at);
    }
    let classes: Vec<Vec<usize>> = alike.into_values().filter(|class| class.len() >= FEWEST).collect();
    let mut gone = Vec::new();
    for class in classes {
        let members: Vec<&Node> = class.iter().filter_map(|at| graph.nodes.get(*at)).collect();
        let names: Vec<&String> = members.iter().map(|node| &node.name).collect();
        let note = members.first().map(|node| node.detail.clone()).unwrap_or_default();
        let note = if note.is_empty() { note } else { format!(", {note}") };
        let (name, detail) = (format!("{} namespaces{note}", names.len()), listed(&names));
        if let Some(node) = class.first().and_then(|at| graph.nodes.get_mut(*at)) {
            *node = Node { home: Home::Namespaces, shape: Shape::Namespace, name, detail };
        }
        gone.extend(class.into_iter().skip(1));
    }
    graph.edges.retain(|edge| !gone.contains(&edge.from) && !gone.contains(&edge.to));
    let removed: Vec<Option<Text>> = gone.iter().filter_map(|at| graph.nodes.get(*at)).map(home).collect();
    let whole = std::mem::take(graph);
    *graph = whole.in_order(|node| node.home == Home::Namespaces || !removed.contains(&home(node)));
}

fn home(node: &Node) -> Option<Text> {
    node.namespace().cloned()
}
