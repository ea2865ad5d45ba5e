//! `other-pods`: the pods of a namespace that no workload or tier declared in it selects (amendment U19).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use netpol_diagnostics::{Code, Diagnostic, Span};
use netpol_flow::{Operator, Requirement, Selector, SortedSet, Text};
use netpol_model::{End, Namespaces, Pods};

use super::nouns;
use crate::scope::names::{Context, NounKind, ScopeId};

/// What is known of one label: the values left, or the values refused, and whether it must be there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Value {
    Absent,
    Present { refused: SortedSet<Text> },
    OneOf(SortedSet<Text>),
    NotOneOf(SortedSet<Text>),
}

type Conjunction = BTreeMap<Text, Value>;

/// More ways than this to be an unselected pod, and the answer would not be read.
const MOST: usize = 512;

/// The unselected pods of a namespace; none where they cannot be said, which is told.
pub(crate) fn other_pods(
    cx: &mut Context<'_>,
    scope: ScopeId,
    namespace: &Text,
    place: Span,
) -> Option<Arc<[End]>> {
    if let Some(known) = cx.other_pods.get(namespace) {
        return known.clone();
    }
    let found = match complement(cx, namespace) {
        Ok(ways) => Some(ways),
        Err(why) => {
            let found = Diagnostic::new(Code(403), "`other-pods` cannot be said here").at(place, why);
            cx.say(scope, found.help("declare a workload for the pods meant"));
            None
        }
    };
    let ends = found.map(|ways| ways.into_iter().map(|way| end(way, namespace)).collect::<Arc<[End]>>());
    cx.other_pods.insert(namespace.clone(), ends.clone());
    ends
}

fn complement(cx: &mut Context<'_>, namespace: &Text) -> Result<Vec<Conjunction>, &'static str> {
    let Some(declared) = cx.namespaces.get(namespace) else { return Ok(vec![Conjunction::new()]) };
    let scopes: Vec<ScopeId> = declared.apps.iter().map(|app| app.scope).chain([declared.scope]).collect();
    let mut ids = BTreeSet::new();
    for scope in scopes {
        let nouns = cx.scope(scope).into_iter().flat_map(|inner| inner.ends.values().copied());
        ids.extend(nouns.filter(|id| {
            cx.nouns
                .get(id.0)
                .is_some_and(|noun| matches!(noun.kind, NounKind::Workload(_) | NounKind::Tier { .. }))
        }));
    }
    let mut selectors = BTreeSet::new();
    for id in ids {
        for one in nouns::evaluate(cx, id).iter().flat_map(|found| found.iter()) {
            let End::Pods(pods) = &one.end else { continue };
            if !one.is_within(namespace) {
                continue;
            }
            if pods.accounts.is_some() {
                return Err("a workload here is chosen by service account");
            }
            selectors.insert(pods.selector.clone());
        }
    }
    let mut ways = vec![Conjunction::new()];
    for selector in &selectors {
        let mut next: Vec<Conjunction> = Vec::new();
        for way in &ways {
            for requirement in &selector.requirements {
                let more = and(way, requirement);
                if let Some(more) = more.filter(|more| !next.contains(more)) {
                    next.push(more);
                }
                if next.len() > MOST {
                    return Err("there are too many ways to be none of these workloads");
                }
            }
        }
        ways = next;
    }
    ways.sort();
    Ok(ways)
}

/// The way and the opposite of a requirement; none where nothing is both.
fn and(way: &Conjunction, requirement: &Requirement) -> Option<Conjunction> {
    let values = &requirement.values;
    let opposite = match requirement.operator {
        Operator::In => Value::NotOneOf(values.clone()),
        Operator::NotIn => Value::OneOf(values.clone()),
        Operator::Exists => Value::Absent,
        Operator::DoesNotExist => Value::Present { refused: SortedSet::new() },
    };
    let both = match way.get(&requirement.key) {
        Some(before) => meet(before, &opposite)?,
        None => opposite,
    };
    let mut way = way.clone();
    way.insert(requirement.key.clone(), both);
    Some(way)
}

fn meet(a: &Value, b: &Value) -> Option<Value> {
    use Value::{Absent, NotOneOf, OneOf, Present};
    let one_of = |left: SortedSet<Text>| (!left.is_empty()).then_some(OneOf(left));
    match (a, b) {
        (Absent, Absent | NotOneOf(_)) | (NotOneOf(_), Absent) => Some(Absent),
        (Absent, Present { .. } | OneOf(_)) | (Present { .. } | OneOf(_), Absent) => None,
        (OneOf(a), OneOf(b)) => one_of(a.intersection(b)),
        (OneOf(a), NotOneOf(b) | Present { refused: b })
        | (NotOneOf(b) | Present { refused: b }, OneOf(a)) => one_of(a.difference(b)),
        (NotOneOf(a), NotOneOf(b)) => Some(NotOneOf(a.union(b))),
        (Present { refused: a }, Present { refused: b } | NotOneOf(b))
        | (NotOneOf(b), Present { refused: a }) => Some(Present { refused: a.union(b) }),
    }
}

fn end(way: Conjunction, namespace: &Text) -> End {
    let mut requirements = Vec::new();
    for (key, value) in way {
        let mut push =
            |operator, values| requirements.push(Requirement { key: key.clone(), operator, values });
        match value {
            Value::Absent => push(Operator::DoesNotExist, SortedSet::new()),
            Value::OneOf(values) => push(Operator::In, values),
            Value::NotOneOf(values) => push(Operator::NotIn, values),
            Value::Present { refused } => {
                push(Operator::Exists, SortedSet::new());
                if !refused.is_empty() {
                    push(Operator::NotIn, refused);
                }
            }
        }
    }
    let namespaces = Namespaces::Named(SortedSet::one(namespace.clone()));
    let pods = Pods {
        namespaces,
        selector: Selector { requirements },
        accounts: None,
        name: Some("other-pods".into()),
    };
    End::pods(pods)
}
