//! The numbers that names of ports stand for.

use netpol_driver::names::{Kind, Names, Symbol};
use netpol_syntax::tree::{ItemKind, Service, ServiceKind, Services};

use crate::context::Context;
use crate::tree::item_with_head;

/// How deep ports may be made of ports.
const DEEPEST: usize = 16;

/// The ports that these declarations come to, as the language writes them, each once.
pub fn numbers(cx: &Context, ports: &[Symbol]) -> Vec<String> {
    let mut found = Vec::new();
    for port in ports {
        add(&cx.names, *port, 0, &mut found);
    }
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|port| seen.insert(port.clone()));
    found
}

fn add(names: &Names, port: Symbol, depth: usize, found: &mut Vec<String>) {
    let (Some(declared), Some(file)) = (names.declaration(port), names.file(port.file)) else { return };
    let Some(item) = item_with_head(&file.state.tree().items, declared.head) else { return };
    let services: Option<&Services> = match (&item.kind, declared.kind) {
        (ItemKind::Port { services, .. }, Kind::Port) => Some(services),
        (ItemKind::Workload(workload), Kind::OwnPort) => {
            workload.ports.iter().find(|own| own.name.span == declared.span).map(|own| &own.services)
        }
        _ => None,
    };
    for service in services.iter().flat_map(|services| &services.items) {
        add_service(names, port, service, depth, found);
    }
}

fn add_service(names: &Names, port: Symbol, service: &Service, depth: usize, found: &mut Vec<String>) {
    match &service.kind {
        ServiceKind::Any => found.push("any".to_owned()),
        ServiceKind::Number(text) => found.push(format!("tcp/{text}")),
        ServiceKind::WithProtocol(text) => found.push(text.to_string()),
        ServiceKind::Quoted(text) => found.push(format!("\"{text}\"")),
        ServiceKind::Slip(_) => {}
        ServiceKind::Name(_) | ServiceKind::Path(_) if depth < DEEPEST => {
            let Some(file) = names.file(port.file) else { return };
            let Some(at) = file.state.names.reference_at(service.span.end) else { return };
            for inner in names.resolve(port.file, at) {
                add(names, inner, depth + 1, found);
            }
        }
        ServiceKind::Name(_) | ServiceKind::Path(_) => {}
    }
}
