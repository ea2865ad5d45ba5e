//! Model to manifests: one folder for each target, one plan they share, one YAML writer.
//!
//! A target is one folder and one line in [`BACKENDS`]. What it cannot say exactly it refuses with an NP07xx
//! diagnostic; nothing is dropped or approximated.

mod bound;
mod plan;
mod guardrails;
mod naming;
mod known;
mod lowering;
mod address;
mod yaml;
mod object;
mod refuse;

#[cfg(test)]
mod testing;

pub mod calico;
pub mod cilium;
pub mod kubernetes;

use std::collections::BTreeMap;

use netpol_diagnostics::Diagnostic;
use netpol_flow::{Date, Text};
use netpol_model::Policy;

pub use lowering::{BATCH, File, LIST, Lowering, built};

/// Every target, in the order they are listed to people.
pub const BACKENDS: &[&Backend] = &[&kubernetes::BACKEND, &calico::BACKEND, &cilium::BACKEND];

/// One target: what it is called, what it can say, and how a policy becomes its manifests.
#[derive(Debug)]
pub struct Backend {
    /// The name in `netpol.toml` and on the command line.
    pub name: &'static str,
    /// One line on what it is.
    pub summary: &'static str,
    /// The settings it understands, with their defaults.
    pub settings: &'static [Setting],
    /// What it can say, construct by construct.
    pub capabilities: &'static [Capability],
    /// Whether an address block takes every endpoint with such an address, pods and nodes too.
    pub compares_addresses: bool,
    /// Begins to lower a policy.
    pub begin: for<'a> fn(&Request<'a>) -> Box<dyn Lowering + 'a>,
}

/// What a back end is asked to do.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The policy of one cluster.
    pub policy: &'a Policy,
    /// The day it is built for: what has lapsed by then is left out.
    pub as_of: Date,
    /// The target's settings from the project file, by key.
    pub settings: &'a BTreeMap<Text, Text>,
}

/// A setting of a target, which says something about the cluster that changes what its objects mean.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// The key.
    pub key: &'static str,
    /// The value where the project says nothing.
    pub default: &'static str,
    /// The values it takes, in words.
    pub values: &'static str,
    /// What it is about.
    pub about: &'static str,
}

/// How well a target can say a construct.
#[derive(Clone, Copy, Debug)]
pub struct Capability {
    /// The construct, as the author writes it.
    pub construct: &'static str,
    /// Whether it is exact, exact on a condition, or refused.
    pub support: Support,
    /// The condition, or the code of the refusal and the way out.
    pub note: &'static str,
}

/// The three answers of the capability table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// Means the same, always.
    Exact,
    /// Means the same under the condition in the note, and is refused otherwise.
    Conditional,
    /// Refused.
    Refused,
}

/// What lowering gives. With an error among the diagnostics, the files must not be written.
#[derive(Clone, Debug, Default)]
pub struct Output {
    /// The files, by name relative to the output folder.
    pub files: BTreeMap<String, String>,
    /// What to tell the author.
    pub diagnostics: Vec<Diagnostic>,
}

/// The back end of this name.
pub fn backend(name: &str) -> Option<&'static Backend> {
    BACKENDS.iter().copied().find(|backend| backend.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What an author asks of a target first; every target answers in the same words.
    const CONSTRUCTS: [&str; 26] = [
        "namespace",
        "ingress-only, egress-only",
        "audit",
        "a -> b",
        "a -> ns/b, expose",
        "namespaces(selector)",
        "net",
        "internet, outside",
        "domain",
        "any",
        "nodes",
        "apiserver",
        "cluster-gateway",
        "guardrail deny",
        "guardrail except",
        "guardrail allow",
        "other-tenants",
        "fence",
        "baseline, waive",
        "undeclared closed",
        "quoted port",
        "port range",
        "sctp",
        "only http",
        "account",
        "log, alert",
    ];

    #[test]
    fn every_target_says_of_each_construct_whether_it_can() {
        for backend in BACKENDS {
            let answers: Vec<&str> = backend.capabilities.iter().map(|answer| answer.construct).collect();
            for construct in CONSTRUCTS {
                assert!(answers.contains(&construct), "{} says nothing of `{construct}`", backend.name);
            }
        }
    }
}
