//! The published lists of np-guard's network policy analyzer, in each of their formats.

use std::path::Path;

/// A line: two ends, and what passes.
pub type Line = (String, String, String);

/// The connections a published list states; an exposure report begins with them.
pub fn connections(path: &Path) -> Vec<Line> {
    let text = std::fs::read_to_string(path).unwrap();
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("json") => json_lines(&text),
        Some("csv") => table(text.lines().map(csv_cells)),
        Some("md") => table(text.lines().map(markdown_cells)),
        Some("txt") => text
            .lines()
            .take_while(|line| !line.starts_with("Exposure Analysis Result"))
            .filter_map(|line| {
                let (source, rest) = line.split_once(" => ")?;
                let (destination, ports) = rest.split_once(" : ")?;
                Some((source.to_owned(), destination.to_owned(), ports.to_owned()))
            })
            .collect(),
        other => panic!("{} in {other:?}", path.display()),
    }
}

/// The lines of a published comparison: two ends, what passed first, and what passed then.
pub fn changes(path: &Path) -> Vec<(String, String, String, String)> {
    let text = std::fs::read_to_string(path).unwrap();
    let of_cells = |cells: Vec<String>| match &cells[..] {
        [kind, source, destination, before, after, ..]
            if ["added", "removed", "changed"].contains(&&**kind) =>
        {
            Some((source.clone(), destination.clone(), before.clone(), after.clone()))
        }
        _ => None,
    };
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("csv") => text.lines().map(csv_cells).filter_map(of_cells).collect(),
        Some("md") => text.lines().map(markdown_cells).filter_map(of_cells).collect(),
        Some("txt") => text.lines().map(named_cells).filter_map(of_cells).collect(),
        other => panic!("{} in {other:?}", path.display()),
    }
}

fn json_lines(text: &str) -> Vec<Line> {
    let value: serde_json::Value = serde_json::from_str(text).unwrap();
    let list = value.get("connlist_results").unwrap_or(&value);
    let text = |row: &serde_json::Value, key: &str| row[key].as_str().unwrap().to_owned();
    list.as_array()
        .into_iter()
        .flatten()
        .map(|row| (text(row, "src"), text(row, "dst"), text(row, "conn")))
        .collect()
}

/// The first table with the columns of a list, up to whatever follows it.
fn table(rows: impl Iterator<Item = Vec<String>>) -> Vec<Line> {
    let rows = rows.skip_while(|cells| *cells != ["src", "dst", "conn"]).skip(1);
    let rows = rows.take_while(|cells| cells.len() == 3 && !cells[0].contains("Exposure"));
    rows.filter(|cells| !cells[0].starts_with("--"))
        .map(|cells| (cells[0].clone(), cells[1].clone(), cells[2].clone()))
        .collect()
}

fn csv_cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            _ => cells.last_mut().unwrap().push(letter),
        }
    }
    cells
}

fn markdown_cells(line: &str) -> Vec<String> {
    let inner = line.trim().trim_start_matches('|').trim_end_matches('|');
    inner.split('|').map(|cell| cell.trim().to_owned()).collect()
}

/// `diff-type: changed, source: a, destination: b, ref1: TCP 80,443, ref2: No Connections`.
fn named_cells(line: &str) -> Vec<String> {
    let names =
        ["diff-type: ", ", source: ", ", destination: ", ", ref1: ", ", ref2: ", ", workloads-diff-info: "];
    let mut cells = Vec::new();
    let mut rest = line.strip_prefix(names[0]).unwrap_or_default();
    for name in &names[1..] {
        match rest.split_once(name) {
            Some((cell, after)) => {
                cells.push(cell.to_owned());
                rest = after;
            }
            None => break,
        }
    }
    cells.push(rest.to_owned());
    cells
}
