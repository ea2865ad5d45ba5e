//! What the tree says about layout: where statements and clauses begin, and which marks stand close.

use std::collections::{BTreeMap, BTreeSet};

use crate::tree::{
    ArgumentKind, ArgumentValue, Clause, ClauseKind, End, EndKind, Ends, File, FlowSentence, Item, ItemKind,
    NamespaceHead, NamespaceSelection, Param, Requirement,
};

/// What begins at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// A statement, or an attribute of a cluster.
    Statement,
    /// A clause that stands on its own line.
    Clause,
    /// A clause that shares the line before it where there is room (amendment U24).
    Short,
}

/// The places of a file that layout depends on, by offset.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Cuts {
    /// What begins where.
    pub begins: BTreeMap<usize, Cut>,
    /// The names whose `:` is followed by space: those of parameters and named arguments, by their end.
    pub named: BTreeSet<usize>,
    /// Where `=` stands close: the requirements of selectors and a workload's own ports, by start and end.
    pub close: BTreeMap<usize, usize>,
}

impl Cuts {
    /// The places of a file.
    pub(super) fn of(file: &File) -> Cuts {
        let mut cuts = Cuts::default();
        if let Some(edition) = &file.edition {
            cuts.begin(edition.span.start, Cut::Statement);
        }
        for import in &file.uses {
            cuts.begin(import.span.start, Cut::Statement);
        }
        if let Some(header) = &file.header {
            cuts.begin(header.span.start, Cut::Statement);
            cuts.head(header);
        }
        cuts.items(&file.items);
        cuts
    }

    fn begin(&mut self, at: u32, cut: Cut) {
        self.begins.insert(at as usize, cut);
    }

    fn items(&mut self, items: &[Item]) {
        for item in items {
            self.begin(item.span.start, Cut::Statement);
            self.clauses(&item.clauses);
            self.kind(&item.kind);
        }
    }

    fn kind(&mut self, kind: &ItemKind) {
        match kind {
            ItemKind::Cluster(cluster) => {
                for attribute in &cluster.attributes {
                    self.begin(attribute.span.start, Cut::Statement);
                }
            }
            ItemKind::Tenant { owns, .. } => self.selection(owns),
            ItemKind::Namespace { head, body } => {
                self.head(head);
                self.items(body);
            }
            ItemKind::App { body, .. }
            | ItemKind::Guardrail { body, .. }
            | ItemKind::Baseline { body }
            | ItemKind::Test { body, .. } => self.items(body),
            ItemKind::Pattern { params, body, .. } => {
                self.params(params);
                self.items(body);
            }
            ItemKind::Workload(workload) => {
                let selects = workload.selects.iter().flat_map(|selects| &selects.node);
                selects.for_each(|requirement| self.requirement(requirement));
                workload.within.iter().for_each(|within| self.selection(within));
                for port in &workload.ports {
                    let (start, end) = (port.name.span.start, port.services.span.end);
                    self.close.insert(start as usize, end as usize);
                }
            }
            ItemKind::Group { members, .. } => self.ends(members),
            ItemKind::Net { members, except, .. } => {
                self.ends(members);
                except.iter().for_each(|except| self.ends(except));
            }
            ItemKind::Domain { params, members, .. } => {
                self.params(params);
                self.ends(members);
            }
            ItemKind::Apply { arguments, .. } => {
                for argument in arguments.iter().flatten() {
                    self.named.extend(argument.name.as_ref().map(|name| name.span.end as usize));
                    self.value(&argument.value);
                }
            }
            ItemKind::Expose { what, to, .. } => {
                self.ends(what);
                self.ends(to);
            }
            ItemKind::Deny(flow)
            | ItemKind::Allow(flow)
            | ItemKind::Except(flow)
            | ItemKind::Can(flow)
            | ItemKind::Cannot(flow)
            | ItemKind::Flow(flow) => self.flow(flow),
            ItemKind::Mode { .. }
            | ItemKind::Tiers { .. }
            | ItemKind::Port { .. }
            | ItemKind::Waive { .. }
            | ItemKind::Require(_) => {}
        }
    }

    fn head(&mut self, head: &NamespaceHead) {
        self.clauses(&head.clauses);
        head.matching.iter().flat_map(|matching| &matching.node).for_each(|found| self.requirement(found));
    }

    fn clauses(&mut self, clauses: &[Clause]) {
        for clause in clauses {
            let cut = match clause.kind {
                ClauseKind::Ticket(_)
                | ClauseKind::Owner(_)
                | ClauseKind::Until(_)
                | ClauseKind::Reviewed(_) => Cut::Short,
                ClauseKind::Because(_)
                | ClauseKind::BecauseParam(_)
                | ClauseKind::Log
                | ClauseKind::Alert { .. }
                | ClauseKind::OnlyHttp(_) => Cut::Clause,
            };
            self.begin(clause.span.start, cut);
        }
    }

    fn flow(&mut self, flow: &FlowSentence) {
        match flow {
            FlowSentence::Arrow { from, to, .. } => {
                self.ends(from);
                self.ends(to);
            }
            FlowSentence::Egress { to, from, .. } => {
                self.ends(to);
                from.iter().for_each(|from| self.ends(from));
            }
            FlowSentence::Ingress { from, to, .. } => {
                self.ends(from);
                to.iter().for_each(|to| self.ends(to));
            }
        }
    }

    fn ends(&mut self, ends: &Ends) {
        ends.items.iter().for_each(|End { kind, .. }| self.end(kind));
    }

    fn end(&mut self, kind: &EndKind) {
        match kind {
            EndKind::Pod { selector, .. } | EndKind::Namespaces(selector) => {
                selector.iter().for_each(|found| self.requirement(found));
            }
            EndKind::Call { arguments, .. } => {
                for argument in arguments {
                    self.named.extend(argument.name.as_ref().map(|name| name.span.end as usize));
                    self.value(&argument.value);
                }
            }
            EndKind::Address(_)
            | EndKind::Domain(_)
            | EndKind::Path(_)
            | EndKind::Tenant(_)
            | EndKind::Builtin(_)
            | EndKind::Name(_)
            | EndKind::Star => {}
        }
    }

    fn value(&mut self, value: &ArgumentValue) {
        match &value.kind {
            ArgumentKind::List(values) => values.iter().for_each(|value| self.value(value)),
            ArgumentKind::End(end) => self.end(end),
            ArgumentKind::Text(_) | ArgumentKind::Service(_) | ArgumentKind::Label(_) => {}
        }
    }

    fn params(&mut self, params: &[Param]) {
        for param in params {
            self.named.insert(param.name.span.end as usize);
            param.default.iter().for_each(|value| self.value(value));
        }
    }

    fn selection(&mut self, selection: &NamespaceSelection) {
        match selection {
            NamespaceSelection::Matching(found) => {
                found.node.iter().for_each(|found| self.requirement(found))
            }
            NamespaceSelection::Names(_) => {}
        }
    }

    fn requirement(&mut self, requirement: &Requirement) {
        self.close.insert(requirement.span.start as usize, requirement.span.end as usize);
    }
}
