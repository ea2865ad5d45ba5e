//! The tables of names of one view: scopes, what is declared in them, and looking names up.
//!
//! Names live in three spaces told apart by position: ends, ports, patterns. A scope sees what its parents declare;
//! an app's parent is its namespace, a namespace's the project, the project's the prelude. The scope of an applied
//! pattern has the place where the pattern is written as its parent, so free names mean there what they mean in the
//! pattern (amendment U21), while `all` and omitted subjects follow [`Scope::author`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use netpol_diagnostics::{Code, Diagnostic, Sources, Span, nearest};
use netpol_flow::{Date, Text};
use netpol_model as model;
use netpol_syntax::tree::Spanned;
use netpol_syntax::tree::{ArgumentValue, Ends, Item, ItemKind, Name, Param, ParamType, Services, Workload};

use crate::input::{Require, Wanted};
use crate::report::Report;
use crate::resolve::Resolved;
use crate::scope::modules::{FileKind, Project};
use crate::values::address::Ranges;

/// A scope, by its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ScopeId(pub(crate) usize);

/// A noun in end position, by its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NounId(pub(crate) usize);

/// Whose pods `all` and an omitted subject are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Author {
    /// Nobody's: platform statements and tests at top level.
    Platform,
    /// This namespace's.
    Namespace(Text),
    /// Not known yet: the body of a pattern, read where it is written.
    Pattern,
}

/// A set of names and where to look further.
#[derive(Clone, Debug)]
pub(crate) struct Scope<'a> {
    /// Where to look when a name is not here.
    pub(crate) parent: Option<ScopeId>,
    /// Where the nouns declared here are declared too: the scope a pattern is applied in.
    pub(crate) exports_to: Option<ScopeId>,
    /// Whose `all` is meant.
    pub(crate) author: Author,
    /// Nouns in end position.
    pub(crate) ends: BTreeMap<&'a str, NounId>,
    /// Ports.
    pub(crate) ports: BTreeMap<&'a str, PortNoun<'a>>,
    /// Patterns.
    pub(crate) patterns: BTreeMap<&'a str, Pattern<'a>>,
    /// Parameters that are plain text: labels, namespaces, sentences.
    pub(crate) values: BTreeMap<&'a str, ParamValue<'a>>,
    /// The `apply` lines that led here, outermost first.
    pub(crate) via: Arc<[Span]>,
    /// The patterns being applied, outermost first, by their place.
    pub(crate) chain: Arc<[Span]>,
}

/// What a parameter is bound to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ParamValue<'a> {
    /// The parameter's type.
    pub(crate) ty: ParamType,
    /// The value and the scope its names are read in; none while the pattern is read where it is written.
    pub(crate) value: Option<(&'a ArgumentValue, ScopeId)>,
}

/// A port name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PortNoun<'a> {
    /// Its declaration.
    pub(crate) name: &'a Name,
    /// What it stands for.
    pub(crate) kind: PortKind<'a>,
    /// Where names in it are looked up.
    pub(crate) scope: ScopeId,
}

/// What a port name stands for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum PortKind<'a> {
    /// A declaration.
    Declared(&'a Services),
    /// A pattern's parameter.
    Param(ParamValue<'a>),
}

/// A pattern's declaration.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pattern<'a> {
    /// Its name.
    pub(crate) name: &'a Name,
    /// Its parameters.
    pub(crate) params: &'a [Param],
    /// Its lines.
    pub(crate) body: &'a [Item],
    /// Where it is written.
    pub(crate) scope: ScopeId,
}

/// A noun in end position.
#[derive(Clone, Debug)]
pub(crate) struct Noun<'a> {
    /// Its declaration.
    pub(crate) name: &'a Name,
    /// What it is.
    pub(crate) kind: NounKind<'a>,
    /// Where names in it are looked up, and whose namespace it is in.
    pub(crate) scope: ScopeId,
    /// What it stands for, once asked.
    pub(crate) meaning: Meaning,
    /// A workload's own ports, once asked.
    pub(crate) own_ports: Option<Arc<BTreeMap<Text, Vec<model::Port>>>>,
}

/// What a noun is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum NounKind<'a> {
    /// `workload`.
    Workload(&'a Workload),
    /// One name of `tiers`.
    Tier {
        /// The label.
        key: &'a Spanned<netpol_syntax::tree::Text>,
    },
    /// `group`.
    Group(&'a Ends),
    /// `net`.
    Net(&'a Ends, Option<&'a Ends>),
    /// `domain`.
    Domain(&'a [Param], &'a Ends),
    /// A parameter of type `workload`, `net` or `domain`.
    Param(ParamValue<'a>),
}

/// What a noun stands for, as far as it is known.
#[derive(Clone, Debug)]
pub(crate) enum Meaning {
    /// Nobody asked.
    Unknown,
    /// Being found out; asking again means that it is made of itself.
    Asked,
    /// Nothing, with the reason already told.
    Wrong,
    /// These ends.
    Known(Arc<[Resolved]>),
}

/// A namespace declared in this view.
#[derive(Clone, Debug)]
pub(crate) struct DeclaredNamespace<'a> {
    /// Where its name is written; none for a default namespace that no file declares.
    pub(crate) place: Option<Span>,
    /// Its head as written, without clauses.
    pub(crate) head: Option<&'a netpol_syntax::tree::NamespaceHead>,
    /// Its statements.
    pub(crate) items: Vec<&'a Item>,
    /// Its scope.
    pub(crate) scope: ScopeId,
    /// Its apps, also those that stand at top level.
    pub(crate) apps: Vec<App<'a>>,
}

impl DeclaredNamespace<'_> {
    /// Whether a test stands among its statements.
    pub(crate) fn has_test(&self) -> bool {
        self.items.iter().any(|item| matches!(item.kind, ItemKind::Test { .. }))
    }
}

/// An app of a namespace.
#[derive(Clone, Debug)]
pub(crate) struct App<'a> {
    /// Its name.
    pub(crate) name: &'a Name,
    /// The statement.
    pub(crate) item: &'a Item,
    /// Its body.
    pub(crate) body: &'a [Item],
    /// Its scope.
    pub(crate) scope: ScopeId,
}

/// A tenant's declaration.
#[derive(Clone, Debug)]
pub(crate) struct DeclaredTenant<'a> {
    /// Its name.
    pub(crate) name: &'a Name,
    /// The statement.
    pub(crate) item: &'a Item,
    /// What the model says of it.
    pub(crate) tenant: model::Tenant,
}

/// What each domain came to for each choice of arguments; none where it is wrong.
pub(crate) type Calls = BTreeMap<(NounId, Vec<Text>), Option<Arc<[Resolved]>>>;

/// Everything known while one view is checked.
#[derive(Clone)]
pub(crate) struct Context<'a> {
    /// The texts.
    pub(crate) sources: &'a Sources,
    /// The files.
    pub(crate) project: &'a Project<'a>,
    /// The day lapsed lines are judged by.
    pub(crate) as_of: Date,
    /// Whether anybody still waits for what is found.
    pub(crate) wanted: Wanted<'a>,
    /// The cluster of this view.
    pub(crate) view: Option<Text>,
    /// Every cluster the project declares.
    pub(crate) clusters: BTreeSet<Text>,
    /// What was said.
    pub(crate) report: Report,
    /// The namespace of rules that stand outside every namespace.
    pub(crate) default_namespace: Option<Text>,
    /// The project's scope.
    pub(crate) top: ScopeId,
    /// The scopes; those that do not change are one in every copy.
    pub(crate) scopes: Vec<Arc<Scope<'a>>>,
    /// The scope of each library or project module.
    pub(crate) modules: BTreeMap<usize, ScopeId>,
    /// The nouns, likewise.
    pub(crate) nouns: Vec<Arc<Noun<'a>>>,
    /// The namespaces by name.
    pub(crate) namespaces: Arc<BTreeMap<Text, DeclaredNamespace<'a>>>,
    /// The tenants by name.
    pub(crate) tenants: BTreeMap<Text, DeclaredTenant<'a>>,
    /// The tenant that owns each namespace by name, with the place that says so.
    pub(crate) owners: BTreeMap<Text, (Text, Span)>,
    /// The cluster's ranges with their places.
    pub(crate) ranges: Ranges,
    /// The model's record of the cluster.
    pub(crate) cluster: model::Cluster,
    /// The patterns of the baseline, by the place of their declaration, and the name written at `apply`.
    pub(crate) baseline: BTreeMap<Span, Text>,
    /// Each applied pattern with its scope, by the applying scope and the place of `apply`; none where it is wrong.
    pub(crate) instances: BTreeMap<(ScopeId, Span), Option<(ScopeId, Pattern<'a>)>>,
    /// The project's own patterns, each with the scope it is read in where it is written.
    pub(crate) definitions: Vec<(Pattern<'a>, ScopeId)>,
    /// Patterns that apply themselves, told already, by place.
    pub(crate) circular: BTreeSet<Span>,
    /// Lines that applied patterns came to.
    pub(crate) expanded: usize,
    /// Declarations in use, by the place of their name; imports by their statement.
    pub(crate) used: BTreeSet<Span>,
    /// The paperwork demanded.
    pub(crate) requires: Vec<Require>,
    /// How often a near name was looked for; past a bound nobody reads on.
    pub(crate) suggested: usize,
    /// What domains come to for their arguments.
    pub(crate) calls: Calls,
    /// How deep ports are being read inside ports.
    pub(crate) port_depth: usize,
    /// How deep nouns are being found out inside nouns.
    pub(crate) noun_depth: usize,
    /// Whether the statement being read is the platform's, so that it may not rest on a tenant's noun.
    pub(crate) platform_statement: bool,
    /// `tenants`, once asked.
    pub(crate) every_tenant: Option<Arc<[model::End]>>,
    /// `other-pods` of a namespace, once asked.
    pub(crate) other_pods: BTreeMap<Text, Option<Arc<[model::End]>>>,
}

impl<'a> Context<'a> {
    /// A scope.
    pub(crate) fn scope(&self, id: ScopeId) -> Option<&Scope<'a>> {
        self.scopes.get(id.0).map(|scope| &**scope)
    }

    /// A scope, to be changed.
    pub(crate) fn scope_mut(&mut self, id: ScopeId) -> Option<&mut Scope<'a>> {
        self.scopes.get_mut(id.0).map(Arc::make_mut)
    }

    /// A noun, to be changed.
    pub(crate) fn noun_mut(&mut self, id: NounId) -> Option<&mut Noun<'a>> {
        self.nouns.get_mut(id.0).map(Arc::make_mut)
    }

    /// Adds a scope.
    pub(crate) fn add_scope(&mut self, parent: Option<ScopeId>, author: Author) -> ScopeId {
        let scope = Scope {
            parent,
            exports_to: None,
            author,
            ends: BTreeMap::new(),
            ports: BTreeMap::new(),
            patterns: BTreeMap::new(),
            values: BTreeMap::new(),
            via: Arc::from([]),
            chain: Arc::from([]),
        };
        self.scopes.push(scope.into());
        ScopeId(self.scopes.len() - 1)
    }

    /// Whose `all` is meant in a scope.
    pub(crate) fn author(&self, scope: ScopeId) -> Author {
        self.scope(scope).map_or(Author::Platform, |scope| scope.author.clone())
    }

    /// The scope and its parents, inside out.
    pub(crate) fn chain(&self, scope: ScopeId) -> impl Iterator<Item = &Scope<'a>> {
        std::iter::successors(self.scope(scope), |inner| inner.parent.and_then(|parent| self.scope(parent)))
    }

    /// Says something about text that is read in `scope`.
    pub(crate) fn say(&mut self, scope: ScopeId, diagnostic: Diagnostic) {
        let via = self.scope(scope).map(|scope| scope.via.clone());
        self.report.add(via.as_deref().unwrap_or_default(), diagnostic);
    }

    /// Records that the declaration at `place` is in use.
    pub(crate) fn mark_used(&mut self, place: Span) {
        self.used.insert(place);
    }

    /// Whether a declaration without `on`, or with these clusters, belongs to this view.
    pub(crate) fn in_view(&self, on: &[Name]) -> bool {
        on.is_empty() || self.view.as_ref().is_some_and(|view| on.iter().any(|name| name.text == *view))
    }

    /// Whether the file of `place` may not speak for the platform.
    pub(crate) fn is_tenant_file(&self, place: Span) -> bool {
        self.project.file_of(place).is_some_and(|file| matches!(file.authority, crate::Authority::Tenants(_)))
    }

    /// Whether `place` lies in the standard library.
    pub(crate) fn is_library(&self, place: Span) -> bool {
        self.project.file_of(place).is_some_and(|file| file.kind == FileKind::Library)
    }

    /// The module a prefix stands for where it is written, marking the import as used.
    pub(crate) fn module(&mut self, prefix: &Name) -> Option<ScopeId> {
        let import = self.project.import(&prefix.text, prefix.span)?;
        self.used.insert(import.span);
        self.modules.get(&import.module).copied()
    }

    /// Declares a noun; tells a clash with a visible one.
    pub(crate) fn declare_end(&mut self, scope: ScopeId, name: &'a Name, kind: NounKind<'a>) {
        let id = NounId(self.nouns.len());
        let meaning = Meaning::Unknown;
        self.nouns.push(Noun { name, kind, scope, meaning, own_ports: None }.into());
        let mut at = Some(scope);
        while let Some(here) = at {
            let visible = self.chain(here).find_map(|s| s.ends.get(&*name.text)).copied();
            let first = visible.and_then(|id| self.nouns.get(id.0)).filter(|first| {
                // A parameter hides what the pattern's own place declares: its author sees both.
                !matches!(first.kind, NounKind::Param(_))
            });
            if let Some(first) = first.map(|first| first.name.span) {
                self.tell_twice(scope, name, first);
                return;
            }
            let slot = self.scope_mut(here);
            at = slot.and_then(|slot| {
                slot.ends.insert(&name.text, id);
                slot.exports_to
            });
        }
    }

    /// Declares a port; tells a clash with a visible one.
    pub(crate) fn declare_port(&mut self, scope: ScopeId, name: &'a Name, services: &'a Services) {
        let port = PortNoun { name, kind: PortKind::Declared(services), scope };
        let mut at = Some(scope);
        while let Some(here) = at {
            let first = self.chain(here).find_map(|s| s.ports.get(&*name.text)).copied();
            if let Some(first) = first.filter(|first| matches!(first.kind, PortKind::Declared(_))) {
                self.tell_twice(scope, name, first.name.span);
                return;
            }
            let slot = self.scope_mut(here);
            at = slot.and_then(|slot| {
                slot.ports.insert(&name.text, port);
                slot.exports_to
            });
        }
    }

    /// Tells that a name is declared twice.
    pub(crate) fn tell_twice(&mut self, scope: ScopeId, name: &Name, first: Span) {
        let found = Diagnostic::new(Code(203), format!("`{}` is declared twice", name.text));
        let found = if self.is_library(first) {
            found
                .at(name.span, "the library's name is always in scope")
                .and_at(first, "declared by the library")
        } else {
            found.at(name.span, "declared again").and_at(first, "declared first here")
        };
        self.say(scope, found.help("rename one of them, or move it into the namespace that needs it"));
    }

    /// The visible noun or imported noun whose name is nearest to a misspelt one.
    pub(crate) fn near_end(&mut self, scope: ScopeId, wrong: &Name) -> Option<String> {
        let of = |scope: &Scope<'a>| scope.ends.keys().copied().collect::<Vec<_>>();
        self.near(scope, wrong, of)
    }

    /// The visible port or imported port whose name is nearest to a misspelt one.
    pub(crate) fn near_port(&mut self, scope: ScopeId, wrong: &Name) -> Option<String> {
        let of = |scope: &Scope<'a>| scope.ports.keys().copied().collect::<Vec<_>>();
        self.near(scope, wrong, of)
    }

    /// The visible pattern or imported pattern whose name is nearest to a misspelt one.
    pub(crate) fn near_pattern(&mut self, scope: ScopeId, wrong: &Name) -> Option<String> {
        let of = |scope: &Scope<'a>| scope.patterns.keys().copied().collect::<Vec<_>>();
        self.near(scope, wrong, of)
    }

    fn near(
        &mut self,
        scope: ScopeId,
        wrong: &Name,
        names_of: impl Fn(&Scope<'a>) -> Vec<&'a str>,
    ) -> Option<String> {
        self.suggested += 1;
        if self.suggested > 200 {
            return None;
        }
        let file = self.project.file_of(wrong.span);
        let imports = file.map(|file| file.imports.iter().collect::<Vec<_>>()).unwrap_or_default();
        for (prefix, import) in &imports {
            let module = self.modules.get(&import.module).and_then(|id| self.scope(*id));
            if module.is_some_and(|module| names_of(module).contains(&&*wrong.text)) {
                return Some(format!("{prefix}/{}", wrong.text));
            }
        }
        let visible: Vec<&str> = self.chain(scope).flat_map(names_of).collect();
        nearest(&wrong.text, visible).map(str::to_owned)
    }
}
