//! Guardrails and their tiers.

use insta::assert_snapshot;
use netpol_model::{Alert, End, Guardrail, Namespaces, Pods, Policy, Ports, Rule, RuleKind, Tenant};

use super::*;

fn every_pod() -> End {
    End::pods(Pods { namespaces: Namespaces::Every, name: Some("pods".into()), ..Pods::all_of("x") })
}

fn metadata(from: End) -> Rule {
    let to =
        End::Addresses { blocks: vec!["169.254.169.254/32".parse().unwrap()], except: vec![], name: None };
    rule(40, RuleKind::Egress, vec![from], vec![to], Ports::Any)
}

fn deny(from: End, to: End, ports: Ports) -> Rule {
    rule(41, RuleKind::Arrow, vec![from], vec![to], ports)
}

fn guarded(blocks: Vec<Guardrail>) -> Policy {
    Policy { guardrails: blocks, ..policy(vec![]) }
}

fn tenants(policy: &mut Policy, all: &[(&str, &[&str])]) {
    for (name, namespaces) in all {
        let namespaces = namespaces.iter().map(|name| (*name).into()).collect();
        policy.tenants.insert((*name).into(), Tenant { namespaces, matching: vec![], owner: None });
    }
}

#[test]
fn a_deny_stands_on_both_ends_in_a_tier_that_passes() {
    let vault = deny(every_pod(), all("vault"), Ports::Any);
    assert_snapshot!(build(&guarded(vec![guardrail("vault", vec![vault], vec![], vec![])])), @r#"
    Tier netpol-guardrails
      order: 900
      defaultAction: Pass
    GlobalNetworkPolicy netpol-guardrails.guardrail--vault--pods
      tier: netpol-guardrails
      order: 300
      selector: "projectcalico.org/orchestrator == 'k8s'"
      namespaceSelector: "has(projectcalico.org/name)"
      types:
      - Egress
      egress:
      # shop.netpol:41 a rule
      # because tests say so
      - action: Deny
        destination:
          namespaceSelector: "projectcalico.org/name == 'vault'"
          selector: "projectcalico.org/orchestrator == 'k8s'"
    GlobalNetworkPolicy netpol-guardrails.guardrail--vault--vault--all
      tier: netpol-guardrails
      order: 300
      selector: "projectcalico.org/orchestrator == 'k8s'"
      namespaceSelector: "projectcalico.org/name == 'vault'"
      types:
      - Ingress
      ingress:
      # shop.netpol:41 a rule
      # because tests say so
      - action: Deny
        source:
          namespaceSelector: "has(projectcalico.org/name)"
          selector: "projectcalico.org/orchestrator == 'k8s'"
    "#);
}

#[test]
fn a_block_with_exceptions_has_a_tier_of_its_own() {
    let except = Rule { log: true, ..metadata(workload("kube-system", "agent")) };
    let alert = Rule { alert: Some(Alert::Critical), ..metadata(every_pod()) };
    let vault = deny(every_pod(), all("vault"), tcp(&[8200]));
    let blocks = vec![
        guardrail("metadata", vec![alert], vec![except], vec![]),
        guardrail("vault", vec![vault], vec![], vec![]),
    ];
    assert_snapshot!(build(&guarded(blocks)), @r#"
    Tier netpol-guardrails
      order: 900
      defaultAction: Pass
    Tier netpol-guardrail-metadata
      order: 901
      defaultAction: Pass
    GlobalNetworkPolicy netpol-guardrails.guardrail--vault--pods
      tier: netpol-guardrails
      order: 300
      selector: "projectcalico.org/orchestrator == 'k8s'"
      namespaceSelector: "has(projectcalico.org/name)"
      types:
      - Egress
      egress:
      # shop.netpol:41 a rule
      # because tests say so
      - action: Deny
        protocol: TCP
        destination:
          namespaceSelector: "projectcalico.org/name == 'vault'"
          selector: "projectcalico.org/orchestrator == 'k8s'"
          ports:
          - 8200
    GlobalNetworkPolicy netpol-guardrails.guardrail--vault--vault--all
      tier: netpol-guardrails
      order: 300
      selector: "projectcalico.org/orchestrator == 'k8s'"
      namespaceSelector: "projectcalico.org/name == 'vault'"
      types:
      - Ingress
      ingress:
      # shop.netpol:41 a rule
      # because tests say so
      - action: Deny
        protocol: TCP
        source:
          namespaceSelector: "has(projectcalico.org/name)"
          selector: "projectcalico.org/orchestrator == 'k8s'"
        destination:
          ports:
          - 8200
    GlobalNetworkPolicy netpol-guardrail-metadata.guardrail--metadata--except--kube-system--agent
      tier: netpol-guardrail-metadata
      order: 100
      selector: "projectcalico.org/orchestrator == 'k8s' && app == 'agent'"
      namespaceSelector: "projectcalico.org/name == 'kube-system'"
      types:
      - Egress
      egress:
      # shop.netpol:40 a rule
      # because tests say so
      - action: Log
        destination:
          nets:
          - "169.254.169.254/32"
      # shop.netpol:40 a rule
      # because tests say so
      - action: Pass
        destination:
          nets:
          - "169.254.169.254/32"
    GlobalNetworkPolicy netpol-guardrail-metadata.guardrail--metadata--pods
      tier: netpol-guardrail-metadata
      order: 300
      selector: "projectcalico.org/orchestrator == 'k8s'"
      namespaceSelector: "has(projectcalico.org/name)"
      types:
      - Egress
      egress:
      # shop.netpol:40 a rule
      # because tests say so
      - action: Log
        destination:
          nets:
          - "169.254.169.254/32"
      # shop.netpol:40 a rule
      # because tests say so
      - action: Deny
        destination:
          nets:
          - "169.254.169.254/32"
    "#);
}

#[test]
fn an_exception_that_has_lapsed_is_gone() {
    let except = Rule { until: "2026-11-20".parse().ok(), ..metadata(workload("kube-system", "agent")) };
    let text =
        build(&guarded(vec![guardrail("metadata", vec![metadata(every_pod())], vec![except], vec![])]));
    assert!(text.contains("Tier netpol-guardrails\n") && !text.contains("Pass\n  destination"), "{text}");
}

#[test]
fn allows_come_last() {
    let prometheus = || workload("monitoring", "prometheus");
    let scrape = deny(prometheus(), every_pod(), tcp(&[9090]));
    let vault = deny(every_pod(), all("vault"), Ports::Any);
    let text = build(&guarded(vec![guardrail("base", vec![vault], vec![], vec![scrape])]));
    assert_snapshot!(only("Tier", &text) + &only("netpol-allows.", &text), @r#"
    Tier netpol-guardrails
      order: 900
      defaultAction: Pass
    Tier netpol-allows
      order: 901
      defaultAction: Pass
    GlobalNetworkPolicy netpol-allows.guardrail--base--monitoring--prometheus
      tier: netpol-allows
      order: 100
      selector: "projectcalico.org/orchestrator == 'k8s' && app == 'prometheus'"
      namespaceSelector: "projectcalico.org/name == 'monitoring'"
      types:
      - Egress
      egress:
      # shop.netpol:41 a rule
      # because tests say so
      - action: Allow
        protocol: TCP
        destination:
          namespaceSelector: "has(projectcalico.org/name)"
          selector: "projectcalico.org/orchestrator == 'k8s'"
          ports:
          - 9090
    GlobalNetworkPolicy netpol-allows.guardrail--base--pods
      tier: netpol-allows
      order: 100
      selector: "projectcalico.org/orchestrator == 'k8s'"
      namespaceSelector: "has(projectcalico.org/name)"
      types:
      - Ingress
      ingress:
      # shop.netpol:41 a rule
      # because tests say so
      - action: Allow
        protocol: TCP
        source:
          namespaceSelector: "projectcalico.org/name == 'monitoring'"
          selector: "projectcalico.org/orchestrator == 'k8s' && app == 'prometheus'"
        destination:
          ports:
          - 9090
    "#);
}

#[test]
fn tenants_pass_their_own_and_are_denied_all_others() {
    let apart = deny(every_pod(), End::OtherTenants, Ports::Any);
    let mut policy = guarded(vec![guardrail("tenants", vec![apart], vec![], vec![])]);
    tenants(&mut policy, &[("blue", &["shop", "pay"]), ("red", &["crm"])]);
    assert_snapshot!(build(&policy), @r#"
    Tier netpol-tenants
      order: 900
      defaultAction: Pass
    GlobalNetworkPolicy netpol-tenants.tenant--blue
      tier: netpol-tenants
      order: 200
      selector: "projectcalico.org/orchestrator == 'k8s'"
      namespaceSelector: "projectcalico.org/name in {'pay', 'shop'}"
      types:
      - Ingress
      - Egress
      ingress:
      # shop.netpol:41 a rule
      # because tests say so
      - action: Pass
        source:
          namespaceSelector: "projectcalico.org/name in {'pay', 'shop'}"
          selector: "projectcalico.org/orchestrator == 'k8s'"
      egress:
      # shop.netpol:41 a rule
      # because tests say so
      - action: Pass
        destination:
          namespaceSelector: "projectcalico.org/name in {'pay', 'shop'}"
          selector: "projectcalico.org/orchestrator == 'k8s'"
    GlobalNetworkPolicy netpol-tenants.tenant--red
      tier: netpol-tenants
      order: 200
      selector: "projectcalico.org/orchestrator == 'k8s'"
      namespaceSelector: "projectcalico.org/name == 'crm'"
      types:
      - Ingress
      - Egress
      ingress:
      # shop.netpol:41 a rule
      # because tests say so
      - action: Pass
        source:
          namespaceSelector: "projectcalico.org/name == 'crm'"
          selector: "projectcalico.org/orchestrator == 'k8s'"
      egress:
      # shop.netpol:41 a rule
      # because tests say so
      - action: Pass
        destination:
          namespaceSelector: "projectcalico.org/name == 'crm'"
          selector: "projectcalico.org/orchestrator == 'k8s'"
    GlobalNetworkPolicy netpol-tenants.guardrail--tenants--tenants
      tier: netpol-tenants
      order: 300
      selector: "projectcalico.org/orchestrator == 'k8s'"
      namespaceSelector: "projectcalico.org/name in {'crm', 'pay', 'shop'}"
      types:
      - Ingress
      - Egress
      ingress:
      # shop.netpol:41 a rule
      # because tests say so
      - action: Deny
        source:
          namespaceSelector: "projectcalico.org/name in {'crm', 'pay', 'shop'}"
          selector: "projectcalico.org/orchestrator == 'k8s'"
      egress:
      # shop.netpol:41 a rule
      # because tests say so
      - action: Deny
        destination:
          namespaceSelector: "projectcalico.org/name in {'crm', 'pay', 'shop'}"
          selector: "projectcalico.org/orchestrator == 'k8s'"
    "#);
}

#[test]
fn exceptions_of_a_tenants_block_stand_in_both_of_its_tiers() {
    let apart = deny(every_pod(), End::OtherTenants, Ports::Any);
    let vault = deny(every_pod(), all("vault"), Ports::Any);
    let except = deny(all("shop"), all("crm"), tcp(&[443]));
    let mut policy = guarded(vec![guardrail("apart", vec![apart, vault], vec![except], vec![])]);
    tenants(&mut policy, &[("blue", &["shop"]), ("red", &["crm"])]);
    let text = build(&policy);
    let headings: Vec<&str> = text.lines().filter(|line| !line.starts_with(' ')).collect();
    assert_snapshot!(headings.join("\n"), @r#"
    Tier netpol-guardrail-apart
    Tier netpol-tenants-apart
    GlobalNetworkPolicy netpol-guardrail-apart.guardrail--apart--except--shop--all
    GlobalNetworkPolicy netpol-guardrail-apart.guardrail--apart--except--crm--all
    GlobalNetworkPolicy netpol-guardrail-apart.guardrail--apart--pods
    GlobalNetworkPolicy netpol-guardrail-apart.guardrail--apart--vault--all
    GlobalNetworkPolicy netpol-tenants-apart.guardrail--apart--except--shop--all
    GlobalNetworkPolicy netpol-tenants-apart.guardrail--apart--except--crm--all
    GlobalNetworkPolicy netpol-tenants-apart.tenant--blue
    GlobalNetworkPolicy netpol-tenants-apart.tenant--red
    GlobalNetworkPolicy netpol-tenants-apart.guardrail--apart--tenants
    "#);
}

#[test]
fn an_audited_guardrail_is_staged() {
    let mut block = guardrail("vault", vec![deny(every_pod(), all("vault"), Ports::Any)], vec![], vec![]);
    block.audit = true;
    let text = build(&guarded(vec![block]));
    assert!(text.contains("StagedGlobalNetworkPolicy netpol-guardrails.guardrail--vault--pods\n"), "{text}");
    assert!(!text.contains("\nGlobalNetworkPolicy"), "{text}");
}

#[test]
fn a_guardrail_on_any_endpoint_speaks_for_every_pod() {
    let closed = rule(42, RuleKind::Ingress, vec![End::Nodes], vec![End::Any], tcp(&[22]));
    assert_snapshot!(only("Global", &build(&guarded(vec![guardrail("ssh", vec![closed], vec![], vec![])]))), @r#"
    GlobalNetworkPolicy netpol-guardrails.guardrail--ssh--any
      tier: netpol-guardrails
      order: 300
      selector: "projectcalico.org/orchestrator == 'k8s'"
      namespaceSelector: "has(projectcalico.org/name)"
      types:
      - Ingress
      ingress:
      # shop.netpol:42 a rule
      # because tests say so
      - action: Deny
        protocol: TCP
        source:
          nets:
          - "10.10.0.0/16"
        destination:
          ports:
          - 22
    "#);
}
