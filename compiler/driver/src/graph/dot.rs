//! The language of Graphviz, with a cluster for each namespace.

use std::fmt::Write as _;

use super::ids::{frame, ids};
use super::topology::{Graph, Node, Shape};
use super::words::label;

const HEAD: &str = "\
digraph netpol {
  rankdir=LR
  graph [fontname=\"Helvetica,Arial,sans-serif\", fontsize=12, nodesep=0.3, ranksep=0.9, color=\"#8a94a6\"]
  node [fontname=\"Helvetica,Arial,sans-serif\", fontsize=11, shape=box, style=\"rounded,filled\", color=\"#5b6577\", fillcolor=white, height=0.35]
  edge [fontname=\"Helvetica,Arial,sans-serif\", fontsize=9, color=\"#5b6577\", fontcolor=\"#3b4252\", arrowsize=0.7]
";

/// The graph.
pub(super) fn render(graphs: &[Graph]) -> String {
    let mut out = HEAD.to_owned();
    let several = graphs.len() > 1;
    for (graph, ids) in graphs.iter().zip(&ids(graphs)) {
        let cluster = graph.cluster.as_deref().filter(|_| several);
        let indent = if cluster.is_some() { "    " } else { "  " };
        if let Some(cluster) = cluster {
            // Graphviz frames a subgraph only where its name begins with this word.
            let _ = writeln!(out, "  subgraph {} {{", frame("cluster_of", None, cluster));
            let _ = writeln!(out, "    label={}; style=rounded; margin=16", quoted(cluster));
        }
        for (namespace, members) in graph.by_namespace() {
            let shown = |at: &usize| Some((ids.get(*at)?, graph.nodes.get(*at)?));
            let members: Vec<(&String, &Node)> = members.iter().filter_map(shown).collect();
            if members.iter().all(|(_, node)| node.shape == Shape::Namespace) {
                members.iter().for_each(|(id, node)| out += &format!("{indent}{id} {}\n", drawn(node)));
                continue;
            }
            let _ = writeln!(out, "{indent}subgraph {} {{", frame("cluster_ns", cluster, namespace));
            let title = quoted(&graph.title(namespace));
            let _ = writeln!(out, "{indent}  label={title}; style=\"rounded,filled\"; fillcolor=\"#f3f5f9\"");
            members.iter().for_each(|(id, node)| out += &format!("{indent}  {id} {}\n", drawn(node)));
            let _ = writeln!(out, "{indent}}}");
        }
        for (id, node) in ids.iter().zip(&graph.nodes).filter(|(_, node)| node.namespace().is_none()) {
            let _ = writeln!(out, "{indent}{id} {}", drawn(node));
        }
        for edge in &graph.edges {
            let (Some(from), Some(to)) = (ids.get(edge.from), ids.get(edge.to)) else { continue };
            let style = if edge.in_part { ", style=dashed" } else { "" };
            let _ = writeln!(out, "{indent}{from} -> {to} [label={}{style}]", quoted(&label(edge)));
        }
        if cluster.is_some() {
            out += "  }\n";
        }
    }
    out + "}\n"
}

fn drawn(node: &Node) -> String {
    let text = match node.detail.as_str() {
        "" => quoted(&node.name),
        detail => format!("\"{}\\n{}\"", escaped(&node.name), escaped(detail)),
    };
    match node.shape {
        Shape::Workload => format!("[label={text}]"),
        Shape::All => format!("[label={text}, style=\"rounded,filled,dashed\"]"),
        Shape::Namespace => format!("[label={text}, fillcolor=\"#f3f5f9\"]"),
        Shape::Group => format!("[label={text}, peripheries=2]"),
        Shape::Cluster => format!("[label={text}, shape=component, style=filled]"),
        Shape::Outside => format!("[label={text}, shape=ellipse, style=filled, fillcolor=\"#fdf3e3\"]"),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// A text between double quotes: a backslash would begin an escape of labels such as `\N`, `&` an entity.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '"' => out += "\\\"",
            '\\' => out += "\\\\",
            '&' => out += "&amp;",
            '\n' => out += "\\n",
            c => out.push(c),
        }
    }
    out
}
