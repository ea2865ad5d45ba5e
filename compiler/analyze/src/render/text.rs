//! The answer for people: a table of who may reach whom, and what no policy limits.

use std::collections::BTreeMap;
use std::fmt::Write;

use netpol_flow::Side;

use super::words::{end, ports};
use crate::answer::{Answer, Connection, End};
use crate::cluster::Name;
use crate::traffic::Traffic;

/// A line for each connection; where a workload may reach every workload on the same ports, one line for all of them.
pub fn text(answer: &Answer) -> String {
    let namer = Namer::of(answer);
    let mut rows: Vec<[String; 3]> = Vec::new();
    let incoming = answer.of_outside().chain(answer.of_controller());
    rows.extend(incoming.map(|c| [namer.word(c.source), namer.word(c.destination), words(c.traffic)]));
    for (source, connections) in answer.by_source() {
        let from = namer.word(End::Workload(source));
        match everyone(answer, &connections) {
            Some(traffic) => {
                rows.push([from.clone(), "every workload".to_owned(), words(traffic)]);
                let outside = connections.iter().filter(|c| matches!(c.destination, End::Outside(_)));
                rows.extend(outside.map(|c| [from.clone(), namer.word(c.destination), words(c.traffic)]));
            }
            None => rows.extend(
                connections.iter().map(|c| [from.clone(), namer.word(c.destination), words(c.traffic)]),
            ),
        }
    }
    let mut text = table(&rows);
    let mut section = |heading: &str, names: &mut dyn Iterator<Item = String>| {
        let mut names = names.peekable();
        if names.peek().is_some() {
            let _ = writeln!(text, "\n{heading}:");
            names.for_each(|name| _ = writeln!(text, "  {name}"));
        }
    };
    let mut called = |names: Vec<&Name>, heading: &str| {
        section(heading, &mut names.into_iter().map(|name| namer.word(End::Workload(name))));
    };
    called(answer.open(Side::Ingress).collect(), "Nothing limits who may reach");
    called(answer.open(Side::Egress).collect(), "Nothing limits whom these may reach");
    called(answer.alone(), "Without any connection");
    let on_host = answer.on_host.iter().map(|name| format!("{name} ({})", name.kind));
    section("On the host network, so part of a node, and not told", &mut { on_host });
    text
}

/// The columns, each as wide as its widest cell, but for very long ones.
fn table(rows: &[[String; 3]]) -> String {
    if rows.is_empty() {
        return "No workload may reach another, or any address outside, or be reached from there.\n"
            .to_owned();
    }
    const WIDEST: usize = 48;
    let width = |column: usize, heading: &str| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.filter(|width| *width <= WIDEST).max().unwrap_or(0).max(heading.len())
    };
    let (from, to) = (width(0, "FROM"), width(1, "TO"));
    let mut text = format!("{:from$}  {:to$}  PORTS\n", "FROM", "TO");
    for [source, destination, ports] in rows {
        let _ = writeln!(text, "{source:from$}  {destination:to$}  {ports}");
    }
    text
}

/// What the connections to workloads have in common, where they lead to every workload.
fn everyone<'a>(answer: &Answer, connections: &[Connection<'a>]) -> Option<&'a Traffic> {
    let mut inside = connections.iter().filter(|c| matches!(c.destination, End::Workload(_)));
    let first = inside.next()?;
    let others = inside.clone().count();
    let itself = usize::from(matches!(first.source, End::Workload(name) if &*name.kind == "Pod"));
    let is_every = others >= 2 && others + 1 + itself == answer.workloads().len();
    (is_every && inside.all(|c| c.traffic == first.traffic)).then_some(first.traffic)
}

/// `8080/TCP, 53/UDP`, `every port`.
fn words(traffic: &Traffic) -> String {
    if traffic.is_all() {
        return "every port".to_owned();
    }
    let mut parts = ports(&traffic.ports());
    parts.extend(
        ports(&traffic.filtered_ports()).into_iter().map(|port| format!("{port} (some HTTP requests)")),
    );
    parts.join(", ")
}

/// Says what a workload is called, with its kind where two would be called the same.
struct Namer<'a> {
    called: BTreeMap<(&'a str, &'a str), usize>,
}

impl<'a> Namer<'a> {
    fn of(answer: &'a Answer) -> Namer<'a> {
        let mut called = BTreeMap::new();
        for name in answer.workloads() {
            *called.entry((&*name.namespace, &*name.name)).or_default() += 1;
        }
        Namer { called }
    }

    fn word(&self, which: End<'_>) -> String {
        match which {
            End::Workload(name) if self.called.get(&(&*name.namespace, &*name.name)) > Some(&1) => {
                format!("{name} ({})", name.kind)
            }
            End::Outside(outside) if outside.names.is_empty() && outside.addresses.is_all() => {
                "outside".to_owned()
            }
            End::Workload(_) | End::Outside(_) | End::Controller => end(which, ", "),
        }
    }
}
