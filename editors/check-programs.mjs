// Parses every `.netpol` program of the repository with tree-sitter, and holds the result against the compiler.
//
//   node editors/check-programs.mjs
//
// Programs are the `.netpol` files and the `netpol` blocks of every Markdown file. A program that `netpol fmt` reads must have no
// ERROR and no MISSING node. One that it refuses should have one, but need not: how many do is only told.
// NETPOL and TREE_SITTER name the two commands where they are not found.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { netpol, programs, root, treeSitter } from "./programs.mjs";

const all = programs();
const [compiler, parser] = [netpol(), treeSitter()];

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
const report = spawnSync(parser, args, { cwd: grammar, encoding: "utf8", maxBuffer: 1 << 28 });
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
  const reads = spawnSync(compiler, ["fmt", "-"], { input: program.text }).status === 0;
  if (reads) {
    valid += 1;
    if (failed.has(index)) wrong.push(`${program.name}: ${failed.get(index)}`);
  } else {
    refused += 1;
    if (failed.has(index)) seen += 1;
  }
});
rmSync(work, { recursive: true });
const version = execFileSync(parser, ["--version"], { encoding: "utf8" }).trim();
console.log(`${version}: ${all.length} programs parsed`);
console.log(`${valid} that the compiler reads, ${wrong.length} of them with an ERROR or MISSING node`);
console.log(`${refused} with a mistake of syntax, ${seen} of them with an ERROR or MISSING node`);
if (valid < 500) wrong.push(`only ${valid} programs were found`);
for (const line of wrong) console.error(line);
process.exit(wrong.length === 0 ? 0 : 1);
