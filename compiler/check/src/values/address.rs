//! Addresses and blocks.

use std::net::IpAddr;

use ipnet::IpNet;
use netpol_diagnostics::{Code, Diagnostic, Edit, Help, Span};

use super::Caution;

/// A block and where it is written.
pub(crate) type Placed = (IpNet, Span);

/// What the cluster says of its own addresses, with the places that say so.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ranges {
    /// Pods.
    pub(crate) pods: Vec<Placed>,
    /// Services.
    pub(crate) services: Vec<Placed>,
    /// Nodes.
    pub(crate) nodes: Vec<Placed>,
    /// Where pods, nodes and outside hosts live side by side.
    pub(crate) shared: Vec<Placed>,
}

/// Reads an address or a block.
pub(crate) fn parse_block(text: &str, place: Span) -> Result<IpNet, Diagnostic> {
    let wrong = |why: &str| {
        Diagnostic::new(Code(302), format!("`{text}` is not an address range")).at(place, why.to_owned())
    };
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (text, None),
    };
    let Ok(address) = address.parse::<IpAddr>() else {
        return Err(wrong("not an address")
            .help("IPv4 is four numbers from 0 to 255, IPv6 eight groups of hex digits"));
    };
    if let IpAddr::V6(v6) = address
        && let Some(v4) = v6.to_ipv4_mapped()
    {
        let found = wrong("an IPv4 address in IPv6 clothes");
        let found = found
            .note("an IPv4-mapped address is the IPv4 address it maps; back ends read the form differently");
        return Err(found.help(format!("write `{v4}`")));
    }
    let longest = if address.is_ipv4() { 32 } else { 128 };
    let Some(prefix) = prefix else { return Ok(IpNet::from(address)) };
    let Some(length) = prefix.parse::<u8>().ok().filter(|length| *length <= longest) else {
        let family = if address.is_ipv4() { "IPv4" } else { "IPv6" };
        return Err(wrong("no such prefix").help(format!("{family} prefixes are 0 to {longest}")));
    };
    let Ok(block) = IpNet::new(address, length) else { return Err(wrong("no such prefix")) };
    if length == 0 {
        let found = Diagnostic::new(Code(303), format!("`{text}` names nobody in particular"));
        let found = found.at(place, "every address there is");
        let help = "write `internet` for public addresses, `outside` for all outside the cluster, `any` for everything";
        return Err(found.help(help));
    }
    if block.trunc() != block {
        let found = Diagnostic::new(Code(301), format!("`{text}` has host bits set"));
        let found = found.at(place, format!("not the first address of a /{length}"));
        let (network, host) = (block.trunc(), block.addr());
        let found = found.fix(format!("write `{network}` for the range"), place, network.to_string());
        return Err(found.fix(format!("write `{host}` for the one host"), place, host.to_string()));
    }
    Ok(block)
}

/// The warning for a block so wide that it says little.
pub(crate) fn wide(block: &IpNet, place: Span) -> Option<Caution> {
    let least = match block {
        IpNet::V4(_) => 8,
        IpNet::V6(_) => 20,
    };
    (block.prefix_len() < least).then(|| Caution {
        code: Code(304),
        title: format!("address range `{block}` is very wide"),
        label: "spans many owners",
        note: "a range of this size is shared by organisations that have nothing to do with each other",
        help: "name the service as a `domain`, or list its ranges",
        place,
    })
}

/// The error for a block that lies inside the cluster, where blocks match nothing.
pub(crate) fn inside_cluster(
    ranges: &Ranges,
    cluster: &str,
    block: &IpNet,
    place: Span,
) -> Option<Diagnostic> {
    if ranges.shared.iter().any(|(shared, _)| shared.contains(block)) {
        return None;
    }
    let kinds = [
        ("pod", &ranges.pods, "name the workload instead: pods are selected by label"),
        ("service", &ranges.services, "name the workload behind the service: policies see pods"),
        ("node", &ranges.nodes, "write `nodes`"),
    ];
    let (kind, around, said_at, help) = kinds.into_iter().find_map(|(kind, list, help)| {
        list.iter().find(|(around, _)| around.contains(block)).map(|(around, at)| (kind, *around, *at, help))
    })?;
    let found = Diagnostic::new(Code(305), format!("address range is inside this cluster's {kind} network"));
    let found = found.at(place, "a block never matches pods or nodes");
    Some(found.and_at(said_at, format!("cluster `{cluster}` has `{around}` for {kind}s")).help(help))
}

/// The warnings for blocks that another block of the same list covers.
pub(crate) fn covered(blocks: &[Placed], items: &[Span]) -> Vec<Diagnostic> {
    let mut sorted: Vec<&Placed> = blocks.iter().collect();
    sorted.sort_by_key(|(block, place)| (block.network(), block.prefix_len(), *place));
    let mut widest: Option<&Placed> = None;
    let mut found = Vec::new();
    for inner in sorted {
        match widest {
            Some(outer) if outer.0.contains(&inner.0) => {
                let title = format!("address `{}` is already covered", inner.0);
                let told = Diagnostic::new(Code(306), title).at(inner.1, "adds nothing");
                let told = told.and_at(outer.1, format!("`{}` covers it", outer.0));
                let edits = without(items, inner.1).map(|span| Edit { span, replacement: String::new() });
                let help = Help { text: "drop it".to_owned(), edits: edits.into_iter().collect() };
                found.push(Diagnostic { helps: vec![help], ..told });
            }
            Some(_) | None => widest = Some(inner),
        }
    }
    found
}

/// The text to delete so that a list loses one of its items.
fn without(items: &[Span], item: Span) -> Option<Span> {
    let at = items.binary_search_by_key(&item.start, |span| span.start).ok()?;
    match (at.checked_sub(1).and_then(|before| items.get(before)), items.get(at + 1)) {
        (Some(before), _) => Some(Span { start: before.end, ..item }),
        (None, Some(after)) => Some(Span { end: after.start, ..item }),
        (None, None) => None,
    }
}

/// The error for an exception that lies outside every block it should narrow.
pub(crate) fn outside_of(blocks: &[IpNet], except: &Placed, narrowed: Span) -> Option<Diagnostic> {
    if blocks.iter().any(|block| block.contains(&except.0)) {
        return None;
    }
    let found = Diagnostic::new(Code(319), "the exception is outside the block it narrows");
    let found = found.at(except.1, "removes nothing").and_at(narrowed, "does not hold it");
    Some(found.help("drop the exception, or correct the prefix"))
}
