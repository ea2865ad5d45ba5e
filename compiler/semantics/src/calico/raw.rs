//! Calico's objects as written: strict structures, nothing interpreted.

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::decode::Word;
use crate::kubernetes::read::NumberOrName;

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'n"), deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct RawPolicy<'n> {
    pub(crate) tier: Option<Word<'n>>,
    pub(crate) order: Option<f64>,
    #[serde(default)]
    pub(crate) selector: Word<'n>,
    #[serde(default)]
    pub(crate) namespace_selector: Word<'n>,
    #[serde(default)]
    pub(crate) service_account_selector: Word<'n>,
    pub(crate) types: Option<Vec<Word<'n>>>,
    pub(crate) ingress: Option<Vec<RawRule<'n>>>,
    pub(crate) egress: Option<Vec<RawRule<'n>>>,
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
    pub(crate) staged_action: Option<Word<'n>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'n"), deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct RawRule<'n> {
    pub(crate) action: Word<'n>,
    pub(crate) ip_version: Option<i64>,
    pub(crate) protocol: Option<NumberOrName<'n>>,
    pub(crate) not_protocol: Option<NumberOrName<'n>>,
    pub(crate) icmp: Option<RawIcmp>,
    #[serde(rename = "notICMP")]
    pub(crate) not_icmp: Option<RawIcmp>,
    #[serde(default)]
    pub(crate) source: RawEntity<'n>,
    #[serde(default)]
    pub(crate) destination: RawEntity<'n>,
    pub(crate) http: Option<RawHttp<'n>>,
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
#[serde(bound(deserialize = "'de: 'n"), deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct RawEntity<'n> {
    #[serde(default)]
    pub(crate) nets: Vec<Word<'n>>,
    #[serde(default)]
    pub(crate) not_nets: Vec<Word<'n>>,
    #[serde(default)]
    pub(crate) selector: Word<'n>,
    #[serde(default)]
    pub(crate) not_selector: Word<'n>,
    #[serde(default)]
    pub(crate) namespace_selector: Word<'n>,
    #[serde(default)]
    pub(crate) ports: Vec<NumberOrName<'n>>,
    #[serde(default)]
    pub(crate) not_ports: Vec<NumberOrName<'n>>,
    pub(crate) service_accounts: Option<RawAccounts<'n>>,
    pub(crate) services: Option<RawService<'n>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'n"), deny_unknown_fields)]
pub(crate) struct RawAccounts<'n> {
    #[serde(default)]
    pub(crate) names: Vec<Word<'n>>,
    #[serde(default)]
    pub(crate) selector: Word<'n>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'n"), deny_unknown_fields)]
pub(crate) struct RawService<'n> {
    #[serde(default)]
    pub(crate) name: Word<'n>,
    #[serde(default)]
    pub(crate) namespace: Word<'n>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'n"), deny_unknown_fields)]
pub(crate) struct RawHttp<'n> {
    #[serde(default)]
    pub(crate) methods: Vec<Word<'n>>,
    #[serde(default)]
    pub(crate) paths: Vec<RawPath<'n>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'n"), deny_unknown_fields)]
pub(crate) struct RawPath<'n> {
    pub(crate) exact: Option<Word<'n>>,
    pub(crate) prefix: Option<Word<'n>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(bound(deserialize = "'de: 'n"), deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct RawTier<'n> {
    pub(crate) order: Option<f64>,
    pub(crate) default_action: Option<Word<'n>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(bound(deserialize = "'de: 'n"), deny_unknown_fields)]
pub(crate) struct RawSet<'n> {
    #[serde(default)]
    pub(crate) nets: Vec<Word<'n>>,
}
