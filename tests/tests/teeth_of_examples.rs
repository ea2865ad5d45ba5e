//! Fault injection on the examples: the manifests of every target of every project are damaged, and the proof must find
//! what the damage changed.

use netpol_flow::Flow;
use netpol_tests::example;
use netpol_tests::targets::Built;
use netpol_tests::teeth::{Bites, Patient};

/// In how many places each target of each example is damaged by each kind of damage.
const ROUNDS: usize = 4;

#[test]
fn every_damage_to_an_example_that_changes_a_verdict_is_caught() {
    let day = example::day();
    let only = std::env::var("NETPOL_EXAMPLE").unwrap_or_default();
    let (mut bites, mut damaged) = (Bites::default(), 0);
    for example in example::all().into_iter().filter(|example| example.name.contains(&only)) {
        let (loaded, compiled) = (example.load(), example.build());
        for target in &loaded.project.targets {
            let cluster = target.cluster.as_deref();
            let policy = example::view(&compiled.views, cluster).expect("the target's cluster has a meaning");
            let built = compiled.targets.iter().find(|built| built.target == target.name);
            let files = built.expect("the example builds").files.clone();
            let whole = &Built::of(target.backend, &target.settings, files).expect("its bytes are read");
            let asks = |block: &&netpol_tests::book::Block| {
                block.option("cluster").is_none() || block.option("cluster") == cluster
            };
            let blocks = ["flows", "pairs"].iter().flat_map(|word| example.blocks(word)).collect::<Vec<_>>();
            let questions = blocks
                .iter()
                .filter(asks)
                .flat_map(|block| example::questions(policy, block).expect("a table that can be read"));
            let table: Vec<Flow> = questions.map(|(flow, _)| flow).collect();
            let settings = &target.settings;
            let mut is_damaged = false;
            for round in 1..=ROUNDS {
                let title = &format!("examples/{}, target {}, round {round}", example.name, target.name);
                let patient = Patient { title, policy, day, settings, whole, table: &table };
                is_damaged |= bites.bite(&patient, 1);
            }
            assert!(is_damaged, "examples/{}, target {}: nothing to damage", example.name, target.name);
            damaged += 1;
        }
    }
    bites.tell(&format!("the manifests of {damaged} targets of examples"), 100);
}
