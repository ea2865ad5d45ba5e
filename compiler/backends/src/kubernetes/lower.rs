//! From the plan to the objects: guardrail denies cut out of each grant, the rest written.

use netpol_diagnostics::{Code, Diagnostic};
use netpol_flow::{Date, Side, Text};
use netpol_model::{Enforcement, Policy, Rule};

use super::addresses::Addresses;
use super::cut::{Cut, LocalDenies, cut};
use super::emit::PeerItems;
use super::exact::{Context, cannot_subtract, check};
use super::findings::Findings;
use super::gather::{Gathered, default_deny, unique};
use super::subjects::{ask_peers, renamed};
use super::{admission, emit, guardrails, settings};
use crate::bound::{Found, of_guardrails};
use crate::guardrails::Deny;
use crate::object::{Comment, Files, Object};
use crate::plan::{FenceDeny, Fences, Grant, NamespacePlan, Peers, Plan};
use crate::refuse::at_origin;
use crate::yaml::{Yaml, map};
use crate::{File, Lowering, Request};

/// A policy on its way to NetworkPolicies.
pub(super) struct Kubernetes<'a> {
    policy: &'a Policy,
    day: Date,
    plan: Plan<'a>,
    addresses: Addresses,
    end_port: bool,
    admission: bool,
    /// What guardrails deny; none where that takes too many steps.
    denies: Option<Vec<Deny<'a>>>,
    files: Files,
    cluster: Option<File>,
    findings: Findings,
    /// Whether an address stands in its objects, and what there is to say.
    found: Found<(bool, Findings)>,
}

/// Begins to lower a policy.
pub(super) fn begin<'a>(request: &Request<'a>) -> Box<dyn Lowering + 'a> {
    Box::new(Kubernetes::of(request))
}

impl<'a> Kubernetes<'a> {
    /// Looks at what concerns all namespaces.
    pub(super) fn of(request: &Request<'a>) -> Kubernetes<'a> {
        let (policy, day) = (request.policy, request.as_of);
        let mut findings = Findings::default();
        let end_port = settings::has_end_port(request.settings, &mut findings);
        settings::check_admission(request.settings, &mut findings);
        let admission = settings::wants_admission(request.settings);
        let plan = Plan::of(policy, day);
        let denies =
            of_guardrails("kubernetes", policy, || crate::guardrails::denies(policy, &plan.places, day));
        let denies = denies.map_err(|refusal| findings.add(*refusal)).ok();
        let files = Files::of(policy, "kubernetes");
        let objects = || admission::objects(policy, day, &settings::deployers(request.settings));
        let cluster = if admission { files.file(objects()) } else { None };
        let addresses = Addresses::of(&policy.cluster, &plan.places);
        let found = Found::of("kubernetes");
        let mut lowering = Kubernetes {
            policy,
            day,
            plan,
            addresses,
            end_port,
            admission,
            denies,
            files,
            cluster,
            findings,
            found,
        };
        let findings = lowering.of_cluster();
        lowering.findings.and(findings);
        lowering
    }

    fn context(&self) -> Context<'_> {
        let Kubernetes { policy, plan, addresses, end_port, admission, .. } = self;
        let (end_port, admission) = (*end_port, *admission);
        Context { policy, places: &plan.places, addresses, end_port, admission }
    }

    /// What the target cannot do for the cluster as a whole.
    fn of_cluster(&self) -> Findings {
        let mut findings = Findings::default();
        let (Some(denies), context) = (&self.denies, self.context()) else { return findings };
        undeclared_closed(&context, &mut findings);
        for block in self.policy.guardrails.iter().filter(|block| block.audit) {
            let title =
                format!("target `kubernetes` has no audit: guardrail `{}` is not tried out", block.name);
            findings.add(
                at_origin(Diagnostic::new(Code(708), title), &block.origin, "in `audit`")
                    .note("no object is written for it: what it would deny passes and is not reported")
                    .help("enforce it, or build for `calico`, which can stage policies"),
            );
        }
        let checked = of_guardrails("kubernetes", self.policy, || {
            let mut findings = Findings::default();
            guardrails::check(&context, &self.plan, denies, &mut findings);
            findings
        });
        match checked {
            Ok(found) => findings.and(found),
            Err(refusal) => findings.add(*refusal),
        }
        findings
    }

    /// What `write` makes of a namespace's objects.
    pub(super) fn lower<T>(&self, name: &Text, write: impl FnOnce(Vec<Object>) -> T) -> Option<T> {
        let (denies, namespace) = (self.denies.as_ref()?, self.plan.namespace(name)?);
        self.found.within(namespace, || {
            let planned = self.plan.of_namespace(namespace, Fences::Cut);
            let local = Side::BOTH.map(|side| LocalDenies::of(denies, name, side));
            let (objects, has_blocks, findings) = lower_namespace(&self.context(), planned, &local);
            (write(objects), (has_blocks, findings))
        })
    }

    /// Everything there is to say.
    pub(super) fn into_findings(mut self) -> Findings {
        let mut findings = std::mem::take(&mut self.findings);
        let (refused, found) = self.found.take();
        refused.into_iter().for_each(|refusal| findings.add(refusal));
        let any_blocks = found.iter().any(|(has_blocks, _)| *has_blocks);
        found.into_iter().for_each(|(_, found)| findings.and(found));
        if any_blocks {
            guardrails::check_named_ends(&self.context(), &self.plan, self.day, &mut findings);
        }
        findings
    }
}

impl Lowering for Kubernetes<'_> {
    fn cluster(&self) -> Option<&File> {
        self.cluster.as_ref()
    }

    fn namespace(&self, name: &Text) -> Option<File> {
        self.lower(name, |objects| self.files.file(objects))?
    }

    fn goes_on(&self) -> bool {
        self.denies.is_some() && self.found.all_within()
    }

    fn finish(self: Box<Self>, names: &[String]) -> (File, Vec<Diagnostic>) {
        let text = self.files.kustomization(names, &[]);
        (File::list(text), self.into_findings().into_list())
    }
}

/// The objects of a namespace, whether an address stands in them, and what there is to say about them.
fn lower_namespace(
    context: &Context<'_>,
    mut plan: NamespacePlan<'_>,
    [egress, ingress]: &[LocalDenies<'_>; 2],
) -> (Vec<Object>, bool, Findings) {
    let (mut findings, mut known) = (Findings::default(), PeerItems::default());
    withheld(&plan, &mut findings);
    let isolating = default_deny(&plan);
    let own = std::mem::take(&mut plan.grants);
    let grants: Vec<Grant<'_>> = plan.guardrail_grants.drain(..).chain(own).collect();
    let mut gathered = Gathered::default();
    for grant in grants {
        let (enforcement, denied) = match grant.side {
            Side::Egress => (plan.egress, egress),
            Side::Ingress => (plan.ingress, ingress),
        };
        if enforcement != Enforcement::Enforced {
            continue;
        }
        for Cut { grant, by } in cut(context, denied, grant) {
            let is_whole = by.is_empty() && plan.namespace.fence.is_empty();
            let grant = ask_peers(plan.namespace, grant);
            let grant = if is_whole { grant } else { renamed(plan.namespace, grant) };
            lower_grant(context, &plan, &grant, &by, &mut known, &mut gathered, &mut findings);
        }
    }
    fence_denies(&plan.fence_denies, &plan, &mut findings);
    let objects = isolating.into_iter().chain(gathered.into_objects(&plan));
    (unique(objects.collect()), known.has_blocks(), findings)
}

fn undeclared_closed(context: &Context<'_>, findings: &mut Findings) {
    if context.policy.cluster.undeclared_closed {
        let title = "target `kubernetes` cannot close undeclared namespaces";
        let refusal = Diagnostic::new(Code(711), title)
            .note("a NetworkPolicy isolates pods of the namespace it stands in")
            .help("declare every namespace, or build for `calico` or `cilium`");
        findings.add(match context.policy.cluster.declared {
            Some(span) => refusal.at(span, "says `undeclared closed`"),
            None => refusal,
        });
    }
}

fn withheld(plan: &NamespacePlan<'_>, findings: &mut Findings) {
    if plan.egress == Enforcement::Audited || plan.ingress == Enforcement::Audited {
        let name = &plan.namespace.name;
        let warning =
            Diagnostic::new(Code(708), format!("target `kubernetes` has no audit: `{name}` stays open"));
        findings.add(
            at_origin(warning, &plan.namespace.origin, "in `audit`")
                .note("no object is written for it; its flows are neither denied nor reported")
                .help("enforce it, or build for `calico`, which can stage policies"),
        );
    }
}

/// The parts of a fence that could not be cut out. A domain is refused for its own sake.
fn fence_denies(denies: &[FenceDeny<'_>], plan: &NamespacePlan<'_>, findings: &mut Findings) {
    let enforced = |side: Side| match side {
        Side::Egress => plan.egress == Enforcement::Enforced,
        Side::Ingress => plan.ingress == Enforcement::Enforced,
    };
    for deny in denies.iter().filter(|deny| enforced(deny.side)) {
        if deny.is_manifold {
            manifold(deny, findings);
        } else if !findings.has(701, deny.grant) {
            cannot_subtract(deny.grant, Some(deny.fence), findings);
        }
    }
}

/// NP0717: what the fence leaves can be written, but not in any number of rules an object can hold.
fn manifold(deny: &FenceDeny<'_>, findings: &mut Findings) {
    let title = "target `kubernetes` cannot say this fence: it leaves too many kinds of pods";
    findings.about(717, deny.fence, title, "denies that overlap in many labels", |d| {
        d.and_at(deny.grant.origin.span, "cut into more than a thousand peers")
            .note("a NetworkPolicy has no deny, so what is left of each allow is written out")
            .help("tell the denied pods by one label, allow less, or build for `calico` or `cilium`")
    });
}

fn lower_grant<'a>(
    context: &Context<'_>,
    plan: &NamespacePlan<'_>,
    grant: &Grant<'a>,
    by: &[&Rule],
    known: &mut PeerItems,
    gathered: &mut Gathered<'a>,
    findings: &mut Findings,
) {
    if by.is_empty() && plan.namespace.fence.is_empty() {
        check(context, grant, &[], findings);
    } else {
        let cut_by: Vec<&Rule> = by.iter().copied().chain(&plan.namespace.fence).collect();
        check(context, grant, &cut_by, findings);
    }
    let mut entries: Vec<(&str, Yaml)> = Vec::with_capacity(2);
    if let Peers::Of(peers) = &grant.peers {
        let here = &plan.namespace.name;
        let mut items = Vec::with_capacity(peers.len());
        peers.iter().for_each(|peer| emit::peer_items(context.addresses, here, peer, known, &mut items));
        if items.is_empty() {
            return;
        }
        entries.push((if grant.side == Side::Egress { "to" } else { "from" }, Yaml::List(items)));
    }
    if let Some(ports) = emit::port_items(&grant.services, context.end_port) {
        if ports.is_empty() {
            return;
        }
        entries.push(("ports", Yaml::List(ports)));
    }
    let origin = grant.rule.origin.clone();
    let rule = Yaml::item(&Comment::of(&origin), map(entries));
    let group = gathered.group(grant);
    match grant.side {
        Side::Egress => group.egress.push((origin, rule)),
        Side::Ingress => group.ingress.push((origin, rule)),
    }
}
