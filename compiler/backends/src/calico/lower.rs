//! A whole policy: guardrail tiers, fences, namespaces, and the files they go into.

use netpol_diagnostics::{Diagnostic, Severity};
use netpol_model::{Layer, Namespace};

use super::emit::{Draft, NETPOL_ORDER, NETPOL_TIER, Taken, objects, tier};
use super::namespace::FENCE_TIER;
use super::options::Options;
use super::refusals::{Build, Refusals};
use super::{guardrail, namespace};
use crate::bound::{each_namespace, of_guardrails};
use crate::object::{Files, Object};
use crate::plan::{Fences, Plan};
use crate::{Output, Request};

/// The order of the first guardrail tier, where there are not too many.
const FIRST_ORDER: i64 = 900;

/// Lowers a policy to files.
pub(super) fn lower(request: &Request<'_>) -> Output {
    let files = Files::of(request.policy, "calico");
    let (written, diagnostics) = lower_to(request, &|objects| files.file(objects));
    if diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
        return Output { diagnostics, ..Output::default() };
    }
    // A policy is refused while its tier does not exist.
    Output { files: files.finish(written, &["cluster.yaml"]), diagnostics }
}

/// What came of one namespace.
struct Lowered<T> {
    own: T,
    /// Whether it has a fence, and whether it has anything.
    has: (bool, bool),
    /// What has to be cluster-wide.
    everywhere: Vec<Draft>,
    refusals: Refusals,
}

/// Lowers a policy, namespace by namespace side by side: what `write` makes of each one's objects, then of those of the
/// cluster, tiers first; and what there is to say about them.
pub(super) fn lower_to<T: Send>(
    request: &Request<'_>,
    write: &(impl Fn(Vec<Object>) -> T + Sync),
) -> (Vec<T>, Vec<Diagnostic>) {
    let options = Options::of(request);
    let plan = Plan::of(request.policy, request.as_of);
    let build = Build { policy: request.policy, places: &plan.places, options: &options };
    let mut refusals = Refusals::default();

    let guardrails = of_guardrails("calico", request.policy, || {
        let mut refusals = Refusals::default();
        (guardrail::tiers(&build, request.as_of, &mut refusals), refusals)
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
    let undeclared = namespace::undeclared(&build, &mut refusals);
    let (mut has_fence, mut has_namespace) = (false, undeclared.is_some());
    let (mut global, mut taken) = (Vec::new(), Taken::new());
    let mut cluster_wide = Vec::new();
    objects(undeclared.into_iter().collect(), &mut taken, &mut cluster_wide);
    let one = |namespace: &Namespace| {
        let mut refusals = Refusals::default();
        let planned = plan.of_namespace(namespace, Fences::Leave);
        let drafts = namespace::drafts(&build, &planned, request.as_of, &mut refusals);
        let has = (drafts.iter().any(|draft| draft.tier == FENCE_TIER), !drafts.is_empty());
        let (here, everywhere) = drafts.into_iter().partition(|draft| draft.namespace.is_some());
        let mut own = Vec::new();
        objects(here, &mut Taken::new(), &mut own);
        Lowered { own: write(own), has, everywhere, refusals }
    };
    let namespaces: Vec<&Namespace> = plan.namespaces().collect();
    let (lowered, refused) = each_namespace("calico", &namespaces, one);
    refused.into_iter().for_each(|refusal| refusals.tell(refusal));
    let mut written = Vec::with_capacity(lowered.len() + 1);
    for Lowered { own, has, everywhere, refusals: found } in lowered {
        written.push(own);
        has_fence |= has.0;
        has_namespace |= has.1;
        objects(everywhere, &mut taken, &mut cluster_wide);
        refusals.and(found);
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
    written.push(write(out));
    (written, refusals.into_diagnostics())
}
