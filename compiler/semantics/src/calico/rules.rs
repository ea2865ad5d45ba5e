//! Rules and selectors as written to rules as meant, with Calico's own validation.

use std::cell::RefCell;
use std::sync::Arc;

use ipnet::IpNet;
use netpol_flow::{Family, PathMatch, Protocol, Text, family_of};
use rustc_hash::FxHashMap;

use crate::decode::Word;
use crate::error::{Fault, Place, each};
use crate::kubernetes::read::NumberOrName;

use super::raw::{RawEntity, RawHttp, RawRule};
use super::selector::{Expr, Label, parse};
use super::{Action, AnyProtocol, Entity, Http, NetworkSet, Port, Rule, Selected};

pub(crate) const NAMESPACE: &str = "projectcalico.org/namespace";
pub(crate) const SERVICE_ACCOUNT: &str = "projectcalico.org/serviceaccount";
pub(crate) const ORCHESTRATOR: &str = "projectcalico.org/orchestrator";
pub(crate) const NAME: &str = "projectcalico.org/name";
pub(crate) const OF_NAMESPACE: &str = "pcns.";
pub(crate) const OF_ACCOUNT: &str = "pcsa.";

/// What a rule's selectors are read against.
pub(crate) struct Scope<'a> {
    /// The policy's namespace; none for a global policy.
    pub(crate) namespace: Option<&'a str>,
    /// What the policy's rules select, by how they say it: the same few ends stand in rule after rule.
    pub(crate) known: &'a Known,
}

/// Selectors that were read before.
#[derive(Default)]
pub(crate) struct Known {
    /// The ends of rules, by the policy's namespace and the text of `namespaceSelector` and `selector`.
    ends: RefCell<ByText<ByText<ByText<Arc<Expr>>>>>,
    /// Selectors as written.
    written: RefCell<ByText<Expr>>,
}

type ByText<T> = FxHashMap<String, T>;

impl Known {
    fn get(&self, [namespace, namespaces, pods]: [&str; 3]) -> Option<Arc<Expr>> {
        self.ends.borrow().get(namespace)?.get(namespaces)?.get(pods).cloned()
    }

    fn add(&self, [namespace, namespaces, pods]: [&str; 3], expr: &Arc<Expr>) {
        let mut known = self.ends.borrow_mut();
        let within = known.entry(namespace.to_owned()).or_default().entry(namespaces.to_owned()).or_default();
        within.insert(pods.to_owned(), Arc::clone(expr));
    }
}

/// A selector as written.
fn written(known: &Known, text: &str, place: &Place<'_>) -> Result<Expr, Fault> {
    if let Some(expr) = known.written.borrow().get(text) {
        return Ok(expr.clone());
    }
    let expr = parse(text).map_err(|reason| Fault::at(place, reason))?;
    known.written.borrow_mut().insert(text.to_owned(), expr.clone());
    Ok(expr)
}

/// A selector, with `global()` refused: it has a meaning in a rule's `namespaceSelector` alone.
pub(crate) fn plain(known: &Known, text: &str, place: &Place<'_>) -> Result<Expr, Fault> {
    let expr = written(known, text, place)?;
    if expr.has_global() {
        return Err(Fault::at(place, "`global()` belongs in a rule's `namespaceSelector`"));
    }
    Ok(expr)
}

/// A selector over namespaces: keys are those of the namespace, `all()` is "in a namespace", `global()` the opposite.
///
/// A negative one is renamed only and not confined to endpoints that have a namespace (`CAL-03`).
pub(crate) fn of_namespaces(known: &Known, text: &str, place: &Place<'_>) -> Result<Expr, Fault> {
    let expr = written(known, text, place)?;
    if expr.has_global() && expr != Expr::Global {
        return Err(Fault::at(place, "`global()` stands alone"));
    }
    let within = Expr::Has(NAMESPACE.into());
    let outside = Expr::Not(Box::new(within.clone()));
    Ok(expr.rewrite(&|key| format!("{OF_NAMESPACE}{key}").into(), &within, &outside))
}

/// A selector over service accounts' own labels.
pub(crate) fn of_accounts(known: &Known, text: &str, place: &Place<'_>) -> Result<Expr, Fault> {
    Ok(plain(known, text, place)?.rewrite(
        &|key| format!("{OF_ACCOUNT}{key}").into(),
        &Expr::All,
        &Expr::Global,
    ))
}

pub(crate) fn rule(
    scope: &Scope<'_>,
    raw: &RawRule<'_>,
    is_ingress: bool,
    place: &Place<'_>,
) -> Result<Rule, Fault> {
    let at = |word: &'static str| place.key(word);
    let action = match &*raw.action {
        "Allow" => Action::Allow,
        "Deny" => Action::Deny,
        "Pass" => Action::Pass,
        "Log" => Action::Log,
        other => return Err(Fault::at(at("action"), format!("`{other}` is not an action"))),
    };
    let family = match raw.ip_version {
        None => None,
        Some(4) => Some(Family::V4),
        Some(6) => Some(Family::V6),
        Some(other) => return Err(Fault::at(at("ipVersion"), format!("{other} is not 4 or 6"))),
    };
    let protocol = raw.protocol.as_ref().map(|raw| protocol(raw, &at("protocol"))).transpose()?;
    let not_protocol =
        raw.not_protocol.as_ref().map(|raw| self::protocol(raw, &at("notProtocol"))).transpose()?;
    for (icmp, word) in [(&raw.icmp, "icmp"), (&raw.not_icmp, "notICMP")] {
        let Some(icmp) = icmp else { continue };
        if protocol != Some(AnyProtocol::Other) {
            return Err(Fault::at(at(word), "needs protocol ICMP or ICMPv6"));
        }
        let in_range = |number: Option<i64>, most: i64| number.is_none_or(|n| (0..=most).contains(&n));
        if !in_range(icmp.kind, 254)
            || !in_range(icmp.code, 255)
            || (icmp.code.is_some() && icmp.kind.is_none())
        {
            return Err(Fault::at(at(word), "type goes from 0 to 254, and a code needs a type"));
        }
    }
    let has_ports = |entity: &RawEntity<'_>| (entity.ports.iter().chain(&entity.not_ports)).any(is_number);
    if matches!(protocol, None | Some(AnyProtocol::Other))
        && (has_ports(&raw.source) || has_ports(&raw.destination))
    {
        return Err(Fault::at(place, "numeric ports need protocol TCP, UDP or SCTP (CAL-12)"));
    }
    let source = entity(scope, &raw.source, is_ingress, &at("source"))?;
    let destination = entity(scope, &raw.destination, !is_ingress, &at("destination"))?;
    one_family(&[&source, &destination], family, place)?;
    let http = raw.http.as_ref().map(|raw| http(raw, &at("http"))).transpose()?;
    let may_be_tcp = protocol.is_none_or(|protocol| protocol == AnyProtocol::Known(Protocol::Tcp));
    if http.is_some() && !(action == Action::Allow && is_ingress && may_be_tcp) {
        return Err(Fault::at(at("http"), "only for ingress rules that allow TCP"));
    }
    Ok(Rule { action, family, protocol, not_protocol, source, destination, http })
}

fn is_number(port: &NumberOrName<'_>) -> bool {
    match port {
        NumberOrName::Number(_) => true,
        NumberOrName::Name(text) => text.bytes().all(|b| b.is_ascii_digit() || b == b':'),
    }
}

fn protocol(raw: &NumberOrName<'_>, place: &Place<'_>) -> Result<AnyProtocol, Fault> {
    let name = match raw {
        NumberOrName::Name("TCP") => return Ok(AnyProtocol::Known(Protocol::Tcp)),
        NumberOrName::Name("UDP") => return Ok(AnyProtocol::Known(Protocol::Udp)),
        NumberOrName::Number(number) => number.to_string(),
        NumberOrName::Name(name) => name.to_ascii_lowercase(),
    };
    match name.as_str() {
        "tcp" | "6" => Ok(AnyProtocol::Known(Protocol::Tcp)),
        "udp" | "17" => Ok(AnyProtocol::Known(Protocol::Udp)),
        "sctp" | "132" => Ok(AnyProtocol::Known(Protocol::Sctp)),
        "icmp" | "icmpv6" | "udplite" => Ok(AnyProtocol::Other),
        other if other.parse::<u8>().is_ok_and(|number| number > 0) => Ok(AnyProtocol::Other),
        other => Err(Fault::at(place, format!("`{other}` is not a protocol"))),
    }
}

fn entity(scope: &Scope<'_>, raw: &RawEntity<'_>, is_peer: bool, place: &Place<'_>) -> Result<Entity, Fault> {
    let at = |word: &'static str| place.key(word);
    let apiserver = match &raw.services {
        None => false,
        Some(service) => {
            let alone = raw.nets.is_empty()
                && raw.not_nets.is_empty()
                && raw.ports.is_empty()
                && raw.not_ports.is_empty()
                && raw.service_accounts.is_none()
                && [raw.selector, raw.not_selector, raw.namespace_selector]
                    .iter()
                    .all(|text| text.is_empty());
            let namespace =
                if service.namespace.is_empty() { scope.namespace } else { Some(&*service.namespace) };
            if !alone || !is_peer {
                return Err(Fault::at(at("services"), "stands alone, and at the far end of a rule"));
            }
            if &*service.name != "kubernetes" || namespace != Some("default") {
                return Err(Fault::uncovered(at("services"), "Services other than `default/kubernetes`"));
            }
            true
        }
    };
    let selected = known(scope, raw, place)?.map(Selected::of);
    let not_selected = match &*raw.not_selector {
        "" => None,
        text => Some(Selected::of(plain(scope.known, text, &at("notSelector"))?.into())),
    };
    let not_nets = nets(&raw.not_nets, &at("notNets"))?;
    if not_nets.iter().any(|net| net.prefix_len() == 0) {
        return Err(Fault::at(at("notNets"), "may not be every address (CAL-11)"));
    }
    Ok(Entity {
        nets: nets(&raw.nets, &at("nets"))?,
        not_nets,
        selected,
        not_selected,
        ports: ports(&raw.ports, &at("ports"))?,
        not_ports: ports(&raw.not_ports, &at("notPorts"))?,
        apiserver,
    })
}

/// As [`positive`], without reading the same words twice.
fn known(scope: &Scope<'_>, raw: &RawEntity<'_>, place: &Place<'_>) -> Result<Option<Arc<Expr>>, Fault> {
    let is_shared = !raw.selector.is_empty() && raw.service_accounts.is_none();
    if !is_shared {
        return Ok(positive(scope, raw, place)?.map(Arc::new));
    }
    let words = [scope.namespace.unwrap_or_default(), &raw.namespace_selector, &raw.selector];
    if let Some(known) = scope.known.get(words) {
        return Ok(Some(known));
    }
    let read = positive(scope, raw, place)?.map(Arc::new);
    if let Some(read) = &read {
        scope.known.add(words, read);
    }
    Ok(read)
}

/// The one selector that `selector`, `namespaceSelector` and `serviceAccounts` make together. In a namespaced policy
/// any of them, and `notSelector` too, confines the entity to the policy's namespace unless `namespaceSelector` is
/// given (`CAL-04`).
///
/// Source: `libcalico-go/lib/backend/syncersv1/updateprocessors/rules.go`.
fn positive(scope: &Scope<'_>, raw: &RawEntity<'_>, place: &Place<'_>) -> Result<Option<Expr>, Fault> {
    let at = |word: &'static str| place.key(word);
    let mut parts = Vec::new();
    if !raw.namespace_selector.is_empty() {
        parts.push(of_namespaces(scope.known, &raw.namespace_selector, &at("namespaceSelector"))?);
    }
    if let Some(accounts) = &raw.service_accounts {
        if accounts.names.is_empty() && accounts.selector.is_empty() {
            return Err(Fault::at(at("serviceAccounts"), "neither names nor a selector: restricts nothing"));
        }
        if !accounts.selector.is_empty() {
            parts.push(of_accounts(scope.known, &accounts.selector, &at("serviceAccounts.selector"))?);
        }
        if !accounts.names.is_empty() {
            if let Some(name) = accounts.names.iter().find(|name| name.contains('\'')) {
                return Err(Fault::at(at("serviceAccounts.names"), format!("`{}` is not a name", name.0)));
            }
            let names = accounts.names.iter().map(|name| name.0.into()).collect();
            parts.push(Expr::In(SERVICE_ACCOUNT.into(), names));
        }
    }
    if !raw.selector.is_empty() {
        match plain(scope.known, &raw.selector, &at("selector"))? {
            Expr::And(mut all) => parts.append(&mut all),
            one => parts.push(one),
        }
    }
    let is_given = !parts.is_empty() || !raw.not_selector.is_empty();
    if let (Some(namespace), true) = (scope.namespace, is_given && raw.namespace_selector.is_empty()) {
        parts.insert(0, Expr::is(NAMESPACE, namespace));
    }
    Ok(if parts.is_empty() { None } else { Some(Expr::And(parts)) })
}

impl Selected {
    fn of(expr: Arc<Expr>) -> Selected {
        Selected { expr, nets: Vec::new(), doubtful: Vec::new() }
    }

    /// Adds the blocks of the sets that match.
    pub(crate) fn add(&mut self, sets: &[NetworkSet]) {
        for set in sets {
            match self.expr.eval(&|key| set_label(set, key)) {
                Some(true) => self.nets.extend(&set.nets),
                Some(false) => {}
                None => self.doubtful.extend(&set.nets),
            }
        }
    }
}

/// A network set carries its own labels; a namespaced one its namespace's too, of which only the name is known.
fn set_label<'a>(set: &'a NetworkSet, key: &str) -> Label<'a> {
    let name = set.namespace.as_deref().map_or(Label::Absent, Label::Value);
    if key == NAMESPACE {
        return name;
    }
    if let Some(value) = set.labels.get(key) {
        return Label::Value(value);
    }
    match (key.strip_prefix(OF_NAMESPACE), &set.namespace) {
        (Some(NAME | netpol_flow::NAMESPACE_NAME_LABEL), Some(_)) => name,
        (Some(_), Some(_)) => Label::Unknown,
        (Some(_), None) | (None, _) => Label::Absent,
    }
}

/// Blocks or bare addresses; host bits are masked, as the conversion to the backend model does.
pub(crate) fn nets(raw: &[Word<'_>], place: &Place<'_>) -> Result<Vec<IpNet>, Fault> {
    let net = |(index, text): (usize, &Word<'_>)| {
        let parsed = if text.contains('/') {
            crate::block::parse(text)
        } else {
            text.parse::<std::net::IpAddr>().ok().map(IpNet::from)
        };
        let reason = || Fault::at(place.item(index), format!("`{}` is not an address or a block", text.0));
        parsed.map(|net| net.trunc()).ok_or_else(reason)
    };
    each(raw, net)
}

fn one_family(entities: &[&Entity], family: Option<Family>, place: &Place<'_>) -> Result<(), Fault> {
    let mut families: Vec<Family> = family.into_iter().collect();
    families
        .extend(entities.iter().flat_map(|entity| entity.nets.iter().chain(&entity.not_nets)).map(family_of));
    families.dedup();
    if families.len() > 1 {
        return Err(Fault::at(place, "IPv4 and IPv6 in one rule (CAL-10)"));
    }
    Ok(())
}

fn ports(raw: &[NumberOrName<'_>], place: &Place<'_>) -> Result<Vec<Port>, Fault> {
    let port = |(index, raw): (usize, &NumberOrName<'_>)| {
        let bad = |what: &str| Fault::at(place.item(index), format!("`{what}` is not a port"));
        match raw {
            NumberOrName::Number(number) => {
                let number = u16::try_from(*number).map_err(|_| bad(&number.to_string()))?;
                Ok(Port::Range(number, number))
            }
            NumberOrName::Name(text) if is_number(raw) => {
                let (first, last) = text.split_once(':').unwrap_or((text, text));
                match (first.parse::<u16>(), last.parse::<u16>()) {
                    (Ok(first), Ok(last)) if first <= last => Ok(Port::Range(first, last)),
                    (Ok(_) | Err(_), Ok(_) | Err(_)) => Err(bad(text)),
                }
            }
            NumberOrName::Name(text) => {
                let is_name = (1..=128).contains(&text.len())
                    && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'));
                if is_name { Ok(Port::Named(Text::from(*text))) } else { Err(bad(text)) }
            }
        }
    };
    each(raw, port)
}

fn http(raw: &RawHttp<'_>, place: &Place<'_>) -> Result<Http, Fault> {
    let path = |(index, raw): (usize, &super::raw::RawPath<'_>)| match (&raw.exact, &raw.prefix) {
        (Some(exact), None) => Ok(PathMatch::Exact(exact.0.into())),
        (None, Some(prefix)) => Ok(PathMatch::Prefix(prefix.0.into())),
        (Some(_), Some(_)) | (None, None) => {
            Err(Fault::at(place.key("paths").item(index), "needs either `exact` or `prefix`"))
        }
    };
    Ok(Http {
        methods: raw.methods.iter().map(|method| method.0.into()).collect(),
        paths: each(&raw.paths, path)?,
    })
}
