//! The answer for people: a table of who may reach whom, and what no policy limits.

use std::collections::BTreeMap;
use std::fmt::Write;

use netpol_flow::Side;

use super::shared::Shared;
use super::words::{blocks, end, ports};
use crate::answer::{Answer, Connection, End};
use crate::cluster::Name;
use crate::traffic::Traffic;

/// A line for each connection; what every workload may reach, or a workload every other, is one line.
pub fn text(answer: &Answer) -> String {
    let namer = Namer::of(answer);
    let shared = Shared::of(answer);
    let mut rows = shared_rows(answer, &shared, &namer);
    let row = |c: Connection<'_>| [namer.word(c.source), namer.word(c.destination), words(c.traffic)];
    let incoming = answer.of_outside().filter(|c| !shared.says(c)).chain(answer.of_controller());
    rows.extend(incoming.map(row));
    for (source, connections) in answer.by_source() {
        let everyone = everyone(answer, &connections);
        // Without this every line of a cluster where nothing is limited would stand here twice.
        let is_said = shared.reached.len() == answer.workloads().len();
        if let (Some(traffic), false) = (everyone, is_said) {
            rows.push([namer.word(End::Workload(source)), EVERY.to_owned(), words(traffic)]);
        }
        let is_left = |c: &Connection<'_>| match c.destination {
            End::Workload(_) => everyone.is_none() && !shared.says(c),
            End::Outside(_) | End::Controller => !shared.says(c),
        };
        rows.extend(connections.into_iter().filter(is_left).map(row));
    }
    let mut text = table(&rows);
    let mut section = |heading: &str, names: Vec<String>| {
        if !names.is_empty() {
            let _ = writeln!(text, "\n{heading}:");
            names.iter().for_each(|name| _ = writeln!(text, "  {name}"));
        }
    };
    let called = |names: Vec<&Name>| match names.len() {
        all if all > 1 && all == answer.workloads().len() => vec![format!("{EVERY}, all {all} of them")],
        _ => names.into_iter().map(|name| namer.word(End::Workload(name))).collect(),
    };
    section("Nothing limits who may reach", called(answer.open(Side::Ingress).collect()));
    section("Nothing limits whom these may reach", called(answer.open(Side::Egress).collect()));
    section("Without any connection", called(answer.alone()));
    let on_host = answer.on_host.iter().map(|name| format!("{name} ({})", name.kind));
    section("On the host network, so part of a node, and not told", on_host.collect());
    text
}

const EVERY: &str = "every workload";

/// A line for what all workloads have in common.
fn shared_rows(answer: &Answer, shared: &Shared<'_>, namer: &Namer<'_>) -> Vec<[String; 3]> {
    let mut rows = Vec::new();
    for outside in &shared.taken {
        rows.push([namer.word(End::Outside(outside)), EVERY.to_owned(), words(&outside.traffic)]);
    }
    let mut traffics = shared.reached.values();
    let same = traffics.next().filter(|first| traffics.all(|other| other == *first));
    match same {
        Some(traffic) if shared.reached.len() == answer.workloads().len() => {
            rows.push([EVERY.to_owned(), EVERY.to_owned(), words(traffic)]);
        }
        Some(_) | None => rows.extend(
            shared
                .reached
                .iter()
                .map(|(name, traffic)| [EVERY.to_owned(), namer.word(End::Workload(name)), words(traffic)]),
        ),
    }
    for outside in &shared.sent {
        rows.push([EVERY.to_owned(), namer.word(End::Outside(outside)), words(&outside.traffic)]);
    }
    rows
}

/// The columns, each as wide as its widest cell, but for very long ones.
fn table(rows: &[[String; 3]]) -> String {
    if rows.is_empty() {
        return "No workload may reach another, or any address outside, or be reached from there.\n"
            .to_owned();
    }
    const WIDEST: usize = 64;
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
            End::Outside(outside) if outside.names.is_empty() => blocks(&outside.addresses),
            End::Workload(_) | End::Outside(_) | End::Controller => end(which, ", "),
        }
    }
}
