//! A whole policy: guardrail tiers, fences, namespaces, and the files they go into.

use netpol_diagnostics::{Diagnostic, Severity};
use netpol_model::Layer;

use super::emit::{NETPOL_ORDER, NETPOL_TIER, Taken, objects, tier};
use super::namespace::FENCE_TIER;
use super::options::Options;
use super::refusals::{Build, Refusals};
use super::{guardrail, namespace};
use crate::object::{Files, Object};
use crate::plan::{Fences, Plan};
use crate::{Output, Request};

/// The order of the first guardrail tier, where there are not too many.
const FIRST_ORDER: i64 = 900;

/// Lowers a policy to files.
pub(super) fn lower(request: &Request<'_>) -> Output {
    let mut files = Files::new(request.policy, "calico");
    let diagnostics = lower_to(request, &mut |object| files.add(object));
    if diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
        return Output { diagnostics, ..Output::default() };
    }
    // A policy is refused while its tier does not exist.
    Output { files: files.finish(&["cluster.yaml"]), diagnostics }
}

/// Lowers a policy, giving each object in turn: those of each namespace, then those of the cluster, tiers first.
pub(super) fn lower_to(request: &Request<'_>, print: &mut dyn FnMut(Object)) -> Vec<Diagnostic> {
    let options = Options::of(request);
    let plan = Plan::of(request.policy, request.as_of);
    let build = Build { policy: request.policy, places: &plan.places, options: &options };
    let mut refusals = Refusals::default();

    let guardrails = guardrail::tiers(&build, request.as_of, &mut refusals);
    let undeclared = namespace::undeclared(&build, &mut refusals);
    let (mut has_fence, mut has_namespace) = (false, undeclared.is_some());
    let (mut global, mut taken) = (Vec::new(), Taken::new());
    let mut cluster_wide = Vec::new();
    objects(undeclared.into_iter().collect(), &mut taken, &mut cluster_wide);
    for namespace in plan.namespaces() {
        let planned = plan.of_namespace(namespace, Fences::Leave);
        let drafts = namespace::drafts(&build, &planned, request.as_of, &mut refusals);
        has_fence |= drafts.iter().any(|draft| draft.tier == FENCE_TIER);
        has_namespace |= !drafts.is_empty();
        let mut own = Vec::new();
        let (here, everywhere) = drafts.into_iter().partition(|draft| draft.namespace.is_some());
        objects(here, &mut Taken::new(), &mut own);
        objects(everywhere, &mut taken, &mut cluster_wide);
        if !refusals.has_errors() {
            own.into_iter().for_each(&mut *print);
        }
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
    if !refusals.has_errors() {
        out.into_iter().for_each(&mut *print);
    }
    refusals.diagnostics
}
