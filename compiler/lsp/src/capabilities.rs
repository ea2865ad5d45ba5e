//! What client and server can do.

use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionProviderCapability, CodeLensOptions, CompletionOptions,
    DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher, FoldingRangeProviderCapability, GlobPattern,
    HoverProviderCapability, InitializeParams, OneOf, Registration, RegistrationParams, RenameOptions,
    SaveOptions, SelectionRangeProviderCapability, SemanticTokensFullOptions, SemanticTokensOptions,
    SemanticTokensServerCapabilities, ServerCapabilities, SignatureHelpOptions, TextDocumentSyncCapability,
    TextDocumentSyncKind, TextDocumentSyncOptions, TextDocumentSyncSaveOptions, WorkDoneProgressOptions,
    WorkspaceFoldersServerCapabilities, WorkspaceServerCapabilities,
};
use serde_json::{Value, json};

use crate::context::Client;
use crate::requests::semantic_tokens::legend;
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
        completion_provider: Some(CompletionOptions {
            resolve_provider: Some(true),
            trigger_characters: Some([":", "/", ">", "[", "(", ",", " "].map(str::to_owned).to_vec()),
            ..CompletionOptions::default()
        }),
        signature_help_provider: Some(SignatureHelpOptions {
            trigger_characters: Some(["(", ","].map(str::to_owned).to_vec()),
            ..SignatureHelpOptions::default()
        }),
        definition_provider: Some(OneOf::Left(true)),
        references_provider: Some(OneOf::Left(true)),
        document_highlight_provider: Some(OneOf::Left(true)),
        rename_provider: Some(OneOf::Right(RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        })),
        document_symbol_provider: Some(OneOf::Left(true)),
        workspace_symbol_provider: Some(OneOf::Left(true)),
        semantic_tokens_provider: Some(SemanticTokensServerCapabilities::SemanticTokensOptions(
            SemanticTokensOptions {
                legend: legend(),
                range: Some(true),
                full: Some(SemanticTokensFullOptions::Bool(true)),
                ..SemanticTokensOptions::default()
            },
        )),
        folding_range_provider: Some(FoldingRangeProviderCapability::Simple(true)),
        selection_range_provider: Some(SelectionRangeProviderCapability::Simple(true)),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QUICKFIX]),
            ..CodeActionOptions::default()
        })),
        inlay_hint_provider: Some(OneOf::Left(true)),
        code_lens_provider: Some(CodeLensOptions { resolve_provider: Some(false) }),
        document_formatting_provider: Some(OneOf::Left(true)),
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
