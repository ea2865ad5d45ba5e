//! Ports and requests of a grant.

use netpol_flow::Protocol;
use netpol_sets::Services;

use super::refusals::Refusals;
use super::rules::Action;
use crate::plan::{Grant, GrantServices};
use crate::yaml::{Yaml, text};

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

/// Whether the grant is not limited to some requests; a limit is refused.
///
/// Without application layer policy Calico reads an HTTP match as a plain allow, and with it every HTTP match takes a
/// connection that is not HTTP (`CAL-07`), which `only` does not.
pub(super) fn takes_every_request(grant: &Grant<'_>, refusals: &mut Refusals) -> bool {
    if grant.only.is_some() {
        refusals.http(
            grant.rule,
            "an HTTP match of Calico lets pass what is not HTTP, and without application layer policy everything",
            "remove `only`, or build for `cilium`",
        );
    }
    grant.only.is_none()
}
