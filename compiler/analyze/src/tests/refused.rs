//! What gets no answer, and what is passed over.

use indoc::indoc;

use super::{PODS, read};
use crate::{Failure, Manifest, Options, Plugin, analyze};

fn refused(text: &str) -> Vec<String> {
    match read(text) {
        Err(Failure::Refused(errors)) => errors.iter().map(ToString::to_string).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_mistake_names_object_and_place() {
    let policy = indoc! {"
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: a, namespace: shop}
        spec:
          podSelector: {}
          ingres: []
    "};
    let said = refused(&format!("{PODS}{policy}"));
    assert_eq!(said.len(), 1);
    assert!(said[0].starts_with("cluster.yaml:13: NetworkPolicy shop/a: spec"), "{said:?}");
    let pod =
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n    - ports: [{name: http}]\n";
    let said = refused(pod);
    assert!(said[0].contains("containers[0].ports[0]: missing field `containerPort`"), "{said:?}");
    let said = refused("kind: Pod\n  apiVersion: v1\n");
    assert!(said[0].contains("not readable as YAML"), "{said:?}");
    let said = refused("apiVersion: v1\nkind: Pod\nmetadata: {name: \"a,b\\nc\"}\nspec: {}\n");
    assert!(said[0].contains("is not a DNS subdomain"), "{said:?}");
}

#[test]
fn two_different_workloads_of_one_name_are_a_mistake() {
    let other = PODS.replace("app: a", "app: c");
    let said = refused(&format!("{PODS}{other}"));
    assert!(said[0].contains("Pod shop/a: stands in the manifests twice"), "{said:?}");
    let same = read(&format!("{PODS}{PODS}")).expect("the same object twice is one");
    assert_eq!(same.workloads().len(), 2);
}

#[test]
fn nothing_to_reach_is_no_answer() {
    assert_eq!(read("").err(), Some(Failure::NoWorkload));
    assert_eq!(
        read("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n").err(),
        Some(Failure::NoWorkload)
    );
}

#[test]
fn two_plug_ins_need_a_choice() {
    let both = indoc! {"
        {apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: a}, spec: {endpointSelector: {}}}
        ---
        {apiVersion: projectcalico.org/v3, kind: NetworkPolicy, metadata: {name: a}, spec: {}}
    "};
    let text = format!("{PODS}{both}");
    assert_eq!(read(&text).err(), Some(Failure::TwoPlugins));
    let options = Options { plugin: Some(Plugin::Kubernetes), ..Options::default() };
    let answer = analyze(&[Manifest { path: "cluster.yaml", text: &text }], options).expect("an answer");
    let passed_over: Vec<_> =
        answer.passed_over.iter().map(|(kind, count)| (kind.as_str(), *count)).collect();
    assert_eq!(passed_over, [("CiliumNetworkPolicy", 1), ("NetworkPolicy", 1)]);
}

#[test]
fn a_document_that_is_no_object_is_passed_over_and_told() {
    let answer = read(&format!("{PODS}- a list\n- of words\n")).expect("an answer");
    let told: Vec<String> = answer.strangers.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["cluster.yaml:8: document: no `kind` and `apiVersion`: not an object"]);
}

#[test]
fn what_cannot_be_decided_names_the_namespace() {
    let policy = indoc! {"
        apiVersion: projectcalico.org/v3
        kind: NetworkPolicy
        metadata: {name: a, namespace: shop}
        spec:
          selector: all()
          types: [Ingress]
          ingress: [{action: Allow, source: {selector: app starts with 'a'}}]
    "};
    match read(&format!("{PODS}{policy}")) {
        Err(Failure::Undecided { namespace, .. }) => assert_eq!(namespace, "shop"),
        other => panic!("{other:?}"),
    }
}
