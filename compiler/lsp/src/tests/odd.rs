//! Whatever the text, every request has an answer and none stops the server.

use lsp_server::{Connection, Message, Notification, Request, Response};
use netpol_tests::shelf::Shelf;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::library::Library;
use crate::{End, talk};

/// Requests about one place of one document.
const ABOUT_A_PLACE: [&str; 7] = [
    "textDocument/hover",
    "textDocument/completion",
    "textDocument/signatureHelp",
    "textDocument/definition",
    "textDocument/references",
    "textDocument/documentHighlight",
    "textDocument/prepareRename",
];

/// Requests about a whole document or a range.
const ABOUT_A_TEXT: [&str; 8] = [
    "textDocument/documentSymbol",
    "textDocument/semanticTokens/full",
    "textDocument/semanticTokens/range",
    "textDocument/foldingRange",
    "textDocument/inlayHint",
    "textDocument/codeLens",
    "textDocument/codeAction",
    "textDocument/formatting",
];

struct Talk {
    client: Connection,
    server: Option<std::thread::JoinHandle<End>>,
    asked: i32,
    /// What the server said without being asked.
    told: Vec<Notification>,
}

impl Talk {
    fn with(files: &[(&str, &str)]) -> Talk {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        let host: &'static Shelf = Box::leak(Box::new(Shelf(files)));
        let (server, client) = Connection::memory();
        let folder = std::env::temp_dir().join("netpol-lsp-tests");
        let server = std::thread::spawn(move || talk(&server, host, Library::at(folder), |_| None));
        Talk { client, server: Some(server), asked: 0, told: Vec::new() }
    }

    fn start(&mut self) {
        let answer = self.ask("initialize", json!({ "capabilities": {}, "rootUri": "file:///p" }));
        assert!(answer.response_result.is_ok());
        self.tell("initialized", json!({}));
    }

    fn send(&mut self, method: &str, params: Value) -> lsp_server::RequestId {
        self.asked += 1;
        let id = lsp_server::RequestId::from(self.asked);
        self.client
            .sender
            .send(Message::Request(Request::new(id.clone(), method.to_owned(), params)))
            .unwrap();
        id
    }

    fn ask(&mut self, method: &str, params: Value) -> Response {
        let id = self.send(method, params);
        self.answer(&id)
    }

    fn answer(&mut self, id: &lsp_server::RequestId) -> Response {
        loop {
            match self.client.receiver.recv_timeout(std::time::Duration::from_secs(60)).unwrap() {
                Message::Response(response) if response.id == *id => return response,
                Message::Response(other) => panic!("an answer nobody waits for: {other:?}"),
                Message::Notification(told) => self.told.push(told),
                Message::Request(_) => {}
            }
        }
    }

    fn tell(&mut self, method: &str, params: Value) {
        self.client.sender.send(Message::Notification(Notification::new(method.to_owned(), params))).unwrap();
    }

    /// Waits for the diagnostics of a file, and gives their codes.
    fn codes(&mut self, uri: &str) -> Vec<String> {
        loop {
            let at = self.told.iter().position(|told| {
                told.method == "textDocument/publishDiagnostics" && told.params["uri"] == uri
            });
            if let Some(at) = at {
                let told = self.told.remove(at);
                let all = told.params["diagnostics"].as_array().unwrap().iter();
                return all.map(|found| found["code"].as_str().unwrap().to_owned()).collect();
            }
            match self.client.receiver.recv_timeout(std::time::Duration::from_secs(60)).unwrap() {
                Message::Notification(told) => self.told.push(told),
                Message::Request(_) | Message::Response(_) => {}
            }
        }
    }

    fn open(&mut self, uri: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": "netpol", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    fn change(&mut self, uri: &str, version: i32, text: &str) {
        let params = json!({ "textDocument": { "uri": uri, "version": version }, "contentChanges": [{ "text": text }] });
        self.tell("textDocument/didChange", params);
    }

    fn end(mut self) -> End {
        assert!(self.ask("shutdown", Value::Null).response_result.is_ok());
        assert!(
            self.ask("textDocument/hover", json!({})).response_result.is_err(),
            "nothing comes after shutdown"
        );
        self.tell("exit", Value::Null);
        self.server.take().unwrap().join().unwrap()
    }
}

const PROJECT: (&str, &str) = ("/p/netpol.toml", "edition = 2026\n");
const SHOP: (&str, &str) = ("/p/shop.netpol", "namespace shop\ntiers [web, api] by tier\nweb -> api:8080\n");
const URI: &str = "file:///p/shop.netpol";

#[test]
fn diagnostics_come_and_go() {
    let mut talk = Talk::with(&[PROJECT, SHOP]);
    talk.start();
    talk.open(URI, SHOP.1);
    assert_eq!(talk.codes(URI), Vec::<String>::new());
    talk.change(URI, 2, "namespace shop\ntiers [web, api] by tier\nwbe -> api:8080\n");
    assert_eq!(talk.codes(URI), ["NP0201"]);
    talk.change(URI, 3, SHOP.1);
    assert_eq!(talk.codes(URI), Vec::<String>::new());
    assert_eq!(talk.end(), End::Proper);
}

#[test]
fn a_file_nobody_opened_is_told_too_and_taken_back() {
    let mut talk = Talk::with(&[PROJECT, SHOP, ("/p/other.netpol", "namespace other {\n  wbe -> x:1\n}\n")]);
    talk.start();
    let other = "file:///p/other.netpol";
    assert_eq!(talk.codes(other), ["NP0201", "NP0201"]);
    talk.open(other, "namespace other {\n}\n");
    assert_eq!(talk.codes(other), Vec::<String>::new());
    // Closed without saving: what is on disk counts again.
    talk.tell("textDocument/didClose", json!({ "textDocument": { "uri": other } }));
    assert_eq!(talk.codes(other), ["NP0201", "NP0201"]);
    assert_eq!(talk.end(), End::Proper);
}

#[test]
fn a_file_under_no_project_is_served_alone() {
    let mut talk = Talk::with(&[("/x/one.netpol", "")]);
    talk.start();
    let uri = "file:///x/one.netpol";
    talk.open(uri, "namespace n\ntiers [a, b] by t\na -> c:1\n");
    assert_eq!(talk.codes(uri), ["NP0201"]);
    talk.tell("textDocument/didClose", json!({ "textDocument": { "uri": uri } }));
    assert_eq!(talk.codes(uri), Vec::<String>::new(), "what was said is taken back");
    assert_eq!(talk.end(), End::Proper);
}

#[test]
fn bad_messages_are_answered_and_survived() {
    let mut talk = Talk::with(&[PROJECT, SHOP]);
    let early = talk.ask("textDocument/hover", json!({}));
    assert_eq!(early.response_result.unwrap_err().code, lsp_server::ErrorCode::ServerNotInitialized as i32);
    talk.start();
    let code = |answer: Response| answer.response_result.unwrap_err().code;
    assert_eq!(code(talk.ask("no/such", Value::Null)), lsp_server::ErrorCode::MethodNotFound as i32);
    assert_eq!(
        code(talk.ask("textDocument/hover", json!({ "x": 1 }))),
        lsp_server::ErrorCode::InvalidParams as i32
    );
    talk.tell("textDocument/didChange", json!({ "nonsense": true }));
    talk.tell("textDocument/didOpen", Value::Null);
    talk.tell("$/unknown", Value::Null);
    talk.change("file:///p/never-opened.netpol", 7, "x");
    let far = json!({ "textDocument": { "uri": URI }, "position": { "line": 4_000_000_000_u32, "character": 4_000_000_000_u32 } });
    assert!(talk.ask("textDocument/hover", far.clone()).response_result.is_ok());
    talk.open(URI, SHOP.1);
    for method in ABOUT_A_PLACE.iter().filter(|method| **method != "textDocument/references") {
        assert!(talk.ask(method, far.clone()).response_result.is_ok(), "{method}");
    }
    for uri in ["untitled:Untitled-1", "netpol:/x", "file:///p/%zz.netpol"] {
        talk.open(uri, "namespace n\n");
        let at = json!({ "textDocument": { "uri": uri }, "position": { "line": 0, "character": 0 } });
        assert_eq!(talk.ask("textDocument/hover", at).response_result.unwrap(), Value::Null, "{uri}");
    }
    assert_eq!(talk.end(), End::Proper);
}

#[test]
fn a_cancelled_request_is_answered_as_cancelled() {
    let mut talk = Talk::with(&[PROJECT, SHOP]);
    talk.start();
    talk.open(URI, &format!("{}{}", SHOP.1, "web -> api:9090 because \"x\"\n".repeat(3_000)));
    // The first keeps the server busy while the cancellation of the last arrives.
    let params = json!({ "textDocument": { "uri": URI } });
    let first: Vec<_> =
        (0..40).map(|_| talk.send("textDocument/semanticTokens/full", params.clone())).collect();
    let last = talk.send("textDocument/documentSymbol", params);
    talk.tell("$/cancelRequest", json!({ "id": 42 }));
    for id in first {
        assert!(talk.answer_any(&id).response_result.is_ok());
    }
    let code = talk.answer_any(&last).response_result.unwrap_err().code;
    assert_eq!(code, lsp_server::ErrorCode::RequestCanceled as i32);
}

impl Talk {
    /// The answer to a request; the answers to others may come before it.
    fn answer_any(&mut self, id: &lsp_server::RequestId) -> Response {
        let kept = |told: &Notification| told.method == "kept" && told.params["id"] == json!(id);
        loop {
            if let Some(at) = self.told.iter().position(kept) {
                let told = self.told.remove(at);
                return serde_json::from_value(told.params["answer"].clone()).unwrap();
            }
            match self.client.receiver.recv_timeout(std::time::Duration::from_secs(60)).unwrap() {
                Message::Response(response) => {
                    let params = json!({ "id": response.id, "answer": response });
                    self.told.push(Notification::new("kept".to_owned(), params));
                }
                Message::Notification(told) => self.told.push(told),
                Message::Request(_) => {}
            }
        }
    }
}

#[test]
fn leaving_without_a_word_is_improper() {
    let talk = Talk::with(&[PROJECT]);
    let Talk { client, mut server, .. } = talk;
    client.sender.send(Message::Notification(Notification::new("exit".to_owned(), Value::Null))).unwrap();
    assert_eq!(server.take().unwrap().join().unwrap(), End::Improper);
    let mut talk = Talk::with(&[PROJECT]);
    talk.start();
    talk.tell("exit", Value::Null);
    assert_eq!(talk.server.take().unwrap().join().unwrap(), End::Improper);
    let mut talk = Talk::with(&[PROJECT]);
    talk.start();
    let Talk { client, mut server, .. } = talk;
    drop(client);
    assert_eq!(server.take().unwrap().join().unwrap(), End::Improper);
}

#[test]
fn incremental_changes_are_counted_as_the_client_counts() {
    let mut talk = Talk::with(&[PROJECT, SHOP]);
    talk.start();
    talk.open(URI, "namespace shop\n# 😀 größe\ntiers [web, api] by tier\nweb -> api:8080\n");
    assert_eq!(talk.codes(URI), Vec::<String>::new());
    // In UTF-16 the face counts two: `größe` begins at 5. What replaces it makes the next line a comment's.
    let range = json!({ "start": { "line": 1, "character": 5 }, "end": { "line": 2, "character": 0 } });
    let params = json!({
        "textDocument": { "uri": URI, "version": 2 },
        "contentChanges": [{ "range": range, "text": "x" }],
    });
    talk.tell("textDocument/didChange", params);
    assert_eq!(talk.codes(URI), ["NP0201", "NP0201"]);
    assert_eq!(talk.end(), End::Proper);
}

/// Programs with pieces cut out, doubled and mixed with marks and letters of all kinds.
fn broken() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "namespace shop",
        " {\n",
        "}\n",
        "tiers [web, api] by tier\n",
        "web -> api:8080",
        "\n",
        " because \"x\"",
        "\"",
        "use std/k8s\n",
        "apply k8s/dns",
        "(",
        ")",
        "[",
        "]",
        ",",
        "->",
        ":",
        "expose web:https to data/all",
        "/",
        "`",
        "workload db selects a=b",
        " ports [sql=1]",
        "egress https to internet from ",
        "test \"t\" {\n",
        "can ",
        "# größe 😀\n",
        "pattern p(x: workload) {\n",
        "x -> x:1",
        "apply p(",
        "domain d(r: label) = {r}.example.com\n",
        "d(eu)",
        "\r\n",
        "\u{feff}",
        "net n = 10.0.0.0/8",
        " except ",
        "port p = 1",
        "漢字",
        "NP0501",
        "app a {\n",
        "guardrail g {\n",
        "deny ",
        "cluster c {\n",
    ]);
    prop::collection::vec(pieces, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn every_request_about_any_text_is_answered(text in broken(), line in 0u32..8, character in 0u32..30) {
        let mut talk = Talk::with(&[PROJECT, SHOP]);
        talk.start();
        talk.open(URI, &text);
        let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": line, "character": character } });
        let mut params = json!({
            "textDocument": { "uri": URI },
            "position": { "line": line, "character": character },
            "positions": [{ "line": line, "character": character }],
            "context": { "includeDeclaration": true, "diagnostics": [] },
            "range": range,
            "options": { "tabSize": 2, "insertSpaces": true },
        });
        let methods = ABOUT_A_PLACE.iter().chain(&ABOUT_A_TEXT).chain(["textDocument/selectionRange"].iter());
        for method in methods {
            if *method == "textDocument/completion" || *method == "textDocument/signatureHelp" {
                params.as_object_mut().unwrap().remove("context");
            } else {
                params["context"] = json!({ "includeDeclaration": true, "diagnostics": [] });
            }
            let answer = talk.ask(method, params.clone()).response_result;
            // What cannot be renamed is refused with a reason; nothing else is refused.
            let is_fine = match &answer {
                Ok(_) => true,
                Err(error) => *method == "textDocument/prepareRename" && error.code == lsp_server::ErrorCode::RequestFailed as i32,
            };
            prop_assert!(is_fine, "{method}: {answer:?}\n{text}");
        }
        talk.codes(URI);
        prop_assert_eq!(talk.end(), End::Proper);
    }
}
