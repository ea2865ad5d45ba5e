// What to run. Nothing here needs the editor, so that the tests run it under plain Node.

import * as path from "node:path";

/** A program and its arguments. */
export interface Invocation {
  readonly program: string;
  readonly args: readonly string[];
}

/** The `netpol` of the setting: a name for the path, an absolute path, or a path from the first folder. */
export function programOf(setting: string | undefined, folder: string | undefined): string {
  const named = setting?.trim() ?? "";
  if (named === "") return "netpol";
  const home = process.env["HOME"] ?? process.env["USERPROFILE"] ?? "";
  const written = named.replace(/^~(?=[/\\])/, () => home);
  const isPath = /[/\\]/.test(written);
  return isPath && !path.isAbsolute(written) && folder !== undefined ? path.join(folder, written) : written;
}

/** How the server is started: it speaks over standard input and output. */
export function server(program: string): Invocation {
  return { program, args: ["lsp"] };
}

/** A command of `netpol` for the project in a folder, or for one file of it. */
export function onProject(program: string, command: "build" | "test", part: string): Invocation {
  return { program, args: [command, part] };
}

/** The graph of the project in a folder, in the language of Graphviz. */
export function graphOf(program: string, folder: string): Invocation {
  return { program, args: ["graph", "--format", "dot", "--color", "never", folder] };
}

/** The diagnostic code written around a column of a line, such as `NP0406`. */
export function codeAt(line: string, column: number): string | undefined {
  for (const found of line.matchAll(/\bNP\d{4}\b/g)) {
    if (found.index <= column && column <= found.index + found[0].length) return found[0];
  }
  return undefined;
}

/** A code as a person may type it: `NP0406`, `np406`, `406`; nothing where it is none. */
export function codeOf(written: string): string | undefined {
  const digits = /^(?:NP)?0*(\d{1,4})$/i.exec(written.trim())?.[1];
  return digits === undefined ? undefined : `NP${digits.padStart(4, "0")}`;
}
