//! The targets' readings, by the name of the back end that wrote the bytes.

use std::collections::{BTreeMap, BTreeSet};

use netpol_flow::{Flow, Side, Text};
use netpol_semantics::{Manifest, ReadError, Trace, Undecided, Universe, calico, cilium, kubernetes};
use netpol_sets::{PodSet, SideSet};

use crate::Reading;
use crate::reading::Local;

/// Reads the files written for a target, by its back end's name and settings; none for a back end nobody reads.
///
/// `files` are named as they are written; `kustomization.yaml`, which lists the others, is no manifest. Everything else
/// must be understood: an object that the reading refuses is an error.
pub fn read(
    backend: &str,
    settings: &BTreeMap<Text, Text>,
    files: &BTreeMap<String, String>,
) -> Option<Result<Box<dyn Reading>, Vec<ReadError>>> {
    let manifests = files.iter().filter(|(name, _)| *name != "kustomization.yaml");
    let manifests: Vec<Manifest<'_>> = manifests.map(|(path, text)| Manifest { path, text }).collect();
    Some(Profile::of(backend, settings)?.read(&manifests))
}

/// What a target's settings say of the cluster that changes how its objects are read.
pub(crate) enum Profile {
    Kubernetes,
    Calico(calico::Profile),
    Cilium(cilium::Profile),
}

impl Profile {
    /// By the back end's name; none for one nobody reads.
    pub(crate) fn of(backend: &str, settings: &BTreeMap<Text, Text>) -> Option<Profile> {
        let setting = |key: &str| settings.get(key).map(|value| &**value);
        Some(match backend {
            "kubernetes" => Profile::Kubernetes,
            "calico" => Profile::Calico(calico::Profile {
                endpoint_to_host: match setting("endpoint-to-host") {
                    Some("drop") => calico::HostAction::Drop,
                    Some("unknown") => calico::HostAction::Unknown,
                    Some(_) | None => calico::HostAction::Accept,
                },
                ..calico::Profile::default()
            }),
            "cilium" => Profile::Cilium(cilium::Profile {
                version: setting("version").and_then(version).unwrap_or((1, 19)),
                sctp: setting("sctp") == Some("true"),
                ..cilium::Profile::default()
            }),
            _ => return None,
        })
    }

    /// Reads manifests as one; an object that is not understood is an error.
    pub(crate) fn read(&self, manifests: &[Manifest<'_>]) -> Result<Box<dyn Reading>, Vec<ReadError>> {
        Ok(match self {
            Profile::Kubernetes => Box::new(Kubernetes { set: kubernetes::read(manifests)? }),
            Profile::Calico(profile) => {
                Box::new(Calico { set: calico::read(manifests)?, profile: profile.clone() })
            }
            Profile::Cilium(profile) => {
                Box::new(Cilium { set: cilium::read(manifests)?, profile: profile.clone() })
            }
        })
    }
}

fn version(text: &str) -> Option<(u8, u8)> {
    let (major, minor) = text.split_once('.')?;
    Some((major.parse().ok()?, minor.split('.').next()?.parse().ok()?))
}

struct Kubernetes {
    set: kubernetes::PolicySet,
}

impl Reading for Kubernetes {
    fn beside(&self, manifest: &Manifest<'_>) -> Result<Option<Local>, Vec<ReadError>> {
        let local = self.set.beside(manifest)?;
        Ok(local.map(|(name, set)| -> Local { (name, Box::new(Kubernetes { set })) }))
    }

    fn side(
        &self,
        universe: &Universe,
        name: Option<&Text>,
        pods: &PodSet,
        side: Side,
    ) -> Result<SideSet, Undecided> {
        Ok(kubernetes::denote(&self.set, universe, name, pods, side))
    }

    fn namespaces(&self) -> BTreeSet<Text> {
        self.set.namespaces()
    }

    fn namespaces_of(&self, namespace: &Text) -> BTreeSet<Text> {
        self.set.namespaces_of(namespace)
    }

    fn evaluate(&self, flow: &Flow, side: Side) -> Result<Trace, Undecided> {
        kubernetes::evaluate(&self.set, flow, side)
    }

    fn has_gateway(&self) -> bool {
        false
    }

    fn has_sctp(&self) -> bool {
        true
    }

    fn compares_addresses(&self) -> bool {
        true
    }

    fn own_node_is_free(&self) -> bool {
        true
    }

    fn may_lean_on_the_other_end(&self) -> bool {
        true
    }
}

struct Calico {
    set: calico::PolicySet,
    profile: calico::Profile,
}

impl Reading for Calico {
    fn beside(&self, manifest: &Manifest<'_>) -> Result<Option<Local>, Vec<ReadError>> {
        let local = self.set.beside(manifest)?;
        Ok(local
            .map(|(name, set)| -> Local { (name, Box::new(Calico { set, profile: self.profile.clone() })) }))
    }

    fn side(
        &self,
        universe: &Universe,
        name: Option<&Text>,
        pods: &PodSet,
        side: Side,
    ) -> Result<SideSet, Undecided> {
        calico::denote(&self.set, universe, name, pods, side, &self.profile)
    }

    fn namespaces(&self) -> BTreeSet<Text> {
        self.set.namespaces()
    }

    fn namespaces_of(&self, namespace: &Text) -> BTreeSet<Text> {
        self.set.namespaces_of(namespace)
    }

    fn evaluate(&self, flow: &Flow, side: Side) -> Result<Trace, Undecided> {
        calico::evaluate(&self.set, flow, side, &self.profile)
    }

    fn has_gateway(&self) -> bool {
        false
    }

    fn has_sctp(&self) -> bool {
        true
    }

    fn compares_addresses(&self) -> bool {
        true
    }

    fn own_node_is_free(&self) -> bool {
        false
    }

    fn may_lean_on_the_other_end(&self) -> bool {
        false
    }
}

struct Cilium {
    set: cilium::PolicySet,
    profile: cilium::Profile,
}

impl Reading for Cilium {
    fn beside(&self, manifest: &Manifest<'_>) -> Result<Option<Local>, Vec<ReadError>> {
        let local = self.set.beside(manifest)?;
        Ok(local
            .map(|(name, set)| -> Local { (name, Box::new(Cilium { set, profile: self.profile.clone() })) }))
    }

    fn side(
        &self,
        universe: &Universe,
        name: Option<&Text>,
        pods: &PodSet,
        side: Side,
    ) -> Result<SideSet, Undecided> {
        cilium::denote(&self.set, universe, name, pods, side, &self.profile)
    }

    fn namespaces(&self) -> BTreeSet<Text> {
        self.set.namespaces()
    }

    fn namespaces_of(&self, namespace: &Text) -> BTreeSet<Text> {
        self.set.namespaces_of(namespace)
    }

    fn evaluate(&self, flow: &Flow, side: Side) -> Result<Trace, Undecided> {
        cilium::evaluate(&self.set, flow, side, &self.profile)
    }

    fn has_gateway(&self) -> bool {
        true
    }

    fn has_sctp(&self) -> bool {
        self.profile.sctp
    }

    fn compares_addresses(&self) -> bool {
        false
    }

    fn own_node_is_free(&self) -> bool {
        false
    }

    fn may_lean_on_the_other_end(&self) -> bool {
        false
    }
}
