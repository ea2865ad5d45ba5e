//! What each namespace must be made to allow, on each side: the meaning, cut into pieces a target can print.
//!
//! For a namespace and a side that is enforced, the plan is a list of [`Grant`]s whose union is exactly what steps 2
//! and 4 to 7 of the verdict allow there; guardrail denies (step 1) are left to the target, which either says them or
//! has them cut out with [`without`].

use std::collections::{BTreeMap, BTreeSet};

use netpol_flow::{Date, HttpMatch, IpNet, Side, SortedSet, Text};
use netpol_model::{End, Enforcement, Homes, Layer, Namespace, Places, Pods, Policy, Ports, Rule, services};
use netpol_sets::{Cube, Ends, FlowSet, Key, PodSet, Requests, Services, Values};
use rustc_hash::FxHashMap;

/// A policy on one day, ready to be planned namespace by namespace, so that no more than one plan is in memory.
#[derive(Debug)]
pub(crate) struct Plan<'a> {
    /// What the cluster's ranges mean.
    pub places: Places,
    policy: &'a Policy,
    day: Date,
    /// What guardrails allow.
    allows: Vec<&'a Rule>,
    baseline: BaselineIndex<'a>,
}

/// The plan of one namespace.
#[derive(Debug)]
pub(crate) struct NamespacePlan<'a> {
    /// The namespace.
    pub namespace: &'a Namespace,
    /// How egress is enforced.
    pub egress: Enforcement,
    /// How ingress is enforced.
    pub ingress: Enforcement,
    /// What guardrails allow here (step 2), on enforced sides. A target with cluster-wide objects may say this once
    /// for all instead.
    pub guardrail_grants: Vec<Grant<'a>>,
    /// What the namespace, its apps and the baseline allow and the fence does not deny (steps 4 to 7), on enforced
    /// sides; computed for audited sides too, so that a target with staged objects can print them.
    pub grants: Vec<Grant<'a>>,
    /// Parts of the fence that could not be cut out of a grant (a domain against addresses, a quoted port against
    /// numbers), without what guardrails allow. The target must deny them, or refuse (NP0717, NP0709; amendment B6).
    pub fence_denies: Vec<FenceDeny<'a>>,
}

/// A part of a fence to be said as a deny.
#[derive(Clone, Debug)]
pub(crate) struct FenceDeny<'a> {
    /// The fence's rule.
    pub fence: &'a Rule,
    /// A grant it meets and cannot be cut out of.
    pub grant: &'a Rule,
    /// The side.
    pub side: Side,
    /// What to deny; the subject end lies in the namespace.
    pub cube: Cube,
    /// Whether it would leave too many pieces of the grant, and not for want of a form for one.
    pub is_manifold: bool,
}

/// Something allowed on one side: every subject with every peer on every service.
#[derive(Clone, Debug)]
pub(crate) struct Grant<'a> {
    /// The rule it comes from.
    pub rule: &'a Rule,
    /// The side it is allowed on.
    pub side: Side,
    /// Who is spoken for.
    pub subject: Subject,
    /// The other ends.
    pub peers: Peers,
    /// The ports.
    pub services: GrantServices,
    /// The requests it is limited to on this side.
    pub only: Option<&'a [HttpMatch]>,
}

/// Pods of one namespace that policies are written for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Subject {
    /// The noun's name, or what the set was called; for naming objects.
    pub name: Text,
    /// The pods; always of the one namespace.
    pub pods: PodSet,
}

/// The other ends of a grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Peers {
    /// Every endpoint, uncut.
    Any,
    /// The union of these; never empty.
    Of(Vec<Peer>),
}

/// One peer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Peer {
    /// The endpoints.
    pub ends: Ends,
    /// For addresses, the blocks as the author wrote them; `0.0.0.0/0` and `::/0` for `internet` and `outside`.
    pub written: Vec<IpNet>,
}

/// The ports of a grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum GrantServices {
    /// Every port of every protocol, uncut: printed without ports (amendment B21).
    Any,
    /// The union of these; never empty.
    Of(Vec<Services>),
}

impl Grant<'_> {
    /// The flows it allows.
    pub fn cubes(&self, places: &Places) -> Vec<Cube> {
        let subject = Ends::Pods(self.subject.pods.clone());
        let peers: Vec<Ends> = match &self.peers {
            Peers::Any => places.ends(&End::Any),
            Peers::Of(peers) => peers.iter().map(|peer| peer.ends.clone()).collect(),
        };
        let services = match &self.services {
            GrantServices::Any => vec![Services::all()],
            GrantServices::Of(services) => services.clone(),
        };
        let requests = self.only.map_or_else(Requests::all, Requests::of);
        let mut cubes = Vec::new();
        for peer in &peers {
            let (source, destination) = match self.side {
                Side::Egress => (subject.clone(), peer.clone()),
                Side::Ingress => (peer.clone(), subject.clone()),
            };
            cubes.extend(services.iter().map(|services| Cube {
                source: source.clone(),
                destination: destination.clone(),
                services: services.clone(),
                requests: requests.clone(),
            }));
        }
        cubes.retain(|cube| !cube.is_empty());
        cubes
    }
}

/// What becomes of a fence.
#[derive(Clone, Copy)]
pub(crate) enum Fences<'c> {
    /// It is left to the target: grants are whole, and `fence_denies` is empty. For targets that read denies in order,
    /// where a fence is said as it is written (amendment B6).
    Leave,
    /// It is cut out of every grant.
    Cut,
    /// It is cut out of a grant only where the target can say every piece that is left; elsewhere it stands among
    /// `fence_denies` (amendment B6).
    CutWhere(&'c dyn Fn(&Grant<'_>) -> bool),
}

impl<'a> Plan<'a> {
    /// Prepares the plan of a policy for a day.
    pub(crate) fn of(policy: &'a Policy, day: Date) -> Plan<'a> {
        let allows = policy.guardrails.iter().filter(|block| !block.audit).flat_map(|block| &block.allows);
        Plan {
            places: Places::of(policy),
            policy,
            day,
            allows: allows.filter(|rule| rule.is_active(day)).collect(),
            baseline: BaselineIndex::of(policy),
        }
    }

    /// Every declared namespace that this project builds, by name.
    pub(crate) fn namespaces(&self) -> impl Iterator<Item = &'a Namespace> {
        self.policy.namespaces.values().filter(|namespace| !namespace.external)
    }

    /// The namespace of this name, where this project builds it.
    pub(crate) fn namespace(&self, name: &str) -> Option<&'a Namespace> {
        self.policy.namespaces.get(name).filter(|namespace| !namespace.external)
    }

    /// The namespaces that are enforced on a side.
    pub(crate) fn enforced(&self, side: Side) -> impl Iterator<Item = &'a Namespace> {
        self.namespaces().filter(move |n| n.enforcement(side, self.day) == Enforcement::Enforced)
    }

    /// Whether an end of a rule for this namespace chooses pods by a label of their namespace, so that some of its own may
    /// be chosen by it.
    pub(crate) fn speaks_by_namespace_label(&self, namespace: &'a Namespace) -> bool {
        let by_label = |pods: &PodSet| pods.keys().any(|key| matches!(key, Key::NamespaceLabel(_)));
        // Pods of named namespaces are chosen by the name alone.
        let has_label = |end: &End| {
            end.homes() == Homes::Anywhere
                && self.places.ends(end).iter().filter_map(Ends::pods).any(by_label)
        };
        let own = namespace.rules.iter().chain(&namespace.fence).chain(&namespace.fence_exceptions);
        let mut ends =
            own.chain(self.baseline.rules(namespace)).flat_map(|rule| rule.from.iter().chain(&rule.to));
        ends.any(has_label)
    }

    /// The plan of one namespace.
    pub(crate) fn of_namespace(&self, namespace: &'a Namespace, fences: Fences<'_>) -> NamespacePlan<'a> {
        let Plan { places, day, allows, baseline, .. } = self;
        let enforcement = Side::BOTH.map(|side| namespace.enforcement(side, *day));
        let [egress, ingress] = enforcement;
        let mut plan = NamespacePlan {
            namespace,
            egress,
            ingress,
            guardrail_grants: Vec::new(),
            grants: Vec::new(),
            fence_denies: Vec::new(),
        };
        let mut subjects = Subjects::of(namespace);
        for (side, enforcement) in Side::BOTH.into_iter().zip(enforcement) {
            if enforcement == Enforcement::Open {
                continue;
            }
            let mut grants = |rule: &&'a Rule| subjects.grants_of(places, rule, side);
            plan.guardrail_grants.extend(allows.iter().flat_map(&mut grants));
            let own = namespace.rules.iter().chain(baseline.rules(namespace));
            let own = own.filter(|rule| rule.is_active(*day));
            let granted = merge_baseline(own.flat_map(|rule| grants(&rule)));
            let can_say = match fences {
                Fences::Cut if !namespace.fence.is_empty() => &|_: &Grant<'_>| true,
                Fences::CutWhere(can_say) if !namespace.fence.is_empty() => can_say,
                Fences::Cut | Fences::CutWhere(_) | Fences::Leave => {
                    plan.grants.extend(granted);
                    continue;
                }
            };
            cut_fence(places, namespace, allows, (side, *day), can_say, granted, &mut plan);
        }
        plan
    }
}

/// What a rule allows for the pods of a namespace on one side: a grant for each subject it speaks for.
///
/// Lists stay lists, so that the output reads like the source; only `other-tenants`, which ties both ends together,
/// would not fit, and it stands in guardrail denies alone.
pub(crate) fn grants_of<'a>(
    places: &Places,
    namespace: &Namespace,
    rule: &'a Rule,
    side: Side,
) -> Vec<Grant<'a>> {
    Subjects::of(namespace).grants_of(places, rule, side)
}

/// The subjects of a namespace that rules spoke for so far: most rules speak for the same few.
struct Subjects<'n> {
    namespace: &'n Namespace,
    here: PodSet,
    /// None for pods of which none is in the namespace. By the place of the pods, which rules share.
    known: FxHashMap<*const Pods, Option<Subject>>,
}

impl<'n> Subjects<'n> {
    fn of(namespace: &'n Namespace) -> Subjects<'n> {
        let here = PodSet::of_namespaces(SortedSet::one(namespace.name.clone()));
        Subjects { namespace, here, known: FxHashMap::default() }
    }

    /// Adds what an end comes to in the namespace.
    fn add(&mut self, places: &Places, end: &End, found: &mut Vec<Subject>) {
        let (here, namespace) = (&self.here, self.namespace);
        let mut add = |subject: &Subject| {
            if !found.contains(subject) {
                found.push(subject.clone());
            }
        };
        if let End::Pods(pods) = end {
            let subject = || subject(end, namespace, pods.set().intersect(here));
            self.known.entry(&**pods).or_insert_with(subject).iter().for_each(add);
            return;
        }
        for pods in places.ends(end).iter().filter_map(Ends::pods) {
            subject(end, namespace, pods.intersect(here)).iter().for_each(&mut add);
        }
    }

    fn grants_of<'a>(&mut self, places: &Places, rule: &'a Rule, side: Side) -> Vec<Grant<'a>> {
        let (subjects, peers) = match side {
            Side::Egress => (&rule.from, &rule.to),
            Side::Ingress => (&rule.to, &rule.from),
        };
        let mut found: Vec<Subject> = Vec::new();
        subjects.iter().for_each(|end| self.add(places, end, &mut found));
        if found.is_empty() {
            return Vec::new();
        }
        let services = match &rule.ports {
            Ports::Any => GrantServices::Any,
            ports @ Ports::Some(_) => GrantServices::Of(services(ports)),
        };
        let peers = peers_of(places, peers, &services, side);
        if peers == Peers::Of(Vec::new()) {
            return Vec::new();
        }
        let only = rule.only.as_deref().filter(|_| rule.only_side == side);
        // The last subject takes them as they are.
        let ends = std::iter::repeat_n((peers, services), found.len());
        let grant = |(subject, (peers, services))| Grant { rule, side, subject, peers, services, only };
        found.into_iter().zip(ends).map(grant).collect()
    }
}

fn subject(end: &End, namespace: &Namespace, pods: PodSet) -> Option<Subject> {
    (!pods.is_empty()).then(|| Subject { name: subject_name(end, namespace, &pods), pods })
}

fn subject_name(end: &End, namespace: &Namespace, pods: &PodSet) -> Text {
    let everyone = pods.is_by_namespace();
    match end {
        _ if everyone => "all".into(),
        End::Pods(term) => match &term.name {
            Some(name) => name.clone(),
            None => namespace
                .workloads
                .iter()
                .find(|(_, workload)| workload.set() == pods)
                .map_or_else(|| "pods".into(), |(name, _)| name.clone()),
        },
        End::OtherTenants
        | End::Nodes
        | End::ApiServer
        | End::Gateway
        | End::Addresses { .. }
        | End::Internet
        | End::Outside
        | End::Domain(_)
        | End::Any => "pods".into(),
    }
}

/// A port name means nothing at an end that is no pod, so such peers are left out of the egress side.
pub(crate) fn peers_of(places: &Places, ends: &[End], services: &GrantServices, side: Side) -> Peers {
    if ends.contains(&End::Any) {
        return Peers::Any;
    }
    let all_named = match services {
        GrantServices::Of(items) => items.iter().all(|item| !item.named.is_empty()),
        GrantServices::Any => false,
    };
    let mut peers: Vec<Peer> = Vec::with_capacity(ends.len());
    for end in ends {
        for ends in places.ends(end) {
            let peer = Peer { written: written(end), ends };
            let means_nothing = side == Side::Egress && all_named && peer.ends.pods().is_none();
            if !peer.ends.is_empty() && !means_nothing && !peers.contains(&peer) {
                peers.push(peer);
            }
        }
    }
    Peers::Of(peers)
}

fn written(end: &End) -> Vec<IpNet> {
    match end {
        End::Addresses { blocks, .. } => blocks.clone(),
        End::Internet | End::Outside | End::Any | End::Domain(_) => everywhere(),
        End::Pods(_) | End::OtherTenants | End::Nodes | End::ApiServer | End::Gateway => Vec::new(),
    }
}

/// `0.0.0.0/0` and `::/0`.
pub(crate) fn everywhere() -> Vec<IpNet> {
    ["0.0.0.0/0", "::/0"].iter().filter_map(|block| block.parse().ok()).collect()
}

/// The most peers, over all pieces, that a fence may leave of one grant. Denies that overlap in many labels leave
/// exponentially many; a target with denies says these as such, another refuses.
const PIECES: usize = 1_000;

/// How many peers a grant lists.
fn items(grant: &Grant<'_>) -> usize {
    match &grant.peers {
        Peers::Of(peers) => peers.len(),
        Peers::Any => 1,
    }
}

/// Cuts the fence out of the grants; what cannot be cut out becomes a deny beside an untouched grant.
fn cut_fence<'a>(
    places: &Places,
    namespace: &'a Namespace,
    guardrail_allows: &[&Rule],
    (side, day): (Side, Date),
    can_say: &dyn Fn(&Grant<'_>) -> bool,
    granted: Vec<Grant<'a>>,
    plan: &mut NamespacePlan<'a>,
) {
    let exceptions =
        union(places, namespace.fence_exceptions.iter().filter(|rule| rule.is_active(day)), side);
    let here = Ends::Pods(PodSet::of_namespaces(SortedSet::one(namespace.name.clone())));
    let fences: Vec<(&Rule, Vec<Cube>)> = namespace
        .fence
        .iter()
        .map(|rule| {
            let left = places.flows(rule, side).subtract(&exceptions);
            let mine = left.cubes().iter().filter_map(|cube| {
                let subject = if side == Side::Egress { &cube.source } else { &cube.destination };
                let subject = subject.intersect(&here)?;
                Some(match side {
                    Side::Egress => Cube { source: subject, ..cube.clone() },
                    Side::Ingress => Cube { destination: subject, ..cube.clone() },
                })
            });
            (rule, mine.collect())
        })
        .collect();
    let mut denied: BTreeSet<Cube> = BTreeSet::new();
    for grant in granted {
        let mut pieces = vec![grant.clone()];
        let mut has_given_up = false;
        for (fence, cubes) in &fences {
            for cube in cubes {
                let meets = grant.cubes(places).iter().any(|mine| mine.intersect(cube).is_some());
                if !meets {
                    continue;
                }
                let cannot_cut = is_opaque(&grant) && !covers_opaque(&grant, cube, places);
                let mut is_manifold = has_given_up && !cannot_cut;
                let cut = if cannot_cut || has_given_up {
                    None
                } else {
                    let cut = without(places, pieces.clone(), std::slice::from_ref(cube));
                    is_manifold = cut.len().max(cut.iter().map(items).sum::<usize>()) > PIECES;
                    has_given_up = is_manifold;
                    (!is_manifold && cut.iter().all(can_say)).then_some(cut)
                };
                if let Some(cut) = cut {
                    pieces = cut;
                } else {
                    let allowed = union(places, guardrail_allows.iter().copied(), side);
                    let left = FlowSet::of([cube.clone()]).subtract(&allowed);
                    for cube in left.cubes() {
                        if denied.insert(cube.clone()) {
                            let cube = cube.clone();
                            let grant = grant.rule;
                            plan.fence_denies.push(FenceDeny { fence, grant, side, cube, is_manifold });
                        }
                    }
                }
            }
        }
        plan.grants.extend(pieces);
    }
}

/// Whether a grant speaks of domains or quoted ports, from which no target can subtract addresses or numbers.
pub(crate) fn is_opaque(grant: &Grant<'_>) -> bool {
    let domain = match &grant.peers {
        Peers::Of(peers) => {
            peers.iter().any(|peer| matches!(&peer.ends, Ends::External(set) if !set.named.is_empty()))
        }
        Peers::Any => false,
    };
    let quoted = match &grant.services {
        GrantServices::Of(services) => services.iter().any(|item| !item.named.is_empty()),
        GrantServices::Any => false,
    };
    domain || quoted
}

/// Whether cutting the cube out leaves only pieces that say nothing new about names: each opaque part is either kept or
/// lost whole.
fn covers_opaque(grant: &Grant<'_>, cube: &Cube, places: &Places) -> bool {
    grant.cubes(places).iter().all(|mine| {
        mine.subtract(cube).iter().all(|piece| {
            let same_addresses = |mine: &Ends, piece: &Ends| match (mine, piece) {
                (Ends::External(mine), Ends::External(piece)) => mine.named.is_empty() || mine == piece,
                (Ends::Pods(_) | Ends::Infra(_) | Ends::External(_), _) => true,
            };
            let same_ports = mine.services.named.is_empty() || mine.services == piece.services;
            same_addresses(&mine.source, &piece.source)
                && same_addresses(&mine.destination, &piece.destination)
                && same_ports
        })
    })
}

fn union<'r>(places: &Places, rules: impl Iterator<Item = &'r Rule>, side: Side) -> FlowSet {
    let mut all = FlowSet::default();
    for rule in rules {
        all.extend(places.flows(rule, side));
    }
    all
}

/// The grants without some flows, exact: a grant that meets none of them stays as it is, another is cut into pieces.
pub(crate) fn without<'a>(places: &Places, grants: Vec<Grant<'a>>, cubes: &[Cube]) -> Vec<Grant<'a>> {
    let mut out = Vec::new();
    for grant in grants {
        let mine = grant.cubes(places);
        if !cubes.iter().any(|cube| mine.iter().any(|mine| mine.intersect(cube).is_some())) {
            out.push(grant);
            continue;
        }
        let left = FlowSet::of(mine).subtract(&FlowSet::of(cubes.iter().cloned()));
        let mut pieces: Vec<Grant<'a>> = Vec::new();
        for cube in left.cubes() {
            let piece = piece_of(&grant, cube);
            let fits =
                |known: &&mut Grant<'a>| known.subject == piece.subject && known.services == piece.services;
            match (pieces.iter_mut().find(fits), &piece.peers) {
                (Some(Grant { peers: Peers::Of(known), .. }), Peers::Of(new)) => {
                    known.extend(new.iter().cloned())
                }
                (Some(_) | None, _) => pieces.push(piece),
            }
        }
        out.extend(join_services(pieces));
    }
    out
}

/// Pieces that differ in their services alone, as one.
fn join_services(pieces: Vec<Grant<'_>>) -> Vec<Grant<'_>> {
    let mut out: Vec<Grant<'_>> = Vec::new();
    for piece in pieces {
        let fits = |known: &&mut Grant<'_>| known.subject == piece.subject && known.peers == piece.peers;
        match (out.iter_mut().find(fits), &piece.services) {
            (Some(Grant { services: GrantServices::Of(known), .. }), GrantServices::Of(new)) => {
                known.extend(new.iter().cloned());
            }
            (Some(_) | None, _) => out.push(piece),
        }
    }
    out
}

fn piece_of<'a>(grant: &Grant<'a>, cube: &Cube) -> Grant<'a> {
    let (subject, peer) = match grant.side {
        Side::Egress => (&cube.source, &cube.destination),
        Side::Ingress => (&cube.destination, &cube.source),
    };
    let pods = subject.pods().cloned().unwrap_or_else(|| grant.subject.pods.clone());
    let written = match (&grant.peers, peer) {
        (Peers::Of(peers), _) => peers
            .iter()
            .find(|known| known.ends.intersect(peer).is_some())
            .map(|p| p.written.clone())
            .unwrap_or_default(),
        (Peers::Any, Ends::External(_)) => everywhere(),
        (Peers::Any, Ends::Pods(_) | Ends::Infra(_)) => Vec::new(),
    };
    let keeps_any = grant.services == GrantServices::Any && cube.services.is_all();
    Grant {
        subject: Subject { name: grant.subject.name.clone(), pods },
        peers: Peers::Of(vec![Peer { ends: peer.clone(), written }]),
        services: if keeps_any { GrantServices::Any } else { GrantServices::Of(vec![cube.services.clone()]) },
        ..grant.clone()
    }
}

/// Baseline grants from many namespaces that differ only in the peer's namespace, as one with a list of namespaces.
fn merge_baseline<'a>(grants: impl Iterator<Item = Grant<'a>>) -> Vec<Grant<'a>> {
    let mut out: Vec<Grant<'a>> = Vec::new();
    // What grants of one line share: the pattern, the place of the line, its ports, both ends but for the namespace.
    type Line = (Text, u32, u32, u32, Subject, Option<PodSet>);
    let mut merged: BTreeMap<Line, usize> = BTreeMap::new();
    for grant in grants {
        let (Layer::Baseline(pattern), Peers::Of(peers)) = (&grant.rule.layer, &grant.peers) else {
            out.push(grant);
            continue;
        };
        let [Peer { ends: Ends::Pods(pods), .. }] = &peers[..] else {
            out.push(grant);
            continue;
        };
        let (span, services) = (grant.rule.origin.span, services_rank(&grant.services));
        let key =
            (pattern.clone(), span.file.0, span.start, services, grant.subject.clone(), Some(anywhere(pods)));
        let known =
            merged.get(&key).copied().and_then(|at| out.get_mut(at)).filter(|g| g.services == grant.services);
        match known {
            Some(Grant { peers: Peers::Of(known), .. }) => {
                if let ([Peer { ends: Ends::Pods(known), .. }], Some(names)) =
                    (&mut known[..], pods.namespaces())
                {
                    let all: SortedSet<Text> =
                        known.namespaces().into_iter().flatten().chain(names).cloned().collect();
                    *known = anywhere(known).with(Key::Namespace, &Values::only(all));
                }
            }
            Some(_) | None => {
                if pods.namespaces().is_some() {
                    merged.insert(key, out.len());
                }
                out.push(grant);
            }
        }
    }
    out
}

/// Tells grants of one line apart whose ports were resolved differently.
fn services_rank(services: &GrantServices) -> u32 {
    match services {
        GrantServices::Any => 0,
        GrantServices::Of(items) => items
            .first()
            .and_then(|item| item.ports.ranges().first())
            .map_or(1, |range| u32::from(range.first)),
    }
}

/// The same pods, of any namespace.
fn anywhere(pods: &PodSet) -> PodSet {
    let mut start = PodSet::all();
    start.addresses = pods.addresses.clone();
    let kept = pods.conditions().filter(|(key, _)| **key != Key::Namespace);
    kept.fold(start, |set, (key, values)| set.with(key.clone(), values))
}

/// The baseline's rules by the namespaces their destination names, so that no namespace looks at all the others' copies.
#[derive(Debug)]
struct BaselineIndex<'a> {
    own: BTreeMap<&'a Text, Vec<(&'a Text, &'a Rule)>>,
    towards: BTreeMap<&'a Text, Vec<(&'a Text, &'a Rule)>>,
    towards_anyone: Vec<(&'a Text, &'a Rule)>,
}

impl<'a> BaselineIndex<'a> {
    fn of(policy: &'a Policy) -> Self {
        let mut index =
            BaselineIndex { own: BTreeMap::new(), towards: BTreeMap::new(), towards_anyone: Vec::new() };
        for baseline in &policy.baseline {
            for (namespace, rules) in &baseline.rules {
                for rule in rules {
                    let entry = (&baseline.pattern, rule);
                    index.own.entry(namespace).or_default().push(entry);
                    for end in rule.from.iter().chain(&rule.to) {
                        match end.homes() {
                            Homes::Named(names) => {
                                for name in names.iter().filter(|name| *name != namespace) {
                                    index.towards.entry(name).or_default().push(entry);
                                }
                            }
                            Homes::Anywhere => index.towards_anyone.push(entry),
                            Homes::Nowhere => {}
                        }
                    }
                }
            }
        }
        index
    }

    /// The rules that may speak for a namespace on a side, through a pattern it did not waive (amendment U11).
    fn rules(&self, namespace: &'a Namespace) -> impl Iterator<Item = &'a Rule> {
        let own = self.own.get(&namespace.name).into_iter().flatten();
        let towards = self.towards.get(&namespace.name).into_iter().flatten().chain(&self.towards_anyone);
        let applied = own.chain(towards).filter(|(pattern, _)| !namespace.waived.contains(*pattern));
        let mut rules: Vec<&'a Rule> = Vec::new();
        for (_, rule) in applied {
            if !rules.iter().rev().take(4).any(|known| std::ptr::eq(*known, *rule)) {
                rules.push(rule);
            }
        }
        rules.into_iter()
    }
}
