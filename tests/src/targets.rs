//! Building a policy for a target and asking the target's own reading of the bytes.

use std::collections::BTreeMap;

use netpol_backends::{Backend, Request};
use netpol_diagnostics::{Diagnostic, Severity};
use netpol_flow::{Date, Flow, Side, Text, Verdict};
use netpol_model::{Policy, Step, consent};
use netpol_semantics::{Trace, Undecided};
use netpol_verify::{Difference, Reading, Source, Written, prove, read};

/// The settings of a target.
pub type Settings = BTreeMap<Text, Text>;

/// What a target wrote, and how it reads it.
pub struct Built {
    /// The files by name.
    pub files: BTreeMap<String, String>,
    /// Warnings and notes.
    pub diagnostics: Vec<Diagnostic>,
    backend: &'static Backend,
    settings: Settings,
    reading: Box<dyn Reading>,
}

/// Builds; the error is the diagnostics of a refusal.
///
/// Bytes that the target's own reading does not understand are a bug, and panic.
pub fn build(
    backend: &'static Backend,
    policy: &Policy,
    settings: &Settings,
    as_of: Date,
) -> Result<Built, Vec<Diagnostic>> {
    let output = backend.lower(&Request { policy, as_of, settings });
    if output.diagnostics.iter().any(|d| d.severity == Severity::Error) {
        return Err(output.diagnostics);
    }
    match Built::of(backend, settings, output.files) {
        Ok(built) => Ok(Built { diagnostics: output.diagnostics, ..built }),
        Err(errors) => unreachable!("{} does not read its own bytes: {errors:#?}", backend.name),
    }
}

impl Built {
    /// Reads files as the target would; the error is what the reading refuses.
    pub fn of(
        backend: &'static Backend,
        settings: &Settings,
        files: BTreeMap<String, String>,
    ) -> Result<Built, Vec<String>> {
        match read(backend.name, settings, &files) {
            Some(Ok(reading)) => {
                let settings = settings.clone();
                Ok(Built { files, diagnostics: Vec::new(), backend, settings, reading })
            }
            Some(Err(errors)) => Err(errors.iter().map(ToString::to_string).collect()),
            None => unreachable!("nobody reads `{}`", backend.name),
        }
    }

    /// The back end that wrote them.
    pub fn backend(&self) -> &'static Backend {
        self.backend
    }

    /// Its name.
    pub fn target(&self) -> &'static str {
        self.backend.name
    }

    /// What the manifests say of one side of a flow.
    pub fn evaluate(&self, flow: &Flow, side: Side) -> Result<Trace, Undecided> {
        self.reading.evaluate(flow, side)
    }

    /// Whether a difference is one the promise allows: a guardrail's deny on an open side that the other end's own
    /// objects enforce (amendment B1), or a default deny towards a pod's own node where that is beyond policy.
    pub fn leans(&self, policy: &Policy, flow: &Flow, side: Side, as_of: Date) -> bool {
        let other = if side == Side::Egress { Side::Ingress } else { Side::Egress };
        let step = consent(policy, flow, side, as_of).step;
        let other_denies = || self.evaluate(flow, other).is_ok_and(|trace| trace.verdict == Verdict::Deny);
        let guarded =
            self.reading.may_lean_on_the_other_end() && step == Step::GuardrailDeny && other_denies();
        let own_node = flow.relation == netpol_flow::Relation::OwnNode;
        guarded || (own_node && side == Side::Egress && self.reading.own_node_is_free())
    }

    /// The proof: every class of flows on every side; the error says what could not be decided.
    pub fn prove(&self, policy: &Policy, as_of: Date) -> Result<Vec<Difference>, String> {
        let source = Source::of(policy, as_of);
        let written = Written { backend: self.backend.name, settings: &self.settings, files: &self.files };
        let outcome = match prove(&source, &[written]).pop() {
            Some(Ok(outcome)) => outcome,
            Some(Err(unread)) => return Err(format!("{unread:?}")),
            None => return Err("nobody answers".to_owned()),
        };
        match (outcome.undecided.first(), outcome.exhausted.first()) {
            (Some(undecided), _) => Err(undecided.reason.clone()),
            (None, Some(shard)) => Err(format!("too many steps for {shard:?}")),
            (None, None) => Ok(outcome.differences),
        }
    }
}
