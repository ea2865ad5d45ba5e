//! A client of `netpol lsp`, as an editor would be: JSON over the pipes of a real process.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(600);

/// An editor with one server.
pub struct Editor {
    server: Child,
    input: ChildStdin,
    output: Receiver<Value>,
    /// What the server said that nobody has asked for yet.
    said: VecDeque<Value>,
    asked: i64,
    /// The folder it works in.
    pub folder: PathBuf,
}

/// The address of a file.
pub fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

impl Editor {
    /// Starts the server and says hello, with these capabilities.
    pub fn start(netpol: &str, folder: &Path, cache: &Path, capabilities: &Value) -> Editor {
        let mut server = Command::new(netpol)
            .arg("lsp")
            .env("XDG_CACHE_HOME", cache)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("netpol runs");
        let input = server.stdin.take().expect("a pipe");
        let mut reader = BufReader::new(server.stdout.take().expect("a pipe"));
        let (send, output) = channel();
        std::thread::spawn(move || {
            while let Some(message) = read(&mut reader) {
                if send.send(message).is_err() {
                    return;
                }
            }
        });
        let folder = folder.to_owned();
        let mut editor = Editor { server, input, output, said: VecDeque::new(), asked: 0, folder };
        let root = uri(&editor.folder);
        let folders = json!([{ "uri": root, "name": "project" }]);
        let params = json!({ "capabilities": capabilities, "rootUri": root, "workspaceFolders": folders });
        editor.ask("initialize", params);
        editor.tell("initialized", json!({}));
        editor
    }

    /// Writes a message as it is, which may be none at all.
    pub fn write(&mut self, text: &str) {
        write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len()).expect("the server reads");
        self.input.flush().expect("the server reads");
    }

    /// Sends a notification.
    pub fn tell(&mut self, method: &str, params: Value) {
        self.write(&json!({ "jsonrpc": "2.0", "method": method, "params": params }).to_string());
    }

    /// Sends a request and waits for its result; an error is given as `{"error": …}`.
    pub fn ask(&mut self, method: &str, params: Value) -> Value {
        self.asked += 1;
        let id = self.asked;
        self.write(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string());
        let is_answer = |message: &Value| message["id"] == id && message.get("method").is_none();
        let answer = self.wait(is_answer);
        match answer.get("error") {
            Some(error) => json!({ "error": error }),
            None => answer["result"].clone(),
        }
    }

    /// The next message of a kind.
    fn wait(&mut self, is_it: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.said.iter().position(&is_it) {
            return self.said.remove(at).expect("it is there");
        }
        let until = Instant::now() + PATIENCE;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let message = self.output.recv_timeout(left).expect("the server answers");
            if is_it(&message) {
                return message;
            }
            self.said.push_back(message);
        }
    }

    /// Opens a file of the folder, with the text it has on disk.
    pub fn open(&mut self, name: &str) -> String {
        let path = self.folder.join(name);
        let text = std::fs::read_to_string(&path).expect("the file");
        let document = json!({ "uri": uri(&path), "languageId": "netpol", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
        text
    }

    /// Gives an open file another text.
    pub fn change(&mut self, name: &str, version: i64, text: &str) {
        let uri = uri(&self.folder.join(name));
        let params = json!({ "textDocument": { "uri": uri, "version": version }, "contentChanges": [{ "text": text }] });
        self.tell("textDocument/didChange", params);
    }

    /// The diagnostics that the server found in this version of a file; of any version where none is said.
    pub fn diagnostics(&mut self, name: &str, version: Option<i64>) -> Vec<Value> {
        let uri = uri(&self.folder.join(name));
        let told = self.wait(|message| {
            message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["uri"] == *uri
                && version.is_none_or(|version| message["params"]["version"] == version)
        });
        told["params"]["diagnostics"].as_array().cloned().unwrap_or_default()
    }

    /// Parameters about the first place of a file's text where this stands, behind it.
    pub fn behind(&self, name: &str, text: &str, part: &str) -> Value {
        let at = text.find(part).expect("the part") + part.len();
        let before = &text[..at];
        let line = before.matches('\n').count();
        let character = before.rsplit('\n').next().unwrap_or_default().encode_utf16().count();
        let uri = uri(&self.folder.join(name));
        json!({ "textDocument": { "uri": uri }, "position": { "line": line, "character": character } })
    }

    /// Takes leave as the protocol wants, and gives the exit code.
    pub fn end(mut self) -> Option<i32> {
        self.ask("shutdown", Value::Null);
        self.exit()
    }

    /// Leaves, and gives the exit code.
    pub fn exit(mut self) -> Option<i32> {
        self.tell("exit", Value::Null);
        drop(self.input);
        self.server.wait().expect("the server ends").code()
    }
}

fn read(reader: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("Content-Length: ") {
            length = value.parse().ok()?;
        }
    }
    let mut text = vec![0; length];
    reader.read_exact(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}
