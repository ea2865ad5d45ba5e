//! One namespace: isolation, what it allows, and what is left of its fence.

use std::collections::BTreeMap;

use netpol_diagnostics::{Code, Diagnostic};
use netpol_flow::{Side, Text};
use netpol_model::{Enforcement, Layer, Namespace, Origin, Rule};

use super::cannot::{Cannot, Place};
use super::dns::{FOR_NAMES, domain_subjects, is_only_dns};
use super::emit::{About, At, Groups, check_subject, default_deny, kind, log_tag, log_word};
use super::peers::{Context, Verb, rules};
use super::ports::Requests;
use super::report::Report;
use super::{dns, fence};
use crate::naming::DEFAULT_DENY;
use crate::object::Object;
use crate::plan::{Grant, NamespacePlan, Subject};
use crate::refuse::at_origin;
use crate::yaml::{Yaml, list, map};

/// The objects of a namespace.
pub(super) fn objects(context: &Context<'_>, plan: &NamespacePlan<'_>, report: &mut Report) -> Vec<Object> {
    if plan.egress == Enforcement::Audited || plan.ingress == Enforcement::Audited {
        report.add(withheld(&plan.namespace.name, &plan.namespace.origin));
    }
    let enforced = |side: Side| is_enforced(plan, side);
    let namespace = plan.namespace;
    let mut out = Vec::new();
    out.extend(isolation(namespace, enforced(Side::Ingress), enforced(Side::Egress)));
    let mut groups = Groups::default();
    for deny in plan.fence_denies.iter().filter(|deny| enforced(deny.side)) {
        fence::add(context, namespace, deny, &mut groups, report);
    }
    let domains = domain_subjects(plan);
    // Most grants share their object with others; what it is about is worked out once.
    let mut known: BTreeMap<(&Layer, &Subject, Option<&str>), Result<At, Cannot>> = BTreeMap::new();
    for grant in plan.grants.iter().filter(|grant| enforced(grant.side)) {
        let key = (&grant.rule.layer, &grant.subject, log_word(grant.rule));
        let begin = || {
            let about = about(context, namespace, grant.rule, &grant.rule.layer, &grant.subject);
            check_subject(&about).map(|()| groups.at(about))
        };
        let at = known.entry(key).or_insert_with(begin).clone();
        let asks = grant.side == Side::Egress
            && domains.iter().any(|(subject, _)| subject.pods == grant.subject.pods)
            && is_only_dns(grant, context.cluster);
        let added = at.and_then(|at| add_grant(context, grant, (at, asks), &mut groups));
        if let Err(cannot) = added {
            report.add(cannot.diagnostic(grant.rule, Place::Allow, context.settings));
        }
    }
    for (subject, grant) in &domains {
        dns::add(context, plan, subject, grant, &mut groups, report);
    }
    out.extend(groups.objects(report));
    out
}

fn is_enforced(plan: &NamespacePlan<'_>, side: Side) -> bool {
    let enforcement = match side {
        Side::Egress => plan.egress,
        Side::Ingress => plan.ingress,
    };
    enforcement == Enforcement::Enforced
}

/// NP0708: nothing is emitted for what is in `audit`.
pub(super) fn withheld(name: &str, origin: &Origin) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code(708), format!("target `cilium` cannot try `{name}` out"));
    at_origin(diagnostic, origin, "in `audit`")
        .note("no object is written for it: what it would deny passes and is not reported")
        .help("watch its flows with Hubble, or audit on `calico`, which stages policies")
}

/// `default-deny`: an empty rule isolates and allows nothing; an empty list would be refused by the agent (`CIL-02`).
fn isolation(namespace: &Namespace, ingress: bool, egress: bool) -> Option<Object> {
    if !ingress && !egress {
        return None;
    }
    let nothing = || list([map::<&str>([])]);
    let mut spec = vec![
        ("endpointSelector".into(), map::<&str>([])),
        ("enableDefaultDeny".into(), default_deny(ingress, egress)),
    ];
    spec.extend(ingress.then(|| ("ingress".into(), nothing())));
    spec.extend(egress.then(|| ("egress".into(), nothing())));
    Some(Object {
        api_version: "cilium.io/v2",
        kind: kind(Some(&namespace.name)),
        name: DEFAULT_DENY.to_owned(),
        namespace: Some(namespace.name.clone()),
        layer: None,
        origins: vec![namespace.origin.clone()],
        spec: Yaml::Map(spec),
    })
}

/// What the object of a rule in this namespace is about.
pub(super) fn about(
    context: &Context<'_>,
    namespace: &Namespace,
    rule: &Rule,
    layer: &Layer,
    subject: &Subject,
) -> About {
    let mut parts: Vec<Text> = match layer {
        Layer::Guardrail(name) => vec!["guardrail".into(), name.clone()],
        Layer::Fence => vec!["fence".into()],
        Layer::Namespace => vec![],
        Layer::App(name) => vec!["app".into(), name.clone()],
        Layer::Baseline(_) => vec!["baseline".into()],
    };
    parts.push(subject.name.clone());
    let log =
        context.settings.has_log().then(|| log_tag(rule, &format!("{}/{}", namespace.name, subject.name)));
    About {
        namespace: Some(namespace.name.clone()),
        layer: layer.clone(),
        parts,
        subject: subject.pods.clone(),
        by_name: is_noun(namespace, subject),
        log: log.flatten(),
        isolates: *layer != Layer::Fence,
    }
}

/// Whether the name says which pods these are: all of the namespace, or a workload's.
fn is_noun(namespace: &Namespace, subject: &Subject) -> bool {
    match &*subject.name {
        "all" => subject.pods.is_by_namespace(),
        name => namespace.workloads.get(name).is_some_and(|workload| *workload.set() == subject.pods),
    }
}

fn add_grant(
    context: &Context<'_>,
    grant: &Grant<'_>,
    (at, asks): (At, bool),
    groups: &mut Groups,
) -> Result<(), Cannot> {
    let requests = match grant.only {
        Some(matches) => Requests::Http(matches),
        None if asks => Requests::Dns,
        None => Requests::Any,
    };
    let verb = (grant.side, Verb::Allow);
    let found = rules(context, verb, &grant.peers, &grant.services, requests)?;
    groups.add(at, verb, found, &grant.rule.origin, asks.then_some(FOR_NAMES));
    Ok(())
}
