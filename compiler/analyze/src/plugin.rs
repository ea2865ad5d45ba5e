//! Which network plug-in enforces, and its reading of the policies.

use netpol_flow::{Side, Text};
use netpol_semantics::{
    Manifest, Object, ReadError, Skipped, Undecided, Universe, calico, cilium, kubernetes,
};
use netpol_sets::{PodSet, SideSet};

/// A network plug-in, by the policies it enforces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plugin {
    /// Any that enforces stock NetworkPolicies alone.
    Kubernetes,
    /// Calico: its own policies, and stock ones in the default tier.
    Calico,
    /// Cilium: its own policies, and stock ones beside them.
    Cilium,
}

impl Plugin {
    /// `kubernetes`, `calico` or `cilium`.
    pub fn word(self) -> &'static str {
        match self {
            Plugin::Kubernetes => "kubernetes",
            Plugin::Calico => "calico",
            Plugin::Cilium => "cilium",
        }
    }

    /// The plug-in whose own kinds are among the objects; none where two plug-ins' are.
    pub(crate) fn of(objects: &[Object<'_>]) -> Option<Plugin> {
        let has = |groups: &[&str]| objects.iter().any(|object| groups.contains(&object.group));
        match (has(&["projectcalico.org", "crd.projectcalico.org"]), has(&["cilium.io"])) {
            (true, true) => None,
            (true, false) => Some(Plugin::Calico),
            (false, true) => Some(Plugin::Cilium),
            (false, false) => Some(Plugin::Kubernetes),
        }
    }
}

/// The policies as the plug-in reads them.
pub(crate) enum Policies {
    Kubernetes(kubernetes::PolicySet),
    Calico(calico::PolicySet, calico::Profile),
    Cilium(cilium::PolicySet, cilium::Profile),
}

impl Policies {
    /// Reads what the plug-in enforces, and says what of it is not understood.
    pub(crate) fn read(plugin: Plugin, manifests: &[Manifest<'_>]) -> (Policies, Vec<ReadError>) {
        match plugin {
            Plugin::Kubernetes => {
                let (set, errors) = kubernetes::read_lenient(manifests);
                (Policies::Kubernetes(set), errors)
            }
            Plugin::Calico => {
                let (set, errors) = calico::read_lenient(manifests);
                (Policies::Calico(set, calico::Profile::default()), errors)
            }
            Plugin::Cilium => {
                let (set, errors) = cilium::read_lenient(manifests);
                (Policies::Cilium(set, cilium::Profile::default()), errors)
            }
        }
    }

    /// What one side of the pods of a namespace lets pass.
    pub(crate) fn side(
        &self,
        universe: &Universe,
        namespace: &Text,
        side: Side,
    ) -> Result<SideSet, Undecided> {
        let subject = PodSet::of_namespaces([namespace.clone()].into());
        match self {
            Policies::Kubernetes(set) => {
                Ok(kubernetes::denote(set, universe, Some(namespace), &subject, side))
            }
            Policies::Calico(set, profile) => {
                calico::denote(set, universe, Some(namespace), &subject, side, profile)
            }
            Policies::Cilium(set, profile) => {
                cilium::denote(set, universe, Some(namespace), &subject, side, profile)
            }
        }
    }

    /// The objects that say nothing about this plug-in's enforced policy.
    pub(crate) fn passed_over(&self) -> Vec<&Skipped> {
        match self {
            Policies::Kubernetes(set) => set.skipped().iter().collect(),
            Policies::Calico(set, _) => set.skipped().iter().chain(set.staged()).collect(),
            Policies::Cilium(set, _) => set.skipped().iter().chain(set.host_policies()).collect(),
        }
    }
}
