//! The topology of a policy: who may reach whom, as the sources mean it, for people to look at.
//!
//! An arrow is drawn where a line speaks of it and the connection passes at both ends: guardrails, fences, modes and the
//! consent of the other side are counted, by the sets that `netpol test` proves with. A whole arrow says that every
//! connection of it passes; a dashed one that some do. What no line speaks of is not drawn, even where nobody decides.

mod topology;
mod words;
mod nodes;
mod lines;
mod edges;
mod join;
mod namespaces;
mod ids;
mod mermaid;
mod dot;
mod matrix;
mod csv;

#[cfg(test)]
mod tests;

use netpol_diagnostics::nearest;
use netpol_flow::{Date, SortedSet, Text};

use crate::compile::Compiled;
use crate::render::clean::clean;
use topology::{Graph, Shape};

/// The most arrows that are drawn between workloads where nothing is said; more are drawn between namespaces.
const MOST_ARROWS: usize = 200;

/// Mermaid refuses a text with this many arrows, unless the page that shows it raises `maxEdges`.
const MERMAID_ARROWS: usize = 500;

/// Mermaid refuses a longer text, unless the page that shows it raises `maxTextSize`.
const MERMAID_TEXT: usize = 50_000;

/// How a graph is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GraphFormat {
    /// A flowchart of Mermaid.
    Mermaid,
    /// The language of Graphviz.
    Dot,
    /// A table, rows calling columns.
    Matrix,
    /// A line for each arrow.
    Csv,
}

/// What the nodes of a graph are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GraphBy {
    /// Workloads, in their namespaces.
    Workload,
    /// Namespaces; an arrow says that something of the one may reach something of the other.
    Namespace,
}

/// What is drawn, and how.
#[derive(Clone, Debug)]
pub struct GraphOptions {
    /// How it is written.
    pub format: GraphFormat,
    /// Only these namespaces and what they exchange; everything where none is named.
    pub namespaces: Vec<String>,
    /// What the nodes are; by the size of the graph where nothing is said.
    pub by: Option<GraphBy>,
}

/// A graph as text, and what is to be said beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// The text.
    pub text: String,
    /// What a reader of the text should know, a sentence each.
    pub notes: Vec<String>,
}

/// Draws the topology on a day, every cluster of the project beside the others.
///
/// Errs where a namespace is asked for that no cluster has, and where a policy falls into too many pieces to be known.
pub fn graph(compiled: &Compiled, options: &GraphOptions, as_of: Date) -> Result<Drawn, String> {
    let chosen = chosen(compiled, &options.namespaces)?;
    let views = compiled.views.iter();
    let known = views.map(|view| edges::topology(view, as_of, chosen.as_ref()));
    let known: Vec<Graph> = known.collect::<Result<_, String>>()?;
    // A program that reads lines wants each on its own.
    let is_for_people = options.format != GraphFormat::Csv;
    let joined = |mut graph: Graph, shape| {
        if is_for_people {
            join::join_alike(&mut graph, shape);
        }
        graph
    };
    let mut graphs: Vec<Graph> = known.iter().map(|graph| joined(graph.clone(), Shape::All)).collect();
    let arrows = count(&graphs);
    let is_large = arrows > MOST_ARROWS && is_for_people;
    let by = options.by.unwrap_or(if is_large { GraphBy::Namespace } else { GraphBy::Workload });
    let mut notes = Vec::new();
    if by == GraphBy::Namespace {
        let known = known.iter().map(namespaces::by_namespace);
        graphs = known.map(|graph| joined(graph, Shape::Namespace)).collect();
        if is_for_people {
            graphs.iter_mut().for_each(namespaces::join_twins);
        }
    }
    if options.by.is_none() && by == GraphBy::Namespace {
        notes.push(format!(
            "{arrows} arrows are too many to read, so namespaces are drawn: `--namespace NAME` shows the workloads of one, \
             `--by workload` all of them"
        ));
    }
    let text = match options.format {
        GraphFormat::Mermaid => mermaid::render(&graphs),
        GraphFormat::Dot => dot::render(&graphs),
        GraphFormat::Matrix => matrix::render(&graphs),
        GraphFormat::Csv => csv::render(&graphs),
    };
    let text = clean(&text).into_owned();
    if options.format == GraphFormat::Mermaid
        && (count(&graphs) >= MERMAID_ARROWS || text.len() > MERMAID_TEXT)
    {
        notes.push("most pages refuse a Mermaid text of this size: `--format dot` has no limit".to_owned());
    }
    Ok(Drawn { text, notes })
}

fn count(graphs: &[Graph]) -> usize {
    graphs.iter().map(|graph| graph.edges.len()).sum()
}

impl Compiled {
    /// Keeps the errors with which a graph would mislead: of the text, of consent and of guardrails. Lines that have
    /// lapsed, paperwork and tests that fail change nothing of what is open.
    pub fn keep_what_misleads(&mut self) {
        self.keep_errors(600);
    }
}

/// The namespaces that were asked for; none for all.
fn chosen(compiled: &Compiled, names: &[String]) -> Result<Option<SortedSet<Text>>, String> {
    let mut known: Vec<&Text> = compiled.views.iter().flat_map(|view| view.namespaces.keys()).collect();
    known.sort_unstable();
    known.dedup();
    let is_system = |name: &String| compiled.views.iter().any(|view| view.cluster.system.contains(&**name));
    for name in names {
        if known.iter().any(|known| ***known == **name) || is_system(name) {
            continue;
        }
        let help = match nearest(name, known.iter().map(|name| &***name)) {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => "the project declares none".to_owned(),
            None => format!("the project declares {}", words::listed(&known)),
        };
        return Err(format!("no namespace is named `{name}`: {help}"));
    }
    let names: SortedSet<Text> = names.iter().map(|name| Text::from(name.as_str())).collect();
    Ok((!names.is_empty()).then_some(names))
}
