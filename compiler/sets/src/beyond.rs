//! A part of a cube that lies in none of some others, without building the whole difference.

use crate::Cube;
use crate::budget::spend;

/// The search took more steps than it was given: the cubes are cut into each other too often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undecided;

/// How many steps one search may take; a question about real policy takes a few.
const STEPS: usize = 200_000;

impl Cube {
    /// A part of this cube that lies in none of `others`; none where they cover it together.
    ///
    /// Depth first: where something is left over, it is found without the rest of the difference. Errs where the search
    /// would take too long, and then nothing is known.
    pub fn first_beyond(&self, others: &[&Cube]) -> Result<Option<Cube>, Undecided> {
        let mut steps = STEPS;
        search(self, others, &mut steps)
    }
}

fn search(piece: &Cube, others: &[&Cube], steps: &mut usize) -> Result<Option<Cube>, Undecided> {
    *steps = steps.checked_sub(1).ok_or(Undecided)?;
    if !spend(1 + others.len()) {
        return Err(Undecided);
    }
    let mut meeting: Vec<&Cube> = Vec::new();
    // Cutting by the cube that makes the fewest pieces keeps the tree narrow.
    let mut best: Option<(usize, Vec<Cube>)> = None;
    for other in others.iter().filter(|other| piece.meets(other)) {
        *steps = steps.checked_sub(1).ok_or(Undecided)?;
        let pieces = piece.subtract(other);
        match &pieces[..] {
            [] => return Ok(None),
            [same] if same == piece => continue,
            _ => {}
        }
        if best.as_ref().is_none_or(|(_, fewest)| pieces.len() < fewest.len()) {
            best = Some((meeting.len(), pieces));
        }
        meeting.push(other);
    }
    let Some((cut, pieces)) = best else { return Ok(Some(piece.clone())) };
    meeting.remove(cut);
    for piece in &pieces {
        if let Some(left) = search(piece, &meeting, steps)? {
            return Ok(Some(left));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use netpol_flow::{PortRange, Protocol};

    use super::*;
    use crate::{Ends, FlowSet, PodSet, PortSet, Requests, Services};

    fn ports(first: u16, last: u16) -> Cube {
        let range = PortRange { protocol: Protocol::Tcp, first, last };
        Cube {
            source: Ends::Pods(PodSet::all()),
            destination: Ends::Pods(PodSet::all()),
            services: Services::of(PortSet::of([range])),
            requests: Requests::all(),
        }
    }

    #[test]
    fn what_is_covered_together_leaves_nothing() {
        let (low, high) = (ports(1, 500), ports(400, 1000));
        assert_eq!(ports(10, 900).first_beyond(&[&low, &high]), Ok(None));
    }

    #[test]
    fn what_is_left_is_part_of_the_cube_and_of_no_other() {
        let (low, high) = (ports(1, 500), ports(600, 1000));
        let left = ports(10, 900).first_beyond(&[&low, &high]).unwrap().unwrap();
        assert_eq!(left, ports(501, 599));
        let set = FlowSet::of([left]);
        assert!(set.intersect(&FlowSet::of([low, high])).is_empty());
    }
}
