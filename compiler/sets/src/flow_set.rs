//! Unions of cubes.

use netpol_flow::Flow;

use crate::Cube;
use crate::budget::spend;

/// Steps that making a cube counts for: it takes memory, where comparing two takes none.
const MADE: usize = 8;

/// A set of flows: a union of cubes, which may overlap; none is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FlowSet {
    cubes: Vec<Cube>,
}

impl FlowSet {
    /// The union of these cubes.
    pub fn of(cubes: impl IntoIterator<Item = Cube>) -> FlowSet {
        // A cube is large: those that stay are not moved.
        let mut cubes: Vec<Cube> = cubes.into_iter().collect();
        cubes.retain(|cube| !cube.is_empty());
        FlowSet { cubes }
    }

    /// The cubes.
    pub fn cubes(&self) -> &[Cube] {
        &self.cubes
    }

    /// The cubes, to be changed and put together anew.
    pub fn into_cubes(self) -> Vec<Cube> {
        self.cubes
    }

    /// Whether no flow is in.
    pub fn is_empty(&self) -> bool {
        self.cubes.is_empty()
    }

    /// Whether the flow is in.
    pub fn contains(&self, flow: &Flow) -> bool {
        self.cubes.iter().any(|cube| cube.contains(flow))
    }

    /// Adds the flows of another set.
    pub fn extend(&mut self, other: FlowSet) {
        self.cubes.extend(other.cubes);
    }

    /// Both.
    pub fn intersect(&self, other: &FlowSet) -> FlowSet {
        if !spend(self.cubes.len().saturating_mul(other.cubes.len())) {
            return FlowSet::default();
        }
        let pairs = self.cubes.iter().flat_map(|a| other.cubes.iter().filter_map(|b| a.intersect(b)));
        FlowSet { cubes: pairs.collect() }
    }

    /// This without the other.
    ///
    /// The plainest cubes go first: what they take away whole need not be cut into pieces by the others.
    pub fn subtract(&self, other: &FlowSet) -> FlowSet {
        let mut rest = self.cubes.clone();
        let mut plainest_first: Vec<&Cube> = other.cubes.iter().collect();
        plainest_first.sort_by_key(|cube| cube.conditions());
        for cube in plainest_first {
            if rest.is_empty() {
                break;
            }
            if !spend(rest.len()) {
                return FlowSet::default();
            }
            if rest.iter().any(|piece| piece.meets(cube)) {
                rest = rest.iter().flat_map(|piece| piece.subtract(cube)).collect();
                if !spend(rest.len().saturating_mul(MADE)) {
                    return FlowSet::default();
                }
            }
        }
        FlowSet { cubes: rest }
    }

    /// Whether every flow of the other set is in.
    pub fn covers(&self, other: &FlowSet) -> bool {
        other.subtract(self).is_empty()
    }

    /// A flow of the set, the plainest that its first cube offers.
    pub fn witness(&self) -> Option<Flow> {
        self.cubes.iter().find_map(Cube::witness)
    }
}
