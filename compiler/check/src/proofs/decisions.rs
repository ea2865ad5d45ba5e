//! Who decided about a connection, in words and with the line.

use netpol_diagnostics::Span;
use netpol_flow::{Date, Flow, Pod, Side, Verdict};
use netpol_model::{Consent, Layer, ModeKind, Policy, Rule, Step, Verdicts, consent};

/// What one end of a connection answers, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The end.
    pub side: Side,
    /// Allow or deny.
    pub verdict: Verdict,
    /// Whether a guardrail decided.
    pub by_guardrail: bool,
    /// Why, as a sentence about `it`.
    pub reason: String,
    /// The line that decided, where one did.
    pub place: Option<Span>,
}

impl Decision {
    /// `at the source` or `at the destination`.
    pub fn at(&self) -> &'static str {
        match self.side {
            Side::Egress => "at the source",
            Side::Ingress => "at the destination",
        }
    }
}

/// What the end that `side` speaks for answers; none where it is no pod, so that nobody is asked.
pub(super) fn decide(policy: &Policy, flow: &Flow, side: Side, day: Date) -> Option<Decision> {
    let pod = flow.subject(side).pod()?;
    let consent = consent(policy, flow, side, day);
    Some(Decision {
        side,
        verdict: consent.verdict,
        by_guardrail: matches!(consent.step, Step::GuardrailDeny | Step::GuardrailAllow),
        reason: reason(policy, &consent, pod, side),
        place: consent.rule.filter(|_| !consent.would_deny).map(line),
    })
}

/// What lets a pod pass by its address in a `shared` range, where that is all that does.
pub(super) fn decide_by_address(verdicts: &Verdicts<'_>, flow: &Flow, side: Side) -> Option<Decision> {
    let rule = verdicts.taking_by_address(flow, side)?;
    Some(Decision {
        side,
        verdict: Verdict::Allow,
        by_guardrail: matches!(rule.layer, Layer::Guardrail(_)),
        reason: "an address block takes the pods that share its range, where a target compares addresses"
            .to_owned(),
        place: Some(line(rule)),
    })
}

fn line(rule: &Rule) -> Span {
    rule.origin.via.first().copied().unwrap_or(rule.origin.span)
}

fn reason(policy: &Policy, consent: &Consent<'_>, pod: &Pod, side: Side) -> String {
    let namespace = &pod.namespace;
    let declared = policy.namespaces.get(namespace);
    if consent.would_deny {
        return format!("`{namespace}` is in `audit`, so it only reports");
    }
    let layer = consent.rule.map(|rule| &rule.layer);
    let named = match layer {
        Some(Layer::Guardrail(name)) => format!("guardrail `{name}`"),
        Some(Layer::App(name)) => format!("app `{name}` of `{namespace}`"),
        Some(Layer::Baseline(name)) => format!("`{name}` of the baseline"),
        Some(Layer::Fence) => format!("the fence of `{namespace}`"),
        Some(Layer::Namespace) | None => format!("`{namespace}`"),
    };
    match consent.step {
        Step::Fixed => "a pod always reaches itself, and a node its own pods".to_owned(),
        Step::NotAPod => "it is no pod, so nobody is asked".to_owned(),
        Step::GuardrailDeny | Step::Fence => format!("{named} denies it"),
        Step::GuardrailAllow | Step::Namespace | Step::App | Step::Baseline => format!("{named} allows it"),
        Step::Unmanaged => match declared {
            Some(declared) if declared.external => format!("`{namespace}` is built by another project"),
            Some(declared) => match declared.mode.kind {
                ModeKind::Audit => format!("`{namespace}` is in `audit`, so it only reports"),
                ModeKind::Enforce | ModeKind::IngressOnly | ModeKind::EgressOnly => {
                    format!("`{namespace}` leaves its {} open", side.word())
                }
            },
            None => format!("no file declares `{namespace}`, so nothing is refused there"),
        },
        Step::Default => match declared {
            Some(_) => format!("no line of `{namespace}` allows it"),
            None => format!("the cluster closes `{namespace}`, which no file declares"),
        },
    }
}
