//! The first pass: what is declared where, before any line is read.

use std::sync::Arc;

use netpol_diagnostics::{Code, Diagnostic, Span, nearest};
use netpol_flow::{SortedSet, Text};
use netpol_model as model;
use netpol_syntax::tree::{File, Item, ItemKind, Mode, Name, NamespaceHead, NamespaceSelection};

use crate::nesting::{self, Place};
use crate::resolve::ends;
use crate::scope::expand;
use crate::scope::modules::FileKind;
use crate::scope::names::{
    App, Author, Context, DeclaredNamespace, DeclaredTenant, NounKind, Pattern, ScopeId,
};
use crate::statements::clauses::{Bearer, read_clauses};

/// Declares everything of the view.
pub(crate) fn collect(cx: &mut Context<'_>) {
    let project = cx.project;
    if let Some(file) = project.prelude.and_then(|at| project.files.get(at)) {
        declare_file(cx, ScopeId(0), file.tree);
    }
    for (at, file) in project.files.iter().enumerate() {
        if file.kind != FileKind::Project && Some(at) != project.prelude {
            let scope = cx.add_scope(Some(ScopeId(0)), Author::Platform);
            cx.modules.insert(at, scope);
            declare_file(cx, scope, file.tree);
            if let (FileKind::Module, Some(head)) = (file.kind, &file.tree.header) {
                let found =
                    Diagnostic::new(Code(403), "`namespace` is not available in a file that others import");
                cx.report.add(&[], found.at(head.span, "a module holds nouns and patterns"));
            }
        }
    }
    let own: Vec<&File> =
        project.files.iter().filter(|file| file.kind == FileKind::Project).map(|file| file.tree).collect();
    for file in &own {
        project_wide(cx, file);
    }
    for file in &own {
        namespaces_of(cx, file);
    }
    for file in &own {
        loose_apps(cx, file);
    }
    tell_prefixes(cx);
    // Patterns first: a mistake in one is told where it is written, not where it is applied.
    define_patterns(cx);
    apply_all(cx);
}

fn define_patterns(cx: &mut Context<'_>) {
    let project = cx.project;
    let is_module = |at: &usize| project.files.get(*at).is_some_and(|file| file.kind == FileKind::Module);
    let modules = cx.modules.iter().filter(|(at, _)| is_module(at)).map(|(_, scope)| *scope);
    for scope in std::iter::once(cx.top).chain(modules).collect::<Vec<_>>() {
        let patterns: Vec<_> =
            cx.scope(scope).map(|inner| inner.patterns.values().copied().collect()).unwrap_or_default();
        for pattern in patterns {
            let inner = expand::definition(cx, pattern);
            cx.definitions.push((pattern, inner));
        }
    }
}

fn declare_file<'a>(cx: &mut Context<'a>, scope: ScopeId, tree: &'a File) {
    for item in &tree.items {
        declare_noun(cx, scope, item);
        declare_pattern(cx, scope, item);
    }
}

/// Declares a noun, if the statement is one of this view; nothing for other statements.
pub(crate) fn declare_noun<'a>(cx: &mut Context<'a>, scope: ScopeId, item: &'a Item) {
    let (name, on, kind) = match &item.kind {
        ItemKind::Workload(workload) => (&workload.name, &workload.on[..], NounKind::Workload(workload)),
        ItemKind::Group { name, on, members } => (name, &on[..], NounKind::Group(members)),
        ItemKind::Net { name, on, members, except } => {
            (name, &on[..], NounKind::Net(members, except.as_ref()))
        }
        ItemKind::Domain { name, params, on, members } => (name, &on[..], NounKind::Domain(params, members)),
        ItemKind::Tiers { names, key } => {
            for name in names {
                cx.declare_end(scope, name, NounKind::Tier { key });
            }
            return;
        }
        ItemKind::Port { name, on, services } => {
            tell_clusters(cx, scope, on);
            if cx.in_view(on) {
                cx.declare_port(scope, name, services);
            }
            return;
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
        | ItemKind::Flow(_) => return,
    };
    tell_clusters(cx, scope, on);
    if cx.in_view(on) {
        cx.declare_end(scope, name, kind);
    }
}

fn declare_pattern<'a>(cx: &mut Context<'a>, scope: ScopeId, item: &'a Item) {
    let ItemKind::Pattern { name, params, body } = &item.kind else { return };
    let first =
        cx.chain(scope).find_map(|inner| inner.patterns.get(&*name.text)).map(|first| first.name.span);
    if let Some(first) = first {
        cx.tell_twice(scope, name, first);
        return;
    }
    let pattern = Pattern { name, params, body, scope };
    if let Some(slot) = cx.scope_mut(scope) {
        slot.patterns.insert(&name.text, pattern);
    }
}

/// Tells clusters that no block declares.
pub(crate) fn tell_clusters(cx: &mut Context<'_>, scope: ScopeId, on: &[Name]) {
    for name in on {
        if !cx.clusters.contains(&name.text) {
            let found = Diagnostic::new(Code(201), format!("no cluster is named `{}`", name.text));
            let found = found.at(name.span, "not declared");
            let near = nearest(&name.text, cx.clusters.iter().map(|known| &**known));
            let near = near.map(str::to_owned);
            let help = format!("declare it: `cluster {} {{ … }}`", name.text);
            cx.say(scope, ends::did_you_mean(found, near, name.span, &help));
        }
    }
}

/// Whether a statement at top level needs a namespace around it.
fn needs_namespace(item: &Item) -> bool {
    match &item.kind {
        ItemKind::Flow(_)
        | ItemKind::Expose { .. }
        | ItemKind::Apply { .. }
        | ItemKind::Waive { .. }
        | ItemKind::Deny(_)
        | ItemKind::Except(_)
        | ItemKind::Mode { .. }
        | ItemKind::Tiers { .. } => true,
        ItemKind::Workload(workload) => workload.within.is_empty(),
        ItemKind::App { namespace, .. } => namespace.is_none(),
        ItemKind::Cluster(_)
        | ItemKind::Tenant { .. }
        | ItemKind::Namespace { .. }
        | ItemKind::Guardrail { .. }
        | ItemKind::Baseline { .. }
        | ItemKind::Pattern { .. }
        | ItemKind::Test { .. }
        | ItemKind::Group { .. }
        | ItemKind::Net { .. }
        | ItemKind::Domain { .. }
        | ItemKind::Port { .. }
        | ItemKind::Require(_)
        | ItemKind::Allow(_)
        | ItemKind::Can(_)
        | ItemKind::Cannot(_) => false,
    }
}

/// Whether a file's loose lines belong to the default namespace.
pub(crate) fn is_loose(cx: &Context<'_>, tree: &File) -> bool {
    cx.default_namespace.is_some() && tree.header.is_none() && tree.items.iter().any(needs_namespace)
}

/// Whether a statement of a loose file belongs to the default namespace.
fn belongs_to_default(item: &Item) -> bool {
    needs_namespace(item) || matches!(item.kind, ItemKind::Group { .. } | ItemKind::Test { .. })
}

fn project_wide<'a>(cx: &mut Context<'a>, tree: &'a File) {
    if tree.header.is_some() {
        return;
    }
    let (top, loose) = (cx.top, is_loose(cx, tree));
    for item in &tree.items {
        if loose && belongs_to_default(item) {
            continue;
        }
        match &item.kind {
            ItemKind::Tenant { name, owns } => {
                tell_platform(cx, item, "tenant");
                tenant(cx, item, name, owns);
            }
            ItemKind::Pattern { .. } => declare_pattern(cx, top, item),
            ItemKind::Cluster(_) => tell_platform(cx, item, "cluster"),
            ItemKind::Guardrail { .. } => tell_platform(cx, item, "guardrail"),
            ItemKind::Baseline { .. } => tell_platform(cx, item, "baseline"),
            ItemKind::Workload(workload) if workload.within.is_empty() => {}
            ItemKind::Workload(_)
            | ItemKind::Group { .. }
            | ItemKind::Net { .. }
            | ItemKind::Domain { .. }
            | ItemKind::Port { .. } => declare_noun(cx, top, item),
            ItemKind::Namespace { .. }
            | ItemKind::App { .. }
            | ItemKind::Test { .. }
            | ItemKind::Mode { .. }
            | ItemKind::Tiers { .. }
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
}

/// Tells a platform statement in a tenant's file (amendment U5).
fn tell_platform(cx: &mut Context<'_>, item: &Item, word: &str) {
    if cx.is_tenant_file(item.head) {
        let found = Diagnostic::new(Code(210), format!("`{word}` in a tenant's file"));
        let found = found.at(item.head, "a platform statement");
        cx.report.add(&[], found.help("move it to a platform file; the platform's owners review it"));
    }
}

fn tenant<'a>(cx: &mut Context<'a>, item: &'a Item, name: &'a Name, owns: &'a NamespaceSelection) {
    let top = cx.top;
    if let Some(first) = cx.tenants.get(&name.text).map(|first| first.name.span) {
        cx.tell_twice(top, name, first);
        return;
    }
    let read = read_clauses(cx, top, &item.clauses, Bearer::Declaration, None);
    let mut tenant =
        model::Tenant { namespaces: SortedSet::new(), matching: Vec::new(), owner: read.papers.owner };
    match owns {
        NamespaceSelection::Names(names) => {
            for owned in names {
                if let Some((other, first)) =
                    cx.owners.get(&owned.text).filter(|(other, _)| *other != name.text)
                {
                    let found =
                        Diagnostic::new(Code(205), format!("namespace `{}` has two owners", owned.text));
                    let found = found.at(owned.span, format!("owned by `{}`", name.text));
                    let found = found.and_at(*first, format!("owned by `{other}` too"));
                    cx.report.add(&[], found.help("keep one of them"));
                    continue;
                }
                cx.owners.insert(owned.text.clone(), (name.text.clone(), owned.span));
                tenant.namespaces.insert(owned.text.clone());
            }
        }
        NamespaceSelection::Matching(written) => {
            if let Some(selector) = ends::selector_of(cx, top, &written.node) {
                if let Some(caution) =
                    ends::by_label(&selector, written.span).filter(|_| read.papers.because.is_none())
                {
                    cx.report.add(&[], caution.told_at(written.span));
                }
                tenant.matching.push(selector);
            }
        }
    }
    cx.tenants.insert(name.text.clone(), DeclaredTenant { name, item, tenant });
}

fn namespaces_of<'a>(cx: &mut Context<'a>, tree: &'a File) {
    if let Some(head) = &tree.header {
        namespace(cx, head, &tree.items);
        return;
    }
    for item in &tree.items {
        if let ItemKind::Namespace { head, body } = &item.kind {
            namespace(cx, head, body);
        }
    }
    if !is_loose(cx, tree) {
        return;
    }
    let Some(name) = cx.default_namespace.clone() else { return };
    let scope = match cx.namespaces.get(&name) {
        Some(declared) => declared.scope,
        None => {
            let scope = cx.add_scope(Some(cx.top), Author::Namespace(name.clone()));
            let declared =
                DeclaredNamespace { place: None, head: None, items: Vec::new(), scope, apps: Vec::new() };
            Arc::make_mut(&mut cx.namespaces).insert(name.clone(), declared);
            scope
        }
    };
    let items = tree.items.iter().filter(|item| belongs_to_default(item));
    fill_namespace(cx, &name, scope, items);
}

fn namespace<'a>(cx: &mut Context<'a>, head: &'a NamespaceHead, body: &'a [Item]) {
    let top = cx.top;
    tell_clusters(cx, top, &head.on);
    if !cx.in_view(&head.on) {
        return;
    }
    if let Some(matching) = &head.matching {
        let found = Diagnostic::new(Code(320), "the members of a namespace class are not known");
        let found = found.at(matching.span, "which namespaces are these?");
        let found = found.note(
            "a class is filled from an inventory of the cluster, which this compiler does not read yet",
        );
        cx.report.add(&[], found.help("list the namespaces: `namespace [a, b] { … }`"));
        return;
    }
    for name in &head.names {
        if let Some(first) = cx.namespaces.get(&name.text).map(|first| first.place) {
            let found = Diagnostic::new(Code(212), format!("namespace `{}` is declared twice", name.text));
            let found = found.at(name.span, "declared again");
            let found = match first {
                Some(first) => found.and_at(first, "declared first here"),
                None => found,
            };
            let help = format!("merge them, or write `app NAME in {} {{ … }}` at top level here", name.text);
            cx.report.add(&[], found.help(help));
            continue;
        }
        tell_authority(cx, name, name.span, head.mode.as_ref().map(|mode| mode.node));
        let scope = cx.add_scope(Some(top), Author::Namespace(name.text.clone()));
        let (place, head) = (Some(name.span), Some(head));
        let declared = DeclaredNamespace { place, head, items: Vec::new(), scope, apps: Vec::new() };
        Arc::make_mut(&mut cx.namespaces).insert(name.text.clone(), declared);
        fill_namespace(cx, &name.text, scope, body);
    }
}

/// Tells a namespace that its file's folder may not declare (amendments U5 and U20).
fn tell_authority(cx: &mut Context<'_>, name: &Name, place: Span, mode: Option<Mode>) {
    let Some(crate::Authority::Tenants(allowed)) = cx.project.file_of(place).map(|file| file.authority)
    else {
        return;
    };
    if mode == Some(Mode::External) {
        return;
    }
    match cx.owners.get(&name.text) {
        Some((owner, _)) if allowed.contains(owner) => {}
        Some((owner, said)) => {
            let found =
                Diagnostic::new(Code(213), format!("namespace `{}` belongs to tenant `{owner}`", name.text));
            let found = found.at(place, "declared outside its tenant's folder").and_at(*said, "owned here");
            cx.report.add(&[], found.help(format!("move it to a folder of `{owner}`")));
        }
        None if cx.tenants.is_empty() => {}
        None => {
            let found = Diagnostic::new(Code(210), format!("namespace `{}` belongs to no tenant", name.text));
            let found = found.at(place, "so declaring it is a platform statement");
            cx.report.add(&[], found.help("add it to a tenant's `owns`, or move it to a platform file"));
        }
    }
}

fn fill_namespace<'a>(
    cx: &mut Context<'a>,
    name: &Text,
    scope: ScopeId,
    items: impl IntoIterator<Item = &'a Item>,
) {
    let items: Vec<&'a Item> = items.into_iter().collect();
    for item in &items {
        declare_noun(cx, scope, item);
        if let ItemKind::App { name: app, body, .. } = &item.kind {
            declare_app(cx, name, scope, app, item, body);
        }
    }
    if let Some(declared) = Arc::make_mut(&mut cx.namespaces).get_mut(name) {
        declared.items.extend(items);
    }
}

fn declare_app<'a>(
    cx: &mut Context<'a>,
    namespace: &Text,
    home: ScopeId,
    name: &'a Name,
    item: &'a Item,
    body: &'a [Item],
) {
    let apps = cx.namespaces.get(namespace).map(|declared| &declared.apps);
    let first =
        apps.and_then(|apps| apps.iter().find(|app| app.name.text == name.text)).map(|app| app.name.span);
    if let Some(first) = first {
        cx.tell_twice(home, name, first);
        return;
    }
    let scope = cx.add_scope(Some(home), Author::Namespace(namespace.clone()));
    for item in body {
        declare_noun(cx, scope, item);
    }
    if let Some(declared) = Arc::make_mut(&mut cx.namespaces).get_mut(namespace) {
        declared.apps.push(App { name, item, body, scope });
    }
}

/// `app x in ns { … }` at top level (amendment U16).
fn loose_apps<'a>(cx: &mut Context<'a>, tree: &'a File) {
    if tree.header.is_some() {
        return;
    }
    for item in &tree.items {
        let ItemKind::App { name, namespace: Some(namespace), body } = &item.kind else { continue };
        let Some(home) = cx.namespaces.get(&namespace.text).map(|declared| declared.scope) else {
            let found = Diagnostic::new(Code(201), format!("no namespace is named `{}`", namespace.text));
            let found = found.at(namespace.span, "not declared in this project");
            let known = cx.namespaces.keys().map(|known| &**known);
            let near = nearest(&namespace.text, known).map(str::to_owned);
            cx.report.add(
                &[],
                ends::did_you_mean(found, near, namespace.span, "declare the namespace once, elsewhere"),
            );
            continue;
        };
        tell_authority(cx, namespace, namespace.span, None);
        declare_app(cx, &namespace.text, home, name, item, body);
    }
}

/// Tells import prefixes that are namespaces too, since `a/b` must have one reading.
fn tell_prefixes(cx: &mut Context<'_>) {
    let project = cx.project;
    for file in project.files.iter().filter(|file| file.kind == FileKind::Project) {
        for (prefix, import) in &file.imports {
            let Some(place) = cx.namespaces.get(*prefix).map(|declared| declared.place) else { continue };
            let found = Diagnostic::new(Code(204), format!("import prefix `{prefix}` is also a namespace"));
            let found = found.at(import.span, format!("`{prefix}/…` would have two readings"));
            let found = match place {
                Some(place) => found.and_at(place, "the namespace"),
                None => found,
            };
            cx.report.add(&[], found.help(format!("pick another prefix: `… as {prefix}-lib`")));
        }
    }
}

/// Declares the nouns that applied patterns bring.
fn apply_all(cx: &mut Context<'_>) {
    let names: Vec<Arc<str>> = cx.namespaces.keys().cloned().collect();
    for name in names {
        let Some(declared) = cx.namespaces.get(&name) else { continue };
        let (scope, items) = (declared.scope, declared.items.clone());
        let apps: Vec<_> = declared.apps.iter().map(|app| (app.scope, app.body)).collect();
        expand::fill_applied(cx, scope, items);
        for (scope, body) in apps {
            expand::fill_applied(cx, scope, body);
        }
    }
}

/// The error for a statement that may not stand at top level, or in a module.
pub(crate) fn tell_nesting(cx: &mut Context<'_>, place: Place, tree: &File) {
    let mut outside_told = false;
    let loose = is_loose(cx, tree);
    for item in &tree.items {
        if loose && belongs_to_default(item) {
            continue;
        }
        let Err(found) = nesting::check(place, item, false) else { continue };
        // One cause, one diagnostic: a file without a namespace is told once.
        if found.code == Code(106) && std::mem::replace(&mut outside_told, true) {
            continue;
        }
        cx.report.add(&[], found);
    }
}
