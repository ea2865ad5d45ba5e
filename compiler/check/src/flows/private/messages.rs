//! What is said of a refusal.

use netpol_diagnostics::Diagnostic;
use netpol_flow::Side;
use netpol_model::{End, Namespace, Port, Ports, Rule};
use netpol_sets::{Ends, FlowSet, PortSet, Services};

use super::Refusal;
use crate::flows::blame::told;
use crate::flows::consents::{Answers, first_taking, line};
use crate::flows::{Context, readable};

/// NP0405: the destination exposes nothing to the author's namespace.
pub(super) fn nothing_exposed(namespace: &Namespace, refusal: &Refusal<'_>) -> Diagnostic {
    let (other, mine) = (refusal.other, &namespace.name);
    let shown = shown(&refusal.asked.to, &refusal.flows);
    let title = format!("`{shown}` is private to its namespace");
    let found = |label: String| {
        let found = told(405, title.clone(), &refusal.asked.origin, label);
        with_witness(found, &refusal.refused)
    };
    let Answers::Namespace(declared) = refusal.answers else {
        let found = found(format!("nobody declares `{other}`, and this cluster closes such namespaces"));
        return found.help(format!("declare `{other}` and expose it there, or list it under `system`"));
    };
    let found = found(format!("`{other}` exposes nothing of it to `{mine}`"));
    let found = found.note("a flow between namespaces needs the consent of both");
    found.help(match line_to_ask_for(&refusal.asked) {
        Some(line) => format!("ask {} for `{line}`", owner_of(declared)),
        None => format!("ask {} to expose it to `{mine}`", owner_of(declared)),
    })
}

/// NP0406: the destination exposes something, by these rules, but not all of this.
pub(super) fn not_all_exposed(
    cx: &Context<'_>,
    namespace: &Namespace,
    refusal: &Refusal<'_>,
    exposed: &[&Rule],
) -> Diagnostic {
    let (other, mine) = (refusal.other, &namespace.name);
    let Answers::Namespace(declared) = refusal.answers else { return nothing_exposed(namespace, refusal) };
    let title = format!("`{other}` does not expose this to `{mine}`");
    let refused = &refusal.refused;
    let consents = exposed.iter().fold(FlowSet::default(), |mut all, rule| {
        all.extend(refusal.flows.intersect(&cx.places.flows(rule, Side::Ingress)));
        all
    });
    let denied = refused.intersect(&consents);
    if let Some((fence, _)) = first_taking(&cx.places, &denied, declared.fence.iter(), Side::Ingress) {
        let label = format!("exposed, but the fence of `{other}` denies it");
        let found = told(406, title, &refusal.asked.origin, label).and_at(line(fence), "denied here");
        let found = with_witness(found, &denied);
        return found.help(format!("ask {} for an `except` in its fence", owner_of(declared)));
    }
    let near = exposed.iter().find(|rule| meets_on_ports(&cx.places.flows(rule, Side::Ingress), refused));
    let lacks_ports = near.is_none();
    let label = match lacks_ports {
        true => format!("{} is not exposed", ports_of(refused)),
        false => format!("not exposed: {}", readable::flows(refused)),
    };
    let found = with_witness(told(406, title, &refusal.asked.origin, label), refused);
    let found = match near.or(exposed.first()) {
        Some(rule) if lacks_ports => {
            found.and_at(line(rule), format!("exposes {} only", written_list(&rule.ports)))
        }
        Some(rule) => match readable::written_ends(&rule.from) {
            Some(clients) => found.and_at(line(rule), format!("exposed to {clients}")),
            None => found.and_at(line(rule), "exposed here"),
        },
        None => found,
    };
    let found = found.note("a flow between namespaces needs the consent of both");
    found.help(match lacks_ports {
        true => format!("ask {} to add {}, or drop it here", owner_of(declared), ports_of(refused)),
        false => format!("ask {} to expose this too, or narrow the line", owner_of(declared)),
    })
}

/// Whether some flow of the first set is on a port of the second.
fn meets_on_ports(set: &FlowSet, others: &FlowSet) -> bool {
    let meets = |a: &Services, b: &Services| !a.intersect(b).is_empty();
    set.cubes().iter().any(|a| others.cubes().iter().any(|b| meets(&a.services, &b.services)))
}

/// The ports of a set, as the language writes them.
fn ports_of(set: &FlowSet) -> String {
    let plain =
        set.cubes().iter().all(|cube| cube.services.named.is_empty() && cube.services.unnamed.is_empty());
    let Some(first) = set.cubes().first() else { return String::new() };
    if !plain {
        return readable::services(&first.services);
    }
    let ranges = set.cubes().iter().flat_map(|cube| cube.services.ports.ranges()).copied();
    let all = PortSet::of(ranges);
    if all.is_all() {
        return "any port".to_owned();
    }
    readable::listed(all.ranges().iter().map(|range| range.to_string()), ", ")
}

fn written_list(ports: &Ports) -> String {
    let Ports::Some(items) = ports else { return "every port".to_owned() };
    let one = |item: &Port| match item {
        Port::Range(range) => range.to_string(),
        Port::Named(name) => format!("\"{name}\""),
    };
    readable::listed(items.iter().map(one), ", ")
}

fn shown(ends: &[End], flows: &FlowSet) -> String {
    readable::written_ends(ends).unwrap_or_else(|| {
        let pods = flows.cubes().first().map(|cube| &cube.destination).and_then(Ends::pods);
        pods.map(readable::pods).unwrap_or_default()
    })
}

/// The `expose` line that the other namespace would have to write.
pub fn line_to_ask_for(asked: &Rule) -> Option<String> {
    let pods = readable::written_ends(&asked.to)?;
    let (_, workload) = pods.split_once('/')?;
    let clients = readable::written_ends(&asked.from)?;
    Some(format!("expose {workload}:{} to {clients}", readable::written_ports(&asked.ports)))
}

fn owner_of(namespace: &Namespace) -> String {
    let name = &namespace.name;
    match (&namespace.origin.owner, namespace.external) {
        (Some(owner), _) => format!("{owner}, the owner of `{name}`,"),
        (None, true) => format!("the project that builds `{name}`"),
        (None, false) => format!("the owner of `{name}`"),
    }
}

fn with_witness(found: Diagnostic, flows: &FlowSet) -> Diagnostic {
    match flows.witness() {
        Some(flow) => found.witness(flow),
        None => found,
    }
}

/// Adds that other destinations of the line are refused too.
pub(super) fn and_more(found: Diagnostic, others: usize) -> Diagnostic {
    match others {
        0 => found,
        1 => found.note("the same holds for another destination of this line"),
        more => found.note(format!("the same holds for {more} other destinations of this line")),
    }
}
