//! A second opinion on the shape of what we emit: the official Kubernetes types take every stock manifest and give it back
//! without losing a field.

use k8s_openapi::api::networking::v1::NetworkPolicy;
use netpol_backends::{BACKENDS, Request};
use netpol_diagnostics::Severity;
use netpol_tests::random::{Features, Rng, policy, today};

#[test]
fn the_official_type_keeps_every_field_of_a_stock_manifest() {
    let backend = BACKENDS.iter().find(|backend| backend.name == "kubernetes").expect("the stock target");
    let mut read = 0;
    for seed in 0..40 {
        let mut rng = Rng::new(seed);
        let plain = Features {
            domains: false,
            http: false,
            accounts: false,
            guardrail_denies: false,
            ..Features::ALL
        };
        let policy = policy(&mut rng, Features { closed: false, namespace_labels: false, ..plain });
        let output =
            backend.lower(&Request { policy: &policy, as_of: today(), settings: &Default::default() });
        if output.diagnostics.iter().any(|d| d.severity == Severity::Error) {
            continue;
        }
        for (name, text) in output.files.iter().filter(|(name, _)| *name != "kustomization.yaml") {
            for document in text.split("---\n").skip(1) {
                let ours: serde_json::Value = serde_saphyr::from_str(document).expect("YAML");
                let typed: NetworkPolicy = serde_saphyr::from_str(document).expect("a NetworkPolicy");
                let theirs = serde_json::to_value(&typed).expect("JSON");
                assert_eq!(ours, theirs, "{name} of seed {seed}\n{document}");
                read += 1;
            }
        }
    }
    println!("{read} objects");
    assert!(read > 50, "too few objects were built to show anything");
}
