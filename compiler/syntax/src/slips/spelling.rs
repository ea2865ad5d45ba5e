//! Misspelt words.

use super::{Context, Slip};
use crate::grammar::Rule;
use crate::layout;
use crate::patch::Patch;
use crate::phrases;
use crate::words;
use netpol_diagnostics::near;

fn unknown(word: &str, at: usize, meant: &str) -> Slip {
    Slip::new(format!("unknown word `{word}`"), at..at + word.len(), "not a word of the language")
        .code(102)
        .fix(format!("did you mean `{meant}`?"), vec![Patch::replace(at..at + word.len(), meant)])
        .holds_alone()
}

/// The first word is nearly one that starts a statement.
pub(super) fn first_word(context: &Context<'_>, found: &mut Vec<Slip>) {
    let word = layout::word_at(context.text, 0);
    let rest = context.text.get(word.len()..).unwrap_or("").trim_start_matches([' ', '\t']);
    let known = words::STATEMENTS.contains(&word) || words::CLAUSES.contains(&word) || rest.starts_with("->");
    if known && !context.in_cluster {
        return;
    }
    let candidates: Vec<&str> = match context.in_cluster {
        true => words::ATTRIBUTES.to_vec(),
        false => words::STATEMENTS.iter().chain(words::CLAUSES).copied().collect(),
    };
    if candidates.contains(&word) {
        return;
    }
    let same = ELSEWHERE.iter().filter(|(other, _)| *other == word && !context.in_cluster);
    found.extend(same.map(|(_, meant)| unknown(word, 0, meant)));
    found.extend(
        near(&word.to_ascii_lowercase(), candidates).into_iter().take(3).map(|meant| unknown(word, 0, meant)),
    );
}

/// Words of other languages, and what they are here.
const ELSEWHERE: &[(&str, &str)] = &[
    ("block", "deny"),
    ("cidr", "net"),
    ("deployment", "workload"),
    ("drop", "deny"),
    ("fqdn", "domain"),
    ("import", "use"),
    ("include", "use"),
    ("network", "net"),
    ("permit", "allow"),
    ("reject", "deny"),
    ("service", "workload"),
];

/// The word where reading got stuck is nearly one that may stand there.
pub(super) fn expected_word(context: &Context<'_>, found: &mut Vec<Slip>) {
    let (at, rest) = context.rest();
    let word = layout::word_at(rest, 0);
    if word.is_empty() || at == 0 {
        return;
    }
    let mut candidates: Vec<&str> = Vec::new();
    for rule in context.expected {
        match rule {
            Rule::clauses => candidates.extend(words::CLAUSES),
            Rule::ns_mode => candidates.extend(["audit", "ingress-only", "egress-only", "external"]),
            Rule::param_type => {
                candidates.extend(["workload", "port", "net", "domain", "label", "namespace", "text"])
            }
            Rule::obligation => {
                candidates.extend([
                    "because", "ticket", "owner", "until", "reviewed", "prefix", "ports", "enforce",
                ]);
            }
            Rule::rule_class => {
                candidates.extend([
                    "egress",
                    "ingress",
                    "expose",
                    "cross-namespace",
                    "except",
                    "namespace",
                    "every",
                ]);
            }
            other => {
                let phrase = phrases::phrase(*other);
                let single = phrase.strip_prefix('`').and_then(|rest| rest.split('`').next());
                candidates.extend(
                    single.filter(|word| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')),
                );
            }
        }
    }
    candidates.sort_unstable();
    candidates.dedup();
    found.extend(
        near(&word.to_ascii_lowercase(), candidates)
            .into_iter()
            .filter(|meant| *meant != word)
            .take(2)
            .map(|meant| unknown(word, at, meant)),
    );
}
