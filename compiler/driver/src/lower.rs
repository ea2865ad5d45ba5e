//! One policy, many targets: namespace by namespace each target's file is written, read back, compared with the policy and
//! given away, so that no more than a few are ever in memory; saying once what several refuse.

use std::collections::{BTreeMap, BTreeSet};

use netpol_backends::{BATCH, File, Lowering, Request};
use netpol_diagnostics::{Code, Diagnostic, Label, Severity, Span, nearest};
use netpol_flow::{Date, Text};
use netpol_model::Policy;
use netpol_verify::{Found, Manifest, Proof, Shared, Source, Tally, Unread, Written, prove};
use rayon::prelude::*;

use crate::compile::Manifests;
use crate::fault::PROJECT;
use crate::manifest::list;
use crate::project::Target;
use crate::taker::Taker;
use crate::verify::tell_all;

/// What came of one target.
pub(crate) struct Lowered<'a> {
    pub(crate) target: &'a Target,
    pub(crate) manifests: Manifests,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// What is lowered: for one day, and about all namespaces, or where an editor asks, about some.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'a> {
    pub(crate) as_of: Date,
    pub(crate) about: Option<&'a BTreeSet<Text>>,
    /// Whether the answer is no longer wanted; once it says so it does for good.
    pub(crate) is_cancelled: &'a (dyn Fn() -> bool + Sync),
}

/// What came of every target, and what the targets and the comparison with the policy say. `taker` gets the files before it
/// is known whether the proof holds. None where it was cancelled on the way.
pub(crate) fn lower_all(
    targets: &[&Target],
    views: &[Policy],
    scope: Scope<'_>,
    taker: &dyn Taker,
) -> Option<(Vec<Manifests>, Vec<Diagnostic>)> {
    let mut lowered: Vec<Lowered<'_>> = targets.iter().map(|target| Lowered::of(target)).collect();
    let mut of_view: Vec<Vec<(usize, &Target)>> = views.iter().map(|_| Vec::new()).collect();
    for (at, one) in lowered.iter_mut().enumerate() {
        match view_for(one.target, views) {
            Ok(view) => of_view.iter_mut().skip(view).take(1).for_each(|all| all.push((at, one.target))),
            Err(fault) => one.diagnostics.push(*fault),
        }
    }
    for (policy, targets) in views.iter().zip(of_view).filter(|(_, targets)| !targets.is_empty()) {
        for done in lower_view(policy, &targets, scope, taker)? {
            let Some(one) = lowered.get_mut(done.at) else { continue };
            one.diagnostics.extend(done.diagnostics);
            let Done { files: file_count, objects: object_count, proof, .. } = done;
            one.manifests =
                Manifests { file_count, object_count, proof, ..std::mem::take(&mut one.manifests) };
        }
    }
    let diagnostics = merge(&lowered);
    Some((lowered.into_iter().map(|lowered| lowered.manifests).collect(), diagnostics))
}

impl<'a> Lowered<'a> {
    fn of(target: &'a Target) -> Lowered<'a> {
        let manifests = Manifests {
            target: target.name.clone(),
            output: target.output.clone(),
            output_span: target.output_span,
            ..Manifests::default()
        };
        Lowered { target, manifests, diagnostics: Vec::new() }
    }
}

/// A target at work.
struct Job<'a> {
    /// Its number.
    at: usize,
    target: &'a Target,
    request: Request<'a>,
    lowering: Box<dyn Lowering + 'a>,
    /// The files given away so far.
    names: Vec<String>,
    /// The objects in them.
    objects: usize,
}

/// What came of it.
struct Done {
    at: usize,
    diagnostics: Vec<Diagnostic>,
    proof: Option<Tally>,
    files: usize,
    objects: usize,
}

impl<'a> Job<'a> {
    fn of(at: usize, target: &'a Target, request: Request<'a>) -> Job<'a> {
        let lowering = (target.backend.begin)(&request);
        Job { at, target, request, lowering, names: Vec::new(), objects: 0 }
    }

    /// What its proof begins with.
    fn shared(&self) -> Shared<'_> {
        let Target { backend, settings, .. } = self.target;
        let manifests = self.lowering.cluster().map(manifest).into_iter().collect();
        Shared { backend: backend.name, settings, manifests }
    }

    /// What is left once every namespace was lowered and compared: the proof of number `place` ends here.
    fn finish(
        mut self,
        place: usize,
        proof: &mut Proof<'_, '_>,
        source: &Source<'_>,
        taker: &dyn Taker,
    ) -> Done {
        let (at, backend) = (self.at, self.target.backend);
        self.names.sort();
        let (list, mut diagnostics) = self.lowering.finish(&self.names);
        let mut done = Done {
            at,
            diagnostics: Vec::new(),
            proof: None,
            files: self.names.len() + 1,
            objects: self.objects,
        };
        if diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
            taker.void(at);
            return Done { diagnostics, files: 0, objects: 0, ..done };
        }
        let outcome = match proof.conclude(place, None) {
            Some(outcome) => {
                taker.take(at, list);
                outcome
            }
            // They have to be read together, so they are made once more, and it is these that are proved and given away.
            None => {
                taker.void(at);
                let files = backend.lower(&self.request).files;
                let Target { backend, settings, .. } = self.target;
                let outcome =
                    prove(source, &[Written { backend: backend.name, settings, files: &files }]).pop();
                files.into_iter().for_each(|(name, text)| taker.take(at, File { name, text, objects: 0 }));
                outcome.unwrap_or(Err(Unread::ByNobody))
            }
        };
        let (found, tally) = tell_all(outcome, source, backend);
        diagnostics.extend(found);
        (done.diagnostics, done.proof) = (diagnostics, tally);
        done
    }
}

fn manifest(file: &File) -> Manifest<'_> {
    Manifest { path: &file.name, text: &file.text }
}

/// Lowers the policy of one cluster for its targets, and proves what they write: side by side, so that the policy is asked
/// once for all of them.
fn lower_view<'a>(
    policy: &'a Policy,
    targets: &[(usize, &'a Target)],
    Scope { as_of, about, is_cancelled }: Scope<'_>,
    taker: &dyn Taker,
) -> Option<Vec<Done>> {
    let begin = |(at, target): &(usize, &'a Target)| {
        Job::of(*at, target, Request { policy, as_of, settings: &target.settings })
    };
    let mut jobs: Vec<Job<'_>> = targets.par_iter().map(begin).collect();
    let source = Source::of(policy, as_of);
    let source = match about {
        Some(namespaces) => source.about(namespaces),
        None => source,
    };
    let mut proof = Proof::of(&source, &jobs.iter().map(Job::shared).collect::<Vec<_>>());
    for job in &mut jobs {
        let cluster = job.lowering.cluster().cloned();
        job.names.extend(cluster.iter().map(|file| file.name.clone()));
        job.objects += cluster.iter().map(|file| file.objects).sum::<usize>();
        cluster.into_iter().for_each(|file| taker.take(job.at, file));
    }
    let names: Vec<Text> = proof.namespaces().to_vec();
    for batch in names.chunks(BATCH) {
        let open: Vec<bool> = jobs.iter().map(|job| job.lowering.goes_on()).collect();
        let each = |name: &Text| -> Vec<(Option<(String, usize)>, Found)> {
            if is_cancelled() {
                return Vec::new();
            }
            let meant = proof.meant(name);
            let one = |(place, (job, open)): (usize, (&Job<'_>, &bool))| {
                let file = if *open { job.lowering.namespace(name) } else { None };
                let found = proof.compare(place, name, &meant, file.as_ref().map(manifest).as_ref());
                let given = file.map(|file| {
                    let given = (file.name.clone(), file.objects);
                    taker.take(job.at, file);
                    given
                });
                (given, found)
            };
            jobs.par_iter().zip(&open).enumerate().map(one).collect()
        };
        let rows: Vec<Vec<_>> = batch.par_iter().map(each).collect();
        if is_cancelled() {
            return None;
        }
        for row in rows {
            for (place, ((given, found), job)) in row.into_iter().zip(&mut jobs).enumerate() {
                proof.add(place, found);
                if let Some((name, objects)) = given {
                    job.names.push(name);
                    job.objects += objects;
                }
            }
        }
    }
    let finish = |(place, job): (usize, Job<'_>)| job.finish(place, &mut proof, &source, taker);
    Some(jobs.into_iter().enumerate().map(finish).collect())
}

/// The place of the policy of the target's cluster.
fn view_for(target: &Target, views: &[Policy]) -> Result<usize, Box<Diagnostic>> {
    let names: Vec<&str> = views.iter().filter_map(|view| view.cluster.name.as_deref()).collect();
    let fault = |title: String, label: &str| {
        let fault = Diagnostic::new(PROJECT, title);
        match target.cluster_span {
            Some(span) => fault.at(span, label),
            None => fault,
        }
    };
    match (&target.cluster, views) {
        (None, [_]) => Ok(0),
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
            views.iter().position(|view| view.cluster.name.as_ref() == Some(name)).ok_or_else(|| {
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
