//! Family 03: addresses, domains, ports, selectors, dates.

use super::{check_files, fixes, pair, shown, silent};
use crate::Authority;

fn to(peer: &str) -> String {
    format!("namespace a\negress 443 to {peer}\n")
}

fn port(services: &str) -> String {
    format!("namespace a\nall -> all:{services}\n")
}

fn selects(selector: &str) -> String {
    format!("namespace a\nworkload w selects {selector}\nw -> w:80\n")
}

#[test]
fn host_bits_are_not_set() {
    pair("NP0301", "10.0.1.5/16", &to("10.0.1.5/16"), &to("10.0.0.0/16"));
    fixes(&to("10.0.1.5/16"), &to("10.0.0.0/16"));
}

#[test]
fn an_address_range_is_one() {
    pair("NP0302", "10.0.0.0/40", &to("10.0.0.0/40"), &to("10.0.0.0/30"));
    pair("NP0302", "10.0.0.256", &to("10.0.0.256"), &to("10.0.0.255"));
    pair("NP0302", "::ffff:10.0.0.1", &to("::ffff:10.0.0.1"), &to("10.0.0.1"));
}

#[test]
fn everything_is_not_a_destination() {
    pair("NP0303", "0.0.0.0/0", &to("0.0.0.0/0"), &to("internet"));
    pair("NP0303", "::/0", &to("::/0"), &to("internet"));
}

#[test]
fn a_very_wide_range_needs_a_reason() {
    pair("NP0304", "52.0.0.0/6", &to("52.0.0.0/6"), &format!("{}  because \"provider\"\n", to("52.0.0.0/6")));
    let noun = "net wide = 52.0.0.0/6\nnamespace a {\n  egress 443 to wide\n}\n";
    pair("NP0304", "wide", noun, "net wide = 52.0.0.0/8\nnamespace a {\n  egress 443 to wide\n}\n");
}

#[test]
fn a_range_inside_the_cluster_matches_nothing() {
    let text = |peer: &str| {
        format!(
            "cluster c {{\n  pods 10.244.0.0/16\n  shared 10.250.0.0/16\n  nodes 10.250.0.0/16\n}}\n{}",
            to(peer).replace("namespace a\n", "namespace a {\n") + "}\n"
        )
    };
    pair("NP0305", "10.244.3.0/24", &text("10.244.3.0/24"), &text("10.245.3.0/24"));
    silent(&text("10.250.1.0/24"));
}

#[test]
fn a_covered_range_adds_nothing() {
    pair("NP0306", "10.1.0.0/16", &to("[10.0.0.0/8, 10.1.0.0/16]"), &to("[10.0.0.0/8]"));
    fixes(&to("[10.0.0.0/8, 10.1.0.0/16]"), &to("[10.0.0.0/8]"));
    fixes(&to("[10.1.0.0/16, 10.0.0.0/8]"), &to("[10.0.0.0/8]"));
}

#[test]
fn a_star_is_the_first_label_of_a_domain() {
    pair("NP0307", "s3.*.amazonaws.com", &to("s3.*.amazonaws.com"), &to("s3.eu-west-1.amazonaws.com"));
}

#[test]
fn a_wildcard_names_an_organisation() {
    pair("NP0308", "*.com", &to("*.com"), &to("*.example.com"));
    pair("NP0308", "*.co.uk", &to("*.co.uk"), &to("*.example.co.uk"));
}

#[test]
fn a_shared_hosting_domain_needs_a_reason() {
    pair(
        "NP0309",
        "*.amazonaws.com",
        &to("*.amazonaws.com"),
        &format!("{}  because \"backup\"\n", to("*.amazonaws.com")),
    );
    let noun = "use std/aws\nnamespace a\negress 443 to aws/any-service\n";
    pair("NP0309", "aws/any-service", noun, "use std/aws\nnamespace a\negress 443 to aws/sts(eu-west-1)\n");
}

#[test]
fn a_port_name_is_defined() {
    let text =
        |name: &str| format!("namespace a\nworkload w selects app=w ports [metrics=9090]\nw -> w:{name}\n");
    pair("NP0310", "metricz", &text("metricz"), &text("metrics"));
    fixes(&text("metricz"), &text("metrics"));
}

#[test]
fn pods_where_a_port_stands_are_told_to_stand_last() {
    let text = "namespace a\nworkload w selects app=w\negress w to internet\n";
    let found = check_files(&[("main.netpol", text, Authority::Anyone)], None);
    let helps: Vec<&str> =
        found.checked.diagnostics.iter().flat_map(|d| &d.helps).map(|help| &*help.text).collect();
    assert!(helps.contains(&"an `egress` says its pods last: `egress PORTS to … from w`"), "{helps:?}");
}

#[test]
fn a_port_is_one() {
    pair("NP0311", "9000-8000", &port("9000-8000"), &port("8000-9000"));
    fixes(&port("9000-8000"), &port("8000-9000"));
    pair("NP0311", "70000", &port("70000"), &port("7000"));
    pair("NP0311", "0", &port("0"), &port("1"));
    pair("NP0311", "8080/tcp", &port("8080/tcp"), &port("tcp/8080"));
    fixes(&port("8080/tcp"), &port("tcp/8080"));
    pair("NP0311", "icmp", &port("icmp"), &port("sctp/*"));
    pair("NP0311", "\"No_Name\"", &port("\"No_Name\""), &port("\"name\""));
    pair(
        "NP0311",
        "\"web\"",
        "namespace a\negress \"web\" to internet\n",
        "namespace a\negress 80 to internet\n",
    );
}

#[test]
fn a_selector_can_match() {
    pair("NP0312", "tier=api", &selects("tier=web, tier=api"), &selects("tier in (web, api)"));
    fixes(&selects("tier=web, tier=api"), &selects("tier in (web, api)"));
    pair("NP0312", "!tier", &selects("tier=web, !tier"), &selects("tier=web, !canary"));
}

#[test]
fn two_workloads_select_different_pods() {
    let text = |second: &str| {
        format!("namespace a\nworkload w selects app=w\nworkload v selects {second}\nw -> v:80\n")
    };
    pair("NP0313", "v", &text("app=w"), &text("app=v"));
    for alike in ["app in (w)", "app in (w, v), app!=v", "app==w, app"] {
        pair("NP0313", "v", &text(alike), &text("app in (w, v)"));
    }
}

#[test]
fn a_label_is_one() {
    pair("NP0314", "\"a--\"", &selects("app=\"a--\""), &selects("app=a"));
}

#[test]
fn a_domain_is_allowed_outwards_only() {
    pair(
        "NP0315",
        "*.evil.example",
        "guardrail g {\n  deny egress any to *.evil.example from pods\n}\n",
        "guardrail g {\n  deny egress any to internet from pods\n}\n",
    );
    pair(
        "NP0315",
        "x.example.com",
        "namespace a\ningress 80 from x.example.com\n",
        "namespace a\negress 80 to x.example.com\n",
    );
    pair(
        "NP0315",
        "x.example.com",
        "net n = x.example.com\nnamespace a {\n  egress 80 to n\n}\n",
        "domain n = x.example.com\nnamespace a {\n  egress 80 to n\n}\n",
    );
}

#[test]
fn an_arrow_is_between_pods() {
    let wrong = "namespace a\nall -> x.example.com:443\n";
    pair("NP0316", "x.example.com", wrong, "namespace a\negress 443 to x.example.com from all\n");
    fixes(wrong, "namespace a\negress 443 to x.example.com from all\n");
    fixes("namespace a\ninternet -> all:443\n", "namespace a\ningress 443 from internet to all\n");
}

#[test]
fn egress_and_ingress_are_for_the_edge() {
    let text = |line: &str| {
        format!("namespace a\nworkload api selects app=api\nworkload db selects app=db\n{line}\n")
    };
    pair("NP0317", "db", &text("egress 5432 to db from api"), &text("api -> db:5432"));
    fixes(&text("egress 5432 to db from api"), &text("api -> db:5432"));
    fixes(&text("ingress 5432 from b/all to db"), &text("expose db:5432 to b/all"));
    fixes(&text("deny egress 5432 to db from api"), &text("deny api -> db:5432"));
}

#[test]
fn a_boundary_on_a_namespace_label_needs_a_reason() {
    let text = |tail: &str| format!("namespace a\nexpose all:80 to namespaces(team=pay){tail}\n");
    pair("NP0318", "namespaces(team=pay)", &text(""), &text("\n  because \"their label is guarded\""));
    silent("namespace a\nexpose all:80 to namespaces(kubernetes.io/metadata.name=b)\n");
}

#[test]
fn an_exception_lies_inside_its_net() {
    let text = |except: &str| {
        format!("net o = 10.20.0.0/16 except {except}\nnamespace a {{\n  egress 443 to o\n}}\n")
    };
    pair("NP0319", "10.30.4.0/24", &text("10.30.4.0/24"), &text("10.20.4.0/24"));
}

#[test]
fn expose_is_for_pods() {
    let wrong = "namespace a\nworkload web selects app=web\nexpose web:443 to internet\n";
    let right = "namespace a\nworkload web selects app=web\ningress 443 from internet to web\n";
    pair("NP0321", "internet", wrong, right);
    fixes(wrong, right);
}

#[test]
fn a_date_is_in_the_calendar() {
    let text = |date: &str| format!("namespace a\nall -> all:80\n  until {date}\n");
    pair("NP0108", "until 2027-02-30", &text("2027-02-30"), &text("2027-02-28"));
}

#[test]
fn a_rule_stands_in_a_namespace_or_the_default_one() {
    pair(
        "NP0106",
        "all -> all:80",
        "all -> all:80\nall -> all:81\n",
        "namespace a\nall -> all:80\nall -> all:81\n",
    );
    let found = check_files(&[("main.netpol", "all -> all:80\n", Authority::Anyone)], Some("demo"));
    assert!(shown(&found).is_empty());
    assert_eq!(found.checked.views[0].namespaces["demo"].rules.len(), 1);
}
