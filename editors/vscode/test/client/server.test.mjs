// The server as Visual Studio Code sees it: `netpol lsp` over a copy of Online Boutique.

import assert from "node:assert/strict";
import { test } from "node:test";

import protocol from "vscode-languageserver-protocol/node.js";

import { Project, position } from "./project.mjs";

const SHOP = "tenants/boutique/online-boutique.netpol";
const errors = (found) => found.filter((one) => one.severity === protocol.DiagnosticSeverity.Error);
const codes = (found) => errors(found).map((one) => String(one.code));

test("diagnostics come as one types and go when it is mended", async (t) => {
  const project = new Project("online-boutique");
  t.after(() => project.kill());
  await project.start();
  const { uri } = await project.openChecked(SHOP);
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

test("positions are counted as the editor counts them", async (t) => {
  const project = new Project("five-lines");
  t.after(() => project.kill());
  await project.start();
  const text = project.disk("app-prod.netpol") + "# 🦊 größer\nweb -> nobody:80 # 🦊\n";
  const { uri } = await project.open("app-prod.netpol", text);
  const told = await project.until(uri, (found) => codes(found).includes("NP0201"));
  const found = errors(told).find((one) => one.code === "NP0201");
  assert.deepEqual(found.range.start, position(text, "nobody"));
  assert.equal(await project.stop(), 0);
});

test("hover says what a workload is", async (t) => {
  const project = new Project("online-boutique");
  t.after(() => project.kill());
  const { hoverProvider } = await project.start();
  assert.ok(hoverProvider);
  const { uri } = await project.openChecked(SHOP);
  const at = position(project.disk(SHOP), "frontend -> adservice", { into: 2 });
  const hover = await project.request(protocol.HoverRequest.type, { textDocument: { uri }, position: at });
  assert.match(hover?.contents.value ?? "", /frontend/);
  assert.equal(await project.stop(), 0);
});

test("the server asks to be told of the files of a project", async (t) => {
  const project = new Project("five-lines");
  t.after(() => project.kill());
  await project.start();
  await project.openChecked("app-prod.netpol");
  const watched = project.registered.find((one) => one.method === "workspace/didChangeWatchedFiles");
  const patterns = (watched?.registerOptions?.watchers ?? []).map((watcher) => watcher.globPattern).join(" ");
  assert.match(patterns, /netpol\.toml/);
  assert.match(patterns, /\*\.netpol/);
  assert.equal(await project.stop(), 0);
});

/** The edits of an answer, done on a text from its end to its start. */
function apply(text, edits) {
  const lines = text.split("\n");
  const offset = ({ line, character }) => lines.slice(0, line).reduce((sum, one) => sum + one.length + 1, 0) + character;
  const sorted = [...edits].sort((one, other) => offset(other.range.start) - offset(one.range.start));
  return sorted.reduce((done, { range, newText }) => done.slice(0, offset(range.start)) + newText + done.slice(offset(range.end)), text);
}

test("one project, every request that an editor makes", async (t) => {
  const project = new Project("three-tier");
  t.after(() => project.kill());
  const can = await project.start();
  const file = "shop.netpol";
  const text = project.disk(file);
  const { uri } = await project.openChecked(file);
  const textDocument = { uri };
  const at = (wanted, options) => ({ textDocument, position: position(text, wanted, options) });

  await t.test("completion offers the workloads after an arrow", async () => {
    assert.ok(can.completionProvider);
    await project.edit(uri, `${text}web -> \n`);
    const lines = `${text}web -> `.split("\n");
    const here = { line: lines.length - 1, character: lines.at(-1).length };
    const answer = await project.request(protocol.CompletionRequest.type, { textDocument, position: here });
    const labels = (Array.isArray(answer) ? answer : (answer?.items ?? [])).map((item) => item.label);
    for (const workload of ["api", "db"]) assert.ok(labels.includes(workload), `${workload} in ${labels}`);
    await project.edit(uri, text);
    await project.until(uri, (told) => errors(told).length === 0);
  });

  await t.test("definition leads to the declaration, and into the library", async () => {
    const first = (answer) => (Array.isArray(answer) ? answer[0] : answer);
    const api = first(await project.request(protocol.DefinitionRequest.type, at("web -> api", { into: 8 })));
    assert.equal(api.uri ?? api.targetUri, uri);
    const range = api.targetSelectionRange ?? api.range;
    assert.deepEqual(range.start, position(text, "api, db] by"));
    const dns = first(await project.request(protocol.DefinitionRequest.type, at("k8s/dns", { into: 5 })));
    assert.match(dns.uri ?? dns.targetUri, /std\/k8s\.netpol$/);
  });

  await t.test("references and rename reach every place", async () => {
    const context = { includeDeclaration: true };
    const references = await project.request(protocol.ReferencesRequest.type, { ...at("web -> api"), context });
    const inShop = references.filter((one) => one.uri === uri).length;
    assert.equal(inShop, 7);
    assert.equal(references.length, 8, "and the namespace of the controller");
    const ready = await project.request(protocol.PrepareRenameRequest.type, at("web -> api"));
    assert.ok(ready);
    const edit = await project.request(protocol.RenameRequest.type, { ...at("web -> api"), newName: "front" });
    const changes = edit.documentChanges ?? Object.entries(edit.changes).map(([of, edits]) => ({ textDocument: { uri: of }, edits }));
    const mine = changes.find((change) => change.textDocument.uri === uri);
    const renamed = apply(text, mine.edits);
    assert.match(renamed, /tiers \[front, api, db\] by tier/);
    assert.match(renamed, /\nfront -> api:8080/);
    assert.doesNotMatch(renamed, /\bweb\b/);
    assert.ok(changes.some((change) => change.textDocument.uri.endsWith("ingress-nginx.netpol")));
  });

  await t.test("symbols, folds, selections", async () => {
    const symbols = await project.request(protocol.DocumentSymbolRequest.type, { textDocument });
    const names = JSON.stringify(symbols);
    for (const name of ["shop", "web", "payment-provider", "the shop"]) assert.ok(names.includes(`"${name}"`), name);
    const found = await project.request(protocol.WorkspaceSymbolRequest.type, { query: "ingress" });
    assert.ok(found.some((symbol) => symbol.name.includes("ingress-nginx")));
    const folds = await project.request(protocol.FoldingRangeRequest.type, { textDocument });
    const test = position(text, 'test "the shop"').line;
    assert.ok(folds.some((fold) => fold.startLine === test));
  });

  await t.test("colours of words by what they stand for", async () => {
    const { legend } = can.semanticTokensProvider;
    const { data } = await project.request(protocol.SemanticTokensRequest.type, { textDocument });
    assert.equal(data.length % 5, 0);
    const kinds = new Map();
    let [line, character] = [0, 0];
    for (let index = 0; index < data.length; index += 5) {
      character = data[index] === 0 ? character + data[index + 1] : data[index + 1];
      line += data[index];
      const word = text.split("\n")[line].slice(character, character + data[index + 2]);
      kinds.set(word, legend.tokenTypes[data[index + 3]]);
    }
    assert.equal(kinds.get("expose"), "keyword");
    assert.equal(kinds.get("8080"), "number");
    assert.equal(kinds.get("because"), "keyword");
    assert.notEqual(kinds.get("web"), "keyword");
  });

  await t.test("hints, lenses, the signature of a pattern", async () => {
    const lines = text.split("\n").length;
    const range = { start: { line: 0, character: 0 }, end: { line: lines, character: 0 } };
    const hints = await project.request(protocol.InlayHintRequest.type, { textDocument, range });
    const onPostgres = hints.filter((hint) => hint.position.line === position(text, "api -> db").line);
    assert.match(JSON.stringify(onPostgres), /5432/);
    const [lens] = await project.request(protocol.CodeLensRequest.type, { textDocument });
    assert.equal(lens.command.command, "netpol.test");
    assert.deepEqual(lens.command.arguments, [uri, "the shop"]);
    assert.equal(lens.range.start.line, position(text, 'test "the shop"').line);
    await project.edit(uri, text.replace("apply k8s/dns", "apply edge/public-controller("));
    const inside = position(text.replace("apply k8s/dns", "apply edge/public-controller("), "public-controller(", { into: 18 });
    const help = await project.request(protocol.SignatureHelpRequest.type, { textDocument, position: inside });
    assert.match(help?.signatures[0]?.label ?? "", /public-controller\(/);
    await project.edit(uri, text);
    await project.until(uri, (told) => errors(told).length === 0);
  });

  await t.test("formatting gives back the one layout", async () => {
    const messy = text.replace("web -> api:8080", "web   ->   api:8080");
    assert.notEqual(messy, text);
    await project.edit(uri, messy);
    const options = { tabSize: 2, insertSpaces: true };
    const edits = await project.request(protocol.DocumentFormattingRequest.type, { textDocument, options });
    assert.equal(apply(messy, edits), text);
    await project.edit(uri, text);
  });

  await t.test("a diagnostic's fix can be applied", async () => {
    const wrong = text.replace("web -> api:8080", "wbe -> api:8080");
    await project.edit(uri, wrong);
    const told = await project.until(uri, (found) => codes(found).includes("NP0201"));
    const diagnostic = errors(told).find((one) => one.code === "NP0201");
    const context = { diagnostics: [diagnostic] };
    const actions = await project.request(protocol.CodeActionRequest.type, { textDocument, range: diagnostic.range, context });
    const action = actions.find((one) => one.edit !== undefined);
    assert.ok(action, JSON.stringify(actions));
    const { changes, documentChanges } = action.edit;
    assert.equal(apply(wrong, changes?.[uri] ?? documentChanges[0].edits), text);
    await project.edit(uri, text);
    await project.until(uri, (found) => errors(found).length === 0);
  });

  assert.equal(await project.stop(), 0);
});
