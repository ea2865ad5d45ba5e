//! Cilium's objects as written: strict structures, nothing interpreted.

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::kubernetes::read::NumberOrName;
use crate::labels::RawSelector;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct RawRule {
    pub(crate) endpoint_selector: Option<RawSelector>,
    pub(crate) node_selector: Option<RawSelector>,
    #[serde(default)]
    pub(crate) ingress: Vec<RawIngress>,
    #[serde(default)]
    pub(crate) ingress_deny: Vec<RawIngressDeny>,
    #[serde(default)]
    pub(crate) egress: Vec<RawEgress>,
    #[serde(default)]
    pub(crate) egress_deny: Vec<RawEgressDeny>,
    #[serde(default)]
    pub(crate) enable_default_deny: RawDefaultDeny,
    #[serde(rename = "labels")]
    pub(crate) _labels: Option<IgnoredAny>,
    #[serde(rename = "description")]
    pub(crate) _description: Option<String>,
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
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct RawIngress {
    pub(crate) from_endpoints: Option<Vec<RawSelector>>,
    #[serde(rename = "fromCIDR")]
    pub(crate) from_cidr: Option<Vec<String>>,
    #[serde(rename = "fromCIDRSet")]
    pub(crate) from_cidr_set: Option<Vec<RawCidrRule>>,
    pub(crate) from_entities: Option<Vec<String>>,
    pub(crate) from_nodes: Option<IgnoredAny>,
    pub(crate) from_groups: Option<IgnoredAny>,
    pub(crate) from_requires: Option<IgnoredAny>,
    #[serde(default)]
    pub(crate) to_ports: Vec<RawPortRule>,
    pub(crate) icmps: Option<Vec<RawIcmp>>,
    pub(crate) authentication: Option<RawAuthentication>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct RawIngressDeny {
    pub(crate) from_endpoints: Option<Vec<RawSelector>>,
    #[serde(rename = "fromCIDR")]
    pub(crate) from_cidr: Option<Vec<String>>,
    #[serde(rename = "fromCIDRSet")]
    pub(crate) from_cidr_set: Option<Vec<RawCidrRule>>,
    pub(crate) from_entities: Option<Vec<String>>,
    pub(crate) from_nodes: Option<IgnoredAny>,
    pub(crate) from_groups: Option<IgnoredAny>,
    pub(crate) from_requires: Option<IgnoredAny>,
    #[serde(default)]
    pub(crate) to_ports: Vec<RawPortDenyRule>,
    pub(crate) icmps: Option<Vec<RawIcmp>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct RawEgress {
    pub(crate) to_endpoints: Option<Vec<RawSelector>>,
    #[serde(rename = "toCIDR")]
    pub(crate) to_cidr: Option<Vec<String>>,
    #[serde(rename = "toCIDRSet")]
    pub(crate) to_cidr_set: Option<Vec<RawCidrRule>>,
    pub(crate) to_entities: Option<Vec<String>>,
    #[serde(rename = "toFQDNs")]
    pub(crate) to_fqdns: Option<Vec<RawName>>,
    pub(crate) to_nodes: Option<IgnoredAny>,
    pub(crate) to_groups: Option<IgnoredAny>,
    pub(crate) to_requires: Option<IgnoredAny>,
    pub(crate) to_services: Option<IgnoredAny>,
    #[serde(default)]
    pub(crate) to_ports: Vec<RawPortRule>,
    pub(crate) icmps: Option<Vec<RawIcmp>>,
    pub(crate) authentication: Option<RawAuthentication>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct RawEgressDeny {
    pub(crate) to_endpoints: Option<Vec<RawSelector>>,
    #[serde(rename = "toCIDR")]
    pub(crate) to_cidr: Option<Vec<String>>,
    #[serde(rename = "toCIDRSet")]
    pub(crate) to_cidr_set: Option<Vec<RawCidrRule>>,
    pub(crate) to_entities: Option<Vec<String>>,
    pub(crate) to_nodes: Option<IgnoredAny>,
    pub(crate) to_groups: Option<IgnoredAny>,
    pub(crate) to_requires: Option<IgnoredAny>,
    pub(crate) to_services: Option<IgnoredAny>,
    #[serde(default)]
    pub(crate) to_ports: Vec<RawPortDenyRule>,
    pub(crate) icmps: Option<Vec<RawIcmp>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct RawCidrRule {
    pub(crate) cidr: Option<String>,
    pub(crate) cidr_group_ref: Option<IgnoredAny>,
    pub(crate) cidr_group_selector: Option<IgnoredAny>,
    #[serde(default)]
    pub(crate) except: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct RawName {
    pub(crate) match_name: Option<String>,
    pub(crate) match_pattern: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawAuthentication {
    pub(crate) mode: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawIcmp {
    #[serde(default)]
    pub(crate) fields: Vec<RawIcmpField>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawIcmpField {
    #[serde(rename = "family")]
    pub(crate) _family: Option<String>,
    #[serde(rename = "type")]
    pub(crate) _kind: NumberOrName,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct RawPortRule {
    #[serde(default)]
    pub(crate) ports: Vec<RawPort>,
    pub(crate) rules: Option<RawL7>,
    #[serde(rename = "terminatingTLS")]
    pub(crate) terminating_tls: Option<IgnoredAny>,
    #[serde(rename = "originatingTLS")]
    pub(crate) originating_tls: Option<IgnoredAny>,
    pub(crate) server_names: Option<IgnoredAny>,
    pub(crate) listener: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawPortDenyRule {
    #[serde(default)]
    pub(crate) ports: Vec<RawPort>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct RawPort {
    pub(crate) port: Option<String>,
    pub(crate) end_port: Option<i64>,
    pub(crate) protocol: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawL7 {
    pub(crate) http: Option<Vec<RawHttp>>,
    pub(crate) dns: Option<Vec<RawName>>,
    pub(crate) kafka: Option<IgnoredAny>,
    pub(crate) l7: Option<IgnoredAny>,
    pub(crate) l7proto: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct RawHttp {
    pub(crate) method: Option<String>,
    pub(crate) path: Option<String>,
    pub(crate) host: Option<String>,
    #[serde(default)]
    pub(crate) headers: Vec<String>,
    #[serde(default)]
    pub(crate) header_matches: Vec<IgnoredAny>,
}
