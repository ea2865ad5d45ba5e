//! One session with `netpol lsp`, over the pipes of a real process.

#![allow(clippy::unwrap_used, reason = "a test may stop")]

use std::fs;
use std::path::Path;

use netpol_tests::editor::{Editor, copy_folder, uri};
use serde_json::{Value, json};

const NETPOL: &str = env!("CARGO_BIN_EXE_netpol");

fn boutique(folder: &Path) {
    copy_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/online-boutique"), folder);
}

fn codes(found: &[Value]) -> Vec<&str> {
    found.iter().map(|found| found["code"].as_str().unwrap()).collect()
}

#[test]
fn a_session_from_hello_to_goodbye() {
    let (folder, cache) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let root = folder.path().canonicalize().unwrap();
    boutique(&root);
    let capabilities = json!({
        "general": { "positionEncodings": ["utf-16"] },
        "textDocument": {
            "completion": { "completionItem": { "snippetSupport": true } },
            "codeAction": { "codeActionLiteralSupport": { "codeActionKind": { "valueSet": ["quickfix"] } } },
        },
    });
    let mut editor = Editor::start(NETPOL, &root, cache.path(), &capabilities);
    let name = "tenants/boutique/online-boutique.netpol";
    let text = editor.open(name);
    assert_eq!(codes(&editor.diagnostics(name, Some(1))), Vec::<&str>::new());

    // A slip, what may be done about it, and its end.
    let wrong = text.replace("frontend -> adservice:9555", "frontend -> adservise:9555");
    editor.change(name, 2, &wrong);
    let found = editor.diagnostics(name, Some(2));
    assert_eq!(codes(&found), ["NP0201"]);
    assert!(found[0]["message"].as_str().unwrap().contains("did you mean `adservice`?"), "{}", found[0]);
    let params = json!({
        "textDocument": { "uri": uri(&root.join(name)) },
        "range": found[0]["range"],
        "context": { "diagnostics": found },
    });
    let actions = editor.ask("textDocument/codeAction", params);
    let edits = &actions[0]["edit"]["changes"][uri(&root.join(name))];
    assert_eq!(edits[0]["newText"], "adservice", "{actions}");
    editor.change(name, 3, &text);
    assert_eq!(codes(&editor.diagnostics(name, Some(3))), Vec::<&str>::new());

    // A message that is none is passed over.
    editor.write("{ no JSON");
    editor.write("[]");

    let at = editor.behind(name, &text, "loadgenerator -> front");
    let hover = editor.ask("textDocument/hover", at.clone());
    assert!(hover["contents"]["value"].as_str().unwrap().contains("www.boutique.example"), "{hover}");
    let library = editor.ask("textDocument/definition", editor.behind(name, &text, "to edge/ingress"));
    let place = library[0]["uri"].as_str().unwrap();
    assert!(place.starts_with(&uri(cache.path())) && place.ends_with("/std/edge.netpol"), "{library}");
    assert!(fs::metadata(place.trim_start_matches("file://")).unwrap().permissions().readonly());
    let references = editor.ask("textDocument/references", {
        let mut params = at.clone();
        params["context"] = json!({ "includeDeclaration": true });
        params
    });
    assert!(references.as_array().unwrap().len() > 10, "{references}");
    let completion = editor.ask("textDocument/completion", editor.behind(name, &text, "cartservice -> "));
    let labels: Vec<&str> =
        completion["items"].as_array().unwrap().iter().map(|item| item["label"].as_str().unwrap()).collect();
    assert!(labels.contains(&"redis-cart") && labels.contains(&"all"), "{labels:?}");
    let rename = editor.ask("textDocument/rename", {
        let mut params = at;
        params["newName"] = json!("shopfront");
        params
    });
    assert!(rename["changes"][uri(&root.join(name))].as_array().unwrap().len() > 10, "{rename}");
    let refused = editor.ask("textDocument/prepareRename", editor.behind(name, &text, "to edge/ingress"));
    assert!(refused["error"]["message"].as_str().unwrap().contains("std/edge"), "{refused}");
    let document = json!({ "textDocument": { "uri": uri(&root.join(name)) } });
    let lenses = editor.ask("textDocument/codeLens", document);
    assert_eq!(lenses[0]["command"]["title"], "✓ 7 of 7 proved", "{lenses}");

    // Another file changes on disk: the platform no longer owns what the tenant declares.
    let platform = root.join("platform/cluster.netpol");
    let before = fs::read_to_string(&platform).unwrap();
    fs::write(&platform, before.replace("owns online-boutique", "owns elsewhere")).unwrap();
    let changed = json!({ "changes": [{ "uri": uri(&platform), "type": 2 }] });
    editor.tell("workspace/didChangeWatchedFiles", changed.clone());
    editor.diagnostics_until(name, |codes| codes.contains(&"NP0210"));
    fs::write(&platform, before).unwrap();
    editor.tell("workspace/didChangeWatchedFiles", changed);
    editor.diagnostics_until(name, |codes: &[&str]| codes.is_empty());
    assert_eq!(editor.end(), Some(0));
}

#[test]
fn leaving_without_shutdown_gives_code_1() {
    let folder = tempfile::tempdir().unwrap();
    let editor = Editor::start(NETPOL, folder.path(), folder.path(), &json!({}));
    assert_eq!(editor.exit(), Some(1));
}
