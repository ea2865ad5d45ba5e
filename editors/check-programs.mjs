// Parses every `.netpol` program of the repository with tree-sitter, and holds the result against the compiler.
//
//   node editors/check-programs.mjs
//
// Programs are the `.netpol` files and the `netpol` blocks of every Markdown file. A program that `netpol fmt` reads must have no
// ERROR and no MISSING node. One that it refuses should have one, but need not: how many do is only told.
// NETPOL and TREE_SITTER name the two commands where they are not found.

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
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

const netpol = command("NETPOL", "netpol", ["debug", "release"].map((profile) => join(build, profile, "netpol")));
const treeSitter = command("TREE_SITTER", "tree-sitter", [join(build, "tools/bin/tree-sitter"), join(root, "target/tools/bin/tree-sitter")]);

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

function programs(path) {
  const text = readFileSync(path, "utf8");
  const name = relative(root, path);
  if (path.endsWith(".netpol")) return [{ name, text }];
  const blocks = [...text.matchAll(/^```netpol\b[^\n]*\n([\s\S]*?)^```/gm)];
  return blocks.flatMap((block) => parts(`${name}:${text.slice(0, block.index).split("\n").length}`, block[1]));
}

const folders = [root, join(root, "../shared/design/programs")].filter((folder) => existsSync(folder));
const all = folders.flatMap((folder) => [...files(folder)]).flatMap(programs);

const work = mkdtempSync(join(tmpdir(), "netpol-programs-"));
mkdirSync(join(work, "p"));
const paths = all.map((program, index) => {
  const path = join(work, "p", `${index}.netpol`);
  writeFileSync(path, program.text);
  return path;
});
writeFileSync(join(work, "paths"), paths.join("\n"));
const grammar = join(root, "editors/tree-sitter-netpol");
const args = ["parse", "--grammar-path", grammar, "--quiet", "--paths", join(work, "paths")];
const report = spawnSync(treeSitter, args, { cwd: grammar, encoding: "utf8", maxBuffer: 1 << 28 });
// 0: all fine; 1: some file has an error. Anything else, or no list, and nothing was parsed.
if (![0, 1].includes(report.status) || report.error) {
  console.error(report.stderr || report.error);
  process.exit(2);
}
const failed = new Map();
for (const line of report.stdout.split("\n")) {
  const match = /[/\\](\d+)\.netpol\s.*\((ERROR|MISSING.*?) \[(\d+), (\d+)\]/.exec(line);
  if (match) failed.set(Number(match[1]), `${Number(match[3]) + 1}:${Number(match[4]) + 1} ${match[2]}`);
}
if (report.status === 1 && failed.size === 0) {
  console.error(report.stdout + report.stderr);
  process.exit(2);
}

let [valid, refused, seen] = [0, 0, 0];
const wrong = [];
all.forEach((program, index) => {
  const reads = spawnSync(netpol, ["fmt", "-"], { input: program.text }).status === 0;
  if (reads) {
    valid += 1;
    if (failed.has(index)) wrong.push(`${program.name}: ${failed.get(index)}`);
  } else {
    refused += 1;
    if (failed.has(index)) seen += 1;
  }
});
rmSync(work, { recursive: true });
const version = execFileSync(treeSitter, ["--version"], { encoding: "utf8" }).trim();
console.log(`${version}: ${all.length} programs parsed`);
console.log(`${valid} that the compiler reads, ${wrong.length} of them with an ERROR or MISSING node`);
console.log(`${refused} with a mistake of syntax, ${seen} of them with an ERROR or MISSING node`);
if (valid < 500) wrong.push(`only ${valid} programs were found`);
for (const line of wrong) console.error(line);
process.exit(wrong.length === 0 ? 0 : 1);
