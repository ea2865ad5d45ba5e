//! What is read is in the tree, at its exact place.

mod support;

use netpol_diagnostics::{Sources, Span};
use netpol_syntax::tree::{
    ArgumentKind, Builtin, ClauseKind, EndKind, File, FlowSentence, Item, ItemKind, Mode, NamespaceSelection,
    Obligation, Operator, Reference, RequireScope, RuleClass, ServiceKind,
};
use support::{all_items, heads, read, sources};

struct Program {
    sources: Sources,
    file: File,
}

impl Program {
    #[track_caller]
    fn of(text: &str) -> Program {
        let parsed = read(text);
        assert!(parsed.diagnostics.is_empty(), "{:?}", support::messages(text));
        Program { sources: sources(text).0, file: parsed.file }
    }

    fn text(&self, span: Span) -> &str {
        self.sources.text(span)
    }

    fn first(&self) -> &Item {
        &self.file.items[0]
    }
}

#[test]
fn a_statement_has_the_place_of_its_head_and_of_all_of_it() {
    let text = "  web -> api:8080  # why\n  # more\n  because \"x\"   ticket A-1  # end\n\nb -> c:80\n";
    let program = Program::of(text);
    let item = program.first();
    assert_eq!(program.text(item.head), "web -> api:8080");
    assert_eq!(program.text(item.span), "web -> api:8080  # why\n  # more\n  because \"x\"   ticket A-1");
    let clauses: Vec<&str> = item.clauses.iter().map(|clause| program.text(clause.span)).collect();
    assert_eq!(clauses, ["because \"x\"", "ticket A-1"]);
    let comments: Vec<&str> = program.file.comments.iter().map(|span| program.text(*span)).collect();
    assert_eq!(comments, ["# why", "# more", "# end"]);
    assert_eq!(program.text(program.file.items[1].span), "b -> c:80");
}

#[test]
fn a_selector_goes_on_after_its_comma() {
    let text = "workload web selects app=web,  # the pods\n  tier in (a, b)\n  in shop\nweb -> web:80\n";
    let program = Program::of(text);
    assert_eq!(program.file.items.len(), 2);
    let ItemKind::Workload(workload) = &program.first().kind else { panic!("no workload") };
    assert_eq!(workload.within.len(), 1);
    assert_eq!(program.text(program.file.items[1].span), "web -> web:80");
}

#[test]
fn a_comma_left_behind_takes_no_other_statement() {
    let parsed = read("workload web selects app=web,\nweb -> api:80\nworkload api selects app=api\n");
    assert_eq!(parsed.diagnostics.len(), 1, "{:?}", parsed.diagnostics);
    assert_eq!(parsed.file.items.len(), 2);
}

#[test]
fn a_block_belongs_to_its_statement() {
    let text = "namespace [a, b] on c audit owner team until 2027-01-31 {\n  app x { w -> v:80 }\n}  # end\n";
    let program = Program::of(text);
    let item = program.first();
    assert_eq!(program.text(item.head), "namespace [a, b] on c audit");
    assert_eq!(program.text(item.span), text.trim_end().strip_suffix("  # end").unwrap());
    let ItemKind::Namespace { head, body } = &item.kind else { panic!() };
    assert_eq!(program.text(head.span), "namespace [a, b] on c audit");
    assert_eq!(head.names.iter().map(|name| &*name.text).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(&*head.on[0].text, "c");
    assert_eq!(head.mode.as_ref().map(|mode| mode.node), Some(Mode::Audit));
    assert_eq!(head.clauses.len(), 2);
    assert_eq!(program.text(body[0].span), "app x { w -> v:80 }");
    assert_eq!(program.text(body[0].head), "app x");
}

#[test]
fn a_header_may_have_clauses_on_its_own_lines() {
    let program = Program::of(
        "edition 2026\nuse std/k8s as kube\n\nnamespace shop audit\n  owner team-shop\n  because \"x\"\nweb -> api:80",
    );
    assert_eq!(program.file.edition.as_ref().map(|edition| edition.node), Some(2026));
    let used = &program.file.uses[0];
    assert_eq!((&*used.module.node, &*used.alias.as_ref().unwrap().text), ("std/k8s", "kube"));
    assert_eq!(program.text(used.span), "use std/k8s as kube");
    let header = program.file.header.as_ref().unwrap();
    assert_eq!(program.text(header.span), "namespace shop audit");
    assert_eq!(header.clauses.len(), 2);
    assert_eq!(program.file.items.len(), 1);
}

#[test]
fn every_end_is_told_from_the_others() {
    let program = Program::of(
        "a -> [web, x/all, `log`, `a`/b, all, tenant t, 10.0.0.0/8, fd00::1, a.b.c, *.x.com, s3.{r}.y, pod(a=b), n/pod(c), namespaces(d!=e), f(x, y: 1), m/f(), *]:any",
    );
    let ItemKind::Flow(FlowSentence::Arrow { to, services, .. }) = &program.first().kind else { panic!() };
    let shown: Vec<String> = to
        .items
        .iter()
        .map(|end| match &end.kind {
            EndKind::Name(name) => format!("name {}", name.text),
            EndKind::Path(path) => format!("path {} {}", path.prefix.text, path.name.text),
            EndKind::Builtin(Builtin::All) => "all".to_owned(),
            EndKind::Tenant(name) => format!("tenant {}", name.text),
            EndKind::Address(text) => format!("address {text}"),
            EndKind::Domain(text) => format!("domain {text}"),
            EndKind::Pod { namespace, selector } => {
                format!("pod {:?} {}", namespace.as_ref().map(|name| &*name.text), selector.len())
            }
            EndKind::Namespaces(selector) => format!("namespaces {:?}", selector[0].operator),
            EndKind::Call { callee, arguments } => match &**callee {
                Reference::Plain(name) => format!("call {} {}", name.text, arguments.len()),
                Reference::Prefixed(path) => format!("call {} {}", path.name.text, arguments.len()),
            },
            EndKind::Star => "star".to_owned(),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(
        shown,
        [
            "name web",
            "path x all",
            "name log",
            "path a b",
            "all",
            "tenant t",
            "address 10.0.0.0/8",
            "address fd00::1",
            "domain a.b.c",
            "domain *.x.com",
            "domain s3.{r}.y",
            "pod None 1",
            "pod Some(\"n\") 1",
            "namespaces NotIn",
            "call f 2",
            "call f 0",
            "star",
        ]
    );
    let texts: Vec<&str> = to.items.iter().map(|end| program.text(end.span)).collect();
    assert_eq!(texts[12..16], ["n/pod(c)", "namespaces(d!=e)", "f(x, y: 1)", "m/f()"]);
    assert_eq!(program.text(services.as_ref().unwrap().span), "any");
}

#[test]
fn every_service_is_told_from_the_others() {
    let program = Program::of(
        "a -> b:[any, 80, 1-2, tcp/80, udp/*, icmp, 443/tcp, TCP/80, tcp/https, 80a, http, m/x, \"metrics\"]",
    );
    let ItemKind::Flow(FlowSentence::Arrow { services: Some(services), .. }) = &program.first().kind else {
        panic!()
    };
    let shown: Vec<&str> = services
        .items
        .iter()
        .map(|service| match &service.kind {
            ServiceKind::Any => "any",
            ServiceKind::Number(_) => "number",
            ServiceKind::WithProtocol(_) => "protocol",
            ServiceKind::Slip(_) => "slip",
            ServiceKind::Name(_) => "name",
            ServiceKind::Path(_) => "path",
            ServiceKind::Quoted(_) => "quoted",
        })
        .collect();
    assert_eq!(
        shown,
        [
            "any", "number", "number", "protocol", "protocol", "protocol", "slip", "slip", "slip", "slip",
            "name", "path", "quoted"
        ]
    );
}

#[test]
fn a_flow_without_a_port_is_read_for_the_checker_to_tell() {
    for text in ["egress to internet from web", "ingress from internet", "web -> api"] {
        let program = Program::of(text);
        let ItemKind::Flow(flow) = &program.first().kind else { panic!() };
        let (FlowSentence::Arrow { services, .. }
        | FlowSentence::Egress { services, .. }
        | FlowSentence::Ingress { services, .. }) = flow;
        assert_eq!(services, &None);
    }
}

#[test]
fn arguments_keep_what_was_written() {
    let program = Program::of(
        "apply m/p([a, b], \"x\\\"y\", eu-west-1, Foo_1, 8080, tcp/*, 443/tcp, 10.0.0.1, n: x/y, any, 1a)",
    );
    let ItemKind::Apply { arguments: Some(arguments), .. } = &program.first().kind else { panic!() };
    let shown: Vec<String> = arguments
        .iter()
        .map(|argument| match &argument.value.kind {
            ArgumentKind::List(items) => format!("list {}", items.len()),
            ArgumentKind::Text(text) => format!("text {text}"),
            ArgumentKind::End(EndKind::Name(name)) => format!("name {}", name.text),
            ArgumentKind::End(_) => "end".to_owned(),
            ArgumentKind::Service(_) => "service".to_owned(),
            ArgumentKind::Label(label) => format!("label {label}"),
        })
        .collect();
    assert_eq!(
        shown,
        [
            "list 2",
            "text x\"y",
            "name eu-west-1",
            "label Foo_1",
            "service",
            "service",
            "service",
            "end",
            "end",
            "end",
            "label 1a"
        ]
    );
    assert_eq!(program.text(arguments[8].span), "n: x/y");
    assert_eq!(arguments[8].name.as_ref().map(|name| &*name.text), Some("n"));
}

#[test]
fn selectors_are_kubectl_s() {
    let program = Program::of(
        "workload w selects app=web,tier in (a, b), x/y notin (c), !old, new, e=, q==\"r\", z!=1 in [n]",
    );
    let ItemKind::Workload(workload) = &program.first().kind else { panic!() };
    let selects = workload.selects.as_ref().unwrap();
    let shown: Vec<(&str, Operator, Vec<&str>)> = selects
        .node
        .iter()
        .map(|one| (&*one.key.node, one.operator, one.values.iter().map(|value| &*value.node).collect()))
        .collect();
    assert_eq!(
        shown,
        [
            ("app", Operator::In, vec!["web"]),
            ("tier", Operator::In, vec!["a", "b"]),
            ("x/y", Operator::NotIn, vec!["c"]),
            ("old", Operator::DoesNotExist, vec![]),
            ("new", Operator::Exists, vec![]),
            ("e", Operator::In, vec![""]),
            ("q", Operator::In, vec!["r"]),
            ("z", Operator::NotIn, vec!["1"]),
        ]
    );
    assert!(program.text(selects.span).ends_with("z!=1"));
    assert!(matches!(&workload.within[0], NamespaceSelection::Names(names) if &*names[0].text == "n"));
}

#[test]
fn require_says_what_of_which_and_where() {
    let program = Program::of(
        "require reviewed within 90d on egress internet in tenant shop\nrequire prefix /16 on every rule in [a]",
    );
    let ItemKind::Require(first) = &program.first().kind else { panic!() };
    assert!(matches!(&first.obligation.node, Obligation::Reviewed(Some(within)) if &*within.node == "90d"));
    assert_eq!(program.text(first.obligation.span), "reviewed within 90d");
    assert_eq!(first.class.node, RuleClass::EgressInternet);
    assert_eq!(program.text(first.class.span), "egress internet");
    assert!(matches!(&first.within, Some(RequireScope::Tenant(name)) if &*name.text == "shop"));
    let ItemKind::Require(second) = &program.file.items[1].kind else { panic!() };
    assert!(matches!(&second.obligation.node, Obligation::Prefix(bits) if &*bits.node == "16"));
    assert!(matches!(&second.within, Some(RequireScope::Namespaces(names)) if names.len() == 1));
}

#[test]
fn a_repaired_statement_keeps_its_places_in_the_original_text() {
    let text = "a, b → c:80\n  because “why”\n";
    let parsed = read(text);
    assert_eq!(parsed.file.items.len(), 0, "two slips in one statement are one too many to guess");
    let text = "workload web selects app: web, x=y\n";
    let parsed = read(text);
    let (sources, _) = sources(text);
    let ItemKind::Workload(workload) = &parsed.file.items[0].kind else { panic!() };
    let selects = workload.selects.as_ref().unwrap();
    assert_eq!(sources.text(selects.node[1].span), "x=y");
    assert_eq!(sources.text(selects.node[0].values[0].span), "web");
}

#[test]
fn every_good_statement_around_bad_ones_is_kept() {
    let text = "namespace shop {\n  web -> -> api:80\n  web -> api:80\n  app x {\n    nonsense here\n    q -> r:80\n    because \"x\"\n  }\n  egress https to ]\n  e -> f:80\n";
    assert_eq!(heads(text), ["namespace shop", "web -> api:80", "app x", "q -> r:80", "e -> f:80"]);
    assert_eq!(read(text).diagnostics.len(), 4, "{:?}", support::messages(text));
    assert!(all_items(&read(text).file).iter().any(|item| matches!(
        item.clauses.first().map(|clause| &clause.kind),
        Some(ClauseKind::Because(reason)) if &**reason == "x"
    )));
}
