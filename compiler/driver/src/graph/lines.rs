//! The lines that open something, one for each pair of ends.

use std::collections::BTreeSet;

use netpol_flow::{Date, SortedSet, Text};
use netpol_model::{Policy, Rule, Verdicts};
use netpol_sets::{Cube, Ends, PodSet};

/// Every live line that allows: of namespaces, their apps, the baseline and guardrails; each pair of its ends alone, and
/// nothing twice.
pub(super) fn lines(policy: &Policy, as_of: Date) -> Vec<Rule> {
    let own = policy.namespaces.values().flat_map(|namespace| &namespace.rules);
    let baseline = policy.baseline.iter().flat_map(|baseline| baseline.rules.values().flatten());
    let blocks = policy.guardrails.iter().filter(|block| block.binds(as_of));
    let all = own.chain(baseline).chain(blocks.flat_map(|block| &block.allows));
    let mut seen = BTreeSet::new();
    let mut pairs = Vec::new();
    for rule in all.filter(|rule| rule.is_active(as_of)) {
        let requests = rule.only.iter().flatten().map(ToString::to_string).collect::<Vec<String>>();
        for from in &rule.from {
            for to in &rule.to {
                let side = rule.only.as_ref().map(|_| rule.only_side.word());
                if seen.insert((from, to, &rule.ports, requests.clone(), side)) {
                    pairs.push(Rule { from: vec![from.clone()], to: vec![to.clone()], ..rule.clone() });
                }
            }
        }
    }
    pairs
}

/// What a line speaks of, where it touches one of these namespaces.
pub(super) fn spoken_of(verdicts: &Verdicts<'_>, line: &Rule, about: Option<&SortedSet<Text>>) -> Vec<Cube> {
    let mut cubes = verdicts.question(line).into_cubes();
    cubes.retain(|cube| touches(cube, about));
    cubes
}

/// Whether one of the ends has pods of these namespaces, or may.
pub(super) fn touches(cube: &Cube, about: Option<&SortedSet<Text>>) -> bool {
    let Some(names) = about else { return true };
    let home = PodSet::of_namespaces(names.clone());
    let has = |ends: &Ends| ends.pods().is_some_and(|pods| !pods.intersect(&home).is_empty());
    has(&cube.source) || has(&cube.destination)
}
