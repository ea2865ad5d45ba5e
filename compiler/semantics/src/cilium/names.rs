//! Domain names and patterns of `toFQDNs` and `rules.dns`.

use netpol_flow::Text;

/// A `matchName` or `matchPattern`, in lower case and without a final dot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NamePattern {
    /// Exactly this name.
    Exact(Text),
    /// Every name: the pattern `*`.
    Every,
    /// `*` stands for any characters of one label.
    Glob(Text),
    /// `**.` and this glob: one or more whole labels before it. Before 1.19 exactly one (`CIL-21`).
    Deep(Text),
}

const LONGEST: usize = 255;

/// A `matchName`.
pub(crate) fn name(text: &str) -> Result<NamePattern, String> {
    let plain = canonical(text);
    let is_name =
        !plain.is_empty() && !plain.split('.').any(str::is_empty) && plain.chars().all(is_in_label_or_dot);
    if is_name && text.len() <= LONGEST {
        Ok(NamePattern::Exact(plain.into()))
    } else {
        Err(format!("`{text}` is not a domain name"))
    }
}

/// A `matchPattern`.
///
/// Source: `pkg/fqdn/matchpattern/matchpattern.go`.
pub(crate) fn pattern(text: &str) -> Result<NamePattern, String> {
    let plain = canonical(text);
    let is_pattern = !plain.is_empty() && plain.chars().all(|c| is_in_label_or_dot(c) || c == '*');
    if !is_pattern || text.len() > LONGEST {
        return Err(format!("`{text}` is not a domain name pattern"));
    }
    Ok(match plain.strip_prefix("**.") {
        _ if plain == "*" => NamePattern::Every,
        Some(rest) => NamePattern::Deep(rest.into()),
        None if plain.contains('*') => NamePattern::Glob(plain.into()),
        None => NamePattern::Exact(plain.into()),
    })
}

fn canonical(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    lower.strip_suffix('.').unwrap_or(&lower).to_owned()
}

fn is_in_label(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}

fn is_in_label_or_dot(c: char) -> bool {
    is_in_label(c) || c == '.'
}

impl NamePattern {
    /// Whether the name (lower case, no final dot) is in the set, as this version of Cilium reads it.
    pub(crate) fn matches(&self, version: (u8, u8), name: &str) -> bool {
        match self {
            NamePattern::Exact(exact) => &**exact == name,
            NamePattern::Every => true,
            NamePattern::Glob(glob) => glob_matches(glob, name),
            NamePattern::Deep(rest) if version < (1, 19) => name
                .split_once('.')
                .is_some_and(|(label, after)| label.chars().all(is_in_label) && glob_matches(rest, after)),
            NamePattern::Deep(rest) => tails(name).any(|tail| glob_matches(rest, tail)),
        }
    }
}

/// What is left of a name after one, two, … of its labels, none of them empty.
fn tails(name: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(name);
    std::iter::from_fn(move || {
        let (label, tail) = rest?.split_once('.')?;
        rest = Some(tail);
        (!label.is_empty()).then_some(tail)
    })
}

/// Whether the text is the pattern with each `*` replaced by characters of one label. Greedy with one point to come
/// back to, so the time is bounded by the product of the lengths.
fn glob_matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at, mut here) = (0, 0);
    let mut resume: Option<(usize, usize)> = None;
    loop {
        match (pattern.get(at), text.get(here)) {
            (Some(b'*'), _) => {
                resume = Some((at + 1, here));
                at += 1;
                continue;
            }
            (Some(wanted), Some(found)) if wanted == found => {
                at += 1;
                here += 1;
                continue;
            }
            (None, None) => return true,
            (Some(_) | None, _) => {}
        }
        // The last `*` takes one more character, which a dot cannot be.
        match resume.and_then(|(after, from)| text.get(from).map(|byte| (after, from, *byte))) {
            Some((after, from, byte)) if is_in_label(char::from(byte)) => {
                resume = Some((after, from + 1));
                at = after;
                here = from + 1;
            }
            Some(_) | None => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(text: &str, name: &str) -> bool {
        pattern(text).unwrap().matches((1, 19), name)
    }

    #[test]
    fn a_star_stays_inside_one_label() {
        assert!(matches("*.x.com", "a.x.com"));
        assert!(!matches("*.x.com", "a.b.x.com"));
        assert!(!matches("*.x.com", "x.com"));
        assert!(matches("api-*.x.com", "api-.x.com"));
        assert!(matches("*a*.com", "banana.com"));
        assert!(!matches("*a*.com", "a.b.com"));
        assert!(!matches("*.*.com", "a.com"));
        assert!(matches("*.*.com", "a.b.com"));
    }

    #[test]
    fn a_star_at_the_front_takes_other_owners_names() {
        assert!(matches("*x.com", "evilx.com"), "CIL-22");
        assert!(!matches("*x.com", "a.x.com"), "CIL-22");
    }

    #[test]
    fn two_stars_take_any_depth_since_1_19() {
        let deep = pattern("**.x.com").unwrap();
        assert!(deep.matches((1, 19), "a.x.com") && deep.matches((1, 19), "a.b.x.com"));
        assert!(!deep.matches((1, 19), "x.com"));
        assert!(deep.matches((1, 18), "a.x.com") && !deep.matches((1, 18), "a.b.x.com"), "CIL-21");
    }

    #[test]
    fn the_sole_star_takes_every_name() {
        assert!(matches("*", "a.b.c"));
    }

    #[test]
    fn case_and_the_final_dot_do_not_matter() {
        assert!(matches("API.x.COM.", "api.x.com"));
        assert_eq!(name("API.x.COM."), Ok(NamePattern::Exact("api.x.com".into())));
    }

    #[test]
    fn what_is_no_name_is_refused() {
        assert!(name("*.x.com").is_err() && name("").is_err() && name("a..b").is_err());
        assert!(pattern("a/b").is_err());
    }
}
