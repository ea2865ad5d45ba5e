//! Rename, code actions, formatting.

use indoc::indoc;
use lsp_types::{
    CodeActionContext, CodeActionOrCommand, CodeActionParams, DocumentFormattingParams, FormattingOptions,
    RenameParams,
};
use netpol_diagnostics::Severity;

use crate::requests::{actions, format, rename};
use crate::testing::{Marked, applied, file, project};

fn renamed(marked: &Marked, new_name: &str) -> Result<Vec<String>, String> {
    let params = RenameParams {
        text_document_position: marked.at(),
        new_name: new_name.to_owned(),
        work_done_progress_params: Default::default(),
    };
    let edit = rename::rename(&marked.cx, params)?.ok_or("nothing to rename")?;
    Ok(marked.after(&edit).into_values().collect())
}

fn offered(marked: &Marked) -> Vec<lsp_types::CodeAction> {
    let params = CodeActionParams {
        text_document: marked.document(),
        range: marked.whole(),
        context: CodeActionContext::default(),
        work_done_progress_params: Default::default(),
        partial_result_params: Default::default(),
    };
    let found = actions::actions(&marked.cx, params).unwrap_or_default();
    let literal = |action| match action {
        CodeActionOrCommand::CodeAction(action) => action,
        CodeActionOrCommand::Command(_) => panic!("no commands are given"),
    };
    found.into_iter().map(literal).collect()
}

#[test]
fn a_name_changes_everywhere_it_stands() {
    let shop = "namespace shop\ntiers [we‸b, api] by tier\nweb -> api:8080\ngroup all-web = [web]\n";
    let other = "namespace other {\n  tiers [web] by tier\n  web -> shop/web:1 because \"x\"\n}\n";
    let marked = project(&[("shop.netpol", shop), ("other.netpol", other)]);
    let mut after = renamed(&marked, "front").unwrap();
    after.sort();
    assert_eq!(
        after,
        [
            "namespace other {\n  tiers [web] by tier\n  web -> shop/front:1 because \"x\"\n}\n",
            "namespace shop\ntiers [front, api] by tier\nfront -> api:8080\ngroup all-web = [front]\n",
        ]
    );
}

#[test]
fn a_namespace_changes_before_slashes_too() {
    let shop = "namespace sh‸op {\n  tiers [web] by tier\n}\ntenant t owns [shop, other]\n";
    let other = "namespace other {\n  tiers [api] by tier\n  api -> shop/web:1\n}\n";
    let mut after = renamed(&project(&[("a.netpol", shop), ("b.netpol", other)]), "store").unwrap();
    after.sort();
    assert_eq!(after[0], "namespace other {\n  tiers [api] by tier\n  api -> store/web:1\n}\n");
    assert!(
        after[1].starts_with("namespace store {") && after[1].contains("owns [store, other]"),
        "{}",
        after[1]
    );
}

#[test]
fn declarations_for_several_clusters_keep_one_name() {
    let text = indoc! {"
        cluster a {
          pods 10.0.0.0/16
        }
        cluster b {
          pods 10.1.0.0/16
        }
        net office on a = 203.0.113.0/24
        net off‸ice on b = 198.51.100.0/24
        namespace n {
          tiers [web] by tier
          egress https to office from web because \"x\"
        }
    "};
    let after = renamed(&file(text), "hq").unwrap();
    assert_eq!(after[0].matches("hq").count(), 3, "{}", after[0]);
    assert!(!after[0].contains("office"));
}

#[test]
fn parameters_and_prefixes_change_in_their_file() {
    let text = "pattern p(cli‸ent: workload, why: text) {\n  client -> client:1 because why\n}\nnamespace n {\n  tiers [a] by t\n  apply p(client: a, why: \"x\")\n}\n";
    let after = renamed(&file(text), "caller").unwrap();
    assert_eq!(
        after[0],
        "pattern p(caller: workload, why: text) {\n  caller -> caller:1 because why\n}\nnamespace n {\n  tiers [a] by t\n  apply p(caller: a, why: \"x\")\n}\n"
    );
    let text = "use std/k8s\nnamespace n {\n  apply k8‸s/dns\n}\n";
    assert_eq!(
        renamed(&file(text), "kube").unwrap(),
        ["use std/k8s as kube\nnamespace n {\n  apply kube/dns\n}\n"]
    );
    let text = "use std/k8s as ku‸be\nnamespace n {\n  apply kube/dns\n}\n";
    assert_eq!(renamed(&file(text), "k").unwrap(), ["use std/k8s as k\nnamespace n {\n  apply k/dns\n}\n"]);
}

#[test]
fn what_cannot_be_renamed_says_why() {
    let library = file("use std/k8s\nnamespace n {\n  apply k8s/d‸ns\n}\n");
    assert!(renamed(&library, "names").unwrap_err().contains("`std/k8s`"));
    assert!(rename::prepare(&library.cx, library.at()).unwrap_err().contains("standard library"));
    let marked = file("namespace n\ntiers [w‸eb] by tier\n");
    assert!(renamed(&marked, "Web_Server").unwrap_err().contains("no name"));
    assert!(renamed(&marked, "9lives").unwrap_err().contains("digit"));
    assert!(renamed(&file("namespace n\ntiers [web] by tier\nw‸be -> web:1\n"), "x").is_err());
    assert_eq!(
        renamed(&file("namespace n\n‸\ntiers [web] by tier\n"), "x").unwrap_err(),
        "nothing to rename"
    );
    // A word of the language is a name between backticks.
    assert_eq!(renamed(&marked, "log").unwrap(), ["namespace n\ntiers [`log`] by tier\n"]);
}

#[test]
fn every_fix_of_a_diagnostic_is_offered() {
    let marked = file("namespace shop\ntiers [web, api] by tier\nwbe -> api:8080‸\n");
    let found = offered(&marked);
    assert_eq!(
        found.iter().map(|action| &*action.title).collect::<Vec<_>>(),
        ["NP0201: did you mean `web`?"]
    );
    assert_eq!(found[0].is_preferred, Some(false), "a question waits for an answer");
    let after = marked.after(found[0].edit.as_ref().unwrap());
    assert_eq!(after["main.netpol"], "namespace shop\ntiers [web, api] by tier\nweb -> api:8080\n");
    let sure = file("namespace shop\ntiers [web, api] by tier\nweb -> api:8080/tcp‸\n");
    assert!(offered(&sure).iter().any(|action| action.is_preferred == Some(true)));
}

/// Applies the action that adds an `expose`, and gives the codes of the errors that are left.
fn consented(files: &[(&str, &str)]) -> Vec<String> {
    let marked = project(files);
    let found = offered(&marked);
    let action = found.iter().find(|action| action.title.contains("add `expose")).expect("an action");
    let after = marked.after(action.edit.as_ref().unwrap());
    let mut texts: Vec<(String, String)> =
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    for (path, text) in &mut texts {
        if let Some(changed) = after.get(path) {
            text.clone_from(changed);
        }
    }
    let again: Vec<(&str, &str)> = texts.iter().map(|(path, text)| (&**path, &**text)).collect();
    let checked = project(&again).cx.snapshot.unwrap();
    let errors = checked.compiled.diagnostics.iter().filter(|found| found.severity == Severity::Error);
    errors.map(|found| found.code.to_string()).collect()
}

#[test]
fn the_consent_of_the_other_side_is_offered_and_settles_it() {
    let shop = "namespace shop\ntiers [web, api] by tier\napi -> data/orders:5432 because \"their \\\"orders\\\"\"‸\n";
    for data in [
        "namespace data {\n  workload orders selects app=postgres\n}\n",
        "namespace data\nworkload orders selects app=postgres\n",
        "namespace data\nworkload orders selects app=postgres\nexpose orders:9187 to shop/web because \"metrics\"\n# end\n",
        "namespace data\nworkload orders selects app=postgres\nexpose orders:9187 to shop/api because \"metrics\"",
    ] {
        let left = consented(&[("shop.netpol", shop), ("data.netpol", data)]);
        assert_eq!(left, Vec::<String>::new(), "{data}");
    }
}

#[test]
fn no_action_is_offered_for_a_text_that_has_changed() {
    let mut marked = file("namespace shop\ntiers [web, api] by tier\nwbe -> api:8080‸\n");
    let source = netpol_diagnostics::Source::new("main.netpol", "\nnamespace shop\n");
    marked.cx.file = std::sync::Arc::new(netpol_driver::FileState::read(marked.cx.file.id, source));
    assert_eq!(offered(&marked).len(), 0);
}

fn laid_out(text: &str) -> Option<String> {
    let marked = file(&format!("{text}‸"));
    let params = DocumentFormattingParams {
        text_document: marked.document(),
        options: FormattingOptions::default(),
        work_done_progress_params: Default::default(),
    };
    let edits = format::formatting(&marked.cx, params)?;
    Some(applied(text, &edits, marked.cx.client.encoding))
}

#[test]
fn the_one_layout_is_given_by_an_edit_of_what_differs() {
    let text = "namespace   shop\n\ntiers [web,api] by tier # größe 😀\nweb->api:8080\n\n\n\n# end\n";
    assert_eq!(laid_out(text), netpol_driver::format(text));
    let laid = laid_out(text).unwrap();
    assert_eq!(laid_out(&laid), Some(laid));
    assert_eq!(laid_out("namespace shop\n-> web {\n"), None);
    let ends = ["namespace shop", "namespace shop\n\n\n", "", "\n", "namespace shop\r\ntiers [a,b] by t\r\n"];
    for text in ends {
        assert_eq!(laid_out(text), netpol_driver::format(text), "{text:?}");
    }
}
