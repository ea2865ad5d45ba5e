//! `apply`: the lines of a pattern, read as if they stood here.

use std::sync::Arc;

use netpol_syntax::tree::{Argument, Item, Reference};

use super::clauses::{Bearer, read_clauses};
use super::{Lines, Site, ends_on_tenant_noun, read_all};
use crate::nesting::Place;
use crate::scope::expand;
use crate::scope::names::Context;

/// Reads one `apply`.
pub(crate) fn read_apply<'a>(
    cx: &mut Context<'a>,
    site: &Site,
    item: &'a Item,
    pattern: &'a Reference,
    arguments: Option<&'a [Argument]>,
    lines: &mut Lines,
) {
    let read = read_clauses(cx, site.scope, &item.clauses, Bearer::Apply, site.papers.owner.as_ref());
    let Some((scope, pattern)) = expand::instance(cx, site.scope, item, pattern, arguments) else { return };
    if read.is_wrong || !expand::arguments_fit(cx, scope, pattern) || site.is_definition {
        return;
    }
    let is_platform = matches!(site.place, Place::Guardrail { .. } | Place::Baseline);
    if is_platform && cx.is_tenant_file(pattern.name.span) {
        cx.say(site.scope, ends_on_tenant_noun(item.head, pattern.name.span));
        return;
    }
    let until = match (read.until, site.until) {
        (Some(own), Some(outer)) => Some(own.min(outer)),
        (own, outer) => own.or(outer),
    };
    let inner = Site {
        scope,
        papers: Arc::new(read.papers.or(&site.papers)),
        until,
        acknowledged: site.acknowledged || read.papers.because.is_some(),
        ..site.clone()
    };
    read_all(cx, &inner, pattern.body, lines);
}
