// A real server over a copy of a real project, and a client of Visual Studio Code's protocol.

import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import protocol from "vscode-languageserver-protocol/node.js";

import { server } from "../../out/program.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../../../..");

/** What the editor says of itself: the parts of Visual Studio Code's own that the server may ask for. */
const CAPABILITIES = {
  general: { positionEncodings: ["utf-16"] },
  window: { workDoneProgress: true },
  workspace: {
    applyEdit: true,
    configuration: true,
    workspaceFolders: true,
    didChangeWatchedFiles: { dynamicRegistration: true },
    workspaceEdit: { documentChanges: true },
    codeLens: { refreshSupport: true },
    inlayHint: { refreshSupport: true },
    semanticTokens: { refreshSupport: true },
  },
  textDocument: {
    synchronization: { dynamicRegistration: true, didSave: true },
    publishDiagnostics: { relatedInformation: true, versionSupport: true, codeDescriptionSupport: true, dataSupport: true },
    completion: { completionItem: { snippetSupport: true, documentationFormat: ["markdown", "plaintext"] } },
    hover: { contentFormat: ["markdown", "plaintext"] },
    definition: { linkSupport: true },
    documentSymbol: { hierarchicalDocumentSymbolSupport: true },
    rename: { prepareSupport: true },
    codeAction: {
      codeActionLiteralSupport: { codeActionKind: { valueSet: ["", "quickfix", "refactor", "source"] } },
      dataSupport: true,
      resolveSupport: { properties: ["edit"] },
    },
  },
};

/** The compiler, with its server. */
export function program() {
  const build = process.env.CARGO_TARGET_DIR ?? join(root, "target");
  const places = ["debug", "release"].map((profile) => join(build, profile, "netpol"));
  const found = process.env.NETPOL ?? places.find((place) => existsSync(place)) ?? "netpol";
  if (spawnSync(found, ["lsp", "--help"]).status !== 0) {
    throw new Error(`${found} has no server: build it (cargo build -p netpol), or set NETPOL`);
  }
  return found;
}

/** A copy of an example, opened in an editor. */
export class Project {
  #versions = new Map();
  #told = new Map();
  #waiting = [];

  constructor(example) {
    this.work = realpathSync(mkdtempSync(join(tmpdir(), "netpol-client-")));
    this.folder = join(this.work, example);
    cpSync(join(root, "examples", example), this.folder, { recursive: true });
    const { program: command, args } = server(program());
    this.child = spawn(command, args, { cwd: this.folder, stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, XDG_CACHE_HOME: join(this.work, "cache") } });
    this.exit = new Promise((resolve) => this.child.once("exit", resolve));
    const { StreamMessageReader, StreamMessageWriter, createProtocolConnection } = protocol;
    this.connection = createProtocolConnection(new StreamMessageReader(this.child.stdout), new StreamMessageWriter(this.child.stdin));
    this.registered = [];
    this.connection.onRequest(protocol.RegistrationRequest.type, ({ registrations }) => void this.registered.push(...registrations));
    this.connection.onRequest(protocol.ConfigurationRequest.type, ({ items }) => items.map(() => null));
    this.connection.onRequest(protocol.WorkDoneProgressCreateRequest.type, () => undefined);
    this.connection.onRequest(protocol.CodeLensRefreshRequest.type, () => undefined);
    this.connection.onRequest(protocol.InlayHintRefreshRequest.type, () => undefined);
    this.connection.onRequest(protocol.SemanticTokensRefreshRequest.type, () => undefined);
    this.connection.onNotification(protocol.PublishDiagnosticsNotification.type, (told) => {
      this.#told.set(told.uri, told.diagnostics);
      this.#waiting = this.#waiting.filter((waiting) => !waiting());
    });
    this.connection.listen();
  }

  /** Says hello; gives what the server can do. */
  async start() {
    const uri = pathToFileURL(this.folder).href;
    const { capabilities } = await this.connection.sendRequest(protocol.InitializeRequest.type, {
      processId: process.pid,
      clientInfo: { name: "Visual Studio Code" },
      rootUri: uri,
      workspaceFolders: [{ uri, name: "project" }],
      capabilities: CAPABILITIES,
    });
    await this.connection.sendNotification(protocol.InitializedNotification.type, {});
    this.capabilities = capabilities;
    return capabilities;
  }

  uri(path) {
    return pathToFileURL(join(this.folder, path)).href;
  }

  disk(path) {
    return readFileSync(join(this.folder, path), "utf8");
  }

  /** Opens a file, with its text on disk unless another is given. */
  async open(path, text = this.disk(path)) {
    const uri = this.uri(path);
    this.#versions.set(uri, 1);
    await this.connection.sendNotification(protocol.DidOpenTextDocumentNotification.type, {
      textDocument: { uri, languageId: "netpol", version: 1, text },
    });
    return { uri };
  }

  /** Replaces a range of an open file, or all of it, as typing does. */
  async edit(uri, text, range) {
    const version = (this.#versions.get(uri) ?? 0) + 1;
    this.#versions.set(uri, version);
    await this.connection.sendNotification(protocol.DidChangeTextDocumentNotification.type, {
      textDocument: { uri, version },
      contentChanges: [range === undefined ? { text } : { text, range }],
    });
  }

  request(type, params) {
    return this.connection.sendRequest(type, params);
  }

  /** Opens a file and waits for a check of it: a mistake is told, and no more when it is mended. */
  async openChecked(path) {
    const text = this.disk(path);
    const { uri } = await this.open(path, `${text}\nnobody-has-this -> nor-this:80\n`);
    await this.until(uri, (told) => told.some((one) => one.code === "NP0201"));
    await this.edit(uri, text);
    await this.until(uri, (told) => !told.some((one) => one.code === "NP0201"));
    return { uri };
  }

  /** Waits until what is told of a file is as wanted; nothing is told of a file that never had a fault. */
  async until(uri, wanted) {
    const is = () => wanted(this.#told.get(uri) ?? []);
    if (is()) return this.#told.get(uri) ?? [];
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`told of ${uri}: ${JSON.stringify(this.#told.get(uri), null, 1)}`)), 60_000);
    });
    const found = new Promise((resolve) => this.#waiting.push(() => is() && (resolve(this.#told.get(uri)), true)));
    try {
      return await Promise.race([found, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the server of a test that has failed; does nothing after `stop`. */
  kill() {
    this.child.kill();
    this.connection.dispose();
    rmSync(this.work, { recursive: true, force: true });
  }

  /** Says goodbye; gives the server's exit code. */
  async stop() {
    await this.connection.sendRequest(protocol.ShutdownRequest.type);
    await this.connection.sendNotification(protocol.ExitNotification.type);
    const code = await this.exit;
    return code;
  }
}

/** Where a text stands in a document: its `nth` occurrence, `into` characters in. */
export function position(text, wanted, { nth = 1, into = 0 } = {}) {
  let at = -1;
  for (let count = 0; count < nth; count += 1) {
    at = text.indexOf(wanted, at + 1);
    if (at < 0) throw new Error(`no ${wanted}`);
  }
  const before = text.slice(0, at + into).split("\n");
  return { line: before.length - 1, character: before.at(-1).length };
}
