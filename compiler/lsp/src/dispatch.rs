//! Which request is answered where: one line for each.

use lsp_types::Uri;
use lsp_types::request::{self, Request};
use serde_json::Value;

use crate::context::Context;
use crate::requests::hover;
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
    match method {
        request::HoverRequest::METHOD => about::<request::HoverRequest>(
            state,
            params,
            |p| at(&p.text_document_position_params),
            hover::hover,
        ),
        _ => Answer::Unknown,
    }
}

fn at(params: &lsp_types::TextDocumentPositionParams) -> &Uri {
    &params.text_document.uri
}

/// Answers a request about one document; nothing is the answer about one that is not open.
fn about<R: Request>(
    state: &mut State,
    params: Value,
    uri: impl Fn(&R::Params) -> &Uri,
    answer: impl Fn(&Context, R::Params) -> R::Result,
) -> Answer
where
    R::Result: Default,
{
    let params: R::Params = match serde_json::from_value(params) {
        Ok(params) => params,
        Err(error) => return Answer::BadParams(format!("`{}`: {error}", R::METHOD)),
    };
    let found = match state.context(uri(&params)) {
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
