//! What client and server can do.

use lsp_types::{
    DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher, GlobPattern, HoverProviderCapability,
    InitializeParams, OneOf, Registration, RegistrationParams, SaveOptions, ServerCapabilities,
    TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions, TextDocumentSyncSaveOptions,
    WorkspaceFoldersServerCapabilities, WorkspaceServerCapabilities,
};
use serde_json::{Value, json};

use crate::context::Client;
use crate::text::Encoding;

/// What the client can do.
pub fn client_of(initialize: &InitializeParams) -> Client {
    let capabilities = &initialize.capabilities;
    let document = capabilities.text_document.as_ref();
    let workspace = capabilities.workspace.as_ref();
    let offered = capabilities.general.as_ref().and_then(|general| general.position_encodings.as_ref());
    let item = document.and_then(|d| d.completion.as_ref()).and_then(|c| c.completion_item.as_ref());
    let symbols = document.and_then(|d| d.document_symbol.as_ref());
    let actions = document.and_then(|d| d.code_action.as_ref());
    let hints = workspace.and_then(|w| w.inlay_hint.as_ref()).and_then(|hints| hints.refresh_support);
    let lenses = workspace.and_then(|w| w.code_lens.as_ref()).and_then(|lenses| lenses.refresh_support);
    Client {
        encoding: offered.map_or(Encoding::Utf16, |offered| Encoding::choose(offered)),
        snippets: item.and_then(|item| item.snippet_support).unwrap_or_default(),
        nested_symbols: symbols.and_then(|s| s.hierarchical_document_symbol_support).unwrap_or_default(),
        literal_actions: actions.is_some_and(|actions| actions.code_action_literal_support.is_some()),
        refreshes_hints: hints.unwrap_or_default(),
        refreshes_lenses: lenses.unwrap_or_default(),
    }
}

/// Whether the client can be asked to watch files.
pub fn is_watching_dynamic(initialize: &InitializeParams) -> bool {
    let workspace = initialize.capabilities.workspace.as_ref();
    let watching = workspace.and_then(|workspace| workspace.did_change_watched_files.as_ref());
    watching.and_then(|watching| watching.dynamic_registration).unwrap_or_default()
}

/// The files to watch.
pub fn watch() -> RegistrationParams {
    let watcher =
        |glob: &str| FileSystemWatcher { glob_pattern: GlobPattern::String(glob.to_owned()), kind: None };
    let options = DidChangeWatchedFilesRegistrationOptions {
        watchers: vec![watcher("**/*.netpol"), watcher("**/netpol.toml")],
    };
    RegistrationParams {
        registrations: vec![Registration {
            id: "netpol-files".to_owned(),
            method: "workspace/didChangeWatchedFiles".to_owned(),
            register_options: serde_json::to_value(options).ok(),
        }],
    }
}

/// What the server can do, as the answer to `initialize`.
pub fn offer(initialize: &InitializeParams) -> Value {
    let client = client_of(initialize);
    let capabilities = ServerCapabilities {
        position_encoding: Some(client.encoding.kind()),
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions { include_text: Some(false) })),
            ..TextDocumentSyncOptions::default()
        })),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(true)),
            }),
            file_operations: None,
        }),
        ..ServerCapabilities::default()
    };
    json!({
        "capabilities": capabilities,
        "serverInfo": { "name": "netpol", "version": env!("CARGO_PKG_VERSION") },
    })
}
