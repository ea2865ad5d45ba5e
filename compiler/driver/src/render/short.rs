//! One line for each diagnostic, as compilers write it and editors read it.

use netpol_diagnostics::Diagnostic;

use super::clean::clean;
use super::place::place_of;
use super::{View, severity_word};

pub(crate) fn render_short(diagnostics: &[Diagnostic], view: &View<'_>) -> String {
    diagnostics.iter().map(|diagnostic| format!("{}\n", line_of(diagnostic, view))).collect()
}

/// `shop.netpol:5:3: error[NP0201]: no workload is named `wbe``
pub(crate) fn line_of(diagnostic: &Diagnostic, view: &View<'_>) -> String {
    let said = format!("{}[{}]: {}", severity_word(diagnostic.severity), diagnostic.code, diagnostic.title);
    let line = match &diagnostic.primary {
        Some(label) => {
            let place = place_of(label.span, view);
            format!("{}:{}:{}: {said}", place.path, place.line, place.column)
        }
        None => said,
    };
    clean(&line).replace('\n', " ")
}
