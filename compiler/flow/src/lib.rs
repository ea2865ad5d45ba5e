//! The words every stage shares: labels, selectors, addresses, ports, endpoints, flows, verdicts.
//!
//! Parsing and printing only; what a policy or a manifest means is decided elsewhere.

mod address;
mod date;
mod domain;
mod endpoint;
mod http;
mod label;
mod port;
mod selector;
mod sorted_set;

pub use address::{Family, family_of, network};
pub use date::Date;
pub use domain::DomainPattern;
pub use endpoint::{Endpoint, Flow, Pod, Relation, Side, Verdict};
pub use http::{HttpMatch, PathMatch, Request};
pub use ipnet::{IpNet, Ipv4Net, Ipv6Net};
pub use label::{Labels, is_dns_label, is_label_key, is_label_value, is_port_name};
pub use port::{PortRange, Protocol};
pub use selector::{Operator, Requirement, Selector};
pub use sorted_set::SortedSet;

/// Shared, immutable text: names, label values, file paths.
pub type Text = std::sync::Arc<str>;

/// The label every namespace carries with its own name, set by the API server and immutable.
///
/// Source: Kubernetes documentation, "Well-Known Labels", `kubernetes.io/metadata.name` (1.22 and later).
pub const NAMESPACE_NAME_LABEL: &str = "kubernetes.io/metadata.name";
