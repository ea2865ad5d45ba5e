//! `textDocument/signatureHelp`: the parameters of a pattern or domain while its arguments are written.

use lsp_types::{
    Documentation, MarkupContent, MarkupKind, ParameterInformation, ParameterLabel, SignatureHelp,
    SignatureHelpParams, SignatureInformation,
};
use netpol_driver::names::{Declaration, Kind, Space, Symbol};
use netpol_syntax::{Token, TokenKind, tokens};

use crate::context::Context;
use crate::requests::hover::describe;

/// A call that is being written.
pub struct Call {
    /// What is called, as written.
    pub callee: String,
    /// Whether it is a pattern that is applied, and not a domain.
    pub is_pattern: bool,
    /// How many arguments stand before this one.
    pub at: usize,
    /// The parameter this argument names.
    pub named: Option<String>,
}

/// The call around an offset: the last bracket before it that is still open and follows a word.
pub fn call_at(text: &str, offset: u32) -> Option<Call> {
    let text = text.get(..offset as usize)?;
    let all = tokens(text);
    let (mut depth, mut commas) = (0_usize, 0);
    let mut named = None;
    for (at, token) in all.iter().enumerate().rev() {
        match token.kind {
            TokenKind::Close => depth += 1,
            TokenKind::Open if depth > 0 => depth -= 1,
            TokenKind::Open if token.text == "(" => {
                let callee = all.get(at.checked_sub(1)?).filter(|token| token.kind == TokenKind::Word)?;
                let before: Option<&Token<'_>> = at.checked_sub(2).and_then(|at| all.get(at));
                let is_pattern = before.is_some_and(|before| before.text == "apply");
                return Some(Call { callee: callee.text.to_owned(), is_pattern, at: commas, named });
            }
            // `[` inside the call: what stands in it is one argument.
            TokenKind::Open => (commas, named) = (0, None),
            TokenKind::Comma if depth == 0 => commas += 1,
            TokenKind::Colon if depth == 0 && commas == 0 => {
                named = at.checked_sub(1).and_then(|at| all.get(at)).map(|word| word.text.to_owned());
            }
            TokenKind::BlockOpen | TokenKind::BlockClose | TokenKind::Arrow if depth == 0 => return None,
            TokenKind::Word
            | TokenKind::Text
            | TokenKind::Arrow
            | TokenKind::Equals
            | TokenKind::Not
            | TokenKind::Colon
            | TokenKind::Comma
            | TokenKind::BlockOpen
            | TokenKind::BlockClose
            | TokenKind::Comment => {}
        }
    }
    None
}

/// What is called.
pub fn callee_of(cx: &Context, offset: u32, call: &Call) -> Option<Symbol> {
    let scope = (cx.file.id, cx.file.names.scope_at(offset));
    let space = if call.is_pattern { Space::Pattern } else { Space::End };
    let found = cx.names.find(scope, space, &call.callee);
    let is_it = |symbol: &&Symbol| {
        let kind = cx.names.declaration(**symbol).map(|found| found.kind);
        matches!(kind, Some(Kind::Pattern | Kind::Domain))
    };
    found.iter().find(is_it).copied()
}

/// The parameter that the argument at hand is for.
pub fn parameter_of<'c>(cx: &'c Context, callee: Symbol, call: &Call) -> Option<(usize, &'c Declaration)> {
    let params = cx.names.parameters(callee);
    let mut params = params.iter().filter_map(|symbol| cx.names.declaration(*symbol)).enumerate();
    match &call.named {
        Some(name) => params.find(|(_, param)| *param.name == **name),
        None => params.nth(call.at),
    }
}

/// The parameters of the call around a place.
pub fn signature(cx: &Context, params: SignatureHelpParams) -> Option<SignatureHelp> {
    let offset = cx.offset(params.text_document_position_params.position);
    let call = call_at(cx.file.text(), offset)?;
    let callee = callee_of(cx, offset, &call)?;
    let all = cx.names.parameters(callee);
    let texts: Vec<&str> =
        all.iter().filter_map(|symbol| Some(cx.text(cx.names.declaration(*symbol)?.head))).collect();
    let label = format!("{}({})", call.callee, texts.join(", "));
    let active = parameter_of(cx, callee, &call).map(|(at, _)| at as u32);
    let each = |text: &&str| ParameterInformation {
        label: ParameterLabel::Simple((*text).to_owned()),
        documentation: None,
    };
    let documentation = describe(cx, callee)
        .map(|value| Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value }));
    let signature = SignatureInformation {
        label,
        documentation,
        parameters: Some(texts.iter().map(each).collect()),
        active_parameter: active,
    };
    Some(SignatureHelp { signatures: vec![signature], active_signature: Some(0), active_parameter: active })
}
