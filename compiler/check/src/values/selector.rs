//! Selectors: label syntax, and whether any pod can satisfy one.

use std::collections::{BTreeMap, BTreeSet};

use netpol_diagnostics::{Code, Diagnostic, Span};
use netpol_flow::{Operator, Requirement, Selector, SortedSet, Text, is_label_key, is_label_value};
use netpol_syntax::tree;

/// Reads a selector; the errors where it holds a word that is no label, or nothing can satisfy it.
pub(crate) fn parse_selector(written: &[tree::Requirement]) -> Result<Selector, Vec<Diagnostic>> {
    let mut wrong = Vec::new();
    let mut requirements = Vec::with_capacity(written.len());
    for requirement in written {
        if !is_label_key(&requirement.key.node) {
            wrong.push(not_a_label(&requirement.key.node, requirement.key.span, "key"));
        }
        for value in &requirement.values {
            if !is_label_value(&value.node) {
                wrong.push(not_a_label(&value.node, value.span, "value"));
            }
        }
        let operator = match requirement.operator {
            tree::Operator::In => Operator::In,
            tree::Operator::NotIn => Operator::NotIn,
            tree::Operator::Exists => Operator::Exists,
            tree::Operator::DoesNotExist => Operator::DoesNotExist,
        };
        if matches!(operator, Operator::In | Operator::NotIn) && requirement.values.is_empty() {
            let found = Diagnostic::new(Code(312), "selector can never match");
            wrong.push(found.at(requirement.span, "lists no value").help("list at least one value"));
        }
        let values: SortedSet<Text> = requirement.values.iter().map(|value| value.node.clone()).collect();
        requirements.push(Requirement { key: requirement.key.node.clone(), operator, values });
    }
    if wrong.is_empty() {
        wrong.extend(contradiction(written));
    }
    if wrong.is_empty() { Ok(Selector { requirements }) } else { Err(wrong) }
}

fn not_a_label(text: &str, place: Span, part: &str) -> Diagnostic {
    let found =
        Diagnostic::new(Code(314), format!("`{text}` is not a label {part}")).at(place, "not a label");
    let found =
        found.note("at most 63 letters, digits, `-`, `_`, `.`, beginning and ending with a letter or digit");
    if part == "key" { found.note("a key may have a DNS name and `/` before it") } else { found }
}

/// The first key whose requirements no value satisfies.
fn contradiction(written: &[tree::Requirement]) -> Option<Diagnostic> {
    let mut by_key: BTreeMap<&str, Vec<&tree::Requirement>> = BTreeMap::new();
    for requirement in written {
        by_key.entry(&requirement.key.node).or_default().push(requirement);
    }
    let adjacent = |all: &[&tree::Requirement]| {
        written.windows(2).any(|pair| pair.iter().zip(all).all(|(a, b)| a.span == b.span))
    };
    by_key.values().filter(|all| all.len() > 1).find_map(|all| contradiction_of_key(all, adjacent(all)))
}

fn contradiction_of_key(all: &[&tree::Requirement], adjacent: bool) -> Option<Diagnostic> {
    let mut allowed: Option<BTreeSet<&str>> = None;
    let mut refused: BTreeSet<&str> = BTreeSet::new();
    let (mut present, mut absent) = (false, false);
    for requirement in all {
        let values = requirement.values.iter().map(|value| &*value.node);
        match requirement.operator {
            tree::Operator::In => {
                let values: BTreeSet<&str> = values.collect();
                allowed = Some(match allowed {
                    Some(before) => before.intersection(&values).copied().collect(),
                    None => values,
                });
            }
            tree::Operator::NotIn => refused.extend(values),
            tree::Operator::Exists => present = true,
            tree::Operator::DoesNotExist => absent = true,
        }
    }
    let nothing_left =
        allowed.as_ref().is_some_and(|values| values.iter().all(|value| refused.contains(value)));
    let possible = !nothing_left && !(absent && (present || allowed.is_some()));
    if possible {
        return None;
    }
    let (first, last) = (all.first()?, all.last()?);
    let key = &first.key.node;
    let found = Diagnostic::new(Code(312), "selector can never match");
    let found = found.at(last.span, "cannot hold together").and_at(first.span, "with this");
    let found = found.note(format!("a pod has at most one value for the label `{key}`"));
    let single = |r: &tree::Requirement| match (r.operator, &r.values[..]) {
        (tree::Operator::In, [value]) => Some(value.node.clone()),
        (
            tree::Operator::In
            | tree::Operator::NotIn
            | tree::Operator::Exists
            | tree::Operator::DoesNotExist,
            _,
        ) => None,
    };
    Some(match (all, single(first), single(last)) {
        ([_, _], Some(a), Some(b)) if adjacent => {
            let either = format!("{key} in ({a}, {b})");
            found.fix(format!("did you mean `{either}`?"), first.span.to(last.span), either)
        }
        _ => found.help("drop one of the two"),
    })
}
