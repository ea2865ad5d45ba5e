// The graph of a project as a page: `netpol graph` writes it, Graphviz lays it out. Nothing here needs the editor.

import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";

import { graphOf } from "./program";

/** A drawing, with what the program says beside it; or only what it says where there is none. */
export interface Picture {
  readonly svg?: string;
  readonly told: string;
}

/** More than any graph that a person can read; what is larger is drawn by namespace. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Draws the project in a folder. */
export async function pictureOf(program: string, folder: string): Promise<Picture> {
  const invocation = graphOf(program, folder);
  try {
    const { stdout, stderr } = await promisify(execFile)(invocation.program, [...invocation.args], {
      cwd: folder,
      maxBuffer: MOST_BYTES,
    });
    return { svg: await svgOf(stdout), told: stderr.trim() };
  } catch (fault) {
    return { told: wordsOf(fault, program) };
  }
}

/** The drawing of a text in the language of Graphviz, as an element of a page. */
export async function svgOf(dot: string): Promise<string> {
  // Loaded with the first graph, since most sessions show none.
  const { Graphviz } = await import("@hpcc-js/wasm-graphviz");
  const graphviz = await Graphviz.load();
  const document = graphviz.layout(dot, "svg", "dot");
  return document.slice(document.indexOf("<svg"));
}

/** The page: no script runs in it, and nothing is fetched. */
export function pageOf(picture: Picture): string {
  const nonce = randomBytes(16).toString("hex");
  const policy = `default-src 'none'; style-src 'nonce-${nonce}'`;
  const told = picture.told === "" ? "" : `<pre>${escaped(picture.told)}</pre>`;
  const drawn = picture.svg === undefined ? "" : `<div class="paper">${picture.svg}</div>`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>netpol graph</title>
<style nonce="${nonce}">
.paper { display: inline-block; background: white; border-radius: 4px; padding: 12px; margin-top: 12px; }
.paper svg { max-width: 100%; min-width: ${leastWidth(picture.svg)}; height: auto; }
pre { white-space: pre-wrap; color: var(--vscode-editor-foreground); }
</style>
</head>
<body>
${told}${drawn}
</body>
</html>
`;
}

/** As narrow as a drawing may become to fit into the panel: beyond that it scrolls, or its words could not be read. */
function leastWidth(svg = ""): string {
  const width = Number(/^<svg width="([\d.]+)pt"/.exec(svg)?.[1] ?? 0);
  return `${Math.round(width * 0.6)}pt`;
}

function wordsOf(fault: unknown, program: string): string {
  const { stderr, code, message } = fault as { stderr?: string; code?: unknown; message?: string };
  if (code === "ENOENT") return `\`${program}\` is not there. Install netpol, or say where it is in \`netpol.path\`.`;
  return stderr?.trim() || message || String(fault);
}

function escaped(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (mark) => entities[mark] ?? mark);
}
