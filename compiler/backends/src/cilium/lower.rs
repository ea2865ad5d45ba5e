//! A policy as Cilium's objects.

use std::collections::BTreeSet;

use netpol_diagnostics::{Code, Diagnostic};
use netpol_flow::{Protocol, Side, Text};
use netpol_model::{End, Enforcement, Layer, Namespace, Policy, Port, Ports, Rule};
use netpol_sets::{Ends, Key, PodSet, Values};

use super::cannot::{Cannot, Place};
use super::emit::{Groups, default_deny, kind, name_apart};
use super::peers::{Context, can_say};
use super::report::Report;
use super::selector::{Scope, conjunctions, selector};
use super::settings::Settings;
use super::{dns, guardrail, namespace};
use crate::bound::{Found, of_guardrails};
use crate::known::Known;
use crate::object::{Files, Object};
use crate::plan::{Fences, Grant, Plan};
use crate::yaml::{Yaml, list, map};
use crate::{File, Lowering, Request};

/// A policy on its way to Cilium's objects.
struct Cilium<'a> {
    policy: &'a Policy,
    settings: Settings,
    plan: Plan<'a>,
    files: Files,
    cluster: Option<File>,
    report: Report,
    found: Found<Report>,
}

/// Begins to lower a policy.
pub(super) fn begin<'a>(request: &Request<'a>) -> Box<dyn Lowering + 'a> {
    let policy = request.policy;
    let mut report = Report::default();
    let settings = Settings::read(request.settings, &mut report);
    if !settings.sctp {
        refuse_sctp(request, &settings, &mut report);
    }
    let plan = Plan::of(policy, request.as_of);
    let known = Known::default();
    let context =
        Context { places: &plan.places, cluster: &policy.cluster, settings: &settings, known: &known };
    let mut cluster_wide: Vec<Object> = closed(policy, &settings, &mut report).into_iter().collect();
    let mut groups = Groups::default();
    let active = |rule: &Rule| rule.is_active(request.as_of);
    let guardrails = of_guardrails("cilium", policy, || {
        let (mut groups, mut report) = (Groups::default(), Report::default());
        for block in &policy.guardrails {
            if block.audit {
                report.add(namespace::withheld(&block.name, &block.origin));
            } else {
                guardrail::add(&context, policy, block, &active, &mut groups, &mut report);
            }
        }
        (groups, report)
    });
    match guardrails {
        Ok((found, told)) => {
            groups = found;
            report.and(told);
        }
        Err(refusal) => report.add(*refusal),
    }
    names_for_closed(request, &context, &mut report);
    cluster_wide.extend(groups.objects(&mut report));
    let files = Files::of(policy, "cilium");
    let cluster = write(&files, cluster_wide);
    Box::new(Cilium { policy, settings, plan, files, cluster, report, found: Found::of("cilium") })
}

/// The file of some objects.
fn write(files: &Files, mut objects: Vec<Object>) -> Option<File> {
    name_apart(&mut objects);
    files.file(objects)
}

impl Lowering for Cilium<'_> {
    fn cluster(&self) -> Option<&File> {
        self.cluster.as_ref()
    }

    fn namespace(&self, name: &Text) -> Option<File> {
        let Cilium { policy, settings, plan, files, found, .. } = self;
        let namespace = plan.namespace(name)?;
        found.within(namespace, || {
            let (mut report, known) = (Report::default(), Known::default());
            let context = Context { places: &plan.places, cluster: &policy.cluster, settings, known: &known };
            let can_say = |grant: &Grant<'_>| can_say(&context, grant);
            let planned = plan.of_namespace(namespace, Fences::CutWhere(&can_say));
            (write(files, namespace::objects(&context, &planned, &mut report)), report)
        })?
    }

    fn goes_on(&self) -> bool {
        self.found.all_within()
    }

    fn finish(self: Box<Self>, names: &[String]) -> (File, Vec<Diagnostic>) {
        let Cilium { settings, files, mut report, found, .. } = *self;
        let (refused, found) = found.take();
        refused.into_iter().for_each(|refusal| report.add(refusal));
        found.into_iter().for_each(|found| report.and(found));
        let mut text = files.kustomization(names, &[]);
        record(&mut text, &settings);
        (File::list(text), report.into_diagnostics())
    }
}

/// `undeclared closed`: every namespace that is neither declared nor a system namespace is isolated (amendment B22).
fn closed(policy: &Policy, settings: &Settings, report: &mut Report) -> Option<Object> {
    if !policy.cluster.undeclared_closed {
        return None;
    }
    let known: BTreeSet<Text> =
        policy.cluster.system.iter().chain(policy.namespaces.keys()).cloned().collect();
    for own in settings.namespaces.iter().filter(|own| !known.contains(*own)) {
        let diagnostic =
            Diagnostic::new(Code(720), format!("closing undeclared namespaces would cut off `{own}`"));
        let diagnostic = match policy.cluster.declared {
            Some(span) => diagnostic.at(span, "closed here"),
            None => diagnostic,
        };
        report.add(diagnostic.note("Cilium's own pods run there, such as Hubble's relay").help(format!(
            "add `{own}` to `system`, or set `namespaces` of target `cilium` to where they run"
        )));
    }
    let nothing = || list([map::<&str>([])]);
    let rest = undeclared(policy);
    let subject = conjunctions(&rest, Scope::Cluster).ok()?.into_iter().next()?;
    Some(Object {
        api_version: "cilium.io/v2",
        kind: kind(None),
        name: "undeclared-closed".to_owned(),
        namespace: None,
        layer: None,
        origins: vec![],
        spec: Yaml::Map(vec![
            ("endpointSelector".into(), selector(&subject)),
            ("enableDefaultDeny".into(), default_deny(true, true)),
            ("ingress".into(), nothing()),
            ("egress".into(), nothing()),
        ]),
    })
}

/// The pods of namespaces that are neither declared nor system.
fn undeclared(policy: &Policy) -> PodSet {
    let known = policy.cluster.system.iter().chain(policy.namespaces.keys()).cloned().collect();
    PodSet::all().with(Key::Namespace, &Values::all_but(known))
}

/// A guardrail that allows names to closed namespaces has no DNS of theirs to stand on (NP0413).
fn names_for_closed(request: &Request<'_>, context: &Context<'_>, report: &mut Report) {
    let policy = request.policy;
    if !policy.cluster.undeclared_closed {
        return;
    }
    let closed = undeclared(policy);
    let allows = policy.guardrails.iter().filter(|block| !block.audit).flat_map(|block| &block.allows);
    for rule in allows.filter(|rule| rule.is_active(request.as_of)) {
        let has_name = rule.to.iter().any(|end| matches!(end, End::Domain(_)));
        let from = rule.from.iter().flat_map(|end| context.places.ends(end));
        let reaches = |ends: Ends| ends.pods().is_some_and(|pods| !pods.intersect(&closed).is_empty());
        if has_name && from.into_iter().any(reaches) {
            report.add(dns::no_names(rule, "pods of undeclared namespaces"));
        }
    }
}

/// NP0719: SCTP written by name on a cluster that does not carry it.
fn refuse_sctp(request: &Request<'_>, settings: &Settings, report: &mut Report) {
    let policy = request.policy;
    let guardrails = policy.guardrails.iter().filter(|block| !block.audit);
    let guardrails =
        guardrails.flat_map(|block| block.denies.iter().chain(&block.exceptions).chain(&block.allows));
    let enforced = |namespace: &&Namespace| {
        let is = |side: &Side| namespace.enforcement(*side, request.as_of) == Enforcement::Enforced;
        !namespace.external && Side::BOTH.iter().any(is)
    };
    let own = policy.namespaces.values().filter(enforced);
    let own = own.flat_map(|n| n.rules.iter().chain(&n.fence).chain(&n.fence_exceptions));
    let baseline = policy.baseline.iter().flat_map(|baseline| baseline.rules.values().flatten());
    for rule in guardrails.chain(own).chain(baseline).filter(|rule| rule.is_active(request.as_of)) {
        let is_sctp = |item: &Port| match item {
            Port::Range(range) => range.protocol == Protocol::Sctp,
            Port::Named(_) => false,
        };
        let written = match &rule.ports {
            Ports::Any => false,
            Ports::Some(items) => items.iter().any(is_sctp),
        };
        if written {
            let place = if rule.layer == Layer::Fence { Place::Fence } else { Place::Allow };
            report.add(Cannot::CarrySctp.diagnostic(rule, place, settings));
        }
    }
}

/// Writes what the objects take for granted where whoever applies them sees it (amendment B18).
fn record(kustomization: &mut String, settings: &Settings) {
    let (major, minor) = settings.version;
    let sctp = if settings.sctp { "enable-sctp on" } else { "enable-sctp off: no SCTP is carried" };
    let source = if settings.sees_apiserver { "seen" } else { "not seen" };
    let lines = [
        format!(
            "# Assumes Cilium {major}.{minor} or later with enable-policy default, non-default-deny policies on,"
        ),
        format!("# allow-localhost always, the default label filter, {sctp},"),
        format!("# the API server's identity {source} on ingress; every pod managed, no Cluster Mesh,"),
        "# and no Admin ClusterNetworkPolicy that accepts what is denied here.".to_owned(),
    ];
    let at = kustomization.find("---\n").unwrap_or(0);
    kustomization.insert_str(at, &format!("{}\n", lines.join("\n")));
}
