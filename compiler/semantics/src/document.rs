//! Splits manifests into objects: several documents per file, `List` kinds, unrelated kinds.

use serde::de::DeserializeOwned;

use crate::decode::decode;
use crate::error::{Fault, ReadError};
use crate::labels::is_subdomain;
use crate::node::{Node, Value, parse};

/// A file of manifests: its path, for messages, and its text.
#[derive(Clone, Copy, Debug)]
pub struct Manifest<'a> {
    /// The path that messages name.
    pub path: &'a str,
    /// YAML, of any number of documents.
    pub text: &'a str,
}

/// An object of a kind that says nothing about this target's policy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skipped {
    /// The manifest's path.
    pub path: String,
    /// The line the object begins on.
    pub line: u32,
    /// The object: `Kind namespace/name`.
    pub object: String,
}

/// One object of a manifest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Object<'n> {
    pub(crate) path: &'n str,
    /// Lines of the file before this object's document.
    before: u32,
    pub(crate) group: &'n str,
    pub(crate) version: &'n str,
    pub(crate) kind: &'n str,
    /// As written; none where absent.
    pub(crate) namespace: Option<&'n str>,
    pub(crate) name: &'n str,
    node: &'n Node<'n>,
}

/// Shows every object of a manifest, one after the other, so that no more than one document is in memory; gives what
/// could not be read as an object.
pub(crate) fn each_object(manifest: &Manifest<'_>, visit: &mut dyn FnMut(&Object<'_>)) -> Vec<ReadError> {
    let mut errors = Vec::new();
    for (before, text) in documents(manifest.text) {
        match parse(text) {
            Ok(node) => show(manifest.path, before, &node, ("", ""), visit, &mut errors),
            Err((line, reason)) => {
                let reason = format!("not readable as YAML: {reason}");
                errors.push(error(manifest.path, before.saturating_add(line), "document", reason));
            }
        }
    }
    errors
}

fn error(path: &str, line: u32, object: &str, reason: String) -> ReadError {
    ReadError { path: path.to_owned(), line, object: object.to_owned(), reason }
}

/// The documents of a stream, each with the number of lines before it. A document marker stands at the start of a
/// line and cannot occur inside a scalar (YAML 1.2.2, 9.1.2), so a split by lines is exact.
fn documents(text: &str) -> Vec<(u32, &str)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (mut found, mut begin, mut begin_line, mut offset, mut number) = (Vec::new(), 0, 0, 0, 0_u32);
    for line in text.split_inclusive('\n') {
        if is_marker(line) && offset > begin {
            found.push((begin_line, text.get(begin..offset).unwrap_or_default()));
            (begin, begin_line) = (offset, number);
        }
        offset += line.len();
        number = number.saturating_add(1);
    }
    found.push((begin_line, text.get(begin..).unwrap_or_default()));
    found.retain(|(_, document)| document.lines().any(has_content));
    found
}

fn is_marker(line: &str) -> bool {
    line.strip_prefix("---").is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']))
}

fn has_content(line: &str) -> bool {
    let line = line.trim();
    !(line.is_empty() || line.starts_with(['#', '%']) || line == "---" || line == "...")
}

/// Shows the object of a node, or those of a list; `listed_as` is the version and kind that its items may leave out.
fn show(
    path: &str,
    before: u32,
    node: &Node<'_>,
    listed_as: (&str, &str),
    visit: &mut dyn FnMut(&Object<'_>),
    errors: &mut Vec<ReadError>,
) {
    if matches!(node.value, Value::Null) {
        return;
    }
    let text = |key: &str| node.get(key).and_then(Node::text).unwrap_or_default();
    let (api_version, kind) = match (text("apiVersion"), text("kind")) {
        ("", "") => listed_as,
        written => written,
    };
    if kind.is_empty() || api_version.is_empty() {
        let line = before.saturating_add(node.line);
        errors.push(error(path, line, "document", "no `kind` and `apiVersion`: not an object".to_owned()));
        return;
    }
    if let (Some(item_kind), Some(Node { value: Value::List(items), .. })) =
        (kind.strip_suffix("List"), node.get("items"))
    {
        let listed_as = if item_kind.is_empty() { ("", "") } else { (api_version, item_kind) };
        for item in items {
            show(path, before, item, listed_as, visit, errors);
        }
        return;
    }
    let metadata = |key: &str| node.get("metadata").and_then(|m| m.get(key)).and_then(Node::text);
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    visit(&Object {
        path,
        before,
        group,
        version,
        kind,
        namespace: metadata("namespace"),
        name: metadata("name").unwrap_or_default(),
        node,
    });
}

impl Object<'_> {
    /// `Kind namespace/name`, or `Kind name` where no namespace is written.
    pub(crate) fn title(&self) -> String {
        let Object { kind, name, .. } = self;
        match &self.namespace {
            Some(namespace) => format!("{kind} {namespace}/{name}"),
            None => format!("{kind} {name}"),
        }
    }

    /// The line of a place in this object, or of the nearest place above it that exists.
    pub(crate) fn line_of(&self, place: &str) -> u32 {
        self.before.saturating_add(self.node.line_of(place))
    }

    /// The error for a fault in this object.
    pub(crate) fn error(&self, fault: &Fault) -> ReadError {
        error(self.path, self.line_of(&fault.place), &self.title(), fault.to_string())
    }

    /// The record that this object was passed over.
    pub(crate) fn skipped(&self) -> Skipped {
        let line = self.before.saturating_add(self.node.line);
        Skipped { path: self.path.to_owned(), line, object: self.title() }
    }

    /// The namespace of a namespaced object; `default` where none is written, as kubectl does without a context.
    pub(crate) fn namespace_or_default(&self) -> Result<&str, Fault> {
        let namespace = self.namespace.unwrap_or("default");
        if netpol_flow::is_dns_label(namespace) {
            Ok(namespace)
        } else {
            Err(Fault::at("metadata.namespace", format!("`{namespace}` cannot name a namespace")))
        }
    }

    /// Refuses an object without a usable name, or with fields beside `sections`.
    pub(crate) fn check_frame(&self, sections: &[&str]) -> Result<(), Fault> {
        if !is_subdomain(self.name) {
            return Err(Fault::at("metadata.name", format!("`{}` is not a DNS subdomain", self.name)));
        }
        if let Value::Map(entries) = &self.node.value {
            for (key, _) in entries {
                let known = ["apiVersion", "kind", "metadata", "status"].contains(&&**key);
                if !known && !sections.contains(&&**key) {
                    return Err(Fault::at(&**key, "unknown field"));
                }
            }
        }
        Ok(())
    }

    /// A section, such as `spec`, decoded; none where it is absent or null.
    pub(crate) fn section<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, Fault> {
        match self.node.get(key) {
            Some(Node { value: Value::Null, .. }) | None => Ok(None),
            Some(node) => decode(node).map(Some).map_err(|fault| fault.under(key)),
        }
    }

    /// The object's own labels.
    pub(crate) fn labels(&self) -> Result<std::collections::BTreeMap<String, String>, Fault> {
        match self.node.get("metadata").and_then(|metadata| metadata.get("labels")) {
            Some(Node { value: Value::Null, .. }) | None => Ok(Default::default()),
            Some(node) => decode(node).map_err(|fault| fault.under("metadata.labels")),
        }
    }
}
