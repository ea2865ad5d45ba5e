//! Sets of flows as people read them: `shop/{tier=api} -> 10.0.0.0/9:443/TCP`.
//!
//! Every list is cut after three items, with "and N more".

use netpol_flow::{Family, IpNet, PortRange, Protocol, family_of};
use netpol_model::{End, Port, Ports};
use netpol_sets::{
    AddressSet, Cube, Ends, ExternalSet, FlowSet, Infra, InfraSet, Key, PodSet, PortSet, Services,
};

/// How many items of a list are shown.
const SHOWN: usize = 3;

/// A set of flows, a cube after the other.
pub(crate) fn flows(set: &FlowSet) -> String {
    listed(set.cubes().iter().map(cube), "; ")
}

/// One cube; an HTTP request or two that it is limited to are not spelt out.
pub(crate) fn cube(cube: &Cube) -> String {
    let requests = match (cube.requests.is_all(), cube.requests.contains(None)) {
        (true, _) => "",
        (false, true) => " for some requests, or without HTTP",
        (false, false) => " for some requests",
    };
    let (source, destination) = (ends(&cube.source), ends(&cube.destination));
    format!("{source} -> {destination}:{}{requests}", services(&cube.services))
}

/// A set of endpoints.
pub(crate) fn ends(ends: &Ends) -> String {
    match ends {
        Ends::Pods(set) => pods(set),
        Ends::Infra(set) => infrastructure(set),
        Ends::External(set) => external(set),
    }
}

/// A set of pods, `shop/{tier=api}`; `*` stands for every namespace.
pub(crate) fn pods(set: &PodSet) -> String {
    let namespaces = set.condition(&Key::Namespace);
    let names = listed(namespaces.listed.iter().map(|name| name.to_string()), ", ");
    let mut text = match (namespaces.all_but, namespaces.listed.len()) {
        (true, 0) => "*".to_owned(),
        (true, _) => format!("*(not {names})"),
        (false, 1) => names,
        (false, _) => format!("[{names}]"),
    };
    let (mut around, mut own) = (Vec::new(), Vec::new());
    let mut account = String::new();
    for (key, values) in set.conditions() {
        let shown = |label| {
            let ways = values.requirements(label);
            let ways: Vec<String> = ways.iter().map(|way| joined(way.iter(), ",")).collect();
            if ways.len() > 1 { format!("({})", ways.join(" or ")) } else { ways.concat() }
        };
        match key {
            Key::Namespace => {}
            Key::NamespaceLabel(label) => around.push(shown(label)),
            Key::Label(label) => own.push(shown(label)),
            Key::Account => {
                let names = listed(values.listed.iter().map(|name| name.to_string()), ", ");
                account = format!("@{}[{names}]", if values.all_but { "not " } else { "" });
            }
        }
    }
    if !around.is_empty() {
        text.push_str(&format!("({})", around.join(",")));
    }
    text.push_str(&format!("/{{{}}}{account}", own.join(",")));
    if !set.addresses.is_all() {
        text.push_str(&format!(" at {}", addresses(&set.addresses)));
    }
    text
}

fn infrastructure(set: &InfraSet) -> String {
    let has_nodes = Infra::NODES.iter().all(|kind| set.kinds.contains(kind));
    let others = set.kinds.iter().filter(|kind| !has_nodes || !Infra::NODES.contains(kind));
    let words = has_nodes.then_some("nodes").into_iter().chain(others.map(|kind| match kind {
        Infra::Node => "other nodes",
        Infra::OwnNode => "the own node",
        Infra::ApiServerOnNode => "apiserver on a node",
        Infra::ApiServerElsewhere => "apiserver",
        Infra::Gateway => "cluster-gateway",
    }));
    let text = joined(words, ", ");
    if set.addresses.is_all() { text } else { format!("{text} at {}", addresses(&set.addresses)) }
}

fn external(set: &ExternalSet) -> String {
    let mut text =
        if set.named.is_empty() { addresses(&set.addresses) } else { joined(set.named.iter(), " and ") };
    if !set.unnamed.is_empty() {
        text.push_str(&format!(" other than {}", joined(set.unnamed.iter(), ", ")));
    }
    text
}

/// A set of addresses, as blocks; a block with holes is shown with what it lacks.
pub(crate) fn addresses(set: &AddressSet) -> String {
    if set.is_all() {
        return "every address".to_owned();
    }
    let blocks = set.blocks();
    if let Some(text) = Some(&blocks).filter(|blocks| blocks.len() > SHOWN).and_then(|b| with_holes(b)) {
        return text;
    }
    let text = listed(blocks.iter().map(|block| block.to_string()), ", ");
    if blocks.len() > 1 { format!("[{text}]") } else { text }
}

/// The smallest block around these, for each family, and what of it is missing; none where that is no fewer blocks.
fn with_holes(blocks: &[IpNet]) -> Option<String> {
    let (v4, v6): (Vec<IpNet>, Vec<IpNet>) = blocks.iter().partition(|block| family_of(block) == Family::V4);
    let (mut words, mut count) = (Vec::new(), 0);
    for family in [v4, v6].iter().filter(|family| !family.is_empty()) {
        let mut whole = *family.first()?;
        while !family.iter().all(|block| whole.contains(block)) {
            whole = whole.supernet()?;
        }
        let holes = AddressSet::of([&whole]).subtract(&AddressSet::of(family)).blocks();
        count += holes.len() + 1;
        words.push(match holes.is_empty() {
            true => whole.to_string(),
            false => format!("{whole} other than {}", listed(holes.iter().map(IpNet::to_string), ", ")),
        });
    }
    (count < blocks.len()).then(|| format!("[{}]", words.join("; ")))
}

/// Ports as witnesses write them: `443/TCP`, `[80/TCP, 53/UDP]`, `any`, `"metrics"`.
pub(crate) fn services(services: &Services) -> String {
    let mut text = if services.named.is_empty() {
        if services.ports.is_all() { "any".to_owned() } else { numbers(&services.ports) }
    } else {
        let names = services.named.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(" and ");
        if services.ports.is_all() { names } else { format!("{names} at {}", numbers(&services.ports)) }
    };
    if !services.unnamed.is_empty() {
        let names = services.unnamed.iter().map(|name| format!("\"{name}\""));
        text.push_str(&format!(" other than {}", listed(names, ", ")));
    }
    text
}

fn numbers(ports: &PortSet) -> String {
    let one = |range: &PortRange| {
        let protocol: Protocol = range.protocol;
        match (range.is_every(), range.first == range.last) {
            (true, _) => format!("any/{protocol}"),
            (false, true) => format!("{}/{protocol}", range.first),
            (false, false) => format!("{}-{}/{protocol}", range.first, range.last),
        }
    };
    let text = listed(ports.ranges().iter().map(one), ", ");
    if ports.ranges().len() > 1 { format!("[{text}]") } else { text }
}

/// Ports as the language writes them: `5432`, `[udp/53, 53]`, `any`, `"metrics"`; none cut.
pub fn written_ports(ports: &Ports) -> String {
    let Ports::Some(items) = ports else { return "any".to_owned() };
    let one = |item: &Port| match item {
        Port::Range(range) => {
            let text = range.to_string();
            if range.is_every() { text } else { text.strip_prefix("tcp/").map(str::to_owned).unwrap_or(text) }
        }
        Port::Named(name) => format!("\"{name}\""),
    };
    in_brackets(items.iter().map(one).collect())
}

/// Ends as another namespace writes them, `shop/web`; none where one of them has no name.
pub(crate) fn written_ends(ends: &[End]) -> Option<String> {
    ends.iter().map(written_end).collect::<Option<Vec<String>>>().map(in_brackets)
}

fn written_end(end: &End) -> Option<String> {
    let End::Pods(pods) = end else { return None };
    let (names, name) = (pods.named()?, pods.name.as_ref()?);
    match (names.first(), names.len()) {
        (Some(namespace), 1) => Some(format!("{namespace}/{name}")),
        (Some(_) | None, _) => None,
    }
}

/// The items, the first three of them at most, and how many are left.
pub(crate) fn listed(items: impl Iterator<Item = String>, separator: &str) -> String {
    let mut items = items;
    let shown: Vec<String> = items.by_ref().take(SHOWN).collect();
    match items.count() {
        0 => shown.join(separator),
        more => format!("{} and {more} more", shown.join(separator)),
    }
}

fn in_brackets(items: Vec<String>) -> String {
    if items.len() == 1 { items.concat() } else { format!("[{}]", items.join(", ")) }
}

fn joined(items: impl Iterator<Item = impl std::fmt::Display>, separator: &str) -> String {
    items.map(|item| item.to_string()).collect::<Vec<_>>().join(separator)
}

#[cfg(test)]
mod tests {
    use netpol_flow::{Selector, Text};
    use netpol_sets::{Requests, Values};

    use super::*;

    fn blocks(count: u8) -> AddressSet {
        let blocks: Vec<_> = (0..count).map(|n| format!("10.{}.0.0/16", 2 * n).parse().unwrap()).collect();
        AddressSet::of(&blocks)
    }

    #[test]
    fn a_flow_set_reads_like_a_line_of_the_language() {
        let shop =
            PodSet::of_namespaces([Text::from("shop")].into()).with_labels(&Selector::is("tier", "api"));
        let half = AddressSet::of(&["10.0.0.0/9".parse().unwrap()]);
        let set = FlowSet::of([Cube {
            source: Ends::Pods(shop),
            destination: Ends::External(ExternalSet::of(half)),
            services: Services::of(PortSet::of([PortRange::one(Protocol::Tcp, 443)])),
            requests: Requests::all(),
        }]);
        assert_eq!(flows(&set), "shop/{tier=api} -> 10.0.0.0/9:443/TCP");
    }

    #[test]
    fn a_list_is_cut_after_three() {
        assert_eq!(addresses(&blocks(3)), "[10.0.0.0/16, 10.2.0.0/16, 10.4.0.0/16]");
        assert_eq!(addresses(&blocks(5)), "[10.0.0.0/16, 10.2.0.0/16, 10.4.0.0/16 and 2 more]");
    }

    #[test]
    fn a_block_with_a_hole_is_shown_with_the_hole() {
        let net = |text: &str| AddressSet::of(&[text.parse().unwrap()]);
        let left = net("10.0.0.0/8").subtract(&net("10.1.2.0/24"));
        assert_eq!(addresses(&left), "[10.0.0.0/8 other than 10.1.2.0/24]");
        let both = left.union(&net("fd00::/8").subtract(&net("fd00:1::/32")));
        assert_eq!(addresses(&both), "[10.0.0.0/8 other than 10.1.2.0/24; fd00::/8 other than fd00:1::/32]");
    }

    #[test]
    fn a_condition_that_no_selector_says_is_two_ways() {
        let values = Values { absent: true, ..Values::only([Text::from("a")].into()) };
        let set = PodSet::all().with(Key::Label("app".into()), &values);
        assert_eq!(pods(&set), "*/{(!app or app=a)}");
    }

    #[test]
    fn ports_are_written_as_the_language_writes_them() {
        let range = |protocol, first, last| Port::Range(PortRange { protocol, first, last });
        let some =
            [range(Protocol::Tcp, 443, 443), range(Protocol::Udp, 53, 53), Port::Named("metrics".into())];
        assert_eq!(written_ports(&Ports::Some(some.into())), "[443, udp/53, \"metrics\"]");
        assert_eq!(written_ports(&Ports::Any), "any");
    }
}
