// What the extension runs, and what it takes for a code.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";

import { codeAt, codeOf, onProject, programOf, server } from "../../out/program.mjs";

test("a name is looked for on the path, a path is taken from the folder", () => {
  assert.equal(programOf(undefined, "/home/me/shop"), "netpol");
  assert.equal(programOf("  ", undefined), "netpol");
  assert.equal(programOf("netpol-next", "/home/me/shop"), "netpol-next");
  assert.equal(programOf("/opt/netpol", "/home/me/shop"), "/opt/netpol");
  assert.equal(programOf("bin/netpol", "/home/me/shop"), join("/home/me/shop", "bin/netpol"));
  assert.equal(programOf("bin/netpol", undefined), "bin/netpol");
  assert.equal(programOf("~/bin/netpol", "/home/me/shop"), join(process.env.HOME ?? process.env.USERPROFILE, "bin/netpol"));
});

test("the server and the commands are those of the terminal", () => {
  assert.deepEqual(server("netpol"), { program: "netpol", args: ["lsp"] });
  assert.deepEqual(onProject("np", "test", "/a b"), { program: "np", args: ["test", "/a b"] });
});

test("a code is found around the cursor and nowhere else", () => {
  const line = "# see NP0406 and NP0501";
  assert.equal(codeAt(line, 5), undefined);
  assert.equal(codeAt(line, 6), "NP0406");
  assert.equal(codeAt(line, 12), "NP0406");
  assert.equal(codeAt(line, 18), "NP0501");
  assert.equal(codeAt("NP04061", 3), undefined);
});

test("a code may be typed short", () => {
  assert.equal(codeOf("np406"), "NP0406");
  assert.equal(codeOf(" 0406 "), "NP0406");
  assert.equal(codeOf("web"), undefined);
  assert.equal(codeOf("NP12345"), undefined);
});
