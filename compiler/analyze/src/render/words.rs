//! Addresses and ports in words.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use netpol_flow::{IpNet, PortRange};
use netpol_sets::AddressSet;

use crate::answer::End;
use crate::outside::Outside;

/// The addresses as blocks where one block says it, and as `first-last` otherwise; ascending, IPv4 first.
pub(crate) fn ranges(addresses: &AddressSet) -> Vec<String> {
    let mut found: Vec<(IpAddr, IpAddr, Option<IpNet>)> = Vec::new();
    for block in addresses.blocks() {
        let (first, last) = (block.network(), block.broadcast());
        match found.last_mut() {
            Some((_, open, whole)) if follows(*open, first) => {
                *open = last;
                *whole = None;
            }
            Some(_) | None => found.push((first, last, Some(block))),
        }
    }
    let word = |(first, last, whole): (IpAddr, IpAddr, Option<IpNet>)| match whole {
        Some(block) => block.to_string(),
        None => format!("{first}-{last}"),
    };
    found.into_iter().map(word).collect()
}

/// The addresses for people: a whole family less some blocks where that is shorter than what is left of it.
pub(crate) fn blocks(addresses: &AddressSet) -> String {
    let family = |ours: AddressSet, every: AddressSet, whole: &str| {
        let (left, holes) = (ranges(&ours), ranges(&every.subtract(&ours)));
        if holes.is_empty() || holes.len() >= left.len() {
            left.join(", ")
        } else {
            format!("{whole} except {}", holes.join(" and "))
        }
    };
    let all = AddressSet::all();
    let v4 = family(addresses.only_v4(), all.only_v4(), "0.0.0.0/0");
    let v6 = family(addresses.only_v6(), all.only_v6(), "::/0");
    [v4, v6].into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>().join(", ")
}

/// Whether an address is the next one after another.
fn follows(before: IpAddr, after: IpAddr) -> bool {
    match (before, after) {
        (IpAddr::V4(before), IpAddr::V4(after)) => {
            before.to_bits().checked_add(1).map(Ipv4Addr::from_bits) == Some(after)
        }
        (IpAddr::V6(before), IpAddr::V6(after)) => {
            before.to_bits().checked_add(1).map(Ipv6Addr::from_bits) == Some(after)
        }
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
    }
}

/// `8080/TCP`, `8000-8080/TCP`, `1-65535/UDP`.
pub(crate) fn ports(ranges: &[PortRange]) -> Vec<String> {
    let word = |range: &PortRange| match range.first == range.last {
        true => format!("{}/{}", range.first, range.protocol),
        false => format!("{}-{}/{}", range.first, range.last, range.protocol),
    };
    ranges.iter().map(word).collect()
}

/// What an end is called: `shop/web`, or its domain names or addresses.
pub(crate) fn end(end: End<'_>, separator: &str) -> String {
    match end {
        End::Workload(name) => name.to_string(),
        End::Controller => "ingress controller".to_owned(),
        End::Outside(Outside { addresses, names, .. }) if names.is_empty() => {
            ranges(addresses).join(separator)
        }
        End::Outside(Outside { addresses, names, .. }) => {
            let names: Vec<String> = names.iter().map(ToString::to_string).collect();
            match addresses.is_all() {
                true => names.join(separator),
                false => format!("{} at {}", names.join(separator), ranges(addresses).join(separator)),
            }
        }
    }
}
