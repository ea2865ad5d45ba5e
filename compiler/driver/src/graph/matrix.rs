//! A table: who calls stands at the left, who is called above, the ports where they meet.

use std::collections::BTreeMap;

use super::topology::Graph;
use super::words::{full_name, label};

/// Wider tables have numbers above, and their names below.
const WIDEST: usize = 110;

/// A table for each cluster.
pub(super) fn render(graphs: &[Graph]) -> String {
    let tables = graphs.iter().map(|graph| {
        let title = graph.cluster.as_ref().filter(|_| graphs.len() > 1);
        title.map(|name| format!("cluster {name}\n\n")).unwrap_or_default() + &table(graph)
    });
    tables.collect::<Vec<String>>().join("\n")
}

fn table(graph: &Graph) -> String {
    if graph.edges.is_empty() {
        return "nothing may reach anything\n".to_owned();
    }
    let name = |at: usize| graph.nodes.get(at).map(full_name).unwrap_or_default();
    let mut rows: BTreeMap<usize, BTreeMap<usize, String>> = BTreeMap::new();
    let mut called: Vec<usize> = Vec::new();
    for edge in &graph.edges {
        let cell = rows.entry(edge.from).or_default().entry(edge.to).or_default();
        *cell = [cell.as_str(), &label(edge)]
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join("; ");
        called.push(edge.to);
    }
    called.sort_unstable();
    called.dedup();
    let named = grid(&rows, &called, &name, &|_, column| name(column));
    if named.lines().all(|line| line.chars().count() <= WIDEST) {
        return named;
    }
    let mut out = grid(&rows, &called, &name, &|at, _| format!("[{}]", at + 1));
    out.push('\n');
    for (at, column) in called.iter().enumerate() {
        out += &format!("[{}] {}\n", at + 1, name(*column));
    }
    out
}

/// The cells, each column as wide as its widest.
fn grid(
    rows: &BTreeMap<usize, BTreeMap<usize, String>>,
    called: &[usize],
    name: &dyn Fn(usize) -> String,
    heading: &dyn Fn(usize, usize) -> String,
) -> String {
    let mut lines: Vec<Vec<String>> = vec![vec!["from \\ to".to_owned()]];
    lines.iter_mut().for_each(|head| {
        head.extend(called.iter().enumerate().map(|(at, column)| heading(at, *column)));
    });
    for (row, cells) in rows {
        let cell = |column: &usize| cells.get(column).cloned().unwrap_or_else(|| ".".to_owned());
        lines.push(std::iter::once(name(*row)).chain(called.iter().map(cell)).collect());
    }
    let mut widths = vec![0; called.len() + 1];
    for line in &lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut out = String::new();
    for line in &lines {
        let padded = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        out += padded.collect::<Vec<String>>().join("  ").trim_end();
        out.push('\n');
    }
    out
}
