//! Ports as written in a statement, resolved for one destination at a time (amendment U10).

use std::collections::BTreeMap;
use std::sync::Arc;

use netpol_diagnostics::{Code, Diagnostic, Span, nearest};
use netpol_flow::{Text, is_port_name};
use netpol_model::{Port, Ports};
use netpol_syntax::tree::{ArgumentKind, ArgumentValue, Builtin, EndKind, Name, Path, ServiceKind, Services};

use super::ends::did_you_mean;
use crate::scope::names::{Context, NounId, NounKind, PortKind, ScopeId};
use crate::values::port;

/// What services come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// These ports.
    Ports(Ports),
    /// A pattern's parameter, not known yet.
    Parameter,
}

/// A workload's own ports by name.
pub(crate) type OwnPorts = BTreeMap<Text, Vec<Port>>;

/// A workload's own ports, remembered.
pub(crate) fn own_ports(cx: &mut Context<'_>, id: NounId) -> Arc<OwnPorts> {
    let Some(noun) = cx.nouns.get(id.0) else { return Arc::default() };
    if let Some(known) = &noun.own_ports {
        return known.clone();
    }
    let (kind, scope) = (noun.kind, noun.scope);
    let mut own = OwnPorts::new();
    if let NounKind::Workload(workload) = kind {
        for definition in &workload.ports {
            let name = &definition.name;
            if own.contains_key(&name.text) {
                let found = Diagnostic::new(Code(203), format!("port `{}` is declared twice", name.text));
                cx.say(scope, found.at(name.span, "declared again"));
                continue;
            }
            let ports = match resolve_services(cx, scope, &definition.services, None) {
                Some(Found::Ports(Ports::Some(ports))) => ports,
                Some(Found::Ports(Ports::Any)) => {
                    let found = Diagnostic::new(Code(311), "a workload's port has numbers");
                    cx.say(scope, found.at(definition.services.span, "every port is no port name's meaning"));
                    Vec::new()
                }
                Some(Found::Parameter) | None => Vec::new(),
            };
            own.insert(name.text.clone(), ports);
        }
    }
    let own = Arc::new(own);
    if let Some(noun) = cx.noun_mut(id) {
        noun.own_ports = Some(own.clone());
    }
    own
}

/// Resolves a list of services; `own` are the port names of the destination's own workload.
pub(crate) fn resolve_services<'a>(
    cx: &mut Context<'a>,
    scope: ScopeId,
    services: &'a Services,
    own: Option<&OwnPorts>,
) -> Option<Found> {
    let mut all = Gathered { ports: Vec::with_capacity(services.items.len()), ..Gathered::default() };
    let mut right = true;
    for service in &services.items {
        right &= gather(cx, scope, &service.kind, service.span, own, &mut all).is_some();
    }
    right.then(|| all.finish())
}

#[derive(Default)]
struct Gathered {
    ports: Vec<Port>,
    any: bool,
    parameter: bool,
}

impl Gathered {
    fn finish(self) -> Found {
        if self.parameter || (self.ports.is_empty() && !self.any) {
            return Found::Parameter;
        }
        Found::Ports(if self.any { Ports::Any } else { Ports::Some(self.ports) })
    }
}

fn gather<'a>(
    cx: &mut Context<'a>,
    scope: ScopeId,
    kind: &'a ServiceKind,
    place: Span,
    own: Option<&OwnPorts>,
    all: &mut Gathered,
) -> Option<()> {
    let range = match kind {
        ServiceKind::Any => {
            all.any = true;
            return Some(());
        }
        ServiceKind::Name(name) => return named(cx, scope, name, own, all),
        ServiceKind::Path(path) => return prefixed(cx, scope, path, own, all),
        ServiceKind::Quoted(text) => return quoted(cx, scope, text, place, all),
        ServiceKind::Number(text) => port::parse_number(text, place),
        ServiceKind::WithProtocol(text) => port::parse_with_protocol(text, place),
        ServiceKind::Slip(text) => Err(port::slip(text, place)),
    };
    match range {
        Ok(range) => {
            all.ports.push(Port::Range(range));
            Some(())
        }
        Err(found) => {
            cx.say(scope, found);
            None
        }
    }
}

fn quoted(cx: &mut Context<'_>, scope: ScopeId, text: &Text, place: Span, all: &mut Gathered) -> Option<()> {
    if is_port_name(text) {
        all.ports.push(Port::Named(text.clone()));
        return Some(());
    }
    let found = Diagnostic::new(Code(311), format!("`{text}` cannot name a container port"));
    let found = found
        .at(place, "not a port name")
        .note("at most 15 lower-case letters, digits and single inner hyphens");
    cx.say(scope, found);
    None
}

fn named<'a>(
    cx: &mut Context<'a>,
    scope: ScopeId,
    name: &'a Name,
    own: Option<&OwnPorts>,
    all: &mut Gathered,
) -> Option<()> {
    let declared = cx.chain(scope).find_map(|inner| inner.ports.get(&*name.text)).copied();
    match declared.map(|port| (port, port.kind)) {
        Some((_, PortKind::Param(param))) => match param.value {
            Some((value, caller)) => return argument(cx, caller, name, value, own, all),
            None => all.parameter = true,
        },
        Some((port, PortKind::Declared(services))) => match own.and_then(|own| own.get(&name.text)) {
            Some(ports) => all.ports.extend(ports.iter().cloned()),
            None => {
                cx.mark_used(port.name.span);
                tell_tenant_port(cx, scope, port.name, name.span)?;
                return nested(cx, port.scope, services, all);
            }
        },
        None => match own.and_then(|own| own.get(&name.text)) {
            Some(ports) => all.ports.extend(ports.iter().cloned()),
            None => {
                let found = Diagnostic::new(Code(310), format!("no port is named `{}`", name.text));
                if cx.chain(scope).any(|inner| inner.ends.contains_key(&*name.text)) {
                    let found = found.at(name.span, "it names an end, and a port stands here");
                    let last =
                        format!("an `egress` says its pods last: `egress PORTS to … from {}`", name.text);
                    cx.say(scope, found.help("write a port, such as `8080` or `https`").help(last));
                    return None;
                }
                let found = found.at(name.span, "neither the workload nor the project declares it");
                let near = match own.and_then(|own| nearest(&name.text, own.keys().map(|key| &**key))) {
                    Some(near) => Some(near.to_owned()),
                    None => cx.near_port(scope, name),
                };
                let help = match &*name.text {
                    "tcp" | "udp" | "sctp" => {
                        format!("a protocol has its port behind it: `{}/53`", name.text)
                    }
                    other => format!(
                        "declare `ports [{other}=NUMBER]` on the workload, or quote a container port: `\"{other}\"`"
                    ),
                };
                cx.say(scope, did_you_mean(found, near, name.span, &help));
                return None;
            }
        },
    }
    Some(())
}

/// A declared port's own services: at most as deep as ports are declared on ports, which a bound ends.
fn nested<'a>(
    cx: &mut Context<'a>,
    scope: ScopeId,
    services: &'a Services,
    all: &mut Gathered,
) -> Option<()> {
    for service in &services.items {
        let refers = matches!(service.kind, ServiceKind::Name(_) | ServiceKind::Path(_));
        if refers && cx.port_depth >= 16 {
            let found = Diagnostic::new(Code(201), "port is made of itself");
            cx.say(scope, found.at(service.span, "in the end, a part of its own definition"));
            return None;
        }
        cx.port_depth += 1;
        let found = gather(cx, scope, &service.kind, service.span, None, all);
        cx.port_depth -= 1;
        found?;
    }
    Some(())
}

fn tell_tenant_port(cx: &mut Context<'_>, scope: ScopeId, declared: &Name, used: Span) -> Option<()> {
    if cx.platform_statement && cx.is_tenant_file(declared.span) {
        cx.say(scope, crate::statements::ends_on_tenant_noun(used, declared.span));
        return None;
    }
    Some(())
}

fn prefixed<'a>(
    cx: &mut Context<'a>,
    scope: ScopeId,
    path: &'a Path,
    own: Option<&OwnPorts>,
    all: &mut Gathered,
) -> Option<()> {
    let _ = own;
    let Some(module) = cx.module(&path.prefix) else {
        super::ends::unknown_prefix(cx, scope, path, &path.prefix.text);
        return None;
    };
    match cx
        .scope(module)
        .and_then(|inner| inner.ports.get(&*path.name.text))
        .map(|port| (port.name, port.kind))
    {
        Some((name, PortKind::Declared(services))) => {
            cx.mark_used(name.span);
            nested(cx, module, services, all)
        }
        Some((_, PortKind::Param(_))) | None => {
            let title = format!("`{}` has no port named `{}`", path.prefix.text, path.name.text);
            let found = Diagnostic::new(Code(310), title).at(path.name.span, "not in the module");
            let known: Vec<&str> =
                cx.scope(module).into_iter().flat_map(|inner| inner.ports.keys().copied()).collect();
            let near = nearest(&path.name.text, known).map(str::to_owned);
            cx.say(scope, did_you_mean(found, near, path.name.span, "write the number"));
            None
        }
    }
}

/// A pattern's argument in port position.
fn argument<'a>(
    cx: &mut Context<'a>,
    caller: ScopeId,
    param: &Name,
    value: &'a ArgumentValue,
    own: Option<&OwnPorts>,
    all: &mut Gathered,
) -> Option<()> {
    match &value.kind {
        ArgumentKind::List(items) => {
            for item in items {
                argument(cx, caller, param, item, own, all)?;
            }
            Some(())
        }
        ArgumentKind::Text(text) => quoted(cx, caller, text, value.span, all),
        ArgumentKind::Service(kind) => gather(cx, caller, kind, value.span, own, all),
        ArgumentKind::End(EndKind::Name(name)) => named(cx, caller, name, own, all),
        ArgumentKind::End(EndKind::Path(path)) => prefixed(cx, caller, path, own, all),
        ArgumentKind::End(EndKind::Builtin(Builtin::Any)) => {
            all.any = true;
            Some(())
        }
        ArgumentKind::End(_) | ArgumentKind::Label(_) => {
            let found = Diagnostic::new(Code(207), format!("`{}` expects a port", param.text));
            cx.say(caller, found.at(value.span, "not a port").and_at(param.span, "the parameter"));
            None
        }
    }
}

/// Checks that an argument is a port, for one without a destination in sight.
pub(crate) fn check_argument<'a>(
    cx: &mut Context<'a>,
    caller: ScopeId,
    param: &Name,
    value: &'a ArgumentValue,
) -> bool {
    // A plain name may be the destination's own port: whether it is, each line of the pattern tells.
    match &value.kind {
        ArgumentKind::List(items) => items.iter().all(|item| check_argument(cx, caller, param, item)),
        ArgumentKind::End(EndKind::Name(_)) => true,
        ArgumentKind::Text(_) | ArgumentKind::Service(_) | ArgumentKind::End(_) | ArgumentKind::Label(_) => {
            argument(cx, caller, param, value, None, &mut Gathered::default()).is_some()
        }
    }
}
