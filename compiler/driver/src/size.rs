//! How long a project is, and how long what it is built to.
//!
//! Only lines that a person would have to write count: no blank lines, no comments, and of a manifest neither the marks
//! between its objects nor the labels and annotations that netpol adds to say where they come from.

use netpol_diagnostics::Sources;

use crate::compile::{Compiled, Manifests};

/// The lines of the project's own sources, without blank ones and comments.
///
/// What is left out: `netpol.toml`, and the library.
pub fn source_lines(sources: &Sources, library: u32) -> usize {
    let own = sources
        .iter()
        .take(library as usize)
        .map(|(_, source)| source)
        .filter(|source| source.path.ends_with(".netpol"));
    own.map(|source| source.text.lines().filter(|line| is_written(line)).count()).sum()
}

impl Compiled {
    /// The lines of the project's own sources, without blank ones and comments.
    pub fn source_lines(&self) -> usize {
        source_lines(&self.sources, self.library)
    }
}

impl Manifests {
    /// The lines of the policies in its files that a person would have to write to say the same; the admission policy
    /// and `kustomization.yaml` are not among them.
    pub fn lines(&self) -> usize {
        let files = self.files.iter().filter(|(name, _)| *name != "kustomization.yaml");
        let objects = files.flat_map(|(_, text)| text.split("\n---\n"));
        objects.filter(|object| !object.contains("\nkind: ValidatingAdmission")).map(yaml_lines).sum()
    }
}

fn is_written(line: &str) -> bool {
    let line = line.trim_start();
    !line.is_empty() && !line.starts_with('#')
}

/// The lines of an object, without the `labels` and `annotations` of its own metadata.
fn yaml_lines(text: &str) -> usize {
    let mut count = 0;
    let (mut is_metadata, mut is_ours) = (false, false);
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        if indent == 0 {
            is_metadata = line == "metadata:";
        }
        if indent <= 2 {
            is_ours = is_metadata && matches!(line, "  labels:" | "  annotations:");
        }
        count += usize::from(is_written(line) && !is_ours);
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_person_would_write_counts() {
        let text = "# netpol\napiVersion: v1\nkind: P\nmetadata:\n  name: web\n  labels:\n    a: b\n  annotations:\n    \
                    c: |-\n      d\nspec:\n  # why\n  podSelector:\n    labels: {}\n\n";
        // apiVersion, kind, metadata, name, spec, podSelector, and the `labels` that are no mark of ours.
        assert_eq!(yaml_lines(text), 7);
    }

    #[test]
    fn the_library_and_the_project_file_do_not_count() {
        let mut sources = Sources::default();
        sources.add("netpol.toml", "edition = 2026\n");
        sources.add("a.netpol", "# why\n\nnamespace a\n  all -> all:1\n");
        sources.add("std/k8s", "namespace b\n");
        assert_eq!(source_lines(&sources, 2), 2);
    }
}
