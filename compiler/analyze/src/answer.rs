//! What an analysis found.

use std::collections::{BTreeMap, BTreeSet};

use netpol_flow::Side;
use netpol_semantics::ReadError;

use crate::classes::Class;
use crate::cluster::Name;
use crate::outside::Outside;
use crate::plugin::Plugin;
use crate::traffic::Traffic;

/// Which workload may reach which, and which addresses outside.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Whose reading of the policies this is.
    pub plugin: Plugin,
    /// The workloads, ascending by name.
    pub(crate) workloads: Vec<Workload>,
    /// What the workloads of each class share.
    pub(crate) classes: Vec<ClassAnswer>,
    /// The workloads on the host network, where these are nodes: nothing is said about them.
    pub on_host: Vec<Name>,
    /// How many objects of each kind say nothing about who may reach whom.
    pub passed_over: BTreeMap<String, usize>,
    /// Documents that are no objects.
    pub strangers: Vec<ReadError>,
    /// Ingresses and Routes that lead to no port of any Service that is there.
    pub dangling: Vec<ReadError>,
}

/// A workload, and what its pods are to policy.
#[derive(Clone, Debug)]
pub(crate) struct Workload {
    pub(crate) name: Name,
    pub(crate) class: Class,
    /// What an Ingress or a Route leads to, as far as it takes that from every pod.
    pub(crate) from_controller: Traffic,
}

impl Workload {
    pub(crate) fn of(name: &Name, class: Class) -> Workload {
        Workload { name: name.clone(), class, from_controller: Traffic::default() }
    }
}

/// What holds for every workload of a class.
#[derive(Clone, Debug)]
pub(crate) struct ClassAnswer {
    /// The classes it may reach, ascending.
    pub(crate) reaches: Vec<(Class, Traffic)>,
    pub(crate) sends_outside: Vec<Outside>,
    pub(crate) takes_from_outside: Vec<Outside>,
    /// The sides on which everything passes.
    pub(crate) open: Vec<Side>,
    /// Its workloads, by number.
    pub(crate) workloads: Vec<usize>,
}

/// One end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End<'a> {
    /// A workload.
    Workload(&'a Name),
    /// Addresses outside.
    Outside(&'a Outside),
    /// The controller that serves Ingresses and Routes.
    Controller,
}

/// What one end may send to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connection<'a> {
    /// Who connects.
    pub source: End<'a>,
    /// Whom to.
    pub destination: End<'a>,
    /// On what.
    pub traffic: &'a Traffic,
}

impl Answer {
    pub(crate) fn empty(plugin: Plugin) -> Answer {
        Answer {
            plugin,
            workloads: Vec::new(),
            classes: Vec::new(),
            on_host: Vec::new(),
            passed_over: BTreeMap::new(),
            strangers: Vec::new(),
            dangling: Vec::new(),
        }
    }

    /// The workloads, ascending by name.
    pub fn workloads(&self) -> impl ExactSizeIterator<Item = &Name> {
        self.workloads.iter().map(|workload| &workload.name)
    }

    /// How many classes the workloads are in.
    pub fn classes(&self) -> usize {
        self.classes.len()
    }

    /// The workloads for which everything passes on a side, ascending by name.
    pub fn open(&self, side: Side) -> impl Iterator<Item = &Name> {
        let open = move |workload: &&Workload| {
            self.class(workload.class).is_some_and(|class| class.open.contains(&side))
        };
        self.workloads.iter().filter(open).map(|workload| &workload.name)
    }

    /// The workloads that reach nothing and are reached by nothing, ascending by name.
    pub fn alone(&self) -> Vec<&Name> {
        let reached: BTreeSet<Class> =
            self.classes.iter().flat_map(|class| class.reaches.iter().map(|(class, _)| *class)).collect();
        let is_alone = |workload: &&Workload| {
            let silent = self.class(workload.class).is_some_and(|class| {
                class.reaches.is_empty()
                    && class.sends_outside.is_empty()
                    && class.takes_from_outside.is_empty()
            });
            silent && !reached.contains(&workload.class)
        };
        self.workloads.iter().filter(is_alone).map(|workload| &workload.name).collect()
    }

    /// Every connection: what comes from outside, what the ingress controller may reach, what each workload may.
    pub fn connections(&self) -> impl Iterator<Item = Connection<'_>> {
        let from_elsewhere = self.of_outside().chain(self.of_controller());
        from_elsewhere.chain(self.by_source().flat_map(|(_, connections)| connections))
    }

    /// What comes from outside, ascending by destination.
    pub fn of_outside(&self) -> impl Iterator<Item = Connection<'_>> {
        self.workloads.iter().flat_map(|workload| {
            let outside = self.class(workload.class).into_iter().flat_map(|class| &class.takes_from_outside);
            outside.map(|outside| Connection {
                source: End::Outside(outside),
                destination: End::Workload(&workload.name),
                traffic: &outside.traffic,
            })
        })
    }

    /// What Ingresses and Routes lead to, ascending by destination.
    pub fn of_controller(&self) -> impl Iterator<Item = Connection<'_>> {
        let led_to = self.workloads.iter().filter(|workload| !workload.from_controller.is_empty());
        led_to.map(|workload| Connection {
            source: End::Controller,
            destination: End::Workload(&workload.name),
            traffic: &workload.from_controller,
        })
    }

    /// What each workload may reach: workloads by name, then outside.
    ///
    /// A workload of several pods may reach itself; a single pod is never kept from itself, and that is not listed.
    pub fn by_source(&self) -> impl Iterator<Item = (&Name, Vec<Connection<'_>>)> {
        self.workloads.iter().map(|source| {
            let outside = self.class(source.class).into_iter().flat_map(|class| &class.sends_outside);
            let outside = outside.map(|outside| Connection {
                source: End::Workload(&source.name),
                destination: End::Outside(outside),
                traffic: &outside.traffic,
            });
            (&source.name, self.reached(source).into_iter().chain(outside).collect())
        })
    }

    fn class(&self, class: Class) -> Option<&ClassAnswer> {
        self.classes.get(class as usize)
    }

    /// What a workload may send to each workload, ascending by name.
    fn reached<'a>(&'a self, source: &'a Workload) -> Vec<Connection<'a>> {
        let reaches = self.class(source.class).into_iter().flat_map(|class| &class.reaches);
        let classes = reaches.filter_map(|(class, traffic)| Some((self.class(*class)?, traffic)));
        let numbers = classes.flat_map(|(class, traffic)| class.workloads.iter().map(move |n| (*n, traffic)));
        let mut numbers: Vec<(usize, &Traffic)> = numbers.collect();
        numbers.sort_unstable_by_key(|(number, _)| *number);
        let connection = |(number, traffic): (usize, &'a Traffic)| {
            let destination = &self.workloads.get(number)?.name;
            let is_one_pod = *destination == source.name && &*destination.kind == "Pod";
            (!is_one_pod).then_some(Connection {
                source: End::Workload(&source.name),
                destination: End::Workload(destination),
                traffic,
            })
        };
        numbers.into_iter().filter_map(connection).collect()
    }
}
