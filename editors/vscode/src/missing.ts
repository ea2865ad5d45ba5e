// What is said where `netpol` does not start, with the way to the setting that names it.

import { execFile } from "node:child_process";
import * as vscode from "vscode";

/** Says that a command does not start, and opens the setting where the user asks for it. */
export async function sayMissing(command: string): Promise<void> {
  const settings = "Open the setting";
  const chosen = await vscode.window.showErrorMessage(
    `\`${command}\` does not start. Install netpol, or say where it is in \`netpol.path\`.`,
    settings,
  );
  if (chosen !== settings) return;
  // The settings of the user do not show one that belongs to the machine at the other end of a remote window.
  const remote = vscode.env.remoteName !== undefined;
  const page = remote ? "workbench.action.openRemoteSettings" : "workbench.action.openSettings";
  await vscode.commands.executeCommand(page, remote ? { query: "@id:netpol.path" } : "@id:netpol.path");
}

/** Whether a program is there to be started; where it is not, the user is told. */
export async function isThere(program: string, command: string): Promise<boolean> {
  const there = await new Promise<boolean>((resolve) => {
    execFile(program, ["--version"], (fault) => resolve(!["ENOENT", "EACCES"].includes(String(fault?.code))));
  });
  if (!there) void sayMissing(`${program} ${command}`);
  return there;
}
