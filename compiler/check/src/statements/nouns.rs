//! Nouns: each is found out once where it stands, so that its mistakes are told even if nothing uses it.

use netpol_syntax::tree::{Item, ItemKind, Name};

use crate::resolve::{nouns, ports};
use crate::scope::names::{Context, PortKind, ScopeId};

/// Reads a noun's definition.
pub(crate) fn read_noun<'a>(cx: &mut Context<'a>, scope: ScopeId, item: &'a Item) {
    match &item.kind {
        ItemKind::Workload(workload) => {
            evaluate(cx, scope, &workload.name);
            if !workload.ports.is_empty()
                && let Some(id) =
                    cx.scope(scope).and_then(|inner| inner.ends.get(&*workload.name.text)).copied()
            {
                ports::own_ports(cx, id);
            }
        }
        ItemKind::Tiers { names, .. } => {
            for name in names {
                evaluate(cx, scope, name);
            }
        }
        ItemKind::Group { name, .. } | ItemKind::Net { name, .. } | ItemKind::Domain { name, .. } => {
            evaluate(cx, scope, name);
        }
        ItemKind::Port { name, services, .. } => {
            let declared =
                cx.scope(scope).and_then(|inner| inner.ports.get(&*name.text)).map(|port| port.kind);
            if matches!(declared, Some(PortKind::Declared(known)) if std::ptr::eq(known, services)) {
                ports::resolve_services(cx, scope, services, None);
            }
        }
        ItemKind::Cluster(_)
        | ItemKind::Tenant { .. }
        | ItemKind::Namespace { .. }
        | ItemKind::App { .. }
        | ItemKind::Guardrail { .. }
        | ItemKind::Baseline { .. }
        | ItemKind::Pattern { .. }
        | ItemKind::Test { .. }
        | ItemKind::Mode { .. }
        | ItemKind::Apply { .. }
        | ItemKind::Waive { .. }
        | ItemKind::Require(_)
        | ItemKind::Expose { .. }
        | ItemKind::Deny(_)
        | ItemKind::Allow(_)
        | ItemKind::Except(_)
        | ItemKind::Can(_)
        | ItemKind::Cannot(_)
        | ItemKind::Flow(_) => {}
    }
}

fn evaluate(cx: &mut Context<'_>, scope: ScopeId, name: &Name) {
    let declared = cx.scope(scope).and_then(|inner| inner.ends.get(&*name.text)).copied();
    let is_this = |cx: &Context<'_>, id: crate::scope::names::NounId| {
        cx.nouns.get(id.0).is_some_and(|noun| noun.name.span == name.span)
    };
    if let Some(id) = declared.filter(|id| is_this(cx, *id)) {
        nouns::evaluate(cx, id);
    }
}
