//! Tells Zed how to start `netpol lsp`.

use zed_extension_api::{self as zed, Command, LanguageServerId, Result, Worktree, settings::LspSettings};

struct Netpol;

impl zed::Extension for Netpol {
    fn new() -> Self {
        Self
    }

    /// The program of the settings (`lsp.netpol.binary.path`), else the `netpol` on the path of the project's shell.
    fn language_server_command(&mut self, server: &LanguageServerId, worktree: &Worktree) -> Result<Command> {
        let binary = LspSettings::for_worktree(server.as_ref(), worktree)?.binary;
        let (path, arguments) = binary.map_or((None, None), |binary| (binary.path, binary.arguments));
        let command = path
            .or_else(|| worktree.which("netpol"))
            .ok_or("netpol is not on the path: install it, or set lsp.netpol.binary.path")?;
        let args = arguments.unwrap_or_else(|| vec!["lsp".to_owned()]);
        Ok(Command { command, args, env: worktree.shell_env() })
    }
}

zed::register_extension!(Netpol);
