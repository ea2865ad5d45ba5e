//! Ports and L7 rules: reading and matching.

use netpol_flow::{Endpoint, Protocol, Side, is_port_name};

use crate::error::{Fault, Place, each};
use crate::trace::{Match, any, doubt};

use super::http::http;
use super::names::{NamePattern, name, pattern};
use super::peer::Asked;
use super::raw::{RawIcmp, RawL7, RawName, RawPort, RawPortDenyRule, RawPortRule};
use super::{L7, Numbers, Peer, Port, PortItem, Ports};

/// The most ports one `toPorts` item, or fields one `icmps` item, may hold.
const MOST: usize = 40;

/// The ports of an allow rule.
pub(crate) fn of_allow(
    raw: &[RawPortRule<'_>],
    icmps: Option<&[RawIcmp<'_>]>,
    side: Side,
    place: &Place<'_>,
) -> Result<Ports, Fault> {
    let item = |(index, raw): (usize, &RawPortRule<'_>)| {
        let list = place.key("toPorts");
        let here = list.item(index);
        for (field, word) in [
            (&raw.terminating_tls, "terminatingTLS"),
            (&raw.originating_tls, "originatingTLS"),
            (&raw.server_names, "serverNames"),
            (&raw.listener, "listener"),
        ] {
            if field.is_some() {
                return Err(Fault::uncovered(here.key(word), word));
            }
        }
        let ports = ports(&raw.ports, &here)?;
        let l7 = match &raw.rules {
            Some(rules) => Some(l7(rules, &ports, side, &here.key("rules"))?),
            None => None,
        };
        Ok(PortItem { ports, l7 })
    };
    let items = each(raw, item)?;
    of_items(items, icmps, place)
}

/// The ports of a deny rule.
pub(crate) fn of_deny(
    raw: &[RawPortDenyRule<'_>],
    icmps: Option<&[RawIcmp<'_>]>,
    place: &Place<'_>,
) -> Result<Ports, Fault> {
    let item = |(index, raw): (usize, &RawPortDenyRule<'_>)| {
        Ok(PortItem { ports: ports(&raw.ports, &place.key("toPorts").item(index))?, l7: None })
    };
    let items = each(raw, item)?;
    of_items(items, icmps, place)
}

fn of_items(items: Vec<PortItem>, icmps: Option<&[RawIcmp<'_>]>, place: &Place<'_>) -> Result<Ports, Fault> {
    match (items.is_empty(), icmps) {
        (true, None | Some([])) => Ok(Ports::Every),
        (false, None | Some([])) => Ok(Ports::Items(items)),
        (false, Some(_)) => Err(Fault::at(place, "`icmps` and `toPorts` in one rule (CIL-16)")),
        (true, Some(icmps)) if icmps.iter().any(|icmp| icmp.fields.len() > MOST) => {
            Err(Fault::at(place.key("icmps"), format!("more than {MOST} fields")))
        }
        (true, Some(_)) => Ok(Ports::Icmp),
    }
}

fn ports(raw: &[RawPort<'_>], place: &Place<'_>) -> Result<Vec<Port>, Fault> {
    if raw.len() > MOST {
        return Err(Fault::at(place, format!("{} ports, more than {MOST} (CIL-15)", raw.len())));
    }
    each(raw, |(index, raw)| port(raw, &place.key("ports").item(index)))
}

fn port(raw: &RawPort<'_>, place: &Place<'_>) -> Result<Port, Fault> {
    let protocol = match raw.protocol.as_deref() {
        None | Some("ANY") => None,
        Some("TCP") => Some(Protocol::Tcp),
        Some("UDP") => Some(Protocol::Udp),
        Some("SCTP") => Some(Protocol::Sctp),
        Some(other) => return Err(Fault::uncovered(place, &format!("protocol `{other}` beside ports"))),
    };
    let Some(text) = raw.port.as_deref() else {
        return Err(Fault::at(place, "a port without `port`"));
    };
    let last = match raw.end_port {
        None | Some(0) => None,
        Some(last) => {
            Some(u16::try_from(last).map_err(|_| Fault::at(place, format!("{last} is not a port")))?)
        }
    };
    let is_number = text.bytes().all(|b| b.is_ascii_digit());
    if text.starts_with('+') || (text.starts_with('0') && text.len() > 1) {
        // The agent reads a leading zero as base 8 or 16.
        return Err(Fault::at(place, format!("`{text}` is not a port")));
    }
    let numbers = match (text.parse::<u16>(), last) {
        (Ok(0), None) => Numbers::Every,
        (Ok(0), Some(_)) => return Err(Fault::at(place, "`endPort` beside port 0")),
        (Ok(first), None) => Numbers::Range(first, first),
        (Ok(first), Some(last)) if first <= last => Numbers::Range(first, last),
        (Ok(first), Some(last)) => {
            return Err(Fault::at(place, format!("`endPort` {last} is below `port` {first}")));
        }
        (Err(_), None) if is_port_name(&text.to_ascii_lowercase()) && !is_number => {
            Numbers::Named(text.into())
        }
        (Err(_), None | Some(_)) => return Err(Fault::at(place, format!("`{text}` is not a port"))),
    };
    Ok(Port { protocol, numbers })
}

fn l7(raw: &RawL7<'_>, ports: &[Port], side: Side, place: &Place<'_>) -> Result<L7, Fault> {
    if raw.kafka.is_some() || raw.l7.is_some() || raw.l7proto.is_some() {
        return Err(Fault::uncovered(place, "Kafka and generic L7 rules"));
    }
    let every = |port: &Port| matches!(port.numbers, Numbers::Every);
    if ports.is_empty() || ports.iter().any(every) {
        return Err(Fault::at(place, "L7 rules need ports other than 0"));
    }
    match (&raw.http, &raw.dns) {
        (Some(_), Some(_)) => Err(Fault::at(place, "two L7 kinds in one rule")),
        (None, None) => Err(Fault::at(place, "no L7 kind")),
        (Some(rules), None) => {
            if rules.is_empty() {
                return Err(Fault::uncovered(place, "an empty list of HTTP rules"));
            }
            if ports.iter().any(|port| port.protocol != Some(Protocol::Tcp)) {
                return Err(Fault::at(place, "HTTP rules need protocol TCP on every port"));
            }
            let rule = |(index, raw)| http(raw, &place.key("http").item(index));
            each(rules, rule).map(L7::Http)
        }
        (None, Some(rules)) => {
            if rules.is_empty() {
                return Err(Fault::uncovered(place, "an empty list of DNS rules"));
            }
            if side == Side::Ingress {
                return Err(Fault::at(place, "DNS rules are for egress"));
            }
            let is_range = |port: &Port| matches!(port.numbers, Numbers::Range(first, last) if first != last);
            if ports.iter().any(is_range) {
                return Err(Fault::at(place, "DNS rules with a port range"));
            }
            names(rules, &place.key("dns")).map(L7::Dns)
        }
    }
}

/// Names and patterns of `toFQDNs` or `rules.dns`.
pub(crate) fn names(raw: &[RawName<'_>], place: &Place<'_>) -> Result<Vec<NamePattern>, Fault> {
    let one = |(index, raw): (usize, &RawName<'_>)| {
        let read = match (&raw.match_name, &raw.match_pattern) {
            (Some(text), None) => name(text),
            (None, Some(text)) => pattern(text),
            (Some(_), Some(_)) | (None, None) => Err("needs either `matchName` or `matchPattern`".to_owned()),
        };
        read.map_err(|reason| Fault::at(place.item(index), reason))
    };
    each(raw, one)
}

/// Whether the flow's port is one of the item's.
pub(crate) fn item_matches(item: &PortItem, peer: &Peer, asked: &Asked<'_>) -> Match {
    any(item.ports.iter().map(|port| port_matches(port, peer, asked)))
}

fn port_matches(port: &Port, peer: &Peer, asked: &Asked<'_>) -> Match {
    let flow = asked.flow;
    if port.protocol.is_some_and(|protocol| protocol != flow.protocol) {
        return Ok(false);
    }
    match &port.numbers {
        Numbers::Every => Ok(true),
        Numbers::Range(first, last) => Ok((*first..=*last).contains(&flow.port)),
        Numbers::Named(name) => {
            let declared =
                flow.destination.pod().is_some_and(|pod| pod.declares(name, flow.protocol, flow.port));
            let by_identity = asked.side == Side::Ingress || resolves(peer);
            match &flow.destination {
                _ if !declared || by_identity => Ok(declared),
                Endpoint::Pod(_) => {
                    doubt(format!("the named port `{name}` behind peers that are not selected pods"))
                }
                Endpoint::Node { .. }
                | Endpoint::ApiServer { .. }
                | Endpoint::Gateway { .. }
                | Endpoint::External { .. } => Ok(false),
            }
        }
    }
}

/// Whether an egress rule's named ports are looked up on each pod its peers select.
fn resolves(peer: &Peer) -> bool {
    match peer {
        Peer::Endpoints(_) => true,
        Peer::OneOf(peers) => peers.iter().all(resolves),
        Peer::Any | Peer::Nothing | Peer::Entities(_) | Peer::Blocks(_) | Peer::Names(_) => false,
    }
}
