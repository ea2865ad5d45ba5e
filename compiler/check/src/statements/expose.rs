//! `expose a:p to b`: consent to callers from other namespaces.

use netpol_diagnostics::{Code, Diagnostic, Span};
use netpol_flow::{NAMESPACE_NAME_LABEL, Operator, Requirement, Selector, SortedSet, Text};
use netpol_model::{End, Namespaces, Pods, Rule, RuleKind};
use netpol_syntax::tree::{Ends, Item, Services};

use super::clauses::{Bearer, read_clauses};
use super::flow::{no_port, not_yours};
use super::rules::{Draft, build};
use super::{Site, Verb, shapes};
use crate::resolve::ends::{Expected, resolve_ends};
use crate::resolve::{Resolved, Shape};
use crate::scope::names::{Author, Context};

/// Reads one `expose`.
pub(crate) fn read_expose<'a>(
    cx: &mut Context<'a>,
    site: &Site,
    item: &'a Item,
    what: &'a Ends,
    services: Option<&'a Services>,
    to: &'a Ends,
) -> Vec<Rule> {
    let read = read_clauses(cx, site.scope, &item.clauses, Bearer::Expose, site.papers.owner.as_ref());
    let offered = resolve_ends(cx, site.scope, what, Expected::Pods);
    let callers = resolve_ends(cx, site.scope, to, Expected::Pods);
    let (Some(offered), Some(callers)) = (offered, callers) else { return Vec::new() };
    if !is_for_pods(cx, site, item, (what, services, to), &offered, &callers)
        || !shapes::other_tenants_fit(cx, site, Verb::Flow, &offered, &callers)
    {
        return Vec::new();
    }
    let Some(services) = services else {
        no_port(cx, site, item, Some(what.span));
        return Vec::new();
    };
    let mut callers = callers;
    if let Author::Namespace(namespace) = cx.author(site.scope) {
        let foreign = |one: &&Resolved| one.shape != Shape::Parameter && !one.is_within(&namespace);
        if let Some(wrong) = offered.iter().find(foreign) {
            let found = not_yours(&namespace, wrong.written);
            cx.say(site.scope, found.help("only the namespace of a pod exposes it"));
            return Vec::new();
        }
        if callers.iter().all(|one| one.is_within(&namespace)) {
            let text = |span: Span| cx.sources.text(span);
            let arrow = format!("{} -> {}:{}", text(to.span), text(what.span), text(services.span));
            let found = Diagnostic::new(Code(409), "exposure to your own namespace");
            let found = found.at(to.span, format!("inside `{namespace}`"));
            cx.say(site.scope, found.fix(format!("write `{arrow}`"), item.head, arrow));
            return Vec::new();
        }
        callers = callers.into_iter().filter_map(|one| without(one, &namespace)).collect();
    }
    let draft = Draft { kind: RuleKind::Expose, from: callers, to: offered, services };
    build(cx, site, item, Some(Bearer::Expose), &read, draft)
}

fn is_for_pods(
    cx: &mut Context<'_>,
    site: &Site,
    item: &Item,
    written: (&Ends, Option<&Services>, &Ends),
    offered: &[Resolved],
    callers: &[Resolved],
) -> bool {
    let (what, services, to) = written;
    if let Some(wrong) = offered.iter().find(|one| !one.shape.is_pods()) {
        let found = Diagnostic::new(Code(321), "expose is for pods").at(wrong.written, "not pods");
        cx.say(site.scope, found.help("name a workload of this namespace"));
        return false;
    }
    let Some(wrong) = callers.iter().find(|one| !one.shape.is_pods()) else { return true };
    let found = Diagnostic::new(Code(321), "expose is for pods").at(wrong.written, "the edge, not pods");
    let all_edge = callers.iter().all(|one| !one.shape.is_pods());
    let found = match services.filter(|_| all_edge) {
        Some(services) => {
            let text = |span: Span| cx.sources.text(span);
            let sentence =
                format!("ingress {} from {} to {}", text(services.span), text(to.span), text(what.span));
            found.fix(format!("write `{sentence}`"), item.head, sentence)
        }
        None => found.help("the edge comes in by `ingress PORT from …`"),
    };
    cx.say(site.scope, found);
    false
}

/// The callers without those of the namespace itself (amendment U8); none where nobody is left.
fn without(one: Resolved, namespace: &Text) -> Option<Resolved> {
    let End::Pods(shared) = &one.end else { return Some(one) };
    let mut pods = Pods::clone(shared);
    let not_here = || Requirement {
        key: NAMESPACE_NAME_LABEL.into(),
        operator: Operator::NotIn,
        values: SortedSet::one(namespace.clone()),
    };
    match &mut pods.namespaces {
        Namespaces::Every => {
            pods.namespaces = Namespaces::Matching(Selector { requirements: vec![not_here()] })
        }
        Namespaces::Named(names) => {
            *names = names.difference(&SortedSet::one(namespace.clone()));
            if names.is_empty() {
                return None;
            }
        }
        Namespaces::Matching(selector) => selector.requirements.push(not_here()),
    }
    Some(Resolved { end: End::pods(pods), ..one })
}
