//! The contract of a namespace in the language itself, for a project that builds another part of the cluster (amendment
//! U17): an `external` namespace with the workloads that are offered and who may call them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use netpol_check::written_ports;
use netpol_flow::{Date, Side};
use netpol_model::{End, Enforcement, Namespace, Namespaces, Pods, Rule, RuleKind};

/// The contract of one namespace on a day; `on` names the cluster where the namespace stands on several.
///
/// Callers that are told by labels become workloads of their own beside the block, so that the text stands in a project
/// which does not know their namespaces.
pub(super) fn render(namespace: &Namespace, as_of: Date, on: Option<&str>) -> String {
    let name = &namespace.name;
    let place = on.map(|cluster| format!(" on {cluster}")).unwrap_or_default();
    let mut nouns = Nouns::default();
    let exposes: Vec<String> = namespace
        .rules
        .iter()
        .filter(|rule| rule.kind == RuleKind::Expose && rule.is_active(as_of))
        .map(|rule| expose(rule, namespace, &mut nouns))
        .collect();
    let mut out =
        format!("# What `{name}` offers on {as_of}, by `netpol interface {name} --format netpol`.\n");
    if namespace.enforcement(Side::Ingress, as_of) != Enforcement::Enforced {
        out += "# Its callers are not held to it yet: what it does not expose passes there too.\n";
    }
    for (noun, selects) in &nouns.callers {
        let _ = writeln!(out, "workload {noun} selects {selects}");
    }
    let owner = namespace.origin.owner.as_ref().map(|owner| format!(" owner {owner}")).unwrap_or_default();
    let _ = writeln!(out, "namespace {name}{place} external{owner} {{");
    for (noun, selects) in &nouns.own {
        let _ = writeln!(out, "  workload {noun} selects {selects}");
    }
    out += &exposes.concat();
    out + "}\n"
}

/// The workloads that the text declares: what each selects, by name.
#[derive(Default)]
struct Nouns {
    callers: BTreeMap<String, String>,
    own: BTreeMap<String, String>,
}

impl Nouns {
    /// The name under which a workload is declared; another where that one stands for other pods.
    fn declare(all: &mut BTreeMap<String, String>, wanted: &str, selects: String) -> String {
        let numbered = (2..).map(|n| format!("{wanted}-{n}"));
        let mut names = std::iter::once(wanted.to_owned()).chain(numbered);
        let is_free = |name: &String| all.get(name).is_none_or(|known| *known == selects);
        let name = names.find(is_free).unwrap_or_else(|| wanted.to_owned());
        all.insert(name.clone(), selects);
        name
    }
}

fn expose(rule: &Rule, namespace: &Namespace, nouns: &mut Nouns) -> String {
    let offered: Vec<String> = rule.to.iter().map(|end| offered(end, nouns)).collect();
    let callers: Vec<String> = rule.from.iter().flat_map(|end| caller(end, nouns)).collect();
    let mut out =
        format!("  expose {}:{} to {}", in_list(&offered), written_ports(&rule.ports), in_list(&callers));
    let (mine, around) = (&rule.origin, &namespace.origin);
    let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
    let mut clause = |text: String| out += &format!("\n    {text}");
    if let Some(requests) = rule.only.as_ref().filter(|_| rule.only_side == Side::Ingress) {
        let requests: Vec<String> = requests.iter().map(ToString::to_string).collect();
        clause(format!("only http {}", in_list(&requests)));
    }
    if let Some(because) = mine.because.as_ref().filter(|_| mine.because != around.because) {
        clause(format!("because \"{}\"", quoted(because)));
    }
    if let Some(day) = rule.until {
        clause(format!("until {day}"));
    }
    out + "\n"
}

fn offered(end: &End, nouns: &mut Nouns) -> String {
    match end {
        End::Pods(pods) if pods.selector.requirements.is_empty() && pods.accounts.is_none() => {
            "all".to_owned()
        }
        End::Pods(pods) => {
            let wanted = pods.name.as_deref().unwrap_or("offered");
            Nouns::declare(&mut nouns.own, wanted, selects(pods))
        }
        // `expose` is of pods (NP0321).
        End::Any
        | End::OtherTenants
        | End::Nodes
        | End::ApiServer
        | End::Gateway
        | End::Addresses { .. }
        | End::Internet
        | End::Outside
        | End::Domain(_) => "all".to_owned(),
    }
}

fn caller(end: &End, nouns: &mut Nouns) -> Vec<String> {
    let End::Pods(pods) = end else { return vec!["pods".to_owned()] };
    let is_everyone = pods.selector.requirements.is_empty() && pods.accounts.is_none();
    let within = match &pods.namespaces {
        Namespaces::Every if is_everyone => return vec!["pods".to_owned()],
        Namespaces::Named(names) if is_everyone => {
            return names.iter().map(|name| format!("{name}/all")).collect();
        }
        Namespaces::Matching(labels) if is_everyone => return vec![format!("namespaces({labels})")],
        Namespaces::Every => String::new(),
        Namespaces::Named(names) => {
            format!(" in {}", in_list(&names.iter().map(ToString::to_string).collect::<Vec<_>>()))
        }
        Namespaces::Matching(labels) => format!(" in namespaces({labels})"),
    };
    let home = match &pods.namespaces {
        Namespaces::Named(names) if names.len() == 1 => names.first().map(|name| format!("{name}-")),
        Namespaces::Named(_) | Namespaces::Every | Namespaces::Matching(_) => None,
    };
    let wanted = format!("{}{}", home.unwrap_or_default(), pods.name.as_deref().unwrap_or("caller"));
    vec![Nouns::declare(&mut nouns.callers, &wanted, format!("{}{within}", selects(pods)))]
}

/// `app=web,tier=api account [web, jobs]`.
fn selects(pods: &Pods) -> String {
    let accounts = pods.accounts.as_ref().map(|accounts| {
        let names: Vec<String> = accounts.iter().map(ToString::to_string).collect();
        format!(" account {}", in_list(&names))
    });
    format!("{}{}", pods.selector, accounts.unwrap_or_default())
}

fn in_list(items: &[String]) -> String {
    match items {
        [one] => one.clone(),
        _ => format!("[{}]", items.join(", ")),
    }
}
