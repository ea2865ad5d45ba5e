//! One target's manifests, compared with the source namespace by namespace.

use std::collections::BTreeSet;

use netpol_flow::{SortedSet, Text};
use netpol_semantics::{Manifest, Undecided};
use rayon::prelude::*;

use crate::comparison::{Compared, Comparison, Meant};
use crate::proof::{Shared, Unread};
use crate::readings::Profile;
use crate::{Outcome, Reading, Shard, Source};

/// A target, and what its cluster-wide manifests say.
pub(crate) struct Target {
    profile: Profile,
    /// The reading of all that is not the manifest of one namespace; none where it is not understood without those.
    shared: Option<Box<dyn Reading>>,
}

/// What came of some namespaces of a target.
#[derive(Default)]
pub struct Found {
    pub(crate) outcome: Outcome,
    /// The namespaces their manifests name.
    names: BTreeSet<Text>,
    /// Those that rest on what others say.
    leaning: Vec<Shard>,
    /// Whether a manifest has to be read together with the others.
    together: bool,
}

impl Found {
    pub(crate) fn and(mut self, other: Found) -> Found {
        self.outcome = self.outcome.and(other.outcome);
        self.names.extend(other.names);
        self.leaning.extend(other.leaning);
        self.together |= other.together;
        self
    }

    /// Whether source and manifests differ, so far as each manifest is of its own namespace.
    pub(crate) fn differs(&self) -> bool {
        !self.outcome.differences.is_empty() && !self.together
    }

    fn add(&mut self, shard: &Shard, compared: Compared) {
        match compared {
            Compared::Done(outcome) => self.outcome = std::mem::take(&mut self.outcome).and(outcome),
            Compared::Leans => self.leaning.push(shard.clone()),
        }
    }
}

/// A shard that still waits for another with every shard at hand would be a mistake here; it must not pass for a proof.
fn unsettled() -> Outcome {
    let reason = "a side rests on other namespaces, which were all at hand".to_owned();
    Outcome { undecided: vec![Undecided { reason }], ..Outcome::default() }
}

impl Target {
    /// Reads what is cluster-wide.
    pub(crate) fn of(target: &Shared<'_>) -> Result<Target, Unread> {
        let profile = Profile::of(target.backend, target.settings).ok_or(Unread::ByNobody)?;
        let shared = profile.read(&target.manifests).ok();
        Ok(Target { profile, shared })
    }

    /// Compares the pods of one namespace with its manifest beside the shared ones.
    pub(crate) fn compare(
        &self,
        source: &Source<'_>,
        shard: &Shard,
        meant: &Meant,
        manifest: Option<&Manifest<'_>>,
    ) -> Found {
        let mut found = Found::default();
        let Some(shared) = &self.shared else { return Found { together: true, ..found } };
        let Some((name, manifest)) = shard.name().zip(manifest) else {
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

    /// Compares what is left: namespaces that only manifests name, all others, and what rests on several manifests; none
    /// where those are needed and not given.
    pub(crate) fn conclude(
        &self,
        source: &Source<'_>,
        named: &[Text],
        found: Found,
        all: Option<&[Manifest<'_>]>,
    ) -> Option<Result<Outcome, Unread>> {
        let Found { outcome, mut names, leaning, together } = found;
        if source.asked().is_some() {
            return Some(Ok(outcome));
        }
        let (Some(shared), false) = (&self.shared, together) else {
            return Some(self.whole(source, all?, None));
        };
        names.extend(shared.namespaces());
        let extra = names.iter().filter(|name| named.binary_search(name).is_err()).cloned();
        let extra: Vec<Shard> = extra.map(Shard::Named).collect();
        let mut everyone: Vec<Shard> = named.iter().cloned().map(Shard::Named).chain(extra.clone()).collect();
        let known: SortedSet<Text> = everyone.iter().filter_map(Shard::name).cloned().collect();
        everyone.push(Shard::Unnamed(known));
        let mut rest = Found { outcome, leaning, ..Found::default() };
        for shard in extra.iter().chain(everyone.last()) {
            rest = rest.and(self.compare(source, shard, &source.sides(shard), None));
        }
        if rest.leaning.is_empty() {
            return Some(Ok(rest.outcome));
        }
        let whole = self.whole(source, all?, Some((&rest.leaning, &everyone)));
        Some(whole.map(|whole| rest.outcome.and(whole)))
    }

    /// Compares shards by the reading of all manifests together: some of all, or every one.
    fn whole(
        &self,
        source: &Source<'_>,
        all: &[Manifest<'_>],
        some: Option<(&[Shard], &[Shard])>,
    ) -> Result<Outcome, Unread> {
        let reading = self.profile.read(all).map_err(Unread::NotUnderstood)?;
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
