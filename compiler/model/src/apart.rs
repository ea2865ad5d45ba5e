//! Whether two rules plainly have nothing in common: a quick yes without algebra, where a no means "not plainly".

use netpol_flow::{IpNet, Operator, Requirement};

use crate::{End, Namespaces, Pods, Port, Ports, Rule};

/// Address lists longer than this are not compared.
const FEW: usize = 8;

/// Whether the two rules surely have no connection in common.
pub fn are_apart(a: &Rule, b: &Rule) -> bool {
    let apart = |a: &[End], b: &[End]| a.iter().all(|a| b.iter().all(|b| ends_are_apart(a, b)));
    apart(&a.from, &b.from) || apart(&a.to, &b.to) || !ports_meet(&a.ports, &b.ports)
}

/// Whether the two may have a port in common; a port's name may stand for any number.
pub fn ports_meet(a: &Ports, b: &Ports) -> bool {
    let (Ports::Some(a), Ports::Some(b)) = (a, b) else { return true };
    let meet = |a: &Port, b: &Port| match (a, b) {
        (Port::Range(a), Port::Range(b)) => {
            a.protocol == b.protocol && a.first <= b.last && b.first <= a.last
        }
        (Port::Named(_), _) | (_, Port::Named(_)) => true,
    };
    a.iter().any(|a| b.iter().any(|b| meet(a, b)))
}

/// The kinds of endpoint an end is made of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Pods,
    Cluster,
    External,
    Every,
}

fn kind(end: &End) -> Kind {
    match end {
        End::Pods(_) | End::OtherTenants => Kind::Pods,
        End::Nodes | End::ApiServer | End::Gateway => Kind::Cluster,
        End::Addresses { .. } | End::Internet | End::Outside | End::Domain(_) => Kind::External,
        End::Any => Kind::Every,
    }
}

/// Whether the two surely have no endpoint in common: other kinds, other namespaces, other values of one label, other
/// addresses.
pub fn ends_are_apart(a: &End, b: &End) -> bool {
    match (a, b) {
        (End::Pods(a), End::Pods(b)) => pods_are_apart(a, b),
        (End::Addresses { blocks: a, .. }, End::Addresses { blocks: b, .. }) => {
            let meet = |a: &IpNet, b: &IpNet| a.contains(b) || b.contains(a);
            a.len() <= FEW && b.len() <= FEW && !a.iter().any(|a| b.iter().any(|b| meet(a, b)))
        }
        (End::Gateway, End::Nodes | End::ApiServer) | (End::Nodes | End::ApiServer, End::Gateway) => true,
        (
            End::Pods(_)
            | End::OtherTenants
            | End::Nodes
            | End::ApiServer
            | End::Gateway
            | End::Addresses { .. }
            | End::Internet
            | End::Outside
            | End::Domain(_)
            | End::Any,
            _,
        ) => {
            let (a, b) = (kind(a), kind(b));
            a != b && a != Kind::Every && b != Kind::Every
        }
    }
}

fn pods_are_apart(a: &Pods, b: &Pods) -> bool {
    if let (Namespaces::Named(a), Namespaces::Named(b)) = (&a.namespaces, &b.namespaces)
        && a.is_disjoint(b)
    {
        return true;
    }
    let differ = |a: &Requirement, b: &Requirement| {
        (a.operator, b.operator) == (Operator::In, Operator::In)
            && a.key == b.key
            && a.values.is_disjoint(&b.values)
    };
    a.selector.requirements.iter().any(|a| b.selector.requirements.iter().any(|b| differ(a, b)))
}
