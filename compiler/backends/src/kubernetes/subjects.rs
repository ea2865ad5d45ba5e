//! Subjects as the namespace knows them: their names, and labels of their own namespace, which a NetworkPolicy cannot ask.
//!
//! `ingress … from namespaces(team=sre) to all` also speaks for pods of the author's namespace as sources, if that
//! namespace has the label. Where both ends lie in one namespace, the other end can be asked instead: it is the same
//! namespace, so it has the same labels.

use netpol_flow::Text;
use netpol_model::Namespace;
use netpol_sets::{Ends, Key, PodSet, Values};

use crate::plan::{Grant, Peers, Subject};

/// The grant with the question put to its peers, where all of them are pods of the subject's namespace.
pub(super) fn ask_peers<'a>(namespace: &Namespace, grant: Grant<'a>) -> Grant<'a> {
    let asked: Vec<_> = conditions(&grant.subject.pods).filter(|(key, _)| is_asked(key)).collect();
    let Peers::Of(peers) = &grant.peers else { return grant };
    let local = |ends: &Ends| {
        let names = ends.pods().and_then(PodSet::namespaces);
        names.is_some_and(|names| names.len() == 1 && names.contains(&namespace.name))
    };
    if asked.is_empty() || !peers.iter().all(|peer| local(&peer.ends)) {
        return grant;
    }
    let mut peers = peers.clone();
    for peer in &mut peers {
        if let Ends::Pods(pods) = &mut peer.ends {
            *pods = asked.iter().fold(pods.clone(), |pods, (key, values)| pods.with((*key).clone(), values));
        }
    }
    peers.retain(|peer| !peer.ends.is_empty());
    let rest = conditions(&grant.subject.pods).filter(|(key, _)| !is_asked(key));
    let pods = rest.fold(PodSet::all(), |pods, (key, values)| pods.with(key.clone(), values));
    let subject = Subject { name: grant.subject.name.clone(), pods };
    renamed(namespace, Grant { subject, peers: Peers::Of(peers), ..grant })
}

/// The grant with its subject called as the namespace calls these very pods, where a cut left another noun's pods.
pub(super) fn renamed<'a>(namespace: &Namespace, grant: Grant<'a>) -> Grant<'a> {
    let Subject { name, pods } = grant.subject;
    let is_known = namespace.workloads.get(&name).is_some_and(|workload| *workload.set() == pods);
    let name = if is_known { name } else { name_of(namespace, &pods).unwrap_or(name) };
    Grant { subject: Subject { name, pods }, ..grant }
}

fn conditions(pods: &PodSet) -> impl Iterator<Item = (&Key, &Values)> {
    pods.conditions()
}

fn is_asked(key: &Key) -> bool {
    match key {
        Key::NamespaceLabel(_) => true,
        Key::Namespace | Key::Label(_) | Key::Account => false,
    }
}

fn name_of(namespace: &Namespace, pods: &PodSet) -> Option<Text> {
    if pods.is_by_namespace() {
        return Some("all".into());
    }
    let known = namespace.workloads.iter().find(|(_, workload)| workload.set() == pods);
    known.map(|(name, _)| name.clone())
}
