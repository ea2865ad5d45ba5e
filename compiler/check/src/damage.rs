//! Which files mistakes have been found in, and what can still be said of the others.
//!
//! A line left out for a mistake of its own can make another look wrong: an arrow whose `expose` was left out, a test
//! whose rule was. So where a file has a mistake, nothing is said of connections that a namespace of that file is an end
//! of. A mistake in what the platform writes for everybody, or in a noun or pattern that every file may name, keeps
//! the checks of all namespaces waiting.

use std::collections::{BTreeMap, BTreeSet};

use netpol_diagnostics::{Diagnostic, FileId, Severity};
use netpol_flow::Text;
use netpol_syntax::tree::ItemKind;

use crate::scope::names::Context;

/// The files with mistakes, and the namespaces they declare; `None` where a mistake may bear on every file.
#[derive(Debug)]
pub(crate) struct Damage {
    files: BTreeSet<FileId>,
    namespaces: BTreeSet<Text>,
}

impl Damage {
    /// What the mistakes said so far damage.
    pub(crate) fn of(cx: &Context<'_>) -> Option<Damage> {
        let files: BTreeSet<FileId> = cx.report.mistaken().collect::<Option<_>>()?;
        let is_apart = |kind: &ItemKind| matches!(kind, ItemKind::Namespace { .. } | ItemKind::Test { .. });
        for file in cx.project.files.iter().filter(|file| files.contains(&file.tree.file)) {
            if file.tree.header.is_none() && !file.tree.items.iter().all(|item| is_apart(&item.kind)) {
                return None;
            }
        }
        let places: BTreeMap<&Text, Option<FileId>> = cx
            .namespaces
            .iter()
            .map(|(name, declared)| (name, declared.place.map(|place| place.file)))
            .collect();
        if places.values().any(Option::is_none) {
            return None;
        }
        let is_inside = |file: &Option<FileId>| file.is_some_and(|file| files.contains(&file));
        let inside = places.into_iter().filter(|(_, file)| is_inside(file));
        let namespaces = inside.map(|(name, _)| name.clone()).collect();
        Some(Damage { files, namespaces })
    }

    /// Whether an error about flows or paperwork holds, whatever the mistakes turn out to be.
    ///
    /// Warnings say what nobody uses or repeats, which is a claim about every file.
    pub(crate) fn spares(&self, found: &Diagnostic) -> bool {
        let mut labels = found.primary.iter().chain(&found.secondary);
        let is_end = |name: &Text| {
            let witness = found.witness.as_deref().unwrap_or_default();
            witness.split(' ').any(|end| end.strip_prefix(&**name).is_some_and(|rest| rest.starts_with('/')))
        };
        found.severity == Severity::Error
            && labels.all(|label| !self.files.contains(&label.span.file))
            && !self.namespaces.iter().any(is_end)
    }
}
