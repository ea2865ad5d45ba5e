//! What the project says of the Cilium installation it builds for.

use std::collections::{BTreeMap, BTreeSet};

use netpol_diagnostics::{Code, Diagnostic};
use netpol_flow::{IpNet, Text};
use netpol_sets::AddressSet;

use super::report::Report;
use crate::Setting;

/// The settings, for the project file.
pub(super) const SETTINGS: &[Setting] = &[
    Setting {
        key: "version",
        default: "1.19",
        values: "a Cilium version, 1.16 or later",
        about: "the oldest agent the objects must mean the same on; names at any depth need 1.19, log tags 1.18",
    },
    Setting {
        key: "sctp",
        default: "false",
        values: "true or false",
        about: "whether `enable-sctp` is on; without it the cluster carries no SCTP at all",
    },
    Setting {
        key: "served",
        default: "",
        values: "off-node, on-node, or a list such as 169.254.169.254=off-node, 169.254.170.23=on-node",
        about: "who answers link-local and metadata addresses that a guardrail denies; needed for such a deny",
    },
    Setting {
        key: "apiserver-ingress",
        default: "seen",
        values: "seen or hidden",
        about: "whether connections from the API server arrive with its identity; hidden on some managed clusters",
    },
    Setting {
        key: "namespaces",
        default: "kube-system",
        values: "a list of namespaces",
        about: "where Cilium's own pods run, which `undeclared closed` must not cut off",
    },
    Setting {
        key: "policy-map",
        default: "16384",
        values: "a number",
        about: "`bpf-policy-map-max`: how many entries the policy of one pod can have",
    },
];

/// The settings, read.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    /// The oldest agent.
    pub version: (u32, u32),
    /// Whether the cluster carries SCTP.
    pub sctp: bool,
    /// Who answers link-local and metadata addresses.
    pub served: Served,
    /// Whether the API server's connections have its identity.
    pub sees_apiserver: bool,
    /// Cilium's own namespaces.
    pub namespaces: BTreeSet<Text>,
    /// The entries of one pod's policy map.
    pub policy_map: usize,
}

/// Which addresses are answered on the pod's own node, and which elsewhere.
#[derive(Clone, Debug)]
pub(super) struct Served {
    off_node: AddressSet,
    on_node: AddressSet,
}

impl Settings {
    /// Reads the settings; what cannot be read is reported (NP0003) and counts as its default.
    pub fn read(written: &BTreeMap<Text, Text>, report: &mut Report) -> Settings {
        let get =
            |setting: &Setting| written.get(setting.key).map_or(setting.default, |value| &**value).trim();
        let mut wrong = |setting: &Setting, value: &str| {
            report.add(
                Diagnostic::new(Code(3), format!("`{value}` is no value of setting `{}`", setting.key))
                    .note(format!("target `cilium`: {}", setting.about))
                    .help(format!("write {}", setting.values)),
            );
        };
        let [version, sctp, served, apiserver, namespaces, policy_map] = SETTINGS else {
            return Settings::default();
        };
        let mut read = Settings::default();
        match parse_version(get(version)) {
            Some(found) if found >= (1, 16) => read.version = found,
            Some(_) | None => wrong(version, get(version)),
        }
        match get(sctp) {
            "true" => read.sctp = true,
            "false" => read.sctp = false,
            other => wrong(sctp, other),
        }
        match Served::parse(get(served)) {
            Some(found) => read.served = found,
            None => wrong(served, get(served)),
        }
        match get(apiserver) {
            "seen" => read.sees_apiserver = true,
            "hidden" => read.sees_apiserver = false,
            other => wrong(apiserver, other),
        }
        read.namespaces = items(get(namespaces)).map(Text::from).collect();
        match get(policy_map).parse() {
            Ok(found) => read.policy_map = found,
            Err(_) => wrong(policy_map, get(policy_map)),
        }
        read
    }

    /// Whether `**.x` means every depth (`CIL-21`).
    pub fn has_deep_names(&self) -> bool {
        self.version >= (1, 19)
    }

    /// Whether objects may carry `spec.log`.
    pub fn has_log(&self) -> bool {
        self.version >= (1, 18)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            version: (1, 19),
            sctp: false,
            served: Served { off_node: AddressSet::none(), on_node: AddressSet::none() },
            sees_apiserver: true,
            namespaces: BTreeSet::from(["kube-system".into()]),
            policy_map: 16_384,
        }
    }
}

impl Served {
    /// The addresses of a set that are answered on the node.
    pub fn on_node(&self, set: &AddressSet) -> AddressSet {
        set.intersect(&self.on_node)
    }

    /// The addresses of a set of which nothing is said.
    pub fn unknown(&self, set: &AddressSet) -> AddressSet {
        set.subtract(&self.on_node).subtract(&self.off_node)
    }

    /// A bare word speaks of every address that no other item names.
    fn parse(text: &str) -> Option<Served> {
        let mut served = Served { off_node: AddressSet::none(), on_node: AddressSet::none() };
        let mut rest: Option<bool> = None;
        for item in items(text) {
            let (blocks, word) = match item.split_once('=') {
                Some((block, word)) => (Some(parse_block(block.trim())?), word.trim()),
                None => (None, item),
            };
            let on_node = match word {
                "on-node" => true,
                "off-node" => false,
                _ => return None,
            };
            match blocks {
                None => rest = Some(on_node),
                Some(block) => {
                    let part = if on_node { &mut served.on_node } else { &mut served.off_node };
                    *part = part.union(&AddressSet::of([&block]));
                }
            }
        }
        let unnamed = served.on_node.union(&served.off_node).complement();
        match rest {
            Some(true) => served.on_node = served.on_node.union(&unnamed),
            Some(false) => served.off_node = served.off_node.union(&unnamed),
            None => {}
        }
        Some(served)
    }
}

fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ' ']).map(str::trim).filter(|item| !item.is_empty())
}

fn parse_block(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse().ok().map(netpol_flow::network))
}

fn parse_version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.trim_start_matches('v').split('.');
    let (major, minor) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    Some((major, minor))
}
