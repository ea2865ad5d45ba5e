// The server as Visual Studio Code sees it: `netpol lsp` over a copy of Online Boutique.

import assert from "node:assert/strict";
import { test } from "node:test";

import protocol from "vscode-languageserver-protocol/node.js";

import { Project, position } from "./project.mjs";

const SHOP = "tenants/boutique/online-boutique.netpol";
const errors = (found) => found.filter((one) => one.severity === protocol.DiagnosticSeverity.Error);
const codes = (found) => errors(found).map((one) => String(one.code));

test("diagnostics come as one types and go when it is mended", async () => {
  const project = new Project("online-boutique");
  await project.start();
  const { uri } = await project.open(SHOP);
  await project.until(uri, (found) => errors(found).length === 0);
  const text = project.disk(SHOP);
  const from = position(text, "loadgenerator -> ");
  await project.edit(uri, "loadgenerater", { start: from, end: { ...from, character: from.character + "loadgenerator".length } });
  const [found] = errors(await project.until(uri, (told) => codes(told).includes("NP0201")));
  assert.deepEqual(found.range.start, from);
  assert.match(found.message, /loadgenerater/);
  assert.equal(found.source, "netpol");
  await project.edit(uri, text);
  await project.until(uri, (told) => errors(told).length === 0);
  assert.equal(await project.stop(), 0);
});

test("positions are counted as the editor counts them", async () => {
  const project = new Project("five-lines");
  await project.start();
  const text = project.disk("app-prod.netpol") + "# 🦊 größer\nweb -> nobody:80 # 🦊\n";
  const { uri } = await project.open("app-prod.netpol", text);
  const told = await project.until(uri, (found) => codes(found).includes("NP0201"));
  const found = errors(told).find((one) => one.code === "NP0201");
  assert.deepEqual(found.range.start, position(text, "nobody"));
  assert.equal(await project.stop(), 0);
});

test("hover says what a workload is", async () => {
  const project = new Project("online-boutique");
  const { hoverProvider } = await project.start();
  assert.ok(hoverProvider);
  const { uri } = await project.open(SHOP);
  await project.until(uri, () => true);
  const at = position(project.disk(SHOP), "frontend -> adservice", { into: 2 });
  const hover = await project.request(protocol.HoverRequest.type, { textDocument: { uri }, position: at });
  assert.match(hover?.contents.value ?? "", /frontend/);
  assert.equal(await project.stop(), 0);
});

test("the server asks to be told of the files of a project", async () => {
  const project = new Project("five-lines");
  await project.start();
  const { uri } = await project.open("app-prod.netpol");
  await project.until(uri, () => true);
  const watched = project.registered.find((one) => one.method === "workspace/didChangeWatchedFiles");
  const patterns = (watched?.registerOptions?.watchers ?? []).map((watcher) => watcher.globPattern).join(" ");
  assert.match(patterns, /netpol\.toml/);
  assert.match(patterns, /\*\.netpol/);
  assert.equal(await project.stop(), 0);
});
