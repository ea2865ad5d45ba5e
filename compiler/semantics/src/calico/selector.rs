//! Calico's selector language: parsing, and evaluation over labels some of which may be unknown.
//!
//! Written from the language's tokenizer and parser (`libcalico-go/lib/selector`): no escapes in text, blanks and
//! tabs only between words, `!=` and `not in` true for an absent label.

use netpol_flow::{SortedSet, Text};

/// A condition on labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Expr {
    /// `all()`.
    All,
    /// `global()`, which only a rule's `namespaceSelector` may hold.
    Global,
    /// `has(key)`.
    Has(Text),
    /// `key == 'value'`, `key in {…}`.
    In(Text, SortedSet<Text>),
    /// `key != 'value'`, `key not in {…}`; true where the label is absent.
    NotIn(Text, SortedSet<Text>),
    /// `key contains 'part'`.
    Contains(Text, Text),
    /// `key starts with 'part'`.
    StartsWith(Text, Text),
    /// `key ends with 'part'`.
    EndsWith(Text, Text),
    /// `!expr`.
    Not(Box<Expr>),
    /// `a && b`.
    And(Vec<Expr>),
    /// `a || b`.
    Or(Vec<Expr>),
}

/// What is known of one label of one endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Label<'a> {
    /// Its value.
    Value(&'a str),
    /// The endpoint does not carry it.
    Absent,
    /// Nobody can tell.
    Unknown,
}

/// Parses a selector; the empty text is `all()`.
pub(crate) fn parse(text: &str) -> Result<Expr, String> {
    let tokens = tokenize(text)?;
    if tokens.is_empty() {
        return Ok(Expr::All);
    }
    let mut rest = tokens.as_slice();
    let expr = or(&mut rest, 0)?;
    if rest.is_empty() { Ok(expr) } else { Err(format!("unexpected text at the end of selector `{text}`")) }
}

impl Expr {
    /// Whether the labels satisfy the expression; none where an unknown label decides.
    pub(crate) fn eval<'a>(&self, label: &dyn Fn(&str) -> Label<'a>) -> Option<bool> {
        let known = |key: &Text, test: &dyn Fn(Option<&str>) -> bool| match label(key) {
            Label::Value(value) => Some(test(Some(value))),
            Label::Absent => Some(test(None)),
            Label::Unknown => None,
        };
        match self {
            Expr::All => Some(true),
            Expr::Global => None,
            Expr::Has(key) => known(key, &|value| value.is_some()),
            Expr::In(key, values) => known(key, &|value| value.is_some_and(|v| values.contains(v))),
            Expr::NotIn(key, values) => known(key, &|value| value.is_none_or(|v| !values.contains(v))),
            Expr::Contains(key, part) => known(key, &|value| value.is_some_and(|v| v.contains(&**part))),
            Expr::StartsWith(key, part) => known(key, &|value| value.is_some_and(|v| v.starts_with(&**part))),
            Expr::EndsWith(key, part) => known(key, &|value| value.is_some_and(|v| v.ends_with(&**part))),
            Expr::Not(inner) => inner.eval(label).map(|value| !value),
            Expr::And(parts) => fold(parts, label, false),
            Expr::Or(parts) => fold(parts, label, true),
        }
    }

    /// The expression with every label key changed by `rename` and `all()` and `global()` replaced.
    pub(crate) fn rewrite(&self, rename: &dyn Fn(&Text) -> Text, all: &Expr, global: &Expr) -> Expr {
        let each = |parts: &[Expr]| parts.iter().map(|part| part.rewrite(rename, all, global)).collect();
        match self {
            Expr::All => all.clone(),
            Expr::Global => global.clone(),
            Expr::Has(key) => Expr::Has(rename(key)),
            Expr::In(key, values) => Expr::In(rename(key), values.clone()),
            Expr::NotIn(key, values) => Expr::NotIn(rename(key), values.clone()),
            Expr::Contains(key, part) => Expr::Contains(rename(key), part.clone()),
            Expr::StartsWith(key, part) => Expr::StartsWith(rename(key), part.clone()),
            Expr::EndsWith(key, part) => Expr::EndsWith(rename(key), part.clone()),
            Expr::Not(inner) => Expr::Not(Box::new(inner.rewrite(rename, all, global))),
            Expr::And(parts) => Expr::And(each(parts)),
            Expr::Or(parts) => Expr::Or(each(parts)),
        }
    }

    /// Whether `global()` stands anywhere in the expression.
    pub(crate) fn has_global(&self) -> bool {
        match self {
            Expr::Global => true,
            Expr::Not(inner) => inner.has_global(),
            Expr::And(parts) | Expr::Or(parts) => parts.iter().any(Expr::has_global),
            Expr::All
            | Expr::Has(_)
            | Expr::In(..)
            | Expr::NotIn(..)
            | Expr::Contains(..)
            | Expr::StartsWith(..)
            | Expr::EndsWith(..) => false,
        }
    }

    /// `key == 'value'`.
    pub(crate) fn is(key: &str, value: &str) -> Expr {
        Expr::In(key.into(), SortedSet::one(value.into()))
    }

    /// Both.
    pub(crate) fn and(self, other: Expr) -> Expr {
        Expr::And(vec![self, other])
    }
}

/// Folds parts where one `decisive` value settles the whole.
fn fold<'a>(parts: &[Expr], label: &dyn Fn(&str) -> Label<'a>, decisive: bool) -> Option<bool> {
    let mut unknown = false;
    for part in parts {
        match part.eval(label) {
            Some(value) if value == decisive => return Some(decisive),
            Some(_) => {}
            None => unknown = true,
        }
    }
    if unknown { None } else { Some(!decisive) }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'t> {
    Label(&'t str),
    Literal(&'t str),
    Has(&'t str),
    All,
    Global,
    Eq,
    Ne,
    In,
    NotIn,
    Contains,
    StartsWith,
    EndsWith,
    Not,
    And,
    Or,
    OpenBrace,
    CloseBrace,
    Comma,
    Open,
    Close,
}

const LONGEST_KEY: usize = 512;

fn tokenize(text: &str) -> Result<Vec<Token<'_>>, String> {
    let mut tokens = Vec::with_capacity(16);
    let mut rest = blank(text);
    while let Some(first) = rest.chars().next() {
        if let Some((token, length)) = mark(rest) {
            tokens.push(token);
            rest = rest.get(length..).unwrap_or_default();
        } else if first == '\'' || first == '"' {
            let after = rest.strip_prefix(first).unwrap_or_default();
            let (literal, after) =
                after.split_once(first).ok_or_else(|| format!("unterminated text in `{text}`"))?;
            tokens.push(Token::Literal(literal));
            rest = after;
        } else if let Some(Token::Label(key)) = tokens.last() {
            let (token, after) =
                operator(rest).ok_or_else(|| format!("`{key}` is not followed by an operator"))?;
            tokens.push(token);
            rest = after;
        } else if let Some((token, after)) = call(rest)? {
            tokens.push(token);
            rest = after;
        } else {
            let (key, after) = identifier(rest).ok_or_else(|| format!("unexpected `{first}` in `{text}`"))?;
            tokens.push(Token::Label(key));
            rest = after;
        }
        rest = blank(rest);
    }
    Ok(tokens)
}

fn blank(text: &str) -> &str {
    let length = text.bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    text.get(length..).unwrap_or_default()
}

/// A token without letters, and its length.
fn mark(text: &str) -> Option<(Token<'_>, usize)> {
    match text.as_bytes() {
        [b'=', b'=', ..] => Some((Token::Eq, 2)),
        [b'!', b'=', ..] => Some((Token::Ne, 2)),
        [b'&', b'&', ..] => Some((Token::And, 2)),
        [b'|', b'|', ..] => Some((Token::Or, 2)),
        [b'!', ..] => Some((Token::Not, 1)),
        [b'(', ..] => Some((Token::Open, 1)),
        [b')', ..] => Some((Token::Close, 1)),
        [b'{', ..] => Some((Token::OpenBrace, 1)),
        [b'}', ..] => Some((Token::CloseBrace, 1)),
        [b',', ..] => Some((Token::Comma, 1)),
        [] | [_, ..] => None,
    }
}

fn operator(text: &str) -> Option<(Token<'_>, &str)> {
    let two = |first: &str, second: &str| {
        text.strip_prefix(first).and_then(|rest| blank(rest).strip_prefix(second))
    };
    None.or_else(|| text.strip_prefix("contains").map(|rest| (Token::Contains, rest)))
        .or_else(|| two("starts", "with").map(|rest| (Token::StartsWith, rest)))
        .or_else(|| two("ends", "with").map(|rest| (Token::EndsWith, rest)))
        .or_else(|| two("not", "in").map(|rest| (Token::NotIn, rest)))
        .or_else(|| text.strip_prefix("in").map(|rest| (Token::In, rest)))
}

fn call(text: &str) -> Result<Option<(Token<'_>, &str)>, String> {
    let closed =
        |rest| blank(rest).strip_prefix(')').ok_or_else(|| format!("no closing bracket in `{text}`"));
    if let Some(rest) = text.strip_prefix("has(") {
        let (key, rest) = identifier(blank(rest)).ok_or("no label key in `has(`")?;
        Ok(Some((Token::Has(key), closed(rest)?)))
    } else if let Some(rest) = text.strip_prefix("all(") {
        Ok(Some((Token::All, closed(rest)?)))
    } else if let Some(rest) = text.strip_prefix("global(") {
        Ok(Some((Token::Global, closed(rest)?)))
    } else {
        Ok(None)
    }
}

fn identifier(text: &str) -> Option<(&str, &str)> {
    let is_key = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'/' | b'-');
    let end = text.bytes().position(|byte| !is_key(byte)).unwrap_or(text.len());
    text.split_at_checked(end).filter(|(key, _)| (1..=LONGEST_KEY).contains(&key.len()))
}

const DEEPEST: u32 = 64;

fn or(rest: &mut &[Token<'_>], depth: u32) -> Result<Expr, String> {
    joined(rest, depth, &Token::Or, and, Expr::Or)
}

fn and(rest: &mut &[Token<'_>], depth: u32) -> Result<Expr, String> {
    joined(rest, depth, &Token::And, operation, Expr::And)
}

fn joined(
    rest: &mut &[Token<'_>],
    depth: u32,
    by: &Token<'_>,
    part: fn(&mut &[Token<'_>], u32) -> Result<Expr, String>,
    make: fn(Vec<Expr>) -> Expr,
) -> Result<Expr, String> {
    let first = part(rest, depth)?;
    let mut parts = Vec::new();
    while rest.first() == Some(by) {
        take(rest);
        parts.push(part(rest, depth)?);
    }
    if parts.is_empty() {
        return Ok(first);
    }
    parts.insert(0, first);
    Ok(make(parts))
}

fn take<'t>(rest: &mut &[Token<'t>]) -> Option<Token<'t>> {
    let (first, after) = rest.split_first()?;
    *rest = after;
    Some(*first)
}

fn operation(rest: &mut &[Token<'_>], depth: u32) -> Result<Expr, String> {
    if depth > DEEPEST {
        return Err("selector nested too deeply".to_owned());
    }
    let mut negated = false;
    while rest.first() == Some(&Token::Not) {
        take(rest);
        negated = !negated;
    }
    let expr = match take(rest) {
        Some(Token::Has(key)) => Expr::Has(key.into()),
        Some(Token::All) => Expr::All,
        Some(Token::Global) => Expr::Global,
        Some(Token::Label(key)) => comparison(key, rest)?,
        Some(Token::Open) => {
            let inner = or(rest, depth + 1)?;
            if take(rest) != Some(Token::Close) {
                return Err("expected `)`".to_owned());
            }
            inner
        }
        Some(_) | None => return Err("expected a condition".to_owned()),
    };
    Ok(if negated { Expr::Not(Box::new(expr)) } else { expr })
}

fn comparison(key: &str, rest: &mut &[Token<'_>]) -> Result<Expr, String> {
    let operator = take(rest);
    let literal = |rest: &mut &[Token<'_>]| match take(rest) {
        Some(Token::Literal(text)) => Ok(Text::from(text)),
        Some(_) | None => Err(format!("expected a quoted value for `{key}`")),
    };
    match operator {
        Some(Token::Eq) => Ok(Expr::In(key.into(), SortedSet::one(literal(rest)?))),
        Some(Token::Ne) => Ok(Expr::NotIn(key.into(), SortedSet::one(literal(rest)?))),
        Some(Token::Contains) => Ok(Expr::Contains(key.into(), literal(rest)?)),
        Some(Token::StartsWith) => Ok(Expr::StartsWith(key.into(), literal(rest)?)),
        Some(Token::EndsWith) => Ok(Expr::EndsWith(key.into(), literal(rest)?)),
        Some(Token::In) => Ok(Expr::In(key.into(), set(rest)?)),
        Some(Token::NotIn) => Ok(Expr::NotIn(key.into(), set(rest)?)),
        Some(_) | None => Err(format!("`{key}` is not followed by an operator")),
    }
}

fn set(rest: &mut &[Token<'_>]) -> Result<SortedSet<Text>, String> {
    if take(rest) != Some(Token::OpenBrace) {
        return Err("expected `{`".to_owned());
    }
    let mut values = Vec::new();
    while let Some(Token::Literal(value)) = rest.first() {
        values.push(Text::from(*value));
        take(rest);
        if rest.first() != Some(&Token::Comma) {
            break;
        }
        take(rest);
    }
    if take(rest) == Some(Token::CloseBrace) {
        Ok(values.into_iter().collect())
    } else {
        Err("expected `}`".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(text: &str, labels: &[(&str, &'static str)]) -> bool {
        let lookup = |key: &str| match labels.iter().find(|(k, _)| *k == key) {
            Some((_, value)) => Label::Value(value),
            None => Label::Absent,
        };
        parse(text).unwrap().eval(&lookup).unwrap()
    }

    #[test]
    fn every_operator_of_the_language_is_read() {
        let web = [("app", "web"), ("zone", "eu-1")];
        for text in [
            "app == 'web'",
            "app=='web'",
            "app == \"web\"",
            "app != 'db'",
            "app in {'web', 'db',}",
            "app in{'web'}",
            "app not in {'db'}",
            "zone starts with 'eu'",
            "zone starts  with 'eu'",
            "zone ends with '-1'",
            "zone contains 'u-'",
            "has(app) && !has(tier)",
            "!(app == 'db') && all()",
            "app == 'db' || zone == 'eu-1' && has( app )",
            "!!has(app)",
            "",
        ] {
            assert!(holds(text, &web), "{text}");
        }
    }

    #[test]
    fn a_negative_comparison_holds_where_the_label_is_absent() {
        assert!(holds("tenant != 'a'", &[]));
        assert!(holds("tenant not in {'a'}", &[]));
        assert!(!holds("tenant == 'a'", &[]));
        assert!(!holds("tenant contains ''", &[]));
    }

    #[test]
    fn cal_19_text_has_no_escapes() {
        assert!(holds(r#"a == 'b"c'"#, &[("a", "b\"c")]));
        assert!(parse(r"a == 'b\'c'").is_err());
    }

    #[test]
    fn what_the_language_lacks_is_an_error() {
        for text in [
            "app",
            "app = 'a'",
            "app == web",
            "app == 'a' and b == 'c'",
            "has()",
            "(all()",
            "app\n== 'a'",
            "a in 'b'",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse(&"(".repeat(100_000)).is_err());
    }

    #[test]
    fn an_unknown_label_decides_only_where_it_must() {
        let unknown = |_: &str| Label::Unknown;
        assert_eq!(parse("all() || has(x)").unwrap().eval(&unknown), Some(true));
        assert_eq!(parse("!all() && has(x)").unwrap().eval(&unknown), Some(false));
        assert_eq!(parse("has(x)").unwrap().eval(&unknown), None);
    }
}
