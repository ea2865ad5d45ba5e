//! Sets of pods as Calico selectors.
//!
//! Every selector names Kubernetes pods positively: a negative term alone would also hold for host endpoints and network
//! sets (`CAL-03`, `CAL-06`, `CAL-28`). Literals have no escapes, so nothing is printed that could end one (`CAL-19`).

use netpol_flow::{SortedSet, Text, is_label_key, is_label_value};
use netpol_sets::{Key, PodSet, Values};

/// The label that every pod has and nothing else.
const POD: &str = "projectcalico.org/orchestrator == 'k8s'";

/// The label that Calico gives every namespace and service account: its name.
const NAME: &str = "projectcalico.org/name";

/// The longest service account name that Calico still puts on a pod (`CAL-15`).
const LONGEST_ACCOUNT: usize = 62;

/// A set of pods, part by part; the parts are joined by "and".
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Selectors {
    /// On the pods' own labels, with the guard.
    pub pods: Text,
    /// On the namespace; none where the set is that of the policy's own namespace.
    pub namespaces: Option<Text>,
    /// On the service account's name.
    pub accounts: Option<Values>,
}

/// Why a set of pods cannot be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unseen {
    /// A label key that Calico keeps for itself.
    Reserved(Text),
    /// A key, value or name that cannot stand in a selector.
    Malformed(Text),
    /// A service account whose name is too long.
    LongAccount(Text),
}

/// Writes a set of pods as seen from a policy in namespace `home`, or from a global one.
pub(super) fn selectors(set: &PodSet, home: Option<&Text>) -> Selectors {
    let mut pods = POD.to_owned();
    let (mut namespaces, mut positive, mut accounts) = (String::new(), false, None);
    for (key, values) in set.conditions() {
        match key {
            Key::Namespace => {
                let own = home.is_some_and(|home| is_only(values, home));
                if !own {
                    positive |= !values.absent && !values.all_but;
                    join(&mut namespaces, |out| name_term(values, out));
                }
            }
            Key::NamespaceLabel(key) => {
                positive |= !values.absent;
                join(&mut namespaces, |out| term(key, values, out));
            }
            Key::Label(key) => join(&mut pods, |out| term(key, values, out)),
            Key::Account => accounts = Some(values.clone()),
        }
    }
    let is_home =
        home.is_some_and(|home| is_only(&set.condition(&Key::Namespace), home)) && namespaces.is_empty();
    let namespaces = match (is_home, namespaces.is_empty(), positive) {
        (true, _, _) => None,
        (false, true, _) => Some(format!("has({NAME})")),
        (false, false, true) => Some(namespaces),
        (false, false, false) => Some(format!("has({NAME}) && {namespaces}")),
    };
    Selectors { pods: pods.into(), namespaces: namespaces.map(Text::from), accounts }
}

/// The service accounts of a set as one selector on their names.
pub(super) fn account_selector(values: &Values) -> String {
    let mut out = String::new();
    if values.all_but {
        out.push_str(&format!("has({NAME})"));
    }
    if !values.listed.is_empty() {
        join(&mut out, |out| name_term(values, out));
    }
    out
}

/// What keeps a set of pods from being written, if anything does.
pub(super) fn unseen(set: &PodSet) -> Option<Unseen> {
    for (key, values) in set.conditions() {
        let malformed = values.listed.iter().find(|value| !is_literal(value, key));
        if let Some(value) = malformed {
            return Some(Unseen::Malformed(value.clone()));
        }
        match key {
            Key::Label(key) | Key::NamespaceLabel(key) => {
                let reserved =
                    key.split('/').next().is_some_and(|prefix| {
                        prefix == "projectcalico.org"
                            || prefix.ends_with(".projectcalico.org")
                            || prefix == "io.cilium"
                    }) || ["pcns.", "pcsa.", "io.cilium."].iter().any(|start| key.starts_with(start));
                if reserved {
                    return Some(Unseen::Reserved(key.clone()));
                }
                if !is_label_key(key) {
                    return Some(Unseen::Malformed(key.clone()));
                }
            }
            Key::Account => {
                if let Some(name) = values.listed.iter().find(|name| name.len() > LONGEST_ACCOUNT) {
                    return Some(Unseen::LongAccount(name.clone()));
                }
            }
            Key::Namespace => {}
        }
    }
    None
}

/// Whether a value can stand between quotes; a service account's name may be longer than a label's value.
fn is_literal(value: &str, key: &Key) -> bool {
    match key {
        Key::Account => value.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.')),
        Key::Namespace | Key::NamespaceLabel(_) | Key::Label(_) => is_label_value(value),
    }
}

fn is_only(values: &Values, name: &Text) -> bool {
    !values.absent && !values.all_but && values.listed.len() == 1 && values.listed.contains(name)
}

fn join(out: &mut String, write: impl FnOnce(&mut String)) {
    if !out.is_empty() {
        out.push_str(" && ");
    }
    write(out);
}

/// The condition on a name, which nothing lacks.
fn name_term(values: &Values, out: &mut String) {
    if values.all_but {
        compare(NAME, "!=", "not in", &values.listed, out);
    } else {
        compare(NAME, "==", "in", &values.listed, out);
    }
}

/// The condition on one label. `!=` and `not in` hold where it is missing, as in Kubernetes (`ANY-01`).
fn term(key: &str, values: &Values, out: &mut String) {
    match (values.absent, values.all_but, values.listed.is_empty()) {
        (true, true, true) => out.push_str("all()"),
        (true, true, false) => compare(key, "!=", "not in", &values.listed, out),
        (false, true, false) => {
            out.push_str(&format!("has({key}) && "));
            compare(key, "!=", "not in", &values.listed, out);
        }
        (false, true, true) => out.push_str(&format!("has({key})")),
        (true, false, true) => out.push_str(&format!("!has({key})")),
        (true, false, false) => {
            out.push_str(&format!("(!has({key}) || "));
            compare(key, "==", "in", &values.listed, out);
            out.push(')');
        }
        (false, false, false) => compare(key, "==", "in", &values.listed, out),
        // Nothing is in the set; sets that hold nothing are dropped before they are written.
        (false, false, true) => out.push_str("!all()"),
    }
}

fn compare(key: &str, one: &str, many: &str, values: &SortedSet<Text>, out: &mut String) {
    out.push_str(key);
    if let (1, Some(value)) = (values.len(), values.first()) {
        [" ", one, " '", value, "'"].iter().for_each(|part| out.push_str(part));
        return;
    }
    out.push(' ');
    out.push_str(many);
    out.push_str(" {");
    for (at, value) in values.iter().enumerate() {
        out.push_str(if at > 0 { ", '" } else { "'" });
        out.push_str(value);
        out.push('\'');
    }
    out.push('}');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(listed: &[&str]) -> SortedSet<Text> {
        listed.iter().map(|value| Text::from(*value)).collect()
    }

    fn label(all_but: bool, absent: bool, listed: &[&str]) -> String {
        let set = PodSet::all()
            .with(Key::Label("tier".into()), &Values { absent, all_but, listed: values(listed) });
        selectors(&set, None).pods.replace(&format!("{POD} && "), "")
    }

    #[test]
    fn every_condition_on_a_label_has_its_expression() {
        assert_eq!(label(false, false, &["a"]), "tier == 'a'");
        assert_eq!(label(false, false, &["a", "b"]), "tier in {'a', 'b'}");
        assert_eq!(label(true, true, &["a"]), "tier != 'a'");
        assert_eq!(label(true, true, &["a", "b"]), "tier not in {'a', 'b'}");
        assert_eq!(label(true, false, &["a"]), "has(tier) && tier != 'a'");
        assert_eq!(label(true, false, &[]), "has(tier)");
        assert_eq!(label(false, true, &[]), "!has(tier)");
        assert_eq!(label(false, true, &["a"]), "(!has(tier) || tier == 'a')");
    }

    #[test]
    fn namespaces_are_always_named_positively() {
        let ns = |set: &PodSet, home: Option<&str>| selectors(set, home.map(Text::from).as_ref()).namespaces;
        let shop = PodSet::of_namespaces(values(&["shop"]));
        assert_eq!(ns(&PodSet::all(), None), Some("has(projectcalico.org/name)".into()));
        assert_eq!(ns(&shop, None), Some("projectcalico.org/name == 'shop'".into()));
        assert_eq!(ns(&shop, Some("shop")), None);
        assert_eq!(ns(&shop, Some("pay")), Some("projectcalico.org/name == 'shop'".into()));
        let team = |values: &Values| PodSet::all().with(Key::NamespaceLabel("team".into()), values);
        let not_sre = team(&Values { absent: true, all_but: true, listed: values(&["sre"]) });
        assert_eq!(ns(&not_sre, Some("shop")), Some("has(projectcalico.org/name) && team != 'sre'".into()));
        let own = not_sre.intersect(&shop);
        assert_eq!(ns(&own, Some("shop")), Some("has(projectcalico.org/name) && team != 'sre'".into()));
    }

    #[test]
    fn nothing_that_could_end_a_literal_is_written() {
        let set = PodSet::all().with(Key::Label("app".into()), &Values::only(values(&["x' || has(y"])));
        assert_eq!(unseen(&set), Some(Unseen::Malformed("x' || has(y".into())));
        let set = PodSet::all().with(Key::Label("projectcalico.org/namespace".into()), &Values::present());
        assert!(matches!(unseen(&set), Some(Unseen::Reserved(_))));
    }
}
