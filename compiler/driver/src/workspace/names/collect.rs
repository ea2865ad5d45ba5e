//! The names of one file.

use netpol_diagnostics::Span;
use netpol_flow::Text;
use netpol_syntax::tree::{
    Argument, ArgumentKind, ArgumentValue, Builtin, Clause, ClauseKind, ClusterAttribute, EndKind, Ends,
    File, FlowSentence, Item, ItemKind, Name, NamespaceHead, NamespaceSelection, Param, ParamType, Path,
    Reference as Written, RequireScope, ServiceKind, Services,
};

use super::{Declaration, Exposure, FileNames, Import, Kind, Reference, Scope, ScopeKind, Slot, Space};

impl FileNames {
    /// Reads the names of a tree; `text` is what it was parsed from.
    pub(crate) fn of(tree: &File, text: &str) -> FileNames {
        let whole = Span { file: tree.file, start: 0, end: text.len() as u32 };
        let mut reader = Reader { names: FileNames::default() };
        let top = reader.scope(ScopeKind::Top, None, whole);
        for import in &tree.uses {
            let module = Name { text: import.module.node.clone(), span: import.module.span };
            reader.name(top, Space::Module, &module);
            let last = import.module.node.rsplit('/').next().unwrap_or_default();
            let (name, span) = match &import.alias {
                Some(alias) => (alias.text.clone(), alias.span),
                None => {
                    let end = import.module.span.end;
                    (last.into(), Span { start: end - (last.len() as u32).min(end), ..import.module.span })
                }
            };
            let prefix = reader.names.declarations.len() as u32;
            reader.declare_at(Kind::Import, name, span, import.span, top);
            reader.names.imports.push(Import {
                module: import.module.node.clone(),
                span: import.module.span,
                prefix,
            });
        }
        match &tree.header {
            None => reader.items(top, &tree.items),
            Some(head) => {
                let span = Span { start: head.span.start, ..whole };
                reader.namespace(top, head, head.span, span, &tree.items);
            }
        }
        let mut names = reader.names;
        for (found, at) in names.declarations.iter().zip(0..) {
            if found.kind != Kind::OwnPort {
                let key = (found.scope, found.kind.space(), found.name.clone());
                names.by_name.entry(key).or_default().push(at);
                if found.scope == 0 && found.kind != Kind::Import {
                    names.top.push(at);
                }
            }
        }
        let is_block = |scope: &Scope| matches!(scope.kind, ScopeKind::Namespace(_) | ScopeKind::App(_));
        names.blocks =
            names.scopes.iter().zip(0..).filter(|(scope, _)| is_block(scope)).map(|(_, at)| at).collect();
        names
    }
}

struct Reader {
    names: FileNames,
}

impl Reader {
    fn scope(&mut self, kind: ScopeKind, parent: Option<u32>, span: Span) -> u32 {
        self.names.scopes.push(Scope { kind, parent, span, applies: Vec::new() });
        self.names.scopes.len() as u32 - 1
    }

    fn declare_at(&mut self, kind: Kind, name: Text, span: Span, head: Span, scope: u32) -> u32 {
        self.names.declarations.push(Declaration { kind, name, span, head, scope, inner: None, of: None });
        self.names.declarations.len() as u32 - 1
    }

    fn declare(&mut self, kind: Kind, name: &Name, item: &Item, scope: u32) -> u32 {
        self.declare_at(kind, name.text.clone(), name.span, item.head, scope)
    }

    fn opens(&mut self, declaration: u32, inner: u32) {
        if let Some(found) = self.names.declarations.get_mut(declaration as usize) {
            found.inner = Some(inner);
        }
    }

    fn refer(&mut self, reference: Reference) -> u32 {
        self.names.references.push(reference);
        self.names.references.len() as u32 - 1
    }

    fn name(&mut self, scope: u32, space: Space, name: &Name) -> u32 {
        self.refer(plain(scope, space, name.text.clone(), name.span))
    }

    fn names(&mut self, scope: u32, space: Space, names: &[Name]) {
        for name in names {
            self.name(scope, space, name);
        }
    }

    /// `a/b`: two names, the second under the first.
    fn path(&mut self, scope: u32, space: Space, path: &Path) -> Option<u32> {
        self.name(scope, Space::Prefix, &path.prefix);
        if space == Space::End && &*path.name.text == "all" {
            return None;
        }
        let prefix = Some(path.prefix.text.clone());
        Some(self.refer(Reference { prefix, ..plain(scope, space, path.name.text.clone(), path.name.span) }))
    }

    fn written(&mut self, scope: u32, space: Space, written: &Written) -> Option<u32> {
        match written {
            Written::Plain(name) => Some(self.name(scope, space, name)),
            Written::Prefixed(path) => self.path(scope, space, path),
        }
    }

    fn items(&mut self, scope: u32, items: &[Item]) {
        for item in items {
            self.item(scope, item);
            self.clauses(scope, &item.clauses);
        }
    }

    fn block(&mut self, kind: ScopeKind, scope: u32, item: &Item, body: &[Item]) -> u32 {
        let inner = self.scope(kind, Some(scope), item.span);
        self.items(inner, body);
        inner
    }

    fn namespace(&mut self, scope: u32, head: &NamespaceHead, place: Span, span: Span, body: &[Item]) {
        let names = head.names.iter().map(|name| name.text.clone()).collect();
        let inner = self.scope(ScopeKind::Namespace(names), Some(scope), span);
        for name in &head.names {
            let found = self.declare_at(Kind::Namespace, name.text.clone(), name.span, place, scope);
            self.opens(found, inner);
        }
        self.names(scope, Space::Cluster, &head.on);
        self.clauses(scope, &head.clauses);
        self.items(inner, body);
    }

    fn item(&mut self, scope: u32, item: &Item) {
        match &item.kind {
            ItemKind::Cluster(cluster) => {
                self.declare(Kind::Cluster, &cluster.name, item, scope);
                for attribute in &cluster.attributes {
                    match &attribute.node {
                        ClusterAttribute::System(names) => self.names(scope, Space::Namespace, names),
                        ClusterAttribute::Pods(ends)
                        | ClusterAttribute::Services(ends)
                        | ClusterAttribute::Nodes(ends)
                        | ClusterAttribute::ApiServer(ends)
                        | ClusterAttribute::Shared(ends)
                        | ClusterAttribute::Gateway(ends) => {
                            self.ends(scope, ends);
                        }
                        ClusterAttribute::Undeclared { .. } => {}
                    }
                }
            }
            ItemKind::Tenant { name, owns } => {
                self.declare(Kind::Tenant, name, item, scope);
                self.selection(scope, owns);
            }
            ItemKind::Namespace { head, body } => self.namespace(scope, head, item.head, item.span, body),
            ItemKind::App { name, namespace, body } => {
                let found = self.declare(Kind::App, name, item, scope);
                self.names(scope, Space::Namespace, namespace.as_slice());
                let of = namespace.as_ref().map(|name| name.text.clone());
                let inner = self.block(ScopeKind::App(of), scope, item, body);
                self.opens(found, inner);
            }
            ItemKind::Guardrail { name, body, .. } => {
                let found = self.declare(Kind::Guardrail, name, item, scope);
                let inner = self.block(ScopeKind::Guardrail, scope, item, body);
                self.opens(found, inner);
            }
            ItemKind::Baseline { body } => {
                self.block(ScopeKind::Baseline, scope, item, body);
            }
            ItemKind::Test { body, .. } => {
                self.block(ScopeKind::Test, scope, item, body);
            }
            ItemKind::Pattern { name, params, body } => {
                let found = self.declare(Kind::Pattern, name, item, scope);
                let inner = self.scope(ScopeKind::Pattern, Some(scope), item.span);
                self.params(scope, inner, params);
                self.items(inner, body);
                self.opens(found, inner);
            }
            ItemKind::Mode { on, .. } => self.names(scope, Space::Cluster, on),
            ItemKind::Workload(workload) => {
                let found = self.declare(Kind::Workload, &workload.name, item, scope);
                self.names(scope, Space::Cluster, &workload.on);
                for within in &workload.within {
                    self.selection(scope, within);
                }
                for port in &workload.ports {
                    let own = self.declare(Kind::OwnPort, &port.name, item, scope);
                    if let Some(own) = self.names.declarations.get_mut(own as usize) {
                        own.of = Some(found);
                    }
                    self.services(scope, &port.services, &[]);
                }
            }
            ItemKind::Tiers { names, .. } => {
                for name in names {
                    self.declare(Kind::Tier, name, item, scope);
                }
            }
            ItemKind::Group { name, on, members } => {
                self.declare(Kind::Group, name, item, scope);
                self.names(scope, Space::Cluster, on);
                self.ends(scope, members);
            }
            ItemKind::Net { name, on, members, except } => {
                self.declare(Kind::Net, name, item, scope);
                self.names(scope, Space::Cluster, on);
                self.ends(scope, members);
                if let Some(except) = except {
                    self.ends(scope, except);
                }
            }
            ItemKind::Domain { name, params, on, members } => {
                let found = self.declare(Kind::Domain, name, item, scope);
                self.names(scope, Space::Cluster, on);
                let inner = self.scope(ScopeKind::Domain, Some(scope), item.span);
                self.params(scope, inner, params);
                self.ends(inner, members);
                self.opens(found, inner);
            }
            ItemKind::Port { name, on, services } => {
                self.declare(Kind::Port, name, item, scope);
                self.names(scope, Space::Cluster, on);
                self.services(scope, services, &[]);
            }
            ItemKind::Apply { pattern, arguments } => {
                let Some(callee) = self.written(scope, Space::Pattern, pattern) else { return };
                if let Some(scope) = self.names.scopes.get_mut(scope as usize) {
                    scope.applies.push(callee);
                }
                self.arguments(scope, callee, arguments.as_deref().unwrap_or_default());
            }
            ItemKind::Waive { pattern } => {
                let found = self.written(scope, Space::Pattern, pattern);
                let found = found.and_then(|found| self.names.references.get_mut(found as usize));
                if let Some(found) = found {
                    found.waives = true;
                }
            }
            ItemKind::Require(require) => match &require.within {
                Some(RequireScope::Tenant(name)) => {
                    self.name(scope, Space::Tenant, name);
                }
                Some(RequireScope::Namespaces(names)) => self.names(scope, Space::Namespace, names),
                None => {}
            },
            ItemKind::Expose { what, services, to } => {
                let offered = self.ends(scope, what);
                if let Some(services) = services {
                    self.services(scope, services, &offered);
                }
                self.ends(scope, to);
                let ports = services.as_ref().map(|services| services.span);
                let to = to.items.iter().filter_map(|end| caller(&end.kind)).collect();
                self.names.exposures.push(Exposure { scope, offered, to, ports });
            }
            ItemKind::Deny(flow)
            | ItemKind::Allow(flow)
            | ItemKind::Except(flow)
            | ItemKind::Can(flow)
            | ItemKind::Cannot(flow)
            | ItemKind::Flow(flow) => self.flow(scope, flow),
        }
    }

    fn flow(&mut self, scope: u32, flow: &FlowSentence) {
        let ports = |reader: &mut Reader, services: &Option<Services>, of: &[u32]| {
            if let Some(services) = services {
                reader.services(scope, services, of);
            }
        };
        match flow {
            FlowSentence::Arrow { from, to, services } => {
                self.ends(scope, from);
                let destinations = self.ends(scope, to);
                ports(self, services, &destinations);
            }
            FlowSentence::Egress { services, to, from } => {
                let destinations = self.ends(scope, to);
                ports(self, services, &destinations);
                if let Some(from) = from {
                    self.ends(scope, from);
                }
            }
            FlowSentence::Ingress { services, from, to } => {
                self.ends(scope, from);
                let destinations = to.as_ref().map(|to| self.ends(scope, to)).unwrap_or_default();
                ports(self, services, &destinations);
            }
        }
    }

    fn selection(&mut self, scope: u32, selection: &NamespaceSelection) {
        match selection {
            NamespaceSelection::Names(names) => self.names(scope, Space::Namespace, names),
            NamespaceSelection::Matching(_) => {}
        }
    }

    /// The references to ends that are named, which a port may belong to.
    fn ends(&mut self, scope: u32, ends: &Ends) -> Vec<u32> {
        ends.items.iter().filter_map(|end| self.end(scope, &end.kind, end.span)).collect()
    }

    fn end(&mut self, scope: u32, kind: &EndKind, span: Span) -> Option<u32> {
        match kind {
            EndKind::Name(name) => Some(self.name(scope, Space::End, name)),
            EndKind::Path(path) => self.path(scope, Space::End, path),
            EndKind::Call { callee, arguments } => {
                let found = self.written(scope, Space::End, callee)?;
                self.arguments(scope, found, arguments);
                Some(found)
            }
            EndKind::Tenant(name) => {
                self.name(scope, Space::Tenant, name);
                None
            }
            EndKind::Pod { namespace, .. } => {
                if let Some(name) = namespace {
                    self.name(scope, Space::Namespace, name);
                }
                None
            }
            EndKind::Domain(text) => {
                self.holes(scope, text, span);
                None
            }
            EndKind::Address(_) | EndKind::Namespaces(_) | EndKind::Builtin(_) | EndKind::Star => None,
        }
    }

    /// The `{param}` labels of a domain.
    fn holes(&mut self, scope: u32, text: &str, span: Span) {
        let mut from = 0;
        while let Some(open) = text.get(from..).and_then(|rest| rest.find('{')).map(|at| from + at + 1) {
            let Some(length) = text.get(open..).and_then(|rest| rest.find('}')) else { return };
            let name: Text = text.get(open..open + length).unwrap_or_default().into();
            let start = span.start + open as u32;
            self.refer(plain(scope, Space::Value, name, Span { start, end: start + length as u32, ..span }));
            from = open + length + 1;
        }
    }

    fn services(&mut self, scope: u32, services: &Services, destinations: &[u32]) {
        for service in &services.items {
            self.service(scope, &service.kind, destinations);
        }
    }

    fn service(&mut self, scope: u32, kind: &ServiceKind, destinations: &[u32]) {
        match kind {
            ServiceKind::Name(name) => {
                let found = plain(scope, Space::Port, name.text.clone(), name.span);
                self.refer(Reference { destinations: destinations.to_vec(), ..found });
            }
            ServiceKind::Path(path) => {
                self.path(scope, Space::Port, path);
            }
            ServiceKind::Any
            | ServiceKind::Number(_)
            | ServiceKind::WithProtocol(_)
            | ServiceKind::Slip(_)
            | ServiceKind::Quoted(_) => {}
        }
    }

    fn params(&mut self, outer: u32, inner: u32, params: &[Param]) {
        for param in params {
            self.declare_at(
                Kind::Parameter(param.ty.node),
                param.name.text.clone(),
                param.name.span,
                param.span,
                inner,
            );
            if let Some(value) = &param.default {
                self.value(outer, value, Meant::Type(param.ty.node));
            }
        }
    }

    fn arguments(&mut self, scope: u32, callee: u32, arguments: &[Argument]) {
        for (at, argument) in arguments.iter().enumerate() {
            let slot = match &argument.name {
                Some(name) => {
                    let slot = Slot::Named(name.text.clone());
                    let found = plain(scope, Space::Parameter, name.text.clone(), name.span);
                    self.refer(Reference { call: Some((callee, slot.clone())), ..found });
                    slot
                }
                None => Slot::At(at),
            };
            self.value(scope, &argument.value, Meant::Call(callee, slot));
        }
    }

    fn value(&mut self, scope: u32, value: &ArgumentValue, meant: Meant) {
        match &value.kind {
            ArgumentKind::List(items) => {
                for item in items {
                    self.value(scope, item, meant.clone());
                }
            }
            ArgumentKind::End(EndKind::Name(name)) => {
                let found = plain(scope, meant.space(), name.text.clone(), name.span);
                self.refer(Reference { call: meant.call(), ..found });
            }
            ArgumentKind::End(EndKind::Path(path)) => {
                if let Some(found) = self.path(scope, meant.space(), path)
                    && let Some(found) = self.names.references.get_mut(found as usize)
                {
                    found.call = meant.call();
                }
            }
            ArgumentKind::End(kind) => {
                self.end(scope, kind, value.span);
            }
            ArgumentKind::Service(kind) => self.service(scope, kind, &[]),
            ArgumentKind::Label(_) | ArgumentKind::Text(_) => {}
        }
    }

    fn clauses(&mut self, scope: u32, clauses: &[Clause]) {
        for clause in clauses {
            if let ClauseKind::BecauseParam(name) = &clause.kind {
                self.name(scope, Space::Value, name);
            }
        }
    }
}

/// Whom an `expose` speaks of.
fn caller(kind: &EndKind) -> Option<Text> {
    match kind {
        EndKind::Path(path) => Some(path.prefix.text.clone()),
        EndKind::Name(name) | EndKind::Tenant(name) => Some(name.text.clone()),
        EndKind::Builtin(Builtin::Pods) => Some("pods".into()),
        EndKind::Builtin(Builtin::Tenants) => Some("tenants".into()),
        EndKind::Pod { namespace, .. } => namespace.as_ref().map(|name| name.text.clone()),
        EndKind::Builtin(_)
        | EndKind::Address(_)
        | EndKind::Domain(_)
        | EndKind::Namespaces(_)
        | EndKind::Call { .. }
        | EndKind::Star => None,
    }
}

/// What says which kind of thing a value is.
#[derive(Clone)]
enum Meant {
    Call(u32, Slot),
    Type(ParamType),
}

impl Meant {
    fn space(&self) -> Space {
        match self {
            Meant::Call(..) => Space::Argument,
            Meant::Type(ParamType::Namespace) => Space::Namespace,
            Meant::Type(ty) => Kind::Parameter(*ty).space(),
        }
    }

    fn call(self) -> Option<(u32, Slot)> {
        match self {
            Meant::Call(callee, slot) => Some((callee, slot)),
            Meant::Type(_) => None,
        }
    }
}

fn plain(scope: u32, space: Space, name: Text, span: Span) -> Reference {
    Reference { space, name, span, prefix: None, scope, destinations: Vec::new(), call: None, waives: false }
}
