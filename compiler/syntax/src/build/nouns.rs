//! Declarations of nouns: workloads, tiers, groups, nets, domains, ports.

use super::{Builder, Children};
use crate::grammar::Rule;
use crate::tree::{ItemKind, Name, PortDefinition, Workload};
use pest::iterators::Pair;

impl Builder<'_> {
    /// `on C`; empty where it is not written.
    pub(super) fn on(&mut self, inner: &mut Children<'_>) -> Option<Vec<Name>> {
        match inner.accept(Rule::on) {
            Some(on) => {
                let mut on = Children::of(on);
                on.accept(Rule::k_on)?;
                Some(self.names(on.next()?))
            }
            None => Some(Vec::new()),
        }
    }

    pub(super) fn workload(&mut self, pair: Pair<'_, Rule>) -> Option<ItemKind> {
        let mut inner = Children::of(pair);
        inner.accept(Rule::k_workload)?;
        let name = self.name(&inner.accept(Rule::name)?);
        let on = self.on(&mut inner)?;
        let mut workload = Workload {
            name,
            on,
            selects: None,
            within: Vec::new(),
            ports: Vec::new(),
            accounts: Vec::new(),
            host_network: None,
        };
        if inner.accept(Rule::k_selects).is_some() {
            workload.selects = Some(self.spanned_selector(inner.next()?)?);
        }
        for option in inner {
            let rule = option.as_rule();
            if rule == Rule::k_host_network {
                workload.host_network = workload.host_network.or(Some(self.span(&option)));
                continue;
            }
            let mut parts = Children::of(option);
            parts.next()?;
            match rule {
                Rule::within => workload.within.push(self.namespaces(parts.next()?)?),
                Rule::accounts => workload.accounts.extend(self.names(parts.next()?)),
                Rule::own_ports => {
                    for own in parts {
                        let mut own = Children::of(own);
                        let name = self.name(&own.accept(Rule::name)?);
                        workload.ports.push(PortDefinition { name, services: self.services(own.next()?) });
                    }
                }
                _ => return None,
            }
        }
        Some(ItemKind::Workload(Box::new(workload)))
    }

    pub(super) fn tiers(&mut self, pair: Pair<'_, Rule>) -> Option<ItemKind> {
        let mut inner = Children::of(pair);
        inner.accept(Rule::k_tiers)?;
        let names = Children::of(inner.accept(Rule::names)?).map(|name| self.name(&name)).collect();
        inner.accept(Rule::k_by)?;
        Some(ItemKind::Tiers { names, key: self.written(&inner.next()?) })
    }

    /// `group`, `net`, `domain` and `port`.
    pub(super) fn noun(&mut self, pair: Pair<'_, Rule>) -> Option<ItemKind> {
        let rule = pair.as_rule();
        let mut inner = Children::of(pair);
        inner.next()?;
        let name = self.name(&inner.accept(Rule::name)?);
        let params = match inner.accept(Rule::params) {
            Some(params) => self.params(params)?,
            None => Vec::new(),
        };
        let on = self.on(&mut inner)?;
        let value = inner.next()?;
        Some(match rule {
            Rule::group_decl => ItemKind::Group { name, on, members: self.ends(value)? },
            Rule::domain_decl => ItemKind::Domain { name, params, on, members: self.ends(value)? },
            Rule::port_decl => ItemKind::Port { name, on, services: self.services(value) },
            Rule::net_decl => {
                let members = self.ends(value)?;
                let except = match inner.accept(Rule::k_except) {
                    Some(_) => Some(self.ends(inner.next()?)?),
                    None => None,
                };
                ItemKind::Net { name, on, members, except }
            }
            _ => return None,
        })
    }
}
