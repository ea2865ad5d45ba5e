//! The tree of one file: every statement with its place, nothing resolved.
//!
//! The grammar is permissive, so a tree may hold statements where they do not belong; `check` says so.

use netpol_diagnostics::{FileId, Span};
use std::sync::Arc;

/// Shared text.
pub type Text = Arc<str>;

/// A node with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The node.
    pub node: T,
    /// Its place.
    pub span: Span,
}

/// A name as written, without backticks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The name.
    pub text: Text,
    /// Its place, backticks included.
    pub span: Span,
}

/// `a/b`: a module's noun, or a namespace's workload; `b` is `all` for every pod of namespace `a`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// Before the slash.
    pub prefix: Name,
    /// After it.
    pub name: Name,
    /// The whole.
    pub span: Span,
}

/// `x` or `m/x`: a noun or pattern by plain or prefixed name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reference {
    /// `x`.
    Plain(Name),
    /// `m/x`.
    Prefixed(Box<Path>),
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Which file.
    pub file: FileId,
    /// `edition 2026`.
    pub edition: Option<Spanned<u32>>,
    /// The imports.
    pub uses: Vec<Use>,
    /// `namespace x` on a line of its own: the items below belong to it.
    pub header: Option<NamespaceHead>,
    /// The statements, in the order written.
    pub items: Vec<Item>,
    /// The comments, in the order written, without the line end.
    pub comments: Vec<Span>,
}

/// `use std/k8s as kube`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// The module's path, `std/k8s`.
    pub module: Spanned<Text>,
    /// The name after `as`.
    pub alias: Option<Name>,
    /// The whole statement.
    pub span: Span,
}

/// A statement with its clauses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What it says.
    pub kind: ItemKind,
    /// `because`, `ticket`, … after it; empty where the grammar has none.
    pub clauses: Vec<Clause>,
    /// The statement with its clauses; for a statement with a block, the block too.
    pub span: Span,
    /// The statement without clauses and block: what a diagnostic underlines.
    pub head: Span,
}

/// The statements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ItemKind {
    /// `cluster NAME { … }`.
    Cluster(Cluster),
    /// `tenant NAME owns …`.
    Tenant {
        /// Its name.
        name: Name,
        /// The namespaces it owns.
        owns: NamespaceSelection,
    },
    /// `namespace NAME { … }`.
    Namespace {
        /// Names, mode, cluster.
        head: Box<NamespaceHead>,
        /// The statements.
        body: Vec<Item>,
    },
    /// `app NAME [in NAMESPACE] { … }`.
    App {
        /// Its name.
        name: Name,
        /// The namespace, at top level (amendment U16).
        namespace: Option<Name>,
        /// The statements.
        body: Vec<Item>,
    },
    /// `[sealed] guardrail NAME [audit] { … }`.
    Guardrail {
        /// Whether exceptions are forbidden.
        sealed: bool,
        /// Its name.
        name: Name,
        /// The place of `audit`, where written.
        audit: Option<Span>,
        /// The statements.
        body: Vec<Item>,
    },
    /// `baseline { … }`.
    Baseline {
        /// The statements.
        body: Vec<Item>,
    },
    /// `pattern NAME(…) { … }`.
    Pattern {
        /// Its name.
        name: Name,
        /// Its parameters.
        params: Vec<Param>,
        /// The statements.
        body: Vec<Item>,
    },
    /// `test "…" [at DATE] { … }`.
    Test {
        /// Its title.
        title: Spanned<Text>,
        /// The date it is asked at, as written.
        at: Option<Spanned<Text>>,
        /// The assertions.
        body: Vec<Item>,
    },
    /// `mode audit [on CLUSTER]`.
    Mode {
        /// The mode; none for `enforce`.
        mode: Option<Spanned<Mode>>,
        /// The clusters it is for; empty for all.
        on: Vec<Name>,
    },
    /// `workload NAME selects …`.
    Workload(Box<Workload>),
    /// `tiers [a, b] by KEY`.
    Tiers {
        /// The tiers, in order.
        names: Vec<Name>,
        /// The label.
        key: Spanned<Text>,
    },
    /// `group NAME = …`.
    Group {
        /// Its name.
        name: Name,
        /// Clusters; empty for all.
        on: Vec<Name>,
        /// Its members.
        members: Ends,
    },
    /// `net NAME = … [except …]`.
    Net {
        /// Its name.
        name: Name,
        /// Clusters; empty for all.
        on: Vec<Name>,
        /// Its blocks.
        members: Ends,
        /// What is cut out.
        except: Option<Ends>,
    },
    /// `domain NAME(…) = …`.
    Domain {
        /// Its name.
        name: Name,
        /// Its parameters.
        params: Vec<Param>,
        /// Clusters; empty for all.
        on: Vec<Name>,
        /// Its names.
        members: Ends,
    },
    /// `port NAME = …`.
    Port {
        /// Its name.
        name: Name,
        /// Clusters; empty for all.
        on: Vec<Name>,
        /// The ports.
        services: Services,
    },
    /// `apply PATTERN(…)`.
    Apply {
        /// The pattern.
        pattern: Reference,
        /// Its arguments; none where no parentheses stand.
        arguments: Option<Vec<Argument>>,
    },
    /// `waive PATTERN`.
    Waive {
        /// The pattern.
        pattern: Reference,
    },
    /// `require … on …`.
    Require(Require),
    /// `expose a:p to b`.
    Expose {
        /// What is offered.
        what: Ends,
        /// On which ports.
        services: Option<Services>,
        /// To whom.
        to: Ends,
    },
    /// `deny FLOW`.
    Deny(FlowSentence),
    /// `allow FLOW`.
    Allow(FlowSentence),
    /// `except FLOW`.
    Except(FlowSentence),
    /// `can FLOW`.
    Can(FlowSentence),
    /// `cannot FLOW`.
    Cannot(FlowSentence),
    /// A flow on its own.
    Flow(FlowSentence),
}

/// The head of a namespace declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamespaceHead {
    /// The namespaces declared, all with the same body.
    pub names: Vec<Name>,
    /// `matching (…)`: a class of namespaces (amendment U4).
    pub matching: Option<Spanned<Vec<Requirement>>>,
    /// Clusters; empty for all.
    pub on: Vec<Name>,
    /// The mode.
    pub mode: Option<Spanned<Mode>>,
    /// The clauses.
    pub clauses: Vec<Clause>,
    /// From `namespace` to the end of the head, without clauses.
    pub span: Span,
}

/// How a namespace is enforced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Compute and report, do not block.
    Audit,
    /// Only ingress is isolated.
    IngressOnly,
    /// Only egress is isolated.
    EgressOnly,
    /// Declared here for its interface; built by another project (amendment U17).
    External,
}

/// The body of `cluster NAME { … }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    /// Its name.
    pub name: Name,
    /// Its attributes, in the order written.
    pub attributes: Vec<Spanned<ClusterAttribute>>,
}

/// One line of a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClusterAttribute {
    /// `pods RANGES`.
    Pods(Ends),
    /// `services RANGES`.
    Services(Ends),
    /// `nodes RANGES`.
    Nodes(Ends),
    /// `apiserver ADDRESSES`.
    ApiServer(Ends),
    /// `shared RANGES` (amendment U2).
    Shared(Ends),
    /// `cluster-gateway ADDRESSES` (amendment U15).
    Gateway(Ends),
    /// `system NAMES`.
    System(Vec<Name>),
    /// `undeclared open` (true) or `undeclared closed` (false).
    Undeclared {
        /// Whether open.
        open: bool,
    },
}

/// Namespaces by name or by label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NamespaceSelection {
    /// By name.
    Names(Vec<Name>),
    /// `namespaces(…)`.
    Matching(Spanned<Vec<Requirement>>),
}

/// `workload NAME [on C] selects … [in …] [ports …] [account …] [host-network]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workload {
    /// Its name.
    pub name: Name,
    /// Clusters; empty for all.
    pub on: Vec<Name>,
    /// The condition on labels.
    pub selects: Option<Spanned<Vec<Requirement>>>,
    /// `in …`; more than one where repeated.
    pub within: Vec<NamespaceSelection>,
    /// Its own port names.
    pub ports: Vec<PortDefinition>,
    /// Its service accounts.
    pub accounts: Vec<Name>,
    /// The place of `host-network`, where written.
    pub host_network: Option<Span>,
}

/// `http=8080` among a workload's ports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortDefinition {
    /// Its name.
    pub name: Name,
    /// The ports.
    pub services: Services,
}

/// One requirement of a selector, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The label's key.
    pub key: Spanned<Text>,
    /// The comparison.
    pub operator: Operator,
    /// The values, without quotes.
    pub values: Vec<Spanned<Text>>,
    /// The whole.
    pub span: Span,
}

/// The comparison of a requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `k=v`, `k==v`, `k in (…)`.
    In,
    /// `k!=v`, `k notin (…)`.
    NotIn,
    /// `k`.
    Exists,
    /// `!k`.
    DoesNotExist,
}

/// A sentence about one connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FlowSentence {
    /// `a -> b:p`.
    Arrow {
        /// Who connects.
        from: Ends,
        /// Whom to.
        to: Ends,
        /// On which ports.
        services: Option<Services>,
    },
    /// `egress p to x [from a]`.
    Egress {
        /// On which ports; none where the author left them out.
        services: Option<Services>,
        /// Whom to.
        to: Ends,
        /// Who connects.
        from: Option<Ends>,
    },
    /// `ingress p from x [to a]`.
    Ingress {
        /// On which ports; none where the author left them out.
        services: Option<Services>,
        /// Who connects.
        from: Ends,
        /// Whom to.
        to: Option<Ends>,
    },
}

/// One end or a list of ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ends {
    /// The items.
    pub items: Vec<End>,
    /// The whole, brackets included.
    pub span: Span,
}

/// One item of an end list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// What it is.
    pub kind: EndKind,
    /// Its place.
    pub span: Span,
}

/// What an end may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EndKind {
    /// An address or block, as written.
    Address(Text),
    /// A domain, as written; may hold `{param}` labels and misplaced wildcards.
    Domain(Text),
    /// `pod(…)` or `ns/pod(…)`; tests only.
    Pod {
        /// The namespace.
        namespace: Option<Box<Name>>,
        /// The condition.
        selector: Vec<Requirement>,
    },
    /// `namespaces(…)` (amendment U3).
    Namespaces(Vec<Requirement>),
    /// `f(…)`: a domain with arguments.
    Call {
        /// What is called.
        callee: Box<Reference>,
        /// With what.
        arguments: Vec<Argument>,
    },
    /// `a/b`.
    Path(Box<Path>),
    /// `tenant T`.
    Tenant(Name),
    /// A built-in word.
    Builtin(Builtin),
    /// A plain name.
    Name(Name),
    /// `*`, which is never right.
    Star,
}

/// The built-in ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Builtin {
    /// `all`: this namespace's pods.
    All,
    /// `pods`: every pod.
    Pods,
    /// `tenants`: pods of every tenant.
    Tenants,
    /// `other-tenants`: pods of tenants other than the source's.
    OtherTenants,
    /// `system`: pods of system namespaces.
    System,
    /// `internet`: public addresses.
    Internet,
    /// `outside`: every address outside the cluster.
    Outside,
    /// `any`: everything.
    Any,
    /// `nodes`: nodes and host-network pods.
    Nodes,
    /// `apiserver`.
    ApiServer,
    /// `cluster-gateway` (amendment U15).
    ClusterGateway,
    /// `other-pods` (amendment U19).
    OtherPods,
}

/// One service or a list of services.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Services {
    /// The items.
    pub items: Vec<Service>,
    /// The whole, brackets included.
    pub span: Span,
}

/// One item in port position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// What it is.
    pub kind: ServiceKind,
    /// Its place.
    pub span: Span,
}

/// What may stand in port position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServiceKind {
    /// `any`.
    Any,
    /// `8080`, `8000-8999`, as written.
    Number(Text),
    /// `udp/53`, `tcp/*`, `icmp`, as written.
    WithProtocol(Text),
    /// A slip such as `8080/tcp` or `TCP/8080`, as written.
    Slip(Text),
    /// A port name.
    Name(Name),
    /// `m/x`.
    Path(Box<Path>),
    /// `"metrics"`: a container port's own name.
    Quoted(Text),
}

/// `x: net = internet` among a pattern's or domain's parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Param {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: Spanned<ParamType>,
    /// What it is where the call leaves it out.
    pub default: Option<ArgumentValue>,
    /// The whole.
    pub span: Span,
}

/// The types of parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamType {
    /// Pods.
    Workload,
    /// Ports.
    Port,
    /// Addresses and edge built-ins.
    Net,
    /// Domain names.
    Domain,
    /// One DNS label.
    Label,
    /// A namespace's name.
    Namespace,
    /// A sentence for `because`.
    Text,
}

/// `x` or `name: x` in a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// The parameter meant.
    pub name: Option<Name>,
    /// The value.
    pub value: ArgumentValue,
    /// The whole.
    pub span: Span,
}

/// A value in a call, read by the type of the parameter it meets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArgumentValue {
    /// What it is.
    pub kind: ArgumentKind,
    /// Its place.
    pub span: Span,
}

/// What a value may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ArgumentKind {
    /// `[a, b]`.
    List(Vec<ArgumentValue>),
    /// `"…"`, unescaped.
    Text(Text),
    /// Anything that may be an end.
    End(EndKind),
    /// Anything that may be a service and is not a plain name: `8080`, `tcp/*`.
    Service(ServiceKind),
    /// A DNS or account label that is none of the above, such as `eu-west-1` or `Foo_1`.
    Label(Text),
}

/// A clause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// What it says.
    pub kind: ClauseKind,
    /// Its place.
    pub span: Span,
}

/// The clauses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClauseKind {
    /// `because "…"`, unescaped.
    Because(Text),
    /// `because reason`: a pattern's text parameter.
    BecauseParam(Name),
    /// `ticket ABC-1`.
    Ticket(Text),
    /// `owner team`.
    Owner(Text),
    /// `until DATE`, as written.
    Until(Text),
    /// `reviewed DATE`, as written.
    Reviewed(Text),
    /// `log`.
    Log,
    /// `alert warning` or `alert critical`.
    Alert {
        /// Whether critical.
        critical: bool,
    },
    /// `only http …`.
    OnlyHttp(Vec<Http>),
}

/// `GET "/v1/*"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Http {
    /// The method; `*` for any.
    pub method: Spanned<Text>,
    /// The path, unescaped.
    pub path: Spanned<Text>,
}

/// `require OBLIGATION on CLASS [in …]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Require {
    /// What is asked.
    pub obligation: Spanned<Obligation>,
    /// Of which lines.
    pub class: Spanned<RuleClass>,
    /// Where; none for everywhere.
    pub within: Option<RequireScope>,
}

/// Where a `require` binds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequireScope {
    /// `in tenant T`.
    Tenant(Name),
    /// `in NAMESPACES`.
    Namespaces(Vec<Name>),
}

/// What a `require` asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obligation {
    /// `because`.
    Because,
    /// `ticket`.
    Ticket,
    /// `owner`.
    Owner,
    /// `enforce`.
    Enforce,
    /// `ports`.
    Ports,
    /// `until [within 90d]`, the duration as written.
    Until(Option<Spanned<Text>>),
    /// `reviewed [within 90d]`, the duration as written.
    Reviewed(Option<Spanned<Text>>),
    /// `prefix /16`, the number as written.
    Prefix(Spanned<Text>),
}

/// The lines a `require` speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleClass {
    /// `egress internet`.
    EgressInternet,
    /// `egress`.
    Egress,
    /// `ingress`.
    Ingress,
    /// `expose`.
    Expose,
    /// `cross-namespace`.
    CrossNamespace,
    /// `except`.
    Except,
    /// `namespace`.
    Namespace,
    /// `every rule`.
    EveryRule,
}
