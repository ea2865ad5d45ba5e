//! The proof: source and manifests let the same flows pass, on each side of each pod, or here is one they do not.
//!
//! What decides about the pods of a namespace is its own objects and the cluster-wide ones. So namespace by namespace the
//! source is asked once, and each target's manifest of that namespace is read, compared and forgotten, whether it is there
//! already or written only then: memory and time are in proportion to one namespace. Nothing is taken on trust: a manifest
//! that turns out to speak of anything else has its target read as a whole. A target that differs is wrong whatever else it
//! says, and is not read further where all manifests are at hand.

use std::collections::BTreeMap;

use netpol_flow::Text;
use netpol_semantics::{Manifest, ReadError};
use rayon::prelude::*;

use crate::comparison::Meant;
use crate::target::{Found, Target};
use crate::{Outcome, Shard, Source};

/// The manifests of one target.
#[derive(Clone, Copy, Debug)]
pub struct Written<'a> {
    /// The back end that wrote them.
    pub backend: &'a str,
    /// The target's settings.
    pub settings: &'a BTreeMap<Text, Text>,
    /// The files as they would be written, by name; `kustomization.yaml`, which lists the others, is no manifest.
    pub files: &'a BTreeMap<String, String>,
}

/// Why manifests could not be compared at all, which is a failure like any difference.
#[derive(Clone, Debug)]
pub enum Unread {
    /// No reading is known for this back end.
    ByNobody,
    /// The reading does not understand these objects.
    NotUnderstood(Vec<ReadError>),
}

/// A proof under way: each namespace is compared as soon as its manifests are there.
pub struct Proof<'s, 'a> {
    source: &'s Source<'a>,
    named: Vec<Text>,
    targets: Vec<Result<Target, Unread>>,
    found: Vec<Found>,
}

/// A target whose manifests are to be proved.
#[derive(Clone, Debug)]
pub struct Shared<'a> {
    /// The back end that writes them.
    pub backend: &'a str,
    /// The target's settings.
    pub settings: &'a BTreeMap<Text, Text>,
    /// Those that are not the manifest of one namespace.
    pub manifests: Vec<Manifest<'a>>,
}

impl<'s, 'a> Proof<'s, 'a> {
    /// Begins to prove targets; the number of each is its place in the list.
    pub fn of(source: &'s Source<'a>, targets: &[Shared<'_>]) -> Proof<'s, 'a> {
        Proof::about(source, named(source), targets)
    }

    fn about(source: &'s Source<'a>, named: Vec<Text>, targets: &[Shared<'_>]) -> Proof<'s, 'a> {
        let targets: Vec<Result<Target, Unread>> = targets.par_iter().map(Target::of).collect();
        let found = targets.iter().map(|_| Found::default()).collect();
        Proof { source, named, targets, found }
    }

    /// The namespaces to compare, in order.
    pub fn namespaces(&self) -> &[Text] {
        &self.named
    }

    /// What the source means for the pods of a namespace; asked once for all targets.
    pub fn meant(&self, namespace: &Text) -> Meant {
        self.source.sides(&Shard::Named(namespace.clone()))
    }

    /// Compares what is meant for the pods of a namespace with its manifest in a target; none where it has no manifest.
    pub fn compare(
        &self,
        target: usize,
        namespace: &Text,
        meant: &Meant,
        manifest: Option<&Manifest<'_>>,
    ) -> Found {
        match self.targets.get(target) {
            Some(Ok(target)) => {
                target.compare(self.source, &Shard::Named(namespace.clone()), meant, manifest)
            }
            Some(Err(_)) | None => Found::default(),
        }
    }

    /// Adds what came of a namespace, in the order of the namespaces.
    pub fn add(&mut self, target: usize, found: Found) {
        if let Some(all) = self.found.get_mut(target) {
            *all = std::mem::take(all).and(found);
        }
    }

    /// What came of a target, once every namespace was compared; none where its manifests have to be read together and
    /// `all` of them are not given.
    pub fn conclude(
        &mut self,
        target: usize,
        all: Option<&[Manifest<'_>]>,
    ) -> Option<Result<Outcome, Unread>> {
        let found = self.found.get_mut(target).map(std::mem::take).unwrap_or_default();
        match self.targets.get(target)? {
            Ok(target) => target.conclude(self.source, &self.named, found, all),
            Err(unread) => Some(Err(unread.clone())),
        }
    }
}

/// The namespaces that a source is asked about.
fn named(source: &Source<'_>) -> Vec<Text> {
    match source.asked() {
        Some(asked) => asked.iter().cloned().collect(),
        None => source.namespaces().into_iter().collect(),
    }
}

/// So many namespaces are compared side by side before it is asked whether a target has differed.
const BATCH: usize = 64;

/// Compares every class of flows, on each side of each pod, with the manifests of each target; the answers are in the
/// order of `written`. Of a target that differs, the first differences are given.
pub fn prove(source: &Source<'_>, written: &[Written<'_>]) -> Vec<Result<Outcome, Unread>> {
    let named = named(source);
    let files: Vec<Files<'_>> = written.par_iter().map(|written| Files::of(written.files, &named)).collect();
    let told_apart = written.iter().zip(&files);
    let shared = told_apart.map(|(Written { backend, settings, .. }, files)| Shared {
        backend,
        settings,
        manifests: files.shared.clone(),
    });
    let shared: Vec<Shared<'_>> = shared.collect();
    let mut proof = Proof::about(source, named.clone(), &shared);
    let mut refuted = vec![false; files.len()];
    for batch in named.chunks(BATCH) {
        if refuted.iter().zip(&proof.targets).all(|(refuted, target)| *refuted || target.is_err()) {
            break;
        }
        let compare = |name: &Text| -> Vec<Found> {
            let meant = proof.meant(name);
            let one = |(at, files): (usize, &Files<'_>)| match refuted.get(at) {
                Some(false) => proof.compare(at, name, &meant, files.local.get(&**name)),
                Some(true) | None => Found::default(),
            };
            files.iter().enumerate().map(one).collect()
        };
        let rows: Vec<Vec<Found>> = batch.par_iter().map(compare).collect();
        for row in rows {
            row.into_iter().enumerate().for_each(|(at, found)| proof.add(at, found));
        }
        for ((found, files), refuted) in proof.found.iter().zip(&files).zip(&mut refuted) {
            *refuted = *refuted || found.differs() && files.are_each_of_their_own();
        }
    }
    let conclude = |(at, (files, refuted)): (usize, (&Files<'_>, bool))| match refuted {
        true => Ok(proof.found.get_mut(at).map(std::mem::take).unwrap_or_default().outcome),
        false => proof.conclude(at, Some(&files.all)).unwrap_or(Err(Unread::ByNobody)),
    };
    files.iter().zip(refuted).enumerate().map(conclude).collect()
}

/// One target's manifests, told apart.
struct Files<'a> {
    all: Vec<Manifest<'a>>,
    /// What is likely to be the manifest of one namespace, by that namespace.
    local: BTreeMap<&'a str, Manifest<'a>>,
    shared: Vec<Manifest<'a>>,
}

impl<'a> Files<'a> {
    fn of(files: &'a BTreeMap<String, String>, named: &[Text]) -> Files<'a> {
        let manifests = files.iter().filter(|(name, _)| *name != "kustomization.yaml");
        let all: Vec<Manifest<'a>> = manifests.map(|(path, text)| Manifest { path, text }).collect();
        let own = |manifest: &Manifest<'a>| {
            let stem = manifest.path.strip_suffix(".yaml")?;
            named.binary_search_by(|name| (**name).cmp(stem)).is_ok().then_some(stem)
        };
        let local = all.iter().filter_map(|manifest| Some((own(manifest)?, *manifest))).collect();
        let shared = all.iter().filter(|manifest| own(manifest).is_none()).copied().collect();
        Files { all, local, shared }
    }

    /// Whether each manifest of a namespace is of it alone, as far as its text shows: then none that was not read can take
    /// back what another says.
    fn are_each_of_their_own(&self) -> bool {
        let is_own = |(stem, manifest): (&&str, &Manifest<'_>)| {
            let own = |line: &&str| line.strip_prefix("  namespace: ").is_some_and(|name| name == *stem);
            let documents = manifest.text.lines().filter(|line| line.starts_with("---")).count();
            documents > 0 && documents == manifest.text.lines().filter(own).count()
        };
        self.local.par_iter().all(is_own)
    }
}
