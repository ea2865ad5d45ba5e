//! Whether one rule plainly covers another: a quick yes without algebra, where a no means "not plainly".

use netpol_flow::{Operator, PortRange, Requirement, Selector};
use netpol_model::{End, Namespaces, Pods, Port, Ports, Rule};
use netpol_sets::PortSet;

/// Whether every connection of `narrow` surely is one of `broad`, on both sides, as long as `narrow` lives.
pub(super) fn covers_rule(broad: &Rule, narrow: &Rule) -> bool {
    outlives(broad, narrow)
        && covers_requests(broad, narrow)
        && covers_ports(&broad.ports, &narrow.ports)
        && covers_ends(&broad.from, &narrow.from)
        && covers_ends(&broad.to, &narrow.to)
}

/// Whether `broad` holds on every day on which `narrow` does.
pub(super) fn outlives(broad: &Rule, narrow: &Rule) -> bool {
    broad.until.is_none_or(|until| narrow.until.is_some_and(|mine| mine <= until))
}

fn covers_requests(broad: &Rule, narrow: &Rule) -> bool {
    broad.only.is_none() || (broad.only == narrow.only && broad.only_side == narrow.only_side)
}

/// Whether each of these ends surely lies in one of the broad ones.
pub(super) fn covers_ends(broad: &[End], narrow: &[End]) -> bool {
    narrow.iter().all(|end| broad.iter().any(|b| covers_end(b, end)))
}

/// Whether every endpoint of `narrow` surely is one of `broad`.
pub(super) fn covers_end(broad: &End, narrow: &End) -> bool {
    match (broad, narrow) {
        (End::Any, _) => true,
        (End::Pods(broad), End::Pods(narrow)) => covers_pods(broad, narrow),
        (End::Outside, End::Outside | End::Internet | End::Addresses { .. } | End::Domain(_)) => true,
        (
            End::Addresses { blocks: broad, except: cut, .. },
            End::Addresses { blocks: narrow, except: cut_too, .. },
        ) => {
            (cut.is_empty() || cut == cut_too)
                && narrow.iter().all(|block| broad.iter().any(|b| b.contains(block)))
        }
        (End::Domain(broad), End::Domain(narrow)) => broad.contains(narrow),
        (
            End::Pods(_)
            | End::OtherTenants
            | End::Nodes
            | End::ApiServer
            | End::Gateway
            | End::Addresses { .. }
            | End::Internet
            | End::Outside
            | End::Domain(_),
            _,
        ) => broad == narrow && *broad != End::OtherTenants,
    }
}

fn covers_pods(broad: &Pods, narrow: &Pods) -> bool {
    let namespaces = match (&broad.namespaces, &narrow.namespaces) {
        (Namespaces::Every, _) => true,
        (Namespaces::Named(broad), Namespaces::Named(narrow)) => narrow.is_subset(broad),
        (Namespaces::Matching(broad), Namespaces::Matching(narrow)) => implies(narrow, broad),
        (Namespaces::Named(_) | Namespaces::Matching(_), _) => false,
    };
    let accounts = match (&broad.accounts, &narrow.accounts) {
        (None, _) => true,
        (Some(broad), Some(narrow)) => narrow.is_subset(broad),
        (Some(_), None) => false,
    };
    namespaces && accounts && implies(&narrow.selector, &broad.selector)
}

/// Whether the first condition surely implies the second.
fn implies(given: &Selector, wanted: &Selector) -> bool {
    let one = |wanted: &Requirement, given: &Requirement| {
        given == wanted
            || (given.key == wanted.key
                && match (given.operator, wanted.operator) {
                    (Operator::In, Operator::In) => given.values.is_subset(&wanted.values),
                    (Operator::In, Operator::Exists) => true,
                    (Operator::In, Operator::NotIn) => given.values.is_disjoint(&wanted.values),
                    (Operator::NotIn, Operator::NotIn) => wanted.values.is_subset(&given.values),
                    (Operator::DoesNotExist, Operator::NotIn) => true,
                    (Operator::In | Operator::NotIn | Operator::Exists | Operator::DoesNotExist, _) => false,
                })
    };
    wanted.requirements.iter().all(|wanted| given.requirements.iter().any(|given| one(wanted, given)))
}

/// Whether every port of `narrow` surely is one of `broad`.
pub(super) fn covers_ports(broad: &Ports, narrow: &Ports) -> bool {
    let (broad, narrow) = match (broad, narrow) {
        (Ports::Any, _) => return true,
        (Ports::Some(_), Ports::Any) => return false,
        (Ports::Some(broad), Ports::Some(narrow)) => (broad, narrow),
    };
    let within = |item: &Port| {
        broad.iter().any(|b| match (b, item) {
            (Port::Range(b), Port::Range(range)) => {
                b.protocol == range.protocol && b.first <= range.first && range.last <= b.last
            }
            (Port::Named(b), Port::Named(name)) => b == name,
            (Port::Range(_), Port::Named(_)) | (Port::Named(_), Port::Range(_)) => false,
        })
    };
    if narrow.iter().all(within) {
        return true;
    }
    if broad.len() == 1 || narrow.iter().any(|item| matches!(item, Port::Named(_)) && !within(item)) {
        return false;
    }
    PortSet::of(numbers(narrow)).subtract(&PortSet::of(numbers(broad))).is_empty()
}

/// The numbers among the items.
pub(super) fn numbers(items: &[Port]) -> impl Iterator<Item = PortRange> {
    items.iter().filter_map(|item| match item {
        Port::Range(range) => Some(*range),
        Port::Named(_) => None,
    })
}
