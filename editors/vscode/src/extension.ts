// Starts the language server and registers the commands. What the server can do, it says itself.

import * as vscode from "vscode";
import { LanguageClient, type LanguageClientOptions, type ServerOptions } from "vscode-languageclient/node";

import { program, run } from "./commands";
import { explain, pages } from "./explain";
import { redraw, showGraph } from "./graph";
import { sayMissing } from "./missing";
import { server } from "./program";

/** A client that leaves it to us to say that it does not start; why is in its output channel. */
class Client extends LanguageClient {
  private starting = false;

  override async start(): Promise<void> {
    this.starting = true;
    try {
      await super.start();
    } finally {
      this.starting = false;
    }
  }

  override error(message: string, data?: unknown, notify: boolean | "force" = true): void {
    super.error(message, data, this.starting ? false : notify);
  }
}

let client: Client | undefined;

/** Called when a netpol file or a folder with `netpol.toml` is opened. */
export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const { registerCommand } = vscode.commands;
  context.subscriptions.push(
    pages(),
    registerCommand("netpol.build", () => trusted(() => run("build"))),
    // The lens above a test says which file it stands in.
    registerCommand("netpol.test", (file?: unknown) => trusted(() => run("test", file))),
    registerCommand("netpol.explain", () => trusted(explain)),
    registerCommand("netpol.graph", () => trusted(showGraph)),
    registerCommand("netpol.restart", () => trusted(restart)),
    vscode.workspace.onDidGrantWorkspaceTrust(restart),
    vscode.workspace.onDidSaveTextDocument(redraw),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("netpol.path")) void trusted(restart);
    }),
  );
  if (vscode.workspace.isTrusted) await restart();
}

/** Called when the window closes. */
export async function deactivate(): Promise<void> {
  await client?.dispose();
}

/** Runs a program of the folder's choice only where the user trusts the folder. */
async function trusted(action: () => Promise<void>): Promise<void> {
  if (vscode.workspace.isTrusted) return action();
  void vscode.window.showWarningMessage("netpol runs a program that this folder may name: trust the folder first.");
}

// The server asks for the files it wants to be told of, so nothing is watched here.
async function restart(): Promise<void> {
  await client?.dispose();
  const { program: command, args } = server(program());
  const executable = { command, args: [...args] };
  const serverOptions: ServerOptions = { run: executable, debug: executable };
  const clientOptions: LanguageClientOptions = {
    documentSelector: [
      { scheme: "file", language: "netpol" },
      { scheme: "untitled", language: "netpol" },
    ],
  };
  client = new Client("netpol", "netpol", serverOptions, clientOptions);
  try {
    await client.start();
  } catch {
    client = undefined;
    // Not waited for: until the extension is active, which a message that stands there would put off, no command runs.
    void sayMissing(`${command} lsp`);
  }
}
