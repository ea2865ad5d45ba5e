//! Names for nodes and frames that are words in every language of pictures, and the same from day to day.

use std::collections::BTreeSet;

use super::topology::{Graph, Home, Node, Shape};

/// The ids of the nodes of some graphs, graph by graph; none of them twice.
pub(super) fn ids(graphs: &[Graph]) -> Vec<Vec<String>> {
    let mut taken = BTreeSet::new();
    let several = graphs.len() > 1;
    graphs
        .iter()
        .map(|graph| {
            let around =
                graph.cluster.as_deref().filter(|_| several).map(|name| format!("in_{}_", word(name)));
            let around = around.unwrap_or_default();
            graph.nodes.iter().map(|node| free(format!("{around}{}", id(node)), &mut taken)).collect()
        })
        .collect()
}

/// The id of a frame: `kind` keeps those of clusters and of namespaces apart.
pub(super) fn frame(kind: &str, cluster: Option<&str>, name: &str) -> String {
    match cluster {
        Some(cluster) => format!("{kind}_{}_{}", word(cluster), word(name)),
        None => format!("{kind}_{}", word(name)),
    }
}

/// A first word that no language reserves, so that `end` and `graph` become words like any other.
fn id(node: &Node) -> String {
    let name = word(&node.name);
    match (&node.home, node.shape) {
        (Home::Namespace(namespace), Shape::Namespace) => format!("ns_{}", word(namespace)),
        // A word of Graphviz begins with no digit, a namespace may.
        (Home::Namespace(namespace), _) if namespace.starts_with(|c: char| c.is_ascii_digit()) => {
            format!("n{}__{name}", word(namespace))
        }
        (Home::Namespace(namespace), _) => format!("{}__{name}", word(namespace)),
        (Home::Namespaces, _) => format!("of_{name}"),
        (Home::Nowhere, _) => format!("at_{name}"),
    }
}

/// The letters and digits, with `_` for everything else; names that differ in nothing else are told apart by a number.
fn word(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

fn free(wanted: String, taken: &mut BTreeSet<String>) -> String {
    let numbered = (2..).map(|n| format!("{wanted}_{n}"));
    let found = std::iter::once(wanted.clone()).chain(numbered).find(|id| !taken.contains(id));
    let id = found.unwrap_or(wanted);
    taken.insert(id.clone());
    id
}
