//! `textDocument/hover`: what a name is, who may reach it, what a code means.

use lsp_types::{Hover, HoverContents, HoverParams, MarkupContent, MarkupKind};
use netpol_check::standard_modules;
use netpol_diagnostics::{Code, Span};
use netpol_driver::names::{Declaration, Kind, ScopeKind, Symbol};
use netpol_driver::{document_item, document_library, document_module, document_pods};
use netpol_flow::Text;
use netpol_model::{Pods, Policy, SharedPods};

use crate::context::Context;
use crate::ports;
use crate::tree::item_with_head;

/// What is shown beside the place.
pub fn hover(cx: &Context, params: HoverParams) -> Option<Hover> {
    let offset = cx.offset(params.text_document_position_params.position);
    let (span, text) = code(cx, offset)
        .or_else(|| module(cx, offset))
        .or_else(|| name(cx, offset))
        .or_else(|| diagnostic(cx, offset))?;
    let contents = HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value: text });
    Some(Hover { contents, range: Some(cx.range(span)) })
}

/// `NP0501` written anywhere, as in a comment.
fn code(cx: &Context, offset: u32) -> Option<(Span, String)> {
    let text = cx.file.text();
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric();
    let bytes = text.as_bytes();
    let before = bytes.get(..offset as usize)?.iter().rev().take_while(|byte| is_word(byte)).count();
    let after = bytes.get(offset as usize..)?.iter().take_while(|byte| is_word(byte)).count();
    let (start, end) = (offset as usize - before, offset as usize + after);
    let digits = text.get(start..end)?.strip_prefix("NP").filter(|digits| digits.len() == 4)?;
    let page = (cx.pages)(Code(digits.parse().ok()?))?;
    Some((Span { file: cx.file.id, start: start as u32, end: end as u32 }, page.to_owned()))
}

/// The page of the diagnostic at the place, where nothing else is there to say.
fn diagnostic(cx: &Context, offset: u32) -> Option<(Span, String)> {
    let checked = cx.checked_file().filter(|_| cx.is_current())?;
    let all = &cx.snapshot.as_ref()?.compiled.diagnostics;
    let here = all
        .iter()
        .filter_map(|found| Some((found, found.primary.as_ref()?.span)))
        .filter(|(_, span)| span.file == checked.id && span.start <= offset && offset <= span.end);
    let (found, span) = here.min_by_key(|(_, span)| span.end - span.start)?;
    Some((span, (cx.pages)(found.code)?.to_owned()))
}

/// The documentation of an imported module.
fn module(cx: &Context, offset: u32) -> Option<(Span, String)> {
    let names = &cx.file.names;
    let import =
        names.imports.iter().find(|import| import.span.start <= offset && offset <= import.span.end)?;
    Some((import.span, module_text(cx, &import.module)?))
}

fn module_text(cx: &Context, path: &Text) -> Option<String> {
    if standard_modules().iter().any(|(module, _)| **module == **path) {
        return document_library(path).ok();
    }
    Some(document_module(path, cx.names.module(path)?.state.text()))
}

fn name(cx: &Context, offset: u32) -> Option<(Span, String)> {
    let (span, symbols) = cx.symbols_at(offset)?;
    let mut parts: Vec<String> = symbols.iter().filter_map(|symbol| describe(cx, *symbol)).collect();
    parts.dedup();
    (!parts.is_empty()).then(|| (span, parts.join("\n---\n")))
}

/// What a declaration is, in Markdown.
pub fn describe(cx: &Context, symbol: Symbol) -> Option<String> {
    let declared = cx.names.declaration(symbol)?;
    let home = home(cx, symbol, declared);
    let of = home.as_ref().map(|home| format!(" of `{home}`")).unwrap_or_default();
    let title = format!("**{} `{}`**{of}\n\n", declared.kind.word(), declared.name);
    let statement = || statement(cx, symbol, declared).unwrap_or_default();
    Some(match declared.kind {
        Kind::Workload | Kind::Tier => title + &statement() + &meaning(cx, &declared.name, home.as_ref()),
        Kind::Port | Kind::OwnPort => {
            let ports = ports::numbers(cx, &[symbol]);
            let ports = if ports.is_empty() { String::new() } else { format!("`{}`\n\n", ports.join(", ")) };
            let statement = if declared.kind == Kind::Port { statement() } else { String::new() };
            title + &ports + &statement
        }
        Kind::Group
        | Kind::Net
        | Kind::Domain
        | Kind::Pattern
        | Kind::Tenant
        | Kind::Cluster
        | Kind::Guardrail => title + &statement(),
        Kind::App => title + &statement(),
        Kind::Parameter(_) => format!("{title}```netpol\n{}\n```\n", cx.text(declared.head)),
        Kind::Namespace => title + &statement() + &namespace(cx, &declared.name),
        Kind::Import => {
            let names = &cx.names.file(symbol.file)?.state.names;
            let import = names.imports.iter().find(|import| import.prefix == symbol.at)?;
            module_text(cx, &import.module)?
        }
    })
}

/// The statement that declares a name, with the comment above it.
fn statement(cx: &Context, symbol: Symbol, declared: &Declaration) -> Option<String> {
    let file = &cx.names.file(symbol.file)?.state;
    match item_with_head(&file.tree().items, declared.head) {
        Some(item) => Some(document_item(file.path(), file.text(), item) + "\n"),
        None => Some(format!("```netpol\n{}\n```\n\n", cx.text(declared.head))),
    }
}

/// The namespace a name is declared in.
fn home(cx: &Context, symbol: Symbol, declared: &Declaration) -> Option<Text> {
    let names = &cx.names.file(symbol.file)?.state.names;
    let mut at = Some(declared.scope);
    while let Some(scope) = at.and_then(|at| names.scopes.get(at as usize)) {
        match &scope.kind {
            ScopeKind::Namespace(names) => return names.first().cloned(),
            ScopeKind::App(Some(namespace)) => return Some(namespace.clone()),
            ScopeKind::Top
            | ScopeKind::App(None)
            | ScopeKind::Pattern
            | ScopeKind::Guardrail
            | ScopeKind::Baseline
            | ScopeKind::Test
            | ScopeKind::Domain => at = scope.parent,
        }
    }
    None
}

/// Who may reach a workload, by the policy of each cluster.
fn meaning(cx: &Context, name: &Text, home: Option<&Text>) -> String {
    let as_of = cx.snapshot.as_ref().and_then(|snapshot| snapshot.as_of);
    let Some(as_of) = as_of else { return String::new() };
    let of_view = |view: &Policy| {
        // A reference to pods of another namespace is known by the namespace it names.
        let (namespace, pods) = match home.and_then(|home| view.namespaces.get(home)) {
            Some(namespace) => (namespace, namespace.workloads.get(name)?),
            None => {
                let pods = view.handles.get(name)?;
                let only = pods.named().and_then(|names| names.first().filter(|_| names.len() == 1))?;
                (view.namespaces.get(only)?, pods)
            }
        };
        Some(on_cluster(cx, view, document_pods(view, namespace, pods, as_of)))
    };
    said_once(cx.views().iter().filter_map(of_view))
}

/// What a namespace's pods may do together.
fn namespace(cx: &Context, name: &Text) -> String {
    let Some(as_of) = cx.snapshot.as_ref().and_then(|snapshot| snapshot.as_of) else { return String::new() };
    let of_view = |view: &Policy| {
        let namespace = view.namespaces.get(name)?;
        let owner =
            namespace.origin.owner.as_ref().map(|owner| format!("Owner {owner}. ")).unwrap_or_default();
        let all = SharedPods::from(Pods::all_of(name.clone()));
        Some(on_cluster(cx, view, owner + &document_pods(view, namespace, &all, as_of)))
    };
    said_once(cx.views().iter().filter_map(of_view))
}

fn on_cluster(cx: &Context, view: &Policy, text: String) -> String {
    match &view.cluster.name {
        Some(name) if cx.views().len() > 1 => format!("On cluster `{name}`: {text}"),
        Some(_) | None => text,
    }
}

fn said_once(parts: impl Iterator<Item = String>) -> String {
    let mut parts: Vec<String> = parts.collect();
    parts.dedup();
    parts.join("\n")
}
