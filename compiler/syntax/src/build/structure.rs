//! Files and blocks: editions, imports, clusters, tenants, namespaces, apps, guardrails, patterns, tests.

use super::{Builder, Children};
use crate::grammar::Rule;
use crate::tree::{
    Clause, Cluster, ClusterAttribute, Item, ItemKind, Mode, NamespaceHead, Param, ParamType, Spanned, Use,
};
use pest::iterators::Pair;

impl Builder<'_> {
    pub(super) fn edition(&mut self, pair: Pair<'_, Rule>) -> Option<Spanned<Option<u32>>> {
        let span = self.span(&pair);
        let number = Children::of(pair).nth(1)?;
        Some(Spanned { node: number.as_str().parse().ok(), span })
    }

    pub(super) fn use_statement(&mut self, pair: Pair<'_, Rule>) -> Option<Use> {
        let span = self.span(&pair);
        let mut inner = Children::of(pair);
        inner.accept(Rule::k_use)?;
        let module = self.written(&inner.accept(Rule::module_path)?);
        inner.accept(Rule::k_as);
        let alias = inner.accept(Rule::name).map(|name| self.name(&name));
        Some(Use { module, alias, span })
    }

    /// A statement of any kind; blocks are still empty.
    pub(super) fn item(&mut self, pair: Pair<'_, Rule>, clauses: Vec<Clause>) -> Option<Item> {
        let head = self.span(&pair);
        let span = clauses.last().map_or(head, |last| head.to(last.span));
        if pair.as_rule() == Rule::ns_head {
            let head_node = self.namespace_head(pair, clauses)?;
            return Some(Item {
                kind: ItemKind::Namespace { head: Box::new(head_node), body: Vec::new() },
                clauses: Vec::new(),
                span,
                head,
            });
        }
        let body = Vec::new();
        let kind = match pair.as_rule() {
            Rule::cluster_head => {
                let name = self.only_name(pair)?;
                ItemKind::Cluster(Cluster { name, attributes: Vec::new() })
            }
            Rule::app_head => {
                let mut inner = Children::of(pair);
                inner.accept(Rule::k_app)?;
                let name = self.name(&inner.accept(Rule::name)?);
                inner.accept(Rule::k_in);
                let namespace = inner.accept(Rule::label).map(|label| self.label(&label));
                ItemKind::App { name, namespace, body }
            }
            Rule::guardrail_head => {
                let mut inner = Children::of(pair);
                let sealed = inner.accept(Rule::k_sealed).is_some();
                inner.accept(Rule::k_guardrail)?;
                let name = self.name(&inner.accept(Rule::name)?);
                let audit = inner.accept(Rule::k_audit).map(|audit| self.span(&audit));
                ItemKind::Guardrail { sealed, name, audit, body }
            }
            Rule::baseline_head => ItemKind::Baseline { body },
            Rule::pattern_head => {
                let mut inner = Children::of(pair);
                inner.accept(Rule::k_pattern)?;
                let name = self.name(&inner.accept(Rule::name)?);
                let params = match inner.accept(Rule::params) {
                    Some(params) => self.params(params)?,
                    None => Vec::new(),
                };
                ItemKind::Pattern { name, params, body }
            }
            Rule::test_head => {
                let mut inner = Children::of(pair);
                inner.accept(Rule::k_test)?;
                let title = inner.accept(Rule::string)?;
                let node = self.string(&title);
                inner.accept(Rule::k_at);
                let at = inner.accept(Rule::date).map(|date| self.written(&date));
                ItemKind::Test { title: Spanned { node, span: self.span(&title) }, at, body }
            }
            Rule::tenant_decl => {
                let mut inner = Children::of(pair);
                inner.accept(Rule::k_tenant)?;
                let name = self.name(&inner.accept(Rule::name)?);
                inner.accept(Rule::k_owns)?;
                ItemKind::Tenant { name, owns: self.namespaces(inner.next()?)? }
            }
            Rule::mode_stmt => {
                let mut inner = Children::of(pair);
                inner.accept(Rule::k_mode)?;
                inner.accept(Rule::k_enforce);
                let mode = self.mode(&mut inner)?;
                ItemKind::Mode { mode, on: self.on(&mut inner)? }
            }
            Rule::workload_decl => self.workload(pair)?,
            Rule::tiers_decl => self.tiers(pair)?,
            Rule::group_decl | Rule::net_decl | Rule::domain_decl | Rule::port_decl => self.noun(pair)?,
            _ => self.rule(pair)?,
        };
        Some(Item { kind, clauses, span, head })
    }

    fn only_name(&mut self, pair: Pair<'_, Rule>) -> Option<crate::tree::Name> {
        Children::of(pair).find(|inner| inner.as_rule() == Rule::name).map(|name| self.name(&name))
    }

    /// The head of a namespace, which is also the file header.
    fn namespace_head(&mut self, pair: Pair<'_, Rule>, clauses: Vec<Clause>) -> Option<NamespaceHead> {
        let span = self.span(&pair);
        let mut inner = Children::of(pair);
        inner.accept(Rule::k_namespace)?;
        let names = self.names(inner.accept(Rule::names)?);
        let matching = match inner.accept(Rule::matching) {
            Some(matching) => {
                let mut matching = Children::of(matching);
                matching.accept(Rule::k_matching)?;
                Some(self.spanned_selector(matching.next()?)?)
            }
            None => None,
        };
        let on = self.on(&mut inner)?;
        let mode = self.mode(&mut inner)?;
        Some(NamespaceHead { names, matching, on, mode, clauses, span })
    }

    /// The mode, where one is written: `Some(None)` where not.
    fn mode(&mut self, inner: &mut Children<'_>) -> Option<Option<Spanned<Mode>>> {
        let Some(mode) = inner.accept(Rule::ns_mode) else {
            return Some(None);
        };
        let span = self.span(&mode);
        let node = match Children::of(mode).next()?.as_rule() {
            Rule::k_audit => Mode::Audit,
            Rule::k_ingress_only => Mode::IngressOnly,
            Rule::k_egress_only => Mode::EgressOnly,
            Rule::k_external => Mode::External,
            _ => return None,
        };
        Some(Some(Spanned { node, span }))
    }

    pub(super) fn params(&mut self, pair: Pair<'_, Rule>) -> Option<Vec<Param>> {
        Children::of(pair)
            .map(|param| {
                let span = self.span(&param);
                let mut inner = Children::of(param);
                let name = self.name(&inner.accept(Rule::name)?);
                let written = inner.accept(Rule::param_type)?;
                let type_span = self.span(&written);
                let node = match Children::of(written).next()?.as_rule() {
                    Rule::k_workload => ParamType::Workload,
                    Rule::k_port => ParamType::Port,
                    Rule::k_net => ParamType::Net,
                    Rule::k_domain => ParamType::Domain,
                    Rule::k_label => ParamType::Label,
                    Rule::k_namespace => ParamType::Namespace,
                    Rule::k_text => ParamType::Text,
                    _ => return None,
                };
                let default = match inner.next() {
                    Some(value) => Some(self.value(value)?),
                    None => None,
                };
                Some(Param { name, ty: Spanned { node, span: type_span }, default, span })
            })
            .collect()
    }

    /// One line of a `cluster` block.
    pub(super) fn attribute(&mut self, pair: Pair<'_, Rule>) -> Option<Spanned<ClusterAttribute>> {
        let span = self.span(&pair);
        let mut inner = Children::of(pair);
        let word = inner.next()?.as_rule();
        let value = inner.next()?;
        let node = match word {
            Rule::k_pods => ClusterAttribute::Pods(self.ends(value)?),
            Rule::k_services => ClusterAttribute::Services(self.ends(value)?),
            Rule::k_nodes => ClusterAttribute::Nodes(self.ends(value)?),
            Rule::k_apiserver => ClusterAttribute::ApiServer(self.ends(value)?),
            Rule::k_shared => ClusterAttribute::Shared(self.ends(value)?),
            Rule::k_gateway => ClusterAttribute::Gateway(self.ends(value)?),
            Rule::k_system => ClusterAttribute::System(self.names(value)),
            Rule::k_undeclared => ClusterAttribute::Undeclared { open: value.as_rule() == Rule::k_open },
            _ => return None,
        };
        Some(Spanned { node, span })
    }
}
