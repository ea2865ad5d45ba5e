//! Addresses, domains and pages written as elsewhere.

use super::{Context, Slip};
use crate::patch::Patch;
use std::net::Ipv4Addr;

/// `https://api.example.com`.
pub(super) fn url(context: &Context<'_>, found: &mut Vec<Slip>) {
    let run = context.run();
    let text = context.slice(run.clone());
    let Some((scheme, rest)) = text.split_once("://") else { return };
    let host_and_port = rest.split('/').next().unwrap_or("");
    let (host, port) = match host_and_port.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (host_and_port, None),
    };
    if context.slice(0..run.start).trim_end().ends_with("ticket") {
        found.push(
            Slip::new("this ticket needs quotes", run.clone(), "not a plain word").fix(
                "write it in quotes",
                vec![Patch::insert(run.start, "\""), Patch::insert(run.end, "\"")],
            ),
        );
        return;
    }
    let path = rest.get(host_and_port.len()..).unwrap_or("").trim_end_matches('/');
    let slip =
        Slip::new("a domain is expected, not the address of a page", run.clone(), "starts with a scheme");
    let repair = vec![Patch::replace(run, host)];
    found.push(if path.is_empty() && port.is_none() && !scheme.is_empty() {
        slip.fix(format!("write `{host}`"), repair)
    } else {
        let stated = port.map_or_else(String::new, |port| format!(", and its port {port} after `egress`"));
        slip.guess(format!("write `{host}`{stated}; a rule is for the whole host"), repair)
    });
}

/// `10.0.0/8`, `10.1.2.3-10.1.2.9` and other almost-addresses.
pub(super) fn not_an_address(context: &Context<'_>, found: &mut Vec<Slip>) {
    let run = context.run();
    let text = context.slice(run.clone());
    if !text.starts_with(|first: char| first.is_ascii_digit()) || text.len() > 64 {
        return;
    }
    let slip =
        |label: &str| Slip::new(format!("`{text}` is not an address range"), run.clone(), label).code(302);
    if let Some((low, high)) = text.split_once('-')
        && let (Ok(low), Ok(high)) = (low.parse::<Ipv4Addr>(), high.parse::<Ipv4Addr>())
    {
        let blocks = blocks(low, high);
        let in_list = context.slice(0..run.start).trim_end().ends_with([',', '[']);
        let list = blocks.join(", ");
        found.push(match blocks.as_slice() {
            [] => slip("it ends before it starts").help("write blocks such as `10.1.2.0/24`"),
            [_] => slip("a range from one address to another")
                .fix(format!("write `{list}`"), vec![Patch::replace(run.clone(), list)]),
            _ if in_list => slip("a range from one address to another")
                .fix(format!("write `{list}`"), vec![Patch::replace(run.clone(), list)]),
            _ => slip("a range from one address to another")
                .fix(format!("write `[{list}]`"), vec![Patch::replace(run.clone(), format!("[{list}]"))]),
        });
        return;
    }
    let (numbers, prefix) = match text.split_once('/') {
        Some((numbers, prefix)) => (numbers, Some(prefix)),
        None => (text, None),
    };
    let octets: Vec<&str> = numbers.split('.').collect();
    let all_numbers =
        octets.iter().all(|octet| !octet.is_empty() && octet.bytes().all(|byte| byte.is_ascii_digit()));
    if !all_numbers || octets.len() < 2 {
        return;
    }
    match (octets.len(), prefix) {
        (2 | 3, Some(prefix))
            if prefix.parse::<u8>().is_ok_and(|prefix| usize::from(prefix) <= octets.len() * 8) =>
        {
            let mut full = octets;
            full.resize(4, "0");
            let full = format!("{}/{prefix}", full.join("."));
            found.push(
                slip("an address has four numbers")
                    .fix(format!("write `{full}`"), vec![Patch::replace(run, full)]),
            );
        }
        (4, Some(mask)) if mask.parse::<Ipv4Addr>().is_ok() => {
            let bits = mask.parse::<Ipv4Addr>().map_or(0, u32::from);
            if bits.leading_ones() + bits.trailing_zeros() >= 32 {
                let full = format!("{numbers}/{}", bits.leading_ones());
                found.push(
                    slip("a mask stands after the slash")
                        .fix(format!("write `{full}`"), vec![Patch::replace(run, full)]),
                );
            }
        }
        (4, None) if numbers.parse::<Ipv4Addr>().is_ok() => {}
        (4, Some(prefix))
            if numbers.parse::<Ipv4Addr>().is_ok() && prefix.bytes().all(|byte| byte.is_ascii_digit()) => {}
        _ => found.push(
            slip("an address has four numbers, and a block a `/` with the number of its fixed bits")
                .help("write an address such as `10.1.2.3` or a block such as `10.1.0.0/16`"),
        ),
    }
}

/// The blocks that cover the addresses from `low` to `high`; empty where there are none.
fn blocks(low: Ipv4Addr, high: Ipv4Addr) -> Vec<String> {
    let (mut low, high) = (u64::from(u32::from(low)), u64::from(u32::from(high)));
    let mut blocks = Vec::new();
    while low <= high {
        let mut bits = 32_u32;
        while bits > 0 {
            let size = 1_u64 << (33 - bits);
            if !low.is_multiple_of(size) || low + size - 1 > high {
                break;
            }
            bits -= 1;
        }
        let Ok(start) = u32::try_from(low) else { break };
        let address = Ipv4Addr::from(start);
        blocks.push(if bits == 32 { address.to_string() } else { format!("{address}/{bits}") });
        low += 1_u64 << (32 - bits);
    }
    blocks
}

/// `api.example.com.`.
pub(super) fn trailing_dot(context: &Context<'_>, found: &mut Vec<Slip>) {
    let run = context.run();
    let text = context.slice(run.clone());
    let host = text.split(':').next().unwrap_or("");
    let Some(name) = host.strip_suffix('.').filter(|name| name.contains('.')) else { return };
    let dot = run.start + name.len();
    found.push(
        Slip::new("a domain has no dot at its end", dot..dot + 1, "every domain here is complete")
            .fix(format!("write `{name}`"), vec![Patch::replace(dot..dot + 1, "")])
            .holds_alone(),
    );
}

/// `egress https to api.example.com:443`.
pub(super) fn port_after_host(context: &Context<'_>, found: &mut Vec<Slip>) {
    let (at, rest) = context.rest();
    let Some(direction) = ["egress", "ingress"].into_iter().find(|word| context.has_word(word)) else {
        return;
    };
    if !rest.starts_with(':') {
        return;
    }
    let port = rest.get(1..).unwrap_or("").split([' ', '\t', ',', ']', '\n']).next().unwrap_or("");
    if port.is_empty() || rest.starts_with("::") {
        return;
    }
    let place = at..at + 1 + port.len();
    let Some(word) = find_word(context.text, direction) else { return };
    let services_at = word + direction.len();
    let edge = if direction == "egress" { "to" } else { "from" };
    let Some(edge_at) = find_word(context.text, edge) else { return };
    let services = context.slice(services_at..edge_at).trim();
    let same = services == port
        || matches!((services, port), ("https", "443") | ("http", "80") | ("443", "https") | ("80", "http"));
    let slip = Slip::new(format!("the port stands after `{direction}`"), place.clone(), "not here");
    let remove = Patch::replace(place, "");
    found.push(if services.is_empty() {
        slip.fix(
            format!("write `{direction} {port} {edge} …`"),
            vec![Patch::insert(services_at, format!(" {port}")), remove],
        )
    } else if same {
        slip.fix("remove it; the port is there already", vec![remove])
    } else {
        slip.guess(
            format!("ports `{services}` stand after `{direction}`; remove this one, or write it there"),
            vec![remove],
        )
    });
}

/// Where a word stands between spaces.
fn find_word(text: &str, word: &str) -> Option<usize> {
    let free =
        |byte: Option<&u8>| byte.is_none_or(|byte| byte.is_ascii_whitespace() || matches!(byte, b'[' | b']'));
    let bytes = text.as_bytes();
    text.match_indices(word).map(|(at, _)| at).find(|at| {
        free(at.checked_sub(1).and_then(|before| bytes.get(before))) && free(bytes.get(at + word.len()))
    })
}
