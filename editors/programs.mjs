// The `.netpol` programs of the repository, and the commands that the checks run.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const build = process.env.CARGO_TARGET_DIR ?? join(root, "target");

function command(variable, name, places) {
  const named = process.env[variable];
  const found = named ?? places.find((place) => existsSync(place)) ?? name;
  if (spawnSync(found, ["--version"]).status !== 0) {
    console.error(`${name} is not found: set ${variable}`);
    process.exit(2);
  }
  return found;
}

/** The compiler. */
export function netpol() {
  return command("NETPOL", "netpol", ["debug", "release"].map((profile) => join(build, profile, "netpol")));
}

/** The command of tree-sitter. */
export function treeSitter() {
  return command("TREE_SITTER", "tree-sitter", [join(root, "target/tools/bin/tree-sitter")]);
}

function* files(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (["target", "node_modules", ".git"].includes(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* files(path);
    else if (/\.(netpol|md)$/.test(entry.name)) yield path;
  }
}

/** The files of a block, which `# file:` lines part; only those that are netpol. */
function parts(name, text) {
  const found = [{ name, text: "" }];
  for (const line of text.split("\n")) {
    const file = /^# file: (\S+)/.exec(line)?.[1];
    if (file !== undefined) found.push({ name: `${name}:${file}`, text: "", other: !file.endsWith(".netpol") });
    else found.at(-1).text += `${line}\n`;
  }
  return found.filter((part) => !part.other && part.text.trim() !== "");
}

function programsOf(path) {
  const text = readFileSync(path, "utf8");
  const name = relative(root, path);
  if (path.endsWith(".netpol")) return [{ name, text }];
  const blocks = [...text.matchAll(/^```netpol\b[^\n]*\n([\s\S]*?)^```/gm)];
  return blocks.flatMap((block) => parts(`${name}:${text.slice(0, block.index).split("\n").length}`, block[1]));
}

/** Every program: the `.netpol` files, and the `netpol` blocks of every Markdown file. */
export function programs() {
  const folders = [root, join(root, "../shared/design/programs")].filter((folder) => existsSync(folder));
  return folders.flatMap((folder) => [...files(folder)]).flatMap(programsOf);
}
