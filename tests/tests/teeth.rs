//! Fault injection: each emitted manifest is damaged in many ways, and the proof must find what the damage changed.
//!
//! A mutant whose verdicts differ somewhere in a sample of flows and that the proof calls equal is a hole in the proof. A
//! mutant that the target's reading refuses counts as caught: it is never written.

use std::collections::BTreeMap;

use netpol_backends::BACKENDS;
use netpol_flow::Side;
use netpol_tests::random::{Features, Rng, flow, policy, today};
use netpol_tests::targets::{Built, Settings, build};

/// A kind of damage: what it does to one line of YAML; none where it does not apply.
type Mutation = (&'static str, fn(&str) -> Option<String>);

const MUTATIONS: &[Mutation] = &[
    ("another port", |l| replace(l, "port: 443", "port: 444")),
    ("another quoted port", |l| replace(l, "port: \"443\"", "port: \"444\"")),
    ("a port of a list", |l| replace(l, "- 443", "- 444")),
    ("a wider range", |l| replace(l, "endPort: 443", "endPort: 444")),
    ("a narrower range", |l| replace(l, "endPort: 443", "endPort: 442")),
    ("a wider Calico range", |l| replace(l, "80:443", "80:444")),
    ("TCP to UDP", |l| replace(l, "protocol: TCP", "protocol: UDP")),
    ("UDP to TCP", |l| replace(l, "protocol: UDP", "protocol: TCP")),
    ("SCTP to TCP", |l| replace(l, "protocol: SCTP", "protocol: TCP")),
    ("a wider block", |l| replace(l, "203.0.113.0/24", "203.0.112.0/23")),
    ("a narrower block", |l| replace(l, "203.0.113.0/24", "203.0.113.0/25")),
    ("everything", |l| replace(l, "cidr: \"203.0.113.0/24\"", "cidr: \"0.0.0.0/0\"")),
    ("an exception dropped", |l| replace(l, "- \"10.244.0.0/16\"", "- \"10.244.0.0/17\"")),
    ("another exception dropped", |l| replace(l, "- \"10.10.0.0/16\"", "- \"10.10.0.0/17\"")),
    ("a metadata address", |l| replace(l, "169.254.169.254/32", "169.254.169.253/32")),
    ("another label value", |l| replace(l, ": x", ": w")),
    ("another listed value", |l| replace(l, "- x", "- w")),
    ("another Calico value", |l| replace(l, "'x'", "'w'")),
    ("another label", |l| replace(l, "app: ", "tier: ")),
    ("In to NotIn", |l| replace(l, "operator: In", "operator: NotIn")),
    ("NotIn to In", |l| replace(l, "operator: NotIn", "operator: In")),
    ("Exists to DoesNotExist", |l| replace(l, "operator: Exists", "operator: DoesNotExist")),
    ("DoesNotExist to Exists", |l| replace(l, "operator: DoesNotExist", "operator: Exists")),
    ("== to !=", |l| replace(l, " == 'x'", " != 'x'")),
    ("has to !has", |l| replace(l, "has(app)", "!has(app)")),
    ("another namespace", |l| replace(l, "kubernetes.io/metadata.name: a", "kubernetes.io/metadata.name: b")),
    ("another Cilium namespace", |l| replace(l, "pod.namespace\": a", "pod.namespace\": b")),
    ("another Calico namespace", |l| {
        replace(l, "projectcalico.org/name == 'a'", "projectcalico.org/name == 'b'")
    }),
    ("the object moved", |l| replace(l, "  namespace: a", "  namespace: c")),
    ("no Ingress type", |l| replace(l, "- Ingress", "- Egress")),
    ("no Egress type", |l| replace(l, "- Egress", "- Ingress")),
    ("Allow to Deny", |l| replace(l, "action: Allow", "action: Deny")),
    ("Deny to Allow", |l| replace(l, "action: Deny", "action: Allow")),
    ("Deny to Pass", |l| replace(l, "action: Deny", "action: Pass")),
    ("Pass to Allow", |l| replace(l, "action: Pass", "action: Allow")),
    ("a passing tier denies", |l| replace(l, "defaultAction: Pass", "defaultAction: Deny")),
    ("the last tier passes", |l| replace(l, "defaultAction: Deny", "defaultAction: Pass")),
    ("a tier comes late", |l| replace(l, "order: 900", "order: 960")),
    ("default deny dropped", |l| replace(l, "ingress: true", "ingress: false")),
    ("default deny of egress dropped", |l| replace(l, "egress: true", "egress: false")),
    ("default deny added", |l| replace(l, "ingress: false", "ingress: true")),
    ("a deny becomes an allow", |l| replace(l, "ingressDeny:", "ingress:")),
    ("an egress deny becomes an allow", |l| replace(l, "egressDeny:", "egress:")),
    ("an allow becomes a deny", |l| replace(l, "  ingress:", "  ingressDeny:")),
    ("another entity", |l| replace(l, "- remote-node", "- world")),
    ("every entity", |l| replace(l, "- world", "- all")),
    ("another account", |l| replace(l, "robot", "human")),
    ("another name", |l| replace(l, "api.example.com", "apx.example.com")),
    ("another method", |l| replace(l, "method: GET", "method: PUT")),
    ("another namespace label", |l| replace(l, "red", "blue")),
];

fn replace(line: &str, from: &str, to: &str) -> Option<String> {
    line.contains(from).then(|| line.replacen(from, to, 1))
}

#[derive(Default)]
struct Tally {
    refused: usize,
    caught: usize,
    equal: usize,
}

#[test]
fn every_damage_that_changes_a_verdict_is_caught() {
    let mut tallies: BTreeMap<&str, BTreeMap<&str, Tally>> = BTreeMap::new();
    for seed in 0..60 {
        let mut rng = Rng::new(seed);
        let features = Features { closed: false, modes: seed % 3 == 0, ..Features::ALL };
        let features = match seed % 3 {
            0 => {
                Features { domains: false, http: false, accounts: false, guardrail_denies: false, ..features }
            }
            1 => Features { domains: false, http: false, accounts: false, ..features },
            _ => features,
        };
        let policy = policy(&mut rng, features);
        let flows: Vec<_> = (0..80).map(|_| flow(&mut rng)).collect();
        for backend in BACKENDS {
            let mut settings = Settings::new();
            if backend.name == "cilium" {
                settings.extend([("sctp".into(), "true".into()), ("served".into(), "off-node".into())]);
            }
            let Ok(output) = build(backend, &policy, &settings, today()) else { continue };
            for (name, mutate) in MUTATIONS {
                let places: Vec<(&String, usize, String)> = output
                    .files
                    .iter()
                    .filter(|(file, _)| *file != "kustomization.yaml")
                    .flat_map(|(file, text)| {
                        let lines =
                            text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with('#'));
                        lines.filter_map(move |(at, line)| mutate(line).map(|changed| (file, at, changed)))
                    })
                    .collect();
                if places.is_empty() {
                    continue;
                }
                let (file, at, changed) = places[rng.below(places.len() as u64) as usize].clone();
                let mut files = output.files.clone();
                let damaged: Vec<&str> = output.files[file]
                    .lines()
                    .enumerate()
                    .map(|(n, line)| if n == at { changed.as_str() } else { line })
                    .collect();
                files.insert(file.clone(), damaged.join("\n") + "\n");
                let tally = tallies.entry(backend.name).or_default().entry(name).or_default();
                let Ok(mutant) = Built::of(backend, &settings, files) else {
                    tally.refused += 1;
                    continue;
                };
                if !mutant.prove(&policy, today()).is_ok_and(|differences| differences.is_empty()) {
                    tally.caught += 1;
                    continue;
                }
                tally.equal += 1;
                // The proof calls it equal: then no flow of the sample may differ where the promise binds.
                for flow in &flows {
                    for side in Side::BOTH {
                        let meant = netpol_model::consent(&policy, flow, side, today());
                        let Ok(said) = mutant.evaluate(flow, side) else { continue };
                        assert!(
                            said.verdict == meant.verdict || mutant.leans(&policy, flow, side, today()),
                            "seed {seed}: {}: `{name}` at {file}:{} goes unnoticed: {flow} on {side:?}",
                            backend.name,
                            at + 1
                        );
                    }
                }
            }
        }
    }
    for (target, kinds) in &tallies {
        let sum = |pick: fn(&Tally) -> usize| kinds.values().map(pick).sum::<usize>();
        let (caught, refused, equal) = (sum(|t| t.caught), sum(|t| t.refused), sum(|t| t.equal));
        println!(
            "{target}: {} kinds of damage, {caught} caught by the proof, {refused} by the reading, {equal} change nothing",
            kinds.len()
        );
        assert!(caught > 100, "{target}: too little damage was done to show anything");
    }
    let kinds: std::collections::BTreeSet<&str> =
        tallies.values().flat_map(|kinds| kinds.keys().copied()).collect();
    println!("{} kinds of {} applied", kinds.len(), MUTATIONS.len());
    assert!(kinds.len() >= 40, "only {kinds:?}");
}
