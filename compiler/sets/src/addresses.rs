//! Sets of addresses, as sorted ranges.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, LazyLock};

use ipnet::{IpNet, Ipv4Subnets, Ipv6Subnets};

/// A set of IPv4 and IPv6 addresses.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressSet {
    /// None for every address, which nearly every set of pods has.
    ranges: Option<Arc<Ranges>>,
}

/// The first address and the last.
type Range<B> = (B, B);

/// Sorted, disjoint ranges that do not touch.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Ranges {
    v4: Vec<Range<u32>>,
    v6: Vec<Range<u128>>,
}

impl AddressSet {
    /// Every address.
    pub const fn all() -> AddressSet {
        AddressSet { ranges: None }
    }

    /// No address.
    pub fn none() -> AddressSet {
        static NONE: LazyLock<Arc<Ranges>> = LazyLock::new(Arc::default);
        AddressSet { ranges: Some(Arc::clone(&NONE)) }
    }

    /// The addresses of these blocks.
    pub fn of<'a>(blocks: impl IntoIterator<Item = &'a IpNet>) -> AddressSet {
        let mut ranges = Ranges::default();
        for block in blocks {
            match block {
                IpNet::V4(net) => ranges.v4.push((net.network().to_bits(), net.broadcast().to_bits())),
                IpNet::V6(net) => ranges.v6.push((net.network().to_bits(), net.broadcast().to_bits())),
            }
        }
        AddressSet::from(Ranges { v4: merged(ranges.v4), v6: merged(ranges.v6) })
    }

    /// The ranges of each family.
    fn families(&self) -> (&[Range<u32>], &[Range<u128>]) {
        match &self.ranges {
            Some(ranges) => (&ranges.v4, &ranges.v6),
            None => (&[(0, u32::MAX)], &[(0, u128::MAX)]),
        }
    }

    /// Whether no address is in.
    pub fn is_empty(&self) -> bool {
        self.ranges.as_ref().is_some_and(|ranges| ranges.v4.is_empty() && ranges.v6.is_empty())
    }

    /// Whether every address is in.
    pub fn is_all(&self) -> bool {
        self.ranges.is_none()
    }

    /// Whether the address is in.
    pub fn contains(&self, address: IpAddr) -> bool {
        let (v4, v6) = self.families();
        match address {
            IpAddr::V4(a) => v4.iter().any(|(first, last)| (*first..=*last).contains(&a.to_bits())),
            IpAddr::V6(a) => v6.iter().any(|(first, last)| (*first..=*last).contains(&a.to_bits())),
        }
    }

    /// Both.
    pub fn intersect(&self, other: &AddressSet) -> AddressSet {
        let (Some(mine), Some(theirs)) = (&self.ranges, &other.ranges) else {
            return if self.is_all() { other.clone() } else { self.clone() };
        };
        if Arc::ptr_eq(mine, theirs) {
            return self.clone();
        }
        AddressSet::from(Ranges { v4: meet(&mine.v4, &theirs.v4), v6: meet(&mine.v6, &theirs.v6) })
    }

    /// Either.
    pub fn union(&self, other: &AddressSet) -> AddressSet {
        let ((v4, v6), (more_v4, more_v6)) = (self.families(), other.families());
        AddressSet::from(Ranges { v4: merged([v4, more_v4].concat()), v6: merged([v6, more_v6].concat()) })
    }

    /// Everything else.
    pub fn complement(&self) -> AddressSet {
        let (v4, v6) = self.families();
        AddressSet::from(Ranges { v4: gaps(v4), v6: gaps(v6) })
    }

    /// This without the other.
    pub fn subtract(&self, other: &AddressSet) -> AddressSet {
        if other.is_all() {
            return AddressSet::none();
        }
        self.intersect(&other.complement())
    }

    /// The IPv4 addresses among these.
    pub fn only_v4(&self) -> AddressSet {
        AddressSet::from(Ranges { v4: self.families().0.to_vec(), v6: Vec::new() })
    }

    /// The IPv6 addresses among these.
    pub fn only_v6(&self) -> AddressSet {
        AddressSet::from(Ranges { v4: Vec::new(), v6: self.families().1.to_vec() })
    }

    /// The fewest blocks that hold exactly these addresses, ascending, IPv4 first.
    pub fn blocks(&self) -> Vec<IpNet> {
        let (v4, v6) = self.families();
        let v4 = v4.iter().flat_map(|(first, last)| {
            Ipv4Subnets::new(Ipv4Addr::from_bits(*first), Ipv4Addr::from_bits(*last), 0).map(IpNet::V4)
        });
        let v6 = v6.iter().flat_map(|(first, last)| {
            Ipv6Subnets::new(Ipv6Addr::from_bits(*first), Ipv6Addr::from_bits(*last), 0).map(IpNet::V6)
        });
        v4.chain(v6).collect()
    }

    /// An address of the set, preferring IPv4; inside a range its second address, so that it reads like a host.
    pub fn pick(&self) -> Option<IpAddr> {
        let (v4, v6) = self.families();
        let v4 = v4.first().map(|range| IpAddr::V4(Ipv4Addr::from_bits(host(range))));
        v4.or_else(|| v6.first().map(|range| IpAddr::V6(Ipv6Addr::from_bits(host(range)))))
    }
}

impl From<Ranges> for AddressSet {
    fn from(ranges: Ranges) -> Self {
        let all = ranges.v4 == [(0, u32::MAX)] && ranges.v6 == [(0, u128::MAX)];
        AddressSet { ranges: (!all).then(|| Arc::new(ranges)) }
    }
}

/// An address as a number.
trait Bits: Copy + Ord {
    const FIRST: Self;
    const LAST: Self;
    fn next(self) -> Option<Self>;
    fn previous(self) -> Option<Self>;
}

impl Bits for u32 {
    const FIRST: u32 = 0;
    const LAST: u32 = u32::MAX;

    fn next(self) -> Option<u32> {
        self.checked_add(1)
    }

    fn previous(self) -> Option<u32> {
        self.checked_sub(1)
    }
}

impl Bits for u128 {
    const FIRST: u128 = 0;
    const LAST: u128 = u128::MAX;

    fn next(self) -> Option<u128> {
        self.checked_add(1)
    }

    fn previous(self) -> Option<u128> {
        self.checked_sub(1)
    }
}

fn host<B: Bits>((first, last): &Range<B>) -> B {
    first.next().filter(|second| second <= last).unwrap_or(*first)
}

fn merged<B: Bits>(mut ranges: Vec<Range<B>>) -> Vec<Range<B>> {
    ranges.sort_unstable();
    let mut out: Vec<Range<B>> = Vec::with_capacity(ranges.len());
    for (first, last) in ranges {
        match out.last_mut() {
            Some(open) if first.previous().is_none_or(|before| before <= open.1) => open.1 = open.1.max(last),
            Some(_) | None => out.push((first, last)),
        }
    }
    out
}

fn meet<B: Bits>(a: &[Range<B>], b: &[Range<B>]) -> Vec<Range<B>> {
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
    out
}

fn gaps<B: Bits>(ranges: &[Range<B>]) -> Vec<Range<B>> {
    let mut out = Vec::new();
    let mut next = Some(B::FIRST);
    for (first, last) in ranges {
        if let (Some(start), Some(before)) = (next, first.previous())
            && start <= before
        {
            out.push((start, before));
        }
        next = last.next();
    }
    out.extend(next.map(|start| (start, B::LAST)));
    out
}
