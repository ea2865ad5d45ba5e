//! Which name stands where, and what it means: for jumping, renaming and completing.
//!
//! This follows from trees alone, so that it is there while the text is broken and before any check is done. One file gives
//! its [`FileNames`]; [`Names`] ties the files of a project and the library together. Scoping is that of `netpol_check`;
//! a test holds that every name the check accepts is found here.

mod collect;
mod project;
mod resolve;

pub use project::{NamedFile, Names, Role, Symbol};
pub use resolve::Level;

use std::collections::BTreeMap;

use netpol_diagnostics::Span;
use netpol_flow::Text;
use netpol_syntax::tree::ParamType;

/// The kinds of names that are told apart by where they stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Space {
    /// Workloads, tiers, groups, nets, domains, and parameters that stand for such.
    End,
    /// Ports.
    Port,
    /// Patterns.
    Pattern,
    /// Parameters of a pattern that are plain text.
    Value,
    /// Namespaces.
    Namespace,
    /// Tenants.
    Tenant,
    /// Clusters.
    Cluster,
    /// Apps of a namespace.
    App,
    /// Guardrails.
    Guardrail,
    /// What stands before a slash: an import, or else a namespace.
    Prefix,
    /// The path of an imported module.
    Module,
    /// A parameter named in a call.
    Parameter,
    /// A value in a call: what its parameter says.
    Argument,
}

/// What is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `workload`.
    Workload,
    /// One of `tiers`.
    Tier,
    /// `group`.
    Group,
    /// `net`.
    Net,
    /// `domain`.
    Domain,
    /// `port`.
    Port,
    /// A port of one workload.
    OwnPort,
    /// `pattern`.
    Pattern,
    /// A parameter.
    Parameter(ParamType),
    /// `namespace`.
    Namespace,
    /// `tenant`.
    Tenant,
    /// `cluster`.
    Cluster,
    /// `app`.
    App,
    /// `guardrail`.
    Guardrail,
    /// The prefix an import gives.
    Import,
}

impl Kind {
    /// Where names of this kind stand.
    pub fn space(self) -> Space {
        match self {
            Kind::Workload | Kind::Tier | Kind::Group | Kind::Net | Kind::Domain => Space::End,
            Kind::Port | Kind::OwnPort => Space::Port,
            Kind::Pattern => Space::Pattern,
            Kind::Parameter(ty) => match ty {
                ParamType::Workload | ParamType::Net | ParamType::Domain => Space::End,
                ParamType::Port => Space::Port,
                ParamType::Label | ParamType::Namespace | ParamType::Text => Space::Value,
            },
            Kind::Namespace => Space::Namespace,
            Kind::Tenant => Space::Tenant,
            Kind::Cluster => Space::Cluster,
            Kind::App => Space::App,
            Kind::Guardrail => Space::Guardrail,
            Kind::Import => Space::Prefix,
        }
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Workload => "workload",
            Kind::Tier => "tier",
            Kind::Group => "group",
            Kind::Net => "net",
            Kind::Domain => "domain",
            Kind::Port | Kind::OwnPort => "port",
            Kind::Pattern => "pattern",
            Kind::Parameter(_) => "parameter",
            Kind::Namespace => "namespace",
            Kind::Tenant => "tenant",
            Kind::Cluster => "cluster",
            Kind::App => "app",
            Kind::Guardrail => "guardrail",
            Kind::Import => "import",
        }
    }
}

/// A name that is declared.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// What.
    pub kind: Kind,
    /// The name, without backticks.
    pub name: Text,
    /// Where the name stands.
    pub span: Span,
    /// The statement that declares it, without block and clauses.
    pub head: Span,
    /// The scope it is declared in.
    pub scope: u32,
    /// The scope it opens.
    pub inner: Option<u32>,
    /// For a port of one workload, that workload's declaration.
    pub of: Option<u32>,
}

/// A name that is used.
#[derive(Clone, Debug)]
pub struct Reference {
    /// Where it stands.
    pub space: Space,
    /// The name, without backticks.
    pub name: Text,
    /// Its place, without a prefix.
    pub span: Span,
    /// What stands before the slash.
    pub prefix: Option<Text>,
    /// The scope it is read in.
    pub scope: u32,
    /// For a port, the references to the pods whose own ports count first.
    pub destinations: Vec<u32>,
    /// For a value or a parameter in a call: the reference to what is called, and which argument it is.
    pub call: Option<(u32, Slot)>,
    /// Whether it is what `waive` names.
    pub waives: bool,
}

/// Which argument of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Slot {
    /// The one at this place, counted from 0.
    At(usize),
    /// The one with this name.
    Named(Text),
}

/// What a scope belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScopeKind {
    /// A file.
    Top,
    /// One namespace or several with the same body.
    Namespace(Vec<Text>),
    /// An app; with its namespace where that is written at the app itself.
    App(Option<Text>),
    /// A pattern.
    Pattern,
    /// A guardrail.
    Guardrail,
    /// The baseline.
    Baseline,
    /// A test.
    Test,
    /// The parameters of a domain.
    Domain,
}

/// A stretch of text whose names are looked up together.
#[derive(Clone, Debug)]
pub struct Scope {
    /// What it belongs to.
    pub kind: ScopeKind,
    /// The scope around it.
    pub parent: Option<u32>,
    /// The text.
    pub span: Span,
    /// The references to patterns applied in it, which declare their nouns here.
    pub applies: Vec<u32>,
}

/// What a file imports.
#[derive(Clone, Debug)]
pub struct Import {
    /// The module, `std/k8s`.
    pub module: Text,
    /// The place of its path.
    pub span: Span,
    /// The declaration of the prefix.
    pub prefix: u32,
}

/// A line by which a namespace offers something to others.
#[derive(Clone, Debug)]
pub struct Exposure {
    /// The scope it stands in.
    pub scope: u32,
    /// The references to what it offers.
    pub offered: Vec<u32>,
    /// Whom to: what stands before each slash, or a word such as `tenants`, or a tenant's name.
    pub to: Vec<Text>,
    /// The place of the ports.
    pub ports: Option<Span>,
}

/// The names of one file.
#[derive(Clone, Debug, Default)]
pub struct FileNames {
    /// The scopes; the first is the file's own.
    pub scopes: Vec<Scope>,
    /// The declarations, in the order of the text.
    pub declarations: Vec<Declaration>,
    /// The references, in the order read.
    pub references: Vec<Reference>,
    /// The imports, in the order written.
    pub imports: Vec<Import>,
    /// What is offered to other namespaces, in the order written.
    pub exposures: Vec<Exposure>,
    by_name: BTreeMap<(u32, Space, Text), Vec<u32>>,
    /// The declarations outside of blocks.
    top: Vec<u32>,
    /// The scopes of namespaces and apps.
    blocks: Vec<u32>,
}

impl FileNames {
    /// The declarations of a name in one scope.
    pub fn declared(&self, scope: u32, space: Space, name: &str) -> &[u32] {
        self.by_name.get(&(scope, space, Text::from(name))).map(Vec::as_slice).unwrap_or_default()
    }

    /// The declarations of one scope in one space.
    pub fn in_scope(&self, scope: u32, space: Space) -> impl Iterator<Item = (u32, &Declaration)> {
        let all = self.declarations.iter().zip(0..);
        all.filter(move |(found, _)| found.scope == scope && found.kind.space() == space)
            .filter(|(found, _)| found.kind != Kind::OwnPort)
            .map(|(found, at)| (at, found))
    }

    /// The innermost scope at an offset.
    pub fn scope_at(&self, offset: u32) -> u32 {
        let holds = |(scope, _): &(&Scope, u32)| scope.span.start <= offset && offset <= scope.span.end;
        let length = |(scope, at): &(&Scope, u32)| (scope.span.end - scope.span.start, u32::MAX - at);
        self.scopes.iter().zip(0..).filter(holds).min_by_key(length).map_or(0, |(_, at)| at)
    }

    /// The declaration whose name is at an offset.
    pub fn declaration_at(&self, offset: u32) -> Option<u32> {
        let holds = |found: &Declaration| found.span.start <= offset && offset <= found.span.end;
        // The end of one name is not the start of another: something stands between them.
        self.declarations.iter().position(holds).map(|at| at as u32)
    }

    /// The reference at an offset.
    pub fn reference_at(&self, offset: u32) -> Option<u32> {
        let holds = |found: &Reference| found.span.start <= offset && offset <= found.span.end;
        self.references.iter().position(holds).map(|at| at as u32)
    }
}
