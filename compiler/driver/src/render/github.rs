//! Workflow commands of GitHub Actions.
//!
//! Source: GitHub documentation, "Workflow commands for GitHub Actions"; the escapes are those of its toolkit.

use netpol_diagnostics::{Diagnostic, Severity};

use super::View;
use super::place::place_of;
use super::sarif::message;

pub(crate) fn render_github(diagnostics: &[Diagnostic], view: &View<'_>) -> String {
    diagnostics.iter().map(|diagnostic| command(diagnostic, view)).collect()
}

fn command(diagnostic: &Diagnostic, view: &View<'_>) -> String {
    let word = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let place = match &diagnostic.primary {
        Some(label) => {
            let place = place_of(label.span, view);
            let mut properties = format!("file={},line={},", property(&place.path), place.line);
            // A column needs its end, and both are for one line only.
            if place.line == place.end_line {
                properties.push_str(&format!("col={},endColumn={},", place.column, place.end_column));
            } else {
                properties.push_str(&format!("endLine={},", place.end_line));
            }
            properties
        }
        None => String::new(),
    };
    format!(
        "::{word} {place}title={}::{}\n",
        property(&diagnostic.code.to_string()),
        data(&message(diagnostic))
    )
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
