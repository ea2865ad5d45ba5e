//! The answer for small clusters, and what is refused.

mod shop;
mod exact;
mod refused;

use indoc::indoc;

use crate::{Answer, Failure, Manifest, Options, analyze};

/// The answer for one file, read as its kinds say.
fn read(text: &str) -> Result<Answer, Failure> {
    analyze(&[Manifest { path: "cluster.yaml", text }], Options::default())
}

/// The connections of an answer, a line each.
fn lines(answer: &Answer) -> Vec<String> {
    let csv = crate::csv(answer);
    csv.lines().skip(1).map(|line| line.trim_end_matches(',').to_owned()).collect()
}

/// Two pods of a namespace, told apart by their label.
const PODS: &str = indoc! {"
    {apiVersion: v1, kind: Pod, metadata: {name: a, namespace: shop, labels: {app: a}}, spec: {containers: []}}
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: b, namespace: shop, labels: {app: b}}
    spec: {containers: [{ports: [{name: http, containerPort: 8080}]}]}
    ---
"};
