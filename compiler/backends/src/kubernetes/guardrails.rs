//! What this target cannot deny: it has no deny, so a guardrail holds only where a pod end is isolated.

use netpol_diagnostics::{Code, Diagnostic, Severity};
use netpol_flow::{Date, Flow, Side, SortedSet};
use netpol_model::{End, Rule};
use netpol_sets::{Cube, Ends, Infra, InfraSet, PodSet};

use super::addresses::Missing;
use super::exact::{Context, check_key, needs_address};
use super::findings::Findings;
use crate::guardrails::Deny;
use crate::plan::Plan;
use crate::refuse::at_origin;

/// Finds every guardrail deny that the objects of this build do not enforce, and who can undo the rest.
pub(super) fn check(context: &Context<'_>, plan: &Plan<'_>, denies: &[Deny<'_>], findings: &mut Findings) {
    let isolated = Isolated::of(plan);
    for deny in denies {
        for end in deny.rule.from.iter().chain(&deny.rule.to) {
            if let End::Pods(pods) = end {
                pods.selector.requirements.iter().for_each(|r| check_key(&r.key, deny.rule, findings));
            }
        }
        if let Some(flow) = deny.cubes.iter().find_map(|cube| isolated.lets_through(cube)) {
            unenforced(deny.rule, &flow, findings);
        }
        own_node(context, deny, findings);
    }
    if !denies.iter().any(|deny| findings.has(714, deny.rule)) {
        own_node_note(plan, findings);
    }
    others_can_widen(context, plan, findings);
}

/// Refuses denies and exceptions that name an endpoint without addresses: an address block of this build may hold it.
pub(super) fn check_named_ends(context: &Context<'_>, plan: &Plan<'_>, day: Date, findings: &mut Findings) {
    let blocks = context.policy.guardrails.iter().filter(|block| !block.audit);
    let of_blocks = blocks.flat_map(|block| block.denies.iter().chain(&block.exceptions));
    let of_fences =
        plan.namespaces().flat_map(|namespace| namespace.fence.iter().chain(&namespace.fence_exceptions));
    for rule in of_blocks.chain(of_fences).filter(|rule| rule.is_active(day)) {
        let ends = || rule.from.iter().chain(&rule.to);
        for (end, missing) in [(End::ApiServer, Missing::ApiServer), (End::Gateway, Missing::Gateway)] {
            if context.addresses.lacks(missing) && ends().any(|named| *named == end) {
                needs_address(missing, rule, findings);
            }
        }
    }
}

/// The pods that some object isolates, per side.
#[derive(Debug)]
struct Isolated {
    egress: PodSet,
    ingress: PodSet,
}

impl Isolated {
    fn of(plan: &Plan<'_>) -> Isolated {
        let isolated = |side| {
            PodSet::of_namespaces(plan.enforced(side).map(|namespace| namespace.name.clone()).collect())
        };
        Isolated { egress: isolated(Side::Egress), ingress: isolated(Side::Ingress) }
    }

    /// A flow of the cube with a pod at an end, and no pod end isolated on its side (amendments B1 and B10).
    fn lets_through(&self, cube: &Cube) -> Option<Flow> {
        if cube.source.pods().is_none() && cube.destination.pods().is_none() {
            return None;
        }
        let source = left(&cube.source, &self.egress)?;
        let destination = left(&cube.destination, &self.ingress)?;
        Cube { source, destination, ..cube.clone() }.witness()
    }
}

/// An end without the isolated pods; an end that is no pod stays whole, since nothing can be isolated there.
fn left(end: &Ends, isolated: &PodSet) -> Option<Ends> {
    match end {
        Ends::Pods(pods) => pods.subtract(isolated).into_iter().next().map(Ends::Pods),
        Ends::Infra(_) | Ends::External(_) => Some(end.clone()),
    }
}

fn unenforced(rule: &Rule, flow: &Flow, findings: &mut Findings) {
    let title = "target `kubernetes` cannot enforce this guardrail everywhere";
    findings.about(702, rule, title, "denies flows that nothing isolates", |d| {
        d.witness(flow)
            .note("a NetworkPolicy has no deny: only a namespace that is declared and enforced on that side is closed")
            .help("name `tenants` or namespaces that are enforced, or build for `calico` or `cilium`")
    });
}

/// A flow of the cube from a pod to infrastructure of this kind.
fn from_pod_to(cube: &Cube, kind: Infra) -> Option<Flow> {
    cube.source.pods()?;
    let Ends::Infra(set) = &cube.destination else { return None };
    let kinds: SortedSet<Infra> = set.kinds.iter().copied().filter(|known| *known == kind).collect();
    let destination = Ends::Infra(InfraSet { kinds, ..set.clone() });
    Cube { destination, ..cube.clone() }.witness()
}

const OWN_NODE: &str = "target `kubernetes` always allows a pod to reach its own node";
const EXEMPT: &str = "the NetworkPolicy API exempts traffic between a pod and the node it runs on";

/// NP0714: an error where a guardrail denies nodes, a note where it denies an API server that runs on one.
fn own_node(context: &Context<'_>, deny: &Deny<'_>, findings: &mut Findings) {
    let find = |kind| deny.cubes.iter().find_map(|cube| from_pod_to(cube, kind));
    if let Some(flow) = find(Infra::OwnNode) {
        findings.about(714, deny.rule, OWN_NODE, "denies it", |d| {
            d.witness(format!("{flow}, on the pod's own node"))
                .note(EXEMPT)
                .help("deny other endpoints than `nodes` and `any`, or build for `calico` or `cilium`")
        });
    } else if context.addresses.has_apiserver_on_node()
        && let Some(flow) = find(Infra::ApiServerOnNode)
    {
        findings.about(714, deny.rule, OWN_NODE, "denies an API server that runs on a node", |d| {
            d.severity(Severity::Note)
                .witness(format!("{flow}, from a pod beside the API server"))
                .note(EXEMPT)
                .help("keep pods off the nodes of the API server")
        });
    }
}

/// Says once that default deny does not reach the pod's own node either (amendment B2).
fn own_node_note(plan: &Plan<'_>, findings: &mut Findings) {
    if let Some(isolated) = plan.enforced(Side::Egress).next() {
        let note = Diagnostic::new(Code(714), OWN_NODE).severity(Severity::Note);
        findings.add(at_origin(note, &isolated.origin, "closed on egress, but for that").note(EXEMPT));
    }
}

/// NP0707: once, at the first line that others can undo.
fn others_can_widen(context: &Context<'_>, plan: &Plan<'_>, findings: &mut Findings) {
    let blocks = context.policy.guardrails.iter().filter(|block| !block.audit && !block.denies.is_empty());
    let fences = plan.namespaces().filter_map(|namespace| namespace.fence.first());
    let first = blocks.map(|block| &block.origin).chain(fences.map(|rule| &rule.origin)).next();
    if let Some(origin) = first {
        let warning = Diagnostic::new(Code(707), "others can widen policy on target `kubernetes`");
        let warning = at_origin(warning, origin, "holds only as long as nobody adds an allow")
            .note("NetworkPolicies add up: whoever may create one in a namespace can allow what this denies")
            .help("an admission policy can hold others to it");
        findings.add(warning);
    }
}
