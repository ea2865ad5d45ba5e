//! A whole policy: guardrail tiers, fences, namespaces, and the files they go into.

use std::collections::BTreeMap;

use netpol_diagnostics::Diagnostic;
use netpol_flow::{Date, Text};
use netpol_model::{Layer, Namespace, Policy};
use rayon::prelude::*;

use super::emit::{Draft, NETPOL_ORDER, NETPOL_TIER, Taken, objects, tier};
use super::namespace::{FENCE_TIER, has_fence, isolates};
use super::options::Options;
use super::refusals::{Build, Refusals};
use super::{guardrail, namespace};
use crate::bound::{Found, of_guardrails};
use crate::object::{Files, Object};
use crate::plan::{Fences, Plan};
use crate::{File, Lowering, Request};

/// The order of the first guardrail tier, where there are not too many.
const FIRST_ORDER: i64 = 900;

/// A policy on its way to Calico's objects.
pub(super) struct Calico<'a> {
    policy: &'a Policy,
    day: Date,
    options: Options,
    plan: Plan<'a>,
    files: Files,
    cluster: Option<File>,
    refusals: Refusals,
    found: Found<Refusals>,
    /// The own objects of the namespaces whose policies are not all in them: they are lowered before the others.
    early: BTreeMap<Text, Vec<Object>>,
}

/// Begins to lower a policy.
pub(super) fn begin<'a>(request: &Request<'a>) -> Box<dyn Lowering + 'a> {
    let (mut lowering, objects) = Calico::of(request);
    lowering.cluster = lowering.files.file(objects);
    Box::new(lowering)
}

impl<'a> Calico<'a> {
    /// Looks at what concerns all namespaces; the cluster-wide objects, tiers first.
    pub(super) fn of(request: &Request<'a>) -> (Calico<'a>, Vec<Object>) {
        let (policy, day) = (request.policy, request.as_of);
        let mut lowering = Calico {
            policy,
            day,
            options: Options::of(request),
            plan: Plan::of(policy, day),
            files: Files::of(policy, "calico"),
            cluster: None,
            refusals: Refusals::default(),
            found: Found::of("calico"),
            early: BTreeMap::new(),
        };
        let mut refusals = Refusals::default();
        let objects = lowering.of_cluster(&mut refusals);
        lowering.refusals = refusals;
        (lowering, objects)
    }

    fn build(&self) -> Build<'_> {
        Build { policy: self.policy, places: &self.plan.places, options: &self.options }
    }

    fn of_cluster(&mut self, refusals: &mut Refusals) -> Vec<Object> {
        let guardrails = of_guardrails("calico", self.policy, || {
            let mut refusals = Refusals::default();
            (guardrail::tiers(&self.build(), self.day, &mut refusals), refusals)
        });
        let guardrails = match guardrails {
            Ok((guardrails, found)) => {
                refusals.and(found);
                guardrails
            }
            Err(refusal) => {
                refusals.tell(*refusal);
                Vec::new()
            }
        };
        let undeclared = namespace::undeclared(&self.build(), refusals);
        let build = self.build();
        let mut isolated = self.plan.namespaces().filter(|n| !isolates(&build, n, self.day).is_empty());
        let has_namespace = undeclared.is_some() || isolated.next().is_some();
        let has_fence = self.plan.namespaces().any(|namespace| has_fence(&build, namespace, self.day));

        let (mut global, mut cluster_wide, mut taken) = (Vec::new(), Vec::new(), Taken::new());
        objects(undeclared.into_iter().collect(), &mut taken, &mut cluster_wide);
        let namespaces: Vec<&Namespace> = self.plan.namespaces().collect();
        let scattered = namespaces.into_par_iter().filter(|one| self.plan.speaks_by_namespace_label(one));
        let drafted: Vec<_> = scattered.map(|one| (&one.name, self.drafts(one))).collect();
        for (name, drafts) in drafted {
            let Some((own, everywhere)) = drafts else { continue };
            objects(everywhere, &mut taken, &mut cluster_wide);
            self.early.insert(name.clone(), named_apart(own));
        }
        let mut tiers: Vec<(String, Option<Layer>)> = Vec::new();
        for tier in guardrails {
            tiers.push((tier.name, Some(Layer::Guardrail(tier.blocks.join(", ").into()))));
            objects(tier.drafts, &mut taken, &mut global);
        }
        if has_fence {
            tiers.push((FENCE_TIER.to_owned(), Some(Layer::Fence)));
        }
        let first = FIRST_ORDER.min(NETPOL_ORDER.saturating_sub_unsigned(tiers.len() as u64));
        let mut out: Vec<Object> =
            (first..).zip(tiers).map(|(order, (name, layer))| tier(&name, order, "Pass", layer)).collect();
        if has_namespace {
            out.push(tier(NETPOL_TIER, NETPOL_ORDER, "Deny", None));
        }
        out.append(&mut global);
        out.append(&mut cluster_wide);
        out
    }

    /// What is written for a namespace: in it, and cluster-wide.
    fn drafts(&self, namespace: &'a Namespace) -> Option<(Vec<Draft>, Vec<Draft>)> {
        self.found.within(namespace, || {
            let mut refusals = Refusals::default();
            let planned = self.plan.of_namespace(namespace, Fences::Leave);
            let drafts = namespace::drafts(&self.build(), &planned, self.day, &mut refusals);
            (drafts.into_iter().partition(|draft| draft.namespace.is_some()), refusals)
        })
    }

    /// The objects of a namespace.
    pub(super) fn objects(&self, name: &Text) -> Option<Vec<Object>> {
        if let Some(known) = self.early.get(name) {
            return Some(known.clone());
        }
        let (own, everywhere) = self.drafts(self.plan.namespace(name)?)?;
        debug_assert!(everywhere.is_empty(), "the cluster's file is written already");
        Some(named_apart(own))
    }

    /// Everything there is to say.
    pub(super) fn into_diagnostics(self) -> Vec<Diagnostic> {
        let Calico { mut refusals, found, .. } = self;
        let (refused, found) = found.take();
        refused.into_iter().for_each(|refusal| refusals.tell(refusal));
        found.into_iter().for_each(|found| refusals.and(found));
        refusals.into_diagnostics()
    }
}

/// The objects of one namespace.
fn named_apart(drafts: Vec<Draft>) -> Vec<Object> {
    let mut out = Vec::new();
    objects(drafts, &mut Taken::new(), &mut out);
    out
}

impl Lowering for Calico<'_> {
    fn cluster(&self) -> Option<&File> {
        self.cluster.as_ref()
    }

    fn namespace(&self, name: &Text) -> Option<File> {
        self.files.file(self.objects(name)?)
    }

    fn goes_on(&self) -> bool {
        self.found.all_within()
    }

    fn finish(self: Box<Self>, names: &[String]) -> (File, Vec<Diagnostic>) {
        // A policy is refused while its tier does not exist.
        let text = self.files.kustomization(names, &["cluster.yaml"]);
        (File::list(text), self.into_diagnostics())
    }
}
