//! A policy becomes files namespace by namespace, so that nobody has to hold more than one of them.

use std::collections::BTreeMap;

use netpol_diagnostics::{Diagnostic, Severity};
use netpol_flow::Text;
use netpol_model::Policy;
use rayon::prelude::*;

use crate::{Backend, Output, Request};

/// A file of manifests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name in the output folder.
    pub name: String,
    /// Its text.
    pub text: String,
    /// How many objects it holds.
    pub objects: usize,
}

impl File {
    /// The file that lists the others.
    pub(crate) fn list(text: String) -> File {
        File { name: LIST.to_owned(), text, objects: 0 }
    }
}

/// The name of the file that lists the others.
pub const LIST: &str = "kustomization.yaml";

/// A policy on its way to the files of one target.
pub trait Lowering: Send + Sync {
    /// The file of what is cluster-wide; none where nothing is. It is known before any namespace is asked for.
    fn cluster(&self) -> Option<&File>;

    /// The file of a namespace; none where nothing is written for it. What there is to tell of it is kept.
    fn namespace(&self, name: &Text) -> Option<File>;

    /// Whether there is any use in asking for more: not once a namespace has taken too many steps, so that a policy with a
    /// thousand such namespaces is refused as soon as one with a few.
    fn goes_on(&self) -> bool;

    /// The file that lists those of these names, and everything there is to tell. With an error among it, no file may be
    /// written.
    fn finish(self: Box<Self>, names: &[String]) -> (File, Vec<Diagnostic>);
}

/// So many namespaces are lowered side by side before it is asked whether to go on.
pub const BATCH: usize = 64;

impl Backend {
    /// Lowers a whole policy: every file, or the diagnostics that say why there is none.
    pub fn lower(&self, request: &Request<'_>) -> Output {
        let lowering = (self.begin)(request);
        let mut files: BTreeMap<String, String> = BTreeMap::new();
        let mut add = |file: File| files.insert(file.name, file.text);
        lowering.cluster().cloned().map(&mut add);
        for batch in built(request.policy).chunks(BATCH) {
            let found: Vec<File> = batch.par_iter().filter_map(|name| lowering.namespace(name)).collect();
            found.into_iter().for_each(|file| drop(add(file)));
            if !lowering.goes_on() {
                break;
            }
        }
        let names: Vec<String> = files.keys().cloned().collect();
        let (list, diagnostics) = lowering.finish(&names);
        if diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
            return Output { diagnostics, ..Output::default() };
        }
        files.insert(list.name, list.text);
        Output { files, diagnostics }
    }
}

/// The namespaces that a policy writes files for.
pub fn built(policy: &Policy) -> Vec<&Text> {
    policy
        .namespaces
        .values()
        .filter(|namespace| !namespace.external)
        .map(|namespace| &namespace.name)
        .collect()
}
