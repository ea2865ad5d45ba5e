//! Cilium's objects as written: strict structures, nothing interpreted.

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::decode::Word;
use crate::kubernetes::read::NumberOrName;
use crate::labels::RawSelector;

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'n"), deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct RawRule<'n> {
    pub(crate) endpoint_selector: Option<RawSelector<'n>>,
    pub(crate) node_selector: Option<RawSelector<'n>>,
    #[serde(default)]
    pub(crate) ingress: Vec<RawIngress<'n>>,
    #[serde(default)]
    pub(crate) ingress_deny: Vec<RawIngressDeny<'n>>,
    #[serde(default)]
    pub(crate) egress: Vec<RawEgress<'n>>,
    #[serde(default)]
    pub(crate) egress_deny: Vec<RawEgressDeny<'n>>,
    #[serde(default)]
    pub(crate) enable_default_deny: RawDefaultDeny,
    #[serde(rename = "labels")]
    pub(crate) _labels: Option<IgnoredAny>,
    #[serde(rename = "description")]
    pub(crate) _description: Option<Word<'n>>,
    #[serde(rename = "log")]
    pub(crate) _log: Option<IgnoredAny>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawDefaultDeny {
    pub(crate) ingress: Option<bool>,
    pub(crate) egress: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'n"), deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct RawIngress<'n> {
    pub(crate) from_endpoints: Option<Vec<RawSelector<'n>>>,
    #[serde(rename = "fromCIDR")]
    pub(crate) from_cidr: Option<Vec<Word<'n>>>,
    #[serde(rename = "fromCIDRSet")]
    pub(crate) from_cidr_set: Option<Vec<RawCidrRule<'n>>>,
    pub(crate) from_entities: Option<Vec<Word<'n>>>,
    pub(crate) from_nodes: Option<IgnoredAny>,
    pub(crate) from_groups: Option<IgnoredAny>,
    pub(crate) from_requires: Option<IgnoredAny>,
    #[serde(default)]
    pub(crate) to_ports: Vec<RawPortRule<'n>>,
    pub(crate) icmps: Option<Vec<RawIcmp<'n>>>,
    pub(crate) authentication: Option<RawAuthentication<'n>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'n"), deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct RawIngressDeny<'n> {
    pub(crate) from_endpoints: Option<Vec<RawSelector<'n>>>,
    #[serde(rename = "fromCIDR")]
    pub(crate) from_cidr: Option<Vec<Word<'n>>>,
    #[serde(rename = "fromCIDRSet")]
    pub(crate) from_cidr_set: Option<Vec<RawCidrRule<'n>>>,
    pub(crate) from_entities: Option<Vec<Word<'n>>>,
    pub(crate) from_nodes: Option<IgnoredAny>,
    pub(crate) from_groups: Option<IgnoredAny>,
    pub(crate) from_requires: Option<IgnoredAny>,
    #[serde(default)]
    pub(crate) to_ports: Vec<RawPortDenyRule<'n>>,
    pub(crate) icmps: Option<Vec<RawIcmp<'n>>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'n"), deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct RawEgress<'n> {
    pub(crate) to_endpoints: Option<Vec<RawSelector<'n>>>,
    #[serde(rename = "toCIDR")]
    pub(crate) to_cidr: Option<Vec<Word<'n>>>,
    #[serde(rename = "toCIDRSet")]
    pub(crate) to_cidr_set: Option<Vec<RawCidrRule<'n>>>,
    pub(crate) to_entities: Option<Vec<Word<'n>>>,
    #[serde(rename = "toFQDNs")]
    pub(crate) to_fqdns: Option<Vec<RawName<'n>>>,
    pub(crate) to_nodes: Option<IgnoredAny>,
    pub(crate) to_groups: Option<IgnoredAny>,
    pub(crate) to_requires: Option<IgnoredAny>,
    pub(crate) to_services: Option<IgnoredAny>,
    #[serde(default)]
    pub(crate) to_ports: Vec<RawPortRule<'n>>,
    pub(crate) icmps: Option<Vec<RawIcmp<'n>>>,
    pub(crate) authentication: Option<RawAuthentication<'n>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'n"), deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct RawEgressDeny<'n> {
    pub(crate) to_endpoints: Option<Vec<RawSelector<'n>>>,
    #[serde(rename = "toCIDR")]
    pub(crate) to_cidr: Option<Vec<Word<'n>>>,
    #[serde(rename = "toCIDRSet")]
    pub(crate) to_cidr_set: Option<Vec<RawCidrRule<'n>>>,
    pub(crate) to_entities: Option<Vec<Word<'n>>>,
    pub(crate) to_nodes: Option<IgnoredAny>,
    pub(crate) to_groups: Option<IgnoredAny>,
    pub(crate) to_requires: Option<IgnoredAny>,
    pub(crate) to_services: Option<IgnoredAny>,
    #[serde(default)]
    pub(crate) to_ports: Vec<RawPortDenyRule<'n>>,
    pub(crate) icmps: Option<Vec<RawIcmp<'n>>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'n"), deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct RawCidrRule<'n> {
    pub(crate) cidr: Option<Word<'n>>,
    pub(crate) cidr_group_ref: Option<IgnoredAny>,
    pub(crate) cidr_group_selector: Option<IgnoredAny>,
    #[serde(default)]
    pub(crate) except: Vec<Word<'n>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'n"), deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct RawName<'n> {
    pub(crate) match_name: Option<Word<'n>>,
    pub(crate) match_pattern: Option<Word<'n>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'n"), deny_unknown_fields)]
pub(crate) struct RawAuthentication<'n> {
    pub(crate) mode: Word<'n>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'n"), deny_unknown_fields)]
pub(crate) struct RawIcmp<'n> {
    #[serde(default)]
    pub(crate) fields: Vec<RawIcmpField<'n>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'n"), deny_unknown_fields)]
pub(crate) struct RawIcmpField<'n> {
    #[serde(rename = "family")]
    pub(crate) _family: Option<Word<'n>>,
    #[serde(rename = "type")]
    pub(crate) _kind: NumberOrName<'n>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'n"), deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct RawPortRule<'n> {
    #[serde(default)]
    pub(crate) ports: Vec<RawPort<'n>>,
    pub(crate) rules: Option<RawL7<'n>>,
    #[serde(rename = "terminatingTLS")]
    pub(crate) terminating_tls: Option<IgnoredAny>,
    #[serde(rename = "originatingTLS")]
    pub(crate) originating_tls: Option<IgnoredAny>,
    pub(crate) server_names: Option<IgnoredAny>,
    pub(crate) listener: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'n"), deny_unknown_fields)]
pub(crate) struct RawPortDenyRule<'n> {
    #[serde(default)]
    pub(crate) ports: Vec<RawPort<'n>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'n"), deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct RawPort<'n> {
    pub(crate) port: Option<Word<'n>>,
    pub(crate) end_port: Option<i64>,
    pub(crate) protocol: Option<Word<'n>>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'n"), deny_unknown_fields)]
pub(crate) struct RawL7<'n> {
    pub(crate) http: Option<Vec<RawHttp<'n>>>,
    pub(crate) dns: Option<Vec<RawName<'n>>>,
    pub(crate) kafka: Option<IgnoredAny>,
    pub(crate) l7: Option<IgnoredAny>,
    pub(crate) l7proto: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'n"), deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct RawHttp<'n> {
    pub(crate) method: Option<Word<'n>>,
    pub(crate) path: Option<Word<'n>>,
    pub(crate) host: Option<Word<'n>>,
    #[serde(default)]
    pub(crate) headers: Vec<Word<'n>>,
    #[serde(default)]
    pub(crate) header_matches: Vec<IgnoredAny>,
}
