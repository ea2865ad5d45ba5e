// The commands that run `netpol` for the project: in a task, so that its output is where that of other builds is.

import * as path from "node:path";
import * as vscode from "vscode";

import { isThere } from "./missing";
import { onProject, programOf } from "./program";

/** The `netpol` that the settings name. */
export function program(): string {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  return programOf(vscode.workspace.getConfiguration("netpol").get<string>("path"), folder);
}

/** The folder of the nearest `netpol.toml` around the open file, else the first folder. */
export async function project(): Promise<string | undefined> {
  const open = vscode.window.activeTextEditor?.document.uri;
  const first = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  if (open?.scheme !== "file") return first;
  const around = vscode.workspace.getWorkspaceFolder(open)?.uri.fsPath;
  for (let folder = path.dirname(open.fsPath); ; folder = path.dirname(folder)) {
    const file = vscode.Uri.file(path.join(folder, "netpol.toml"));
    const exists = await vscode.workspace.fs.stat(file).then(() => true, () => false);
    if (exists) return folder;
    if (folder === around || folder === path.dirname(folder)) return around ?? path.dirname(open.fsPath);
  }
}

/** Runs `netpol build` or `netpol test` for the project of the open file, or only for the tests of one file. */
export async function run(command: "build" | "test", file?: unknown): Promise<void> {
  const folder = await project();
  if (folder === undefined) {
    void vscode.window.showWarningMessage("Open a folder with a netpol project first.");
    return;
  }
  if (!(await isThere(program(), command))) return;
  await vscode.workspace.saveAll(false);
  const part = typeof file === "string" ? vscode.Uri.parse(file).fsPath : folder;
  const invocation = onProject(program(), command, part);
  const execution = new vscode.ProcessExecution(invocation.program, [...invocation.args], { cwd: folder });
  const task = new vscode.Task({ type: "netpol", command }, vscode.TaskScope.Workspace, command, "netpol", execution);
  if (command === "build") task.group = vscode.TaskGroup.Build;
  if (command === "test") task.group = vscode.TaskGroup.Test;
  await vscode.tasks.executeTask(task);
}
