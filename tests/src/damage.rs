//! Kinds of damage that a manifest may suffer, each done to one line of YAML.

/// A kind of damage, done to one line; none where it does not apply.
pub type Mutation = (&'static str, fn(&str) -> Option<String>);

fn swap(line: &str, from: &str, to: &str) -> Option<String> {
    line.contains(from).then(|| line.replacen(from, to, 1))
}

/// Changes the last number of a line that holds one of these words.
fn number(line: &str, words: &[&str], by: i64) -> Option<String> {
    let word = words.iter().find(|word| line.contains(**word))?;
    let at = line.find(*word)? + word.len();
    let digits: String = line[at..].chars().take_while(char::is_ascii_digit).collect();
    let new = digits.parse::<i64>().ok()? + by;
    ((0..=65535).contains(&new)).then(|| format!("{}{new}{}", &line[..at], &line[at + digits.len()..]))
}

/// Moves the length of the last address block of a line.
fn prefix(line: &str, by: i64) -> Option<String> {
    let at = line.rfind('/')?;
    let digits: String = line[at + 1..].chars().take_while(char::is_ascii_digit).collect();
    let is_block =
        line[..at].ends_with(|c: char| c.is_ascii_hexdigit() || c == ':') && line.contains(['.', ':']);
    let new = digits.parse::<i64>().ok()? + by;
    (is_block && new >= 0).then(|| format!("{}/{new}{}", &line[..at], &line[at + 1 + digits.len()..]))
}

/// Drops an item of a list that is one line.
fn drop_item(line: &str, holds: fn(&str) -> bool) -> Option<String> {
    line.trim_start().strip_prefix("- ").is_some_and(holds).then(String::new)
}

fn label_value(line: &str) -> Option<String> {
    let (key, value) = line.split_once(": ")?;
    let is_label = line.starts_with("        ")
        && !value.is_empty()
        && !key.contains('-')
        && !value.contains(['"', '/']);
    let words = [
        "port", "protocol", "operator", "key", "action", "order", "name", "endPort", "selector", "method",
        "path",
    ];
    (is_label && !words.iter().any(|word| key.ends_with(word))).then(|| format!("{key}: {value}x"))
}

const PORTS: &[&str] = &["port: ", "port: \"", "endPort: ", "- 4", "- 5", "- 8"];

/// Every kind of damage.
pub const MUTATIONS: &[Mutation] = &[
    ("the next port", |l| number(l, PORTS, 1)),
    ("the port before", |l| number(l, PORTS, -1)),
    ("a wider range of ports", |l| number(l, &["endPort: "], 7)),
    ("a narrower range of ports", |l| number(l, &["endPort: "], -1)),
    ("the end of a Calico range", |l| number(l, &["000:", "999:", "80:"], 1)),
    ("TCP to UDP", |l| swap(l, "protocol: TCP", "protocol: UDP")),
    ("UDP to TCP", |l| swap(l, "protocol: UDP", "protocol: TCP")),
    ("SCTP to TCP", |l| swap(l, "protocol: SCTP", "protocol: TCP")),
    ("TCP to SCTP", |l| swap(l, "protocol: TCP", "protocol: SCTP")),
    ("a wider block", |l| prefix(l, -1)),
    ("a narrower block", |l| prefix(l, 1)),
    ("an address or exception dropped", |l| {
        drop_item(l, |item| item.contains('/') && item.contains(['.', ':']))
    }),
    ("a type or entity dropped", |l| {
        drop_item(l, |item| item.chars().all(|c| c.is_ascii_alphabetic() || c == '-'))
    }),
    ("a port of a list dropped", |l| drop_item(l, |item| item.parse::<u16>().is_ok())),
    ("another label value", label_value),
    ("another Calico value", |l| swap(l, " == '", " == 'x")),
    ("== to !=", |l| swap(l, " == '", " != '")),
    ("&& to ||", |l| swap(l, " && ", " || ")),
    ("a Calico list", |l| swap(l, " in {'", " in {'x")),
    ("in to not in", |l| swap(l, " in {'", " not in {'")),
    ("has to !has", |l| swap(l, " has(", " !has(")),
    ("all to none", |l| swap(l, "all()", "!all()")),
    ("In to NotIn", |l| swap(l, "operator: In", "operator: NotIn")),
    ("NotIn to In", |l| swap(l, "operator: NotIn", "operator: In")),
    ("Exists to DoesNotExist", |l| swap(l, "operator: Exists", "operator: DoesNotExist")),
    ("DoesNotExist to Exists", |l| swap(l, "operator: DoesNotExist", "operator: Exists")),
    ("another namespace", |l| swap(l, "metadata.name: ", "metadata.name: x")),
    ("another Cilium namespace", |l| swap(l, "pod.namespace\": ", "pod.namespace\": x")),
    ("another Calico namespace", |l| swap(l, "projectcalico.org/name == '", "projectcalico.org/name == 'x")),
    ("the object moved", |l| swap(l, "  namespace: ", "  namespace: x")),
    ("Ingress to Egress", |l| swap(l, "- Ingress", "- Egress")),
    ("Egress to Ingress", |l| swap(l, "- Egress", "- Ingress")),
    ("Allow to Deny", |l| swap(l, "action: Allow", "action: Deny")),
    ("Deny to Allow", |l| swap(l, "action: Deny", "action: Allow")),
    ("Deny to Pass", |l| swap(l, "action: Deny", "action: Pass")),
    ("Pass to Allow", |l| swap(l, "action: Pass", "action: Allow")),
    ("Pass to Deny", |l| swap(l, "action: Pass", "action: Deny")),
    ("a passing tier denies", |l| swap(l, "defaultAction: Pass", "defaultAction: Deny")),
    ("the last tier passes", |l| swap(l, "defaultAction: Deny", "defaultAction: Pass")),
    ("another order", |l| number(l, &["order: "], 60)),
    ("default deny dropped", |l| swap(l, "ingress: true", "ingress: false")),
    ("default deny of egress dropped", |l| swap(l, "egress: true", "egress: false")),
    ("default deny added", |l| swap(l, "ingress: false", "ingress: true")),
    ("default deny of egress added", |l| swap(l, "egress: false", "egress: true")),
    ("a deny becomes an allow", |l| swap(l, "ingressDeny:", "ingress:")),
    ("an egress deny becomes an allow", |l| swap(l, "egressDeny:", "egress:")),
    ("another entity", |l| swap(l, "- remote-node", "- world")),
    ("every entity", |l| swap(l, "- kube-apiserver", "- all")),
    ("the host's entity", |l| swap(l, "- host", "- remote-node")),
    ("another name", |l| swap(l, "matchName: ", "matchName: x")),
    ("another pattern", |l| swap(l, "matchPattern: \"**.", "matchPattern: \"**.x")),
    ("another method", |l| swap(l, "method: GET", "method: PUT")),
    ("another path", |l| swap(l, "path: /", "path: /x")),
];
