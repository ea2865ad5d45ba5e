//! From manifests to the answer.

use std::collections::{BTreeMap, BTreeSet};

use netpol_flow::Side;
use netpol_semantics::{Manifest, Object, ReadError, Skipped, Universe, read_documents};
use netpol_sets::AddressSet;

use crate::answer::{Answer, ClassAnswer, Workload};
use crate::classes::{Class, Members, classify};
use crate::cluster::{HostNetwork, Member, Name, is_read, members};
use crate::entry::{self, Entries, Entry, entries};
use crate::outside::outside;
use crate::plugin::{Plugin, Policies};
use crate::reach::Joined;
use crate::rules::{Rules, Sets};
use crate::traffic::Traffic;

/// How the cluster is to be read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// The network plug-in; by the kinds of policy that are there where none is said.
    pub plugin: Option<Plugin>,
    /// What pods on the host network are.
    pub host_network: HostNetwork,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Objects that are not understood: without them any answer might be wrong.
    Refused(Vec<ReadError>),
    /// Policies of Calico and of Cilium stand side by side.
    TwoPlugins,
    /// There is no workload.
    NoWorkload,
    /// One side of the pods of a namespace cannot be decided.
    Undecided {
        /// The namespace.
        namespace: String,
        /// The side.
        side: Side,
        /// What is missing or not covered.
        reason: String,
    },
}

/// Says which workload may reach which, and which addresses outside, on what.
///
/// An address block of a policy stands for addresses outside the cluster: which addresses pods and nodes have is not
/// known here. Nodes, and what reaches a pod from its own node, are not part of the answer.
pub fn analyze(manifests: &[Manifest<'_>], options: Options) -> Result<Answer, Failure> {
    let documents = read_documents(manifests);
    let (objects, strangers) = documents.objects();
    let plugin = options.plugin.or_else(|| Plugin::of(&objects)).ok_or(Failure::TwoPlugins)?;
    let (policies, refused) = Policies::read(plugin, manifests);
    let (members, misread) = members(&objects);
    let Entries { entries, dangling, errors: unclear } = entries(&objects);
    // The readings of policy refuse what is no object; here it is told and passed over.
    let refused = refused.into_iter().filter(|error| !strangers.contains(error));
    let errors = refused.chain(documents.errors.iter().cloned()).chain(misread).chain(unclear);
    let errors: BTreeSet<ReadError> = errors.collect();
    if !errors.is_empty() {
        return Err(Failure::Refused(errors.into_iter().collect()));
    }
    let (members, on_host): (Vec<Member>, Vec<Member>) =
        members.into_iter().partition(|member| options.host_network == HostNetwork::Pods || !member.on_host);
    if members.is_empty() && on_host.is_empty() {
        return Err(Failure::NoWorkload);
    }
    let is_mine = |object: &&Object<'_>| is_read(object) || entry::is_read(object);
    let mine: BTreeSet<Skipped> = objects.iter().filter(is_mine).map(Object::skipped).collect();
    let mut passed_over: BTreeMap<String, usize> = BTreeMap::new();
    for object in policies.passed_over().into_iter().filter(|object| !mine.contains(object)) {
        let kind = object.object.split(' ').next().unwrap_or_default();
        *passed_over.entry(kind.to_owned()).or_default() += 1;
    }
    let mut answer = connect(&members, &policies, plugin, &entries)?;
    answer.passed_over = passed_over;
    answer.strangers = strangers;
    answer.dangling = dangling;
    answer.on_host = on_host.into_iter().map(|member| member.workload).collect();
    answer.on_host.dedup();
    Ok(answer)
}

/// Outside is everywhere, and nothing else has an address.
fn universe() -> Universe {
    Universe { pods: AddressSet::none(), infra: BTreeMap::new(), outside: AddressSet::all() }
}

fn connect(
    members: &[Member],
    policies: &Policies,
    plugin: Plugin,
    entries: &[Entry],
) -> Result<Answer, Failure> {
    let universe = universe();
    let mut sets = Sets::default();
    let (mut egress, mut ingress) = (Rules::default(), Rules::default());
    let namespaces: BTreeSet<_> = members.iter().map(|member| &member.name.namespace).collect();
    for namespace in namespaces {
        for (side, rules) in [(Side::Egress, &mut egress), (Side::Ingress, &mut ingress)] {
            let said = policies.side(&universe, namespace, side).map_err(|undecided| Failure::Undecided {
                namespace: namespace.to_string(),
                side,
                reason: undecided.reason,
            })?;
            rules.add(said, side, &mut sets);
        }
    }
    let (classes, of_member) = classify(members, sets.all(), [&egress, &ingress]);
    let holds: Vec<Members> = sets.all().iter().map(|set| classes.of(set)).collect();
    let joined = Joined::of(&classes, &holds, &egress, &ingress);
    let mut answers = Vec::with_capacity(classes.pods.len());
    for (class, pod) in (0..).zip(&classes.pods) {
        let out = |side| {
            outside(joined.half(side), class, pod, side).map_err(|undecided| Failure::Undecided {
                namespace: pod.namespace.to_string(),
                side,
                reason: undecided.reason,
            })
        };
        answers.push(ClassAnswer {
            reaches: joined.row(class),
            sends_outside: out(Side::Egress)?,
            takes_from_outside: out(Side::Ingress)?,
            open: Side::BOTH.into_iter().filter(|side| joined.is_open(class, *side)).collect(),
            workloads: Vec::new(),
        });
    }
    let mut by_name: BTreeMap<&Name, Traffic> = BTreeMap::new();
    for (member, class) in members.iter().zip(&of_member) {
        let leads =
            entries.iter().map(|entry| entry.at(&member.pod)).fold(Traffic::default(), Traffic::union);
        if !leads.is_empty() {
            let leads = leads.intersect(&joined.open_to_every_pod(*class));
            for name in BTreeSet::from([&member.workload, &member.name]) {
                let known = by_name.remove(name).unwrap_or_default();
                by_name.insert(name, known.union(leads.clone()));
            }
        }
    }
    let mut workloads = workloads(members, &of_member);
    for workload in &mut workloads {
        workload.from_controller = by_name.remove(&workload.name).unwrap_or_default();
    }
    for (number, workload) in workloads.iter().enumerate() {
        if let Some(answer) = answers.get_mut(workload.class as usize) {
            answer.workloads.push(number);
        }
    }
    Ok(Answer { plugin, workloads, classes: answers, ..Answer::empty(plugin) })
}

/// The workloads by name. One whose pods policy tells apart is listed object by object.
fn workloads(members: &[Member], of_member: &[Class]) -> Vec<Workload> {
    let mut by_workload: BTreeMap<&Name, Vec<(&Member, Class)>> = BTreeMap::new();
    for (member, class) in members.iter().zip(of_member) {
        by_workload.entry(&member.workload).or_default().push((member, *class));
    }
    let mut found: Vec<Workload> = Vec::new();
    for (name, members) in by_workload {
        let same = |(_, class): &(&Member, Class)| members.first().is_some_and(|(_, first)| first == class);
        if members.iter().all(same) {
            found.extend(members.first().map(|(_, class)| Workload::of(name, *class)));
        } else {
            found.extend(members.iter().map(|(m, class)| Workload::of(&m.name, *class)));
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}
