//! Ends, ports and reasons as people write them.

use netpol_flow::{Side, Text};
use netpol_model::{End, Namespaces, Pods, Port, Ports, Rule};

/// The most names of a list that are shown; the rest are counted.
const SHOWN: usize = 8;

/// The items with commas between them; a long list is cut.
pub(super) fn listed<T: AsRef<str>>(items: &[T]) -> String {
    let shown: Vec<&str> = items.iter().take(SHOWN).map(AsRef::as_ref).collect();
    let more = items.len() - shown.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    shown.join(", ") + &more
}

/// The ends of one side of a rule; pods of the namespace `home` by their plain names.
pub(super) fn ends_words(ends: &[End], home: &str) -> String {
    let mut words: Vec<String> = ends.iter().map(|end| end_words(end, home)).collect();
    words.dedup();
    listed(&words)
}

/// One end.
pub(super) fn end_words(end: &End, home: &str) -> String {
    match end {
        End::Pods(pods) => pods_words(pods, home),
        End::OtherTenants => "other-tenants".to_owned(),
        End::Nodes => "nodes".to_owned(),
        End::ApiServer => "apiserver".to_owned(),
        End::Gateway => "cluster-gateway".to_owned(),
        End::Internet => "internet".to_owned(),
        End::Outside => "outside".to_owned(),
        End::Any => "any".to_owned(),
        End::Domain(pattern) => pattern.to_string(),
        End::Addresses { blocks, except, name } => {
            let texts = |blocks: &[netpol_flow::IpNet]| {
                listed(&blocks.iter().map(ToString::to_string).collect::<Vec<String>>())
            };
            let cut = if except.is_empty() { String::new() } else { format!(" except {}", texts(except)) };
            match name {
                Some(name) => format!("{name} ({}{cut})", texts(blocks)),
                None => texts(blocks) + &cut,
            }
        }
    }
}

fn pods_words(pods: &Pods, home: &str) -> String {
    let labels = || match (&pods.accounts, pods.selector.requirements.is_empty()) {
        (None, true) => "all".to_owned(),
        (None, false) => format!("{{{}}}", pods.selector),
        (Some(accounts), _) => {
            let names: Vec<&Text> = accounts.iter().collect();
            format!("{{{}}} as {}", pods.selector, listed(&names))
        }
    };
    match &pods.namespaces {
        Namespaces::Named(names) => {
            let names: Vec<&Text> = names.iter().collect();
            let noun = pods.name.as_deref().map_or_else(labels, str::to_owned);
            match names.as_slice() {
                [one] if ***one == *home => noun,
                [one] => format!("{one}/{noun}"),
                [] => "nobody".to_owned(),
                // The built-in sets are called as they are written, whatever they come to today.
                _ if pods.name.is_some() && pods.selector.requirements.is_empty() => noun,
                names => format!("{noun} of {}", listed(names)),
            }
        }
        Namespaces::Every => pods.name.as_deref().map_or_else(
            || if pods.selector.requirements.is_empty() { "pods".to_owned() } else { labels() },
            str::to_owned,
        ),
        Namespaces::Matching(selector) => format!("{} of namespaces({selector})", labels()),
    }
}

/// The ports of a rule, and the requests it is limited to.
pub(super) fn ports_words(rule: &Rule) -> String {
    let ports = match &rule.ports {
        Ports::Any => "any".to_owned(),
        Ports::Some(ports) => {
            let words = |port: &Port| match port {
                Port::Range(range) => range.to_string(),
                Port::Named(name) => format!("\"{name}\""),
            };
            listed(&ports.iter().map(words).collect::<Vec<String>>())
        }
    };
    match &rule.only {
        None => ports,
        Some(only) => {
            let side = if rule.only_side == Side::Egress { "asked" } else { "answered" };
            let requests: Vec<String> = only.iter().map(ToString::to_string).collect();
            format!("{ports}, {side} only for {}", listed(&requests))
        }
    }
}

/// Reason and ticket; a dash where there is neither.
pub(super) fn reason_words(rule: &Rule) -> String {
    match (&rule.origin.because, &rule.origin.ticket) {
        (Some(because), Some(ticket)) => format!("{because} ({ticket})"),
        (Some(because), None) => because.to_string(),
        (None, Some(ticket)) => ticket.to_string(),
        (None, None) => "–".to_owned(),
    }
}

/// The last day, in words that follow a sentence; nothing where there is none.
pub(super) fn until_words(rule: &Rule) -> String {
    rule.until.map(|day| format!(", until {day}")).unwrap_or_default()
}

/// A cell of a table: marks that would end it lose their power.
pub(super) fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
