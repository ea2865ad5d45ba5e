//! Decides one side of a flow by identities: deny, then allow, then default deny.

use std::sync::Arc;

use netpol_flow::{Endpoint, Flow, Protocol, Relation, Side};

use crate::trace::{Match, Trace, Undecided, any};

use super::names::NamePattern;
use super::peer::{Asked, is_peer};
use super::ports::item_matches;
use super::{Entry, L7, PolicySet, Ports, Profile, Rule};

/// Decides `side` of `flow` as Cilium would, with what the proxy refuses counted as denied at the side that holds the
/// L7 rule (`CIL-36`).
///
/// A deny rule beats every allow (`CIL-09`). An allow without L7 beats an L7 restriction for the same flow (`CIL-07`).
/// Where nothing that selects the subject has default deny for the side, everything not denied passes, whatever its L7
/// rules say (`CIL-24`). A node reaches its own pods unless a deny rule matches it (`CIL-37`).
pub fn evaluate(set: &PolicySet, flow: &Flow, side: Side, profile: &Profile) -> Result<Trace, Undecided> {
    let Some(subject) = flow.subject(side).pod() else {
        return Ok(Trace::allow("the subject is not a pod: nothing to enforce on"));
    };
    if flow.relation == Relation::Itself {
        return Ok(Trace::allow("a pod is not kept from itself"));
    }
    let own = set.by_namespace.get(&subject.namespace).into_iter().flatten();
    let rules: Vec<&Rule> = own
        .chain(set.clusterwide.iter().map(Arc::as_ref))
        .filter(|rule| rule.subject.matches(profile, flow.subject(side), Relation::Apart))
        .collect();
    let dns: Vec<&[NamePattern]> = rules.iter().flat_map(|rule| dns_patterns(rule)).collect();
    let asked = Asked { profile, flow, side, dns: &dns };
    let denied = first(&rules, &asked, true);
    if let Some(place) = denied.place {
        return explicit(&asked, Trace::deny(format!("{place} denies")));
    }
    let trace = match (flow.relation, side, flow.peer(side)) {
        (Relation::OwnNode, Side::Ingress, Endpoint::Node { .. } | Endpoint::ApiServer { .. }) => {
            Ok(Trace::allow("a node reaches its own pods: no deny rule matches it"))
        }
        (Relation::OwnNode | Relation::Apart | Relation::Itself, _, _) => undenied(&rules, &asked),
    }?;
    match denied.open {
        Some(undecided) if trace.verdict == netpol_flow::Verdict::Allow => Err(undecided),
        Some(_) | None => Ok(trace),
    }
}

/// The first match among entries, and what could not be told on the way.
struct Found {
    place: Option<String>,
    open: Option<Undecided>,
}

/// Every entry of one sort, deny or allow, that matches peer and ports; L7 is not asked.
fn first(rules: &[&Rule], asked: &Asked<'_>, deny: bool) -> Found {
    let mut open = None;
    for rule in rules {
        let direction = rule.direction(asked.side);
        let (entries, word) = if deny { (&direction.deny, "Deny") } else { (&direction.allow, "") };
        for (index, entry) in entries.iter().enumerate() {
            match plainly(entry, asked) {
                Ok(true) => {
                    let place = Some(format!("{} {}{word}[{index}]", rule.title, asked.side.word()));
                    return Found { place, open };
                }
                Ok(false) => {}
                Err(undecided) => open = open.or(Some(undecided)),
            }
        }
    }
    Found { place: None, open }
}

/// Whether the entry matches by peer and ports alone, in an item without L7 rules.
fn plainly(entry: &Entry, asked: &Asked<'_>) -> Match {
    let ports = match &entry.ports {
        Ports::Every => Ok(true),
        Ports::Icmp => Ok(false),
        Ports::Items(items) => any(items
            .iter()
            .filter(|item| item.l7.is_none())
            .map(|item| item_matches(item, &entry.peer, asked))),
    };
    both(ports, || is_peer(&entry.peer, asked))
}

fn both(one: Match, other: impl FnOnce() -> Match) -> Match {
    match one {
        Ok(false) => Ok(false),
        Ok(true) => other(),
        Err(undecided) => match other() {
            Ok(false) => Ok(false),
            Ok(true) | Err(_) => Err(undecided),
        },
    }
}

fn undenied(rules: &[&Rule], asked: &Asked<'_>) -> Result<Trace, Undecided> {
    let side = asked.side;
    let Some(isolating) = rules.iter().find(|rule| rule.direction(side).default_deny) else {
        let step = format!("nothing isolates the subject for {}: what is not denied passes", side.word());
        return Ok(Trace::allow(step));
    };
    let allowed = first(rules, asked, false);
    if let Some(place) = allowed.place {
        return explicit(asked, Trace::allow(format!("{place} allows")));
    }
    let proxied = proxied(rules, asked)?;
    match (proxied, allowed.open) {
        (Some(trace), _) if trace.verdict == netpol_flow::Verdict::Allow => explicit(asked, trace),
        (_, Some(undecided)) => Err(undecided),
        (Some(trace), None) => Ok(trace),
        (None, None) => {
            let step =
                format!("{} isolates the subject for {} and no rule matches", isolating.title, side.word());
            Ok(Trace::deny(step))
        }
    }
}

/// What the proxy says, where only items with L7 rules take the flow.
fn proxied(rules: &[&Rule], asked: &Asked<'_>) -> Result<Option<Trace>, Undecided> {
    let (mut refusing, mut open) = (None, None);
    let (mut http, mut dns) = (false, false);
    let mut allowing = None;
    for rule in rules {
        for (index, entry) in rule.direction(asked.side).allow.iter().enumerate() {
            let Ports::Items(items) = &entry.ports else { continue };
            for item in items {
                let Some(l7) = &item.l7 else { continue };
                let taken = both(item_matches(item, &entry.peer, asked), || is_peer(&entry.peer, asked));
                if taken == Ok(false) {
                    continue;
                }
                http |= matches!(l7, L7::Http(_));
                dns |= matches!(l7, L7::Dns(_));
                let place = || format!("{} {}[{index}]", rule.title, asked.side.word());
                match taken.and_then(|_| passes(l7, asked)) {
                    Ok(true) => {
                        allowing = allowing.or_else(|| Some(format!("{} allows at the proxy", place())))
                    }
                    Ok(false) => {
                        refusing = refusing.or_else(|| Some(format!("{}: refused by proxy", place())))
                    }
                    Err(undecided) => open = open.or(Some(undecided)),
                }
            }
        }
    }
    if http && dns {
        let reason = "two L7 kinds on one port: the endpoint's policy does not resolve (CIL-38)".to_owned();
        return Err(Undecided { reason });
    }
    match (allowing, open, refusing) {
        (Some(step), _, _) => Ok(Some(Trace::allow(step))),
        (None, Some(undecided), _) => Err(undecided),
        (None, None, Some(step)) => Ok(Some(Trace::deny(step))),
        (None, None, None) => Ok(None),
    }
}

/// Whether the proxy lets the connection through; what is not HTTP does not pass an HTTP proxy.
fn passes(l7: &L7, asked: &Asked<'_>) -> Match {
    match l7 {
        L7::Http(rules) => match &asked.flow.request {
            None => Ok(false),
            Some(request) => any(rules.iter().map(|rule| rule.matches(request))),
        },
        L7::Dns(patterns) if patterns.contains(&NamePattern::Every) => Ok(true),
        L7::Dns(_) => {
            let reason =
                "a DNS rule that takes some names only: the name asked is not part of a flow".to_owned();
            Err(Undecided { reason })
        }
    }
}

fn dns_patterns<'a>(rule: &&'a Rule) -> Vec<&'a [NamePattern]> {
    let mut found = Vec::new();
    for entry in &rule.egress.allow {
        let Ports::Items(items) = &entry.ports else { continue };
        for item in items {
            if let Some(L7::Dns(patterns)) = &item.l7 {
                found.push(patterns.as_slice());
            }
        }
    }
    found
}

/// A verdict by a rule that matched: SCTP is not enforced as written without the option for it (`CIL-35`).
fn explicit(asked: &Asked<'_>, trace: Trace) -> Result<Trace, Undecided> {
    if asked.flow.protocol == Protocol::Sctp && !asked.profile.sctp {
        let reason = "a rule matches SCTP, and `enable-sctp` is not said to be on (CIL-35)".to_owned();
        return Err(Undecided { reason });
    }
    Ok(trace)
}
