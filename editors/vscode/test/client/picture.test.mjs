// The graph of a project as a page, drawn by the real program and the real Graphviz.

import assert from "node:assert/strict";
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { load } from "./editor.mjs";
import { pageOf, pictureOf, svgOf } from "../../out/picture.mjs";
import { program } from "./project.mjs";

const example = join(dirname(fileURLToPath(import.meta.url)), "../../../../examples/three-tier");

function withProject(text, run) {
  const work = realpathSync(mkdtempSync(join(tmpdir(), "netpol-graph-")));
  writeFileSync(join(work, "netpol.toml"), "edition = 2026\n");
  writeFileSync(join(work, "shop.netpol"), text);
  return run(work).finally(() => rmSync(work, { recursive: true }));
}

test("a text of Graphviz becomes one element, whatever its labels say", async () => {
  const svg = await svgOf('digraph { a [label="<script>alert(1)</script> \\"&amp;"] a -> b [label="8080"] }');
  assert.match(svg, /^<svg /);
  assert.match(svg.trimEnd(), /<\/svg>$/);
  assert.doesNotMatch(svg, /<script/);
  assert.match(svg, />8080</);
});

test("a project is drawn with its namespaces and ports", async () => {
  const { svg, told } = await pictureOf(program(), example);
  assert.equal(told, "");
  for (const word of [">shop<", ">payment&#45;provider<", ">8080<"]) assert.ok(svg.includes(word), word);
});

test("a project with a mistake gives what the program says, and no drawing", async () => {
  await withProject("namespace shop\nweb -> api:80\n", async (folder) => {
    const picture = await pictureOf(program(), folder);
    assert.equal(picture.svg, undefined);
    assert.match(picture.told, /NP0201/);
    assert.doesNotMatch(picture.told, /\u001b/);
  });
  const { told } = await pictureOf("/nowhere/netpol", example);
  assert.match(told, /`netpol\.path`/);
});

test("the page runs no script, fetches nothing and shows words as they are", () => {
  const page = pageOf({ told: "error: `<img src=x>` & more" });
  assert.match(page, /Content-Security-Policy" content="default-src 'none'; style-src 'nonce-[0-9a-f]{32}'"/);
  assert.match(page, /&lt;img src=x&gt;` &amp; more/);
  assert.doesNotMatch(page, /<img|<script/);
});

test("a wide drawing is made narrower to fit, but not so narrow that it cannot be read", () => {
  const page = pageOf({ svg: '<svg width="1000pt" height="200pt"></svg>', told: "" });
  assert.match(page, /\.paper svg \{ max-width: 100%; min-width: 600pt; height: auto; \}/);
});

test("the command shows the graph in a panel, and draws it again when a file is saved", async () => {
  const text = "namespace shop\ntiers [web, api] by tier\nweb -> api:8080\n";
  await withProject(text, async (folder) => {
    const { asked, extension } = load({ trusted: true, settings: { path: program() }, root: folder });
    await extension.activate({ subscriptions: [] });
    await asked.commands.get("netpol.graph")();
    assert.equal(asked.panels.length, 1);
    const [panel] = asked.panels;
    assert.equal(panel.options.enableScripts, false);
    assert.match(panel.webview.html, /<svg [^]*>8080</);
    writeFileSync(join(folder, "shop.netpol"), text.replace("8080", "9090"));
    await asked.save(join(folder, "shop.netpol"));
    assert.match(panel.webview.html, />9090</);
    await asked.commands.get("netpol.graph")();
    assert.equal(asked.panels.length, 1);
    await extension.deactivate();
  });
});
