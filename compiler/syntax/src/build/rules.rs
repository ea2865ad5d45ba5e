//! Flows, and the statements made of them; `expose`, `apply`, `waive`, `require`.

use super::{Builder, Children};
use crate::grammar::Rule;
use crate::tree::{
    EndKind, Ends, FlowSentence, ItemKind, Obligation, Require, RequireScope, RuleClass, Services,
};
use netpol_diagnostics::{Code, Diagnostic};
use pest::iterators::Pair;

impl Builder<'_> {
    pub(super) fn rule(&mut self, pair: Pair<'_, Rule>) -> Option<ItemKind> {
        let rule = pair.as_rule();
        if matches!(rule, Rule::arrow_flow | Rule::egress | Rule::ingress) {
            return self.flow(pair).map(ItemKind::Flow);
        }
        let mut inner = Children::of(pair);
        inner.next()?;
        Some(match rule {
            Rule::deny_stmt => ItemKind::Deny(self.flow(inner.next()?)?),
            Rule::allow_stmt => ItemKind::Allow(self.flow(inner.next()?)?),
            Rule::except_stmt => ItemKind::Except(self.flow(inner.next()?)?),
            Rule::can_stmt => ItemKind::Can(self.flow(inner.next()?)?),
            Rule::cannot_stmt => ItemKind::Cannot(self.flow(inner.next()?)?),
            Rule::expose_stmt => {
                let what = self.ends(inner.next()?)?;
                let services = inner.accept(Rule::services).map(|services| self.services(services));
                inner.accept(Rule::k_to)?;
                ItemKind::Expose { what, services, to: self.ends(inner.next()?)? }
            }
            Rule::apply_stmt => {
                let pattern = self.reference(&inner.accept(Rule::reference)?);
                let arguments = match inner.next() {
                    Some(arguments) => Some(self.arguments(arguments)?),
                    None => None,
                };
                ItemKind::Apply { pattern, arguments }
            }
            Rule::waive_stmt => ItemKind::Waive { pattern: self.reference(&inner.accept(Rule::reference)?) },
            Rule::require_stmt => ItemKind::Require(self.require(inner)?),
            _ => return None,
        })
    }

    fn flow(&mut self, pair: Pair<'_, Rule>) -> Option<FlowSentence> {
        let rule = pair.as_rule();
        let mut inner = Children::of(pair);
        if rule == Rule::arrow_flow {
            let from = self.ends(inner.next()?)?;
            let to = self.ends(inner.next()?)?;
            let services = inner.next().map(|services| self.services(services));
            if services.is_none() {
                self.look_for_swallowed_port(&from, &to);
            }
            return Some(FlowSentence::Arrow { from, to, services });
        }
        inner.next()?;
        let services: Option<Services> = inner.accept(Rule::services).map(|services| self.services(services));
        inner.next()?;
        let peer = self.ends(inner.next()?)?;
        let subject = match inner.next() {
            Some(_) => Some(self.ends(inner.next()?)?),
            None => None,
        };
        Some(match rule {
            Rule::egress => FlowSentence::Egress { services, to: peer, from: subject },
            _ => FlowSentence::Ingress { services, from: peer, to: subject },
        })
    }

    /// `web -> fd00::1:80`: what looks like a port is the end of the address.
    fn look_for_swallowed_port(&mut self, from: &Ends, to: &Ends) {
        let [end] = to.items.as_slice() else { return };
        let EndKind::Address(address) = &end.kind else { return };
        let Some((before, port)) = address.rsplit_once(':') else { return };
        let is_port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
        if !is_port || end.span != to.span || !before.contains(':') {
            return;
        }
        let mut diagnostic =
            Diagnostic::new(Code(316), format!("`->` is between pods, and `{address}` is an address"))
                .at(end.span, "all of this is read as one address, without a port");
        if let [EndKind::Name(name)] = from.items.iter().map(|item| &item.kind).collect::<Vec<_>>().as_slice()
        {
            let text = &name.text;
            diagnostic = diagnostic.help(format!(
                "for port {port} of `{before}`, write `egress {port} to {before} from {text}`"
            ));
        } else {
            diagnostic =
                diagnostic.help(format!("for port {port} of `{before}`, write `egress {port} to {before}`"));
        }
        self.refuse(diagnostic);
    }

    fn require(&mut self, mut inner: Children<'_>) -> Option<Require> {
        let obligation = inner.accept(Rule::obligation)?;
        let span = self.span(&obligation);
        let mut parts = Children::of(obligation);
        let word = parts.next()?.as_rule();
        let argument = parts.last().map(|argument| self.written(&argument));
        let node = match word {
            Rule::k_because => Obligation::Because,
            Rule::k_ticket => Obligation::Ticket,
            Rule::k_owner => Obligation::Owner,
            Rule::k_enforce => Obligation::Enforce,
            Rule::k_ports => Obligation::Ports,
            Rule::k_until => Obligation::Until(argument),
            Rule::k_reviewed => Obligation::Reviewed(argument),
            Rule::k_prefix => Obligation::Prefix(argument?),
            _ => return None,
        };
        let obligation = crate::tree::Spanned { node, span };
        inner.accept(Rule::k_on)?;
        let class = inner.accept(Rule::rule_class)?;
        let span = self.span(&class);
        let words: Vec<Rule> = Children::of(class).map(|word| word.as_rule()).collect();
        let node = match words.as_slice() {
            [Rule::k_egress, Rule::k_internet] => RuleClass::EgressInternet,
            [Rule::k_egress] => RuleClass::Egress,
            [Rule::k_ingress] => RuleClass::Ingress,
            [Rule::k_expose] => RuleClass::Expose,
            [Rule::k_cross_namespace] => RuleClass::CrossNamespace,
            [Rule::k_except] => RuleClass::Except,
            [Rule::k_namespace] => RuleClass::Namespace,
            [Rule::k_every, Rule::k_rule] => RuleClass::EveryRule,
            _ => return None,
        };
        let class = crate::tree::Spanned { node, span };
        let within = match inner.accept(Rule::k_in) {
            Some(_) => {
                let scope = inner.next()?;
                Some(match scope.as_rule() {
                    Rule::tenant_ref => RequireScope::Tenant(self.name(&Children::of(scope).nth(1)?)),
                    _ => RequireScope::Namespaces(self.names(scope)),
                })
            }
            None => None,
        };
        Some(Require { obligation, class, within })
    }
}
