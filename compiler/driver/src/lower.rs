//! One policy, many targets: lowering them side by side, proving them together, saying once what several refuse.

use std::collections::{BTreeMap, BTreeSet};

use netpol_backends::{Backend, Request};
use netpol_diagnostics::{Code, Diagnostic, Label, Severity, Span};
use netpol_flow::{Date, Text};
use netpol_model::Policy;
use netpol_verify::{Source, Written};
use rayon::prelude::*;

use crate::compile::Manifests;
use crate::fault::PROJECT;
use crate::manifest::list;
use crate::near::nearest;
use crate::project::Target;
use crate::verify::{Proved, verify};

/// What came of one target.
pub(crate) struct Lowered<'a> {
    pub(crate) target: &'a Target,
    pub(crate) manifests: Manifests,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Lowered<'_> {
    fn is_refused(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }
}

/// Who takes the manifests of all targets while they are being proved.
pub(crate) type Taker<'t> = &'t (dyn Fn(&[&Manifests]) + Sync);

/// The manifests of every target, and what the targets and the comparison with the policy say; proved about all
/// namespaces, or where an editor asks, about some.
///
/// Where no target refuses, `taker` sees the manifests before it is known whether the proof holds.
pub(crate) fn lower_all(
    targets: &[&Target],
    views: &[Policy],
    as_of: Date,
    about: Option<&BTreeSet<Text>>,
    taker: Option<Taker<'_>>,
) -> (Vec<Manifests>, Vec<Diagnostic>) {
    let mut lowered: Vec<Lowered<'_>> =
        targets.par_iter().map(|target| lower(target, views, as_of)).collect();
    let taker = taker.filter(|_| !lowered.iter().any(Lowered::is_refused));
    let proved: Vec<(usize, Proved)> = std::thread::scope(|scope| {
        if let Some(take) = taker {
            let manifests: Vec<&Manifests> = lowered.iter().map(|lowered| &lowered.manifests).collect();
            scope.spawn(move || take(&manifests));
        }
        let prove = |view| {
            let source = Source::of(view, as_of);
            let source = match about {
                Some(namespaces) => source.about(namespaces),
                None => source,
            };
            verify_view(&source, views, &lowered)
        };
        views.iter().flat_map(prove).collect()
    });
    for (at, (found, proof)) in proved {
        if let Some(lowered) = lowered.get_mut(at) {
            lowered.diagnostics.extend(found);
            lowered.manifests.proof = proof;
        }
    }
    let diagnostics = merge(&lowered);
    (lowered.into_iter().map(|lowered| lowered.manifests).collect(), diagnostics)
}

fn lower<'a>(target: &'a Target, views: &[Policy], as_of: Date) -> Lowered<'a> {
    let mut manifests = Manifests {
        target: target.name.clone(),
        output: target.output.clone(),
        output_span: target.output_span,
        ..Manifests::default()
    };
    let policy = match view_for(target, views) {
        Ok(policy) => policy,
        Err(fault) => return Lowered { target, manifests, diagnostics: vec![*fault] },
    };
    let output = (target.backend.lower)(&Request { policy, as_of, settings: &target.settings });
    manifests.files = output.files;
    Lowered { target, manifests, diagnostics: output.diagnostics }
}

/// Compares the manifests of one cluster's targets with its policy, all at once, so that the policy is asked once; each
/// answer is about the target of that number.
fn verify_view(source: &Source<'_>, views: &[Policy], lowered: &[Lowered<'_>]) -> Vec<(usize, Proved)> {
    let is_of_view =
        |target: &Target| view_for(target, views).is_ok_and(|policy| std::ptr::eq(policy, source.policy));
    let mine =
        lowered.iter().enumerate().filter(|(_, lowered)| !lowered.is_refused() && is_of_view(lowered.target));
    let (places, manifests): (Vec<usize>, Vec<(&Backend, Written<'_>)>) = mine
        .map(|(at, lowered)| {
            let Target { backend, settings, .. } = lowered.target;
            (at, (*backend, Written { backend: backend.name, settings, files: &lowered.manifests.files }))
        })
        .unzip();
    if manifests.is_empty() {
        return Vec::new();
    }
    places.into_iter().zip(verify(source, &manifests)).collect()
}

/// The policy of the target's cluster.
fn view_for<'a>(target: &Target, views: &'a [Policy]) -> Result<&'a Policy, Box<Diagnostic>> {
    let names: Vec<&str> = views.iter().filter_map(|view| view.cluster.name.as_deref()).collect();
    let fault = |title: String, label: &str| {
        let fault = Diagnostic::new(PROJECT, title);
        match target.cluster_span {
            Some(span) => fault.at(span, label),
            None => fault,
        }
    };
    match (&target.cluster, views) {
        (None, [only]) => Ok(only),
        (None, _) => {
            let fault =
                fault(format!("target `{}` does not say its cluster", target.name), "no `cluster` here")
                    .note(format!("the project declares {}", list(&names)))
                    .help(
                        "add `cluster = \"…\"` with one of them; a single file can declare one cluster only",
                    );
            Err(Box::new(fault))
        }
        (Some(name), _) => {
            views.iter().find(|view| view.cluster.name.as_ref() == Some(name)).ok_or_else(|| {
                let fault = fault(format!("no cluster is named `{name}`"), "unknown cluster");
                Box::new(match nearest(name, names.iter().copied()) {
                    Some(near) => fault.help(format!("did you mean `{near}`?")),
                    None if names.is_empty() => {
                        fault.help(format!("declare it: `cluster {name} {{ … }}`, or drop the key"))
                    }
                    None => fault.help(format!("the project declares {}", list(&names))),
                })
            })
        }
    }
}

/// A diagnostic and the targets that say it.
type Said<'a> = (&'a Diagnostic, Vec<&'a Target>);

/// What the targets say, each thing once: with the lines that chose the targets it holds for.
pub(crate) fn merge(lowered: &[Lowered<'_>]) -> Vec<Diagnostic> {
    let mut said: BTreeMap<(Code, Option<Span>), Vec<Said<'_>>> = BTreeMap::new();
    for lowered in lowered {
        for diagnostic in &lowered.diagnostics {
            let place = (diagnostic.code, diagnostic.primary.as_ref().map(|label| label.span));
            let here = said.entry(place).or_default();
            match here.iter_mut().find(|(known, _)| *known == diagnostic) {
                Some((_, targets)) => targets.push(lowered.target),
                None => here.push((diagnostic, vec![lowered.target])),
            }
        }
    }
    said.into_values()
        .flatten()
        .map(|(diagnostic, targets)| chosen_at(diagnostic.clone(), &targets))
        .collect()
}

/// Adds the `backend = "…"` lines to a diagnostic of family 07.
fn chosen_at(mut diagnostic: Diagnostic, targets: &[&Target]) -> Diagnostic {
    if !(700..800).contains(&diagnostic.code.0) {
        return diagnostic;
    }
    for span in targets.iter().filter_map(|target| target.backend_span) {
        diagnostic.secondary.push(Label { span, text: "target chosen here".to_owned() });
    }
    diagnostic
}
