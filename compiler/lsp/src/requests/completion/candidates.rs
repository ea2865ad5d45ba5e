//! What there is of the kind that is expected.

use std::collections::BTreeSet;

use lsp_types::CompletionItemKind;
use netpol_diagnostics::{FileId, Span};
use netpol_driver::names::{Declaration, Kind, Level, Role, Space, Symbol};
use netpol_syntax::tree::ParamType;
use netpol_syntax::words::is_reserved;

use super::kind_of;
use super::place::{Block, Expected, Place};
use super::statements::{STATEMENTS, clause_snippet};
use crate::context::Context;
use crate::ports;
use crate::requests::signature::{call_at, callee_of, parameter_of};

/// Something to offer.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// What is shown and compared with what was typed.
    pub label: String,
    /// What is written, where it is not the label.
    pub text: Option<String>,
    /// What is written where places to fill in are possible.
    pub snippet: Option<String>,
    /// A few words beside it.
    pub detail: Option<String>,
    /// What the client shows beside it.
    pub kind: CompletionItemKind,
    /// The smaller, the further up.
    pub rank: u8,
    /// What it stands for.
    pub symbol: Option<Symbol>,
}

impl Candidate {
    fn word(word: &str, rank: u8) -> Candidate {
        Candidate {
            label: word.to_owned(),
            text: None,
            snippet: clause_snippet(word).map(str::to_owned),
            detail: None,
            kind: CompletionItemKind::KEYWORD,
            rank,
            symbol: None,
        }
    }

    fn plain(label: impl Into<String>, kind: CompletionItemKind, detail: &str, rank: u8) -> Candidate {
        let detail = (!detail.is_empty()).then(|| detail.to_owned());
        Candidate { label: label.into(), text: None, snippet: None, detail, kind, rank, symbol: None }
    }
}

/// Built-in ends that are pods, and what they mean.
const PODS: [(&str, &str); 5] = [
    ("all", "every pod of this namespace"),
    ("pods", "every pod"),
    ("tenants", "pods of every tenant"),
    ("other-tenants", "pods of other tenants"),
    ("system", "pods of system namespaces"),
];

/// Built-in ends at the edge.
const EDGE: [(&str, &str); 6] = [
    ("internet", "public addresses"),
    ("outside", "every address outside the cluster"),
    ("any", "everything"),
    ("nodes", "nodes and host-network pods"),
    ("apiserver", "the API server"),
    ("cluster-gateway", "the shared gateway"),
];

/// What is looked for, and where.
struct Search<'c> {
    cx: &'c Context,
    scope: (FileId, u32),
    place: &'c Place,
    /// What is typed before a slash.
    prefix: Option<&'c str>,
    found: Vec<Candidate>,
}

/// What may stand at a place.
pub fn candidates(cx: &Context, place: &Place, offset: u32, typed: &str) -> Vec<Candidate> {
    let scope = (cx.file.id, scope_at(cx, place, offset));
    let prefix = typed.split_once('/').map(|(prefix, _)| prefix);
    let mut search = Search { cx, scope, place, prefix, found: Vec::new() };
    search.expected(&place.expected, offset);
    search.found
}

/// The scope at an offset. Where the half-written text has no block there yet, the namespace is known by the words.
fn scope_at(cx: &Context, place: &Place, offset: u32) -> u32 {
    let scope = cx.file.names.scope_at(offset);
    if scope != 0 || place.namespaces.is_empty() {
        return scope;
    }
    let mut all = place.namespaces.iter().flat_map(|name| cx.names.scopes_of(name));
    all.find(|(file, _)| *file == cx.file.id).map_or(scope, |(_, scope)| scope)
}

impl Search<'_> {
    fn expected(&mut self, expected: &Expected, offset: u32) {
        match expected {
            Expected::Statement { goes_on } => self.statement(goes_on),
            Expected::Words(words) => self.found.extend(words.iter().map(|word| Candidate::word(word, 0))),
            Expected::OwnPods => self.pods(false),
            Expected::Pods | Expected::PodsAnywhere => {
                self.pods(true);
                // A test asks about anything; a rule's arrow is between pods.
                if self.place.block == Block::Test {
                    self.found.push(Candidate {
                        snippet: Some("pod(${1:app=name})".to_owned()),
                        ..Candidate::plain(
                            "pod()",
                            CompletionItemKind::FUNCTION,
                            "any pod with these labels",
                            4,
                        )
                    });
                }
            }
            Expected::Edge => self.edge(),
            Expected::Ports(destination) => self.ports(destination),
            Expected::Pattern => self.patterns(),
            Expected::Module => self.modules(),
            Expected::Namespaces => self.top(Space::Namespace),
            Expected::Tenant => self.top(Space::Tenant),
            Expected::Clusters => self.top(Space::Cluster),
            Expected::Argument => self.argument(offset),
            Expected::Nothing => {}
        }
    }

    fn statement(&mut self, goes_on: &[&'static str]) {
        self.found.extend(goes_on.iter().map(|word| Candidate::word(word, 2)));
        let block = self.place.block;
        let fits = STATEMENTS.iter().filter(|statement| statement.blocks.contains(&block));
        self.found.extend(fits.map(|statement| Candidate {
            snippet: Some(statement.snippet.to_owned()),
            ..Candidate::plain(statement.word, CompletionItemKind::KEYWORD, statement.about, 3)
        }));
        if matches!(block, Block::Namespace | Block::App | Block::Pattern | Block::Test) {
            self.pods(true);
        }
    }

    fn add(&mut self, symbol: Symbol, declared: &Declaration, prefix: &str, rank: u8) {
        let name = match is_reserved(&declared.name) {
            true => format!("`{}`", declared.name),
            false => declared.name.to_string(),
        };
        let detail = match declared.kind {
            Kind::Port | Kind::OwnPort => ports::numbers(self.cx, &[symbol]).join(", "),
            kind => kind.word().to_owned(),
        };
        let mut candidate =
            Candidate::plain(format!("{prefix}{name}"), kind_of(declared.kind), &detail, rank);
        candidate.symbol = Some(symbol);
        self.found.push(candidate);
    }

    /// Every name of a kind in sight; `takes` says which kinds.
    fn visible(&mut self, space: Space, takes: &dyn Fn(Kind) -> bool) {
        let cx = self.cx;
        for (level, rank) in cx
            .names
            .outwards(self.scope)
            .into_iter()
            .zip([1, 1, 2, 3].into_iter().chain(std::iter::repeat(3)))
        {
            match level {
                Level::Scopes(scopes) => {
                    for scope in scopes {
                        self.declared(scope, space, takes, "", rank, 0);
                    }
                }
                Level::Top => {
                    for (symbol, declared) in cx.names.top(space) {
                        if takes(declared.kind) {
                            self.add(symbol, declared, "", rank);
                        }
                    }
                }
            }
        }
    }

    /// What a scope declares, itself or by the patterns it applies.
    fn declared(
        &mut self,
        scope: (FileId, u32),
        space: Space,
        takes: &dyn Fn(Kind) -> bool,
        prefix: &str,
        rank: u8,
        depth: usize,
    ) {
        let cx = self.cx;
        let Some(file) = cx.names.file(scope.0) else { return };
        for (at, declared) in file.state.names.in_scope(scope.1, space) {
            let is_inner_parameter = depth > 0 && matches!(declared.kind, Kind::Parameter(_));
            if takes(declared.kind) && !is_inner_parameter {
                self.add(Symbol { file: scope.0, at }, declared, prefix, rank);
            }
        }
        if depth < 8 && matches!(space, Space::End | Space::Port) {
            for inner in cx.names.applied(scope) {
                self.declared(inner, space, takes, prefix, rank, depth + 1);
            }
        }
    }

    /// What the imported modules declare, with their prefixes.
    fn imported(&mut self, space: Space, takes: &dyn Fn(Kind) -> bool, rank: u8) {
        let cx = self.cx;
        let Some(file) = cx.names.file(self.scope.0) else { return };
        for import in &file.state.names.imports {
            let Some(declared) = file.state.names.declarations.get(import.prefix as usize) else { continue };
            if self.prefix.is_some_and(|prefix| *prefix != *declared.name) {
                continue;
            }
            if let Some(module) = cx.names.imported(self.scope.0, &declared.name) {
                self.declared((module, 0), space, takes, &format!("{}/", declared.name), rank, 0);
            }
        }
    }

    fn pods(&mut self, anywhere: bool) {
        if self.prefix.is_none() {
            self.visible(Space::End, &is_pods);
            for (word, about) in PODS {
                let is_home = matches!(word, "all") && self.place.namespaces.is_empty();
                if !is_home || self.place.block == Block::Pattern {
                    self.found.push(Candidate::plain(word, CompletionItemKind::KEYWORD, about, 5));
                }
            }
            let tenants: Vec<String> =
                self.cx.names.top(Space::Tenant).map(|(_, found)| found.name.to_string()).collect();
            self.found.extend(tenants.into_iter().map(|name| {
                Candidate::plain(
                    format!("tenant {name}"),
                    CompletionItemKind::MODULE,
                    "pods of this tenant",
                    6,
                )
            }));
        }
        self.imported(Space::End, &is_pods, 4);
        if anywhere {
            self.others();
        }
    }

    /// Pods of other namespaces: what is exposed first, and all of one whose name is typed.
    fn others(&mut self) {
        let cx = self.cx;
        if let Some(prefix) = self.prefix {
            for scope in cx.names.scopes_of(prefix) {
                self.declared(scope, Space::End, &is_pods, &format!("{prefix}/"), 2, 0);
            }
            if cx.names.namespaces().any(|name| **name == *prefix) {
                let all = format!("{prefix}/all");
                self.found.push(Candidate::plain(
                    all,
                    CompletionItemKind::KEYWORD,
                    "every pod of that namespace",
                    3,
                ));
            }
        }
        self.exposed();
        if self.prefix.is_none() {
            let home = &self.place.namespaces;
            let names = cx.names.namespaces().filter(|name| !home.iter().any(|own| **own == ***name));
            self.found.extend(names.map(|name| {
                Candidate::plain(format!("{name}/"), CompletionItemKind::MODULE, "another namespace", 7)
            }));
        }
    }

    /// What other namespaces expose to this one.
    fn exposed(&mut self) {
        let cx = self.cx;
        let home = &self.place.namespaces;
        let mut seen: BTreeSet<Symbol> = BTreeSet::new();
        for file in cx.names.files().filter(|file| file.role == Role::Project) {
            let names = &file.state.names;
            for exposure in &names.exposures {
                let is_ours = |to: &std::sync::Arc<str>| {
                    matches!(&**to, "pods" | "tenants") || home.iter().any(|own| **own == **to)
                };
                if !home.is_empty() && !exposure.to.iter().any(is_ours) {
                    continue;
                }
                let Some(namespace) = self.namespace_of(file.state.id, exposure.scope) else { continue };
                if home.contains(&namespace) || self.prefix.is_some_and(|prefix| *prefix != namespace) {
                    continue;
                }
                for symbol in exposure.offered.iter().flat_map(|at| cx.names.resolve(file.state.id, *at)) {
                    let Some(declared) = cx.names.declaration(symbol).filter(|_| seen.insert(symbol)) else {
                        continue;
                    };
                    let ports = exposure.ports.map(|span| text_of(cx, span)).unwrap_or_default();
                    let label = format!("{namespace}/{}", declared.name);
                    // The same pods may be among all of that namespace already.
                    self.found.retain(|known| known.label != label);
                    let detail = format!("exposed on {ports}");
                    let mut candidate = Candidate::plain(label, kind_of(declared.kind), &detail, 1);
                    candidate.symbol = Some(symbol);
                    self.found.push(candidate);
                }
            }
        }
    }

    fn namespace_of(&self, file: FileId, scope: u32) -> Option<String> {
        let names = &self.cx.names.file(file)?.state.names;
        let mut at = Some(scope);
        while let Some(scope) = at.and_then(|at| names.scopes.get(at as usize)) {
            match &scope.kind {
                netpol_driver::names::ScopeKind::Namespace(names) => {
                    return names.first().map(ToString::to_string);
                }
                netpol_driver::names::ScopeKind::App(Some(name)) => return Some(name.to_string()),
                _ => at = scope.parent,
            }
        }
        None
    }

    fn edge(&mut self) {
        if self.prefix.is_none() {
            self.visible(Space::End, &is_edge);
            let words = EDGE
                .iter()
                .map(|(word, about)| Candidate::plain(*word, CompletionItemKind::KEYWORD, about, 5));
            self.found.extend(words);
        }
        self.imported(Space::End, &is_edge, 4);
    }

    fn ports(&mut self, destination: &[String]) {
        let cx = self.cx;
        for written in destination {
            let pods = cx.names.find(self.scope, Space::End, written);
            for symbol in cx.names.own_ports_of(&pods) {
                if let Some(declared) = cx.names.declaration(symbol) {
                    self.add(symbol, declared, "", 0);
                }
            }
            self.exposed_ports(&pods);
        }
        if self.prefix.is_none() {
            self.visible(Space::Port, &|_| true);
            self.found.push(Candidate::plain("any", CompletionItemKind::KEYWORD, "every port", 6));
        }
        self.imported(Space::Port, &|_| true, 4);
    }

    /// The ports on which these pods are exposed to this namespace, as they are written there.
    fn exposed_ports(&mut self, pods: &[Symbol]) {
        let cx = self.cx;
        let home = &self.place.namespaces;
        let files: BTreeSet<FileId> = pods.iter().map(|symbol| symbol.file).collect();
        for file in files.iter().filter_map(|file| cx.names.file(*file)) {
            for exposure in &file.state.names.exposures {
                let is_ours = exposure
                    .to
                    .iter()
                    .any(|to| matches!(&**to, "pods" | "tenants") || home.iter().any(|own| **own == **to));
                let offers = || exposure.offered.iter().flat_map(|at| cx.names.resolve(file.state.id, *at));
                let Some(span) =
                    exposure.ports.filter(|_| is_ours && offers().any(|found| pods.contains(&found)))
                else {
                    continue;
                };
                let label = text_of(cx, span);
                self.found.push(Candidate::plain(
                    label,
                    CompletionItemKind::VALUE,
                    "exposed to this namespace",
                    0,
                ));
            }
        }
    }

    fn patterns(&mut self) {
        let before = self.found.len();
        if self.prefix.is_none() {
            self.visible(Space::Pattern, &|_| true);
        }
        self.imported(Space::Pattern, &|_| true, 2);
        for candidate in self.found.iter_mut().skip(before) {
            let Some(symbol) = candidate.symbol else { continue };
            let params = self.cx.names.parameters(symbol);
            let params: Vec<&Declaration> =
                params.iter().filter_map(|param| self.cx.names.declaration(*param)).collect();
            let texts: Vec<&str> = params.iter().map(|param| self.cx.text(param.head)).collect();
            candidate.detail = Some(format!("pattern({})", texts.join(", ")));
            // What has a value already can be left out.
            let needed = params.iter().zip(&texts).filter(|(_, text)| !text.contains('='));
            let holes: Vec<String> =
                needed.zip(1..).map(|((param, _), at)| format!("${{{at}:{}}}", param.name)).collect();
            if !holes.is_empty() {
                candidate.snippet = Some(format!("{}({})", candidate.label, holes.join(", ")));
            }
        }
    }

    fn modules(&mut self) {
        let cx = self.cx;
        let own = cx.file.path().strip_suffix(".netpol").unwrap_or(cx.file.path());
        for (path, file) in cx.names.modules() {
            let rank = match file.role {
                Role::Library if &**path == "std/prelude" => continue,
                Role::Library => 1,
                Role::Module => 2,
                Role::Project if **path == *own => continue,
                Role::Project => 3,
            };
            let about = file.state.text().lines().next().unwrap_or_default().trim_start_matches(['#', ' ']);
            let about = about.split_once(": ").map_or(about, |(_, about)| about);
            self.found.push(Candidate::plain(path.to_string(), CompletionItemKind::MODULE, about, rank));
        }
    }

    fn top(&mut self, space: Space) {
        let cx = self.cx;
        for (symbol, declared) in cx.names.top(space) {
            self.add(symbol, declared, "", 1);
        }
    }

    /// What the parameter at hand takes, and the names of parameters.
    fn argument(&mut self, offset: u32) {
        let cx = self.cx;
        let Some(call) = call_at(cx.file.text(), offset) else { return };
        let Some(callee) = callee_of(cx, offset, &call) else { return };
        let ty = match parameter_of(cx, callee, &call).map(|(_, param)| param.kind) {
            Some(Kind::Parameter(ty)) => Some(ty),
            Some(_) | None => None,
        };
        match ty {
            Some(ParamType::Workload) => self.pods(true),
            Some(ParamType::Net | ParamType::Domain) => self.edge(),
            Some(ParamType::Port) => self.ports(&[]),
            Some(ParamType::Namespace) => self.top(Space::Namespace),
            Some(ParamType::Label | ParamType::Text) | None => {}
        }
        if call.named.is_none() && self.prefix.is_none() {
            for symbol in cx.names.parameters(callee) {
                let Some(param) = cx.names.declaration(symbol) else { continue };
                let mut candidate =
                    Candidate::plain(format!("{}:", param.name), kind_of(param.kind), cx.text(param.head), 8);
                candidate.text = Some(format!("{}: ", param.name));
                candidate.symbol = Some(symbol);
                self.found.push(candidate);
            }
        }
    }
}

fn text_of(cx: &Context, span: Span) -> String {
    cx.text(span).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_pods(kind: Kind) -> bool {
    matches!(kind, Kind::Workload | Kind::Tier | Kind::Group | Kind::Parameter(ParamType::Workload))
}

fn is_edge(kind: Kind) -> bool {
    matches!(kind, Kind::Net | Kind::Domain | Kind::Parameter(ParamType::Net | ParamType::Domain))
}
