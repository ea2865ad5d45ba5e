//! Finding the rules that may cover a rule without looking at every other one.
//!
//! A rule that covers another must do so on its first pair of ends, and there each end of the broader rule says less:
//! the same namespace, one of the same labels, a parent domain, a shorter prefix. So each rule is stored under what
//! its ends say first, and looked up under everything that says less. A label's values split among several rules are
//! not put together again, nor are halves of an address block: what is not found is not reported.

use std::hash::{Hash, Hasher};

use netpol_flow::{DomainPattern, IpNet, Operator, Selector, SortedSet};
use netpol_model::{End, Namespaces, Pods, Rule};

/// More items than this in one end are not told apart.
const MANY: usize = 16;

/// What an end says, as far as it is told apart.
#[derive(Hash)]
enum Bucket<'a> {
    /// Anything: lists that are not told apart, ends without a namespace or a name.
    Wide,
    /// All external addresses.
    External,
    /// Nodes, the API server, the gateway.
    Kind(u8),
    /// Pods of a namespace.
    Namespace(&'a str),
    /// Those of them with a label.
    Label(&'a str, &'a str, &'a str),
    /// A domain.
    Domain(&'a str, bool),
    /// An address block.
    Block(IpNet),
}

/// The rules of a namespace by what their ends say.
#[derive(Debug, Default)]
pub(super) struct Buckets {
    entries: Vec<(u64, u32)>,
    lengths: Vec<(bool, u8)>,
}

impl Buckets {
    /// Stores rules under their place in the list.
    pub(super) fn of(rules: &[&Rule]) -> Buckets {
        let mut buckets = Buckets::default();
        for (at, rule) in rules.iter().enumerate() {
            let Ok(at) = u32::try_from(at) else { break };
            let (from, to) = (buckets.stored(&rule.from, 1), buckets.stored(&rule.to, MANY));
            for to in &to {
                buckets.entries.extend(from.iter().map(|from| (pair(*to, *from), at)));
            }
        }
        buckets.entries.sort_unstable();
        buckets.entries.dedup();
        buckets.lengths.sort_unstable();
        buckets.lengths.dedup();
        buckets
    }

    /// The places of rules that may cover every flow from one end to another.
    pub(super) fn candidates(&self, from: &End, to: &End) -> Vec<usize> {
        let (from, to) = (self.asked(from), self.asked(to));
        let mut found = Vec::new();
        for to in &to {
            for from in &from {
                let key = pair(*to, *from);
                let start = self.entries.partition_point(|(stored, _)| *stored < key);
                let same = self.entries.iter().skip(start).take_while(|(stored, _)| *stored == key);
                found.extend(same.map(|(_, at)| *at as usize));
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    fn stored(&mut self, ends: &[End], most: usize) -> Vec<u64> {
        if ends.len() > most {
            return vec![hash(&Bucket::Wide)];
        }
        let mut found = Vec::with_capacity(ends.len());
        for end in ends {
            match end {
                End::Any => found.push(Bucket::Wide),
                End::Pods(pods) => said_first(pods, &mut found),
                End::OtherTenants => found.push(Bucket::Kind(0)),
                End::Nodes => found.push(Bucket::Kind(1)),
                End::ApiServer => found.push(Bucket::Kind(2)),
                End::Gateway => found.push(Bucket::Kind(3)),
                End::Internet | End::Outside => found.push(Bucket::External),
                End::Addresses { blocks, .. } if blocks.len() <= MANY => {
                    self.lengths.extend(blocks.iter().map(length));
                    found.extend(blocks.iter().map(|block| Bucket::Block(block.trunc())));
                }
                End::Addresses { .. } => found.push(Bucket::External),
                End::Domain(DomainPattern::Exact(name)) => found.push(Bucket::Domain(name, false)),
                End::Domain(DomainPattern::Under(suffix)) => found.push(Bucket::Domain(suffix, true)),
            }
        }
        found.iter().map(hash).collect()
    }

    fn asked(&self, end: &End) -> Vec<u64> {
        let mut found = vec![Bucket::Wide];
        match end {
            End::Any => {}
            End::Pods(pods) => said_at_least(pods, &mut found),
            End::OtherTenants => found.push(Bucket::Kind(0)),
            End::Nodes => found.push(Bucket::Kind(1)),
            End::ApiServer => found.push(Bucket::Kind(2)),
            End::Gateway => found.push(Bucket::Kind(3)),
            End::Internet | End::Outside => found.push(Bucket::External),
            End::Addresses { blocks, .. } => {
                found.push(Bucket::External);
                if let Some(block) = blocks.first() {
                    let (is_v6, own) = length(block);
                    let shorter = self.lengths.iter().filter(|(v6, length)| *v6 == is_v6 && *length <= own);
                    let parent = |length: u8| IpNet::new(block.addr(), length).ok().map(|net| net.trunc());
                    found.extend(shorter.filter_map(|(_, length)| parent(*length)).map(Bucket::Block));
                }
            }
            End::Domain(pattern) => {
                found.push(Bucket::External);
                let name = match pattern {
                    DomainPattern::Exact(name) => {
                        found.push(Bucket::Domain(name, false));
                        name
                    }
                    DomainPattern::Under(suffix) => {
                        found.push(Bucket::Domain(suffix, true));
                        suffix
                    }
                };
                let parents = name.match_indices('.').filter_map(|(dot, _)| name.get(dot + 1..));
                found.extend(parents.map(|parent| Bucket::Domain(parent, true)));
            }
        }
        found.iter().map(hash).collect()
    }
}

/// What pods of a broader rule say first: the values of their first label condition that lists any.
fn said_first<'a>(pods: &'a Pods, found: &mut Vec<Bucket<'a>>) {
    let names = match &pods.namespaces {
        Namespaces::Named(names) if names.len() <= MANY => names,
        Namespaces::Named(_) | Namespaces::Every | Namespaces::Matching(_) => {
            found.push(Bucket::Wide);
            return;
        }
    };
    let first = listing(&pods.selector).next().filter(|(_, values)| values.len() <= MANY);
    for name in names {
        match first {
            Some((key, values)) => found.extend(values.iter().map(|value| Bucket::Label(name, key, value))),
            None => found.push(Bucket::Namespace(name)),
        }
    }
}

/// What pods of a broader rule may have said, for it to hold these.
fn said_at_least<'a>(pods: &'a Pods, found: &mut Vec<Bucket<'a>>) {
    let Namespaces::Named(names) = &pods.namespaces else { return };
    let Some(name) = names.first() else { return };
    found.push(Bucket::Namespace(name));
    for (key, values) in listing(&pods.selector) {
        found.extend(values.first().map(|value| Bucket::Label(name, key, value)));
    }
}

fn listing(selector: &Selector) -> impl Iterator<Item = (&str, &SortedSet<netpol_flow::Text>)> {
    let listing = selector.requirements.iter().filter(|requirement| requirement.operator == Operator::In);
    listing.map(|requirement| (&*requirement.key, &requirement.values))
}

fn length(block: &IpNet) -> (bool, u8) {
    (matches!(block, IpNet::V6(_)), block.prefix_len())
}

fn hash(bucket: &Bucket<'_>) -> u64 {
    let mut hasher = Fnv(0xcbf2_9ce4_8422_2325);
    bucket.hash(&mut hasher);
    hasher.finish()
}

/// FNV-1a: short keys, and nothing rests on two of them differing.
struct Fnv(u64);

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn write_isize(&mut self, number: isize) {
        self.0 = (self.0 ^ number.cast_unsigned() as u64).wrapping_mul(0x0100_0000_01b3);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Two buckets as one; that two pairs fall together costs a comparison and changes no answer.
fn pair(to: u64, from: u64) -> u64 {
    to.rotate_left(17) ^ from.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
