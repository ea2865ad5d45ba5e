// An editor that holds one open file and remembers what it is asked: enough of the `vscode` module for the packaged extension, and
// for the client inside it, to run under plain Node. What is not named here is a class, a function and a namespace in one.

import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const require = createRequire(import.meta.url);
const Module = require("node:module");

/** The folder of the extension. */
export const folder = join(dirname(fileURLToPath(import.meta.url)), "../..");

function withTheRest(known = function () {}) {
  return new Proxy(known, {
    // A `then` would make a promise of it.
    get: (target, name) => target[name] ?? (typeof name === "string" && name !== "then" ? withTheRest() : undefined),
    apply: () => withTheRest(),
    construct: () => withTheRest(),
  });
}

class Uri {
  constructor(text) {
    this.url = new URL(text);
  }
  static parse = (text) => new Uri(text);
  static file = (path) => new Uri(pathToFileURL(path).href);
  get scheme() {
    return this.url.protocol.slice(0, -1);
  }
  get path() {
    return decodeURIComponent(this.url.pathname);
  }
  get fsPath() {
    return fileURLToPath(this.url);
  }
  toString() {
    return this.url.href;
  }
}

class Position {
  constructor(line, character) {
    Object.assign(this, { line, character });
  }
}

class Range {
  constructor(...at) {
    const [start, end] = at.length === 2 ? at : [new Position(at[0], at[1]), new Position(at[2], at[3])];
    Object.assign(this, { start, end });
  }
}

class Diagnostic {
  constructor(range, message, severity) {
    Object.assign(this, { range, message, severity });
  }
}

class EventEmitter {
  #told = [];
  event = (listener, self) => (this.#told.push(listener.bind(self)), { dispose() {} });
  fire = (event) => this.#told.forEach((listener) => listener(event));
  dispose() {}
}

/**
 * The extension, loaded into an editor, and what it asked the editor for. `settings` are those of netpol; `file` is open, with
 * `text`; `root` is the folder that is open; `chosen` is the button that is pressed in every message of an error; `remote` is the
 * kind of machine at the other end. A message of an error where no button is pressed stands there for good.
 */
export function load({ trusted, settings = {}, file, text, root, chosen, remote }) {
  const nothing = { dispose() {} };
  const event = () => nothing;
  const asked = { commands: new Map(), warnings: [], errors: [], tasks: 0, executed: [], diagnostics: new Map(), whenTrusted: undefined, panels: [] };
  const saving = [];
  asked.save = (path) => Promise.all(saving.map((listener) => listener({ uri: Uri.file(path), languageId: "netpol", getText: () => "" })));
  const document = { uri: file && Uri.file(file), languageId: "netpol", version: 1, isClosed: false, getText: () => text };
  const events = ["Open", "Change", "Close", "Save"].map((what) => [`onDid${what}TextDocument`, event]);
  const changes = ["Create", "Rename", "Delete"].flatMap((what) => [[`onDid${what}Files`, event], [`onWill${what}Files`, event]]);
  const vscode = withTheRest({
    version: "1.82.0",
    env: { appName: "Visual Studio Code", language: "en", remoteName: remote },
    Uri, Position, Range, Diagnostic, EventEmitter,
    DiagnosticSeverity: { Error: 0, Warning: 1, Information: 2, Hint: 3 },
    Disposable: class {
      constructor(dispose = () => {}) {
        this.dispose = dispose;
      }
    },
    CancellationTokenSource: class {
      token = { isCancellationRequested: false, onCancellationRequested: event };
      cancel() {}
      dispose() {}
    },
    CancellationError: class extends Error {},
    ViewColumn: { Beside: -2 },
    ProcessExecution: class {},
    Task: class {},
    TaskScope: { Workspace: 2 },
    TaskGroup: { Build: "build", Test: "test" },
    commands: { registerCommand: (name, run) => (asked.commands.set(name, run), nothing), executeCommand: async (...what) => void asked.executed.push(what) },
    languages: withTheRest({
      match: (_, { languageId }) => (languageId === "netpol" ? 10 : 0),
      createDiagnosticCollection: () => ({
        set: (uri, found) => void asked.diagnostics.set(uri.toString(), found),
        delete: (uri) => void asked.diagnostics.delete(uri.toString()),
        clear: () => asked.diagnostics.clear(),
        get: () => [],
        has: () => false,
        dispose() {},
      }),
    }),
    workspace: withTheRest({
      ...Object.fromEntries([...events, ...changes]),
      isTrusted: trusted,
      onDidSaveTextDocument: (listener) => (saving.push(listener), nothing),
      workspaceFolders: root && [{ uri: Uri.file(root), name: "root", index: 0 }],
      saveAll: async () => true,
      textDocuments: file === undefined ? [] : [document],
      notebookDocuments: [],
      getConfiguration: () => ({ get: (key, otherwise) => settings[key] ?? otherwise }),
      registerTextDocumentContentProvider: () => nothing,
      onWillSaveTextDocument: event,
      onDidChangeWorkspaceFolders: event,
      onDidChangeConfiguration: event,
      onDidGrantWorkspaceTrust: (run) => ((asked.whenTrusted = run), nothing),
    }),
    window: withTheRest({
      activeTextEditor: undefined,
      visibleTextEditors: [],
      onDidChangeActiveTextEditor: event,
      tabGroups: { all: [], onDidChangeTabs: event },
      createWebviewPanel: (_, title, __, options) => {
        const panel = { title, options, webview: { html: "" }, onDidDispose: event, reveal() {} };
        asked.panels.push(panel);
        return panel;
      },
      createOutputChannel: () => withTheRest({ dispose() {} }),
      showWarningMessage: async (message) => void asked.warnings.push(message),
      showErrorMessage: (message) => (asked.errors.push(message), new Promise((press) => chosen && press(chosen))),
    }),
    tasks: { executeTask: async () => void (asked.tasks += 1) },
  });
  const usual = Module._load;
  Module._load = (name, ...rest) => (name === "vscode" ? vscode : usual(name, ...rest));
  const path = join(folder, "out/extension.js");
  delete require.cache[path];
  const extension = require(path);
  Module._load = usual;
  return { asked, extension };
}
