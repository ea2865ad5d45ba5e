//! What may stand in port position.

use super::{Builder, Children};
use crate::grammar::Rule;
use crate::tree::{Reference, Service, ServiceKind, Services};
use netpol_diagnostics::{Code, Diagnostic};
use pest::iterators::Pair;

/// What a word in port position looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// `any`.
    Any,
    /// `8080`, `8000-8999`.
    Number,
    /// `udp/53`, `tcp/*`, `icmp`.
    WithProtocol,
    /// `8080/tcp`, `TCP/8080`, `80a`.
    Slip,
    /// `a/b`.
    Path,
    /// A name.
    Name,
}

/// Tells what a word in port position looks like.
pub(super) fn classify(word: &str) -> Word {
    let Some((before, after)) = word.split_once('/').filter(|_| !word.starts_with('`')) else {
        return match word {
            "any" => Word::Any,
            "icmp" => Word::WithProtocol,
            _ if is_number(word) => Word::Number,
            _ if word.starts_with(|first: char| first.is_ascii_digit()) => Word::Slip,
            _ => Word::Name,
        };
    };
    match before {
        "tcp" | "udp" | "sctp" if after == "*" || is_number(after) => Word::WithProtocol,
        "icmp" if is_number(after) => Word::WithProtocol,
        _ if is_protocol(before) || after == "*" => Word::Slip,
        _ if before.starts_with(|first: char| first.is_ascii_digit()) && is_protocol(after) => Word::Slip,
        _ => Word::Path,
    }
}

fn is_number(word: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match word.split_once('-') {
        Some((low, high)) => digits(low) && digits(high),
        None => digits(word),
    }
}

/// Whether a word names a transport, in any case of letters.
pub(crate) fn is_protocol(word: &str) -> bool {
    ["tcp", "udp", "sctp"].iter().any(|protocol| word.eq_ignore_ascii_case(protocol))
}

impl Builder<'_> {
    /// One service, or a list of them.
    pub(super) fn services(&mut self, pair: Pair<'_, Rule>) -> Services {
        let span = self.span(&pair);
        let mut items = Vec::with_capacity(1);
        for item in Children::of(pair) {
            let kind = match item.as_rule() {
                Rule::string => ServiceKind::Quoted(self.string(&item)),
                _ => self.service_kind(item.as_str(), item.as_span().start()),
            };
            items.push(Service { kind, span: self.span(&item) });
        }
        Services { items, span }
    }

    /// A word in port position.
    pub(crate) fn service_kind(&mut self, written: &str, start: usize) -> ServiceKind {
        match classify(written) {
            Word::Any => ServiceKind::Any,
            Word::Number => ServiceKind::Number(self.text(written)),
            Word::WithProtocol => ServiceKind::WithProtocol(self.text(written)),
            Word::Slip => ServiceKind::Slip(self.text(written)),
            Word::Name if written == "all" => {
                let span = self.place(start, start + written.len());
                let found = Diagnostic::new(Code(101), "`all` is not a port").at(span, "every port is `any`");
                self.complain(found.fix("write `any`", span, "any"));
                ServiceKind::Any
            }
            Word::Path | Word::Name => match self.reference_at(written, start) {
                Reference::Plain(name) => ServiceKind::Name(name),
                Reference::Prefixed(path) => ServiceKind::Path(path),
            },
        }
    }
}
