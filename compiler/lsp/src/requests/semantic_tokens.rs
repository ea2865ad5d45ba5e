//! `textDocument/semanticTokens`: what each word is, by what it stands for.

use lsp_types::{
    Range, SemanticToken, SemanticTokenModifier, SemanticTokenType, SemanticTokens, SemanticTokensLegend,
    SemanticTokensParams, SemanticTokensRangeParams, SemanticTokensRangeResult, SemanticTokensResult,
};
use netpol_driver::names::{FileNames, Kind, Role, Space, Symbol};
use netpol_syntax::words::{BUILTINS, builtin, is_word};
use netpol_syntax::{Token, TokenKind, tokens};

use crate::context::Context;

/// The types, in the order of their numbers.
const TYPES: [SemanticTokenType; 13] = [
    SemanticTokenType::NAMESPACE,
    SemanticTokenType::CLASS,
    SemanticTokenType::ENUM_MEMBER,
    SemanticTokenType::VARIABLE,
    SemanticTokenType::PARAMETER,
    SemanticTokenType::FUNCTION,
    SemanticTokenType::KEYWORD,
    SemanticTokenType::STRING,
    SemanticTokenType::NUMBER,
    SemanticTokenType::OPERATOR,
    SemanticTokenType::COMMENT,
    SemanticTokenType::PROPERTY,
    SemanticTokenType::TYPE,
];

/// The modifiers, in the order of their bits.
const MODIFIERS: [SemanticTokenModifier; 2] =
    [SemanticTokenModifier::DECLARATION, SemanticTokenModifier::DEFAULT_LIBRARY];

const DECLARATION: u32 = 1;
const LIBRARY: u32 = 2;

/// What the numbers of types and modifiers stand for.
pub fn legend() -> SemanticTokensLegend {
    SemanticTokensLegend { token_types: TYPES.to_vec(), token_modifiers: MODIFIERS.to_vec() }
}

/// The words of a whole file.
pub fn full(cx: &Context, _: SemanticTokensParams) -> Option<SemanticTokensResult> {
    Some(SemanticTokensResult::Tokens(SemanticTokens { result_id: None, data: encode(cx, None) }))
}

/// The words of a part of a file.
pub fn range(cx: &Context, params: SemanticTokensRangeParams) -> Option<SemanticTokensRangeResult> {
    let data = encode(cx, Some(params.range));
    Some(SemanticTokensRangeResult::Tokens(SemanticTokens { result_id: None, data }))
}

/// A stretch of text with what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Piece {
    start: u32,
    end: u32,
    ty: usize,
    modifiers: u32,
}

fn encode(cx: &Context, range: Option<Range>) -> Vec<SemanticToken> {
    let lines = cx.lines();
    let (mut line, mut character) = (0, 0);
    let mut data = Vec::new();
    for piece in pieces(cx) {
        let start = lines.position(piece.start);
        if range.is_some_and(|range| start < range.start || start >= range.end) {
            continue;
        }
        let text = cx.file.text().get(piece.start as usize..piece.end as usize).unwrap_or_default();
        let delta_line = start.line - line;
        let delta_start = if delta_line == 0 { start.character - character } else { start.character };
        data.push(SemanticToken {
            delta_line,
            delta_start,
            length: cx.client.encoding.length(text),
            token_type: piece.ty as u32,
            token_modifiers_bitset: piece.modifiers,
        });
        (line, character) = (start.line, start.character);
    }
    data
}

fn pieces(cx: &Context) -> Vec<Piece> {
    let all = tokens(cx.file.text());
    let named = named(cx);
    let mut found: Vec<Piece> = Vec::new();
    for (at, token) in all.iter().enumerate() {
        let (start, end) = (token.at as u32, (token.at + token.text.len()) as u32);
        let first = named.partition_point(|piece| piece.end <= start);
        let inside: Vec<Piece> =
            named.iter().skip(first).take_while(|piece| piece.start < end).copied().collect();
        if !inside.is_empty() {
            found.extend(inside);
            continue;
        }
        let before = at.checked_sub(1).and_then(|at| all.get(at));
        if let Some((ty, modifiers)) = plain(token, before, all.get(at + 1)) {
            found.push(Piece { start, end, ty, modifiers });
        }
    }
    found.sort_unstable();
    found.dedup_by_key(|piece| piece.start);
    found
}

fn number_of(ty: &SemanticTokenType) -> usize {
    TYPES.iter().position(|known| known == ty).unwrap_or_default()
}

/// The names of the file, by place.
fn named(cx: &Context) -> Vec<Piece> {
    let names: &FileNames = &cx.file.names;
    let of = |kind: Kind| number_of(&type_of(kind));
    let mut found: Vec<Piece> = Vec::new();
    for declared in &names.declarations {
        let (start, end) = (declared.span.start, declared.span.end);
        found.push(Piece { start, end, ty: of(declared.kind), modifiers: DECLARATION });
    }
    for (reference, at) in names.references.iter().zip(0..) {
        let symbols = cx.names.resolve(cx.file.id, at);
        let kind = symbols.first().and_then(|symbol| cx.names.declaration(*symbol)).map(|found| found.kind);
        let ty = kind.map(type_of).or_else(|| type_in(reference.space));
        let is_library =
            |symbol: &Symbol| cx.names.file(symbol.file).is_some_and(|file| file.role == Role::Library);
        let modifiers = if symbols.iter().any(is_library) { LIBRARY } else { 0 };
        let (start, end) = (reference.span.start, reference.span.end);
        found.extend(ty.map(|ty| Piece { start, end, ty: number_of(&ty), modifiers }));
    }
    // An import stands where its path stands: the path is shown.
    found.sort_unstable_by_key(|piece| (piece.start, std::cmp::Reverse(piece.end)));
    let mut last = 0;
    found.retain(|piece| {
        let is_free = piece.start >= last && piece.end > piece.start;
        if is_free {
            last = piece.end;
        }
        is_free
    });
    found
}

fn type_of(kind: Kind) -> SemanticTokenType {
    match kind {
        Kind::Workload | Kind::Group | Kind::App => SemanticTokenType::CLASS,
        Kind::Tier => SemanticTokenType::ENUM_MEMBER,
        Kind::Net | Kind::Domain => SemanticTokenType::VARIABLE,
        Kind::Port | Kind::OwnPort => SemanticTokenType::PROPERTY,
        Kind::Pattern | Kind::Guardrail => SemanticTokenType::FUNCTION,
        Kind::Parameter(_) => SemanticTokenType::PARAMETER,
        Kind::Namespace | Kind::Tenant | Kind::Cluster | Kind::Import => SemanticTokenType::NAMESPACE,
    }
}

/// What a name is that nothing in sight declares.
fn type_in(space: Space) -> Option<SemanticTokenType> {
    match space {
        Space::Namespace | Space::Prefix | Space::Module | Space::Tenant | Space::Cluster => {
            Some(SemanticTokenType::NAMESPACE)
        }
        Space::Pattern | Space::Guardrail => Some(SemanticTokenType::FUNCTION),
        Space::Parameter | Space::Value => Some(SemanticTokenType::PARAMETER),
        Space::Port => Some(SemanticTokenType::PROPERTY),
        Space::End | Space::App => Some(SemanticTokenType::CLASS),
        Space::Argument => None,
    }
}

/// What a piece is by its look and its neighbours.
fn plain(token: &Token<'_>, before: Option<&Token<'_>>, after: Option<&Token<'_>>) -> Option<(usize, u32)> {
    let plain = |ty: &SemanticTokenType| Some((number_of(ty), 0));
    let stands = |token: Option<&Token<'_>>, kind: TokenKind| token.is_some_and(|token| token.kind == kind);
    match token.kind {
        TokenKind::Comment => plain(&SemanticTokenType::COMMENT),
        TokenKind::Text => plain(&SemanticTokenType::STRING),
        TokenKind::Arrow | TokenKind::Equals | TokenKind::Not => plain(&SemanticTokenType::OPERATOR),
        TokenKind::Word if stands(after, TokenKind::Equals) || stands(before, TokenKind::Not) => {
            plain(&SemanticTokenType::PROPERTY)
        }
        TokenKind::Word if token.text.starts_with(|first: char| first.is_ascii_digit()) => {
            plain(&SemanticTokenType::NUMBER)
        }
        TokenKind::Word if before.is_some_and(|before| matches!(before.text, "owner" | "ticket")) => {
            plain(&SemanticTokenType::STRING)
        }
        TokenKind::Word if stands(before, TokenKind::Equals) && !BUILTINS.contains(&token.text) => {
            plain(&SemanticTokenType::STRING)
        }
        TokenKind::Word if token.text.contains('.') || token.text.contains(':') => {
            plain(&SemanticTokenType::STRING)
        }
        TokenKind::Word if ["tcp/", "udp/", "sctp/"].iter().any(|start| token.text.starts_with(start)) => {
            plain(&SemanticTokenType::NUMBER)
        }
        TokenKind::Word if builtin(token.text).is_some() => {
            Some((number_of(&SemanticTokenType::KEYWORD), LIBRARY))
        }
        TokenKind::Word if is_word(token.text) => plain(&SemanticTokenType::KEYWORD),
        TokenKind::Word
        | TokenKind::Colon
        | TokenKind::Comma
        | TokenKind::Open
        | TokenKind::Close
        | TokenKind::BlockOpen
        | TokenKind::BlockClose => None,
    }
}
