//! Completion: what is offered at each place, and that what is offered is right.

use lsp_types::{CompletionItem, CompletionParams, CompletionResponse, CompletionTextEdit, InsertTextFormat};
use netpol_diagnostics::Severity;

use crate::requests::completion;
use crate::testing::{Marked, file, project};

fn items(marked: &Marked) -> Vec<CompletionItem> {
    let params = CompletionParams {
        text_document_position: marked.at(),
        work_done_progress_params: Default::default(),
        partial_result_params: Default::default(),
        context: None,
    };
    match completion::completion(&marked.cx, params) {
        None => Vec::new(),
        Some(CompletionResponse::List(list)) => list.items,
        Some(CompletionResponse::Array(items)) => items,
    }
}

fn labels(marked: &Marked) -> Vec<String> {
    items(marked).into_iter().map(|item| item.label).collect()
}

const DATA: &str = "namespace data {\n  workload orders selects app=postgres\n    ports [sql=5432]\n  workload hidden selects app=x\n  expose orders:sql to shop/api because \"x\"\n}\n";

fn shop(line: &str) -> Marked {
    let text = format!(
        "use std/k8s\nuse std/tiers\nnamespace shop\ntiers [web, api] by tier\nworkload db selects app=db\n  ports [mine=5432]\nnet office = 203.0.113.0/24\n{line}\n"
    );
    project(&[("shop.netpol", &text), ("data.netpol", DATA)])
}

/// Whether what is offered at a line has these and not those.
fn offers(line: &str, with: &[&str], without: &[&str]) {
    let found = labels(&shop(line));
    for label in with {
        assert!(found.iter().any(|known| known == label), "`{line}` should offer `{label}`: {found:?}");
    }
    for label in without {
        assert!(!found.iter().any(|known| known == label), "`{line}` should not offer `{label}`: {found:?}");
    }
}

#[test]
fn pods_are_offered_where_pods_stand() {
    offers(
        "‸",
        &["web", "api", "db", "expose", "egress", "workload", "test"],
        &["office", "guardrail", "can"],
    );
    offers(
        "web -> ‸",
        &["web", "api", "db", "all", "k8s/coredns", "data/"],
        &["office", "internet", "postgres"],
    );
    offers("web -> [db, ‸", &["api", "data/orders"], &["office"]);
    offers("web -> a‸", &["api"], &["db"]);
    offers("expose ‸", &["web", "db"], &["data/orders", "office"]);
    offers("expose db:1 to ‸", &["data/", "tenants"], &["office"]);
    offers("egress https to internet from ‸", &["web", "db"], &["internet"]);
}

#[test]
fn what_is_exposed_comes_first() {
    let found = items(&shop("api -> data/‸"));
    let labels: Vec<&str> = found.iter().map(|item| &*item.label).collect();
    assert_eq!(labels, ["data/orders", "data/hidden", "data/all"]);
    assert_eq!(found[0].detail.as_deref(), Some("exposed on sql"));
    let marked = shop("api -> data/ord‸");
    let found = items(&marked);
    let Some(CompletionTextEdit::Edit(edit)) = &found[0].text_edit else { panic!("an edit") };
    assert_eq!((marked.text(edit.range), &*edit.new_text), ("data/ord", "data/orders"));
}

#[test]
fn ports_are_those_of_the_destination_first() {
    offers("web -> db:‸", &["mine", "postgres", "https", "any"], &["web", "office"]);
    assert_eq!(labels(&shop("web -> db:‸"))[0], "mine");
    assert_eq!(labels(&shop("api -> data/orders:‸"))[0], "sql");
    offers("egress ‸", &["https", "any"], &["web"]);
    offers("egress [https, ‸", &["postgres"], &["web"]);
}

#[test]
fn the_edge_is_offered_at_the_edge() {
    offers("egress https to ‸", &["office", "internet", "k8s/nodelocal"], &["web", "all"]);
    offers("ingress https from ‸", &["office", "internet"], &["web"]);
    offers("net more = [‸", &["office", "internet"], &["web"]);
}

#[test]
fn patterns_come_with_their_parameters() {
    offers("apply ‸", &["k8s/dns", "tiers/three-tier"], &["web", "https"]);
    let found = items(&shop("apply tiers/db‸"));
    assert_eq!(found[0].label, "tiers/db-access");
    assert_eq!(found[0].insert_text_format, Some(InsertTextFormat::SNIPPET));
    let Some(CompletionTextEdit::Edit(edit)) = &found[0].text_edit else { panic!("an edit") };
    assert_eq!(edit.new_text, "tiers/db-access(${1:client}, ${2:db})");
    let mut plain = shop("apply tiers/db‸");
    plain.cx.client.snippets = false;
    let Some(CompletionTextEdit::Edit(edit)) = &items(&plain)[0].text_edit else { panic!("an edit") };
    assert_eq!(edit.new_text, "tiers/db-access");
}

#[test]
fn arguments_are_of_their_parameters_type() {
    offers("apply tiers/db-access(‸", &["web", "db", "client:", "db-port:"], &["office", "https"]);
    offers("apply tiers/db-access(web, db, ‸", &["https", "postgres"], &["web", "office"]);
    offers("apply tiers/db-access(db-port: ‸", &["https"], &["web", "client:"]);
    offers("apply tiers/backup(web, ‸", &["office", "internet"], &["web"]);
}

#[test]
fn clauses_and_the_rest_of_a_sentence_are_offered() {
    offers("web -> api:1 ‸", &["because", "until", "log", "only"], &["alert", "web", "to"]);
    offers("web -> api:1 because \"x\" ‸", &["until", "log"], &["because"]);
    offers("web -> api:1\n  ‸", &["because", "log", "web", "egress"], &[]);
    offers("egress https ‸", &["to"], &["from", "web"]);
    offers("egress https to internet ‸", &["from", "because"], &["to"]);
    offers("deny egress any to internet ‸", &["because"], &["alert", "until"]);
    offers("workload x ‸", &["selects"], &["because"]);
    offers("mode ‸", &["audit", "enforce"], &["web"]);
    offers("test \"t\" {\n  ‸", &["can", "cannot"], &["egress", "because"]);
    offers("test \"t\" {\n  can web -> ‸", &["api", "all", "pod()"], &["office"]);
}

#[test]
fn platform_words_are_offered_at_the_platform() {
    let at = |text: &str| labels(&project(&[("main.netpol", text), ("data.netpol", DATA)]));
    let top = at("‸\n");
    for word in ["namespace", "guardrail", "tenant", "cluster", "use", "baseline", "pattern"] {
        assert!(top.contains(&word.to_owned()), "{word}: {top:?}");
    }
    assert!(!top.contains(&"expose".to_owned()) && !top.contains(&"can".to_owned()), "{top:?}");
    assert_eq!(at("tenant t owns ‸\n"), ["data"]);
    assert_eq!(at("cluster c {\n  undeclared ‸\n}\n"), ["closed", "open"]);
    assert!(at("cluster c {\n  ‸\n}\n").contains(&"apiserver".to_owned()));
    let guardrail = at("guardrail g {\n  ‸\n}\n");
    assert!(
        guardrail.contains(&"require".to_owned()) && guardrail.contains(&"allow".to_owned()),
        "{guardrail:?}"
    );
    assert!(
        at("guardrail g {\n  deny egress any to internet from pods ‸\n}\n").contains(&"alert".to_owned())
    );
    assert!(at("guardrail g {\n  require because on ‸\n}\n").contains(&"cross-namespace".to_owned()));
    let modules = at("use ‸\n");
    assert!(modules.contains(&"std/k8s".to_owned()) && modules.contains(&"data".to_owned()), "{modules:?}");
    assert!(!modules.contains(&"std/prelude".to_owned()) && !modules.contains(&"main".to_owned()));
}

#[test]
fn nothing_is_offered_in_comments_and_texts() {
    for text in [
        "namespace n\n# we‸\n",
        "namespace n\ntiers [web] by tier\nweb -> web:1 because \"w‸\n",
        "namespace ‸\n",
    ] {
        assert_eq!(labels(&file(text)), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn broken_text_before_and_after_changes_nothing() {
    let text = "namespace shop\ntiers [web, api] by tier\n-> -> {\nweb -> ‸\n}}} \"\n";
    let found = labels(&file(text));
    assert!(found.contains(&"api".to_owned()), "{found:?}");
    let open = "namespace shop {\n  tiers [web, api] by tier\n  app x {\n    web -> ‸";
    let found = labels(&file(open));
    assert!(found.contains(&"api".to_owned()), "{found:?}");
}

#[test]
fn an_item_is_documented_when_it_is_looked_at() {
    let marked = shop("apply tiers/db‸");
    let item = items(&marked).into_iter().next().unwrap();
    assert_eq!(item.documentation, None);
    let Some(lsp_types::Documentation::MarkupContent(text)) =
        completion::resolve(&marked.cx, item).documentation
    else {
        panic!("a text")
    };
    assert!(text.value.contains("One client of one database."), "{}", text.value);
}

/// A program with a statement in each block.
fn programs(statement: &str) -> [(&'static str, String); 7] {
    let nouns = "use std/k8s\nport p = 1\nnet n = 203.0.113.9\npattern lines(x: workload) {\n  x -> x:1\n}\npattern open {\n  all -> all:1\n}\nbaseline {\n  apply k8s/dns\n}\n";
    let inner = "  tiers [a, b] by t\n  deny egress any to n because \"x\"\n";
    [
        ("file", format!("{nouns}namespace other {{\n{inner}}}\n{statement}\n")),
        ("namespace", format!("{nouns}namespace home {{\n{inner}{statement}\n}}\n")),
        ("app", format!("{nouns}namespace home {{\n{inner}app it {{\n{statement}\n}}\n}}\n")),
        ("guardrail", format!("{nouns}namespace home {{\n{inner}}}\nguardrail g {{\n{statement}\n}}\n")),
        ("baseline", format!("{nouns}namespace home {{\n{inner}}}\nbaseline {{\n{statement}\n}}\n")),
        ("test", format!("{nouns}namespace home {{\n{inner}test \"t\" {{\n{statement}\n}}\n}}\n")),
        ("pattern", format!("{nouns}namespace home {{\n{inner}}}\npattern mine {{\n{statement}\n}}\n")),
    ]
}

#[test]
fn a_statement_is_offered_exactly_where_the_check_takes_it() {
    let statements = [
        ("namespace", "namespace x {\n}"),
        ("workload", "workload w selects x=y"),
        ("tiers", "tiers [q, r] by s"),
        ("group", "group gg = [other/all]"),
        ("net", "net nn = 203.0.113.0/24"),
        ("domain", "domain dd = api.example.com"),
        ("port", "port pp = 99"),
        ("egress", "egress https to n from all because \"x\""),
        ("ingress", "ingress https from n to all because \"x\""),
        ("expose", "expose all:1 to other/all because \"x\""),
        ("apply", "apply k8s/dns"),
        ("waive", "waive k8s/dns because \"x\""),
        ("app", "app q {\n}"),
        ("mode", "mode audit until 2027-01-01"),
        ("deny", "deny egress any to internet because \"x\""),
        ("except", "except egress https to n because \"x\" until 2026-12-12"),
        ("allow", "allow egress https to n from pods because \"x\""),
        ("require", "require because on egress"),
        ("test", "test \"u\" {\n}"),
        ("can", "can egress https to n from pods"),
        ("cannot", "cannot egress https to n from pods"),
        ("pattern", "pattern z {\n}"),
        ("guardrail", "guardrail y {\n}"),
        ("baseline", "baseline {\n}"),
        ("tenant", "tenant x owns other"),
        ("cluster", "cluster c {\n}"),
    ];
    for (word, statement) in statements {
        for (block, program) in programs(statement) {
            let marked = file(&format!("{program}‸"));
            let snapshot = marked.cx.snapshot.as_ref().unwrap();
            // A statement that may not stand there is NP0403 or NP0106, or cannot be read.
            let refusals =
                snapshot.compiled.diagnostics.iter().filter(|found| {
                    found.severity == Severity::Error && matches!(found.code.0, 101..=106 | 403)
                });
            let refusals: Vec<String> = refusals.map(|found| found.title.clone()).collect();
            let marked = file(&program.replace(statement, "‸"));
            let is_offered = labels(&marked).iter().any(|label| label == word);
            assert_eq!(is_offered, refusals.is_empty(), "`{word}` in {block}: {refusals:?}");
        }
    }
}
