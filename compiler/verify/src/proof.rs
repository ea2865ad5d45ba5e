//! The proof: source and manifests let the same flows pass, on each side of each pod, or here is one they do not.
//!
//! What decides about the pods of a namespace is its own objects and the cluster-wide ones. So namespace by namespace the
//! source is asked once, and each target's manifest of that namespace is read, compared and forgotten: memory and time
//! are in proportion to one namespace. Nothing is taken on trust: a manifest that turns out to speak of anything else has
//! its target read as a whole. A target that differs is wrong whatever else it says, and is not read further.

use std::collections::{BTreeMap, BTreeSet};

use netpol_flow::{SortedSet, Text};
use netpol_semantics::{Manifest, ReadError, Undecided};
use rayon::prelude::*;

use crate::comparison::{Compared, Comparison, Meant};
use crate::readings::Profile;
use crate::{Outcome, Reading, Shard, Source};

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

/// So many namespaces are compared side by side before it is asked whether a target has differed.
const BATCH: usize = 64;

/// Compares every class of flows, on each side of each pod, with the manifests of each target; the answers are in the
/// order of `written`. Of a target that differs, the first differences are given.
pub fn prove(source: &Source<'_>, written: &[Written<'_>]) -> Vec<Result<Outcome, Unread>> {
    let named: Vec<Text> = match source.asked() {
        Some(asked) => asked.iter().cloned().collect(),
        None => source.namespaces().into_iter().collect(),
    };
    let targets: Vec<Result<Target<'_>, Unread>> =
        written.par_iter().map(|written| Target::of(written, &named)).collect();
    let mut found: Vec<Found> = targets.iter().map(|_| Found::default()).collect();
    for batch in named.chunks(BATCH) {
        let refuted: Vec<bool> = found.iter().map(|found| found.is_refuted).collect();
        if refuted.iter().zip(&targets).all(|(refuted, target)| *refuted || target.is_err()) {
            break;
        }
        let compare = |name: &Text| -> Vec<Found> {
            let shard = Shard::Named(name.clone());
            let meant = source.sides(&shard);
            let one = |(target, refuted): (&Result<Target<'_>, Unread>, &bool)| match target {
                Ok(target) if !refuted => target.compare(source, &shard, &meant),
                Ok(_) | Err(_) => Found::default(),
            };
            targets.iter().zip(&refuted).map(one).collect()
        };
        let rows: Vec<Vec<Found>> = batch.par_iter().map(compare).collect();
        for row in rows {
            found.iter_mut().zip(row).for_each(|(all, one)| *all = std::mem::take(all).and(one));
        }
        for (all, target) in found.iter_mut().zip(&targets) {
            all.is_refuted = all.is_refuted || target.as_ref().is_ok_and(|target| target.is_refuted(all));
        }
    }
    let conclude = |(target, found): (&Result<Target<'_>, Unread>, Found)| {
        target.as_ref().map_err(Clone::clone)?.conclude(source, &named, found)
    };
    targets.iter().zip(found).map(conclude).collect()
}

/// A shard that still waits for another with every shard at hand would be a mistake here; it must not pass for a proof.
fn unsettled() -> Outcome {
    let reason = "a side rests on other namespaces, which were all at hand".to_owned();
    Outcome { undecided: vec![Undecided { reason }], ..Outcome::default() }
}

/// One target's manifests, told apart.
struct Target<'a> {
    profile: Profile,
    /// The reading of all that is not the manifest of one namespace; none where it is not understood without those.
    shared: Option<Box<dyn Reading>>,
    /// What is likely to be the manifest of one namespace, by that namespace.
    local: BTreeMap<&'a str, Manifest<'a>>,
    all: Vec<Manifest<'a>>,
}

/// What came of some namespaces of a target.
#[derive(Default)]
struct Found {
    outcome: Outcome,
    /// The namespaces their manifests name.
    names: BTreeSet<Text>,
    /// Those that rest on what others say.
    leaning: Vec<Shard>,
    /// Whether a manifest has to be read together with the others.
    together: bool,
    /// Whether what differs differs whatever the other manifests say.
    is_refuted: bool,
}

impl Found {
    fn and(mut self, other: Found) -> Found {
        self.outcome = self.outcome.and(other.outcome);
        self.names.extend(other.names);
        self.leaning.extend(other.leaning);
        self.together |= other.together;
        self.is_refuted |= other.is_refuted;
        self
    }

    fn add(&mut self, shard: &Shard, compared: Compared) {
        match compared {
            Compared::Done(outcome) => self.outcome = std::mem::take(&mut self.outcome).and(outcome),
            Compared::Leans => self.leaning.push(shard.clone()),
        }
    }
}

impl<'a> Target<'a> {
    fn of(written: &Written<'a>, named: &[Text]) -> Result<Target<'a>, Unread> {
        let Written { backend, settings, files } = *written;
        let profile = Profile::of(backend, settings).ok_or(Unread::ByNobody)?;
        let manifests = files.iter().filter(|(name, _)| *name != "kustomization.yaml");
        let all: Vec<Manifest<'a>> = manifests.map(|(path, text)| Manifest { path, text }).collect();
        let own = |manifest: &Manifest<'a>| {
            let stem = manifest.path.strip_suffix(".yaml")?;
            named.binary_search_by(|name| (**name).cmp(stem)).is_ok().then_some(stem)
        };
        let local = all.iter().filter_map(|manifest| Some((own(manifest)?, *manifest))).collect();
        let shared: Vec<Manifest<'a>> = all.iter().filter(|m| own(m).is_none()).copied().collect();
        let shared = profile.read(&shared).ok();
        Ok(Target { profile, shared, local, all })
    }

    /// Compares the pods of one namespace with its manifest beside the shared ones.
    fn compare(&self, source: &Source<'_>, shard: &Shard, meant: &Meant) -> Found {
        let mut found = Found::default();
        let Some(shared) = &self.shared else { return Found { together: true, ..found } };
        let Some((name, manifest)) = shard.name().and_then(|name| Some((name, self.local.get(&**name)?)))
        else {
            found.add(shard, Comparison::of(source, &**shared).compare(shard, meant, None));
            return found;
        };
        match shared.beside(manifest) {
            Ok(Some((about, reading))) if about == *name => {
                found.names = reading.namespaces_of(name);
                found.add(shard, Comparison::of(source, &*reading).compare(shard, meant, None));
            }
            // What cannot be understood alone may be understood together; if not, that reading says why.
            Ok(Some(_) | None) | Err(_) => found.together = true,
        }
        found
    }

    /// Whether what was found so far is a difference, and no manifest that was not read can take it back: each is of its
    /// own namespace alone, as far as its text shows.
    fn is_refuted(&self, found: &Found) -> bool {
        let is_own = |(stem, manifest): (&&str, &Manifest<'_>)| {
            let own = |line: &&str| line.strip_prefix("  namespace: ").is_some_and(|name| name == *stem);
            let documents = manifest.text.lines().filter(|line| line.starts_with("---")).count();
            documents > 0 && documents == manifest.text.lines().filter(own).count()
        };
        !found.outcome.differences.is_empty() && !found.together && self.local.par_iter().all(is_own)
    }

    /// Compares what is left: namespaces that only manifests name, all others, and what rests on several manifests.
    fn conclude(&self, source: &Source<'_>, named: &[Text], found: Found) -> Result<Outcome, Unread> {
        let Found { outcome, mut names, leaning, together, is_refuted } = found;
        if source.asked().is_some() || is_refuted {
            return Ok(outcome);
        }
        let (Some(shared), false) = (&self.shared, together) else { return self.whole(source, None) };
        names.extend(shared.namespaces());
        let extra = names.iter().filter(|name| named.binary_search(name).is_err()).cloned();
        let extra: Vec<Shard> = extra.map(Shard::Named).collect();
        let mut everyone: Vec<Shard> = named.iter().cloned().map(Shard::Named).chain(extra.clone()).collect();
        let all: SortedSet<Text> = everyone.iter().filter_map(Shard::name).cloned().collect();
        everyone.push(Shard::Unnamed(all));
        let mut rest = Found { outcome, leaning, ..Found::default() };
        for shard in extra.iter().chain(everyone.last()) {
            rest = rest.and(self.compare(source, shard, &source.sides(shard)));
        }
        if rest.leaning.is_empty() {
            return Ok(rest.outcome);
        }
        Ok(rest.outcome.and(self.whole(source, Some((&rest.leaning, &everyone)))?))
    }

    /// Compares shards by the reading of all manifests together: some of all, or every one.
    fn whole(&self, source: &Source<'_>, some: Option<(&[Shard], &[Shard])>) -> Result<Outcome, Unread> {
        let reading = self.profile.read(&self.all).map_err(Unread::NotUnderstood)?;
        let comparison = Comparison::of(source, &*reading);
        let (shards, everyone) = match some {
            Some((shards, everyone)) => (shards.to_vec(), everyone.to_vec()),
            None => {
                let mut names = source.namespaces();
                names.extend(reading.namespaces());
                let unnamed = Shard::Unnamed(names.iter().cloned().collect());
                let all: Vec<Shard> = names.into_iter().map(Shard::Named).chain([unnamed]).collect();
                (all.clone(), all)
            }
        };
        let compare = |shard: &Shard| match comparison.compare(shard, &source.sides(shard), Some(&everyone)) {
            Compared::Done(outcome) => outcome,
            Compared::Leans => unsettled(),
        };
        Ok(shards.par_iter().map(compare).reduce(Outcome::default, Outcome::and))
    }
}
