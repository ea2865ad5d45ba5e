//! The conversation with a client.

use std::collections::VecDeque;
use std::path::PathBuf;

use crossbeam_channel::{Receiver, Sender, select, unbounded};
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::notification::{self, Notification as _};
use lsp_types::request::{self, Request as _};
use lsp_types::{
    CancelParams, DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidChangeWorkspaceFoldersParams,
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, InitializeParams, NumberOrString,
};
use netpol_driver::Host;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::capabilities::{client_of, is_watching_dynamic, offer, watch};
use crate::context::Pages;
use crate::dispatch::{Answer, answer};
use crate::library::Library;
use crate::publish::{Telling, clear, publish};
use crate::state::{Project, State};
use crate::uri::path_of;
use crate::worker::{self, Done};

/// How a conversation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// As the protocol wants: `shutdown`, then `exit`.
    Proper,
    /// The client left without `shutdown`.
    Improper,
}

/// Talks to a client until it leaves.
pub fn talk(connection: &Connection, host: &'static dyn Host, library: Library, pages: Pages) -> End {
    let Some(initialize) = initialized(connection) else { return End::Improper };
    let client = client_of(&initialize);
    let (jobs, taken) = unbounded();
    let (done, checked) = unbounded();
    std::thread::spawn(move || worker::run(host, &taken, &done));
    let mut server = Server {
        out: connection.sender.clone(),
        state: State::new(host, jobs, library, client, pages),
        waiting: VecDeque::new(),
        is_shut_down: false,
        watches: is_watching_dynamic(&initialize),
        asked: 0,
    };
    for folder in folders(&initialize) {
        server.state.add_folder(&folder);
    }
    server.run(&connection.receiver, &checked)
}

/// The first message must be `initialize`; what comes before is answered with an error.
fn initialized(connection: &Connection) -> Option<InitializeParams> {
    for message in &connection.receiver {
        match message {
            Message::Request(request) if request.method == request::Initialize::METHOD => {
                let params: InitializeParams = match serde_json::from_value(request.params) {
                    Ok(params) => params,
                    Err(error) => {
                        let text = format!("`initialize` cannot be read: {error}");
                        send(&connection.sender, refusal(request.id, ErrorCode::InvalidParams, text));
                        continue;
                    }
                };
                let offer = offer(&params);
                send(&connection.sender, Message::Response(Response::new_ok(request.id, offer)));
                return Some(params);
            }
            Message::Request(request) => {
                let text = "the first request is `initialize`".to_owned();
                send(&connection.sender, refusal(request.id, ErrorCode::ServerNotInitialized, text));
            }
            Message::Notification(told) if told.method == notification::Exit::METHOD => return None,
            Message::Notification(_) | Message::Response(_) => {}
        }
    }
    None
}

/// The folders the client works in.
#[allow(deprecated, reason = "older clients say one root and no folders")]
fn folders(initialize: &InitializeParams) -> Vec<PathBuf> {
    match &initialize.workspace_folders {
        Some(folders) if !folders.is_empty() => {
            folders.iter().filter_map(|folder| path_of(&folder.uri)).collect()
        }
        Some(_) | None => initialize.root_uri.iter().filter_map(path_of).collect(),
    }
}

fn refusal(id: RequestId, code: ErrorCode, text: String) -> Message {
    Message::Response(Response::new_err(id, code as i32, text))
}

fn send(out: &Sender<Message>, message: Message) {
    // A client that is gone wants no answer.
    let _ = out.send(message);
}

struct Server {
    out: Sender<Message>,
    state: State,
    /// What was read and not answered yet.
    waiting: VecDeque<Message>,
    is_shut_down: bool,
    watches: bool,
    /// How many requests we sent.
    asked: i32,
}

impl Server {
    fn run(&mut self, client: &Receiver<Message>, checked: &Receiver<Done>) -> End {
        loop {
            // All that has arrived is looked at first: a request may be cancelled already.
            while let Ok(message) = client.try_recv() {
                self.arrive(message);
            }
            while let Ok(done) = checked.try_recv() {
                self.tell(&done);
            }
            if let Some(message) = self.waiting.pop_front() {
                if let Some(end) = self.take(message) {
                    return end;
                }
                continue;
            }
            select! {
                recv(client) -> message => match message {
                    Ok(message) => self.arrive(message),
                    // The stream ended without `exit`.
                    Err(_) => return if self.is_shut_down { End::Proper } else { End::Improper },
                },
                recv(checked) -> done => if let Ok(done) = done {
                    self.tell(&done);
                },
            }
        }
    }

    /// Puts a message in line; a cancellation takes its request out of it.
    fn arrive(&mut self, message: Message) {
        if let Message::Notification(told) = &message
            && told.method == notification::Cancel::METHOD
        {
            if let Ok(CancelParams { id }) = serde_json::from_value(told.params.clone()) {
                self.cancel(match id {
                    NumberOrString::Number(id) => id.into(),
                    NumberOrString::String(id) => id.into(),
                });
            }
            return;
        }
        self.waiting.push_back(message);
    }

    fn cancel(&mut self, id: RequestId) {
        let is_it = |message: &Message| matches!(message, Message::Request(request) if request.id == id);
        if let Some(at) = self.waiting.iter().position(is_it) {
            self.waiting.remove(at);
            send(&self.out, refusal(id, ErrorCode::RequestCanceled, "cancelled".to_owned()));
        }
    }

    fn take(&mut self, message: Message) -> Option<End> {
        match message {
            Message::Request(request) => self.request(request),
            Message::Notification(told) if told.method == notification::Exit::METHOD => {
                return Some(if self.is_shut_down { End::Proper } else { End::Improper });
            }
            Message::Notification(told) => self.notified(told),
            Message::Response(_) => {}
        }
        None
    }

    fn request(&mut self, request: Request) {
        let Request { id, method, params } = request;
        if method == request::Shutdown::METHOD {
            self.is_shut_down = true;
            send(&self.out, Message::Response(Response::new_ok(id, Value::Null)));
            return;
        }
        if self.is_shut_down {
            let text = "after `shutdown` comes `exit`".to_owned();
            send(&self.out, refusal(id, ErrorCode::InvalidRequest, text));
            return;
        }
        let state = &mut self.state;
        // A defect in one answer must not end the conversation.
        let found = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| answer(state, &method, params)));
        let message = match found {
            Ok(Answer::Value(value)) => Message::Response(Response::new_ok(id, value)),
            Ok(Answer::BadParams(text)) => refusal(id, ErrorCode::InvalidParams, text),
            Ok(Answer::Refused(text)) => refusal(id, ErrorCode::RequestFailed, text),
            Ok(Answer::Unknown) => {
                refusal(id, ErrorCode::MethodNotFound, format!("`{method}` is no request of this server"))
            }
            Err(_) => refusal(id, ErrorCode::InternalError, format!("netpol has a defect in `{method}`")),
        };
        send(&self.out, message);
    }

    fn notified(&mut self, told: Notification) {
        let Notification { method, params } = told;
        match method.as_str() {
            notification::Initialized::METHOD => {
                if self.watches {
                    self.ask::<request::RegisterCapability>(watch());
                }
            }
            notification::DidOpenTextDocument::METHOD => {
                if let Some(DidOpenTextDocumentParams { text_document: opened }) = read(params) {
                    self.state.open(opened.uri, opened.text, opened.version);
                }
            }
            notification::DidChangeTextDocument::METHOD => {
                if let Some(DidChangeTextDocumentParams { text_document, content_changes }) = read(params) {
                    self.state.change(&text_document.uri, content_changes, text_document.version);
                }
            }
            notification::DidCloseTextDocument::METHOD => {
                if let Some(DidCloseTextDocumentParams { text_document }) = read(params) {
                    let gone = self.state.close(&text_document.uri);
                    self.forget(&gone);
                }
            }
            notification::DidChangeWatchedFiles::METHOD => {
                if let Some(DidChangeWatchedFilesParams { changes }) = read(params) {
                    let places: Vec<PathBuf> =
                        changes.iter().filter_map(|change| path_of(&change.uri)).collect();
                    let gone = self.state.watched(&places);
                    self.forget(&gone);
                }
            }
            notification::DidChangeWorkspaceFolders::METHOD => {
                if let Some(DidChangeWorkspaceFoldersParams { event }) = read(params) {
                    for folder in event.added.iter().filter_map(|folder| path_of(&folder.uri)) {
                        self.state.add_folder(&folder);
                    }
                    for folder in event.removed.iter().filter_map(|folder| path_of(&folder.uri)) {
                        let gone = self.state.remove_folder(&folder);
                        self.forget(&gone);
                    }
                }
            }
            // What is saved was told already as a change.
            _ => {}
        }
    }

    fn ask<R: request::Request>(&mut self, params: R::Params) {
        self.asked += 1;
        let id = RequestId::from(format!("netpol-{}", self.asked));
        send(&self.out, Message::Request(Request::new(id, R::METHOD.to_owned(), params)));
    }

    fn inform<N: notification::Notification>(&self, params: impl Serialize) {
        send(&self.out, Message::Notification(Notification::new(N::METHOD.to_owned(), params)));
    }

    /// Tells what a check found.
    fn tell(&mut self, done: &Done) {
        if !self.state.checked(done) {
            return;
        }
        let State { documents, projects, library, client, .. } = &mut self.state;
        let Some(project) = projects.get_mut(&done.snapshot.root) else { return };
        let telling = Telling { documents, library, encoding: client.encoding };
        for message in publish(done, &mut project.published, &telling) {
            self.inform::<notification::PublishDiagnostics>(message);
        }
        self.refresh();
    }

    /// What hangs on the check is asked for again, where the client can.
    fn refresh(&mut self) {
        if self.state.client.refreshes_hints {
            self.ask::<request::InlayHintRefreshRequest>(());
        }
        if self.state.client.refreshes_lenses {
            self.ask::<request::CodeLensRefresh>(());
        }
    }

    fn forget(&self, gone: &[Project]) {
        for message in gone.iter().flat_map(|project| clear(&project.published)) {
            self.inform::<notification::PublishDiagnostics>(message);
        }
    }
}

/// The parameters of a notification; none where they are not what they should be, and nobody waits for an answer.
fn read<P: DeserializeOwned>(params: Value) -> Option<P> {
    serde_json::from_value(params).ok()
}
