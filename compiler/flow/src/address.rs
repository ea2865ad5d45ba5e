//! Address blocks.

use std::net::IpAddr;

use ipnet::IpNet;

/// An address family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

/// The family of a block.
pub fn family_of(block: &IpNet) -> Family {
    match block {
        IpNet::V4(_) => Family::V4,
        IpNet::V6(_) => Family::V6,
    }
}

/// The block of one address: `/32` or `/128`.
pub fn network(address: IpAddr) -> IpNet {
    IpNet::from(address)
}
