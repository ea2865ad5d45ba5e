//! What one side of a set of subjects lets pass.

use netpol_flow::Flow;
use rustc_hash::FxHashSet;

use crate::{Cube, FlowSet};

/// The flows of `allow` that are not in `deny`: how a reading of a policy answers for one side.
///
/// Kept as a pair because both readings of a policy usually say the same denies, and then nothing need be subtracted.
#[derive(Clone, Debug, Default)]
pub struct SideSet {
    /// What is allowed unless denied.
    pub allow: FlowSet,
    /// What is denied whatever allows it.
    pub deny: FlowSet,
}

impl SideSet {
    /// Whether the flow passes.
    pub fn contains(&self, flow: &Flow) -> bool {
        self.allow.contains(flow) && !self.deny.contains(flow)
    }

    /// The flows that pass here and not there.
    ///
    /// `A∖D ∖ (B∖E)` is what of `A∖D` is not in `B`, and what of it is in `E`.
    pub fn beyond(&self, other: &SideSet) -> FlowSet {
        let mut beyond = FlowSet::default();
        let covering: Vec<&Cube> = other.allow.cubes().iter().chain(self.deny.cubes()).collect();
        for cube in distinct(self.allow.cubes(), other.allow.cubes()) {
            // Most are covered, and that is found without the pieces of the whole difference.
            if cube.first_beyond(&covering) == Ok(None) {
                continue;
            }
            let alone = FlowSet::of([cube.clone()]);
            beyond.extend(alone.subtract(&other.allow).subtract(&self.deny));
        }
        for cube in distinct(other.deny.cubes(), self.deny.cubes()) {
            let alone = FlowSet::of([cube.clone()]).subtract(&self.deny);
            beyond.extend(alone.intersect(&self.allow));
        }
        beyond
    }
}

/// The cubes of one list that do not stand in the other as they are.
fn distinct<'a>(cubes: &'a [Cube], others: &[Cube]) -> Vec<&'a Cube> {
    let known: FxHashSet<&Cube> = others.iter().collect();
    cubes.iter().filter(|cube| !known.contains(cube)).collect()
}
