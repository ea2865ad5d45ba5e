//! What the readings say about every namespace, rule by rule, each set of pods known by a number.

use std::collections::HashMap;

use netpol_flow::Side;
use netpol_sets::{Cube, Ends, ExternalSet, PodSet, Requests, Services, SideSet};

/// Sets of pods, each once.
#[derive(Default)]
pub(crate) struct Sets {
    sets: Vec<PodSet>,
    /// Only looked up; nothing depends on its order.
    numbers: HashMap<PodSet, usize>,
}

impl Sets {
    fn number(&mut self, set: PodSet) -> usize {
        match self.numbers.get(&set) {
            Some(number) => *number,
            None => {
                self.sets.push(set.clone());
                self.numbers.insert(set, self.sets.len() - 1);
                self.sets.len() - 1
            }
        }
    }

    /// The sets, in the order of their numbers.
    pub(crate) fn all(&self) -> &[PodSet] {
        &self.sets
    }
}

/// The other end of a rule.
pub(crate) enum Peer {
    /// The pods of the set with this number.
    Pods(usize),
    /// Addresses outside.
    Outside(ExternalSet),
}

/// One cube of a side.
pub(crate) struct Rule {
    /// The number of the set of its subjects.
    pub(crate) subject: usize,
    pub(crate) peer: Peer,
    pub(crate) services: Services,
    pub(crate) requests: Requests,
}

/// What one side of every namespace lets pass: what is allowed and not denied.
#[derive(Default)]
pub(crate) struct Rules {
    pub(crate) allow: Vec<Rule>,
    pub(crate) deny: Vec<Rule>,
}

impl Rules {
    /// Adds what the reading says of one namespace. Nodes and the like are in no rule: they are not in the universe.
    pub(crate) fn add(&mut self, said: SideSet, side: Side, sets: &mut Sets) {
        self.allow.extend(said.allow.into_cubes().into_iter().filter_map(|cube| rule(cube, side, sets)));
        self.deny.extend(said.deny.into_cubes().into_iter().filter_map(|cube| rule(cube, side, sets)));
    }
}

fn rule(cube: Cube, side: Side, sets: &mut Sets) -> Option<Rule> {
    let Cube { source, destination, services, requests } = cube;
    let (subject, peer) = match side {
        Side::Egress => (source, destination),
        Side::Ingress => (destination, source),
    };
    let Ends::Pods(subject) = subject else { return None };
    let peer = match peer {
        Ends::Pods(pods) => Peer::Pods(sets.number(pods)),
        Ends::External(outside) => Peer::Outside(outside),
        Ends::Infra(_) => return None,
    };
    Some(Rule { subject: sets.number(subject), peer, services, requests })
}
