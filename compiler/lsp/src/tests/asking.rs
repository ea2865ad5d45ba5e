//! Hover, definition, references, signatures, symbols.

use indoc::indoc;
use lsp_types::{
    DocumentSymbolResponse, GotoDefinitionParams, GotoDefinitionResponse, HoverContents, HoverParams,
    ReferenceContext, ReferenceParams, SignatureHelpParams, WorkspaceSymbolParams,
};

use crate::requests::{definition, hover, references, signature, symbols};
use crate::testing::{Marked, file, project};
use crate::uri::path_of;

const PLATFORM: &str = "namespace data owner team-data {\n  workload orders selects app=postgres\n    ports [sql=5432]\n  expose orders:sql to shop/api because \"system of record\"\n}\n";

fn hovered(marked: &Marked) -> Option<String> {
    let params = HoverParams {
        text_document_position_params: marked.at(),
        work_done_progress_params: Default::default(),
    };
    hover::hover(&marked.cx, params).map(|found| match found.contents {
        HoverContents::Markup(text) => text.value,
        other => panic!("{other:?}"),
    })
}

fn defined(marked: &Marked) -> Vec<String> {
    let params = GotoDefinitionParams {
        text_document_position_params: marked.at(),
        work_done_progress_params: Default::default(),
        partial_result_params: Default::default(),
    };
    let found = match definition::definition(&marked.cx, params) {
        None => Vec::new(),
        Some(GotoDefinitionResponse::Scalar(one)) => vec![one],
        Some(GotoDefinitionResponse::Array(all)) => all,
        Some(GotoDefinitionResponse::Link(_)) => panic!("no links are given"),
    };
    let shown = |location: &lsp_types::Location| {
        let path = path_of(&location.uri).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        format!("{name}:{}:{}", location.range.start.line + 1, location.range.start.character + 1)
    };
    found.iter().map(shown).collect()
}

fn used(marked: &Marked, include_declaration: bool) -> Vec<String> {
    let params = ReferenceParams {
        text_document_position: marked.at(),
        work_done_progress_params: Default::default(),
        partial_result_params: Default::default(),
        context: ReferenceContext { include_declaration },
    };
    let found = references::references(&marked.cx, params).unwrap_or_default();
    let shown = |location: &lsp_types::Location| {
        let path = path_of(&location.uri).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        assert!(!marked.text_in(&location.uri, location.range).contains('/'));
        format!("{name}:{}", location.range.start.line + 1)
    };
    found.iter().map(shown).collect()
}

#[test]
fn a_workload_says_what_it_selects_and_who_may_reach_it() {
    let text = indoc! {r#"
        namespace shop
        tiers [web, api] by tier
        web -> a‸pi:8080 because "the shop"
        api -> data/orders:sql because "orders"
    "#};
    let said = hovered(&project(&[("shop.netpol", text), ("data.netpol", PLATFORM)])).unwrap();
    for part in [
        "`api`",
        "of `shop`",
        "tier=api",
        "May be reached by",
        "`web` on `tcp/8080`",
        "May reach",
        "data/orders",
        "tcp/5432",
    ] {
        assert!(said.contains(part), "{part} is not in:\n{said}");
    }
}

#[test]
fn what_is_exposed_says_who_asks_for_it() {
    let data = PLATFORM.replace("expose orders", "expose or‸ders");
    let shop = "namespace shop\ntiers [web, api] by tier\napi -> data/orders:sql because \"orders\"\n";
    let said = hovered(&project(&[("shop.netpol", shop), ("data.netpol", &data)])).unwrap();
    assert!(said.contains("asked for by shop"), "{said}");
    assert!(said.contains("May reach") || said.contains("It may reach nothing"), "{said}");
}

#[test]
fn a_namespace_says_its_owner_and_its_borders() {
    let said = hovered(&file(&PLATFORM.replace("namespace da", "namespace da‸"))).unwrap();
    assert!(said.contains("Owner team-data") && said.contains("Every pod of the namespace"), "{said}");
}

#[test]
fn a_pattern_says_its_parameters_and_its_comment() {
    let text = "use std/tiers\nnamespace shop\ntiers [web, db] by tier\napply tiers/db-acc‸ess(web, db)\n";
    let said = hovered(&file(text)).unwrap();
    for part in
        ["One client of one database.", "| `client` | workload |", "`postgres`", "client -> db:db-port"]
    {
        assert!(said.contains(part), "{part} is not in:\n{said}");
    }
}

#[test]
fn a_port_says_its_number_whoever_declares_it() {
    let text = "namespace shop\ntiers [web, db] by tier\nweb -> db:post‸gres\n";
    assert!(hovered(&file(text)).unwrap().contains("`tcp/5432`"));
    let own = "namespace shop\nworkload web selects a=b\nworkload db selects a=c\n  ports [sql=[5432, udp/99]]\nweb -> db:s‸ql\n";
    assert!(hovered(&file(own)).unwrap().contains("`tcp/5432, udp/99`"));
    let nested = "port base = 10\nport more = [base, 11]\nnamespace shop {\n  tiers [web, db] by tier\n  web -> db:mo‸re\n}\n";
    assert!(hovered(&file(nested)).unwrap().contains("`tcp/10, tcp/11`"));
}

#[test]
fn a_module_and_its_prefix_say_what_is_in_it() {
    for text in [
        "use std/k‸8s\nnamespace a {\n  apply k8s/dns\n}\n",
        "use std/k8s\nnamespace a {\n  apply k‸8s/dns\n}\n",
    ] {
        let said = hovered(&file(text)).unwrap();
        assert!(said.contains("what almost every cluster has"), "{said}");
    }
}

#[test]
fn a_code_says_its_page_wherever_it_stands() {
    let said = hovered(&file("namespace shop\n# see NP05‸01\n")).unwrap();
    assert_eq!(said, "# NP0501: the page\n");
    assert_eq!(hovered(&file("namespace shop\n# see NP99‸99\n")), None);
}

#[test]
fn definitions_are_found_in_other_files_and_in_the_library() {
    let shop = |line: &str| format!("use std/k8s\nnamespace shop\ntiers [web, api] by tier\n{line}\n");
    let at = |line: &str| defined(&project(&[("shop.netpol", &shop(line)), ("data.netpol", PLATFORM)]));
    assert_eq!(at("w‸eb -> api:8080"), ["shop.netpol:3:8"]);
    assert_eq!(at("api -> data/ord‸ers:sql"), ["data.netpol:2:12"]);
    assert_eq!(at("api -> da‸ta/orders:sql"), ["data.netpol:1:11"]);
    assert_eq!(at("api -> data/orders:s‸ql"), ["data.netpol:3:12"]);
    assert_eq!(at("web -> api:htt‸ps").len(), 1);
    assert!(at("web -> api:htt‸ps")[0].starts_with("prelude.netpol:"));
    assert!(at("apply k8s/d‸ns")[0].starts_with("k8s.netpol:"));
    assert_eq!(at("apply k‸8s/dns"), ["k8s.netpol:1:1"]);
    assert_eq!(at("web -> ap‸p:1"), Vec::<String>::new());
}

#[test]
fn references_are_found_across_files_and_only_of_the_same_thing() {
    let data = PLATFORM.replace("workload ord", "workload ord‸");
    let shop = "namespace shop\nworkload orders selects x=y\ntiers [web, api] by tier\nweb -> orders:1\napi -> data/orders:sql because \"x\"\n";
    let marked = project(&[("data.netpol", &data), ("shop.netpol", shop)]);
    assert_eq!(used(&marked, false), ["data.netpol:4", "shop.netpol:5"]);
    assert_eq!(used(&marked, true), ["data.netpol:2", "data.netpol:4", "shop.netpol:5"]);
}

#[test]
fn a_call_shows_its_parameters_and_the_one_at_hand() {
    let at = |line: &str| {
        let text = format!("use std/tiers\nnamespace shop\ntiers [web, db] by tier\n{line}\n");
        let marked = file(&text);
        let params = SignatureHelpParams {
            context: None,
            text_document_position_params: marked.at(),
            work_done_progress_params: Default::default(),
        };
        let found = signature::signature(&marked.cx, params)?;
        let signature = found.signatures.into_iter().next()?;
        Some((signature.label, found.active_parameter))
    };
    let label = "tiers/db-access(client: workload, db: workload, db-port: port = postgres)".to_owned();
    assert_eq!(at("apply tiers/db-access(‸"), Some((label.clone(), Some(0))));
    assert_eq!(at("apply tiers/db-access(web, d‸b)"), Some((label.clone(), Some(1))));
    assert_eq!(at("apply tiers/db-access([web, db], ‸)"), Some((label.clone(), Some(1))));
    assert_eq!(at("apply tiers/db-access(web, db-port: 99‸)"), Some((label, Some(2))));
    assert_eq!(at("web -> db:‸1"), None);
}

#[test]
fn symbols_of_a_file_are_nested_and_those_of_a_project_are_searched() {
    let marked = project(&[("data.netpol", &PLATFORM.replace("ports", "‸ports"))]);
    let params = lsp_types::DocumentSymbolParams {
        text_document: marked.document(),
        work_done_progress_params: Default::default(),
        partial_result_params: Default::default(),
    };
    let Some(DocumentSymbolResponse::Nested(found)) = symbols::document(&marked.cx, params) else {
        panic!("nested")
    };
    assert_eq!(found.iter().map(|symbol| &*symbol.name).collect::<Vec<_>>(), ["data"]);
    let inner = found[0].children.as_ref().unwrap();
    assert_eq!(
        inner.iter().map(|symbol| &*symbol.name).collect::<Vec<_>>(),
        ["orders", "expose orders:sql to shop/api"]
    );
    for symbol in found.iter().chain(inner) {
        let (whole, name) = (symbol.range, symbol.selection_range);
        assert!(whole.start <= name.start && name.end <= whole.end, "{symbol:?}");
    }
    let search = |query: &str| {
        let params = WorkspaceSymbolParams { query: query.to_owned(), ..Default::default() };
        let found = symbols::workspace(std::slice::from_ref(&marked.cx), &params);
        found.into_iter().map(|symbol| (symbol.name, symbol.container_name)).collect::<Vec<_>>()
    };
    assert_eq!(search("ords"), [("orders".to_owned(), Some("data".to_owned()))]);
    assert_eq!(search("zzz"), []);
}
