//! Ports and requests of a grant.

use netpol_flow::{HttpMatch, PathMatch, Protocol, Side};
use netpol_sets::Services;

use super::refusals::{Build, Refusals};
use super::rules::Action;
use crate::plan::{Grant, GrantServices};
use crate::yaml::{Yaml, list, map, text};

/// The protocol and ports of one rule.
pub(super) struct Service {
    /// The protocol; none for all.
    pub protocol: Option<Protocol>,
    /// The ports; empty for all.
    pub ports: Vec<Yaml>,
    /// Whether `ports` are names.
    pub named: bool,
}

/// The protocols and ports; none where refused.
pub(super) fn services(grant: &Grant<'_>, action: Action, refusals: &mut Refusals) -> Option<Vec<Service>> {
    let items = match &grant.services {
        GrantServices::Any => return Some(vec![Service { protocol: None, ports: Vec::new(), named: false }]),
        GrantServices::Of(items) => items,
    };
    let mut out: Vec<Service> = Vec::new();
    let mut names = Vec::new();
    for item in items {
        let whole = item.unnamed.is_empty()
            && (item.named.is_empty() || (item.named.len() == 1 && item.ports.is_all()));
        if !whole || (action == Action::Deny && !item.named.is_empty()) {
            refusals.named_deny(grant.rule);
            return None;
        }
        names.extend(item.named.iter().map(text));
        if item.named.is_empty() {
            out.extend(numbers(item));
        }
    }
    if !names.is_empty() {
        out.push(Service { protocol: None, ports: names, named: true });
    }
    Some(out)
}

/// One service for each protocol (`CAL-12`).
fn numbers(item: &Services) -> impl Iterator<Item = Service> {
    Protocol::ALL.into_iter().filter_map(|protocol| {
        let mut ranges = item.ports.ranges().iter().filter(|range| range.protocol == protocol).peekable();
        ranges.peek()?;
        let ranges: Vec<_> = ranges.collect();
        let ports = if ranges.iter().any(|range| range.is_every()) {
            Vec::new()
        } else {
            let port = |first: u16, last: u16| {
                if first == last { Yaml::Number(first.into()) } else { text(format!("{first}:{last}")) }
            };
            ranges.iter().map(|range| port(range.first, range.last)).collect()
        };
        Some(Service { protocol: Some(protocol), ports, named: false })
    })
}

/// The longest path Calico takes in a rule (CRD `http.paths`, Calico 3.32).
const LONGEST_PATH: usize = 1024;

/// The HTTP matches, one for each rule; empty where requests are not looked at, none where refused.
pub(super) fn requests(build: &Build<'_>, grant: &Grant<'_>, refusals: &mut Refusals) -> Option<Vec<Yaml>> {
    let Some(matches) = grant.only else { return Some(Vec::new()) };
    let tcp_only = match &grant.services {
        GrantServices::Any => false,
        GrantServices::Of(items) => items.iter().all(|item| {
            item.named.is_empty() && item.ports.ranges().iter().all(|r| r.protocol == Protocol::Tcp)
        }),
    };
    let too_long = |item: &HttpMatch| match &item.path {
        PathMatch::Exact(path) | PathMatch::Prefix(path) => path.len() > LONGEST_PATH,
    };
    let mut no = |why: &str, help: &str| {
        refusals.http(grant.rule, why, help);
        None
    };
    if !build.options.http {
        return no(
            "without application layer policy Calico reads an HTTP match as a plain allow",
            "remove `only`, build for `cilium`, or run Dikastes and set `application-layer-policy = \"true\"`",
        );
    }
    if grant.side == Side::Egress {
        return no(
            "Calico filters requests on their way into a pod only",
            "limit them at the destination, with `expose`",
        );
    }
    if !tcp_only {
        return no("Calico filters requests on numbered TCP ports only", "name TCP ports by number");
    }
    if matches.iter().any(too_long) {
        return no("a path of a Calico rule has at most 1,024 characters", "use a shorter prefix");
    }
    Some(matches.iter().map(http).collect())
}

/// Every path begins with a slash, so that the empty prefix is `/`.
fn http(item: &HttpMatch) -> Yaml {
    let methods = item.method.as_ref().map(|method| ("methods", list([text(method)])));
    let path = match &item.path {
        PathMatch::Exact(path) => ("exact", text(path)),
        PathMatch::Prefix(path) if path.is_empty() => ("prefix", text("/")),
        PathMatch::Prefix(path) => ("prefix", text(path)),
    };
    let paths = ("paths", list([map([path])]));
    map(methods.into_iter().chain([paths]))
}
