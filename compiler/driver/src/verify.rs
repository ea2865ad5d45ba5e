//! The manifests, read back and compared with the policy they come from.

use std::collections::BTreeMap;

use netpol_backends::Backend;
use netpol_diagnostics::{Code, Diagnostic};
use netpol_flow::{Text, Verdict};
use netpol_verify::{Difference, Proof, Reading, Source};

const DIFFERS: Code = Code(722);
const UNDECIDED: Code = Code(723);

/// Everything in which the manifests differ from the policy. With an error among them nothing is written.
///
/// The one call site of `netpol-verify`: it gets the bytes that would be written, and nothing of how they came to be.
pub(crate) fn verify(
    source: &Source<'_>,
    files: &BTreeMap<String, String>,
    backend: &Backend,
    settings: &BTreeMap<Text, Text>,
) -> Vec<Diagnostic> {
    let reading = match netpol_verify::read(backend.name, settings, files) {
        Some(Ok(reading)) => reading,
        Some(Err(errors)) => {
            let title =
                format!("the reading of target `{}` does not understand its own manifests", backend.name);
            let mut told = Diagnostic::new(UNDECIDED, title);
            told.notes = errors.iter().take(3).map(ToString::to_string).collect();
            return vec![told.help(REPORT)];
        }
        None => {
            let title = format!("nobody reads the manifests of target `{}`", backend.name);
            return vec![Diagnostic::new(UNDECIDED, title)];
        }
    };
    prove(source, &*reading, backend)
}

const REPORT: &str = "this is a mistake in netpol; please report it with the source";

fn prove(source: &Source<'_>, reading: &dyn Reading, backend: &Backend) -> Vec<Diagnostic> {
    let outcome = Proof::of(source, reading).run();
    let differences = outcome.differences.iter().map(|difference| tell(difference, reading, backend));
    let undecided = outcome.undecided.into_iter().map(|undecided| {
        let title = format!("the proof for target `{}` is undecided", backend.name);
        Diagnostic::new(UNDECIDED, title).note(undecided.reason).help(REPORT)
    });
    // One is enough to stop the build; ten show the pattern.
    differences.chain(undecided).take(10).collect()
}

fn tell(difference: &Difference, reading: &dyn Reading, backend: &Backend) -> Diagnostic {
    let Difference { flow, side, source, manifests } = difference;
    let title = format!(
        "target `{}` would {} what the source {}, on {}",
        backend.name,
        manifests.word(),
        match source {
            Verdict::Allow => "allows",
            Verdict::Deny => "denies",
        },
        side.word()
    );
    let told = Diagnostic::new(DIFFERS, title).witness(flow);
    match reading.evaluate(flow, *side) {
        Ok(trace) => told.note(format!("the manifests say: {}", trace.steps.join("; "))).help(REPORT),
        Err(undecided) => told.note(undecided.reason).help(REPORT),
    }
}
