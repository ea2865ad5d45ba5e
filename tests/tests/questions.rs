//! Verdicts about sets of flows, held against the reference interpreter flow by flow.

use netpol_flow::{Endpoint, Flow, Relation, Side, Verdict};
use netpol_model::{End, Places, Policy, Rule, Verdicts, verdict};
use netpol_sets::Cube;
use netpol_tests::random::{Features, Rng, flow, policy, today};
use proptest::prelude::*;

const FLOWS: usize = 60;

/// A line of a test: a rule of the policy as it stands, or with another rule's ends.
fn asked(policy: &Policy, rng: &mut Rng) -> Option<Rule> {
    let spaces = policy.namespaces.values();
    let rules: Vec<&Rule> = spaces
        .flat_map(|n| n.fence.iter().chain(&n.rules))
        .chain(policy.guardrails.iter().flat_map(|g| g.denies.iter().chain(&g.allows)))
        .collect();
    let (first, second) = (rng.pick(&rules.len().checked_sub(1).map(|_| rules.clone())?), rng.pick(&rules));
    let mut asked = Rule { only: None, until: None, ..first.clone() };
    match rng.below(4) {
        0 => asked.from = second.from.clone(),
        1 => asked.to = second.to.clone(),
        2 => asked.ports = second.ports.clone(),
        _ => {}
    }
    Some(asked)
}

/// Whether an address asked for by name is seen under names of the question only, and is public.
fn is_asked(places: &Places, rule: &Rule, flow: &Flow) -> bool {
    let Endpoint::External { address, names } = &flow.destination else { return true };
    let by_name = |end: &End| match end {
        End::Domain(pattern) => {
            names.iter().all(|name| pattern.matches(name)) && places.internet.contains(*address)
        }
        End::Pods(_)
        | End::OtherTenants
        | End::Nodes
        | End::ApiServer
        | End::Gateway
        | End::Addresses { .. }
        | End::Internet
        | End::Outside
        | End::Any => true,
    };
    rule.to.iter().all(by_name)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_question_is_answered_as_the_reference_answers_each_flow(seed: u64) {
        let mut rng = Rng::new(seed);
        let policy = policy(&mut rng, Features::ALL);
        let places = Places::of(&policy);
        let verdicts = Verdicts::of(&policy, &places, today());
        let Some(asked) = asked(&policy, &mut rng) else { return Ok(()) };
        let question = verdicts.question(&asked);
        let denied = verdicts.first_denied(&asked).expect("small policies are decided");
        let allowed = verdicts.first_allowed(&asked).expect("small policies are decided");
        let passing = verdicts.passing(&asked).expect("small policies are decided");
        prop_assert!(denied.is_some() || allowed.is_some() || question.is_empty());
        prop_assert_eq!(allowed.is_some(), !passing.is_empty());
        for flow in passing.cubes().iter().filter_map(Cube::witness) {
            prop_assert!(question.contains(&flow), "{} is not asked", flow);
            prop_assert_eq!(verdict(&policy, &flow, today()), Verdict::Allow, "{}", flow);
        }
        for (found, expected) in [(&denied, Verdict::Deny), (&allowed, Verdict::Allow)] {
            if let Some(flow) = found {
                prop_assert!(question.contains(flow), "{} is not asked", flow);
                prop_assert_eq!(verdict(&policy, flow, today()), expected, "{}", flow);
            }
        }
        for _ in 0..FLOWS {
            let flow = flow(&mut rng);
            let apart = flow.relation == Relation::Apart;
            if !apart || !question.contains(&flow) || !is_asked(&places, &asked, &flow) {
                continue;
            }
            prop_assert_eq!(passing.contains(&flow), verdict(&policy, &flow, today()) == Verdict::Allow);
            match verdict(&policy, &flow, today()) {
                Verdict::Allow => prop_assert!(allowed.is_some(), "{} passes", flow),
                Verdict::Deny => prop_assert!(denied.is_some(), "{} does not pass", flow),
            }
        }
    }
}

#[test]
fn a_question_leaves_out_the_own_node() {
    let mut rng = Rng::new(1);
    let policy = policy(&mut rng, Features::ALL);
    let places = Places::of(&policy);
    let verdicts = Verdicts::of(&policy, &places, today());
    let mut asked = asked(&policy, &mut rng).expect("a rule");
    asked.from = vec![End::Nodes];
    asked.to = vec![End::Any];
    let flows = verdicts.question(&asked);
    assert!(!flows.is_empty());
    let own = netpol_sets::Infra::OwnNode;
    assert!(flows.cubes().iter().all(|cube| match &cube.source {
        netpol_sets::Ends::Infra(set) => !set.kinds.contains(&own),
        netpol_sets::Ends::Pods(_) | netpol_sets::Ends::External(_) => false,
    }));
    assert!(places.flows(&asked, Side::Egress).cubes().len() >= flows.cubes().len());
}
