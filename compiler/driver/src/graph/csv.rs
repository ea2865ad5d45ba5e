//! The arrows as CSV (RFC 4180): lines end in CRLF, every field is quoted.

use super::topology::{Edge, Graph};
use super::words::{label, named};

const HEADER: &str = "cluster,from namespace,from,to namespace,to,ports,in part";

/// A line for each arrow; what a field begins with is no formula of a spreadsheet, since names begin with a letter.
pub(super) fn render(graphs: &[Graph]) -> String {
    let mut text = format!("{HEADER}\r\n");
    for graph in graphs {
        for edge in &graph.edges {
            let (Some(from), Some(to)) = (graph.nodes.get(edge.from), graph.nodes.get(edge.to)) else {
                continue;
            };
            let ports = label(&Edge { in_part: false, ..edge.clone() });
            let fields = [
                graph.cluster.as_deref().unwrap_or_default().to_owned(),
                from.namespace().map(|name| name.to_string()).unwrap_or_default(),
                named(from),
                to.namespace().map(|name| name.to_string()).unwrap_or_default(),
                named(to),
                ports,
                if edge.in_part { "yes" } else { "no" }.to_owned(),
            ];
            text += &fields.map(|field| format!("\"{}\"", field.replace('"', "\"\""))).join(",");
            text += "\r\n";
        }
    }
    text
}
