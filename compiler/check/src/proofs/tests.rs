//! Tests by text: what holds, what does not, and what is said of it.

use netpol_diagnostics::Diagnostic;

use super::{Outcome, TestResult};
use crate::tests::check_files;
use crate::{Authority, Checked};

const SHOP: &str = "namespace shop\ntiers [web, api, db] by tier\nweb -> api:8080\napi -> db:5432\n";

fn checked(text: &str) -> Checked {
    check_files(&[("main.netpol", text, Authority::Anyone)], None).checked
}

/// What is said in family 09, and what the tests came to.
fn said(text: &str) -> (Vec<Diagnostic>, Vec<TestResult>) {
    let mut checked = checked(text);
    checked.diagnostics.retain(|d| d.code.0 / 100 == 9);
    (checked.diagnostics, checked.tests)
}

/// The lines of the only test added to `SHOP`: code, witness, notes.
#[track_caller]
fn one(lines: &str) -> Diagnostic {
    let (mut found, _) = said(&format!("{SHOP}test \"t\" {{\n{lines}\n}}\n"));
    assert_eq!(found.len(), 1, "{found:#?}");
    found.remove(0)
}

#[track_caller]
fn holds(program: &str, lines: &str) {
    let (found, tests) = said(&format!("{program}test \"t\" {{\n{lines}\n}}\n"));
    assert!(found.is_empty(), "{found:#?}");
    assert!(!tests.is_empty() && tests.iter().all(TestResult::passes), "{tests:#?}");
}

#[test]
fn what_every_member_can_do_holds() {
    holds(SHOP, "can web -> api:8080\ncannot web -> db:any\ncannot egress any to outside from all");
    holds(SHOP, "cannot pod(tier=other) -> api:any\ncannot elsewhere/all -> all:any");
}

#[test]
fn a_line_that_does_not_hold_shows_a_member_and_who_decided() {
    let found = one("cannot all -> api:any");
    assert_eq!(found.title, "test failed: `cannot all -> api:any`");
    assert_eq!(found.witness.as_deref(), Some("shop/{tier=web} -> shop/{tier=api}:8080/TCP"));
    assert_eq!(found.notes[0], "at both ends: `shop` allows it");
    assert_eq!(found.secondary.len(), 1);
    let found = one("can web -> api:[8080, 9090]");
    assert_eq!(found.witness.as_deref(), Some("shop/{tier=web} -> shop/{tier=api}:9090/TCP"));
    assert_eq!(found.notes[0], "at both ends: no line of `shop` allows it");
}

#[test]
fn a_pod_in_no_inventory_is_a_member() {
    let found = one("can all -> api:8080");
    assert_eq!(found.code.0, 901);
    assert_eq!(found.witness.as_deref(), Some("shop/{} -> shop/{tier=api}:8080/TCP"));
}

#[test]
fn a_guardrail_is_named() {
    let text = "guardrail g {\n  deny egress any to 203.0.113.0/24 from pods because \"hostile\"\n}\n\
                namespace shop {\n  workload w selects app=w\n  egress 443 to internet from w because \"partners\"\n\
                test \"t\" {\n    can egress 443 to internet from w\n  }\n}\n";
    let (found, _) = said(text);
    assert_eq!(found[0].notes[0], "at the source: guardrail `g` denies it");
    assert_eq!(found[0].witness.as_deref(), Some("shop/{app=w} -> 203.0.113.1:443/TCP"));
}

#[test]
fn a_name_may_resolve_to_any_public_address() {
    let program = "namespace shop\nworkload w selects app=w\negress 443 to api.example.com from w\n";
    holds(program, "can egress 443 to api.example.com from w\ncannot egress 443 to other.example.com from w");
    let (found, _) = said(&format!("{program}test \"t\" {{\ncannot egress 443 to internet from w\n}}\n"));
    assert_eq!(found[0].code.0, 901);
    assert!(found[0].witness.as_deref().is_some_and(|w| w.contains("api.example.com")), "{found:#?}");
    let (found, _) = said(&format!("{program}test \"t\" {{\ncan egress 443 to *.example.com from w\n}}\n"));
    assert_eq!(found[0].code.0, 901);
}

#[test]
fn a_test_is_asked_at_its_day() {
    let program = format!("{SHOP}web -> db:5432\n  until 2026-12-31\n");
    holds(&program, "can web -> db:5432");
    let at = |day: &str| said(&format!("{program}test \"t\" at {day} {{\ncannot web -> db:any\n}}\n")).0;
    assert!(at("2027-01-01").is_empty());
    assert_eq!(at("2026-12-31")[0].code.0, 901);
    assert!(at("2026-12-31")[0].notes.iter().any(|note| note.contains("at 2026-12-31")));
}

#[test]
fn an_audit_that_ends_is_a_guardrail_again() {
    let text = "guardrail g audit until 2026-12-31 {\n  deny egress any to 203.0.113.0/24 from pods because \"x\"\n}\n\
                namespace shop {\n  egress 443 to 203.0.113.7 because \"partner\"\n}\n\
                test \"then\" at 2027-01-01 {\n  cannot egress any to 203.0.113.0/24 from pods\n}\n\
                test \"now\" {\n  can egress 443 to 203.0.113.7 from shop/all\n}\n";
    assert!(said(text).0.is_empty(), "{:#?}", said(text).0);
}

#[test]
fn what_lapses_within_two_weeks_is_told_before() {
    let program =
        |day: &str| format!("{SHOP}web -> db:5432\n  until {day}\ntest \"t\" {{\ncan web -> db:5432\n}}\n");
    let (found, tests) = said(&program("2026-07-20"));
    assert_eq!(found[0].code.0, 905);
    assert!(found[0].title.ends_with("fails from 2026-07-21 on"), "{}", found[0].title);
    assert!(tests[0].passes());
    assert!(said(&program("2026-07-29")).0.is_empty());
}

#[test]
fn a_test_without_members_proves_nothing() {
    assert_eq!(one("cannot tenants -> all:any").code.0, 902);
    let (found, tests) = said(&format!("{SHOP}test \"t\" {{\n}}\n"));
    assert_eq!((found[0].code.0, tests[0].lines.len()), (902, 0));
    let found = one("cannot shpo/all -> all:any");
    assert_eq!(found.helps[0].text, "did you mean `shop`?");
    holds(SHOP, "cannot legacy/all -> all:any");
}

#[test]
fn two_lines_that_no_policy_satisfies_are_told_together() {
    let found = one("can web -> db:5432\ncannot all -> db:5000-6000");
    assert_eq!(found.code.0, 904);
    assert_eq!(found.secondary.len(), 1);
    assert_eq!(found.witness.as_deref(), Some("shop/{tier=web} -> shop/{tier=db}:5432/TCP"));
    let text = |can: &str, cannot: &str| {
        format!(
            "{SHOP}test \"a\" at {can} {{\ncan web -> db:1\n}}\ntest \"b\" at {cannot} {{\ncannot web -> db:1\n}}\n"
        )
    };
    assert_eq!(said(&text("2027-02-01", "2027-01-01")).0[0].code.0, 904);
    assert_eq!(said(&text("2027-01-01", "2027-02-01")).0[0].code.0, 901);
}

#[test]
fn a_pod_of_two_workloads_is_a_member_and_is_explained() {
    let program = "namespace shop\nworkload api selects tier=api\nworkload board selects app=board\n\
                   workload db selects tier=db\napi -> db:5432\n";
    let (found, _) =
        said(&format!("{program}test \"t\" {{\ncan api -> db:5432\ncannot board -> db:any\n}}\n"));
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].code.0, 901);
    assert_eq!(found[0].witness.as_deref(), Some("shop/{app=board,tier=api} -> shop/{tier=db}:5432/TCP"));
    assert!(found[0].notes.iter().any(|note| note.starts_with("a pod may carry `tier=api` too")));
    holds(program, "cannot pod(app=board,!tier) -> db:any");
}

#[test]
fn coverage_lists_what_no_test_looks_at() {
    let text = format!(
        "{SHOP}deny egress any to nodes\n  because \"never\"\ntest \"t\" {{\ncan web -> api:8080\ncannot web -> db:any\n}}\n"
    );
    let checked = checked(&text);
    let coverage = super::cover(&checked.views[0], "2026-07-15".parse().unwrap());
    let shown = |list: &[super::Statement]| -> Vec<(String, bool)> {
        list.iter().map(|s| (s.text.to_string(), s.is_covered)).collect()
    };
    let allows = [("web -> api:8080".to_owned(), true), ("api -> db:5432".to_owned(), false)];
    assert_eq!(shown(&coverage.allows), allows);
    assert_eq!(shown(&coverage.denies), [("deny egress any to nodes".to_owned(), false)]);
}

#[test]
fn every_cluster_has_its_own_answer() {
    let text = "cluster a {\n}\ncluster b {\n}\nnamespace shop {\n  tiers [web, api] by tier\n  web -> api:80\n\
                mode audit on b because \"trial\"\n}\ntest \"t\" {\n  cannot shop/api -> shop/web:80\n}\n";
    let (found, tests) = said(text);
    assert_eq!(found.len(), 1);
    assert!(
        found[0].notes.iter().any(|note| note == "at both ends: `shop` is in `audit`, so it only reports")
    );
    let passes: Vec<_> = tests.iter().map(|t| (t.cluster.as_deref(), t.passes())).collect();
    assert_eq!(passes, [(Some("a"), true), (Some("b"), false)]);
    assert!(matches!(tests[1].lines[0].outcome, Outcome::Fails { .. }));
}
