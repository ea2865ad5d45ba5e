//! Cilium's policies as sets of flows, one side of some pods at a time.

use std::collections::BTreeSet;
use std::sync::Arc;

use netpol_flow::{DomainPattern, Family, HttpMatch, IpNet, PathMatch, PortRange, Protocol, Side, Text};
use netpol_sets::{
    AddressSet, Ends, ExternalSet, FlowSet, Infra, PodSet, PortSet, Requests, Services, SideSet,
};

use crate::Universe;
use crate::trace::Undecided;

use super::http::Http;
use super::names::NamePattern;
use super::{Entity, Entry, L7, Numbers, Peer, PolicySet, Port, Ports, Profile, Rule};

type Decided<T> = Result<T, Undecided>;

/// What one side of the pods `subject` lets pass; `namespace` is theirs, or none where no policy is in it.
///
/// The same as `evaluate` for every flow at once, apart from a pod and itself. Denies beat allows; subjects that nothing
/// isolates let everything else pass; a node reaches its own pods unless denied.
pub fn denote(
    set: &PolicySet,
    universe: &Universe,
    namespace: Option<&Text>,
    subject: &PodSet,
    side: Side,
    profile: &Profile,
) -> Decided<SideSet> {
    let own = namespace.and_then(|name| set.by_namespace.get(name)).into_iter().flatten();
    let mut rules: Vec<(&Rule, PodSet)> = Vec::new();
    for rule in own.chain(set.clusterwide.iter().map(Arc::as_ref)) {
        if let Some(selected) = rule.subject.pods(profile) {
            let selected = selected.intersect(subject);
            if !selected.is_empty() {
                rules.push((rule, selected));
            }
        }
    }
    let world = World { universe, profile, side, askers: askers(&rules) };
    let mut answer = SideSet::default();
    for (rule, selected) in &rules {
        let direction = rule.direction(side);
        for entry in &direction.deny {
            answer.deny.extend(world.flows(entry, selected)?);
        }
        for entry in &direction.allow {
            answer.allow.extend(world.flows(entry, selected)?);
        }
    }
    let everyone = universe.everyone();
    let isolated = rules.iter().filter(|(rule, _)| rule.direction(side).default_deny);
    for pods in subject.without(isolated.map(|(_, selected)| selected)) {
        answer.allow.extend(world.sided(&[Ends::Pods(pods)], &everyone, &[Services::all()]));
    }
    if side == Side::Ingress {
        let own_node = [universe.kinds([Infra::OwnNode])];
        answer.allow.extend(world.sided(&[Ends::Pods(subject.clone())], &own_node, &[Services::all()]));
    }
    Ok(answer)
}

/// The pods whose DNS proxy may be asked for every name, and whether any rule lets some names only be asked.
struct Askers {
    every: Vec<PodSet>,
    some_only: bool,
}

fn askers(rules: &[(&Rule, PodSet)]) -> Askers {
    let mut askers = Askers { every: Vec::new(), some_only: false };
    for (rule, selected) in rules {
        for entry in &rule.egress.allow {
            let Ports::Items(items) = &entry.ports else { continue };
            for item in items {
                match &item.l7 {
                    Some(L7::Dns(patterns)) if patterns.contains(&NamePattern::Every) => {
                        askers.every.push(selected.clone());
                    }
                    Some(L7::Dns(_)) => askers.some_only = true,
                    Some(L7::Http(_)) | None => {}
                }
            }
        }
    }
    askers
}

struct World<'a> {
    universe: &'a Universe,
    profile: &'a Profile,
    side: Side,
    askers: Askers,
}

impl World<'_> {
    /// The flows an entry matches for these subjects.
    fn flows(&self, entry: &Entry, subject: &PodSet) -> Decided<FlowSet> {
        let mut flows = FlowSet::default();
        for (subjects, peers, by_identity) in self.peers(&entry.peer, subject)? {
            let subjects: Vec<Ends> = subjects.into_iter().map(Ends::Pods).collect();
            for (services, requests) in self.services(&entry.ports, by_identity)? {
                flows.extend(self.asking(&subjects, &peers, &[services], &requests));
            }
        }
        Ok(flows)
    }

    fn sided(&self, subjects: &[Ends], peers: &[Ends], services: &[Services]) -> FlowSet {
        self.asking(subjects, peers, services, &Requests::all())
    }

    fn asking(
        &self,
        subjects: &[Ends],
        peers: &[Ends],
        services: &[Services],
        requests: &Requests,
    ) -> FlowSet {
        match self.side {
            Side::Egress => Universe::asking(subjects, peers, services, requests),
            Side::Ingress => Universe::asking(peers, subjects, services, requests),
        }
    }

    /// The peers, with the subjects they hold for, and whether named ports are looked up on each of them.
    #[allow(clippy::type_complexity, reason = "three words that are read once")]
    fn peers(&self, peer: &Peer, subject: &PodSet) -> Decided<Vec<(Vec<PodSet>, Vec<Ends>, bool)>> {
        let plain = |ends: Vec<Ends>, by_identity| vec![(vec![subject.clone()], ends, by_identity)];
        Ok(match peer {
            Peer::Nothing => Vec::new(),
            Peer::Any => plain(self.universe.everyone(), false),
            Peer::Endpoints(selectors) => {
                let mut ends = Vec::new();
                for selector in selectors {
                    ends.extend(selector.pods(self.profile).map(Ends::Pods));
                    let (kinds, outside) = selector.others(self.profile);
                    ends.push(self.universe.kinds(kinds));
                    if outside {
                        ends.push(Ends::External(ExternalSet::of(self.universe.outside.clone())));
                    }
                }
                ends.retain(|ends| !ends.is_empty());
                plain(ends, true)
            }
            Peer::Entities(entities) => {
                plain(entities.iter().flat_map(|entity| self.entity(*entity)).collect(), false)
            }
            Peer::Blocks(blocks) => {
                let mut ends = Vec::new();
                for (block, except) in blocks {
                    ends.extend(self.block(block, except)?);
                }
                plain(ends, false)
            }
            Peer::Names(names) => {
                if self.askers.some_only {
                    return Err(undecided("a DNS rule that takes some names only"));
                }
                let mut ends = Vec::new();
                for name in names {
                    ends.push(Ends::External(self.named(name)?));
                }
                let askers = self.askers.every.iter().map(|pods| pods.intersect(subject));
                vec![(askers.filter(|pods| !pods.is_empty()).collect(), ends, false)]
            }
            Peer::OneOf(peers) => {
                let mut all = Vec::new();
                for peer in peers {
                    all.extend(self.peers(peer, subject)?);
                }
                all
            }
        })
    }

    fn entity(&self, entity: Entity) -> Vec<Ends> {
        let universe = self.universe;
        let world = |addresses: &AddressSet| {
            let mut ends = vec![Ends::External(ExternalSet::of(universe.outside.intersect(addresses)))];
            ends.extend(self.apiserver_elsewhere(addresses));
            ends
        };
        let of = |family: Family| match family {
            Family::V4 => AddressSet::all().only_v4(),
            Family::V6 => AddressSet::all().only_v6(),
        };
        match entity {
            Entity::All => universe.everyone(),
            Entity::World => world(&AddressSet::all()),
            Entity::WorldV4 => world(&of(Family::V4)),
            Entity::WorldV6 => world(&of(Family::V6)),
            Entity::Cluster => vec![Ends::Pods(PodSet::all()), universe.kinds(Infra::ALL)],
            Entity::Host => vec![universe.kinds([Infra::OwnNode])],
            Entity::RemoteNode => vec![universe.kinds([Infra::Node, Infra::ApiServerOnNode])],
            Entity::KubeApiserver => {
                vec![universe.kinds([Infra::ApiServerOnNode, Infra::ApiServerElsewhere])]
            }
            Entity::Ingress => vec![universe.kinds([Infra::Gateway])],
            Entity::Absent => Vec::new(),
        }
    }

    fn apiserver_elsewhere(&self, addresses: &AddressSet) -> Vec<Ends> {
        let elsewhere = self.universe.kinds([Infra::ApiServerElsewhere]);
        self.universe.infra_at(addresses).iter().filter_map(|ends| ends.intersect(&elsewhere)).collect()
    }

    fn block(&self, block: &IpNet, except: &[IpNet]) -> Decided<Vec<Ends>> {
        if self.profile.cidr_match_nodes || self.profile.cidr_match_pods {
            return Err(undecided("a block, where blocks may match nodes or pods"));
        }
        let addresses = AddressSet::of([block]).subtract(&AddressSet::of(except));
        let mut ends = vec![Ends::External(ExternalSet::of(self.universe.outside.intersect(&addresses)))];
        ends.extend(self.apiserver_elsewhere(&addresses));
        Ok(ends)
    }

    /// The external addresses seen under a pattern's names.
    fn named(&self, name: &NamePattern) -> Decided<ExternalSet> {
        let pattern = match name {
            NamePattern::Exact(name) => DomainPattern::Exact(name.clone()),
            NamePattern::Deep(rest) if self.profile.version >= (1, 19) && !rest.contains('*') => {
                DomainPattern::Under(rest.clone())
            }
            NamePattern::Every | NamePattern::Glob(_) | NamePattern::Deep(_) => {
                return Err(undecided("a name pattern for a part of the names below a domain"));
            }
        };
        Ok(ExternalSet { addresses: self.universe.outside.clone(), ..ExternalSet::under(pattern) })
    }

    fn services(&self, ports: &Ports, by_identity: bool) -> Decided<Vec<(Services, Requests)>> {
        let items = match ports {
            Ports::Every => return Ok(vec![(Services::all(), Requests::all())]),
            Ports::Icmp => return Ok(Vec::new()),
            Ports::Items(items) => items,
        };
        let mut found = Vec::new();
        for item in items {
            let requests = match &item.l7 {
                None => Requests::all(),
                Some(L7::Dns(patterns)) if patterns.contains(&NamePattern::Every) => Requests::all(),
                Some(L7::Dns(_)) => return Err(undecided("a DNS rule that takes some names only")),
                Some(L7::Http(rules)) => requests(rules)?,
            };
            let numbers = PortSet::of(item.ports.iter().flat_map(numbers));
            if !numbers.is_empty() {
                found.push((Services::of(numbers), requests.clone()));
            }
            for port in &item.ports {
                let Numbers::Named(name) = &port.numbers else { continue };
                if self.side == Side::Egress && !by_identity {
                    return Err(undecided("a named port behind peers that are not selected pods"));
                }
                let ports = PortSet::of(protocols(port).map(PortRange::every));
                found.push((Services { ports, ..Services::under(name.clone()) }, requests.clone()));
            }
        }
        Ok(found)
    }
}

fn numbers(port: &Port) -> impl Iterator<Item = PortRange> {
    let range = |protocol| match &port.numbers {
        Numbers::Every => Some(PortRange::every(protocol)),
        Numbers::Range(first, last) => Some(PortRange { protocol, first: *first, last: *last }),
        Numbers::Named(_) => None,
    };
    protocols(port).filter_map(range)
}

fn protocols(port: &Port) -> impl Iterator<Item = Protocol> {
    Protocol::ALL.into_iter().filter(|protocol| port.protocol.is_none_or(|own| own == *protocol))
}

/// The requests that one of the rules takes.
fn requests(rules: &[Http]) -> Decided<Requests> {
    let mut matches = Vec::new();
    for rule in rules {
        let Some((method, path)) = rule.plain() else {
            return Err(undecided("an HTTP match that is no method and no path or beginning of one"));
        };
        matches.push(HttpMatch { method, path: path.unwrap_or(PathMatch::Prefix("".into())) });
    }
    Ok(Requests::of(&matches))
}

fn undecided(reason: impl Into<String>) -> Undecided {
    Undecided { reason: reason.into() }
}

impl PolicySet {
    /// The namespaces the policies are in or name.
    pub fn namespaces(&self) -> BTreeSet<Text> {
        let mut names: BTreeSet<Text> = self.by_namespace.keys().cloned().collect();
        let all = self.by_namespace.values().flatten().chain(self.clusterwide.iter().map(Arc::as_ref));
        all.for_each(|rule| name_rule(rule, &mut names));
        names
    }

    /// The namespaces that policies in this one name, and itself.
    pub fn namespaces_of(&self, namespace: &Text) -> BTreeSet<Text> {
        let mut names = BTreeSet::from([namespace.clone()]);
        let own = self.by_namespace.get(namespace).into_iter().flatten();
        own.for_each(|rule| name_rule(rule, &mut names));
        names
    }
}

fn name_rule(rule: &Rule, names: &mut BTreeSet<Text>) {
    names.extend(rule.subject.namespaces().cloned());
    for direction in [&rule.ingress, &rule.egress] {
        for entry in direction.allow.iter().chain(&direction.deny) {
            name_namespaces(&entry.peer, names);
        }
    }
}

fn name_namespaces(peer: &Peer, names: &mut BTreeSet<Text>) {
    match peer {
        Peer::Endpoints(selectors) => {
            selectors.iter().for_each(|selector| names.extend(selector.namespaces().cloned()));
        }
        Peer::OneOf(peers) => peers.iter().for_each(|peer| name_namespaces(peer, names)),
        Peer::Any | Peer::Nothing | Peer::Entities(_) | Peer::Blocks(_) | Peer::Names(_) => {}
    }
}
