//! What there is to say of a proof: that the manifests of a target differ from the policy they come from, and where.

use netpol_backends::Backend;
use netpol_diagnostics::{Code, Diagnostic};
use netpol_flow::{Flow, Side, Verdict};
use netpol_verify::{Difference, Outcome, Shard, Source, Tally, Unread};

const DIFFERS: Code = Code(722);
const UNDECIDED: Code = Code(723);

/// What there is to say about one target's manifests, and what was compared; none where they could not be read.
pub(crate) type Proved = (Vec<Diagnostic>, Option<Tally>);

/// Everything in which the manifests differ from the policy, and what was compared. With an error among it nothing is
/// written.
pub(crate) fn tell_all(answer: Result<Outcome, Unread>, source: &Source<'_>, backend: &Backend) -> Proved {
    let unread = match answer {
        Ok(outcome) => {
            let tally = outcome.tally;
            return (tell_outcome(outcome, source, backend), Some(tally));
        }
        Err(Unread::NotUnderstood(errors)) => {
            let title =
                format!("the reading of target `{}` does not understand its own manifests", backend.name);
            let mut told = Diagnostic::new(UNDECIDED, title);
            told.notes = errors.iter().take(3).map(ToString::to_string).collect();
            told.help(REPORT)
        }
        Err(Unread::ByNobody) => {
            Diagnostic::new(UNDECIDED, format!("nobody reads the manifests of target `{}`", backend.name))
        }
    };
    (vec![unread], None)
}

const REPORT: &str = "this is a mistake in netpol; please report it with the source";

fn tell_outcome(outcome: Outcome, source: &Source<'_>, backend: &Backend) -> Vec<Diagnostic> {
    let mut exhausted = outcome.exhausted;
    exhausted.dedup();
    let exhausted = exhausted.iter().map(|shard| tell_exhausted(shard, source, backend));
    let differences = outcome.differences.iter().map(|difference| tell(difference, source, backend));
    let undecided = outcome.undecided.into_iter().map(|undecided| {
        let title = format!("the proof for target `{}` is undecided", backend.name);
        Diagnostic::new(UNDECIDED, title).note(undecided.reason).help(REPORT)
    });
    // One is enough to stop the build; ten show the pattern.
    differences.chain(undecided).chain(exhausted).take(10).collect()
}

/// The policy can be right; its parts cut each other into more pieces than can be looked at.
fn tell_exhausted(shard: &Shard, source: &Source<'_>, backend: &Backend) -> Diagnostic {
    let about = match shard.name() {
        Some(name) => format!("`{name}`"),
        None => "the namespaces that nobody names".to_owned(),
    };
    let title = format!("the proof for target `{}` takes too many steps, for {about}", backend.name);
    let told = Diagnostic::new(UNDECIDED, title)
        .note("denies that overlap in many labels and ports cut what is allowed into more pieces than can be compared")
        .note("nothing is known to be wrong, and nothing is written that is not proved")
        .help("say it with fewer denies, tell their pods by one label, or divide the namespace");
    match shard.name().and_then(|name| source.policy.namespaces.get(name)).map(|found| found.origin.span) {
        Some(span) => told.at(span, "not proved within the steps a proof may take"),
        None => told,
    }
}

fn tell(difference: &Difference, source: &Source<'_>, backend: &Backend) -> Diagnostic {
    let Difference { flow, side, source: meant, manifests, trace } = difference;
    let title = format!(
        "target `{}` would {} what the source {}, on {}",
        backend.name,
        manifests.word(),
        match meant {
            Verdict::Allow => "allows",
            Verdict::Deny => "denies",
        },
        side.word()
    );
    let told = at_line(Diagnostic::new(DIFFERS, title), source, flow, *side).witness(flow);
    match trace {
        Ok(trace) => told.note(format!("the manifests say: {}", trace.steps.join("; "))).help(REPORT),
        Err(undecided) => told.note(undecided.reason.clone()).help(REPORT),
    }
}

/// Shows the line that decides about a flow: the rule, or the namespace that no rule of opens.
fn at_line(told: Diagnostic, source: &Source<'_>, flow: &Flow, side: Side) -> Diagnostic {
    let consent = source.consent(flow, side);
    let says = match consent.verdict {
        Verdict::Allow => "the source allows it here",
        Verdict::Deny => "the source denies it here",
    };
    if let Some(rule) = consent.rule {
        return told.at(rule.origin.span, says);
    }
    let pod = flow.subject(side).pod();
    match pod.and_then(|pod| source.policy.namespaces.get(&pod.namespace)) {
        Some(namespace) => told.at(namespace.origin.span, "nothing in this namespace speaks of it"),
        None => told,
    }
}
