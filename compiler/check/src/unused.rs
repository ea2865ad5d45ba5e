//! Nouns, patterns and imports that nothing uses.
//!
//! Told only where the text has no error, so that a misspelt use is not told twice. Workloads and tiers of a
//! namespace are never told: other projects, tests and inventories name them.

use std::collections::BTreeSet;

use netpol_diagnostics::{Code, Diagnostic, Sources, Span};
use netpol_syntax::tree::{Item, ItemKind, Name};

use crate::report::Report;
use crate::scope::modules::{FileKind, Project};

/// Tells what is declared in the project and used by nothing.
pub(crate) fn tell_unused(
    project: &Project<'_>,
    used: &BTreeSet<Span>,
    sources: &Sources,
    report: &mut Report,
) {
    for file in project.files.iter().filter(|file| file.kind != FileKind::Library) {
        for import in file.imports.values().filter(|import| !used.contains(&import.span)) {
            tell(import.span, import.span, "import", sources, report);
        }
        if file.kind == FileKind::Project {
            tell_items(&file.tree.items, file.tree.header.is_none(), used, sources, report);
        }
    }
}

fn tell_items(items: &[Item], top: bool, used: &BTreeSet<Span>, sources: &Sources, report: &mut Report) {
    for item in items {
        let (word, name): (&str, &Name) = match &item.kind {
            ItemKind::Net { name, .. } => ("net", name),
            ItemKind::Domain { name, .. } => ("domain", name),
            ItemKind::Port { name, .. } => ("port", name),
            ItemKind::Group { name, .. } => ("group", name),
            ItemKind::Pattern { name, .. } if top => ("pattern", name),
            ItemKind::Workload(workload) if top && !workload.within.is_empty() => {
                ("workload", &workload.name)
            }
            ItemKind::Namespace { body, .. }
            | ItemKind::App { body, .. }
            | ItemKind::Guardrail { body, .. } => {
                tell_items(body, false, used, sources, report);
                continue;
            }
            ItemKind::Cluster(_)
            | ItemKind::Tenant { .. }
            | ItemKind::Baseline { .. }
            | ItemKind::Pattern { .. }
            | ItemKind::Test { .. }
            | ItemKind::Mode { .. }
            | ItemKind::Workload(_)
            | ItemKind::Tiers { .. }
            | ItemKind::Apply { .. }
            | ItemKind::Waive { .. }
            | ItemKind::Require(_)
            | ItemKind::Expose { .. }
            | ItemKind::Deny(_)
            | ItemKind::Allow(_)
            | ItemKind::Except(_)
            | ItemKind::Can(_)
            | ItemKind::Cannot(_)
            | ItemKind::Flow(_) => continue,
        };
        if !used.contains(&name.span) {
            tell(name.span, item.span, word, sources, report);
        }
    }
}

fn tell(place: Span, statement: Span, word: &str, sources: &Sources, report: &mut Report) {
    let found = Diagnostic::new(Code(209), format!("nothing uses this {word}")).at(place, "not used");
    report.add(&[], found.fix("remove the line", whole_lines(statement, sources), ""));
}

/// The statement with the rest of its line, if nothing else stands there.
fn whole_lines(statement: Span, sources: &Sources) -> Span {
    let text = &sources.file(statement.file).text;
    let behind = text.get(statement.end as usize..).unwrap_or_default();
    let rest = behind.find('\n').map_or(behind.len(), |at| at + 1);
    let blank = behind.get(..rest).is_some_and(|rest| rest.trim().is_empty());
    if blank { Span { end: statement.end + rest as u32, ..statement } } else { statement }
}
