//! From a sentence whose ends are resolved to the model's rules.

use netpol_diagnostics::{Code, Diagnostic, Severity, Span};
use netpol_flow::Protocol;
use netpol_flow::Side;
use netpol_model::{End, Port, Ports, Rule, RuleKind};
use netpol_syntax::tree::{Item, Services};

use super::clauses::{Bearer, Read, must_not_lapse};
use super::{Site, ends_on_tenant_noun, origin};
use crate::nesting::Place;
use crate::resolve::ports::{self, Found};
use crate::resolve::{Resolved, Shape};
use crate::scope::names::{Author, Context, NounId};

/// A sentence with its ends resolved.
pub(crate) struct Draft<'a> {
    /// What it is.
    pub(crate) kind: RuleKind,
    /// The sources.
    pub(crate) from: Vec<Resolved>,
    /// The destinations.
    pub(crate) to: Vec<Resolved>,
    /// The ports.
    pub(crate) services: &'a Services,
}

/// Makes the model's rules: one, or several where a port name means different ports for different destinations, or
/// `only` binds different sides.
///
/// `bearer` is none for the lines of a test.
pub(crate) fn build<'a>(
    cx: &mut Context<'a>,
    site: &Site,
    item: &'a Item,
    bearer: Option<Bearer>,
    read: &Read,
    draft: Draft<'a>,
) -> Vec<Rule> {
    if read.is_wrong || refused(cx, site, item, bearer, &draft) {
        return Vec::new();
    }
    cx.platform_statement = matches!(site.place, Place::Guardrail { .. } | Place::Baseline);
    let parted = part(cx, site, &draft, read.only.is_some());
    cx.platform_statement = false;
    let Some(parted) = parted else { return Vec::new() };
    if wrong_ports(cx, site, &draft, &parted, read) {
        return Vec::new();
    }
    warn(cx, site, bearer, read, &draft, &parted);
    let has_parameter = draft.from.iter().chain(&draft.to).any(|one| one.shape == Shape::Parameter);
    if site.is_definition || has_parameter || draft.from.is_empty() || draft.to.is_empty() {
        return Vec::new();
    }
    let origin = origin::origin(cx, site.scope, item.head, read.papers.or(&site.papers));
    let until = match (read.until, site.until) {
        (Some(own), Some(outer)) => Some(own.min(outer)),
        (own, outer) => own.or(outer),
    };
    let only = read.only.as_ref().map(|(matches, _)| matches);
    let kind = draft.kind;
    let rule = |from: Vec<End>, to: Vec<End>, ports: Ports, only_side: Side| Rule {
        kind,
        layer: site.layer.clone(),
        from,
        to,
        ports,
        only: only.cloned(),
        only_side,
        until,
        log: read.log,
        alert: read.alert,
        origin: origin.clone(),
    };
    let from: Vec<End> = draft.from.into_iter().map(|one| one.end).collect();
    let mut parted = parted;
    if let [_] = parted[..] {
        let Some(Part { ports: Some(ports), only_side, .. }) = parted.pop() else { return Vec::new() };
        return vec![rule(from, draft.to.into_iter().map(|one| one.end).collect(), ports, only_side)];
    }
    let ends =
        |to: &[usize]| to.iter().filter_map(|at| draft.to.get(*at)).map(|one| one.end.clone()).collect();
    parted
        .into_iter()
        .filter_map(|part| Some(rule(from.clone(), ends(&part.to), part.ports?, part.only_side)))
        .collect()
}

/// Destinations that share ports and the side of `only`; no ports where they are a pattern's parameter.
struct Part {
    to: Vec<usize>,
    ports: Option<Ports>,
    only_side: Side,
}

fn part<'a>(cx: &mut Context<'a>, site: &Site, draft: &Draft<'a>, has_only: bool) -> Option<Vec<Part>> {
    let namespace = match cx.author(site.scope) {
        Author::Namespace(namespace) => Some(namespace),
        Author::Platform | Author::Pattern => None,
    };
    let side_of = |one: &Resolved| match draft.kind {
        RuleKind::Egress => Side::Egress,
        RuleKind::Ingress | RuleKind::Expose => Side::Ingress,
        RuleKind::Arrow => match &namespace {
            Some(namespace) if !one.is_within(namespace) => Side::Egress,
            Some(_) | None => Side::Ingress,
        },
    };
    // The common case first: no destination has port names of its own.
    if !has_only && draft.to.iter().all(|one| one.ports_of.is_none()) {
        let ports = ports::resolve_services(cx, site.scope, draft.services, None)?;
        let only_side = draft.to.first().map_or(Side::Ingress, side_of);
        return Some(vec![Part { to: (0..draft.to.len()).collect(), ports: known(ports), only_side }]);
    }
    let mut parts: Vec<Part> = Vec::new();
    let mut read: Vec<(Option<NounId>, Option<Ports>)> = Vec::new();
    for (at, one) in draft.to.iter().enumerate() {
        let ports = match read.iter().find(|(noun, _)| *noun == one.ports_of) {
            Some((_, ports)) => ports.clone(),
            None => {
                let own = one.ports_of.map(|noun| ports::own_ports(cx, noun));
                let found = known(ports::resolve_services(cx, site.scope, draft.services, own.as_deref())?);
                read.push((one.ports_of, found.clone()));
                found
            }
        };
        let only_side = side_of(one);
        let same =
            parts.iter_mut().find(|part| part.ports == ports && (!has_only || part.only_side == only_side));
        match same {
            Some(part) => part.to.push(at),
            None => parts.push(Part { to: vec![at], ports, only_side }),
        }
    }
    Some(parts)
}

fn known(found: Found) -> Option<Ports> {
    match found {
        Found::Ports(ports) => Some(ports),
        Found::Parameter => None,
    }
}

/// What makes the whole statement wrong.
fn refused<'a>(
    cx: &mut Context<'a>,
    site: &Site,
    item: &'a Item,
    bearer: Option<Bearer>,
    draft: &Draft<'a>,
) -> bool {
    let is_platform = matches!(site.place, Place::Guardrail { .. } | Place::Baseline);
    let tenant_noun =
        draft.from.iter().chain(&draft.to).find_map(|one| Some((one.written, one.tenant_noun?)));
    if let Some((used, declared)) = tenant_noun.filter(|_| is_platform) {
        cx.say(site.scope, ends_on_tenant_noun(used, declared));
        return true;
    }
    if matches!(bearer, Some(Bearer::FenceDeny | Bearer::GuardrailDeny)) && site.until.is_some() {
        cx.say(site.scope, must_not_lapse("`deny`", item.head));
        return true;
    }
    let subjects = match draft.kind {
        RuleKind::Egress => &draft.from,
        RuleKind::Ingress => &draft.to,
        RuleKind::Arrow | RuleKind::Expose => return false,
    };
    if let Some(host) = subjects.iter().find(|one| one.shape == Shape::HostNetwork) {
        let found =
            Diagnostic::new(Code(805), "host-network pods cannot be spoken for").severity(Severity::Error);
        let found = found.at(host.written, "runs on the node network");
        cx.say(site.scope, found.help("they are `nodes` to policy: protect the node itself"));
        return true;
    }
    false
}

/// Ports that the destination or the clauses do not fit.
fn wrong_ports(cx: &mut Context<'_>, site: &Site, draft: &Draft<'_>, parts: &[Part], read: &Read) -> bool {
    let items = || parts.iter().filter_map(|part| part.ports.as_ref());
    let named = items().find_map(|ports| match ports {
        Ports::Some(list) => list.iter().find_map(|port| match port {
            Port::Named(name) => Some(name.clone()),
            Port::Range(_) => None,
        }),
        Ports::Any => None,
    });
    let edge = draft.to.iter().find(|one| matches!(one.shape, Shape::Edge | Shape::Domain | Shape::Gateway));
    if let (Some(name), Some(_)) = (named, edge) {
        let found = Diagnostic::new(
            Code(311),
            format!("`\"{name}\"` is a container's port name, and the edge has none"),
        );
        cx.say(site.scope, found.at(draft.services.span, "not a port there").help("write the number"));
        return true;
    }
    let Some((_, clause)) = &read.only else { return false };
    let is_tcp = |ports: &Ports| match ports {
        Ports::Any => false,
        Ports::Some(list) => list.iter().all(|port| match port {
            Port::Range(range) => range.protocol == Protocol::Tcp,
            Port::Named(_) => true,
        }),
    };
    if items().all(is_tcp) {
        return false;
    }
    let found = Diagnostic::new(Code(109), "`only http` needs tcp ports");
    let found = found.at(*clause, "HTTP runs over tcp").and_at(draft.services.span, "not only tcp");
    cx.say(site.scope, found.help("name the tcp port that carries HTTP"));
    true
}

/// Warnings about breadth, which a `because` on the line answers.
fn warn(
    cx: &mut Context<'_>,
    site: &Site,
    bearer: Option<Bearer>,
    read: &Read,
    draft: &Draft<'_>,
    parts: &[Part],
) {
    let allows = match bearer {
        Some(Bearer::Flow | Bearer::Expose | Bearer::Allow) => true,
        Some(
            Bearer::FenceDeny
            | Bearer::GuardrailDeny
            | Bearer::Except
            | Bearer::Apply
            | Bearer::Waive
            | Bearer::Mode
            | Bearer::Declaration,
        )
        | None => false,
    };
    if !allows || site.acknowledged || read.papers.because.is_some() {
        return;
    }
    if parts.iter().any(|part| part.ports == Some(Ports::Any)) {
        let found = Diagnostic::new(Code(402), "every port is open")
            .at(draft.services.span, "all 65535, of every protocol");
        cx.say(site.scope, found.help("name the ports").help("or say why with `because`"));
    }
    for one in draft.from.iter().chain(&draft.to) {
        if let Some(caution) = &one.caution {
            let place: Span = one.written;
            cx.say(site.scope, caution.told_at(place));
        }
    }
}
