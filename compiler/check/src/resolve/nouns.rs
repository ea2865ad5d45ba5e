//! What a noun stands for, found out once.

use std::sync::Arc;

use ipnet::IpNet;
use netpol_diagnostics::{Code, Diagnostic, Span};
use netpol_flow::{Selector, SortedSet, Text};
use netpol_model::{End, Namespaces, Pods};
use netpol_syntax::tree::{Ends, Name, NamespaceSelection, Workload};

use super::ends::{self, Expected, resolve_ends};
use super::{Resolved, Shape};
use crate::scope::names::{Author, Context, Meaning, NounId, NounKind, ScopeId};
use crate::values::address;

/// How deep nouns may be made of nouns.
pub(crate) const DEEPEST: usize = 100;

/// What a noun stands for where a statement in `scope` names it at `place`; none where it is wrong, which is told.
pub(crate) fn meaning<'a>(
    cx: &mut Context<'a>,
    scope: ScopeId,
    noun: NounId,
    place: Span,
) -> Option<Vec<Resolved>> {
    let found = evaluate(cx, noun)?;
    let (declaration, kind, home) =
        cx.nouns.get(noun.0).map(|noun| (noun.name.span, noun.kind, noun.scope))?;
    cx.mark_used(declaration);
    if let NounKind::Domain(params, _) = kind
        && !params.is_empty()
    {
        let wanted: Vec<String> = params.iter().map(|param| param.name.text.to_string()).collect();
        let found = Diagnostic::new(Code(208), "domain needs arguments").at(place, "called without");
        let found = found.and_at(declaration, "declared with parameters");
        cx.say(scope, found.help(format!("write `…({})`", wanted.join(", "))));
        return None;
    }
    // A namespace's own workload may be named by the platform as `ns/w`; a tenant's project-wide noun may not.
    let is_namespaced = matches!(cx.author(home), Author::Namespace(_));
    let of_tenant = (!is_namespaced && cx.is_tenant_file(declaration)).then_some(declaration);
    Some(
        found
            .iter()
            .map(|one| Resolved { written: place, tenant_noun: one.tenant_noun.or(of_tenant), ..one.clone() })
            .collect(),
    )
}

/// What a noun stands for, remembered.
pub(crate) fn evaluate<'a>(cx: &mut Context<'a>, id: NounId) -> Option<Arc<[Resolved]>> {
    let noun = cx.nouns.get(id.0)?;
    let (name, kind, scope) = (noun.name, noun.kind, noun.scope);
    match &noun.meaning {
        Meaning::Known(known) => return Some(known.clone()),
        Meaning::Wrong => return None,
        Meaning::Asked => {
            let found = Diagnostic::new(Code(201), format!("`{}` is made of itself", name.text));
            cx.say(scope, found.at(name.span, "in the end, a part of its own definition"));
            return None;
        }
        Meaning::Unknown => {}
    }
    if let Some(noun) = cx.noun_mut(id) {
        noun.meaning = Meaning::Asked;
    }
    cx.noun_depth += 1;
    let found = if cx.noun_depth > DEEPEST {
        too_deep(cx, scope, name.span)
    } else {
        of_kind(cx, id, name, kind, scope)
    };
    cx.noun_depth -= 1;
    let meaning = match &found {
        Some(found) => Meaning::Known(found.clone()),
        None => Meaning::Wrong,
    };
    if let Some(noun) = cx.noun_mut(id) {
        noun.meaning = meaning;
    }
    found
}

/// Tells a noun that is made of nouns that are made of nouns, without end in sight.
pub(crate) fn too_deep<T>(cx: &mut Context<'_>, scope: ScopeId, place: Span) -> Option<T> {
    let found = Diagnostic::new(Code(201), format!("nouns are made of nouns more than {DEEPEST} deep"));
    cx.say(scope, found.at(place, "too deep, or made of itself"));
    None
}

fn of_kind<'a>(
    cx: &mut Context<'a>,
    id: NounId,
    name: &'a Name,
    kind: NounKind<'a>,
    scope: ScopeId,
) -> Option<Arc<[Resolved]>> {
    let found = match kind {
        NounKind::Workload(workload) => self::workload(cx, id, name, workload, scope),
        NounKind::Tier { key } => {
            let home = home_of(cx, scope, name)?;
            if !netpol_flow::is_label_key(&key.node) {
                let found = Diagnostic::new(Code(314), format!("`{}` is not a label key", key.node));
                cx.say(scope, found.at(key.span, "not a label"));
                return None;
            }
            let selector = Selector::is(key.node.clone(), name.text.clone());
            Some(vec![pods_or_parameter(home, selector, None, name)])
        }
        NounKind::Group(members) => group(cx, scope, name, members),
        NounKind::Net(members, except) => net(cx, scope, name, members, except),
        NounKind::Domain([], members) => domain(cx, scope, name, members),
        NounKind::Domain(..) => Some(Vec::new()),
        NounKind::Param(param) => return ends::param_meaning(cx, param, name, name.span).map(Arc::from),
    };
    found.map(Arc::from)
}

/// The namespace a workload without `in` belongs to; `Some(None)` in a pattern that is read where it is written.
#[allow(clippy::option_option, reason = "an error is told, a pattern's namespace is not known yet")]
fn home_of(cx: &mut Context<'_>, scope: ScopeId, name: &Name) -> Option<Option<Text>> {
    match cx.author(scope) {
        Author::Namespace(namespace) => Some(Some(namespace)),
        Author::Pattern => Some(None),
        Author::Platform => {
            let found =
                Diagnostic::new(Code(106), format!("workload `{}` is outside a namespace", name.text));
            let found = found.at(name.span, "in which namespace?");
            cx.say(scope, found.help("add `in NAMESPACE`, or move it into a namespace"));
            None
        }
    }
}

fn pods_or_parameter(
    home: Option<Text>,
    selector: Selector,
    accounts: Option<SortedSet<Text>>,
    name: &Name,
) -> Resolved {
    match home {
        Some(home) => {
            let namespaces = Namespaces::Named(SortedSet::one(home));
            let pods = Pods { namespaces, selector, accounts, name: Some(name.text.clone()) };
            Resolved::new(End::pods(pods), Shape::Pods, name.span)
        }
        None => Resolved::new(End::Any, Shape::Parameter, name.span),
    }
}

fn workload<'a>(
    cx: &mut Context<'a>,
    id: NounId,
    name: &'a Name,
    workload: &'a Workload,
    scope: ScopeId,
) -> Option<Vec<Resolved>> {
    let selector = match &workload.selects {
        Some(written) => ends::selector_of(cx, scope, &written.node)?,
        None => Selector::default(),
    };
    if workload.selects.is_none() && workload.accounts.is_empty() && workload.within.is_empty() {
        let found =
            Diagnostic::new(Code(312), format!("workload `{}` selects nothing in particular", name.text));
        let found = found.at(name.span, "no condition");
        cx.say(scope, found.help("add `selects LABELS`, or write `all` where it is used"));
        return None;
    }
    let wrong = workload.accounts.iter().find(|account| !is_account(&account.text));
    if let Some(account) = wrong {
        let found = Diagnostic::new(Code(314), format!("`{}` is not a service account's name", account.text));
        cx.say(scope, found.at(account.span, "not a name Kubernetes takes"));
        return None;
    }
    let accounts: Option<SortedSet<Text>> = (!workload.accounts.is_empty())
        .then(|| workload.accounts.iter().map(|name| name.text.clone()).collect());
    let ports_of = (!workload.ports.is_empty()).then_some(id);
    let mut found = Vec::new();
    if workload.within.is_empty() {
        let home = home_of(cx, scope, name)?;
        found.push(pods_or_parameter(home, selector.clone(), accounts.clone(), name));
    }
    for within in &workload.within {
        let namespaces = match within {
            NamespaceSelection::Names(names) => {
                Namespaces::Named(names.iter().map(|name| name.text.clone()).collect())
            }
            NamespaceSelection::Matching(written) => {
                let labels = ends::selector_of(cx, scope, &written.node)?;
                if let Some(caution) = ends::by_label(&labels, written.span) {
                    cx.say(scope, caution.told_at(written.span));
                }
                Namespaces::Matching(labels)
            }
        };
        let (selector, accounts) = (selector.clone(), accounts.clone());
        let pods = Pods { namespaces, selector, accounts, name: Some(name.text.clone()) };
        found.push(Resolved::new(End::pods(pods), Shape::Pods, name.span));
    }
    for one in &mut found {
        one.ports_of = ports_of;
        if workload.host_network.is_some() {
            one.shape = Shape::HostNetwork;
            one.end = End::Nodes;
        }
    }
    if workload.host_network.is_some() {
        found.truncate(1);
    }
    Some(found)
}

fn is_account(text: &str) -> bool {
    !text.is_empty() && text.len() <= 253 && text.split('.').all(netpol_flow::is_dns_label)
}

fn group<'a>(
    cx: &mut Context<'a>,
    scope: ScopeId,
    name: &'a Name,
    members: &'a Ends,
) -> Option<Vec<Resolved>> {
    let found = resolve_ends(cx, scope, members, Expected::Pods)?;
    if let Some(wrong) = found.iter().find(|one| !one.shape.is_pods() || one.shape == Shape::OtherTenants) {
        let told = Diagnostic::new(Code(207), format!("group `{}` is of pods", name.text));
        let told = told.at(wrong.written, "not pods");
        cx.say(scope, told.help("write `net` for addresses, `domain` for names"));
        return None;
    }
    Some(found)
}

fn domain<'a>(
    cx: &mut Context<'a>,
    scope: ScopeId,
    name: &'a Name,
    members: &'a Ends,
) -> Option<Vec<Resolved>> {
    let found = resolve_ends(cx, scope, members, Expected::Edge)?;
    if let Some(wrong) = found.iter().find(|one| !matches!(one.shape, Shape::Domain | Shape::Parameter)) {
        let told = Diagnostic::new(Code(207), format!("domain `{}` is of names", name.text));
        let told = told.at(wrong.written, "not a domain name");
        cx.say(scope, told.help("write `net` for addresses"));
        return None;
    }
    Some(found)
}

fn net<'a>(
    cx: &mut Context<'a>,
    scope: ScopeId,
    name: &'a Name,
    members: &'a Ends,
    except: Option<&'a Ends>,
) -> Option<Vec<Resolved>> {
    let found = resolve_ends(cx, scope, members, Expected::Edge)?;
    let narrowed = match except {
        Some(except) => resolve_ends(cx, scope, except, Expected::Edge)?,
        None => Vec::new(),
    };
    for one in found.iter().chain(&narrowed) {
        let told = match one.shape {
            Shape::Edge | Shape::Parameter => continue,
            Shape::Domain => Diagnostic::new(Code(315), "domain names can only be allowed outwards")
                .at(one.written, "a net is of addresses")
                .help("declare it as a `domain`"),
            Shape::Pods | Shape::OtherTenants | Shape::HostNetwork => {
                Diagnostic::new(Code(207), format!("net `{}` is of addresses", name.text))
                    .at(one.written, "pods")
                    .help("write `group` for pods")
            }
            Shape::Any | Shape::Gateway => {
                Diagnostic::new(Code(207), format!("net `{}` is of addresses", name.text))
                    .at(one.written, "not addresses")
                    .help("name it in the rule itself")
            }
        };
        cx.say(scope, told);
        return None;
    }
    let mut cut: Vec<(IpNet, Span)> = Vec::new();
    for one in &narrowed {
        match &one.end {
            End::Addresses { blocks, except, .. } if except.is_empty() => {
                cut.extend(blocks.iter().map(|block| (*block, one.written)));
            }
            End::Pods(_)
            | End::OtherTenants
            | End::Nodes
            | End::ApiServer
            | End::Gateway
            | End::Addresses { .. }
            | End::Internet
            | End::Outside
            | End::Domain(_)
            | End::Any => {
                let told = Diagnostic::new(Code(319), "only plain blocks can be cut out of a net");
                cx.say(scope, told.at(one.written, "not a plain block"));
                return None;
            }
        }
    }
    join(cx, scope, name, members, &found, &cut)
}

/// One end for all plain blocks, and one for each member that has exceptions of its own or is no block.
fn join(
    cx: &mut Context<'_>,
    scope: ScopeId,
    name: &Name,
    members: &Ends,
    found: &[Resolved],
    cut: &[(IpNet, Span)],
) -> Option<Vec<Resolved>> {
    let every: Vec<IpNet> = found.iter().flat_map(|one| blocks_of(&one.end)).copied().collect();
    if let Some(told) = cut.iter().find_map(|except| address::outside_of(&every, except, members.span)) {
        cx.say(scope, told);
        return None;
    }
    let cut: Vec<IpNet> = cut.iter().map(|(block, _)| *block).collect();
    let mut plain: Vec<IpNet> = Vec::new();
    let mut joined: Vec<Resolved> = Vec::new();
    let (mut caution, mut tenant_noun) = (None, None);
    for one in found {
        match &one.end {
            End::Addresses { blocks, except, .. } if except.is_empty() => {
                plain.extend(blocks);
                caution = caution.or_else(|| one.caution.clone());
                tenant_noun = tenant_noun.or(one.tenant_noun);
            }
            End::Addresses { blocks, except, .. } => {
                let except = except.iter().chain(&cut).copied().collect();
                let end = End::Addresses { blocks: blocks.clone(), except, name: Some(name.text.clone()) };
                joined.push(Resolved { end, ..one.clone() });
            }
            End::Pods(_)
            | End::OtherTenants
            | End::Nodes
            | End::ApiServer
            | End::Gateway
            | End::Internet
            | End::Outside
            | End::Domain(_)
            | End::Any => joined.push(one.clone()),
        }
    }
    if !plain.is_empty() {
        let end = End::Addresses { blocks: plain, except: cut, name: Some(name.text.clone()) };
        joined.push(Resolved { caution, tenant_noun, ..Resolved::new(end, Shape::Edge, name.span) });
    }
    Some(joined)
}

fn blocks_of(end: &End) -> &[IpNet] {
    match end {
        End::Addresses { blocks, .. } => blocks,
        End::Pods(_)
        | End::OtherTenants
        | End::Nodes
        | End::ApiServer
        | End::Gateway
        | End::Internet
        | End::Outside
        | End::Domain(_)
        | End::Any => &[],
    }
}
