//! The example projects under `examples/`: their sources, their README, and what stands in it.
//!
//! A README may hold, as fenced blocks:
//!
//! | block | meaning |
//! | --- | --- |
//! | `flows` | connections with their verdicts, as in `tests/spec`; `flows,cluster=NAME` asks about that cluster |
//! | `pairs,namespace=NAME` | `caller called port` lines: every other pair of that namespace's workloads, and a pod that is none of them, is denied on every port that is named |
//! | `text,report` | the warnings of a build; without the block there are none |
//! | `refused` | back ends that refuse the project, with the code, one in a line |

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use netpol_backends::{Backend, backend};
use netpol_driver::{Compiled, Date, Loaded, Options, Purpose, Target, compile, load_project};
use netpol_flow::{Endpoint, Flow, Pod, Protocol, Relation, Text, Verdict};
use netpol_model::Policy;

use crate::book::{Block, blocks};
use crate::shelf::Shelf;
use crate::spec;

/// The day the examples are built on. What is committed is what a build of this day writes.
pub const DAY: &str = "2026-11-21";

/// One example.
#[derive(Clone, Debug)]
pub struct Example {
    /// The name of its folder.
    pub name: String,
    /// Its README.
    pub readme: String,
    /// The project file and the sources, by path.
    pub files: BTreeMap<String, String>,
}

/// The folder of all examples.
pub fn folder() -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples")).to_owned()
}

/// The day the examples are built on.
pub fn day() -> Date {
    DAY.parse().expect("the day exists")
}

/// Every example, by name.
pub fn all() -> Vec<Example> {
    let entries = std::fs::read_dir(folder()).expect("the examples");
    let mut names: Vec<String> = entries
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names.iter().map(|name| Example::read(name)).collect()
}

impl Example {
    /// The example in a folder.
    pub fn read(name: &str) -> Example {
        let root = folder().join(name);
        let readme = std::fs::read_to_string(root.join("README.md"))
            .unwrap_or_else(|error| panic!("examples/{name}/README.md: {error}"));
        let mut files = BTreeMap::new();
        collect(&root, &root, &mut files);
        Example { name: name.to_owned(), readme, files }
    }

    /// The blocks of the README.
    pub fn blocks(&self, language: &str) -> Vec<Block> {
        blocks(&self.readme).into_iter().filter(|block| block.language() == language).collect()
    }

    /// The project, read.
    pub fn load(&self) -> Loaded {
        load_project(&Shelf(self.files.clone()), Path::new(""))
    }

    /// The project, built in memory as of [`DAY`].
    pub fn build(&self) -> Compiled {
        compile(self.load(), &Options { as_of: day(), targets: Vec::new(), purpose: Purpose::Build })
    }

    /// The same project with one target of this back end alone; a setting is kept where the project has such a target.
    pub fn build_for(&self, name: &str) -> Compiled {
        let mut loaded = self.load();
        let chosen: &'static Backend = backend(name).unwrap_or_else(|| panic!("no back end is `{name}`"));
        let targets = &mut loaded.project.targets;
        let cluster = targets.first().and_then(|target| target.cluster.clone());
        *targets = vec![Target {
            name: name.into(),
            backend: chosen,
            backend_span: None,
            cluster,
            output: format!("dist/{name}"),
            settings: BTreeMap::new(),
            cluster_span: None,
            output_span: None,
        }];
        compile(loaded, &Options { as_of: day(), targets: Vec::new(), purpose: Purpose::Build })
    }
}

/// The project file and the sources under a folder; what was built is no source.
fn collect(root: &Path, at: &Path, files: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(at).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() && !path.ends_with("dist") {
            collect(root, &path, files);
        } else if path.extension().is_some_and(|found| found == "netpol" || found == "toml") {
            let inside = path.strip_prefix(root).expect("inside").to_string_lossy().into_owned();
            files.insert(inside, std::fs::read_to_string(&path).expect("a text"));
        }
    }
}

/// The view of a cluster; the only one where none is named.
pub fn view<'a>(views: &'a [Policy], cluster: Option<&str>) -> Option<&'a Policy> {
    match cluster {
        Some(name) => views.iter().find(|view| view.cluster.name.as_deref() == Some(name)),
        None => views.first(),
    }
}

/// What a `flows` or `pairs` block asks, and the verdict it promises.
pub fn questions(policy: &Policy, block: &Block) -> Result<Vec<(Flow, Verdict)>, String> {
    match (block.language(), block.option("namespace")) {
        ("pairs", Some(namespace)) => pairs(policy, namespace, &block.body),
        ("pairs", None) => Err("`pairs` says no `namespace=`".to_owned()),
        _ => {
            let rows = block.body.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
            rows.map(|line| spec::parse_flow(policy, line).map_err(|reason| format!("{line}: {reason}")))
                .collect()
        }
    }
}

/// A pod that no workload of the namespace selects.
const STRANGER: &str = "stranger";
/// A port that nobody listens on.
const UNUSED: u16 = 22;

/// Every pair of workloads on every port that is named, and what the table says of it.
fn pairs(policy: &Policy, namespace: &str, table: &str) -> Result<Vec<(Flow, Verdict)>, String> {
    let mut rows = BTreeSet::new();
    for line in table.lines().filter(|line| !line.trim().is_empty()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let &[caller, called, port] = words.as_slice() else {
            return Err(format!("{line}: not three words"));
        };
        let port: u16 = port.parse().map_err(|_| format!("{line}: no port"))?;
        rows.insert((caller.to_owned(), called.to_owned(), port));
    }
    let known = policy.namespaces.get(namespace).ok_or_else(|| format!("no namespace `{namespace}`"))?;
    let names: Vec<Text> = known.workloads.keys().cloned().chain([STRANGER.into()]).collect();
    let named = rows.iter().flat_map(|(caller, called, _)| [caller, called]);
    if let Some(unknown) = named.filter(|name| !names.iter().any(|known| **known == ***name)).min() {
        return Err(format!("`{unknown}` is no workload of `{namespace}`"));
    }
    let ports: BTreeSet<u16> = rows.iter().map(|(_, _, port)| *port).chain([UNUSED]).collect();
    let mut found = Vec::new();
    for (caller, called) in names.iter().flat_map(|one| names.iter().map(move |other| (one, other))) {
        for port in &ports {
            let flow = Flow {
                source: pod(policy, namespace, caller)?,
                destination: pod(policy, namespace, called)?,
                relation: Relation::Apart,
                protocol: Protocol::Tcp,
                port: *port,
                request: None,
            };
            let is_listed = rows.contains(&(caller.to_string(), called.to_string(), *port));
            found.push((flow, if is_listed { Verdict::Allow } else { Verdict::Deny }));
        }
    }
    Ok(found)
}

/// A pod of a workload. Two of them differ in their address, so that a pair of one workload is no pod that calls itself.
fn pod(policy: &Policy, namespace: &str, workload: &str) -> Result<Endpoint, String> {
    if workload == STRANGER {
        let mut pod = Pod::new(namespace);
        pod.labels.insert(STRANGER.into(), "yes".into());
        pod.address = "10.244.9.9".parse().ok();
        return Ok(Endpoint::Pod(Arc::new(pod)));
    }
    let line = format!("{namespace}/{workload} -> {namespace}/{workload}:1/TCP deny");
    spec::parse_flow(policy, &line).map(|(flow, _)| flow.source)
}
