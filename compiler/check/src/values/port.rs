//! Ports by number.

use netpol_diagnostics::{Code, Diagnostic, Span};
use netpol_flow::{PortRange, Protocol};

/// Reads `8080` or `8000-8999`; a bare number is tcp.
pub(crate) fn parse_number(text: &str, place: Span) -> Result<PortRange, Diagnostic> {
    parse_range(Protocol::Tcp, text, text, place)
}

/// Reads `udp/53`, `tcp/*`, and refuses `icmp`.
pub(crate) fn parse_with_protocol(text: &str, place: Span) -> Result<PortRange, Diagnostic> {
    let (word, rest) = text.split_once('/').unwrap_or((text, ""));
    if word.eq_ignore_ascii_case("icmp") {
        let found = Diagnostic::new(Code(311), "`icmp` has no ports and is not spoken of in this edition");
        let found = found.at(place, "not a port");
        let found =
            found.note("port `any` is emitted without ports and so carries ICMP where the target does");
        return Err(found.help("name the ports, or write `any`"));
    }
    let Some(protocol) = Protocol::ALL.into_iter().find(|protocol| protocol.word() == word) else {
        let found =
            Diagnostic::new(Code(311), format!("`{text}` is not a port")).at(place, "unknown protocol");
        return Err(found.help("the protocols are tcp, udp and sctp"));
    };
    if rest == "*" {
        return Ok(PortRange::every(protocol));
    }
    parse_range(protocol, rest, text, place)
}

fn parse_range(protocol: Protocol, range: &str, text: &str, place: Span) -> Result<PortRange, Diagnostic> {
    let wrong =
        |why: &str| Diagnostic::new(Code(311), format!("`{text}` is not a port")).at(place, why.to_owned());
    let (first, last) = range.split_once('-').unwrap_or((range, range));
    let number = |text: &str| text.parse::<u16>().ok().filter(|port| *port > 0);
    let (Some(low), Some(high)) = (number(first), number(last)) else {
        return Err(wrong("out of range").help("ports are 1 to 65535"));
    };
    if low > high {
        let turned = text.replacen(range, &format!("{high}-{low}"), 1);
        return Err(wrong("from high to low").fix("write the lower port first", place, turned));
    }
    Ok(PortRange { protocol, first: low, last: high })
}

/// The error for `8080/tcp`, `TCP/8080`, `tcp/https`.
pub(crate) fn slip(text: &str, place: Span) -> Diagnostic {
    let found = Diagnostic::new(Code(311), format!("`{text}` is not a port"))
        .at(place, "written the other way round");
    let Some((left, right)) = text.split_once('/') else { return found };
    let (number, word) = if left.bytes().all(|b| b.is_ascii_digit()) { (left, right) } else { (right, left) };
    let word = word.to_ascii_lowercase();
    if number.bytes().all(|b| b.is_ascii_digit() || b == b'-') {
        let written = format!("{word}/{number}");
        return found.fix(format!("write `{written}`"), place, written);
    }
    let found = Diagnostic::new(Code(311), format!("`{text}` is not a port"))
        .at(place, "a name has its own protocol");
    found.help(format!("write the name alone: `{number}`"))
}
