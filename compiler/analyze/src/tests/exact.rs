//! What policies say exactly, where a quick reading would differ.

use indoc::indoc;

use super::{PODS, lines, read};

fn connections(policies: &str) -> Vec<String> {
    lines(&read(&format!("{PODS}{policies}")).expect("an answer"))
}

fn has(policies: &str, line: &str) {
    let found = connections(policies);
    assert!(found.iter().any(|found| found == line), "no `{line}` in {found:#?}");
}

fn lacks(policies: &str, beginning: &str) {
    let found = connections(policies);
    assert!(!found.iter().any(|line| line.starts_with(beginning)), "`{beginning}` in {found:#?}");
}

#[test]
fn a_port_name_stands_for_what_the_destination_declares() {
    let policy = indoc! {"
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: a, namespace: shop}
        spec: {podSelector: {}, ingress: [{ports: [{port: http}]}]}
    "};
    has(policy, "shop/a,Pod,shop/b,Pod,8080/TCP");
    lacks(policy, "shop/b,Pod,shop/a");
}

#[test]
fn a_block_with_a_hole_leaves_two_ranges() {
    let policy = indoc! {"
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: a, namespace: shop}
        spec:
          podSelector: {matchLabels: {app: a}}
          policyTypes: [Egress]
          egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}], ports: [{port: 443}]}]
    "};
    has(policy, "shop/a,Pod,10.0.0.0/16 10.2.0.0-10.255.255.255,outside,443/TCP");
    lacks(policy, "shop/a,Pod,shop/b");
}

#[test]
fn an_unlimited_pod_reaches_everything() {
    let found = connections("");
    assert_eq!(
        found,
        [
            "0.0.0.0/0 ::/0,outside,shop/a,Pod,every",
            "0.0.0.0/0 ::/0,outside,shop/b,Pod,every",
            "shop/a,Pod,shop/b,Pod,every",
            "shop/a,Pod,0.0.0.0/0 ::/0,outside,every",
            "shop/b,Pod,shop/a,Pod,every",
            "shop/b,Pod,0.0.0.0/0 ::/0,outside,every",
        ]
    );
}

#[test]
fn a_deny_of_cilium_beats_its_allow() {
    let policy = indoc! {"
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: {name: b, namespace: shop}
        spec:
          endpointSelector: {matchLabels: {app: b}}
          ingress: [{fromEntities: [all]}]
          ingressDeny:
            - fromEndpoints: [{}]
              toPorts: [{ports: [{port: '8080', protocol: TCP}]}]
            - fromCIDR: [198.51.100.0/24]
    "};
    let rest = "1-8079/TCP 8081-65535/TCP 1-65535/UDP 1-65535/SCTP";
    has(policy, &format!("shop/a,Pod,shop/b,Pod,{rest}"));
    has(policy, "0.0.0.0-198.51.99.255 198.51.101.0-255.255.255.255 ::/0,outside,shop/b,Pod,every");
}

#[test]
fn an_http_rule_of_cilium_is_told_apart() {
    let policy = indoc! {"
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: {name: b, namespace: shop}
        spec:
          endpointSelector: {matchLabels: {app: b}}
          ingress:
            - fromEndpoints: [{matchLabels: {app: a}}]
              toPorts: [{ports: [{port: '8080', protocol: TCP}], rules: {http: [{method: GET}]}}]
    "};
    has(policy, "shop/a,Pod,shop/b,Pod,,8080/TCP");
}

#[test]
fn a_domain_name_of_cilium_is_an_end_of_its_own() {
    let policy = indoc! {"
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: {name: a, namespace: shop}
        spec:
          endpointSelector: {matchLabels: {app: a}}
          egress:
            - toEndpoints: [{matchLabels: {app: b}}]
              toPorts: [{ports: [{port: '53', protocol: ANY}], rules: {dns: [{matchPattern: '*'}]}}]
            - toFQDNs: [{matchName: api.example.com}]
              toPorts: [{ports: [{port: '443', protocol: TCP}]}]
    "};
    has(policy, "shop/a,Pod,api.example.com,outside,443/TCP");
}

#[test]
fn a_pass_of_calico_goes_on_to_the_next_tier() {
    let policy = indoc! {"
        apiVersion: projectcalico.org/v3
        kind: Tier
        metadata: {name: first}
        spec: {order: 1}
        ---
        apiVersion: projectcalico.org/v3
        kind: GlobalNetworkPolicy
        metadata: {name: first.web}
        spec:
          tier: first
          selector: app == 'b'
          types: [Ingress]
          ingress:
            - {action: Pass, protocol: TCP, destination: {ports: [8080]}}
            - {action: Deny}
    "};
    has(policy, "shop/a,Pod,shop/b,Pod,8080/TCP");
}

#[test]
fn a_workload_whose_pods_policy_tells_apart_is_listed_pod_by_pod() {
    let replica = |name: &str, track: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {name}\n  namespace: shop\n  labels: {{track: {track}}}\n  \
             ownerReferences: [{{apiVersion: apps/v1, kind: ReplicaSet, name: web, uid: x}}]\nspec: {{}}\n---\n"
        )
    };
    let policy = indoc! {"
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: canary, namespace: shop}
        spec: {podSelector: {matchLabels: {track: canary}}}
    "};
    let pods = replica("web-1", "stable") + &replica("web-2", "canary");
    let together = lines(&read(&pods).expect("an answer"));
    assert!(together.contains(&"shop/web,ReplicaSet,shop/web,ReplicaSet,every".to_owned()), "{together:#?}");
    let apart = lines(&read(&format!("{pods}{policy}")).expect("an answer"));
    assert!(apart.contains(&"shop/web-2,Pod,shop/web-1,Pod,every".to_owned()), "{apart:#?}");
    assert!(!apart.iter().any(|line| line.starts_with("shop/web-1,Pod,shop/web-2")), "{apart:#?}");
}
