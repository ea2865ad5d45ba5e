//! Family 04 and nesting: what a sentence needs, and who may write it.

use netpol_diagnostics::{Diagnostic, Severity};

use super::{check_all, fixes, pair, shown, silent};
use crate::Authority;

fn data(line: &str) -> String {
    format!("namespace data\nworkload db selects app=db\nworkload api selects app=api\n{line}\n")
}

#[test]
fn a_rule_has_a_port() {
    pair("NP0401", "db", &data("api -> db"), &data("api -> db:5432"));
    pair("NP0401", "db", &data("expose db to b/all"), &data("expose db:5432 to b/all"));
}

#[test]
fn every_port_needs_a_reason() {
    pair("NP0402", "any", &data("api -> db:any"), &data("api -> db:any\n  because \"legacy protocol\""));
    let patterned = "pattern p {\n  all -> all:any\n}\nnamespace a {\n  apply p\n}\n";
    let found = super::check_files(&[("main.netpol", patterned, crate::Authority::Anyone)], None);
    assert_eq!(shown(&found), ["NP0402 any"]);
    silent("pattern p {\n  all -> all:any\n    because \"small\"\n}\nnamespace a {\n  apply p\n}\n");
}

#[test]
fn an_app_only_allows() {
    let text = |line: &str| format!("namespace a {{\n  app x {{\n    {line}\n  }}\n}}\n");
    pair(
        "NP0403",
        "deny egress any to internet",
        &text("deny egress any to internet"),
        &text("egress 80 to internet"),
    );
}

#[test]
fn a_namespace_allows_without_saying_so() {
    pair("NP0403", "allow api -> db:80", &data("allow api -> db:80"), &data("api -> db:80"));
    fixes(&data("allow api -> db:80"), &data("api -> db:80"));
}

#[test]
fn statements_stand_where_they_belong() {
    let cases = [
        ("namespace a {\n  guardrail g {\n  }\n}\n", "guardrail g"),
        ("namespace a {\n  tenant t owns b\n}\n", "tenant t owns b"),
        ("guardrail g {\n  all -> all:80\n}\n", "all -> all:80"),
        ("guardrail g {\n  waive x\n}\n", "waive x"),
        ("namespace a {\n  require owner on namespace\n}\n", "require owner on namespace"),
        ("namespace a {\n  can all -> all:80\n}\n", "can all -> all:80"),
        ("test \"t\" {\n  pods -> pods:80\n}\n", "pods -> pods:80"),
        ("baseline {\n  egress 80 to internet\n}\n", "egress 80 to internet"),
        ("namespace a external {\n  all -> all:80\n}\n", "all -> all:80"),
        ("namespace a {\n  pattern p {\n  }\n}\n", "pattern p"),
        ("namespace a {\n  egress 80 to nodes from pod(app=x)\n}\n", "pod(app=x)"),
        ("namespace a {\n  all -> other-tenants:80\n}\n", "other-tenants"),
        ("guardrail g {\n  require enforce on egress\n}\n", "enforce"),
    ];
    for (text, place) in cases {
        let found = super::check_files(&[("main.netpol", text, crate::Authority::Anyone)], None);
        assert_eq!(shown(&found), [format!("NP0403 {place}")], "{text}");
    }
}

#[test]
fn a_pattern_of_denies_is_no_baseline() {
    let text =
        |line: &str| format!("pattern p {{\n  {line}\n}}\nbaseline {{\n  apply p\n}}\nnamespace a {{\n}}\n");
    pair("NP0403", "apply p", &text("deny egress 80 to internet"), &text("egress 80 to internet"));
}

#[test]
fn a_rule_speaks_for_its_own_namespace() {
    let wrong = data("pay/api -> db:5432") + "namespace pay {\n  workload api selects app=api\n}\n";
    // A header scopes the whole file, so the other namespace is written in braces.
    let wrong = wrong.replace("namespace data\n", "namespace data {\n").replace("5432\n", "5432\n}\n");
    let right = wrong.replace("pay/api -> db:5432", "expose db:5432 to pay/api");
    pair("NP0404", "pay/api", &wrong, &right);
    fixes(&wrong, &right);
    pair(
        "NP0404",
        "deny egress any to internet",
        "guardrail g {\n  deny egress any to internet\n}\n",
        "guardrail g {\n  deny egress any to internet from pods\n}\n",
    );
}

#[test]
fn exposure_is_to_others() {
    pair("NP0409", "data/api", &data("expose db:5432 to data/api"), &data("api -> db:5432"));
    let wrong = data("expose db:5432 to api");
    fixes(&wrong, &data("api -> db:5432"));
    silent(&data("expose db:5432 to pods"));
}

#[test]
fn only_what_the_baseline_has_is_waived() {
    let text = |waived: &str| {
        format!("use std/k8s\nbaseline {{\n  apply k8s/dns\n}}\nnamespace a {{\n  waive {waived}\n}}\n")
    };
    pair("NP0415", "waive k8s/same-namespace", &text("k8s/same-namespace"), &text("k8s/dns"));
}

#[test]
fn sealed_guardrails_have_no_exceptions() {
    let text = |sealed: &str| {
        format!(
            "{sealed}guardrail g {{\n  deny egress any to nodes from pods\n  except egress 80 to nodes from a/all\n}}\n"
        )
    };
    pair("NP0505", "except egress 80 to nodes from a/all", &text("sealed "), &text(""));
}

#[test]
fn host_network_pods_are_nodes() {
    let text = |line: &str| {
        format!("namespace a\nworkload w selects app=w\nworkload h selects app=h host-network\n{line}\n")
    };
    let wrong = text("w -> h:9100");
    pair("NP0316", "h", &wrong, &text("egress 9100 to nodes from w"));
    fixes(&wrong, &text("egress 9100 to nodes from w"));
    pair("NP0805", "h", &text("egress 80 to internet from h"), &text("egress 80 to internet from w"));
    silent(&text("ingress 80 from h to w"));
}

/// The errors of a project of three teams, as `file.netpol NP0501`.
fn errors_of(shop: &str, media: &str) -> Vec<String> {
    let platform = "tenant shop owns [shop, data]\ntenant media owns media\n\
                    guardrail apart {\n  deny tenants -> other-tenants:any\n}\n";
    let data = "namespace data {\n  workload db selects app=db\n  expose db:5432 to shop/api\n}\n";
    let anyone = || Authority::Anyone;
    let files = [
        ("platform.netpol", platform, anyone()),
        ("data.netpol", data, anyone()),
        ("shop.netpol", shop, anyone()),
        ("media.netpol", media, anyone()),
    ];
    let project = check_all(&files, None);
    let errors = project.checked.diagnostics.iter().filter(|found| found.severity == Severity::Error);
    let place = |found: &Diagnostic| {
        let span = found.primary.as_ref().unwrap().span;
        format!("{} {}", project.sources.file(span.file).path, found.code)
    };
    errors.map(place).collect()
}

#[test]
fn a_mistake_in_one_file_hides_nothing_about_the_others() {
    let shop =
        "namespace shop {\n  workload api selects app=api\n  api -> data/db:9187\n  api -> media/all:80\n}\n";
    let alone = errors_of(shop, "namespace media {\n}\n");
    assert_eq!(alone, ["shop.netpol NP0406", "shop.netpol NP0501"]);
    let beside = errors_of(shop, "namespace media {\n  deny egress any to nodes until 2027-01-01\n}\n");
    assert_eq!(beside, ["shop.netpol NP0406", "media.netpol NP0508"]);
}

#[test]
fn a_line_left_out_for_a_mistake_makes_no_other_look_wrong() {
    let shop = "namespace shop {\n  workload api selects app=api\n  api -> media/player:80\n}\n";
    let media =
        "namespace media {\n  workload player selects app=player\n  expose player:80 to shop/apii\n}\n";
    let errors = errors_of(shop, media);
    assert!(errors.iter().all(|found| found.starts_with("media.netpol")), "{errors:?}");
}
