//! What every emitted object has, and the files they go into.

use std::collections::{BTreeMap, BTreeSet};

use netpol_flow::Text;
use netpol_model::{Layer, Origin, Policy};

use crate::yaml::{self, Yaml, list, map, text};

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
    /// The rules it carries, for its annotations; in the order they stand in it.
    pub origins: Vec<std::sync::Arc<Origin>>,
    /// `spec`.
    pub spec: Yaml,
}

/// The longest text of all annotations of one object that is still far below Kubernetes' limit of 256 KiB.
const LONGEST_ANNOTATION: usize = 60_000;

impl Object {
    fn into_yaml(self) -> Yaml {
        let mut metadata = vec![("name".to_owned(), text(&self.name))];
        if let Some(namespace) = &self.namespace {
            metadata.push(("namespace".to_owned(), text(&**namespace)));
        }
        metadata.push((
            "labels".to_owned(),
            map([
                ("app.kubernetes.io/managed-by", text("netpol")),
                ("netpol.dev/layer", text(layer_word(self.layer.as_ref()))),
            ]),
        ));
        let annotations = self.annotations();
        if !annotations.is_empty() {
            metadata.push(("annotations".to_owned(), map(annotations)));
        }
        map([
            ("apiVersion", text(self.api_version)),
            ("kind", text(self.kind)),
            ("metadata", Yaml::Map(metadata)),
            ("spec", self.spec),
        ])
    }

    fn annotations(&self) -> Vec<(&'static str, Yaml)> {
        let mut out = Vec::new();
        match &self.layer {
            Some(Layer::App(name)) => out.push(("netpol.dev/app", text(&**name))),
            Some(Layer::Baseline(name)) => out.push(("netpol.dev/baseline", text(&**name))),
            Some(Layer::Guardrail(name)) => out.push(("netpol.dev/guardrail", text(&**name))),
            Some(Layer::Namespace | Layer::Fence) | None => {}
        }
        let mut add = |key, lines: Vec<String>| {
            let mut joined = distinct(lines).join("\n");
            if joined.len() > LONGEST_ANNOTATION {
                let end = (0..=LONGEST_ANNOTATION).rev().find(|at| joined.is_char_boundary(*at)).unwrap_or(0);
                joined.truncate(end);
                joined.push_str("\n(cut)");
            }
            if !joined.is_empty() {
                out.push((key, text(joined)));
            }
        };
        let all =
            |field: fn(&Origin) -> Option<String>| self.origins.iter().filter_map(|o| field(o)).collect();
        add("netpol.dev/source", all(|o| Some(format!("{}:{} {}", o.file, o.line, o.text))));
        add("netpol.dev/because", all(|o| o.because.as_ref().map(ToString::to_string)));
        add("netpol.dev/ticket", all(|o| o.ticket.as_ref().map(ToString::to_string)));
        add("netpol.dev/owner", all(|o| o.owner.as_ref().map(ToString::to_string)));
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

fn distinct(lines: Vec<String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    lines.into_iter().filter(|line| seen.insert(line.clone())).collect()
}

/// The files of a target: one for each namespace, `cluster.yaml` for cluster-wide objects, and `kustomization.yaml`.
///
/// Objects keep the order they are given in.
pub(crate) fn files(policy: &Policy, target: &str, objects: Vec<Object>) -> BTreeMap<String, String> {
    let mut by_file: BTreeMap<String, Vec<Object>> = BTreeMap::new();
    for object in objects {
        let stem = object.namespace.as_deref().unwrap_or("cluster");
        // A namespace may be called `cluster` or `kustomization`; those names are taken.
        let file = match (&object.namespace, stem) {
            (Some(_), "cluster" | "kustomization") => format!("namespace-{stem}.yaml"),
            _ => format!("{stem}.yaml"),
        };
        by_file.entry(file).or_default().push(object);
    }
    let place = match &policy.cluster.name {
        Some(cluster) => format!("{target}, cluster {cluster}"),
        None => target.to_owned(),
    };
    let header = format!("Written by netpol for {place}. Change the .netpol source, not this file.");
    let kustomization = map([
        ("apiVersion", text("kustomize.config.k8s.io/v1beta1")),
        ("kind", text("Kustomization")),
        ("resources", list(by_file.keys().map(|file| text(file.as_str())))),
    ]);
    let print = |(file, objects): (String, Vec<Object>)| {
        let documents: Vec<Yaml> = objects.into_iter().map(Object::into_yaml).collect();
        (file, yaml::print(&header, &documents))
    };
    let mut files: BTreeMap<String, String> = by_file.into_iter().map(print).collect();
    files.insert("kustomization.yaml".to_owned(), yaml::print(&header, &[kustomization]));
    files
}

/// The comment above a rule: the line it comes from, and why.
pub(crate) fn comment(origin: &Origin) -> Vec<String> {
    let mut lines = vec![format!("{}:{} {}", origin.file, origin.line, origin.text)];
    lines.extend(origin.because.iter().map(|reason| format!("because {reason}")));
    lines
}
