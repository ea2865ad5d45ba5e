// The packaged extension with its own client, `vscode-languageclient`, against the real server.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { pathToFileURL } from "node:url";

import { folder, load } from "./editor.mjs";
import { program } from "./project.mjs";

const { contributes } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
const commands = contributes.commands.map((one) => one.command).sort();

async function until(is) {
  for (let tries = 0; tries < 600 && !is(); tries += 1) await setTimeout(50);
  assert.ok(is());
}

function withFile(text, run) {
  const work = realpathSync(mkdtempSync(join(tmpdir(), "netpol-extension-")));
  const file = join(work, "shop.netpol");
  writeFileSync(file, text);
  return run(file).finally(() => rmSync(work, { recursive: true }));
}

test("in a folder that is not trusted nothing runs, and every command says why", async () => {
  const { asked, extension } = load({ trusted: false, settings: { path: program() } });
  await extension.activate({ subscriptions: [] });
  assert.deepEqual([...asked.commands.keys()].sort(), commands);
  for (const run of asked.commands.values()) await run();
  assert.equal(asked.warnings.length, commands.length);
  for (const warning of asked.warnings) assert.match(warning, /trust the folder first/);
  assert.equal(asked.tasks, 0);
  assert.deepEqual(asked.errors, []);
  await extension.deactivate();
});

test("in a trusted folder its client starts the server, which tells what is wrong", async () => {
  const text = "namespace shop\n# größer 🦊\nweb -> api:80 # 🦊\n";
  await withFile(text, async (file) => {
    const { asked, extension } = load({ trusted: true, settings: { path: program() }, file, text });
    await extension.activate({ subscriptions: [] });
    const uri = pathToFileURL(file).href;
    await until(() => asked.diagnostics.get(uri)?.length > 0);
    const [web, api] = asked.diagnostics.get(uri);
    assert.equal(web.code, "NP0201");
    assert.match(web.message, /`web`/);
    assert.deepEqual([web.range.start.line, web.range.start.character, web.severity], [2, 0, 0]);
    assert.deepEqual([api.range.start.line, api.range.start.character], [2, 7]);
    assert.deepEqual(asked.errors, []);
    await asked.commands.get("netpol.restart")();
    await until(() => asked.diagnostics.get(uri)?.length > 0);
    await extension.deactivate();
    assert.deepEqual(asked.errors, []);
  });
});

test("a folder that becomes trusted gets its server", async () => {
  const text = "namespace shop\nweb -> api:80\n";
  await withFile(text, async (file) => {
    const { asked, extension } = load({ trusted: false, settings: { path: program() }, file, text });
    await extension.activate({ subscriptions: [] });
    assert.equal(asked.diagnostics.size, 0);
    await asked.whenTrusted();
    await until(() => asked.diagnostics.get(pathToFileURL(file).href)?.length > 0);
    await extension.deactivate();
  });
});

test("a program that is not there is said once, by each that wants it", async () => {
  const { asked, extension } = load({ trusted: true, settings: { path: "/nowhere/netpol" }, root: folder });
  await extension.activate({ subscriptions: [] });
  assert.deepEqual(asked.errors, ["`/nowhere/netpol lsp` does not start. Install netpol, or say where it is in `netpol.path`."]);
  for (const command of ["build", "test"]) {
    await asked.commands.get(`netpol.${command}`)();
    assert.match(asked.errors.at(-1), new RegExp(`^\`/nowhere/netpol ${command}\` does not start\\. .*\`netpol\\.path\``));
  }
  assert.equal(asked.errors.length, 3);
  assert.equal(asked.tasks, 0);
  assert.deepEqual(asked.executed, []);
  await extension.deactivate();
});

test("a program that is there is run", async () => {
  const { asked, extension } = load({ trusted: true, settings: { path: program() }, root: folder });
  await extension.activate({ subscriptions: [] });
  await asked.commands.get("netpol.build")();
  assert.equal(asked.tasks, 1);
  assert.deepEqual(asked.errors, []);
  await extension.deactivate();
});

test("the setting is opened where the editor shows it, also in a remote window", async () => {
  const pages = { here: ["workbench.action.openSettings", "@id:netpol.path"], there: ["workbench.action.openRemoteSettings", { query: "@id:netpol.path" }] };
  for (const [remote, page] of [[undefined, pages.here], ["ssh-remote", pages.there]]) {
    const { asked, extension } = load({ trusted: true, settings: { path: "/nowhere/netpol" }, chosen: "Open the setting", remote });
    await extension.activate({ subscriptions: [] });
    await until(() => asked.executed.length > 0);
    assert.deepEqual(asked.executed, [page]);
    await extension.deactivate();
  }
});
