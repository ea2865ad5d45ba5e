//! `textDocument/documentSymbol` and `workspace/symbol`: what there is, to jump to.

use lsp_types::{
    DocumentSymbol, DocumentSymbolParams, DocumentSymbolResponse, SymbolInformation, SymbolKind,
    WorkspaceSymbolParams,
};
use netpol_diagnostics::Span;
use netpol_driver::names::{Kind, Role, ScopeKind};
use netpol_syntax::tree::{Item, ItemKind, Name};

use crate::context::Context;
use crate::text::Lines;
use crate::tree::body;

/// The most symbols that are given for a search.
const MOST: usize = 500;

/// What a file declares.
pub fn document(cx: &Context, _: DocumentSymbolParams) -> Option<DocumentSymbolResponse> {
    let (lines, tree) = (cx.lines(), cx.file.tree());
    let mut symbols = all(&lines, cx, &tree.items);
    if let Some(head) = &tree.header {
        let whole = Span { end: cx.file.text().len() as u32, ..head.span };
        let names: Vec<&Name> = head.names.iter().collect();
        symbols = vec![symbol(&lines, (&listed(&names), SymbolKind::NAMESPACE), head.span, whole, symbols)];
    }
    if cx.client.nested_symbols {
        return Some(DocumentSymbolResponse::Nested(symbols));
    }
    let uri = cx.uri(cx.file.id)?;
    let mut flat = Vec::new();
    flatten(symbols, None, &uri, &mut flat);
    Some(DocumentSymbolResponse::Flat(flat))
}

#[allow(deprecated, reason = "the field is required where the type is built")]
fn flatten(
    symbols: Vec<DocumentSymbol>,
    around: Option<&str>,
    uri: &lsp_types::Uri,
    flat: &mut Vec<SymbolInformation>,
) {
    for symbol in symbols {
        flat.push(SymbolInformation {
            name: symbol.name.clone(),
            kind: symbol.kind,
            tags: None,
            deprecated: None,
            location: lsp_types::Location { uri: uri.clone(), range: symbol.range },
            container_name: around.map(str::to_owned),
        });
        flatten(symbol.children.unwrap_or_default(), Some(&symbol.name), uri, flat);
    }
}

fn all(lines: &Lines<'_>, cx: &Context, items: &[Item]) -> Vec<DocumentSymbol> {
    items.iter().flat_map(|item| of_item(lines, cx, item)).collect()
}

fn of_item(lines: &Lines<'_>, cx: &Context, item: &Item) -> Vec<DocumentSymbol> {
    let inner = || all(lines, cx, body(item));
    let one = |name: &Name, kind: Kind| {
        vec![symbol(lines, (&name.text, icon(kind)), name.span, item.span, inner())]
    };
    match &item.kind {
        ItemKind::Cluster(cluster) => one(&cluster.name, Kind::Cluster),
        ItemKind::Tenant { name, .. } => one(name, Kind::Tenant),
        ItemKind::Namespace { head, .. } => {
            let names: Vec<&Name> = head.names.iter().collect();
            vec![symbol(lines, (&listed(&names), icon(Kind::Namespace)), head.span, item.span, inner())]
        }
        ItemKind::App { name, .. } => one(name, Kind::App),
        ItemKind::Guardrail { name, .. } => one(name, Kind::Guardrail),
        ItemKind::Baseline { .. } => {
            vec![symbol(lines, ("baseline", icon(Kind::Guardrail)), item.head, item.span, inner())]
        }
        ItemKind::Pattern { name, .. } => one(name, Kind::Pattern),
        ItemKind::Test { title, .. } => {
            vec![symbol(lines, (&title.node, SymbolKind::EVENT), title.span, item.span, Vec::new())]
        }
        ItemKind::Workload(workload) => one(&workload.name, Kind::Workload),
        ItemKind::Tiers { names, .. } => {
            let each =
                |name: &Name| symbol(lines, (&name.text, icon(Kind::Tier)), name.span, name.span, Vec::new());
            names.iter().map(each).collect()
        }
        ItemKind::Group { name, .. } => one(name, Kind::Group),
        ItemKind::Net { name, .. } => one(name, Kind::Net),
        ItemKind::Domain { name, .. } => one(name, Kind::Domain),
        ItemKind::Port { name, .. } => one(name, Kind::Port),
        ItemKind::Expose { .. } | ItemKind::Apply { .. } => {
            let text = cx.text(item.head).split_whitespace().collect::<Vec<_>>().join(" ");
            vec![symbol(lines, (&text, SymbolKind::INTERFACE), item.head, item.span, Vec::new())]
        }
        ItemKind::Mode { .. }
        | ItemKind::Waive { .. }
        | ItemKind::Require(_)
        | ItemKind::Deny(_)
        | ItemKind::Allow(_)
        | ItemKind::Except(_)
        | ItemKind::Can(_)
        | ItemKind::Cannot(_)
        | ItemKind::Flow(_) => Vec::new(),
    }
}

fn listed(names: &[&Name]) -> String {
    names.iter().map(|name| &*name.text).collect::<Vec<_>>().join(", ")
}

#[allow(deprecated, reason = "the field is required where the type is built")]
fn symbol(
    lines: &Lines<'_>,
    (name, kind): (&str, SymbolKind),
    selection: Span,
    whole: Span,
    children: Vec<DocumentSymbol>,
) -> DocumentSymbol {
    // A client refuses a symbol without a name.
    let name = if name.trim().is_empty() { "…".to_owned() } else { name.to_owned() };
    let whole = Span { start: whole.start.min(selection.start), end: whole.end.max(selection.end), ..whole };
    DocumentSymbol {
        name,
        detail: None,
        kind,
        tags: None,
        deprecated: None,
        range: lines.range(whole),
        selection_range: lines.range(selection),
        children: (!children.is_empty()).then_some(children),
    }
}

/// What a client shows beside a name.
fn icon(kind: Kind) -> SymbolKind {
    match kind {
        Kind::Workload => SymbolKind::CLASS,
        Kind::Tier => SymbolKind::ENUM_MEMBER,
        Kind::Group => SymbolKind::ARRAY,
        Kind::Net | Kind::Domain => SymbolKind::CONSTANT,
        Kind::Port | Kind::OwnPort => SymbolKind::NUMBER,
        Kind::Pattern => SymbolKind::FUNCTION,
        Kind::Parameter(_) => SymbolKind::VARIABLE,
        Kind::Namespace => SymbolKind::NAMESPACE,
        Kind::Tenant => SymbolKind::PACKAGE,
        Kind::Cluster => SymbolKind::OBJECT,
        Kind::App | Kind::Import => SymbolKind::MODULE,
        Kind::Guardrail => SymbolKind::INTERFACE,
    }
}

/// What the projects declare whose names hold the letters of a search in their order.
#[allow(deprecated, reason = "the field is required where the type is built")]
pub fn workspace(contexts: &[Context], params: &WorkspaceSymbolParams) -> Vec<SymbolInformation> {
    let query = params.query.to_lowercase();
    let mut found = Vec::new();
    for cx in contexts {
        for file in cx.names.files().filter(|file| file.role != Role::Library) {
            let state = &file.state;
            let lines = std::cell::OnceCell::new();
            for declared in &state.names.declarations {
                if matches!(declared.kind, Kind::Parameter(_) | Kind::Import)
                    || !matches(&declared.name, &query)
                {
                    continue;
                }
                let Some(uri) = cx.uri(state.id) else { continue };
                let lines = lines.get_or_init(|| Lines::of(state.text(), cx.client.encoding));
                let scope = state.names.scopes.get(declared.scope as usize);
                let container_name = match scope.map(|scope| &scope.kind) {
                    Some(ScopeKind::Namespace(names)) => Some(names.join(", ")),
                    Some(ScopeKind::App(Some(namespace))) => Some(namespace.to_string()),
                    Some(_) | None => None,
                };
                found.push(SymbolInformation {
                    name: declared.name.to_string(),
                    kind: icon(declared.kind),
                    tags: None,
                    deprecated: None,
                    location: lsp_types::Location { uri, range: lines.range(declared.span) },
                    container_name,
                });
                if found.len() >= MOST {
                    return found;
                }
            }
        }
    }
    found
}

/// Whether a name holds these letters in their order.
fn matches(name: &str, query: &str) -> bool {
    let mut letters = name.chars().flat_map(char::to_lowercase);
    query.chars().all(|wanted| letters.any(|letter| letter == wanted))
}
