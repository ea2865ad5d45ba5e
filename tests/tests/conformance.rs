//! Random policies, built for every target: the source and the target's own reading of the bytes agree, or the target
//! refuses with a numbered diagnostic.

use std::collections::BTreeMap;

use netpol_backends::BACKENDS;
use netpol_flow::{Flow, Relation, Side};
use netpol_model::{Policy, consent};
use netpol_tests::random::{Features, Rng, flow, policy, today};
use netpol_tests::targets::{Settings, build};

/// Random policies with few exotic constructs, so that most build; then with all of them, so that refusals are exercised.
fn features(rng: &mut Rng) -> Features {
    let plain = Features {
        domains: false,
        http: false,
        accounts: false,
        quoted: false,
        modes: false,
        namespace_labels: true,
        closed: false,
        sctp: false,
        guardrail_denies: true,
        infra: false,
    };
    match rng.below(6) {
        0 => plain,
        1 => Features { infra: true, ..plain },
        2 => Features { quoted: true, guardrail_denies: false, ..plain },
        3 => Features { domains: true, http: true, guardrail_denies: false, ..plain },
        4 => Features { accounts: true, modes: true, closed: true, infra: true, ..plain },
        _ => Features::ALL,
    }
}

fn settings(backend: &str) -> Settings {
    let pairs: &[(&str, &str)] = match backend {
        "cilium" => &[("sctp", "true"), ("served", "off-node")],
        _ => &[],
    };
    pairs.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect()
}

#[derive(Default)]
struct Tally {
    built: usize,
    answers: usize,
    refused: BTreeMap<String, usize>,
}

fn one(seed: u64, tallies: &mut BTreeMap<&'static str, Tally>) {
    let mut rng = Rng::new(seed);
    let features = features(&mut rng);
    let policy: Policy = policy(&mut rng, features);
    let mut flows: Vec<Flow> = (0..60).map(|_| flow(&mut rng)).collect();
    let own: Vec<Flow> = flows
        .iter()
        .filter(|f| f.source.pod().is_none() || f.destination.pod().is_none())
        .take(8)
        .cloned()
        .collect();
    let node = |end: &netpol_flow::Endpoint| matches!(end, netpol_flow::Endpoint::Node { .. });
    let own = own.into_iter().filter(|f| node(&f.source) || node(&f.destination));
    flows.extend(own.map(|flow| Flow { relation: Relation::OwnNode, ..flow }));
    for backend in BACKENDS {
        let tally = tallies.entry(backend.name).or_default();
        let built = match build(backend, &policy, &settings(backend.name), today()) {
            Ok(built) => built,
            Err(refusals) => {
                for refusal in refusals.iter().filter(|d| d.severity == netpol_diagnostics::Severity::Error) {
                    *tally.refused.entry(refusal.code.to_string()).or_default() += 1;
                }
                continue;
            }
        };
        tally.built += 1;
        for flow in &flows {
            for side in Side::BOTH {
                let meant = consent(&policy, flow, side, today());
                let said = built.evaluate(flow, side).unwrap_or_else(|u| {
                    panic!("seed {seed}: {}: {flow} on {side:?}: {}", backend.name, u.reason)
                });
                tally.answers += 1;
                let agree = said.verdict == meant.verdict || built.leans(&policy, flow, side, today());
                assert!(
                    agree,
                    "seed {seed}: {}: {flow} ({:?}) on {side:?} is {} by the manifests ({:?}) and {} by the source \
                     ({:?} {:#?})\n{}",
                    backend.name,
                    flow.relation,
                    said.verdict.word(),
                    said.steps,
                    meant.verdict.word(),
                    meant.step,
                    meant.rule,
                    built.files.values().cloned().collect::<Vec<_>>().join("\n"),
                );
            }
        }
        let differences = built
            .prove(&policy, today())
            .unwrap_or_else(|reason| panic!("seed {seed}: {}: {reason}", backend.name));
        assert!(
            differences.is_empty(),
            "seed {seed}: {}: {differences:#?}\n{}",
            backend.name,
            built.files.values().cloned().collect::<Vec<_>>().join("\n")
        );
    }
}

#[test]
fn every_target_means_what_the_source_means() {
    let count: u64 = std::env::var("NETPOL_SEEDS").ok().and_then(|n| n.parse().ok()).unwrap_or(400);
    let first: u64 = std::env::var("NETPOL_FIRST_SEED").ok().and_then(|n| n.parse().ok()).unwrap_or(0);
    let mut tallies = BTreeMap::new();
    for seed in first..first + count {
        one(seed, &mut tallies);
    }
    for (target, tally) in &tallies {
        println!(
            "{target}: {} of {count} built, {} answers equal, refused {:?}",
            tally.built, tally.answers, tally.refused
        );
        assert!(tally.built * 10 > count as usize, "{target} builds too few of them to show anything");
    }
}
