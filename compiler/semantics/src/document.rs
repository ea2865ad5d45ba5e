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

/// One object of a manifest, of whatever kind.
#[derive(Clone, Debug)]
pub struct Object {
    pub(crate) path: String,
    /// Lines of the file before this object's document.
    before: u32,
    /// The API group; empty for the core group.
    pub group: String,
    /// The version inside the group.
    pub version: String,
    /// The kind.
    pub kind: String,
    /// The namespace as written; none where absent.
    pub namespace: Option<String>,
    /// The name; empty where absent.
    pub name: String,
    node: Node,
}

/// What manifests hold.
#[derive(Clone, Debug, Default)]
pub struct Documents {
    /// The objects, in the order they are written; the items of lists one by one.
    pub objects: Vec<Object>,
    /// Documents without `kind` and `apiVersion`: YAML, and no object that a cluster could hold.
    pub strangers: Vec<ReadError>,
    /// Documents that are not YAML.
    pub errors: Vec<ReadError>,
}

/// Splits manifests into objects.
pub fn read_documents(manifests: &[Manifest<'_>]) -> Documents {
    let mut found = Documents::default();
    for manifest in manifests {
        for (before, text) in documents(manifest.text) {
            match parse(text) {
                Ok(node) => collect(manifest.path, before, node, "", &mut found),
                Err((line, reason)) => {
                    let reason = format!("not readable as YAML: {reason}");
                    found.errors.push(error(manifest.path, before.saturating_add(line), "document", reason));
                }
            }
        }
    }
    found
}

/// Every object of the manifests, and what could not be read as an object.
pub(crate) fn objects(manifests: &[Manifest<'_>]) -> (Vec<Object>, Vec<ReadError>) {
    let Documents { objects, strangers, mut errors } = read_documents(manifests);
    errors.extend(strangers);
    (objects, errors)
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

fn collect(path: &str, before: u32, node: Node, listed_as: &str, found: &mut Documents) {
    if matches!(node.value, Value::Null) {
        return;
    }
    let line = before.saturating_add(node.line);
    let text = |key: &str| node.get(key).and_then(Node::text).unwrap_or_default().to_owned();
    let (listed_version, listed_kind) = listed_as.split_once(' ').unwrap_or_default();
    let mut kind = text("kind");
    let mut api_version = text("apiVersion");
    if kind.is_empty() && api_version.is_empty() {
        (kind, api_version) = (listed_kind.to_owned(), listed_version.to_owned());
    }
    if kind.is_empty() || api_version.is_empty() {
        let reason = "no `kind` and `apiVersion`: not an object".to_owned();
        found.strangers.push(error(path, line, "document", reason));
        return;
    }
    if let (true, Some(Node { value: Value::List(_), .. })) = (kind.ends_with("List"), node.get("items")) {
        let inherited = match kind.strip_suffix("List") {
            Some("") | None => String::new(),
            Some(item) => format!("{api_version} {item}"),
        };
        for item in items(node) {
            collect(path, before, item, &inherited, found);
        }
        return;
    }
    let metadata = |key: &str| node.get("metadata").and_then(|m| m.get(key)).and_then(Node::text);
    let (group, version) = api_version.split_once('/').unwrap_or(("", &api_version));
    found.objects.push(Object {
        path: path.to_owned(),
        before,
        group: group.to_owned(),
        version: version.to_owned(),
        kind,
        namespace: metadata("namespace").map(str::to_owned),
        name: metadata("name").unwrap_or_default().to_owned(),
        node,
    });
}

fn items(list: Node) -> Vec<Node> {
    if let Value::Map(entries) = list.value {
        for (key, node) in entries {
            if let ("items", Value::List(items)) = (key.as_str(), node.value) {
                return items;
            }
        }
    }
    Vec::new()
}

impl Object {
    /// `Kind namespace/name`, or `Kind name` where no namespace is written.
    pub fn title(&self) -> String {
        let Object { kind, name, .. } = self;
        match &self.namespace {
            Some(namespace) => format!("{kind} {namespace}/{name}"),
            None => format!("{kind} {name}"),
        }
    }

    /// The error for a fault in this object.
    pub fn error(&self, fault: &Fault) -> ReadError {
        let line = self.before.saturating_add(self.node.line_of(&fault.place));
        error(&self.path, line, &self.title(), fault.to_string())
    }

    /// The record that this object was passed over.
    pub fn skipped(&self) -> Skipped {
        let line = self.before.saturating_add(self.node.line);
        Skipped { path: self.path.clone(), line, object: self.title() }
    }

    /// The namespace of a namespaced object; `default` where none is written, as kubectl does without a context.
    pub fn namespace_or_default(&self) -> Result<&str, Fault> {
        let namespace = self.namespace.as_deref().unwrap_or("default");
        if netpol_flow::is_dns_label(namespace) {
            Ok(namespace)
        } else {
            Err(Fault::at("metadata.namespace", format!("`{namespace}` cannot name a namespace")))
        }
    }

    /// Refuses an object without a usable name, or with fields beside `sections`.
    pub(crate) fn check_frame(&self, sections: &[&str]) -> Result<(), Fault> {
        if !is_subdomain(&self.name) {
            return Err(Fault::at("metadata.name", format!("`{}` is not a DNS subdomain", self.name)));
        }
        if let Value::Map(entries) = &self.node.value {
            for (key, _) in entries {
                let known = ["apiVersion", "kind", "metadata", "status"].contains(&key.as_str());
                if !known && !sections.contains(&key.as_str()) {
                    return Err(Fault::at(key.as_str(), "unknown field"));
                }
            }
        }
        Ok(())
    }

    /// A section, such as `spec`, decoded; none where it is absent or null.
    pub fn section<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, Fault> {
        match self.node.get(key) {
            Some(Node { value: Value::Null, .. }) | None => Ok(None),
            Some(node) => decode(node).map(Some).map_err(|fault| fault.under(key)),
        }
    }

    /// The object's own labels.
    pub fn labels(&self) -> Result<std::collections::BTreeMap<String, String>, Fault> {
        match self.node.get("metadata").and_then(|metadata| metadata.get("labels")) {
            Some(Node { value: Value::Null, .. }) | None => Ok(Default::default()),
            Some(node) => decode(node).map_err(|fault| fault.under("metadata.labels")),
        }
    }
}
