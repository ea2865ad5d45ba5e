//! What every emitted object has, and the files they go into.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use netpol_flow::Text;
use netpol_model::{Layer, Origin, Policy};

use crate::File;
use crate::yaml::{self, Yaml, field, list, map, text, text_field};

/// An object, ready to print.
#[derive(Clone, Debug)]
pub(crate) struct Object {
    /// `networking.k8s.io/v1`.
    pub api_version: &'static str,
    /// `NetworkPolicy`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// Its namespace; none for a cluster-wide object.
    pub namespace: Option<Text>,
    /// The layer its rules belong to; none for the object that isolates.
    pub layer: Option<Layer>,
    /// The rules it carries, for its annotations.
    pub origins: Vec<Arc<Origin>>,
    /// `spec`.
    pub spec: Yaml,
}

/// The longest text of all annotations of one object that is still far below Kubernetes' limit of 256 KiB.
const LONGEST_ANNOTATION: usize = 60_000;

impl Object {
    /// Prints it as a document.
    fn print(&self, out: &mut String) {
        out.push_str("---\n");
        text_field("apiVersion", self.api_version, 0, out);
        text_field("kind", self.kind, 0, out);
        out.push_str("metadata:\n");
        text_field("name", &self.name, 2, out);
        self.namespace.iter().for_each(|namespace| text_field("namespace", namespace, 2, out));
        out.push_str("  labels:\n");
        text_field("app.kubernetes.io/managed-by", "netpol", 4, out);
        text_field("netpol.dev/layer", layer_word(self.layer.as_ref()), 4, out);
        let annotations = self.annotations();
        if !annotations.is_empty() {
            out.push_str("  annotations:\n");
        }
        annotations.iter().for_each(|(key, value)| text_field(key, value, 4, out));
        field("spec", &self.spec, 0, out);
    }

    fn annotations(&self) -> Vec<(&'static str, Cow<'_, str>)> {
        let mut out = Vec::with_capacity(4);
        match &self.layer {
            Some(Layer::App(name)) => out.push(("netpol.dev/app", Cow::Borrowed(&**name))),
            Some(Layer::Baseline(name)) => out.push(("netpol.dev/baseline", Cow::Borrowed(&**name))),
            Some(Layer::Guardrail(name)) => out.push(("netpol.dev/guardrail", Cow::Borrowed(&**name))),
            Some(Layer::Namespace | Layer::Fence) | None => {}
        }
        let mut add = |key, mut joined: String| {
            if joined.len() > LONGEST_ANNOTATION {
                let end = (0..=LONGEST_ANNOTATION).rev().find(|at| joined.is_char_boundary(*at)).unwrap_or(0);
                joined.truncate(end);
                joined.push_str("\n(cut)");
            }
            if !joined.is_empty() {
                out.push((key, joined.into()));
            }
        };
        let origins = &self.origins;
        let all = |field: fn(&Origin) -> Option<&Text>| {
            distinct(origins.iter().filter_map(|origin| field(origin)).map(|text| &**text)).join("\n")
        };
        add("netpol.dev/source", sources(origins));
        add("netpol.dev/because", all(|origin| origin.because.as_ref()));
        add("netpol.dev/ticket", all(|origin| origin.ticket.as_ref()));
        add("netpol.dev/owner", all(|origin| origin.owner.as_ref()));
        out
    }
}

fn layer_word(layer: Option<&Layer>) -> &'static str {
    match layer {
        None => "default",
        Some(Layer::Guardrail(_)) => "guardrail",
        Some(Layer::Fence) => "fence",
        Some(Layer::Namespace) => "namespace",
        Some(Layer::App(_)) => "app",
        Some(Layer::Baseline(_)) => "baseline",
    }
}

/// Where rules come from: each file on a line of its own with the numbers of its lines, `shop.netpol:3,7,8`.
fn sources(origins: &[Arc<Origin>]) -> String {
    let mut places: Vec<(&str, u32)> = origins.iter().map(|origin| (&*origin.file, origin.line)).collect();
    places.sort_unstable();
    places.dedup();
    let mut out = String::new();
    let mut number = itoa::Buffer::new();
    for file in places.chunk_by(|(one, _), (other, _)| one == other) {
        for (at, (path, line)) in file.iter().enumerate() {
            match (at, out.is_empty()) {
                (0, true) => out.extend([path, ":"]),
                (0, false) => out.extend(["\n", path, ":"]),
                (_, _) => out.push(','),
            }
            out.push_str(number.format(*line));
        }
    }
    out
}

fn distinct<'l>(lines: impl Iterator<Item = &'l str>) -> Vec<&'l str> {
    let mut seen = BTreeSet::new();
    lines.filter(|line| seen.insert(*line)).collect()
}

/// The comment above a rule: the line it comes from, why, and what else there is to say.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Comment {
    /// Where the rule comes from.
    pub origin: Arc<Origin>,
    /// A line below that.
    pub note: Option<&'static str>,
}

impl Comment {
    /// What a rule's origin says.
    pub(crate) fn of(origin: &Arc<Origin>) -> Comment {
        Comment { origin: Arc::clone(origin), note: None }
    }

    /// Gives its lines in turn, each in parts.
    pub(crate) fn each(&self, mut line: impl FnMut(&[&str])) {
        let Origin { file, line: number, text, because, .. } = &*self.origin;
        line(&[file, ":", itoa::Buffer::new().format(*number), " ", text]);
        if let Some(reason) = because {
            line(&["because ", reason]);
        }
        self.note.into_iter().for_each(|note| line(&[note]));
    }
}

/// A target's files: one for each namespace, `cluster.yaml` for cluster-wide objects, and `kustomization.yaml`.
pub(crate) struct Files {
    header: String,
}

impl Files {
    /// The files of this target.
    pub(crate) fn of(policy: &Policy, target: &str) -> Files {
        let place = match &policy.cluster.name {
            Some(cluster) => format!("{target}, cluster {cluster}"),
            None => target.to_owned(),
        };
        let mut header = String::new();
        let line = ["Written by netpol for ", &place, ". Change the .netpol source, not this file."];
        yaml::comment(&line, 0, &mut header);
        Files { header }
    }

    /// The file of these objects, which are all of one namespace or all cluster-wide, in their order; none of nothing.
    pub(crate) fn file(&self, objects: Vec<Object>) -> Option<File> {
        let namespace = objects.first()?.namespace.clone();
        let stem = namespace.as_deref().unwrap_or("cluster");
        // A namespace may be called `cluster` or `kustomization`; those names are taken. None has a dot in its own.
        let name = match (&namespace, stem) {
            (Some(_), "cluster" | "kustomization") => format!("namespace.{stem}.yaml"),
            _ => format!("{stem}.yaml"),
        };
        Some(File { name, text: self.print(&objects), objects: objects.len() })
    }

    /// The text of a file, in no more memory than it needs.
    fn print(&self, objects: &[Object]) -> String {
        thread_local! {
            static PAGE: RefCell<String> = const { RefCell::new(String::new()) };
        }
        PAGE.with_borrow_mut(|page| {
            page.clear();
            page.push_str(&self.header);
            objects.iter().for_each(|object| object.print(page));
            page.as_str().to_owned()
        })
    }

    /// The list of files with these names. The `first` of them are listed before the others, and with any of those the
    /// list is kept in its order instead of being sorted by kind.
    pub(crate) fn kustomization(&self, names: &[String], first: &[&str]) -> String {
        let is_first = |file: &&String| first.contains(&file.as_str());
        let (head, tail): (Vec<&String>, Vec<&String>) = names.iter().partition(is_first);
        let mut list_of =
            vec![("apiVersion", text("kustomize.config.k8s.io/v1beta1")), ("kind", text("Kustomization"))];
        if !first.is_empty() {
            list_of.push(("sortOptions", map([("order", text("fifo"))])));
        }
        list_of.push(("resources", list(head.into_iter().chain(tail).map(|file| text(file.clone())))));
        let mut kustomization = self.header.clone();
        yaml::print(&map(list_of), &mut kustomization);
        kustomization
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_namespace_called_like_a_file_of_ours_has_a_name_no_namespace_can_have() {
        let files = Files::of(&Policy::default(), "kubernetes");
        let object = |namespace: Option<&str>| Object {
            api_version: "v1",
            kind: "Thing",
            name: "x".to_owned(),
            namespace: namespace.map(Text::from),
            layer: None,
            origins: Vec::new(),
            spec: map::<&str>([]),
        };
        let name = |namespace| files.file(vec![object(namespace)]).map(|file| file.name);
        assert_eq!(name(None).as_deref(), Some("cluster.yaml"));
        assert_eq!(name(Some("cluster")).as_deref(), Some("namespace.cluster.yaml"));
        assert_eq!(name(Some("kustomization")).as_deref(), Some("namespace.kustomization.yaml"));
        assert_eq!(name(Some("shop")).as_deref(), Some("shop.yaml"));
    }
}
