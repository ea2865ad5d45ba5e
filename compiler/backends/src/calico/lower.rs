//! A whole policy: guardrail tiers, fences, namespaces, and the files they go into.

use std::collections::BTreeMap;

use netpol_diagnostics::{Diagnostic, Severity};
use netpol_model::Layer;

use super::emit::{NETPOL_ORDER, NETPOL_TIER, Taken, objects, tier};
use super::namespace::FENCE_TIER;
use super::options::Options;
use super::refusals::{Build, Refusals};
use super::{guardrail, namespace};
use crate::object::{self, Object};
use crate::plan::plan_uncut;
use crate::yaml::{self, list, map, text};
use crate::{Output, Request};

/// The order of the first guardrail tier, where there are not too many.
const FIRST_ORDER: i64 = 900;

/// Lowers a policy to files.
pub(super) fn lower(request: &Request<'_>) -> Output {
    let mut files = BTreeMap::new();
    let diagnostics = lower_to(request, &mut |objects| {
        files.extend(object::files(request.policy, "calico", objects));
    });
    if diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
        files.clear();
    }
    tiers_first(&mut files);
    Output { files, diagnostics }
}

/// Lowers a policy, giving the objects of each file in turn: of each namespace, then those of the cluster, tiers first.
///
/// One namespace at a time, so that its objects are printed while they are still at hand.
pub(super) fn lower_to(request: &Request<'_>, print: &mut dyn FnMut(Vec<Object>)) -> Vec<Diagnostic> {
    let options = Options::of(request);
    let plan = plan_uncut(request.policy, request.as_of);
    let build = Build { policy: request.policy, places: &plan.places, options: &options };
    let mut refusals = Refusals::default();

    let guardrails = guardrail::tiers(&build, request.as_of, &mut refusals);
    let undeclared = namespace::undeclared(&build, &mut refusals);
    let (mut has_fence, mut has_namespace) = (false, undeclared.is_some());
    let (mut global, mut taken) = (Vec::new(), Taken::new());
    let mut cluster_wide = Vec::new();
    objects(undeclared.into_iter().collect(), &mut taken, &mut cluster_wide);
    for namespace in &plan.namespaces {
        let drafts = namespace::drafts(&build, namespace, request.as_of, &mut refusals);
        has_fence |= drafts.iter().any(|draft| draft.tier == FENCE_TIER);
        has_namespace |= !drafts.is_empty();
        let mut own = Vec::new();
        let (here, everywhere) = drafts.into_iter().partition(|draft| draft.namespace.is_some());
        objects(here, &mut Taken::new(), &mut own);
        objects(everywhere, &mut taken, &mut cluster_wide);
        if !own.is_empty() && !refusals.has_errors() {
            print(own);
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
    if !out.is_empty() && !refusals.has_errors() {
        print(out);
    }
    refusals.diagnostics
}

/// A policy is refused while its tier does not exist, so that the file with the tiers is listed first, and kustomize is
/// told to keep this order instead of sorting by kind.
fn tiers_first(files: &mut BTreeMap<String, String>) {
    const LIST: &str = "kustomization.yaml";
    const TIERS: &str = "cluster.yaml";
    let Some(written) = files.get(LIST) else { return };
    let header: String =
        written.lines().take_while(|line| line.starts_with('#')).map(|line| format!("{line}\n")).collect();
    let names: Vec<&String> = files.keys().filter(|name| *name != LIST).collect();
    let (tiers, others): (Vec<_>, Vec<_>) = names.into_iter().partition(|name| *name == TIERS);
    let list_of = map([
        ("apiVersion", text("kustomize.config.k8s.io/v1beta1")),
        ("kind", text("Kustomization")),
        ("sortOptions", map([("order", text("fifo"))])),
        ("resources", list(tiers.into_iter().chain(others).map(|name| text(name.as_str())))),
    ]);
    let body = yaml::print("", &[list_of]);
    files.insert(LIST.to_owned(), header + &body);
}
