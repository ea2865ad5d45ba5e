//! Transport protocols and port ranges.

use std::fmt;

/// A transport protocol of the universe. ICMP and the rest are outside it (amendment B21).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// SCTP.
    Sctp,
}

impl Protocol {
    /// The three protocols, in the order they are printed.
    pub const ALL: [Protocol; 3] = [Protocol::Tcp, Protocol::Udp, Protocol::Sctp];

    /// `TCP`, `UDP`, `SCTP`, as Kubernetes writes them.
    pub fn name(self) -> &'static str {
        match self {
            Protocol::Tcp => "TCP",
            Protocol::Udp => "UDP",
            Protocol::Sctp => "SCTP",
        }
    }

    /// `tcp`, `udp`, `sctp`, as `.netpol` writes them.
    pub fn word(self) -> &'static str {
        match self {
            Protocol::Tcp => "tcp",
            Protocol::Udp => "udp",
            Protocol::Sctp => "sctp",
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Ports of one protocol from `first` to `last`, both included; `first` is at least 1 and at most `last`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortRange {
    /// The protocol.
    pub protocol: Protocol,
    /// The lowest port.
    pub first: u16,
    /// The highest port.
    pub last: u16,
}

impl PortRange {
    /// One port.
    pub fn one(protocol: Protocol, port: u16) -> Self {
        PortRange { protocol, first: port, last: port }
    }

    /// Every port of a protocol.
    pub fn every(protocol: Protocol) -> Self {
        PortRange { protocol, first: 1, last: u16::MAX }
    }

    /// Whether this is every port of its protocol.
    pub fn is_every(&self) -> bool {
        self.first <= 1 && self.last == u16::MAX
    }

    /// Whether the range holds `port` of `protocol`.
    pub fn contains(&self, protocol: Protocol, port: u16) -> bool {
        self.protocol == protocol && (self.first..=self.last).contains(&port)
    }
}

/// As `.netpol` writes it: `tcp/8080`, `udp/53`, `tcp/8000-8999`, `sctp/*`.
impl fmt::Display for PortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = self.protocol.word();
        if self.is_every() {
            write!(f, "{word}/*")
        } else if self.first == self.last {
            write!(f, "{word}/{}", self.first)
        } else {
            write!(f, "{word}/{}-{}", self.first, self.last)
        }
    }
}
