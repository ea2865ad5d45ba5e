//! Splits manifests into objects: several documents per file, `List` kinds, unrelated kinds.

use serde::de::Deserialize;

use crate::decode::decode;
use crate::error::{Fault, ReadError};
use crate::labels::is_subdomain;
use crate::node::{Cell, Node, Value, parse};

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
#[derive(Clone, Copy, Debug)]
pub struct Object<'n> {
    pub(crate) path: &'n str,
    /// Lines of the file before this object's document.
    before: u32,
    /// The API group; empty for the core group.
    pub group: &'n str,
    /// The version inside the group.
    pub version: &'n str,
    /// The kind.
    pub kind: &'n str,
    /// The namespace as written; none where absent.
    pub namespace: Option<&'n str>,
    /// The name; empty where absent.
    pub name: &'n str,
    node: Node<'n>,
}

/// The documents of manifests, all kept, for who needs to go over their objects more than once.
#[derive(Clone, Debug, Default)]
pub struct Documents<'m> {
    parsed: Vec<(&'m str, u32, Vec<Cell<'m>>)>,
    /// Documents that are not YAML.
    pub errors: Vec<ReadError>,
}

/// Parses every document of the manifests.
pub fn read_documents<'m>(manifests: &[Manifest<'m>]) -> Documents<'m> {
    let mut found = Documents::default();
    for manifest in manifests {
        if let Some(error) = odd_break(manifest) {
            found.errors.push(error);
            continue;
        }
        for (before, text) in documents(manifest.text) {
            let mut cells = Vec::new();
            match parse_document(manifest.path, before, text, &mut cells) {
                Ok(()) => found.parsed.push((manifest.path, before, cells)),
                Err(error) => found.errors.push(error),
            }
        }
    }
    found
}

impl Documents<'_> {
    /// The objects as they are written, the items of lists one by one; and the documents that are YAML, and no object
    /// that a cluster could hold, because they have no `kind` and `apiVersion`.
    pub fn objects(&self) -> (Vec<Object<'_>>, Vec<ReadError>) {
        let (mut objects, mut strangers) = (Vec::new(), Vec::new());
        for (path, before, cells) in &self.parsed {
            let document = Node::of(cells);
            show(path, *before, document, ("", ""), &mut |object| objects.push(*object), &mut strangers);
        }
        (objects, strangers)
    }
}

/// Shows every object of a manifest, one after the other, so that no more than one document is in memory; gives what
/// could not be read as an object.
pub(crate) fn each_object(manifest: &Manifest<'_>, visit: &mut dyn FnMut(&Object<'_>)) -> Vec<ReadError> {
    if let Some(error) = odd_break(manifest) {
        return vec![error];
    }
    let (mut errors, mut cells) = (Vec::new(), Vec::new());
    for (before, text) in documents(manifest.text) {
        match parse_document(manifest.path, before, text, &mut cells) {
            Ok(()) => {
                let document = Node::of(&cells);
                show(manifest.path, before, document, ("", ""), &mut |object| visit(object), &mut errors);
            }
            Err(error) => errors.push(error),
        }
    }
    errors
}

/// Refuses a file with a character that ends a line for some readers of YAML and for others, or for people, does not: after
/// it a comment may go on as a rule.
///
/// Source: YAML 1.1, 4.2 "Line Break Characters" against YAML 1.2.2, 5.4; go-yaml, which kubectl and the API server use,
/// breaks lines at all of them (`yamlprivateh.go`, `is_break`).
fn odd_break(manifest: &Manifest<'_>) -> Option<ReadError> {
    let text = manifest.text;
    if text.is_ascii() && memchr::memchr(b'\r', text.as_bytes()).is_none() {
        return None;
    }
    let mut letters = text.chars().peekable();
    let mut line = 1_u32;
    while let Some(letter) = letters.next() {
        let is_odd = match letter {
            '\r' => letters.peek() != Some(&'\n'),
            _ => matches!(letter, '\u{85}' | '\u{2028}' | '\u{2029}'),
        };
        if is_odd {
            let reason = format!(
                "the character U+{:04X} ends a line for some readers and not for others: remove it",
                u32::from(letter)
            );
            return Some(error(manifest.path, line, "document", reason));
        }
        line = line.saturating_add(u32::from(letter == '\n'));
    }
    None
}

fn parse_document<'t>(
    path: &str,
    before: u32,
    text: &'t str,
    cells: &mut Vec<Cell<'t>>,
) -> Result<(), ReadError> {
    parse(text, cells).map_err(|(line, reason)| {
        error(path, before.saturating_add(line), "document", format!("not readable as YAML: {reason}"))
    })
}

fn error(path: &str, line: u32, object: &str, reason: String) -> ReadError {
    ReadError { path: path.to_owned(), line, object: object.to_owned(), reason }
}

/// The documents of a stream, each with the number of lines before it. A document marker stands at the start of a
/// line and cannot occur inside a scalar (YAML 1.2.2, 9.1.2), so a split by lines is exact.
fn documents(text: &str) -> Vec<(u32, &str)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (mut found, mut begin, mut number) = (Vec::new(), 0, 0_u32);
    for marker in memchr::memmem::find_iter(text.as_bytes(), "---") {
        let Some((before, after)) = text.split_at_checked(marker) else { continue };
        let starts_a_line = before.ends_with('\n') && marker > begin;
        if starts_a_line && is_marker(after) {
            let document = text.get(begin..marker).unwrap_or_default();
            found.push((number, document));
            number = number.saturating_add(count_lines(document));
            begin = marker;
        }
    }
    found.push((number, text.get(begin..).unwrap_or_default()));
    found.retain(|(_, document)| document.lines().any(has_content));
    found
}

fn count_lines(text: &str) -> u32 {
    u32::try_from(memchr::memchr_iter(b'\n', text.as_bytes()).count()).unwrap_or(u32::MAX)
}

fn is_marker(line: &str) -> bool {
    line.strip_prefix("---").is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']))
}

fn has_content(line: &str) -> bool {
    let line = line.trim();
    !(line.is_empty() || line.starts_with(['#', '%']) || line == "---" || line == "...")
}

/// Shows the object of a node, or those of a list; `listed_as` is the version and kind that its items may leave out.
fn show<'n>(
    path: &'n str,
    before: u32,
    node: Node<'n>,
    listed_as: (&'n str, &'n str),
    visit: &mut dyn FnMut(&Object<'n>),
    errors: &mut Vec<ReadError>,
) {
    if node.is_null() {
        return;
    }
    let text = |key: &str| node.get(key).and_then(Node::text).unwrap_or_default();
    let (api_version, kind) = match (text("apiVersion"), text("kind")) {
        ("", "") => listed_as,
        written => written,
    };
    if kind.is_empty() || api_version.is_empty() {
        let line = before.saturating_add(node.line());
        errors.push(error(path, line, "document", "no `kind` and `apiVersion`: not an object".to_owned()));
        return;
    }
    let items = node.get("items").filter(|items| matches!(items.value(), Value::List));
    if let (Some(item_kind), Some(items)) = (kind.strip_suffix("List"), items) {
        let listed_as = if item_kind.is_empty() { ("", "") } else { (api_version, item_kind) };
        for item in items.items() {
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

impl<'n> Object<'n> {
    /// `Kind namespace/name`, or `Kind name` where no namespace is written.
    pub fn title(&self) -> String {
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
    pub fn error(&self, fault: &Fault) -> ReadError {
        error(self.path, self.line_of(&fault.place), &self.title(), fault.to_string())
    }

    /// The record that this object was passed over.
    pub fn skipped(&self) -> Skipped {
        let line = self.before.saturating_add(self.node.line());
        Skipped { path: self.path.to_owned(), line, object: self.title() }
    }

    /// The namespace of a namespaced object; `default` where none is written, as kubectl does without a context.
    pub fn namespace_or_default(&self) -> Result<&str, Fault> {
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
        for (key, _) in self.node.entries() {
            let known = ["apiVersion", "kind", "metadata", "status"].contains(&key);
            if !known && !sections.contains(&key) {
                return Err(Fault::at(key, "unknown field"));
            }
        }
        Ok(())
    }

    /// A section, such as `spec`, decoded; none where it is absent or null.
    pub fn section<T: Deserialize<'n>>(&self, key: &str) -> Result<Option<T>, Fault> {
        match self.node.get(key).filter(|node| !node.is_null()) {
            None => Ok(None),
            Some(node) => decode(node).map(Some).map_err(|fault| fault.under(key)),
        }
    }

    /// The object's own labels.
    pub fn labels(&self) -> Result<std::collections::BTreeMap<String, String>, Fault> {
        let labels = self.node.get("metadata").and_then(|metadata| metadata.get("labels"));
        match labels.filter(|labels| !labels.is_null()) {
            None => Ok(Default::default()),
            Some(node) => decode(node).map_err(|fault| fault.under("metadata.labels")),
        }
    }
}
