// Draws examples as Visual Studio Code colours them, for the book: `npm run pictures`.
//
// The grammar of this folder and a theme of the editor give the colours, Chromium draws the page. CHROMIUM names the browser
// where it is not `chromium`. Look at the pictures before you commit them.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { createHighlighter } from "shiki";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
const into = join(root, "book/src/pictures");

/** What is drawn: the name of the picture, the file, its theme. */
const PICTURES = [
  ["online-boutique", "examples/online-boutique/tenants/boutique/online-boutique.netpol", "light-plus"],
  ["guardrails", "examples/online-boutique/platform/guardrails.netpol", "dark-plus"],
  ["library", "stdlib/aws.netpol", "light-plus"],
];

const LINE = 20;
const WIDTH = 960;

const grammar = JSON.parse(readFileSync(join(here, "syntaxes/netpol.tmLanguage.json"), "utf8"));
const highlighter = await createHighlighter({ langs: [{ ...grammar, name: "netpol" }], themes: ["light-plus", "dark-plus"] });

const work = mkdtempSync(join(tmpdir(), "netpol-pictures-"));
mkdirSync(into, { recursive: true });
for (const [name, file, theme] of PICTURES) {
  const text = readFileSync(join(root, file), "utf8").trimEnd();
  const { bg, fg } = highlighter.getTheme(theme);
  const code = highlighter.codeToHtml(text, { lang: "netpol", theme });
  const lines = text.split("\n").length;
  const title = file.split("/").at(-1);
  const page = `<!doctype html><meta charset="utf-8"><style>
    body { margin: 0; background: ${bg}; color: ${fg}; font: 13px/${LINE}px "DejaVu Sans Mono", monospace; }
    header { padding: 6px 16px; border-bottom: 1px solid #8884; font-family: "DejaVu Sans", sans-serif; font-size: 12px; }
    pre { margin: 0; padding: 8px 0; font: inherit; }
    code { font: inherit; counter-reset: line; }
    .line::before { counter-increment: line; content: counter(line); display: inline-block; width: 2.5em;
      margin-right: 1.5em; text-align: right; color: #8889; }
  </style><header>${title}</header>${code}`;
  const html = join(work, `${name}.html`);
  const png = join(into, `${name}.png`);
  writeFileSync(html, page);
  const height = lines * LINE + 16 + 33;
  execFileSync(process.env.CHROMIUM ?? "chromium", [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--force-device-scale-factor=1",
    `--user-data-dir=${join(work, "profile")}`, `--window-size=${WIDTH},${height}`, `--screenshot=${png}`, `file://${html}`,
  ], { stdio: "ignore" });
  console.log(`book/src/pictures/${name}.png: ${Math.ceil(statSync(png).size / 1024)} kB`);
}
rmSync(work, { recursive: true });
