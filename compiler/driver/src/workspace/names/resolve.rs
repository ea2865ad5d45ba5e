//! What a name stands for.

use std::collections::BTreeSet;

use netpol_diagnostics::FileId;
use netpol_flow::Text;
use netpol_syntax::tree::ParamType;

use super::project::ScopeOf;
use super::{Declaration, Kind, Names, Reference, Role, ScopeKind, Slot, Space, Symbol};

/// How deep patterns may apply patterns, and groups hold groups.
const DEEPEST: usize = 8;

impl Names {
    /// What a reference of a file stands for: several where clusters have declarations of their own, none where nothing
    /// of that name is in sight.
    pub fn resolve(&self, file: FileId, at: u32) -> Vec<Symbol> {
        let mut found = self.reference(file, at).map(|one| self.meaning(file, one)).unwrap_or_default();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Every use of these declarations, with its file.
    pub fn uses(&self, symbols: &[Symbol]) -> Vec<(FileId, u32)> {
        let names: BTreeSet<&Text> =
            symbols.iter().filter_map(|symbol| self.declaration(*symbol)).map(|found| &found.name).collect();
        let mut uses = Vec::new();
        for named in self.files().filter(|file| file.role != Role::Library) {
            let id = named.state.id;
            for (reference, at) in named.state.names.references.iter().zip(0..) {
                if names.contains(&reference.name)
                    && self.meaning(id, reference).iter().any(|found| symbols.contains(found))
                {
                    uses.push((id, at));
                }
            }
        }
        uses
    }

    /// The declarations that must keep one name with these: where a use means several, all of them.
    pub fn together(&self, symbols: &[Symbol]) -> Vec<Symbol> {
        let mut all: BTreeSet<Symbol> = symbols.iter().copied().collect();
        loop {
            let known: Vec<Symbol> = all.iter().copied().collect();
            for (file, at) in self.uses(&known) {
                all.extend(self.resolve(file, at));
            }
            if all.len() == known.len() {
                return known;
            }
        }
    }

    fn meaning(&self, file: FileId, reference: &Reference) -> Vec<Symbol> {
        let Reference { space, name, scope, .. } = reference;
        match space {
            Space::Prefix => self.prefix(file, *scope, name),
            Space::Namespace | Space::Tenant | Space::Cluster | Space::App | Space::Guardrail => {
                let value = self.lookup((file, *scope), Space::Value, name);
                if *space == Space::Namespace && !value.is_empty() {
                    value
                } else {
                    self.at_top(*space, name)
                }
            }
            Space::Module => Vec::new(),
            Space::Parameter => self.parameter(file, reference).into_iter().collect(),
            Space::Argument => self.argument(file, reference),
            Space::Pattern if reference.waives => {
                let found = self.named(file, reference, Space::Pattern);
                if found.is_empty() { self.waived(reference) } else { found }
            }
            Space::Port => {
                let own = self.own_ports(file, reference);
                if own.is_empty() { self.named(file, reference, Space::Port) } else { own }
            }
            Space::End | Space::Pattern | Space::Value => self.named(file, reference, *space),
        }
    }

    fn at_top(&self, space: Space, name: &Text) -> Vec<Symbol> {
        self.top.get(&(space, name.clone())).cloned().unwrap_or_default()
    }

    /// The prefix of a path: an import of the file, or a namespace; a parameter may stand for one.
    fn prefix(&self, file: FileId, scope: u32, name: &Text) -> Vec<Symbol> {
        let value = self.lookup((file, scope), Space::Value, name);
        if !value.is_empty() {
            return value;
        }
        let Some(names) = self.names_of(file) else { return Vec::new() };
        let imports = names.declared(0, Space::Prefix, name);
        match imports.is_empty() {
            true => self.at_top(Space::Namespace, name),
            false => imports.iter().map(|at| Symbol { file, at: *at }).collect(),
        }
    }

    /// A name with or without a prefix, in one space.
    fn named(&self, file: FileId, reference: &Reference, space: Space) -> Vec<Symbol> {
        let Some(prefix) = &reference.prefix else {
            return self.lookup((file, reference.scope), space, &reference.name);
        };
        if let Some(module) = self.imported(file, prefix) {
            return self.in_scope((module, 0), space, &reference.name, 0);
        }
        self.member(prefix, space, &reference.name)
    }

    /// What a name as written, `dns` or `k8s/dns`, stands for at a scope.
    pub fn find(&self, (file, scope): (FileId, u32), space: Space, written: &str) -> Vec<Symbol> {
        let (prefix, name) = match written.split_once('/') {
            Some((prefix, name)) => (Some(Text::from(prefix.trim_matches('`'))), name),
            None => (None, written),
        };
        let name: Text = name.trim_matches('`').into();
        match prefix {
            None => self.lookup((file, scope), space, &name),
            Some(prefix) => match self.imported(file, &prefix) {
                Some(module) => self.in_scope((module, 0), space, &name, 0),
                None => self.member(&prefix, space, &name),
            },
        }
    }

    /// The module that a prefix stands for in a file.
    pub fn imported(&self, file: FileId, prefix: &str) -> Option<FileId> {
        let names = self.names_of(file)?;
        let found = *names.declared(0, Space::Prefix, prefix).first()?;
        let import = names.imports.iter().find(|import| import.prefix == found)?;
        self.modules.get(&import.module).copied().filter(|module| *module != file)
    }

    /// A name of a namespace: its own, or else of one of its apps.
    fn member(&self, namespace: &Text, space: Space, name: &Text) -> Vec<Symbol> {
        let of = |scopes: Option<&Vec<ScopeOf>>| -> Vec<Symbol> {
            scopes.into_iter().flatten().flat_map(|scope| self.in_scope(*scope, space, name, 0)).collect()
        };
        let own = of(self.namespaces.get(namespace));
        if own.is_empty() { of(self.apps.get(namespace)) } else { own }
    }

    /// Every scope whose names a path under this namespace may mean.
    pub fn scopes_of(&self, namespace: &str) -> Vec<(FileId, u32)> {
        let own = self.namespaces.get(namespace).into_iter().flatten();
        own.chain(self.apps.get(namespace).into_iter().flatten()).copied().collect()
    }

    /// What a scope declares under a name, itself or by the patterns it applies.
    fn in_scope(&self, (file, scope): ScopeOf, space: Space, name: &Text, depth: usize) -> Vec<Symbol> {
        let Some(names) = self.names_of(file) else { return Vec::new() };
        let own = names.declared(scope, space, name);
        if !own.is_empty() {
            return own.iter().map(|at| Symbol { file, at: *at }).collect();
        }
        if depth >= DEEPEST || !matches!(space, Space::End | Space::Port) {
            return Vec::new();
        }
        let inner = self.applied((file, scope)).into_iter();
        let found = inner.flat_map(|inner| self.in_scope(inner, space, name, depth + 1));
        let is_own = |symbol: &Symbol| {
            self.declaration(*symbol).is_some_and(|found| !matches!(found.kind, Kind::Parameter(_)))
        };
        found.filter(is_own).collect()
    }

    /// The scopes of the patterns applied in a scope.
    pub fn applied(&self, (file, scope): (FileId, u32)) -> Vec<(FileId, u32)> {
        let Some(names) = self.names_of(file) else { return Vec::new() };
        let applies = names.scopes.get(scope as usize).map(|scope| &scope.applies[..]).unwrap_or_default();
        let patterns = applies.iter().flat_map(|at| self.resolve(file, *at));
        patterns.filter_map(|found| Some((found.file, self.declaration(found)?.inner?))).collect()
    }

    /// A plain name, looked for from a scope outwards.
    pub fn lookup(&self, scope: (FileId, u32), space: Space, name: &Text) -> Vec<Symbol> {
        for level in self.outwards(scope) {
            let found = match level {
                Level::Scopes(scopes) => {
                    scopes.iter().flat_map(|scope| self.in_scope(*scope, space, name, 0)).collect()
                }
                Level::Top => self.at_top(space, name),
            };
            if !found.is_empty() {
                return found;
            }
        }
        Vec::new()
    }

    /// Where a plain name is looked for, in turn.
    pub fn outwards(&self, (file, scope): (FileId, u32)) -> Vec<Level> {
        let mut levels = Vec::new();
        let Some(named) = self.file(file) else { return levels };
        let mut at = Some(scope);
        while let Some(scope) = at {
            let Some(here) = named.state.names.scopes.get(scope as usize) else { break };
            if here.kind == ScopeKind::Top && named.role == Role::Project {
                levels.push(Level::Top);
            } else {
                levels.push(Level::Scopes(vec![(file, scope)]));
            }
            if let ScopeKind::App(Some(namespace)) = &here.kind {
                levels.push(Level::Scopes(self.namespaces.get(namespace).cloned().unwrap_or_default()));
            }
            at = here.parent;
        }
        levels.extend(self.prelude.map(|prelude| Level::Scopes(vec![(prelude, 0)])));
        levels
    }

    /// The own ports of the pods a port is written for.
    fn own_ports(&self, file: FileId, reference: &Reference) -> Vec<Symbol> {
        let mut found = Vec::new();
        for destination in &reference.destinations {
            let pods = self.resolve(file, *destination);
            found.extend(
                self.own_ports_of(&pods).into_iter().filter(|symbol| {
                    self.declaration(*symbol).is_some_and(|port| port.name == reference.name)
                }),
            );
        }
        found
    }

    /// The ports that these workloads, or the members of these groups, declare themselves.
    pub fn own_ports_of(&self, pods: &[Symbol]) -> Vec<Symbol> {
        let mut found = Vec::new();
        self.add_own_ports(pods, 0, &mut found);
        found.sort_unstable();
        found.dedup();
        found
    }

    fn add_own_ports(&self, pods: &[Symbol], depth: usize, found: &mut Vec<Symbol>) {
        for symbol in pods {
            let (Some(declared), Some(names)) = (self.declaration(*symbol), self.names_of(symbol.file))
            else {
                continue;
            };
            match declared.kind {
                Kind::Workload => {
                    let of = |(port, _): &(&Declaration, u32)| port.of == Some(symbol.at);
                    let ports = names.declarations.iter().zip(0..).filter(of);
                    found.extend(ports.map(|(_, at)| Symbol { file: symbol.file, at }));
                }
                Kind::Group if depth < DEEPEST => {
                    let span = declared.head;
                    let inside = |(member, _): &(&Reference, u32)| {
                        member.space == Space::End
                            && span.start <= member.span.start
                            && member.span.end <= span.end
                    };
                    for (_, at) in names.references.iter().zip(0..).filter(inside) {
                        self.add_own_ports(&self.resolve(symbol.file, at), depth + 1, found);
                    }
                }
                Kind::Group
                | Kind::Tier
                | Kind::Net
                | Kind::Domain
                | Kind::Port
                | Kind::OwnPort
                | Kind::Pattern
                | Kind::Parameter(_)
                | Kind::Namespace
                | Kind::Tenant
                | Kind::Cluster
                | Kind::App
                | Kind::Guardrail
                | Kind::Import => {}
            }
        }
    }

    /// The parameters of a pattern or domain, in the order written.
    pub fn parameters(&self, callee: Symbol) -> Vec<Symbol> {
        let inner = self.declaration(callee).and_then(|found| found.inner);
        let (Some(inner), Some(names)) = (inner, self.names_of(callee.file)) else { return Vec::new() };
        let is_one = |(found, _): &(&Declaration, u32)| {
            found.scope == inner && matches!(found.kind, Kind::Parameter(_))
        };
        let all = names.declarations.iter().zip(0..).filter(is_one);
        all.map(|(_, at)| Symbol { file: callee.file, at }).collect()
    }

    /// The parameter that a value or a name in a call is for.
    pub fn parameter(&self, file: FileId, reference: &Reference) -> Option<Symbol> {
        let (callee, slot) = reference.call.as_ref()?;
        let callee = *self.resolve(file, *callee).first()?;
        let params = self.parameters(callee);
        match slot {
            Slot::At(at) => params.get(*at).copied(),
            Slot::Named(name) => {
                let is_it =
                    |symbol: &&Symbol| self.declaration(**symbol).is_some_and(|found| found.name == *name);
                params.iter().find(is_it).copied()
            }
        }
    }

    /// A value in a call: what its parameter's type says, or what there is of that name.
    fn argument(&self, file: FileId, reference: &Reference) -> Vec<Symbol> {
        let kind =
            self.parameter(file, reference).and_then(|found| self.declaration(found)).map(|found| found.kind);
        let spaces: &[Space] = match kind {
            Some(Kind::Parameter(ParamType::Workload | ParamType::Net | ParamType::Domain)) => &[Space::End],
            Some(Kind::Parameter(ParamType::Port)) => &[Space::Port],
            Some(Kind::Parameter(ParamType::Namespace)) => {
                let value = self.lookup((file, reference.scope), Space::Value, &reference.name);
                return if value.is_empty() { self.at_top(Space::Namespace, &reference.name) } else { value };
            }
            Some(Kind::Parameter(ParamType::Label | ParamType::Text)) => &[Space::Value],
            Some(_) | None => &[Space::End, Space::Port, Space::Value],
        };
        let mut tried = spaces.iter().map(|space| self.named(file, reference, *space));
        let found = tried.find(|found| !found.is_empty()).unwrap_or_default();
        if !found.is_empty() || kind != Some(Kind::Parameter(ParamType::Port)) {
            return found;
        }
        // In port position a name may be an own port of whatever pods the same call names.
        let Some(names) = self.names_of(file) else { return found };
        let callee = reference.call.as_ref().map(|(callee, _)| callee);
        let beside = names.references.iter().filter(|other| {
            other.space == Space::Argument && other.call.as_ref().map(|(callee, _)| callee) == callee
        });
        let pods: Vec<Symbol> = beside.flat_map(|other| self.named(file, other, Space::End)).collect();
        let ports = self.own_ports_of(&pods).into_iter();
        ports.filter(|port| self.declaration(*port).is_some_and(|port| port.name == reference.name)).collect()
    }

    /// What `waive` names as the baseline wrote it, where this file does not import it.
    fn waived(&self, reference: &Reference) -> Vec<Symbol> {
        for named in self.files().filter(|file| file.role == Role::Project) {
            let names = &named.state.names;
            let baseline = names.scopes.iter().filter(|scope| scope.kind == ScopeKind::Baseline);
            for at in baseline.flat_map(|scope| &scope.applies) {
                let applied = names.references.get(*at as usize);
                if applied.is_some_and(|one| one.name == reference.name && one.prefix == reference.prefix) {
                    return self.resolve(named.state.id, *at);
                }
            }
        }
        Vec::new()
    }
}

/// Where a plain name is looked for: one step on the way outwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Level {
    /// These scopes.
    Scopes(Vec<(FileId, u32)>),
    /// What all files of the project declare outside of blocks.
    Top,
}
