//! Address sets as blocks with exceptions, which is how every target writes them.

use netpol_diagnostics::{Code, Diagnostic};
use netpol_flow::{Family, IpNet, family_of};
use netpol_model::{Cluster, Rule};
use netpol_sets::AddressSet;

use crate::refuse::refuse;

/// A block without some narrower blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    /// The block.
    pub cidr: IpNet,
    /// What is cut out: each strictly inside, none inside another, ascending.
    pub except: Vec<IpNet>,
}

/// Writes a set as the blocks the author wrote, without what is missing from them.
///
/// Exact for every set that lies inside `written`; what lies outside of it is added as blocks of its own. A block of
/// which nothing is left is dropped (`K8S-04`, `K8S-12`, `CAL-11`).
pub(crate) fn blocks(set: &AddressSet, written: &[IpNet]) -> Vec<Block> {
    let mut rest = set.clone();
    let mut out = Vec::new();
    for cidr in IpNet::aggregate(&written.to_vec()) {
        let whole = AddressSet::of([&cidr]);
        let kept = rest.intersect(&whole);
        if kept.is_empty() {
            continue;
        }
        rest = rest.subtract(&whole);
        let except = whole.subtract(&kept).blocks();
        let kept = kept.blocks();
        if kept.len() <= except.len() {
            out.extend(kept.into_iter().map(|cidr| Block { cidr, except: Vec::new() }));
        } else {
            out.push(Block { cidr, except });
        }
    }
    out.extend(rest.blocks().into_iter().map(|cidr| Block { cidr, except: Vec::new() }));
    out
}

/// Refuses a set of addresses where the cluster's own ranges are not known (NP0716, amendment B4).
///
/// On targets that match an address block by plain comparison, a block also matches pods and nodes in it, so the ranges
/// of both must be known to be cut out: for each family of the set that the cluster uses. A set in a family that the
/// cluster does not mention at all needs none.
pub(crate) fn needs_ranges(
    cluster: &Cluster,
    set: &AddressSet,
    rule: &Rule,
    target: &str,
) -> Option<Diagnostic> {
    let has = |blocks: &[IpNet], family: Family| blocks.iter().any(|block| family_of(block) == family);
    let used = |family| has(&cluster.pods, family) || has(&cluster.nodes, family);
    let missing = [(Family::V4, set.only_v4(), "IPv4"), (Family::V6, set.only_v6(), "IPv6")]
        .into_iter()
        .filter(|(family, part, _)| {
            let nothing_known = cluster.pods.is_empty() || cluster.nodes.is_empty();
            let half_known = used(*family) && !(has(&cluster.pods, *family) && has(&cluster.nodes, *family));
            !part.is_empty() && (nothing_known || half_known)
        })
        .map(|(_, _, word)| word)
        .collect::<Vec<_>>();
    if missing.is_empty() {
        return None;
    }
    Some(
        refuse(
            Code(716),
            format!("target `{target}` needs the cluster's pod and node ranges for this"),
            rule,
            "addresses",
        )
        .note("an address block matches pods and nodes inside it there, so their ranges must be cut out")
        .help(format!(
            "declare both for {}: `cluster NAME {{ pods 10.244.0.0/16 … nodes 10.10.0.0/16 … }}`",
            missing.join(" and ")
        )),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn net(text: &str) -> IpNet {
        text.parse().unwrap()
    }

    #[test]
    fn a_hole_is_written_as_an_exception() {
        let set = AddressSet::of([&net("10.0.0.0/8")]).subtract(&AddressSet::of([&net("10.244.0.0/16")]));
        let expected = Block { cidr: net("10.0.0.0/8"), except: vec![net("10.244.0.0/16")] };
        assert_eq!(blocks(&set, &[net("10.0.0.0/8")]), vec![expected]);
    }

    #[test]
    fn a_block_that_is_cut_away_entirely_is_dropped() {
        assert_eq!(blocks(&AddressSet::none(), &[net("10.0.0.0/8")]), vec![]);
    }

    #[test]
    fn blocks_denote_exactly_the_set() {
        let all = AddressSet::of([&net("0.0.0.0/0"), &net("::/0")]);
        let set =
            all.subtract(&AddressSet::of([&net("10.0.0.0/8"), &net("fc00::/7"), &net("203.0.113.7/32")]));
        let read =
            blocks(&set, &[net("0.0.0.0/0"), net("::/0")]).iter().fold(AddressSet::none(), |sum, block| {
                sum.union(&AddressSet::of([&block.cidr]).subtract(&AddressSet::of(&block.except)))
            });
        assert_eq!(read, set);
    }
}
