//! The words of the language: which are reserved, which start a statement, and which a misspelt one may stand for.

use crate::layout;
use crate::tree::Builtin;

/// Words that start a clause.
pub const CLAUSES: &[&str] = &["because", "ticket", "owner", "until", "reviewed", "only", "log", "alert"];

/// Words that start a statement.
pub const STATEMENTS: &[&str] = &[
    "allow",
    "app",
    "apply",
    "baseline",
    "can",
    "cannot",
    "cluster",
    "deny",
    "domain",
    "edition",
    "egress",
    "except",
    "expose",
    "group",
    "guardrail",
    "ingress",
    "mode",
    "namespace",
    "net",
    "pattern",
    "port",
    "require",
    "sealed",
    "tenant",
    "test",
    "tiers",
    "use",
    "waive",
    "workload",
];

/// Words that start a line of a `cluster` block.
pub const ATTRIBUTES: &[&str] =
    &["pods", "services", "nodes", "apiserver", "shared", "cluster-gateway", "system", "undeclared"];

/// Words that go on with a statement, or say what kind of thing a parameter is.
pub const INNER: &[&str] = &[
    "account",
    "as",
    "at",
    "audit",
    "by",
    "closed",
    "critical",
    "cross-namespace",
    "egress-only",
    "enforce",
    "every",
    "external",
    "from",
    "host-network",
    "http",
    "in",
    "ingress-only",
    "label",
    "matching",
    "namespaces",
    "notin",
    "on",
    "open",
    "owns",
    "pod",
    "ports",
    "prefix",
    "rule",
    "selects",
    "text",
    "to",
    "warning",
    "within",
];

/// Whether a word has a meaning of its own somewhere in the language.
pub fn is_word(word: &str) -> bool {
    [CLAUSES, STATEMENTS, ATTRIBUTES, INNER, BUILTINS].iter().any(|words| words.contains(&word))
}

/// Whether a word is a name only between backticks.
pub fn is_reserved(word: &str) -> bool {
    builtin(word).is_some()
        || matches!(
            word,
            "alert"
                | "allow"
                | "apply"
                | "because"
                | "can"
                | "cannot"
                | "deny"
                | "edition"
                | "egress"
                | "except"
                | "expose"
                | "from"
                | "icmp"
                | "ingress"
                | "log"
                | "only"
                | "owner"
                | "pod"
                | "require"
                | "reviewed"
                | "tenant"
                | "ticket"
                | "to"
                | "until"
                | "use"
                | "waive"
        )
}

/// The words that are ends by themselves.
pub const BUILTINS: &[&str] = &[
    "all",
    "pods",
    "tenants",
    "other-tenants",
    "system",
    "internet",
    "outside",
    "any",
    "nodes",
    "apiserver",
    "cluster-gateway",
    "other-pods",
];

/// The built-in end a word stands for.
pub fn builtin(word: &str) -> Option<Builtin> {
    Some(match word {
        "all" => Builtin::All,
        "pods" => Builtin::Pods,
        "tenants" => Builtin::Tenants,
        "other-tenants" => Builtin::OtherTenants,
        "system" => Builtin::System,
        "internet" => Builtin::Internet,
        "outside" => Builtin::Outside,
        "any" => Builtin::Any,
        "nodes" => Builtin::Nodes,
        "apiserver" => Builtin::ApiServer,
        "cluster-gateway" => Builtin::ClusterGateway,
        "other-pods" => Builtin::OtherPods,
        _ => return None,
    })
}

/// Whether a word that starts a line starts a statement or a clause and is never an item of a list.
pub(crate) fn starts_only_a_statement(word: &str) -> bool {
    CLAUSES.contains(&word)
        || matches!(
            word,
            "allow"
                | "apply"
                | "can"
                | "cannot"
                | "deny"
                | "edition"
                | "egress"
                | "except"
                | "expose"
                | "from"
                | "ingress"
                | "require"
                | "to"
                | "use"
                | "waive"
        )
}

/// Whether a word declares something when a name follows it, and may be a name itself.
pub(crate) fn declares(word: &str) -> bool {
    matches!(
        word,
        "app"
            | "baseline"
            | "cluster"
            | "domain"
            | "group"
            | "guardrail"
            | "mode"
            | "namespace"
            | "net"
            | "pattern"
            | "port"
            | "sealed"
            | "test"
            | "tiers"
            | "workload"
    )
}

/// Whether a declaration stands at top level only.
pub(crate) fn is_top_level(word: &str) -> bool {
    matches!(word, "baseline" | "cluster" | "guardrail" | "namespace" | "sealed" | "use" | "edition")
}

/// Whether the line at `at` goes on with the statement before it, which starts with `first`.
pub fn continues(text: &str, first: &str, at: usize) -> bool {
    let word = layout::word_at(text, at);
    if word.is_empty() {
        return false;
    }
    if CLAUSES.contains(&word) || matches!(word, "from" | "to") {
        return true;
    }
    match first {
        "net" => word == "except" && !layout::excepts_a_flow(text, at),
        "workload" => {
            let rest = text.get(at + word.len()..).unwrap_or("");
            let after = rest.trim_start_matches([' ', '\t']);
            // A name follows `in`, or a list of them; before a number or a reserved word it is what is left of another
            // statement.
            let begins_names = || {
                let first = after.trim_start_matches(['[', ' ']);
                !first.starts_with(|c: char| c.is_ascii_digit()) && !is_reserved(layout::word_at(first, 0))
            };
            let option = match word {
                "in" => rest.starts_with([' ', '\t', '[']) && begins_names(),
                "ports" | "account" => rest.starts_with([' ', '\t', '[']),
                _ => false,
            };
            let host = word == "host-network" && !rest.starts_with(['/', ':', '.']);
            (option || host) && !after.starts_with("->")
        }
        _ => false,
    }
}

/// Whether a name reads `[a-z0-9]+(-[a-z0-9]+)*` and has at most 63 characters.
pub fn is_kebab(name: &str) -> bool {
    let mut hyphen = true;
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' => hyphen = false,
            b'-' if !hyphen => hyphen = true,
            _ => return false,
        }
    }
    !hyphen && name.len() <= 63
}

/// The name in lower-kebab-case, where there is one.
pub(crate) fn to_kebab(name: &str) -> Option<String> {
    let mut kebab = String::with_capacity(name.len() + 4);
    let mut lower = false;
    for character in name.chars() {
        if character.is_ascii_alphanumeric() {
            if character.is_ascii_uppercase() && lower {
                kebab.push('-');
            }
            lower = !character.is_ascii_uppercase();
            kebab.push(character.to_ascii_lowercase());
        } else if matches!(character, '-' | '_' | '.' | ' ') {
            if !kebab.is_empty() && !kebab.ends_with('-') {
                kebab.push('-');
            }
            lower = false;
        } else {
            return None;
        }
    }
    while kebab.ends_with('-') {
        kebab.pop();
    }
    (is_kebab(&kebab) && !is_reserved(&kebab)).then_some(kebab)
}

#[cfg(test)]
mod tests {
    use netpol_diagnostics::near;

    use super::*;

    #[test]
    fn every_word_of_the_grammar_is_listed() {
        let grammar = include_str!("netpol.pest");
        let is_rule =
            |name: &str| name.trim_end().chars().all(|letter| letter.is_ascii_lowercase() || letter == '_');
        let rules = grammar
            .split("k_")
            .filter_map(|rule| rule.split_once("= @{ \""))
            .filter(|(name, _)| is_rule(name));
        let words: Vec<&str> =
            rules.filter_map(|(_, rest)| rest.split_once('"').map(|(word, _)| word)).collect();
        assert!(words.len() > 70, "{}", words.len());
        let missing: Vec<&&str> = words.iter().filter(|word| !is_word(word)).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn every_built_in_end_is_listed() {
        assert!(BUILTINS.iter().all(|word| builtin(word).is_some()));
        let last = BUILTINS.iter().filter_map(|word| builtin(word)).max();
        assert_eq!((BUILTINS.len(), last), (12, Some(Builtin::OtherPods)));
    }

    #[test]
    fn a_slip_of_a_word_has_one_word_near() {
        for (slip, word) in [("namspace", "namespace"), ("deyn", "deny"), ("exppose", "expose")] {
            assert_eq!(near(slip, STATEMENTS.iter().copied()), [word]);
        }
        assert!(near("web", STATEMENTS.iter().copied()).is_empty());
    }

    #[test]
    fn kebab_case_splits_at_capitals_and_underscores() {
        assert_eq!(to_kebab("Web_Server").as_deref(), Some("web-server"));
        assert_eq!(to_kebab("webServer").as_deref(), Some("web-server"));
        assert_eq!(to_kebab("web-").as_deref(), Some("web"));
        assert_eq!(to_kebab("All"), None);
        assert_eq!(to_kebab("größe"), None);
    }
}
