//! For every obligation the smallest wrong program and its right twin.

use netpol_diagnostics::{Diagnostic, Severity};

use crate::Authority;
use crate::tests::check_all;

/// What is said in family 06 of a platform's file and a tenant's.
fn said(platform: &str, tenants: &str) -> Vec<Diagnostic> {
    let files = [
        ("platform.netpol", platform, Authority::Platform),
        ("shop.netpol", tenants, Authority::Tenants(["shop".into()].into())),
    ];
    let mut found = check_all(&files, None).checked.diagnostics;
    assert!(found.iter().all(|d| d.code.0 > 400), "{found:#?}");
    found.retain(|d| d.code.0 / 100 == 6);
    found
}

fn demand(what: &str) -> String {
    format!("tenant shop owns shop\nguardrail paper {{\n  require {what}\n}}\n")
}

#[track_caller]
fn one(code: u16, what: &str, wrong: &str, right: &str) -> Diagnostic {
    let shop = |line: &str| format!("namespace shop\nworkload w selects app=w\n{line}\n");
    let head = |head: &str| format!("{head} {{\n}}\n");
    let text = |line: &str| if line.starts_with("namespace") { head(line) } else { shop(line) };
    let mut found = said(&demand(what), &text(wrong));
    assert_eq!(found.iter().map(|d| d.code.0).collect::<Vec<_>>(), [code], "{found:#?}");
    assert_eq!(found[0].secondary.last().unwrap().text, "required here, by guardrail `paper`");
    let right = said(&demand(what), &text(right));
    assert!(right.is_empty(), "{right:#?}");
    found.remove(0)
}

const WHY: &str = "\n  because \"the partners' API\"";

#[test]
fn egress_to_the_internet_is_justified() {
    let line = "egress 443 to internet from w";
    one(601, "because on egress internet", line, &format!("{line}{WHY}"));
    for meets in ["outside", "any", "api.example.com", "203.0.113.7"] {
        let line = format!("egress 443 to {meets} from w");
        one(601, "because on egress internet", &line, &format!("{line}{WHY}"));
    }
    assert!(
        said(&demand("because on egress internet"), "namespace shop\negress 443 to 10.1.2.3\n").is_empty()
    );
}

#[test]
fn a_reference_is_there_where_it_is_required() {
    one(602, "ticket on expose", "expose w:80 to b/all", "expose w:80 to b/all\n  ticket A-1");
    one(602, "because on ingress", "ingress 80 from nodes to w", &format!("ingress 80 from nodes to w{WHY}"));
    one(602, "until on egress", "egress 443 to 10.1.2.3", "egress 443 to 10.1.2.3\n  until 2030-01-01");
    one(602, "reviewed on egress", "egress 443 to 10.1.2.3", "egress 443 to 10.1.2.3\n  reviewed 2020-01-01");
}

#[test]
fn what_a_line_denotes_decides_its_class() {
    let what = "because on cross-namespace";
    for line in ["w -> b/all:80", "expose w:80 to b/all", "ingress 80 from any to w", "w -> pods:80"] {
        one(602, what, line, &format!("{line}{WHY}"));
    }
    assert!(said(&demand(what), "namespace shop\nall -> shop/all:80\negress 80 to 10.1.2.3\n").is_empty());
}

#[test]
fn paperwork_is_inherited() {
    let text = "namespace shop ticket A-1 {\n  app x {\n    egress 443 to 10.1.2.3\n  }\n}\n";
    assert!(said(&demand("ticket on egress"), text).is_empty());
}

#[test]
fn an_end_is_not_too_far_away() {
    let line = "egress 443 to 10.1.2.3\n  until";
    let found =
        one(605, "until within 90d on egress", &format!("{line} 2026-10-14"), &format!("{line} 2026-10-13"));
    assert_eq!(found.helps[0].text, "end it on 2026-10-13 or before");
}

#[test]
fn exceptions_answer_to_their_own_block_only() {
    let text = |clause: &str, block: &str| {
        format!(
            "guardrail a {{\n  deny egress 80 to 203.0.113.0/24 from pods because \"the old site\"\n  \
             except egress 80 to 203.0.113.7 from legacy/all{clause}\n}}\n\
             guardrail {block} {{\n  require until within 180d on except\n}}\n"
        )
    };
    let codes = |platform: &str| -> Vec<u16> { said(platform, "").iter().map(|d| d.code.0).collect() };
    assert_eq!(codes(&text("", "b")), Vec::<u16>::new());
    let own = |clause: &str| text(clause, "b").replace("}\nguardrail b {\n", "");
    assert_eq!(codes(&own("")), [602]);
    assert_eq!(codes(&own("\n  until 2031-01-01")), [605]);
    assert_eq!(codes(&own("\n  until 2026-12-31")), Vec::<u16>::new());
}

#[test]
fn a_namespace_has_an_owner() {
    one(606, "owner on namespace", "namespace shop", "namespace shop owner team-shop");
    let by_tenant = demand("owner on namespace").replace("owns shop", "owns shop owner team-shop");
    assert!(said(&by_tenant, "namespace shop\n").is_empty());
}

#[test]
fn a_review_is_recent() {
    let text = |day: &str| format!("namespace shop reviewed {day}");
    let found = one(607, "reviewed within 180d on namespace", &text("2026-01-15"), &text("2026-01-16"));
    assert_eq!(found.notes[0], "at most 180 days may pass; it was due on 2026-07-14");
}

#[test]
fn an_address_range_is_narrow_enough() {
    let line = |block: &str| format!("egress 443 to {block} from w");
    one(609, "prefix /16 on egress", &line("10.0.0.0/12"), &line("10.0.0.0/16"));
    one(609, "prefix /16 on egress", &line("2001:db8::/40"), &line("2001:db8::/48"));
    one(
        609,
        "prefix /24 on ingress",
        "ingress 443 from 10.0.0.0/16 to w",
        "ingress 443 from 10.0.0.0/24 to w",
    );
}

#[test]
fn ports_are_named() {
    one(610, "ports on every rule", "w -> w:any", "w -> w:80");
    one(610, "ports on every rule", "w -> w:tcp/*", "w -> w:1-1024");
}

#[test]
fn a_namespace_is_enforced() {
    one(611, "enforce on namespace", "namespace shop audit until 2026-12-31", "namespace shop");
    one(
        611,
        "enforce on namespace",
        "namespace shop ingress-only until 2026-12-31",
        "namespace shop audit until 2026-07-01",
    );
}

#[test]
fn a_demand_may_be_for_some_namespaces_only() {
    let text = |within: &str| {
        format!(
            "tenant shop owns shop\ntenant b owns other\nguardrail g {{\n  require owner on namespace in {within}\n}}\n"
        )
    };
    for (within, told) in [("shop", 1), ("other", 0), ("tenant shop", 1), ("tenant b", 0)] {
        assert_eq!(said(&text(within), "namespace shop\n").len(), told, "{within}");
    }
}

#[test]
fn the_platform_is_exempt_and_an_audit_only_warns() {
    let platform = format!("{}namespace vault {{\n}}\n", demand("owner on namespace"));
    assert!(said(&platform, "").is_empty());
    let audit = demand("owner on namespace").replace("paper", "paper audit until 2026-12-31");
    let found = said(&audit, "namespace shop\n");
    assert_eq!((found.len(), found[0].severity), (1, Severity::Warning));
}

#[test]
fn a_line_of_a_pattern_is_blamed_on_its_apply() {
    let platform = demand("ports on every rule");
    let text = "use std/k8s\nnamespace shop\napply k8s/same-namespace\n";
    let found = said(&platform, text);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].secondary[0].text, "opens every port of a protocol");
}

#[test]
fn what_expires_soon_is_told_before() {
    let line = |day: &str| format!("namespace shop owner team-x\nall -> all:80\n  until {day}\n");
    let codes = |day: &str| -> Vec<u16> { said("", &line(day)).iter().map(|d| d.code.0).collect() };
    assert_eq!(codes("2026-07-15"), [604]);
    assert_eq!(codes("2026-07-29"), [604]);
    assert_eq!(codes("2026-07-30"), Vec::<u16>::new());
    assert_eq!(said("", &line("2026-07-20"))[0].notes[0], "`team-x` answers for it");
    assert_eq!(
        said("", "namespace shop audit until 2026-07-20 {\n}\n")[0].title,
        "mode ends soon, on 2026-07-20"
    );
}

#[test]
fn a_reason_says_something() {
    let line = |why: &str| format!("namespace shop\nall -> all:80\n  because \"{why}\"\n");
    for nothing in ["needed", "todo", "business need", "x"] {
        assert_eq!(said("", &line(nothing)).iter().map(|d| d.code.0).collect::<Vec<_>>(), [608], "{nothing}");
    }
    for reason in ["orders and their metrics", "支付网关回调"] {
        assert!(said("", &line(reason)).is_empty(), "{reason}");
    }
}
