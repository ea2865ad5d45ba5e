//! Statements, one kind per file: what each adds to the policy.

pub(crate) mod apply;
pub(crate) mod clauses;
pub(crate) mod expose;
pub(crate) mod flow;
mod lapse;
pub(crate) mod nouns;
pub(crate) mod origin;
mod reason;
pub(crate) mod require;
pub(crate) mod rules;
pub(crate) mod shapes;
pub(crate) mod test;

use std::sync::Arc;

use netpol_diagnostics::{Code, Diagnostic, Span};
use netpol_flow::{Date, Text};
use netpol_model::{Layer, Rule};
use netpol_syntax::tree::{Item, ItemKind};

use crate::nesting::{self, Place};
use crate::scope::names::{Context, ScopeId};

/// Where statements stand and what they inherit.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    /// Where names are looked up.
    pub(crate) scope: ScopeId,
    /// What stands around them; for the lines of an applied pattern, around the `apply`.
    pub(crate) place: Place,
    /// The layer of their rules.
    pub(crate) layer: Layer,
    /// The paperwork of what stands around them.
    pub(crate) papers: Arc<clauses::Papers>,
    /// The last day of the `apply` they came through.
    pub(crate) until: Option<Date>,
    /// Whether an `apply` they came through says `because`.
    pub(crate) acknowledged: bool,
    /// Whether they are a pattern's lines, read where they are written.
    pub(crate) is_definition: bool,
    /// The guardrail around them, and whether it is in `audit`.
    pub(crate) guardrail: Option<(Text, bool)>,
}

/// The rules that statements came to.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    /// Flows and exposes.
    pub(crate) rules: Vec<Rule>,
    /// Denies.
    pub(crate) denies: Vec<Rule>,
    /// Exceptions.
    pub(crate) exceptions: Vec<Rule>,
    /// Guardrail allows.
    pub(crate) allows: Vec<Rule>,
}

/// What a flow is said for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    /// A flow on its own.
    Flow,
    /// `deny`.
    Deny,
    /// `allow`.
    Allow,
    /// `except`.
    Except,
    /// `can` or `cannot`.
    Test,
}

/// Reads statements in order, adding their rules to `lines`.
pub(crate) fn read_all<'a>(
    cx: &mut Context<'a>,
    site: &Site,
    items: impl IntoIterator<Item = &'a Item>,
    lines: &mut Lines,
) {
    for item in items {
        read(cx, site, item, lines);
    }
}

fn read<'a>(cx: &mut Context<'a>, site: &Site, item: &'a Item, lines: &mut Lines) {
    let through_pattern = cx.scope(site.scope).is_some_and(|scope| !scope.via.is_empty());
    if let Err(found) = nesting::check(site.place, item, through_pattern) {
        cx.say(site.scope, found);
        return;
    }
    match &item.kind {
        ItemKind::Flow(sentence) => lines.rules.extend(flow::read_flow(cx, site, item, sentence, Verb::Flow)),
        ItemKind::Deny(sentence) => {
            lines.denies.extend(flow::read_flow(cx, site, item, sentence, Verb::Deny))
        }
        ItemKind::Allow(sentence) => {
            lines.allows.extend(flow::read_flow(cx, site, item, sentence, Verb::Allow))
        }
        ItemKind::Except(sentence) => {
            lines.exceptions.extend(flow::read_flow(cx, site, item, sentence, Verb::Except));
        }
        ItemKind::Expose { what, services, to } => {
            lines.rules.extend(expose::read_expose(cx, site, item, what, services.as_ref(), to));
        }
        ItemKind::Apply { pattern, arguments } => {
            apply::read_apply(cx, site, item, pattern, arguments.as_deref(), lines);
        }
        ItemKind::Require(require) => require::read_require(cx, site, item, require),
        ItemKind::Workload(_)
        | ItemKind::Tiers { .. }
        | ItemKind::Group { .. }
        | ItemKind::Net { .. }
        | ItemKind::Domain { .. }
        | ItemKind::Port { .. } => nouns::read_noun(cx, site.scope, item),
        // The places that hold these read them themselves.
        ItemKind::Cluster(_)
        | ItemKind::Tenant { .. }
        | ItemKind::Namespace { .. }
        | ItemKind::App { .. }
        | ItemKind::Guardrail { .. }
        | ItemKind::Baseline { .. }
        | ItemKind::Pattern { .. }
        | ItemKind::Test { .. }
        | ItemKind::Mode { .. }
        | ItemKind::Waive { .. }
        | ItemKind::Can(_)
        | ItemKind::Cannot(_) => {}
    }
}

/// The error for a platform statement that a tenant's noun could change (amendment U5).
pub(crate) fn ends_on_tenant_noun(used: Span, declared: Span) -> Diagnostic {
    let found = Diagnostic::new(Code(214), "platform statement rests on a tenant's noun");
    let found = found
        .at(used, "its owner could change what this means")
        .and_at(declared, "declared in a tenant's file");
    found.help("declare it in a platform file, or name a workload as `NAMESPACE/WORKLOAD`")
}
