// What a new user does with the extension, in a real editor: each step waits until the editor shows what it should.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [work, port, picture] = process.argv.slice(2);
const { chromium } = createRequire(import.meta.url)(process.env.PLAYWRIGHT);
const flags = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: flags.split(" ") });
const page = await browser.newPage({ viewport: { width: 1280, height: 760 } });
const { keyboard } = page;
const shop = join(work, "three-tier/shop.netpol");

/** Waits until an element that holds a text is there. */
const shows = (place, hasText, timeout = 20_000) => page.locator(place, { hasText }).first().waitFor({ timeout });

async function pick(key, words) {
  await keyboard.press(key);
  await page.locator(".quick-input-widget input").first().waitFor();
  await keyboard.type(words);
  await shows(".quick-input-list .focused", words.replace(/^[:>]/, ""));
  await keyboard.press("Enter");
}

const command = (name) => pick("F1", name);

async function goTo(line, column) {
  await keyboard.press("Control+1");
  await keyboard.press("Control+G");
  await page.locator(".quick-input-widget input").first().waitFor();
  await keyboard.type(`${line}:${column}`);
  await keyboard.press("Enter");
  await shows(".statusbar-item", `Ln ${line}, Col ${column}`);
}

async function step(what, act) {
  try {
    await act();
  } catch (fault) {
    const seen = join(tmpdir(), "netpol-vscode-failure.png");
    await page.screenshot({ path: seen });
    throw new Error(`${what} (${seen} shows the editor): ${fault.message}`);
  }
  console.log(`ok: ${what}`);
}

for (let tries = 0; !(await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined))?.ok; tries += 1) {
  assert.ok(tries < 100, "code-server does not answer");
  await page.waitForTimeout(200);
}

await step("a program that is not there is said once, and by a build", async () => {
  await page.goto(`http://127.0.0.1:${port}/?folder=${join(work, "three-tier")}`);
  await page.getByText("shop.netpol", { exact: true }).first().dblclick({ timeout: 60_000 });
  await shows(".notification-toast", "`/nowhere/netpol lsp` does not start", 60_000);
  assert.equal(await page.locator(".notification-toast", { hasText: "netpol" }).count(), 1);
  await command("netpol: Build the project");
  await shows(".notification-toast", "`/nowhere/netpol build` does not start");
});

await step("the setting starts the server; the test has a lens, a port its number", async () => {
  writeFileSync(join(work, "data/Machine/settings.json"), JSON.stringify({ "netpol.path": process.env.NETPOL }));
  await command("Notifications: Clear All Notifications");
  await shows(".codelens-decoration", "6 of 6 proved");
  await shows(".view-line", "tcp/5432");
});

await step("words of two kinds have two colours", async () => {
  const colour = (word) => page.locator(".view-line span span", { hasText: word }).first().evaluate((found) => getComputedStyle(found).color);
  assert.notEqual(await colour("namespace"), await colour("# Every"));
});

await step("a mistake is underlined and told with its code", async () => {
  await keyboard.press("Control+End");
  await keyboard.type("api -> dbb:80");
  await keyboard.press("Escape");
  await page.locator(".squiggly-error").first().waitFor();
  await command("View: Focus Problems");
  await shows(".markers-panel", "NP0201");
  await shows(".markers-panel", "did you mean `db`");
});

await step("the code under the cursor is explained", async () => {
  await goTo(31, 9);
  await command("netpol: Explain the code here");
  await shows(".tab", "NP0201");
  await keyboard.press("Control+W");
});

await step("completion offers the workloads", async () => {
  await goTo(31, 14);
  await keyboard.press("Shift+Home");
  await keyboard.type("web -> ");
  await keyboard.press("Control+Space");
  await shows(".suggest-widget .monaco-list-row", "edge/ingress-nginx");
  await keyboard.press("Escape");
});

await step("a change that a test forbids fails it, with the connection", async () => {
  await keyboard.type("db:postgres");
  await keyboard.press("Escape");
  await shows(".markers-panel", "witness: shop/{tier=web} -> shop/{tier=db}:5432/TCP");
  await goTo(23, 1);
  await shows(".codelens-decoration", "1 of 6 fail");
});

await step("hover says who may reach a workload", async () => {
  await goTo(15, 1);
  await page.locator(".view-line", { hasText: /^web.->.api:8080/ }).first().locator("span span").first().hover();
  await shows(".monaco-hover", "May be reached by");
  await keyboard.press("Escape");
});

await step("the graph is drawn in a panel", async () => {
  await command("netpol: Show the graph");
  const drawn = () => Promise.all(page.frames().map((frame) => frame.locator("svg text", { hasText: "ingress-nginx" }).count().catch(() => 0)));
  for (let tries = 0; !(await drawn()).some((count) => count > 0); tries += 1) {
    assert.ok(tries < 100, "no drawing with ingress-nginx");
    await page.waitForTimeout(200);
  }
  await goTo(15, 1);
  // The box of the line's number fades away.
  await page.waitForTimeout(1000);
  if (picture !== undefined) await page.screenshot({ path: picture });
});

await step("a tier is renamed everywhere, and the file laid out", async () => {
  await goTo(6, 18);
  await keyboard.press("F2");
  await page.locator(".rename-box input:visible").fill("store");
  await keyboard.press("Enter");
  await shows(".view-line", /api.->.store:postgres/);
  await goTo(31, 22);
  await keyboard.press("Enter");
  await keyboard.type("web   ->   api:81");
  await keyboard.press("Escape");
  await command("Format Document");
  await shows(".view-line", /web.->.api:81/);
  await keyboard.press("Control+S");
  await page.waitForTimeout(1000);
  assert.match(readFileSync(shop, "utf8"), /cannot web -> store:any/);
});

await step("the tests run in a terminal", async () => {
  await command("netpol: Run the tests");
  await shows(".xterm-rows", "1 test, 6 lines: 1 test fails");
});

await step("a definition of the standard library opens", async () => {
  await goTo(9, 12);
  await keyboard.press("F12");
  await shows(".tab", "k8s.netpol");
});

await browser.close();
