//! NP0405 and NP0406: an arrow into another namespace that does not consent to it.
//!
//! An arrow to named pods of another namespace must be consented to in full: by that namespace's rules, by the
//! baseline, or by a guardrail. What guardrails or the author's own fence take away is told elsewhere, and nobody is
//! asked where the other side is not enforced.

mod messages;

use netpol_diagnostics::Diagnostic;
use netpol_flow::{Side, Text};
use netpol_model::{End, Namespace, Rule, RuleKind};
use netpol_sets::FlowSet;

use super::consents::{
    Answers, answers, baseline, left_by_denies, left_by_guardrails, named_namespace, without,
};
use super::{Context, cover};
use crate::patience::Patience;
pub use messages::line_to_ask_for;
use messages::{and_more, not_all_exposed, nothing_exposed};

/// A destination that does not consent, and to what.
struct Refusal<'a> {
    other: &'a Text,
    answers: Answers<'a>,
    /// The rule, to this destination only.
    asked: Rule,
    flows: FlowSet,
    refused: FlowSet,
}

/// Finds arrows that the other namespace refuses in whole or in part.
pub(super) fn lint(cx: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let mut patience = Patience::default();
    for (namespace, rule) in cx.rules().filter(|(_, rule)| rule.kind == RuleKind::Arrow) {
        let (mut private, mut partly) = (Vec::new(), Vec::new());
        for end in &rule.to {
            let refusal = patience.answer(rule, found, || refusal(cx, namespace, rule, end));
            let Some(refusal) = refusal.flatten() else { continue };
            match exposed(cx, namespace, &refusal) {
                Some(exposed) => partly.push((refusal, exposed)),
                None => private.push(refusal),
            }
        }
        let others = private.len().saturating_sub(1);
        found.extend(private.first().map(|first| and_more(nothing_exposed(namespace, first), others)));
        let others = partly.len().saturating_sub(1);
        found.extend(
            partly
                .first()
                .map(|(first, exposed)| and_more(not_all_exposed(cx, namespace, first, exposed), others)),
        );
    }
}

fn refusal<'a>(cx: &Context<'a>, namespace: &Namespace, rule: &'a Rule, end: &'a End) -> Option<Refusal<'a>> {
    let other = named_namespace(cx.policy, end).filter(|other| **other != namespace.name)?;
    let answers = match answers(cx.policy, other, Side::Ingress, cx.as_of) {
        Answers::Nobody => return None,
        answers @ (Answers::Closed | Answers::Namespace(_)) => answers,
    };
    let consents_plainly = |given: &Rule| {
        given.only.is_none()
            && cover::covers_ports(&given.ports, &rule.ports)
            && given.to.iter().any(|broad| cover::covers_end(broad, end))
            && cover::covers_ends(&given.from, &rule.from)
    };
    let has_fence = matches!(answers, Answers::Namespace(other) if !other.fence.is_empty());
    if !has_fence && cx.consents.incoming(other, &namespace.name).any(consents_plainly) {
        return None;
    }
    let asked = Rule { to: vec![end.clone()], ..rule.clone() };
    let flows = cx.places.flows(&asked, Side::Egress);
    let refused = refused(cx, namespace, &asked, answers, &flows);
    (!refused.is_empty()).then_some(Refusal { other, answers, asked, flows, refused })
}

/// The flows that `namespace` may send and the other one does not take.
fn refused(
    cx: &Context<'_>,
    namespace: &Namespace,
    asked: &Rule,
    answers: Answers<'_>,
    flows: &FlowSet,
) -> FlowSet {
    let (places, as_of) = (&cx.places, cx.as_of);
    let mut refused = match answers {
        Answers::Nobody => return FlowSet::default(),
        Answers::Closed => flows.clone(),
        Answers::Namespace(other) => {
            let own = cx.consents.incoming(&other.name, &namespace.name);
            let shared = baseline(cx.policy, other, (&namespace.name, &other.name), as_of);
            let meeting = own.chain(shared).filter(|given| !netpol_model::are_apart(given, asked));
            without(places, flows.clone(), meeting, Side::Ingress, as_of)
        }
    };
    if let Answers::Namespace(other) = answers
        && !other.fence.is_empty()
    {
        let fence = (&other.fence[..], &other.fence_exceptions[..]);
        let left = left_by_denies(places, flows.clone(), fence, Side::Ingress, as_of);
        refused.extend(flows.subtract(&left));
    }
    if refused.is_empty() {
        return refused;
    }
    let refused = left_by_guardrails(cx.policy, places, refused, Side::Ingress, as_of);
    match answers_own(cx, namespace) {
        true => {
            let fence = (&namespace.fence[..], &namespace.fence_exceptions[..]);
            left_by_denies(places, refused, fence, Side::Egress, as_of)
        }
        false => refused,
    }
}

fn answers_own(cx: &Context<'_>, namespace: &Namespace) -> bool {
    !namespace.fence.is_empty()
        && matches!(answers(cx.policy, &namespace.name, Side::Egress, cx.as_of), Answers::Namespace(_))
}

/// The rules by which the destination consents to anything for the author's namespace.
fn exposed<'a>(cx: &Context<'a>, namespace: &'a Namespace, refusal: &Refusal<'a>) -> Option<Vec<&'a Rule>> {
    let Answers::Namespace(other) = refusal.answers else { return None };
    let own = cx.consents.incoming(&other.name, &namespace.name);
    let shared = baseline(cx.policy, other, (&namespace.name, &other.name), cx.as_of);
    let everyone = Rule {
        from: vec![End::pods(netpol_model::Pods::all_of(namespace.name.clone()))],
        ports: netpol_model::Ports::Any,
        only: None,
        ..refusal.asked.clone()
    };
    let reach = cx.places.flows(&everyone, Side::Egress);
    let meeting: Vec<&Rule> = own
        .chain(shared)
        .filter(|rule| !reach.intersect(&cx.places.flows(rule, Side::Ingress)).is_empty())
        .collect();
    (!meeting.is_empty()).then_some(meeting)
}
