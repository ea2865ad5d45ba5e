//! Objects that would be too large, in parts: an object of allows may be cut anywhere (amendment B25).

use super::gather::Group;

/// The most text of rules in one object. `kubectl apply` keeps the whole object in an annotation, and all annotations
/// together may have 256 KiB.
const LARGEST: usize = 120_000;

/// Cuts a group into parts of at most [`LARGEST`] bytes of rules, in order; a single larger rule stays whole.
pub(super) fn split(group: Group) -> Vec<Group> {
    let mut parts = vec![Group::default()];
    let mut used = 0;
    let sides = group
        .ingress
        .into_iter()
        .map(|rule| (true, rule))
        .chain(group.egress.into_iter().map(|rule| (false, rule)));
    for (is_ingress, rule) in sides {
        let size = rule.1.weight();
        if used > 0 && used + size > LARGEST {
            parts.push(Group::default());
            used = 0;
        }
        used += size;
        if let Some(part) = parts.last_mut() {
            if is_ingress { part.ingress.push(rule) } else { part.egress.push(rule) }
        }
    }
    parts
}
