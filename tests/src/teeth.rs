//! Fault injection: manifests are damaged, and the proof must find what the damage changed.
//!
//! A mutant that the proof calls equal is held to it by brute force: in a small world of every endpoint of a table of flows
//! and some that nobody names, at every port of the table and beside it, flow by flow, on each side, the mutant answers as
//! the undamaged manifests do.

use std::collections::{BTreeMap, BTreeSet};

use netpol_flow::{Date, Endpoint, Flow, Pod, Protocol, Relation, Side};
use netpol_model::Policy;

use crate::damage::MUTATIONS;
use crate::targets::{Built, Settings};

/// What is damaged: the manifests of one target for one policy.
pub struct Patient<'a> {
    /// What a failure calls it.
    pub title: &'a str,
    /// What it was built from.
    pub policy: &'a Policy,
    /// The day it was built on.
    pub day: Date,
    /// The settings of the target.
    pub settings: &'a Settings,
    /// The undamaged manifests.
    pub whole: &'a Built,
    /// The flows that are asked of every mutant which the proof calls equal.
    pub table: &'a [Flow],
}

/// What came of the mutants of one target.
#[derive(Debug, Default)]
struct Tally {
    caught: usize,
    refused: usize,
    equal: usize,
    answers: usize,
}

/// What came of all mutants.
#[derive(Debug, Default)]
pub struct Bites {
    targets: BTreeMap<&'static str, Tally>,
    kinds: BTreeSet<&'static str>,
}

impl Bites {
    /// Damages one place for each kind of damage that applies, or one kind in so many; whether any did.
    ///
    /// Panics where a mutant whose verdicts differ goes unnoticed.
    pub fn bite(&mut self, patient: &Patient<'_>, every: usize) -> bool {
        let Patient { title, policy, day, settings, whole, table } = *patient;
        let world = small_world(table);
        let mut is_damaged = false;
        for (at, (name, mutate)) in MUTATIONS.iter().enumerate() {
            let seed = mixed(title, at);
            if !seed.is_multiple_of(every) {
                continue;
            }
            let places = places(&whole.files, *mutate);
            if places.is_empty() {
                continue;
            }
            let (file, line, changed) = &places[seed / every % places.len()];
            let tally = self.targets.entry(whole.target()).or_default();
            self.kinds.insert(name);
            is_damaged = true;
            let files = with_line(&whole.files, file, *line, changed);
            let Ok(mutant) = Built::of(whole.backend(), settings, files) else {
                tally.refused += 1;
                continue;
            };
            if !mutant.prove(policy, day).is_ok_and(|differences| differences.is_empty()) {
                tally.caught += 1;
                continue;
            }
            tally.equal += 1;
            for (flow, side) in
                table.iter().chain(&world).flat_map(|flow| Side::BOTH.map(|side| (flow, side)))
            {
                let (Ok(said), Ok(was)) = (mutant.evaluate(flow, side), whole.evaluate(flow, side)) else {
                    continue;
                };
                tally.answers += 1;
                assert!(
                    said.verdict == was.verdict || mutant.leans(policy, flow, side, day),
                    "{title}: {}: `{name}` at {file}:{} goes unnoticed: {flow} on {side:?}",
                    whole.target(),
                    line + 1
                );
            }
        }
        is_damaged
    }

    /// Prints what was counted, and holds that enough damage was done to show anything.
    pub fn tell(&self, what: &str, caught_at_least: usize) {
        for (target, Tally { caught, refused, equal, answers }) in &self.targets {
            println!(
                "{target}: {caught} caught by the proof, {refused} by the reading, {equal} equal, as {answers} answers \
                 of small worlds agree"
            );
            assert!(*caught >= caught_at_least, "{target}: too little damage was done to show anything");
        }
        println!("{} kinds of {} applied to {what}", self.kinds.len(), MUTATIONS.len());
        assert!(self.kinds.len() >= 40, "only {:?}", self.kinds);
    }
}

/// Where a kind of damage applies, and the line it makes.
fn places(
    files: &BTreeMap<String, String>,
    mutate: fn(&str) -> Option<String>,
) -> Vec<(&String, usize, String)> {
    let files = files.iter().filter(|(file, _)| *file != "kustomization.yaml");
    let mut places = Vec::new();
    for (file, text) in files {
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with('#'));
        places.extend(lines.filter_map(|(n, line)| Some((file, n, mutate(line)?))));
    }
    places
}

fn with_line(
    files: &BTreeMap<String, String>,
    file: &str,
    at: usize,
    changed: &str,
) -> BTreeMap<String, String> {
    let lines = files[file].lines().enumerate();
    let text: Vec<&str> = lines.map(|(n, line)| if n == at { changed } else { line }).collect();
    let mut files = files.clone();
    files.insert(file.to_owned(), text.join("\n") + "\n");
    files
}

/// Every flow between the endpoints of a table, and strangers, at its ports and beside them.
fn small_world(table: &[Flow]) -> Vec<Flow> {
    let mut ends: Vec<Endpoint> = Vec::new();
    let stranger = Endpoint::Pod(std::sync::Arc::new(Pod::new("stranger")));
    for end in table.iter().flat_map(|flow| [&flow.source, &flow.destination]).chain([&stranger]) {
        if !ends.contains(end) && ends.len() < 9 {
            ends.push(end.clone());
        }
    }
    let mut services: BTreeSet<(Protocol, u16)> = BTreeSet::new();
    for flow in table {
        services.extend([(flow.protocol, flow.port), (flow.protocol, flow.port.saturating_add(1))]);
    }
    let mut flows = Vec::new();
    for source in &ends {
        for destination in
            ends.iter().filter(|end| *end != source && (end.pod().is_some() || source.pod().is_some()))
        {
            for (protocol, port) in services.iter().take(8) {
                let (source, destination) = (source.clone(), destination.clone());
                let (protocol, port) = (*protocol, *port);
                flows.push(Flow {
                    source,
                    destination,
                    relation: Relation::Apart,
                    protocol,
                    port,
                    request: None,
                });
            }
        }
    }
    flows
}

/// A number that is the same on every machine, so that a failure can be looked at.
fn mixed(text: &str, seed: usize) -> usize {
    text.bytes().fold(seed ^ 0x9e37, |hash, byte| (hash ^ byte as usize).wrapping_mul(0x0100_0193) >> 1)
}
