// The page of a diagnostic code, as `netpol explain` prints it.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as vscode from "vscode";

import { program } from "./commands";
import { isThere } from "./missing";
import { codeAt, codeOf } from "./program";

const SCHEME = "netpol-explain";

/** Shows pages as documents that cannot be edited. */
export function pages(): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
    async provideTextDocumentContent(uri): Promise<string> {
      const { stdout } = await promisify(execFile)(program(), ["explain", uri.path]);
      return stdout;
    },
  });
}

/** The code under the cursor: written there, or of a diagnostic there. */
function here(): string | undefined {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) return undefined;
  const at = editor.selection.active;
  const written = codeAt(editor.document.lineAt(at.line).text, at.character);
  if (written !== undefined) return written;
  const told = vscode.languages.getDiagnostics(editor.document.uri).filter((found) => found.range.contains(at));
  const [smallest] = told.sort((one, other) => (one.range.contains(other.range) ? 1 : -1));
  const code = smallest?.code;
  return codeOf(String(typeof code === "object" ? code.value : (code ?? "")));
}

/** Explains the code under the cursor, or one that the user names. */
export async function explain(): Promise<void> {
  const named = here() ?? (await vscode.window.showInputBox({ prompt: "A diagnostic code", placeHolder: "NP0406" }));
  if (named === undefined) return;
  const code = codeOf(named);
  if (code === undefined) {
    void vscode.window.showWarningMessage(`${named} is not a code such as NP0406.`);
    return;
  }
  if (!(await isThere(program(), "explain"))) return;
  const page = vscode.Uri.from({ scheme: SCHEME, path: code });
  await vscode.window.showTextDocument(page, { preview: true, viewColumn: vscode.ViewColumn.Beside });
}
