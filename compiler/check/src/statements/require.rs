//! `require`: the closed matrix of what a guardrail may demand of which lines (amendment U12).

use netpol_diagnostics::{Code, Diagnostic, nearest};
use netpol_flow::Text;
use netpol_syntax::tree::{self, Item, Obligation, RequireScope, RuleClass};

use super::Site;
use crate::input::Require;
use crate::resolve::arguments;
use crate::resolve::ends::did_you_mean;
use crate::scope::names::Context;
use crate::values::date;

/// Reads one `require`.
pub(crate) fn read_require<'a>(
    cx: &mut Context<'a>,
    site: &Site,
    item: &'a Item,
    require: &'a tree::Require,
) {
    if !is_legal(&require.obligation.node, require.class.node) {
        let (what, of) = (words(&require.obligation.node), class_words(require.class.node));
        let found = Diagnostic::new(Code(403), format!("`{what}` cannot be required on `{of}`"));
        let found =
            found.at(require.obligation.span, "not of these lines").and_at(require.class.span, "these");
        cx.say(
            site.scope,
            found.help(format!("`{what}` can be required on {}", legal_classes(&require.obligation.node))),
        );
        return;
    }
    if !numbers_are_right(cx, site, &require.obligation.node) {
        return;
    }
    let namespaces = match &require.within {
        None => None,
        Some(RequireScope::Namespaces(names)) => {
            let mut all: Vec<Text> = Vec::new();
            for name in names {
                match arguments::text_value(cx, site.scope, &name.text) {
                    Some(Some(value)) => all.push(value),
                    Some(None) => return,
                    None => all.push(name.text.clone()),
                }
            }
            Some(all)
        }
        Some(RequireScope::Tenant(name)) => match cx.tenants.get(&name.text) {
            Some(declared) => Some(declared.tenant.namespaces.iter().cloned().collect()),
            None => {
                let found = Diagnostic::new(Code(201), format!("no tenant is named `{}`", name.text));
                let near = nearest(&name.text, cx.tenants.keys().map(|known| &**known)).map(str::to_owned);
                let help = "declare it: `tenant NAME owns NAMESPACES`";
                cx.say(site.scope, did_you_mean(found.at(name.span, "not declared"), near, name.span, help));
                return;
            }
        },
    };
    if site.is_definition {
        return;
    }
    let Some((guardrail, audit)) = site.guardrail.clone() else { return };
    let via = cx.scope(site.scope).map(|scope| scope.via.to_vec()).unwrap_or_default();
    let (obligation, class, span) = (require.obligation.node.clone(), require.class.node, item.head);
    let found = Require { obligation, class, namespaces, guardrail, audit, span, via };
    if !cx.requires.contains(&found) {
        cx.requires.push(found);
    }
}

fn is_legal(obligation: &Obligation, class: RuleClass) -> bool {
    let is_rule = matches!(
        class,
        RuleClass::Egress
            | RuleClass::EgressInternet
            | RuleClass::Ingress
            | RuleClass::Expose
            | RuleClass::CrossNamespace
            | RuleClass::Except
    );
    match obligation {
        Obligation::Because | Obligation::Ticket | Obligation::Until(_) => is_rule,
        Obligation::Reviewed(_) => is_rule || class == RuleClass::Namespace,
        Obligation::Prefix(_) => matches!(class, RuleClass::Egress | RuleClass::Ingress),
        Obligation::Ports => class == RuleClass::EveryRule,
        Obligation::Owner | Obligation::Enforce => class == RuleClass::Namespace,
    }
}

fn legal_classes(obligation: &Obligation) -> &'static str {
    match obligation {
        Obligation::Because | Obligation::Ticket | Obligation::Until(_) => {
            "`egress`, `egress internet`, `ingress`, `expose`, `cross-namespace`, `except`"
        }
        Obligation::Reviewed(_) => {
            "`egress`, `egress internet`, `ingress`, `expose`, `cross-namespace`, `except`, `namespace`"
        }
        Obligation::Prefix(_) => "`egress`, `ingress`",
        Obligation::Ports => "`every rule`",
        Obligation::Owner | Obligation::Enforce => "`namespace`",
    }
}

fn numbers_are_right(cx: &mut Context<'_>, site: &Site, obligation: &Obligation) -> bool {
    let (written, fits) = match obligation {
        Obligation::Until(Some(days)) | Obligation::Reviewed(Some(days)) => {
            (days, date::parse_days(&days.node).is_some())
        }
        Obligation::Prefix(length) => (length, length.node.parse::<u8>().is_ok_and(|length| length <= 32)),
        Obligation::Until(None)
        | Obligation::Reviewed(None)
        | Obligation::Because
        | Obligation::Ticket
        | Obligation::Owner
        | Obligation::Enforce
        | Obligation::Ports => return true,
    };
    if !fits {
        let found = Diagnostic::new(Code(302), format!("`{}` is out of range", written.node));
        let found = found.at(written.span, "not a limit");
        cx.say(
            site.scope,
            found.help("a prefix is 0 to 32, for IPv6 32 are added; a duration is days: `90d`"),
        );
    }
    fits
}

fn words(obligation: &Obligation) -> &'static str {
    match obligation {
        Obligation::Because => "because",
        Obligation::Ticket => "ticket",
        Obligation::Owner => "owner",
        Obligation::Enforce => "enforce",
        Obligation::Ports => "ports",
        Obligation::Until(_) => "until",
        Obligation::Reviewed(_) => "reviewed",
        Obligation::Prefix(_) => "prefix",
    }
}

fn class_words(class: RuleClass) -> &'static str {
    match class {
        RuleClass::EgressInternet => "egress internet",
        RuleClass::Egress => "egress",
        RuleClass::Ingress => "ingress",
        RuleClass::Expose => "expose",
        RuleClass::CrossNamespace => "cross-namespace",
        RuleClass::Except => "except",
        RuleClass::Namespace => "namespace",
        RuleClass::EveryRule => "every rule",
    }
}
