//! NP0405, NP0406, NP0407, NP0412: the other side's consent.

use netpol_flow::{HttpMatch, PathMatch, Side};
use netpol_model::{End, ModeKind, Namespace, Policy, Ports, Rule, RuleKind, Tenant};

use crate::flows::testing::{
    all, applied, arrow, baseline, expose, guardrail, in_mode, namespace, only, open, policy, rule, said,
    shown, span, tcp, today, workload,
};

fn app(rules: Vec<Rule>) -> Namespace {
    namespace("app-prod", &["api", "web"], rules)
}

fn data(rules: Vec<Rule>) -> Namespace {
    namespace("data", &["orders"], rules)
}

fn asks(ports: &[u16]) -> Rule {
    arrow(12, workload("app-prod", "api"), workload("data", "orders"), tcp(ports))
}

fn exposes(ports: &[u16], to: &str) -> Rule {
    expose(5, workload("data", "orders"), tcp(ports), workload("app-prod", to))
}

#[test]
fn a_workload_of_another_namespace_is_private_unless_exposed() {
    let wrong = policy(vec![app(vec![asks(&[5432])]), data(vec![])]);
    let found = only(&wrong, 405);
    let witness = "app-prod/{app=api} -> data/{app=orders}:5432/TCP";
    assert_eq!(
        shown(&found),
        ("`data/orders` is private to its namespace", "`data` exposes nothing of it to `app-prod`", witness)
    );
    assert_eq!(found.helps[0].text, "ask the owner of `data` for `expose orders:5432 to app-prod/api`");

    let right = policy(vec![app(vec![asks(&[5432])]), data(vec![exposes(&[5432], "api")])]);
    assert!(said(&right, 405).is_empty() && said(&right, 406).is_empty());
}

#[test]
fn a_port_that_is_not_exposed_is_named() {
    let wrong = policy(vec![app(vec![asks(&[5432, 9187])]), data(vec![exposes(&[5432], "api")])]);
    let found = only(&wrong, 406);
    let witness = "app-prod/{app=api} -> data/{app=orders}:9187/TCP";
    assert_eq!(
        shown(&found),
        ("`data` does not expose this to `app-prod`", "tcp/9187 is not exposed", witness)
    );
    assert_eq!(found.secondary[0].text, "exposes tcp/5432 only");
    assert_eq!(found.helps[0].text, "ask the owner of `data` to add tcp/9187, or drop it here");
    assert!(said(&wrong, 405).is_empty());
}

#[test]
fn an_exposure_to_another_workload_of_yours_is_not_for_you() {
    let wrong = policy(vec![app(vec![asks(&[5432])]), data(vec![exposes(&[5432], "web")])]);
    let found = only(&wrong, 406);
    let refused = "app-prod/{app=api} -> data/{app=orders}:5432/TCP";
    assert_eq!(shown(&found).1, format!("not exposed: {refused}"));
    assert_eq!(found.secondary[0].text, "exposed to app-prod/web");
}

#[test]
fn an_exposure_to_a_third_namespace_is_nothing_to_you() {
    let to_others = expose(5, workload("data", "orders"), tcp(&[5432]), all("shop"));
    let wrong = policy(vec![app(vec![asks(&[5432])]), data(vec![to_others])]);
    assert_eq!(only(&wrong, 405).title, "`data/orders` is private to its namespace");
}

#[test]
fn baseline_and_guardrail_allows_consent_too() {
    let mut shared = policy(vec![app(vec![asks(&[5432])]), data(vec![])]);
    shared.baseline = vec![baseline("p/open", vec![("data", vec![exposes(&[5432], "api")])])];
    assert!(said(&shared, 405).is_empty());
    if let Some(data) = shared.namespaces.get_mut("data") {
        data.waived.insert("p/open".into());
    }
    only(&shared, 405);

    let mut allowed = policy(vec![app(vec![asks(&[5432])]), data(vec![])]);
    allowed.guardrails = vec![guardrail(vec![], vec![], vec![asks(&[5432])])];
    assert!(said(&allowed, 405).is_empty());
}

#[test]
fn what_a_guardrail_denies_needs_no_exposure() {
    let mut denied = policy(vec![app(vec![asks(&[5432])]), data(vec![])]);
    denied.guardrails = vec![guardrail(vec![asks(&[5432])], vec![], vec![])];
    assert!(said(&denied, 405).is_empty());
}

#[test]
fn nobody_is_asked_where_ingress_is_not_enforced() {
    for mode in [ModeKind::Audit, ModeKind::EgressOnly] {
        let open = policy(vec![app(vec![asks(&[5432])]), in_mode(data(vec![]), mode)]);
        assert!(said(&open, 405).is_empty(), "{mode:?}");
    }
    let closed = policy(vec![app(vec![asks(&[5432])]), in_mode(data(vec![]), ModeKind::IngressOnly)]);
    only(&closed, 405);
    assert!(said(&policy(vec![app(vec![asks(&[5432])])]), 405).is_empty(), "undeclared and open");
}

#[test]
fn a_closed_cluster_refuses_for_namespaces_nobody_declared() {
    let mut closed = policy(vec![app(vec![asks(&[5432])])]);
    closed.cluster.undeclared_closed = true;
    assert_eq!(
        shown(&only(&closed, 405)).1,
        "nobody declares `data`, and this cluster closes such namespaces"
    );
    closed.cluster.system.insert("data".into());
    assert!(said(&closed, 405).is_empty());
}

#[test]
fn an_external_namespace_consents_by_what_it_exposes() {
    let external = |rules| Namespace { external: true, ..data(rules) };
    let wrong = policy(vec![app(vec![asks(&[5432])]), external(vec![])]);
    let help = "ask the project that builds `data` for `expose orders:5432 to app-prod/api`";
    assert_eq!(only(&wrong, 405).helps[0].text, help);
    let right = policy(vec![app(vec![asks(&[5432])]), external(vec![exposes(&[5432], "api")])]);
    assert!(said(&right, 405).is_empty());
}

#[test]
fn a_fence_on_the_other_side_takes_an_exposure_back() {
    let fenced = Namespace {
        fence: vec![arrow(7, all("app-prod"), all("data"), Ports::Any)],
        ..data(vec![exposes(&[5432], "api")])
    };
    let found = only(&policy(vec![app(vec![asks(&[5432])]), fenced]), 406);
    assert_eq!(shown(&found).1, "exposed, but the fence of `data` denies it");
    assert_eq!(found.secondary[0].span, span(7));
}

#[test]
fn requests_beyond_the_exposed_ones_are_refused() {
    let get = |path: &str| HttpMatch { method: Some("GET".into()), path: PathMatch::Prefix(path.into()) };
    let limited =
        |paths: &[&str], rule: Rule| Rule { only: Some(paths.iter().map(|p| get(p)).collect()), ..rule };
    let taken = |asked: &[&str]| {
        let exposed = limited(&["/v1/"], exposes(&[8080], "api"));
        assert_eq!(exposed.only_side, Side::Ingress);
        policy(vec![app(vec![limited(asked, asks(&[8080]))]), data(vec![exposed])])
    };
    assert!(said(&taken(&["/v1/orders"]), 406).is_empty());
    let found = only(&taken(&["/"]), 406);
    assert_eq!(shown(&found).2, "app-prod/{app=api} -> data/{app=orders}:8080/TCP GET /");
}

#[test]
fn several_private_destinations_of_a_line_are_told_once() {
    let to = [workload("data", "orders"), workload("mail", "relay")];
    let line = rule(12, RuleKind::Arrow, &[workload("app-prod", "api")], &to, tcp(&[25]));
    let found =
        only(&policy(vec![app(vec![line]), data(vec![]), namespace("mail", &["relay"], vec![])]), 405);
    assert_eq!(found.notes[1], "the same holds for another destination of this line");
}

#[test]
fn the_blame_is_on_the_apply_line() {
    let found = only(&policy(vec![app(vec![applied(3, asks(&[5432]))]), data(vec![])]), 405);
    assert_eq!(found.primary.as_ref().map(|label| label.span), Some(span(3)));
    assert_eq!((found.secondary[0].span, &*found.secondary[0].text), (span(12), "in the pattern, here"));
}

fn controller(rules: Vec<Rule>) -> Policy {
    let mut policy = policy(vec![
        namespace(
            "ingress",
            &["nginx"],
            vec![arrow(4, workload("ingress", "nginx"), open("tenants", &["shop", "blog"]), tcp(&[8080]))],
        ),
        namespace("shop", &["web"], rules),
        namespace("blog", &[], vec![]),
    ]);
    let owns = ["shop".into(), "blog".into()].into();
    policy.tenants.insert("acme".into(), Tenant { namespaces: owns, matching: vec![], owner: None });
    policy
}

#[test]
fn an_open_set_without_any_exposure_warns() {
    let found = only(&controller(vec![]), 412);
    let witness = "ingress/{app=nginx} -> blog/{}:8080/TCP";
    let label = "no flow of this line is consented to by both ends";
    assert_eq!(shown(&found), ("nobody in `tenants` exposes anything to you", label, witness));
    assert_eq!(
        found.helps[0].text,
        "those you mean must write `expose WORKLOAD:8080 to ingress/nginx`; or name the workloads"
    );
    let one = expose(8, workload("shop", "web"), tcp(&[8080]), all("ingress"));
    let right = controller(vec![one]);
    assert!(said(&right, 412).is_empty() && said(&right, 405).is_empty());
}

#[test]
fn an_open_set_with_a_namespace_that_refuses_nobody_is_heard() {
    let mut undeclared = controller(vec![]);
    undeclared.namespaces.remove("blog");
    assert!(said(&undeclared, 412).is_empty());
    undeclared.cluster.undeclared_closed = true;
    only(&undeclared, 412);
}

#[test]
fn every_pod_is_an_open_set_that_undeclared_namespaces_hear() {
    let calls = arrow(4, all("shop"), open("pods", &[]), tcp(&[80]));
    let mut policy = policy(vec![namespace("shop", &[], vec![calls]), data(vec![])]);
    assert!(said(&policy, 412).is_empty());
    policy.cluster.undeclared_closed = true;
    policy.cluster.system.clear();
    assert_eq!(only(&policy, 412).title, "nobody in `pods` exposes anything to you");
}

#[test]
fn a_tenant_of_one_namespace_is_an_open_set() {
    let mut policy = controller(vec![]);
    policy
        .tenants
        .insert("solo".into(), Tenant { namespaces: ["shop".into()].into(), matching: vec![], owner: None });
    if let Some(ingress) = policy.namespaces.get_mut("ingress") {
        ingress.rules = vec![arrow(4, workload("ingress", "nginx"), open("solo", &["shop"]), tcp(&[8080]))];
    }
    only(&policy, 412);
    assert!(said(&policy, 405).is_empty());
}

#[test]
fn an_exposure_that_its_client_does_not_use_warns() {
    let wrong = policy(vec![app(vec![]), data(vec![exposes(&[5432], "api")])]);
    let found = only(&wrong, 407);
    let witness = "app-prod/{app=api} -> data/{app=orders}:5432/TCP";
    assert_eq!(shown(&found), ("nobody uses this exposure", "no line of `app-prod` asks for it", witness));
    let fix = &found.helps[0];
    assert_eq!((&*fix.text, fix.edits[0].span), ("remove it", span(5)));

    for use_it in [
        asks(&[5432]),
        rule(12, RuleKind::Egress, &[all("app-prod")], &[End::Any], Ports::Any),
        arrow(12, all("app-prod"), open("pods", &[]), tcp(&[5432])),
    ] {
        let right = policy(vec![app(vec![use_it]), data(vec![exposes(&[5432], "api")])]);
        assert!(said(&right, 407).is_empty());
    }
}

#[test]
fn an_exposure_may_be_used_unseen() {
    let exposed = || data(vec![exposes(&[5432], "api")]);
    let silent = |namespaces| assert!(said(&policy(namespaces), 407).is_empty());
    silent(vec![exposed()]);
    silent(vec![exposed(), Namespace { external: true, ..app(vec![]) }]);
    silent(vec![exposed(), in_mode(app(vec![]), ModeKind::Audit)]);
    silent(vec![exposed(), in_mode(app(vec![]), ModeKind::IngressOnly)]);
    silent(vec![
        data(vec![expose(
            5,
            workload("data", "orders"),
            tcp(&[5432]),
            open("tenants", &["app-prod", "data"]),
        )]),
        app(vec![]),
    ]);
}

#[test]
fn an_unused_exposure_of_a_pattern_has_no_edit() {
    let found = only(&policy(vec![app(vec![]), data(vec![applied(3, exposes(&[5432], "api"))])]), 407);
    assert!(found.helps[0].edits.is_empty());
}

#[test]
fn an_exposure_in_a_list_of_namespaces_is_used_if_one_of_them_is() {
    let copy = |name: &str| {
        namespace(name, &["orders"], vec![expose(5, workload(name, "orders"), tcp(&[80]), all("app-prod"))])
    };
    let ask = arrow(12, all("app-prod"), workload("one", "orders"), tcp(&[80]));
    assert!(said(&policy(vec![copy("one"), copy("two"), app(vec![ask])]), 407).is_empty());
    only(&policy(vec![copy("one"), copy("two"), app(vec![])]), 407);
}

#[test]
fn a_lapsed_line_neither_asks_nor_consents() {
    let lapsed = |rule: Rule| Rule { until: "2026-11-20".parse().ok(), ..rule };
    assert!(lapsed(asks(&[1])).until.is_some_and(|until| until < today()));
    let unasked = policy(vec![app(vec![lapsed(asks(&[5432]))]), data(vec![])]);
    assert!(said(&unasked, 405).is_empty());
    let unheard = policy(vec![app(vec![asks(&[5432])]), data(vec![lapsed(exposes(&[5432], "api"))])]);
    only(&unheard, 405);
}
