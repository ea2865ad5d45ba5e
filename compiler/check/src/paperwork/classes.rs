//! Which lines a `require` speaks of. What a line denotes decides, not how it is spelt (amendment U6).

use netpol_model::{End, Homes, Namespace, Places, Rule, RuleKind};
use netpol_sets::Ends;
use netpol_syntax::tree::RuleClass;

/// Whether a line of a namespace is of the class.
pub(super) fn is_in(class: RuleClass, places: &Places, namespace: &Namespace, rule: &Rule) -> bool {
    match class {
        RuleClass::EveryRule => true,
        RuleClass::Egress => rule.kind == RuleKind::Egress,
        RuleClass::EgressInternet => {
            rule.kind == RuleKind::Egress && rule.to.iter().any(|end| is_public(places, end))
        }
        RuleClass::Ingress => rule.kind == RuleKind::Ingress,
        RuleClass::Expose => rule.kind == RuleKind::Expose,
        RuleClass::CrossNamespace => crosses(namespace, rule),
        // Heads and guardrails are no lines of a namespace.
        RuleClass::Namespace | RuleClass::Except => false,
    }
}

/// The class as the language writes it.
pub(super) fn words(class: RuleClass) -> &'static str {
    match class {
        RuleClass::EgressInternet => "egress to the internet",
        RuleClass::Egress => "egress",
        RuleClass::Ingress => "ingress",
        RuleClass::Expose => "an `expose`",
        RuleClass::CrossNamespace => "a cross-namespace line",
        RuleClass::Except => "an exception",
        RuleClass::Namespace => "a namespace",
        RuleClass::EveryRule => "a rule",
    }
}

/// Whether some public address is in the end; a name stands for public addresses.
fn is_public(places: &Places, end: &End) -> bool {
    match end {
        End::Internet | End::Outside | End::Domain(_) | End::Any => true,
        End::Addresses { .. } => places.ends(end).iter().any(|ends| match ends {
            Ends::External(set) => !set.addresses.intersect(&places.internet).is_empty(),
            Ends::Pods(_) | Ends::Infra(_) => false,
        }),
        End::Pods(_) | End::OtherTenants | End::Nodes | End::ApiServer | End::Gateway => false,
    }
}

/// Whether the line speaks of pods of other namespaces; `any` does (amendment B9).
fn crosses(namespace: &Namespace, rule: &Rule) -> bool {
    let is_foreign = |end: &End| match end.homes() {
        Homes::Anywhere => true,
        Homes::Named(names) => names.iter().any(|name| *name != namespace.name),
        Homes::Nowhere => false,
    };
    rule.from.iter().chain(&rule.to).any(is_foreign)
}
