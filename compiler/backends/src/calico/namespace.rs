//! The namespace layer: isolation, the fence, and what each subject is allowed.

use std::collections::BTreeMap;

use netpol_diagnostics::{Code, Diagnostic};
use netpol_flow::{Date, Side, SortedSet, Text};
use netpol_model::{Enforcement, Layer, Namespace, Rule, SharedPods};
use netpol_sets::PodSet;

use super::emit::{Draft, NETPOL_TIER};
use super::refusals::{Build, Refusals};
use super::rules::{Action, Place, rules_of};
use super::selector::{Selectors, selectors};
use crate::known::Known;
use crate::naming::{DEFAULT_DENY, object_name, short_hash};
use crate::plan::{Grant, NamespacePlan, Subject, grants_of};
use crate::refuse::at_origin;

/// The tier of every fence: after the guardrails, before what namespaces allow, passing on what it does not deny.
pub(super) const FENCE_TIER: &str = "netpol-fence";

/// Orders within a tier. Policies of one order all say the same thing, so that their own order is of no matter.
pub(super) mod order {
    /// `Pass` in a tier of denies.
    pub(in super::super) const PASS: i64 = 100;
    /// `Pass` for a tenant's own pods.
    pub(in super::super) const OWN: i64 = 200;
    /// `Deny` in a tier of denies.
    pub(in super::super) const DENY: i64 = 300;
    /// `Allow`.
    pub(in super::super) const ALLOW: i64 = 100;
    /// Isolation.
    pub(in super::super) const ISOLATE: i64 = 1000;
}

/// The policies of one namespace.
pub(super) fn drafts(
    build: &Build<'_>,
    plan: &NamespacePlan<'_>,
    day: Date,
    refusals: &mut Refusals,
) -> Vec<Draft> {
    let namespace = plan.namespace;
    let staged = is_staged(namespace, day);
    if staged && !build.options.staged {
        refusals.tell(withheld(&namespace.origin, &format!("namespace `{}`", namespace.name), build));
    }
    let isolates = isolates(build, namespace, day);
    if isolates.is_empty() {
        return Vec::new();
    }
    let everyone = PodSet::of_namespaces([namespace.name.clone()].into());
    let mut drafts = vec![Draft {
        staged,
        namespace: Some(namespace.name.clone()),
        tier: NETPOL_TIER.to_owned(),
        order: order::ISOLATE,
        name: DEFAULT_DENY.to_owned(),
        layer: None,
        subject: selectors(&everyone, Some(&namespace.name)),
        isolates: isolates.clone(),
        egress: Vec::new(),
        ingress: Vec::new(),
        origins: vec![namespace.origin.clone()],
    }];
    let fence_layer = Layer::Fence;
    let fence: Vec<(Action, Grant<'_>)> =
        isolates.iter().flat_map(|side| fence_of(build, namespace, *side, day)).collect();
    let mut group = Group {
        build,
        namespace,
        staged,
        known: BTreeMap::new(),
        here: Known::default(),
        anywhere: Known::default(),
        drafts: &mut drafts,
    };
    for (action, grant) in &fence {
        group.add(*action, &fence_layer, grant, refusals);
    }
    for grant in &plan.grants {
        group.add(Action::Allow, &grant.rule.layer, grant, refusals);
    }
    drafts
}

fn is_staged(namespace: &Namespace, day: Date) -> bool {
    Side::BOTH.into_iter().any(|side| namespace.enforcement(side, day) == Enforcement::Audited)
}

/// The sides on which something is written for a namespace.
pub(super) fn isolates(build: &Build<'_>, namespace: &Namespace, day: Date) -> Vec<Side> {
    if is_staged(namespace, day) && !build.options.staged {
        return Vec::new();
    }
    let is_closed = |side: &Side| namespace.enforcement(*side, day) != Enforcement::Open;
    [Side::Ingress, Side::Egress].into_iter().filter(is_closed).collect()
}

/// Whether something is written for its fence.
pub(super) fn has_fence(build: &Build<'_>, namespace: &Namespace, day: Date) -> bool {
    isolates(build, namespace, day).iter().any(|side| !fence_of(build, namespace, *side, day).is_empty())
}

/// The fence as it is written: what its exceptions pass, then what it denies.
fn fence_of<'a>(
    build: &Build<'_>,
    namespace: &'a Namespace,
    side: Side,
    day: Date,
) -> Vec<(Action, Grant<'a>)> {
    let live = |rules: &'a [Rule]| rules.iter().filter(move |rule| rule.is_active(day));
    if live(&namespace.fence).next().is_none() {
        return Vec::new();
    }
    let passes = live(&namespace.fence_exceptions).map(|rule| (Action::Pass, rule));
    let denies = live(&namespace.fence).map(|rule| (Action::Deny, rule));
    let grants = |(action, rule): (Action, &'a Rule)| {
        grants_of(build.places, namespace, rule, side).into_iter().map(move |grant| (action, grant))
    };
    passes.chain(denies).flat_map(grants).collect()
}

/// Says that an audit is not reported on.
pub(super) fn withheld(origin: &netpol_model::Origin, what: &str, build: &Build<'_>) -> Diagnostic {
    let title = format!("target `calico` has no staged policies in version {}", build.options.version);
    at_origin(Diagnostic::new(Code(708), title), origin, "audit")
        .note(format!("nothing is written for {what}, and nothing is reported"))
        .help("build for Calico 3.30 or later")
}

/// The policies of one namespace, one for each layer, action and subject.
struct Group<'g, 'a> {
    build: &'g Build<'a>,
    namespace: &'g Namespace,
    staged: bool,
    known: BTreeMap<(Action, &'g Layer, &'g Subject), usize>,
    here: Known<Selectors>,
    anywhere: Known<Selectors>,
    drafts: &'g mut Vec<Draft>,
}

impl<'g> Group<'g, '_> {
    fn add(&mut self, action: Action, layer: &'g Layer, grant: &'g Grant<'_>, refusals: &mut Refusals) {
        if refusals.pods(grant.rule, &grant.subject.pods) {
            return;
        }
        let key = (action, layer, &grant.subject);
        let at = match self.known.get(&key) {
            Some(at) => *at,
            None => {
                self.drafts.push(self.draft(action, layer, &grant.subject));
                self.known.insert(key, self.drafts.len() - 1);
                self.drafts.len() - 1
            }
        };
        let Some(draft) = self.drafts.get_mut(at) else { return };
        let home = draft.namespace.as_ref();
        let known = if home.is_some() { &self.here } else { &self.anywhere };
        let place = Place { home, staged: self.staged, logs: true, known };
        let rules = rules_of(self.build, place, action, grant, refusals);
        draft.add(grant.side, rules, &grant.rule.origin);
    }

    fn draft(&self, action: Action, layer: &Layer, subject: &Subject) -> Draft {
        let home = &self.namespace.name;
        let here = selectors(&subject.pods, Some(home));
        // A namespaced policy has no selector for its namespace's labels; a global one, kept to the namespace, has.
        let global = here.namespaces.is_some();
        let (tier, order) = match action {
            Action::Allow => (NETPOL_TIER, order::ALLOW),
            Action::Pass => (FENCE_TIER, order::PASS),
            Action::Deny => (FENCE_TIER, order::DENY),
        };
        let (kind, of) = match (layer, action) {
            (Layer::App(app), _) => ("app", &**app),
            (Layer::Baseline(pattern), _) => ("baseline", &**pattern),
            (Layer::Fence, Action::Pass) => ("fence", "except"),
            (Layer::Fence, _) => ("fence", ""),
            (Layer::Namespace | Layer::Guardrail(_), _) => ("", ""),
        };
        let noun = self.namespace.workloads.get(&subject.name).map(SharedPods::set);
        let known = &*subject.name == "all"
            || noun.is_none_or(|pods| *pods == subject.pods) && &*subject.name != "pods";
        let hash = if known { String::new() } else { short_hash(&format!("{here:?}")) };
        let parts = [if global { &**home } else { "" }, kind, of, &subject.name, &hash];
        Draft {
            staged: self.staged,
            namespace: (!global).then(|| home.clone()),
            tier: tier.to_owned(),
            order,
            name: object_name(&parts, 63),
            layer: Some(layer.clone()),
            subject: if global { selectors(&subject.pods, None) } else { here },
            isolates: Vec::new(),
            egress: Vec::new(),
            ingress: Vec::new(),
            origins: Vec::new(),
        }
    }
}

/// Isolates the namespaces that nobody declared (amendment B22).
pub(super) fn undeclared(build: &Build<'_>, refusals: &mut Refusals) -> Option<Draft> {
    let (policy, cluster) = (build.policy, &build.policy.cluster);
    if !cluster.undeclared_closed {
        return None;
    }
    let spared: SortedSet<Text> = policy.namespaces.keys().chain(&cluster.system).cloned().collect();
    let missing: Vec<&str> = PLUG_IN.into_iter().filter(|name| !spared.contains(*name)).collect();
    if !missing.is_empty() {
        let listed = missing.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ");
        let title = format!("`undeclared closed` would cut off {listed} on target `calico`");
        let diagnostic = Diagnostic::new(Code(720), title)
            .note("Calico runs there; closed, it could no longer be repaired through its own API")
            .help(format!("add it to the `cluster` block: `system [{}, …]`", PLUG_IN.join(", ")));
        refusals.tell(match cluster.declared {
            Some(span) => diagnostic.at(span, "closes every namespace it does not list"),
            None => diagnostic,
        });
    }
    let values = netpol_sets::Values::all_but(spared);
    Some(Draft {
        staged: false,
        namespace: None,
        tier: NETPOL_TIER.to_owned(),
        order: order::ISOLATE,
        name: "undeclared".to_owned(),
        layer: None,
        subject: selectors(&PodSet::all().with(netpol_sets::Key::Namespace, &values), None),
        isolates: vec![Side::Ingress, Side::Egress],
        egress: Vec::new(),
        ingress: Vec::new(),
        origins: Vec::new(),
    })
}

/// Where Calico itself runs: installed by manifest, or by its operator.
const PLUG_IN: [&str; 2] = ["kube-system", "calico-system"];
