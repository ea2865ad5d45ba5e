//! What `netpol fix` changes of a policy's meaning: nothing, where a line was repeated, covered or unused.

use netpol_flow::Side;
use netpol_model::{Policy, consent, verdict};
use netpol_tests::random::{Rng, flow, today};
use netpol_tests::{book, spec};

/// Programs that are made and fixed.
const PROGRAMS: u64 = 120;
/// Connections asked of each before and after.
const FLOWS: usize = 150;

/// One line of namespace `own`, whose neighbour is `other`.
fn line(rng: &mut Rng, other: &str) -> String {
    let pods = |rng: &mut Rng| rng.pick(&["x", "y", "both", "all", "[x, y]", "[x, all]"]);
    let ports = |rng: &mut Rng| rng.pick(&["80", "443", "[80, 443]", "80-443", "[443, 80]", "udp/53", "dns"]);
    let block = |rng: &mut Rng| {
        rng.pick(&["10.1.0.0/16", "10.0.0.0/12", "[10.1.0.0/16, 10.1.2.0/24]", "198.51.100.0/24"])
    };
    let (ends, peers, at) = (pods(rng), pods(rng), ports(rng));
    match rng.below(7) {
        0..=2 => format!("{ends} -> {peers}:{at}"),
        3 => format!("egress {at} to {} from {ends}", block(rng)),
        4 => format!("ingress {at} from {} to {ends}", block(rng)),
        5 => format!("expose {ends}:{at} to {other}/{}", rng.pick(&["x", "y", "all"])),
        _ => format!("{ends} -> {other}/{}:{at}", rng.pick(&["x", "y", "all"])),
    }
}

fn namespace(rng: &mut Rng, name: &str, other: &str) -> String {
    let mut lines = rng.some(2, 7, |rng| line(rng, other));
    if rng.chance(2) {
        let again = rng.pick(&lines);
        lines.push(again);
    }
    if rng.chance(3) {
        lines.push(format!("deny egress 443 to {}", rng.pick(&["10.1.0.0/16", "nodes"])));
    }
    let nouns =
        ["workload x selects app=x", "workload y selects app=y", "workload both selects app in (x, y)"];
    let body = nouns.map(str::to_owned).into_iter().chain(lines).map(|line| format!("  {line}\n"));
    format!("namespace {name} {{\n{}}}\n", body.collect::<String>())
}

fn program(rng: &mut Rng) -> String {
    let mut text = String::new();
    if rng.chance(2) {
        text.push_str("use std/gcp\n");
    }
    text.push_str("cluster c {\n  pods 10.244.0.0/16\n  nodes 10.10.0.0/16\n}\n");
    if rng.chance(2) {
        text.push_str("net spare = 192.0.2.0/24\n");
    }
    text + &namespace(rng, "a", "b") + &namespace(rng, "b", "a")
}

fn policy(text: &str) -> Policy {
    let (views, _, _) = spec::check(&[text.to_owned()], today());
    views.into_iter().next().expect("one view")
}

/// Fixes random programs for some codes, and asks the same of them before and after; gives how many changed.
fn fixing(seed: u64, codes: &[u16], agrees: impl Fn(&Policy, &Policy, &netpol_flow::Flow) -> bool) -> usize {
    let mut rng = Rng::new(seed);
    let mut changed = 0;
    for _ in 0..PROGRAMS {
        let before = program(&mut rng);
        let after = book::fixed(&before, codes);
        if after == before {
            continue;
        }
        changed += 1;
        let (one, other) = (policy(&before), policy(&after));
        for _ in 0..FLOWS {
            let flow = flow(&mut rng);
            assert!(agrees(&one, &other, &flow), "{flow}\nbefore\n{before}\nafter\n{after}");
        }
    }
    changed
}

#[test]
fn removing_what_is_repeated_covered_or_unused_changes_no_consent() {
    let changed = fixing(1, &[209, 306, 410, 411], |one, other, flow| {
        Side::BOTH.iter().all(|side| {
            consent(one, flow, *side, today()).verdict == consent(other, flow, *side, today()).verdict
        })
    });
    println!("{changed} of {PROGRAMS} programs were fixed");
    assert!(changed > 40, "only {changed} programs had something to fix");
}

#[test]
fn removing_an_exposure_that_nobody_uses_changes_no_verdict() {
    let changed =
        fixing(2, &[407], |one, other, flow| verdict(one, flow, today()) == verdict(other, flow, today()));
    println!("{changed} of {PROGRAMS} programs were fixed");
    assert!(changed > 20, "only {changed} programs had something to fix");
}
