//! HTTP matches: regular expressions that must match a whole value.

use netpol_flow::{PathMatch, Request, Text};
use regex::bytes::{Regex, RegexBuilder};

use crate::decode::Word;
use crate::error::{Fault, Place};
use crate::trace::{Match, doubt};

use super::raw::RawHttp;

/// One of `rules.http`; every field given must match.
#[derive(Clone, Debug)]
pub(crate) struct Http {
    method: Option<Regex>,
    path: Option<Regex>,
    /// What a flow's request does not tell: a host or headers.
    unknown: Option<&'static str>,
}

const LARGEST: usize = 1 << 20;

/// Reads one match. Method, path and host go to Envoy as `safe_regex`, which is RE2 matching the whole value.
pub(crate) fn http(raw: &RawHttp<'_>, place: &Place<'_>) -> Result<Http, Fault> {
    let compile = |text: &Option<Word<'_>>, word: &str| match text.as_deref() {
        None | Some("") => Ok(None),
        Some(text) => whole(text).map(Some).map_err(|reason| Fault::at(place.key(word), reason)),
    };
    let host = compile(&raw.host, "host")?;
    let unknown = match host {
        Some(_) if raw.host.as_deref() != Some(".*") => Some("the host"),
        Some(_) | None if !raw.headers.is_empty() || !raw.header_matches.is_empty() => Some("headers"),
        Some(_) | None => None,
    };
    Ok(Http { method: compile(&raw.method, "method")?, path: compile(&raw.path, "path")?, unknown })
}

fn whole(text: &str) -> Result<Regex, String> {
    let compile = |text: &str| RegexBuilder::new(text).unicode(false).size_limit(LARGEST).build();
    // The text by itself first: `a)|(b` is none, yet becomes one inside the brackets.
    compile(text)
        .and_then(|_| compile(&format!("^(?:{text})$")))
        .map_err(|_| format!("`{text}` is not a regular expression this reading takes"))
}

impl Http {
    /// The method and the path, where the match is no more than a method's name and a path or the beginning of one.
    ///
    /// A query does not count, so `/a([?].*)?` is the path `/a`, and `/a.*` everything that begins with it.
    pub(crate) fn plain(&self) -> Option<(Option<Text>, Option<PathMatch>)> {
        if self.unknown.is_some() {
            return None;
        }
        let method = match &self.method {
            Some(regex) => Some(literal(inner(regex)?)?),
            None => None,
        };
        let path = match &self.path {
            None => None,
            Some(regex) => {
                let text = inner(regex)?;
                let exact = text.strip_suffix("([?].*)?").or_else(|| text.strip_suffix("(\\?.*)?"));
                Some(match (exact, text.strip_suffix(".*")) {
                    (Some(exact), _) => PathMatch::Exact(literal(exact)?),
                    (None, Some(beginning)) => PathMatch::Prefix(literal(beginning)?),
                    (None, None) => PathMatch::Exact(literal(text)?),
                })
            }
        };
        Some((method, path))
    }

    /// Whether the request matches; the path is without the query, so a pattern that wants one matches nothing here
    /// (`CIL-18`).
    pub(crate) fn matches(&self, request: &Request) -> Match {
        let fits = |wanted: &Option<Regex>, value: &str| {
            wanted.as_ref().is_none_or(|r| r.is_match(value.as_bytes()))
        };
        match self.unknown {
            _ if !fits(&self.method, &request.method) || !fits(&self.path, &request.path) => Ok(false),
            None => Ok(true),
            Some(what) => doubt(format!("an HTTP match on {what}, which a flow's request does not have")),
        }
    }
}

/// The text between the anchors that `whole` put around it.
fn inner(regex: &Regex) -> Option<&str> {
    regex.as_str().strip_prefix("^(?:")?.strip_suffix(")$")
}

/// The one text a pattern without operators matches; `[.]` and `\\.` stand for the character itself.
fn literal(pattern: &str) -> Option<Text> {
    let mut text = String::new();
    let mut characters = pattern.chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' => match characters.next()? {
                escaped if escaped.is_ascii_punctuation() => text.push(escaped),
                _ => return None,
            },
            '[' => {
                let (inside, end) = (characters.next()?, characters.next()?);
                if end != ']' || matches!(inside, '^' | ']' | '\\') {
                    return None;
                }
                text.push(inside);
            }
            '.' | '*' | '+' | '?' | '(' | ')' | '{' | '}' | '|' | '^' | '$' | ']' => return None,
            plain => text.push(plain),
        }
    }
    Some(text.into())
}
