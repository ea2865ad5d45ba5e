//! The published tables and answers of cyclonus, and the pods it asked about.

use std::path::Path;

use serde_json::{Value, json};

/// A cell of a published table: source and destination as `namespace/name`, and whether the connection passes.
pub type Cell = (String, String, bool);

/// The combined tables, one for each probe, of the probes whose port every pod serves.
pub fn tables(path: &Path) -> Vec<Vec<Cell>> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut tables = Vec::new();
    for part in text.split("Combined:").skip(1) {
        let cells = |line: &str| -> Vec<String> {
            line.trim_matches('|').split('|').map(|cell| cell.trim().to_lowercase()).collect()
        };
        let lines = part.lines().skip_while(|line| line.trim().is_empty());
        let rows: Vec<Vec<String>> = lines
            .take_while(|line| line.starts_with(['+', '|']))
            .filter(|line| line.starts_with('|'))
            .map(cells)
            .collect();
        let Some((head, body)) = rows.split_first() else { continue };
        let table: Vec<(String, String, String)> = body
            .iter()
            .flat_map(|row| {
                let columns = head.iter().zip(row).skip(1);
                columns.map(|(to, cell)| (row[0].clone(), to.clone(), cell.clone())).collect::<Vec<_>>()
            })
            .collect();
        if table.iter().all(|(_, _, cell)| [".", "x"].contains(&&**cell)) && !table.is_empty() {
            tables.push(table.into_iter().map(|(from, to, cell)| (from, to, cell == ".")).collect());
        }
    }
    tables
}

/// The pods of a probe file, as a manifest, and the ports probed.
pub fn probe(path: &Path) -> (String, Vec<(String, u16)>) {
    let value: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let resources = &value["Resources"];
    let mut items: Vec<Value> = Vec::new();
    for (name, labels) in resources["Namespaces"].as_object().unwrap() {
        items.push(namespace(name, labels));
    }
    for one in resources["Pods"].as_array().unwrap() {
        items.push(pod(one["Name"].as_str().unwrap(), &one["Namespace"], &one["Labels"], &one["Containers"]));
    }
    let probes = value["Probes"].as_array().unwrap().iter();
    let probes = probes.map(|one| {
        (one["Protocol"].as_str().unwrap().to_owned(), u16::try_from(one["Port"].as_u64().unwrap()).unwrap())
    });
    (list(items), probes.collect())
}

/// One question of a traffic file: the pods it speaks of as a manifest, with an end that is no pod where none is given.
pub struct Question {
    pub manifest: String,
    pub source: Option<String>,
    pub destination: Option<String>,
    pub outside: std::net::Ipv4Addr,
    pub port: u16,
}

/// The questions of a traffic file.
pub fn questions(path: &Path) -> Vec<Question> {
    let value: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let question = |one: &Value| {
        let mut items = Vec::new();
        let mut outside = std::net::Ipv4Addr::UNSPECIFIED;
        let mut end = |key: &str, name: &str| {
            let internal = one[key].get("Internal");
            if internal.is_none() {
                outside = one[key]["IP"].as_str().unwrap().parse().unwrap();
            }
            let internal = internal?;
            let space = &internal["Namespace"];
            items.push(namespace(space.as_str()?, &internal["NamespaceLabels"]));
            items.push(pod(name, space, &internal["PodLabels"], &Value::Null));
            Some(format!("{}/{name}[Pod]", space.as_str()?))
        };
        let (source, destination) = (end("Source", "source"), end("Destination", "destination"));
        assert_eq!(one["Protocol"], "TCP");
        let port = u16::try_from(one["ResolvedPort"].as_u64().unwrap()).unwrap();
        Question { manifest: list(items), source, destination, outside, port }
    };
    value.as_array().unwrap().iter().map(question).collect()
}

/// The published answers to the questions.
pub fn answers(path: &Path) -> Vec<bool> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().filter(|line| line.contains("IS ALLOWED?")).map(|line| line.contains("TRUE")).collect()
}

fn namespace(name: &str, labels: &Value) -> Value {
    json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})
}

fn pod(name: &str, namespace: &Value, labels: &Value, containers: &Value) -> Value {
    let ports = |one: &Value| {
        let protocol = one["Protocol"].as_str().unwrap().to_uppercase();
        json!({"ports": [{"containerPort": one["Port"], "name": one["PortName"], "protocol": protocol}]})
    };
    let containers: Vec<Value> = containers.as_array().into_iter().flatten().map(ports).collect();
    json!({
        "apiVersion": "v1", "kind": "Pod", "spec": {"containers": containers},
        "metadata": {"name": name, "namespace": namespace, "labels": labels},
    })
}

fn list(items: Vec<Value>) -> String {
    json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string()
}
