//! A flowchart of Mermaid, as GitHub and GitLab show it in Markdown.

use std::fmt::Write as _;

use super::ids::{frame, ids};
use super::topology::{Graph, Node, Shape};
use super::words::label;

/// The flowchart.
pub(super) fn render(graphs: &[Graph]) -> String {
    let mut out = "flowchart LR\n".to_owned();
    let several = graphs.len() > 1;
    for (graph, ids) in graphs.iter().zip(&ids(graphs)) {
        let cluster = graph.cluster.as_deref().filter(|_| several);
        let indent = if cluster.is_some() { "    " } else { "  " };
        if let Some(cluster) = cluster {
            let _ = writeln!(out, "  subgraph {}[{}]", frame("cluster", None, cluster), quoted(cluster));
        }
        for (namespace, members) in graph.by_namespace() {
            let shown = |at: &usize| Some((ids.get(*at)?, graph.nodes.get(*at)?));
            let members: Vec<(&String, &Node)> = members.iter().filter_map(shown).collect();
            if members.iter().all(|(_, node)| node.shape == Shape::Namespace) {
                members.iter().for_each(|(id, node)| out += &format!("{indent}{id}{}\n", drawn(node)));
                continue;
            }
            let id = frame("ns", cluster, namespace);
            let _ = writeln!(out, "{indent}subgraph {id}[{}]", quoted(&graph.title(namespace)));
            members.iter().for_each(|(id, node)| out += &format!("{indent}  {id}{}\n", drawn(node)));
            let _ = writeln!(out, "{indent}end");
        }
        for (id, node) in ids.iter().zip(&graph.nodes).filter(|(_, node)| node.namespace().is_none()) {
            let _ = writeln!(out, "{indent}{id}{}", drawn(node));
        }
        for edge in &graph.edges {
            let (Some(from), Some(to)) = (ids.get(edge.from), ids.get(edge.to)) else { continue };
            let arrow = if edge.in_part { "-.->" } else { "-->" };
            let _ = writeln!(out, "{indent}{from} {arrow}|{}| {to}", quoted(&label(edge)));
        }
        if cluster.is_some() {
            out += "  end\n";
        }
    }
    out
}

fn drawn(node: &Node) -> String {
    let text = match node.detail.as_str() {
        "" => quoted(&node.name),
        detail => format!("\"{}<br>{}\"", escaped(&node.name), escaped(detail)),
    };
    match node.shape {
        Shape::Workload => format!("[{text}]"),
        Shape::All => format!("([{text}])"),
        Shape::Namespace | Shape::Group => format!("[[{text}]]"),
        Shape::Cluster => format!("[/{text}/]"),
        Shape::Outside => format!("{{{{{text}}}}}"),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// A text between double quotes. What is neither a letter nor plainly harmless is written as its number, `#34;` for a
/// quote: quotes would end the text, `<` begin an element, and `*`, `_` and a back tick are Markdown there.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\n' => out += "<br>",
            c if c.is_alphanumeric() || " ,./:-=()!".contains(c) => out.push(c),
            c => {
                let _ = write!(out, "#{};", u32::from(c));
            }
        }
    }
    out
}
