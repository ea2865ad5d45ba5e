//! The standard library, embedded.

/// The path of the module that is always in scope in port position.
pub(crate) const PRELUDE: &str = "std/prelude";

/// Every module: import path and text.
pub(crate) const MODULES: &[(&str, &str)] = &[
    (PRELUDE, include_str!("../../../../stdlib/prelude.netpol")),
    ("std/aws", include_str!("../../../../stdlib/aws.netpol")),
    ("std/azure", include_str!("../../../../stdlib/azure.netpol")),
    ("std/cloud", include_str!("../../../../stdlib/cloud.netpol")),
    ("std/edge", include_str!("../../../../stdlib/edge.netpol")),
    ("std/gcp", include_str!("../../../../stdlib/gcp.netpol")),
    ("std/guard", include_str!("../../../../stdlib/guard.netpol")),
    ("std/istio", include_str!("../../../../stdlib/istio.netpol")),
    ("std/k8s", include_str!("../../../../stdlib/k8s.netpol")),
    ("std/linkerd-mesh", include_str!("../../../../stdlib/linkerd-mesh.netpol")),
    ("std/metrics", include_str!("../../../../stdlib/metrics.netpol")),
    ("std/tiers", include_str!("../../../../stdlib/tiers.netpol")),
];

/// The text of a module.
pub(crate) fn text_of(path: &str) -> Option<&'static str> {
    MODULES.iter().find(|(module, _)| *module == path).map(|(_, text)| *text)
}
