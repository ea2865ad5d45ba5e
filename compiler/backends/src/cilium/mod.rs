//! The target `cilium`: `CiliumNetworkPolicy` and `CiliumClusterwideNetworkPolicy` (`cilium.io/v2`).
//!
//! `lower` drives; `namespace`, `fence`, `dns` and `guardrail` say what each layer becomes; `peers`, `infra`, `ports`
//! and `selector` write the parts of a rule; `emit` makes objects of rules. What has no exact
//! form is a [`cannot::Cannot`]. The traps this answers are listed in `README.md`.

mod lower;
mod namespace;
mod fence;
mod dns;
mod guardrail;
mod limits;
mod peers;
mod infra;
mod ports;
mod selector;
mod emit;
mod settings;
mod cannot;
mod report;
mod capabilities;

#[cfg(test)]
mod tests;

use crate::Backend;

/// The target.
pub const BACKEND: Backend = Backend {
    name: "cilium",
    summary: "Cilium policies (cilium.io/v2) for Cilium 1.16 and later",
    settings: settings::SETTINGS,
    capabilities: capabilities::CAPABILITIES,
    compares_addresses: false,
    begin: lower::begin,
};
