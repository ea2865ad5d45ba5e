//! Namespaces that no file knows, one slip of the pen from one that a file does.

use std::collections::BTreeSet;

use netpol_flow::Text;
use netpol_model::{End, Policy};

/// The namespaces that a policy declares, owns or refers to, in that order.
pub(crate) struct KnownNamespaces<'p> {
    in_order: Vec<&'p Text>,
    names: BTreeSet<&'p Text>,
}

impl<'p> KnownNamespaces<'p> {
    /// Those of a policy.
    pub(crate) fn of(policy: &'p Policy) -> KnownNamespaces<'p> {
        let owned = policy.tenants.values().flat_map(|tenant| tenant.namespaces.iter());
        let handles = policy.handles.values().filter_map(|pods| pods.named()).flatten();
        let in_order: Vec<&Text> =
            policy.namespaces.keys().chain(&policy.cluster.system).chain(owned).chain(handles).collect();
        KnownNamespaces { names: in_order.iter().copied().collect(), in_order }
    }

    /// The first namespace an end names that is not known, with the one that was surely meant.
    ///
    /// A cluster has namespaces of which the project says nothing; so an unknown name alone is no slip.
    pub(crate) fn misspelt(&self, end: &End) -> Option<(String, String)> {
        let End::Pods(pods) = end else { return None };
        let mut unknown = pods.named()?.iter().filter(|name| !self.names.contains(name));
        unknown.find_map(|name| {
            let near = self.in_order.iter().find(|known| is_slip(name, known))?;
            Some((name.to_string(), near.to_string()))
        })
    }
}

/// Whether one letter is missing, doubled or swapped with its neighbour. Another letter or digit in its place is no
/// slip: `team-a` and `team-b` are two names.
fn is_slip(wrong: &str, right: &str) -> bool {
    if wrong.len().min(right.len()) < 4 || wrong.len().abs_diff(right.len()) > 4 {
        return false;
    }
    let (long, short) = if wrong.len() >= right.len() { (wrong, right) } else { (right, wrong) };
    let (long, short): (Vec<char>, Vec<char>) = (long.chars().collect(), short.chars().collect());
    let same = long.iter().zip(&short).take_while(|(a, b)| a == b).count();
    let (Some(here), tail) = (long.get(same), long.get(same + 1..).unwrap_or_default()) else { return false };
    let rest = short.get(same..).unwrap_or_default();
    match long.len() - short.len() {
        0 => {
            let swapped = rest.first() == tail.first() && rest.get(1) == Some(here);
            here.is_alphabetic() && swapped && rest.get(2..) == tail.get(1..)
        }
        1 => here.is_alphabetic() && tail == rest,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_slip;

    #[test]
    fn only_a_slip_of_the_pen_counts() {
        for (wrong, right) in [("valut", "vault"), ("monitorng", "monitoring"), ("vaullt", "vault")] {
            assert!(is_slip(wrong, right), "{wrong}");
        }
        for (name, other) in
            [("team-b", "team-a"), ("shop-1", "shop-10"), ("legacy", "shop"), ("dev", "deev")]
        {
            assert!(!is_slip(name, other), "{name}");
        }
    }
}
