// A session with `beamwright lsp` by the client library that VS Code is made of, and a small project to talk about.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as lsp from "vscode-languageserver-protocol/node";

export const beamwright = process.env.BEAMWRIGHT;

export const sources = {
  "mix.exs": `defmodule Shop.MixProject do
  use Mix.Project
  def project, do: [app: :shop, version: "0.1.0"]
end
`,
  "lib/prices.ex": `defmodule Shop.Prices do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, nil, name: __MODULE__)
  def price(item), do: GenServer.call(__MODULE__, {:price, item})

  @impl true
  def init(_), do: {:ok, %{timer: nil}}

  @impl true
  def handle_call({:price, item}, _from, state) do
    {:ok, {_, _, body}} = :httpc.request(:get, {"http://prices/" <> item, []}, [], [])
    {:reply, body, state}
  end

  @impl true
  def handle_cast(:arm, state) do
    {:ok, timer} = :timer.send_interval(1000, :tick)
    {:noreply, %{state | timer: timer}}
  end

  def handle_cast(:disarm, state) do
    Process.cancel_timer(state.timer)
    {:noreply, state}
  end

  @impl true
  def handle_info(:tick, state), do: {:noreply, state}
  def handle_info(_, state), do: {:noreply, state}
end
`,
  "lib/cart.ex": `defmodule Shop.Cart do
  def total(items), do: Enum.map(items, &Shop.Prices.price/1)
  def one(item), do: Shop.Prices.price(item)
end
`,
  "src/limits.hrl": `-define(OPTIONS, []).
`,
  "src/stock.erl": `-module(stock).
-behaviour(gen_server).
-export([start_link/0, count/1, init/1, handle_call/3, handle_cast/2]).
-include("limits.hrl").

start_link() -> gen_server:start_link({local, stock}, ?MODULE, [], []).

count(Item) -> gen_server:call(stock, {count, Item}, 5000).

init([]) -> {ok, #{}}.

handle_call({count, _Item}, _From, State) ->
    {ok, Answer} = httpc:request(get, {"http://stock/", []}, ?OPTIONS, []),
    {reply, Answer, State}.

handle_cast(_, State) -> {noreply, State}.
`,
};

export class Project {
  constructor(files = sources) {
    this.folder = realpathSync(mkdtempSync(join(tmpdir(), "beamwright-lsp-")));
    for (const [name, text] of Object.entries(files)) this.write(name, text);
  }
  path(name) {
    return join(this.folder, name);
  }
  uri(name) {
    return pathToFileURL(this.path(name)).href;
  }
  write(name, text) {
    mkdirSync(join(this.path(name), ".."), { recursive: true });
    writeFileSync(this.path(name), text);
  }
  remove(name = "") {
    rmSync(this.path(name), { recursive: true, force: true });
  }
  read(name) {
    return readFileSync(this.path(name), "utf8");
  }
  fix() {
    spawnSync(beamwright, ["check", "--fix", this.folder]);
  }
  // What `beamwright check` says of the files as they are: path → ["code line:column message", …].
  check() {
    const done = spawnSync(beamwright, ["check", "--format", "json", this.folder], { encoding: "utf8" });
    const report = JSON.parse(done.stdout);
    const rows = {};
    for (const f of report.findings) (rows[f.file] ??= []).push(`${f.rule} ${f.line}:${f.column} ${f.message}`);
    for (const d of report.diagnostics) (rows[d.file] ??= []).push(`${d.kind} ${d.line}:${d.column} ${d.message}`);
    for (const list of Object.values(rows)) list.sort();
    return rows;
  }
}

// The same rows from diagnostics of the protocol.
export function rows(diagnostics) {
  return diagnostics.map((d) => `${d.code} ${d.range.start.line + 1}:${d.range.start.character + 1} ${d.message}`).sort();
}

export const codes = (diagnostics) => diagnostics.map((d) => d.code).sort();

const pushing = { textDocument: { publishDiagnostics: { relatedInformation: true, codeDescriptionSupport: true, dataSupport: true, versionSupport: true } } };

export const capabilities = {
  push: pushing,
  pull: {
    general: { positionEncodings: ["utf-16"] },
    workspace: { diagnostics: { refreshSupport: true }, workspaceEdit: { documentChanges: true }, codeLens: { refreshSupport: true } },
    textDocument: {
      ...pushing.textDocument,
      diagnostic: { dynamicRegistration: false, relatedDocumentSupport: false },
      hover: { contentFormat: ["markdown", "plaintext"] },
      codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ["quickfix"] } } },
      codeLens: {},
    },
  },
};

export class Session {
  static async start(project, { client = capabilities.pull, folders } = {}) {
    const session = new Session();
    session.project = project;
    session.published = new Map();
    session.logs = [];
    session.refreshes = 0;
    session.texts = new Map();
    session.waiting = [];
    session.child = spawn(beamwright, ["lsp"], { stdio: ["pipe", "pipe", "inherit"] });
    session.ended = new Promise((resolve) => session.child.on("exit", (code, signal) => resolve(signal ?? code)));
    session.connection = lsp.createProtocolConnection(
      new lsp.StreamMessageReader(session.child.stdout),
      new lsp.StreamMessageWriter(session.child.stdin),
    );
    session.connection.onNotification(lsp.PublishDiagnosticsNotification.type, (params) => {
      session.published.set(params.uri, params);
      session.waiting = session.waiting.filter(({ ready, resolve }) => !(ready() && (resolve(), true)));
    });
    session.connection.onNotification(lsp.LogMessageNotification.type, (params) => session.logs.push(params.message));
    session.connection.onRequest(lsp.DiagnosticRefreshRequest.type, () => void (session.refreshes += 1));
    session.connection.onRequest(lsp.CodeLensRefreshRequest.type, () => {});
    session.shown = [];
    session.connection.onRequest(lsp.ShowDocumentRequest.type, (params) => (session.shown.push(params), { success: true }));
    session.connection.onRequest(lsp.RegistrationRequest.type, (params) => void (session.registrations = params.registrations));
    session.connection.listen();
    session.capabilities = (
      await session.connection.sendRequest(lsp.InitializeRequest.type, {
        processId: process.pid,
        rootUri: project ? pathToFileURL(project.folder).href : null,
        workspaceFolders: folders ?? null,
        capabilities: client,
      })
    ).capabilities;
    await session.connection.sendNotification(lsp.InitializedNotification.type, {});
    return session;
  }

  async open(name, text = sources[name], uri = this.project.uri(name)) {
    this.texts.set(uri, { text, version: 1 });
    await this.connection.sendNotification(lsp.DidOpenTextDocumentNotification.type, {
      textDocument: { uri, languageId: name.endsWith(".ex") ? "elixir" : "erlang", version: 1, text },
    });
    return uri;
  }
  // Replaces the first occurrence of a piece by another, as an edit of its range.
  async edit(uri, piece, replacement) {
    const document = this.texts.get(uri);
    const at = document.text.indexOf(piece);
    if (at < 0) throw new Error(`the text has no ${piece}`);
    const place = (offset) => {
      const before = document.text.slice(0, offset).split("\n");
      return { line: before.length - 1, character: before.at(-1).length };
    };
    const range = { start: place(at), end: place(at + piece.length) };
    document.text = document.text.slice(0, at) + replacement + document.text.slice(at + piece.length);
    document.version += 1;
    await this.connection.sendNotification(lsp.DidChangeTextDocumentNotification.type, {
      textDocument: { uri, version: document.version },
      contentChanges: [{ range, text: replacement }],
    });
  }
  // Carries out the edits of a code action on the texts that are open, last first.
  async apply(action) {
    const changes = action.edit.documentChanges ?? Object.entries(action.edit.changes).map(([uri, edits]) => ({ textDocument: { uri }, edits }));
    for (const { textDocument, edits } of changes) {
      const document = this.texts.get(textDocument.uri);
      const lines = document.text.split("\n");
      const offset = ({ line, character }) => lines.slice(0, line).reduce((sum, each) => sum + each.length + 1, 0) + character;
      for (const edit of [...edits].sort((a, b) => offset(b.range.start) - offset(a.range.start))) {
        document.text = document.text.slice(0, offset(edit.range.start)) + edit.newText + document.text.slice(offset(edit.range.end));
      }
      document.version += 1;
      await this.connection.sendNotification(lsp.DidChangeTextDocumentNotification.type, {
        textDocument: { uri: textDocument.uri, version: document.version },
        contentChanges: [{ text: document.text }],
      });
    }
  }
  async close(uri) {
    await this.connection.sendNotification(lsp.DidCloseTextDocumentNotification.type, { textDocument: { uri } });
  }
  async watched(name, type) {
    await this.connection.sendNotification(lsp.DidChangeWatchedFilesNotification.type, { changes: [{ uri: this.project.uri(name), type }] });
  }
  pull(uri, previousResultId) {
    return this.connection.sendRequest(lsp.DocumentDiagnosticRequest.type, { textDocument: { uri }, previousResultId });
  }
  pullAll(previousResultIds = []) {
    return this.connection.sendRequest(lsp.WorkspaceDiagnosticRequest.type, { previousResultIds });
  }
  actions(uri, range, only, triggerKind) {
    return this.connection.sendRequest(lsp.CodeActionRequest.type, { textDocument: { uri }, range, context: { diagnostics: [], only, triggerKind } });
  }
  hover(uri, position) {
    return this.connection.sendRequest(lsp.HoverRequest.type, { textDocument: { uri }, position });
  }
  lenses(uri) {
    return this.connection.sendRequest(lsp.CodeLensRequest.type, { textDocument: { uri } });
  }
  // Until what was published fulfils a condition.
  until(ready) {
    if (ready()) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push({ ready, resolve }));
  }
  async stop() {
    await this.connection.sendRequest(lsp.ShutdownRequest.type);
    await this.connection.sendNotification(lsp.ExitNotification.type);
    return this.ended;
  }
}
