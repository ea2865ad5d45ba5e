//! Ways through a tree.

use netpol_diagnostics::Span;
use netpol_syntax::tree::{Item, ItemKind};

/// The statements inside a statement.
pub fn body(item: &Item) -> &[Item] {
    match &item.kind {
        ItemKind::Namespace { body, .. }
        | ItemKind::App { body, .. }
        | ItemKind::Guardrail { body, .. }
        | ItemKind::Baseline { body }
        | ItemKind::Pattern { body, .. }
        | ItemKind::Test { body, .. } => body,
        ItemKind::Cluster(_)
        | ItemKind::Tenant { .. }
        | ItemKind::Mode { .. }
        | ItemKind::Workload(_)
        | ItemKind::Tiers { .. }
        | ItemKind::Group { .. }
        | ItemKind::Net { .. }
        | ItemKind::Domain { .. }
        | ItemKind::Port { .. }
        | ItemKind::Apply { .. }
        | ItemKind::Waive { .. }
        | ItemKind::Require(_)
        | ItemKind::Expose { .. }
        | ItemKind::Deny(_)
        | ItemKind::Allow(_)
        | ItemKind::Except(_)
        | ItemKind::Can(_)
        | ItemKind::Cannot(_)
        | ItemKind::Flow(_) => &[],
    }
}

/// Every statement, those inside others after them.
pub fn walk<'t>(items: &'t [Item], found: &mut dyn FnMut(&'t Item)) {
    for item in items {
        found(item);
        walk(body(item), found);
    }
}

/// The statement with this head.
pub fn item_with_head(items: &[Item], head: Span) -> Option<&Item> {
    let mut found = None;
    walk(items, &mut |item| {
        if item.head == head {
            found = Some(item);
        }
    });
    found
}
