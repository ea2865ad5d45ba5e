//! Address blocks as manifests write them.

use ipnet::IpNet;
use netpol_flow::Endpoint;

use crate::trace::{Match, doubt};

/// A block in canonical form: no host bits, no leading zeros, no bare address.
///
/// The API server takes sloppier text, and implementations then differ (`K8S-10`, `K8S-11`, `CAL-09`), so nothing
/// but the canonical form has one meaning.
pub(crate) fn parse_canonical(text: &str) -> Result<IpNet, String> {
    if !text.contains('/') {
        return Err(format!("`{text}` is an address without a prefix length"));
    }
    let block = parse(text).ok_or_else(|| format!("`{text}` is not an address block"))?;
    if block.trunc() != block {
        return Err(format!("`{text}` has host bits set; the block is `{}`", block.trunc()));
    }
    if let IpNet::V6(six) = block
        && six.addr().to_ipv4_mapped().is_some()
    {
        return Err(format!("`{text}` is an IPv4 block written as IPv6"));
    }
    Ok(block)
}

/// A block, host bits or not, with an address and a length that have no leading zeros. The parser of `ipnet` takes
/// leading zeros, so it is not used.
pub(crate) fn parse(text: &str) -> Option<IpNet> {
    let (address, length) = text.split_once('/')?;
    let is_plain = length == "0" || !length.starts_with(['0', '+']);
    let length: u8 = length.parse().ok().filter(|_| is_plain)?;
    IpNet::new(address.parse().ok()?, length).ok()
}

/// Whether `inner` is a proper part of `outer`.
pub(crate) fn is_strictly_inside(inner: &IpNet, outer: &IpNet) -> bool {
    outer.contains(inner) && inner != outer
}

/// Whether the endpoint's address, whatever the endpoint is, lies in the block and in none of the exceptions.
pub(crate) fn holds(block: &IpNet, except: &[IpNet], endpoint: &Endpoint) -> Match {
    match endpoint.address() {
        Some(address) => Ok(block.contains(&address) && !except.iter().any(|e| e.contains(&address))),
        None => doubt(format!("whether {block} holds {endpoint} depends on its address, which is not given")),
    }
}
