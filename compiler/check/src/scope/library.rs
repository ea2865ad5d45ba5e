//! The standard library, embedded.

/// The path of the module that is always in scope in port position.
pub(crate) const PRELUDE: &str = "std/prelude";

/// Every module: import path and text.
pub(crate) const MODULES: &[(&str, &str)] = &[
    (PRELUDE, include_str!("../../../../stdlib/prelude.netpol")),
    ("std/argocd", include_str!("../../../../stdlib/argocd.netpol")),
    ("std/aws", include_str!("../../../../stdlib/aws.netpol")),
    ("std/azure", include_str!("../../../../stdlib/azure.netpol")),
    ("std/cert-manager", include_str!("../../../../stdlib/cert-manager.netpol")),
    ("std/cloud", include_str!("../../../../stdlib/cloud.netpol")),
    ("std/edge", include_str!("../../../../stdlib/edge.netpol")),
    ("std/gcp", include_str!("../../../../stdlib/gcp.netpol")),
    ("std/guard", include_str!("../../../../stdlib/guard.netpol")),
    ("std/hipaa", include_str!("../../../../stdlib/hipaa.netpol")),
    ("std/iso-27001-8-22", include_str!("../../../../stdlib/iso-27001-8-22.netpol")),
    ("std/istio", include_str!("../../../../stdlib/istio.netpol")),
    ("std/k8s", include_str!("../../../../stdlib/k8s.netpol")),
    ("std/kafka", include_str!("../../../../stdlib/kafka.netpol")),
    ("std/keycloak", include_str!("../../../../stdlib/keycloak.netpol")),
    ("std/linkerd-mesh", include_str!("../../../../stdlib/linkerd-mesh.netpol")),
    ("std/metrics", include_str!("../../../../stdlib/metrics.netpol")),
    ("std/nist-sc-7", include_str!("../../../../stdlib/nist-sc-7.netpol")),
    ("std/tiers", include_str!("../../../../stdlib/tiers.netpol")),
    ("std/vault", include_str!("../../../../stdlib/vault.netpol")),
];

/// The text of a module.
pub(crate) fn text_of(path: &str) -> Option<&'static str> {
    MODULES.iter().find(|(module, _)| *module == path).map(|(_, text)| *text)
}
