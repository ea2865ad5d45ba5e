//! Ends as written in a statement, resolved to the model's.

use std::sync::Arc;

use netpol_diagnostics::{Code, Diagnostic, Span, near, nearest};
use netpol_flow::{DomainPattern, NAMESPACE_NAME_LABEL, Selector, SortedSet, Text};
use netpol_model::{End, Namespaces, Pods};
use netpol_syntax::tree::{self, Builtin, EndKind, Ends, Name, Path};

use super::{Resolved, Shape, arguments, nouns, other_pods};
use crate::scope::modules::ProjectFile;
use crate::scope::names::{Author, Context, NounKind, ParamValue, ScopeId};
use crate::values::{Caution, address, domain, selector};

/// What a statement expects where an end stands; for wording, and for what tests alone may write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    /// A workload.
    Pods,
    /// A net, domain or built-in.
    Edge,
    /// As in a test: literal pods too.
    TestPods,
}

/// Resolves a list of ends; none where one of them is wrong, which is told.
pub(crate) fn resolve_ends<'a>(
    cx: &mut Context<'a>,
    scope: ScopeId,
    ends: &'a Ends,
    expected: Expected,
) -> Option<Vec<Resolved>> {
    let mut resolved = Vec::with_capacity(ends.items.len());
    let mut right = true;
    let mut literals: Vec<address::Placed> = Vec::new();
    for item in &ends.items {
        match resolve_end(cx, scope, &item.kind, item.span, expected) {
            Some(found) => {
                if let (EndKind::Address(_), [one]) = (&item.kind, &found[..])
                    && let End::Addresses { blocks, .. } = &one.end
                {
                    literals.extend(blocks.iter().map(|block| (*block, item.span)));
                }
                resolved.extend(found);
            }
            None => right = false,
        }
    }
    if literals.len() > 1 {
        let items: Vec<Span> = ends.items.iter().map(|item| item.span).collect();
        for found in address::covered(&literals, &items) {
            cx.say(scope, found);
        }
    }
    right.then_some(resolved)
}

/// Resolves one end.
pub(crate) fn resolve_end<'a>(
    cx: &mut Context<'a>,
    scope: ScopeId,
    kind: &'a EndKind,
    place: Span,
    expected: Expected,
) -> Option<Vec<Resolved>> {
    match kind {
        EndKind::Address(text) => block(cx, scope, text, place).map(|found| vec![found]),
        EndKind::Domain(text) => domain_literal(cx, scope, text, place).map(|found| vec![found]),
        EndKind::Pod { namespace, selector } => {
            literal_pods(cx, scope, namespace.as_deref(), selector, place, expected).map(|found| vec![found])
        }
        EndKind::Namespaces(written) => namespaces(cx, scope, written, place).map(|found| vec![found]),
        EndKind::Call { callee, arguments } => arguments::domain_call(cx, scope, callee, arguments, place),
        EndKind::Path(path) => prefixed(cx, scope, path, place, expected),
        EndKind::Tenant(name) => tenant(cx, scope, name, place),
        EndKind::Builtin(builtin) => built_in(cx, scope, *builtin, place),
        EndKind::Name(name) => plain(cx, scope, name, place, expected),
        EndKind::Star => {
            let found = Diagnostic::new(Code(308), "`*` is no end").at(place, "everything, of which kind?");
            cx.say(
                scope,
                found.help("write `internet` for public addresses, `pods` for every pod, `any` for all"),
            );
            None
        }
    }
}

/// An address or block as written.
pub(crate) fn block(cx: &mut Context<'_>, scope: ScopeId, text: &str, place: Span) -> Option<Resolved> {
    let block = match address::parse_block(text, place) {
        Ok(block) => block,
        Err(found) => {
            cx.say(scope, found);
            return None;
        }
    };
    if !cx.is_library(place) {
        let cluster = cx.view.clone().unwrap_or_else(|| "".into());
        if let Some(found) = address::inside_cluster(&cx.ranges, &cluster, &block, place) {
            cx.say(scope, found);
            return None;
        }
    }
    let end = End::Addresses { blocks: vec![block], except: Vec::new(), name: None };
    let caution = address::wide(&block, place).map(Arc::new);
    Some(Resolved { caution, ..Resolved::new(end, Shape::Edge, place) })
}

/// A domain as written, its `{param}` labels replaced.
pub(crate) fn domain_literal<'a>(
    cx: &mut Context<'a>,
    scope: ScopeId,
    text: &'a str,
    place: Span,
) -> Option<Resolved> {
    let replaced = match substitute(cx, scope, text, place)? {
        Some(replaced) => replaced,
        None => return Some(Resolved::new(End::Any, Shape::Parameter, place)),
    };
    match domain::parse_domain(&replaced, place) {
        Ok(pattern) => Some(domain_end(pattern, place)),
        Err(found) => {
            cx.say(scope, found);
            None
        }
    }
}

fn domain_end(pattern: DomainPattern, place: Span) -> Resolved {
    let caution = domain::shared_hosting(&pattern, place).map(Arc::new);
    Resolved { caution, ..Resolved::new(End::Domain(pattern), Shape::Domain, place) }
}

/// The text with every `{param}` replaced; `Some(None)` where a parameter is not known yet.
#[allow(clippy::option_option, reason = "an error is told, an unknown parameter is not")]
fn substitute<'a>(
    cx: &mut Context<'a>,
    scope: ScopeId,
    text: &'a str,
    place: Span,
) -> Option<Option<String>> {
    if !text.contains('{') {
        return Some(Some(text.to_owned()));
    }
    let mut replaced = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, behind) = after.split_once('}').unwrap_or((after, ""));
        replaced.push_str(before);
        match arguments::text_value(cx, scope, name) {
            Some(Some(value)) => replaced.push_str(&value),
            Some(None) => return Some(None),
            None => {
                let found = Diagnostic::new(Code(201), format!("no parameter is named `{name}`"));
                cx.say(scope, found.at(place, "not a parameter here"));
                return None;
            }
        }
        rest = behind;
    }
    replaced.push_str(rest);
    Some(Some(replaced))
}

fn literal_pods(
    cx: &mut Context<'_>,
    scope: ScopeId,
    namespace: Option<&Name>,
    written: &[tree::Requirement],
    place: Span,
    expected: Expected,
) -> Option<Resolved> {
    if expected != Expected::TestPods {
        let found = Diagnostic::new(Code(403), "`pod(…)` is for tests").at(place, "not available here");
        cx.say(scope, found.help("declare a `workload` with this selector and name it"));
        return None;
    }
    let selector = selector_of(cx, scope, written)?;
    let namespaces = match (namespace, cx.author(scope)) {
        (Some(name), _) => Namespaces::Named(SortedSet::one(name.text.clone())),
        (None, Author::Namespace(name)) => Namespaces::Named(SortedSet::one(name)),
        (None, Author::Platform | Author::Pattern) => Namespaces::Every,
    };
    let pods = Pods { namespaces, selector, accounts: None, name: None };
    Some(Resolved::new(End::pods(pods), Shape::Pods, place))
}

/// A selector, its errors told.
pub(crate) fn selector_of(
    cx: &mut Context<'_>,
    scope: ScopeId,
    written: &[tree::Requirement],
) -> Option<Selector> {
    match selector::parse_selector(written) {
        Ok(selector) => Some(selector),
        Err(wrong) => {
            for found in wrong {
                cx.say(scope, found);
            }
            None
        }
    }
}

/// The warning for namespaces chosen by a label that others can set; none for the name label.
pub(crate) fn by_label(selector: &Selector, place: Span) -> Option<Caution> {
    let mutable = selector.requirements.iter().find(|r| &*r.key != NAMESPACE_NAME_LABEL)?;
    Some(Caution {
        code: Code(318),
        title: format!("boundary rests on the namespace label `{}`, which others can change", mutable.key),
        label: "chosen by label",
        note: "whoever may label a namespace decides which pods this speaks of",
        help: "list namespaces by name",
        place,
    })
}

fn namespaces(
    cx: &mut Context<'_>,
    scope: ScopeId,
    written: &[tree::Requirement],
    place: Span,
) -> Option<Resolved> {
    let selector = selector_of(cx, scope, written)?;
    let caution = by_label(&selector, place).map(Arc::new);
    let namespaces = Namespaces::Matching(selector);
    let pods = Pods { namespaces, selector: Selector::default(), accounts: None, name: None };
    Some(Resolved { caution, ..Resolved::new(End::pods(pods), Shape::Pods, place) })
}

fn pods_of(namespaces: Namespaces, name: &str) -> End {
    End::pods(Pods { namespaces, selector: Selector::default(), accounts: None, name: Some(name.into()) })
}

fn tenant(cx: &mut Context<'_>, scope: ScopeId, name: &Name, place: Span) -> Option<Vec<Resolved>> {
    if !cx.tenants.contains_key(&name.text) {
        let found = Diagnostic::new(Code(201), format!("no tenant is named `{}`", name.text));
        let found = found.at(name.span, "not declared");
        let near = nearest(&name.text, cx.tenants.keys().map(|known| &**known)).map(str::to_owned);
        cx.say(scope, did_you_mean(found, near, name.span, "declare it: `tenant NAME owns NAMESPACES`"));
        return None;
    }
    let ends = tenant_ends(cx, &name.text);
    Some(ends.into_iter().map(|end| Resolved::new(end, Shape::Pods, place)).collect())
}

/// The pods of one tenant: its namespaces by name, then those by label that no other tenant owns by name.
fn tenant_ends(cx: &Context<'_>, name: &Text) -> Vec<End> {
    let Some(declared) = cx.tenants.get(name) else { return Vec::new() };
    let mut ends = vec![pods_of(Namespaces::Named(declared.tenant.namespaces.clone()), name)];
    for selector in &declared.tenant.matching {
        let mut selector = selector.clone();
        let foreign: SortedSet<Text> =
            cx.owners.keys().filter(|n| !declared.tenant.namespaces.contains(*n)).cloned().collect();
        if !foreign.is_empty() {
            selector.requirements.push(netpol_flow::Requirement {
                key: NAMESPACE_NAME_LABEL.into(),
                operator: netpol_flow::Operator::NotIn,
                values: foreign,
            });
        }
        ends.push(pods_of(Namespaces::Matching(selector), name));
    }
    ends
}

/// The pods of every tenant.
fn every_tenant(cx: &mut Context<'_>) -> Arc<[End]> {
    if let Some(known) = &cx.every_tenant {
        return known.clone();
    }
    let names = cx.tenants.values().flat_map(|t| t.tenant.namespaces.iter().cloned()).collect();
    let mut ends = vec![pods_of(Namespaces::Named(names), "tenants")];
    for selector in cx.tenants.values().flat_map(|declared| &declared.tenant.matching) {
        ends.push(pods_of(Namespaces::Matching(selector.clone()), "tenants"));
    }
    let ends: Arc<[End]> = ends.into();
    cx.every_tenant = Some(ends.clone());
    ends
}

fn built_in(cx: &mut Context<'_>, scope: ScopeId, builtin: Builtin, place: Span) -> Option<Vec<Resolved>> {
    let one = |end, shape| Some(vec![Resolved::new(end, shape, place)]);
    match builtin {
        Builtin::All | Builtin::OtherPods => match cx.author(scope) {
            Author::Pattern => one(End::Any, Shape::Parameter),
            Author::Namespace(name) if builtin == Builtin::All => {
                one(End::pods(Pods::all_of(name)), Shape::Pods)
            }
            Author::Namespace(name) => {
                let ends = other_pods::other_pods(cx, scope, &name, place)?;
                Some(ends.iter().map(|end| Resolved::new(end.clone(), Shape::Pods, place)).collect())
            }
            Author::Platform => {
                let word = if builtin == Builtin::All { "all" } else { "other-pods" };
                let found = Diagnostic::new(Code(403), format!("`{word}` needs a namespace around it"));
                let found = found.at(place, "whose pods?");
                cx.say(scope, found.help("write `NAMESPACE/all`, `tenants` or `pods`"));
                None
            }
        },
        Builtin::Pods => one(pods_of(Namespaces::Every, "pods"), Shape::Pods),
        Builtin::Tenants => {
            let ends = every_tenant(cx);
            Some(ends.iter().map(|end| Resolved::new(end.clone(), Shape::Pods, place)).collect())
        }
        Builtin::System => one(
            pods_of(Namespaces::Named(cx.cluster.system.iter().cloned().collect()), "system"),
            Shape::Pods,
        ),
        Builtin::OtherTenants => one(End::OtherTenants, Shape::OtherTenants),
        Builtin::Internet => one(End::Internet, Shape::Edge),
        Builtin::Outside => one(End::Outside, Shape::Edge),
        Builtin::Any => one(End::Any, Shape::Any),
        Builtin::Nodes => one(End::Nodes, Shape::Edge),
        Builtin::ApiServer => one(End::ApiServer, Shape::Edge),
        Builtin::ClusterGateway => one(End::Gateway, Shape::Gateway),
    }
}

fn plain<'a>(
    cx: &mut Context<'a>,
    scope: ScopeId,
    name: &'a Name,
    place: Span,
    expected: Expected,
) -> Option<Vec<Resolved>> {
    let found = cx.chain(scope).find_map(|inner| inner.ends.get(&*name.text)).copied();
    if let Some(noun) = found {
        return nouns::meaning(cx, scope, noun, place);
    }
    let found = match expected {
        Expected::Pods | Expected::TestPods => {
            Diagnostic::new(Code(201), format!("no workload is named `{}`", name.text))
        }
        Expected::Edge => Diagnostic::new(Code(201), format!("no net or domain is named `{}`", name.text)),
    };
    let label = match cx.author(scope) {
        Author::Namespace(namespace) => format!("not declared in `{namespace}` and not imported"),
        Author::Platform | Author::Pattern => "not declared here and not imported".to_owned(),
    };
    let near = cx.near_end(scope, name);
    // Advice and no fix: what is meant reaches further than a name.
    let same = ELSEWHERE.iter().find(|(other, _)| *other == &*name.text);
    let other = match (same, expected) {
        (Some((_, meant)), _) => format!("did you mean `{meant}`?"),
        (None, _) if NAME_SERVERS.contains(&&*name.text) => {
            "to look up names, write `use std/k8s` at the top and `apply k8s/dns` in the namespace".to_owned()
        }
        (None, Expected::Pods | Expected::TestPods) => {
            format!("declare it: `workload {} selects …`", name.text)
        }
        (None, Expected::Edge) => format!("declare it: `net {0} = …` or `domain {0} = …`", name.text),
    };
    cx.say(scope, did_you_mean(found.at(name.span, label), near, name.span, &other));
    None
}

/// What other languages call the ends that have a name in this one.
const ELSEWHERE: &[(&str, &str)] = &[
    ("anyone", "any"),
    ("anywhere", "any"),
    ("api-server", "apiserver"),
    ("everyone", "any"),
    ("everything", "any"),
    ("host", "nodes"),
    ("hosts", "nodes"),
    ("kube-apiserver", "apiserver"),
    ("kubernetes", "apiserver"),
    ("public", "internet"),
    ("world", "internet"),
];

/// What people call the cluster's name service.
const NAME_SERVERS: &[&str] = &["coredns", "dns", "kube-dns"];

/// Adds the near name as a fix, or else other advice.
pub(crate) fn did_you_mean(found: Diagnostic, near: Option<String>, place: Span, other: &str) -> Diagnostic {
    match near {
        Some(near) => found.fix(format!("did you mean `{near}`?"), place, near),
        None => found.help(other),
    }
}

fn prefixed<'a>(
    cx: &mut Context<'a>,
    scope: ScopeId,
    path: &'a Path,
    place: Span,
    expected: Expected,
) -> Option<Vec<Resolved>> {
    // A parameter of type `namespace` stands for its value before the slash.
    let namespace: Text = match arguments::text_value(cx, scope, &path.prefix.text) {
        Some(Some(value)) => value,
        Some(None) => return Some(vec![Resolved::new(End::Any, Shape::Parameter, place)]),
        None => {
            if let Some(module) = cx.module(&path.prefix) {
                return of_module(cx, scope, module, path, place);
            }
            path.prefix.text.clone()
        }
    };
    if &*path.name.text == "all" {
        return Some(vec![Resolved::new(End::pods(Pods::all_of(namespace)), Shape::Pods, place)]);
    }
    let Some(declared) = cx.namespaces.get(&namespace) else {
        unknown_prefix(cx, scope, path, &namespace);
        return None;
    };
    let (home, apps) = (declared.scope, declared.apps.iter().map(|app| app.scope).collect::<Vec<_>>());
    let direct = cx.scope(home).and_then(|inner| inner.ends.get(&*path.name.text)).copied();
    let mut in_apps = apps.iter().filter_map(|app| cx.scope(*app)?.ends.get(&*path.name.text).copied());
    let noun = match (direct, in_apps.next(), in_apps.next()) {
        (Some(noun), _, _) | (None, Some(noun), None) => Some(noun),
        (None, _, _) => None,
    };
    let is_pods = |kind: &NounKind<'_>| {
        matches!(kind, NounKind::Workload(_) | NounKind::Tier { .. } | NounKind::Group(_))
    };
    if let Some(noun) = noun.filter(|noun| cx.nouns.get(noun.0).is_some_and(|noun| is_pods(&noun.kind))) {
        return nouns::meaning(cx, scope, noun, place);
    }
    let title = match expected {
        Expected::Pods | Expected::TestPods => {
            format!("no workload of `{namespace}` is named `{}`", path.name.text)
        }
        Expected::Edge => format!("`{namespace}` has no `{}`", path.name.text),
    };
    let found =
        Diagnostic::new(Code(201), title).at(path.name.span, format!("not declared in `{namespace}`"));
    let visible = |id: ScopeId| cx.scope(id).into_iter().flat_map(|inner| inner.ends.keys().copied());
    let near = nearest(&path.name.text, visible(home).chain(apps.iter().flat_map(|app| visible(*app))));
    let near = near.map(str::to_owned);
    let help = format!("declare it there: `workload {} selects …`", path.name.text);
    cx.say(scope, did_you_mean(found, near, path.name.span, &help));
    None
}

fn of_module<'a>(
    cx: &mut Context<'a>,
    scope: ScopeId,
    module: ScopeId,
    path: &'a Path,
    place: Span,
) -> Option<Vec<Resolved>> {
    if let Some(noun) = cx.scope(module).and_then(|inner| inner.ends.get(&*path.name.text)).copied() {
        return nouns::meaning(cx, scope, noun, place);
    }
    let title = format!("`{}` has no noun named `{}`", path.prefix.text, path.name.text);
    let found = Diagnostic::new(Code(201), title).at(path.name.span, "not in the module");
    let inner = cx.scope(module);
    let near = nearest(&path.name.text, inner.into_iter().flat_map(|inner| inner.ends.keys().copied()));
    let all: Vec<&str> = inner.into_iter().flat_map(|inner| inner.ends.keys().copied()).collect();
    let help = format!("it has {}", if all.is_empty() { "none".to_owned() } else { all.join(", ") });
    let near = near.map(str::to_owned);
    cx.say(scope, did_you_mean(found, near, path.name.span, &help));
    None
}

/// Tells that what stands before a slash is neither a namespace of the project nor an import.
///
/// An import that leads nowhere was told already (NP0202), and what would have come through it is not told again.
pub(crate) fn unknown_prefix(cx: &mut Context<'_>, scope: ScopeId, path: &Path, namespace: &str) {
    let lost = cx.project.file_of(path.prefix.span).map(ProjectFile::lost_prefixes).unwrap_or_default();
    if lost.contains(&namespace) || !near(namespace, lost).is_empty() {
        return;
    }
    let found = Diagnostic::new(Code(201), format!("nothing here declares `{namespace}/{}`", path.name.text));
    let found = found.at(path.prefix.span, "neither a namespace of this project nor an import");
    let library = crate::scope::library::MODULES.iter().map(|(module, _)| *module);
    if let Some(module) = library.into_iter().find(|module| module.strip_prefix("std/") == Some(namespace)) {
        let start = Span { start: 0, end: 0, ..path.prefix.span };
        let at = match cx.project.file_of(path.prefix.span).and_then(|file| file.tree.uses.first()) {
            Some(first) => Span { end: first.span.start, ..first.span },
            None => match cx.project.file_of(path.prefix.span).and_then(|file| file.tree.edition.as_ref()) {
                Some(_) => {
                    cx.say(scope, found.help(format!("import it: `use {module}`")));
                    return;
                }
                None => start,
            },
        };
        cx.say(scope, found.fix(format!("import it: `use {module}`"), at, format!("use {module}\n")));
        return;
    }
    let known = cx.namespaces.keys().map(|name| &**name);
    let imports =
        cx.project.file_of(path.prefix.span).map(|file| file.imports.keys().copied().collect::<Vec<_>>());
    let near = nearest(namespace, known.chain(imports.unwrap_or_default())).map(str::to_owned);
    let help = format!(
        "for a namespace that other people declare, write a handle: `workload {} selects … in {namespace}`",
        path.name.text
    );
    cx.say(scope, did_you_mean(found, near, path.prefix.span, &help));
}

/// What a parameter of type `workload`, `net` or `domain` stands for.
pub(crate) fn param_meaning<'a>(
    cx: &mut Context<'a>,
    param: ParamValue<'a>,
    name: &Name,
    place: Span,
) -> Option<Vec<Resolved>> {
    let Some((value, scope)) = param.value else {
        return Some(vec![Resolved::new(End::Any, Shape::Parameter, place)]);
    };
    arguments::ends_value(cx, scope, param.ty, name, value)
}
