//! What every workload may reach alike, so that a table for people says it once.

use std::collections::BTreeMap;

use crate::answer::{Answer, Connection, End};
use crate::cluster::Name;
use crate::outside::Outside;
use crate::traffic::Traffic;

/// Below this, "every workload" hides more than it says.
const FEWEST: usize = 3;

/// The connections that every workload has.
#[derive(Default)]
pub(crate) struct Shared<'a> {
    /// Workloads that every other may reach on the same traffic, ascending.
    pub(crate) reached: BTreeMap<&'a Name, &'a Traffic>,
    /// Addresses that every workload may reach.
    pub(crate) sent: Vec<&'a Outside>,
    /// Addresses that may reach every workload.
    pub(crate) taken: Vec<&'a Outside>,
}

impl<'a> Shared<'a> {
    pub(crate) fn of(answer: &'a Answer) -> Shared<'a> {
        let all = answer.workloads().len();
        if all < FEWEST {
            return Shared::default();
        }
        // How many reach a workload, and on what, while that is the same for all of them.
        let mut reached: BTreeMap<&Name, (usize, Option<&Traffic>)> = BTreeMap::new();
        let (mut sent, mut taken) = (Count::default(), Count::default());
        for connection in answer.connections() {
            match (connection.source, connection.destination) {
                (End::Workload(_), End::Workload(name)) => {
                    let (count, traffic) = reached.entry(name).or_insert((0, Some(connection.traffic)));
                    *count += 1;
                    *traffic = traffic.filter(|traffic| *traffic == connection.traffic);
                }
                (End::Workload(_), End::Outside(outside)) => sent.add(outside),
                (End::Outside(outside), End::Workload(_)) => taken.add(outside),
                (End::Controller | End::Outside(_), _) | (_, End::Controller) => {}
            }
        }
        let by_all = |(name, (count, traffic)): (&'a Name, (usize, Option<&'a Traffic>))| {
            // A single pod does not count as one that reaches itself.
            let others = all - usize::from(&*name.kind == "Pod");
            traffic.filter(|_| count == others).map(|traffic| (name, traffic))
        };
        Shared {
            reached: reached.into_iter().filter_map(by_all).collect(),
            sent: sent.in_all(all),
            taken: taken.in_all(all),
        }
    }

    /// Whether a line for every workload says this one too.
    pub(crate) fn says(&self, connection: &Connection<'_>) -> bool {
        match (connection.source, connection.destination) {
            (End::Workload(_), End::Workload(name)) => self.reached.contains_key(name),
            (End::Workload(_), End::Outside(outside)) => self.sent.contains(&outside),
            (End::Outside(outside), _) => self.taken.contains(&outside),
            (End::Controller, _) | (_, End::Controller) => false,
        }
    }
}

/// How often each is seen, while few enough are different.
#[derive(Default)]
struct Count<'a> {
    seen: Vec<(&'a Outside, usize)>,
}

impl<'a> Count<'a> {
    /// What all have in common is seen with the first; the first few are enough to look for it.
    const MOST: usize = 20;

    fn add(&mut self, outside: &'a Outside) {
        if let Some((_, count)) = self.seen.iter_mut().find(|(known, _)| *known == outside) {
            *count += 1;
        } else if self.seen.len() < Self::MOST {
            self.seen.push((outside, 1));
        }
    }

    fn in_all(self, all: usize) -> Vec<&'a Outside> {
        self.seen.into_iter().filter(|(_, count)| *count == all).map(|(outside, _)| outside).collect()
    }
}
