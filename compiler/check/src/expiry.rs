//! What lapses, and when.

use netpol_flow::Date;
use netpol_model::Policy;

/// How many days ahead counts as soon.
pub(crate) const SOON: i64 = 14;

/// The last days that a policy's lines, modes and audits name, in any order.
pub(crate) fn ends(policy: &Policy) -> impl Iterator<Item = Date> {
    let guardrails = policy.guardrails.iter();
    let blocks = guardrails.clone().filter_map(|block| block.audit_until);
    let modes = policy.namespaces.values().filter_map(|namespace| namespace.mode.until);
    let rules = guardrails
        .flat_map(|block| block.denies.iter().chain(&block.exceptions).chain(&block.allows))
        .chain(policy.namespaces.values().flat_map(|namespace| {
            namespace.rules.iter().chain(&namespace.fence).chain(&namespace.fence_exceptions)
        }))
        .chain(policy.baseline.iter().flat_map(|baseline| baseline.rules.values().flatten()));
    blocks.chain(modes).chain(rules.filter_map(|rule| rule.until))
}
