//! Which endpoints are a node: those that some line speaks of, cut by namespace where only a part of them passes.

use std::collections::BTreeMap;

use netpol_flow::Text;
use netpol_model::{End, Policy, Rule};
use netpol_sets::{Cube, Ends, Key};

use super::topology::{Home, Node, Shape};
use super::words;

/// The nodes of a graph, one for each set of endpoints.
pub(super) struct Nodes<'a> {
    /// What lines call a set of endpoints.
    written: BTreeMap<Ends, &'a End>,
    /// The declared workloads: what a set is called in its own namespace.
    workloads: BTreeMap<Ends, (&'a Text, &'a Text)>,
    places: BTreeMap<Ends, usize>,
    list: Vec<Node>,
}

impl<'a> Nodes<'a> {
    /// The declared workloads of some namespaces: they stand there even where nothing reaches them.
    pub(super) fn of(policy: &'a Policy, is_drawn: impl Fn(&Text) -> bool) -> Nodes<'a> {
        let (written, workloads) = (BTreeMap::new(), BTreeMap::new());
        let mut nodes = Nodes { written, workloads, places: BTreeMap::new(), list: Vec::new() };
        for (name, namespace) in &policy.namespaces {
            for (noun, pods) in &namespace.workloads {
                nodes.workloads.entry(Ends::Pods(pods.set().clone())).or_insert((name, noun));
            }
        }
        let drawn: Vec<Ends> = nodes
            .workloads
            .iter()
            .filter(|(_, (name, _))| is_drawn(name))
            .map(|(ends, _)| ends.clone())
            .collect();
        drawn.iter().for_each(|ends| {
            nodes.node(ends, None);
        });
        nodes
    }

    /// Remembers what the ends of a line are called: `cube` is what the line speaks of.
    pub(super) fn learn(&mut self, cube: &Cube, asked: &'a Rule) {
        for (ends, written) in [(&cube.source, &asked.from), (&cube.destination, &asked.to)] {
            if let [written] = &written[..] {
                self.written.entry(ends.clone()).or_insert(written);
            }
        }
    }

    /// The node of a part of `asked`, and whether the part is all of that node.
    pub(super) fn place(&mut self, part: &Ends, asked: &Ends) -> (usize, bool) {
        let is_known = self.written.contains_key(part) || self.workloads.contains_key(part);
        if part == asked || is_known {
            return (self.node(part, None), true);
        }
        let (Ends::Pods(pods), Ends::Pods(around)) = (part, asked) else {
            return (self.node(asked, None), false);
        };
        let frame = Ends::Pods(around.clone().with(Key::Namespace, &pods.condition(&Key::Namespace)));
        let is_all = frame == *part;
        let called = self.written.get(asked).copied().filter(|_| frame != *asked);
        (self.node(&frame, called), is_all)
    }

    fn node(&mut self, ends: &Ends, called: Option<&End>) -> usize {
        if let Some(at) = self.places.get(ends) {
            return *at;
        }
        let called = self.written.get(ends).copied().or(called);
        let mut node = words::node(ends, called);
        if let Some((namespace, noun)) = self.workloads.get(ends) {
            node = Node {
                home: Home::Namespace((*namespace).clone()),
                shape: if node.shape == Shape::All { Shape::All } else { Shape::Workload },
                name: noun.to_string(),
                detail: String::new(),
            };
        }
        // Two sets of one name are told apart by what they select.
        if self.list.iter().any(|other| (&other.home, &other.name) == (&node.home, &node.name)) {
            node.detail = [node.detail, words::conditions(ends)]
                .into_iter()
                .filter(|text| !text.is_empty())
                .collect::<Vec<_>>()
                .join(", ");
        }
        let at = self.list.len();
        self.list.push(node);
        self.places.insert(ends.clone(), at);
        at
    }

    /// All of them.
    pub(super) fn into_list(self) -> Vec<Node> {
        self.list
    }
}
