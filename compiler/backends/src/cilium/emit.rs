//! Rules as objects: grouped by what they are about, split where they grow too large, named apart.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use netpol_diagnostics::{Code, Diagnostic, Severity};
use netpol_flow::{Side, Text};
use netpol_model::{Alert, Layer, Origin, Rule};
use netpol_sets::PodSet;

use super::cannot::Cannot;
use super::peers::Verb;
use super::report::Report;
use super::selector::{Conjunction, Scope, conjunctions, selector};
use crate::naming::{object_name, short_hash};
use crate::object::{Comment, Object};
use crate::yaml::{Yaml, map, text};

/// The size at which an object is cut: well below the 1 MiB that the API server takes (amendment B25).
const LARGE: usize = 600_000;

/// The size at which an object that cannot be cut is refused; its annotations take the rest of 1 MiB.
const TOO_LARGE: usize = 750_000;

/// What an object is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct About {
    /// Its namespace; none for a cluster-wide object.
    pub namespace: Option<Text>,
    /// The layer its rules belong to.
    pub layer: Layer,
    /// What its name is made of.
    pub parts: Vec<Text>,
    /// The pods it selects.
    pub subject: PodSet,
    /// Whether the parts of the name say which pods these are.
    pub by_name: bool,
    /// The tag its flows have in the log.
    pub log: Option<String>,
    /// Whether a side it has rules on is isolated by it.
    pub isolates: bool,
}

/// The rules of one object.
#[derive(Clone, Debug)]
struct Group {
    about: About,
    rules: Vec<(Side, Verb, Yaml, Arc<Origin>)>,
}

/// Objects in the making, in the order they were begun.
#[derive(Debug, Default)]
pub(super) struct Groups {
    index: BTreeMap<About, usize>,
    groups: Vec<Group>,
}

/// An object begun.
#[derive(Clone, Copy, Debug)]
pub(super) struct At(usize);

impl Groups {
    /// The object about this, begun if need be; one without rules is not written.
    pub fn at(&mut self, about: About) -> At {
        if let Some(at) = self.index.get(&about) {
            return At(*at);
        }
        let at = self.groups.len();
        self.groups.push(Group { about: about.clone(), rules: Vec::new() });
        self.index.insert(about, at);
        At(at)
    }

    /// Adds rules that come from `origin`, with its line above each and `note` below that.
    pub fn add(
        &mut self,
        At(at): At,
        (side, verb): (Side, Verb),
        rules: Vec<Yaml>,
        origin: &Arc<Origin>,
        note: Option<&'static str>,
    ) {
        let Some(group) = self.groups.get_mut(at) else { return };
        let comment = Comment { note, ..Comment::of(origin) };
        for rule in rules {
            group.rules.push((side, verb, Yaml::item(&comment, rule), Arc::clone(origin)));
        }
    }

    /// The objects; a subject that no single selector selects gives one for each.
    pub fn objects(self, report: &mut Report) -> Vec<Object> {
        let mut out = Vec::new();
        for Group { about, rules } in self.groups {
            // What cannot be selected has been refused where the rule was added.
            let Ok(mut subjects) = conjunctions(&about.subject, scope(&about)) else { continue };
            let several = subjects.len() > 1 || !about.by_name;
            let Some(last) = subjects.pop() else { continue };
            let parts = parts_of(rules);
            for subject in &subjects {
                for (at, part) in parts.iter().enumerate() {
                    out.push(object(&about, subject, (several, at), part.clone(), report));
                }
            }
            for (at, part) in parts.into_iter().enumerate() {
                out.push(object(&about, &last, (several, at), part, report));
            }
        }
        out
    }
}

fn scope(about: &About) -> Scope {
    if about.namespace.is_some() { Scope::Own } else { Scope::Cluster }
}

/// Refuses a subject that no selector can select, before rules are added for it.
pub(super) fn check_subject(about: &About) -> Result<(), Cannot> {
    conjunctions(&about.subject, scope(about)).map(|_| ())
}

/// Objects of one kind and namespace that have one name get a hash of what they are about; the first keeps its name.
pub(super) fn name_apart(objects: &mut [Object]) {
    let mut taken: BTreeSet<(&'static str, Option<Text>, String)> = BTreeSet::new();
    for object in objects {
        let mut salt = format!("{:?}", object.layer);
        while !taken.insert((object.kind, object.namespace.clone(), object.name.clone())) {
            object.name = object_name(&[&object.name, &short_hash(&salt)], usize::MAX);
            salt.push('+');
        }
    }
}

type Line = (Side, Verb, Yaml, Arc<Origin>);

/// Cuts the rules where their object would grow too large; each part repeats isolation.
fn parts_of(rules: Vec<Line>) -> Vec<Vec<Line>> {
    let mut parts: Vec<Vec<Line>> = Vec::new();
    let mut size = usize::MAX;
    for line in rules {
        let more = line.2.weight();
        match parts.last_mut() {
            Some(part) if size.saturating_add(more) <= LARGE => {
                size += more;
                part.push(line);
            }
            Some(_) | None => {
                size = more;
                parts.push(vec![line]);
            }
        }
    }
    parts
}

fn object(
    about: &About,
    subject: &Conjunction,
    (several, at): (bool, usize),
    lines: Vec<Line>,
    report: &mut Report,
) -> Object {
    let size = lines.iter().map(|(_, _, rule, _)| rule.weight()).sum::<usize>();
    if size + conjunction_weight(subject) > TOO_LARGE {
        report.add(too_large(about, &lines));
    }
    let mut fields =
        [("ingress", vec![]), ("ingressDeny", vec![]), ("egress", vec![]), ("egressDeny", vec![])];
    let [ingress, ingress_deny, egress, egress_deny] = &mut fields;
    let mut origins = Vec::with_capacity(lines.len());
    for (side, verb, rule, origin) in lines {
        match (side, verb) {
            (Side::Ingress, Verb::Allow) => ingress.1.push(rule),
            (Side::Ingress, Verb::Deny) => ingress_deny.1.push(rule),
            (Side::Egress, Verb::Allow) => egress.1.push(rule),
            (Side::Egress, Verb::Deny) => egress_deny.1.push(rule),
        }
        origins.push(origin);
    }
    let isolates = |rules: &[Yaml]| about.isolates && !rules.is_empty();
    let mut spec = vec![
        ("endpointSelector", selector(subject)),
        ("enableDefaultDeny", default_deny(isolates(&ingress.1), isolates(&egress.1))),
    ];
    if let Some(value) = &about.log {
        spec.push(("log", map([("value", text(value.clone()))])));
    }
    let filled = fields.into_iter().filter(|(_, rules)| !rules.is_empty());
    spec.extend(filled.map(|(field, rules)| (field, Yaml::List(rules))));
    Object {
        api_version: "cilium.io/v2",
        kind: kind(about.namespace.as_ref()),
        name: name(about, subject, (several, at)),
        namespace: about.namespace.clone(),
        layer: Some(about.layer.clone()),
        origins,
        spec: map(spec),
    }
}

fn name(about: &About, subject: &Conjunction, (several, at): (bool, usize)) -> String {
    let mut parts: Vec<String> = about.parts.iter().map(ToString::to_string).collect();
    if let Some(log) = &about.log {
        parts.extend(log.split(' ').next().map(str::to_owned));
    }
    if several {
        let shown: Vec<String> = subject.iter().map(ToString::to_string).collect();
        parts.push(short_hash(&shown.join(",")));
    }
    if at > 0 {
        parts.push((at + 1).to_string());
    }
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    object_name(&parts, usize::MAX)
}

/// The kind of an object of this namespace, or of none.
pub(super) fn kind(namespace: Option<&Text>) -> &'static str {
    if namespace.is_some() { "CiliumNetworkPolicy" } else { "CiliumClusterwideNetworkPolicy" }
}

/// `enableDefaultDeny` with both sides written (`CIL-04`).
pub(super) fn default_deny(ingress: bool, egress: bool) -> Yaml {
    map([("ingress", Yaml::Flag(ingress)), ("egress", Yaml::Flag(egress))])
}

/// How loud a rule's flows are in the log; none where it asks for nothing.
pub(super) fn log_word(rule: &Rule) -> Option<&'static str> {
    match rule.alert {
        Some(Alert::Critical) => Some("critical"),
        Some(Alert::Warning) => Some("warning"),
        None => rule.log.then_some("log"),
    }
}

/// The tag of a rule's flows in Hubble: what it is for, in at most 32 printable characters.
pub(super) fn log_tag(rule: &Rule, about: &str) -> Option<String> {
    let word = log_word(rule)?;
    Some(format!("{word} {about}").chars().map(|c| if c.is_control() { ' ' } else { c }).take(32).collect())
}

fn conjunction_weight(conjunction: &Conjunction) -> usize {
    conjunction.iter().flat_map(|requirement| &requirement.values).map(|value| value.len() + 3).sum()
}

fn too_large(about: &About, lines: &[Line]) -> Diagnostic {
    let title = format!("a policy about `{}` is larger than Kubernetes stores", about.parts.join("/"));
    let diagnostic = Diagnostic::new(Code(710), title).severity(Severity::Error);
    let diagnostic = match lines.first() {
        Some((_, _, _, origin)) => crate::refuse::at_origin(diagnostic, origin, "too many names in one rule"),
        None => diagnostic,
    };
    diagnostic.note("an object holds at most 1 MiB").help("select namespaces by label, or split the rule")
}
