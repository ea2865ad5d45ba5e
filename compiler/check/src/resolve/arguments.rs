//! Arguments of patterns and domains: which parameter each meets, and whether its type fits.

use std::sync::Arc;

use netpol_diagnostics::{Code, Diagnostic, Span, nearest};
use netpol_flow::Text;
use netpol_model::End;
use netpol_syntax::tree::{
    Argument, ArgumentKind, ArgumentValue, EndKind, Name, Param, ParamType, Reference, ServiceKind,
};

use super::ends::{Expected, did_you_mean, resolve_end, resolve_ends, unknown_prefix};
use super::{Resolved, Shape, nouns, ports};
use crate::scope::names::{Context, NounId, NounKind, ParamValue, ScopeId};

/// A call: what is called, with what, from where.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    /// The name of what is called.
    pub(crate) callee: &'a Name,
    /// Its parameters.
    pub(crate) params: &'a [Param],
    /// Where defaults are read.
    pub(crate) home: ScopeId,
    /// The arguments.
    pub(crate) arguments: &'a [Argument],
    /// Where the arguments are read.
    pub(crate) caller: ScopeId,
    /// The call.
    pub(crate) place: Span,
}

/// Gives each parameter its value; none where the arguments do not fit, which is told.
pub(crate) fn bind<'a>(cx: &mut Context<'a>, call: Call<'a>) -> Option<Vec<(&'a Param, ParamValue<'a>)>> {
    let mut given: Vec<Option<&'a Argument>> = vec![None; call.params.len()];
    let mut next = 0;
    for argument in call.arguments {
        let at = match &argument.name {
            Some(name) => match call.params.iter().position(|param| param.name.text == name.text) {
                Some(at) => at,
                None => {
                    let title = format!("`{}` has no parameter `{}`", call.callee.text, name.text);
                    let found = Diagnostic::new(Code(208), title).at(name.span, "no such parameter");
                    let found = found
                        .note("`name: value` names a parameter; a port of a workload is given by itself");
                    return wrong_call(cx, call, found);
                }
            },
            None => {
                next += 1;
                next - 1
            }
        };
        match given.get_mut(at) {
            Some(slot @ None) => *slot = Some(argument),
            Some(Some(first)) => {
                let title = format!("`{}` is given twice", call.params.get(at).map_or("", |p| &p.name.text));
                let found = Diagnostic::new(Code(208), title).at(argument.span, "given again");
                let first = first.span;
                return wrong_call(cx, call, found.and_at(first, "given first here"));
            }
            None => {
                let title = format!("`{}` takes {}", call.callee.text, count(call.params.len()));
                let found = Diagnostic::new(Code(208), title).at(argument.span, "one too many");
                return wrong_call(cx, call, found);
            }
        }
    }
    let mut bound = Vec::with_capacity(given.len());
    for (param, argument) in call.params.iter().zip(given) {
        let value = match (argument, &param.default) {
            (Some(argument), _) => (&argument.value, call.caller),
            (None, Some(default)) => (default, call.home),
            (None, None) => {
                let title = format!("`{}` is missing its argument `{}`", call.callee.text, param.name.text);
                let found = Diagnostic::new(Code(208), title).at(call.place, "too few arguments");
                return wrong_call(cx, call, found);
            }
        };
        bound.push((param, ParamValue { ty: param.ty.node, value: Some(value) }));
    }
    Some(bound)
}

fn count(parameters: usize) -> String {
    match parameters {
        0 => "no arguments".to_owned(),
        1 => "one argument".to_owned(),
        more => format!("{more} arguments"),
    }
}

fn wrong_call<T>(cx: &mut Context<'_>, call: Call<'_>, found: Diagnostic) -> Option<T> {
    let shown: Vec<&str> = call.params.iter().map(|param| cx.sources.text(param.span)).collect();
    let signature = format!("{}({})", call.callee.text, shown.join(", "));
    let found = found.and_at(call.callee.span, "declared here").note(format!("it is `{signature}`"));
    cx.say(call.caller, found);
    None
}

/// Whether each argument has its parameter's type; what does not fit is told.
pub(crate) fn check_types<'a>(cx: &mut Context<'a>, bound: &[(&'a Param, ParamValue<'a>)]) -> bool {
    let mut right = true;
    for (param, given) in bound {
        let Some((value, scope)) = given.value else { continue };
        right &= match given.ty {
            ParamType::Workload | ParamType::Net | ParamType::Domain => {
                ends_value(cx, scope, given.ty, &param.name, value).is_some()
            }
            ParamType::Port => ports::check_argument(cx, scope, &param.name, value),
            ParamType::Label | ParamType::Namespace | ParamType::Text => {
                text_of(cx, scope, &param.name, given.ty, value).is_some()
            }
        };
    }
    right
}

/// The value of a text parameter: none where no such parameter is visible, `Some(None)` where it is not known yet.
#[allow(clippy::option_option, reason = "no parameter and no value yet are two things")]
pub(crate) fn text_value<'a>(cx: &mut Context<'a>, scope: ScopeId, name: &str) -> Option<Option<Text>> {
    let param = cx.chain(scope).find_map(|inner| inner.values.get(name)).copied()?;
    let Some((value, caller)) = param.value else { return Some(None) };
    Some(text_of_quietly(cx, caller, value))
}

/// The text of an argument; none where it is not of the kind, without a word.
fn text_of_quietly<'a>(cx: &mut Context<'a>, scope: ScopeId, value: &'a ArgumentValue) -> Option<Text> {
    match &value.kind {
        ArgumentKind::Text(text) | ArgumentKind::Label(text) => Some(text.clone()),
        ArgumentKind::Service(ServiceKind::Number(text)) => Some(text.clone()),
        ArgumentKind::End(EndKind::Name(name)) => match text_value(cx, scope, &name.text) {
            Some(found) => found,
            None => Some(name.text.clone()),
        },
        ArgumentKind::List(_) | ArgumentKind::Service(_) | ArgumentKind::End(_) => None,
    }
}

fn text_of<'a>(
    cx: &mut Context<'a>,
    scope: ScopeId,
    param: &Name,
    ty: ParamType,
    value: &'a ArgumentValue,
) -> Option<Text> {
    let is_unknown = matches!(&value.kind, ArgumentKind::End(EndKind::Name(name))
        if text_value(cx, scope, &name.text) == Some(None));
    let text = if is_unknown { Some("x".into()) } else { text_of_quietly(cx, scope, value) };
    let (fits, wanted) = match ty {
        ParamType::Namespace => {
            (text.as_deref().is_some_and(netpol_flow::is_dns_label), "a namespace's name")
        }
        ParamType::Text => {
            (matches!(value.kind, ArgumentKind::Text(_)) || is_param(cx, scope, value), "a quoted sentence")
        }
        ParamType::Label | ParamType::Workload | ParamType::Port | ParamType::Net | ParamType::Domain => {
            (text.as_deref().is_some_and(netpol_flow::is_dns_label), "one label of a name")
        }
    };
    if fits {
        return text;
    }
    let found = Diagnostic::new(Code(207), format!("`{}` expects {wanted}", param.text));
    cx.say(scope, found.at(value.span, "of another type").and_at(param.span, "the parameter"));
    None
}

fn is_param<'a>(cx: &mut Context<'a>, scope: ScopeId, value: &'a ArgumentValue) -> bool {
    match &value.kind {
        ArgumentKind::End(EndKind::Name(name)) => text_value(cx, scope, &name.text).is_some(),
        ArgumentKind::End(_)
        | ArgumentKind::List(_)
        | ArgumentKind::Text(_)
        | ArgumentKind::Service(_)
        | ArgumentKind::Label(_) => false,
    }
}

/// The ends of an argument for a parameter of type `workload`, `net` or `domain`.
pub(crate) fn ends_value<'a>(
    cx: &mut Context<'a>,
    scope: ScopeId,
    ty: ParamType,
    param: &Name,
    value: &'a ArgumentValue,
) -> Option<Vec<Resolved>> {
    let (expected, wanted) = match ty {
        ParamType::Workload => (Expected::Pods, "a workload"),
        ParamType::Domain => (Expected::Edge, "a domain"),
        ParamType::Net | ParamType::Port | ParamType::Label | ParamType::Namespace | ParamType::Text => {
            (Expected::Edge, "a net")
        }
    };
    let found = match &value.kind {
        ArgumentKind::List(items) => {
            let mut all = Vec::new();
            for item in items {
                all.extend(ends_value(cx, scope, ty, param, item)?);
            }
            return Some(all);
        }
        ArgumentKind::End(kind) => resolve_end(cx, scope, kind, value.span, expected)?,
        ArgumentKind::Text(_) | ArgumentKind::Service(_) | ArgumentKind::Label(_) => Vec::new(),
    };
    let fits = |one: &Resolved| match one.shape {
        Shape::Parameter => true,
        Shape::Pods => ty == ParamType::Workload,
        Shape::Edge | Shape::Any | Shape::Gateway => ty == ParamType::Net,
        Shape::HostNetwork => ty != ParamType::Domain,
        Shape::Domain => ty == ParamType::Domain,
        Shape::OtherTenants => false,
    };
    if !found.is_empty() && found.iter().all(fits) {
        return Some(found);
    }
    let is = match found.first().map(|one| one.shape) {
        Some(Shape::Pods | Shape::OtherTenants) => "pods",
        Some(Shape::Domain) => "a domain",
        Some(Shape::Edge | Shape::Any | Shape::Gateway | Shape::HostNetwork) => "addresses",
        Some(Shape::Parameter) | None => "something else",
    };
    let told = Diagnostic::new(Code(207), format!("`{}` expects {wanted}", param.text));
    let told = told.at(value.span, format!("this is {is}")).and_at(param.span, "the parameter");
    cx.say(scope, told.help("give what the parameter expects, or apply a pattern for this"));
    None
}

/// The names of a domain called with arguments.
pub(crate) fn domain_call<'a>(
    cx: &mut Context<'a>,
    scope: ScopeId,
    callee: &'a Reference,
    arguments: &'a [Argument],
    place: Span,
) -> Option<Vec<Resolved>> {
    let noun = called(cx, scope, callee)?;
    let declared = cx.nouns.get(noun.0).map(|noun| (noun.name, noun.kind, noun.scope));
    let Some((name, NounKind::Domain(params, members), home)) = declared else {
        let found = Diagnostic::new(Code(207), "only a domain is called with arguments");
        cx.say(scope, found.at(place, "not a domain"));
        return None;
    };
    cx.mark_used(name.span);
    let bound = bind(cx, Call { callee: name, params, home, arguments, caller: scope, place })?;
    let mut values = Vec::with_capacity(bound.len());
    for (param, given) in &bound {
        let Some((value, caller)) = given.value else { continue };
        let known = matches!(&value.kind, ArgumentKind::End(EndKind::Name(n))
            if text_value(cx, caller, &n.text) == Some(None));
        if known {
            return Some(vec![Resolved::new(End::Any, Shape::Parameter, place)]);
        }
        values.push(text_of(cx, caller, &param.name, ParamType::Label, value)?);
    }
    let of_tenant = cx.is_tenant_file(name.span).then_some(name.span);
    let key = (noun, values);
    let known = match cx.calls.get(&key) {
        Some(known) => known.clone(),
        None => {
            let inner = cx.add_scope(Some(home), cx.author(home));
            let outer: Vec<Span> = cx.scope(scope).map(|outer| outer.via.to_vec()).unwrap_or_default();
            if let Some(slot) = cx.scope_mut(inner) {
                slot.via = outer.into_iter().chain([place]).collect();
                for (param, given) in &bound {
                    slot.values.insert(&param.name.text, *given);
                }
            }
            cx.noun_depth += 1;
            let found = if cx.noun_depth > nouns::DEEPEST {
                nouns::too_deep(cx, scope, place)
            } else {
                resolve_ends(cx, inner, members, Expected::Edge).map(Arc::<[Resolved]>::from)
            };
            cx.noun_depth -= 1;
            cx.calls.insert(key, found.clone());
            found
        }
    };
    let known = known?;
    let place_all = |one: &Resolved| Resolved { written: place, tenant_noun: of_tenant, ..one.clone() };
    Some(known.iter().map(place_all).collect())
}

/// The noun a call names.
fn called<'a>(cx: &mut Context<'a>, scope: ScopeId, callee: &'a Reference) -> Option<NounId> {
    match callee {
        Reference::Plain(name) => {
            let found = cx.chain(scope).find_map(|inner| inner.ends.get(&*name.text)).copied();
            if found.is_none() {
                let told = Diagnostic::new(Code(201), format!("no domain is named `{}`", name.text));
                let near = cx.near_end(scope, name);
                let help = "declare it: `domain NAME(param: label) = …`";
                cx.say(scope, did_you_mean(told.at(name.span, "not declared"), near, name.span, help));
            }
            found
        }
        Reference::Prefixed(path) => {
            let Some(module) = cx.module(&path.prefix) else {
                unknown_prefix(cx, scope, path, &path.prefix.text);
                return None;
            };
            let found = cx.scope(module).and_then(|inner| inner.ends.get(&*path.name.text)).copied();
            if found.is_none() {
                let title = format!("`{}` has no domain named `{}`", path.prefix.text, path.name.text);
                let told = Diagnostic::new(Code(201), title).at(path.name.span, "not in the module");
                let inner = cx.scope(module).into_iter().flat_map(|inner| inner.ends.keys().copied());
                let near = nearest(&path.name.text, inner).map(str::to_owned);
                cx.say(scope, did_you_mean(told, near, path.name.span, "see the module's text"));
            }
            found
        }
    }
}
