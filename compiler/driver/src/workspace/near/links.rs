//! What each statement of a file has to do with other namespaces.

use std::collections::{BTreeMap, BTreeSet};

use netpol_flow::Text;
use netpol_syntax::tree::{
    Argument, ArgumentKind, ArgumentValue, Builtin, End, EndKind, Ends, File, FlowSentence, Item, ItemKind,
    NamespaceSelection, Reference, ServiceKind, Services,
};

/// The statements of a file, by what they have to do with other namespaces.
///
/// What is not sure to be about its own namespace or some named ones counts as about every one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Links {
    /// The namespaces that the whole file is about, by its header; none for files without one.
    pub(super) about: Option<Vec<Text>>,
    /// The statements that others may need, whatever they are about: nouns, ports, patterns.
    pub(super) nouns: Vec<usize>,
    /// The statements that speak of a namespace, by it.
    pub(super) towards: BTreeMap<Text, Vec<usize>>,
    /// The statements that may speak of any namespace.
    pub(super) anyone: Vec<usize>,
    /// The namespaces that each statement names.
    pub(super) named: BTreeMap<usize, BTreeSet<Text>>,
    /// The namespaces that tests name.
    pub(super) tested: BTreeSet<Text>,
    /// Whether a rule or a test asks about the pods of every namespace.
    pub(super) is_sweeping: bool,
}

impl Links {
    pub(crate) fn of(file: &File) -> Links {
        let about = file.header.as_ref();
        let about = about.map(|head| head.names.iter().map(|name| name.text.clone()).collect());
        let mut links = Links { about, ..Links::default() };
        let own = own_nouns(file);
        let imports: BTreeSet<&str> = file.uses.iter().map(prefix).collect();
        for (at, item) in file.items.iter().enumerate() {
            let (names, is_open, is_sweeping) = (BTreeSet::new(), false, false);
            let mut found = Found { own: &own, imports: &imports, names, is_open, is_sweeping };
            found.item(item);
            let Found { names, is_open, is_sweeping, .. } = found;
            links.is_sweeping |= is_sweeping;
            match &item.kind {
                ItemKind::Test { .. } => links.tested.extend(names.iter().cloned()),
                kind if is_noun(kind) => links.nouns.push(at),
                _ if is_open => links.anyone.push(at),
                _ => {
                    names.iter().for_each(|name| links.towards.entry(name.clone()).or_default().push(at));
                }
            }
            if !names.is_empty() {
                links.named.insert(at, names);
            }
        }
        links
    }
}

fn prefix(import: &netpol_syntax::tree::Use) -> &str {
    match &import.alias {
        Some(alias) => &alias.text,
        None => import.module.node.rsplit('/').next().unwrap_or_default(),
    }
}

/// What a namespace's own lines may mean by a plain name.
fn own_nouns(file: &File) -> BTreeSet<&str> {
    let mut own = BTreeSet::new();
    for item in &file.items {
        match &item.kind {
            ItemKind::Workload(workload) if workload.within.is_empty() => {
                own.insert(&*workload.name.text);
            }
            ItemKind::Tiers { names, .. } => own.extend(names.iter().map(|name| &*name.text)),
            ItemKind::Net { name, .. } | ItemKind::Domain { name, .. } => {
                own.insert(&*name.text);
            }
            _ => {}
        }
    }
    own
}

fn is_noun(kind: &ItemKind) -> bool {
    matches!(
        kind,
        ItemKind::Workload(_)
            | ItemKind::Tiers { .. }
            | ItemKind::Group { .. }
            | ItemKind::Net { .. }
            | ItemKind::Domain { .. }
            | ItemKind::Port { .. }
            | ItemKind::Pattern { .. }
            | ItemKind::Mode { .. }
            | ItemKind::Waive { .. }
    )
}

/// What one statement speaks of.
struct Found<'f> {
    own: &'f BTreeSet<&'f str>,
    imports: &'f BTreeSet<&'f str>,
    names: BTreeSet<Text>,
    is_open: bool,
    is_sweeping: bool,
}

impl Found<'_> {
    fn item(&mut self, item: &Item) {
        match &item.kind {
            ItemKind::Flow(flow)
            | ItemKind::Deny(flow)
            | ItemKind::Allow(flow)
            | ItemKind::Except(flow)
            | ItemKind::Can(flow)
            | ItemKind::Cannot(flow) => self.flow(flow),
            ItemKind::Expose { what, services, to } => {
                self.ends(what);
                // Who else may be offered it is for them to take up.
                let was = self.is_sweeping;
                self.ends(to);
                self.is_sweeping = was;
                self.services(services.as_ref());
            }
            ItemKind::Apply { pattern, arguments } => {
                self.reference(pattern);
                self.is_open = true;
                arguments.iter().flatten().for_each(|argument| self.argument(argument));
            }
            ItemKind::Workload(workload) => workload.within.iter().for_each(|within| self.within(within)),
            ItemKind::Group { members, .. } => {
                // What a group holds matters where it is used.
                self.ends(members);
            }
            ItemKind::Net { members, except, .. } => {
                self.ends(members);
                except.iter().for_each(|except| self.ends(except));
            }
            ItemKind::Domain { members, .. } => self.ends(members),
            ItemKind::Port { services, .. } => self.services(Some(services)),
            ItemKind::Waive { pattern } => self.reference(pattern),
            ItemKind::Namespace { body, .. }
            | ItemKind::App { body, .. }
            | ItemKind::Guardrail { body, .. }
            | ItemKind::Baseline { body }
            | ItemKind::Pattern { body, .. }
            | ItemKind::Test { body, .. } => {
                self.is_open = true;
                body.iter().for_each(|item| self.item(item));
            }
            ItemKind::Cluster(_)
            | ItemKind::Tenant { .. }
            | ItemKind::Mode { .. }
            | ItemKind::Tiers { .. }
            | ItemKind::Require(_) => {}
        }
    }

    fn flow(&mut self, flow: &FlowSentence) {
        let (ends, services): ([Option<&Ends>; 2], _) = match flow {
            FlowSentence::Arrow { from, to, services } => ([Some(from), Some(to)], services),
            FlowSentence::Egress { services, to, from } => ([Some(to), from.as_ref()], services),
            FlowSentence::Ingress { services, from, to } => ([Some(from), to.as_ref()], services),
        };
        ends.into_iter().flatten().for_each(|ends| self.ends(ends));
        self.services(services.as_ref());
    }

    fn ends(&mut self, ends: &Ends) {
        ends.items.iter().for_each(|End { kind, .. }| self.end(kind));
    }

    fn end(&mut self, end: &EndKind) {
        match end {
            EndKind::Address(_) | EndKind::Domain(_) => {}
            EndKind::Pod { namespace, .. } => match namespace {
                Some(namespace) => self.namespace(&namespace.text),
                None => {}
            },
            EndKind::Call { callee, arguments } => {
                self.reference(callee);
                arguments.iter().for_each(|argument| self.argument(argument));
            }
            EndKind::Path(path) => self.namespace(&path.prefix.text),
            EndKind::Name(name) => self.is_open |= !self.own.contains(&*name.text),
            EndKind::Builtin(
                Builtin::All
                | Builtin::OtherPods
                | Builtin::Internet
                | Builtin::Outside
                | Builtin::Any
                | Builtin::Nodes
                | Builtin::ApiServer
                | Builtin::ClusterGateway,
            ) => {}
            EndKind::Builtin(Builtin::Pods | Builtin::Tenants | Builtin::OtherTenants | Builtin::System)
            | EndKind::Namespaces(_)
            | EndKind::Tenant(_)
            | EndKind::Star => (self.is_open, self.is_sweeping) = (true, true),
        }
    }

    /// A namespace, or the prefix of a module, which may speak of any.
    fn namespace(&mut self, name: &Text) {
        self.is_open |= self.imports.contains(&**name);
        self.names.insert(name.clone());
    }

    fn reference(&mut self, reference: &Reference) {
        if let Reference::Prefixed(path) = reference {
            self.namespace(&path.prefix.text);
        }
    }

    fn within(&mut self, within: &NamespaceSelection) {
        match within {
            NamespaceSelection::Names(names) => names.iter().for_each(|name| self.namespace(&name.text)),
            NamespaceSelection::Matching(_) => self.is_open = true,
        }
    }

    fn services(&mut self, services: Option<&Services>) {
        for service in services.iter().flat_map(|services| &services.items) {
            if let ServiceKind::Path(path) = &service.kind {
                self.namespace(&path.prefix.text);
            }
        }
    }

    fn argument(&mut self, argument: &Argument) {
        self.value(&argument.value);
    }

    fn value(&mut self, value: &ArgumentValue) {
        match &value.kind {
            ArgumentKind::List(values) => values.iter().for_each(|value| self.value(value)),
            ArgumentKind::End(end) => self.end(end),
            ArgumentKind::Service(ServiceKind::Path(path)) => self.namespace(&path.prefix.text),
            ArgumentKind::Text(_) | ArgumentKind::Service(_) | ArgumentKind::Label(_) => {}
        }
    }
}
