//! The admission policy, evaluated: what it accepts and what it refuses.

use cel::{Context, Program, Value};
use netpol_diagnostics::Severity;
use netpol_flow::Text;
use netpol_model::Policy;

use super::super::{BACKEND, admission};
use crate::Output;
use crate::testing::{lower, namespace, policy};

const OURS: &str = "{'app.kubernetes.io/managed-by': 'netpol'}";
const THEIRS: &str = "{'app.kubernetes.io/managed-by': 'Helm'}";
const OPEN: &str = "{'podSelector': {}, 'ingress': [{}], 'policyTypes': ['Ingress']}";
const CLOSED: &str = "{'podSelector': {}, 'policyTypes': ['Ingress']}";
const ROBOT: &str = "system:serviceaccount:argocd:controller";

fn object(labels: &str, spec: &str) -> String {
    format!("{{'metadata': {{'name': 'x', 'labels': {labels}}}, 'spec': {spec}}}")
}

fn unlabelled(spec: &str) -> String {
    format!("{{'metadata': {{'name': 'x'}}, 'spec': {spec}}}")
}

/// Whether a request is accepted: the variables are bound in turn, as the API server binds them when they are used.
fn accepts(deployers: &[&str], old: &str, new: &str, user: &str) -> bool {
    let mut context = Context::default();
    let value = |context: &Context<'_, 'static>, text: &str| -> Value {
        Program::compile(text).unwrap().execute(context).unwrap_or_else(|error| panic!("{text}: {error}"))
    };
    for (name, text) in [
        ("object", new.to_owned()),
        ("oldObject", old.to_owned()),
        ("request", format!("{{'userInfo': {{'username': '{user}'}}}}")),
    ] {
        let bound = value(&context, &text);
        context.add_variable_from_value(name, bound);
    }
    let deployers: Vec<Text> = deployers.iter().map(|name| Text::from(*name)).collect();
    let mut variables = Vec::new();
    for (name, text) in admission::variables(&deployers) {
        let Value::Bool(found) = value(&context, &text) else { panic!("{name} is no truth value") };
        variables.push(format!("'{name}': {found}"));
    }
    let bound = value(&context, &format!("{{{}}}", variables.join(", ")));
    context.add_variable_from_value("variables", bound);
    value(&context, admission::rule()) == Value::Bool(true)
}

#[test]
fn what_allows_something_and_is_not_ours_is_refused() {
    for theirs in [object(THEIRS, OPEN), unlabelled(OPEN), object("{}", OPEN)] {
        assert!(!accepts(&[], "null", &theirs, "dev"), "{theirs}");
    }
    let egress = object(THEIRS, "{'podSelector': {}, 'egress': [{}], 'policyTypes': ['Egress']}");
    assert!(!accepts(&[], "null", &egress, "dev"));
    assert!(accepts(&[], "null", &object(OURS, OPEN), "dev"), "without deployers the label is believed");
}

#[test]
fn what_only_isolates_is_accepted() {
    for spec in [CLOSED, "{'podSelector': {}, 'ingress': [], 'egress': []}"] {
        assert!(accepts(&[], "null", &object(THEIRS, spec), "dev"));
        assert!(accepts(&[ROBOT], "null", &unlabelled(spec), "dev"));
    }
}

#[test]
fn with_deployers_the_label_is_not_enough() {
    assert!(!accepts(&[ROBOT], "null", &object(OURS, OPEN), "dev"));
    assert!(accepts(&[ROBOT], "null", &object(OURS, OPEN), ROBOT));
    assert!(!accepts(&[ROBOT], "null", &object(THEIRS, OPEN), ROBOT), "a deployer writes ours only");
}

#[test]
fn what_we_wrote_is_changed_and_deleted_by_deployers_only() {
    let ours = object(OURS, CLOSED);
    assert!(!accepts(&[ROBOT], &ours, "null", "dev"), "deleting what isolates would open the namespace");
    assert!(accepts(&[ROBOT], &ours, "null", ROBOT));
    assert!(accepts(&[ROBOT], &ours, "null", "system:serviceaccount:kube-system:namespace-controller"));
    assert!(!accepts(&[ROBOT], &ours, &object(THEIRS, CLOSED), "dev"), "the label is not taken off");
    assert!(!accepts(&[ROBOT], &ours, &object(THEIRS, CLOSED), ROBOT));
    assert!(accepts(&[ROBOT], &object(THEIRS, OPEN), "null", "dev"), "what others wrote, others may delete");
}

#[test]
fn a_name_cannot_end_its_string() {
    let odd = ["o'brien\\"];
    assert!(!accepts(&odd, "null", &object(OURS, OPEN), "dev"));
    assert!(accepts(&odd, "null", &object(OURS, OPEN), "o\\'brien\\\\"));
}

fn shop() -> Policy {
    policy(vec![namespace("shop", &[], vec![]), namespace("data", &[], vec![])])
}

fn built(settings: &[(&str, &str)]) -> Output {
    lower(&BACKEND, &shop(), settings)
}

#[test]
fn it_is_written_where_the_target_asks_for_it() {
    assert!(!built(&[]).files.contains_key("cluster.yaml"));
    let output = built(&[("admission", "on"), ("deployers", "system:serviceaccount:argocd:controller, ci")]);
    insta::assert_snapshot!("admission", output.files["cluster.yaml"]);
    assert!(output.files["kustomization.yaml"].contains("- cluster.yaml"));
}

#[test]
fn a_cluster_that_has_no_such_policies_is_told() {
    let old = built(&[("admission", "on"), ("version", "1.29")]);
    let errors: Vec<_> = old.diagnostics.iter().filter(|d| d.severity == Severity::Error).collect();
    assert_eq!(errors.len(), 1, "{errors:#?}");
    assert!(errors[0].title.contains("1.30"));
    assert!(built(&[("admission", "maybe")]).files.is_empty());
}
