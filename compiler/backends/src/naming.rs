//! Object names: readable, within Kubernetes' limits, stable under unrelated edits.
//!
//! A name is made from the object's own identity alone. Parts are joined by `--`, which no `.netpol` name contains, so
//! that two identities never meet by accident.

/// The name of the object that isolates a namespace.
pub(crate) const DEFAULT_DENY: &str = "default-deny";

/// The longest name every target takes: one DNS label.
const LONGEST: usize = 63;

/// Joins parts into a name of at most `longest` characters.
///
/// A name that would be too long, or would be taken for [`DEFAULT_DENY`], is cut and ends in a hash of all its parts.
pub(crate) fn object_name(parts: &[&str], longest: usize) -> String {
    let longest = longest.min(LONGEST);
    let parts: Vec<String> = parts.iter().filter(|part| !part.is_empty()).map(|part| label(part)).collect();
    let name = parts.join("--");
    if name.len() <= longest && name != DEFAULT_DENY {
        return name;
    }
    let hash = short_hash(&name);
    let kept: String = name.chars().take(longest.saturating_sub(hash.len() + 1)).collect();
    format!("{}-{hash}", kept.trim_end_matches('-'))
}

/// Eight hexadecimal digits that depend on the text alone (FNV-1a, folded).
pub(crate) fn short_hash(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("{:08x}", (hash ^ (hash >> 32)) as u32)
}

/// Lower case, with everything that a DNS label cannot hold as a hyphen.
fn label(text: &str) -> String {
    let lower = text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' });
    lower.collect::<String>().trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_cut_and_stay_apart() {
        let long = "a".repeat(80);
        let one = object_name(&[&long, "x"], 63);
        let two = object_name(&[&long, "y"], 63);
        assert_ne!(one, two);
        assert!(one.len() <= 63 && two.len() <= 63);
    }

    #[test]
    fn a_workload_cannot_take_the_name_of_the_default_deny() {
        assert_ne!(object_name(&["default-deny"], 63), DEFAULT_DENY);
        assert_eq!(object_name(&["app", "checkout", "api"], 63), "app--checkout--api");
    }
}
