//! Reads `networking.k8s.io/v1` NetworkPolicy, with the API server's validation.

use std::fmt;

use netpol_flow::{Protocol, Requirement, Selector, Text, is_port_name};
use rayon::prelude::*;
use serde::de::{Deserialize, Deserializer, Visitor};

use crate::block::{is_strictly_inside, parse_canonical};
use crate::decode::Word;
use crate::document::{Manifest, Object, Skipped, each_object};
use crate::error::{Fault, Place, ReadError, each};
use crate::labels::{Known, RawSelector, selector};

use super::{Numbers, Peer, Policy, PolicySet, Port, Rule};

#[derive(Debug, serde::Deserialize)]
#[serde(bound(deserialize = "'de: 'n"), deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct RawSpec<'n> {
    #[serde(default)]
    pub(crate) pod_selector: RawSelector<'n>,
    policy_types: Option<Vec<Word<'n>>>,
    ingress: Option<Vec<RawIngress<'n>>>,
    egress: Option<Vec<RawEgress<'n>>>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(bound(deserialize = "'de: 'n"), deny_unknown_fields)]
struct RawIngress<'n> {
    #[serde(default)]
    from: Vec<RawPeer<'n>>,
    #[serde(default)]
    ports: Vec<RawPort<'n>>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(bound(deserialize = "'de: 'n"), deny_unknown_fields)]
struct RawEgress<'n> {
    #[serde(default)]
    to: Vec<RawPeer<'n>>,
    #[serde(default)]
    ports: Vec<RawPort<'n>>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(bound(deserialize = "'de: 'n"), deny_unknown_fields, rename_all = "camelCase")]
struct RawPeer<'n> {
    pod_selector: Option<RawSelector<'n>>,
    namespace_selector: Option<RawSelector<'n>>,
    ip_block: Option<RawBlock<'n>>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(bound(deserialize = "'de: 'n"), deny_unknown_fields)]
struct RawBlock<'n> {
    cidr: Word<'n>,
    #[serde(default)]
    except: Vec<Word<'n>>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(bound(deserialize = "'de: 'n"), deny_unknown_fields, rename_all = "camelCase")]
struct RawPort<'n> {
    protocol: Option<Word<'n>>,
    port: Option<NumberOrName<'n>>,
    end_port: Option<i64>,
}

/// A port as Kubernetes writes it: an integer, or text that is a name.
#[derive(Clone, Copy, Debug)]
pub(crate) enum NumberOrName<'n> {
    Number(i64),
    Name(&'n str),
}

impl<'de: 'n, 'n> Deserialize<'de> for NumberOrName<'n> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberOrNameVisitor)
    }
}

struct NumberOrNameVisitor;

impl<'de> Visitor<'de> for NumberOrNameVisitor {
    type Value = NumberOrName<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number or text")
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<NumberOrName<'de>, E> {
        Ok(NumberOrName::Number(number))
    }

    fn visit_borrowed_str<E: serde::de::Error>(self, text: &'de str) -> Result<NumberOrName<'de>, E> {
        Ok(NumberOrName::Name(text))
    }
}

/// Reads every stock policy; any object that is not understood fails the whole.
pub fn read(manifests: &[Manifest<'_>]) -> Result<PolicySet, Vec<ReadError>> {
    let (set, errors) = read_lenient(manifests);
    if errors.is_empty() { Ok(set) } else { Err(errors) }
}

/// Reads every stock policy that can be understood, and says why the others cannot.
pub fn read_lenient(manifests: &[Manifest<'_>]) -> (PolicySet, Vec<ReadError>) {
    let (mut set, mut all_errors) = (PolicySet::default(), Vec::new());
    let read: Vec<_> = manifests.par_iter().map(read_one).collect();
    for (policies, skipped, errors) in read {
        for policy in policies {
            set.policies.entry(policy.namespace.clone()).or_default().push(policy);
        }
        set.skipped.extend(skipped);
        all_errors.extend(errors);
    }
    (set, all_errors)
}

impl PolicySet {
    /// The policies that decide about the pods of the one namespace a further manifest speaks for: its own, and those of
    /// that namespace read before.
    ///
    /// None where the manifest does not speak for exactly one; it has to be read together with the others. Errs like
    /// [`read`].
    pub fn beside(&self, manifest: &Manifest<'_>) -> Result<Option<(Text, PolicySet)>, Vec<ReadError>> {
        let (policies, skipped, errors) = read_one(manifest);
        if !errors.is_empty() {
            return Err(errors);
        }
        let Some(namespace) = policies.first().map(|policy| policy.namespace.clone()) else {
            return Ok(None);
        };
        if policies.iter().any(|policy| policy.namespace != namespace) {
            return Ok(None);
        }
        let mut all = self.policies.get(&namespace).cloned().unwrap_or_default();
        all.extend(policies);
        let set = PolicySet { policies: [(namespace.clone(), all)].into(), skipped };
        Ok(Some((namespace, set)))
    }
}

fn read_one(manifest: &Manifest<'_>) -> (Vec<Policy>, Vec<Skipped>, Vec<ReadError>) {
    let (mut policies, mut skipped, mut faults) = (Vec::new(), Vec::new(), Vec::new());
    let known = Known::default();
    let mut errors =
        each_object(manifest, &mut |object| match (is_stock(object), is_cluster_policy(object)) {
            (true, _) => match policy(object, &known) {
                Ok(policy) => policies.push(policy),
                Err(fault) => faults.push(object.error(&fault)),
            },
            (false, true) => {
                faults.push(object.error(&Fault::uncovered("kind", "cluster-scoped policies of SIG Network")))
            }
            (false, false) => skipped.push(object.skipped()),
        });
    errors.append(&mut faults);
    (policies, skipped, errors)
}

/// Whether the object is a stock NetworkPolicy, of whatever version.
pub(crate) fn is_stock(object: &Object<'_>) -> bool {
    object.kind == "NetworkPolicy" && matches!(object.group, "networking.k8s.io" | "extensions")
}

/// Whether the object is a ClusterNetworkPolicy or one of its forerunners: ordered before or after stock policies
/// on every target that has them, so it cannot be passed over.
pub(crate) fn is_cluster_policy(object: &Object<'_>) -> bool {
    object.group == "policy.networking.k8s.io"
}

/// Reads one stock policy; `known` are labels of those read before.
pub(crate) fn policy(object: &Object<'_>, known: &Known<Requirement>) -> Result<Policy, Fault> {
    if object.group != "networking.k8s.io" || object.version != "v1" {
        let version = format!("{}/{}", object.group, object.version);
        return Err(Fault::at(
            "apiVersion",
            format!("`{version}` is not served by any supported Kubernetes"),
        ));
    }
    object.check_frame(&["spec"])?;
    let namespace = object.namespace_or_default()?;
    let title = format!("NetworkPolicy {namespace}/{}", object.name);
    match object.section::<RawSpec<'_>>("spec")? {
        Some(spec) => spec_policy(known, &spec, namespace, &title, &Place::root("spec")),
        None => Err(Fault::at("spec", "missing")),
    }
}

/// The policy a stock `spec` states.
fn spec_policy(
    known: &Known<Requirement>,
    spec: &RawSpec<'_>,
    namespace: &str,
    title: &str,
    place: &Place<'_>,
) -> Result<Policy, Fault> {
    let rules = |list: Option<Vec<Rule>>, isolates: bool| isolates.then(|| list.unwrap_or_default());
    let (ingress, egress) = (ingress_rules(known, spec, place)?, egress_rules(known, spec, place)?);
    let has_egress_rules = egress.as_ref().is_some_and(|rules| !rules.is_empty());
    let has_ingress_rules = ingress.as_ref().is_some_and(|rules| !rules.is_empty());
    let (mut for_ingress, mut for_egress) = (false, false);
    for (index, kind) in spec.policy_types.iter().flatten().enumerate() {
        match &**kind {
            "Ingress" => for_ingress = true,
            "Egress" => for_egress = true,
            other => {
                return Err(Fault::at(
                    place.key("policyTypes").item(index),
                    format!("`{other}` is not a policy type"),
                ));
            }
        }
    }
    if !for_ingress && !for_egress {
        (for_ingress, for_egress) = (true, has_egress_rules);
    }
    for (unnamed, word) in
        [(has_ingress_rules && !for_ingress, "ingress"), (has_egress_rules && !for_egress, "egress")]
    {
        if unnamed {
            let reason =
                "rules in a direction that `policyTypes` does not name: implementations disagree (K8S-02)";
            return Err(Fault::at(place.key(word), reason));
        }
    }
    Ok(Policy {
        title: title.into(),
        namespace: namespace.into(),
        subject: selector(known, &spec.pod_selector, &place.key("podSelector"))?,
        ingress: rules(ingress, for_ingress),
        egress: rules(egress, for_egress),
    })
}

fn ingress_rules(
    known: &Known<Requirement>,
    spec: &RawSpec<'_>,
    place: &Place<'_>,
) -> Result<Option<Vec<Rule>>, Fault> {
    let Some(rules) = &spec.ingress else { return Ok(None) };
    let rule = |(index, raw): (usize, &RawIngress<'_>)| {
        let list = place.key("ingress");
        let here = list.item(index);
        rule(known, &raw.from, "from", &raw.ports, &here)
    };
    each(rules, rule).map(Some)
}

fn egress_rules(
    known: &Known<Requirement>,
    spec: &RawSpec<'_>,
    place: &Place<'_>,
) -> Result<Option<Vec<Rule>>, Fault> {
    let Some(rules) = &spec.egress else { return Ok(None) };
    let rule = |(index, raw): (usize, &RawEgress<'_>)| {
        let list = place.key("egress");
        let here = list.item(index);
        rule(known, &raw.to, "to", &raw.ports, &here)
    };
    each(rules, rule).map(Some)
}

fn rule(
    known: &Known<Requirement>,
    peers: &[RawPeer<'_>],
    word: &str,
    ports: &[RawPort<'_>],
    place: &Place<'_>,
) -> Result<Rule, Fault> {
    let peer = |(index, raw): (usize, &RawPeer<'_>)| peer(known, raw, &place.key(word).item(index));
    let port = |(index, raw): (usize, &RawPort<'_>)| port(raw, &place.key("ports").item(index));
    Ok(Rule { peers: each(peers, peer)?, ports: each(ports, port)? })
}

fn peer(known: &Known<Requirement>, raw: &RawPeer<'_>, place: &Place<'_>) -> Result<Peer, Fault> {
    match (&raw.pod_selector, &raw.namespace_selector, &raw.ip_block) {
        (None, None, None) => Err(Fault::at(place, "a peer needs a selector or an address block")),
        (None, None, Some(block)) => ip_block(block, &place.key("ipBlock")),
        (_, _, Some(_)) => Err(Fault::at(place, "`ipBlock` excludes the selectors")),
        (pods, namespaces, None) => {
            let read = |raw: &Option<RawSelector<'_>>, word: &str| match raw {
                Some(raw) => selector(known, raw, &place.key(word)).map(Some),
                None => Ok(None),
            };
            let pods = read(pods, "podSelector")?.unwrap_or_else(Selector::default);
            Ok(Peer::Pods { namespaces: read(namespaces, "namespaceSelector")?, pods })
        }
    }
}

fn ip_block(raw: &RawBlock<'_>, place: &Place<'_>) -> Result<Peer, Fault> {
    let block = parse_canonical(&raw.cidr).map_err(|reason| Fault::at(place.key("cidr"), reason))?;
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
    Ok(Peer::Block { block, except })
}

fn port(raw: &RawPort<'_>, place: &Place<'_>) -> Result<Port, Fault> {
    let protocol = match raw.protocol.as_deref() {
        None | Some("TCP") => Protocol::Tcp,
        Some("UDP") => Protocol::Udp,
        Some("SCTP") => Protocol::Sctp,
        Some(other) => {
            return Err(Fault::at(place.key("protocol"), format!("`{other}` is not TCP, UDP or SCTP")));
        }
    };
    let number = |value: i64| match u16::try_from(value) {
        Ok(port) if port > 0 => Ok(port),
        Ok(_) | Err(_) => Err(Fault::at(place, format!("{value} is not a port from 1 to 65535"))),
    };
    let numbers = match (&raw.port, raw.end_port) {
        (None, None) => Numbers::Every,
        (Some(NumberOrName::Number(first)), None) => Numbers::Range(number(*first)?, number(*first)?),
        (Some(NumberOrName::Number(first)), Some(last)) if last < *first => {
            return Err(Fault::at(place, format!("`endPort` {last} is below `port` {first}")));
        }
        (Some(NumberOrName::Number(first)), Some(last)) => Numbers::Range(number(*first)?, number(last)?),
        (Some(NumberOrName::Name(name)), None) if is_port_name(name) => Numbers::Named((*name).into()),
        (Some(NumberOrName::Name(name)), None) => {
            return Err(Fault::at(place, format!("`{name}` is not a port name")));
        }
        (None | Some(NumberOrName::Name(_)), Some(_)) => {
            return Err(Fault::at(place, "`endPort` needs a numeric `port`"));
        }
    };
    Ok(Port { protocol, numbers })
}
