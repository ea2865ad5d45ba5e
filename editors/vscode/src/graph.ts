// The graph of the project in a panel beside the text; it is drawn again with every file that is saved.

import * as path from "node:path";
import * as vscode from "vscode";

import { program, project } from "./commands";
import { pageOf, pictureOf } from "./picture";

/** The panel that is open, and whose graph it shows. */
let open: { panel: vscode.WebviewPanel; folder: string } | undefined;

/** Counts the drawings, so that one which took longer never replaces a later one. */
let latest = 0;

/** Shows the graph of the project of the open file. */
export async function showGraph(): Promise<void> {
  const folder = await project();
  if (folder === undefined) {
    void vscode.window.showWarningMessage("Open a folder with a netpol project first.");
    return;
  }
  await vscode.workspace.saveAll(false);
  if (open === undefined) {
    const column = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    const panel = vscode.window.createWebviewPanel("netpol.graph", "netpol graph", column, { enableScripts: false, localResourceRoots: [] });
    panel.onDidDispose(() => (open = undefined));
    open = { panel, folder };
  } else {
    open.panel.reveal(undefined, true);
    open.folder = folder;
  }
  await draw();
}

/** Draws again what is shown, after a file of netpol was saved. */
export async function redraw(saved: vscode.TextDocument): Promise<void> {
  if (/\.netpol$|[/\\]netpol\.toml$/.test(saved.uri.path) && vscode.workspace.isTrusted) await draw();
}

async function draw(): Promise<void> {
  if (open === undefined) return;
  const { panel, folder } = open;
  const mine = (latest += 1);
  const picture = await pictureOf(program(), folder);
  if (mine !== latest || open?.panel !== panel) return;
  panel.title = `netpol graph: ${path.basename(folder)}`;
  panel.webview.html = pageOf(picture);
}
