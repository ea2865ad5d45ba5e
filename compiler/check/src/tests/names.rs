//! Family 02: names, modules, authority.

use netpol_flow::Text;

use super::{check_files, fixes, pair, shown, silent};
use crate::Authority;

const WEB_API: &str = "namespace shop\nworkload web selects app=web\nworkload api selects app=api\n";

fn shop(lines: &str) -> String {
    format!("{WEB_API}{lines}\n")
}

#[test]
fn a_misspelt_workload_is_unknown_and_the_near_one_is_the_fix() {
    pair("NP0201", "wbe", &shop("wbe -> api:8080"), &shop("web -> api:8080"));
    fixes(&shop("wbe -> api:8080"), &shop("web -> api:8080"));
}

#[test]
fn what_other_tools_call_an_end_is_advice_and_never_a_fix() {
    let helps = |line: &str| -> Vec<(String, bool)> {
        let found = check_files(&[("main.netpol", &shop(line), Authority::Anyone)], None);
        let helps = found.checked.diagnostics.into_iter().flat_map(|found| found.helps);
        helps.map(|help| (help.text, !help.edits.is_empty())).collect()
    };
    let meant = |name: &str| vec![(format!("did you mean `{name}`?"), false)];
    assert_eq!(helps("egress https to world from web"), meant("internet"));
    assert_eq!(helps("egress 443 to kubernetes from web"), meant("apiserver"));
    let dns = "to look up names, write `use std/k8s` at the top and `apply k8s/dns` in the namespace";
    assert_eq!(helps("web -> kube-dns:53"), [(dns.to_owned(), false)]);
}

#[test]
fn what_would_come_by_a_lost_import_of_one_letter_or_of_two_like_it_is_not_told() {
    for (uses, prefix) in [("use lib/x\n", "x"), ("use lib/api\nuse lib/app\n", "ap")] {
        let text = format!("{uses}{}", shop(&format!("web -> {prefix}/y:80")));
        let found = check_files(&[("main.netpol", &text, Authority::Anyone)], None);
        assert!(shown(&found).iter().all(|told| told.starts_with("NP0202")), "{:?}", shown(&found));
    }
}

#[test]
fn a_library_prefix_without_its_import_is_told_with_the_import() {
    let wrong = shop("apply k8s/dns");
    pair("NP0201", "k8s", &wrong, &format!("use std/k8s\n{wrong}"));
    fixes(&wrong, &format!("use std/k8s\n{wrong}"));
}

#[test]
fn a_module_of_the_library_without_std_is_told_whole() {
    fixes("use k8s\nnamespace a\napply k8s/dns\n", "use std/k8s\nnamespace a\napply k8s/dns\n");
}

#[test]
fn a_pattern_without_its_prefix_is_told_with_the_prefix() {
    let text = |name: &str| format!("use std/k8s\n{}", shop(&format!("apply {name}")));
    let found = check_files(&[("main.netpol", &text("dns"), Authority::Anyone)], None);
    assert_eq!(shown(&found), ["NP0201 dns"]);
    fixes(&text("dns"), &text("k8s/dns"));
}

#[test]
fn an_unknown_tenant_cluster_or_workload_elsewhere_is_unknown() {
    pair(
        "NP0201",
        "shp",
        "tenant shop owns a\ntest \"t\" {\n  cannot tenant shp -> a/all:80\n}\nnamespace a {}\n",
        "tenant shop owns a\ntest \"t\" {\n  cannot tenant shop -> a/all:80\n}\nnamespace a {}\n",
    );
    let text = |name: &str| format!("cluster prod {{\n}}\nnamespace a on {name} {{}}\n");
    pair("NP0201", "prd", &text("prd"), &text("prod"));
    let text = |name: &str| {
        format!(
            "namespace a {{\n workload w selects app=w\n w -> b/{name}:80\n}}\nnamespace b {{\n workload api selects app=api\n}}\n"
        )
    };
    pair("NP0201", "apo", &text("apo"), &text("api"));
}

#[test]
fn a_noun_made_of_itself_is_told_once() {
    let found = check_files(
        &[("main.netpol", "namespace a\ngroup x = y\ngroup y = x\nx -> y:80\n", Authority::Anyone)],
        None,
    );
    assert_eq!(shown(&found).len(), 1, "{:?}", shown(&found));
}

#[test]
fn an_unknown_module_is_told_with_the_near_one() {
    let text = |name: &str| format!("use std/{name}\nnamespace a\napply metrics/telemetry\n");
    let found = check_files(&[("main.netpol", &text("metrcs"), Authority::Anyone)], None);
    assert_eq!(shown(&found), ["NP0202 std/metrcs"], "what it would have brought is not told as well");
    silent(&text("metrics"));
}

#[test]
fn modules_that_import_each_other_are_told_once() {
    let files = [
        ("main.netpol", "use a\nnamespace n\napply a/p\n", Authority::Anyone),
        ("a.netpol", "use b\npattern p {\n  apply b/q\n}\n", Authority::Anyone),
        ("b.netpol", "use a\npattern q {\n  all -> all:80\n}\n", Authority::Anyone),
    ];
    let found = check_files(&files, None);
    assert_eq!(shown(&found), ["NP0202 use a"]);
}

#[test]
fn a_name_declared_twice_is_told_at_the_second() {
    pair(
        "NP0203",
        "vpn",
        "net vpn = 10.1.0.0/16\nnamespace a {\n  net vpn = 10.2.0.0/16\n  ingress 80 from vpn\n}\n",
        "net vpn = 10.1.0.0/16\nnamespace a {\n  net vpn2 = 10.2.0.0/16\n  ingress 80 from [vpn, vpn2]\n}\n",
    );
    pair(
        "NP0203",
        "http",
        "port http = 8080\nnamespace a {\n  all -> all:http\n}\n",
        "port web-port = 8080\nnamespace a {\n  all -> all:web-port\n}\n",
    );
}

#[test]
fn nouns_of_a_pattern_clash_on_the_apply_line() {
    let text = |name: &str| {
        format!(
            "pattern p {{\n  workload web selects tier=web\n}}\nnamespace a {{\n  workload {name} selects app=web\n  apply p\n  {name} -> {name}:80\n}}\n"
        )
    };
    pair("NP0203", "apply p", &text("web"), &text("front"));
}

#[test]
fn an_import_prefix_that_is_a_namespace_has_two_readings() {
    let text = |name: &str| {
        format!(
            "use std/metrics{name}\nnamespace metrics {{\n}}\nnamespace a {{\n  apply {}/telemetry\n}}\n",
            if name.is_empty() { "metrics" } else { "m" }
        )
    };
    pair("NP0204", "use std/metrics", &text(""), &text(" as m"));
}

#[test]
fn a_namespace_has_one_owner() {
    pair("NP0205", "x", "tenant a owns x\ntenant b owns x\n", "tenant a owns x\ntenant b owns y\n");
}

#[test]
fn patterns_that_apply_each_other_are_told_once() {
    pair(
        "NP0206",
        "apply b",
        "pattern a {\n  apply b\n}\npattern b {\n  apply a\n}\nnamespace n {\n  apply a\n}\n",
        "pattern a {\n  apply b\n}\npattern b {\n  all -> all:80\n}\nnamespace n {\n  apply a\n}\n",
    );
}

#[test]
fn patterns_nine_deep_are_too_deep() {
    let chain = |deep: usize| {
        let mut text = String::from("pattern p0 {\n  all -> all:80\n}\n");
        for at in 1..deep {
            text += &format!("pattern p{at} {{\n  apply p{}\n}}\n", at - 1);
        }
        text + &format!("namespace n {{\n  apply p{}\n}}\n", deep - 1)
    };
    silent(&chain(8));
    let found = check_files(&[("main.netpol", &chain(9), Authority::Anyone)], None);
    assert!(shown(&found).iter().all(|d| d.starts_with("NP0206")) && !shown(&found).is_empty());
}

#[test]
fn an_argument_has_its_parameters_type() {
    let text = |client: &str| {
        format!(
            "use std/tiers\nnet vpn = 10.1.0.0/16\nnamespace n {{\n  workload web selects app=web\n  workload db selects app=db\n  ingress 80 from vpn to web\n  apply tiers/db-access({client}, db)\n}}\n"
        )
    };
    pair("NP0207", "vpn", &text("vpn"), &text("web"));
    pair(
        "NP0207",
        "10.0.0.0/8",
        "namespace a\ngroup g = 10.0.0.0/8\ng -> g:80\n",
        "namespace a\nworkload w selects app=w\ngroup g = w\ng -> g:80\n",
    );
}

#[test]
fn arguments_are_neither_missing_nor_extra() {
    let text = |arguments: &str| {
        format!(
            "use std/tiers\nnamespace n\ntiers [web, api, db] by tier\napply tiers/three-tier({arguments})\n"
        )
    };
    pair("NP0208", "apply tiers/three-tier(web, api)", &text("web, api"), &text("web, api, db"));
    pair("NP0208", "db", &text("web, api, db, 80, 81, db"), &text("web, api, db, 80, 81"));
    pair("NP0208", "web: api", &text("web, web: api, db"), &text("web, db: db, api: api"));
    pair("NP0208", "prt", &text("web, api, db, prt: 80"), &text("web, api, db, db-port: 80"));
}

#[test]
fn what_nothing_uses_is_told() {
    let text = "use std/gcp\nnamespace n\nall -> all:80\n";
    pair("NP0209", "use std/gcp", text, "namespace n\nall -> all:80\n");
    fixes(text, "namespace n\nall -> all:80\n");
    pair("NP0209", "vpn", "net vpn = 10.1.0.0/16\nnamespace n {\n}\n", "namespace n {\n}\n");
    pair("NP0209", "p", "pattern p {\n  all -> all:80\n}\nnamespace n {\n}\n", "namespace n {\n}\n");
    silent("namespace n\nworkload w selects app=w\n");
}

fn tenants(names: &[&str]) -> Authority {
    Authority::Tenants(names.iter().map(|name| Text::from(*name)).collect())
}

#[test]
fn platform_statements_stand_in_platform_files() {
    let guardrail = "guardrail g {\n  deny egress 80 to internet from pods\n}\n";
    let found = check_files(&[("tenants/a.netpol", guardrail, tenants(&["a"]))], None);
    assert_eq!(shown(&found), ["NP0210 guardrail g"]);
    let found = check_files(&[("platform/a.netpol", guardrail, Authority::Platform)], None);
    assert!(shown(&found).is_empty());
}

#[test]
fn a_namespace_of_no_tenant_is_a_platform_statement_where_tenants_exist() {
    let files = |authority| {
        [
            ("platform/t.netpol", "tenant a owns x\n", Authority::Platform),
            ("tenants/a.netpol", "namespace demo {\n}\n", authority),
        ]
    };
    assert_eq!(shown(&check_files(&files(tenants(&["a"])), None)), ["NP0210 demo"]);
    assert!(shown(&check_files(&files(Authority::Platform), None)).is_empty());
}

#[test]
fn a_namespace_is_declared_in_its_tenants_folder() {
    let files = |authority| {
        [
            ("platform/t.netpol", "tenant a owns x\ntenant b owns y\n", Authority::Platform),
            ("tenants/a.netpol", "namespace y {\n}\n", authority),
        ]
    };
    assert_eq!(shown(&check_files(&files(tenants(&["a"])), None)), ["NP0213 y"]);
    assert!(shown(&check_files(&files(tenants(&["b"])), None)).is_empty());
}

#[test]
fn a_guardrail_does_not_rest_on_a_tenants_noun() {
    let files = |authority| {
        [
            (
                "platform/g.netpol",
                "guardrail g {\n  deny egress 80 to cdn from pods\n}\n",
                Authority::Platform,
            ),
            ("tenants/a.netpol", "net cdn = 203.0.113.0/24\n", authority),
        ]
    };
    assert_eq!(shown(&check_files(&files(tenants(&["a"])), None)), ["NP0214 cdn"]);
    assert!(shown(&check_files(&files(Authority::Platform), None)).is_empty());
    let through_group = [
        (
            "platform/g.netpol",
            "net mine = cdn\nguardrail g {\n  deny egress 80 to mine from pods\n}\n",
            Authority::Platform,
        ),
        ("tenants/a.netpol", "net cdn = 203.0.113.0/24\n", tenants(&["a"])),
    ];
    assert_eq!(shown(&check_files(&through_group, None)), ["NP0214 mine"]);
}

#[test]
fn a_namespace_is_declared_once_and_an_app_may_stand_elsewhere() {
    pair(
        "NP0212",
        "a",
        "namespace a {\n}\nnamespace a {\n}\n",
        "namespace a {\n}\napp x in a {\n  all -> all:80\n}\n",
    );
}

#[test]
fn the_same_namespace_may_differ_by_cluster() {
    let text = "cluster dev {\n}\ncluster prod {\n}\nnamespace a on dev {\n  all -> all:80\n}\nnamespace a on prod {\n}\n";
    silent(text);
    let (views, _) = super::check_text(text);
    let rules: Vec<usize> = views.iter().map(|view| view.namespaces["a"].rules.len()).collect();
    assert_eq!(rules, [1, 0]);
}

#[test]
fn members_of_a_namespace_class_are_not_known() {
    let found = check_files(
        &[(
            "main.netpol",
            "namespace preview matching (env=preview) {\n  all -> all:80\n}\n",
            Authority::Anyone,
        )],
        None,
    );
    assert_eq!(found.checked.diagnostics.len(), 1);
    assert_eq!(found.checked.diagnostics[0].code.0, 320);
    silent("namespace [preview-1, preview-2] {\n  all -> all:80\n}\n");
}

#[test]
fn a_project_module_is_reached_by_its_prefix_only() {
    let module = (
        "patterns/web.netpol",
        "workload nginx selects app=nginx in edge\npattern open {\n  expose all:80 to nginx\n}\n",
        Authority::Anyone,
    );
    let main = |name: &'static str| {
        if name == "web/open" {
            ("main.netpol", "use patterns/web\nnamespace n\napply web/open\n", Authority::Anyone)
        } else {
            (
                "main.netpol",
                "use patterns/web\nnamespace n\napply web/open\nall -> nginx:80\n",
                Authority::Anyone,
            )
        }
    };
    assert!(shown(&check_files(&[main("web/open"), module.clone()], None)).is_empty());
    assert_eq!(shown(&check_files(&[main("nginx"), module], None)), ["NP0201 nginx"]);
}

#[test]
fn nouns_without_end_in_sight_are_told() {
    let mut text = String::from("namespace a\n");
    for at in (0..5_000).rev() {
        text += &format!("group g{} = g{at}\n", at + 1);
    }
    let found = check_files(&[("main.netpol", &text, Authority::Anyone)], None);
    assert!(shown(&found).iter().any(|line| line.starts_with("NP0201")));
    let text = "domain d(r: label) = [d(r), d(r)]\nnamespace a {\n  egress 80 to d(x)\n}\n";
    let found = check_files(&[("main.netpol", text, Authority::Anyone)], None);
    assert!(shown(&found).iter().any(|line| line.starts_with("NP0201")), "{:?}", shown(&found));
}
