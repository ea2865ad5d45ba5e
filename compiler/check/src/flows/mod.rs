//! Checks about flows, decided by the set algebra on a finished policy.
//!
//! Each lint is one file and one line of [`LINTS`]. What they share: `consents` knows which rules answer for whom,
//! `cover` compares rules without algebra, `readable` shows sets of flows to people, `blame` says where.

mod against_tiers;
pub(crate) mod blame;
mod buckets;
mod consents;
mod cover;
mod everything;
mod name_resolution;
mod open_sets;
pub(crate) mod private;
pub(crate) mod readable;
mod redundant;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod typos;
mod unused_exposure;

use std::collections::{BTreeMap, BTreeSet};

use netpol_diagnostics::Diagnostic;
use netpol_flow::{Date, Text};
use netpol_model::{Places, Policy, Rule};
use rayon::prelude::*;

use consents::Consents;

pub(crate) use typos::KnownNamespaces;

/// What the text says beside the policy.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    /// For each namespace its `tiers` statements: the tiers in the order written.
    pub(crate) tiers: BTreeMap<Text, Vec<Vec<Text>>>,
}

/// What every lint reads.
pub(crate) struct Context<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) as_of: Date,
    facts: &'a Facts,
    pub(crate) places: Places,
    consents: Consents<'a>,
}

/// A lint: adds what it finds, in any order.
type Lint = fn(&Context<'_>, &mut Vec<Diagnostic>);

/// Every lint.
const LINTS: &[Lint] = &[
    private::lint,
    unused_exposure::lint,
    redundant::lint,
    open_sets::lint,
    name_resolution::lint,
    against_tiers::lint,
    everything::lint,
];

/// As [`check_with`], with nothing but the policy.
#[cfg(test)]
pub(crate) fn check(policy: &Policy, as_of: Date) -> Vec<Diagnostic> {
    check_with(policy, as_of, &Facts::default())
}

/// Everything there is to say about a policy's flows on a day, by place and code.
///
/// `facts` is what the policy does not hold of the text; without it NP0414 is silent.
pub(crate) fn check_with(policy: &Policy, as_of: Date, facts: &Facts) -> Vec<Diagnostic> {
    let consents = Consents::of(policy, as_of);
    let context = Context { policy, as_of, facts, places: Places::of(policy), consents };
    let findings = |lint: &Lint| {
        let mut found = Vec::new();
        lint(&context, &mut found);
        found
    };
    let lints = || LINTS.par_iter().flat_map_iter(findings).collect();
    let (mut found, of_layers): (Vec<Diagnostic>, _) = rayon::join(lints, || crate::layers::check(&context));
    found.extend(of_layers);
    without_the_dead(&mut found);
    found.sort_by_key(|d| (d.primary.as_ref().map(|label| label.span), d.code));
    let mut said = BTreeSet::new();
    found.retain(|d| said.insert((d.primary.as_ref().map(|label| label.span), d.code, d.title.clone())));
    found
}

/// Leaves out what only follows from a line being overruled.
fn without_the_dead(found: &mut Vec<Diagnostic>) {
    const FOLLOWS: [u16; 5] = [407, 411, 412, 413, 414];
    let place = |d: &Diagnostic| d.primary.as_ref().map(|label| label.span);
    let dead: BTreeSet<_> = found.iter().filter(|d| matches!(d.code.0, 501 | 503)).map(place).collect();
    found.retain(|d| !(FOLLOWS.contains(&d.code.0) && dead.contains(&place(d))));
}

impl<'a> Context<'a> {
    /// The rules of every namespace this project builds, with their namespace; lapsed ones left out.
    fn rules(&self) -> impl Iterator<Item = (&'a netpol_model::Namespace, &'a Rule)> {
        let as_of = self.as_of;
        let built = self.policy.namespaces.values().filter(|namespace| !namespace.external);
        built.flat_map(move |namespace| {
            namespace
                .rules
                .iter()
                .filter(move |rule| rule.is_active(as_of))
                .map(move |rule| (namespace, rule))
        })
    }
}
