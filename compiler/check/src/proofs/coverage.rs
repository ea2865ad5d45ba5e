//! Which rules no `can` exercises, and which guardrails no `cannot` does.

use std::collections::BTreeMap;

use netpol_diagnostics::Span;
use netpol_flow::{Date, Side, Text};
use netpol_model::{Places, Policy, Rule, RuleKind, Verdicts, are_apart};
use netpol_sets::FlowSet;

/// A line of the text that tests may look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Where it stands; for a pattern's lines, the `apply`.
    pub span: Span,
    /// The line.
    pub text: Text,
    /// Whether a test looks at it.
    pub is_covered: bool,
}

/// What of a policy its tests look at, each list in the order of the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// The lines that allow; covered where a `can` speaks of one of their connections.
    pub allows: Vec<Statement>,
    /// The denies of guardrails and fences; covered where a `cannot` speaks of one of their connections.
    pub denies: Vec<Statement>,
}

/// Reads a policy and its tests. Lapsed lines are left out.
pub(super) fn cover(policy: &Policy, places: &Places, as_of: Date) -> Coverage {
    let verdicts = Verdicts::of(policy, places, as_of);
    let asked = |can: bool| {
        let lines = policy.tests.iter().flat_map(|test| &test.assertions);
        let rules = lines.filter(move |line| line.can == can).flat_map(|line| &line.flows);
        Asked::of(rules.map(|rule| (rule, verdicts.question(rule))))
    };
    let spaces = || policy.namespaces.values().filter(|namespace| !namespace.external);
    let blocks = || policy.guardrails.iter().filter(|block| block.binds(as_of));
    let allows = spaces().flat_map(|namespace| &namespace.rules);
    let allows = allows.chain(policy.baseline.iter().flat_map(|baseline| baseline.rules.values().flatten()));
    let allows = allows.chain(blocks().flat_map(|block| &block.allows));
    let denies = blocks().flat_map(|block| &block.denies);
    let denies = denies.chain(spaces().flat_map(|namespace| &namespace.fence));
    Coverage {
        allows: statements(places, allows.filter(|rule| rule.is_active(as_of)), &asked(true)),
        denies: statements(places, denies, &asked(false)),
    }
}

fn statements<'a>(
    places: &Places,
    rules: impl Iterator<Item = &'a Rule>,
    asked: &Asked<'_>,
) -> Vec<Statement> {
    let mut statements: BTreeMap<Span, Statement> = BTreeMap::new();
    for rule in rules {
        let span = rule.origin.via.first().copied().unwrap_or(rule.origin.span);
        let statement = statements.entry(span).or_insert_with(|| Statement {
            span,
            text: rule.origin.text.clone(),
            is_covered: false,
        });
        statement.is_covered = statement.is_covered || asked.meets(places, rule);
    }
    statements.into_values().collect()
}

/// The questions of one kind, found by the namespaces they name.
struct Asked<'a> {
    questions: Vec<(&'a Rule, FlowSet)>,
    by_namespace: BTreeMap<&'a str, Vec<usize>>,
    anywhere: Vec<usize>,
}

impl<'a> Asked<'a> {
    fn of(questions: impl Iterator<Item = (&'a Rule, FlowSet)>) -> Asked<'a> {
        let mut asked =
            Asked { questions: questions.collect(), by_namespace: BTreeMap::new(), anywhere: Vec::new() };
        for (at, (rule, _)) in asked.questions.iter().enumerate() {
            match author(rule) {
                Some(names) => {
                    for name in names {
                        asked.by_namespace.entry(name).or_default().push(at);
                    }
                }
                None => asked.anywhere.push(at),
            }
        }
        asked
    }

    fn meets(&self, places: &Places, rule: &Rule) -> bool {
        let listed: Vec<usize> = match author(rule) {
            Some(names) => {
                names.into_iter().filter_map(|name| self.by_namespace.get(name)).flatten().copied().collect()
            }
            None => self.by_namespace.values().flatten().copied().collect(),
        };
        let flows = places.flows(rule, Side::Egress);
        listed.into_iter().chain(self.anywhere.iter().copied()).any(|at| {
            let question = self.questions.get(at).filter(|(asked, _)| !are_apart(asked, rule));
            question.is_some_and(|(_, question)| !question.intersect(&flows).is_empty())
        })
    }
}

/// The namespaces of a rule's sources, or, where these are outside, of its destinations; none where they are not listed.
fn author(rule: &Rule) -> Option<Vec<&str>> {
    let ends = if rule.kind == RuleKind::Ingress { &rule.to } else { &rule.from };
    let mut names = Vec::new();
    for end in ends {
        names.extend(end.named()?.iter().map(|name| &**name));
    }
    Some(names)
}
