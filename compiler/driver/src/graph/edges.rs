//! Which arrows there are: what of each line passes at both ends.

use std::collections::BTreeMap;

use netpol_flow::{Date, Side, SortedSet, Text};
use netpol_model::{Enforcement, Namespace, Places, Policy, Rule, Verdicts};
use netpol_sets::{Cube, Requests, Undecided};
use rayon::prelude::*;

use super::lines::{lines, spoken_of, touches};
use super::nodes::Nodes;
use super::topology::{Edge, Graph, Home, Node, Opening, Shape};
use super::words;

/// What of a line passes.
enum Passing {
    /// All of it.
    Whole,
    /// These pieces of it.
    Pieces(Vec<Cube>),
}

/// The topology of one cluster; with `about`, only of these namespaces and what they exchange.
pub(super) fn topology(
    policy: &Policy,
    as_of: Date,
    about: Option<&SortedSet<Text>>,
) -> Result<Graph, String> {
    let places = Places::of(policy);
    let verdicts = Verdicts::of(policy, &places, as_of);
    let lines = lines(policy, as_of);
    let asked: Vec<(&Rule, Vec<Cube>)> =
        lines.par_iter().map(|line| (line, spoken_of(&verdicts, line, about))).collect();
    let asked: Vec<(&Rule, Vec<Cube>)> = asked.into_iter().filter(|(_, cubes)| !cubes.is_empty()).collect();
    let answers: Vec<Result<Passing, Undecided>> =
        asked.par_iter().map(|(line, _)| passing(&verdicts, line, about)).collect();
    let is_drawn = |name: &Text| about.is_none_or(|names| names.contains(name));
    let mut drawing = Drawing {
        nodes: Nodes::of(policy, is_drawn),
        requests: asked.iter().filter_map(|(line, _)| requests_of(line)).collect(),
        open: Open::default(),
        edges: Vec::new(),
    };
    for (line, cubes) in &asked {
        cubes.iter().for_each(|cube| drawing.nodes.learn(cube, line));
    }
    let mut pieces: Vec<(&Cube, &Cube)> = Vec::new();
    for ((line, cubes), answer) in asked.iter().zip(&answers) {
        match answer {
            Ok(Passing::Whole) => cubes.iter().for_each(|cube| drawing.whole(cube)),
            Ok(Passing::Pieces(found)) => pieces.extend(found.iter().filter_map(|piece| {
                let of = cubes.iter().find(|cube| cube.intersect(piece).as_ref() == Some(piece))?;
                Some((piece, of))
            })),
            Err(Undecided) => {
                let (file, line) = (&line.origin.file, line.origin.line);
                return Err(format!(
                    "what passes of the line at {file}:{line} falls into too many pieces to be drawn"
                ));
            }
        }
    }
    drawing.pieces(&pieces);
    let states = policy.namespaces.iter().map(|(name, namespace)| (name.clone(), state(namespace, as_of)));
    let graph = Graph {
        cluster: policy.cluster.name.clone(),
        namespaces: states.collect(),
        nodes: drawing.nodes.into_list(),
        edges: drawing.edges,
    };
    Ok(with_the_silent(graph, is_drawn))
}

fn passing(
    verdicts: &Verdicts<'_>,
    line: &Rule,
    about: Option<&SortedSet<Text>>,
) -> Result<Passing, Undecided> {
    if verdicts.first_denied(line)?.is_none() {
        return Ok(Passing::Whole);
    }
    let mut pieces = verdicts.passing(line)?.into_cubes();
    pieces.retain(|piece| touches(piece, about));
    pieces.sort();
    pieces.dedup();
    Ok(Passing::Pieces(pieces))
}

/// The requests a line is limited to, in words.
fn requests_of(line: &Rule) -> Option<(Requests, String)> {
    let only = line.only.as_ref()?;
    let words: Vec<String> = only.iter().map(ToString::to_string).collect();
    Some((Requests::of(only), words::listed(&words)))
}

/// What is to be said of a namespace that is not closed.
fn state(namespace: &Namespace, as_of: Date) -> &'static str {
    match Side::BOTH.map(|side| namespace.enforcement(side, as_of)) {
        _ if namespace.external => "of another project",
        [Enforcement::Enforced, Enforcement::Enforced] => "",
        [Enforcement::Open, Enforcement::Enforced] => "open outwards",
        [Enforcement::Enforced, Enforcement::Open] => "open to callers",
        [Enforcement::Open, Enforcement::Open] => "open",
        [Enforcement::Audited, _] | [_, Enforcement::Audited] => "only watched",
    }
}

/// The graph in order, with a node for each declared namespace that has none.
fn with_the_silent(mut graph: Graph, is_drawn: impl Fn(&Text) -> bool) -> Graph {
    let homes = graph.by_namespace();
    let silent = graph
        .namespaces
        .iter()
        .filter(|(name, note)| is_drawn(name) && !homes.contains_key(name) && **note != "of another project");
    let silent: Vec<Text> = silent.map(|(name, _)| name.clone()).collect();
    graph.nodes.extend(silent.into_iter().map(|name| Node {
        home: Home::Namespace(name),
        shape: Shape::All,
        name: "all pods".to_owned(),
        detail: String::new(),
    }));
    graph.in_order(|_| true)
}

/// A graph in the making.
struct Drawing<'a> {
    nodes: Nodes<'a>,
    /// Limits on requests, in words.
    requests: BTreeMap<Requests, String>,
    /// What whole arrows say.
    open: Open,
    edges: Vec<Edge>,
}

impl Drawing<'_> {
    /// Draws a line, or a piece of one, that passes in whole.
    fn whole(&mut self, cube: &Cube) {
        let (from, _) = self.nodes.place(&cube.source, &cube.source);
        let (to, _) = self.nodes.place(&cube.destination, &cube.destination);
        self.open.add(cube);
        self.draw(cube, from, to, false);
    }

    /// Draws what passes of other lines, but for what whole lines say already: pieces that are all of their nodes first.
    fn pieces(&mut self, pieces: &[(&Cube, &Cube)]) {
        let unsaid: Vec<&(&Cube, &Cube)> = pieces.iter().filter(|(piece, _)| !self.open.has(piece)).collect();
        let mut partial = Vec::new();
        for (piece, of) in unsaid {
            let (from, is_from) = self.nodes.place(&piece.source, &of.source);
            let (to, is_to) = self.nodes.place(&piece.destination, &of.destination);
            if is_from && is_to && self.is_told_exactly(piece) {
                self.open.add(piece);
                self.draw(piece, from, to, false);
            } else {
                partial.push((piece, from, to));
            }
        }
        for (piece, from, to) in partial {
            if !self.open.has(piece) {
                self.draw(piece, from, to, true);
            }
        }
    }

    /// Whether the words for its ports and requests say all about them.
    fn is_told_exactly(&self, cube: &Cube) -> bool {
        cube.services.unnamed.is_empty()
            && (cube.requests.is_all() || self.requests.contains_key(&cube.requests))
    }

    fn draw(&mut self, cube: &Cube, from: usize, to: usize, in_part: bool) {
        let mut opening = Opening::none();
        let plain =
            cube.services.named.is_empty().then(|| words::ports_words(&cube.services.ports).join(", "));
        match (plain, cube.requests.is_all()) {
            (Some(_), true) => opening.ports = cube.services.ports.clone(),
            (plain, is_all) => {
                let mut words = plain.unwrap_or_else(|| words::named_words(&cube.services));
                if !is_all {
                    let which = self.requests.get(&cube.requests).map_or("some requests", |words| words);
                    words += &format!(" for {which}");
                }
                opening.others.insert(words);
            }
        }
        self.edges.push(Edge { from, to, in_part, opening });
    }
}

/// What whole arrows say, by the namespace that is called, if it is one.
#[derive(Default)]
struct Open {
    cubes: BTreeMap<Option<Text>, Vec<Cube>>,
}

impl Open {
    fn add(&mut self, cube: &Cube) {
        self.cubes.entry(called(cube)).or_default().push(cube.clone());
    }

    /// Whether whole arrows say all of it; what cannot be decided is not said.
    fn has(&self, cube: &Cube) -> bool {
        let of = |name: Option<Text>| self.cubes.get(&name).into_iter().flatten();
        let meeting: Vec<&Cube> = match called(cube) {
            Some(name) => of(Some(name)).chain(of(None)).filter(|open| open.meets(cube)).collect(),
            None => self.cubes.values().flatten().filter(|open| open.meets(cube)).collect(),
        };
        cube.first_beyond(&meeting) == Ok(None)
    }
}

fn called(cube: &Cube) -> Option<Text> {
    let names = cube.destination.pods()?.namespaces()?;
    names.first().filter(|_| names.len() == 1).cloned()
}
