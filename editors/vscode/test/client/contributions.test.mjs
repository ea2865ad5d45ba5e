// What package.json contributes besides the client: files that exist, words, indentation, snippets, blocks in Markdown.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { program } from "./project.mjs";

const folder = join(dirname(fileURLToPath(import.meta.url)), "../..");
const require = createRequire(join(folder, "package.json"));
const json = (path) => JSON.parse(readFileSync(join(folder, path), "utf8"));
const { contributes, main } = json("package.json");
const language = json("language-configuration.json");

test("every file that is named exists", () => {
  const { languages, grammars, snippets } = contributes;
  for (const path of [...languages.map((one) => one.configuration), ...[...grammars, ...snippets].map((one) => one.path)]) {
    assert.ok(existsSync(join(folder, path)), path);
  }
  assert.equal(main, "./out/extension.js");
});

test("every command of package.json is registered", () => {
  const source = readFileSync(join(folder, "src/extension.ts"), "utf8");
  for (const { command } of contributes.commands) assert.ok(source.includes(`registerCommand("${command}"`), command);
});

test("a word is a name, a path, a domain or an address, and never an arrow", () => {
  const words = (text) => text.match(new RegExp(language.wordPattern, "g"));
  assert.deepEqual(words("team-shop std/k8s *.example.com s3.{region}.x.org 10.0.0.0/8 `log`"), [
    "team-shop", "std/k8s", "*.example.com", "s3.{region}.x.org", "10.0.0.0/8", "`log`",
  ]);
  assert.deepEqual(words("web->api:8080"), ["web", "api", "8080"]);
});

test("a block or a list that is left open indents the next line", () => {
  const { increaseIndentPattern, decreaseIndentPattern } = language.indentationRules;
  const increases = (line) => new RegExp(increaseIndentPattern).test(line);
  for (const line of ["namespace shop {", "tiers [ # all", 'test "a {b" {', "  apply x("]) assert.ok(increases(line), line);
  for (const line of ["web -> api:80", "# a {", "[web, api] -> db:80", 'because "{"']) assert.ok(!increases(line), line);
  assert.ok(new RegExp(decreaseIndentPattern).test("  }"));
});

/** A snippet with its own words: `${1:api}`, the first of a choice, and what a number stood for before. */
function expand(body) {
  const known = new Map();
  const text = body.join("\n").replace(/\$\{CURRENT_YEAR\}|\$CURRENT_YEAR/g, "2026");
  const words = text.replace(/\$\{(\d+)(?::([^{}]*)|\|([^,|]*)[^|]*\|)\}/g, (_, number, written = "", first) => {
    const value = (first ?? written).replace(/\$(\d+)/g, (__, of) => known.get(of) ?? "");
    known.set(number, value);
    return value;
  });
  return words.replace(/\$(\d+)/g, (_, number) => known.get(number) ?? "");
}

test("every snippet is netpol as it stands", () => {
  const snippets = Object.entries(json("snippets/netpol.json"));
  assert.ok(snippets.length >= 10);
  for (const [name, { body }] of snippets) {
    const text = expand(body).replace(/^except flow$/m, "except web -> api:80");
    const { status, stderr } = spawnSync(program(), ["fmt", "-"], { input: `${text}\n`, encoding: "utf8" });
    assert.equal(status, 0, `${name}:\n${text}\n${stderr}`);
  }
});

test("blocks of netpol in Markdown are netpol", async () => {
  const oniguruma = require("vscode-oniguruma");
  const textmate = require("vscode-textmate");
  await oniguruma.loadWASM(readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm")).buffer);
  const markdown = await import("shiki/langs/markdown.mjs");
  const grammars = new Map(markdown.default.map((grammar) => [grammar.scopeName, grammar]));
  for (const { scopeName, path } of contributes.grammars) grammars.set(scopeName, json(path));
  const injected = contributes.grammars.filter((grammar) => grammar.injectTo?.includes("text.html.markdown"));
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    getInjections: (scope) => (scope === "text.html.markdown" ? injected.map((grammar) => grammar.scopeName) : undefined),
    loadGrammar: async (scope) => grammars.get(scope) ?? null,
  });
  const grammar = await registry.loadGrammar("text.html.markdown");
  let state = textmate.INITIAL;
  const scopes = ["```netpol,wrong", "egress https to internet", "```", "egress"].map((line) => {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
    state = ruleStack;
    return tokens[0].scopes.at(-1);
  });
  assert.equal(scopes[1], "keyword.control.netpol");
  assert.doesNotMatch(scopes[3], /netpol/);
});
