//! What the project says of the cluster this target builds for.

use std::collections::BTreeMap;

use netpol_diagnostics::{Code, Diagnostic};
use netpol_flow::Text;

use super::findings::Findings;
use crate::Setting;

/// The settings, for `netpol.toml`.
pub(super) const SETTINGS: &[Setting] = &[Setting {
    key: "version",
    default: "1.33",
    values: "a Kubernetes version, such as 1.29",
    about: "the oldest API server the objects must work on; port ranges need 1.25",
}];

/// The first version on which every conformant plug-in honours `endPort` (Kubernetes documentation, "Targeting a range
/// of ports": stable since 1.25).
const END_PORT: (u32, u32) = (1, 25);

/// Whether the objects may use `endPort` (`K8S-08`).
pub(super) fn has_end_port(settings: &BTreeMap<Text, Text>, findings: &mut Findings) -> bool {
    let Some(written) = settings.get("version") else { return true };
    let version = parse_version(written);
    if version.is_none() {
        findings.add(
            Diagnostic::new(Code(3), format!("`{written}` is no Kubernetes version"))
                .note("it is the setting `version` of target `kubernetes`")
                .help("write it like `1.33`"),
        );
    }
    version.is_none_or(|version| version >= END_PORT)
}

fn parse_version(text: &str) -> Option<(u32, u32)> {
    let (major, rest) = text.trim().trim_start_matches('v').split_once('.')?;
    let minor = rest.split('.').next()?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
