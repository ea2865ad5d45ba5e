//! `textDocument/definition`: where a name is declared, in the library too.

use lsp_types::{GotoDefinitionParams, GotoDefinitionResponse, Location};
use netpol_diagnostics::Span;
use netpol_driver::names::{Kind, Symbol};

use crate::context::Context;

/// The declarations of the name at a place.
pub fn definition(cx: &Context, params: GotoDefinitionParams) -> Option<GotoDefinitionResponse> {
    let offset = cx.offset(params.text_document_position_params.position);
    let names = &cx.file.names;
    // On an import's path, and on the prefix that comes of it, the module is meant.
    let import = names.imports.iter().find(|import| import.span.start <= offset && offset <= import.span.end);
    if let Some(import) = import {
        return module(cx, &import.module).map(GotoDefinitionResponse::Scalar);
    }
    let (_, symbols) = cx.symbols_at(offset)?;
    let found: Vec<Location> = symbols.iter().filter_map(|symbol| place(cx, *symbol)).collect();
    (!found.is_empty()).then_some(GotoDefinitionResponse::Array(found))
}

fn place(cx: &Context, symbol: Symbol) -> Option<Location> {
    let declared = cx.names.declaration(symbol)?;
    if declared.kind == Kind::Import {
        let names = &cx.names.file(symbol.file)?.state.names;
        let import = names.imports.iter().find(|import| import.prefix == symbol.at)?;
        return module(cx, &import.module);
    }
    cx.location(declared.span)
}

/// The beginning of a module.
fn module(cx: &Context, path: &str) -> Option<Location> {
    let file = cx.names.module(path)?.state.id;
    cx.location(Span { file, start: 0, end: 0 })
}
