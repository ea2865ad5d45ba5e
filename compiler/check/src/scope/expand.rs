//! Applied patterns: each gets a scope of its own, with its parameters bound and its nouns declared.

use std::sync::Arc;

use netpol_diagnostics::{Code, Diagnostic, Span, nearest};
use netpol_syntax::tree::{Argument, Item, ItemKind, Param, ParamType, Reference};

use crate::resolve::arguments::{self, Call};
use crate::resolve::ends::{did_you_mean, unknown_prefix};
use crate::scope::collect::declare_noun;
use crate::scope::names::{
    Author, Context, Meaning, Noun, NounId, NounKind, ParamValue, Pattern, PortKind, PortNoun, ScopeId,
};

/// How deep patterns may apply patterns.
const DEEPEST: usize = 8;

/// How many lines all patterns of one view may come to.
const MOST_LINES: usize = 100_000;

/// The scope of the pattern that `item` applies in `scope`; none where it cannot be applied, which is told.
pub(crate) fn instance<'a>(
    cx: &mut Context<'a>,
    scope: ScopeId,
    item: &'a Item,
    reference: &'a Reference,
    given: Option<&'a [Argument]>,
) -> Option<(ScopeId, Pattern<'a>)> {
    let key = (scope, item.head);
    if let Some(known) = cx.instances.get(&key) {
        return *known;
    }
    let made = make(cx, scope, item, reference, given);
    cx.instances.insert(key, made);
    if let Some((inner, pattern)) = made {
        fill(cx, inner, pattern.body);
    }
    made
}

/// Declares the nouns of these statements in `scope`, and those of the patterns they apply.
pub(crate) fn fill<'a>(
    cx: &mut Context<'a>,
    scope: ScopeId,
    items: impl IntoIterator<Item = &'a Item> + Clone,
) {
    for item in items.clone() {
        declare_noun(cx, scope, item);
    }
    fill_applied(cx, scope, items);
}

/// Declares the nouns of the patterns that these statements apply.
pub(crate) fn fill_applied<'a>(
    cx: &mut Context<'a>,
    scope: ScopeId,
    items: impl IntoIterator<Item = &'a Item>,
) {
    for item in items {
        if let ItemKind::Apply { pattern, arguments } = &item.kind {
            instance(cx, scope, item, pattern, arguments.as_deref());
        }
    }
}

fn make<'a>(
    cx: &mut Context<'a>,
    scope: ScopeId,
    item: &'a Item,
    reference: &'a Reference,
    given: Option<&'a [Argument]>,
) -> Option<(ScopeId, Pattern<'a>)> {
    let pattern = find(cx, scope, reference)?;
    cx.mark_used(pattern.name.span);
    let (via, chain, author) = match cx.scope(scope) {
        Some(outer) => (outer.via.clone(), outer.chain.clone(), outer.author.clone()),
        None => return None,
    };
    if !may_go_deeper(cx, scope, item, pattern, &chain) {
        return None;
    }
    let (params, home, place) = (pattern.params, pattern.scope, item.head);
    let arguments = given.unwrap_or_default();
    let call = Call { callee: pattern.name, params, home, arguments, caller: scope, place };
    let bound = arguments::bind(cx, call)?;
    let inner = cx.add_scope(Some(pattern.scope), author);
    if let Some(slot) = cx.scope_mut(inner) {
        slot.exports_to = Some(scope);
        slot.via = via.iter().copied().chain([item.head]).collect();
        slot.chain = chain.iter().copied().chain([pattern.name.span]).collect();
    }
    for (param, value) in bound {
        declare_param(cx, inner, param, value);
    }
    Some((inner, pattern))
}

/// Declares a parameter.
pub(crate) fn declare_param<'a>(
    cx: &mut Context<'a>,
    scope: ScopeId,
    param: &'a Param,
    value: ParamValue<'a>,
) {
    let id = NounId(cx.nouns.len());
    let Some(slot) = cx.scope_mut(scope) else { return };
    match value.ty {
        ParamType::Workload | ParamType::Net | ParamType::Domain => {
            slot.ends.insert(&param.name.text, id);
            let kind = NounKind::Param(value);
            let (name, meaning) = (&param.name, Meaning::Unknown);
            cx.nouns.push(Noun { name, kind, scope, meaning, own_ports: None }.into());
        }
        ParamType::Port => {
            slot.ports.insert(
                &param.name.text,
                PortNoun { name: &param.name, kind: PortKind::Param(value), scope },
            );
        }
        ParamType::Label | ParamType::Namespace | ParamType::Text => {
            slot.values.insert(&param.name.text, value);
        }
    }
}

/// Whether each argument of an applied pattern has its parameter's type; what does not fit is told.
pub(crate) fn arguments_fit<'a>(cx: &mut Context<'a>, scope: ScopeId, pattern: Pattern<'a>) -> bool {
    let mut bound: Vec<(&'a Param, ParamValue<'a>)> = Vec::with_capacity(pattern.params.len());
    for param in pattern.params {
        let Some(inner) = cx.scope(scope) else { return false };
        let name = &*param.name.text;
        let noun = inner.ends.get(name).and_then(|id| cx.nouns.get(id.0)).and_then(|noun| match noun.kind {
            NounKind::Param(value) => Some(value),
            NounKind::Workload(_)
            | NounKind::Tier { .. }
            | NounKind::Group(_)
            | NounKind::Net(..)
            | NounKind::Domain(..) => None,
        });
        let port = inner.ports.get(name).and_then(|port| match port.kind {
            PortKind::Param(value) => Some(value),
            PortKind::Declared(_) => None,
        });
        bound.extend(noun.or(port).or(inner.values.get(name).copied()).map(|value| (param, value)));
    }
    arguments::check_types(cx, &bound)
}

/// The pattern a reference names, without a word where there is none.
pub(crate) fn find_quietly<'a>(
    cx: &mut Context<'a>,
    scope: ScopeId,
    reference: &Reference,
) -> Option<Pattern<'a>> {
    match reference {
        Reference::Plain(name) => cx.chain(scope).find_map(|inner| inner.patterns.get(&*name.text)).copied(),
        Reference::Prefixed(path) => {
            let module = cx.module(&path.prefix)?;
            cx.scope(module).and_then(|inner| inner.patterns.get(&*path.name.text)).copied()
        }
    }
}

/// The pattern a reference names; none is told.
pub(crate) fn find<'a>(cx: &mut Context<'a>, scope: ScopeId, reference: &Reference) -> Option<Pattern<'a>> {
    if let Some(found) = find_quietly(cx, scope, reference) {
        return Some(found);
    }
    match reference {
        Reference::Plain(name) => {
            let told = Diagnostic::new(Code(201), format!("no pattern is named `{}`", name.text));
            let near = cx.near_pattern(scope, name);
            let help = "patterns of a module are named with its prefix, such as `k8s/dns`";
            cx.say(scope, did_you_mean(told.at(name.span, "not declared"), near, name.span, help));
        }
        Reference::Prefixed(path) => {
            let Some(module) = cx.module(&path.prefix) else {
                unknown_prefix(cx, scope, path, &path.prefix.text);
                return None;
            };
            let title = format!("`{}` has no pattern named `{}`", path.prefix.text, path.name.text);
            let told = Diagnostic::new(Code(201), title).at(path.name.span, "not in the module");
            let known: Vec<&str> =
                cx.scope(module).into_iter().flat_map(|inner| inner.patterns.keys().copied()).collect();
            let help = if known.is_empty() {
                "it has none".to_owned()
            } else {
                format!("it has {}", known.join(", "))
            };
            let near = nearest(&path.name.text, known).map(str::to_owned);
            cx.say(scope, did_you_mean(told, near, path.name.span, &help));
        }
    }
    None
}

fn may_go_deeper(
    cx: &mut Context<'_>,
    scope: ScopeId,
    item: &Item,
    pattern: Pattern<'_>,
    chain: &Arc<[Span]>,
) -> bool {
    if let Some(at) = chain.iter().position(|span| *span == pattern.name.span) {
        let circle: Vec<Span> = chain.iter().skip(at).copied().collect();
        let told = circle.iter().any(|span| cx.circular.contains(span));
        cx.circular.extend(&circle);
        if !told {
            let mut names: Vec<String> =
                circle.iter().map(|span| format!("`{}`", cx.sources.text(*span))).collect();
            names.push(format!("`{}`", pattern.name.text));
            let found = Diagnostic::new(Code(206), "patterns apply each other in a circle");
            let found = found.at(item.head, "comes back to where it began");
            let found = found.note(names.join(" applies "));
            cx.say(scope, found.help("take one of these lines out"));
        }
        return false;
    }
    if chain.len() >= DEEPEST {
        let found = Diagnostic::new(Code(206), format!("patterns apply each other more than {DEEPEST} deep"));
        cx.say(
            scope,
            found.at(item.head, "too deep").help("write the innermost lines where they are needed"),
        );
        return false;
    }
    let before = cx.expanded;
    cx.expanded += pattern.body.len();
    if cx.expanded <= MOST_LINES {
        return true;
    }
    if before <= MOST_LINES {
        let found = Diagnostic::new(Code(206), format!("patterns come to more than {MOST_LINES} lines"));
        cx.say(scope, found.at(item.head, "the line that goes beyond").help("apply smaller patterns"));
    }
    false
}

/// Reads a pattern where it is written: a scope with its parameters unknown.
pub(crate) fn definition<'a>(cx: &mut Context<'a>, pattern: Pattern<'a>) -> ScopeId {
    let scope = cx.add_scope(Some(pattern.scope), Author::Pattern);
    if let Some(slot) = cx.scope_mut(scope) {
        slot.chain = Arc::from([pattern.name.span]);
    }
    for param in pattern.params {
        declare_param(cx, scope, param, ParamValue { ty: param.ty.node, value: None });
    }
    fill(cx, scope, pattern.body);
    scope
}
