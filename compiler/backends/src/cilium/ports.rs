//! Protocols and ports as `toPorts`.

use netpol_flow::{HttpMatch, PathMatch, Protocol};

use super::cannot::Cannot;
use super::settings::Settings;
use crate::plan::GrantServices;
use crate::yaml::{Yaml, list, map, text};

/// The most ports one entry of `toPorts` may list (`CIL-15`).
const MOST_PORTS: usize = 40;

/// The ports of a rule.
#[derive(Clone, Debug)]
pub(super) enum Ports {
    /// Every port of every protocol: `toPorts` is left out (`CIL-17`, `CIL-31`).
    Every,
    /// These entries; with none, the rule means nothing and is left out.
    Listed(Vec<Yaml>),
}

/// Which kinds of port to list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kinds {
    /// Numbers and names.
    Both,
    /// Numbers; the peers declare no names.
    Numbers,
    /// Names.
    Names,
}

/// What stands beside the ports.
#[derive(Clone, Copy, Debug)]
pub(super) enum Requests<'a> {
    /// Nothing: the whole port.
    Any,
    /// The requests of `only http`.
    Http(&'a [HttpMatch]),
    /// DNS through the proxy, for every name, so that names are learnt (amendment B20).
    Dns,
}

/// Lists the ports of some kinds.
///
/// Without SCTP in the cluster its part of a cut `any` is left out: no such packet passes there (amendment B21). A
/// written `sctp/…` has been refused before.
pub(super) fn ports(
    services: &GrantServices,
    kinds: Kinds,
    requests: Requests<'_>,
    settings: &Settings,
) -> Result<Ports, Cannot> {
    let GrantServices::Of(items) = services else {
        return Ok(if kinds == Kinds::Names { Ports::Listed(Vec::new()) } else { Ports::Every });
    };
    let mut entries = Vec::new();
    for item in items {
        let whole = item.unnamed.is_empty()
            && item.named.len() <= 1
            && (item.named.is_empty() || item.ports.is_all());
        if !whole {
            return Err(Cannot::CutNamedPort);
        }
        if let Some(name) = item.named.first() {
            if kinds != Kinds::Numbers {
                // A request filter is refused on anything but TCP, and without it a name has every protocol.
                let tcp = matches!(requests, Requests::Http(_)).then(|| ("protocol", text("TCP")));
                entries.push(map([("port", text(name))].into_iter().chain(tcp)));
            }
            continue;
        }
        if kinds == Kinds::Names {
            continue;
        }
        for range in item.ports.ranges() {
            if range.protocol == Protocol::Sctp && !settings.sctp {
                continue;
            }
            let first = if range.is_every() { 0 } else { range.first };
            let mut entry = vec![("port".into(), text(first.to_string()))];
            if range.first != range.last && !range.is_every() {
                entry.push(("endPort".into(), Yaml::Number(range.last.into())));
            }
            entry.push(("protocol".into(), text(range.protocol.name())));
            entries.push(Yaml::Map(entry));
        }
    }
    let mut distinct: Vec<Yaml> = Vec::with_capacity(entries.len());
    for entry in entries {
        if !distinct.contains(&entry) {
            distinct.push(entry);
        }
    }
    Ok(Ports::Listed(distinct))
}

/// Whether the services name SCTP ports, which only a cluster with SCTP can carry.
pub(super) fn has_sctp(services: &GrantServices) -> bool {
    match services {
        GrantServices::Any => false,
        GrantServices::Of(items) => items.iter().any(|item| {
            item.named.is_empty() && item.ports.ranges().iter().any(|r| r.protocol == Protocol::Sctp)
        }),
    }
}

/// The entries as `toPorts`, at most forty in each item.
pub(super) fn to_ports(mut entries: Vec<Yaml>, requests: Requests<'_>) -> Result<Yaml, Cannot> {
    let rules = match requests {
        Requests::Any => None,
        Requests::Http(matches) => {
            Some(map([("http", Yaml::List(matches.iter().map(http).collect::<Result<_, _>>()?))]))
        }
        Requests::Dns => Some(map([("dns", list([map([("matchPattern", text("*"))])]))])),
    };
    let mut items = Vec::new();
    while !entries.is_empty() {
        let rest = entries.split_off(entries.len().min(MOST_PORTS));
        let mut item = vec![("ports".into(), Yaml::List(entries))];
        item.extend(rules.clone().map(|rules| ("rules".into(), rules)));
        items.push(Yaml::Map(item));
        entries = rest;
    }
    Ok(Yaml::List(items))
}

/// Whether a request filter can stand on these services: listed TCP ports.
pub(super) fn can_filter(services: &GrantServices) -> bool {
    match services {
        GrantServices::Any => false,
        GrantServices::Of(items) => items.iter().all(|item| {
            let numbers = item.ports.ranges();
            !item.named.is_empty() || numbers.iter().all(|r| r.protocol == Protocol::Tcp && !r.is_every())
        }),
    }
}

/// One request as Envoy matches it: the whole value, as a regular expression, with the query in the path (`CIL-18`).
fn http(item: &HttpMatch) -> Result<Yaml, Cannot> {
    let (path, pattern) = match &item.path {
        PathMatch::Exact(path) => (path, format!("{}([?].*)?", escape(path))),
        PathMatch::Prefix(path) => (path, format!("{}.*", escape(path))),
    };
    if path.contains('?') {
        return Err(Cannot::FilterQuery(path.clone()));
    }
    let method = item.method.as_ref().map(|method| ("method".into(), text(escape(method))));
    Ok(Yaml::Map(method.into_iter().chain([("path".into(), text(pattern))]).collect()))
}

/// The text as a regular expression that matches it alone.
fn escape(plain: &str) -> String {
    let mut out = String::with_capacity(plain.len());
    for c in plain.chars() {
        match c {
            '.' | '*' | '+' | '?' | '(' | ')' | '|' | '$' | '{' | '}' => out.extend(['[', c, ']']),
            '[' | ']' | '\\' | '^' => out.extend(['\\', c]),
            _ => out.push(c),
        }
    }
    out
}
