//! The laws of the language (section 2.6), and the set algebra against the reference interpreter.

use netpol_flow::{Flow, Relation, Side, Verdict};
use netpol_model::{Enforcement, Layer, Places, Policy, Rule, Step, consent, verdict};
use netpol_tests::random::{Features, Rng, flow, policy, today};
use proptest::prelude::*;

const FLOWS: usize = 60;

fn world(seed: u64) -> (Policy, Vec<Flow>, Rng) {
    let mut rng = Rng::new(seed);
    let policy = policy(&mut rng, Features::ALL);
    let flows = (0..FLOWS).map(|_| flow(&mut rng)).collect();
    (policy, flows, rng)
}

fn all_rules(policy: &Policy) -> Vec<&Rule> {
    let guardrails =
        policy.guardrails.iter().flat_map(|g| g.denies.iter().chain(&g.exceptions).chain(&g.allows));
    let spaces = policy.namespaces.values();
    let spaces = spaces.flat_map(|n| n.fence.iter().chain(&n.fence_exceptions).chain(&n.rules));
    let baseline = policy.baseline.iter().flat_map(|b| b.rules.values().flatten());
    guardrails.chain(spaces).chain(baseline).collect()
}

/// A flow between apart endpoints that both sides allow.
fn passes(policy: &Policy, flow: &Flow) -> bool {
    verdict(policy, flow, today()) == Verdict::Allow
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn l1_order_of_statements_and_items_changes_no_verdict(seed: u64) {
        let (policy, flows, _) = world(seed);
        let mut turned = policy.clone();
        turned.guardrails.reverse();
        for block in &mut turned.guardrails {
            block.denies.reverse();
            block.exceptions.reverse();
            block.allows.reverse();
        }
        for namespace in turned.namespaces.values_mut() {
            namespace.rules.reverse();
            namespace.fence.reverse();
            for rule in &mut namespace.rules {
                rule.from.reverse();
                rule.to.reverse();
            }
        }
        for flow in &flows {
            prop_assert_eq!(passes(&policy, flow), passes(&turned, flow), "{}", flow);
        }
    }

    #[test]
    fn l2_a_namespace_without_rules_passes_only_what_the_platform_allows(seed: u64) {
        let (mut policy, flows, _) = world(seed);
        for namespace in policy.namespaces.values_mut() {
            namespace.rules.clear();
        }
        policy.baseline.clear();
        for flow in &flows {
            for side in Side::BOTH {
                let Some(pod) = flow.subject(side).pod() else { continue };
                let Some(namespace) = policy.namespaces.get(&pod.namespace) else { continue };
                if namespace.enforcement(side, today()) != Enforcement::Enforced { continue }
                let answer = consent(&policy, flow, side, today());
                let by_platform = answer.step == Step::GuardrailAllow;
                prop_assert!(answer.verdict == Verdict::Deny || by_platform, "{} on {:?}", flow, side);
            }
        }
    }

    #[test]
    fn l3_no_tenant_text_passes_what_a_guardrail_denies(seed: u64) {
        let (policy, flows, mut rng) = world(seed);
        let mut bare = policy.clone();
        for namespace in bare.namespaces.values_mut() {
            namespace.rules.clear();
        }
        let other = netpol_tests::random::policy(&mut rng, Features::ALL);
        let mut changed = policy.clone();
        changed.namespaces = other.namespaces;
        for flow in &flows {
            let denied = Side::BOTH.iter().any(|s| consent(&bare, flow, *s, today()).step == Step::GuardrailDeny);
            prop_assert!(!(denied && passes(&changed, flow)), "{}", flow);
        }
    }

    #[test]
    fn l4_each_enforced_end_was_opened_by_its_owner_or_the_platform(seed: u64) {
        let (policy, flows, _) = world(seed);
        for flow in flows.iter().filter(|flow| passes(&policy, flow)) {
            for side in Side::BOTH {
                let Some(pod) = flow.subject(side).pod() else { continue };
                let Some(namespace) = policy.namespaces.get(&pod.namespace) else { continue };
                if namespace.enforcement(side, today()) != Enforcement::Enforced { continue }
                let answer = consent(&policy, flow, side, today());
                let by_platform = matches!(answer.step, Step::GuardrailAllow | Step::Baseline);
                let by_owner = answer.rule.is_some_and(|rule| namespace.rules.iter().any(|own| std::ptr::eq(own, rule)));
                prop_assert!(by_platform || by_owner, "{} on {:?}: {:?}", flow, side, answer.step);
            }
        }
    }

    #[test]
    fn l5_an_allow_never_closes_and_a_deny_never_opens(seed: u64) {
        let (policy, flows, mut rng) = world(seed);
        let donor = netpol_tests::random::policy(&mut rng, Features::ALL);
        for name in ["a", "b", "c"] {
            let (mut wider, mut narrower) = (policy.clone(), policy.clone());
            wider.namespaces.get_mut(name).unwrap().rules.extend(donor.namespaces[name].rules.clone());
            narrower.namespaces.get_mut(name).unwrap().fence.extend(donor.namespaces[name].fence.clone());
            for flow in &flows {
                prop_assert!(passes(&wider, flow) >= passes(&policy, flow), "{}", flow);
                prop_assert!(passes(&narrower, flow) <= passes(&policy, flow), "{}", flow);
            }
        }
    }

    #[test]
    fn l6_editing_a_namespace_moves_only_flows_with_an_end_in_it(seed: u64) {
        let (policy, flows, mut rng) = world(seed);
        let donor = netpol_tests::random::policy(&mut rng, Features::ALL);
        let mut edited = policy.clone();
        let space = edited.namespaces.get_mut("a").unwrap();
        space.rules = donor.namespaces["a"].rules.clone();
        space.fence = donor.namespaces["a"].fence.clone();
        space.mode = donor.namespaces["a"].mode;
        let touches = |flow: &Flow| Side::BOTH.iter().any(|s| flow.subject(*s).pod().is_some_and(|p| &*p.namespace == "a"));
        for flow in flows.iter().filter(|flow| !touches(flow)) {
            prop_assert_eq!(passes(&policy, flow), passes(&edited, flow), "{}", flow);
        }
    }

    #[test]
    fn l8_time_never_opens(seed: u64) {
        let (mut policy, flows, _) = world(seed);
        for namespace in policy.namespaces.values_mut() {
            // Denies carry no `until` (NP0508), and a mode that ends becomes `enforce`.
            namespace.fence.iter_mut().for_each(|rule| rule.until = None);
        }
        let days: Vec<_> = (19..=23).filter_map(|day| netpol_flow::Date::new(2026, 11, day)).collect();
        for flow in &flows {
            let verdicts: Vec<bool> = days.iter().map(|day| verdict(&policy, flow, *day) == Verdict::Allow).collect();
            prop_assert!(verdicts.windows(2).all(|pair| pair[1] <= pair[0]), "{} {:?}", flow, verdicts);
        }
    }

    #[test]
    fn the_fixed_points_pass_whatever_the_text(seed: u64) {
        let (policy, flows, _) = world(seed);
        for flow in &flows {
            let own = Flow { relation: Relation::Itself, destination: flow.source.clone(), ..flow.clone() };
            prop_assert!(passes(&policy, &own));
        }
    }

    #[test]
    fn sets_of_a_rule_are_what_the_reference_reads(seed: u64) {
        let (policy, flows, _) = world(seed);
        let places = Places::of(&policy);
        for rule in all_rules(&policy) {
            // A policy of this rule alone, as a guardrail: step 1 or 2 decides exactly on its flows.
            let mut alone = policy.clone();
            let mut rule = rule.clone();
            rule.until = None;
            alone.guardrails = vec![netpol_model::Guardrail {
                name: "alone".into(),
                sealed: false,
                audit: false,
                audit_until: None,
                denies: vec![],
                exceptions: vec![],
                allows: vec![Rule { layer: Layer::Guardrail("alone".into()), ..rule.clone() }],
                origin: rule.origin.clone(),
            }];
            for side in Side::BOTH {
                let set = places.flows(&rule, side);
                for flow in flows.iter().filter(|flow| flow.subject(side).pod().is_some()) {
                    let read = consent(&alone, flow, side, today()).step == Step::GuardrailAllow;
                    prop_assert_eq!(set.contains(flow), read, "{} on {:?}: {:?}", flow, side, rule);
                }
            }
        }
    }

    #[test]
    fn intersection_difference_and_cover_agree_with_membership(seed: u64) {
        let (policy, flows, _) = world(seed);
        let places = Places::of(&policy);
        let sets: Vec<_> = all_rules(&policy).into_iter().map(|r| places.flows(r, Side::Egress)).collect();
        for (a, b) in sets.iter().zip(sets.iter().skip(1)) {
            let (met, left) = (a.intersect(b), a.subtract(b));
            for flow in &flows {
                prop_assert_eq!(met.contains(flow), a.contains(flow) && b.contains(flow), "{}", flow);
                prop_assert_eq!(left.contains(flow), a.contains(flow) && !b.contains(flow), "{}", flow);
            }
            for cube in met.cubes().iter().chain(left.cubes()) {
                let witness = cube.witness().expect("a cube that is not empty has a member");
                prop_assert!(cube.contains(&witness), "{} not in {:?}", witness, cube);
                prop_assert!(a.contains(&witness), "{}", witness);
            }
            if let Some(witness) = left.witness() {
                prop_assert!(!b.contains(&witness), "{}", witness);
            }
            prop_assert_eq!(b.covers(a), left.is_empty());
        }
    }
}

/// A namespace that applies the first of some patterns, each of which has lines of its own and applies others.
fn patterns(rng: &mut Rng) -> String {
    let (count, lines) = (1 + rng.below(12), rng.below(4));
    let mut text = String::new();
    for pattern in 0..count {
        text.push_str(&format!("pattern p{pattern} {{\n"));
        for line in 0..=lines {
            text.push_str(&format!("  egress {} to 203.0.113.{pattern}\n", 1000 + line));
        }
        // Mostly ones further on; now and then any, which may close a circle.
        for _ in 0..rng.below(9) {
            let applied = if rng.chance(20) { rng.below(count) } else { pattern + 1 + rng.below(count) };
            if applied < count {
                text.push_str(&format!("  apply p{applied}\n"));
            }
        }
        text.push_str("}\n");
    }
    text + "namespace shop {\n  apply p0\n}\n"
}

/// Law L7. The bounds are those of `language.md` 2.5.7: eight patterns deep, 100,000 lines.
#[test]
fn l7_every_expansion_ends_within_bounds_or_is_refused() {
    let (mut refused, mut most) = (0, 0);
    for seed in 0..300 {
        let text = patterns(&mut Rng::new(seed));
        let begun = std::time::Instant::now();
        let (policies, diagnostics, _) = netpol_tests::spec::check(std::slice::from_ref(&text), today());
        assert!(begun.elapsed().as_secs() < 20, "seed {seed} takes {:?}:\n{text}", begun.elapsed());
        let rules = policies.iter().flat_map(|policy| policy.namespaces.values()).map(|n| n.rules.len());
        let rules = rules.max().unwrap_or_default();
        assert!(rules <= 100_000, "seed {seed}: {rules} rules");
        let errors = diagnostics.iter().filter(|d| d.severity == netpol_diagnostics::Severity::Error);
        let codes: Vec<u16> = errors.map(|d| d.code.0).collect();
        assert!(codes.iter().all(|code| *code == 206), "seed {seed}: {codes:?}\n{text}");
        refused += usize::from(!codes.is_empty());
        most = most.max(rules);
    }
    println!("{refused} of 300 refused, {most} rules at most");
    assert!(refused > 20 && most > 500, "{refused} refused, {most} rules at most: the bounds were not met");
}
