//! Calico's objects as written: strict structures, nothing interpreted.

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::kubernetes::read::NumberOrName;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct RawPolicy {
    pub(crate) tier: Option<String>,
    pub(crate) order: Option<f64>,
    #[serde(default)]
    pub(crate) selector: String,
    #[serde(default)]
    pub(crate) namespace_selector: String,
    #[serde(default)]
    pub(crate) service_account_selector: String,
    pub(crate) types: Option<Vec<String>>,
    pub(crate) ingress: Option<Vec<RawRule>>,
    pub(crate) egress: Option<Vec<RawRule>>,
    #[serde(default)]
    pub(crate) do_not_track: bool,
    #[serde(default, rename = "preDNAT")]
    pub(crate) pre_dnat: bool,
    #[serde(default)]
    pub(crate) apply_on_forward: bool,
    /// Changes when rules are programmed, not what they mean.
    #[serde(rename = "performanceHints")]
    pub(crate) _performance_hints: Option<IgnoredAny>,
    /// Of the staged kinds only.
    pub(crate) staged_action: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct RawRule {
    pub(crate) action: String,
    pub(crate) ip_version: Option<i64>,
    pub(crate) protocol: Option<NumberOrName>,
    pub(crate) not_protocol: Option<NumberOrName>,
    pub(crate) icmp: Option<RawIcmp>,
    #[serde(rename = "notICMP")]
    pub(crate) not_icmp: Option<RawIcmp>,
    #[serde(default)]
    pub(crate) source: RawEntity,
    #[serde(default)]
    pub(crate) destination: RawEntity,
    pub(crate) http: Option<RawHttp>,
    /// Annotations for people.
    #[serde(rename = "metadata")]
    pub(crate) _metadata: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawIcmp {
    #[serde(rename = "type")]
    pub(crate) kind: Option<i64>,
    pub(crate) code: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct RawEntity {
    #[serde(default)]
    pub(crate) nets: Vec<String>,
    #[serde(default)]
    pub(crate) not_nets: Vec<String>,
    #[serde(default)]
    pub(crate) selector: String,
    #[serde(default)]
    pub(crate) not_selector: String,
    #[serde(default)]
    pub(crate) namespace_selector: String,
    #[serde(default)]
    pub(crate) ports: Vec<NumberOrName>,
    #[serde(default)]
    pub(crate) not_ports: Vec<NumberOrName>,
    pub(crate) service_accounts: Option<RawAccounts>,
    pub(crate) services: Option<RawService>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawAccounts {
    #[serde(default)]
    pub(crate) names: Vec<String>,
    #[serde(default)]
    pub(crate) selector: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawService {
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) namespace: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawHttp {
    #[serde(default)]
    pub(crate) methods: Vec<String>,
    #[serde(default)]
    pub(crate) paths: Vec<RawPath>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawPath {
    pub(crate) exact: Option<String>,
    pub(crate) prefix: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct RawTier {
    pub(crate) order: Option<f64>,
    pub(crate) default_action: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawSet {
    #[serde(default)]
    pub(crate) nets: Vec<String>,
}
