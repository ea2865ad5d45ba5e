//! Sets of addresses, as sorted ranges.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use ipnet::{IpNet, Ipv4Subnets, Ipv6Subnets};

type Range = (u128, u128);

const LAST_V4: u128 = u32::MAX as u128;

/// A set of IPv4 and IPv6 addresses.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressSet {
    v4: Arc<[Range]>,
    v6: Arc<[Range]>,
}

impl AddressSet {
    /// Every address.
    pub fn all() -> AddressSet {
        thread_local! {
            static ALL: AddressSet =
                AddressSet { v4: Arc::from([(0, LAST_V4)]), v6: Arc::from([(0, u128::MAX)]) };
        }
        ALL.with(AddressSet::clone)
    }

    /// No address.
    pub fn none() -> AddressSet {
        AddressSet { v4: Arc::from([]), v6: Arc::from([]) }
    }

    /// The addresses of these blocks.
    pub fn of<'a>(blocks: impl IntoIterator<Item = &'a IpNet>) -> AddressSet {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for block in blocks {
            match block {
                IpNet::V4(net) => v4.push((bits4(net.network()), bits4(net.broadcast()))),
                IpNet::V6(net) => v6.push((bits6(net.network()), bits6(net.broadcast()))),
            }
        }
        AddressSet { v4: merged(v4), v6: merged(v6) }
    }

    /// Whether no address is in.
    pub fn is_empty(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty()
    }

    /// Whether every address is in.
    pub fn is_all(&self) -> bool {
        *self.v4 == [(0, LAST_V4)] && *self.v6 == [(0, u128::MAX)]
    }

    /// Whether the address is in.
    pub fn contains(&self, address: IpAddr) -> bool {
        let (ranges, bits) = match address {
            IpAddr::V4(a) => (&self.v4, bits4(a)),
            IpAddr::V6(a) => (&self.v6, bits6(a)),
        };
        ranges.iter().any(|(first, last)| (*first..=*last).contains(&bits))
    }

    /// Both.
    pub fn intersect(&self, other: &AddressSet) -> AddressSet {
        if self.is_all() {
            return other.clone();
        }
        if other.is_all() {
            return self.clone();
        }
        AddressSet { v4: meet(&self.v4, &other.v4), v6: meet(&self.v6, &other.v6) }
    }

    /// Either.
    pub fn union(&self, other: &AddressSet) -> AddressSet {
        let join = |a: &[Range], b: &[Range]| merged(a.iter().chain(b).copied().collect());
        AddressSet { v4: join(&self.v4, &other.v4), v6: join(&self.v6, &other.v6) }
    }

    /// Everything else.
    pub fn complement(&self) -> AddressSet {
        AddressSet { v4: gaps(&self.v4, LAST_V4), v6: gaps(&self.v6, u128::MAX) }
    }

    /// This without the other.
    pub fn subtract(&self, other: &AddressSet) -> AddressSet {
        self.intersect(&other.complement())
    }

    /// The IPv4 addresses among these.
    pub fn only_v4(&self) -> AddressSet {
        AddressSet { v4: self.v4.clone(), v6: Arc::from([]) }
    }

    /// The IPv6 addresses among these.
    pub fn only_v6(&self) -> AddressSet {
        AddressSet { v4: Arc::from([]), v6: self.v6.clone() }
    }

    /// The fewest blocks that hold exactly these addresses, ascending, IPv4 first.
    pub fn blocks(&self) -> Vec<IpNet> {
        let v4 = self.v4.iter().flat_map(|(first, last)| {
            Ipv4Subnets::new(Ipv4Addr::from_bits(*first as u32), Ipv4Addr::from_bits(*last as u32), 0)
                .map(IpNet::V4)
        });
        let v6 = self.v6.iter().flat_map(|(first, last)| {
            Ipv6Subnets::new(Ipv6Addr::from_bits(*first), Ipv6Addr::from_bits(*last), 0).map(IpNet::V6)
        });
        v4.chain(v6).collect()
    }

    /// An address of the set, preferring IPv4; inside a range its second address, so that it reads like a host.
    pub fn pick(&self) -> Option<IpAddr> {
        let host = |(first, last): &Range| if first < last { first + 1 } else { *first };
        let v4 = self.v4.first().map(|r| IpAddr::V4(Ipv4Addr::from_bits(host(r) as u32)));
        v4.or_else(|| self.v6.first().map(|r| IpAddr::V6(Ipv6Addr::from_bits(host(r)))))
    }
}

fn bits4(address: Ipv4Addr) -> u128 {
    u128::from(address.to_bits())
}

fn bits6(address: Ipv6Addr) -> u128 {
    address.to_bits()
}

fn merged(mut ranges: Vec<Range>) -> Arc<[Range]> {
    ranges.sort_unstable();
    let mut out: Vec<Range> = Vec::with_capacity(ranges.len());
    for (first, last) in ranges {
        match out.last_mut() {
            Some(open) if first <= open.1.saturating_add(1) => open.1 = open.1.max(last),
            Some(_) | None => out.push((first, last)),
        }
    }
    out.into()
}

fn meet(a: &[Range], b: &[Range]) -> Arc<[Range]> {
    let mut out = Vec::new();
    let (mut left, mut right) = (a.iter().peekable(), b.iter().peekable());
    while let (Some(x), Some(y)) = (left.peek(), right.peek()) {
        let (first, last) = (x.0.max(y.0), x.1.min(y.1));
        if first <= last {
            out.push((first, last));
        }
        if x.1 < y.1 {
            left.next();
        } else {
            right.next();
        }
    }
    out.into()
}

fn gaps(ranges: &[Range], limit: u128) -> Arc<[Range]> {
    let mut out = Vec::new();
    let mut next = Some(0u128);
    for (first, last) in ranges {
        if let Some(start) = next
            && start < *first
        {
            out.push((start, first - 1));
        }
        next = last.checked_add(1);
    }
    if let Some(start) = next
        && start <= limit
    {
        out.push((start, limit));
    }
    out.into()
}
