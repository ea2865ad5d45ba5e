//! The reference interpreter: which step decides a connection, on each side.
//!
//! This file is the meaning of the language (section 2.6, as amended), written to be read, not to be fast. Every
//! faster answer in the compiler is tested against it.

use netpol_flow::{
    Date, Endpoint, Flow, IpNet, NAMESPACE_NAME_LABEL, Pod, Relation, Selector, Side, Text, Verdict,
};

use crate::{Cluster, End, Enforcement, Namespaces, Pods, Policy, Port, Ports, Rule};

/// The step of the table that decided, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// −1: a pod and itself, or a node and its own pod.
    Fixed,
    /// 0: no pod at this end, so there is nobody to ask.
    NotAPod,
    /// 1: a guardrail denies.
    GuardrailDeny,
    /// 2: a guardrail allows.
    GuardrailAllow,
    /// 3: nobody declared the namespace, or its mode leaves this side open.
    Unmanaged,
    /// 4: the namespace's fence denies.
    Fence,
    /// 5: the namespace allows.
    Namespace,
    /// 6: one of its apps allows.
    App,
    /// 7: the baseline allows.
    Baseline,
    /// 8: nothing spoke.
    Default,
}

/// What one end answers.
#[derive(Clone, Debug)]
pub struct Consent<'a> {
    /// Allow or deny.
    pub verdict: Verdict,
    /// The step that decided.
    pub step: Step,
    /// The rule that decided, where a rule did.
    pub rule: Option<&'a Rule>,
    /// Allowed only because the namespace is in `audit`.
    pub would_deny: bool,
}

/// Decides a connection: it passes when both ends consent.
pub fn verdict(policy: &Policy, flow: &Flow, day: Date) -> Verdict {
    let allowed = Side::BOTH.iter().all(|side| consent(policy, flow, *side, day).verdict == Verdict::Allow);
    if allowed { Verdict::Allow } else { Verdict::Deny }
}

/// What the end that `side` speaks for answers: the first step that applies.
pub fn consent<'a>(policy: &'a Policy, flow: &Flow, side: Side, day: Date) -> Consent<'a> {
    let at = |step, rule| Consent { verdict: verdict_of(step), step, rule, would_deny: false };

    // −1. No guardrail reaches a pod's own address, or a node that calls its own pods (amendment B2).
    let node_to_own_pod = flow.relation == Relation::OwnNode && flow.destination.pod().is_some();
    if flow.relation == Relation::Itself || node_to_own_pod {
        return at(Step::Fixed, None);
    }
    // 0. A node or an address outside has nobody to ask.
    let Some(pod) = flow.subject(side).pod() else { return at(Step::NotAPod, None) };

    // 1. and 2. Guardrails: each block's denies minus its own live exceptions, then every block's allows.
    let live = policy.guardrails.iter().filter(|block| block.binds(day));
    for block in live.clone() {
        let denied = find(policy, &block.denies, flow, side, day);
        if denied.is_some() && find(policy, &block.exceptions, flow, side, day).is_none() {
            return at(Step::GuardrailDeny, denied);
        }
    }
    if let Some(rule) = live.filter_map(|block| find(policy, &block.allows, flow, side, day)).next() {
        return at(Step::GuardrailAllow, Some(rule));
    }

    // 3. Who manages this end?
    let Some(namespace) = policy.namespaces.get(&pod.namespace).filter(|n| !n.external) else {
        let closed = policy.cluster.undeclared_closed
            && !policy.namespaces.contains_key(&pod.namespace)
            && !policy.cluster.system.contains(&pod.namespace);
        return at(if closed { Step::Default } else { Step::Unmanaged }, None);
    };
    let enforcement = namespace.enforcement(side, day);
    if enforcement == Enforcement::Open {
        return at(Step::Unmanaged, None);
    }

    // 4. to 8. The namespace: its fence, its rules, its apps' rules, the baseline it did not waive, no.
    let (step, rule) = 'first: {
        if find(policy, &namespace.fence_exceptions, flow, side, day).is_none()
            && let Some(rule) = find(policy, &namespace.fence, flow, side, day)
        {
            break 'first (Step::Fence, Some(rule));
        }
        let is_app = |rule: &&Rule| matches!(rule.layer, crate::Layer::App(_));
        let matching = |rule: &&Rule| contains(policy, rule, flow, side, day);
        if let Some(rule) = namespace.rules.iter().filter(|r| !is_app(r)).find(matching) {
            break 'first (Step::Namespace, Some(rule));
        }
        if let Some(rule) = namespace.rules.iter().filter(is_app).find(matching) {
            break 'first (Step::App, Some(rule));
        }
        let applied = policy.baseline.iter().filter(|b| !namespace.waived.contains(&b.pattern));
        if let Some(rule) = applied.flat_map(|b| b.rules.values().flatten()).find(matching) {
            break 'first (Step::Baseline, Some(rule));
        }
        (Step::Default, None)
    };
    if enforcement == Enforcement::Audited && verdict_of(step) == Verdict::Deny {
        return Consent { verdict: Verdict::Allow, step, rule, would_deny: true };
    }
    at(step, rule)
}

fn verdict_of(step: Step) -> Verdict {
    match step {
        Step::GuardrailDeny | Step::Fence | Step::Default => Verdict::Deny,
        Step::Fixed
        | Step::NotAPod
        | Step::GuardrailAllow
        | Step::Unmanaged
        | Step::Namespace
        | Step::App
        | Step::Baseline => Verdict::Allow,
    }
}

fn find<'a>(policy: &Policy, rules: &'a [Rule], flow: &Flow, side: Side, day: Date) -> Option<&'a Rule> {
    rules.iter().find(|rule| contains(policy, rule, flow, side, day))
}

/// Whether the rule speaks of this connection on this side, on this day.
pub(crate) fn contains(policy: &Policy, rule: &Rule, flow: &Flow, side: Side, day: Date) -> bool {
    let request_fits = match &rule.only {
        Some(matches) if side == rule.only_side => {
            flow.request.as_ref().is_some_and(|request| matches.iter().any(|m| m.matches(request)))
        }
        Some(_) | None => true,
    };
    rule.is_active(day)
        && request_fits
        && rule.from.iter().any(|end| end_contains(policy, end, &flow.source, &flow.source))
        && rule.to.iter().any(|end| end_contains(policy, end, &flow.destination, &flow.source))
        && ports_contain(&rule.ports, flow)
}

fn ports_contain(ports: &Ports, flow: &Flow) -> bool {
    let declares =
        |name: &Text| flow.destination.pod().is_some_and(|pod| pod.declares(name, flow.protocol, flow.port));
    match ports {
        Ports::Any => true,
        Ports::Some(items) => items.iter().any(|item| match item {
            Port::Range(range) => range.contains(flow.protocol, flow.port),
            Port::Named(name) => declares(name),
        }),
    }
}

fn end_contains(policy: &Policy, end: &End, endpoint: &Endpoint, source: &Endpoint) -> bool {
    match end {
        End::Any => true,
        End::Pods(pods) => endpoint.pod().is_some_and(|pod| pods_contain(pods, pod)),
        End::OtherTenants => match (endpoint.pod(), source.pod()) {
            (Some(pod), Some(source)) => {
                let (theirs, own) = (tenant_of(policy, pod), tenant_of(policy, source));
                own.is_some() && theirs.is_some() && own != theirs
            }
            (Some(_) | None, Some(_) | None) => false,
        },
        End::Nodes => match endpoint {
            Endpoint::Node { .. } => true,
            Endpoint::ApiServer { on_node, .. } => *on_node,
            Endpoint::Pod(_) | Endpoint::Gateway { .. } | Endpoint::External { .. } => false,
        },
        End::ApiServer => matches!(endpoint, Endpoint::ApiServer { .. }),
        End::Gateway => matches!(endpoint, Endpoint::Gateway { .. }),
        // A block denotes external addresses only: never a pod, a node, the API server or the gateway.
        End::Addresses { blocks, except, .. } => external(endpoint, |address, _| {
            blocks.iter().any(|b| b.contains(&address)) && !except.iter().any(|b| b.contains(&address))
        }),
        End::Internet => external(endpoint, |address, _| is_public(&policy.cluster, address)),
        End::Outside => external(endpoint, |_, _| true),
        End::Domain(pattern) => external(endpoint, |_, names| names.iter().any(|n| pattern.matches(n))),
    }
}

fn external(
    endpoint: &Endpoint,
    test: impl Fn(std::net::IpAddr, &std::collections::BTreeSet<Text>) -> bool,
) -> bool {
    match endpoint {
        Endpoint::External { address, names } => test(*address, names),
        Endpoint::Pod(_) | Endpoint::Node { .. } | Endpoint::ApiServer { .. } | Endpoint::Gateway { .. } => {
            false
        }
    }
}

fn pods_contain(pods: &Pods, pod: &Pod) -> bool {
    let in_namespace = match &pods.namespaces {
        Namespaces::Every => true,
        Namespaces::Named(names) => names.contains(&pod.namespace),
        Namespaces::Matching(selector) => namespace_matches(selector, pod),
    };
    in_namespace
        && pods.selector.matches(&pod.labels)
        && pods.accounts.as_ref().is_none_or(|accounts| accounts.contains(&pod.account))
}

/// The name label always is the name, whatever the pod's own record of namespace labels says (amendment B13).
fn namespace_matches(selector: &Selector, pod: &Pod) -> bool {
    let mut labels = pod.namespace_labels.clone();
    labels.insert(NAMESPACE_NAME_LABEL.into(), pod.namespace.clone());
    selector.matches(&labels)
}

/// The tenant that owns the pod's namespace: by name first, else the first whose label condition holds.
fn tenant_of<'a>(policy: &'a Policy, pod: &Pod) -> Option<&'a Text> {
    let by_name = policy.tenants.iter().find(|(_, tenant)| tenant.namespaces.contains(&pod.namespace));
    by_name
        .or_else(|| {
            policy
                .tenants
                .iter()
                .find(|(_, t)| t.matching.iter().any(|selector| namespace_matches(selector, pod)))
        })
        .map(|(name, _)| name)
}

/// Whether an external address is public: in none of the special-purpose ranges, in none of the cluster's own.
fn is_public(cluster: &Cluster, address: std::net::IpAddr) -> bool {
    let own = [&cluster.pods, &cluster.services, &cluster.nodes, &cluster.apiserver];
    let inside = |blocks: &[IpNet]| blocks.iter().any(|b| b.contains(&address));
    !inside(&crate::not_public()) && !own.iter().any(|blocks| inside(blocks))
}
