// Holds the TextMate grammar against the tree-sitter grammar: in every program of the repository, each word has the same kind in both.
//
//   node editors/check-agreement.mjs
//
// tree-sitter reads a whole statement, so it knows where a word is a keyword; a TextMate grammar sees a line at a time. The
// compiler holds tree-sitter right (`check-programs.mjs`), and tree-sitter holds this one. NETPOL and TREE_SITTER name the two commands where they are not found.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { netpol, programs, treeSitter } from "./programs.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(join(here, "vscode/package.json"));
const oniguruma = require("vscode-oniguruma");
const textmate = require("vscode-textmate");

/** What a capture of `highlights.scm` says a word is. */
function kindOfCapture(name) {
  if (/^(keyword|constant\.builtin|type\.builtin)/.test(name)) return "keyword";
  if (/^(variable|module|type|function|property)/.test(name)) return "name";
  if (/^string/.test(name)) return "string";
  if (/^(number|comment|operator|constant)/.test(name)) return name.replace(/\..*/, "");
  return undefined;
}

/** What the innermost scope that says something says it is. */
function kindOfScopes(scopes) {
  const scope = scopes.findLast((one) => !/^(source|meta|punctuation)\./.test(one)) ?? "";
  if (/^comment/.test(scope)) return "comment";
  if (/^keyword\.operator\.word/.test(scope)) return "keyword";
  // The first sign of a domain, and an end that is no more than a star.
  if (/^keyword\.operator\.wildcard/.test(scope)) return scopes.some((one) => /^string/.test(one)) ? "string" : "operator";
  if (/^keyword\.operator/.test(scope)) return "operator";
  if (/^variable\.other\.property|^(variable|entity)/.test(scope)) return "name";
  if (/^support\.type\.protocol|^constant\.numeric/.test(scope)) return "number";
  if (/^(keyword|storage|constant\.language|support\.type)/.test(scope)) return "keyword";
  if (/^constant\.other\.method/.test(scope)) return "constant";
  if (/^(string|constant\.character)/.test(scope)) return "string";
  return undefined;
}

await oniguruma.loadWASM(readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm")).buffer);
const registry = new textmate.Registry({
  onigLib: Promise.resolve({
    createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
    createOnigString: (text) => new oniguruma.OnigString(text),
  }),
  loadGrammar: async () => {
    const path = join(here, "vscode/syntaxes/netpol.tmLanguage.json");
    return textmate.parseRawGrammar(readFileSync(path, "utf8"), path);
  },
});
const grammar = await registry.loadGrammar("source.netpol");

/** The kind at each place of a program, a function of line and byte. */
function kinds(text) {
  let state = textmate.INITIAL;
  const lines = text.split("\n").map((line) => {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
    state = ruleStack;
    return { line, tokens };
  });
  return (row, byte) => {
    const { line, tokens } = lines[row];
    const column = Buffer.from(line).subarray(0, byte).toString().length;
    return kindOfScopes(tokens.find((token) => token.startIndex <= column && column < token.endIndex)?.scopes ?? []);
  };
}

// What the compiler does not read, no two grammars read alike.
const compiler = netpol();
const all = programs().filter((program) => spawnSync(compiler, ["fmt", "-"], { input: program.text }).status === 0);
const work = mkdtempSync(join(tmpdir(), "netpol-agreement-"));
const paths = all.map((program, index) => {
  const path = join(work, `${index}.netpol`);
  writeFileSync(path, program.text);
  return path;
});
writeFileSync(join(work, "paths"), paths.join("\n"));
const folder = join(here, "tree-sitter-netpol");
const query = join(folder, "queries/netpol/highlights.scm");
const report = spawnSync(treeSitter(), ["query", "--captures", query, "--paths", join(work, "paths")], { cwd: folder, encoding: "utf8", maxBuffer: 1 << 30 });
rmSync(work, { recursive: true });
if (report.status !== 0) {
  console.error(report.stderr || report.error);
  process.exit(2);
}

let words = 0;
const wrong = [];
let program;
let kind;
let captures = new Map();
function compare() {
  for (const [place, { row, column, name, text }] of captures) {
    const wanted = kindOfCapture(name);
    if (wanted === undefined) continue;
    words += 1;
    const found = kind(row, column);
    if (found !== wanted) wrong.push(`${program.name}: ${place} \`${text}\` is ${wanted} for tree-sitter, ${found ?? "nothing"} for TextMate`);
  }
  captures = new Map();
}
for (const line of report.stdout.split("\n")) {
  const file = /[/\\](\d+)\.netpol$/.exec(line)?.[1];
  if (file !== undefined) {
    if (program !== undefined) compare();
    program = all[Number(file)];
    kind = kinds(program.text);
    continue;
  }
  const capture = /capture: (?:\d+ - )?([\w.]+), start: \((\d+), (\d+)\), end: \((\d+), (\d+)\)(?:, text: `(.*)`)?/.exec(line);
  if (capture === null) continue;
  const [, name, row, column, , , text = ""] = capture;
  // A later pattern wins.
  captures.set(`${Number(row) + 1}:${Number(column) + 1}`, { row: Number(row), column: Number(column), name, text });
}
if (program !== undefined) compare();

console.log(`${all.length} programs, ${words} words compared, ${wrong.length} of another kind`);
for (const line of wrong.slice(0, 40)) console.error(line);
if (words < 10_000) console.error("too few words were compared");
process.exit(wrong.length === 0 && words >= 10_000 ? 0 : 1);
