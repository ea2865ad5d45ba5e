//! Which request is answered where: one line for each.

use std::str::FromStr;

use lsp_types::request::{self, Request};
use lsp_types::{CompletionItem, TextDocumentPositionParams, Uri};
use serde_json::Value;

use crate::context::Context;
use crate::requests::{
    actions, completion, definition, folding, format, hover, inlay, lens, references, rename, selection,
    semantic_tokens, signature, symbols,
};
use crate::state::State;

/// The answer to a request.
pub enum Answer {
    /// This.
    Value(Value),
    /// The parameters cannot be read, for this reason.
    BadParams(String),
    /// It cannot be done, for this reason, which the user is shown.
    Refused(String),
    /// There is no such request.
    Unknown,
}

/// Answers a request.
pub fn answer(state: &mut State, method: &str, params: Value) -> Answer {
    use request as r;
    match method {
        r::HoverRequest::METHOD => {
            about::<r::HoverRequest>(state, params, |p| at(&p.text_document_position_params), hover::hover)
        }
        r::Completion::METHOD => {
            about::<r::Completion>(state, params, |p| at(&p.text_document_position), completion::completion)
        }
        r::ResolveCompletionItem::METHOD => resolve(state, params),
        r::SignatureHelpRequest::METHOD => {
            let uri = |p: &lsp_types::SignatureHelpParams| at(&p.text_document_position_params).clone();
            about::<r::SignatureHelpRequest>(state, params, uri, signature::signature)
        }
        r::GotoDefinition::METHOD => about::<r::GotoDefinition>(
            state,
            params,
            |p| at(&p.text_document_position_params),
            definition::definition,
        ),
        r::References::METHOD => {
            about::<r::References>(state, params, |p| at(&p.text_document_position), references::references)
        }
        r::DocumentHighlightRequest::METHOD => about::<r::DocumentHighlightRequest>(
            state,
            params,
            |p| at(&p.text_document_position_params),
            references::highlight,
        ),
        r::PrepareRenameRequest::METHOD => {
            attempt::<r::PrepareRenameRequest>(state, params, at, rename::prepare)
        }
        r::Rename::METHOD => {
            attempt::<r::Rename>(state, params, |p| at(&p.text_document_position), rename::rename)
        }
        r::DocumentSymbolRequest::METHOD => about::<r::DocumentSymbolRequest>(
            state,
            params,
            |p| p.text_document.uri.clone(),
            symbols::document,
        ),
        r::WorkspaceSymbolRequest::METHOD => match serde_json::from_value(params) {
            Ok(params) => value(&symbols::workspace(&state.contexts(), &params)),
            Err(error) => Answer::BadParams(error.to_string()),
        },
        r::SemanticTokensFullRequest::METHOD => about::<r::SemanticTokensFullRequest>(
            state,
            params,
            |p| p.text_document.uri.clone(),
            semantic_tokens::full,
        ),
        r::SemanticTokensRangeRequest::METHOD => about::<r::SemanticTokensRangeRequest>(
            state,
            params,
            |p| p.text_document.uri.clone(),
            semantic_tokens::range,
        ),
        r::FoldingRangeRequest::METHOD => {
            about::<r::FoldingRangeRequest>(state, params, |p| p.text_document.uri.clone(), folding::folding)
        }
        r::SelectionRangeRequest::METHOD => about::<r::SelectionRangeRequest>(
            state,
            params,
            |p| p.text_document.uri.clone(),
            selection::selection,
        ),
        r::CodeActionRequest::METHOD => {
            about::<r::CodeActionRequest>(state, params, |p| p.text_document.uri.clone(), actions::actions)
        }
        r::InlayHintRequest::METHOD => {
            about::<r::InlayHintRequest>(state, params, |p| p.text_document.uri.clone(), inlay::hints)
        }
        r::CodeLensRequest::METHOD => {
            about::<r::CodeLensRequest>(state, params, |p| p.text_document.uri.clone(), lens::lenses)
        }
        r::Formatting::METHOD => {
            about::<r::Formatting>(state, params, |p| p.text_document.uri.clone(), format::formatting)
        }
        _ => Answer::Unknown,
    }
}

fn at(params: &TextDocumentPositionParams) -> Uri {
    params.text_document.uri.clone()
}

/// The documentation of a completion; the item says which document it was offered in.
fn resolve(state: &mut State, params: Value) -> Answer {
    let item: CompletionItem = match serde_json::from_value(params) {
        Ok(item) => item,
        Err(error) => return Answer::BadParams(error.to_string()),
    };
    let uri = item.data.as_ref().and_then(|data| Uri::from_str(data.get(0)?.as_str()?).ok());
    match uri.and_then(|uri| state.context(&uri)) {
        Some(context) => value(&completion::resolve(&context, item)),
        None => value(&item),
    }
}

/// As [`about`], for what can be refused with a reason.
fn attempt<R: Request>(
    state: &mut State,
    params: Value,
    uri: impl Fn(&R::Params) -> Uri,
    answer: impl Fn(&Context, R::Params) -> Result<R::Result, String>,
) -> Answer
where
    R::Result: Default,
{
    let params: R::Params = match serde_json::from_value(params) {
        Ok(params) => params,
        Err(error) => return Answer::BadParams(format!("`{}`: {error}", R::METHOD)),
    };
    match state.context(&uri(&params)).map(|context| answer(&context, params)) {
        Some(Ok(found)) => value(&found),
        Some(Err(reason)) => Answer::Refused(reason),
        None => value(&R::Result::default()),
    }
}

/// Answers a request about one document; nothing is the answer about one that is not open.
fn about<R: Request>(
    state: &mut State,
    params: Value,
    uri: impl Fn(&R::Params) -> Uri,
    answer: impl Fn(&Context, R::Params) -> R::Result,
) -> Answer
where
    R::Result: Default,
{
    let params: R::Params = match serde_json::from_value(params) {
        Ok(params) => params,
        Err(error) => return Answer::BadParams(format!("`{}`: {error}", R::METHOD)),
    };
    let found = match state.context(&uri(&params)) {
        Some(context) => answer(&context, params),
        None => R::Result::default(),
    };
    value(&found)
}

fn value(found: &impl serde::Serialize) -> Answer {
    match serde_json::to_value(found) {
        Ok(value) => Answer::Value(value),
        Err(error) => Answer::Refused(error.to_string()),
    }
}
