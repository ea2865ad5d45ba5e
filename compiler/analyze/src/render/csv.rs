//! The answer as CSV: one line for each connection.

use std::fmt::Write;

use super::words::{end, ports};
use crate::answer::{Answer, End};

/// Columns: both ends with their kinds, the ports on which everything passes, and those on which some HTTP requests do.
///
/// Several addresses, names or ports stand in one field with a space between. No field holds a comma, a quote or a line
/// end: names are DNS names, and the rest is written here.
pub fn csv(answer: &Answer) -> String {
    let mut text = "source,source_kind,destination,destination_kind,ports,filtered_ports\n".to_owned();
    for connection in answer.connections() {
        let whole = match connection.traffic.is_all() {
            true => "every".to_owned(),
            false => ports(&connection.traffic.ports()).join(" "),
        };
        let _ = writeln!(
            text,
            "{},{},{},{},{whole},{}",
            end(connection.source, " "),
            kind(connection.source),
            end(connection.destination, " "),
            kind(connection.destination),
            ports(&connection.traffic.filtered_ports()).join(" ")
        );
    }
    text
}

fn kind(end: End<'_>) -> &str {
    match end {
        End::Workload(name) => &name.kind,
        End::Outside(_) => "outside",
        End::Controller => "controller",
    }
}
