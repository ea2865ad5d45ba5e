//! A bound on the work of a difference, so that every question about policy ends.
//!
//! A difference of unions can be exponentially larger than both: a fence of thirty lines, each about two labels of its
//! own, leaves 2³⁰ kinds of pods. Whoever asks about text that anyone may have written asks within a budget.

use std::cell::Cell;

use crate::Undecided;

thread_local! {
    /// The steps left to the work of this thread; none where nobody counts.
    static LEFT: Cell<Option<u64>> = const { Cell::new(None) };
}

/// Puts the outer budget back, also when the work panics.
struct Outer(Option<u64>);

impl Drop for Outer {
    fn drop(&mut self) {
        LEFT.set(self.0);
    }
}

/// What the work gives, where it takes no more than these steps on this thread; a step compares
/// two cubes, and making one counts for several.
///
/// Errs where it would take more. Counted by thread and not handed from call to call: a difference is taken deep inside
/// readings, whose every function would have to say that it may not end. Past the budget every set is empty, so the rest of
/// the work ends at once, and nobody sees what it gives. The work must not hand parts to other threads.
pub fn within<T>(steps: u64, work: impl FnOnce() -> T) -> Result<T, Undecided> {
    let outer = Outer(LEFT.replace(Some(steps)));
    let result = work();
    let is_spent = LEFT.get() == Some(0);
    drop(outer);
    if is_spent { Err(Undecided) } else { Ok(result) }
}

/// Takes some steps; whether the work may go on.
pub(crate) fn spend(steps: usize) -> bool {
    let Some(left) = LEFT.get() else { return true };
    let left = left.saturating_sub(steps as u64);
    LEFT.set(Some(left));
    left > 0
}

#[cfg(test)]
mod tests {
    use netpol_flow::Text;

    use super::*;
    use crate::{Cube, Ends, FlowSet, Key, PodSet, Requests, Services, Values};

    fn to(pods: PodSet) -> Cube {
        Cube {
            source: Ends::Pods(PodSet::all()),
            destination: Ends::Pods(pods),
            services: Services::all(),
            requests: Requests::all(),
        }
    }

    /// Pods of two labels each, no two alike.
    fn hostile(count: usize) -> FlowSet {
        FlowSet::of((0..count).map(|at| {
            let label = |name: &str| Key::Label(Text::from(format!("{name}{at}").as_str()));
            let x = Values::only(["x".into()].into());
            to(PodSet::all().with(label("a"), &x).with(label("b"), &x))
        }))
    }

    #[test]
    fn a_difference_that_would_explode_ends_undecided() {
        let all = FlowSet::of([to(PodSet::all())]);
        assert_eq!(within(100_000, || all.subtract(&hostile(40))), Err(Undecided));
    }

    #[test]
    fn a_plain_difference_ends_well_within() {
        let all = FlowSet::of([to(PodSet::all())]);
        let free = all.subtract(&hostile(5));
        assert_eq!(within(100_000, || all.subtract(&hostile(5))), Ok(free));
    }

    #[test]
    fn an_inner_budget_leaves_the_outer_as_it_was() {
        let outer = within(10, || {
            assert_eq!(within(1, || spend(5)), Err(Undecided));
            spend(9)
        });
        assert_eq!(outer, Ok(true));
        assert!(spend(usize::MAX), "outside of a budget nobody counts");
    }
}
