//! Clauses, dates, `require`.

use super::{check_files, pair, shown, silent};
use crate::Authority;

fn line(clauses: &str) -> String {
    format!("namespace a\nall -> all:80\n  {clauses}\n")
}

#[test]
fn a_clause_stands_once_and_where_it_belongs() {
    pair("NP0109", "ticket B-2", &line("ticket A-1 ticket B-2"), &line("ticket A-1"));
    pair("NP0109", "alert warning", &line("alert warning"), &line("log"));
    pair(
        "NP0109",
        "log",
        "use std/k8s\nnamespace a\napply k8s/dns\n  log\n",
        "use std/k8s\nnamespace a\napply k8s/dns\n  ticket A-1\n",
    );
    pair(
        "NP0109",
        "until 2027-01-01",
        "namespace a until 2027-01-01 {\n}\n",
        "namespace a audit until 2027-01-01 {\n}\n",
    );
    pair(
        "NP0109",
        "only http GET \"/x\"",
        "namespace a\ndeny all -> b/all:80\n  only http GET \"/x\"\n",
        "namespace a\nall -> b/all:80\n  only http GET \"/x\"\n",
    );
    pair(
        "NP0109",
        "only http GET \"/x\"",
        "namespace a\nall -> all:udp/80\n  only http GET \"/x\"\n",
        "namespace a\nall -> all:80\n  only http GET \"/x\"\n",
    );
    pair("NP0109", "\"/a*b\"", &line("only http GET \"/a*b\""), &line("only http GET \"/a*\""));
}

#[test]
fn a_deny_does_not_lapse() {
    pair(
        "NP0508",
        "until 2027-01-01",
        "namespace a\ndeny egress any to internet\n  until 2027-01-01\n",
        "namespace a\ndeny egress any to internet\n",
    );
    let text = |until: &str| {
        format!("pattern p {{\n  deny egress any to internet\n}}\nnamespace a {{\n  apply p{until}\n}}\n")
    };
    pair("NP0508", "apply p", &text(" until 2027-01-01"), &text(""));
    let text = |until: &str| {
        format!("use std/k8s\nbaseline {{\n  apply k8s/dns\n}}\nnamespace a {{\n  waive k8s/dns{until}\n}}\n")
    };
    pair("NP0508", "until 2027-01-01", &text(" until 2027-01-01"), &text(""));
}

#[test]
fn a_lapsed_rule_is_told_and_kept_with_its_date() {
    pair("NP0603", "until 2026-07-14", &line("until 2026-07-14"), &line("until 2026-07-15"));
    let (views, diagnostics) =
        super::check_text("namespace a owner team-x\nall -> all:80\n  until 2026-07-14\n");
    assert_eq!(views[0].namespaces["a"].rules.len(), 1);
    assert!(diagnostics[0].notes[0].contains("team-x"));
}

#[test]
fn a_mode_has_an_end_or_a_reason() {
    pair("NP0613", "audit", "namespace a audit {\n}\n", "namespace a audit until 2027-01-01 {\n}\n");
    silent("namespace a ingress-only because \"edge only\" {\n}\n");
    pair(
        "NP0613",
        "audit",
        "guardrail g audit {\n  deny egress any to nodes from pods\n}\n",
        "guardrail g audit until 2027-01-01 {\n  deny egress any to nodes from pods\n}\n",
    );
}

#[test]
fn requires_come_out_as_data() {
    let text =
        "use std/guard\nguardrail pci {\n  apply guard/pci-dss-4(cde)\n  require prefix /16 on egress\n}\n";
    let found = check_files(&[("main.netpol", text, Authority::Anyone)], None);
    assert_eq!(shown(&found), Vec::<String>::new());
    assert_eq!(found.checked.requires.len(), 8);
    let first = &found.checked.requires[0];
    assert_eq!(first.namespaces.as_deref(), Some(&["cde".into()][..]));
    assert_eq!(found.sources.text(first.via[0]), "apply guard/pci-dss-4(cde)");
}
