//! What many namespaces have alike becomes one node: four times the same arrow from every pod says less than one.

use std::collections::{BTreeMap, BTreeSet};

use netpol_flow::Text;

use super::topology::{Edge, Graph, Home, Node, Opening, Shape};
use super::words::listed;

/// Fewer are drawn one by one.
const FEWEST: usize = 4;

/// Joins arrows that lead from every pod of several namespaces to one place, or from one place to every pod of several;
/// with [`Shape::Namespace`], from several namespaces and to several.
pub(super) fn join_alike(graph: &mut Graph, shape: Shape) {
    let mut joined = join(graph, shape, |edge| edge.from, |edge| edge.to, |edge, node| edge.from = node);
    joined.extend(join(graph, shape, |edge| edge.to, |edge| edge.from, |edge, node| edge.to = node));
    let whole = std::mem::take(graph);
    let others: BTreeSet<Text> = (whole.nodes.iter())
        .filter(|node| node.shape != shape)
        .filter_map(|node| node.namespace().cloned())
        .collect();
    *graph = whole.in_order(|node| {
        let Some(name) = node.namespace() else { return true };
        // A node that stood there for its joined arrows alone is gone, unless it is all there is to draw of a namespace.
        let is_told = joined.contains(name) && (shape == Shape::Namespace || others.contains(name));
        node.shape != shape || !is_told
    });
}

/// Gives the namespaces whose arrows were joined.
fn join(
    graph: &mut Graph,
    shape: Shape,
    end: impl Fn(&Edge) -> usize,
    other: impl Fn(&Edge) -> usize,
    set: impl Fn(&mut Edge, usize),
) -> BTreeSet<Text> {
    let is_one = |at: usize| graph.nodes.get(at).is_some_and(|node| node.shape == shape);
    let mut alike: BTreeMap<(usize, bool, Opening), Vec<usize>> = BTreeMap::new();
    for (at, edge) in graph.edges.iter().enumerate() {
        let homes = [edge.from, edge.to].map(|at| namespace_at(graph, at));
        // What stays in its own namespace cannot be said of all at once.
        let is_inside = homes.iter().all(Option::is_some) && homes.iter().min() == homes.iter().max();
        if is_one(end(edge)) && !is_inside {
            alike.entry((other(edge), edge.in_part, edge.opening.clone())).or_default().push(at);
        }
    }
    let mut gone: BTreeSet<usize> = BTreeSet::new();
    let mut groups: BTreeMap<BTreeSet<Text>, usize> = BTreeMap::new();
    for members in alike.into_values().filter(|members| members.len() >= FEWEST) {
        let ends = members.iter().filter_map(|at| graph.edges.get(*at));
        let names: BTreeSet<Text> = ends.filter_map(|edge| namespace_at(graph, end(edge)).cloned()).collect();
        let Some(mut joined) = members.first().and_then(|at| graph.edges.get(*at)).cloned() else { continue };
        let node = *groups.entry(names).or_insert_with_key(|names| {
            graph.nodes.push(group(graph, names, shape));
            graph.nodes.len() - 1
        });
        set(&mut joined, node);
        gone.extend(members);
        graph.edges.push(joined);
    }
    let mut at = 0;
    graph.edges.retain(|_| {
        at += 1;
        !gone.contains(&(at - 1))
    });
    groups.into_keys().flatten().collect()
}

fn group(graph: &Graph, names: &BTreeSet<Text>, shape: Shape) -> Node {
    let built = graph.namespaces.iter().filter(|(_, note)| **note != "of another project");
    let is_every = built.map(|(name, _)| name).eq(names.iter());
    let listed = listed(&names.iter().collect::<Vec<&Text>>());
    let (shape, name, detail) = match (shape == Shape::Namespace, is_every) {
        (true, true) => (Shape::Namespace, "every declared namespace".to_owned(), String::new()),
        (true, false) => (Shape::Namespace, format!("{} namespaces", names.len()), listed),
        (false, true) => (Shape::Group, "all pods".to_owned(), "of every declared namespace".to_owned()),
        (false, false) => (Shape::Group, format!("all pods of {} namespaces", names.len()), listed),
    };
    Node { home: Home::Namespaces, shape, name, detail }
}

fn namespace_at(graph: &Graph, at: usize) -> Option<&Text> {
    graph.nodes.get(at).and_then(Node::namespace)
}
