//! An admission policy that keeps NetworkPolicies of others from widening what this build declares.
//!
//! NetworkPolicies add up, so one object of somebody else can allow what a guardrail denies (NP0707). The API server can
//! refuse such an object: a ValidatingAdmissionPolicy, stable since Kubernetes 1.30, asks three questions of each
//! NetworkPolicy in a declared namespace. Does it allow anything? Is it one of ours, by its label? Who sends it? Without
//! `deployers` the label is believed; with them only those may write what carries it, and change or delete what we wrote.
//!
//! Source: Kubernetes API reference, ValidatingAdmissionPolicy v1, `spec.validations.expression`: `object` is null for
//! DELETE and `oldObject` for CREATE; `spec.variables` are evaluated when used.

use netpol_flow::{Date, NAMESPACE_NAME_LABEL, Side, Text};
use netpol_model::{Enforcement, Namespace, Policy};

use crate::object::Object;
use crate::yaml::{Yaml, list, map, text};

/// The name of both objects.
const NAME: &str = "netpol-others-add-nothing";
const GROUP: &str = "admissionregistration.k8s.io/v1";

/// Controllers that delete objects because something else was deleted.
const CONTROLLERS: [&str; 2] = [
    "system:serviceaccount:kube-system:generic-garbage-collector",
    "system:serviceaccount:kube-system:namespace-controller",
];

/// Whether what is in `object` is one of ours.
const IS_OURS: &str = "object != null && has(object.metadata.labels) && \
                       'app.kubernetes.io/managed-by' in object.metadata.labels && \
                       object.metadata.labels['app.kubernetes.io/managed-by'] == 'netpol'";

/// Whether the object allows anything at all: what only isolates widens nothing.
const ALLOWS: &str = "object != null && has(object.spec) && ((has(object.spec.ingress) && size(object.spec.ingress) > 0) || \
                      (has(object.spec.egress) && size(object.spec.egress) > 0))";

/// What must hold of each request.
const RULE: &str = "variables.wasOurs ? variables.mayDeploy && (object == null || variables.isOurs) : \
                    !variables.allows || (variables.isOurs && variables.mayDeploy)";

const MESSAGE: &str = "NetworkPolicies of this namespace are built by netpol: change its .netpol source instead. \
                       Objects that allow nothing are fine.";

/// The policy and its binding; none where no namespace is enforced.
pub(super) fn objects(policy: &Policy, day: Date, deployers: &[Text]) -> Vec<Object> {
    let is_closed = |namespace: &&Namespace| {
        let enforced = |side: &Side| namespace.enforcement(*side, day) == Enforcement::Enforced;
        !namespace.external && Side::BOTH.iter().any(enforced)
    };
    let names: Vec<Yaml> =
        policy.namespaces.values().filter(is_closed).map(|namespace| text(&namespace.name)).collect();
    if names.is_empty() {
        return Vec::new();
    }
    let object = |kind: &'static str, spec: Yaml| Object {
        api_version: GROUP,
        kind,
        name: NAME.to_owned(),
        namespace: None,
        layer: None,
        origins: Vec::new(),
        spec,
    };
    vec![
        object("ValidatingAdmissionPolicy", policy_spec(deployers)),
        object("ValidatingAdmissionPolicyBinding", binding_spec(names)),
    ]
}

fn policy_spec(deployers: &[Text]) -> Yaml {
    let words = |words: &[&'static str]| list(words.iter().map(|word| text(*word)));
    // Without deployers nobody is told apart, so there is no one to keep from deleting.
    let operations: &[&'static str] =
        if deployers.is_empty() { &["CREATE", "UPDATE"] } else { &["CREATE", "UPDATE", "DELETE"] };
    let matched = map([(
        "resourceRules",
        list([map([
            ("apiGroups", words(&["networking.k8s.io"])),
            ("apiVersions", words(&["*"])),
            ("operations", words(operations)),
            ("resources", words(&["networkpolicies"])),
        ])]),
    )]);
    let variable = |name: &'static str, expression: String| {
        map([("name", text(name)), ("expression", text(expression))])
    };
    let variables = variables(deployers).into_iter().map(|(name, expression)| variable(name, expression));
    let validation =
        map([("expression", text(RULE)), ("message", text(MESSAGE)), ("reason", text("Forbidden"))]);
    map([
        ("failurePolicy", text("Fail")),
        ("matchConstraints", matched),
        ("variables", list(variables)),
        ("validations", list([validation])),
    ])
}

/// The variables of the policy, each with its expression.
pub(super) fn variables(deployers: &[Text]) -> [(&'static str, String); 4] {
    let was_ours = IS_OURS.replace("object", "oldObject");
    let may_deploy = if deployers.is_empty() {
        "true".to_owned()
    } else {
        let users = deployers.iter().map(|user| &**user).chain(CONTROLLERS).map(quoted);
        format!("request.userInfo.username in [{}]", users.collect::<Vec<_>>().join(", "))
    };
    [
        ("isOurs", IS_OURS.to_owned()),
        ("wasOurs", was_ours),
        ("allows", ALLOWS.to_owned()),
        ("mayDeploy", may_deploy),
    ]
}

/// What must hold of each request, as the policy says it.
#[cfg(test)]
pub(super) fn rule() -> &'static str {
    RULE
}

fn binding_spec(names: Vec<Yaml>) -> Yaml {
    let named = map([("key", text(NAMESPACE_NAME_LABEL)), ("operator", text("In")), ("values", list(names))]);
    map([
        ("policyName", text(NAME)),
        ("validationActions", list([text("Deny"), text("Audit")])),
        ("matchResources", map([("namespaceSelector", map([("matchExpressions", list([named]))]))])),
    ])
}

/// A CEL string (language definition, "String and Bytes Values").
fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\\', "\\\\").replace('\'', "\\'"))
}
