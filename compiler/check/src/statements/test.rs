//! `test`: assertions, resolved; nothing is decided here.

use netpol_flow::Date;
use netpol_model::{Assertion, Layer, Test};
use netpol_syntax::tree::{Item, ItemKind, Spanned, Text};

use super::{Site, Verb, flow};
use crate::nesting::{self, Place};
use crate::scope::names::{Context, ScopeId};
use crate::values::date;

/// Reads one test; `scope` is the namespace around it, or the project.
pub(crate) fn read_test<'a>(
    cx: &mut Context<'a>,
    scope: ScopeId,
    title: &Spanned<Text>,
    at: Option<&Spanned<Text>>,
    body: &'a [Item],
    span: netpol_diagnostics::Span,
) -> Option<Test> {
    let at: Option<Date> = match at {
        Some(written) => match date::parse_date(&written.node, written.span) {
            Ok(day) => Some(day),
            Err(found) => {
                cx.say(scope, found);
                return None;
            }
        },
        None => None,
    };
    let site = Site {
        scope,
        place: Place::Test,
        layer: Layer::Namespace,
        papers: std::sync::Arc::default(),
        until: None,
        acknowledged: true,
        is_definition: false,
        guardrail: None,
    };
    let mut assertions = Vec::new();
    for item in body {
        if let Err(found) = nesting::check(Place::Test, item, false) {
            cx.say(scope, found);
            continue;
        }
        let (can, sentence) = match &item.kind {
            ItemKind::Can(sentence) => (true, sentence),
            ItemKind::Cannot(sentence) => (false, sentence),
            ItemKind::Cluster(_)
            | ItemKind::Tenant { .. }
            | ItemKind::Namespace { .. }
            | ItemKind::App { .. }
            | ItemKind::Guardrail { .. }
            | ItemKind::Baseline { .. }
            | ItemKind::Pattern { .. }
            | ItemKind::Test { .. }
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
            | ItemKind::Flow(_) => continue,
        };
        let flows = flow::read_flow(cx, &site, item, sentence, Verb::Test);
        // A line without flows was told wrong, or an end of it is empty: a test that proves nothing.
        assertions.push(Assertion { can, flows, span: item.head });
    }
    Some(Test { title: title.node.clone(), at, assertions, span })
}
