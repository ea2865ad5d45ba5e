//! For every code of the family the smallest wrong program and its right twin.

use netpol_diagnostics::Diagnostic;

use crate::Authority;
use crate::tests::check_all;

fn said(text: &str) -> Vec<Diagnostic> {
    let mut found = check_all(&[("main.netpol", text, Authority::Anyone)], None).checked.diagnostics;
    found.retain(|d| d.code.0 / 100 == 5);
    found
}

#[track_caller]
fn one(code: u16, wrong: &str, right: &str) -> Diagnostic {
    let mut found = said(wrong);
    assert_eq!(found.iter().map(|d| d.code.0).collect::<Vec<_>>(), [code], "{found:#?}");
    assert!(said(right).is_empty(), "{:#?}", said(right));
    found.remove(0)
}

fn shop(guardrail: &str, lines: &str) -> String {
    format!("guardrail g {{\n{guardrail}\n}}\nnamespace shop {{\n  tiers [web, api] by tier\n{lines}\n}}\n")
}

const DENY: &str = "  deny egress any to 198.51.100.0/24 from pods because \"hostile\"";

#[test]
fn a_line_that_is_denied_whole_never_takes_effect() {
    let found = one(
        501,
        &shop(DENY, "  egress 443 to 198.51.100.7 from api"),
        &shop(DENY, "  egress 443 to 203.0.113.7 from api"),
    );
    assert_eq!(found.witness.as_deref(), Some("shop/{tier=api} -> 198.51.100.7:443/TCP"));
    assert_eq!(found.secondary[0].text, "denied here, in guardrail `g`");
    let sealed = said(&format!("sealed {}", shop(DENY, "  egress 443 to 198.51.100.7 from api")));
    assert!(sealed[0].notes[0].contains("sealed"));
}

#[test]
fn several_denies_may_overrule_a_line_together() {
    let guardrail =
        "  deny egress any to 198.51.100.0/25 from pods\n  deny egress any to 198.51.100.128/25 from pods";
    let found = one(
        501,
        &shop(guardrail, "  egress 443 to 198.51.100.0/24 from api"),
        &shop("  deny egress 80 to outside from pods", "  egress 443 to 198.51.100.0/24 from api"),
    );
    assert_eq!(found.secondary.len(), 2);
}

#[test]
fn what_a_guardrail_leaves_of_a_line_is_shown() {
    let guardrail = "  deny egress any to 10.128.0.0/9 from pods because \"the old site\"";
    let found = one(
        502,
        &shop(guardrail, "  egress 443 to 10.0.0.0/8 from api"),
        &shop(guardrail, "  egress 443 to 10.0.0.0/8 from api\n    because \"all but the old site\""),
    );
    assert_eq!(found.primary.unwrap().text, "denied: shop/{tier=api} -> 10.128.0.0/9:443/TCP");
    assert_eq!(found.notes[0], "what is left of it: shop/{tier=api} -> 10.0.0.0/9:443/TCP");
    assert_eq!(found.witness.as_deref(), Some("shop/{tier=api} -> 10.128.0.1:443/TCP"));
}

#[test]
fn a_name_counts_as_public_addresses() {
    let metadata = "  deny egress any to [169.254.169.254, 10.0.0.0/8] from pods because \"private\"";
    assert!(said(&shop(metadata, "  egress 443 to api.example.com from api")).is_empty());
    let internet = "  deny egress any to internet from pods because \"one way out\"";
    let found = said(&shop(internet, "  egress 443 to api.example.com from api"));
    assert_eq!(found[0].code.0, 501);
}

#[test]
fn an_exception_lets_the_line_live() {
    let guardrail =
        format!("{DENY}\n  except egress 443 to 198.51.100.7 from shop/api\n    because \"partner\"");
    assert!(said(&shop(&guardrail, "  egress 443 to 198.51.100.7 from api")).is_empty());
}

#[test]
fn tenants_apart_overrule_what_both_sides_agreed_to() {
    let text = |to: &str| {
        format!(
            "tenant a owns [a1, a2]\ntenant b owns b1\nguardrail g {{\n  deny tenants -> other-tenants:any\n}}\n\
             namespace a1 {{\n  all -> {to}/all:80\n}}\nnamespace {to} {{\n  expose all:80 to a1/all\n}}\n"
        )
    };
    let found = said(&text("b1"));
    assert_eq!(found.iter().map(|d| d.code.0).collect::<Vec<_>>(), [501, 501], "{found:#?}");
    assert!(said(&text("a2")).is_empty());
}

#[test]
fn a_line_behind_the_own_fence_is_dead() {
    let fence = "  deny egress any to 198.51.100.0/24\n    because \"never\"\n";
    let found = one(
        503,
        &shop(
            DENY,
            &format!("{}  egress 443 to 203.0.113.7 from api", fence.replace("198.51.100", "203.0.113")),
        ),
        &shop(DENY, &format!("{fence}  egress 443 to 203.0.113.7 from api")),
    );
    assert_eq!(found.title, "rule is overruled by the fence of `shop`");
    assert!(found.helps[0].text.contains("`except egress 443 to 203.0.113.7 from api`"));
    let excepted = "  deny egress any to outside\n  except egress 443 to 203.0.113.7 from api\n  \
                    egress 443 to 203.0.113.7 from api\n";
    assert!(said(&shop(DENY, excepted)).is_empty());
}

#[test]
fn a_deny_that_meets_the_baseline_is_the_platforms_mistake() {
    let text = |except: &str| {
        format!(
            "use std/k8s\ntenant t owns shop\nguardrail g {{\n  deny tenants -> kube-system/all:any\n{except}}}\n\
             baseline {{\n  apply k8s/dns\n}}\nnamespace shop {{\n}}\n"
        )
    };
    let found = one(504, &text(""), &text("  except tenants -> k8s/coredns:dns\n"));
    assert_eq!(found.witness.as_deref(), Some("shop/{} -> kube-system/{k8s-app=kube-dns}:53/TCP"));
    let allow = |ports: &str| {
        format!(
            "guardrail a {{\n  allow b/all -> c/all:{ports}\n}}\nguardrail d {{\n  deny b/all -> c/all:22\n}}\n"
        )
    };
    one(504, &allow("1-100"), &allow("80"));
}

#[test]
fn an_exception_meets_its_deny() {
    let text = |port: u16| {
        let guardrail = format!(
            "  deny egress 443 to 203.0.113.0/24 from pods because \"hostile\"\n  \
             except egress {port} to 203.0.113.7 from shop/api because \"partner\""
        );
        shop(&guardrail, "  egress 443 to 203.0.113.7 from api")
    };
    let codes: Vec<u16> = said(&text(8443)).iter().map(|d| d.code.0).collect();
    assert_eq!(codes, [506, 501], "the line is dead, since the exception is not for it");
    assert!(said(&text(443)).is_empty());
}

#[test]
fn an_exception_only_steps_aside() {
    let guardrail = format!("{DENY}\n  except egress 443 to 198.51.100.7 from shop/api because \"partner\"");
    let found = one(507, &shop(&guardrail, ""), &shop(&guardrail, "  egress 443 to 198.51.100.7 from api"));
    assert_eq!(found.witness.as_deref(), Some("shop/{tier=api} -> 198.51.100.7:443/TCP"));
    let undeclared = guardrail.replace("shop/api", "legacy/all");
    assert!(said(&shop(&undeclared, "")).is_empty(), "nobody refuses there");
}

#[test]
fn a_guardrail_matches_something() {
    one(
        509,
        "guardrail g {\n  deny tenants -> vault/all:any\n}\n",
        "tenant t owns shop\nguardrail g {\n  deny tenants -> vault/all:any\n}\n",
    );
    let text = |name: &str| {
        format!(
            "tenant t owns shop\nnamespace vault {{\n}}\nguardrail g {{\n  deny tenants -> {name}/all:any\n}}\n"
        )
    };
    let found = one(509, &text("valut"), &text("vault"));
    assert_eq!(found.helps[0].text, "did you mean `vault`?");
}

#[test]
fn a_fence_denies_what_a_line_allows() {
    let text = |to: &str| {
        format!(
            "namespace shop {{\n  egress any to outside\n    because \"open\"\n  deny egress any to {to}\n}}\n"
        )
    };
    one(510, &text("nodes"), &text("203.0.113.0/24"));
    assert!(
        said("namespace shop {\n  deny egress any to nodes\n    because \"for the future\"\n}\n").is_empty()
    );
}

#[test]
fn the_own_node_is_out_of_reach() {
    one(
        511,
        "guardrail g {\n  deny ingress 22 from nodes to pods\n}\n",
        "guardrail g {\n  deny ingress 22 from nodes to pods\n    because \"the other nodes\"\n}\n",
    );
}
