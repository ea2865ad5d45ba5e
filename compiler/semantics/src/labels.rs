//! Label selectors as Kubernetes manifests write them.

use std::collections::BTreeMap;

use netpol_flow::{Operator, Requirement, Selector, is_label_value};
use serde::Deserialize;

use crate::error::{Fault, Place};

/// `matchLabels` and `matchExpressions`, as written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct RawSelector {
    #[serde(default)]
    pub(crate) match_labels: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) match_expressions: Vec<RawExpression>,
}

/// One of `matchExpressions`, as written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawExpression {
    pub(crate) key: String,
    pub(crate) operator: String,
    #[serde(default)]
    pub(crate) values: Vec<String>,
}

/// Whether the text is a DNS subdomain as the API server takes it: at most 253 characters, and no bound on one label.
///
/// Source: apimachinery `pkg/util/validation`, `IsDNS1123Subdomain`.
pub fn is_subdomain(text: &str) -> bool {
    let is_word = |word: &str| {
        let edge = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && edge(word.bytes().next())
            && edge(word.bytes().last())
    };
    text.len() <= 253 && text.split('.').all(is_word)
}

/// Whether the text may be a label key: a name, with a DNS subdomain and `/` before it or not.
pub(crate) fn is_key(text: &str) -> bool {
    let is_name = |name: &str| !name.is_empty() && is_label_value(name);
    match text.split_once('/') {
        Some((prefix, name)) => is_subdomain(prefix) && is_name(name),
        None => is_name(text),
    }
}

/// The selector, with the API server's own checks on keys, values and operators.
pub(crate) fn selector(raw: &RawSelector, place: &Place<'_>) -> Result<Selector, Fault> {
    let requirements = requirements(raw, place)?;
    for requirement in &requirements {
        if !is_key(&requirement.key) {
            return Err(Fault::at(place, format!("`{}` is not a label key", requirement.key)));
        }
        if let Some(value) = requirement.values.iter().find(|value| !is_label_value(value)) {
            return Err(Fault::at(place, format!("`{value}` is not a label value")));
        }
    }
    Ok(Selector { requirements })
}

/// The requirements, with operators and the presence of values checked, keys and values as written.
pub(crate) fn requirements(raw: &RawSelector, place: &Place<'_>) -> Result<Vec<Requirement>, Fault> {
    let mut found: Vec<Requirement> =
        raw.match_labels.iter().map(|(k, v)| Requirement::is(k.as_str(), v.as_str())).collect();
    for (index, expression) in raw.match_expressions.iter().enumerate() {
        let list = place.key("matchExpressions");
        let here = list.item(index);
        let operator = match expression.operator.as_str() {
            "In" => Operator::In,
            "NotIn" => Operator::NotIn,
            "Exists" => Operator::Exists,
            "DoesNotExist" => Operator::DoesNotExist,
            other => return Err(Fault::at(here, format!("`{other}` is not an operator"))),
        };
        let wants_values = matches!(operator, Operator::In | Operator::NotIn);
        if wants_values == expression.values.is_empty() {
            let want = if wants_values { "needs values" } else { "takes no values" };
            return Err(Fault::at(here, format!("`{}` {want}", expression.operator)));
        }
        let values = expression.values.iter().map(|value| value.as_str().into()).collect();
        found.push(Requirement { key: expression.key.as_str().into(), operator, values });
    }
    Ok(found)
}
