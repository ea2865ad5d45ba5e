//! What the project says of the cluster this target builds for.

use std::collections::BTreeMap;

use netpol_diagnostics::{Code, Diagnostic};
use netpol_flow::Text;

use super::findings::Findings;
use crate::Setting;

/// The settings, for `netpol.toml`.
pub(super) const SETTINGS: &[Setting] = &[
    Setting {
        key: "version",
        default: "1.33",
        values: "a Kubernetes version, such as 1.29",
        about: "the oldest API server the objects must work on; port ranges need 1.25, `admission` 1.30",
    },
    Setting {
        key: "admission",
        default: "off",
        values: "`on` or `off`",
        about: "whether to write an admission policy that keeps NetworkPolicies of others from allowing anything",
    },
    Setting {
        key: "deployers",
        default: "",
        values: "user names with commas between",
        about: "who alone may write and delete what netpol builds, held by the admission policy",
    },
];

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

/// The first version with `admissionregistration.k8s.io/v1` ValidatingAdmissionPolicy (Kubernetes documentation,
/// "Validating Admission Policy": stable since 1.30).
const ADMISSION: (u32, u32) = (1, 30);

/// Whether an admission policy is asked for.
pub(super) fn wants_admission(settings: &BTreeMap<Text, Text>) -> bool {
    settings.get("admission").is_some_and(|written| matches!(&**written, "on" | "true"))
}

/// The users that may write what netpol builds.
pub(super) fn deployers(settings: &BTreeMap<Text, Text>) -> Vec<Text> {
    let written = settings.get("deployers").map(|text| &**text).unwrap_or_default();
    written.split(',').map(str::trim).filter(|name| !name.is_empty()).map(Text::from).collect()
}

/// Tells a wrong value of `admission`, and a cluster that has no such policies.
pub(super) fn check_admission(settings: &BTreeMap<Text, Text>, findings: &mut Findings) {
    let written = settings.get("admission").map(|text| &**text).unwrap_or("off");
    if !matches!(written, "on" | "true" | "off" | "false") {
        let told = Diagnostic::new(Code(3), format!("`{written}` is neither `on` nor `off`"));
        findings.add(told.note("it is the setting `admission` of target `kubernetes`"));
    }
    let version = settings.get("version").and_then(|written| parse_version(written));
    if wants_admission(settings) && version.is_some_and(|version| version < ADMISSION) {
        let told = Diagnostic::new(Code(3), "an admission policy needs Kubernetes 1.30");
        let told = told.note("the setting `version` of target `kubernetes` is older");
        findings.add(told.help("drop `admission`, or raise `version` where the cluster is newer"));
    }
}

fn parse_version(text: &str) -> Option<(u32, u32)> {
    let (major, rest) = text.trim().trim_start_matches('v').split_once('.')?;
    let minor = rest.split('.').next()?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
