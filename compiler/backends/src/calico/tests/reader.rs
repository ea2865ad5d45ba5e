//! A plain reader of what we emit: Calico's tier loop over concrete flows (design notes, section 1.3).

use std::collections::BTreeMap;

use netpol_flow::{Endpoint, Flow, IpNet, Pod, Relation, Side};

use crate::object::Object;
use crate::yaml::Yaml;

type Labels = BTreeMap<String, String>;

/// Whether the objects allow the flow on a side.
pub(super) fn allows(objects: &[Object], flow: &Flow, side: Side) -> bool {
    let node_to_own_pod = flow.relation == Relation::OwnNode && flow.destination.pod().is_some();
    if flow.relation == Relation::Itself || node_to_own_pod {
        return true;
    }
    let Some(pod) = flow.subject(side).pod() else { return true };
    let mut tiers: Vec<&Object> = objects.iter().filter(|object| object.kind == "Tier").collect();
    tiers.sort_by_key(|tier| (number(&tier.spec, "order"), tier.name.clone()));
    'tiers: for tier in tiers {
        let of_tier = |object: &&Object| {
            matches!(object.kind, "NetworkPolicy" | "GlobalNetworkPolicy")
                && string(&object.spec, "tier") == Some(&tier.name)
        };
        let mut policies: Vec<&Object> =
            objects.iter().filter(of_tier).filter(|o| applies(o, pod, side)).collect();
        if policies.is_empty() {
            continue;
        }
        policies.sort_by_key(|policy| (number(&policy.spec, "order"), policy.name.clone()));
        for policy in policies {
            for rule in items(&policy.spec, side.word()) {
                if !matches(rule, policy, flow) {
                    continue;
                }
                match string(rule, "action").unwrap() {
                    "Allow" => return true,
                    "Deny" => return false,
                    "Pass" => continue 'tiers,
                    action => assert_eq!(action, "Log"),
                }
            }
        }
        if string(&tier.spec, "defaultAction").unwrap() == "Deny" {
            return false;
        }
    }
    true
}

fn applies(policy: &Object, pod: &Pod, side: Side) -> bool {
    let types = items(&policy.spec, "types");
    let capital = if side == Side::Egress { "Egress" } else { "Ingress" };
    let selects = |key: &str, labels: &Labels| string(&policy.spec, key).is_none_or(|s| selector(s, labels));
    types.iter().any(|kind| **kind == Yaml::Text(capital.into()))
        && policy.namespace.as_ref().is_none_or(|namespace| *namespace == pod.namespace)
        && selects("selector", &pod_labels(pod))
        && selects("namespaceSelector", &namespace_labels(pod))
        && selects("serviceAccountSelector", &Labels::from([(NAME.into(), pod.account.to_string())]))
}

fn matches(rule: &Yaml, policy: &Object, flow: &Flow) -> bool {
    let protocol = string(rule, "protocol").is_none_or(|word| word == flow.protocol.name());
    let end =
        |key: &str, endpoint: &Endpoint| get(rule, key).is_none_or(|entity| is_in(entity, policy, endpoint));
    let ports = get(rule, "destination").map(|entity| items(entity, "ports")).unwrap_or_default();
    let port = ports.is_empty()
        || ports.iter().any(|port| match port {
            Yaml::Number(number) => *number == i64::from(flow.port),
            Yaml::Text(text) => match text.split_once(':') {
                Some((first, last)) => (first.parse().unwrap()..=last.parse().unwrap()).contains(&flow.port),
                None => {
                    flow.destination.pod().is_some_and(|pod| pod.declares(text, flow.protocol, flow.port))
                }
            },
            other => panic!("{other:?}"),
        });
    protocol && port && end("source", &flow.source) && end("destination", &flow.destination)
}

fn is_in(entity: &Yaml, policy: &Object, endpoint: &Endpoint) -> bool {
    let namespaces = string(entity, "namespaceSelector");
    let labels = string(entity, "selector");
    let accounts = get(entity, "serviceAccounts");
    if namespaces.is_some() || labels.is_some() || accounts.is_some() {
        let Some(pod) = endpoint.pod() else { return false };
        let here = match (namespaces, &policy.namespace) {
            (Some(selects), _) => selector(selects, &namespace_labels(pod)),
            (None, Some(own)) => *own == pod.namespace,
            (None, None) => panic!("a global policy without a namespace selector"),
        };
        let account = accounts.is_none_or(|by| {
            let name = Yaml::Text((&pod.account).into());
            items(by, "names").contains(&&name)
        });
        if !here || !account || !labels.is_none_or(|s| selector(s, &pod_labels(pod))) {
            return false;
        }
    }
    let inside = |key: &str| {
        let nets = items(entity, key).into_iter().map(|net| match net {
            Yaml::Text(net) => net.parse::<IpNet>().unwrap(),
            other => panic!("{other:?}"),
        });
        let nets: Vec<IpNet> = nets.collect();
        (nets.is_empty(), nets.iter().any(|net| net.contains(&endpoint.address().unwrap())))
    };
    let (no_nets, in_nets) = inside("nets");
    (no_nets || in_nets) && !inside("notNets").1
}

const NAME: &str = "projectcalico.org/name";

fn pod_labels(pod: &Pod) -> Labels {
    let mut labels: Labels = pod.labels.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
    labels.insert("projectcalico.org/orchestrator".into(), "k8s".into());
    labels
}

fn namespace_labels(pod: &Pod) -> Labels {
    let mut labels: Labels =
        pod.namespace_labels.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
    labels.insert(NAME.into(), pod.namespace.to_string());
    labels
}

/// Evaluates the part of the selector language that we write: `&&` and `||` between terms, one level of parentheses.
fn selector(text: &str, labels: &Labels) -> bool {
    let mut rest = text.to_owned();
    while let Some(open) = rest.find("(!") {
        let close = open + rest[open..].find("})").or_else(|| rest[open..].find("')")).unwrap() + 1;
        let value = rest[open + 1..close].split(" || ").any(|part| term(part, labels));
        rest.replace_range(open..=close, if value { "all()" } else { "!all()" });
    }
    rest.split(" && ").all(|part| term(part, labels))
}

fn term(text: &str, labels: &Labels) -> bool {
    if let Some(inner) = text.strip_prefix('!') {
        return !term(inner, labels);
    }
    if text == "all()" {
        return true;
    }
    if let Some(key) = text.strip_prefix("has(") {
        return labels.contains_key(key.trim_end_matches(')'));
    }
    let (key, rest) = text.split_once(' ').unwrap();
    let value = labels.get(key);
    let listed: Vec<&str> = rest.split('\'').skip(1).step_by(2).collect();
    let found = value.is_some_and(|value| listed.contains(&value.as_str()));
    if rest.starts_with("==") || rest.starts_with("in ") {
        found
    } else {
        assert!(rest.starts_with("!=") || rest.starts_with("not in "), "{text}");
        !found
    }
}

fn get<'y>(map: &'y Yaml, key: &str) -> Option<&'y Yaml> {
    match map {
        Yaml::Map(entries) => entries.iter().find(|(known, _)| **known == *key).map(|(_, value)| value),
        Yaml::Item(item) => get(item.value(), key),
        Yaml::Shared(shared) => get(shared.map(), key),
        other => panic!("{other:?}"),
    }
}

fn string<'y>(map: &'y Yaml, key: &str) -> Option<&'y str> {
    get(map, key).map(|value| match value {
        Yaml::Text(text) => &**text,
        other => panic!("{other:?}"),
    })
}

fn number(map: &Yaml, key: &str) -> i64 {
    match get(map, key) {
        Some(Yaml::Number(number)) => *number,
        other => panic!("{key}: {other:?}"),
    }
}

fn items<'y>(map: &'y Yaml, key: &str) -> Vec<&'y Yaml> {
    match get(map, key) {
        Some(Yaml::List(items)) => items.iter().collect(),
        None => Vec::new(),
        Some(other) => panic!("{other:?}"),
    }
}
