//! Guardrails: cut out, added, or refused.

use netpol_model::{End, ModeKind, Tenant};

use super::*;
use crate::testing::{all, guardrail, namespace, policy, tcp, workload};

fn metadata() -> End {
    net(&["169.254.169.254/32"], &[])
}

fn tenant(namespaces: &[&str]) -> Tenant {
    Tenant {
        namespaces: namespaces.iter().map(|name| (*name).into()).collect(),
        matching: vec![],
        owner: None,
    }
}

#[test]
fn a_deny_is_cut_out_of_what_it_meets() {
    let rules = vec![egress(5, workload("shop", "web"), End::Outside, tcp(&[80]))];
    let mut policy = policy(vec![namespace("shop", &["web"], rules)]);
    let deny = egress(50, all("shop"), metadata(), Ports::Any);
    policy.guardrails = vec![guardrail("metadata", vec![deny], vec![], vec![])];
    insta::assert_snapshot!(specs(&policy, "shop"), @r#"
    default-deny
      podSelector: {}
      policyTypes:
      - Ingress
      - Egress
    ---
    web
      podSelector:
        matchLabels:
          app: web
      policyTypes:
      - Egress
      egress:
      # shop.netpol:5 a rule
      # because tests say so
      - to:
        - ipBlock:
            cidr: "0.0.0.0/0"
            except:
            - "10.10.0.0/16"
            - "10.96.0.0/12"
            - "10.244.0.0/16"
            - "169.254.169.254/32"
        - ipBlock:
            cidr: "::/0"
        ports:
        - protocol: TCP
          port: 80
    "#);
    insta::assert_snapshot!(said(&policy), @r#"
    NP0707 Warning: others can widen policy on target `kubernetes`
      90: holds only as long as nobody adds an allow
      note: NetworkPolicies add up: whoever may create one in a namespace can allow what this denies
      help: `netpol build --admission` writes an admission policy that holds others to it
    "#);
}

#[test]
fn a_deny_cuts_any_into_its_kinds() {
    let rules = vec![egress(5, workload("shop", "web"), End::Any, Ports::Any)];
    let mut policy = policy(vec![namespace("shop", &["web"], rules)]);
    let deny = egress(50, all("shop"), metadata(), Ports::Any);
    policy.guardrails = vec![guardrail("metadata", vec![deny], vec![], vec![])];
    insta::assert_snapshot!(specs(&policy, "shop"), @r#"
    default-deny
      podSelector: {}
      policyTypes:
      - Ingress
      - Egress
    ---
    web
      podSelector:
        matchLabels:
          app: web
      policyTypes:
      - Egress
      egress:
      # shop.netpol:5 a rule
      # because tests say so
      - to:
        - namespaceSelector: {}
        - ipBlock:
            cidr: "10.10.0.0/16"
        - ipBlock:
            cidr: "0.0.0.0/0"
            except:
            - "10.10.0.0/16"
            - "10.96.0.0/12"
            - "10.244.0.0/16"
            - "169.254.169.254/32"
        - ipBlock:
            cidr: "::/0"
    ---
    all
      podSelector: {}
      policyTypes:
      - Ingress
      ingress:
      # shop.netpol:5 a rule
      # because tests say so
      - from:
        - podSelector:
            matchLabels:
              app: web
    "#);
}

#[test]
fn an_exception_gives_its_pods_back_under_a_name_of_their_own() {
    let rules = vec![egress(5, all("shop"), metadata(), tcp(&[80]))];
    let mut policy = policy(vec![namespace("shop", &["agent"], rules)]);
    let deny = egress(50, all("shop"), metadata(), Ports::Any);
    let except = egress(51, workload("shop", "agent"), metadata(), tcp(&[80]));
    policy.guardrails = vec![guardrail("metadata", vec![deny], vec![except], vec![])];
    insta::assert_snapshot!(specs(&policy, "shop"), @r#"
    default-deny
      podSelector: {}
      policyTypes:
      - Ingress
      - Egress
    ---
    agent
      podSelector:
        matchLabels:
          app: agent
      policyTypes:
      - Egress
      egress:
      # shop.netpol:5 a rule
      # because tests say so
      - to:
        - ipBlock:
            cidr: "169.254.169.254/32"
        ports:
        - protocol: TCP
          port: 80
    "#);
}

#[test]
fn an_allow_is_added_where_a_side_is_isolated_and_denies_are_cut_out_of_it_too() {
    let mut policy = policy(vec![namespace("shop", &["web"], vec![])]);
    let scrape = ingress(52, all("monitoring"), every_pod(), range(Protocol::Tcp, 9000, 9100));
    let deny = ingress(50, every_pod(), all("shop"), tcp(&[9050]));
    policy.guardrails = vec![
        guardrail("scrape", vec![], vec![], vec![scrape]),
        guardrail("no-9050", vec![deny], vec![], vec![]),
    ];
    insta::assert_snapshot!(specs(&policy, "shop"), @r#"
    default-deny
      podSelector: {}
      policyTypes:
      - Ingress
      - Egress
    ---
    guardrail--scrape--all
      podSelector: {}
      policyTypes:
      - Ingress
      ingress:
      # shop.netpol:52 a rule
      # because tests say so
      - from:
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: monitoring
        ports:
        - protocol: TCP
          port: 9000
          endPort: 9049
        - protocol: TCP
          port: 9051
          endPort: 9100
    "#);
}

#[test]
fn other_tenants_are_cut_out_by_name() {
    let rules = |name: &str| vec![ingress(5, every_pod(), all(name), tcp(&[80]))];
    let names = ["shop", "cart", "pay"];
    let mut policy = policy(names.iter().map(|name| namespace(name, &[], rules(name))).collect());
    policy.tenants =
        [("retail".into(), tenant(&["shop", "cart"])), ("money".into(), tenant(&["pay"]))].into();
    let tenants = pods_of(&names);
    policy.guardrails =
        vec![guardrail("apart", vec![arrow(50, tenants, End::OtherTenants, Ports::Any)], vec![], vec![])];
    insta::assert_snapshot!(specs(&policy, "shop"), @r#"
    default-deny
      podSelector: {}
      policyTypes:
      - Ingress
      - Egress
    ---
    all
      podSelector: {}
      policyTypes:
      - Ingress
      - Egress
      ingress:
      # shop.netpol:5 a rule
      # because tests say so
      - from:
        - namespaceSelector:
            matchExpressions:
            - key: kubernetes.io/metadata.name
              operator: NotIn
              values:
              - pay
        ports:
        - protocol: TCP
          port: 80
      egress:
      # shop.netpol:5 a rule
      # because tests say so
      - to:
        - podSelector: {}
        ports:
        - protocol: TCP
          port: 80
    "#);
}

#[test]
fn a_deny_that_leaves_nothing_leaves_no_rule() {
    let rules = vec![egress(5, all("shop"), metadata(), tcp(&[80]))];
    let mut policy = policy(vec![namespace("shop", &[], rules)]);
    policy.guardrails =
        vec![guardrail("metadata", vec![egress(50, all("shop"), metadata(), Ports::Any)], vec![], vec![])];
    assert!(!specs(&policy, "shop").contains("egress:"));
}

#[test]
fn a_deny_needs_an_isolated_end() {
    let mut policy = policy(vec![namespace("shop", &[], vec![]), namespace("vault", &[], vec![])]);
    let deny = |from, to| vec![guardrail("vault", vec![arrow(50, from, to, Ports::Any)], vec![], vec![])];
    policy.guardrails = deny(every_pod(), all("vault"));
    assert_eq!(refused(&policy), [], "the vault is closed on ingress");
    policy.guardrails = deny(every_pod(), all("legacy"));
    insta::assert_snapshot!(said(&policy), @r#"
    NP0702 Error: target `kubernetes` cannot enforce this guardrail everywhere
      50: denies flows that nothing isolates
      for example: other-namespace/{} -> legacy/{}:1/TCP
      note: a NetworkPolicy has no deny: only a namespace that is declared and enforced on that side is closed
      help: name `tenants` or namespaces that are enforced, or build for `calico` or `cilium`
    NP0707 Warning: others can widen policy on target `kubernetes`
      90: holds only as long as nobody adds an allow
      note: NetworkPolicies add up: whoever may create one in a namespace can allow what this denies
      help: `netpol build --admission` writes an admission policy that holds others to it
    "#);
    policy.guardrails = deny(all("shop"), all("legacy"));
    assert_eq!(refused(&policy), [], "the shop is closed on egress");
    if let Some(shop) = policy.namespaces.get_mut("shop") {
        shop.mode.kind = ModeKind::IngressOnly;
    }
    assert_eq!(refused(&policy), [702]);
}

#[test]
fn a_deny_from_pods_to_nodes_cannot_hold_on_the_own_node() {
    let mut policy = policy(vec![namespace("shop", &[], vec![])]);
    policy.guardrails =
        vec![guardrail("nodes", vec![egress(50, all("shop"), End::Nodes, Ports::Any)], vec![], vec![])];
    insta::assert_snapshot!(said(&policy), @r#"
    NP0714 Error: target `kubernetes` always allows a pod to reach its own node
      50: denies it
      for example: shop/{} -> node:1/TCP, on the pod's own node
      note: the NetworkPolicy API exempts traffic between a pod and the node it runs on
      help: deny other endpoints than `nodes` and `any`, or build for `calico` or `cilium`
    NP0707 Warning: others can widen policy on target `kubernetes`
      90: holds only as long as nobody adds an allow
      note: NetworkPolicies add up: whoever may create one in a namespace can allow what this denies
      help: `netpol build --admission` writes an admission policy that holds others to it
    "#);
    policy.guardrails =
        vec![guardrail("nodes", vec![ingress(50, End::Nodes, all("shop"), Ports::Any)], vec![], vec![])];
    assert_eq!(refused(&policy), [], "other nodes are kept out by isolation");
}

#[test]
fn a_guardrail_in_audit_is_withheld_and_says_so() {
    let rules = vec![egress(5, all("shop"), metadata(), tcp(&[80]))];
    let mut policy = policy(vec![namespace("shop", &[], rules)]);
    let mut block =
        guardrail("metadata", vec![egress(50, every_pod(), metadata(), Ports::Any)], vec![], vec![]);
    block.audit = true;
    policy.guardrails = vec![block];
    assert!(specs(&policy, "shop").contains("169.254.169.254/32"));
    insta::assert_snapshot!(said(&policy), @r#"
    NP0708 Warning: target `kubernetes` has no audit: guardrail `metadata` is not tried out
      90: in `audit`
      note: no object is written for it: what it would deny passes and is not reported
      help: enforce it, or build for `calico`, which can stage policies
    "#);
}

#[test]
fn everything_around_a_narrow_deny_stays_whole() {
    let rules = vec![ingress(5, End::Any, all("shop"), tcp(&[80]))];
    let mut policy = policy(vec![namespace("shop", &["web"], rules)]);
    let deny = ingress(50, all("legacy"), workload("shop", "web"), Ports::Any);
    policy.guardrails = vec![guardrail("legacy", vec![deny], vec![], vec![])];
    insta::assert_snapshot!(specs(&policy, "shop"), @r#"
    default-deny
      podSelector: {}
      policyTypes:
      - Ingress
      - Egress
    ---
    all
      podSelector: {}
      policyTypes:
      - Ingress
      - Egress
      ingress:
      # shop.netpol:5 a rule
      # because tests say so
      - from:
        - ipBlock:
            cidr: "10.10.0.0/16"
        - ipBlock:
            cidr: "0.0.0.0/0"
            except:
            - "10.10.0.0/16"
            - "10.96.0.0/12"
            - "10.244.0.0/16"
        - ipBlock:
            cidr: "::/0"
        ports:
        - protocol: TCP
          port: 80
      egress:
      # shop.netpol:5 a rule
      # because tests say so
      - to:
        - podSelector: {}
        ports:
        - protocol: TCP
          port: 80
    ---
    all--37094a18
      podSelector:
        matchExpressions:
        - key: app
          operator: NotIn
          values:
          - web
      policyTypes:
      - Ingress
      ingress:
      # shop.netpol:5 a rule
      # because tests say so
      - from:
        - namespaceSelector: {}
        ports:
        - protocol: TCP
          port: 80
    ---
    web
      podSelector:
        matchLabels:
          app: web
      policyTypes:
      - Ingress
      ingress:
      # shop.netpol:5 a rule
      # because tests say so
      - from:
        - namespaceSelector:
            matchExpressions:
            - key: kubernetes.io/metadata.name
              operator: NotIn
              values:
              - legacy
        ports:
        - protocol: TCP
          port: 80
    "#);
}
