//! Reads Cilium's policy kinds, and stock policies, with the agent's own validation.

use ipnet::IpNet;
use std::sync::Arc;

use netpol_flow::{Side, Text};
use rayon::prelude::*;
use serde::de::IgnoredAny;

use crate::block::{is_strictly_inside, parse_canonical};
use crate::decode::Word;
use crate::document::{Manifest, Object, each_object};
use crate::error::{Fault, Place, ReadError, each};
use crate::kubernetes::read::{is_cluster_policy, is_stock, policy as stock_policy};
use crate::labels::{self, RawSelector};

use super::ports::{names, of_allow, of_deny};
use super::raw::{RawCidrRule, RawEgress, RawEgressDeny, RawIngress, RawIngressDeny, RawName, RawRule};
use super::selector::{Known, names_init, of_peer, of_subject};
use super::{Direction, Entity, Entry, Peer, PolicySet, Ports, Rule, stock};

/// Reads every policy; any object that is not understood fails the whole.
pub fn read(manifests: &[Manifest<'_>]) -> Result<PolicySet, Vec<ReadError>> {
    let (set, errors) = read_lenient(manifests);
    if errors.is_empty() { Ok(set) } else { Err(errors) }
}

/// Reads every object that can be understood, and says why the others cannot.
pub fn read_lenient(manifests: &[Manifest<'_>]) -> (PolicySet, Vec<ReadError>) {
    let (mut set, mut all_errors) = (PolicySet::default(), Vec::new());
    let read: Vec<_> = manifests.par_iter().map(read_one).collect();
    for (one, errors) in read {
        set.add(one);
        all_errors.extend(errors);
    }
    (set, all_errors)
}

impl PolicySet {
    /// The policies that decide about the pods of the one namespace a further manifest speaks for: its own, and those of
    /// that namespace or the whole cluster read before.
    ///
    /// None where the manifest does not speak for exactly one; it has to be read together with the others. Errs like
    /// [`read`].
    pub fn beside(&self, manifest: &Manifest<'_>) -> Result<Option<(Text, PolicySet)>, Vec<ReadError>> {
        let (mut set, errors) = read_one(manifest);
        if !errors.is_empty() {
            return Err(errors);
        }
        let mut namespaces = set.by_namespace.keys();
        let (Some(namespace), None) = (namespaces.next().cloned(), namespaces.next()) else {
            return Ok(None);
        };
        if !set.clusterwide.is_empty() || !set.host_policies.is_empty() {
            return Ok(None);
        }
        set.clusterwide.clone_from(&self.clusterwide);
        let before = self.by_namespace.get(&namespace).into_iter().flatten().cloned();
        set.by_namespace.entry(namespace.clone()).or_default().splice(0..0, before);
        Ok(Some((namespace, set)))
    }
}

fn read_one(manifest: &Manifest<'_>) -> (PolicySet, Vec<ReadError>) {
    let (mut set, mut faults) = (PolicySet::default(), Vec::new());
    let (known, stock_known) = (Known::default(), labels::Known::default());
    let mut errors = each_object(manifest, &mut |object| {
        let is_cilium = object.group == "cilium.io"
            && matches!(object.kind, "CiliumNetworkPolicy" | "CiliumClusterwideNetworkPolicy");
        let read = if is_stock(object) {
            stock_policy(object, &stock_known).map(|policy| {
                set.by_namespace.entry(policy.namespace.clone()).or_default().push(stock::rule(&policy));
            })
        } else if is_cluster_policy(object) {
            Err(Fault::uncovered("kind", "cluster-scoped policies of SIG Network"))
        } else if is_cilium {
            cilium(object, &known, &mut set)
        } else {
            set.skipped.push(object.skipped());
            Ok(())
        };
        if let Err(fault) = read {
            faults.push(object.error(&fault));
        }
    });
    errors.append(&mut faults);
    (set, errors)
}

fn cilium(object: &Object<'_>, known: &Known, set: &mut PolicySet) -> Result<(), Fault> {
    if object.version != "v2" {
        return Err(Fault::at("apiVersion", format!("`{}/{}` is not served", object.group, object.version)));
    }
    // `description` at the root is in Cilium's own examples; the API server drops it.
    object.check_frame(&["spec", "specs", "description"])?;
    let is_clusterwide = object.kind == "CiliumClusterwideNetworkPolicy";
    let namespace = if is_clusterwide { None } else { Some(object.namespace_or_default()?) };
    let title = match namespace {
        Some(namespace) => format!("{} {namespace}/{}", object.kind, object.name),
        None => format!("{} {}", object.kind, object.name),
    };
    let mut raws: Vec<(String, RawRule<'_>)> = Vec::new();
    raws.extend(object.section("spec")?.map(|raw| ("spec".to_owned(), raw)));
    let specs: Vec<RawRule<'_>> = object.section("specs")?.unwrap_or_default();
    raws.extend(specs.into_iter().enumerate().map(|(index, raw)| (format!("specs[{index}]"), raw)));
    if raws.is_empty() {
        return Err(Fault::at("", "neither `spec` nor `specs`"));
    }
    let mut rules = Vec::new();
    let mut is_host_policy = false;
    for (place, raw) in &raws {
        let title = if place == "spec" { title.clone() } else { format!("{title} {place}") };
        match rule(known, raw, namespace, &title, &Place::root(place))? {
            Some(rule) => rules.push(rule),
            None => is_host_policy = true,
        }
    }
    if is_host_policy {
        set.host_policies.push(object.skipped());
    }
    match namespace {
        Some(namespace) => set.by_namespace.entry(namespace.into()).or_default().extend(rules),
        None => set.clusterwide.extend(rules.into_iter().map(Arc::new)),
    }
    Ok(())
}

/// One rule object; none where it governs nodes.
fn rule(
    known: &Known,
    raw: &RawRule<'_>,
    namespace: Option<&str>,
    title: &str,
    place: &Place<'_>,
) -> Result<Option<Rule>, Fault> {
    if raw.ingress.is_empty()
        && raw.ingress_deny.is_empty()
        && raw.egress.is_empty()
        && raw.egress_deny.is_empty()
    {
        let reason = "no rule in any direction: the agent refuses it, and it protects nothing (CIL-02)";
        return Err(Fault::at(place, reason));
    }
    let subject = match (&raw.endpoint_selector, &raw.node_selector) {
        (Some(subject), None) => subject,
        (None, Some(_)) if namespace.is_none() => return Ok(None),
        (None, Some(_)) => return Err(Fault::at(place.key("nodeSelector"), "in a namespaced policy")),
        (Some(_), Some(_)) | (None, None) => {
            return Err(Fault::at(place, "needs either `endpointSelector` or `nodeSelector`"));
        }
    };
    let here = place.key("endpointSelector");
    if namespace.is_none() && names_init(subject) {
        return Err(Fault::uncovered(
            here,
            "a subject with `reserved:init`, which lifts its peers' namespace scoping",
        ));
    }
    let scope = Scope { known, namespace, place };
    let has_ingress = !(raw.ingress.is_empty() && raw.ingress_deny.is_empty());
    let has_egress = !(raw.egress.is_empty() && raw.egress_deny.is_empty());
    Ok(Some(Rule {
        title: title.into(),
        subject: of_subject(known, subject, namespace, &here)?,
        ingress: Direction {
            default_deny: raw.enable_default_deny.ingress.unwrap_or(has_ingress),
            allow: entries(&scope, "ingress", &raw.ingress, ingress)?,
            deny: entries(&scope, "ingressDeny", &raw.ingress_deny, ingress_deny)?,
        },
        egress: Direction {
            default_deny: raw.enable_default_deny.egress.unwrap_or(has_egress),
            allow: entries(&scope, "egress", &raw.egress, egress)?,
            deny: entries(&scope, "egressDeny", &raw.egress_deny, egress_deny)?,
        },
    }))
}

/// What the rules of an object are read against.
struct Scope<'a> {
    known: &'a Known,
    namespace: Option<&'a str>,
    place: &'a Place<'a>,
}

type ReadEntry<T> = fn(&Scope<'_>, &T, &Place<'_>) -> Result<Entry, Fault>;

fn entries<T>(scope: &Scope<'_>, word: &str, raw: &[T], read: ReadEntry<T>) -> Result<Vec<Entry>, Fault> {
    let one = |(index, raw)| read(scope, raw, &scope.place.key(word).item(index));
    each(raw, one)
}

fn ingress(scope: &Scope<'_>, raw: &RawIngress<'_>, place: &Place<'_>) -> Result<Entry, Fault> {
    let uncovered = [
        (&raw.from_nodes, "fromNodes"),
        (&raw.from_groups, "fromGroups"),
        (&raw.from_requires, "fromRequires"),
    ];
    refuse(&uncovered, place)?;
    authentication(raw.authentication.as_ref().map(|a| &*a.mode), place)?;
    let l3 = L3 {
        word: "from",
        endpoints: &raw.from_endpoints,
        cidr: &raw.from_cidr,
        cidr_set: &raw.from_cidr_set,
        entities: &raw.from_entities,
        names: &None,
    };
    let ports = of_allow(&raw.to_ports, raw.icmps.as_deref(), Side::Ingress, place)?;
    entry(scope, l3, ports, place)
}

fn ingress_deny(scope: &Scope<'_>, raw: &RawIngressDeny<'_>, place: &Place<'_>) -> Result<Entry, Fault> {
    let uncovered = [
        (&raw.from_nodes, "fromNodes"),
        (&raw.from_groups, "fromGroups"),
        (&raw.from_requires, "fromRequires"),
    ];
    refuse(&uncovered, place)?;
    let l3 = L3 {
        word: "from",
        endpoints: &raw.from_endpoints,
        cidr: &raw.from_cidr,
        cidr_set: &raw.from_cidr_set,
        entities: &raw.from_entities,
        names: &None,
    };
    entry(scope, l3, of_deny(&raw.to_ports, raw.icmps.as_deref(), place)?, place)
}

fn egress(scope: &Scope<'_>, raw: &RawEgress<'_>, place: &Place<'_>) -> Result<Entry, Fault> {
    let uncovered = [
        (&raw.to_nodes, "toNodes"),
        (&raw.to_groups, "toGroups"),
        (&raw.to_requires, "toRequires"),
        (&raw.to_services, "toServices"),
    ];
    refuse(&uncovered, place)?;
    authentication(raw.authentication.as_ref().map(|a| &*a.mode), place)?;
    let l3 = L3 {
        word: "to",
        endpoints: &raw.to_endpoints,
        cidr: &raw.to_cidr,
        cidr_set: &raw.to_cidr_set,
        entities: &raw.to_entities,
        names: &raw.to_fqdns,
    };
    let ports = of_allow(&raw.to_ports, raw.icmps.as_deref(), Side::Egress, place)?;
    entry(scope, l3, ports, place)
}

fn egress_deny(scope: &Scope<'_>, raw: &RawEgressDeny<'_>, place: &Place<'_>) -> Result<Entry, Fault> {
    let uncovered = [
        (&raw.to_nodes, "toNodes"),
        (&raw.to_groups, "toGroups"),
        (&raw.to_requires, "toRequires"),
        (&raw.to_services, "toServices"),
    ];
    refuse(&uncovered, place)?;
    let l3 = L3 {
        word: "to",
        endpoints: &raw.to_endpoints,
        cidr: &raw.to_cidr,
        cidr_set: &raw.to_cidr_set,
        entities: &raw.to_entities,
        names: &None,
    };
    entry(scope, l3, of_deny(&raw.to_ports, raw.icmps.as_deref(), place)?, place)
}

fn refuse(fields: &[(&Option<IgnoredAny>, &str)], place: &Place<'_>) -> Result<(), Fault> {
    match fields.iter().find(|(field, _)| field.is_some()) {
        Some((_, word)) => Err(Fault::uncovered(place.key(word), &format!("`{word}`"))),
        None => Ok(()),
    }
}

fn authentication(mode: Option<&str>, place: &Place<'_>) -> Result<(), Fault> {
    match mode {
        None | Some("disabled") => Ok(()),
        Some(_) => Err(Fault::uncovered(place.key("authentication"), "mutual authentication")),
    }
}

/// The peer fields of a rule, of whichever direction.
struct L3<'a> {
    word: &'static str,
    endpoints: &'a Option<Vec<RawSelector<'a>>>,
    cidr: &'a Option<Vec<Word<'a>>>,
    cidr_set: &'a Option<Vec<RawCidrRule<'a>>>,
    entities: &'a Option<Vec<Word<'a>>>,
    names: &'a Option<Vec<RawName<'a>>>,
}

/// A rule has one kind of peer; two are refused by the agent and leave the pods open (`CIL-14`).
fn entry(scope: &Scope<'_>, l3: L3<'_>, ports: Ports, place: &Place<'_>) -> Result<Entry, Fault> {
    let at = |field: &'static str| place.joined(l3.word, field);
    let lengths = [
        ("Endpoints", l3.endpoints.as_ref().map(Vec::len)),
        ("CIDR", l3.cidr.as_ref().map(Vec::len)),
        ("CIDRSet", l3.cidr_set.as_ref().map(Vec::len)),
        ("Entities", l3.entities.as_ref().map(Vec::len)),
        ("FQDNs", l3.names.as_ref().map(Vec::len)),
    ];
    if let Some((field, _)) = lengths.iter().find(|(_, length)| *length == Some(0)) {
        return Err(Fault::at(
            at(field),
            "an empty peer list: a round trip may drop it and open the rule (CIL-32)",
        ));
    }
    let given: Vec<&str> =
        lengths.iter().filter(|(_, length)| length.is_some()).map(|(field, _)| *field).collect();
    if given.len() > 1 {
        return Err(Fault::at(
            place,
            format!("two kinds of peer in one rule: {} (CIL-14)", given.join(" and ")),
        ));
    }
    let peer = if let Some(raw) = l3.endpoints {
        let one = |(index, raw)| of_peer(scope.known, raw, scope.namespace, &at("Endpoints").item(index));
        Peer::Endpoints(each(raw, one)?)
    } else if let Some(raw) = l3.cidr {
        let one = |(index, text): (usize, &Word<'_>)| {
            let block = parse_canonical(text).map_err(|reason| Fault::at(at("CIDR").item(index), reason))?;
            Ok((block, Vec::new()))
        };
        Peer::Blocks(each(raw, one)?)
    } else if let Some(raw) = l3.cidr_set {
        let one = |(index, raw)| cidr_rule(raw, &at("CIDRSet").item(index));
        Peer::Blocks(each(raw, one)?)
    } else if let Some(raw) = l3.entities {
        let one = |(index, text): (usize, &Word<'_>)| entity(text, &at("Entities").item(index));
        Peer::Entities(each(raw, one)?)
    } else if let Some(raw) = l3.names {
        Peer::Names(names(raw, &at("FQDNs"))?)
    } else if matches!(ports, Ports::Every) {
        Peer::Nothing
    } else {
        Peer::Any
    };
    Ok(Entry { peer, ports })
}

fn cidr_rule(raw: &RawCidrRule<'_>, place: &Place<'_>) -> Result<(IpNet, Vec<IpNet>), Fault> {
    if raw.cidr_group_ref.is_some() || raw.cidr_group_selector.is_some() {
        return Err(Fault::uncovered(place, "CIDR groups"));
    }
    let Some(text) = &raw.cidr else { return Err(Fault::at(place, "no `cidr`")) };
    let block = parse_canonical(text).map_err(|reason| Fault::at(place.key("cidr"), reason))?;
    let mut except = Vec::new();
    for (index, text) in raw.except.iter().enumerate() {
        let list = place.key("except");
        let here = list.item(index);
        let hole = parse_canonical(text).map_err(|reason| Fault::at(here, reason))?;
        if !is_strictly_inside(&hole, &block) {
            return Err(Fault::at(here, format!("`{hole}` is not strictly inside `{block}`")));
        }
        except.push(hole);
    }
    Ok((block, except))
}

fn entity(text: &str, place: &Place<'_>) -> Result<Entity, Fault> {
    match text {
        "all" => Ok(Entity::All),
        "world" => Ok(Entity::World),
        "world-ipv4" => Ok(Entity::WorldV4),
        "world-ipv6" => Ok(Entity::WorldV6),
        "cluster" => Ok(Entity::Cluster),
        "host" => Ok(Entity::Host),
        "remote-node" => Ok(Entity::RemoteNode),
        "kube-apiserver" => Ok(Entity::KubeApiserver),
        "ingress" => Ok(Entity::Ingress),
        "init" | "health" | "unmanaged" | "none" => Ok(Entity::Absent),
        "cluster-mesh" => Err(Fault::uncovered(place, "the entity `cluster-mesh`")),
        other => Err(Fault::at(place, format!("`{other}` is not an entity"))),
    }
}
