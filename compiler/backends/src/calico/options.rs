//! The target's settings, read from the project file.

use netpol_flow::Text;

use crate::{Request, Setting};

/// The settings the target understands.
pub(super) const SETTINGS: &[Setting] = &[
    Setting {
        key: "version",
        default: "3.30",
        values: "`3.29`, `3.30`, `3.31` or `3.32`",
        about: "the Calico release; staged policies exist from 3.30",
    },
    Setting {
        key: "endpoint-to-host",
        default: "accept",
        values: "`accept`, `drop` or `unknown`",
        about: "`defaultEndpointToHostAction` of the cluster's FelixConfiguration: what becomes of traffic from a pod \
                to its own node after policy has allowed it",
    },
];

/// The settings of one build.
#[derive(Clone, Debug)]
pub(super) struct Options {
    /// Whether staged policies exist.
    pub staged: bool,
    /// The release, as written.
    pub version: Text,
    /// Whether traffic from a pod to its own node passes once policy has allowed it (`CAL-26`).
    pub own_node_passes: bool,
    /// The setting behind it, as written.
    pub endpoint_to_host: Text,
}

impl Options {
    /// Reads a request's settings. A word that is not known counts as the careful answer.
    pub(super) fn of(request: &Request<'_>) -> Options {
        let value = |key: &str| {
            let default =
                SETTINGS.iter().find(|setting| setting.key == key).map_or("", |setting| setting.default);
            request.settings.get(key).cloned().unwrap_or_else(|| default.into())
        };
        let (version, endpoint_to_host) = (value("version"), value("endpoint-to-host"));
        Options {
            staged: minor(&version).is_some_and(|minor| minor >= 30),
            own_node_passes: &*endpoint_to_host == "accept",
            version,
            endpoint_to_host,
        }
    }
}

/// The second number of `3.30` or `v3.30.1`.
fn minor(version: &str) -> Option<u32> {
    let mut parts = version.trim_start_matches('v').split('.');
    (parts.next() == Some("3")).then(|| parts.next()?.parse().ok())?
}
