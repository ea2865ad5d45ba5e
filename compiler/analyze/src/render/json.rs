//! The answer as one JSON object.

use std::collections::BTreeMap;

use netpol_flow::{PortRange, Side};
use serde::Serialize;

use super::words::ranges;
use crate::answer::{Answer, Connection, End};
use crate::cluster::Name;

/// One object: the plug-in, the workloads, the connections between them and with outside.
pub fn json(answer: &Answer) -> String {
    let open: [Vec<&Name>; 2] = [Side::Ingress, Side::Egress].map(|side| answer.open(side).collect());
    let workload = |name| {
        let [ingress, egress] =
            [0, 1].map(|at: usize| open.get(at).is_some_and(|o| o.binary_search(&name).is_ok()));
        Workload { name: of_name(name), unlimited_ingress: ingress, unlimited_egress: egress }
    };
    let document = Document {
        plugin: answer.plugin.word(),
        workloads: answer.workloads().map(workload).collect(),
        host_network: answer.on_host.iter().map(of_name).collect(),
        connections: answer.connections().map(of_connection).collect(),
        passed_over: &answer.passed_over,
    };
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Document<'a> {
    plugin: &'a str,
    workloads: Vec<Workload<'a>>,
    host_network: Vec<Named<'a>>,
    connections: Vec<Row<'a>>,
    passed_over: &'a BTreeMap<String, usize>,
}

#[derive(Serialize)]
struct Workload<'a> {
    #[serde(flatten)]
    name: Named<'a>,
    unlimited_ingress: bool,
    unlimited_egress: bool,
}

#[derive(Serialize)]
struct Named<'a> {
    namespace: &'a str,
    name: &'a str,
    kind: &'a str,
}

#[derive(Serialize)]
struct Row<'a> {
    source: Place<'a>,
    destination: Place<'a>,
    every_port: bool,
    ports: Vec<Ports>,
    /// Where only some HTTP requests pass.
    filtered_ports: Vec<Ports>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Place<'a> {
    Workload(Named<'a>),
    Outside { outside: Vec<String>, names: Vec<String> },
    Controller { controller: &'a str },
}

#[derive(Serialize)]
struct Ports {
    protocol: &'static str,
    first: u16,
    last: u16,
}

fn of_name(name: &Name) -> Named<'_> {
    Named { namespace: &name.namespace, name: &name.name, kind: &name.kind }
}

fn of_connection(connection: Connection<'_>) -> Row<'_> {
    let Connection { source, destination, traffic } = connection;
    let place = |end| match end {
        End::Workload(name) => Place::Workload(of_name(name)),
        End::Controller => Place::Controller { controller: "ingress" },
        End::Outside(outside) => Place::Outside {
            outside: ranges(&outside.addresses),
            names: outside.names.iter().map(ToString::to_string).collect(),
        },
    };
    Row {
        source: place(source),
        destination: place(destination),
        every_port: traffic.is_all(),
        ports: traffic.ports().iter().map(of_range).collect(),
        filtered_ports: traffic.filtered_ports().iter().map(of_range).collect(),
    }
}

fn of_range(range: &PortRange) -> Ports {
    Ports { protocol: range.protocol.name(), first: range.first, last: range.last }
}
