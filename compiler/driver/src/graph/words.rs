//! Sets of endpoints and ports as people read them in a picture.

use netpol_flow::{Protocol, Text};
use netpol_model::End;
use netpol_sets::{Ends, ExternalSet, Infra, InfraSet, Key, PodSet, PortSet, Services, Values};

use super::topology::{Edge, Home, Node, Opening, Shape};

/// The most names of a list that are shown; the rest are counted.
const SHOWN: usize = 5;

/// The items with commas between them; a long list is cut.
pub(super) fn listed<T: AsRef<str>>(items: &[T]) -> String {
    let shown: Vec<&str> = items.iter().take(SHOWN).map(AsRef::as_ref).collect();
    let more = items.len() - shown.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    shown.join(", ") + &more
}

/// The node of some endpoints; `written` is the end of a line that stands for just these.
pub(super) fn node(ends: &Ends, written: Option<&End>) -> Node {
    match ends {
        Ends::Pods(pods) => pods_node(pods, written),
        Ends::Infra(set) => {
            Node { home: Home::Nowhere, shape: Shape::Cluster, name: infra_words(set), detail: String::new() }
        }
        Ends::External(set) => {
            let (name, detail) = external_words(set, written);
            Node { home: Home::Nowhere, shape: Shape::Outside, name, detail }
        }
    }
}

fn pods_node(pods: &PodSet, written: Option<&End>) -> Node {
    let noun = match written {
        Some(End::Pods(pods)) => pods.name.as_deref(),
        Some(_) | None => None,
    };
    let own = own_words(pods);
    let labels = namespace_words(pods);
    let names = pods.condition(&Key::Namespace);
    let home = match (names.all_but, names.listed.as_slice()) {
        (false, [one]) if labels.is_empty() => Home::Namespace(one.clone()),
        _ => Home::Namespaces,
    };
    if let Home::Namespace(_) = &home {
        let (shape, name) = match own.as_str() {
            "" => (Shape::All, "all pods".to_owned()),
            own => (Shape::Workload, noun.map_or_else(|| format!("{{{own}}}"), str::to_owned)),
        };
        return Node { home, shape, name, detail: String::new() };
    }
    let name = match (noun.filter(|noun| *noun != "all"), own.as_str()) {
        (Some(noun), _) => noun.to_owned(),
        (None, "") => "pods".to_owned(),
        (None, own) => format!("{{{own}}}"),
    };
    let mut detail = match (names.all_but, names.listed.is_empty()) {
        (false, _) => format!("of {}", listed(names.listed.as_slice())),
        (true, true) if labels.is_empty() => "of every namespace".to_owned(),
        (true, true) => String::new(),
        (true, false) => "of namespaces that are not declared".to_owned(),
    };
    if !labels.is_empty() {
        let apart = if detail.is_empty() { "" } else { ", " };
        detail += &format!("{apart}of namespaces({labels})");
    }
    Node { home, shape: Shape::Group, name, detail }
}

/// What pods of a set have in common, but for their namespaces.
pub(super) fn conditions(ends: &Ends) -> String {
    ends.pods()
        .map(own_words)
        .filter(|words| !words.is_empty())
        .map(|words| format!("{{{words}}}"))
        .unwrap_or_default()
}

/// The conditions on labels and service account.
fn own_words(pods: &PodSet) -> String {
    let words = pods.conditions().filter_map(|(key, values)| match key {
        Key::Label(key) => Some(condition_words(key, values)),
        Key::Account => Some(condition_words(&"account".into(), values)),
        Key::Namespace | Key::NamespaceLabel(_) => None,
    });
    words.collect::<Vec<String>>().join(",")
}

fn namespace_words(pods: &PodSet) -> String {
    let words = pods.conditions().filter_map(|(key, values)| match key {
        Key::NamespaceLabel(key) => Some(condition_words(key, values)),
        Key::Label(_) | Key::Account | Key::Namespace => None,
    });
    words.collect::<Vec<String>>().join(",")
}

fn condition_words(key: &Text, values: &Values) -> String {
    let each = values
        .requirements(key)
        .into_iter()
        .map(|all| all.iter().map(ToString::to_string).collect::<Vec<String>>().join(","));
    each.collect::<Vec<String>>().join(" or ")
}

fn infra_words(set: &InfraSet) -> String {
    let has = |kind: Infra| set.kinds.contains(&kind);
    let mut words = Vec::new();
    if has(Infra::Node) || has(Infra::OwnNode) {
        words.push("nodes");
    }
    // An API server on a node is a node as well: with the nodes alone it goes without saying.
    if has(Infra::ApiServerElsewhere) || has(Infra::ApiServerOnNode) && words.is_empty() {
        words.push("API server");
    }
    if has(Infra::Gateway) {
        words.push("cluster gateway");
    }
    words.join(", ")
}

fn external_words(set: &ExternalSet, written: Option<&End>) -> (String, String) {
    let blocks = |blocks: &[netpol_flow::IpNet]| {
        listed(&blocks.iter().map(ToString::to_string).collect::<Vec<String>>())
    };
    match written {
        Some(End::Addresses { blocks: all, except, name }) => {
            let cut = if except.is_empty() { String::new() } else { format!(" except {}", blocks(except)) };
            let told = blocks(all) + &cut;
            match name {
                Some(name) => (name.to_string(), told),
                None => (told, String::new()),
            }
        }
        Some(End::Internet) => ("internet".to_owned(), String::new()),
        Some(End::Outside | End::Any) => ("outside".to_owned(), String::new()),
        Some(End::Domain(pattern)) => (pattern.to_string(), String::new()),
        Some(End::Pods(_) | End::OtherTenants | End::Nodes | End::ApiServer | End::Gateway) | None => {
            (blocks(&set.addresses.blocks()), String::new())
        }
    }
}

/// Ports by number: TCP goes without saying.
pub(super) fn ports_words(ports: &PortSet) -> Vec<String> {
    if ports.is_all() {
        return vec!["any".to_owned()];
    }
    let words = ports.ranges().iter().map(|range| match range.protocol {
        Protocol::Tcp if !range.is_every() => range.to_string().trim_start_matches("tcp/").to_owned(),
        Protocol::Tcp | Protocol::Udp | Protocol::Sctp => range.to_string(),
    });
    words.collect()
}

/// Ports of which some have names.
pub(super) fn named_words(services: &Services) -> String {
    let names: Vec<String> = services.named.iter().map(|name| format!("\"{name}\"")).collect();
    let names = names.join(" and ");
    if services.ports.is_all() {
        names
    } else {
        format!("{names} on {}", ports_words(&services.ports).join(", "))
    }
}

/// What stands at an arrow.
pub(super) fn label(edge: &Edge) -> String {
    let Opening { ports, others } = &edge.opening;
    let mut words = ports_words(ports);
    words.extend(others.iter().cloned());
    let words = words.join(", ");
    if edge.in_part { format!("{words} in part") } else { words }
}

/// A node where it stands alone, as in a table.
pub(super) fn full_name(node: &Node) -> String {
    match &node.home {
        Home::Namespace(namespace) if node.shape != Shape::Namespace => {
            format!("{namespace}/{}", named(node))
        }
        Home::Namespace(_) | Home::Namespaces | Home::Nowhere => named(node),
    }
}

/// A node beside its namespace, with what else is to be known of it.
pub(super) fn named(node: &Node) -> String {
    match (&node.home, node.detail.as_str()) {
        (_, "") => node.name.clone(),
        (Home::Namespaces, detail) if detail.starts_with("of ") => format!("{} {detail}", node.name),
        (Home::Namespace(_) | Home::Namespaces | Home::Nowhere, detail) => {
            format!("{} ({detail})", node.name)
        }
    }
}
