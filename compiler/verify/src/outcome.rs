//! What comes of a proof.

use netpol_flow::{Flow, Side, Verdict};
use netpol_semantics::{Trace, Undecided};

use crate::Shard;

/// How many steps the proof may take for one side of one namespace; a step compares two classes of flows, and making
/// one counts for several.
///
/// A namespace of real policy takes thousands. Text can be written that takes more than there are atoms; it ends here,
/// within seconds, and is not built.
pub(crate) const STEPS: u64 = 4_000_000;

/// A flow that the source and the manifests answer differently.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The flow.
    pub flow: Flow,
    /// The side that differs.
    pub side: Side,
    /// What the source says there.
    pub source: Verdict,
    /// What the manifests say there.
    pub manifests: Verdict,
    /// Which of their objects and rules say so.
    pub trace: Result<Trace, Undecided>,
}

/// What a proof looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Sides of namespaces compared.
    pub sides: usize,
    /// Classes of flows compared: cubes of both readings.
    pub classes: usize,
    /// Guardrail denies on an open side that rest on the other end's own objects.
    pub leaning: usize,
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.sides += other.sides;
        self.classes += other.classes;
        self.leaning += other.leaning;
    }
}

/// What came of a proof.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What was looked at.
    pub tally: Tally,
    /// Where the two differ; empty for a proof that holds.
    pub differences: Vec<Difference>,
    /// What could not be decided, which is a failure of its own.
    pub undecided: Vec<Undecided>,
    /// Whose proof took more steps than it may, which is a failure of its own as well.
    pub exhausted: Vec<Shard>,
}

impl Outcome {
    /// Whether source and manifests mean the same.
    pub fn holds(&self) -> bool {
        self.differences.is_empty() && self.undecided.is_empty() && self.exhausted.is_empty()
    }

    pub(crate) fn and(mut self, other: Outcome) -> Outcome {
        self.tally += other.tally;
        self.differences.extend(other.differences);
        self.undecided.extend(other.undecided);
        self.exhausted.extend(other.exhausted);
        self
    }
}
