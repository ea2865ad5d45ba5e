//! What every target's reading answers.

use std::collections::BTreeSet;

use netpol_flow::{Flow, Side, Text};
use netpol_semantics::{Manifest, ReadError, Trace, Undecided, Universe};
use netpol_sets::{PodSet, SideSet};

/// A namespace, and the reading of everything that decides about its pods.
pub type Local = (Text, Box<dyn Reading>);

/// A target's reading of the bytes written for it.
pub trait Reading: Send + Sync {
    /// What decides about the pods of the one namespace that a further manifest speaks for, with what was read before;
    /// none where the manifest has to be read together with the others.
    fn beside(&self, manifest: &Manifest<'_>) -> Result<Option<Local>, Vec<ReadError>>;

    /// What one side of these pods lets pass; `namespace` is theirs, or none where no manifest names it.
    fn side(
        &self,
        universe: &Universe,
        namespace: Option<&Text>,
        subject: &PodSet,
        side: Side,
    ) -> Result<SideSet, Undecided>;

    /// The namespaces the manifests name.
    fn namespaces(&self) -> BTreeSet<Text>;

    /// The namespaces that objects in this one name, and itself.
    fn namespaces_of(&self, namespace: &Text) -> BTreeSet<Text>;

    /// Decides one flow on one side.
    fn evaluate(&self, flow: &Flow, side: Side) -> Result<Trace, Undecided>;

    /// Whether the shared gateway is an endpoint there even where the project declares no address for it.
    fn has_gateway(&self) -> bool;

    /// Whether SCTP passes there at all; where it does not, it is outside the comparison (amendment B21).
    fn has_sctp(&self) -> bool;

    /// Whether an address block takes every endpoint with such an address, so that `shared` ranges hold pods and nodes
    /// beside outside hosts (amendment U2).
    fn compares_addresses(&self) -> bool;

    /// Whether a pod's own node is beyond policy there, so that a default deny cannot bind it (`K8S-14`).
    fn own_node_is_free(&self) -> bool;

    /// Whether a guardrail's deny on an open side may rest on the other end's own objects (amendment B1).
    fn may_lean_on_the_other_end(&self) -> bool;
}
