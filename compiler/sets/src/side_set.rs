//! What one side of a set of subjects lets pass.

use netpol_flow::Flow;
use rustc_hash::FxHashMap;

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

    /// The flows that pass here and not there, and those that pass there and not here.
    ///
    /// `A∖D ∖ (B∖E)` is what of `A∖D` is not in `B`, and what of it is in `E`.
    pub fn differences(&self, other: &SideSet) -> [FlowSet; 2] {
        let [my_allows, their_allows] = apart(self.allow.cubes(), other.allow.cubes());
        let [my_denies, their_denies] = apart(self.deny.cubes(), other.deny.cubes());
        [self.beyond(my_allows, their_denies, other), other.beyond(their_allows, my_denies, self)]
    }

    /// The flows that pass here and not there, given the allows that only this set has and the denies that only the
    /// other has.
    fn beyond(&self, allows: Vec<&Cube>, denies: Vec<&Cube>, other: &SideSet) -> FlowSet {
        let mut beyond = FlowSet::default();
        for cube in allows {
            let alone = FlowSet::of([cube.clone()]);
            beyond.extend(alone.subtract(&other.allow).subtract(&self.deny));
        }
        for cube in denies {
            let alone = FlowSet::of([cube.clone()]).subtract(&self.deny);
            beyond.extend(alone.intersect(&self.allow));
        }
        beyond
    }
}

/// The cubes of each list that do not stand in the other as they are, in the order they stand in.
fn apart<'a>(some: &'a [Cube], others: &'a [Cube]) -> [Vec<&'a Cube>; 2] {
    let mut mine: FxHashMap<&Cube, (usize, bool)> =
        some.iter().enumerate().map(|(at, cube)| (cube, (at, false))).collect();
    let mut theirs = Vec::new();
    for cube in others {
        match mine.get_mut(cube) {
            Some((_, is_shared)) => *is_shared = true,
            None => theirs.push(cube),
        }
    }
    let mut mine: Vec<(usize, &Cube)> =
        mine.into_iter().filter(|(_, (_, is_shared))| !is_shared).map(|(cube, (at, _))| (at, cube)).collect();
    mine.sort_unstable_by_key(|(at, _)| *at);
    [mine.into_iter().map(|(_, cube)| cube).collect(), theirs]
}
