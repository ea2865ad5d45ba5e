//! Labels and the syntax Kubernetes gives their keys and values.

use std::collections::BTreeMap;

use crate::Text;

/// The labels of one pod or namespace.
pub type Labels = BTreeMap<Text, Text>;

/// Whether `text` may be a label key: an optional DNS-subdomain prefix of at most 253 characters and a name
/// of at most 63.
///
/// Source: apimachinery `pkg/util/validation`, `IsQualifiedName`.
pub fn is_label_key(text: &str) -> bool {
    match text.split_once('/') {
        Some((prefix, name)) => is_dns_subdomain(prefix) && is_name_part(name, 63, false),
        None => is_name_part(text, 63, false),
    }
}

/// Whether `text` may be a label value: empty, or at most 63 characters that begin and end alphanumeric.
pub fn is_label_value(text: &str) -> bool {
    is_name_part(text, 63, true)
}

/// Whether `text` is a DNS label as Kubernetes wants for namespace names (RFC 1123, at most 63 characters).
pub fn is_dns_label(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// Whether `text` may name a container port: at most 15 characters, lower case, digits and single inner
/// hyphens, with at least one letter.
///
/// Source: apimachinery `pkg/util/validation`, `IsValidPortName`.
pub fn is_port_name(text: &str) -> bool {
    (1..=15).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && text.bytes().any(|b| b.is_ascii_lowercase())
        && !text.starts_with('-')
        && !text.ends_with('-')
        && !text.contains("--")
}

fn is_dns_subdomain(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(is_dns_label)
}

fn is_name_part(text: &str, longest: usize, may_be_empty: bool) -> bool {
    if text.is_empty() {
        return may_be_empty;
    }
    let inner = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let edge = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_alphanumeric());
    text.len() <= longest && text.bytes().all(inner) && edge(text.bytes().next()) && edge(text.bytes().last())
}
